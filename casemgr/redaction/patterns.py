"""Find what often has to be covered among the words of a page. Pure: words in, places out; a person confirms each."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from casemgr.reading.marking import plain

PATTERNS: dict[str, str] = {
    "ssn": "Social Security numbers",
    "dob": "Dates of birth",
    "phone": "Phone numbers",
    "email": "E-mail addresses",
    "address": "Street addresses",
    "name": "The names below",
}
REASON_OF = {
    "ssn": "identity",
    "dob": "identity",
    "phone": "contact",
    "email": "contact",
    "address": "contact",
    "name": "other_child",
}
"""The usual reason for covering it: a key of reasons.REASONS."""

LABELLED = {"ssn", "dob"}
"""Known by the words before them, which a form has in another column, and a reader of columns far away."""
AROUND = 6  # words shown before and after a place
_MONTHS = (
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:t(?:ember)?)?|Oct(?:ober)?"
    "|Nov(?:ember)?|Dec(?:ember)?"
)
_DATE = (
    r"\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?(?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}"
    rf"|(?:{_MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{1,2}}\s+(?:{_MONTHS})\.?,?\s+\d{{4}}"
)
_STREETS = (
    "Street|St|Avenue|Ave|Road|Rd|Drive|Dr|Lane|Ln|Court|Ct|Boulevard|Blvd|Way|Place|Pl|Terrace|Ter|Circle|Cir|Highway"
    "|Hwy|Parkway|Pkwy|Trail|Trl|Square|Sq"
)
_EXPRESSIONS: dict[str, tuple[re.Pattern[str], ...]] = {
    "ssn": (
        re.compile(r"(?<![\w-])(?P<it>(?:\d{3}|[Xx*]{3})\s?[-–]\s?(?:\d{2}|[Xx*]{2})\s?[-–]\s?\d{4})(?![\w-])"),
        re.compile(r"(?<![\w-])(?P<it>\d{3} \d{2} \d{4})(?![\w-])"),
        re.compile(r"(?:\bSSN|Social Security)\D{0,16}(?P<it>\d{9})(?!\d)", re.I),
    ),
    "dob": (
        re.compile(
            r"(?:\bborn|\bd\.?\s?o\.?\s?b\b\.?|date of birth|birth\s?date|birthday)\W{0,6}(?:on\s+)?"
            rf"(?P<it>{_DATE})",
            re.I,
        ),
    ),
    "phone": (re.compile(r"(?<![\w-])(?P<it>(?:\+?1[ .-]?)?(?:\(\d{3}\)\s?|\d{3}[ .–-])\d{3}[ .–-]\d{4})(?![\w-])"),),
    "email": (re.compile(r"(?P<it>[\w.+'-]+\s?@\s?[\w-]+(?:\.[\w-]+)+)"),),
    "address": (
        re.compile(
            rf"(?<![\w/.-])(?P<it>\d{{1,6}}[A-Za-z]?\s+(?:[NSEW]\.?\s+)?(?:[A-Z0-9][\w'’.-]*\s+){{1,4}}(?:{_STREETS})\b\.?"
            r"(?:,?\s+(?:Apt|Apartment|Unit|Suite|Ste|#)\.?\s*\w+)?"
            r"(?:,?\s+[A-Z][\w'’.-]*(?:\s+[A-Z][\w'’.-]*){0,2},?\s+[A-Z]{2}\s+\d{5}(?:-\d{4})?)?)"
        ),
        re.compile(r"(?P<it>\bP\.?\s?O\.?\s+Box\s+\d+)", re.I),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Something that was found: words `first` to `last` of a page, from 0, with some words around them."""

    kind: str
    first: int
    last: int
    before: str
    words: str
    after: str


def find(
    words: Sequence[Sequence[Any]], kinds: Collection[str], names: Collection[str] = (), born_on: date | None = None
) -> list[Place]:
    """Return what is found among the words of a page ([text, x0, y0, x1, y1] each), in its order, each place once.

    Args:
        kinds: keys of PATTERNS. names: looked for as they are typed, whatever their case and accents.
        born_on: a day of birth that is found wherever it stands.
    """
    said = [str(word[0]) for word in words]
    found = {(first, last): kind for kind, first, last in _spans(said, kinds, names, born_on)}
    found |= {(first, last): kind for kind, first, last in _beside_their_label(words, set(kinds) & LABELLED)}
    inner = {span for span in found for other in found if other != span and other[0] <= span[0] and span[1] <= other[1]}
    return [
        Place(
            found[first, last],
            first,
            last,
            " ".join(said[max(0, first - AROUND) : first]),
            " ".join(said[first : last + 1]),
            " ".join(said[last + 1 : last + 1 + AROUND]),
        )
        for first, last in sorted(found)
        if (first, last) not in inner
    ]


