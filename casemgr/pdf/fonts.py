"""Fonts for our own pages, and text turned into paragraph markup that every character survives.

Source Serif and Source Sans are embedded (Latin, Vietnamese, Greek, Cyrillic). Other scripts are drawn with a font of
the system where one is installed (`system_fonts`), shaped and from right to left as they should be. A character that
nothing here can draw is shown by its number, such as [U+6210], and reported: never a box, never dropped in silence.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from typing import Any

import font_source_sans_pro
import font_source_serif_pro
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from casemgr.pdf import system_fonts
from casemgr.pdf.citing import BEGIN, Citing

SERIF, SERIF_ITALIC, SERIF_BOLD = "Serif", "Serif-Italic", "Serif-Bold"
SANS, SANS_ITALIC, SANS_BOLD = "Sans", "Sans-Italic", "Sans-Bold"
_AS_SANS = {SERIF: SANS, SERIF_ITALIC: SANS_ITALIC, SERIF_BOLD: SANS_BOLD}
_ALL_SANS = ContextVar("all_sans", default=False)

_SERIF_FILES = Path(font_source_serif_pro.font_directory)
_SANS_FILES = Path(font_source_sans_pro.font_directory)
_FILES = {
    SERIF: _SERIF_FILES / "SourceSerifPro-Regular.ttf",
    SERIF_ITALIC: _SERIF_FILES / "SourceSerifPro-It.ttf",
    SERIF_BOLD: _SERIF_FILES / "SourceSerifPro-Semibold.ttf",
    SANS: _SANS_FILES / "SourceSansPro-Regular.ttf",
    SANS_ITALIC: _SANS_FILES / "SourceSansPro-It.ttf",
    SANS_BOLD: _SANS_FILES / "SourceSansPro-Semibold.ttf",
    "Vera": Path("Vera.ttf"),  # found by reportlab among its own files
}
# An italic has fewer letters than its upright: fall back in this order.
_FALLBACK = {
    SERIF_ITALIC: (SERIF, SANS, "Vera"),
    SANS_ITALIC: (SANS, SERIF, "Vera"),
    SERIF: (SANS, "Vera"),
    SANS: (SERIF, "Vera"),
    SERIF_BOLD: (SERIF, SANS, "Vera"),
    SANS_BOLD: (SANS, SERIF, "Vera"),
}
_NONE = ""  # no font has it
_ASCII = frozenset(range(0x20, 0x7F))  # all of it that can be seen
_JOINING = frozenset("\u200c\u200d")  # say how letters join, and have no picture of their own
# Characters that only guide line breaking or joining; without a picture of their own.
MOST_NUMBERS = 8
_WITHOUT_JOINING = dict.fromkeys(map(ord, _JOINING))
_SILENT = frozenset("\u00ad\u200b\u200e\u200f\u2060\ufeff\ufe0e\ufe0f")


class _Font(TTFont):  # type: ignore[misc]  # reportlab has no types
    """A font that knows words again: the same ones are measured and written many times."""

    def __init__(self, name: str, path: str) -> None:
        super().__init__(name, path)
        widths, other = self.face.charWidths, self.face.defaultWidth
        self._units = lru_cache(maxsize=4096)(lambda text: sum(widths.get(ord(char), other) for char in text))
        self._is_plain = set(self.face.charToGlyph) >= _ASCII

    def stringWidth(self, text: str | bytes, size: float, encoding: str = "utf8") -> float:
        """Return the width of the text in points."""
        words = text if isinstance(text, str) else text.decode(encoding or "utf8")
        return 0.001 * size * float(self._units(words))

    def splitString(self, text: str | bytes, doc: Any, encoding: str = "utf-8") -> list[tuple[int, bytes]]:
        """Return the text as parts of the font write it: plain ASCII is in the first one, as it is."""
        if self._is_plain and isinstance(text, str) and text and text.isascii() and text.isprintable():
            self._assignState(doc)
            return [(0, text.encode("ascii"))]
        return list(super().splitString(text, doc, encoding))


@contextmanager
def set_in_sans(wanted: bool) -> Iterator[None]:
    """Set text in sans serif where it is otherwise in serif, as long as the context lasts."""
    before = _ALL_SANS.set(wanted)
    try:
        yield
    finally:
        _ALL_SANS.reset(before)


def set_as(name: str) -> str:
    """Return the font that stands for this one now (see `set_in_sans`)."""
    return _AS_SANS.get(name, name) if _ALL_SANS.get() else name


def use(name: str) -> str:
    """Return the name of the font that stands for this one, which reportlab then knows."""
    return _registered(set_as(name))


@cache
def _registered(name: str) -> str:
    pdfmetrics.registerFont(_Font(name, str(_FILES[name])))
    return name


@cache
def _glyphs(name: str) -> frozenset[int]:
    try:
        return frozenset(pdfmetrics.getFont(_registered(name)).face.charToGlyph)
    except TTFError:  # a damaged installation; the other fonts go on
        return frozenset()


@cache
def _has_ascii(font: str) -> bool:
    return _glyphs(font) >= _ASCII


@cache
def _font_for(char: str, font: str) -> str | None:
    """Return the font that draws `char` in text set in `font`, or None when there is none."""
    if char.isspace():
        return font
    code = ord(char)
    for name in (font, *_FALLBACK[font]):
        if code in _glyphs(name):
            return _registered(name)
    return system_fonts.font_for(char)


def clean(text: str) -> str:
    """Return text in composed form, one kind of newline, without characters that have no picture.

    A control or a direction override (used to disguise file names) becomes visible as ⟨U+202E⟩.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if text.isprintable() and text.isascii():
        return text
    return "".join(_visible(c) for c in text)


