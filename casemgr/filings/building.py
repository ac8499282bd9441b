"""Have a packet made by a child process with limits, and find out what went wrong when it was not."""

from __future__ import annotations

import json
import os
import pickle
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from casemgr.pdf.model import Packet
from casemgr.storage.child import DISK_FULL, OUT_OF_MEMORY

CHILD = Path(__file__).with_name("child.py")
LIMITS = {"cpu_seconds": 900, "memory_bytes": 2 << 30, "file_bytes": 4 << 30, "open_files": 1024}
WALL_SECONDS = 1200.0
LONGEST_LINE = 64 * 1024

Progress = Callable[[int, int, str], None]


class NotBuilt(Exception):
    """The packet was not made. The text is for the person who asked for it; nothing is left behind.

    `label`: the exhibit that stopped it, where it is known; `why`: the same words without it. `left_out`: what had
    been left out before (label and reason); the labels behind it had moved up by then."""

    def __init__(self, why: str, label: str = "") -> None:
        super().__init__(f"Exhibit {label}: {why}" if label else why)
        self.why, self.label = why, label
        self.left_out: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Made:
    """The files of a finished packet."""

    pdf: Path
    manifest: Path
    sha256: str
    pages: int
    left_out: tuple[tuple[str, str], ...] = ()
    """Label and reason of each exhibit that could not be read."""


def build(packet: Packet, folder: Path, progress: Progress, *, may_leave_out: bool = False) -> Made:
    """Make `packet` in `folder`, which is nobody else's. Raises NotBuilt, and OSError where the machine is at fault.

    `may_leave_out`: an exhibit that cannot be read is left out and named, instead of ending the work."""
    out = folder / "packet.pdf"
    child = _start(folder)
    too_slow = threading.Event()
    watch = threading.Timer(WALL_SECONDS, lambda: (too_slow.set(), child.kill()))
    watch.start()
    try:
        said, left_out = _follow(child, (packet, out, may_leave_out), progress)
    finally:
        watch.cancel()
        _end(child)
    if child.returncode == DISK_FULL:
        raise OSError(28, "No space left on device")
    if "reason" in said:
        raise NotBuilt(f"{said['reason']} {said.get('remedy', '')}".strip(), str(said.get("label")))
    if child.returncode != 0 or "built" not in said or not out.is_file():
        problem = _what_happened(child.returncode, too_slow.is_set(), str(said.get("now", "")))
        problem.left_out = tuple(left_out)
        raise problem
    return Made(out, out.with_suffix(".json"), str(said["built"]), int(said["pages"]), tuple(left_out))


def _start(folder: Path) -> subprocess.Popen[bytes]:
    kept = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # without these some Pythons do not start
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment |= {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(folder), "TMPDIR": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-I", str(CHILD)],
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _follow(
    child: subprocess.Popen[bytes], order: tuple[Packet, Path, bool], progress: Progress
) -> tuple[dict[str, object], list[tuple[str, str]]]:
    """Tell the child what to make and pass on its steps. Returns all that it said last, by name, and what it left out
    (label and reason)."""
    assert child.stdin is not None and child.stdout is not None
    try:
        with child.stdin as pipe:
            pipe.write(json.dumps(LIMITS).encode() + b"\n")
            pipe.write(pickle.dumps(order))
    except BrokenPipeError:
        pass  # it ended before it had read everything; its exit code says why
    said: dict[str, object] = {}
    left_out = []
    while line := child.stdout.readline(LONGEST_LINE):
        try:
            news = json.loads(line)
        except ValueError:
            continue
        if not isinstance(news, dict):
            continue
        said |= news
        if isinstance(news.get("left_out"), list):
            label, *why = map(str, news["left_out"])
            left_out.append((label, " ".join(why)))
        done, total = news.get("done"), news.get("total")
        if isinstance(done, int) and isinstance(total, int):
            progress(done, total, str(news.get("now", ""))[:200])
    return said, left_out


def _end(child: subprocess.Popen[bytes]) -> None:
    """Wait for the child, or end it when we stop for a reason of our own."""
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()


def _what_happened(code: int | None, too_slow: bool, step: str) -> NotBuilt:
    found = re.search(r"exhibit (\S+)$", step)
    if too_slow or (os.name == "posix" and code == -24):  # SIGXCPU
        why = "it takes far too long to open. Something in it is larger than it looks."
    elif code == OUT_OF_MEMORY:
        why = "it needs far too much memory. Something in it is larger than it looks."
    else:
        why = "the program that reads it stopped. The file is damaged, or made to do harm."
    if not found:
        return NotBuilt(
            "The packet could not be put together. Try again; if it fails again, leave out the largest exhibits."
        )
    return NotBuilt(f"{why} Open it in a PDF program and print it to a new PDF, or leave it out.", found.group(1))
