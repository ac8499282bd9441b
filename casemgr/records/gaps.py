"""The gap report: kinds of paper × school years and terms. What the case holds, what is absent, what nobody expects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from casemgr.records.expected import Expected, Rhythm
from casemgr.records.periods import Span, Year

WINDOW = 3
"""School years in which one evaluation is enough: its own and the two after it."""


@dataclass(frozen=True)
class Dated:
    """How many papers of a kind are of a day."""

    kind: str
    on: date
    count: int = 1


@dataclass(frozen=True)
class Excepted:
    """Days in which a kind is not expected, and why."""

    kind: str
    first: date
    last: date
    reason: str


@dataclass(frozen=True)
class Cell:
    """One kind in one span. `state`: held, covered (by an earlier year's), missing, excepted, open (its time is not
    over yet) or before (the first plan)."""

    kind: str
    span: Span
    state: str
    count: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Line:
    """One kind over all years: for each year its cells, one for each term or one for the year."""

    kind: str
    expected: Expected
    years: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Report:
    """The whole table. `first`: the day from which papers are expected."""

    years: Sequence[Year]
    lines: Sequence[Line]
    first: date

    @property
    def gaps(self) -> list[Cell]:
        """Every cell that is missing, the newest year first, in the order of the lines within it."""
        found = []
        for place in reversed(range(len(self.years))):
            for line in self.lines:
                found += [cell for cell in reversed(line.years[place]) if cell.state == "missing"]
        return found


def report(
    years: Sequence[Year],
    expected: Mapping[str, Expected],
    held: Sequence[Dated],
    excepted: Sequence[Excepted],
    *,
    first: date,
    today: date,
) -> Report:
    """Lay papers into kinds × spans. Papers without a date are in no cell.

    Args:
        first: nothing is expected in a span that was over before this day.
    """
    lines = []
    for kind, one in expected.items():
        mine = [paper for paper in held if paper.kind == kind]
        away = [reason for reason in excepted if reason.kind == kind]
        cells = tuple(
            tuple(_cell(kind, one, span, mine, away, first, today) for span in _spans(one, year)) for year in years
        )
        lines.append(Line(kind, one, cells))
    return Report(years, lines, first)


def _spans(expected: Expected, year: Year) -> tuple[Span, ...]:
    return year.terms if expected.rhythm is Rhythm.TERM else (year.span,)


def _cell(
    kind: str,
    expected: Expected,
    span: Span,
    papers: Sequence[Dated],
    excepted: Sequence[Excepted],
    first: date,
    today: date,
) -> Cell:
    count = sum(paper.count for paper in papers if span.first <= paper.on <= span.last)
    if count:
        return Cell(kind, span, "held", count)
    if expected.rhythm is Rhythm.THREE_YEARS:
        since = span.first.replace(year=span.first.year - WINDOW + 1)
        if any(since <= paper.on <= span.last for paper in papers):
            return Cell(kind, span, "covered")
    reason = next((one.reason for one in excepted if one.first <= span.first and span.last <= one.last), None)
    if reason is not None:
        return Cell(kind, span, "excepted", reason=reason)
    if span.last < first:
        return Cell(kind, span, "before")
    return Cell(kind, span, "missing" if today > span.due else "open")
