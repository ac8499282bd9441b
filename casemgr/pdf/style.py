"""The typographic system of everything that leaves the house: Letter pages, one scale, one accent colour."""

import re
from collections.abc import Collection, Iterable, Sequence
from copy import copy
from datetime import date
from functools import cache, lru_cache
from typing import Any

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, Paragraph, Table, TableStyle, cleanBlockQuotedText

from casemgr.pdf import fonts
from casemgr.pdf.fonts import Typesetter
from casemgr.pdf.system_fonts import is_shaped
from casemgr.pdf.tags import ARTIFACT, HEADINGS, Group, Path, marked, new_key

rl_config.useA85 = 0  # letters instead of bytes would only be longer, and take a tenth of the time of drawing

PAGE_WIDTH, PAGE_HEIGHT = 612.0, 792.0  # US Letter, points
MARGIN_SIDE, MARGIN_TOP, MARGIN_BOTTOM = 84.0, 90.0, 84.0
FOOT = 46.0  # base line of the running foot
LINE = PAGE_WIDTH - 2 * MARGIN_SIDE  # width of the text

INK = HexColor(0x1C1C1E)
QUIET = HexColor(0x5B6068)
ACCENT = HexColor(0x1F3A5F)  # prints as a dark grey in black and white
HAIR = HexColor(0xB9BEC6)
SANS_SIZE = 0.97  # its letters look larger


def make_style(name: str, font: str, size: float, leading: float, **more: Any) -> ParagraphStyle:
    """Return a paragraph style; sizes in points."""
    settings = {
        "textColor": INK,
        "allowWidows": 0,
        "allowOrphans": 0,
        "splitLongWords": 1,
        "bulletFontName": fonts.use(font),
        "bulletFontSize": size,
    } | more
    return ParagraphStyle(name, fontName=fonts.use(font), fontSize=size, leading=leading, **settings)


BODY = make_style("body", fonts.SERIF, 11, 16, spaceAfter=8)
BODY_LEAD = make_style("body-lead", fonts.SERIF, 11, 16, spaceAfter=8, keepWithNext=1)
BODY_TIGHT = make_style("body-tight", fonts.SERIF, 11, 15.5)
NUMBERED = make_style("numbered", fonts.SERIF, 11, 16, spaceAfter=8, leftIndent=28, bulletIndent=0)
ITEM = make_style("item", fonts.SERIF, 11, 15.5, spaceAfter=5, leftIndent=28, bulletIndent=10)
ITEM_LEAD = make_style("item-lead", fonts.SERIF, 11, 15.5, spaceAfter=5, leftIndent=28, bulletIndent=10, keepWithNext=1)
H1 = make_style("h1", fonts.SANS_BOLD, 14, 19, spaceBefore=20, spaceAfter=7, textColor=ACCENT, keepWithNext=1)
H2 = make_style("h2", fonts.SANS_BOLD, 11.5, 16, spaceBefore=18, spaceAfter=5, keepWithNext=1)
LABEL = make_style("label", fonts.SANS_BOLD, 8.5, 12, spaceBefore=8, spaceAfter=3, textColor=QUIET, keepWithNext=1)
CITATION = make_style("citation", fonts.SANS, 9, 12.5, textColor=QUIET, spaceAfter=6)
TITLE = make_style("title", fonts.SERIF_BOLD, 16, 21, spaceAfter=4, textColor=ACCENT)
PAGE_TITLE = make_style("page-title", fonts.SERIF_BOLD, 20, 26, spaceAfter=6, textColor=ACCENT)
CELL = make_style("cell", fonts.SERIF, 10, 14)
CELL_NUMBER = make_style("cell-number", fonts.SERIF, 10, 14, alignment=TA_RIGHT)
CELL_SANS = make_style("cell-sans", fonts.SANS, 9.5, 14)
CELL_RIGHT = make_style("cell-right", fonts.SANS, 9.5, 14, alignment=TA_RIGHT)
CELL_HEAD = make_style("cell-head", fonts.SANS_BOLD, 8.5, 12, textColor=QUIET)
CELL_HEAD_RIGHT = make_style("cell-head-right", fonts.SANS_BOLD, 8.5, 12, textColor=QUIET, alignment=TA_RIGHT)
FIELD = make_style("field", fonts.SANS, 9.5, 15, textColor=QUIET)
VALUE = make_style("value", fonts.SERIF, 11, 15)
CENTER = make_style("center", fonts.SERIF, 11, 16, alignment=TA_CENTER)
FORUM = make_style("forum", fonts.SANS_BOLD, 10.5, 15, alignment=TA_CENTER, spaceAfter=12)
SMALL = make_style("small", fonts.SANS, 8.5, 11, textColor=QUIET)
COVER_FORUM = make_style("cover-forum", fonts.SANS_BOLD, 11, 15, textColor=QUIET)
COVER_TITLE = make_style("cover-title", fonts.SERIF_BOLD, 29, 36, textColor=ACCENT, spaceBefore=10, spaceAfter=16)
SLIP_WORD = make_style("slip-word", fonts.SANS_BOLD, 12, 16, textColor=QUIET, alignment=TA_CENTER)
SLIP_TITLE = make_style("slip-title", fonts.SERIF, 17, 24, alignment=TA_CENTER, spaceBefore=14)
SLIP_DATE = make_style("slip-date", fonts.SANS, 11, 16, textColor=QUIET, alignment=TA_CENTER, spaceBefore=6)

