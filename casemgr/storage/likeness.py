"""What pages look like, and where two pages differ. Pictures are opened in a child process only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .sandbox import FailureKind, Limits, ReadFailed, run

BITS = 256
AT_ONCE = 12  # pairs in one child
PRINTED_AT_ONCE = 300
MOST_BOXES = 60
_PRINTS = Limits(cpu_seconds=60, wall_seconds=180, memory_bytes=512 << 20)
_COMPARE = Limits(cpu_seconds=60, wall_seconds=300, memory_bytes=2 << 30)
SLOW = "Comparing these two pages takes too long."
BROKEN = "These two pages could not be laid over each other."
UNLIKE = "These two pages do not look alike."

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in fractions of the picture."""


@dataclass(frozen=True)
class Laid:
    """Two pictures that were laid over each other.

    Attributes:
        boxes: where they differ, each as the place in the first and in the second picture, top to bottom.
        marks: the same of small marks on what is written, where the paper has specks of dust all over.
        found_again: the share of the ink of both that the other one has too, 0 to 1.
        many: there are more places than are listed.
    """

    boxes: list[tuple[Box, Box]]
    found_again: float
    many: bool = False
    marks: list[tuple[Box, Box]] = field(default_factory=list)


@dataclass(frozen=True)
class Apart:
    """Two pictures that do not fit; `why` is a sentence. `is_other_page`: they were read, and show other things."""

    why: str
    is_other_page: bool = False


def print_pages(pictures: Sequence[Path], folder: Path) -> list[str | None]:
    """Return 256 bits as text for each picture; None where it is blank or cannot be read.

    Two pages that look alike differ in few bits, also when scanned again or saved anew. Raises OSError when the
    machine is at fault.
    """
    found: list[str | None] = []
    for start in range(0, len(pictures), PRINTED_AT_ONCE):
        part = pictures[start : start + PRINTED_AT_ONCE]
        outcome = run("page_prints", {"paths": [str(path) for path in part]}, folder, _PRINTS)
        prints: list[str | None] = [None] * len(part)
        for event in outcome.events:
            index, bits = event.get("index"), event.get("bits")
            if event.get("event") == "print" and _is_index(index, len(part)) and _is_print(bits):
                prints[index] = bits
        found += prints
    return found


def compare_pages(pairs: Sequence[tuple[Path, Path]], folder: Path) -> list[Laid | Apart]:
    """Return what each pair of pictures has in common. A pair that ends its child is left out, the rest goes on.

    Raises OSError when the machine is at fault.
    """
    found: dict[int, Laid | Apart] = {}
    start = 0
    while start < len(pairs):
        part = pairs[start : start + AT_ONCE]
        request = {"pairs": [[str(first), str(second)] for first, second in part]}
        outcome = run("compare_pages", request, folder, _COMPARE)
        begun = None
        for event in outcome.events:
            index = event.get("index")
            if not _is_index(index, len(part)):
                continue
            begun = index
            if event.get("event") in ("laid", "apart"):
                found[start + index] = _seen(event)
        if outcome.failure is None:
            start += len(part)
            continue
        stopped = start + (begun or 0)
        found.setdefault(stopped, Apart(_words(outcome.failure)))
        start = stopped + 1
    return [found.get(index, Apart(BROKEN)) for index in range(len(pairs))]


def _seen(event: dict) -> Laid | Apart:
    """The child's word is checked: what it opened may have taken it over."""
    if event.get("event") != "laid":
        unlike = event.get("why") == "unlike"
        return Apart(UNLIKE if unlike else BROKEN, unlike)
    boxes, marks, again = _boxes(event.get("boxes")), _boxes(event.get("marks")), event.get("found_again")
    if boxes is None or marks is None or not _is_fraction(again):
        return Apart(BROKEN)
    return Laid(boxes, float(again), event.get("many") is True, marks)


def _boxes(value: object) -> list[tuple[Box, Box]] | None:
    if not isinstance(value, list):
        return None
    pairs = [pair for pair in value[:MOST_BOXES] if isinstance(pair, list | tuple) and len(pair) == 2]
    checked = [(_box(one), _box(other)) for one, other in pairs]
    return [(one, other) for one, other in checked if one and other]


def _box(value: object) -> Box | None:
    if not isinstance(value, list) or len(value) != 4 or not all(_is_fraction(side) for side in value):
        return None
    left, top, right, bottom = value
    return (left, top, right, bottom) if left <= right and top <= bottom else None


def _is_fraction(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _is_index(value: object, count: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < count


def _is_print(value: object) -> bool:
    return isinstance(value, str) and len(value) == BITS and set(value) <= {"0", "1"}


def _words(failure: ReadFailed) -> str:
    return SLOW if failure.kind is FailureKind.TIMEOUT else BROKEN
