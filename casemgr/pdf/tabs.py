"""Labels for the tabs of a binder on paper: one for each exhibit, to cut out along the lines."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pikepdf
from reportlab.lib.enums import TA_CENTER
from reportlab.platypus import Flowable, Spacer, TableStyle

from casemgr.pdf import fonts, style
from casemgr.pdf.blocks import Writer
from casemgr.pdf.fonts import Typesetter
from casemgr.pdf.sheets import Sheet, lay_out
from casemgr.pdf.style import make_style, paragraph

COLUMNS, HEIGHT = 3, 66.0
"""Labels side by side, and the height of one in points."""
SHORT = 7
_LABEL = make_style("tab-label", fonts.SERIF_BOLD, 24, 28, alignment=TA_CENTER)
_LONG_LABEL = make_style("tab-label-long", fonts.SERIF_BOLD, 14, 20, alignment=TA_CENTER)
_TITLE = make_style("tab-title", fonts.SANS, 8.5, 10.5, alignment=TA_CENTER, textColor=style.QUIET)


@dataclass(frozen=True)
class Tabs:
    """The PDF, and how many pages it has."""

    pdf: bytes
    pages: int


def make_tabs(title: str, labels: Sequence[tuple[str, str]], made_at: datetime) -> Tabs:
    """Return the labels (label and title of each exhibit, in order) on Letter pages: the same bytes for the same."""
    writer = Writer(Typesetter())
    sheet = Sheet(f"Tabs: {title}", (), made_at, footer="Cut along the lines: one label for the tab of each exhibit.")
    cells = [_cell(label, words, writer) for label, words in labels]
    cells += [[]] * (-len(cells) % COLUMNS)
    rows = [cells[n : n + COLUMNS] for n in range(0, len(cells), COLUMNS)]
    grid = style.QuietTable(
        rows, colWidths=[style.LINE / COLUMNS] * COLUMNS, rowHeights=[HEIGHT] * len(rows), hAlign="LEFT"
    )
    lines = ("GRID", (0, 0), (-1, -1), 0.4, style.HAIR, 0, (3, 3))
    grid.setStyle(TableStyle([lines, ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("TOPPADDING", (0, 0), (-1, -1), 2)]))
    story: list[Flowable] = [
        paragraph(writer.type.line(f"Tabs: {title}", fonts.SERIF_BOLD, limit=120), style.SHEET_TITLE),
        *([grid] if rows else [Spacer(1, 1)]),
    ]
    pdf = lay_out(sheet, writer, story)
    with pikepdf.open(io.BytesIO(pdf)) as made:
        return Tabs(pdf, len(made.pages))


def _cell(label: str, words: str, writer: Writer) -> list[Flowable]:
    look = _LABEL if len(label) <= SHORT else _LONG_LABEL
    return [paragraph(label, look), paragraph(writer.type.line(words, fonts.SANS, limit=56), _TITLE)]
