"""`up` as a person runs it: a fresh folder, a taken port, a killed process, somebody else's folder, a full disk."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.patience import PATIENCE, until
from tests.platform.up import (
    data_folder,
    free_port,
    kill,
    processes_of,
    running,
    server_of,
    wait_until_gone,
    wait_until_it_answers,
)

pytestmark = [pytest.mark.fault, pytest.mark.xdist_group("launcher")]


def workers_of(folder: Path) -> list[int]:
    return [other.pid for other in processes_of(folder) if "worker" in (other.info["cmdline"] or [])]


@pytest.fixture
def folder() -> Iterator[Path]:
    with data_folder() as folder:
        yield folder


def test_it_starts_says_where_it_is_and_stops_cleanly(folder: Path) -> None:
    port = free_port()
    with running(folder, port) as process:
        wait_until_it_answers(process, port)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=PATIENCE)
    lines = [line for line in said.splitlines() if line.strip()]
    assert lines[0].startswith(f"casemgr is running: http://localhost:{port}/")
    rest = [line for line in lines[1:] if not line.startswith("Names are printed in Latin")]  # said while it serves
    assert rest == ["Stopping …"]
    assert process.returncode == 0
    wait_until_gone(folder)


@pytest.mark.parametrize("victim", ["launcher", "everything"])
def test_a_killed_process_leaves_nothing_that_blocks_the_next_start(folder: Path, victim: str) -> None:
    port = free_port()
    with running(folder, port) as process:
        wait_until_it_answers(process, port)
        if victim == "everything":
            kill(*processes_of(folder))
        else:
            process.kill()  # nobody asks how it ended before its worker has noticed, and left by itself
            until(lambda: not workers_of(folder), "the worker to leave")
            assert process.poll() is not None
        process.wait(PATIENCE)
    with running(folder, port) as process:
        wait_until_it_answers(process, port)
        until(lambda: len(workers_of(folder)) == 1, "one worker")
        assert server_of(folder) is not None
    wait_until_gone(folder)


def test_a_worker_that_dies_is_replaced(folder: Path) -> None:
    port = free_port()
    with running(folder, port) as process:
        wait_until_it_answers(process, port)
        first = until(lambda: workers_of(folder), "the worker")
        psutil.Process(first[0]).kill()
        until(lambda: set(workers_of(folder)) - set(first), "the next worker")
        assert process.poll() is None, "the launcher went with its worker"
    wait_until_gone(folder)


def test_a_database_that_dies_is_started_again(folder: Path) -> None:
    port = free_port()
    with running(folder, port) as process:
        wait_until_it_answers(process, port)
        postmaster = server_of(folder)
        assert postmaster is not None
        psutil.Process(postmaster).kill()
        until(lambda: server_of(folder) not in (None, postmaster), "the database to be started again")
        wait_until_it_answers(process, port)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-up", timeout=PATIENCE) as answer:
            assert answer.status == 200
    wait_until_gone(folder)


def test_a_taken_port_is_explained(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with running(folder, port) as process:
            said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert f"Port {port} is already in use" in said
    assert f"make run PORT={port + 1}" in said


def test_a_full_disk_is_explained(tmp_path: Path) -> None:
    """A real, small file system where this machine lets us make one; otherwise the figure is raised, not the answer."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = (
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(small)], capture_output=True).returncode
        == 0
    )
    try:
        if mounted:
            with running(small, free_port()) as process:
                said, _ = process.communicate(timeout=PATIENCE)
            assert process.returncode == 1
        else:
            free = shutil.disk_usage(small).free
            said = _refusal_when_needing(small, free * 2)
        assert "The disk is almost full" in said
        assert "CASEMGR_DATA" in said
    finally:
        if mounted:
            subprocess.run(["umount", str(small)], check=True)


def _refusal_when_needing(folder: Path, needed: int) -> str:
    import config
    from casemgr.platform import launcher

    before, launcher.NEEDED_BYTES = launcher.NEEDED_BYTES, needed
    try:
        with pytest.raises(launcher.CannotStart) as refusal:
            launcher.check_machine(config.load({"CASEMGR_DATA": str(folder), "CASEMGR_SECRET_KEY": "x" * 40}))
    finally:
        launcher.NEEDED_BYTES = before
    return str(refusal.value)


def test_somebody_elses_folder_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import config
    from casemgr.platform import launcher

    settings = config.load({"CASEMGR_DATA": str(tmp_path), "CASEMGR_SECRET_KEY": "x" * 40})
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(launcher.CannotStart, match="belongs to another user"):
        launcher.check_machine(settings)


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({}, "CASEMGR_BASE_URL"),
        ({"CASEMGR_BASE_URL": "http://cases.example.org"}, "CASEMGR_BASE_URL"),
        ({"CASEMGR_BASE_URL": "https://cases.example.org", "CASEMGR_SECRET_KEY": "short"}, "CASEMGR_SECRET_KEY"),
        (
            {
                "CASEMGR_BASE_URL": "https://cases.example.org",
                "DATABASE_URL": "postgresql://owner@db/x",
                "DATABASE_ADMIN_URL": "postgresql://owner@db/x",
            },
            "DATABASE_ADMIN_URL",
        ),
    ],
)
def test_production_refuses_an_unsafe_setting_and_names_it(folder: Path, environ: dict[str, str], named: str) -> None:
    with running(folder, free_port(), CASEMGR_PRODUCTION="1", **environ) as process:
        said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert named in said


def test_the_secret_key_is_kept_for_its_owner_only(tmp_path: Path) -> None:
    import config

    first = config.load({"CASEMGR_DATA": str(tmp_path)}).secret_key
    assert config.load({"CASEMGR_DATA": str(tmp_path)}).secret_key == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
