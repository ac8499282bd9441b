"""What differs between two pages, in words: what a place says on each side, and which words changed. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from casemgr.storage.likeness import Box, Laid

AROUND = 2
"""Words before and after a change that are shown with it."""
MOST_WORDS = 4000
MOST_SHOWN = 40
MOST_CHANGES = 100
_NEAR = 0.004  # of the page: a box of changed ink is a little smaller than the word
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE = re.compile(rf"(?:{_MONTHS})[a-z]*\.? \d{{1,2}},? \d{{4}}|\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2,4}}", re.IGNORECASE)


@dataclass(frozen=True)
class Word:
    """One word of a page. `box` is None where only the text is known."""

    text: str
    box: Box | None = None


@dataclass(frozen=True)
class Side:
    """The words of a page in reading order. `is_exact`: they stand in the file, no machine read them off a picture."""

    words: Sequence[Word] = ()
    is_exact: bool = False

    @property
    def has_boxes(self) -> bool:
        return bool(self.words) and self.words[0].box is not None


@dataclass(frozen=True)
class Difference:
    """One place that differs. `was` and `became` are what it says on each side, "" where nothing is read there.

    `looks_same`: the words that the files hold differ, and their pictures do not. `is_mark`: a small mark that may be
    dust."""

    first: Box | None = None
    second: Box | None = None
    was: str = ""
    became: str = ""
    looks_same: bool = False
    is_mark: bool = False


@dataclass(frozen=True)
class PageDifferences:
    differences: list[Difference] = field(default_factory=list)
    many: bool = False


def differences(first: Side, second: Side, laid: Laid | None) -> PageDifferences:
    """Return what differs between two pages, in reading order.

    What the pictures show is always listed. What only the words show is listed when both texts are exact: a machine
    that reads a scan makes mistakes of its own.
    """
    seen = [_at(place, first, second) for place in laid.boxes] if laid else []
    seen += [_mark(place, first, second) for place in laid.marks] if laid else []
    told = _changed_words(first, second) if first.is_exact and second.is_exact else []
    if laid:
        told = [replace(one, looks_same=not _touches_any(one, seen)) for one in told]
    found = _merged([*(one for one in seen if not _touches_any(one, told)), *told])
    found.sort(key=lambda one: (one.is_mark, *_place(one)))
    return PageDifferences(found[:MOST_CHANGES], len(found) > MOST_CHANGES or bool(laid and laid.many))


def _at(place: tuple[Box, Box], first: Side, second: Side) -> Difference:
    """A place that looks different: what do the words there say?"""
    one, other = place
    return Difference(one, other, *_phrases(first.words, _inside(first, one), second.words, _inside(second, other)))


def _mark(place: tuple[Box, Box], first: Side, second: Side) -> Difference:
    """A small mark on a dusty page. Where it stands on a number, or what is read there differs, it is taken for more:
    a 5 that became a 6 is one stroke."""
    words = [
        [word.text for word in side.words[at.start : at.stop]]
        for side, at in ((first, _inside(first, place[0])), (second, _inside(second, place[1])))
    ]
    has_number = any(letter.isdigit() for found in words for word in found for letter in word)
    return replace(_at(place, first, second), is_mark=not has_number and words[0] == words[1])


def _inside(side: Side, box: Box) -> range:
    """The words whose boxes the place touches, as a range of the reading order; empty where there are none."""
    if not side.has_boxes:
        return range(0)
    hit = [at for at, word in enumerate(side.words) if word.box and _touch(word.box, box)]
    return range(hit[0], hit[-1] + 1) if hit and hit[-1] - hit[0] < MOST_SHOWN else range(0)


def _touch(one: Box, other: Box) -> bool:
    return (
        one[0] < other[2] + _NEAR
        and other[0] < one[2] + _NEAR
        and one[1] + _NEAR < other[3]
        and other[1] + _NEAR < one[3]
    )


def _changed_words(first: Side, second: Side) -> list[Difference]:
    mine, theirs = first.words[:MOST_WORDS], second.words[:MOST_WORDS]
    texts = [[word.text.casefold() for word in words] for words in (mine, theirs)]
    matcher = SequenceMatcher(None, *texts, autojunk=False)
    found = []
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal" or "".join(texts[0][i1:i2]) == "".join(texts[1][j1:j2]):
            continue  # the same letters, cut into words in another way
        was, became = _phrases(mine, range(i1, i2), theirs, range(j1, j2))
        found.append(Difference(_around(mine[i1:i2]), _around(theirs[j1:j2]), was, became))
    return found


def _phrases(mine: Sequence[Word], at: range, theirs: Sequence[Word], there: range) -> tuple[str, str]:
    """What each side says, with a little around it; of a date the whole date and no more."""
    was, became = _phrase(mine, at), _phrase(theirs, there)
    dates = _DATE.findall(was), _DATE.findall(became)
    if len(dates[0]) == len(dates[1]) == 1 and dates[0] != dates[1]:
        rest = was.replace(dates[0][0], ""), became.replace(dates[1][0], "")
        if rest[0].split() == rest[1].split() or len(at) == len(there) == 1:
            return dates[0][0], dates[1][0]
    return was, became


def _phrase(words: Sequence[Word], at: range) -> str:
    if not at:
        return ""
    before = words[max(0, at.start - AROUND) : at.start]
    middle = words[at.start : at.stop]
    after = words[at.stop : at.stop + AROUND]
    if len(middle) > MOST_SHOWN:
        middle, after = [*middle[:MOST_SHOWN], Word("…")], []
    return " ".join(word.text for word in (*before, *middle, *after)).strip(" ,;:")


def _around(words: Sequence[Word]) -> Box | None:
    boxes = [word.box for word in words if word.box]
    return _union(boxes) if boxes else None


def _union(boxes: Sequence[Box]) -> Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _touches_any(one: Difference, others: Sequence[Difference]) -> bool:
    return any(
        (one.first and other.first and _touch(one.first, other.first))
        or (one.second and other.second and _touch(one.second, other.second))
        for other in others
    )


def _merged(found: Sequence[Difference]) -> list[Difference]:
    """Several marks on the same words are one difference."""
    kept: list[Difference] = []
    for one in found:
        same = next((at for at, other in enumerate(kept) if _say_the_same(one, other)), None)
        if same is None or not (one.first and one.second and kept[same].first and kept[same].second):
            kept.append(one)
        else:
            other = kept[same]
            kept[same] = replace(
                other, first=_union([other.first, one.first]), second=_union([other.second, one.second])
            )
    return kept


def _say_the_same(one: Difference, other: Difference) -> bool:
    return bool(one.was) and (one.was, one.became, one.is_mark) == (other.was, other.became, other.is_mark)


def _place(difference: Difference) -> tuple[float, float]:
    box = difference.first or difference.second
    return (round(box[1], 2), box[0]) if box else (2.0, 0.0)
