"""Cut a finished PDF into parts of at most so many bytes, each a whole PDF of its own: what one e-mail can carry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem

from casemgr.pdf import navigation
from casemgr.pdf.parts import carry_to, describe_part, save_part, without_far_links

ROOM = 0.96  # of the limit: what a part needs beside its pages is not known before
OVERHEAD = 6_000
_ELSEWHERE = frozenset({"/Parent", "/Dest", "/A", "/P", "/B", "/StructParents", "/PieceInfo"})


class PageTooLarge(Exception):
    """One page alone is over the limit. `page`: its number, from 1."""

    def __init__(self, page: int) -> None:
        super().__init__(f"Page {page} alone is too large.")
        self.page = page


@dataclass(frozen=True)
class Part:
    """A written part: its file, and which pages of the whole it holds (from 1)."""

    path: Path
    first: int
    last: int


@dataclass(frozen=True)
class _Mark:
    title: str
    page: int
    level: int


def cut(whole: Path, most_bytes: int, folder: Path) -> list[Part]:
    """Write the parts to `folder`, in order. Where it can be, a part begins where a bookmark does. Same input, same
    bytes. Raises PageTooLarge, and pikepdf.PdfError for a file that is no PDF."""
    with pikepdf.open(whole) as pdf:
        marks = list(_marks(pdf))
        labels = [str(page.label) for page in pdf.pages]
        waiting = _plan([_weights(page) for page in pdf.pages], {mark.page for mark in marks}, most_bytes)
        made: list[Part] = []
        while waiting:
            first, end = waiting.pop(0)
            path = folder / f"part-{len(made) + 1}.pdf"
            _write(pdf, marks, labels, first, end, path)
            if path.stat().st_size <= most_bytes:
                made.append(Part(path, first + 1, end))
            elif end - first == 1:
                raise PageTooLarge(end)
            else:
                middle = (first + end) // 2
                waiting[:0] = [(first, middle), (middle, end)]
        return made


def _marks(pdf: pikepdf.Pdf) -> Iterator[_Mark]:
    """Yield the bookmarks of the first two levels, in order; pages count from 0."""
    numbers = {page.obj.objgen: n for n, page in enumerate(pdf.pages)}

    def read(items: Sequence[OutlineItem], level: int) -> Iterator[_Mark]:
        for item in items:
            target = item.destination
            if isinstance(target, Array) and len(target) and target[0].objgen in numbers:
                yield _Mark(str(item.title), numbers[target[0].objgen], level)
            if level == 1:
                yield from read(item.children, 2)

    with pdf.open_outline() as outline:
        yield from read(outline.root, 1)


def _weights(page: pikepdf.Page) -> dict[tuple[int, int], int]:
    """Return the bytes of everything that a page needs, by object: what several pages share is counted once."""
    found: dict[tuple[int, int], int] = {}
    waiting: list[Any] = [page.obj]
    own = page.obj.objgen
    while waiting:
        one = waiting.pop()
        if isinstance(one, Array):
            waiting.extend(one)
            continue
        if not isinstance(one, (Dictionary, pikepdf.Stream)):
            continue
        if one.is_indirect:
            if one.objgen in found or (one.objgen != own and one.get("/Type") in (Name.Page, Name.Pages)):
                continue
            found[one.objgen] = 60 + (int(one.get("/Length", 0)) if isinstance(one, pikepdf.Stream) else 0)
        waiting.extend(value for key, value in one.items() if key not in _ELSEWHERE)
    return found


def _plan(weights: Sequence[dict[tuple[int, int], int]], starts: set[int], most: int) -> list[tuple[int, int]]:
    """Return runs of pages (from 0, the end not included) that should each keep the limit. A run ends before a bookmark
    where at least half of its room is used by then."""
    runs: list[tuple[int, int]] = []
    start = n = 0
    while n < len(weights):
        held: dict[tuple[int, int], int] = {}
        size, good = OVERHEAD, 0
        while n < len(weights):
            added = sum(bytes_ for key, bytes_ in weights[n].items() if key not in held)
            if n > start and size + added > most * ROOM:
                break
            if n > start and n in starts and size >= most / 2:
                good = n
            held |= weights[n]
            size += added
            n += 1
        if n < len(weights) and good:
            n = good
        runs.append((start, n))
        start = n
    return runs


def _write(pdf: pikepdf.Pdf, marks: Sequence[_Mark], labels: Sequence[str], first: int, end: int, out: Path) -> None:
    title = str(pdf.docinfo.get("/Title", "")) or "Document"
    with pikepdf.new() as part:
        for number in range(first, end):
            part.pages.append(pdf.pages[number])
        without_far_links(part)
        carry_to(part, pdf, range(first + 1, end + 1))
        navigation.add_labels(part, [(n, navigation.page_label(label)) for n, label in enumerate(labels[first:end])])
        navigation.add_bookmarks(part, _entries(marks, first, end), [page.obj for page in part.pages])
        describe_part(part, pdf, f"{title}, pages {first + 1:,} to {end:,} of {len(labels):,}")
        save_part(part, out)


def _entries(marks: Sequence[_Mark], first: int, end: int) -> list[navigation.Entry]:
    """Return the bookmarks of these pages. Below a chapter that began before, its later ones stand on the first
    level."""
    entries: list[tuple[str, int, list[navigation.Entry]]] = []
    inside = False
    for mark in marks:
        here = first <= mark.page < end
        if mark.level == 1:
            inside = here
        if not here:
            continue
        entry: tuple[str, int, list[navigation.Entry]] = (mark.title, mark.page - first + 1, [])
        if mark.level == 2 and inside and entries:
            entries[-1][2].append(entry)
        else:
            entries.append(entry)
    return list(entries)
