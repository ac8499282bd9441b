"""The text of a letter as people edit it: paragraphs, bold, italic, lists. Nothing else survives.

What a browser sends goes through nh3 first; what is left is read into blocks, and the blocks are written back as the
one form that is kept. A page without a script edits the same blocks as plain text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from itertools import groupby

import nh3

from casemgr.citations.wording import to_kept
from casemgr.evidence.services import plain_text
from casemgr.pdf.letter import BLANK, Block, Line, Points, Run, Words

MOST_CHARACTERS = 40_000
TAGS = {"p", "div", "br", "strong", "b", "em", "i", "ul", "ol", "li", "h1", "h2", "h3", "h4", "blockquote"}
BREAKS = {"p", "div", "h1", "h2", "h3", "h4", "blockquote"}
_BULLET = re.compile(r"^\s*[-*•]\s+")
_NUMBER = re.compile(r"^\s*\d{1,3}[.)]\s+")
BRACES = re.compile(r"\{\{[^{}\n]{1,300}\}\}")
_EMPHASIS = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*|(?<![\w*])_(?=\S)(.+?)(?<=\S)_(?![\w*])", re.DOTALL)


def from_html(html: str) -> tuple[Block, ...]:
    """Return the blocks of what an editor sent. Anything that is not text, emphasis or list is gone."""
    reader = _Reader()
    reader.feed(nh3.clean(html, tags=TAGS, attributes={}, strip_comments=True))
    reader.close()
    return reader.finish()


def to_html(blocks: Iterable[Block], *, marked: bool = False) -> str:
    """Return the blocks as HTML. `marked`: gaps stand in `<mark>`, for the editor and for reading."""
    made = []
    for block in blocks:
        if isinstance(block, Words):
            made.append(f"<p>{_inline(block.runs, marked)}</p>")
        else:
            tag = "ol" if block.ordered else "ul"
            items = "".join(f"<li>{_inline(item, marked)}</li>" for item in block.items)
            made.append(f"<{tag}>{items}</{tag}>")
    return "\n".join(made)


def from_plain(text: str) -> tuple[Block, ...]:
    """Return the blocks of plain text: a blank line parts paragraphs, `- ` and `1. ` begin points, `**bold**`,
    `_italic_`."""
    blocks: list[Block] = []
    for part in re.split(r"\n\s*\n", plain_text(text)):
        blocks += _of_part(part.strip("\n"))
    return tuple(blocks)


def to_plain(blocks: Iterable[Block], *, emphasis: bool = True) -> str:
    """Return the blocks as plain text, as `from_plain` reads it. Without `emphasis` it is for reading alone."""
    made = []
    for block in blocks:
        if isinstance(block, Words):
            made.append(_plain_line(block.runs, emphasis))
        else:
            made.append(
                "\n".join(
                    f"{f'{n}.' if block.ordered else '-'} {_plain_line(item, emphasis)}"
                    for n, item in enumerate(block.items, 1)
                )
            )
    return "\n\n".join(made)


def changed(blocks: Iterable[Block], change: Callable[[str], str]) -> tuple[Block, ...]:
    """Return the blocks with the words of each run changed."""

    def line(runs: Line) -> Line:
        return tuple(replace(run, text=change(run.text)) for run in runs)

    return tuple(
        Words(line(block.runs)) if isinstance(block, Words) else replace(block, items=tuple(map(line, block.items)))
        for block in blocks
    )


def with_kept_references(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Return the blocks with references to exhibits as they are kept (see `citations`): each in one run, although
    somebody made a part of it bold."""
    whole = [
        Words(_unbroken(block.runs))
        if isinstance(block, Words)
        else replace(block, items=tuple(map(_unbroken, block.items)))
        for block in blocks
    ]
    return changed(whole, to_kept)


def _unbroken(runs: Line) -> Line:
    text = "".join(run.text for run in runs)
    if len(runs) < 2 or "{{" not in text:
        return runs
    looks = [(run.bold, run.italic) for run in runs for _ in run.text]
    for found in BRACES.finditer(text):
        looks[found.start() : found.end()] = [looks[found.start()]] * len(found[0])
    groups = groupby(range(len(text)), key=looks.__getitem__)
    return tuple(Run("".join(text[n] for n in places), *look) for look, places in groups)


def blanks(text: str) -> list[str]:
    """Return the gaps of a text, each once, in order."""
    return list(dict.fromkeys(gap[1] for gap in BLANK.finditer(text)))


