"""Make a packet that is PDF/A-2b where that is asked, drawing as pictures those pages that do not meet it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from casemgr.filings.building import Breach, Made, NotBuilt, NotConforming, Progress, build, in_words
from casemgr.pdf.model import Exhibit, ExhibitKind, Packet
from casemgr.storage.as_pictures import NotDrawn, as_pictures

MOST_ROUNDS = 4
NO, ONLY, PICTURES = "", "only", "pictures"
WISHES = {
    NO: "No",
    ONLY: "Yes. Where a page cannot be, stop and tell me which",
    PICTURES: "Yes. A page that cannot be is drawn as a picture; its words can still be searched",
}
"""What a person may ask for, as a form says it."""


def build_conforming(
    packet: Packet, folder: Path, progress: Progress, *, wish: str, may_leave_out: bool = False
) -> tuple[Made, Packet]:
    """Make `packet` in `folder`, which is nobody else's; return the files, and the packet they were made of.

    Raises NotConforming where pages do not meet the standard and may not, or cannot, be drawn as pictures; what
    `build` raises besides."""
    packet = replace(packet, archival=wish != NO)
    for number in range(MOST_ROUNDS):
        try:
            return build(packet, folder, progress, may_leave_out=may_leave_out), packet
        except NotConforming as unmet:
            if wish != PICTURES or number == MOST_ROUNDS - 1 or unmet.left_out or not _is_on_exhibits(unmet.breaches):
                raise
            packet = _drawn(packet, unmet, folder, number)
    raise AssertionError("the last round returns or raises")


def _is_on_exhibits(breaches: Sequence[Breach]) -> bool:
    return all(one.label and one.pages for one in breaches)


def _drawn(packet: Packet, unmet: NotConforming, folder: Path, number: int) -> Packet:
    pages: dict[str, set[int]] = {}
    for breach in unmet.breaches:
        pages.setdefault(breach.label, set()).update(breach.pages)
    exhibits = []
    for place, one in enumerate(packet.exhibits):
        if one.label in pages:
            exhibits.append(_exhibit(one, pages[one.label], folder / f"drawn-{number}-{place}"))
        else:
            exhibits.append(one)
    return replace(packet, exhibits=tuple(exhibits))


def _exhibit(one: Exhibit, pages: set[int], folder: Path) -> Exhibit:
    """Return the exhibit with a rendition in which these pages, and those of earlier rounds, are pictures."""
    is_pdf = one.kind is ExhibitKind.PDF or one.rendition is not None
    path = one.rendition or one.path
    if path is None or pages <= set(one.as_pictures):
        raise NotBuilt("Its pages cannot be made PDF/A-2b.", one.label)
    try:
        made = as_pictures(path, sorted(pages), folder, is_pdf=is_pdf)
    except NotDrawn as problem:
        raise NotBuilt(f"{problem} Make it without PDF/A, or leave it out.", one.label) from problem
    drawn = tuple(sorted(pages | set(one.as_pictures)))
    before = one.rendition_note.removesuffix(_note(one.as_pictures)).strip()
    with made.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return replace(
        one,
        rendition=made,
        rendition_sha256=sha256,
        rendition_note=f"{before} {_note(drawn)}".strip(),
        as_pictures=drawn,
    )


def _note(drawn: Sequence[int]) -> str:
    words = in_words(drawn)
    return f"{words[:1].upper()}{words[1:]} drawn as pictures, for PDF/A-2b; words that can be read lie under them."
