"""Where the words of a PDF's page stand on its picture, with pdfium. Runs in the child process of `pdf`."""

import ctypes
import re
from collections.abc import Callable, Iterator, Sequence

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

LONGEST = 200  # letters of one word
GRID = 100_000  # the picture as a grid, so that pdfium turns, mirrors and crops for us
LEAST = 10  # steps of the grid: what is thinner is nothing to point at
HYPHENS = (0x02, 0xFFFE)  # what pdfium gives for a hyphen at the end of a line that it joined with the next

LEAST_UNSEEN, MANY_UNSEEN = 3, 6  # letters: of one word, and of a page, from which something counts as not seen
EVEN = 10  # of 255: what differs less is one tone

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
    place, box = _placer(page), _boxes(reader)
    found: list[Word] = []
    for text, start, end in _spans(units):
        sides = box(start, end - 1)
        corners = place(*sides) if sides else None
        if corners:
            found.append([text, *corners])
            if len(found) == most:
                break
    return found


def has_unseen(picture: Image.Image, words: Sequence[Word]) -> bool:
    """Tell whether words stand on the page that its picture does not show: under a bar, or white on white.

    Whoever gets the file can copy them out. The middle of a word has ink and paper in it, or it is not seen."""
    (width, height), letters = picture.size, 0
    for text, x0, y0, x1, y1 in words:
        if len(text) < LEAST_UNSEEN:
            continue
        across, down = (x1 - x0) * width / 4, (y1 - y0) * height / 4
        if across < 2 or down < 1:  # too small to tell
            continue
        box = (int(x0 * width + across), int(y0 * height + down), int(x1 * width - across), int(y1 * height - down) + 1)
        tones = picture.crop(box).getextrema()
        if all(lightest - darkest < EVEN for darkest, lightest in (tones[:3] if len(tones) > 2 else [tones])):
            letters += sum(map(str.isalnum, text))
    return letters >= MANY_UNSEEN


def _spans(units: Sequence[int]) -> Iterator[tuple[str, int, int]]:
    """Yield (text, first letter, the one after it) of each word; spaces, and hyphens at a line's end, part words."""
    letters = "".join(map(chr, units)) if max(units, default=0) <= 0x10FFFF else "".join(map(_letter, units))
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


def _letter(unit: int) -> str:
    return chr(unit) if unit <= 0x10FFFF else "\ufffd"


def _boxes(reader: pdfium.PdfTextPage) -> Callable[[int, int], tuple[float, float, float, float] | None]:
    """Return a function from the first and the last letter of a word to the box around both in points of the page:
    left, top, right, bottom. It is as high as its font, not as its letters: the words of a line are of one height.

    Asked some hundred times a page: written to be fast."""
    ask, page = pdfium_c.FPDFText_GetLooseCharBox, reader.raw
    one, other = pdfium_c.FS_RECTF(), pdfium_c.FS_RECTF()
    into_one, into_other = ctypes.byref(one), ctypes.byref(other)

    def box(first: int, last: int) -> tuple[float, float, float, float] | None:
        has_one, has_other = ask(page, first, into_one), ask(page, last, into_other)
        if has_one and has_other:
            return (
                min(one.left, other.left),
                max(one.top, other.top),
                max(one.right, other.right),
                min(one.bottom, other.bottom),
            )
        if not (has_one or has_other):
            return None
        only = one if has_one else other
        return only.left, only.top, only.right, only.bottom

    return box


def _placer(page: pdfium.PdfPage) -> Callable[..., tuple[float, ...] | None]:
    """Return a function from a box in points to its corners as fractions of the picture; None for a box beside it."""
    spots = [_spot(page, x, y) for x, y in ((0.0, 0.0), (1000.0, 0.0), (0.0, 1000.0))]
    (ox, oy), (ax, ay), (bx, by) = spots
    xx, xy, yx, yy = (ax - ox) / 1000, (bx - ox) / 1000, (ay - oy) / 1000, (by - oy) / 1000

    def place(left: float, top: float, right: float, bottom: float) -> tuple[float, ...] | None:
        x0, x1 = ox + xx * left + xy * top, ox + xx * right + xy * bottom
        y0, y1 = oy + yx * left + yy * top, oy + yx * right + yy * bottom
        if x0 > x1:
            x0, x1 = x1, x0
        if y0 > y1:
            y0, y1 = y1, y0
        x0, x1, y0, y1 = max(x0, 0.0), min(x1, GRID), max(y0, 0.0), min(y1, GRID)
        if not (x1 - x0 >= LEAST and y1 - y0 >= LEAST):  # also where a font says that its letters are not a number wide
            return None
        return _fraction(x0), _fraction(y0), _fraction(x1), _fraction(y1)

    return place


def _fraction(place: float) -> float:
    """A place on the grid as a fraction with four digits."""
    return int(place / 10 + 0.5) / 10_000


def _spot(page: pdfium.PdfPage, x: float, y: float) -> tuple[int, int]:
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium_c.FPDF_PageToDevice(page, 0, 0, GRID, GRID, 0, x, y, ctypes.byref(across), ctypes.byref(down))
    return across.value, down.value
