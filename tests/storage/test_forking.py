"""Reading children are forked from one template, which nothing that they do can touch."""

import contextlib
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from casemgr.storage import forking, sandbox
from casemgr.storage.sandbox import FailureKind, Limits, Outcome
from tests.storage import samples
from tests.storage.test_sandbox import is_gone


def read(folder: Path) -> Outcome:
    return sandbox.run("text", {"path": str(folder / "a.txt")}, folder)


def told(folder: Path, path: str) -> str:
    """What a reading child finds at `path`; "" when it cannot be opened."""
    outcome = sandbox.run("text", {"path": path}, folder, Limits(cpu_seconds=7))
    return outcome.events[0]["text"] if outcome.events else ""


def template() -> psutil.Process:
    assert forking._template is not None
    return psutil.Process(forking._template.process.pid)


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """The folder of a readable text; its template is up."""
    (tmp_path / "a.txt").write_bytes(b"hello")
    assert read(tmp_path).failure is None
    return tmp_path


@pytest.fixture
def stuck(paper: Path) -> Iterator[psutil.Process]:
    """A child that reads a pipe that nobody writes to, until it is killed."""
    os.mkfifo(paper / "pipe")
    (paper / "stuck").mkdir()
    request = {"path": str(paper / "pipe")}
    reading = threading.Thread(target=sandbox.run, args=("text", request, paper / "stuck", Limits(cpu_seconds=7)))
    reading.start()
    while not (paper / "stuck" / sandbox.EVENTS).exists():
        time.sleep(0.01)
    [child] = template().children()
    yield child
    with contextlib.suppress(psutil.NoSuchProcess):
        child.kill()
    reading.join()


def test_readings_share_a_template_and_leave_it_as_it_was(paper):
    first = template()
    assert [event["event"] for event in read(paper).events] == ["text", "done"]
    assert template() == first
    assert first.num_threads() == 1 and first.children() == []


def test_a_forked_child_has_the_walls_of_a_fresh_one(paper, monkeypatch):
    def walls() -> tuple[str, list[str], str]:
        network = [line.partition(":")[0] for line in told(paper, "/proc/self/net/dev").splitlines()]
        nice = told(paper, "/proc/self/stat").rpartition(")")[2].split()[16]
        return told(paper, "/proc/self/limits"), network, nice

    forked = walls()
    monkeypatch.setattr(forking, "_failures", 1000)
    assert forked == walls()
    assert f"{Limits().memory_bytes}" in forked[0] and "Max cpu time              7 " in forked[0]


def test_a_child_has_no_handle_of_the_template(paper, stuck):
    """Its own are the pipe, twice nothing, and its report."""
    assert [handle for handle in range(20) if told(paper, f"/proc/self/fdinfo/{handle}")] == [0, 1, 2, 3]


def test_what_harms_a_child_touches_neither_the_template_nor_another_child(paper, stuck):
    was = template()
    (paper / "bomb.pdf").write_bytes(samples.memory_bomb_pdf(400))
    request = {"path": str(paper / "bomb.pdf"), "first": 1, "last_drawn": 9}
    bomb = sandbox.run("pdf", request, paper, Limits(memory_bytes=300 << 20))
    assert bomb.failure is not None and bomb.failure.kind in (FailureKind.CRASHED, FailureKind.MEMORY)
    assert read(paper).failure is None
    assert stuck.is_running() and template() == was


def test_a_child_that_is_killed_is_a_failure_of_its_file_alone(paper, stuck):
    was = template()
    stuck.kill()
    while stuck in was.children():
        time.sleep(0.01)
    assert template() == was and read(paper).failure is None


def test_a_template_that_is_killed_takes_its_children_along_and_the_file_is_read_all_the_same(paper):
    was = template()
    was.kill()
    assert [event["event"] for event in read(paper).events] == ["text", "done"]
    assert [event["event"] for event in read(paper).events] == ["text", "done"]
    assert template() != was


def test_a_machine_that_cannot_have_a_template_is_not_asked_again_and_again(paper, monkeypatch):
    forking.stop()
    started = []
    monkeypatch.setattr(forking, "_failures", 0)
    monkeypatch.setattr(forking, "_START", [sys.executable, "-c", "raise SystemExit(1)"])
    start = forking._start
    monkeypatch.setattr(forking, "_start", lambda environment: started.append(1) or start(environment))
    assert all(read(paper).failure is None for _ in range(5))
    assert len(started) == 3


def test_a_template_is_replaced_after_many_children_and_ends(paper, monkeypatch):
    was = template()
    monkeypatch.setattr(forking, "_MOST_CHILDREN", 1)
    assert read(paper).failure is None
    assert template() != was
    forking.stop()
    assert not was.is_running()


def test_a_template_ends_with_its_worker(paper):
    script = """
        import sys, time
        from pathlib import Path
        from casemgr.storage import forking, sandbox
        sandbox.run("text", {"path": sys.argv[1]}, Path(sys.argv[2]))
        print(forking._template.process.pid, flush=True)
        time.sleep(60)
    """
    arguments = [sys.executable, "-c", textwrap.dedent(script), paper / "a.txt", paper]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, cwd=Path.cwd()) as worker:
        theirs = psutil.Process(int(worker.stdout.readline()))
        worker.kill()
    deadline = time.monotonic() + 10
    while not is_gone(theirs) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert is_gone(theirs)
