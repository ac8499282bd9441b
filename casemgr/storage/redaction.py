"""Make a copy of a paper from which something is removed, and prove that it is gone. Each in a child process.

The child that proves it opens the original and the copy anew; without its word there is no copy.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .sandbox import FailureKind, Limits, Outcome, run

LIMITS = Limits(cpu_seconds=900, wall_seconds=1200, memory_bytes=3 << 30, file_bytes=1 << 30)
COPY = "redacted.pdf"
Box = tuple[float, float, float, float]
"""Left, top, right, bottom, from 0 to 1 of the upright page."""

_SLOW = "Making the redacted copy takes too much time or memory{}. Split the paper, and redact its parts.{}"
_HEAVY = "; it stopped at page {}", " If page {} alone is too much, print it to a new PDF with another program first."
_BROKEN = (
    "The paper cannot be opened to be redacted: it is damaged, far larger than it looks, or of a kind that cannot be "
    "rebuilt."
)
_UNPROVED = "The copy was thrown away: it could not be proved that all was removed"
_LEAKS = {
    "words": "words under a box were still in it",
    "pictures": "a picture under a box was still in it",
    "metadata": "data of the old file was still in it",
    "history": "earlier states of the file were still in it",
    "pages": "it had another number of pages",
}


class NotRedacted(Exception):
    """There is no copy. The message is a sentence for a person."""


@dataclass(frozen=True)
class Leaf:
    """What is wanted of one page: `boxes` to cover; `turn`, clockwise, and `words` where a machine read it."""

    boxes: tuple[Box, ...] = ()
    turn: int = 0
    words: list[Any] | None = None


@dataclass(frozen=True)
class Proof:
    """What was looked at in the finished copy.

    `pictures`: numbers of the pages that became a picture; `words`: how many stood under boxes; `elsewhere`: page to
    how often a name or number that was covered also stands there, uncovered."""

    pages: int
    boxes: int
    words: int
    pictures: tuple[int, ...]
    elsewhere: dict[int, int] = field(default_factory=dict)


def redact(
    path: Path, leaves: dict[int, Leaf], folder: Path, *, is_pdf: bool, is_heic: bool, ident: str, all_pages: bool
) -> tuple[Path, Proof]:
    """Write the copy into `folder` (emptied first), and return where it lies with its proof.

    Args:
        leaves: by number of the page, from 1; a page that is not named has no box.
        is_pdf: otherwise it is a picture, or a fax of several. is_heic: one as phones make them.
        ident: an id that is written into the copy, so that its log can be found.
        all_pages: every page becomes a picture.
    Raises: NotRedacted; OSError when the machine is at fault.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    plan = {str(n): {"boxes": leaf.boxes, "turn": leaf.turn, "words": leaf.words} for n, leaf in leaves.items()}
    (folder / "plan.json").write_text(json.dumps(plan))
    where = {"path": str(path.resolve()), "pdf": is_pdf}
    request = where | {"ident": ident, "all_pages": all_pages, "heic": is_heic}
    outcome = run("redact", request, folder, LIMITS)
    made, told = folder / COPY, _last(outcome, "redacted")
    if outcome.failure or told is None or not made.is_file() or made.is_symlink():
        raise NotRedacted(_why(outcome))
    outcome = run("prove_redaction", where, folder, LIMITS)
    proved = _last(outcome, "proved")
    if outcome.failure or proved is None:
        leak = _last(outcome, "leak")
        slow = outcome.failure and outcome.failure.kind is not FailureKind.CRASHED
        why = "reading both again takes too much time or memory" if slow else "it could not be read again"
        raise NotRedacted(_leak(leak) if leak else f"{_UNPROVED}, because {why}.")
    return made, _proof(proved, told)


def _last(outcome: Outcome, name: str) -> dict | None:
    return next((event for event in reversed(outcome.events) if event.get("event") == name), None)


def _why(outcome: Outcome) -> str:
    if _last(outcome, "encrypted"):
        return "The paper is locked with a password. Ask for a copy without one, and add that."
    page = _last(outcome, "begin")
    number = page["number"] if page and isinstance(page.get("number"), int) else 0
    if outcome.failure and outcome.failure.kind is not FailureKind.CRASHED:
        return _SLOW.format(*(words.format(number) if number else "" for words in _HEAVY))
    return _BROKEN + (f" It stopped at page {number}." if number else "")


def _leak(leak: dict) -> str:
    number = leak.get("number")
    where = f" (page {number})" if isinstance(number, int) and number else ""
    return f"{_UNPROVED}: {_LEAKS.get(str(leak.get('what')), 'something of it was left')}{where}."


def _proof(proved: dict, told: dict) -> Proof:
    counts = [proved.get(name) for name in ("pages", "boxes", "words")]
    pictures = told.get("pictures")
    elsewhere = proved.get("elsewhere")
    if not all(isinstance(count, int) for count in counts) or not isinstance(pictures, list):
        raise NotRedacted(f"{_UNPROVED}, because its answer made no sense.")
    spots = elsewhere if isinstance(elsewhere, dict) else {}
    return Proof(
        *(int(count or 0) for count in counts),
        tuple(number for number in pictures if isinstance(number, int)),
        {int(page): count for page, count in spots.items() if str(page).isdigit() and isinstance(count, int)},
    )