COVER_PARTY = make_style("cover-party", fonts.SERIF_BOLD, 12.5, 17)
COVER_ROLE = make_style("cover-role", fonts.SANS, 9.5, 14, textColor=QUIET, spaceAfter=7)
CAPTION_NAME = make_style("caption-name", fonts.SERIF_BOLD, 11, 15)
CAPTION_ROLE = make_style("caption-role", fonts.SERIF, 11, 15, spaceAfter=4)
CITATION_KEPT = make_style("citation-kept", fonts.SANS, 9, 12.5, textColor=QUIET, spaceAfter=6, keepWithNext=1)
FACT_DATE = make_style("fact-date", fonts.SANS_BOLD, 9.5, 15.5)
CELL_DATE = make_style("cell-date", fonts.SANS_BOLD, 9.5, 14)
CELL_NOTE = make_style("cell-note", fonts.SANS, 8.5, 12, textColor=QUIET)
CELL_SMALL = make_style("cell-small", fonts.SANS, 9, 14)
CELL_LABEL = make_style("cell-label", fonts.SANS_BOLD, 10, 14)

LETTERHEAD = make_style("letterhead", fonts.SERIF_BOLD, 15, 20, textColor=ACCENT)
LETTERHEAD_LINE = make_style("letterhead-line", fonts.SANS, 9, 13, textColor=QUIET)
SHEET_TITLE = make_style("sheet-title", fonts.SERIF_BOLD, 15, 20, spaceAfter=10)


def as_set(look: ParagraphStyle) -> ParagraphStyle:
    """Return the style as it is while all is set in sans serif (see `fonts.set_in_sans`); else the style itself."""
    return look if fonts.set_as(look.fontName) == look.fontName else _in_sans(look)


@cache
def _in_sans(look: ParagraphStyle) -> ParagraphStyle:
    size, font = look.fontSize * SANS_SIZE, fonts.use(look.fontName)
    return look.clone(look.name, fontName=font, fontSize=size, bulletFontName=font, bulletFontSize=size)


def long_date(day: date) -> str:
    """Return the date as American law writes it: March 3, 2025."""
    return f"{day:%B} {day.day}, {day.year}"


def when(markup: str) -> str:
    """Return a day and time whose time is not broken over two lines."""
    return markup.replace(" a.m.", "\u00a0a.m.").replace(" p.m.", "\u00a0p.m.")


