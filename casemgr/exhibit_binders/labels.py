"""How exhibits are numbered, and what changed since they were served. Pure.

Before the first serving the order gives the numbers. What was served keeps its number for good: a late exhibit behind
all others goes on counting, and one between two of them takes a letter (P-12A).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

_NUMBERED = re.compile(r"(.*)-(\d+)([A-Z]*)")


class Row(Protocol):
    label: str
    is_joint: bool


def labels(rows: Sequence[Row], prefix: str, joint: str) -> list[str]:
    """Return the label of each row in its order. `row.label` is that of an exhibit that was served, else empty."""
    made = [row.label for row in rows]
    for series in dict.fromkeys((prefix, joint)):
        _fill(made, [n for n, row in enumerate(rows) if (joint if row.is_joint else prefix) == series], series)
    return made


def _fill(made: list[str], places: Sequence[int], series: str) -> None:
    """Give the rows of one series the labels that they lack."""
    fixed = [n for n in places if made[n]]
    taken = {label for label in made if label}
    last = max((_number(made[n]) for n in fixed), default=0)
    before = ""
    for n in places:
        if made[n]:
            before = made[n]
        elif before and any(later > n for later in fixed):
            made[n] = next(one for one in _lettered(series, _number(before)) if one not in taken)
            taken.add(made[n])
        else:
            last += 1
            made[n] = f"{series}-{last}"
            taken.add(made[n])


def _number(label: str) -> int:
    found = _NUMBERED.fullmatch(label)
    return int(found[2]) if found else 0


def _lettered(series: str, number: int) -> Iterable[str]:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for n in count():
        yield f"{series}-{number}{(letters[n // 26 - 1] if n >= 26 else '') + letters[n % 26]}"


@dataclass(frozen=True)
class Placed:
    """An exhibit as it stands in a version: which paper, which pages, and where they are.

    `first_page`: in the PDF of its volume, from 1; `bates_start`: the number of its first page, without prefix."""

    row_id: str
    document_id: str
    label: str
    title: str
    when: str
    description: str
    hash: str
    only_pages: tuple[int, int] | None
    pages: int
    first_page: int
    volume: int
    bates_start: int
    bates_first: str
    bates_last: str

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "only_pages": list(self.only_pages) if self.only_pages else None}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Placed:
        pages = data["only_pages"]
        return cls(**{**data, "only_pages": (pages[0], pages[1]) if pages else None})

    @property
    def bates(self) -> str:
        return self.bates_first if self.bates_first == self.bates_last else f"{self.bates_first} – {self.bates_last}"


@dataclass(frozen=True)
class Served:
    """An exhibit as it was served last, and when (in words)."""

    placed: Placed
    when: str


NEW, REPLACED, WITHDRAWN, REWORDED = "new", "replaced", "withdrawn", "reworded"


@dataclass(frozen=True)
class Change:
    """What became of one exhibit since it was served. `note` stands under it in the index of the supplement."""

    kind: str
    row_id: str
    label: str
    words: str
    note: str = ""


class Present(Protocol):
    """An exhibit as it would be made now."""

    id: str
    label: str
    title: str
    when: str
    description: str
    sha256: str
    only_pages: tuple[int, int] | None
    withdrawn: str
    refused: str


def changes(served: Mapping[str, Served], present: Sequence[Present], since: str) -> list[Change]:
    """Return what a supplement must tell, in the order of the exhibits. `since`: when the set was served, in words."""
    found = [_change(served.get(one.id), one, since) for one in present] if served else []
    return [one for one in found if one is not None]


def _change(was: Served | None, now: Present, since: str) -> Change | None:
    if was is None:
        if now.withdrawn:
            return None
        note = f"New: it was not in the set served {since}."
        return Change(NEW, now.id, now.label, f"{now.label} is new: {now.title}.", note)
    old = was.placed
    if now.withdrawn:
        words = f"{now.label} is withdrawn: {old.title} (Bates {old.bates}). {now.withdrawn}".rstrip(". ") + "."
        return Change(WITHDRAWN, now.id, now.label, words)
    if (old.hash, old.only_pages) != (now.sha256, now.only_pages):
        served = f"as served {was.when} (Bates {old.bates})"
        words = f"{now.label} is replaced: {now.title} stands in the place of {old.title}, {served}. The number stays."
        note = f"Replaces {now.label} {served}; the number stays."
        return Change(REPLACED, now.id, now.label, words, note)
    if now.refused:  # closed since: neither its present title nor its description may leave
        return None
    what = [
        words
        for words, before, after in (
            (f"is now called “{now.title}” (before: “{old.title}”)", old.title, now.title),
            (f"has the date {now.when or 'none'} (before: {old.when or 'none'})", old.when, now.when),
            ("has another description", old.description, now.description),
        )
        if before != after
    ]
    return Change(REWORDED, now.id, now.label, f"{now.label} {', and '.join(what)}.") if what else None


def in_supplement(found: Iterable[Change]) -> frozenset[str]:
    """Return the ids of the rows whose pages go into the supplement."""
    return frozenset(one.row_id for one in found if one.kind in (NEW, REPLACED))
