"""Fonts for our own pages, and text turned into paragraph markup that every character survives.

Source Serif and Source Sans are embedded (Latin, Vietnamese, Greek, Cyrillic). Chinese, Japanese and
Korean use the readers' own standard fonts; a character that nothing here can draw (Arabic, Hebrew, emoji)
is shown as a box and reported, never dropped in silence.
"""

import unicodedata
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import font_source_sans_pro
import font_source_serif_pro
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

SERIF, SERIF_ITALIC, SERIF_BOLD = "Serif", "Serif-Italic", "Serif-Bold"
SANS, SANS_ITALIC, SANS_BOLD = "Sans", "Sans-Italic", "Sans-Bold"

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
# The national character set tells which of Adobe's standard CJK fonts has the character.
_CJK = (
    ("shift_jis", "HeiseiMin-W3"),
    ("gbk", "STSong-Light"),
    ("big5", "MSung-Light"),
    ("euc_kr", "HYSMyeongJo-Medium"),
)
_NONE = ""  # no font has it: reportlab then draws the empty box of its own font Vera
# Characters that only guide line breaking or joining; without a picture of their own.
_SILENT = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0e\ufe0f")


@cache
def use(name: str) -> str:
    """Register the font with reportlab on first use and return its name."""
    if name in _FILES:
        pdfmetrics.registerFont(TTFont(name, str(_FILES[name])))
    else:
        from reportlab.pdfbase.cidfonts import UnicodeCIDFont

        pdfmetrics.registerFont(UnicodeCIDFont(name))
    return name


@cache
def _glyphs(name: str) -> frozenset[int]:
    try:
        return frozenset(pdfmetrics.getFont(use(name)).face.charToGlyph)
    except TTFError:  # a damaged installation; the other fonts go on
        return frozenset()


@cache
def _font_for(char: str, font: str) -> str | None:
    """Return the font that draws `char` in text set in `font`, or None when there is none."""
    if char.isspace():
        return font
    code = ord(char)
    for name in (font, *_FALLBACK[font]):
        if code in _glyphs(name):
            return use(name)
    for charset, name in _CJK:
        if code < 0x10000 and _in_charset(char, charset) and unicodedata.east_asian_width(char) in "WF":
            return use(name)
    return None


def _in_charset(char: str, charset: str) -> bool:
    try:
        char.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


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
    if char == "\n" or char.isprintable():
        return char
    if char == "\t":
        return "    "
    if unicodedata.category(char) == "Zs":
        return " "
    if char in "\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}\f\v":
        return "\n"
    return f"[U+{ord(char):04X}]"


class Typesetter:
    """Turns plain text into reportlab paragraph markup and remembers what could not be drawn."""

    def __init__(self) -> None:
        """Start with nothing missing."""
        self.undrawable: set[str] = set()

    def markup(self, text: str, font: str = SERIF) -> str:
        """Return escaped markup of `text` for a paragraph set in `font`; newlines become line breaks."""
        return "".join(_tagged(run, name, font) for run, name in self.runs(clean(text), font))

    def line(self, text: str, font: str = SERIF, limit: int = 0) -> str:
        """Return `markup` of the text on one line, cut with an ellipsis past `limit` characters."""
        text = " ".join(clean(text).split())
        if limit and len(text) > limit:
            text = text[: limit - 1].rstrip() + "…"
        return self.markup(text, font)

    def runs(self, text: str, font: str) -> list[tuple[str, str]]:
        """Return clean text cut into runs with the font that draws each; `font` wherever it can."""
        use(font)
        runs = []
        for run, name in self._runs(text, font):
            if name == _NONE:
                self.undrawable.update(run)
            runs.append((run, name or use("Vera")))
        return runs

    def _runs(self, text: str, font: str) -> list[tuple[str, str]]:
        runs: list[tuple[str, str]] = []
        start, current = 0, font
        for i, char in enumerate(text):
            name = _font_for(char, font) or _NONE
            # A space stays with the run before it, or a fallback run would be cut at each word.
            if char.isspace() and char != "\n" and current != _NONE:
                name = current
            if name != current:
                runs.append((text[start:i], current))
                start, current = i, name
        runs.append((text[start:], current))
        return [run for run in runs if run[0]]


def _tagged(run: str, name: str, font: str) -> str:
    body = escape(run).replace("\n", "<br/>")
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
