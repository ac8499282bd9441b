"""A calendar file becomes rows that a person checks; the checked rows become school years. Files are never kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID, uuid4, uuid5

from casemgr.accounts.models import User
from casemgr.cases.district import District
from casemgr.deadlines import queries
from casemgr.deadlines.calendars import CalendarRefused, NewCalendar, label, replace_years
from casemgr.deadlines.closures import closures_of
from casemgr.deadlines.ics_files import read_ics
from casemgr.deadlines.models import SchoolCalendar
from casemgr.law.calendar_files import CalendarFile, Problem, Row, read_csv, school_years
from casemgr.law.calendar_words import RowKind
from casemgr.law.days import SchoolYear, span

MOST_SHOWN = 1_200
"""So many rows can be checked on one page. A district's year has some two hundred."""


class How(StrEnum):
    """What becomes of a school year that is entered already."""

    ADD = "add"
    REPLACE = "replace"


@dataclass(frozen=True)
class Planned:
    """One school year as it would be saved, beside the one that is entered already."""

    year: SchoolYear
    existing: SchoolCalendar | None

    @property
    def school_days(self) -> int:
        weekdays = (day for day in span(self.year.first, self.year.last) if day.weekday() < 5)
        return sum(day not in self.year.closed for day in weekdays) + len(self.year.extra)


@dataclass(frozen=True)
class Plan:
    """What the rows make. `notes`: rows that change nothing, and why."""

    years: tuple[Planned, ...]
    notes: tuple[str, ...]

    @property
    def seen(self) -> str:
        """Which entered years this plan knows of, and in what state: another state needs another look."""
        known = (one.existing for one in self.years if one.existing is not None)
        return " ".join(sorted(f"{row.id}:{row.version}" for row in known))


def read_file(data: bytes, *, zone: str) -> CalendarFile:
    """Read a calendar by what it is, not by its name. Rows that say nothing of school days are cut first when there
    are more than one page can show; a problem says how many."""
    is_ics = b"BEGIN:VCALENDAR" in data[:4000].upper()
    found = read_ics(data, zone=zone) if is_ics else read_csv(data)
    too_many = len(found.rows) - MOST_SHOWN
    if too_many <= 0:
        return found
    telling = [row for row in found.rows if row.kind is not RowKind.IGNORED]
    rest = [row for row in found.rows if row.kind is RowKind.IGNORED]
    kept = (telling + rest)[:MOST_SHOWN]
    cut = Problem(1, f"The file has {len(found.rows):,} entries; the {too_many:,} that say least are not shown.")
    return CalendarFile(tuple(sorted(kept, key=lambda row: row.line)), (cut, *found.problems))


def plan(rows: Sequence[Row], district: District, how: How) -> Plan:
    """Return the school years that the rows make. Raises law.calendar_files.CalendarIncomplete, or CalendarRefused
    when a year overlaps two that are entered."""
    made = school_years(rows)
    entered = queries.school_calendars(district)
    years = []
    for year in made.years:
        same = [row for row in entered if row.first_day <= year.last and year.first <= row.last_day]
        if len(same) > 1:
            both = " and ".join(label(row) for row in same)
            raise CalendarRefused("rows", f"The {year.label} year of the file overlaps {both}. Check its bounds.")
        existing = same[0] if same else None
        if existing is not None and how is How.ADD:
            year = _joined(queries.school_year(existing), year)
        years.append(Planned(year, existing))
    return Plan(tuple(years), made.notes)


def save(
    rows: Sequence[Row],
    district: District,
    how: How,
    *,
    seen: str,
    org_id: UUID,
    by: User,
    submission: UUID | None = None,
) -> Plan:
    """Save the school years that the rows make, all in one transaction. `seen`: `Plan.seen` of what was shown.

    Raises CalendarIncomplete or CalendarRefused, and changes nothing."""
    planned = plan(rows, district, how)
    if planned.seen != seen:
        raise CalendarRefused("seen", "Somebody changed this district’s calendar meanwhile. Look at the result again.")
    first = submission or uuid4()
    years = [
        (
            NewCalendar(
                district,
                one.year.first,
                one.year.last,
                closures_of(one.year),
                id=first if number == 0 else uuid5(first, str(number)),
            ),
            one.existing,
        )
        for number, one in enumerate(planned.years)
    ]
    replace_years(years, org_id=org_id, by=by)
    return planned


def with_bounds(rows: Sequence[Row], first: date | None, last: date | None) -> list[Row]:
    """Return the rows with the first and the last day that a person typed, where no row is one."""
    typed = {RowKind.FIRST: first, RowKind.LAST: last}
    lacking = {kind: day for kind, day in typed.items() if day and kind not in {row.kind for row in rows}}
    return [*rows, *(Row(day, day, kind, "", 0, "You entered it.", stated=True) for kind, day in lacking.items())]


def _joined(entered: SchoolYear, read: SchoolYear) -> SchoolYear:
    """What is entered stays, such as a snow day; the file adds its days off. The file's bounds count."""
    inside = frozenset(span(read.first, read.last))
    closed = ((read.closed - entered.extra) | entered.closed) & inside
    names = {**read.names, **entered.names}
    return replace(
        read,
        closed=closed,
        extra=(read.extra | entered.extra) & inside,
        names={day: name for day, name in names.items() if day in closed},
    )
