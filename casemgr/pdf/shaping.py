"""A font of the system for letters that our own fonts do not have: shaped by HarfBuzz, embedded as outlines.

What HarfBuzz makes of a word (Arabic letters joined, Devanagari reordered, from right to left where the script runs so)
becomes a row of pictures, one for each cluster of letters. Each picture is a glyph of a Type 3 font, which holds the
letters that it stands for, so that text can be searched and copied. TrueType, OpenType and collections alike.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from weakref import WeakKeyDictionary

import uharfbuzz
from reportlab.pdfbase import pdfdoc

FIRST = 0xF0000  # private characters, one for each picture, by which paragraphs carry them
SPACE = " "


@dataclass
class _Cluster:
    """One picture: drawing commands and width in thousandths, and the letters it stands for."""

    commands: str
    width: float
    letters: str


@dataclass
class _Used:
    """What one document uses: codes by private character, in order of use."""

    number: int = 0
    codes: dict[str, int] = field(default_factory=dict)


class ShapedFont:
    """A font as reportlab expects one. Its text is made by `shaped`, never typed."""

    _dynamicFont = 1
    _multiByte = 1
    shapable = False

    def __init__(self, name: str, path: str, index: int = 0) -> None:
        """Open the font file. Raises OSError or ValueError when it is none."""
        face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(path), index)
        self.fontName = name
        self.font = uharfbuzz.Font(face)
        if not face.glyph_count:
            raise ValueError(path)
        self.scale: float = 1000.0 / face.upem
        extents = self.font.get_font_extents("ltr")
        self.face = SimpleNamespace(
            name=name.encode(), ascent=extents.ascender * self.scale, descent=extents.descender * self.scale
        )
        self.clusters: dict[str, _Cluster] = {}
        self.known: dict[tuple[Any, ...], str] = {}
        self.words: dict[str, str] = {}
        self.used: WeakKeyDictionary[Any, _Used] = WeakKeyDictionary()
        self.pen = _Pen()

    def has(self, char: str) -> bool:
        """Tell whether the font can draw a letter."""
        return bool(self.font.get_nominal_glyph(ord(char)))

    def shaped(self, text: str) -> str:
        """Return private characters for the words of a text: each word as it is seen, the words in reading order."""
        return SPACE.join(self._word(word) for word in text.split(SPACE))

    def _word(self, word: str) -> str:
        if word and word not in self.words:
            buffer = uharfbuzz.Buffer()
            buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_GRAPHEMES
            buffer.add_str(word)
            buffer.guess_segment_properties()
            uharfbuzz.shape(self.font, buffer)
            pieces = defaultdict(list)
            for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
                pieces[info.cluster].append((info.codepoint, position))
            starts = sorted(pieces)
            letters = {a: word[a:b] for a, b in pairwise([*starts, len(word)])}
            self.words[word] = "".join(self._cluster(pieces[start], letters[start]) for start in pieces)
        return self.words.get(word, "")

    def _cluster(self, glyphs: list[tuple[int, Any]], letters: str) -> str:
        """Return the private character of some glyphs drawn together."""
        key = (letters, *((glyph, p.x_offset, p.y_offset, p.x_advance) for glyph, p in glyphs))
        if key not in self.known:
            commands, x = [], 0
            for glyph, place in glyphs:
                commands.append(self.pen.draw(self.font, glyph, x + place.x_offset, place.y_offset, self.scale))
                x += place.x_advance
            char = self.known[key] = chr(FIRST + len(self.known))
            self.clusters[char] = _Cluster("".join(commands), x * self.scale, letters)
        return self.known[key]

    def letters(self, char: str) -> str:
        """Return the letters that a private character stands for."""
        return self.clusters[char].letters if char in self.clusters else char

    def stringWidth(self, text: str, size: float, encoding: str = "utf8") -> float:
        """Return the width of private characters and spaces in points."""
        width: float = sum(self._width(char) for char in text) * size / 1000
        return width

    def _width(self, char: str) -> float:
        if char in self.clusters:
            return self.clusters[char].width
        advance: int = self.font.get_glyph_h_advance(self.font.get_nominal_glyph(0x20) or 0)
        return advance * self.scale

    def splitString(self, text: str, doc: Any, encoding: str = "utf-8") -> list[tuple[int, bytes]]:
        """Return the text as codes, cut where the part of the font changes (each has 256 codes)."""
        used = self.used.setdefault(doc, _Used())
        cut: list[tuple[int, bytearray]] = []
        for char in text:
            char = char if char in self.clusters else SPACE
            part, code = divmod(used.codes.setdefault(char, len(used.codes)), 256)
            if not cut or cut[-1][0] != part:
                cut.append((part, bytearray()))
            cut[-1][1].append(code)
        return [(part, bytes(codes)) for part, codes in cut]

    def getSubsetInternalName(self, part: int, doc: Any) -> str:
        """Return the name of one part of the font in the document."""
        used = self.used[doc]
        if not used.number:
            used.number = len(doc.fontMapping) + 1
            doc.fontMapping[self.fontName] = f"/F{used.number}"
            doc.delayedFonts.append(self)
        return f"/F{used.number}+{part}"

    def addObjects(self, doc: Any) -> None:
        """Write the parts of the font that the document uses."""
        chars = list(self.used[doc].codes)
        fonts = doc.idToObject["BasicFonts"].dict
        for part in range(0, len(chars), 256):
            name = self.getSubsetInternalName(part // 256, doc)[1:]
            fonts[name] = doc.Reference(self._part(doc, name, chars[part : part + 256]), name)
        del self.used[doc]

    def _part(self, doc: Any, name: str, chars: list[str]) -> Any:
        empty = _Cluster("", self._width(SPACE), SPACE)
        clusters = [self.clusters.get(char, empty) for char in chars]
        drawn = {
            f"c{code}": doc.Reference(_stream(doc, f"{one.width:.1f} 0 0 -1000 3000 3000 d1 {one.commands}f"))
            for code, one in enumerate(clusters)
        }
        names = [pdfdoc.PDFName(f"c{code}") for code in range(len(clusters))]
        return pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("Font"),
                "Subtype": pdfdoc.PDFName("Type3"),
                "Name": pdfdoc.PDFName(name),
                "FontBBox": pdfdoc.PDFArray([-1000, -1000, 3000, 3000]),
                "FontMatrix": pdfdoc.PDFArray([0.001, 0, 0, 0.001, 0, 0]),
                "Resources": pdfdoc.PDFDictionary({}),
                "CharProcs": pdfdoc.PDFDictionary(drawn),
                "Encoding": pdfdoc.PDFDictionary(
                    {"Type": pdfdoc.PDFName("Encoding"), "Differences": pdfdoc.PDFArray([0, *names])}
                ),
                "FirstChar": 0,
                "LastChar": len(clusters) - 1,
                "Widths": pdfdoc.PDFArray([round(one.width, 1) for one in clusters]),
                "ToUnicode": doc.Reference(_stream(doc, _to_unicode([one.letters for one in clusters]))),
            }
        )


def _stream(doc: Any, content: str) -> Any:
    stream = pdfdoc.PDFStream()
    stream.content = content
    if doc.compression:
        stream.filters = [pdfdoc.PDFZCompress]
    return stream


def _to_unicode(letters: list[str]) -> str:
    """Return the map from codes to the letters that they stand for."""
    rows = [f"<{code:02X}> <{words.encode('utf-16-be').hex().upper()}>" for code, words in enumerate(letters)]
    blocks = [rows[n : n + 100] for n in range(0, len(rows), 100)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<00> <FF>\nendcodespacerange\n{body}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    )


class _Pen:
    """Turns the outline of a glyph into drawing commands."""

    def __init__(self) -> None:
        self.funcs = uharfbuzz.DrawFuncs()
        self.funcs.set_move_to_func(lambda x, y, _: self._line("m", x, y))
        self.funcs.set_line_to_func(lambda x, y, _: self._line("l", x, y))
        self.funcs.set_quadratic_to_func(self._quadratic)
        self.funcs.set_cubic_to_func(lambda a, b, c, d, x, y, _: self._line("c", a, b, c, d, x, y))
        self.funcs.set_close_path_func(lambda _: self.out.append("h"))

    def draw(self, font: Any, glyph: int, x: float, y: float, scale: float) -> str:
        """Return the commands of a glyph moved by (x, y), in thousandths."""
        self.out: list[str] = []
        self.at, self.scale, self.last = (x, y), scale, (0.0, 0.0)
        font.draw_glyph(glyph, self.funcs, None)
        return " ".join(self.out) + " "

    def _line(self, sign: str, *numbers: float) -> None:
        self.last = numbers[-2], numbers[-1]
        moved = [(number + self.at[n % 2]) * self.scale for n, number in enumerate(numbers)]
        self.out.append(" ".join(f"{number:.1f}" for number in moved) + f" {sign}")

    def _quadratic(self, a: float, b: float, x: float, y: float, _: Any) -> None:
        """PDF knows cubic curves alone."""
        (u, v), third = self.last, 2 / 3
        self._line("c", u + third * (a - u), v + third * (b - v), x + third * (a - x), y + third * (b - y), x, y)
