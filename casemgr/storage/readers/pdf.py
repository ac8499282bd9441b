"""Draw the pages of a PDF and read their text, with pdfium.

Pdfium ends the whole process on some files (decision 8 of the design), so every page is announced before it is
touched: the parent then knows which page was the last, and goes on behind it in a new child.
"""

import contextlib
import ctypes
import functools
import io
import itertools
import math
import signal
from collections.abc import Callable, Iterable
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from .drawing import READING_SIDE, has_colour, write_page
from .pdf_check import check_pdf
from .pdf_words import HYPHENS, has_unseen, words_of

PAGE_CPU_SECONDS = 20
MAX_PAGES_WITH_TEXT = 5000
MAX_TEXT = 200_000  # characters a page
MAX_WORDS = 4000  # a page, with their places; 600 are usual
MAX_WORDS_IN_ALL = 300_000  # of one child: what it reports must stay readable
LARGEST_PAGE = 2_000_000  # points; 14,400 is the format's own limit, before UserUnit
GIVE_UP_AFTER = 5  # pages in a row that are not there: the page count is a lie
FEW_LETTERS = 100  # a scanner or fax machine prints a line of its own above the picture
COVERED = 0.4
MOST_OBJECTS = 2000  # of a page, looked at for a picture
JOINED = dict.fromkeys(HYPHENS)  # a word that was parted at the end of a line is one word in the text
REPAIRED = "repaired.pdf"
_ROUNDING = 1 - 1e-9  # pdfium rounds up: a side of 1600.0000001 would be 1601 pixels, and be made smaller again


def read_pdf(*, report: Callable, path: str, first: int, last_drawn: int, blank: Iterable[int] = ()) -> None:
    """Report `opened` (count), then `page` for each page from `first`: drawn up to `last_drawn`, later ones as text.

    Then `pages_done`, and what a second reader says. `blank` lists empty pages that an earlier child found."""
    document = open_pdf(report, path)
    if document is None:
        return
    count = len(document)
    report("opened", count=count)
    show_forms(document)
    missing, blank, room = 0, list(blank), MAX_WORDS_IN_ALL
    for number in range(first, min(count, max(MAX_PAGES_WITH_TEXT, last_drawn)) + 1):
        report("begin", number=number)
        allow_cpu(PAGE_CPU_SECONDS)
        try:
            facts = _read_page(document, number, draw=number <= last_drawn, most_words=min(room, MAX_WORDS))
            room, missing = room - len(facts.get("words", ())), 0
        except (pdfium.PdfiumError, ValueError) as error:
            facts, missing = {"problem": str(error)[:200]}, missing + 1
        if facts.get("blank"):
            blank.append(number)
        report("page", number=number, **facts)
        if missing == GIVE_UP_AFTER:
            break
    report("pages_done")
    document.close()
    allow_cpu(PAGE_CPU_SECONDS)
    check_pdf(report=report, path=path, blank=blank)


@functools.cache
def rehearse() -> None:
    """Read a small page of our own, in memory. What the libraries set up for their first page (fonts, tables, the ways
    into C) is then there for all children that are forked later: a third of the time of a file with one page."""
    made = io.BytesIO()
    with pikepdf.new() as paper:
        page = paper.add_blank_page(page_size=(200, 200))
        letters = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=letters))
        page.Contents = paper.make_stream(b"BT /F 12 Tf 20 100 Td (The first page) Tj ET")
        paper.save(made)
    document = pdfium.PdfDocument(made.getvalue())
    document.init_forms()
    page = document[0]
    _is_scan(page, text_of(page, MAX_WORDS)["text"])
    picture = page.render(rev_byteorder=True, prefer_bgrx=True).to_pil()
    has_unseen(picture, [])
    has_colour(picture)
    for mode in ("RGB", "L"):
        picture.convert(mode).save(io.BytesIO(), "JPEG")
    page.close()
    document.close()
    check_pdf(report=lambda event, **facts: None, path=made, blank=[1])


def open_pdf(report: Callable, path: str) -> pdfium.PdfDocument | None:
    """The document, rebuilt where it is damaged; None, and reported why, when it stays shut."""
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code in (pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY):
            report("encrypted")
            return None
    return _open_repaired(report, path)


def _open_repaired(report: Callable, path: str) -> pdfium.PdfDocument | None:
    """Let the second reader rebuild what it can of a damaged file. The original is never touched."""
    try:
        if not Path(REPAIRED).exists():
            with pikepdf.open(path) as damaged:
                if len(damaged.pages) == 0:
                    report("empty")
                    return None
                damaged.save(REPAIRED, fix_metadata_version=False)
        document = pdfium.PdfDocument(REPAIRED)
    except pikepdf.PasswordError:
        report("encrypted")
        return None
    except (pikepdf.PdfError, pdfium.PdfiumError, ValueError, RecursionError, TypeError) as error:
        report("unreadable", detail=str(error)[:200])
        return None
    report("repaired")
    return document


