"""Split a packet of exhibits into volumes under a limit of bytes or pages; Bates numbers go on, each has the index of
all."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from casemgr.filings.building import Made, NotBuilt, Progress, build
from casemgr.pdf.model import Elsewhere, Exhibit, ExhibitKind, Packet, Stands, Volume

ROOM = 0.97  # of the limit: what an index and a cover need is not known before
MOST_TRIES = 12
SLIP_BYTES = 4000


@dataclass(frozen=True)
class Limit:
    """Of one volume. None: no limit."""

    most_bytes: int | None = None
    most_pages: int | None = None

    def load(self, size: float, pages: float) -> float:
        """How full a volume is, from 0 to 1; more is too much."""
        return max(
            size / self.most_bytes if self.most_bytes else 0.0, pages / self.most_pages if self.most_pages else 0.0
        )

    def is_kept_by(self, made: Made) -> bool:
        return self.load(made.pdf.stat().st_size, made.pages) <= 1


@dataclass(frozen=True)
class Part:
    """Pages of one exhibit (its place in the packet, from 0) that stand in one volume. `size`: the share of a volume
    that they fill, as guessed."""

    exhibit: int
    first: int
    last: int
    size: float


def split(packet: Packet, whole: Made, limit: Limit, work: Path, progress: Progress | None = None) -> list[Made]:
    """Make the volumes in `work`. `whole` is the same packet in one PDF: it tells pages and sizes.

    Raises NotBuilt when one page alone does not fit."""
    rows = json.loads(whole.manifest.read_bytes())["exhibits"]
    sizes = [_size(exhibit, row) for exhibit, row in zip(packet.exhibits, rows, strict=True)]
    scale = whole.pdf.stat().st_size / sum(sizes)
    parts = [
        Part(n, 1, row["pages"], limit.load(size * scale, row["pages"] + 1))
        for n, (row, size) in enumerate(zip(rows, sizes, strict=True))
    ]
    plan = _plan(parts)
    for attempt in range(MOST_TRIES):
        made = _build(packet, rows, plan, work / f"volumes-{attempt}", progress or (lambda done, total, now: None))
        too_large = [n for n, one in enumerate(made) if not limit.is_kept_by(one)]
        if not too_large:
            return made
        first = made[too_large[0]]
        plan = _smaller(packet, plan, too_large[0], limit.load(first.pdf.stat().st_size, first.pages))
    raise NotBuilt("The binder cannot be split into volumes of this size. Allow larger ones.")


def _size(exhibit: Exhibit, row: dict) -> int:
    """Bytes that an exhibit brings into the PDF, as guessed: of a native file only its slip sheet."""
    if exhibit.kind is ExhibitKind.NATIVE:
        return SLIP_BYTES
    return SLIP_BYTES + (exhibit.rendition.stat().st_size if exhibit.rendition else int(row["source_size"]))


def _plan(parts: Sequence[Part]) -> list[list[Part]]:
    """Fill one volume after the other; an exhibit that is larger than a volume is split by its pages."""
    plan: list[list[Part]] = [[]]
    for part in (piece for whole in parts for piece in _pieces(whole)):
        if plan[-1] and sum(one.size for one in plan[-1]) + part.size > ROOM:
            plan.append([])
        volume = plan[-1]
        if volume and volume[-1].exhibit == part.exhibit:  # two pieces that fit together after all
            before = volume.pop()
            part = replace(before, last=part.last, size=before.size + part.size)
        volume.append(part)
    return plan


def _pieces(part: Part) -> list[Part]:
    pages = part.last - part.first + 1
    count = min(pages, math.ceil(part.size / ROOM))
    bounds = [part.first + round(pages * n / count) for n in range(count + 1)]
    return [Part(part.exhibit, start, end - 1, part.size * (end - start) / pages) for start, end in pairwise(bounds)]


def _smaller(packet: Packet, plan: list[list[Part]], place: int, load: float) -> list[list[Part]]:
    """The guess was too low for one volume: its sizes are put right, and it and what follows are planned anew."""
    volume = plan[place]
    if len(volume) == 1 and volume[0].first == volume[0].last:
        only = volume[0]
        raise NotBuilt(f"Page {only.first} alone is over the limit.", packet.exhibits[only.exhibit].label)
    guessed = sum(part.size for part in volume) or 1.0
    right = max(load / guessed, 1.02)
    mended = [replace(part, size=part.size * right) for part in volume]
    later = [part for one in plan[place + 1 :] for part in one]
    return [*plan[:place], *_plan([*mended, *later])]


def _build(
    packet: Packet, rows: Sequence[dict], plan: Sequence[Sequence[Part]], folder: Path, progress: Progress
) -> list[Made]:
    folder.mkdir(mode=0o700)
    made, before = [], 0
    for number, parts in enumerate(plan, 1):
        pages = sum(part.last - part.first + 1 for part in parts)
        volume = _volume(packet, rows, plan, number)
        which, paper = f", volume {_first(packet) + number} of {_first(packet) + len(plan)}", packet.certificate
        one = replace(
            packet,
            title=packet.title + which,
            certificate=replace(paper, document=paper.document + which) if paper else None,
            exhibits=tuple(_exhibit(packet, rows, plan, part, number) for part in parts),
            bates=replace(packet.bates, start=packet.bates.start + before),
            volume=volume,
        )
        place = folder / str(number)
        place.mkdir(mode=0o700)
        made.append(build(one, place, progress))
        before += pages
    return made


def _exhibit(packet: Packet, rows: Sequence[dict], plan: Sequence[Sequence[Part]], part: Part, number: int) -> Exhibit:
    exhibit = packet.exhibits[part.exhibit]
    whole = part.first == 1 and part.last == rows[part.exhibit]["pages"]
    if whole:
        return exhibit
    elsewhere = [
        f"pages {one.first:,} to {one.last:,} in volume {_first(packet) + place}"
        for place, parts in enumerate(plan, 1)
        for one in parts
        if one.exhibit == part.exhibit and place != number
    ]
    here = f"Pages {part.first:,} to {part.last:,} here; {', '.join(elsewhere)}."
    before = exhibit.only_pages[0] - 1 if exhibit.only_pages else 0
    pages = part.first + before, part.last + before
    return replace(exhibit, only_pages=pages, description=f"{exhibit.description} {here}".strip())


def _volume(packet: Packet, rows: Sequence[dict], plan: Sequence[Sequence[Part]], number: int) -> Volume:
    first_in = {part.exhibit: place for place, parts in reversed(list(enumerate(plan, 1))) for part in parts}
    here = {part.exhibit for part in plan[number - 1]}
    before = _first(packet)
    others = tuple(
        Elsewhere(exhibit.label, exhibit.title, exhibit.when, _span(row), before + first_in[n])
        for n, (exhibit, row) in enumerate(zip(packet.exhibits, rows, strict=True))
        if n not in here
    )
    whole = packet.volume
    return Volume(
        number=before + number,
        count=before + len(plan),
        order=whole.order if whole else tuple(exhibit.label for exhibit in packet.exhibits),
        others=(*whole.others, *others) if whole else others,
        places=(*(whole.places if whole else ()), *_places(packet, plan)),
    )


def _first(packet: Packet) -> int:
    """How many volumes there were before this packet: a supplement goes on counting, and keeps the index of all."""
    return packet.volume.number - 1 if packet.volume else 0


def _places(packet: Packet, plan: Sequence[Sequence[Part]]) -> Iterator[Stands]:
    """Where the pages of each paper stand, volume by volume."""
    bates = packet.bates.start
    for number, parts in enumerate(plan, _first(packet) + 1):
        for part in parts:
            exhibit = packet.exhibits[part.exhibit]
            before = exhibit.only_pages[0] - 1 if exhibit.only_pages else 0
            yield Stands(exhibit.label, part.first + before, part.last + before, number, bates)
            bates += part.last - part.first + 1


def _span(row: dict) -> str:
    first, last = row["bates_first"], row["bates_last"]
    return first if first == last else f"{first} – {last}"
