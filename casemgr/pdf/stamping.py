"""Label and Bates number on each exhibit page: bottom right as the reader sees it, in a small white box.

One tiny content stream a page and one shared font: what was on the page is not rewritten.
"""

import zlib
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name
from reportlab.pdfbase.pdfmetrics import stringWidth

SIZE, PADDING, EDGE = 9.0, 4.0, 14.0  # points on a Letter page
_LETTER = (0.0, 0.0, 612.0, 792.0)
_FONT, _BODY = "/CasemgrStamp", "/CasemgrBody"


@dataclass
class Stamper:
    """Stamps pages that already belong to `pdf`."""

    pdf: pikepdf.Pdf

    def __post_init__(self) -> None:
        """Make the objects that all stamps share."""
        self.font = self.pdf.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.Type1,
                BaseFont=Name("/Helvetica-Bold"),
                Encoding=Name.WinAnsiEncoding,
            )
        )
        self.save = self.pdf.make_stream(b"q\n")

    def stamp(self, page: Dictionary, words: str, sealed: bytes | None = None) -> None:
        """Write `words` (Latin-1) on the page.

        `sealed` are its drawing commands when they leave the graphics state changed: they are then drawn as
        a form, which ends with the state it began with, whatever they do.
        """
        box = _visible_box(page)
        resources = page.get("/Resources")
        if not isinstance(resources, Dictionary):
            resources = page.Resources = Dictionary()
        font = _slot(resources, "/Font", _FONT, self.font)
        mark = _stamp_commands(words, font, box, _rotation(page), _user_unit(page))
        if sealed is not None:
            body = self._form(page, sealed)
            # The form needs the page's resources as they were; the page itself needs only form and font.
            page.Resources = Dictionary(XObject=Dictionary({_BODY: body}), Font=Dictionary({font: self.font}))
            page.Contents = self.pdf.make_stream(f"q {_BODY} Do Q\n".encode() + mark)
            return
        contents = page.get("/Contents")
        every = list(contents) if isinstance(contents, Array) else [contents]
        old = [one for one in every if isinstance(one, pikepdf.Stream)]
        page.Contents = Array([self.save, *old, self.pdf.make_stream(b"\nQ\n" + mark)])

    def _form(self, page: Dictionary, commands: bytes) -> pikepdf.Stream:
        """Return the commands as a form XObject as large as the page's media."""
        box = _numbers(page.get("/MediaBox")) or _LETTER
        return self.pdf.make_stream(
            zlib.compress(commands),
            Filter=Name.FlateDecode,
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=Array([round(number, 4) for number in box]),
            Resources=page.Resources,
        )


def _slot(resources: Dictionary, kind: str, key: str, value: pikepdf.Object) -> str:
    """Put a resource under a key that the page does not use for something else; return the key."""
    if not isinstance(resources.get(kind), Dictionary):
        resources[kind] = Dictionary()
    holder = resources[kind]
    name, n = key, 0
    while name in holder and holder[name].objgen != value.objgen:
        n += 1
        name = f"{key}{n}"
    holder[name] = value
    return name


def _numbers(array: Any) -> tuple[float, float, float, float] | None:
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


def _visible_box(page: Dictionary) -> tuple[float, float, float, float]:
    """Return what a reader shows of the page: the CropBox as far as it lies in the MediaBox."""
    media = _numbers(page.get("/MediaBox"))
    if media is None:
        page.MediaBox = Array([0, 0, 612, 792])
        media = _LETTER
    crop = _numbers(page.get("/CropBox"))
    if crop is None:
        if "/CropBox" in page:
            del page["/CropBox"]
        return media
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    return (left, bottom, right, top) if right - left >= 1 and top - bottom >= 1 else media


def _rotation(page: Dictionary) -> int:
    """Return the quarter turns to the right; an odd angle counts as its lower quarter, as readers do."""
    try:
        return int(float(page.get("/Rotate", 0)) // 90) % 4
    except (TypeError, ValueError):
        return 0


def _user_unit(page: Dictionary) -> float:
    """Return how many points one unit of the page measures (1 but for very large plans)."""
    try:
        unit = float(page.get("/UserUnit", 1))
    except (TypeError, ValueError):
        return 1.0
    return unit if 0.001 < unit < 100_000 else 1.0


def _stamp_commands(words: str, font: str, box: tuple[float, float, float, float], turns: int, unit: float) -> bytes:
    """Return the drawing commands of one stamp, upright in the corner that the reader sees at bottom right."""
    left, bottom, right, top = box
    corner = ((right, bottom), (right, top), (left, top), (left, bottom))[turns]
    across, up = (((1, 0), (0, 1)), ((0, 1), (-1, 0)), ((-1, 0), (0, -1)), ((0, -1), (1, 0)))[turns]
    width, height = (right - left) * unit, (top - bottom) * unit
    if turns % 2:
        width, height = height, width
    text = stringWidth(words, "Helvetica-Bold", SIZE)
    full = text + 2 * PADDING
    letter = (792.0, 612.0) if width > height else (612.0, 792.0)
    # As large as on Letter once the page is printed on Letter; on a small page at least legible, if it fits.
    most = min(width / (full + 2 * EDGE), 0.3 * height / SIZE)
    scale = min(max(min(width / letter[0], height / letter[1]), 0.75), most) / unit
    a, b, c, d = (number * scale for number in (*across, *up))
    size = (full, SIZE + 1.2 * PADDING)
    place = (-EDGE - full, EDGE)
    words = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return (
        f"/Artifact BMC q {a:.6g} {b:.6g} {c:.6g} {d:.6g} {corner[0]:.6g} {corner[1]:.6g} cm "
        f"1 g 0.55 G 0.5 w {place[0]:.2f} {place[1]:.2f} {size[0]:.2f} {size[1]:.2f} re B 0 g "
        f"BT {font} {SIZE:g} Tf {place[0] + PADDING:.2f} {place[1] + 0.85 * PADDING:.2f} Td ({words}) Tj ET "
        "Q EMC\n"
    ).encode("latin-1")