def kinds_in(text: str, kinds: Collection[str], names: Collection[str] = ()) -> set[str]:
    """Return which of these patterns stand in a text."""
    return {kind for kind, _first, _last in _spans(text.split(), kinds, names, None)}


def _spans(
    said: Sequence[str], kinds: Collection[str], names: Collection[str], born_on: date | None
) -> Iterator[tuple[str, int, int]]:
    text = " ".join(said)
    starts, at = [], 0
    for word in said:
        starts.append(at)
        at += len(word) + 1
    for kind in kinds:
        expressions = list(_EXPRESSIONS.get(kind, ()))
        if kind == "dob" and born_on is not None:
            expressions.append(_day(born_on))
        for expression in expressions:
            for hit in expression.finditer(text):
                yield kind, _word_at(starts, hit.start("it")), _word_at(starts, hit.end("it") - 1)
    if "name" in kinds:
        parts = [(part, number) for number, word in enumerate(said) for part in _parts(word)]
        for name in names:
            for tokens in _ways(_parts(name)):
                yield from (("name", first, last) for first, last in _runs(parts, tokens))


def _beside_their_label(words: Sequence[Sequence[Any]], kinds: Collection[str]) -> Iterator[tuple[str, int, int]]:
    """Look once more at the words as they stand beside each other on the page, line by line."""
    if not kinds or any(len(word) < 5 for word in words):
        return
    order = _line_by_line(words)
    if order == list(range(len(words))):
        return
    for kind, first, last in _spans([str(words[place][0]) for place in order], kinds, (), None):
        places = sorted(order[first : last + 1])
        starts = [place for place in places if place - 1 not in places]
        ends = [place for place in places if place + 1 not in places]
        yield from ((kind, start, end) for start, end in zip(starts, ends, strict=True))


def _line_by_line(words: Sequence[Sequence[Any]]) -> list[int]:
    """The numbers of the words from the top line to the last one, each from left to right."""
    lines: list[tuple[float, list[int]]] = []
    for place in sorted(range(len(words)), key=lambda one: words[one][2] + words[one][4]):
        _text, _x0, top, _x1, bottom = words[place][:5]
        if lines and (top + bottom) / 2 - lines[-1][0] < (bottom - top) / 2:
            lines[-1][1].append(place)
        else:
            lines.append(((top + bottom) / 2, [place]))
    return [place for _middle, line in lines for place in sorted(line, key=lambda one: words[one][1])]


def _word_at(starts: Sequence[int], place: int) -> int:
    """The number of the word that a letter of the joined text belongs to."""
    return bisect_right(starts, place) - 1


def _day(day: date) -> re.Pattern[str]:
    month = f"{day:%B}"
    ways = (
        rf"0?{day.month}\s?[/.-]\s?0?{day.day}\s?[/.-]\s?(?:{day.year}|{day:%y})",
        re.escape(day.isoformat()),
        rf"(?:{month}|{month[:3]}\.?)\s+0?{day.day}(?:st|nd|rd|th)?,?\s+{day.year}",
        rf"0?{day.day}\s+(?:{month}|{month[:3]}\.?),?\s+{day.year}",
    )
    return re.compile(rf"(?<!\d)(?P<it>{'|'.join(ways)})(?!\d)", re.I)


def _parts(text: str) -> list[str]:
    """The parts of a name in small letters; an “’s” behind it is no part."""
    return [part for part in re.findall(r"\w+", re.sub(r"['’]s\b", "", plain(text))) if part]


def _ways(tokens: list[str]) -> list[list[str]]:
    """A name as it is typed, and with its last part first: “Lee, Dana”."""
    if not tokens:
        return []
    return [tokens] if len(tokens) == 1 else [tokens, [tokens[-1], *tokens[:-1]]]


def _runs(parts: Sequence[tuple[str, int]], tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    for start in range(len(parts) - len(tokens) + 1):
        if all(parts[start + place][0] == token for place, token in enumerate(tokens)):
            yield parts[start][1], parts[start + len(tokens) - 1][1]
