"""Run `up` as a person does: in a process of its own, on a free port, with a data folder of its own."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.patience import PATIENCE, until

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port that nobody has now, below those that the system hands out by itself: it is still free in a moment."""
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def is_alive(number: int) -> bool:
    """Whether the process with this id runs. One that is dead, but not collected yet, does not."""
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def data_folder() -> Iterator[Path]:
    """A new folder outside pytest's own, whose parent every pytest that starts closes to other users: a database
    server that runs as one of those (because root may not run it) could not reach its files at that moment."""
    with tempfile.TemporaryDirectory(prefix="casemgr-up-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        try:
            yield folder
        finally:
            kill(*processes_of(folder))


def _hear_ctrl_c() -> None:
    """Tests that a script runs in the background are deaf to Ctrl-C, and so would be what they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def running(folder: Path, port: int, **environ: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "casemgr", "up", "--no-open"],
        cwd=ROOT,
        env={**os.environ, "CASEMGR_DATA": str(folder), "PORT": str(port), "CI": "1", **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_hear_ctrl_c,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_it_answers(process: subprocess.Popen[str], port: int, seconds: float = PATIENCE) -> float:
    """Return how long the first page took; fail with what the process said when it ended instead."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        assert process.poll() is None, process.communicate()[0]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
                assert answer.status == 200
                return time.monotonic() - started
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError("nothing answered")


def processes_of(folder: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        environ = process.info["environ"] or {}
        if str(folder) in " ".join(process.info["cmdline"] or []) or environ.get("CASEMGR_DATA") == str(folder):
            found.append(process)
    return found


def kill(*processes: psutil.Process) -> None:
    """Kill them, whether they still run or not, and wait until they are gone."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    until(lambda: not any(is_alive(process.pid) for process in processes), "killed processes to end")


def server_of(folder: Path) -> int | None:
    """The process id of the database server of this folder, if one is running."""
    try:
        number = int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    return number if is_alive(number) else None


def wait_until_gone(folder: Path) -> None:
    until(lambda: not processes_of(folder), f"the processes of {folder} to end")
