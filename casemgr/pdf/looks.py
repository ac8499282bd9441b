"""Draws what stands in a field of a form where the library that we use for it cannot: words in the middle or at the
right, words that shrink until they fit, letters of other scripts, lists with what was chosen; and frames."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from casemgr.pdf import fonts
from casemgr.pdf.fonts import Typesetter, clean
from casemgr.pdf.places import numbers

PLAIN = "Helvetica"
LARGEST, SMALLEST, STEP = 12.0, 4.0, 0.5  # points of words whose size nobody set
LEADING, BASELINE, INSET = 1.15, 0.72, 2.0
MOST_LINES, MOST_LETTERS = 2000, 20_000
CHOSEN = (0.6, 0.757, 0.855)
_COLOR = re.compile(rb"((?:[\d.]+\s+){1,4})(g|rg|k)\b")
_SIZE = re.compile(rb"/\S+\s+([\d.]+)\s+Tf")

Runs = list[tuple[str, str]]


@dataclass(frozen=True)
class Look:
    """What is to be seen in a field. `align`: 0 left, 1 middle, 2 right; `size` 0: as large as fits; `chosen`: the
    lines of a list that are marked; `matrix`: how it is turned on its page."""

    note: Any
    width: float
    height: float
    words: str
    size: float
    align: int = 0
    in_lines: bool = False
    color: tuple[float, ...] = (0.0,)
    chosen: frozenset[int] | None = None
    matrix: tuple[int, ...] | None = None


def size_and_color(appearance: bytes) -> tuple[float, tuple[float, ...]]:
    """Read a default appearance (ISO 32000-1, 12.7.3.3): size of its letters, 0 for one that fits, and their color."""
    size, colors = _SIZE.search(appearance), _COLOR.findall(appearance)
    color = tuple(min(1.0, float(part)) for part in colors[-1][0].split()) if colors else (0.0,)
    return float(size[1]) if size else 0.0, color if len(color) in (1, 3, 4) else (0.0,)


def draw_looks(pdf: pikepdf.Pdf, looks: Sequence[Look]) -> bool:
    """Give each note its look. Returns whether every letter could be drawn."""
    if not looks:
        return True
    type_, made = Typesetter(), io.BytesIO()
    canvas = Canvas(made, invariant=1, pageCompression=1)
    whole = True
    for look in looks:
        canvas.setPageSize((look.width, look.height))
        try:
            _set(canvas, type_, look)
        except (ValueError, TypeError, LookupError, ArithmeticError):  # words and sizes of unknown origin
            whole = False
        canvas.showPage()
    canvas.save()
    with pikepdf.open(made) as drawn:
        for look, page in zip(looks, drawn.pages, strict=True):
            form = pdf.copy_foreign(page.as_form_xobject())
            if look.matrix:
                form.Matrix = Array(look.matrix)
            look.note.AP = Dictionary(N=form)
    return whole and not type_.undrawable


def _set(canvas: Any, type_: Typesetter, look: Look) -> None:
    room = max(look.width - 2 * INSET, 1.0)
    size, lines = _fitted(type_, look, room)
    _fill(canvas, look.color)
    y = look.height - INSET - LEADING * BASELINE * size if look.in_lines else (look.height - BASELINE * size) / 2
    for number, line in enumerate(lines):
        if look.chosen is not None and number in look.chosen:
            canvas.setFillColorRGB(*CHOSEN)
            canvas.rect(0, y - 0.3 * size, look.width, LEADING * size, stroke=0, fill=1)
            _fill(canvas, look.color)
        runs = _runs(type_, line)
        x = INSET + max(0.0, room - _width(runs, size)) * look.align / 2
        text = canvas.beginText(x, y)
        for run, font in runs:
            text.setFont(font, size)
            text.textOut(run)
        canvas.drawText(text)
        y -= LEADING * size
        if y < -size:
            break


def _fill(canvas: Any, color: tuple[float, ...]) -> None:
    {1: canvas.setFillGray, 3: canvas.setFillColorRGB, 4: canvas.setFillColorCMYK}[len(color)](*color)


def _fitted(type_: Typesetter, look: Look, room: float) -> tuple[float, list[str]]:
    """Return the size of the letters, and the lines that they are set in, one more than there is room for at most."""
    given = clean(look.words[:MOST_LETTERS].replace("\r\n", "\n").replace("\r", "\n")).split("\n")[:MOST_LINES]
    if look.chosen is not None:
        return look.size or LARGEST, given
    if not look.in_lines:
        line = " ".join(given)
        fits = room / max(_width(_runs(type_, line), 1.0), 0.01)
        return look.size or max(SMALLEST, min(BASELINE * look.height, fits)), [line]
    size = look.size or LARGEST
    while True:
        fits = int((look.height - 2 * INSET) / (LEADING * max(size, 0.1)))
        every = (line for paragraph in given for line in _fold(type_, paragraph, room, size))
        lines = list(islice(every, min(max(fits, 0), MOST_LINES) + 1))
        if look.size or size <= SMALLEST or len(lines) <= fits:
            return size, lines
        size -= STEP


def _fold(type_: Typesetter, paragraph: str, room: float, size: float) -> Iterator[str]:
    """Yield the lines of a paragraph; a word that is longer than a line is cut."""
    line = ""
    for word in paragraph.split(" "):
        longer = f"{line} {word}" if line else word
        if _width(_runs(type_, longer), size) <= room:
            line = longer
            continue
        if line:
            yield line
        line = word
        while len(line) > 1 and _width(_runs(type_, line), size) > room:
            fits = max(1, int(len(line) * room / _width(_runs(type_, line), size)))
            yield line[:fits]
            line = line[fits:]
    yield line


def _runs(type_: Typesetter, line: str) -> Runs:
    try:
        line.encode("cp1252")
    except UnicodeEncodeError:
        return type_.runs(line, fonts.SANS)
    return [(line, PLAIN)]


def _width(runs: Runs, size: float) -> float:
    return sum(float(stringWidth(run, font, size)) for run, font in runs)


def frame(pdf: pikepdf.Pdf, note: Any) -> None:
    """Draw the ground and the border of a field behind the look that it was given (the same, 12.5.6.19)."""
    held, box = note.get("/MK"), numbers(note.get("/Rect"))
    if not isinstance(held, Dictionary) or box is None:
        return
    look = note.AP.get("/N") if isinstance(note.get("/AP"), Dictionary) else None
    shown = numbers(look.get("/BBox")) if isinstance(look, pikepdf.Stream) else None
    left, bottom, right, top = shown or (0.0, 0.0, box[2] - box[0], box[3] - box[1])
    style = note.get("/BS")
    width = _number(style.get("/W", 1)) if isinstance(style, Dictionary) else 1.0
    commands = ""
    if ground := _color(held.get("/BG"), ("g", "rg", "k")):
        commands += f"{ground} {left:.2f} {bottom:.2f} {right - left:.2f} {top - bottom:.2f} re f "
    if width > 0 and (border := _color(held.get("/BC"), ("G", "RG", "K"))):
        half = width / 2
        inner = f"{left + half:.2f} {bottom + half:.2f} {right - left - width:.2f} {top - bottom - width:.2f} re"
        below = f"{left:.2f} {bottom + half:.2f} m {right:.2f} {bottom + half:.2f} l"
        is_line = isinstance(style, Dictionary) and style.get("/S") == Name.U
        dashes = "[3] 0 d " if isinstance(style, Dictionary) and style.get("/S") == Name.D else ""
        commands += f"{border} {dashes}{width:.2f} w {below if is_line else inner} S "
    if not commands:
        return
    data = f"q {commands}Q\n".encode("ascii")
    if isinstance(look, pikepdf.Stream):
        look.write(data + look.read_bytes())
    else:
        form = {"Type": Name.XObject, "Subtype": Name.Form, "BBox": Array([left, bottom, right, top])}
        note.AP = Dictionary(N=pdf.make_stream(data, **form))


def _color(given: Any, commands: tuple[str, str, str]) -> str:
    """Return the command that sets a color of a list of one, three or four numbers; "" for any other."""
    if not isinstance(given, Array) or len(given) not in (1, 3, 4):
        return ""
    return " ".join([*(f"{_number(part):.3f}" for part in given), commands[len(given) // 2]])


def _number(given: Any) -> float:
    try:
        return float(given)
    except (TypeError, ValueError):
        return 0.0
