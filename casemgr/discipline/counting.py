"""The discipline log of a case, counted with the calendar of its district, ready to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines import queries as deadlines
from casemgr.deadlines.models import Deadline
from casemgr.discipline import queries
from casemgr.discipline.models import Removal
from casemgr.law import removals as law
from casemgr.law.days import DayCalendar, school_year_label
from casemgr.law.removal_facts import PREFIX, YEAR_PREFIX
from casemgr.law.removals import Pattern, RemovalCount, RemovalKindInfo, SchoolYearCount
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import RemovalKind

STARTED = ("open", "late", "suspended", "passed")
"""Also what came by itself and goes on, such as the duty to give services from the 11th day on."""


@dataclass(frozen=True)
class LoggedRemoval:
    """A removal as the log shows it. `school_days` is None where no calendar reaches."""

    row: Removal
    info: RemovalKindInfo
    school_days: Decimal | None
    counts: bool
    is_first_of_year: bool


@dataclass(frozen=True)
class Log:
    """Everything that the page of the discipline log shows.

    Attributes:
        years: newest first. this_year: the one of today, also when nothing was counted in it.
        removals: newest first. replaced: corrected or taken back, with what did it.
        missing: what a person must enter, and the removals that wait for it.
        started: deadlines that the log started and that still matter.
    """

    today: date
    limit: int
    count: RemovalCount
    years: Sequence[SchoolYearCount]
    this_year: SchoolYearCount
    removals: Sequence[LoggedRemoval]
    replaced: Sequence[tuple[Removal, Removal]]
    missing: Mapping[str, Sequence[Removal]]
    started: Sequence[Deadline]

    def removal(self, removal_id: str) -> LoggedRemoval | None:
        return next((one for one in self.removals if str(one.row.removal_id) == removal_id), None)


def count_of(case: Case, rows: Sequence[Removal] | None = None, on: date | None = None) -> RemovalCount:
    """Count the removals of a case as they stand (or `rows`), as of today (or `on`)."""
    rows = queries.current_removals(case) if rows is None else rows
    calendar = DayCalendar(school_years=deadlines.school_years(case.lea))
    return law.count_removals(queries.law_removals(rows), calendar, on or today(case), limit_of(case))


def limit_of(case: Case) -> int:
    return law.limit_of(rulebook_for(case.state))


def log_of(case: Case) -> Log:
    """Return the discipline log of a case, counted."""
    rows, now = queries.current_removals(case), today(case)
    count = count_of(case, rows)
    by_id = {str(row.removal_id): row for row in rows}
    return Log(
        today=now,
        limit=limit_of(case),
        count=count,
        years=count.years[::-1],
        this_year=_this_year(count, now, limit_of(case)),
        removals=[_logged(row, rows, count) for row in reversed(rows)],
        replaced=_replaced(case),
        missing={what: [by_id[name] for name in names] for what, names in count.missing.items()},
        started=[row for row in deadlines.deadlines_of(case) if is_from_log(row) and row.state in STARTED],
    )


def is_from_log(row: Deadline) -> bool:
    """Whether the discipline log started this deadline."""
    return deadlines.started_with(row).startswith((PREFIX, YEAR_PREFIX))


def _this_year(count: RemovalCount, now: date, limit: int) -> SchoolYearCount:
    label = school_year_label(now)
    found = next((year for year in count.years if year.label == label), None)
    return found or SchoolYearCount(label, limit, now, (), (), Pattern(law.PatternAnswer.NOT_REACHED))


def _logged(row: Removal, rows: Sequence[Removal], count: RemovalCount) -> LoggedRemoval:
    earlier = [
        one
        for one in rows
        if queries.counts(one)
        and (one.first_on, one.number) < (row.first_on, row.number)
        and school_year_label(one.first_on) == school_year_label(row.first_on)
    ]
    return LoggedRemoval(
        row=row,
        info=law.KINDS[RemovalKind(row.kind)],
        school_days=count.school_days.get(str(row.removal_id)),
        counts=queries.counts(row),
        is_first_of_year=not earlier,
    )


def _replaced(case: Case) -> list[tuple[Removal, Removal]]:
    """Every record that a later one replaced, newest first, with what replaced it."""
    every = queries.all_removals(case)
    later = {row.corrects_id: row for row in every if row.corrects_id}
    return [(row, later[row.id]) for row in reversed(every) if row.id in later]
