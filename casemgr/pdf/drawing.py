"""All pages that we draw ourselves, in one reportlab document: fonts are embedded once.

Its pages come in the order front, certificate, slip sheets, text exhibits; `assemble` puts them in place.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageBreak, PageTemplate

from casemgr.pdf import fonts, style, textpages
from casemgr.pdf.blocks import Writer
from casemgr.pdf.filing import filing_story
from casemgr.pdf.fonts import Typesetter
from casemgr.pdf.front import Placed, chronology_story, cover_story, index_story
from casemgr.pdf.keeping import Headed
from casemgr.pdf.later import Number, canvas_with
from casemgr.pdf.model import Exhibit, ExhibitKind, Packet
from casemgr.pdf.slips import SlipSheet, certificate_story
from casemgr.pdf.sources import Source
from casemgr.pdf.stamping import DOT, FONT
from casemgr.pdf.style import Mark
from casemgr.pdf.tags import ARTIFACT, Marks, marked, marks_of

FRONT = ("cover", "filing", "chronology", "index")


@dataclass
class Drawn:
    """The drawn PDF, on which of its pages (from 1) each mark fell, and where these end in the packet."""

    exhibits: Sequence[tuple[str, int]]
    """Label and sheets (slip sheet and pages) of each exhibit in order."""
    data: bytes = b""
    pages: int = 0
    marks: dict[str, int] = field(default_factory=dict)
    roles: Marks = field(default_factory=dict)
    dot: bytes = b""
    """The code of the stamp's dot in the first part of its font; letters and digits have their own."""

    def font_of(self, cover: Any) -> Any:
        """Return the first part of the stamp's font, which the cover of the drawn document uses."""
        for font in cover.Resources.Font.values():
            name = str(font.get("/BaseFont", ""))
            if name.startswith("/AAAAAA+") and self.stamp_font in name:
                return font
        raise LookupError(self.stamp_font)

    @property
    def stamp_font(self) -> str:
        """The name of the stamp's font within the file."""
        name: bytes = pdfmetrics.getFont(fonts.use(FONT)).face.name
        return name.decode()

    @property
    def front(self) -> int:
        """Return the number of pages before the first exhibit."""
        return self.marks.get("certificate", self._after_certificate) - 1

    @property
    def certificate(self) -> int:
        """Return the number of pages of the certificate."""
        return self._after_certificate - self.marks.get("certificate", self._after_certificate)

    @property
    def _after_certificate(self) -> int:
        return self.marks.get("slips", self.pages + 1)

    @property
    def total(self) -> int:
        """Return the number of pages of the whole packet."""
        return self.front + sum(sheets for _, sheets in self.exhibits) + self.certificate

    def slip_pages(self) -> list[int]:
        """Return the page in the packet of each exhibit's slip sheet."""
        pages, page = [], self.front + 1
        for _, sheets in self.exhibits:
            pages.append(page)
            page += sheets
        return pages

    def sections(self) -> dict[str, tuple[int, int]]:
        """Return first and last page in the packet of each section that is there."""
        starts = [(key, self.marks[key]) for key in FRONT if key in self.marks]
        ends = [*(page - 1 for _, page in starts[1:]), self.front]
        found = {key: (page, end) for (key, page), end in zip(starts, ends, strict=True)}
        if self.certificate:
            found["certificate"] = (self.total - self.certificate + 1, self.total)
        return found

    def numbers(self) -> dict[str, int]:
        """Return every number that pages refer to, by its key (see `later`)."""
        known = {key: first for key, (first, _) in self.sections().items()}
        slips = zip(self.exhibits, self.slip_pages(), strict=True)
        known |= {f"exhibit-{label}": page for (label, _), page in slips}
        last = self.total - self.certificate
        known |= {f"certificate-page-{n}": last + n for n in range(1, self.certificate + 1)}
        return known | {"total": self.total}


def has_slip(packet: Packet, exhibit: Exhibit) -> bool:
    """Say whether a sheet stands before an exhibit; that of a native file stands for the file itself."""
    return packet.slip_sheets or exhibit.kind is ExhibitKind.NATIVE


def draw(packet: Packet, sources: Sequence[Source], placed: Sequence[Placed], type_: Typesetter) -> Drawn:
    """Draw cover, filing, chronology, index, certificate, slip sheets and text exhibits."""
    sheets = [
        (one.exhibit.label, 1 if one.exhibit.kind is ExhibitKind.NATIVE else has_slip(packet, one.exhibit) + one.pages)
        for one in sources
    ]
    drawn = Drawn(sheets)
    writer = Writer(type_, targets=frozenset(label for label, _ in sheets))
    out = io.BytesIO()
    document = _Document(packet, writer, drawn, out)
    document.build(
        [*_sections(packet, placed, writer, drawn), *_exhibits(sources, placed, writer, drawn)],
        canvasmaker=canvas_with(writer.later, document.numbers),
    )
    drawn.data = out.getvalue()
    return drawn


def _sections(packet: Packet, placed: Sequence[Placed], writer: Writer, drawn: Drawn) -> list[Flowable]:
    """Return cover, filing, chronology, index and certificate, each on a new page."""
    parts: list[tuple[str, str, list[Flowable]]] = []
    if packet.filing:
        parts.append(("filing", "body", filing_story(packet.filing, writer)))
    if packet.chronology:
        parts.append(("chronology", "body", chronology_story(packet.chronology, writer)))
    if placed:
        parts.append(("index", "body", index_story(placed, writer, packet.volume)))
    if packet.certificate:
        parts.append(("certificate", "certificate", certificate_story(packet.certificate, writer)))
    story: list[Flowable] = [Mark("cover", drawn.marks), *cover_story(packet, placed, writer)]
    for key, template, flowables in parts:
        story += [NextPageTemplate(template), PageBreak(), Mark(key, drawn.marks), *flowables]
    return story


