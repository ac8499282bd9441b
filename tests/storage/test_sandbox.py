"""A reading child stays within its limits, keeps what it found, and dies with its parent."""

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from casemgr.storage import forking, sandbox
from casemgr.storage.sandbox import FailureKind, Limits
from tests.patience import PATIENCE
from tests.storage import samples


@pytest.fixture(params=["forked", "fresh"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways in which a child comes to life keep the same promises."""
    if request.param == "fresh":
        monkeypatch.setattr(forking, "_failures", 1000)


def readings_of(worker: psutil.Process) -> list[psutil.Process]:
    """The children that a process started or had forked for it; the template is none."""
    found = []
    for process in worker.children():
        command = process.cmdline()
        if command[-1:] == ["template"]:
            found += process.children()
        elif any(part.endswith("storage/child.py") for part in command):
            found.append(process)
    return found


def is_gone(process: psutil.Process) -> bool:
    """Ended, whether or not somebody has asked how."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    return True


@pytest.fixture
def stuck(tmp_path: Path) -> Path:
    """A path whose reading never ends: a pipe that nobody writes to."""
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def pdf_request(path: Path) -> dict:
    return {"path": str(path), "first": 1, "last_drawn": 9}


def test_a_reading_reports_what_it_found(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"hello")
    outcome = sandbox.run("text", {"path": str(tmp_path / "a.txt")}, tmp_path)
    assert outcome.failure is None
    assert [event["event"] for event in outcome.events] == ["text", "done"]


def test_a_reading_that_hangs_is_ended_on_time_and_nothing_of_it_is_left(tmp_path, stuck):
    start = time.monotonic()
    outcome = sandbox.run("text", {"path": str(stuck)}, tmp_path, Limits(wall_seconds=0.5))
    assert outcome.failure.kind is FailureKind.TIMEOUT
    assert "too long" in outcome.failure.reason
    assert time.monotonic() - start < PATIENCE  # without a limit it would wait for ever
    assert readings_of(psutil.Process()) == []


def test_a_reading_that_burns_cpu_is_ended_by_the_system(tmp_path):
    (tmp_path / "slow.pdf").write_bytes(samples.slow_pdf())
    limits = Limits(cpu_seconds=1, wall_seconds=PATIENCE, memory_bytes=8 << 30)
    outcome = sandbox.run("pdf", pdf_request(tmp_path / "slow.pdf"), tmp_path, limits)
    assert outcome.failure.kind is FailureKind.TIMEOUT
    assert outcome.events[-1] == {"event": "begin", "number": 1}


def test_a_reading_that_eats_memory_loses_only_its_child(tmp_path):
    (tmp_path / "bomb.pdf").write_bytes(samples.memory_bomb_pdf(400))
    limits = Limits(memory_bytes=300 << 20, wall_seconds=PATIENCE)
    outcome = sandbox.run("pdf", pdf_request(tmp_path / "bomb.pdf"), tmp_path, limits)
    assert outcome.failure.kind in (FailureKind.CRASHED, FailureKind.MEMORY)
    assert {"event": "opened", "count": 1} in outcome.events


def test_a_child_that_cannot_do_what_it_was_asked_is_a_failure_and_no_exception(tmp_path):
    outcome = sandbox.run("no such operation", {}, tmp_path)
    assert outcome.failure.kind is FailureKind.CRASHED


def test_a_child_gets_no_secrets_from_the_environment(tmp_path, stuck, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    child = sandbox._start(tmp_path, sandbox.clean_environment())
    try:
        assert set(psutil.Process(child.pid).environ()) <= {"PATH", "LANG", "HOME", "TMPDIR", "LD_LIBRARY_PATH"}
    finally:
        child.stdin.close()
        sandbox._end_group(child)


def test_a_killed_worker_takes_its_reading_child_along(tmp_path, stuck):
    """Linux ties the two together in the kernel; elsewhere this is not promised and this test fails honestly."""
    script = """
        import sys
        from pathlib import Path
        from casemgr.storage import forking, sandbox
        forking._failures = int(sys.argv[3])
        print("ready", flush=True)
        sandbox.run("text", {"path": sys.argv[1]}, Path(sys.argv[2]))
    """
    worker = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), stuck, tmp_path, str(forking._failures)],
        stdout=subprocess.PIPE,
        cwd=Path.cwd(),
    )
    worker.stdout.readline()
    deadline = time.monotonic() + PATIENCE
    while not (tmp_path / sandbox.EVENTS).exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    [reading] = readings_of(psutil.Process(worker.pid))
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    while not is_gone(reading) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert is_gone(reading)


def test_a_report_that_is_no_report_is_left_out(tmp_path):
    lines = ['{"event": "good"}', "{broken", "[1]", "7", '{"event": "cut']
    (tmp_path / sandbox.EVENTS).write_text("\n".join(lines))
    assert sandbox._read_events(tmp_path / sandbox.EVENTS) == [{"event": "good"}]
