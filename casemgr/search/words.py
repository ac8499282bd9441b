"""What was typed into the search box, as questions for PostgreSQL.

`"exact words"`, `-without`, `or`, and `begin*` for every word that begins so.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import ColumnElement, cast, func, literal
from sqlalchemy.dialects.postgresql import REGCONFIG, TSQUERY

MOST_LETTERS = 200
_PARTS = re.compile(r'-?"[^"]*"?|\S+')
_BEGINNING = re.compile(r"(-?)(\w{2,})\*+")
# The index holds stems: “evaluation” is there as “evalu”, so “evaluati*” must also ask for the stems of longer forms.
_ENDINGS = ("e", "s", "ed", "ing", "on", "ion", "ation", "ive", "ly", "ment", "al", "y", "ies")


@dataclass(frozen=True)
class Words:
    """`plain` is for websearch_to_tsquery, `beginnings` for to_tsquery, `names` the words that may be a name."""

    plain: str
    beginnings: str
    names: tuple[str, ...]

    def query(self) -> ColumnElement[str]:
        """The question put to the index, which holds letters without accents."""
        return _query(folded(self.plain), folded(self.beginnings))

    def marked_query(self) -> ColumnElement[str]:
        """The question for marking hits in the text as it is written, with accents or without."""
        return self.query().op("||")(_query(self.plain, self.beginnings))

    def __bool__(self) -> bool:
        return bool(self.plain or self.beginnings)


def clean(typed: str | None) -> str:
    """What was typed, in one line without controls."""
    kept = "".join(c if unicodedata.category(c) not in ("Cc", "Cs") else " " for c in typed or "")
    return " ".join(kept.split())[:MOST_LETTERS]


def read(typed: str) -> Words:
    """Read the search box."""
    plain, beginnings, names = [], [], []
    for part in _PARTS.findall(typed):
        if begins := _BEGINNING.fullmatch(part):
            beginnings.append(_beginning(*begins.groups()))
            continue
        plain.append(part)
        if not part.startswith("-"):
            names += re.findall(r"[^\W\d_]{4,}", part)
    return Words(" ".join(plain), " & ".join(beginnings), tuple(names))


def folded(text: str) -> str:
    """Letters without their accents, as the index has them."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not "\u0300" <= letter <= "\u036f")


def _beginning(minus: str, word: str) -> str:
    forms = [f"{word}:*", *(word + ending for ending in _ENDINGS)]
    return f"{'!' if minus else ''}({' | '.join(forms)})"


def _query(plain: str, beginnings: str) -> ColumnElement[str]:
    english = cast(literal("english"), REGCONFIG)
    return cast(func.websearch_to_tsquery(english, plain).op("&&")(func.to_tsquery(english, beginnings)), TSQUERY)


@dataclass(frozen=True)
class Sought:
    """Words that stand one after another, to be marked; `begins`: the last one may go on."""

    words: tuple[str, ...]
    begins: bool


def sought(typed: str) -> list[Sought]:
    """Return what the question wants to see: each word and phrase that is not taken out with a minus. Inside one
    paper, where a person sees what they typed at once, a word also finds those that only begin so."""
    found = []
    for part in _PARTS.findall(typed):
        if part.startswith("-") or part.casefold() == "or":
            continue
        words = tuple(part.strip('"*').split())
        if words:
            found.append(Sought(words, begins=not part.startswith('"')))
    return found


def inside(typed: str) -> ColumnElement[str]:
    """The question put to the pages of one paper: as typed, or with every word as a beginning."""
    starred = " ".join(
        f"{part}*" if re.fullmatch(r"\w{3,}", part) and part != "or" else part for part in _PARTS.findall(typed)
    )
    return read(typed).query().op("||")(read(starred).query())
