"""Plain text as pages: line breaks kept, long lines folded, every character drawn or boxed."""

from collections.abc import Iterator
from functools import cache

from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import Flowable

from casemgr.pdf import fonts
from casemgr.pdf.fonts import Typesetter, clean
from casemgr.pdf.tags import marked

SIZE, LEADING = 9.5, 13.0
SIDE, TOP, BOTTOM = 72.0, 72.0, 72.0  # the bottom leaves room for the stamp
WIDTH, HEIGHT = 612.0 - 2 * SIDE, 792.0 - TOP - BOTTOM
LINES_A_PAGE = int(HEIGHT // LEADING)

Page = list[str]


@cache
def _width(char: str, font: str) -> float:
    """Return the width of one character as a share of its size, in whatever font will draw it."""
    return sum(float(pdfmetrics.stringWidth(run, name, 1)) for run, name in Typesetter().runs(char, font))


def width_of(line: str, size: float = SIZE, font: str = fonts.SANS) -> float:
    """Return the width of one line of clean text in points."""
    return size * sum(_width(char, font) for char in line)


def fold(line: str, width: float = WIDTH, size: float = SIZE, font: str = fonts.SANS) -> Iterator[str]:
    """Yield the parts of one line that fit the width, broken at spaces where there are any."""
    start, space, used = 0, -1, 0.0
    room = width / size
    i = 0
    while i < len(line):
        used += _width(line[i], font)
        if used > room and i > start:
            cut = space + 1 if space > start else i
            yield line[start:cut].rstrip()
            start = i = cut
            space, used = -1, 0.0
            continue
        if line[i] == " ":
            space = i
        i += 1
    yield line[start:]


def pages_of(text: str, limit: int) -> list[Page]:
    """Return the text as pages of folded lines, at least one page; stops just past `limit` pages."""
    pages: list[Page] = [[]]
    for line in clean(text.expandtabs(4)).split("\n"):
        for part in fold(line):
            if len(pages[-1]) == LINES_A_PAGE:
                if len(pages) > limit:
                    return pages
                pages.append([])
            pages[-1].append(part)
    return pages


class TextPage(Flowable):  # type: ignore[misc]  # reportlab has no types
    """One page of folded lines, as tall as the frame, so that each stands on a page of its own."""

    def __init__(self, lines: Page, type_: Typesetter) -> None:
        """Keep the lines."""
        super().__init__()
        self.lines, self.type = lines, type_
        self.width, self.height = WIDTH, HEIGHT

    def wrap(self, *_: float) -> tuple[float, float]:
        """Fill the frame."""
        return WIDTH, HEIGHT

    def draw(self) -> None:
        """Write the lines from the top down."""
        text = self.canv.beginText(0, HEIGHT - SIZE)
        text.setLeading(LEADING)
        for line in self.lines:
            for run, name in self.type.runs(line, fonts.SANS):
                text.setFont(name, SIZE, LEADING)
                text.textOut(run)
            text.textLine("")
        with marked(self.canv, "P"):
            self.canv.drawText(text)
