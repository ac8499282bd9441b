"""One packet, one PDF: read the exhibits, draw our own pages, put all in order, stamp, write.

Order: cover, filing, chronology, exhibit index, then for each exhibit its slip sheet and pages, then the
certificate of service. Page labels say what is printed: our own pages carry their number in the PDF (the
one that index and cover give), a slip sheet its exhibit's label, an exhibit page its Bates number. A slip
sheet has no Bates number, but that of a native exhibit has: it stands for the file.
"""

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Dictionary

from casemgr.pdf import archival, navigation
from casemgr.pdf.citing import Citing, Here
from casemgr.pdf.drawing import Drawn, draw, has_slip
from casemgr.pdf.filing import filing_bookmarks
from casemgr.pdf.fonts import Typesetter, set_in_sans, undrawable_in
from casemgr.pdf.front import Placed
from casemgr.pdf.looking import Looking
from casemgr.pdf.manifest import as_json, manifest, section_hash
from casemgr.pdf.model import BuiltExhibit, BuiltPacket, ExhibitKind, Packet, Stamped
from casemgr.pdf.reading import LeftOut, Reading, first_name
from casemgr.pdf.sources import Source
from casemgr.pdf.splicing import Shelf
from casemgr.pdf.stamping import Stamper, words_of
from casemgr.pdf.tags import Element, Structure

Progress = Callable[[int, int, str], None]
MANIFEST = "manifest.json"


def build_packet(
    packet: Packet,
    out: Path,
    *,
    progress: Progress | None = None,
    left_out: LeftOut | None = None,
    kept: list[object] | None = None,
) -> BuiltPacket:
    """Write the packet to `out` as one PDF and return what was made, with its manifest.

    Args:
        packet: see `Packet`; nothing is read but the exhibits' files.
        out: written beside itself first and moved into place, so it is whole or not there.
        progress: called with (steps done, steps in all, what happens now). Raise from it to cancel:
            nothing is left behind.
        left_out: told of each exhibit that cannot be read; the others move up to its label. Without it the first
            one ends the work.
        kept: gets hold of what the packet was made of. To let go of it takes a while, which a process that ends then
            need not take.
    Raises: ExhibitUnreadable for an exhibit that needs a password, is damaged, empty, too long or has
        changed since its hash was taken, before anything is written; archival.NotArchival where the packet has to be
        PDF/A-2b and something in it is not.
    Files from outside are hostile: call this in a worker process with limits on memory and time.
    """
    steps = _Steps(2 * len(packet.exhibits) + 2, progress)
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="packet-")))
        looking, shelf = stack.enter_context(Looking(work)), Shelf(packed=packet.archival)
        pdf = stack.enter_context(pikepdf.new())
        sources = Reading(packet, work, pdf, looking, shelf, stack).run(steps.next, left_out)
        packet = replace(packet, exhibits=tuple(source.exhibit for source in sources))
        steps.next("Drawing the pages")
        plan = plan_pages(packet, sources)
        assembly = _Assembly(packet, pdf, plan, sources, steps, looking, work / "ours.pdf")
        assembly.run()
        if kept is not None:
            kept.append(assembly)
        steps.next("Writing the packet")
        shelf.mark(hashlib.sha256("".join(source.sha256 for source in sources).encode()).hexdigest()[:24])
        result = _result(packet, plan, sources, _sections(assembly.pages, plan))
        if packet.archival:
            steps.next("Checking it against PDF/A-2b")
            _save(pdf, out, shelf, _stands(packet, plan, sources))
        else:
            _attach(pdf, result({}), packet.made_at)
            _save(pdf, out, shelf)
    return _built(out, plan, _exhibits(packet, plan, sources), result)


def _attach(pdf: pikepdf.Pdf, data: dict[str, Any], made_at: datetime) -> None:
    """Put the manifest into the PDF, but for the hash and size of the PDF that it then is a part of."""
    stamp = navigation.pdf_date(made_at)
    spec = pikepdf.AttachedFileSpec(
        pdf,
        as_json(data),
        filename=MANIFEST,
        mime_type="application/json",
        description="What this packet holds, with a SHA-256 for every part",
        creation_date=stamp,
        mod_date=stamp,
    )
    pdf.attachments[MANIFEST] = spec


