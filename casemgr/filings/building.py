"""Have a packet made by a child process with limits, and find out what went wrong when it was not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from casemgr.pdf.archival import ranges
from casemgr.pdf.model import Packet
from casemgr.storage.own_child import OwnChild

CHILD = "casemgr.filings.child"
LIMITS = {"cpu_seconds": 900, "memory_bytes": 2 << 30, "file_bytes": 4 << 30, "open_files": 1024}
WALL_SECONDS = 1200.0
MOST_TOLD = 40
NOT_ARCHIVAL = (
    "It is not PDF/A-2b yet, so it was not made. Have the pages below drawn as pictures, put better copies in their "
    "place, or make it without PDF/A."
)
OURS_NOT_ARCHIVAL = "It was not made: its cover, index or sheets cannot be PDF/A-2b. Make it without PDF/A."

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
class Breach:
    """A rule of PDF/A-2b that an exhibit does not meet (label "": what is our own), on these pages of its file."""

    label: str
    rule: str
    words: str
    pages: tuple[int, ...]


class NotConforming(NotBuilt):
    """It was to be PDF/A-2b, and the checker did not confirm that it is."""

    def __init__(self, breaches: Sequence[Breach]) -> None:
        first = NOT_ARCHIVAL if any(one.label for one in breaches) else OURS_NOT_ARCHIVAL
        super().__init__("\n".join([first, *_lines(breaches)]))
        self.breaches = tuple(breaches)


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
    said: dict[str, object] = {}
    left_out: list[tuple[str, str]] = []
    breaches: list[Breach] = []
    with OwnChild(CHILD, (packet, out, may_leave_out), folder, LIMITS, WALL_SECONDS) as child:
        for news in child.news():
            said |= news
            if isinstance(news.get("left_out"), list):
                label, *why = map(str, news["left_out"])
                left_out.append((label, " ".join(why)))
            if isinstance(news.get("breach"), list):
                breaches.append(_breach(*news["breach"]))
            done, total = news.get("done"), news.get("total")
            if isinstance(done, int) and isinstance(total, int):
                progress(done, total, str(news.get("now", ""))[:200])
    if "reason" in said:
        raise NotBuilt(f"{said['reason']} {said.get('remedy', '')}".strip(), str(said.get("label")))
    if breaches and child.code == 0:
        unmet = NotConforming(breaches)
        unmet.left_out = tuple(left_out)
        raise unmet
    if child.code != 0 or "built" not in said or not out.is_file():
        problem = _what_happened(child, str(said.get("now", "")))
        problem.left_out = tuple(left_out)
        raise problem
    return Made(out, out.with_suffix(".json"), str(said["built"]), int(str(said["pages"])), tuple(left_out))


def _breach(label: object, rule: object, words: object, runs: Sequence[tuple[int, int]]) -> Breach:
    pages = tuple(page for first, last in runs for page in range(first, last + 1))
    return Breach(str(label), str(rule), str(words), pages)


def _lines(breaches: Sequence[Breach]) -> list[str]:
    """One line for each exhibit and rule, as a person reads it."""
    told = []
    for one in breaches:
        where = f"Exhibit {one.label}, {in_words(one.pages)}" if one.label else "The pages that we draw"
        told.append(f"{where}: {one.words} ({one.rule}).")
    more = len(told) - MOST_TOLD
    return [*told[:MOST_TOLD], f"And {more:,} more."] if more > 0 else told


def in_words(pages: Sequence[int]) -> str:
    """Return page numbers in words: “page 3”, “pages 1 to 4, 9”."""
    runs = [f"{first:,}" if first == last else f"{first:,} to {last:,}" for first, last in ranges(pages)]
    return f"page{'s' if len(pages) != 1 else ''} {', '.join(runs)}"


def _what_happened(child: OwnChild, step: str) -> NotBuilt:
    found = re.search(r"exhibit (\S+)$", step)
    if child.is_out_of_time:
        why = "it takes far too long to open. Something in it is larger than it looks."
    elif child.is_out_of_memory:
        why = "it needs far too much memory. Something in it is larger than it looks."
    else:
        why = "the program that reads it stopped. The file is damaged, or made to do harm."
    if not found:
        return NotBuilt(
            "The packet could not be put together. Try again; if it fails again, leave out the largest exhibits."
        )
    return NotBuilt(f"{why} Open it in a PDF program and print it to a new PDF, or leave it out.", found.group(1))
