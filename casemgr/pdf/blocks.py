"""Text, fields, lists, tables and signatures, as every paper of ours shows them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

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
                made.append(paragraph(markup, style.BODY))
        return made

    def count(self) -> int:
        """Return the next number of a numbered paragraph."""
        self.numbered += 1
        return self.numbered

    def fields(self, pairs: Sequence[tuple[str, str]], label_width: float = 128) -> list[Flowable]:
        """Return label and value side by side; a long value runs on over several rows."""
        rows = []
        for label, value in pairs:
            for n, part in enumerate(pieces(value)):
                name = paragraph(self.type.line(label, fonts.SANS, limit=160), style.FIELD) if n == 0 else ""
                rows.append([name, paragraph(self.type.markup(part), style.VALUE)])
        if not rows:
            return []
        return [style.table(rows, [label_width, style.LINE - label_width]), Spacer(1, 8)]

    def items(self, block: Items) -> list[Flowable]:
        """Return a list with bullets or (a), (b), (c)."""
        made: list[Flowable] = []
        for n, point in enumerate(block.points):
            sign = f"({letter(n)})" if block.ordered else "•"
            made.append(paragraph(self.type.markup(point), style.ITEM, bulletText=sign))
        return [*made, Spacer(1, 4)]

    def grid(self, block: Grid) -> list[Flowable]:
        """Return a table with hairlines between rows and its heading on each page."""
        columns = max([len(block.head), *(len(row) for row in block.rows)])
        shares = (*block.widths, *([1.0] * columns))[:columns]
        widths = [style.LINE * share / sum(shares) for share in shares]
        room = max(200, int(1400 * min(shares) / sum(shares)))
        body = [cells for row in block.rows for cells in self._rows(row, columns, room)]
        head = [
            paragraph(self.type.line(name, fonts.SANS_BOLD, limit=120), style.CELL_HEAD)
            for name in (*block.head, *[""] * columns)[:columns]
        ]
        lines = [("LINEBELOW", (0, 1), (-1, -1), 0.4, style.HAIR)] if body else []
        return [style.table([head, *body], widths, *lines, head=True), Spacer(1, 10)]

    def _rows(self, row: Sequence[str], columns: int, room: int) -> list[list[Flowable]]:
        parts = [pieces(cell, room) for cell in (*row, *[""] * columns)[:columns]]
        return [
            [paragraph(self.type.markup(part[n] if n < len(part) else ""), style.CELL) for part in parts]
            for n in range(max(len(part) for part in parts))
        ]

    def exhibit(self, label: str, font: str = fonts.SERIF) -> str:
        """Return the label as markup, a link when that exhibit is in the packet."""
        markup = self.type.line(label, font, limit=60)
        return style.link(markup, f"exhibit-{label}") if label in self.targets else markup

    def signed(self, story: Sequence[Flowable], signers: Sequence[Signature]) -> list[Flowable]:
        """Return the story with its signature blocks. Its last words stay with the first: nobody signs a bare page."""
        if not signers:
            return list(story)
        end = len(story)
        while end and isinstance(story[end - 1], Spacer):
            end -= 1
        if end and isinstance(story[end - 1], Paragraph) and len(story[end - 1].text) < SIGNED_WITH:
            end -= 1
        blocks = [self._signature(signer) for signer in signers]
        return [*story[:end], KeepTogether([*story[end:], *blocks[0]]), *map(KeepTogether, blocks[1:])]

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


SIGNED_WITH = 900
"""A closing paragraph of at most so many characters of markup stays on the page of the signature."""

SIGNER = style.make_style("signer", fonts.SERIF_BOLD, 11, 15)


def letter(number: int) -> str:
    """Return a, b … z, aa, ab … for 0, 1 …"""
    head, tail = divmod(number, 26)
    return (letter(head - 1) if head else "") + chr(ord("a") + tail)
