"""What a page looks like, in 256 bits that hardly change when it is scanned again, turned a little or saved anew.

The picture is turned upright by the direction of its lines, cut to where its ink is, and seen as a coarse map of
light and dark: the signs of the 16 × 16 lowest frequencies of a cosine transform. Pillow alone: this runs for every
page of every paper, and loading numpy costs more than all of it.
"""

import itertools
import math
from collections.abc import Callable, Sequence

from PIL import Image, ImageChops, ImageFilter, UnidentifiedImageError

LOOKED_AT = 320  # pixels of the longest side
GRID = 32
KEPT = 16
STEEPEST = 4.0  # degrees a scan may lean
LEAST_INK = 0.5  # mean darkness, of 255, below which a page counts as blank
_WAVES = [[math.cos(math.pi / GRID * (at + 0.5) * wave) for at in range(GRID)] for wave in range(KEPT + 1)]


def print_pages(*, report: Callable, paths: Sequence[str]) -> None:
    """Report `print` with the index of the path and 256 bits as text, empty for a blank page; `no_print` on trouble."""
    for index, path in enumerate(paths):
        try:
            with Image.open(path) as image:
                image.draft("L", (LOOKED_AT, LOOKED_AT))
                bits = bits_of(image.convert("L"))
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
            report("no_print", index=index, detail=str(error)[:200])
        else:
            report("print", index=index, bits=bits)


def bits_of(grey: Image.Image) -> str:
    """Return 256 zeros and ones; "" for a page without ink."""
    grey.thumbnail((LOOKED_AT, LOOKED_AT), Image.Resampling.BILINEAR)
    ink = _upright(_ink(grey))
    box = _where_ink_is(ink)
    if box is None:
        return ""
    small = ink.crop(box).resize((GRID, GRID), Image.Resampling.BOX)
    return _signs(list(small.tobytes()))


def _ink(grey: Image.Image) -> Image.Image:
    """How much darker each spot is than the paper around it: shadows of a photo go, what is written stays."""
    size = grey.size
    paper = grey.resize((max(1, size[0] // 4), max(1, size[1] // 4)), Image.Resampling.BOX)
    paper = paper.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.BoxBlur(4)).resize(size)
    ink = ImageChops.subtract(paper, grey)
    return ink.point([0 if value < 16 else value for value in range(256)])


def _upright(ink: Image.Image) -> Image.Image:
    """Lines that lie level give rows that are either dark or light: the angle with the sharpest rows is taken."""
    small = ink.copy()
    small.thumbnail((LOOKED_AT * 3 // 4, LOOKED_AT * 3 // 4), Image.Resampling.BILINEAR)

    def sharpness(angle: float) -> float:
        turned = small.rotate(angle, Image.Resampling.BILINEAR)
        rows = turned.resize((1, turned.height), Image.Resampling.BOX).tobytes()
        return sum((one - two) ** 2 for one, two in itertools.pairwise(rows))

    steps = int(STEEPEST * 2)
    best = max((step / 2 for step in range(-steps, steps + 1)), key=lambda angle: (sharpness(angle), -abs(angle)))
    return ink.rotate(best, Image.Resampling.BILINEAR) if best else ink


def _where_ink_is(ink: Image.Image) -> tuple[int, int, int, int] | None:
    """The box that holds all but the outermost hundredths of the ink; None for a blank page."""
    if sum(ink.resize((8, 8), Image.Resampling.BOX).tobytes()) < LEAST_INK * 64:
        return None
    columns = ink.resize((ink.width, 1), Image.Resampling.BOX).tobytes()
    rows = ink.resize((1, ink.height), Image.Resampling.BOX).tobytes()
    left, right = _middle(columns)
    top, bottom = _middle(rows)
    return (left, top, right, bottom) if right - left > 4 and bottom - top > 4 else None


def _middle(masses: bytes, left_out: float = 0.02) -> tuple[int, int]:
    whole, seen, first = sum(masses), 0, 0
    if not whole:
        return 0, 0
    for at, mass in enumerate(masses):
        if seen <= whole * left_out:
            first = at
        seen += mass
        if seen >= whole * (1 - left_out):
            return first, at + 1
    return first, len(masses)


def _signs(values: list[int]) -> str:
    rows = [values[at * GRID : (at + 1) * GRID] for at in range(GRID)]
    across = [[sum(a * b for a, b in zip(row, wave, strict=True)) for wave in _WAVES] for row in rows]
    found = [
        [sum(across[at][x] * _WAVES[y][at] for at in range(GRID)) for x in range(KEPT + 1)] for y in range(KEPT + 1)
    ]
    kept = [found[y][x] for y in range(KEPT) for x in range(KEPT) if x or y] + [found[KEPT][KEPT]]
    middle = sorted(kept)[len(kept) // 2]
    return "".join("1" if value > middle else "0" for value in kept)
