"""Find what was typed among the words of a page, and where it stands. Pure.

PostgreSQL says which pages have a hit; this says which words of a page they are, with the stems that PostgreSQL gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from casemgr.search.words import Sought, folded

Box = list[float]
Word = Sequence  # [text, x0, y0, x1, y1]
Span = tuple[int, int]
"""The first and the last word of a hit, counted from 0."""

SHORTEST_BEGINNING = 3
_PARTS = re.compile(r"\w+")


def parts_of(words: Iterable[str]) -> list[tuple[str, int]]:
    """Return (folded part, number of its word) of all words: “e-mail,” has the parts “e” and “mail”."""
    return [(part, number) for number, word in enumerate(words) for part in _PARTS.findall(plain(word))]


def plain(text: str) -> str:
    """Small letters without accents."""
    return text.casefold() if text.isascii() else folded(text).casefold()


def spans(parts: Sequence[tuple[str, int]], sought: Sequence[Sought], stems: Mapping[str, str]) -> list[Span]:
    """Return the hits of a page in its order. `stems` need only hold parts whose stem is another word."""
    wanted = [(_PARTS.findall(plain(" ".join(one.words))), one.begins) for one in sought]
    found = {span for tokens, begins in wanted if tokens for span in _hits(parts, tokens, begins, stems)}
    return sorted(found)


def _hits(
    parts: Sequence[tuple[str, int]], tokens: Sequence[str], begins: bool, stems: Mapping[str, str]
) -> Iterator[Span]:
    last = len(tokens) - 1
    for start in range(len(parts) - last):
        if all(
            _fits(parts[start + place][0], token, stems, begins and place == last) for place, token in enumerate(tokens)
        ):
            yield parts[start][1], parts[start + last][1]


def _fits(part: str, token: str, stems: Mapping[str, str], begins: bool) -> bool:
    if part == token or stems.get(part, part) == stems.get(token, token):
        return True
    return begins and len(token) >= SHORTEST_BEGINNING and part.startswith(token)


def span_of_quote(words: Sequence[str], quote: str) -> Span | None:
    """Return where a quoted passage stands among the words; None when it does not, or begins elsewhere."""
    tokens = _PARTS.findall(plain(quote))
    return next(_hits(parts_of(words), tokens, False, {}), None) if tokens else None


def boxes_of(words: Sequence[Word], span: Span) -> list[Box]:
    """Return one box for each line of a passage, in fractions of the picture."""
    boxes: list[Box] = []
    for _text, *box in words[span[0] : span[1] + 1]:
        if boxes and _same_line(boxes[-1], box):
            last = boxes[-1]
            last[:] = [min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3])]
        else:
            boxes.append(list(box))
    return boxes


def _same_line(one: Box, other: Sequence[float]) -> bool:
    """They overlap by half of the lower one's height, and the second does not begin anew at the left."""
    overlap = min(one[3], other[3]) - max(one[1], other[1])
    return overlap > 0.5 * min(one[3] - one[1], other[3] - other[1]) and other[2] > one[0]


def pieces(text: str, hits: Sequence[Span]) -> list[tuple[str, bool]]:
    """Return the text in pieces, each with whether it is a hit; together they are the text."""
    places = [found.span() for found in re.finditer(r"\S+", text)]
    found: list[tuple[str, bool]] = []
    done = 0
    for first, last in hits:
        start, end = places[first][0], places[last][1]
        if start >= done:  # of two hits that share a word the first is shown
            found += [(text[done:start], False), (text[start:end], True)]
            done = end
    return [piece for piece in [*found, (text[done:], False)] if piece[0]]