def _exhibits(sources: Sequence[Source], placed: Sequence[Placed], writer: Writer, drawn: Drawn) -> list[Flowable]:
    """Return the slip sheets, then the pages of text exhibits."""
    story: list[Flowable] = []
    for n, (source, place) in enumerate(zip(sources, placed, strict=True)):
        story += [NextPageTemplate("slip"), PageBreak()]
        story += [Mark("slips", drawn.marks)] if n == 0 else []
        story.append(Mark(f"exhibit-{place.exhibit.label}", drawn.marks))
        story.append(SlipSheet(place, source.sha256, source.size, writer))
    for source in sources:
        if source.text:
            story += [NextPageTemplate("text"), PageBreak(), Mark(f"text-{source.exhibit.label}", drawn.marks)]
            story += [textpages.TextPage(lines, writer.type) for lines in source.text]
    return story


class _Document(BaseDocTemplate):  # type: ignore[misc]  # reportlab has no types
    """Page templates with their running heads and feet."""

    def __init__(self, packet: Packet, writer: Writer, drawn: Drawn, out: io.BytesIO) -> None:
        size = (style.PAGE_WIDTH, style.PAGE_HEIGHT)
        super().__init__(out, pagesize=size, invariant=1, pageCompression=1, lang=packet.language,
                         initialFontName=fonts.use(fonts.SANS), keepTogetherClass=Headed)  # fmt: skip
        self.packet, self.writer, self.drawn = packet, writer, drawn
        wide = _frame(style.MARGIN_SIDE, style.MARGIN_BOTTOM, style.MARGIN_TOP)
        slip = _frame(style.MARGIN_SIDE, style.MARGIN_BOTTOM - 10, style.MARGIN_TOP)
        text = _frame(textpages.SIDE, textpages.BOTTOM - 1, textpages.TOP - 1)
        self.addPageTemplates(
            [
                PageTemplate("cover", [wide], onPage=self._cover),
                PageTemplate("body", [wide], onPage=self._body),
                PageTemplate("certificate", [wide], onPage=self._certificate),
                PageTemplate("slip", [slip]),
                PageTemplate("text", [text]),
            ]
        )

    def numbers(self, canvas: Any) -> Any:
        """Return the look-up for the numbers that came late; called when the last page is done."""
        self.drawn.pages = canvas.getPageNumber() - 1
        self.drawn.roles = dict(marks_of(canvas))
        return self.drawn.numbers().__getitem__

    def _mark(self, canvas: Any, _kind: str, label: str) -> None:
        """Note the page of a heading (called by reportlab through `onDraw`)."""
        self.drawn.marks[label] = canvas.getPageNumber()

    def _cover(self, canvas: Any, _document: Any) -> None:
        canvas.setNamedCB("mark", self._mark)
        ((_, self.drawn.dot),) = pdfmetrics.getFont(fonts.use(FONT)).splitString(DOT, canvas._doc)
        self._foot(canvas)

    def _body(self, canvas: Any, _document: Any) -> None:
        self._head(canvas)
        self._foot(canvas)
        right = style.MARGIN_SIDE + style.LINE
        words = f"Page {canvas.getPageNumber()}"
        with marked(canvas, ARTIFACT):
            style.small_line(canvas, self.writer.type, words, right, style.FOOT, width=80, right=True)

    def _certificate(self, canvas: Any, _document: Any) -> None:
        self._head(canvas)
        self._foot(canvas)
        page = canvas.getPageNumber()
        nth = page - self.drawn.marks.get("certificate", page) + 1
        number = Number(f"certificate-page-{nth}", "Page {}", style.SMALL)
        with marked(canvas, ARTIFACT):
            self.writer.later.put(canvas, number, style.MARGIN_SIDE + style.LINE, style.FOOT)

    def _head(self, canvas: Any) -> None:
        """Write title and docket (or student) above a hairline."""
        left, right, y = style.MARGIN_SIDE, style.MARGIN_SIDE + style.LINE, style.PAGE_HEIGHT - 54
        packet = self.packet
        words = f"Docket no. {packet.docket}" if packet.docket else packet.student
        with marked(canvas, ARTIFACT):
            style.small_line(canvas, self.writer.type, packet.title, left, y, width=style.LINE * 0.62)
            style.small_line(canvas, self.writer.type, words, right, y, width=style.LINE * 0.34, right=True)
            canvas.setStrokeColor(style.HAIR)
            canvas.setLineWidth(0.5)
            canvas.line(left, y - 7, right, y - 7)

    def _foot(self, canvas: Any) -> None:
        words, width = self.packet.confidential, style.LINE * 0.8
        with marked(canvas, ARTIFACT):
            style.small_line(canvas, self.writer.type, words, style.MARGIN_SIDE, style.FOOT, width=width)


def _frame(side: float, bottom: float, top: float) -> Frame:
    width, height = style.PAGE_WIDTH - 2 * side, style.PAGE_HEIGHT - bottom - top
    return Frame(side, bottom, width, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
