"""Keep the school calendars of districts; whatever changes in one moves the dates of that district's open cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm.attributes import flag_modified

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.district import District
from casemgr.cases.models import Case, Student
from casemgr.cases.queries import cases_of
from casemgr.deadlines import tasks
from casemgr.deadlines.closures import Closure
from casemgr.deadlines.models import Deadline, SchoolCalendar, SchoolClosure
from casemgr.deadlines.queries import school_calendars, school_year
from casemgr.deadlines.services import recompute_all
from casemgr.deadlines.standing import is_running
from casemgr.extensions import db
from casemgr.law.days import DayCalendar, SchoolYear
from casemgr.law.terms import Stage, Unit
from casemgr.platform.jobs import AFTER_OTHERS, enqueue
from casemgr.platform.locking import check_version
from casemgr.platform.refused import FieldRefused
from casemgr.web.filters import legal_date

LONGEST_YEAR = timedelta(days=366)
SHORTEST_YEAR = timedelta(days=30)
MOST_AT_ONCE = 20
"""With more open cases than this in a district, their dates are counted in the background."""
BATCH = 25
"""So many cases are one job: few enough that other jobs come in between, and that nobody waits for a case's lock."""
SATURDAY = 5


class CalendarRefused(FieldRefused):
    """The school calendar cannot be as given. `field` names the form's field; the text says what to do."""


@dataclass(frozen=True)
class NewCalendar:
    """The school days of one district in one school year. `first_day` and `last_day` are days with school."""

    district: District
    first_day: date
    last_day: date
    closures: tuple[Closure, ...] = ()
    id: UUID = field(default_factory=uuid4)


def add_calendar(new: NewCalendar, *, org_id: UUID, by: User) -> SchoolCalendar:
    """Enter a school year. Raises CalendarRefused, and changes nothing."""
    _check(new, org_id)
    row = _row_of(new, org_id)
    row.closures = [_closure_row(org_id, closure) for closure in new.closures]
    db.session.add(row)
    db.session.flush()
    _follow(row, f"School calendar entered: {label(row)}", "add", by)
    return row


def edit_calendar(row: SchoolCalendar, new: NewCalendar, *, version: int, by: User) -> None:
    """Change a school year; the district stays. Raises StaleForm or CalendarRefused, and changes nothing."""
    check_version(row, version)
    _check(new, row.org_id, besides=row)
    row.first_day, row.last_day = new.first_day, new.last_day
    row.closures = [_closure_row(row.org_id, closure) for closure in new.closures]
    flag_modified(row, "last_day")  # the version moves on, also when only the closures changed
    db.session.flush()
    _follow(row, f"School calendar changed: {label(row)}", "edit", by)


def replace_years(years: Sequence[tuple[NewCalendar, SchoolCalendar | None]], *, org_id: UUID, by: User) -> None:
    """Enter several school years of one district at once, each in the place of one that is entered, if any.

    Raises CalendarRefused, and changes nothing."""
    made = []
    for new, row in years:
        _check(new, org_id, besides=row)
        if row is None:
            row = _row_of(new, org_id)
            db.session.add(row)
        row.first_day, row.last_day = new.first_day, new.last_day
        row.closures = [_closure_row(org_id, closure) for closure in new.closures]
        flag_modified(row, "last_day")
        db.session.flush()
        made.append(row)
    if made:
        names = " and ".join(label(row) for row in made)
        _follow(made[0], f"School calendar imported: {names}", "import", by)


@dataclass(frozen=True)
class Effect:
    """What hangs on a district's calendar: open cases, and their running dates that count school days."""

    cases: int
    dates: int


def effect_of(row: SchoolCalendar) -> Effect:
    """Return what would be counted anew without this school year."""
    found = open_cases_of(row.lea)
    in_school_days = Deadline.explanation["unit"].astext == Unit.SCHOOL_DAY.value
    dates = select(func.count()).where(
        Deadline.case_id.in_(found), is_running(), in_school_days, Deadline.nominal >= row.first_day
    )
    return Effect(len(found), db.session.scalar(dates) or 0)


def remove_calendar(row: SchoolCalendar, *, version: int, by: User) -> None:
    """Take out a school year that was entered by mistake. The audit log keeps all of it. Raises StaleForm."""
    check_version(row, version)
    kept = [[one.first_on.isoformat(), one.last_on.isoformat(), one.note, one.has_school] for one in row.closures]
    bounds = [row.first_day.isoformat(), row.last_day.isoformat()]
    db.session.delete(row)
    db.session.flush()
    _follow(row, f"School calendar removed: {label(row)}", "remove", by, bounds=bounds, closures=kept)


