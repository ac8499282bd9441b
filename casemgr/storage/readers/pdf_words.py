"""Where the words of a PDF's page stand on its picture, with pdfium. Runs in the child process of `pdf`."""

import ctypes
from collections.abc import Callable, Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

LONGEST = 200  # letters of one word
GRID = 100_000  # the picture as a grid, so that pdfium turns, mirrors and crops for us
HYPHENS = (0x02, 0xFFFE)  # what pdfium gives for a hyphen at the end of a line that it joined with the next

Word = list  # [text, x0, y0, x1, y1]: fractions of the upright picture from its upper left corner


def words_of(page: pdfium.PdfPage, reader: pdfium.PdfTextPage, length: int, most: int) -> list[Word]:
    """Return the first `most` words of a page in the order of its text; what lies beside the picture is left out."""
    place = _placer(page)
    found: list[Word] = []
    for text, start, end in _spans(reader, length):
        box = _box(reader, start, end)
        corners = place(*box) if box else None
        if corners:
            found.append([text, *corners])
            if len(found) == most:
                break
    return found


def _spans(reader: pdfium.PdfTextPage, length: int) -> Iterator[tuple[str, int, int]]:
    """Yield (text, first letter, the one after it) of each word; spaces, and hyphens at a line's end, part words."""
    letters, start = [], 0
    for place in range(length + 1):
        code = pdfium_c.FPDFText_GetUnicode(reader, place) if place < length else 0x20
        is_hyphen = code in HYPHENS
        is_letter = code > 0x20 and not is_hyphen and not (code <= 0x10FFFF and chr(code).isspace())
        if letters and (not is_letter or len(letters) == LONGEST):
            # A half of a pair of UTF-16 is no letter alone: pairs are put together, and a lone half is marked.
            text = "".join(letters).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
            yield text + ("-" if is_hyphen else ""), start, place
            letters = []
        if is_letter:
            start = start if letters else place
            letters.append(chr(code) if code <= 0x10FFFF else "\ufffd")


def _box(reader: pdfium.PdfTextPage, start: int, end: int) -> tuple[float, float, float, float] | None:
    """The box around a word in points of the page: left, top, right, bottom. It is as high as its font, not as its
    letters, so that the words of a line are of one height."""
    rect = pdfium_c.FS_RECTF()
    boxes = []
    for place in {start, end - 1}:
        if pdfium_c.FPDFText_GetLooseCharBox(reader, place, ctypes.byref(rect)):
            boxes.append((rect.left, rect.top, rect.right, rect.bottom))
    if not boxes:
        return None
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), max(tops), max(rights), min(bottoms)


def _placer(page: pdfium.PdfPage) -> Callable[..., tuple[float, ...] | None]:
    """Return a function from a box in points to its corners as fractions of the picture; None for a box beside it."""
    spots = [_spot(page, x, y) for x, y in ((0.0, 0.0), (1000.0, 0.0), (0.0, 1000.0))]
    (ox, oy), (ax, ay), (bx, by) = spots
    xx, xy, yx, yy = (ax - ox) / 1000, (bx - ox) / 1000, (ay - oy) / 1000, (by - oy) / 1000

    def place(left: float, top: float, right: float, bottom: float) -> tuple[float, ...] | None:
        across = sorted((ox + xx * left + xy * top, ox + xx * right + xy * bottom))
        down = sorted((oy + yx * left + yy * top, oy + yx * right + yy * bottom))
        x0, x1, y0, y1 = (min(max(side / GRID, 0.0), 1.0) for side in (*across, *down))
        if x1 - x0 < 0.0001 or y1 - y0 < 0.0001:
            return None
        return round(x0, 4), round(y0, 4), round(x1, 4), round(y1, 4)

    return place


def _spot(page: pdfium.PdfPage, x: float, y: float) -> tuple[int, int]:
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium_c.FPDF_PageToDevice(page, 0, 0, GRID, GRID, 0, x, y, ctypes.byref(across), ctypes.byref(down))
    return across.value, down.value
