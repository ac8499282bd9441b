"""Write a PDF that looks like the paper, with the recognised words laid under its pages unseen. Runs in a child.

A PDF keeps its own pages; a picture becomes a page. Both are turned upright where the reader of the text did so.
"""

import io
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import font_source_sans_pro
import pikepdf
from PIL import Image, ImageFile
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from .images import prepared

COPY = "searchable.pdf"
FONT = "Words"
INVISIBLE = 3  # text rendering mode of ISO 32000-1, 9.3.6
LONGEST = 792  # points: eleven inches
SIDE = 2400  # pixels of a picture in the copy
LARGEST_PAGE = 14_400
_USER_SPACE = {  # from an upright page of width x height to the space of a page that is shown turned clockwise
    0: lambda width, height: (1, 0, 0, 1, 0, 0),
    90: lambda width, height: (0, 1, -1, 0, height, 0),
    180: lambda width, height: (-1, 0, 0, -1, width, height),
    270: lambda width, height: (0, -1, 1, 0, 0, width),
}


def make_searchable(*, report: Callable, path: str, pdf: bool, title: str, heic: bool = False) -> None:
    """Write `searchable.pdf`, and report `copied`, or `unreadable`. `words.json` holds {number: [turn, words]}."""
    pages = {int(number): page for number, page in json.loads(Path("words.json").read_text()).items()}
    know_font()
    try:
        copy = _over_pdf(path, pages) if pdf else _of_pictures(path, pages, heic)
    except (pikepdf.PdfError, ValueError, SyntaxError, EOFError, TypeError, RuntimeError) as error:
        report("unreadable", detail=str(error)[:200])
        return
    with copy:
        copy.docinfo["/Title"] = title
        copy.docinfo["/Subject"] = "A copy for searching. The words under the pictures were read by a machine."
        copy.save(COPY, fix_metadata_version=False)
    report("copied")


def _over_pdf(path: str, pages: dict) -> pikepdf.Pdf:
    copy = pikepdf.open(path)
    for number, (turn, words) in pages.items():
        page = copy.pages[number - 1]
        shown = (int(page.get("/Rotate", 0)) + turn) % 360
        page.Rotate = shown
        left, bottom, right, top = (float(side) for side in page.cropbox)
        wide, high = abs(right - left), abs(top - bottom)
        width, height = (high, wide) if shown in (90, 270) else (wide, high)
        if not 0 < max(width, height) <= LARGEST_PAGE or not words:
            continue
        with pikepdf.open(text_pages([(width, height, words, None)])) as layer:
            form = copy.copy_foreign(layer.pages[0].as_form_xobject())
        name = page.add_resource(form, pikepdf.Name.XObject)
        a, b, c, d, e, f = _USER_SPACE[shown](width, height)
        place = f"Q q {a} {b} {c} {d} {e + min(left, right)} {f + min(bottom, top)} cm {name} Do Q"
        page.contents_add(b"q", prepend=True)
        page.contents_add(place.encode())
    return copy


def _of_pictures(path: str, pages: dict, heic: bool) -> pikepdf.Pdf:
    if heic:
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # what is too large has no drawn page, and no words
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    return pikepdf.open(text_pages(_pictured(path, pages)))


def _pictured(path: str, pages: dict) -> Iterator[tuple]:
    """Every picture of the file as a page: those without words as well."""
    with Image.open(path) as image:
        many = image.format in ("TIFF", "HEIF")
        for number in range(1, (getattr(image, "n_frames", 1) if many else 1) + 1):
            turn, words = pages.get(number, (0, []))
            if number > 1:
                image.seek(number - 1)
            picture = prepared(image, SIDE)
            picture = picture.rotate(-turn, expand=True) if turn else picture
            scale = LONGEST / max(picture.size)
            yield picture.width * scale, picture.height * scale, words, picture


def know_font() -> None:
    """Once in a process, before `text_pages`."""
    pdfmetrics.registerFont(TTFont(FONT, str(Path(font_source_sans_pro.font_directory) / "SourceSansPro-Regular.ttf")))


def text_pages(pages: Iterable[tuple], quality: int = 80) -> io.BytesIO:
    """A PDF of pages (width, height in points, words, picture or None), the words unseen. `quality`: of JPEG."""
    out = io.BytesIO()
    canvas = Canvas(out, initialFontName=FONT, invariant=1)  # no font that is not in the file
    for width, height, words, picture in pages:
        canvas.setPageSize((width, height))
        if picture is not None:
            data = io.BytesIO()
            picture.save(data, "JPEG", quality=quality)
            canvas.drawImage(ImageReader(data), 0, 0, width, height)
        line = canvas.beginText()
        line.setTextRenderMode(INVISIBLE)
        for text, x0, y0, x1, y1 in words:
            size = max(1.0, (y1 - y0) * height)
            natural = pdfmetrics.stringWidth(text, FONT, size)
            line.setFont(FONT, size)
            line.setHorizScale(100 * (x1 - x0) * width / natural if natural else 100)
            line.setTextOrigin(x0 * width, (1 - y1) * height + 0.2 * size)
            line.textOut(f"{text} ")
        canvas.drawText(line)
        canvas.showPage()
    canvas.save()
    out.seek(0)
    return out