def _visible(char: str) -> str:
    if char in _SILENT:
        return ""
    if char == "\n" or char.isprintable() or char in _JOINING:
        return char
    if char == "\t":
        return "    "
    if unicodedata.category(char) == "Zs":
        return " "
    if char in "\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}\f\v":
        return "\n"
    return f"[U+{ord(char):04X}]"


def undrawable_in(*texts: str) -> tuple[str, ...]:
    """Return the letters of these texts that no font here can draw, in order; to be told before anything is filed."""
    type_ = Typesetter()
    for text in texts:
        type_.runs(clean(text), SERIF)
    return tuple(sorted(type_.undrawable))


def named(letters: Sequence[str]) -> str:
    """Return letters with their numbers, as a screen that cannot draw them either needs it: "成 (U+6210)"."""
    shown = ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in letters[:MOST_NUMBERS])
    more = len(letters) - MOST_NUMBERS
    return f"{shown} and {more:,} more" if more > 0 else shown


class Typesetter:
    """Turns plain text into reportlab paragraph markup and remembers what could not be drawn."""

    def __init__(self, citing: Citing | None = None) -> None:
        """Start with nothing missing. `citing`: what references to exhibits become."""
        self.undrawable: set[str] = set()
        self.citing = citing or Citing()

    def markup(self, text: str, font: str = SERIF) -> str:
        """Return escaped markup of `text` for a paragraph set in `font`; newlines become line breaks, references to
        exhibits links."""
        font = set_as(font)
        if BEGIN not in text:
            return self._marked(text, font)
        made = []
        for words, target in self.citing.parts(text):
            body = self._marked(words, font)
            made.append(f'<a href="{target}" color="#1F3A5F">{body}</a>' if target else body)
        return "".join(made)

    def _marked(self, text: str, font: str) -> str:
        return "".join(_tagged(run, name, font) for run, name in self._drawable(clean(text), font))

    def line(self, text: str, font: str = SERIF, limit: int = 0) -> str:
        """Return `markup` of the text on one line, cut with an ellipsis past `limit` characters."""
        text = " ".join(clean(text).split())
        if limit and len(text) > limit:
            text = text[: limit - 1].rstrip() + "…"
        return self.markup(text, font)

    def runs(self, text: str, font: str) -> list[tuple[str, str]]:
        """Return a line of clean text as runs with the font that draws each, in the order in which they are seen;
        `font` wherever it can."""
        return [(leftward(run, name), name) for run, name in self._drawable(text, set_as(font))]

    def _drawable(self, text: str, font: str) -> list[tuple[str, str]]:
        """Return the runs, those in a font of the system shaped: their words in reading order."""
        _registered(font)
        runs = []
        for run, name in self._runs(text, font):
            if name == _NONE:
                self.undrawable.update(run)
                runs.append((_by_number(run), font))
            elif system_fonts.is_shaped(name):
                runs.append((system_fonts.shaped(name, run), name))
            else:
                runs.append((run.translate(_WITHOUT_JOINING), name))
        return runs

    def _runs(self, text: str, font: str) -> list[tuple[str, str]]:
        if text.isascii() and text.isprintable() and _has_ascii(font):
            return [(text, font)] if text else []
        runs: list[tuple[str, str]] = []
        start, current = 0, font
        for i, char in enumerate(text):
            name = current if char in _JOINING else _font_for(char, font) or _NONE
            # A space stays with the run before it, or a fallback run would be cut at each word.
            if char.isspace() and char != "\n" and current != _NONE:
                name = current
            if name != current:
                runs.append((text[start:i], current))
                start, current = i, name
        runs.append((text[start:], current))
        return [run for run in runs if run[0]]


def _by_number(run: str) -> str:
    """Return letters that cannot be drawn by their numbers; of a long run the first ones, and how many follow."""
    shown = "".join(f"[U+{ord(char):04X}]" for char in run[:MOST_NUMBERS])
    more = len(run) - MOST_NUMBERS
    return f"{shown}[and {more:,} more]" if more > 0 else shown


def leftward(run: str, name: str) -> str:
    """Return the words of a run as they are seen on one line: those read from right to left, the last one first."""
    if not system_fonts.is_shaped(name) or not system_fonts.reads_leftward(name, run):
        return run
    words = run.strip(" ")
    return run.replace(words, " ".join(reversed(words.split(" "))), 1)


def _tagged(run: str, name: str, font: str) -> str:
    body = escape(run, quote=False).replace("\n", "<br/>")
    return body if name == font else f'<font name="{name}">{body}</font>'


def pieces(text: str, characters: int = 1400, lines: int = 24) -> list[str]:
    """Cut text into parts that fit a page, at line ends or spaces where there are any.

    A table row cannot be split over two pages, so a long entry becomes several rows.
    """
    parts: list[str] = []
    rest = text
    while True:
        cut = _cut_at(rest, characters, lines)
        if cut >= len(rest):
            return [*parts, rest]
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()


def _cut_at(text: str, characters: int, lines: int) -> int:
    end = len(text)
    newline = -1
    for _ in range(lines):
        newline = text.find("\n", newline + 1)
        if newline < 0:
            break
    else:
        end = newline + 1
    if end <= characters:
        return end
    space = max(text.rfind(" ", characters // 2, characters), text.rfind("\n", characters // 2, characters))
    return space + 1 if space > 0 else characters