def roman(number: int) -> str:
    """Return the number as a capital roman numeral, for the parts of a filing."""
    out = ""
    for value, sign in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    ):
        out += sign * (number // value)
        number %= value
    return out


OWN_FONT = ("FONTNAME", (0, 0), (-1, -1), fonts.use(fonts.SANS))
"""For the empty cells of tables: without it they name a font that is not in the file."""


def rule(width: float = LINE, thickness: float = 0.75, color: Any = HAIR, after: float = 8) -> Flowable:
    """Return a thin horizontal line of that width, in points, with space after it."""
    line = QuietTable([[""]], colWidths=[width], rowHeights=[after], hAlign="LEFT")
    line.setStyle(TableStyle([OWN_FONT, ("LINEABOVE", (0, 0), (-1, 0), thickness, color)]))
    return line


class QuietTable(Table):  # type: ignore[misc]  # reportlab has no types
    """A table whose lines and grounds say nothing to a screen reader; its cells do."""

    is_whole = False
    """It is not split between two pages."""

    def split(self, width: float, height: float) -> list[Table]:
        """Split between rows; the last part keeps the space after the whole."""
        parts: list[Table] = super().split(width, height)
        if len(parts) > 1:
            parts[-1].spaceAfter = self.getSpaceAfter()
        return parts

    def _drawLines(self) -> None:
        with marked(self.canv, ARTIFACT):
            super()._drawLines()

    def _drawBkgrnd(self) -> None:
        with marked(self.canv, ARTIFACT):
            super()._drawBkgrnd()


LAYOUT, TABLE, FIELDS, LIST = "layout", "table", "fields", "list"
"""What a table is to a screen reader: nothing, a table with its heading row, pairs of name and value, a list whose
first column has the numbers."""


def table(
    rows: Sequence[Sequence[Any]],
    widths: Sequence[float],
    *commands: Any,
    head: bool = False,
    told_as: str = "",
    going_on: Collection[int] = (),
    whole: bool = False,
    after: float = 0,
) -> Table:
    """Return a table with no boxes, top-aligned, rows padded evenly; `head` repeats the first row.

    Args:
        told_as: see `LAYOUT`; with a heading row it is a table.
        going_on: rows (from 0) that go on with the one above them; so does one whose first cell is "".
        whole: do not split it between two pages. after: points of space below it.
    """
    is_layout = not (told_as or head)
    following = [n for n, row in enumerate(rows) if n and not is_layout and (n in going_on or row[0] == "")]
    _tell(rows, told_as or (TABLE if head else LAYOUT), head, following)
    made = QuietTable(
        list(rows), colWidths=list(widths), repeatRows=1 if head else 0, hAlign="LEFT", spaceAfter=after or None
    )
    made.is_whole = whole
    plain: list[Any] = [
        OWN_FONT,
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 10),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    if head:
        plain.append(("LINEBELOW", (0, 0), (-1, 0), 0.9, ACCENT))
    for n in following:  # one text in several rows: no gap between them
        plain += [("BOTTOMPADDING", (0, n - 1), (-1, n - 1), 0), ("TOPPADDING", (0, n), (-1, n), 0)]
    if whole:
        plain.append(("NOSPLIT", (0, 0), (-1, -1)))
    made.setStyle(TableStyle([*plain, *commands]))
    return made


def _tell(rows: Sequence[Sequence[Any]], told_as: str, head: bool, following: Collection[int]) -> None:
    """Say of each cell where in a table or list it stands; rows that follow go on with the one above them."""
    if told_as == LAYOUT:
        return
    key, number = new_key(), -1
    for n, row in enumerate(rows):
        if number < 0 or n not in following:
            number += 1
        if told_as == LIST:
            paths = [_in_list(key, number, column) for column in range(len(row))]
        else:
            paths = _in_table(key, number, len(row), is_head=head and n == 0, is_pair=told_as == FIELDS)
        for within, cell in zip(paths, row, strict=True):
            for part in cell if isinstance(cell, list) else [cell]:
                if hasattr(part, "within"):
                    part.within = within


def _in_table(key: int, row: int, columns: int, *, is_head: bool, is_pair: bool) -> list[Path]:
    """Return the place of each cell of a row."""
    cells = tuple("TH" if is_head or (is_pair and not n) else "TD" for n in range(columns))
    table, whole = Group("Table", (key,)), Group("TR", (key, row), cells, repeats=is_head)
    return [(table, whole, Group(role, (key, row, n))) for n, role in enumerate(cells)]


def _in_list(key: int, row: int, column: int) -> Path:
    return (Group("L", (key,)), Group("LI", (key, row)), Group("LBody" if column else "Lbl", (key, row)))


def listed(items: Iterable[Sequence[Any]]) -> None:
    """Tell a screen reader that these are points of one list, each of one paragraph or more."""
    key = new_key()
    for n, item in enumerate(items):
        for part in item:
            part.within = _in_list(key, n, 1)


def link(markup: str, target: str) -> str:
    """Return markup that leads to a `Mark` of that key on a click."""
    return f'<a href="#{target}" color="#1F3A5F">{markup}</a>'


_LINK = re.compile(r'<a href="(#[^"<>&]*)" color="#1F3A5F">(.*)</a>')


class Mark(Flowable):  # type: ignore[misc]  # reportlab has no types
    """An invisible point: link target, and a note of the page it fell on."""

    def __init__(self, key: str, pages: dict[str, int]) -> None:
        """Write the page number (from 1) into `pages[key]` when drawn."""
        super().__init__()
        self.key, self.pages = key, pages
        self.width = self.height = 0

    def wrap(self, *_: float) -> tuple[float, float]:
        """Take no room."""
        return 0, 0

    def draw(self) -> None:
        """Set the target at the top of this page."""
        self.canv.bookmarkPage(self.key)
        self.pages[self.key] = self.canv.getPageNumber()


class TaggedParagraph(Paragraph):  # type: ignore[misc]  # reportlab has no types
    """A paragraph that tells screen readers whether it is a heading, and where in a table or list it stands."""

    within: Path = ()
    broken_at = -1.0
    """The width for which its lines are broken; nothing is drawn of them yet."""

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Break the lines; once for a width, though a table asks up to four times."""
        if self.broken_at == width and hasattr(self, "blPara"):
            return self.width, self.height
        size: tuple[float, float] = super().wrap(width, height)
        self.broken_at = width
        return size

    def split(self, width: float, height: float) -> list[Paragraph]:
        """Split as any paragraph; the parts stand where the whole stood."""
        parts: list[Paragraph] = super().split(width, height)
        for part in parts:
            part.within = self.within
        return parts

    def draw(self) -> None:
        """Mark what is drawn, with the words of each line in the order in which they are seen."""
        for line in self.blPara.lines:
            _turn(line, getattr(self.blPara, "fontName", self.style.fontName))
        linked, is_link = _linked(self.frags)
        role = HEADINGS.get(self.style.name, "P")
        with marked(self.canv, role, self.within, is_link=is_link, words=linked):
            super().draw()
        self.broken_at = -1.0  # the words of its lines were turned


def _linked(frags: Sequence[Any]) -> tuple[str, bool]:
    """Return the words that lead somewhere, and whether all words do. `frags`: what reportlab keeps of a paragraph:
    pieces of text, of a part that was split the words of its only piece, or, once its lines are broken, words of one
    piece or more."""
    words = [one[1:] if isinstance(one, list) else [(one, _text(one))] for one in frags]
    said = [(piece, text) for word in words for piece, text in word if text.strip()]
    linked = [(piece, text) for piece, text in said if getattr(piece, "link", None)]
    shown = [text for piece, text in linked if not is_shaped(piece.fontName)]
    return " ".join(" ".join(shown).split())[:200], len(linked) == len(said)


def _text(piece: Any) -> str:
    return piece.text if hasattr(piece, "text") else " ".join(getattr(piece, "words", ()))


def _turn(line: Any, font: str) -> None:
    """Put the words of one line that are read from right to left into the order in which they are seen. A line is
    what reportlab makes of it: pairs of room and words, or pieces of one font each."""
    if isinstance(line, tuple):
        words = line[1]
        words[:] = fonts.leftward(" ".join(words), font).split(" ")
        return
    for piece in line.words:
        text = getattr(piece, "text", "")
        if text:
            piece.text = fonts.leftward(text, piece.fontName)


def paragraph(markup: str, style: ParagraphStyle, **more: Any) -> Paragraph:
    """Return a paragraph of ready markup (see `Typesetter`).

    Plain words, and those that are one link, are not read as markup: that takes longer than to set them."""
    style, whole = as_set(style), cleanBlockQuotedText(markup)
    linked = _LINK.fullmatch(whole)
    words = linked[2] if linked else whole
    if not words or "<" in words or "&" in words:
        return TaggedParagraph(markup, style, **more)
    piece = copy(_piece(style, is_link=linked is not None))
    piece.text = words
    if linked:
        piece.link = [(0, linked[1])]
    return TaggedParagraph(whole, style, frags=[piece], **more)


@lru_cache(maxsize=256)
def _piece(style: ParagraphStyle, *, is_link: bool) -> Any:
    """Return what reportlab makes of plain words, or of a link, in a style."""
    (piece,) = Paragraph(link("x", "x") if is_link else "x", style).frags
    return piece


def small_line(
    canvas: Any, type_: Typesetter, words: str, x: float, y: float, *, width: float, right: bool = False
) -> None:
    """Write one small quiet line from `x`, or up to `x` on the right, cut with an ellipsis at `width` points."""
    words, size = _fitted(words[:400], width)  # no line holds more
    if right:
        x -= size
    canvas.setFillColor(QUIET)
    text = canvas.beginText(x, y)
    for run, name in type_.runs(words, fonts.SANS):
        text.setFont(name, SMALL.fontSize)
        text.textOut(run)
    canvas.drawText(text)


@lru_cache(maxsize=512)
def _fitted(words: str, width: float) -> tuple[str, float]:
    """Return the words on one line, cut to `width` points, and how wide they are; heads come on each page."""

    def size(text: str) -> float:
        runs = Typesetter().runs(text, fonts.SANS)
        return sum(float(stringWidth(run, name, SMALL.fontSize)) for run, name in runs)

    words = " ".join(fonts.clean(words).split())
    wide = size(words)
    if wide > width:
        while words and (wide := size(words + "…")) > width:
            words = words[: int(len(words) * 0.95)] if len(words) > 20 else words[:-1]
        words = words.rstrip() + "…"
        wide = size(words)
    return words, wide
