"""Run `up` as a person does: in a process of its own, on a free port, with a data folder of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def data_folder() -> Iterator[Path]:
    """A new folder outside pytest's own, whose parent every pytest that starts closes to other users: a database
    server that runs as one of those (because root may not run it) could not reach its files at that moment."""
    with tempfile.TemporaryDirectory(prefix="casemgr-up-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        try:
            yield folder
        finally:
            for process in processes_of(folder):
                process.kill()


@contextmanager
def running(folder: Path, port: int, **environ: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "casemgr", "up", "--no-open"],
        cwd=ROOT,
        env={**os.environ, "CASEMGR_DATA": str(folder), "PORT": str(port), "CI": "1", **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_until_it_answers(process: subprocess.Popen[str], port: int, seconds: float = 90) -> float:
    """Return how long the first page took; fail with what the process said when it ended instead."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        assert process.poll() is None, process.communicate()[0]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                assert answer.status == 200
                return time.monotonic() - started
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError("nothing answered")


def processes_of(folder: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        environ = process.info["environ"] or {}
        if str(folder) in " ".join(process.info["cmdline"] or []) or environ.get("CASEMGR_DATA") == str(folder):
            found.append(process)
    return found


def wait_until_gone(folder: Path, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while processes_of(folder):
        assert time.monotonic() < deadline, [process.cmdline() for process in processes_of(folder)]
        time.sleep(0.2)