@dataclass
class _Steps:
    """Counts the steps of the work for the progress bar."""

    total: int
    report: Progress | None
    done: int = 0

    def next(self, words: str) -> None:
        if self.report:
            self.report(self.done, self.total, words)
        self.done += 1


@dataclass
class Plan:
    """Where everything stands in the finished PDF (pages from 1)."""

    placed: list[Placed]
    drawn: Drawn
    sections: dict[str, tuple[int, int]]
    slips: list[int]
    undrawable: tuple[str, ...]


def plan_pages(packet: Packet, sources: Sequence[Source]) -> Plan:
    """Count Bates numbers and draw our own pages."""
    placed, offset = [], 0
    here: dict[str, Here] = {}
    for source in sources:
        exhibit = source.exhibit
        first = exhibit.only_pages[0] if exhibit.only_pages else 1
        has_pages = exhibit.kind is not ExhibitKind.NATIVE
        here[exhibit.label] = Here(exhibit.label, first, source.pages, offset, has_pages)
        bates = packet.bates.number(offset), packet.bates.number(offset + source.pages - 1)
        placed.append(Placed(source.exhibit, source.pages, *bates))
        if missing := undrawable_in(source.exhibit.title, source.exhibit.description, source.exhibit.when):
            source.cleaned.notes.append(
                f"No font here has these letters, which are shown by number: {' '.join(missing)}"
            )
        offset += source.pages
    places = packet.volume.places if packet.volume else ()
    type_ = Typesetter(Citing(packet.cited, here, places, packet.bates))
    with set_in_sans(packet.in_sans):
        drawn = draw(packet, sources, placed, type_)
    return Plan(placed, drawn, drawn.sections(), drawn.slip_pages(), tuple(sorted(type_.undrawable)))


