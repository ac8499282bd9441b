"""Which page of one paper is which page of another. Pure: prints in, pairs of numbers out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from casemgr.copies.prints import BITS, bits_apart

PICTURE_BITS = 256
PICTURES_ALIKE = 60
"""Bits of 256 in which two scans of one page may differ; pages of other content differ in about half of them."""
WORDS_ALIKE = 10
"""Bits of 64 in which two pages of nearly the same words may differ."""
_WORTH_PAIRING = 0.35
_BAND = 12  # pages that may have come in or gone before a page


@dataclass(frozen=True)
class PageSeen:
    """A page as it is matched. `picture`: 256 bits or None; `words`: 64 bits or None."""

    number: int
    picture: int | None
    words: int | None


@dataclass(frozen=True)
class Matched:
    """One row of a comparison. None: the other paper has no such page. `moved`: it stands in another order there."""

    first: int | None
    second: int | None
    moved: bool = False


def likeness(one: PageSeen, other: PageSeen) -> float:
    """Return how alike two pages are, 0 to 1; two pages of which nothing is known are somewhat alike."""
    found = []
    if one.picture is not None and other.picture is not None:
        found.append(1 - (one.picture ^ other.picture).bit_count() / (PICTURE_BITS / 2))
    if one.words is not None and other.words is not None:
        found.append(1 - bits_apart(one.words, other.words) / (BITS / 2))
    if found:
        return max(0.0, *found)
    nothing_known = (one.picture, one.words) == (None, None) == (other.picture, other.words)
    return 0.5 if nothing_known else 0.0


def match_pages(first: Sequence[PageSeen], second: Sequence[PageSeen]) -> list[Matched]:
    """Return every page of both once, in the order of reading: matched, come in, gone, or moved.

    The order is kept as far as it goes (a longest common run by likeness); what is left over is then looked for out
    of order; and where as many pages are gone as have come in at one place, they are set beside each other.
    """
    rows = _aligned(first, second)
    return _side_by_side(_with_moved(rows, first, second))


def _aligned(first: Sequence[PageSeen], second: Sequence[PageSeen]) -> list[Matched]:
    reach = abs(len(first) - len(second)) + _BAND
    best = [[0.0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i in range(len(first) - 1, -1, -1):
        for j in range(len(second) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], _gain(first[i], second[j], reach) + best[i + 1][j + 1])
    rows, i, j = [], 0, 0
    while i < len(first) and j < len(second):
        gain = _gain(first[i], second[j], reach)
        if gain > 0 and best[i][j] == gain + best[i + 1][j + 1]:
            rows.append(Matched(first[i].number, second[j].number))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            rows.append(Matched(first[i].number, None))
            i += 1
        else:
            rows.append(Matched(None, second[j].number))
            j += 1
    rows += [Matched(page.number, None) for page in first[i:]]
    return rows + [Matched(None, page.number) for page in second[j:]]


def _gain(one: PageSeen, other: PageSeen, reach: int) -> float:
    if abs(one.number - other.number) > reach:
        return 0.0
    return max(0.0, likeness(one, other) - _WORTH_PAIRING)


def _with_moved(rows: list[Matched], first: Sequence[PageSeen], second: Sequence[PageSeen]) -> list[Matched]:
    gone = {page.number: page for page in first}
    come = {page.number: page for page in second}
    left = [gone[row.first] for row in rows if row.first and row.second is None]
    right = [come[row.second] for row in rows if row.second and row.first is None]
    pairs = sorted(((likeness(one, other), one.number, other.number) for one in left for other in right), reverse=True)
    moved: dict[int, int] = {}
    for alike, one, other in pairs:
        if alike >= 2 * _WORTH_PAIRING and one not in moved and other not in moved.values():
            moved[one] = other
    found = []
    for row in rows:
        if row.second is None and row.first in moved:
            found.append(Matched(row.first, moved[row.first], moved=True))
        elif row.first is not None or row.second not in moved.values():
            found.append(row)
    return found


def _side_by_side(rows: list[Matched]) -> list[Matched]:
    """A run of as many pages gone as have come in is the same places with other pages."""
    found: list[Matched] = []
    at = 0
    while at < len(rows):
        end = at
        while end < len(rows) and (rows[end].first is None or rows[end].second is None):
            end += 1
        gone = [row.first for row in rows[at:end] if row.first is not None]
        come = [row.second for row in rows[at:end] if row.second is not None]
        if gone and len(gone) == len(come):
            found += [Matched(one, other) for one, other in zip(gone, come, strict=True)]
        else:
            found += rows[at:end]
        if end < len(rows):
            found.append(rows[end])
        at = end + 1
    return found
