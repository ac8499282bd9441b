"""Where on a page a stamp can stand: the shown page, its corners, and the band below it where no corner is free."""

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from pikepdf import Array, Dictionary, Name

SIZE, PADDING, EDGE = 9.0, 4.0, 14.0  # points on a Letter page
CLEARANCE = 2.0  # points of blank paper around a stamp
HEIGHT = SIZE + 1.2 * PADDING
BAND = HEIGHT + 10.0
LARGEST = 14_400.0  # units a side; some readers show no larger page
_LETTER = (0.0, 0.0, 612.0, 792.0)

_INNER = 36.0  # from the edge of a page with a frame drawn around it
PLACES = tuple(
    f"{upright} {across}{depth}"
    for upright, every in (("bottom", ("right", "middle", "left")), ("top", ("right", "left", "middle")))
    for depth in ("", ", further in")
    for across in every
)
"""Where a stamp may stand on a page, the best first."""
BELOW, COVERING = "below the page", "bottom right, over what is there"

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Shape:
    """A page as a reader shows it: `box` (left, bottom, right, top, in the page's own units), the quarter turns to
    the right, and how many points one unit measures."""

    box: Box
    turns: int = 0
    unit: float = 1.0

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as shown, in points."""
        left, bottom, right, top = self.box
        width, height = (right - left) * self.unit, (top - bottom) * self.unit
        return (height, width) if self.turns % 2 else (width, height)

    @property
    def origin(self) -> tuple[float, float]:
        """The corner of the page, in its own units, that is shown at the bottom left."""
        left, bottom, right, top = self.box
        return ((left, bottom), (right, bottom), (right, top), (left, top))[self.turns]

    @property
    def axes(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """The directions on the page that are shown as across (to the right) and as up."""
        return (((1, 0), (0, 1)), ((0, 1), (-1, 0)), ((-1, 0), (0, -1)), ((0, -1), (1, 0)))[self.turns]

    def shares_of(self, box: Box) -> Box:
        """A box on the page, in its own units, as shares of the page as shown: left, top, right, bottom, from the top
        left."""
        left, bottom, right, top = self.box
        width, height = right - left, top - bottom
        corners = []
        for x, y in ((box[0], box[1]), (box[2], box[3])):
            across, up = (x - left) / width, (y - bottom) / height
            corners.append(((across, 1 - up), (up, across), (1 - across, up), (1 - up, 1 - across))[self.turns])
        (x1, y1), (x2, y2) = corners
        return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)

    def extended(self, points: float) -> "Shape":
        """The same page, so much longer at its shown bottom."""
        left, bottom, right, top = self.box
        by = points / self.unit
        longer = ((left, bottom - by, right, top), (left, bottom, right + by, top),
                  (left, bottom, right, top + by), (left - by, bottom, right, top))  # fmt: skip
        return replace(self, box=longer[self.turns])


@dataclass(frozen=True)
class Spot:
    """The room of a stamp on the shown page: left and bottom in points from its bottom left corner, and the scale of
    its letters (1 on a Letter page)."""

    x: float
    y: float
    width: float
    height: float
    scale: float

    def shares(self, size: tuple[float, float]) -> Box:
        """The room with its clearance as shares of the shown page: left, top, right, bottom, from the top left."""
        width, height = size
        gap = CLEARANCE * self.scale
        return (
            max(0.0, (self.x - gap) / width),
            max(0.0, 1 - (self.y + self.height + gap) / height),
            min(1.0, (self.x + self.width + gap) / width),
            min(1.0, 1 - (self.y - gap) / height),
        )


def shape_of(page: Dictionary) -> Shape:
    """Read how a page is shown. What readers take differently is put right on the page itself: boxes that are none or
    reach beyond its media, a turn that is no whole number of quarters, a page that is not called one."""
    page.Type = Name.Page
    return Shape(_visible_box(page), _rotation(page), _user_unit(page))


@lru_cache(maxsize=64)
def spots(size: tuple[float, float], words: float) -> tuple[Spot, ...]:
    """Return the room in each of PLACES for `words` points of letters on a page of that size."""
    (width, height), scale = size, _scale(size, words)
    w, h = (words + 2 * PADDING) * scale, HEIGHT * scale
    found = []
    for place in PLACES:
        upright, across = place.removesuffix(", further in").split()
        edge = (_INNER if place.endswith("in") else EDGE) * scale
        x = {"left": edge, "middle": (width - w) / 2, "right": width - edge - w}[across]
        y = edge if upright == "bottom" else height - edge - h
        found.append(Spot(x, y, w, h, scale))
    return tuple(found)


def band(shape: Shape, words: float) -> tuple[Shape, Spot] | None:
    """Return the page with a band below it and the room in that band; None where the page would get too large."""
    scale = _scale(shape.size, words)
    high = math.ceil(BAND * scale)  # whole points: what was shown keeps its place on the screen
    longer = shape.extended(high)
    if max(longer.size) / shape.unit > LARGEST:
        return None
    room = spots(shape.size, words)[0]
    return longer, replace(room, y=(high - HEIGHT * scale) / 2)


def _scale(size: tuple[float, float], words: float) -> float:
    """As large as on Letter once the page is printed on Letter; on a small page at least legible, if it fits."""
    width, height = size
    letter = (792.0, 612.0) if width > height else (612.0, 792.0)
    most = min(width / (words + 2 * PADDING + 2 * EDGE), 0.3 * height / SIZE)
    return min(max(min(width / letter[0], height / letter[1]), 0.75), most)


def numbers(array: Any) -> Box | None:
    """Return a box as left, bottom, right, top; None when it is not a box with an area."""
    try:
        a, b, c, d = (float(number) for number in array)
    except (TypeError, ValueError):
        return None
    left, right = min(a, c), max(a, c)
    bottom, top = min(b, d), max(b, d)
    if right - left < 1 or top - bottom < 1 or max(abs(n) for n in (a, b, c, d)) > 1e7:
        return None
    return left, bottom, right, top


def _visible_box(page: Dictionary) -> Box:
    """Return what a reader shows of the page: the CropBox as far as it lies in the MediaBox."""
    media = numbers(page.get("/MediaBox"))
    if media is None:
        page.MediaBox = Array([0, 0, 612, 792])
        media = _LETTER
    if "/CropBox" not in page:
        return media
    crop = numbers(page.get("/CropBox"))
    if crop is None:
        del page["/CropBox"]
        return media
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    shown = (left, bottom, right, top) if right - left >= 1 and top - bottom >= 1 else media
    if shown != crop:
        page.CropBox = Array(shown)
    return shown


def _rotation(page: Dictionary) -> int:
    """Return the quarter turns to the right; an odd angle counts as its lower quarter, as readers do."""
    said = page.get("/Rotate")
    if said is None:
        return 0
    try:
        turns = int(float(said) // 90) % 4
    except (TypeError, ValueError, OverflowError):
        turns = 0
    if said != turns * 90 or not isinstance(said, int):
        page.Rotate = turns * 90
    return turns


def _user_unit(page: Dictionary) -> float:
    """Return how many points one unit of the page measures (1 but for very large plans)."""
    said = page.get("/UserUnit")
    if said is None:
        return 1.0
    try:
        unit = float(said)
    except (TypeError, ValueError):
        return 1.0
    return unit if 0.001 < unit < 100_000 else 1.0
