"""Write a PDF in which some pages are pictures of what they were, their words laid under them unseen. Runs in a child.

For PDF/A: what such a page is made of (fonts that are not in the file, layers, colors for a press) stays behind.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
from reportlab.pdfbase import pdfmetrics

from casemgr.pdf.images import PictureUnreadable, image_to_pdf

from .pdf import MAX_WORDS, REPAIRED, open_pdf, page_of, show_forms, text_of, with_fields
from .redact import DOTS, LARGEST_PAGE, QUALITY, draw, staying
from .searchable import FONT, know_font, text_pages

DRAWN, OF_PICTURE = "drawn.pdf", "of-picture.pdf"


def as_pictures(*, report: Callable, path: str, pdf: bool, numbers: list[int]) -> None:
    """Write `drawn.pdf` with the pages `numbers` (from 1) as pictures, and report `drawn`.

    Reports `begin` (number) before each of them; `unreadable` or `encrypted` instead of `drawn`.
    """
    know_font()
    try:
        if not pdf:
            image_to_pdf(Path(path), Path(OF_PICTURE), max(numbers))
            path = OF_PICTURE
        document = open_pdf(report, path)
        if document is not None:
            _write(report, document, path, numbers)
            report("drawn")
    except (pikepdf.PdfError, pdfium.PdfiumError, PictureUnreadable, ValueError, TypeError, RuntimeError) as error:
        report("unreadable", detail=str(error)[:200])


def _write(report: Callable, document: pdfium.PdfDocument, path: str, numbers: list[int]) -> None:
    show_forms(document)
    letters = pdfmetrics.getFont(FONT).face.charToGlyph

    def pictures() -> Iterator[tuple]:
        for number in numbers:
            report("begin", number=number)
            page = page_of(document, number)
            width, height = page.get_size()
            picture = draw(page, DOTS)
            page = with_fields(document, page, number)
            words = staying(text_of(page, MAX_WORDS).get("words", []), [], picture)  # none of a layer that is not shown
            shrunk = min(1.0, LARGEST_PAGE / max(width, height))
            yield width * shrunk, height * shrunk, list(_with_letters(words, letters)), picture
            page.close()

    with pikepdf.open(REPAIRED if Path(REPAIRED).exists() else path) as pdf:
        if len(pdf.pages) != len(document):
            raise ValueError("two readers count different pages")
        drawn = pikepdf.open(text_pages(pictures(), QUALITY))
        for number, page in zip(numbers, drawn.pages, strict=True):
            pdf.pages[number - 1] = page
        pdf.save(DRAWN, fix_metadata_version=False, deterministic_id=True)


def _with_letters(words: list, letters: dict) -> Iterator[list]:
    """Leave out letters that the font of the unseen words has not: PDF/A has no place for them."""
    for text, *box in words:
        kept = "".join(letter for letter in text if ord(letter) in letters)
        if kept.strip():
            yield [kept, *box]
