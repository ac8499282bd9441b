"""All pages that we draw ourselves, in one reportlab document: fonts are embedded once.

Its pages come in the order front, certificate, slip sheets, text exhibits; `assemble` puts them in place.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reportlab.platypus import BaseDocTemplate, Flowable, Frame, NextPageTemplate, PageBreak, PageTemplate

from casemgr.pdf import fonts, style, textpages
from casemgr.pdf.blocks import Writer
from casemgr.pdf.filing import filing_story
from casemgr.pdf.fonts import Typesetter, clean
from casemgr.pdf.front import Placed, chronology_story, cover_story, index_story
from casemgr.pdf.model import Packet
from casemgr.pdf.slips import certificate_story, slip_story
from casemgr.pdf.sources import Source
from casemgr.pdf.style import Mark

SECTIONS = ("cover", "filing", "chronology", "index")


@dataclass
class Drawn:
    """The drawn PDF, and on which of its pages (from 1) each mark fell."""

    data: bytes = b""
    pages: int = 0
    marks: dict[str, int] = field(default_factory=dict)

    @property
    def front(self) -> int:
        """Return the number of pages before the certificate or the first slip sheet."""
        return self.marks.get("certificate", self.marks.get("slips", self.pages + 1)) - 1


def draw(
    packet: Packet,
    sources: Sequence[Source],
    placed: Sequence[Placed],
    at: Mapping[str, int],
    total: int,
    type_: Typesetter,
    *,
    with_exhibits: bool,
) -> Drawn:
    """Draw the pages.

    Args:
        placed: the exhibits with Bates numbers and pages in the finished PDF.
        at: first page of each section in the finished PDF, for the cover (empty in a first pass).
        total: pages of the finished PDF, for the certificate.
        with_exhibits: also draw slip sheets and text exhibits; False is enough to count the front pages.
    """
    drawn = Drawn()
    writer = Writer(type_, targets=frozenset(e.label for e in packet.exhibits))
    story: list[Flowable] = [Mark("cover", drawn.marks), *cover_story(packet, placed, at, writer)]
    parts: list[tuple[str, str, list[Flowable]]] = []
    if packet.filing:
        parts.append(("filing", "body", filing_story(packet.filing, writer)))
    if packet.chronology:
        parts.append(("chronology", "body", chronology_story(packet.chronology, writer)))
    if placed:
        parts.append(("index", "body", index_story(placed, writer)))
    if packet.certificate:
        parts.append(("certificate", "certificate", certificate_story(packet.certificate, total, writer)))
    for key, template, flowables in parts:
        story += [NextPageTemplate(template), PageBreak(), Mark(key, drawn.marks), *flowables]
    for n, (source, place) in enumerate(zip(sources, placed, strict=True)):
        if not with_exhibits:
            # The first pass has no slip sheets, but the links to them need somewhere to go.
            story.append(Mark(f"exhibit-{place.exhibit.label}", {}))
            continue
        story += [NextPageTemplate("slip"), PageBreak()]
        story += [Mark("slips", drawn.marks)] if n == 0 else []
        story.append(Mark(f"exhibit-{place.exhibit.label}", drawn.marks))
        story += slip_story(place, source.sha256, source.size, writer)
    for source, place in zip(sources, placed, strict=True):
        if with_exhibits and source.text:
            story += [NextPageTemplate("text"), PageBreak(), Mark(f"text-{place.exhibit.label}", drawn.marks)]
            story += [textpages.TextPage(lines, type_) for lines in source.text]
    out = io.BytesIO()
    document = _Document(packet, type_, drawn, out)
    document.build(story)
    drawn.data, drawn.pages = out.getvalue(), document.page
    return drawn


class _Document(BaseDocTemplate):  # type: ignore[misc]  # reportlab has no types
    """Page templates with their running heads and feet."""

    def __init__(self, packet: Packet, type_: Typesetter, drawn: Drawn, out: io.BytesIO) -> None:
        super().__init__(
            out,
            pagesize=(style.PAGE_WIDTH, style.PAGE_HEIGHT),
            invariant=1,
            pageCompression=1,
            allowSplitting=1,
            lang=packet.language,
        )
        self.packet, self.type, self.drawn = packet, type_, drawn
        wide = _frame(style.MARGIN_SIDE, style.MARGIN_BOTTOM, style.MARGIN_TOP)
        text = _frame(textpages.SIDE, textpages.BOTTOM - 1, textpages.TOP - 1)
        self.addPageTemplates(
            [
                PageTemplate("cover", [wide], onPage=self._cover),
                PageTemplate("body", [wide], onPage=self._body),
                PageTemplate("certificate", [wide], onPage=self._certificate),
                PageTemplate("slip", [wide]),
                PageTemplate("text", [text]),
            ]
        )

    def mark(self, canvas: Any, _name: str, label: str) -> None:
        """Note the page of a heading (called by reportlab through `onDraw`)."""
        self.drawn.marks[label] = canvas.getPageNumber()

    def _cover(self, canvas: Any, _document: Any) -> None:
        canvas.setNamedCB("mark", self.mark)
        _foot(canvas, self.type, self.packet.confidential, "")

    def _body(self, canvas: Any, _document: Any) -> None:
        canvas.setNamedCB("mark", self.mark)
        self._head(canvas)
        number = canvas.getPageNumber() - 1
        _foot(canvas, self.type, self.packet.confidential, f"Page {number}")

    def _certificate(self, canvas: Any, _document: Any) -> None:
        self._head(canvas)
        number = canvas.getPageNumber() - self.drawn.marks.get("certificate", canvas.getPageNumber()) + 1
        _foot(canvas, self.type, self.packet.confidential, f"CS-{number}")

    def _head(self, canvas: Any) -> None:
        """Write title and docket above a hairline."""
        y = style.PAGE_HEIGHT - 54
        packet = self.packet
        put(canvas, self.type, packet.title, style.MARGIN_SIDE, y, width=style.LINE * 0.62)
        right = packet.docket and f"Docket no. {packet.docket}"
        put(canvas, self.type, right or packet.student, style.MARGIN_SIDE, y, width=style.LINE * 0.34, right=True)
        canvas.setStrokeColor(style.HAIR)
        canvas.setLineWidth(0.5)
        canvas.line(style.MARGIN_SIDE, y - 7, style.MARGIN_SIDE + style.LINE, y - 7)


def _frame(side: float, bottom: float, top: float) -> Frame:
    width, height = style.PAGE_WIDTH - 2 * side, style.PAGE_HEIGHT - bottom - top
    return Frame(side, bottom, width, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)


def _foot(canvas: Any, type_: Typesetter, left: str, right: str) -> None:
    y = 46.0
    put(canvas, type_, left, style.MARGIN_SIDE, y, width=style.LINE * 0.8)
    put(canvas, type_, right, style.MARGIN_SIDE, y, width=style.LINE * 0.18, right=True)


def put(canvas: Any, type_: Typesetter, words: str, x: float, y: float, *, width: float, right: bool = False) -> None:
    """Write one small line of running text, cut with an ellipsis at `width` points."""
    size = 8.5
    words = " ".join(clean(words).split())
    measure: Callable[[str], float] = lambda text: sum(  # noqa: E731
        canvas.stringWidth(run, name, size) for run, name in type_.runs(text, fonts.SANS)
    )
    if measure(words) > width:
        while words and measure(words + "…") > width:
            words = words[: int(len(words) * 0.95)] if len(words) > 20 else words[:-1]
        words = words.rstrip() + "…"
    if right:
        x += style.LINE - measure(words)
    canvas.setFillColor(style.QUIET)
    text = canvas.beginText(x, y)
    for run, name in type_.runs(words, fonts.SANS):
        text.setFont(name, size)
        text.textOut(run)
    canvas.drawText(text)


__all__ = ["SECTIONS", "Drawn", "draw", "put"]