@dataclass
class _Assembly:
    """Puts drawn pages and exhibits in order within `pdf`, which has the pages of the exhibits already.

    The list of pages is kept here and written at the end: to ask `pdf.pages` anything takes longer the more there are.
    """

    packet: Packet
    pdf: pikepdf.Pdf
    plan: Plan
    sources: Sequence[Source]
    steps: _Steps
    looking: Looking
    drawn_in: Path
    """Where our own pages are put: a file is mapped into memory, and is read faster than bytes are."""
    pages: list[Any] = field(default_factory=list)
    labels: list[tuple[int, Dictionary]] = field(default_factory=list)
    offset: int = 0
    """Exhibit pages stamped so far."""
    moved: dict[tuple[int, int], Any] = field(default_factory=dict)
    """Slip sheets that do not stand in the packet, and the page that links to them lead to instead."""
    starts: dict[str, int] = field(default_factory=dict)
    """By label, where the first page of the exhibit itself stands (from 0)."""

    def run(self) -> None:
        """Arrange, stamp, label, bookmark and describe."""
        self.drawn_in.write_bytes(self.plan.drawn.data)
        with pikepdf.open(self.drawn_in, access_mode=pikepdf.AccessMode.mmap) as ours:
            drawn: list[Any] = [self.pdf.copy_foreign(page.obj) for page in ours.pages]
        front = self.plan.drawn.front
        certificate = drawn[front : front + self.plan.drawn.certificate]
        self.pages += drawn[:front]
        self.labels.append((0, navigation.page_label(start=1)))
        self.structure = Structure(self.pdf)
        for number, page in enumerate(drawn[:front], 1):
            self.structure.own_page(page, self.plan.drawn.roles.get(number, ()))
        stamper = Stamper(self.pdf, self.plan.drawn.font_of(drawn[0]), self.plan.drawn.dot)
        for number, (source, placed) in enumerate(zip(self.sources, self.plan.placed, strict=True)):
            self.steps.next(f"Adding exhibit {source.exhibit.label}")
            if source.seen_in is not None:
                source.stamps = self.looking.places(number)
                if others := self.looking.counted.get(number):
                    counted = f"{others:,} pages in it, not {source.source_pages:,}"
                    source.cleaned.notes.append(f"Another reader counts {counted}: compare it with the original.")
            self._exhibit(source, placed, drawn, stamper)
        if certificate:
            at = len(self.pages)
            self.labels.append((at, navigation.page_label(start=at + 1)))
            self.pages += certificate
            for number, page in enumerate(certificate, front + 1):
                self.structure.own_page(page, self.plan.drawn.roles.get(number, ()))
        self.structure.finish()
        navigation.set_pages(self.pdf, self.pages)
        assert len(self.pdf.pages) == self.plan.drawn.total
        if self.moved:
            navigation.move_targets(self.pages, self.moved)
        if self.packet.cited:
            navigation.lead_references(drawn, lambda label, n: self.pages[self.starts[label] + n])
        navigation.add_labels(self.pdf, self.labels)
        navigation.add_bookmarks(self.pdf, self._bookmarks(), self.pages)
        if self.packet.archival:
            archival.fit(self.pdf)
        self._describe()

    def _exhibit(self, source: Source, placed: Placed, drawn: Sequence[Any], stamper: Stamper) -> None:
        """Append one exhibit's slip sheet and pages, and stamp the pages."""
        label, marks, roles = source.exhibit.label, self.plan.drawn.marks, self.plan.drawn.roles
        start = len(self.pages)
        part = self.structure.part(f"{label} {source.exhibit.title}")
        slip = marks[f"exhibit-{label}"]
        native, stamped = source.exhibit.kind is ExhibitKind.NATIVE, not has_slip(self.packet, source.exhibit)
        if not stamped:
            self.pages.append(drawn[slip - 1])
            self.structure.own_page(drawn[slip - 1], roles.get(slip, ()), part)
        if not native and not stamped:
            self.labels.append((start, navigation.page_label(label)))
            start += 1
        self.starts[label] = start
        if source.copies:
            self.pages += source.copies
        elif source.text:
            first = marks[f"text-{label}"] - 1
            self.pages += drawn[first : first + source.pages]
            for number in range(first, first + source.pages):
                self.structure.own_page(drawn[number], roles.get(number + 1, ()), part)
        self._stamp(source, self.pages[start:], part, stamper)
        for after, text in navigation.bates_labels(self.packet.bates, self.offset, source.pages):
            self.labels.append((start + after, text))
        if stamped:
            self.moved[drawn[slip - 1].objgen] = self.pages[start]
        self.offset += source.pages

    def _stamp(self, source: Source, pages: Sequence[Any], part: Element, stamper: Stamper) -> None:
        """Stamp the pages of one exhibit and, where they are no text of ours, put them into the structure."""
        exhibit, cleaned, whole = source.exhibit, source.cleaned, None
        for n, page in enumerate(pages):
            name = exhibit.label if n else first_name(self.packet, exhibit)
            words = words_of(name, self.packet.bates.number(self.offset + n))
            own = cleaned.marks.get(n)
            marked = bool(source.copies) and own is None
            place, shape, sealed = source.stamps[n], source.shapes[n], cleaned.sealed.get(n)
            source.stamps[n] = stamper.stamp(page, words, source.stamp_width, place, shape, sealed, marked=marked)
            if own is not None:
                self.structure.marked_page(page, own, part)
            elif marked:
                if whole is None:
                    is_picture = exhibit.kind is ExhibitKind.IMAGE
                    whole = self.structure.whole("Figure" if is_picture else "P", part, exhibit.title * is_picture)
                self.structure.whole_page(page, whole)
            if source.copies:
                self.structure.links_of(page, part)

    def _bookmarks(self) -> list[navigation.Entry]:
        sections, marks = self.plan.sections, self.plan.drawn.marks
        entries: list[navigation.Entry] = [("Cover", 1, ())]
        filing, certificate = self.packet.filing, self.packet.certificate
        if filing:
            below = [(title, marks[key], ()) for key, title in filing_bookmarks(filing)]
            entries.append((filing.title, sections["filing"][0], below))
        for key, title in (("chronology", "Chronology"), ("index", "Exhibit index")):
            if key in sections:
                entries.append((title, sections[key][0], ()))
        if self.plan.placed:
            below = [
                (f"{p.exhibit.label}  {p.exhibit.title}", page, ())
                for p, page in zip(self.plan.placed, self.plan.slips, strict=True)
            ]
            entries.append(("Exhibits", self.plan.slips[0], below))
        if certificate:
            entries.append((certificate.title, sections["certificate"][0], ()))
        return entries

    def _describe(self) -> None:
        packet = self.packet
        navigation.describe(
            self.pdf,
            title=f"{packet.title} ({packet.student})" if packet.student else packet.title,
            author=packet.filer,
            subject=packet.forum,
            language=packet.language,
            made_at=packet.made_at,
            producer=f"casemgr {packet.program_version}",
            archival=packet.archival,
        )


