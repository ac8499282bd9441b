"""The fonts of the system for scripts that our own fonts do not have: found by fontconfig, or in the known folders."""

import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics

from casemgr.pdf.shaping import ShapedFont

SAMPLES = {
    "Chinese": "語",
    "Japanese": "の",
    "Korean": "한",
    "Arabic": "ع",
    "Hebrew": "ש",
    "Devanagari": "ह",
    "Bengali": "ব",
    "Thai": "ท",
    "Armenian": "Հ",
    "Amharic": "አ",
    "Khmer": "ខ",
}
"""A letter of each script that families here are known to write in, by the script's name."""

RIGHT_TO_LEFT = ("R", "AL")
_KNOWN = (
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
    "/System/Library/Fonts/STHeiti Light.ttc",
    "/System/Library/Fonts/Supplemental/DevanagariMT.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simsun.ttc",
    "C:/Windows/Fonts/malgun.ttf",
    "C:/Windows/Fonts/meiryo.ttc",
    "C:/Windows/Fonts/arial.ttf",
    "C:/Windows/Fonts/Nirmala.ttc",
    "C:/Windows/Fonts/Nirmala.ttf",
    "C:/Windows/Fonts/LeelawUI.ttf",
    "C:/Windows/Fonts/ebrima.ttf",
)
MOST_SEARCHES = 40  # of the system in one process; after that, what was found has to do
_opened: dict[tuple[str, int], ShapedFont | None] = {}
_searched: set[int] = set()


@cache
def font_for(char: str) -> str | None:
    """Return the name of a font of the system that draws the letter, ready to be used, or None."""
    for font in _opened.values():
        if font is not None and font.has(char):
            return font.fontName
    block = ord(char) >> 7
    if unicodedata.category(char)[0] not in "LMNPS" or block in _searched or len(_searched) >= MOST_SEARCHES:
        return None
    _searched.add(block)
    for path, index in _found(char):
        font = _open(path, index)
        if font is not None and font.has(char):
            return font.fontName
    return None


def shaped(name: str, text: str) -> str:
    """Return what stands for the text in a font of the system: words as they are seen, in reading order."""
    font: ShapedFont = pdfmetrics.getFont(name)
    return font.shaped(text)


def is_shaped(name: str) -> bool:
    """Tell whether the font is one of the system."""
    return name.startswith("System-")


def reads_leftward(name: str, run: str) -> bool:
    """Tell whether a shaped run is of a script that is read from right to left."""
    font: ShapedFont = pdfmetrics.getFont(name)
    letters = "".join(font.letters(char) for char in run)
    return any(unicodedata.bidirectional(letter) in RIGHT_TO_LEFT for letter in letters)


def coverage() -> dict[str, bool]:
    """Tell for each script of `SAMPLES` whether a font of the system draws it."""
    return {name: font_for(letter) is not None for name, letter in SAMPLES.items()}


def in_words() -> str:
    """Say in one line which scripts can be printed here."""
    known = coverage()
    there, missing = ([name for name, has in known.items() if has is wanted] for wanted in (True, False))
    words = "Names are printed in Latin (Vietnamese too), Greek and Cyrillic letters"
    words += f", and with the fonts of this computer in {', '.join(there)}." if there else "."
    if missing:
        words += (
            f" For {', '.join(missing)}, install a font, such as Noto; until then packets say what they cannot print."
        )
    return words


def _open(path: str, index: int) -> ShapedFont | None:
    if (path, index) not in _opened:
        try:
            font = ShapedFont(f"System-{len(_opened)}", path, index)
            pdfmetrics.registerFont(font)
            _opened[path, index] = font
        except (OSError, ValueError, RuntimeError):
            _opened[path, index] = None
    return _opened[path, index]


def _found(char: str) -> Iterator[tuple[str, int]]:
    """Yield font files that should have the letter: upright and of usual weight first, always in the same order."""
    command = ["fc-list", "--format", "%{file}\t%{index}\t%{weight}\t%{slant}\t%{width}\n", f":charset={ord(char):x}"]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.SubprocessError):
        listed = ""
    rows = [row for row in (line.split("\t") for line in listed.splitlines()) if len(row) == 5]
    for file, index, *_ in sorted(rows, key=_rank):
        if index.isdigit() and Path(file).suffix.lower() in (".ttf", ".otf", ".ttc", ".otc"):
            yield file, int(index) & 0xFFFF
    if sys.platform != "linux":
        yield from ((path, 0) for path in _KNOWN if Path(path).is_file())


def _rank(row: list[str]) -> tuple[bool, bool, bool, bool, str, str]:
    file, index, weight, slant, width = row
    name = Path(file).name
    return weight not in ("80", "75"), slant not in ("0", ""), width not in ("100", ""), "Mono" in name, name, index
