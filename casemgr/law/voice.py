"""Titles of facts and rules speak to the parent ("You asked for a team meeting"). Here they are told of the parent.

One place and one rule, so that there is one vocabulary: the words of the packs.
"""

import re
from collections.abc import Mapping
from functools import cache

from casemgr.law.facts import FACTS
from casemgr.law.rulebook import PACKS, Stock

_YOU = re.compile(r"\b(you|your)\b", re.IGNORECASE)


def of_the_parent(title: str) -> str:
    """A title as somebody else reads it: "The parent asked …". After the first mention the parent is "they", and what
    is theirs is "their". A title must be right both ways: in the past tense, or about what others do for the parent."""
    mentioned = False

    def turned(found: re.Match[str]) -> str:
        nonlocal mentioned
        is_own, is_first, mentioned = found[1].casefold() == "your", not mentioned, True
        word = ("the parent's" if is_own else "the parent") if is_first else ("their" if is_own else "they")
        return word.capitalize() if found[1][0].isupper() else word

    return _YOU.sub(turned, title)


def quoting(text: str) -> str:
    """A title, or a text that quotes titles ("Recorded: You asked …", also in lower case), told of the parent.

    Only titles are turned. All else in the text stays: it may be somebody's own words."""
    return _any_title().sub(lambda found: _titles()[found[0]], text)


@cache
def _titles() -> Mapping[str, str]:
    """Every title of a fact, and of a rule of any State, that speaks to the parent, as it is told of the parent."""
    stock = Stock.read(PACKS)
    rules = (rule.title for folder in stock.folders for rule in stock.pack(folder).rules)
    titles = {title for title in (*(info.label for info in FACTS.values()), *rules) if _YOU.search(title)}
    found = {title: of_the_parent(title) for title in titles}
    return found | {title.lower(): told.lower() for title, told in found.items()}


@cache
def _any_title() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(title) for title in sorted(_titles(), key=len, reverse=True)))
