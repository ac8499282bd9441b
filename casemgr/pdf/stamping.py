"""Label and Bates number on each exhibit page, in a small box where the page is blank, upright as the reader sees it.

One tiny content stream a page and one shared, embedded font: what was on the page is not rewritten. Where no place of
the page is blank, the page is made a little longer at its bottom, and the stamp stands in that band.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name
from reportlab.pdfbase.pdfmetrics import stringWidth

from casemgr.pdf import fonts, places
from casemgr.pdf.places import BELOW, COVERING, HEIGHT, PADDING, PLACES, SIZE, Shape, Spot

FONT = fonts.SANS_BOLD
DOT = "\u00b7"
MARKED = b"/P <</MCID 0>> BDC "
_FONT, _BODY = "/CasemgrStamp", "/CasemgrBody"
_LETTER = (0.0, 0.0, 612.0, 792.0)


def words_of(label: str, bates: str) -> str:
    """Return what a stamp says."""
    return f"{label}  {DOT}  {bates}"


def width_for(longest: str) -> float:
    """Return the points on a Letter page that the words take, whatever their digits are: a whole exhibit has stamps
    of one size."""
    font = fonts.use(FONT)
    widest = max("0123456789", key=lambda digit: float(stringWidth(digit, font, SIZE)))
    return float(stringWidth(re.sub(r"[0-9]", widest, longest), font, SIZE))


@dataclass
class Stamper:
    """Stamps pages that already belong to `pdf`. `font` is embedded; it shows letters by their Latin-1 code, but
    `DOT` by the byte `dot`."""

    pdf: pikepdf.Pdf
    font: pikepdf.Object
    dot: bytes

    def __post_init__(self) -> None:
        """Make the objects that all stamps share."""
        self.begin = self.pdf.make_stream(b"q\n")
        self.begin_marked = self.pdf.make_stream(MARKED + b"q\n")

    def stamp(
        self,
        page: Dictionary,
        words: str,
        width: float,
        place: str,
        shape: Shape,
        sealed: bytes | None = None,
        *,
        marked: bool = False,
    ) -> str:
        """Write `words` (ASCII and `DOT`, at most `width` points) and return the place at which they are in the end.

        `marked`: what the page draws becomes one marked piece, for the structure (see `tags`).
        `sealed` are the page's drawing commands when they leave the graphics state changed: they are then drawn as
        a form, which ends with the state it began with, whatever they do.
        """
        begin, end = (self.begin_marked, b"\nQ EMC\n") if marked else (self.begin, b"\nQ\n")
        spot = places.spots(shape.size, width)[PLACES.index(place) if place in PLACES else 0]
        if place == BELOW:
            longer = places.band(shape, width)
            if longer is None:
                place = COVERING
            else:
                begin = self.pdf.make_stream((MARKED if marked else b"") + _clip(shape))
                shape, spot = self._lengthen(page, shape, longer)
        resources = page.get("/Resources")
        if not isinstance(resources, Dictionary):
            resources = page.Resources = Dictionary()
        font = _slot(resources, "/Font", _FONT, self.font)
        mark = self._commands(words, font, shape, spot, width)
        if sealed is not None:
            body = self._form(page, sealed, shape)
            # The form needs the page's resources as they were; the page itself needs only form and font.
            page.Resources = Dictionary(XObject=Dictionary({_BODY: body}), Font=Dictionary({font: self.font}))
            page.Contents = Array([begin, self.pdf.make_stream(f"{_BODY} Do".encode() + end + mark)])
            return place
        contents = page.get("/Contents")
        every: Sequence[Any] = list(contents) if isinstance(contents, Array) else [contents]
        old = [one for one in every if isinstance(one, pikepdf.Stream)]
        page.Contents = Array([begin, *old, self.pdf.make_stream(end + mark)])
        return place

    def _lengthen(self, page: Dictionary, shape: Shape, longer: tuple[Shape, Spot]) -> tuple[Shape, Spot]:
        """Make the page longer. Marks that lay outside of what was shown would come to light: they go."""
        box = longer[0].box
        media = places.numbers(page.get("/MediaBox")) or _LETTER
        outer = (min(media[0], box[0]), min(media[1], box[1]), max(media[2], box[2]), max(media[3], box[3]))
        page.MediaBox, page.CropBox = _array(outer), _array(box)
        if isinstance(page.get("/Annots"), Array):
            page.Annots = Array([note for note in page.Annots if _touches(note, shape.box)])
        return longer

    def _form(self, page: Dictionary, commands: bytes, shape: Shape) -> pikepdf.Stream:
        """Return the commands as a form XObject as large as the page's media."""
        box = places.numbers(page.get("/MediaBox")) or _LETTER
        return self.pdf.make_stream(
            zlib.compress(commands),
            Filter=Name.FlateDecode,
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=_array(box),
            Resources=page.Resources,
        )

    def _commands(self, words: str, font: str, shape: Shape, spot: Spot, width: float) -> bytes:
        """Return the drawing commands of one stamp."""
        inset = (width - float(stringWidth(words, FONT, SIZE))) / 2 + PADDING
        left, middle, right = words.encode("latin-1").partition(DOT.encode("latin-1"))
        code = (left + (self.dot if middle else b"") + right).hex()
        return (
            f"{_box(shape, spot, width)}"
            f"BT {font} {SIZE:g} Tf {inset:.2f} {0.85 * PADDING:.2f} Td <{code}> Tj ET Q EMC\n"
        ).encode("ascii")


@lru_cache(maxsize=256)
def _box(shape: Shape, spot: Spot, width: float) -> str:
    """Return the commands that draw the box of a stamp, and leave its place set for the words."""
    (across, up), (x, y), by = shape.axes, shape.origin, spot.scale / shape.unit
    e = x + (across[0] * spot.x + up[0] * spot.y) / shape.unit
    f = y + (across[1] * spot.x + up[1] * spot.y) / shape.unit
    a, b, c, d = (number * by for number in (*across, *up))
    return (
        f"/Artifact BMC q {a:.6g} {b:.6g} {c:.6g} {d:.6g} {e:.6g} {f:.6g} cm "
        f"1 g 0.55 G 0.5 w 0 0 {width + 2 * PADDING:.2f} {HEIGHT:.2f} re B 0 g "
    )


def _clip(shape: Shape) -> bytes:
    """Return commands that keep what the page draws within what was shown of it."""
    left, bottom, right, top = shape.box
    return f"q {left:.6g} {bottom:.6g} {right - left:.6g} {top - bottom:.6g} re W n\n".encode("ascii")


def _array(box: places.Box) -> Array:
    return Array([round(number, 4) for number in box])


def _touches(note: Any, box: places.Box) -> bool:
    """Tell whether an annotation lies at least in part on the shown page."""
    rect = places.numbers(note.get("/Rect")) if isinstance(note, Dictionary) else None
    if rect is None:
        return isinstance(note, Dictionary)
    return rect[0] < box[2] and rect[2] > box[0] and rect[1] < box[3] and rect[3] > box[1]


def _slot(resources: Dictionary, kind: str, key: str, value: pikepdf.Object) -> str:
    """Put a resource under a key that the page does not use for something else; return the key."""
    holder = resources.get(kind)
    if not isinstance(holder, Dictionary):
        resources[kind] = Dictionary()
        holder = resources[kind]
    name, n = key, 0
    while name in holder and holder[name].objgen != value.objgen:
        n += 1
        name = f"{key}{n}"
    holder[name] = value
    return name
