"""Have a made binder checked page by page, and its other forms written, by a child process with limits."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from casemgr.filings.building import LIMITS, LONGEST_LINE, WALL_SECONDS, NotBuilt
from casemgr.storage.child import DISK_FULL

CHILD = Path(__file__).with_name("finish_child.py")
NOT_PROVED = (
    "It could not be proved that each page of the papers is in the binder as it was, so it was not made. {problems} "
    "Open the paper in a PDF program and print it to a new PDF, add that, and replace the exhibit by it."
)

STOPPED = "The program that draws its pages stopped: the file is damaged, or made to do harm."


@dataclass(frozen=True)
class Volume:
    """One made PDF with its manifest. `sources`: by label, path and kind of what was printed. `parts`: by label (or
    "index"), where the file of that exhibit alone is written. `print_to`: where the set for printing goes."""

    pdf: Path
    manifest: Path
    sources: Mapping[str, Mapping[str, str]]
    parts: Mapping[str, Path] = field(default_factory=dict)
    print_to: Path | None = None

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"pdf": str(self.pdf), "manifest": str(self.manifest), "sources": self.sources}
        told["parts"] = {label: str(path) for label, path in self.parts.items()}
        return told | ({"print": str(self.print_to)} if self.print_to else {})


@dataclass(frozen=True)
class Finished:
    """`proof`: a row for each volume (pdf.conservation.prove). `pages`: of each file that was written, by its path."""

    proof: list[dict[str, Any]]
    pages: dict[str, int]


def finish(volumes: Sequence[Volume], work: Path, tell: Callable[[str], None]) -> Finished:
    """Check and write. `tell` may raise to stop. Raises NotBuilt where pages cannot be proved, OSError for the
    machine."""
    child = _start(work)
    watch = threading.Timer(WALL_SECONDS, child.kill)
    watch.start()
    proof: list[dict[str, Any]] | None = None
    pages: dict[str, int] = {}
    now = ""
    try:
        for news in _follow(child, {"volumes": [one.as_json() for one in volumes], "work": str(work)}):
            if "now" in news:
                now = str(news["now"])[:200]
                tell(now)
            if "pages" in news:
                pages[str(news["pages"][0])] = int(news["pages"][1])
            proof = news.get("proof", proof)
    finally:
        watch.cancel()
        _end(child)
    if child.returncode == DISK_FULL:
        raise OSError(28, "No space left on device")
    if child.returncode != 0 or proof is None:
        found = re.search(r"exhibit (\S+)$", now)
        raise NotBuilt(NOT_PROVED.format(problems=STOPPED), found.group(1) if found else "")
    problems = [words for volume in proof for words in volume["problems"]]
    if problems:
        raise NotBuilt(NOT_PROVED.format(problems=" ".join(problems[:5])))
    return Finished(proof, pages)


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


def _follow(child: subprocess.Popen[bytes], order: Mapping[str, Any]) -> Any:
    assert child.stdin is not None and child.stdout is not None
    try:
        with child.stdin as pipe:
            pipe.write(json.dumps(LIMITS).encode() + b"\n" + json.dumps(order).encode() + b"\n")
    except BrokenPipeError:
        pass  # it ended before it had read everything; its exit code says why
    while line := child.stdout.readline(LONGEST_LINE * 64):
        try:
            news = json.loads(line)
        except ValueError:
            continue
        if isinstance(news, dict):
            yield news


def _end(child: subprocess.Popen[bytes]) -> None:
    """Wait for the child, or end it when we stop for a reason of our own."""
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()
