"""Reads the exhibits one after the other: opens each, has its pages looked at, and copies them into the packet."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name

from casemgr.pdf.drawing import has_slip
from casemgr.pdf.errors import ExhibitUnreadable
from casemgr.pdf.looking import Looking
from casemgr.pdf.model import Exhibit, ExhibitKind, Packet
from casemgr.pdf.sources import Source, open_source
from casemgr.pdf.splicing import Shelf
from casemgr.pdf.stamping import width_for, words_of

LeftOut = Callable[[ExhibitUnreadable], None]
HELD = 4_000_000
"""Bytes of PDFs, in all, that are mapped into memory and whose pictures are not put aside. That is faster, but a binder
of scans is large."""


@dataclass
class Reading:
    """What the reading needs: a folder for its files, the document that gets the pages, who looks, where pictures are
    put aside, and what is closed in the end."""

    packet: Packet
    work: Path
    pdf: pikepdf.Pdf
    looking: Looking
    shelf: Shelf
    stack: ExitStack
    room: int = 0
    """How many of the bytes of `HELD` are left."""

    def run(self, step: Callable[[str], None], left_out: LeftOut | None) -> list[Source]:
        """Read every exhibit. Where some are left out, those that stay take the labels in order.

        Raises: ExhibitUnreadable, unless it is `left_out` that is told.
        """
        sources: list[Source] = []
        offset, self.room = 0, HELD
        for exhibit in self.packet.exhibits:
            step(f"Reading exhibit {exhibit.label}")
            is_held = self._fits(exhibit)
            try:
                source = open_source(exhibit, self.packet.max_pages_per_exhibit, self.work, is_mapped=is_held)
            except ExhibitUnreadable as problem:
                if left_out is None:
                    raise
                left_out(problem)
                continue
            offset += source.pages
            last = self.packet.bates.number(offset - 1)
            source.stamp_width = width_for(words_of(first_name(self.packet, exhibit), last))
            if source.seen_in is not None:
                self.looking.ask(len(sources), source)
            self._copy(source, is_held=is_held)
            sources.append(source)
        self.looking.end()
        if len(sources) < len(self.packet.exhibits):
            for source, given in zip(sources, self.packet.exhibits, strict=False):
                source.exhibit = replace(source.exhibit, label=given.label)
        return sources

    def _fits(self, exhibit: Exhibit) -> bool:
        """Tell whether its PDF has room among those that are held, and take that room."""
        path = exhibit.rendition or (exhibit.path if exhibit.kind is ExhibitKind.PDF else None)
        if path is None or not path.is_file() or (size := path.stat().st_size) > self.room:
            return False
        self.room -= size
        return True

    def _copy(self, source: Source, *, is_held: bool) -> None:
        """Copy the pages. The file is let go, unless large pictures in it have been put aside."""
        if source.pdf is None:
            return
        markers = [] if is_held else self.shelf.put_aside(source.pdf, source.given)
        source.copies = [self.pdf.copy_foreign(page) for page in source.given]
        source.given = []
        self.shelf.follow(self.pdf, markers)
        _carry_layers(source.pdf, self.pdf)
        if markers:
            self.stack.enter_context(source.pdf)
        else:
            source.pdf.close()
        source.pdf = None


def first_name(packet: Packet, exhibit: Exhibit) -> str:
    """Return what the stamp of an exhibit's first page calls it: without a slip sheet it says that one begins."""
    return exhibit.label if has_slip(packet, exhibit) else f"EXHIBIT {exhibit.label}"


def _carry_layers(source: pikepdf.Pdf, pdf: pikepdf.Pdf) -> None:
    """Keep hidden layers hidden: which layers are off is said in the catalog, which does not travel."""
    given = source.Root.get("/OCProperties")
    if not isinstance(given, Dictionary) or not isinstance(given.get("/OCGs"), Array):
        return
    groups, config = _groups(given.OCGs), given.get("/D")
    config = config if isinstance(config, Dictionary) else Dictionary()
    on, off = (_groups(config.get(key)) for key in ("/ON", "/OFF"))
    hidden = {one.objgen for one in off}
    if config.get("/BaseState") == Name.OFF:
        hidden |= {one.objgen for one in groups} - {one.objgen for one in on}
    if "/OCProperties" not in pdf.Root:
        pdf.Root.OCProperties = Dictionary(OCGs=Array(), D=Dictionary(ON=Array(), OFF=Array()))
    ours = pdf.Root.OCProperties
    for group in groups:
        copy = pdf.copy_foreign(group)
        ours.OCGs.append(copy)
        if group.objgen in hidden:
            ours.D.OFF.append(copy)


def _groups(array: object) -> list[Dictionary]:
    """The layers in a list that may hold anything, and be no list."""
    every = array if isinstance(array, Array) else ()
    return [one for one in every if isinstance(one, Dictionary) and one.is_indirect]
