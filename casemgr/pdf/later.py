"""Page numbers that are known only when all pages are laid out, in one pass.

Where such a number stands, the page refers to a small form by name; the forms are written at the end, when
the numbers are known. That saves laying everything out twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from casemgr.pdf.style import as_set
from casemgr.pdf.tags import Path, marked

Resolve = Callable[[str], int]


@dataclass(frozen=True)
class Number:
    """A number to come: what it counts, the words around its `{}`, how it looks, and to which side it leans."""

    key: str
    words: str
    style: ParagraphStyle
    right: bool = True


@dataclass
class Later:
    """Collects the numbers that pages refer to."""

    wanted: dict[tuple[str, str, str], tuple[str, Number]] = field(default_factory=dict)

    def put(self, canvas: Any, number: Number, x: float, y: float) -> None:
        """Refer to the number at this place; `x` is its right or left end, `y` its base line."""
        look = (number.key, number.words, number.style.name)
        name, _ = self.wanted.setdefault(look, (f"late{len(self.wanted)}", number))
        canvas.saveState()
        canvas.translate(x, y)
        canvas.doForm(name)
        canvas.restoreState()

    def write(self, canvas: Any, resolve: Resolve) -> None:
        """Write all forms, now that `resolve` knows the numbers."""
        for name, number in self.wanted.values():
            words = number.words.format(f"{resolve(number.key):,}")
            style = as_set(number.style)
            width = canvas.stringWidth(words, style.fontName, style.fontSize)
            left = -width if number.right else 0
            canvas.beginForm(name, left - 1, -style.fontSize, left + width + 1, style.fontSize)
            canvas.setFont(style.fontName, style.fontSize)
            canvas.setFillColor(style.textColor)
            canvas.drawString(left, 0, words)
            canvas.endForm()


class LateNumber(Flowable):  # type: ignore[misc]  # reportlab has no types
    """A `Number` as a table cell; a click on it leads to `target`."""

    within: Path = ()

    def __init__(self, later: Later, number: Number, target: str = "") -> None:
        """Take the room of one line of the number's style."""
        super().__init__()
        self.later, self.number, self.target = later, number, target

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        """Fill the width; one line high."""
        self.width, self.height = width, self.number.style.leading
        return self.width, self.height

    def draw(self) -> None:
        """Refer to the number and set the link."""
        style = as_set(self.number.style)
        base = self.height - style.fontSize - (style.leading - style.fontSize) * 0.25
        with marked(self.canv, "P", self.within, is_link=True, words=self.number.words.format("").strip()):
            self.later.put(self.canv, self.number, self.width if self.number.right else 0, base)
            if self.target:
                self.canv.linkRect("", self.target, (0, 0, self.width, self.height), relative=1, thickness=0)


def canvas_with(later: Later, resolve: Callable[[Any], Resolve]) -> type[Canvas]:
    """Return a canvas class that writes the numbers just before it saves."""

    class Numbering(Canvas):  # type: ignore[misc]  # reportlab has no types
        def save(self) -> None:
            later.write(self, resolve(self))
            super().save()

    return Numbering
