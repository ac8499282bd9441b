"""Words with which a paper says of itself that it must not leave: legal advice, work product, talks to settle.

A mark stands alone, as a stamp or in a head. The same words in a sentence, as in the foot of many an e-mail, may mean
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

PRIVILEGED, SETTLEMENT = "privileged", "mediation"
SUSPECT = r"privilege|work[[:space:]-]+product|client[[:space:]]+communication|settlement|mediation|408"
"""What PostgreSQL can see fast; `marks_in` then decides. Wider than the patterns, never narrower."""

_IN_NAMES = {
    PRIVILEGED: re.compile(r"\b(?:privileged?|attorney client|work product)\b", re.IGNORECASE),
    SETTLEMENT: re.compile(
        r"\b(?:settlement (?:offer|demand|proposal|communication|discussions?|position)s?"
        r"|mediation (?:notes|statement|brief|memo\w*|offer|position|communication)s?|without prejudice)\b",
        re.IGNORECASE,
    ),
}
_ADVICE = (
    r"attorney[\s/–-]*client\s+(?:privileged?|communications?)|privileged\s+(?:and|&)\s+confidential"
    r"|confidential\s+(?:and|&)\s+privileged|attorney\s+work[\s-]+product"
)
_TALKS = (
    r"(?:for|subject\s+to)\s+(?:the\s+)?(?:purposes?\s+of\s+)?settlement(?:\s+(?:purposes?|discussions?|negotiations?))?"
    r"\s+only|confidential\s+settlement\s+(?:communications?|offer|proposal)"
    r"|(?:inadmissible|subject\s+to|under)\s+(?:f\.?r\.?e\.?|rule|federal\s+rule\s+of\s+evidence)\s+408"
    r"|confidential\s+mediation\s+(?:communications?|statement)"
)
_IN_TEXTS = {PRIVILEGED: re.compile(_ADVICE, re.IGNORECASE), SETTLEMENT: re.compile(_TALKS, re.IGNORECASE)}
PATTERN = f"{_ADVICE}|{_TALKS}"
"""All of them, for a reader of pages that stands on nothing here."""

_FOOT = re.compile(
    r"intended (?:only )?(?:for|recipient)|received this|this (?:e-?mail|message|fax)|\bmay (?:be|contain)\b",
    re.IGNORECASE,
)
_AROUND = 300  # letters on either side in which the foot of an e-mail is known
_MARK_WORDS = re.compile(rf"{PATTERN}|\b(?:confidential|privileged|communications?|protected|and|or)\b", re.IGNORECASE)
_MOST_BESIDE = 2  # words that may stand beside a mark on its line: “DRAFT”, “Confidential”


class Mark(NamedTuple):
    """What a text says of itself. `stands_alone`: as a stamp or a head, and not inside a sentence."""

    kind: str
    words: str
    stands_alone: bool


def mark_in_name(name: str) -> Mark | None:
    """The mark in a title, a subject or the name of a file. A word is enough there."""
    for kind, pattern in _IN_NAMES.items():
        if found := pattern.search(name):
            return Mark(kind, found[0], True)
    return None


def marks_in(text: str) -> Iterator[Mark]:
    """Every mark in a text, such as that of a page."""
    for kind, pattern in _IN_TEXTS.items():
        for found in pattern.finditer(text):
            first, last = text.rfind("\n", 0, found.start()) + 1, text.find("\n", found.end())
            line = text[first : found.start()] + " " + text[found.end() : last if last >= 0 else None]
            around = text[max(0, found.start() - _AROUND) : found.end() + _AROUND]
            yield Mark(kind, " ".join(found[0].split()), _stands_alone(line, around))


def privileged_in(text: str) -> Iterator[Mark]:
    """The marks of advice and work product alone."""
    return (mark for mark in marks_in(text) if mark.kind == PRIVILEGED)


def _stands_alone(rest_of_line: str, around: str) -> bool:
    if _FOOT.search(around):
        return False
    beside = _MARK_WORDS.sub(" ", rest_of_line)
    return rest_of_line.isupper() or len(re.findall(r"\w+", beside)) <= _MOST_BESIDE