def add_snow_day(row: SchoolCalendar, on: date, note: str, *, by: User) -> None:
    """Add one day without school. Raises CalendarRefused when it is none of this year, or has no school already."""
    _one_at_a_time(row.org_id, row.lea)
    if not row.first_day <= on <= row.last_day:
        raise CalendarRefused(
            "on_date", f"This day is outside {label(row)}, {legal_date(row.first_day)} to {legal_date(row.last_day)}."
        )
    if on.weekday() >= SATURDAY:
        raise CalendarRefused("on_date", f"{on:%A}s have no school anyway.")
    taken = next((one for one in row.closures if one.first_on <= on <= one.last_on and not one.has_school), None)
    if taken is not None:
        raise CalendarRefused("on_date", f"That day has no school already{f': {taken.note}' if taken.note else ''}.")
    row.closures.append(_closure_row(row.org_id, Closure(on, on, note)))
    flag_modified(row, "last_day")
    db.session.flush()
    _follow(row, f"School calendar changed: {note.lower() or 'no school'} on {legal_date(on)}", "close", by)


@dataclass(frozen=True)
class NoSchool:
    """A day that one click takes out: today or yesterday, where the calendar still has school on it."""

    calendar_id: UUID
    on: date
    word: str

    @property
    def field(self) -> str:
        return snow_prefix(self.calendar_id)


def no_school_choices(rows: Sequence[SchoolCalendar], today: date) -> list[NoSchool]:
    """Return yesterday and today as far as one of these school years has school on them."""
    days = ((today, "today"), (today - timedelta(days=1), "yesterday"))
    return [
        NoSchool(row.id, day, word)
        for day, word in days
        for row in rows
        if row.first_day <= day <= row.last_day and DayCalendar(school_years=(school_year(row),)).is_school_day(day)
    ]


def snow_prefix(calendar_id: UUID) -> str:
    """Return how the names of the fields begin that add a day without school to this calendar."""
    return f"snow-{calendar_id.hex[:8]}-"


def without_days_off(years: Sequence[SchoolCalendar]) -> list[str]:
    """Return the names of the school years in which every weekday would count, holidays too."""
    return [label(row) for row in years if not row.closures]


def label(row: SchoolCalendar) -> str:
    """Return the school year in words: "the 2026-27 school year"."""
    return f"the {SchoolYear(row.first_day, row.last_day).label} school year"


def _check(new: NewCalendar, org_id: UUID, *, besides: SchoolCalendar | None = None) -> None:
    _one_at_a_time(org_id, new.district)
    if new.last_day <= new.first_day:
        raise CalendarRefused("last_day", "The last day is not after the first. Check the years.")
    if not SHORTEST_YEAR <= new.last_day - new.first_day <= LONGEST_YEAR:
        raise CalendarRefused("last_day", "A school year is longer than a month and no longer than a year.")
    for other in school_calendars(new.district):
        apart = new.last_day < other.first_day or other.last_day < new.first_day
        if not apart and (besides is None or other.id != besides.id):
            raise CalendarRefused(
                "first_day",
                f"This overlaps {label(other)}, entered as {legal_date(other.first_day)} to "
                f"{legal_date(other.last_day)}. Change that one instead.",
            )


def _one_at_a_time(org_id: UUID, district: District) -> None:
    """Two people who enter the same district meet here, so that no two years of it can overlap."""
    key = func.hashtextextended(f"{org_id}:{district}", 0)
    db.session.execute(select(func.pg_advisory_xact_lock(key)))


def _row_of(new: NewCalendar, org_id: UUID) -> SchoolCalendar:
    """Return the row of a new school year, without its closures."""
    bounds = {"first_day": new.first_day, "last_day": new.last_day}
    return SchoolCalendar(id=new.id, org_id=org_id, state=new.district.state, district=new.district.name, **bounds)


def _closure_row(org_id: UUID, closure: Closure) -> SchoolClosure:
    return SchoolClosure(org_id=org_id, **asdict(closure))


def _follow(row: SchoolCalendar, cause: str, verb: str, by: User, **detail: Any) -> None:
    """Count the dates of the district's open cases anew, a few at once and many in the background; commit."""
    detail |= {"district": row.district, "state": row.state}
    audit.record(None, f"deadlines:school_calendar:{verb}", by=by, subject=row.id, **detail)
    found, change_id = open_cases_of(row.lea), uuid4()
    if len(found) <= MOST_AT_ONCE:
        recompute_all(cases_of(found), cause=cause, by_name=by.name, change_id=change_id, only_calendar=True)
    else:
        for start in range(0, len(found), BATCH):
            some = [str(case_id) for case_id in found[start : start + BATCH]]
            enqueue(
                tasks.recompute_cases,
                priority=AFTER_OTHERS,
                cases=some,
                cause=cause,
                by_name=by.name,
                change_id=str(change_id),
            )
    db.session.commit()


def open_cases_of(district: District) -> Sequence[UUID]:
    """Return the open cases of a district in the acting organization."""
    query = select(Case.id).join(Student, Student.case_id == Case.id)
    query = query.where(Student.district == district.name, Case.state == district.state)
    return db.session.scalars(query.where(Case.stage != Stage.CLOSED.value).order_by(Case.id)).all()
