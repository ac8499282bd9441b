"""Where the words of a PDF's page stand on its picture, with pdfium. Runs in the child process of `pdf`."""

import ctypes
import re
from collections.abc import Callable, Iterator, Sequence

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

LONGEST = 200  # letters of one word
GRID = 100_000  # the picture as a grid, so that pdfium turns, mirrors and crops for us
HYPHENS = (0x02, 0xFFFE)  # what pdfium gives for a hyphen at the end of a line that it joined with the next

_WORD = re.compile(rf"[^\x00-\x20\s\ufffe]{{1,{LONGEST}}}")

Word = list  # [text, x0, y0, x1, y1]: fractions of the upright picture from its upper left corner


def words_of(
    page: pdfium.PdfPage, reader: pdfium.PdfTextPage, length: int, units: Sequence[int], most: int
) -> list[Word]:
    """Return the first `most` words of a page in the order of its text; what lies beside the picture is left out.

    Args:
        length: how many letters pdfium counts on the page.
        units: their UTF-16 units, where they were read in one go already.
    """
    if len(units) != length:  # then a place in the text is no place on the page
        units = [pdfium_c.FPDFText_GetUnicode(reader, place) for place in range(length)]
    place = _placer(page)
    found: list[Word] = []
    for text, start, end in _spans(units):
        box = _box(reader, start, end)
        corners = place(*box) if box else None
        if corners:
            found.append([text, *corners])
            if len(found) == most:
                break
    return found


def _spans(units: Sequence[int]) -> Iterator[tuple[str, int, int]]:
    """Yield (text, first letter, the one after it) of each word; spaces, and hyphens at a line's end, part words."""
    letters = "".join(chr(unit) if unit <= 0x10FFFF else "\ufffd" for unit in units)
    for word in _WORD.finditer(letters):
        start, end = word.span()
        # A half of a pair of UTF-16 is no letter alone: pairs are put together, and a lone half is marked.
        text = (
            word[0]
            if word[0].isascii()
            else word[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        )
        is_parted = end < len(units) and units[end] in HYPHENS
        yield text + ("-" if is_parted else ""), start, end


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
