"""Run one reading of one hostile file in a child process that can be lost without harm.

The child has limits on CPU, wall time, memory and output, an empty environment, low priority, a process group
of its own, and (where the system allows it) no network. It reports by appending JSON lines to a file in its
folder, so that what it found before it died is not lost. Everything it reports is again hostile: callers check it.

On Linux the child is forked from a template that has loaded the readers (`forking`); where that cannot be, or the
template was lost, it is started afresh. Both have the same walls. Measured in one run on a busy machine of 2 cores,
start-up included: a text 0.03 s forked and 0.22 s fresh, a PDF page drawn and double-checked 0.17 s and 0.88 s.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import psutil

from . import forking

EVENTS = "events.jsonl"
MAX_EVENT_BYTES = 64 * 1024 * 1024
DISK_FULL = 75  # the child's exit codes (EX_TEMPFAIL and its neighbour)
OUT_OF_MEMORY = 76
_LINUX = sys.platform.startswith("linux")
_CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True)
class Limits:
    """What one child may use. Memory is address space where the system can limit it, else resident memory."""

    cpu_seconds: int = 90
    wall_seconds: float = 120.0
    memory_bytes: int = 1024 * 1024 * 1024
    file_bytes: int = 256 * 1024 * 1024
    open_files: int = 256


class FailureKind(StrEnum):
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"


class ReadFailed(Exception):
    """The child did not finish. The message is a sentence for a person."""

    def __init__(self, kind: FailureKind, detail: str = "") -> None:
        super().__init__(_REASONS[kind])
        self.kind, self.reason, self.detail = kind, _REASONS[kind], detail


_REASONS = {
    FailureKind.TIMEOUT: "Opening this file takes too long. Something in it is far larger than it looks.",
    FailureKind.MEMORY: "Opening this file needs far too much memory. Something in it is far larger than it looks.",
    FailureKind.CRASHED: "The program that reads such files stopped on this one. It is damaged, or made to do harm.",
}


@dataclass(frozen=True)
class Outcome:
    """What the child reported, in order, and why it did not finish (None when it did)."""

    events: list[dict]
    failure: ReadFailed | None = None


def run(operation: str, request: dict, folder: Path, limits: Limits = Limits()) -> Outcome:
    """Run `operation` of `readers` in a child whose working folder is `folder`.

    `request` is JSON data. Raises OSError with ENOSPC when the child met a full disk, and OSError when no child
    can be started; never anything because of the file that is read.
    """
    events_file = folder / EVENTS
    events_file.unlink(missing_ok=True)
    environment = clean_environment(folder)
    order = {"operation": operation, "request": request, "limits": asdict(limits)}
    message = json.dumps(order | {"folder": str(folder.resolve()), "environment": environment}).encode()
    try:
        code, overrun = _run_forked(operation, message, limits)
    except forking.NoTemplate:
        events_file.unlink(missing_ok=True)
        code, overrun = _run_fresh(message, folder, environment, limits)
    failure = None
    if overrun or code != 0:
        failure = ReadFailed(overrun or _kind_of_death(code), f"exit {code}")
    if code == DISK_FULL and not overrun:
        raise OSError(28, "No space left on device")
    return Outcome(_read_events(events_file), failure)


def clean_environment(home: Path | None = None) -> dict[str, str]:
    """Nothing of ours, but what some Pythons need to start."""
    kept = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    found = {name: os.environ[name] for name in kept if name in os.environ} | {"PATH": os.defpath, "LANG": "C.UTF-8"}
    return found | ({"HOME": str(home), "TMPDIR": str(home)} if home else {})


def _run_forked(operation: str, message: bytes, limits: Limits) -> tuple[int, FailureKind | None]:
    """The kernel holds all limits but one. Raises forking.NoTemplate."""
    code, overrun = forking.run(operation, message, clean_environment(), limits.wall_seconds)
    return code, FailureKind.TIMEOUT if overrun else None


def _run_fresh(
    message: bytes, folder: Path, environment: dict[str, str], limits: Limits
) -> tuple[int, FailureKind | None]:
    child = _start(folder, environment)
    try:
        with contextlib.suppress(BrokenPipeError), child.stdin as pipe:
            pipe.write(message)
        overrun = _wait(child, limits)
    finally:
        _end_group(child)
    return child.returncode, overrun


def _start(folder: Path, environment: dict[str, str]) -> subprocess.Popen:
    own_group = {"start_new_session": True} if os.name == "posix" else {"creationflags": 0x200 | 0x4000}
    return subprocess.Popen(
        [sys.executable, "-I", str(_CHILD)],
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **own_group,
    )


def _wait(child: subprocess.Popen, limits: Limits) -> FailureKind | None:
    """Wait for the end, or for a limit that only the parent can watch."""
    deadline = time.monotonic() + limits.wall_seconds
    if _LINUX and hasattr(os, "pidfd_open"):
        # The kernel limits the rest. A pidfd wakes us at once; Popen.wait(timeout) would poll every 50 ms.
        handle = os.pidfd_open(child.pid)
        try:
            ended, _, _ = select.select([handle], [], [], limits.wall_seconds)
        finally:
            os.close(handle)
        return None if ended else FailureKind.TIMEOUT
    while True:
        try:
            child.wait(timeout=0.05)
            return None
        except subprocess.TimeoutExpired:
            if time.monotonic() > deadline:
                return FailureKind.TIMEOUT
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(child.pid)
                if process.memory_info().rss > limits.memory_bytes:
                    return FailureKind.MEMORY
                if sum(process.cpu_times()[:2]) > limits.cpu_seconds:
                    return FailureKind.TIMEOUT


def _end_group(child: subprocess.Popen) -> None:
    """Kill whatever is left of the child and of what it started. It is not reaped yet, so its id is still its own."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    elif child.poll() is None:
        with contextlib.suppress(psutil.Error):
            for process in psutil.Process(child.pid).children(recursive=True):
                process.kill()
        child.kill()
    child.wait()


def _kind_of_death(code: int) -> FailureKind:
    if code == OUT_OF_MEMORY:
        return FailureKind.MEMORY
    if os.name == "posix" and -code in (signal.SIGXCPU, signal.SIGPROF, signal.SIGVTALRM):
        return FailureKind.TIMEOUT
    return FailureKind.CRASHED


def _read_events(path: Path) -> list[dict]:
    """The complete lines of the report; a line cut by a kill is left out."""
    try:
        with path.open("rb") as file:
            lines = file.read(MAX_EVENT_BYTES).split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    events = []
    for line in lines:
        with contextlib.suppress(ValueError, RecursionError):
            event = json.loads(line)
            if isinstance(event, dict):
                events.append(event)
    return events
