"""The pages around the filing: cover, chronology and exhibit index."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.platypus import Flowable, Spacer

from casemgr.pdf import fonts, style
from casemgr.pdf.blocks import Writer
from casemgr.pdf.fonts import pieces
from casemgr.pdf.later import LateNumber, Number
from casemgr.pdf.model import ChronologyRow, Elsewhere, Exhibit, LogHead, Packet, Volume
from casemgr.pdf.style import link, paragraph


@dataclass(frozen=True)
class Placed:
    """An exhibit with its pages and Bates numbers."""

    exhibit: Exhibit
    pages: int
    bates_first: str
    bates_last: str

    @property
    def bates(self) -> str:
        """Return the range as printed, one number when first and last are the same."""
        if self.bates_first == self.bates_last:
            return self.bates_first
        return f"{self.bates_first} – {self.bates_last}"


def cover_story(packet: Packet, placed: Sequence[Placed], writer: Writer) -> list[Flowable]:
    """Return the cover with a summary of contents."""
    line = writer.type.line
    story: list[Flowable] = [
        Spacer(1, 60),
        paragraph(line(packet.forum, fonts.SANS_BOLD, limit=160), style.COVER_FORUM),
        paragraph(line(packet.title, fonts.SERIF_BOLD, limit=150), style.COVER_TITLE),
        style.rule(72, 2.25, style.ACCENT, after=18),
    ]
    for name, role in packet.parties[:8]:
        story.append(paragraph(line(name, fonts.SERIF_BOLD, limit=140), style.COVER_PARTY))
        story.append(paragraph(line(role, fonts.SANS, limit=80), style.COVER_ROLE))
    filer = "\n".join((packet.filer, *packet.filer_contact[:6])).strip()
    facts = [
        ("Student", packet.student[:200]),
        ("Docket number", packet.docket[:80]),
        (packet.filer_label, filer[:500]),
        ("Date", style.long_date(packet.dated) if packet.dated else ""),
    ]
    story += [Spacer(1, 16), *writer.fields([fact for fact in facts if fact[1]], 110)]
    story += [Spacer(1, 8), paragraph("CONTENTS", style.LABEL), style.rule(after=4)]
    story.append(_contents(packet, placed, writer))
    if packet.log_head:
        story += [Spacer(1, 14), *_log_head(packet.log_head, writer)]
    return story


def _log_head(head: LogHead, writer: Writer) -> list[Flowable]:
    """Return the fingerprint of the evidence log, in groups that can be typed."""
    groups = " ".join(head.sha256[n : n + 8] for n in range(0, len(head.sha256), 8))
    words = f"Evidence log when this was made: {_count(head.entries, 'entry', 'entries')}. SHA-256 of the last one:"
    return [paragraph(writer.type.line(line, fonts.SANS, limit=160), style.CELL_NOTE) for line in (words, groups)]


def _contents(packet: Packet, placed: Sequence[Placed], writer: Writer) -> Flowable:
    """Return what the packet holds, each line a link with the page of the PDF."""
    entries = []
    if packet.filing:
        entries.append(("filing", writer.type.line(packet.filing.title, limit=90), ""))
    if packet.chronology:
        entries.append(("chronology", "Chronology", _count(len(packet.chronology), "entry", "entries")))
    if placed:
        entries.append(("index", "Exhibit index", ""))
        sheets = sum(p.pages for p in placed)
        bates = f"{placed[0].bates_first} – {placed[-1].bates_last}"
        span = placed[0].exhibit.label
        if len(placed) > 1:
            span += f" {'and' if len(placed) == 2 else 'to'} {placed[-1].exhibit.label}"
        detail = f"{_count(len(placed), 'exhibit')}, {_count(sheets, 'page')}, Bates {bates}"
        entries.append((f"exhibit-{placed[0].exhibit.label}", f"Exhibits {span}", detail))
    if packet.certificate:
        entries.append(("certificate", writer.type.line(packet.certificate.title, limit=80), ""))
    rows = []
    for key, name, detail in entries:
        words = link(name, key)
        if detail:
            words += f'<br/><font name="{fonts.SANS}" size="9" color="#5B6068">{detail}</font>'
        page = LateNumber(writer.later, Number(key, "page {}", style.CELL_RIGHT), key)
        rows.append([paragraph(words, style.VALUE), page])
    return style.table(rows, [style.LINE - 70, 70], told_as=style.FIELDS) if rows else Spacer(1, 1)


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def chronology_story(rows: Sequence[ChronologyRow], writer: Writer) -> list[Flowable]:
    """Return the dated table of what happened, each row with its source and a link to its exhibit."""
    head = _head(("Date", "What happened", "Source"))
    body: list[list[Flowable | str]] = []
    commands = []
    for row in rows:
        source = writer.type.line(row.source, fonts.SANS, limit=220)
        if row.exhibit:
            source = f"Exhibit {writer.exhibit(row.exhibit, fonts.SANS)}" + (f"<br/>{source}" if source else "")
        for n, part in enumerate(pieces(row.what, 1200)):
            text = paragraph(writer.type.markup(part), style.CELL)
            when = paragraph(style.when(writer.type.line(row.when, fonts.SANS_BOLD, limit=60)), style.CELL_DATE)
            body.append([when, text, paragraph(source, style.CELL_SANS)] if n == 0 else ["", text, ""])
        commands.append(("LINEBELOW", (0, len(body)), (-1, len(body)), 0.4, style.HAIR))
    widths = [92, style.LINE - 92 - 112, 112]
    return [
        paragraph("Chronology", style.PAGE_TITLE),
        Spacer(1, 6),
        style.table([head, *body], widths, *commands, head=True),
    ]


def index_story(placed: Sequence[Placed], writer: Writer, volume: Volume | None = None) -> list[Flowable]:
    """Return the exhibit index: label, description, date, Bates range, page. All lead to the slip sheet.

    Of several volumes, and of a supplement, each has the index of all: what stands in another one has its volume
    instead of a page."""
    head = _head(("Exhibit", "Description", "Date", "Bates numbers"))
    head.append(paragraph("PDF page", style.CELL_HEAD_RIGHT))
    body: list[list[Any]] = []
    commands = []
    for row in _in_order(placed, volume):
        body += _elsewhere_row(row, writer) if isinstance(row, Elsewhere) else _index_rows(row, writer)
        commands.append(("LINEBELOW", (0, len(body)), (-1, len(body)), 0.4, style.HAIR))
    widths = [44, style.LINE - 44 - 92 - 90 - 42, 92, 90, 42]
    title = [paragraph("Master exhibit index" if volume else "Exhibit index", style.PAGE_TITLE), Spacer(1, 6)]
    if volume and volume.others:
        title.append(
            paragraph(f"All exhibits of the set. A page number leads to this volume ({volume.number}).", style.CITATION)
        )
    return [*title, style.table([head, *body], widths, *commands, head=True)]


def _in_order(placed: Sequence[Placed], volume: Volume | None) -> list[Placed | Elsewhere]:
    if volume is None:
        return list(placed)
    rows: dict[str, Placed | Elsewhere] = {row.label: row for row in volume.others}
    rows |= {row.exhibit.label: row for row in placed}
    return [rows[label] for label in volume.order if label in rows]


def _index_rows(p: Placed, writer: Writer) -> list[list[Any]]:
    target = f"exhibit-{p.exhibit.label}"
    label = paragraph(link(p.exhibit.label, target), style.CELL_LABEL)
    titles = [link(writer.type.markup(part), target) for part in pieces(p.exhibit.title, 700)]
    if p.exhibit.mark:
        word = writer.type.line(p.exhibit.mark.upper(), fonts.SANS_BOLD, limit=20)
        titles[0] = f'<font name="{fonts.use(fonts.SANS_BOLD)}" size="8">{word}</font>&nbsp;&nbsp;{titles[0]}'
    cells: list[list[Flowable]] = [[paragraph(part, style.CELL)] for part in titles]
    notes = [part for part in pieces(p.exhibit.description, 700) if part]
    lines = [paragraph(writer.type.markup(part, fonts.SANS), style.CELL_NOTE) for part in notes]
    if len(titles) == len(lines) == 1:
        cells[0] += lines
    else:
        cells += [[line] for line in lines]
    when = paragraph(writer.type.line(p.exhibit.when, fonts.SANS, limit=60), style.CELL_SMALL)
    bates = paragraph(p.bates.replace(" – ", " –<br/>"), style.CELL_SMALL)
    page = LateNumber(writer.later, Number(target, "{}", style.CELL_RIGHT), target)
    return [[label, cell, when, bates, page] if n == 0 else ["", cell, "", "", ""] for n, cell in enumerate(cells)]


def _elsewhere_row(row: Elsewhere, writer: Writer) -> list[list[Any]]:
    what = [paragraph(writer.type.markup(pieces(row.title, 700)[0]), style.CELL)]
    if row.note:
        what.append(paragraph(writer.type.line(row.note, fonts.SANS, limit=200), style.CELL_NOTE))
    return [
        [
            paragraph(row.label, style.CELL_LABEL),
            what,
            paragraph(writer.type.line(row.when, fonts.SANS, limit=60), style.CELL_SMALL),
            paragraph(row.bates.replace(" – ", " –<br/>"), style.CELL_SMALL),
            paragraph(f"Volume {row.volume}", style.CELL_RIGHT),
        ]
    ]


def _head(names: Sequence[str]) -> list[Flowable]:
    return [paragraph(name, style.CELL_HEAD) for name in names]