def _of_part(part: str) -> list[Block]:
    """Read lines that stand together: runs of points, and the words between them."""
    made: list[Block] = []
    words: list[str] = []
    points: list[Line] = []
    ordered = False

    def close() -> None:
        if words:
            made.append(Words(emphasised("\n".join(words))))
        if points:
            made.append(Points(tuple(points), ordered))
        words.clear()
        points.clear()

    for line in part.split("\n"):
        sign = _BULLET.match(line) or _NUMBER.match(line)
        if sign is None:
            if points:
                close()
            if line.strip():
                words.append(line.strip())
            continue
        is_number = _NUMBER.match(line) is not None
        if words or (points and is_number != ordered):
            close()
        ordered = is_number
        points.append(emphasised(line[sign.end() :].strip()))
    close()
    return made


def emphasised(text: str) -> Line:
    runs, end = [], 0
    for found in _EMPHASIS.finditer(text):
        runs.append(Run(text[end : found.start()]))
        bold = found[1] is not None
        runs.append(Run(found[1] if bold else found[2], bold=bold, italic=not bold))
        end = found.end()
    runs.append(Run(text[end:]))
    return tuple(run for run in runs if run.text)


def _plain_line(runs: Line, emphasis: bool) -> str:
    return "".join(_with_marks(run) if emphasis else run.text for run in runs)


def _with_marks(run: Run) -> str:
    """Put the marks inside the spaces around the words, where they are read back."""
    words = run.text.strip()
    if not words or not (run.bold or run.italic):
        return run.text
    before, after = run.text[: len(run.text) - len(run.text.lstrip())], run.text[len(run.text.rstrip()) :]
    mark = "**" if run.bold else "_"
    return f"{before}{mark}{words}{mark}{after}"


def _inline(runs: Line, marked: bool) -> str:
    return "".join(_tagged(run, marked) for run in runs)


def _tagged(run: Run, marked: bool) -> str:
    body = escape(run.text, quote=False)
    if marked:
        body = BLANK.sub(lambda gap: f"<mark>[[{gap[1]}]]</mark>", body)
    body = body.replace("\n", "<br>")
    if run.italic:
        body = f"<em>{body}</em>"
    return f"<strong>{body}</strong>" if run.bold else body


class _Reader(HTMLParser):
    """Reads cleaned HTML into blocks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.runs: list[Run] = []
        self.items: list[Line] = []
        self.lists: list[bool] = []
        self.bold = self.italic = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in BREAKS:
            self._end_line()
        elif tag in ("ul", "ol"):
            self._end_line()
            if not self.lists:
                self.items = []
            self.lists.append(tag == "ol")
        elif tag == "li":
            self._end_line()
        elif tag == "br":
            self.runs.append(Run("\n", bool(self.bold), bool(self.italic)))
        elif tag in ("strong", "b"):
            self.bold += 1
        elif tag in ("em", "i"):
            self.italic += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in BREAKS or tag == "li":
            self._end_line()
        elif tag in ("ul", "ol") and self.lists:
            self._end_line()
            ordered = self.lists.pop()
            if not self.lists and self.items:
                self.blocks.append(Points(tuple(self.items), ordered))
                self.items = []
        elif tag in ("strong", "b"):
            self.bold = max(0, self.bold - 1)
        elif tag in ("em", "i"):
            self.italic = max(0, self.italic - 1)

    def handle_data(self, data: str) -> None:
        text = re.sub(r"[ \t\r\n\f]+", " ", data)
        if text.strip() or self.runs:
            self.runs.append(Run(text, bool(self.bold), bool(self.italic)))

    def finish(self) -> tuple[Block, ...]:
        self._end_line()
        if self.items:
            self.blocks.append(Points(tuple(self.items), bool(self.lists and self.lists[0])))
        return tuple(self.blocks)

    def _end_line(self) -> None:
        line = _tidy(self.runs)
        self.runs = []
        if not line:
            return
        if self.lists:
            self.items.append(line)
        else:
            self.blocks.append(Words(line))


def _tidy(runs: list[Run]) -> Line:
    """Join runs that look alike, and take off the space at both ends."""
    joined: list[Run] = []
    for run in runs:
        last = joined[-1] if joined else None
        text = _plain(run.text)
        if last and (last.bold, last.italic) == (run.bold, run.italic):
            joined[-1] = Run(last.text + text, last.bold, last.italic)
        elif text:
            joined.append(Run(text, run.bold, run.italic))
    if joined:
        joined[0] = Run(joined[0].text.lstrip(), joined[0].bold, joined[0].italic)
        joined[-1] = Run(joined[-1].text.rstrip(), joined[-1].bold, joined[-1].italic)
    found = tuple(run for run in joined if run.text)
    return found if any(run.text.strip() for run in found) else ()


def _plain(text: str) -> str:
    """Return text in NFC without control characters. The spaces at its ends stay: emphasis may end there."""
    text = unicodedata.normalize("NFC", text.replace("\u00a0", " "))
    return "".join(one for one in text if one == "\n" or unicodedata.category(one) not in ("Cc", "Cs"))