def _sections(pages: Sequence[Any], plan: Plan) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "first_page": first,
            "last_page": last,
            "sha256": section_hash(map(pikepdf.Page, pages[first - 1 : last])),
        }
        for name, (first, last) in plan.sections.items()
    ]


def _stands(packet: Packet, plan: Plan, sources: Sequence[Source]) -> list[archival.Stands]:
    rows = zip(_exhibits(packet, plan, sources), sources, strict=True)
    chosen = [(row, source.exhibit.only_pages or (1, 0)) for row, source in rows]
    return [archival.Stands(row.label, row.first_page, row.pages, first) for row, (first, _) in chosen]


def _save(pdf: pikepdf.Pdf, out: Path, shelf: Shelf, conforming: Sequence[archival.Stands] | None = None) -> None:
    """Write beside `out` and move into place; a failure leaves neither.

    Streams go through as they are: unpacking and packing again costs more than all the rest together, and
    would unpack a bomb. Only where the result has to conform (to PDF/A), those whose packing is not allowed are
    packed anew, and the file is checked.
    """
    plain: dict[str, Any] = {
        "compress_streams": False,
        "stream_decode_level": pikepdf.StreamDecodeLevel.none,
        "min_version": "1.4",
        "fix_metadata_version": False,
    }
    how = archival.save_settings() if conforming is not None else plain
    how |= {"deterministic_id": True, "object_stream_mode": pikepdf.ObjectStreamMode.disable}
    part, marked = out.with_name(f".{out.name}.part"), out.with_name(f".{out.name}.marked")
    try:
        pdf.save(marked, **how)
        if shelf.kept:
            with part.open("wb") as file:
                shelf.write(marked, file)
        else:
            marked.replace(part)
        if conforming is not None:
            archival.require(part, conforming)
        part.replace(out)
    finally:
        for left in (part, marked):
            left.unlink(missing_ok=True)


def _result(
    packet: Packet, plan: Plan, sources: Sequence[Source], sections: list[dict[str, Any]]
) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return what makes the manifest once hash and size of the PDF are known (empty: they are not)."""
    exhibits = _exhibits(packet, plan, sources)

    def made(pdf: dict[str, Any]) -> dict[str, Any]:
        return manifest(
            packet,
            pdf={**pdf, "pages": plan.drawn.total},
            sections=sections,
            exhibits=exhibits,
            sizes=[source.size for source in sources],
            undrawable=plan.undrawable,
        )

    return made


def _exhibits(packet: Packet, plan: Plan, sources: Sequence[Source]) -> tuple[BuiltExhibit, ...]:
    return tuple(
        BuiltExhibit(
            label=p.exhibit.label,
            slip_page=page,
            first_page=page + (has_slip(packet, p.exhibit) and p.exhibit.kind is not ExhibitKind.NATIVE),
            pages=p.pages,
            bates_first=p.bates_first,
            bates_last=p.bates_last,
            sha256=source.sha256,
            source_pages=source.source_pages,
            notes=tuple(source.cleaned.notes),
            stamps=_runs(source.stamps),
        )
        for p, page, source in zip(plan.placed, plan.slips, sources, strict=True)
    )


def _runs(places: Sequence[str]) -> tuple[Stamped, ...]:
    """Where the stamps are, pages with the same place together."""
    runs: list[Stamped] = []
    for place, some in groupby(places):
        first = runs[-1].last + 1 if runs else 1
        runs.append(Stamped(first, first + sum(1 for _ in some) - 1, place))
    return tuple(runs)


def _built(
    out: Path, plan: Plan, exhibits: tuple[BuiltExhibit, ...], made: Callable[[dict[str, Any]], dict[str, Any]]
) -> BuiltPacket:
    """Hash the finished file and put the manifest together."""
    with out.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
    data = made({"sha256": sha256, "size": size})
    return BuiltPacket(
        path=out,
        sha256=sha256,
        size=size,
        pages=plan.drawn.total,
        sections=plan.sections,
        exhibits=exhibits,
        manifest=data,
        manifest_json=as_json(data),
        undrawable=plan.undrawable,
    )
