"""One month of dates over all of a person's cases, as weeks of days."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from casemgr.cases.lists import Workplace
from casemgr.deadlines.over_cases import Dated, Span, dated
from casemgr.law.days import add_months

MOST = 500
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Day:
    """One day of the table; one that belongs to another month holds nothing."""

    on: date
    in_month: bool
    is_today: bool
    dates: tuple[Dated, ...]


@dataclass(frozen=True)
class Month:
    """`weeks` run from Sunday. `before` and `after` are the months to turn to."""

    first: date
    weeks: tuple[tuple[Day, ...], ...]
    before: date
    after: date
    count: int


def month_asked(text: str, today: date) -> date:
    """Return the first day of the month that an address names ("2026-12"); this month for anything else."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", text)
    if found and FIRST_YEAR <= int(found[1]) <= LAST_YEAR and 1 <= int(found[2]) <= 12:
        return date(int(found[1]), int(found[2]), 1)
    return today.replace(day=1)


def month_of(places: Sequence[Workplace], first: date, who: str, today: date) -> Month:
    """Return the month with its dates: those that run, and those that were met or waived.

    Args:
        who: a key of over_cases.WHO. today: the reader's own day, which is marked.
    """
    after = add_months(first, 1)
    rows = dated(places, Span(first, after - timedelta(days=1), with_done=True), who, MOST)
    by_day: dict[date, list[Dated]] = {}
    for row in rows:
        by_day.setdefault(row.due.act_by, []).append(row)
    weeks = tuple(
        tuple(Day(on, on.month == first.month, on == today, tuple(by_day.get(on, ()))) for on in week)
        for week in calendar.Calendar(calendar.SUNDAY).monthdatescalendar(first.year, first.month)
    )
    return Month(first, weeks, add_months(first, -1), after, len(rows))
