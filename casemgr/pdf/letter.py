"""A letter: letterhead, date, addresses, subject, text with emphasis and lists, signature, copies.

A letter of one page has no running head; of several, the pages from the second on say to whom, when and which page.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any

import pikepdf
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate, Spacer

from casemgr.pdf import fonts, navigation, style
from casemgr.pdf.fonts import Typesetter, pieces
from casemgr.pdf.style import make_style, paragraph
from casemgr.pdf.tags import ARTIFACT, Marks, marked, marks_of, tag_pages

FAMILY, ORGANIZATION, FIRM = "family", "organization", "firm"
SERIF, SANS = "serif", "sans"
TOP_LATER = 96.0
"""Room for the running head of the second page and those after it, in points."""
SIGNED_WITH = 600
"""A closing paragraph of at most so many characters stays on the page of the signature."""
SPARED = 3
"""A letter of at most so many pages is set tighter where that spares the last one."""
A_LINE = 100
"""One of at most so many brings the one before it along: a single line above the signature looks lost."""
BLANK = re.compile(r"\[\[(.{1,200}?)\]\]")
"""A gap that somebody still has to fill: `[[the date of the report]]`."""


@dataclass(frozen=True)
class Run:
    """Words set alike. A line feed in `text` is a line break."""

    text: str
    bold: bool = False
    italic: bool = False


Line = tuple[Run, ...]


@dataclass(frozen=True)
class Words:
    """One paragraph."""

    runs: Line


@dataclass(frozen=True)
class Points:
    """A list, with bullets or numbered 1, 2, 3."""

    items: tuple[Line, ...]
    ordered: bool = False


Block = Words | Points


@dataclass(frozen=True)
class Letter:
    """Everything that is printed. The first line of `letterhead` is the name; `look` says whose it is.

    `made_at` (UTC) fixes the bytes; `sent_by` is a line such as "By e-mail" above the address; `signed`: what stands
    where the signature goes, such as "/s/ Dana Example"; empty: room for one by hand."""

    letterhead: tuple[str, ...]
    to: tuple[str, ...]
    subject: str
    salutation: str
    body: tuple[Block, ...]
    closing: str
    signer: tuple[str, ...]
    made_at: datetime
    dated: date | None = None
    enclosures: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    look: str = FAMILY
    face: str = SERIF
    sent_by: str = ""
    signed: str = ""
    language: str = "en-US"


@dataclass(frozen=True)
class Drawn:
    """The PDF, how many pages it has, and the characters that no font here can draw. `shown`: number (from 1) and name
    of each page that somebody is to see; none: all of them."""

    pdf: bytes
    pages: int
    undrawable: tuple[str, ...]
    shown: tuple[tuple[int, str], ...] = ()


def make_letter(letter: Letter) -> Drawn:
    """Return the PDF of a letter: the same bytes for the same letter.

    What spills a little over one page or two is set tighter, so that it fits. A longer one is laid out once more,
    since each page says of how many it is."""
    laid = _laid_out(letter, pages=1)
    spread = WIDE
    if 1 < laid.pages <= SPARED:
        tried = ((one, _laid_out(letter, pages=1, spread=one)) for one in (CLOSER, TIGHT))
        spread, laid = next(((one, less) for one, less in tried if less.pages < laid.pages), (WIDE, laid))
    if laid.pages > 1:
        laid = _laid_out(letter, pages=laid.pages, spread=spread)
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(laid.data)) as pdf:
        tag_pages(pdf, laid.marks)
        navigation.describe(
            pdf,
            title=letter.subject or "Letter",
            author=letter.letterhead[0] if letter.letterhead else "",
            subject="",
            language=letter.language,
            made_at=letter.made_at,
            producer="casemgr",
            bookmarks=False,
        )
        pdf.save(out, deterministic_id=True)
    return Drawn(out.getvalue(), laid.pages, laid.undrawable)


@dataclass(frozen=True)
class _Spread:
    """How much room is left between things, in points. `lead` is taken off each line."""

    top: float = 66.0
    bottom: float = style.MARGIN_BOTTOM
    lead: float = 0.0
    after: float = 9.0
    parts: float = 1.0
    signature: float = 40.0


WIDE = _Spread()
CLOSER = _Spread(top=58.0, bottom=62.0, lead=0.4, after=7.8, parts=0.82, signature=36.0)
TIGHT = _Spread(top=52.0, bottom=54.0, lead=0.9, after=6.5, parts=0.65, signature=32.0)


@dataclass(frozen=True)
class _Face:
    """The styles of one face."""

    text: ParagraphStyle
    lead: ParagraphStyle
    """A line that ends with a colon stays with what it announces."""
    tight: ParagraphStyle
    item: ParagraphStyle
    subject: ParagraphStyle
    font: str
    bold: str
    italic: str


def _face(name: str, spread: _Spread) -> _Face:
    if name == SANS:
        plain, bold, italic, size, leading = fonts.SANS, fonts.SANS_BOLD, fonts.SANS_ITALIC, 10.75, 15.5
    else:
        plain, bold, italic, size, leading = fonts.SERIF, fonts.SERIF_BOLD, fonts.SERIF_ITALIC, 11.0, 15.75
    leading -= spread.lead
    return _Face(
        make_style(f"letter-{name}", plain, size, leading, spaceAfter=spread.after),
        make_style(f"letter-lead-{name}", plain, size, leading, spaceAfter=spread.after - 3, keepWithNext=1),
        make_style(f"letter-tight-{name}", plain, size, leading - 0.5),
        make_style(
            f"letter-item-{name}", plain, size, leading, spaceAfter=spread.after - 4, leftIndent=24, bulletIndent=8
        ),
        make_style(f"letter-subject-{name}", bold, size, leading, spaceAfter=spread.after + 3, keepWithNext=1),
        plain,
        bold,
        italic,
    )


_NAME = {
    FAMILY: make_style("letterhead-family", fonts.SERIF_BOLD, 13, 18),
    ORGANIZATION: make_style("letterhead-organization", fonts.SANS_BOLD, 16, 21, textColor=style.ACCENT),
    FIRM: make_style("letterhead-firm", fonts.SERIF_BOLD, 18, 24, textColor=style.ACCENT, alignment=TA_CENTER),
}
_LINES = {
    FAMILY: make_style("letterhead-lines-family", fonts.SANS, 9.5, 13.5, textColor=style.QUIET),
    ORGANIZATION: make_style("letterhead-lines-organization", fonts.SANS, 9, 13, textColor=style.QUIET),
    FIRM: make_style("letterhead-lines-firm", fonts.SANS, 9, 13, textColor=style.QUIET, alignment=TA_CENTER),
}


class _Setter:
    """Turns rich words into markup, with what every character needs to be drawn."""

    def __init__(self, face: _Face, spread: _Spread) -> None:
        self.face, self.spread, self.type = face, spread, Typesetter()

    def gap(self, points: float) -> Spacer:
        """Return room between two parts."""
        return Spacer(1, points * self.spread.parts)

    def line(self, text: str, font: str = "", limit: int = 300) -> str:
        """Return markup of plain words on one line; gaps are marked."""
        return self._marked(" ".join(text.split())[:limit], font or self.face.font)

    def styled(self, text: str, font: str) -> str:
        """Return markup of plain words in another font than that of their paragraph."""
        return f'<font name="{fonts.use(font)}">{self.line(text, font)}</font>'

    def runs(self, runs: Line) -> str:
        return "".join(self._run(run) for run in runs)

    def _run(self, run: Run) -> str:
        font = self.face.bold if run.bold else self.face.italic if run.italic else self.face.font
        body = self._marked(run.text, font)
        return body if font == self.face.font else f'<font name="{fonts.use(font)}">{body}</font>'

    def _marked(self, text: str, font: str) -> str:
        made, end = [], 0
        for gap in BLANK.finditer(text):
            made.append(self.type.markup(text[end : gap.start()], font))
            bold = self.face.bold
            inside = self.type.markup(f"[{gap[1]}]", bold)
            made.append(f'<font name="{fonts.use(bold)}" backColor="#FBEFC9">{inside}</font>')
            end = gap.end()
        return "".join([*made, self.type.markup(text[end:], font)])


@dataclass(frozen=True)
class _LaidOut:
    data: bytes
    pages: int
    undrawable: tuple[str, ...]
    marks: Marks


def _laid_out(letter: Letter, pages: int, spread: _Spread = WIDE) -> _LaidOut:
    setter = _Setter(_face(letter.face, spread), spread)
    out = io.BytesIO()
    document = _LetterDocument(letter, setter, pages, out)
    document.build(_story(letter, setter))
    return _LaidOut(out.getvalue(), document.page, tuple(sorted(setter.type.undrawable)), document.marks)


def _story(letter: Letter, setter: _Setter) -> list[Flowable]:
    face = setter.face
    story = [*_letterhead(letter, setter)]
    if letter.dated:
        story += [paragraph(style.long_date(letter.dated), face.tight), setter.gap(13)]
    if letter.sent_by:
        story += [paragraph(setter.styled(letter.sent_by, face.italic), face.tight), setter.gap(5)]
    story += [paragraph(setter.line(one), face.tight) for one in letter.to if one.strip()]
    story.append(setter.gap(14))
    if letter.subject.strip():
        story.append(paragraph(setter.line(f"Re: {letter.subject}", face.bold), face.subject))
    if letter.salutation.strip():
        story.append(paragraph(setter.line(letter.salutation), face.text))
    body = [flowable for block in letter.body for flowable in _block(block, setter)]
    return [*story, *_signed(letter, setter, body)]


def _letterhead(letter: Letter, setter: _Setter) -> list[Flowable]:
    if not letter.letterhead:
        return [Spacer(1, 24)]
    name, lines = letter.letterhead[0], [line for line in letter.letterhead[1:] if line.strip()]
    look = letter.look if letter.look in _NAME else FAMILY
    head = [paragraph(setter.line(name, _NAME[look].fontName), _NAME[look])]
    if look == FAMILY:
        head += [paragraph(setter.line(line, fonts.SANS), _LINES[look]) for line in lines]
        return [*head, setter.gap(26)]
    words = "  ·  ".join(line.strip() for line in lines)
    if words:
        head.append(paragraph(setter.line(words, fonts.SANS, limit=600), _LINES[look]))
    if look == FIRM:
        rules = [style.rule(thickness=1.5, color=style.ACCENT, after=2.5), style.rule(thickness=0.4, after=20)]
    else:
        rules = [style.rule(84, 3, style.ACCENT, after=22)]
    return [*head, setter.gap(8), *rules]


def _block(block: Block, setter: _Setter) -> list[Flowable]:
    face = setter.face
    if isinstance(block, Words):
        announces = "".join(run.text for run in block.runs).rstrip().endswith(":")
        return [paragraph(setter.runs(part), face.lead if announces else face.text) for part in _cut(block.runs)]
    signs = [f"{number}." if block.ordered else "•" for number in range(1, len(block.items) + 1)]
    items = [
        [
            paragraph(setter.runs(part), face.item, **({} if n else {"bulletText": sign}))
            for n, part in enumerate(_cut(item))
        ]
        for sign, item in zip(signs, block.items, strict=True)
    ]
    style.listed(items)
    return [*chain.from_iterable(items), Spacer(1, 5)]


def _cut(runs: Line) -> list[Line]:
    """Cut what is longer than some pages: one endless paragraph takes the layout far too long."""
    if sum(len(run.text) for run in runs) <= LONGEST:
        return [runs]
    return [(Run(part, run.bold, run.italic),) for run in runs for part in pieces(run.text, LONGEST, 400)]


LONGEST = 6000


def _signed(letter: Letter, setter: _Setter, body: Sequence[Flowable]) -> list[Flowable]:
    """Return the text with its signature; its last words stay with it: nobody signs a bare page."""
    face = setter.face
    end = len(body)
    while end and isinstance(body[end - 1], Spacer):
        end -= 1
    room = SIGNED_WITH
    while end and (words := len(getattr(body[end - 1], "text", ""))) < room:
        end -= 1
        room = SIGNED_WITH - words if words < A_LINE else 0
    closing = [Spacer(1, 4), paragraph(setter.line(letter.closing), face.tight)] if letter.closing.strip() else []
    names = [line for line in letter.signer if line.strip()]
    signer = [
        paragraph(setter.styled(line, face.bold) if n == 0 else setter.line(line), face.tight)
        for n, line in enumerate(names)
    ]
    kept = [*body[end:], *closing, *_signature(letter, setter), *signer]
    last = [("Enclosed:", letter.enclosures), ("Copy:", letter.copies)]
    rows = [row for name, lines in last for row in _named_lines(name, lines, setter)]
    return [*body[:end], KeepTogether([*kept, *([setter.gap(18), _last_lines(rows)] if rows else [])])]


def _signature(letter: Letter, setter: _Setter) -> list[Flowable]:
    if not letter.signed:
        return [Spacer(1, setter.spread.signature)]
    words = paragraph(setter.styled(letter.signed, setter.face.italic), setter.face.tight)
    return [setter.gap(12), words, setter.gap(8)]


def _named_lines(name: str, lines: Sequence[str], setter: _Setter) -> list[list[Flowable]]:
    """Return a row for each line; the name stands before the first."""
    said = [line for line in lines if line.strip()]
    return [
        [paragraph(name if n == 0 else "", _COPY), paragraph(setter.line(line, fonts.SANS), _COPY)]
        for n, line in enumerate(said)
    ]


def _last_lines(rows: list[list[Flowable]]) -> Flowable:
    close = (("TOPPADDING", (0, 0), (-1, -1), 0), ("BOTTOMPADDING", (0, 0), (-1, -1), 1))
    return style.table(rows, [54, style.LINE - 54], *close, told_as=style.FIELDS)


_COPY = make_style("letter-copy", fonts.SANS, 9.5, 13.5, textColor=style.QUIET)


class _LetterDocument(BaseDocTemplate):  # type: ignore[misc]  # reportlab has no types
    """A first page without a running head, and later ones with it."""

    def __init__(self, letter: Letter, setter: _Setter, pages: int, out: io.BytesIO) -> None:
        size = (style.PAGE_WIDTH, style.PAGE_HEIGHT)
        super().__init__(out, pagesize=size, invariant=1, pageCompression=1, lang=letter.language,
                         initialFontName=fonts.use(fonts.SANS))  # fmt: skip
        self.letter, self.setter, self.pages = letter, setter, pages
        self.marks: Marks = {}
        none = {"leftPadding": 0, "rightPadding": 0, "topPadding": 0, "bottomPadding": 0}

        def frame(top: float) -> Frame:
            height = style.PAGE_HEIGHT - setter.spread.bottom - top
            return Frame(style.MARGIN_SIDE, setter.spread.bottom, style.LINE, height, **none)

        self.addPageTemplates(
            [
                PageTemplate("first", [frame(setter.spread.top)], onPage=self._first, autoNextPageTemplate="later"),
                PageTemplate("later", [frame(TOP_LATER)], onPage=self._later),
            ]
        )

    def _first(self, canvas: Any, _document: Any) -> None:
        self.marks = marks_of(canvas)
        if self.pages > 1:
            self._put(canvas, f"Page 1 of {self.pages}", style.FOOT, right=True)

    def _later(self, canvas: Any, _document: Any) -> None:
        letter = self.letter
        to = next((line.strip() for line in letter.to if line.strip()), "")
        words = "  ·  ".join(one for one in (to, style.long_date(letter.dated) if letter.dated else "") if one)
        above = style.PAGE_HEIGHT - 56
        self._put(canvas, words, above)
        self._put(canvas, f"Page {canvas.getPageNumber()} of {self.pages}", above, right=True)
        with marked(canvas, ARTIFACT):
            canvas.setStrokeColor(style.HAIR)
            canvas.setLineWidth(0.5)
            canvas.line(style.MARGIN_SIDE, above - 8, style.MARGIN_SIDE + style.LINE, above - 8)

    def _put(self, canvas: Any, words: str, y: float, *, right: bool = False) -> None:
        x = style.MARGIN_SIDE + (style.LINE if right else 0)
        width = 90 if right else style.LINE - 100
        with marked(canvas, ARTIFACT):
            style.small_line(canvas, self.setter.type, words, x, y, width=width, right=right)
