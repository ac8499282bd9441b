"""Have pages drawn by a child process with limits: words that somebody typed may take a page layout very long."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from casemgr.pdf.document import Document
from casemgr.pdf.letter import Letter
from casemgr.storage.own_child import OwnChild

CHILD = "casemgr.platform.page_child"
LIMITS = {"cpu_seconds": 20, "memory_bytes": 1 << 30, "file_bytes": 64 << 20, "open_files": 128}
SECONDS = 40
ON_SCREEN = 1.5
"""Pixels a point of a page picture."""
_NOT_DRAWN = "It could not be drawn: it is too long or holds something odd. Shorten it."


class NotDrawn(Exception):
    """The pages could not be drawn. The text is for the person who writes them."""


@dataclass(frozen=True)
class Pages:
    """Drawn pages. `pictures`: PNG of the first of those that are to be seen, where they were wanted; `names`: what
    each is called. `count`: how many are to be seen. `undrawable`: characters that no font here has; they stand as
    boxes on the page."""

    pdf: bytes
    count: int
    pictures: tuple[bytes, ...]
    undrawable: tuple[str, ...]
    names: tuple[str, ...] = ()


def draw(thing: Letter | Document, *, pictures: bool = False) -> Pages:
    """Return it as a PDF, and as pictures. Raises NotDrawn."""
    with tempfile.TemporaryDirectory(prefix="pages-") as folder:
        told = _run(Path(folder), thing, ON_SCREEN if pictures else 0.0)
        return Pages(
            (Path(folder) / "made.pdf").read_bytes(),
            int(told["pages"]),
            tuple((Path(folder) / f"page-{number}.png").read_bytes() for number in range(1, int(told["pictures"]) + 1)),
            tuple(told["undrawable"]),
            tuple(told["names"]),
        )


def _run(folder: Path, thing: Letter | Document, scale: float) -> dict:
    told: dict = {}
    try:
        with OwnChild(CHILD, (thing, scale), folder, LIMITS, SECONDS) as child:
            for news in child.news():
                told |= news
    except OSError as problem:
        raise NotDrawn(_NOT_DRAWN) from problem
    if child.code != 0 or "pages" not in told:
        raise NotDrawn(_NOT_DRAWN)
    return told