def _read_page(document: pdfium.PdfDocument, number: int, *, draw: bool, most_words: int) -> dict:
    page = page_of(document, number)
    try:
        width, height = page.get_size()
        if not all(math.isfinite(side) and 0 < side <= LARGEST_PAGE for side in (width, height)):
            raise ValueError("impossible page size")
        scale = READING_SIDE / max(width, height) * _ROUNDING
        facts = {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}
        if draw:
            bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=True)  # four bytes: nothing is copied
            picture = bitmap.to_pil()
            facts |= text_of(page, most_words)
            facts["unseen"] = has_unseen(picture, facts.get("words", ()))
            facts |= write_page(picture, number)
            bitmap.close()
        else:
            facts |= text_of(page, 0)
        facts["scan"] = not facts.get("blank") and _is_scan(page, facts["text"])  # whatever was typed onto it
        bare, page = page, with_fields(document, page, number)
        if page is not bare:
            facts |= text_of(page, most_words if draw else 0)
        return facts
    finally:
        page.close()


def show_forms(document: pdfium.PdfDocument) -> None:
    """Have what was filled into a form drawn. To be asked before the first page is."""
    with contextlib.suppress(pdfium.PdfiumError):
        document.init_forms()
        if document.formenv:
            pdfium_c.FPDF_SetFormFieldHighlightAlpha(document.formenv, 0)  # no blue that is not on the paper


def page_of(document: pdfium.PdfDocument, number: int) -> pdfium.PdfPage:
    """A page, from 1. One that is cut to something beside it is shown whole, as readers do."""
    page = document[number - 1]
    if all(page.get_size()):
        return page
    page.set_cropbox(*page.get_mediabox())
    page.close()
    return document[number - 1]


def with_fields(document: pdfium.PdfDocument, page: pdfium.PdfPage, number: int) -> pdfium.PdfPage:
    """The page, its picture drawn already, with what is filled into its form and written on its notes among its own
    words: they are seen, so they can be found and covered. The given page may be closed by this."""
    if not pdfium_c.FPDFPage_GetAnnotCount(page):
        return page
    if pdfium_c.FPDFPage_Flatten(page, pdfium_c.FLAT_NORMALDISPLAY) == pdfium_c.FLATTEN_SUCCESS:
        page.close()
        return page_of(document, number)
    return page


def text_of(page: pdfium.PdfPage, most_words: int) -> dict:
    """The page's text, and where its words stand. A page whose text cannot be read still has its picture."""
    try:
        reader = page.get_textpage()
        length = min(reader.count_chars(), MAX_TEXT)
        if length <= 0:
            return {"text": ""}
        buffer = (ctypes.c_ushort * (length + 1))()
        written = pdfium_c.FPDFText_GetText(reader, 0, length, buffer)
        units = buffer[: max(0, written - 1)]
        words = words_of(page, reader, length, units, most_words) if most_words else []
        reader.close()
    except pdfium.PdfiumError:
        return {"text": ""}
    text = bytes(buffer)[: 2 * len(units)].decode("utf-16-le", "replace").replace("\x00", "").replace("\r\n", "\n")
    text = text.translate(JOINED)
    return {"text": text, "words": words} if words else {"text": text}


def _is_scan(page: pdfium.PdfPage, text: str) -> bool:
    """Nothing to read but what is in a picture: no text at all, or a few words over a picture of the page."""
    letters = sum(letter.isalnum() for letter in text[:MAX_TEXT])
    if letters == 0 or letters >= FEW_LETTERS:
        return letters == 0
    return has_page_picture(page)


def has_page_picture(page: pdfium.PdfPage) -> bool:
    """Say whether one picture covers much of a page: a scan, with or without words laid under it."""
    left, bottom, right, top = page.get_bbox()
    surface = abs(right - left) * abs(top - bottom)
    for item in itertools.islice(page.get_objects(max_depth=2), MOST_OBJECTS):
        if item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            with contextlib.suppress(pdfium.PdfiumError):
                left, bottom, right, top = item.get_bounds()
                if abs(right - left) * abs(top - bottom) >= COVERED * surface:
                    return True
    return False


def allow_cpu(seconds: int) -> None:
    """One page may not use up the time of all others: the kernel ends the child when this runs out (SIGPROF). 0: no
    such limit any more."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, seconds)
