"""Rebuild a paper without what lies under its boxes. Runs in a child.

A page with a box becomes a picture with the boxes burnt in; the words that stay are laid under it unseen, so that it
can be searched. A page without one keeps its own content where all of that can be seen, and is a picture
otherwise. The new file is made from nothing: catalog, attachments, forms, layers and history of the old one have no
way into it.
"""

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image, ImageDraw, ImageFile

from .drawing import has_colour
from .images import prepared
from .pdf import MAX_WORDS, REPAIRED, allow_cpu, has_page_picture, open_pdf, page_of, show_forms, text_of, with_fields
from .redact_clean import bare, is_open_page, scrub
from .searchable import know_font, text_pages

REDACTED = "redacted.pdf"
PLAN = "plan.json"
PAGE_CPU_SECONDS = 60  # of a page that is drawn, or read for the proof; the largest plans need ten
TITLE = "Redacted copy"
DOTS, GLANCE_DOTS = 200, 90  # an inch: of a page that is kept, of one that is only looked at
MOST_PIXELS, MOST_SIDE = 14_000_000, 9_000
LONGEST = 792.0  # points: eleven inches, of a photo
LARGEST_PAGE = 14_400.0  # points; the format's own limit
PICTURE_SIDE = 3_300  # pixels of a photo
QUALITY = 85
INK = 24  # of 255: what a word must stand out to be a word that can be seen
UNSEEN_MODES = (3, 7)  # text rendering modes of ISO 32000-1, 9.3.6

Box = list  # [x0, y0, x1, y1]: fractions of the upright picture


class Leaf:
    """What is wanted of one page: its boxes, how far it was turned to stand upright, and words read by a machine."""

    def __init__(self, boxes: list[Box] | None = None, turn: int = 0, words: list | None = None) -> None:
        self.boxes, self.turn, self.words = boxes or [], turn, words


def read_plan() -> dict[int, Leaf]:
    return {int(number): Leaf(**told) for number, told in json.loads(Path(PLAN).read_text()).items()}


def redact(*, report: Callable, path: str, pdf: bool, ident: str, all_pages: bool, heic: bool = False) -> None:
    """Write `redacted.pdf` and report `redacted` (count, pictures: numbers of the pages that became one).

    Reports `begin` (number) before each page; `unreadable`, `encrypted` or `empty` instead of `redacted`.
    """
    know_font()
    plan = read_plan()
    try:
        made = _of_pdf(report, path, plan, all_pages) if pdf else _of_pictures(report, path, plan, heic)
    except (pikepdf.PdfError, pdfium.PdfiumError, ValueError, SyntaxError, EOFError, TypeError, RuntimeError) as error:
        report("unreadable", detail=str(error)[:200])
        return
    if made is None:
        return
    out, pictures = made
    out.remove_unreferenced_resources()
    scrub(out)
    out.docinfo["/Title"] = TITLE
    out.docinfo["/Subject"] = f"Redaction {ident}"
    out.save(REDACTED, fix_metadata_version=False, deterministic_id=True)
    report("redacted", count=len(out.pages), pictures=sorted(pictures))


def _of_pdf(report: Callable, path: str, plan: dict[int, Leaf], all_pages: bool) -> tuple[pikepdf.Pdf, set[int]] | None:
    document = open_pdf(report, path)
    if document is None:
        return None
    show_forms(document)
    source = pikepdf.open(REPAIRED if Path(REPAIRED).exists() else path)
    count = len(document)
    if len(source.pages) != count:
        raise ValueError("two readers count different pages")
    kept: set[int] = set()

    def pictures() -> Iterator[tuple]:
        for number in range(1, count + 1):
            report("begin", number=number)
            allow_cpu(PAGE_CPU_SECONDS)
            page, leaf = page_of(document, number), plan.get(number, Leaf())
            try:
                if not leaf.boxes and not all_pages and _may_stay(page, source.pages[number - 1]):
                    kept.add(number)
                else:
                    size, picture = page.get_size(), draw(page, DOTS)
                    page = with_fields(document, page, number)
                    yield _picture_page(page, leaf, size, picture)
            finally:
                page.close()
        allow_cpu(0)

    return _put_together(pictures(), kept, source, count)


def _put_together(
    pictures: Iterator[tuple], kept: set[int], source: pikepdf.Pdf, count: int
) -> tuple[pikepdf.Pdf, set[int]]:
    drawn = iter(pikepdf.open(text_pages(pictures, QUALITY)).pages)
    out = pikepdf.new()
    for number in range(1, count + 1):
        out.pages.append(bare(source, number) if number in kept else next(drawn))
    return out, set(range(1, count + 1)) - kept


def _picture_page(page: pdfium.PdfPage, leaf: Leaf, size: tuple[float, float], picture: Image.Image) -> tuple:
    width, height = size
    words = leaf.words if leaf.words is not None else [] if leaf.turn else _own_words(page)
    if leaf.turn:
        picture = picture.rotate(-leaf.turn, expand=True)
        width, height = (height, width) if leaf.turn in (90, 270) else (width, height)
    burn(picture, leaf.boxes)
    shrunk = min(1.0, LARGEST_PAGE / max(width, height))
    return width * shrunk, height * shrunk, staying(words, leaf.boxes, picture), picture


