"""Simple papers of one to three pages: a letter, a report, a meeting note, an e-mail print-out."""

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pikepdf
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Spacer

from casemgr.pdf import fonts, navigation, style
from casemgr.pdf.blocks import Writer
from casemgr.pdf.filing import caption_story
from casemgr.pdf.fonts import Typesetter
from casemgr.pdf.keeping import Headed
from casemgr.pdf.model import Block, Caption, Signature
from casemgr.pdf.style import paragraph
from casemgr.pdf.tags import ARTIFACT, Marks, marked, marks_of, tag_pages


@dataclass(frozen=True)
class Sheet:
    """One paper. `letterhead` stands at the top, `meta` are lines such as ("To", "…") and ("Subject", "…").

    `marking` is a line above everything, such as "Fictional sample". `made_at` (UTC) fixes the bytes.
    """

    title: str
    blocks: tuple[Block | str, ...]
    """A `str` is a small heading between blocks."""
    made_at: datetime
    letterhead: tuple[str, ...] = ()
    meta: tuple[tuple[str, str], ...] = ()
    signatures: tuple[Signature, ...] = ()
    marking: str = ""
    footer: str = ""
    language: str = "en-US"
    caption: Caption | None = None
    """The head of what goes before a forum: it stands in the place of letterhead and title."""


def make_sheet(sheet: Sheet) -> bytes:
    """Return the PDF of a sheet: Letter pages, embedded fonts, the same bytes for the same sheet."""
    writer = Writer(Typesetter())
    return lay_out(sheet, writer, _story(sheet, writer))


def lay_out(sheet: Sheet, writer: Writer, story: list[Flowable]) -> bytes:
    """Return the PDF of a story on the pages of a sheet."""
    drawn, out = io.BytesIO(), io.BytesIO()
    document = _SheetDocument(sheet, writer, drawn)
    document.build(story)
    with pikepdf.open(drawn) as pdf:
        tag_pages(pdf, document.marks)
        navigation.describe(
            pdf,
            title=sheet.title,
            author=sheet.letterhead[0] if sheet.letterhead else "",
            subject="",
            language=sheet.language,
            made_at=sheet.made_at,
            producer="casemgr",
            bookmarks=False,
        )
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def _story(sheet: Sheet, writer: Writer) -> list[Flowable]:
    line = writer.type.line
    story: list[Flowable] = []
    if sheet.caption:
        story += caption_story(sheet.caption, sheet.title, "", writer)
    elif sheet.letterhead:
        story.append(paragraph(line(sheet.letterhead[0], fonts.SERIF_BOLD), style.LETTERHEAD))
        story += [paragraph(line(words, fonts.SANS), style.LETTERHEAD_LINE) for words in sheet.letterhead[1:]]
        story += [Spacer(1, 8), style.rule(thickness=1.25, color=style.ACCENT, after=14)]
    if not sheet.caption:
        story.append(paragraph(line(sheet.title, fonts.SERIF_BOLD), style.SHEET_TITLE))
    if sheet.meta:
        story += [*writer.fields(sheet.meta, 90), style.rule(after=12)]
    for block in sheet.blocks:
        if isinstance(block, str):
            story.append(paragraph(line(block, fonts.SANS_BOLD), style.H2))
        else:
            story += writer.block(block)
    return writer.signed(story, sheet.signatures)


class _SheetDocument(BaseDocTemplate):  # type: ignore[misc]  # reportlab has no types
    """One page template with a quiet marking above and page numbers below."""

    def __init__(self, sheet: Sheet, writer: Writer, out: io.BytesIO) -> None:
        size = (style.PAGE_WIDTH, style.PAGE_HEIGHT)
        super().__init__(out, pagesize=size, invariant=1, pageCompression=1, lang=sheet.language,
                         initialFontName=fonts.use(fonts.SANS), keepTogetherClass=Headed)  # fmt: skip
        self.sheet, self.writer = sheet, writer
        self.marks: Marks = {}
        height = style.PAGE_HEIGHT - style.MARGIN_BOTTOM - 72
        none = {"leftPadding": 0, "rightPadding": 0, "topPadding": 0, "bottomPadding": 0}
        frame = Frame(style.MARGIN_SIDE, style.MARGIN_BOTTOM, style.LINE, height, **none)
        self.addPageTemplates([PageTemplate("sheet", [frame], onPage=self._furniture)])

    def _furniture(self, canvas: Any, _document: Any) -> None:
        self.marks = marks_of(canvas)
        with marked(canvas, ARTIFACT):
            self._around(canvas)

    def _around(self, canvas: Any) -> None:
        left, right = style.MARGIN_SIDE, style.MARGIN_SIDE + style.LINE
        above = style.PAGE_HEIGHT - 48
        put, type_ = style.small_line, self.writer.type
        put(canvas, type_, self.sheet.marking, left, above, width=style.LINE)
        put(canvas, type_, self.sheet.footer, left, style.FOOT, width=style.LINE * 0.8)
        put(canvas, type_, f"Page {canvas.getPageNumber()}", right, style.FOOT, width=80, right=True)
