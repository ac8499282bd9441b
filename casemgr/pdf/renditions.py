"""What is no PDF as pages to read and to file: plain text, an e-mail, a table, and a slip that stands in for a file.

Lines are laid out first and drawn afterwards, so every page knows how many there are. What each page says is handed
back with it: a character that no font of ours can draw is a box on the page, and still found.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from casemgr.pdf import fonts, style
from casemgr.pdf.fonts import Typesetter, clean
from casemgr.pdf.textpages import LEADING, SIZE, fold, width_of

SIDE, TOP, BOTTOM = 72.0, 72.0, 72.0  # the bottom leaves room for the stamp of an exhibit
MOST_COLUMNS = 14
NARROWEST, WIDEST, GAP = 34.0, 220.0, 10.0  # points of a column, and between two
DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Drawn:
    """Pages that were written: the text of each, whether the limit cut them off, and what could not be drawn."""

    texts: tuple[str, ...]
    cut: bool
    undrawable: tuple[str, ...]


@dataclass(frozen=True)
class Slip:
    """A sheet that stands in for a file: what the file is, as label and value, and why it is not shown itself."""

    title: str
    facts: tuple[tuple[str, str], ...]
    why: str


@dataclass(frozen=True)
class _Piece:
    """Words at a place, or a line across (`words` empty, `x` to `end`)."""

    x: float
    y: float
    words: str = ""
    font: str = fonts.SANS
    size: float = SIZE
    color: Any = style.INK
    end: float = 0.0


class _Full(Exception):
    """The limit of pages is reached."""


@dataclass
class _Pages:
    """Pages that fill from the top down."""

    limit: int
    wide: bool = False
    pages: list[list[_Piece]] = field(default_factory=lambda: [[]])
    texts: list[list[str]] = field(default_factory=lambda: [[]])

    def __post_init__(self) -> None:
        self.width, self.height = (792.0, 612.0) if self.wide else (612.0, 792.0)
        self.side = 54.0 if self.wide else SIDE
        self.line = self.width - 2 * self.side
        self.y = self.height - TOP

    def down(self, by: float) -> bool:
        """Go down by so much; a new page is begun (and True returned) where there is no room left."""
        if self.y - by >= BOTTOM:
            self.y -= by
            return False
        if len(self.pages) >= self.limit:
            raise _Full
        self.pages.append([])
        self.texts.append([])
        self.y = self.height - TOP - by
        return True

    def put(
        self, words: str, x: float = 0.0, font: str = fonts.SANS, size: float = SIZE, color: Any = style.INK
    ) -> None:
        """Set words on the line reached."""
        self.pages[-1].append(_Piece(self.side + x, self.y, words, font, size, color))

    def say(self, words: str) -> None:
        """Count words as text of the page reached."""
        self.texts[-1].append(words)

    def rule(self, after: float, color: Any = style.HAIR) -> None:
        """Draw a line across, with room after it."""
        self.pages[-1].append(_Piece(self.side, self.y - 5, end=self.side + self.line, color=color))
        self.y -= after

    def text(self, text: str, size: float = SIZE, leading: float = LEADING, **look: Any) -> None:
        """Set running text; its own line breaks are kept."""
        for line in clean(text.expandtabs(4)).split("\n"):
            for part in fold(line, self.line, size, look.get("font", fonts.SANS)):
                self.down(leading)
                self.put(part, size=size, **look)
                self.say(part)

    def fields(self, pairs: Sequence[tuple[str, str]], label_width: float = 76.0) -> None:
        """Set label and value side by side."""
        for label, value in pairs:
            first = True
            for part in fold(" ".join(clean(value).split())[:2000], self.line - label_width, 10):
                self.down(15)
                if first:
                    self.put(label, font=fonts.SANS_BOLD, size=8.5, color=style.QUIET)
                self.put(part, label_width, size=10)
                self.say(f"{label}: {part}" if first else part)
                first = False


def text_pdf(text: str, out: Path, name: str, limit: int) -> Drawn:
    """Write plain text as Letter pages; `name` stands small above each. At most `limit` pages."""
    return _write(_Pages(limit), out, name, lambda pages: pages.text(text))


def letter_pdf(text: str, out: Path, name: str, limit: int) -> Drawn:
    """Write an e-mail: `text` has one header a line ("From: …"), an empty line, and the body."""
    head, _, body = text.partition("\n\n")
    headers = [(label.strip(), value.strip()) for label, _, value in (line.partition(":") for line in head.split("\n"))]

    def lay(pages: _Pages) -> None:
        pages.fields(headers)
        pages.rule(after=20, color=style.ACCENT)
        pages.text(body, 10.5, 15)

    return _write(_Pages(limit), out, name, lay)


def slip_pdf(slip: Slip, text: str, out: Path, name: str, limit: int) -> Drawn:
    """Write a slip, and under it the text that could be read in the file, if any."""

    def lay(pages: _Pages) -> None:
        pages.text(slip.title[:600], 15, 21, font=fonts.SERIF_BOLD, color=style.ACCENT)
        pages.down(8)
        pages.fields(slip.facts)
        pages.down(10)
        pages.text(slip.why, 10.5, 15, font=fonts.SERIF_ITALIC)
        if text.strip():
            pages.rule(after=14)
            pages.text("The text of the file", 8.5, 14, font=fonts.SANS_BOLD, color=style.QUIET)
            pages.text(text)

    return _write(_Pages(limit), out, name, lay)


def table_pdf(text: str, out: Path, name: str, limit: int) -> Drawn:
    """Write a table of text (CSV) with its first row above each page; one too wide as a list of records."""
    rows = _rows_of(text)
    if len(rows) < 2:
        return text_pdf(text, out, name, limit)
    columns = max(len(row) for row in rows)
    if columns > MOST_COLUMNS:
        return text_pdf("\n\n".join(_records(rows)), out, name, limit)
    natural = [_natural(rows, column) for column in range(columns)]
    needed = sum(natural) + GAP * (columns - 1)
    pages = _Pages(limit, wide=needed > 612 - 2 * SIDE)
    room = pages.line - GAP * (columns - 1)
    widths = natural if sum(natural) <= room else _squeezed(natural, room)
    return _write(pages, out, name, lambda pages: _table(pages, rows, widths))


def _rows_of(text: str) -> list[list[str]]:
    """The cells of each row that holds any; a table that cannot be read is no rows."""
    start = text[:20_000]
    try:
        delimiter: str = csv.Sniffer().sniff(start, DELIMITERS).delimiter
    except csv.Error:
        delimiter = max(DELIMITERS, key=start.count)
    csv.field_size_limit(10_000_000)
    try:
        rows = [[" ".join(cell.split()) for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error:
        return []
    return [row for row in rows if any(row)]


def _records(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    head = rows[0]
    for number, row in enumerate(rows[1:], 1):
        names = [*head, *(f"Column {place}" for place in range(len(head) + 1, len(row) + 1))]
        pairs = [f"{name}: {cell}" for name, cell in zip(names, row, strict=False) if cell]
        yield "\n".join([f"Row {number}", *pairs])


def _natural(rows: Sequence[Sequence[str]], column: int) -> float:
    """The width that a column would like, in points, by its first rows."""
    cells = (clean(row[column])[:60] for row in rows[:400] if column < len(row))
    widest = max((width_of(cell, 9) for cell in cells), default=0.0)
    return min(max(NARROWEST, widest * 1.08 + 2), WIDEST)


def _squeezed(natural: Sequence[float], room: float) -> list[float]:
    """Narrow columns keep their width; the wide ones share what is left."""
    widths = list(natural)
    while sum(widths) > room + 0.01:
        widest = max(widths)
        next_one = max((width for width in widths if width < widest), default=0.0)
        many = widths.count(widest)
        by = min((sum(widths) - room) / many, widest - next_one)
        widths = [width - by if width == widest else width for width in widths]
    return widths


def _table(pages: _Pages, rows: Sequence[Sequence[str]], widths: Sequence[float]) -> None:
    _row(pages, rows[0], widths, head=None)
    for row in rows[1:]:
        _row(pages, row, widths, head=rows[0])


def _row(pages: _Pages, row: Sequence[str], widths: Sequence[float], head: Sequence[str] | None) -> None:
    """Set one row; `head` is repeated where it begins or goes on on a new page, and None for the heading itself."""
    font = fonts.SANS_BOLD if head is None else fonts.SANS
    cells = [list(fold(clean(cell), width, 9, font)) for cell, width in zip(row, widths, strict=False)]
    for place in range(max(len(cell) for cell in cells)):
        if pages.down(12.5) and head is not None:
            pages.y += 12.5
            _row(pages, head, widths, head=None)
            pages.down(12.5)
        if place == 0:
            pages.say("\t".join(row))
        x = 0.0
        for cell, width in zip(cells, widths, strict=False):
            if place < len(cell):
                pages.put(cell[place], x, font, 9, style.ACCENT if head is None else style.INK)
            x += width + GAP
    pages.rule(after=3.5, color=style.ACCENT if head is None else style.HAIR)


def _write(pages: _Pages, out: Path, name: str, lay: Any) -> Drawn:
    """Lay out, then draw."""
    cut = False
    try:
        lay(pages)
    except _Full:
        cut = True
    type_ = Typesetter()
    canvas = Canvas(
        str(out),
        pagesize=(pages.width, pages.height),
        invariant=1,
        pageCompression=1,
        lang="en-US",
        initialFontName=fonts.use(fonts.SANS),  # the usual one is not in the file
    )
    canvas.setTitle(" ".join(clean(name).split())[:200])
    canvas.setCreator("casemgr")
    for number, pieces in enumerate(pages.pages, 1):
        above, right = pages.height - 44, pages.side + pages.line
        style.small_line(canvas, type_, name, pages.side, above, width=pages.line - 110)
        style.small_line(canvas, type_, f"Page {number:,} of {len(pages.pages):,}", right, above, width=100, right=True)
        for piece in pieces:
            _draw(canvas, type_, piece)
        canvas.showPage()
    canvas.save()
    return Drawn(tuple("\n".join(said) for said in pages.texts), cut, tuple(sorted(type_.undrawable)))


def _draw(canvas: Any, type_: Typesetter, piece: _Piece) -> None:
    if not piece.words:
        if piece.end:
            canvas.setStrokeColor(piece.color)
            canvas.setLineWidth(0.6)
            canvas.line(piece.x, piece.y, piece.end, piece.y)
        return
    canvas.setFillColor(piece.color)
    text = canvas.beginText(piece.x, piece.y)
    for run, font in type_.runs(piece.words, piece.font):
        text.setFont(font, piece.size)
        text.textOut(run)
    canvas.drawText(text)
