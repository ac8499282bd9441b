"""Read from a paper's first page what kind of paper it is, and its date. Rules are data: rules.toml.

A rule only ever proposes, and says what it read: a heading that is there, a date with its label. Prose is not read for
kinds, because every paper of a case speaks of the others.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Generic, TypeVar

from casemgr.documents.proposals import date_in

RULES = Path(__file__).with_name("rules.toml")
HEADING_LINES = 16
"""Lines at the top of a page in which a heading is looked for."""
LONGEST_HEADING = 100
DATE_LINES = 40
LONGEST_DATE = 30
MOST_READ = 20_000


@dataclass(frozen=True)
class KindRule:
    """`says` are alternatives for a heading; or, with `everywhere`, patterns that must all be on the page."""

    kind: str
    says: tuple[re.Pattern[str], ...]
    fits: frozenset[str]
    everywhere: bool = False


_ABOUT = re.compile(r"(?:re|regarding|subject|enclos\w+|cc)\b\s*:", re.IGNORECASE)
"""A line that names what a letter is about, and not what it is."""

T = TypeVar("T", str, date)


@dataclass(frozen=True)
class Read(Generic[T]):
    """What the text of a page says: a kind or a date, the words it was read from, and kinds that say the same."""

    value: T
    words: str
    fits: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rules:
    kinds: tuple[KindRule, ...]
    labels: tuple[re.Pattern[str], ...]


@lru_cache(maxsize=1)
def rules() -> Rules:
    data = tomllib.loads(RULES.read_text("utf-8"))
    kinds = [
        KindRule(row["kind"], tuple(map(_phrase, row["headings"])), frozenset(row.get("fits", ())))
        for row in data["kind"]
    ]
    kinds += [
        KindRule(row["kind"], tuple(map(_phrase, row["all"])), frozenset(row["fits"]), everywhere=True)
        for row in data["letter"]
    ]
    labels = tuple(
        re.compile(rf"(?<![\w]){_words(label)}\s{{0,20}}:?\s{{0,40}}", re.I) for label in data["dates"]["labels"]
    )
    return Rules(tuple(kinds), labels)


def kind_of(page: str) -> Read[str] | None:
    """Return the kind that the first page names itself, or None."""
    lines = [line.strip() for line in page[:MOST_READ].splitlines() if line.strip()]
    headings = [line for line in lines[:HEADING_LINES] if len(line) <= LONGEST_HEADING and not _ABOUT.match(line)]
    for rule in rules().kinds:
        if rule.everywhere:
            found = [pattern.search(page[:MOST_READ]) for pattern in rule.says]
            if all(found):
                words = "” and “".join(" ".join(match[0].split()) for match in found if match)
                return Read(rule.kind, words, rule.fits)
            continue
        for line in headings:
            for pattern in rule.says:
                match = pattern.search(line)
                if match and match[0][0].isupper():  # "her progress reports" is prose
                    return Read(rule.kind, " ".join(match[0].split()), rule.fits)
    return None


def date_of(page: str, today: date) -> Read[date] | None:
    """Return the date that stands beside a label on the first page, or on a line of its own near its top."""
    lines = [" ".join(line.split()) for line in page[:MOST_READ].splitlines() if line.strip()][:DATE_LINES]
    for label in rules().labels:
        for number, line in enumerate(lines):
            for match in label.finditer(line):
                rest = line[match.end() :]
                if not rest and " " in match[0].strip() and number + 1 < len(lines):
                    rest = lines[number + 1]  # a table that was read cell by cell; "Date" alone stands over a column
                if found := _date_first(rest, today):
                    return Read(found[0], f"{match[0].strip()} {found[1]}")
    for line in lines[:HEADING_LINES]:
        # A letter writes its date in words; figures alone may be a row of a table.
        if len(line) <= LONGEST_DATE and re.search("[a-z]", line) and (found := _date_first(line, today)):
            return Read(found[0], found[1])
    return None


def _date_first(words: str, today: date) -> tuple[date, str] | None:
    """The date that a line begins with, perhaps after a day of the week."""
    start = _weekday(words)
    found = date_in(words[start : start + LONGEST_DATE], today)
    return found if found and words[start:].startswith(found[1]) else None


def _weekday(line: str) -> int:
    """How many letters of a line a day of the week takes before the date."""
    match = re.match(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day,? *", line, re.IGNORECASE)
    return len(match[0]) if match else 0


def _phrase(words: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w){_words(way)}(?!\w)" for way in words.split("|")), re.IGNORECASE)


def _words(phrase: str) -> str:
    """Any white space between the words; `*` is the rest of a word."""
    return r"\s+".join(re.escape(word).replace(r"\*", r"\w*") for word in phrase.split())
