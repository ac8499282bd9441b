"""Have a letter drawn by a child process with limits: words that somebody typed may take a page layout very long."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from casemgr.pdf.letter import Letter
from casemgr.storage.own_child import OwnChild

CHILD = "casemgr.letters.child"
LIMITS = {"cpu_seconds": 20, "memory_bytes": 1 << 30, "file_bytes": 64 << 20, "open_files": 128}
SECONDS = 40
ON_SCREEN = 1.5
"""Pixels a point of a page picture."""
MOST_PICTURES = 12
_NOT_DRAWN = "This letter could not be drawn: it is too long or holds something odd. Shorten it."


class NotDrawn(Exception):
    """The letter could not be drawn. The text is for the person who writes it."""


@dataclass(frozen=True)
class Pages:
    """A drawn letter. `pictures`: PNG of the first pages, where they were wanted. `undrawable`: characters that no
    font here has; they stand as boxes on the page."""

    pdf: bytes
    count: int
    pictures: tuple[bytes, ...]
    undrawable: tuple[str, ...]


def draw(letter: Letter, *, pictures: bool = False) -> Pages:
    """Return the letter as a PDF, and as pictures. Raises NotDrawn."""
    with tempfile.TemporaryDirectory(prefix="letter-") as folder:
        told = _run(Path(folder), letter, ON_SCREEN if pictures else 0.0)
        count = int(told["pages"])
        shown = range(1, min(count, MOST_PICTURES) + 1) if pictures else ()
        return Pages(
            (Path(folder) / "letter.pdf").read_bytes(),
            count,
            tuple((Path(folder) / f"page-{number}.png").read_bytes() for number in shown),
            tuple(told["undrawable"]),
        )


def _run(folder: Path, letter: Letter, scale: float) -> dict:
    told: dict = {}
    try:
        with OwnChild(CHILD, (letter, scale), folder, LIMITS, SECONDS) as child:
            for news in child.news():
                told |= news
    except OSError as problem:
        raise NotDrawn(_NOT_DRAWN) from problem
    if child.code != 0 or "pages" not in told:
        raise NotDrawn(_NOT_DRAWN)
    return told
