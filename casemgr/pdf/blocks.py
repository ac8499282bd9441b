"""Text, fields, lists, tables and signatures, as every paper of ours shows them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer

from casemgr.pdf import fonts, style
from casemgr.pdf.fonts import Typesetter, pieces
from casemgr.pdf.later import Later
from casemgr.pdf.model import Block, Fields, Grid, Items, Signature, Text
from casemgr.pdf.style import paragraph


@dataclass
class Writer:
    """Sets blocks; counts the numbered paragraphs of one document."""

    type: Typesetter
    numbered: int = 0
    later: Later = field(default_factory=Later)
    targets: frozenset[str] = field(default_factory=frozenset)
    """Exhibit labels that can be linked to."""

    def block(self, block: Block) -> list[Flowable]:
        """Return the flowables of one block."""
        if isinstance(block, Text):
            return self.text(block)
        if isinstance(block, Fields):
            return self.fields(block.pairs)
        if isinstance(block, Items):
            return self.items(block)
        return self.grid(block)

    def text(self, block: Text) -> list[Flowable]:
        """Return paragraphs; numbered ones carry on the count of the document."""
        made: list[Flowable] = []
        for words in block.paragraphs:
            markup = self.type.markup(words)
            if block.numbered:
                made.append(paragraph(markup, style.NUMBERED, bulletText=f"{self.count()}."))
            else:
                made.append(paragraph(markup, style.BODY_LEAD if words.endswith(":") else style.BODY))
        return made

    def count(self) -> int:
        """Return the next number of a numbered paragraph."""
        self.numbered += 1
        return self.numbered

    def fields(self, pairs: Sequence[tuple[str, str]], label_width: float = 128, *, after: float = 8) -> list[Flowable]:
        """Return label and value side by side; a long value runs on over several rows."""
        rows = []
        for label, value in pairs:
            for n, part in enumerate(pieces(value)):
                name = paragraph(self.type.line(label, fonts.SANS, limit=160), style.FIELD) if n == 0 else ""
                rows.append([name, paragraph(self.type.markup(part), style.VALUE)])
        if not rows:
            return []
        whole = _fits([value for _, value in pairs])
        widths = [label_width, style.LINE - label_width]
        return [style.table(rows, widths, told_as=style.FIELDS, whole=whole, after=after)]

    def items(self, block: Items) -> list[Flowable]:
        """Return a list with bullets, (a), (b), (c) or boxes."""
        if block.boxes:
            texts = [paragraph(self.type.markup(words), style.BODY_TIGHT) for words in block.points]
            style.listed([text] for text in texts)
            return [*map(self._option, texts), Spacer(1, 4)]
        made: list[Flowable] = []
        for n, point in enumerate(block.points):
            sign = f"({letter(n)})" if block.ordered else "•"
            made.append(paragraph(self.type.markup(point), style.ITEM, bulletText=sign))
        style.listed([point] for point in made)
        return [*made, Spacer(1, 4)]

    def _option(self, text: Flowable) -> Flowable:
        """Return a box to tick, and what ticking it says."""
        lines = [style.OWN_FONT, ("BOX", (0, 0), (0, 0), 0.9, style.INK)]
        box = style.QuietTable([[""]], colWidths=[11], rowHeights=[11], style=lines, hAlign="LEFT")
        return style.table([[box, text]], [26, style.LINE - 26], ("TOPPADDING", (0, 0), (0, 0), 6))

    def grid(self, block: Grid) -> list[Flowable]:
        """Return a table with hairlines between rows, its heading on each page and its sums under a line."""
        columns = max([len(block.head), *(len(row) for row in block.rows)])
        shares = (*block.widths, *([1.0] * columns))[:columns]
        widths = [style.LINE * share / sum(shares) for share in shares]
        body: list[list[Flowable]] = []
        lines: list[tuple[Any, ...]] = []
        going_on: set[int] = set()
        for n, row in enumerate(block.rows):
            is_sum = n >= len(block.rows) - block.totals
            begin = len(body)
            body += self._rows(row, widths, block.right, bold=is_sum)
            going_on.update(range(begin + 2, len(body) + 1))  # the heading is row 0
            lines.append(("LINEBELOW", (0, len(body)), (-1, len(body)), 0.4, style.HAIR))
            if n == len(block.rows) - block.totals:
                lines.append(("LINEABOVE", (0, len(body)), (-1, len(body)), 0.9, style.ACCENT))
        head = [
            paragraph(
                self.type.line(name, fonts.SANS_BOLD, limit=120),
                style.CELL_HEAD_RIGHT if n in block.right else style.CELL_HEAD,
            )
            for n, name in enumerate((*block.head, *[""] * columns)[:columns])
        ]
        whole = len(block.rows) <= SMALL and _fits([cell for row in block.rows for cell in row])
        if block.totals and not whole:
            lines.append(("NOSPLIT", (0, -2), (-1, -1)))  # no sum stands alone on a page
        return [style.table([head, *body], widths, *lines, head=True, going_on=going_on, whole=whole, after=10)]

    def _rows(
        self, row: Sequence[str], widths: Sequence[float], right: Sequence[int], *, bold: bool
    ) -> list[list[Flowable]]:
        """Return one row of a grid, or the several rows of one with more text than half a page holds."""
        columns = len(widths)
        cells = zip((*row, *[""] * columns)[:columns], widths, strict=True)
        parts = [pieces(cell, max(100, int((width - 10) * CHARACTERS))) for cell, width in cells]
        font = fonts.SERIF_BOLD if bold else fonts.SERIF
        looks = [style.CELL_NUMBER if n in right else style.CELL for n in range(columns)]
        return [
            [
                paragraph(self._cell(part[n] if n < len(part) else "", font), look)
                for part, look in zip(parts, looks, strict=True)
            ]
            for n in range(max(len(part) for part in parts))
        ]

    def _cell(self, words: str, font: str) -> str:
        return f'<font name="{fonts.use(font)}">{self.type.markup(words, font)}</font>' if words else ""

    def exhibit(self, label: str, font: str = fonts.SERIF) -> str:
        """Return the label as markup, a link when that exhibit is in the packet."""
        markup = self.type.line(label, font, limit=60)
        return style.link(markup, f"exhibit-{label}") if label in self.targets else markup

    def signed(self, story: Sequence[Flowable], signers: Sequence[Signature], closing: str = "") -> list[Flowable]:
        """Return the story with `closing` and its signature blocks. Its last words stay with the first: nobody signs a
        bare page."""
        if not signers:
            return list(story)
        end = len(story)
        while end and isinstance(story[end - 1], Spacer):
            end -= 1
        if end and _is_short(story[end - 1]):
            end -= 1
        while end and getattr(getattr(story[end - 1], "style", None), "keepWithNext", 0):
            end -= 1  # its heading comes along
        blocks = [self._signature(signer) for signer in signers]
        said = [Spacer(1, 10), paragraph(self.type.markup(closing), style.BODY)] if closing else []
        return [*story[:end], KeepTogether([*story[end:], *said, *blocks[0]]), *map(KeepTogether, blocks[1:])]

    def _signature(self, signer: Signature) -> list[Flowable]:
        """Return a signature block, with a blank date unless one is given."""
        day = style.long_date(signer.signed_on) if signer.signed_on else ""
        names = [
            paragraph(self.type.line(signer.name, fonts.SERIF_BOLD, limit=200), SIGNER),
            *(paragraph(self.type.line(line, limit=200), style.CELL) for line in (signer.role,) if line),
            *(paragraph(self.type.line(line, limit=200), style.CELL) for line in signer.contact[:8]),
        ]
        row = [names, "", [paragraph("Date", style.FIELD)]]
        lines = [
            ("LINEABOVE", (0, 1), (0, 1), 0.75, style.INK),
            ("LINEABOVE", (2, 1), (2, 1), 0.75, style.INK),
            ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ]
        blank = ["", "", paragraph(self.type.line(day), style.CELL) if day else ""]
        made = style.table([blank, row], [250, 24, style.LINE - 274], *lines)
        return [Spacer(1, 30), made, Spacer(1, 6)]


CHARACTERS = 4.0
"""Characters of a table's cell in 22 lines, by points of its width; longer ones run on in the next row."""
WHOLE = 900
"""Fields, and tables of few rows, of at most so many characters in all are not split between two pages."""
SMALL = 6
SIGNED_WITH = 900
"""A closing paragraph of at most so many characters of markup stays on the page of the signature."""

SIGNER = style.make_style("signer", fonts.SERIF_BOLD, 11, 15)


def _fits(texts: Sequence[str]) -> bool:
    """Whether texts are so short that they stay on one page together."""
    return sum(len(text) + 60 * text.count("\n") for text in texts) < WHOLE


def _is_short(last: Flowable) -> bool:
    """Whether what stands before a signature is so short that it goes to the next page with it."""
    if isinstance(last, Paragraph):
        return len(last.text) < SIGNED_WITH
    return isinstance(last, style.QuietTable) and last.is_whole


def letter(number: int) -> str:
    """Return a, b … z, aa, ab … for 0, 1 …"""
    head, tail = divmod(number, 26)
    return (letter(head - 1) if head else "") + chr(ord("a") + tail)