def draw(page: pdfium.PdfPage, dots: int) -> Image.Image:
    """The page as a picture, in gray where it has no color."""
    width, height = page.get_size()
    if not all(math.isfinite(side) and side > 0 for side in (width, height)):
        raise ValueError("impossible page size")
    scale = min(dots / 72, MOST_SIDE / max(width, height), math.sqrt(MOST_PIXELS / (width * height)))
    bitmap = page.render(scale=scale, rev_byteorder=True)
    picture = bitmap.to_pil().convert("RGB")
    bitmap.close()
    return picture if has_colour(picture) else picture.convert("L")


def _own_words(page: pdfium.PdfPage) -> list:
    """The words of a page that was written, not scanned. Words that somebody laid under a scan are left out: they may
    stand beside what they mean, and so outside of a box that covers it."""
    if has_page_picture(page) or _has_unseen_text(page):
        return []
    return text_of(page, MAX_WORDS).get("words", [])


def _has_unseen_text(page: pdfium.PdfPage) -> bool:
    return any(
        item.type == pdfium_c.FPDF_PAGEOBJ_TEXT and pdfium_c.FPDFTextObj_GetTextRenderMode(item.raw) in UNSEEN_MODES
        for item in page.get_objects(max_depth=3)
    )


def _may_stay(page: pdfium.PdfPage, own: pikepdf.Page) -> bool:
    """Whether all that a page holds can be seen on it: no notes, fields, layers or cropped edges, and no word without
    ink or beside the page."""
    if not is_open_page(own):
        return False
    read = text_of(page, MAX_WORDS)
    words = read.get("words", [])
    if _letters(read["text"]) > sum(_letters(word[0]) for word in words) + 2:
        return False
    picture = draw(page, GLANCE_DOTS).convert("L")
    return all(has_ink(picture, word) for word in words if _letters(word[0]) > 1)


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _of_pictures(report: Callable, path: str, plan: dict[int, Leaf], heic: bool) -> tuple[pikepdf.Pdf, set[int]]:
    if heic:
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # the limit was asked when its pages were drawn
    ImageFile.LOAD_TRUNCATED_IMAGES = True

    def pictures() -> Iterator[tuple]:
        with Image.open(path) as image:
            many = image.format in ("TIFF", "HEIF")
            for number in range(1, (getattr(image, "n_frames", 1) if many else 1) + 1):
                report("begin", number=number)
                leaf = plan.get(number, Leaf())
                if number > 1:
                    image.seek(number - 1)
                picture = prepared(image, PICTURE_SIDE)
                picture = picture.rotate(-leaf.turn, expand=True) if leaf.turn else picture
                burn(picture, leaf.boxes)
                scale = LONGEST / max(picture.size)
                words = staying(leaf.words or [], leaf.boxes, picture)
                yield picture.width * scale, picture.height * scale, words, picture

    out = pikepdf.new()
    out.pages.extend(pikepdf.open(text_pages(pictures(), QUALITY)).pages)
    return out, set(range(1, len(out.pages) + 1))


def burn(picture: Image.Image, boxes: list[Box]) -> None:
    """Paint the boxes black, a pixel larger than they are."""
    pen = ImageDraw.Draw(picture)
    for x0, y0, x1, y1 in boxes:
        left, top = math.floor(x0 * picture.width) - 1, math.floor(y0 * picture.height) - 1
        right, bottom = math.ceil(x1 * picture.width) + 1, math.ceil(y1 * picture.height) + 1
        pen.rectangle((left, top, right, bottom), fill=0)


def staying(words: list, boxes: list[Box], picture: Image.Image) -> list:
    """The words that may be laid under a page: those that touch no box, not even nearly, and that can be seen."""
    grey = picture.convert("L")
    return [word for word in words if not _touched(word, boxes) and has_ink(grey, word)]


def _touched(word: list, boxes: list[Box]) -> bool:
    _text, x0, y0, x1, y1 = word
    letter = min(y1 - y0, x1 - x0)  # of a page that lies on its side, words stand upright
    beside, within = (0.15, -0.1) if y1 - y0 <= 2 * (x1 - x0) else (-0.1, 0.15)
    across, down = beside * letter, within * letter
    return any(
        x0 - across < right and x1 + across > left and y0 - down < bottom and y1 + down > top
        for left, top, right, bottom in boxes
    )


def has_ink(grey: Image.Image, word: list) -> bool:
    """Whether something is drawn where a word is said to stand."""
    _text, x0, y0, x1, y1 = word
    left, top = math.floor(x0 * grey.width), math.floor(y0 * grey.height)
    right, bottom = math.ceil(x1 * grey.width), math.ceil(y1 * grey.height)
    darkest, lightest = grey.crop((left, top, max(right, left + 1), max(bottom, top + 1))).getextrema()
    return lightest - darkest >= INK
