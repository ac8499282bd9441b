"""Split a packet of exhibits into volumes under a limit of bytes; Bates numbers go on, each has the index of all."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from casemgr.filings.building import Made, NotBuilt, build
from casemgr.pdf.model import Elsewhere, Exhibit, ExhibitKind, Packet, Volume

ROOM = 0.97  # of the limit: what an index and a cover need is not known before
MOST_TRIES = 12
SLIP_BYTES = 4000


@dataclass(frozen=True)
class Part:
    """Pages of one exhibit (its place in the packet, from 0) that stand in one volume. `size`: bytes, as guessed."""

    exhibit: int
    first: int
    last: int
    size: float


def split(packet: Packet, whole: Made, most: int, work: Path) -> list[Made]:
    """Make the volumes in `work`. `whole` is the same packet in one PDF: it tells pages and sizes.

    Raises NotBuilt when one page alone does not fit."""
    rows = json.loads(whole.manifest.read_bytes())["exhibits"]
    sizes = [_size(exhibit, row) for exhibit, row in zip(packet.exhibits, rows, strict=True)]
    scale = whole.pdf.stat().st_size / sum(sizes)
    parts = [Part(n, 1, row["pages"], size * scale) for n, (row, size) in enumerate(zip(rows, sizes, strict=True))]
    plan = _plan(parts, most * ROOM)
    for attempt in range(MOST_TRIES):
        made = _build(packet, rows, plan, work / f"volumes-{attempt}")
        too_large = [n for n, one in enumerate(made) if one.pdf.stat().st_size > most]
        if not too_large:
            return made
        plan = _smaller(packet, plan, too_large[0], made[too_large[0]].pdf.stat().st_size, most)
    raise NotBuilt("The binder cannot be split into volumes of this size. Allow larger ones.")


def _size(exhibit: Exhibit, row: dict) -> int:
    """Bytes that an exhibit brings into the PDF, as guessed: of a native file only its slip sheet."""
    if exhibit.kind is ExhibitKind.NATIVE:
        return SLIP_BYTES
    return SLIP_BYTES + (exhibit.rendition.stat().st_size if exhibit.rendition else int(row["source_size"]))


def _plan(parts: Sequence[Part], room: float) -> list[list[Part]]:
    """Fill one volume after the other; an exhibit that is larger than a volume is split by its pages."""
    plan: list[list[Part]] = [[]]
    for part in (piece for whole in parts for piece in _pieces(whole, room)):
        if plan[-1] and sum(one.size for one in plan[-1]) + part.size > room:
            plan.append([])
        volume = plan[-1]
        if volume and volume[-1].exhibit == part.exhibit:  # two pieces that fit together after all
            before = volume.pop()
            part = replace(before, last=part.last, size=before.size + part.size)
        volume.append(part)
    return plan


def _pieces(part: Part, room: float) -> list[Part]:
    pages = part.last - part.first + 1
    count = min(pages, math.ceil(part.size / room)) if room > 0 else pages
    bounds = [part.first + round(pages * n / count) for n in range(count + 1)]
    return [Part(part.exhibit, start, end - 1, part.size * (end - start) / pages) for start, end in pairwise(bounds)]


def _smaller(packet: Packet, plan: list[list[Part]], place: int, size: int, most: int) -> list[list[Part]]:
    """The guess was too low for one volume: its sizes are put right, and it and what follows are planned anew."""
    volume = plan[place]
    if len(volume) == 1 and volume[0].first == volume[0].last:
        only = volume[0]
        raise NotBuilt(f"Page {only.first} alone is over the limit.", packet.exhibits[only.exhibit].label)
    guessed = sum(part.size for part in volume) or 1.0
    right = max(size / guessed, 1.02)
    mended = [replace(part, size=part.size * right) for part in volume]
    later = [part for one in plan[place + 1 :] for part in one]
    return [*plan[:place], *_plan([*mended, *later], most * ROOM)]


def _build(packet: Packet, rows: Sequence[dict], plan: Sequence[Sequence[Part]], folder: Path) -> list[Made]:
    folder.mkdir(mode=0o700)
    made, before = [], 0
    for number, parts in enumerate(plan, 1):
        pages = sum(part.last - part.first + 1 for part in parts)
        volume = _volume(packet, rows, plan, number)
        one = replace(
            packet,
            title=f"{packet.title}, volume {number} of {len(plan)}",
            exhibits=tuple(_exhibit(packet, rows, plan, part, number) for part in parts),
            bates=replace(packet.bates, start=packet.bates.start + before),
            volume=volume,
        )
        place = folder / str(number)
        place.mkdir(mode=0o700)
        made.append(build(one, place, lambda done, total, now: None))
        before += pages
    return made


def _exhibit(packet: Packet, rows: Sequence[dict], plan: Sequence[Sequence[Part]], part: Part, number: int) -> Exhibit:
    exhibit = packet.exhibits[part.exhibit]
    whole = part.first == 1 and part.last == rows[part.exhibit]["pages"]
    if whole:
        return exhibit
    elsewhere = [
        f"pages {one.first:,} to {one.last:,} in volume {place}"
        for place, parts in enumerate(plan, 1)
        for one in parts
        if one.exhibit == part.exhibit and place != number
    ]
    here = f"Pages {part.first:,} to {part.last:,} here; {', '.join(elsewhere)}."
    return replace(exhibit, only_pages=(part.first, part.last), description=f"{exhibit.description} {here}".strip())


def _volume(packet: Packet, rows: Sequence[dict], plan: Sequence[Sequence[Part]], number: int) -> Volume:
    first_in = {part.exhibit: place for place, parts in reversed(list(enumerate(plan, 1))) for part in parts}
    here = {part.exhibit for part in plan[number - 1]}
    return Volume(
        number=number,
        count=len(plan),
        order=tuple(exhibit.label for exhibit in packet.exhibits),
        others=tuple(
            Elsewhere(exhibit.label, exhibit.title, exhibit.when, _span(row), first_in[n])
            for n, (exhibit, row) in enumerate(zip(packet.exhibits, rows, strict=True))
            if n not in here
        ),
    )


def _span(row: dict) -> str:
    first, last = row["bates_first"], row["bates_last"]
    return first if first == last else f"{first} – {last}"
