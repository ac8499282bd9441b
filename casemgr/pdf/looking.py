"""Asks child processes where the pages of exhibits have room for a stamp, while we read and draw.

A page that cannot be looked at counts as full: its stamp then stands below it, and covers nothing either.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casemgr.pdf.places import BELOW, PLACES, spots
from casemgr.pdf.sources import Source

LOOKER = Path(__file__).with_name("looker.py")
SILENCE = 4.0  # seconds on one page; then it is given up
HEAVY = 8_000_000  # bytes of files that make one more child worth its start
MOST = 4  # children at a time; never more than processors


@dataclass
class _Child:
    process: subprocess.Popen[bytes]
    answers: Path
    size: int = -1
    heard: float = 0.0

    def is_silent(self) -> bool:
        """Tell whether it has said nothing for too long."""
        size, now = self.answers.stat().st_size, time.monotonic()
        if size != self.size:
            self.size, self.heard = size, now
        return now - self.heard > SILENCE


class Looking:
    """The questions, the children that answer them, and the answers, in the folder `work`. Use as a context."""

    def __init__(self, work: Path) -> None:
        """Start nothing yet."""
        self.folder = work / "look"
        self.pages: dict[int, int] = {}
        self.weight = self.started = 0
        self.children: list[_Child] = []

    def __enter__(self) -> "Looking":
        """Open the list of questions."""
        self.folder.mkdir()
        self.tasks = (self.folder / "tasks").open("a", encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        """End the children, whatever they do."""
        for child in self.children:
            _end(child)
        self.tasks.close()

    def ask(self, number: int, source: Source) -> None:
        """Ask for the pages of a source, under a number."""
        assert source.seen_in is not None
        copied = source.cleaned.redrawn  # then only the pages that were chosen are in it
        first = 0 if copied or source.exhibit.only_pages is None else source.exhibit.only_pages[0] - 1
        runs: list[list[Any]] = []
        before: tuple[tuple[float, float], bool] | None = None
        for n, shape in enumerate(source.shapes):
            size, is_scan = shape.size, n in source.cleaned.scans and not shape.turns
            if (size, is_scan) == before:
                runs[-1][1] += 1
                continue
            before = size, is_scan
            rooms = [[round(share, 5) for share in spot.shares(size)] for spot in spots(size, source.stamp_width)]
            runs.append([first + n, 1, is_scan, rooms])
        self.pages[number] = source.pages
        of = source.pages if copied else source.source_pages
        self._put({"n": number, "path": str(source.seen_in), "of": of, "runs": runs})
        self.weight += source.seen_in.stat().st_size
        wanted = 1 + self.weight // HEAVY
        if len(self.children) < min(wanted, MOST, os.cpu_count() or 1):
            self._start()

    def _put(self, task: dict[str, Any]) -> None:
        self.tasks.write(json.dumps(task) + "\n")
        self.tasks.flush()

    def _start(self) -> None:
        answers = self.folder / f"answers-{self.started}"
        answers.touch()
        self.started += 1
        process = subprocess.Popen(
            [sys.executable, "-I", str(LOOKER), str(self.folder), answers.name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.children.append(_Child(process, answers))

    def places(self) -> dict[int, list[str]]:
        """Wait for the children; return where each page has room, by the numbers that were asked for."""
        self._put({})
        pause = 0.001
        while self.children:
            time.sleep(pause)
            pause = min(0.01, pause * 1.5)
            for child in list(self.children):
                if child.process.poll() is None and not child.is_silent():
                    continue
                _end(child)
                self.children.remove(child)
                if child.process.returncode and len(list(self.folder.glob("claim-*"))) < len(self.pages):
                    self._start()
        return self._read()

    def _read(self) -> dict[int, list[str]]:
        """What was not answered counts as full."""
        found = {number: [BELOW] * count for number, count in self.pages.items()}
        for file in self.folder.glob("answers-*"):
            for line in file.read_text("utf-8").splitlines():
                with contextlib.suppress(ValueError, KeyError, IndexError):
                    said = json.loads(line)
                    pages = found[said["n"]]
                    for at, letter in enumerate(said.get("seen", ""), said.get("at", 0)):
                        pages[at] = PLACES[int(letter, 16)] if letter != "-" else BELOW
        return found


def _end(child: _Child) -> None:
    with contextlib.suppress(OSError):
        child.process.kill()
    child.process.wait()
