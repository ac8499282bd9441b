"""Asks child processes where the pages of exhibits have room for a stamp, while we read, draw and put together.

A page that cannot be looked at counts as full: its stamp then stands below it, and covers nothing either.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

from casemgr.pdf import looker
from casemgr.pdf.places import BELOW, PLACES, spots
from casemgr.pdf.sources import Source

SILENCE = 4.0  # seconds on one page; then it is given up
HEAVY = 8_000_000  # bytes of files that make one more child worth its start
MOST = 4  # children at a time; never more than processors
_THREADS = Path("/proc/self/task")


class _Process(Protocol):
    """What is needed of a process; a `subprocess.Popen` has it."""

    def poll(self) -> int | None: ...
    def kill(self) -> None: ...
    def wait(self) -> int: ...


class _Copy:
    """A copy of this process that looks: no Python has to be started and loaded for it."""

    def __init__(self, folder: Path, answers: str) -> None:
        self.code: int | None = None
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            looker.become(str(folder), answers, parent)

    def poll(self) -> int | None:
        return self._ask(os.WNOHANG)

    def wait(self) -> int:
        code = self._ask(0)
        assert code is not None
        return code

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def _ask(self, options: int) -> int | None:
        if self.code is None:
            pid, status = os.waitpid(self.pid, options)
            self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code


@dataclass
class _Child:
    process: _Process
    answers: IO[str]
    heard: float = 0.0
    line: str = ""
    working_on: set[int] = field(default_factory=set)


class Looking:
    """The questions, the children that answer them, and the answers, in the folder `work`. Use as a context."""

    def __init__(self, work: Path) -> None:
        """Start nothing yet."""
        self.folder = work / "look"
        self.found: dict[int, list[str]] = {}
        self.counted: dict[int, int] = {}
        """By question, how many pages the one who looks finds, where they are not those that we know."""
        self.open: set[int] = set()
        self.weight = self.started = 0
        self.children: list[_Child] = []

    def __enter__(self) -> "Looking":
        """Open the list of questions."""
        self.folder.mkdir()
        self.tasks = (self.folder / "tasks").open("a", encoding="utf-8")
        return self

    def __exit__(self, *_: object) -> None:
        """End the children, whatever they do."""
        for child in list(self.children):
            self._end(child)
        self.tasks.close()

    def ask(self, number: int, source: Source) -> None:
        """Ask for the pages of a source, under a number."""
        assert source.seen_in is not None
        copied = source.cleaned.redrawn  # then only the pages that were chosen are in it
        first = 0 if copied or source.exhibit.only_pages is None else source.exhibit.only_pages[0] - 1
        runs: list[list[Any]] = []
        before: tuple[tuple[float, float], bool] | None = None
        for n, shape in enumerate(source.shapes):
            covered = [shape.shares_of(box) for box in source.cleaned.covered.get(n, ())]
            size, is_scan = shape.size, n in source.cleaned.scans and not shape.turns and not covered
            if (size, is_scan) == before and not covered:
                runs[-1][1] += 1
                continue
            before = None if covered else (size, is_scan)
            rooms = [[round(share, 5) for share in spot.shares(size)] for spot in spots(size, source.stamp_width)]
            if covered:  # what stands on the page would lie beneath
                rooms = [[] if any(_meet(room, box) for box in covered) else room for room in rooms]
            runs.append([first + n, 1, is_scan, rooms])
        self.found[number] = [BELOW] * source.pages  # what is not answered counts as full
        self.open.add(number)
        of = source.pages if copied else source.source_pages
        self._put({"n": number, "path": str(source.seen_in), "of": of, "runs": runs})
        self.weight += source.seen_in.stat().st_size
        wanted = min(1 + self.weight // HEAVY, MOST)
        if len(self.children) < wanted and len(self.children) < (os.cpu_count() or 1):  # to count them takes a while
            self._start()

    def end(self) -> None:
        """No more questions will come."""
        self._put({})

    def places(self, number: int) -> list[str]:
        """Wait for the answer to a question; return where each page has room."""
        pause = 0.0005
        while True:
            for child in list(self.children):
                self._hear(child)
            if number not in self.open:
                return self.found[number]
            time.sleep(pause)
            pause = min(0.01, pause * 1.5)

    def _put(self, task: dict[str, Any]) -> None:
        self.tasks.write(json.dumps(task) + "\n")
        self.tasks.flush()

    def _start(self) -> None:
        answers = self.folder / f"answers-{self.started}"
        answers.touch()
        self.started += 1
        process = _Copy(self.folder, answers.name) if can_copy() else _script(self.folder, answers.name)
        self.children.append(_Child(process, answers.open(encoding="utf-8")))

    def _hear(self, child: _Child) -> None:
        """Read what a child has said since. What it was looking at when it was lost is given up."""
        is_over, heard = child.process.poll() is not None, child.heard  # after its end nothing more is said
        while said := child.answers.readline():
            child.line, heard = child.line + said, 0.0
            if child.line.endswith("\n"):
                self._note(child)
        child.heard = heard or time.monotonic()
        if is_over or time.monotonic() - child.heard > SILENCE:
            self.open -= child.working_on
            if self._end(child) and self.open and self.started < len(self.found) + MOST:
                self._start()
            if not self.children:
                self.open.clear()

    def _note(self, child: _Child) -> None:
        line, child.line = child.line, ""
        with contextlib.suppress(ValueError, KeyError, IndexError, TypeError):
            said = json.loads(line)
            number = said["n"]
            pages = self.found[number]
            child.working_on.add(number)
            if isinstance(said.get("others"), int):
                self.counted[number] = said["others"]
            for at, letter in enumerate(said.get("seen", ""), said.get("at", 0)):
                pages[at] = PLACES[int(letter, 16)] if letter != looker.NOWHERE else BELOW
            if said.get("done"):
                child.working_on.discard(number)
                self.open.discard(number)

    def _end(self, child: _Child) -> int:
        with contextlib.suppress(OSError):
            child.process.kill()
        child.answers.close()
        self.children.remove(child)
        return child.process.wait()


def _meet(room: Sequence[float], box: Sequence[float]) -> bool:
    return room[0] < box[2] and room[2] > box[0] and room[1] < box[3] and room[3] > box[1]


def can_copy() -> bool:
    """Tell whether this process may fork: a copy of one with threads could stand still."""
    return sys.platform.startswith("linux") and len(list(_THREADS.iterdir())) == 1


def _script(folder: Path, answers: str) -> _Process:
    nothing = subprocess.DEVNULL
    command = [sys.executable, "-I", looker.__file__, str(folder), answers]
    return subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing)
