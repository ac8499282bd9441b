"""Find the sheet of paper on a photo, and make one PDF of photos, each in a child process.

What the child reports is believed as little as the photo: corners are checked, and only files under our names count.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .sandbox import FailureKind, Limits, Outcome, run

LOOK = Limits(cpu_seconds=60, wall_seconds=120, memory_bytes=2 << 30)
MAKE = Limits(cpu_seconds=400, wall_seconds=600, memory_bytes=2 << 30, file_bytes=1 << 30)
UNREADABLE = "This photo cannot be opened: it is damaged, or too large. It is kept as it came."
Corners = list[list[float]]


class PhotoUnreadable(Exception):
    """A photo cannot be opened; the message is a sentence for a person. `number`: which one, from 1."""

    def __init__(self, words: str, number: int = 1) -> None:
        super().__init__(words)
        self.number = number


@dataclass(frozen=True)
class Looked:
    """What is on a photo. `corners` of the sheet run clockwise from the top left, as parts of width and height; None:
    no sheet was found, and there is no `crop`. Both files lie in the folder that was given."""

    corners: Corners | None
    whole: Path
    crop: Path | None


@dataclass(frozen=True)
class Leaf:
    """A page to be made of a photo: cut out at `corners` (None: the whole photo), and turned by quarters clockwise."""

    path: Path
    is_heic: bool
    corners: Corners | None
    turns: int = 0


def look(path: Path, folder: Path, *, is_heic: bool) -> Looked:
    """Look for the sheet. Raises PhotoUnreadable; OSError when the machine is at fault."""
    outcome = run("find_sheet", {"path": str(path.resolve()), "heic": is_heic}, folder, LOOK)
    facts = _last(outcome, "photo")
    whole, crop = folder / "whole.jpg", folder / "crop.jpg"
    if outcome.failure or facts is None or not _is_made(whole):
        slow = outcome.failure is not None and outcome.failure.kind is not FailureKind.CRASHED
        raise PhotoUnreadable(f"{outcome.failure.reason} It is kept as it came." if slow else UNREADABLE)
    corners = _checked(facts.get("corners"))
    return Looked(corners, whole, crop) if corners and _is_made(crop) else Looked(None, whole, None)


def make_pdf(leaves: list[Leaf], folder: Path) -> Path:
    """Make one PDF of photos, a page each, and return where it lies. Raises PhotoUnreadable, and OSError as `look`."""
    pages = [
        {"path": str(leaf.path.resolve()), "heic": leaf.is_heic, "corners": leaf.corners, "turns": leaf.turns}
        for leaf in leaves
    ]
    outcome = run("make_paper", {"pages": pages}, folder, MAKE)
    done = sum(event.get("event") == "page" for event in outcome.events)
    paper = folder / "paper.pdf"
    if outcome.failure or _last(outcome, "done") is None or not _is_made(paper):
        raise PhotoUnreadable(UNREADABLE, min(done + 1, len(leaves)))
    return paper


def _last(outcome: Outcome, name: str) -> dict | None:
    return next((event for event in reversed(outcome.events) if event.get("event") == name), None)


def _is_made(path: Path) -> bool:
    return path.is_file() and not path.is_symlink() and path.stat().st_size > 0


def _checked(found: object) -> Corners | None:
    """Four points inside the photo, or None."""
    if not isinstance(found, list) or len(found) != 4:
        return None
    for point in found:
        if not isinstance(point, list) or len(point) != 2:
            return None
        if not all(isinstance(part, int | float) and not isinstance(part, bool) and 0 <= part <= 1 for part in point):
            return None
    return [[float(x), float(y)] for x, y in found]
