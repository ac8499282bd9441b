"""School years and the terms in them: the spans in which a paper is looked for. Pure: dates in, dates out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from casemgr.law.days import SchoolYear

JULY = 7
GRACE = timedelta(days=21)
"""A report on a term is written when the term is over: dated up to three weeks later, it still counts for it."""
TERM_NAMES = {1: "year", 2: "semester", 3: "trimester", 4: "quarter"}
ASSUMED_FIRST, ASSUMED_LAST = (9, 1), (6, 15)
"""Where no calendar of the district is entered. Said on the page."""


@dataclass(frozen=True)
class Span:
    """Days in which a paper counts, both included. It is not missed before `due` is over."""

    first: date
    last: date
    label: str
    due: date


@dataclass(frozen=True)
class Year:
    """A school year from July 1 to June 30, and its terms. `is_known`: the district's calendar is entered."""

    start: int
    span: Span
    terms: tuple[Span, ...]
    is_known: bool

    @property
    def label(self) -> str:
        return self.span.label


def year_of(day: date) -> int:
    """Return the year in which the school year of a day begins."""
    return day.year if day.month >= JULY else day.year - 1


def year_label(start: int) -> str:
    """`2025–26`, for the school year that begins in 2025."""
    return f"{start}–{(start + 1) % 100:02d}"


def school_years(first: date, today: date, calendars: Sequence[SchoolYear], terms: int) -> list[Year]:
    """Return the school years from the one of `first` to the present one, oldest first.

    Args:
        calendars: the district's entered school years; a year takes the one that begins in it.
        terms: how many times a year the school reports; the days of school are parted evenly.
    """
    known = {year_of(one.first): one for one in calendars}
    return [_year(start, known.get(start), terms) for start in range(year_of(first), year_of(today) + 1)]


def _year(start: int, calendar: SchoolYear | None, terms: int) -> Year:
    first, last = date(start, JULY, 1), date(start + 1, JULY, 1) - timedelta(days=1)
    begins = calendar.first if calendar else date(start, *ASSUMED_FIRST)
    ends = min(calendar.last if calendar else date(start + 1, *ASSUMED_LAST), last)
    length = max((ends - begins).days, terms)
    marks = [begins + timedelta(days=length * number // terms) for number in range(terms + 1)]
    spans = []
    for number in range(terms):
        since = first if number == 0 else min(marks[number] + GRACE, last) + timedelta(days=1)
        until = last if number == terms - 1 else min(marks[number + 1] + GRACE, last)
        name = f"{TERM_NAMES.get(terms, 'term')} {number + 1}" if terms > 1 else "the year"
        spans.append(Span(since, until, f"{year_label(start)}, {name}", min(marks[number + 1] + GRACE, last)))
    return Year(start, Span(first, last, year_label(start), last), tuple(spans), calendar is not None)
