"""Read facts, deadlines and school calendars."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import aliased, selectinload

from casemgr.cases.clock import today
from casemgr.cases.district import District
from casemgr.cases.models import Case
from casemgr.deadlines.holidays import day_calendar
from casemgr.deadlines.models import Deadline, DeadlineChange, Fact, SchoolCalendar
from casemgr.deadlines.standing import is_running
from casemgr.discipline import queries as discipline
from casemgr.discipline.models import Removal
from casemgr.extensions import db
from casemgr.law import deadlines as law
from casemgr.law.days import DayCalendar, SchoolYear, span
from casemgr.law.facts import birthdays
from casemgr.law.removal_facts import facts_of as removal_facts
from casemgr.law.removals import count_removals, limit_of
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import FactKind, PartyRole, PlanKind, Precision, Track

FILINGS = frozenset(
    {
        FactKind.DUE_PROCESS_COMPLAINT_FILED,
        FactKind.DUE_PROCESS_COMPLAINT_RECEIVED,
        FactKind.EXPEDITED_COMPLAINT_FILED,
        FactKind.EXPEDITED_COMPLAINT_RECEIVED,
        FactKind.AMENDED_COMPLAINT_FILED,
    }
)
"""Facts whose `by_party` says who filed. Of any other fact it says who did it: an order of the hearing office in
a case that the district filed is still in a case that the district filed."""
YEARS_AROUND = 6
"""Holidays are known this many years before the earliest and after the latest fact: longer than any limit."""
LAW_COLUMNS = (
    *("id", "case_id", "number", "kind", "on_date", "precision", "by_party", "details", "proceeding_id"),
    *("corrects_id", "is_retraction"),
)
"""What is read of a fact to count with it."""
LONG_AGO = timedelta(days=3 * 366)
"""Birthdays before this start no clock in a case: longer than the usual limits for a complaint."""


class Told(Protocol):
    """What a stored fact and one that is about to be have in common."""

    id: Any
    kind: Any
    on_date: Any
    by_party: Any
    precision: Any
    proceeding_id: Any
    details: Any


class First(NamedTuple):
    """The first record of an event: its lasting id, and its place in the order of recording."""

    id: UUID
    number: int


def current_facts(case: Case) -> Sequence[Fact]:
    """Return the facts as they stand: corrected ones in their latest form, retracted ones left out. By date."""
    return db.session.scalars(_as_they_stand().where(Fact.case_id == case.id)).all()


def _as_they_stand() -> Select[tuple[Fact]]:
    later = aliased(Fact)
    return (
        select(Fact)
        .outerjoin(later, later.corrects_id == Fact.id)
        .where(later.id.is_(None), Fact.is_retraction.is_(False))
        .order_by(Fact.on_date, Fact.number)
    )


def all_facts(case: Case) -> Sequence[Fact]:
    """Return every fact ever recorded, corrections and retractions included, newest record first."""
    return db.session.scalars(select(Fact).where(Fact.case_id == case.id).order_by(Fact.number.desc())).all()


def fact(case: Case, fact_id: UUID) -> Fact | None:
    return db.session.scalar(select(Fact).where(Fact.case_id == case.id, Fact.id == fact_id))


def facts_by_id(case: Case, ids: Collection[UUID]) -> dict[UUID, Fact]:
    rows = db.session.scalars(select(Fact).where(Fact.case_id == case.id, Fact.id.in_(ids))) if ids else ()
    return {row.id: row for row in rows}


def versions_of(row: Fact) -> list[Fact]:
    """Return every entry about one event, the first record first; a retraction is the last."""
    rows = db.session.scalars(select(Fact).where(Fact.case_id == row.case_id).order_by(Fact.number)).all()
    first: dict[UUID, UUID] = {}
    for one in rows:
        first[one.id] = first[one.corrects_id] if one.corrects_id else one.id
    return [one for one in rows if first[one.id] == first[row.id]]


def first_records(*cases: Case) -> dict[UUID, First]:
    """Return, for each fact that corrects another, how the event was first recorded."""
    first: dict[UUID, First] = {}
    old = aliased(Fact)
    later = select(Fact.id, old.id, old.number).join(old, old.id == Fact.corrects_id)
    for row_id, *corrected in db.session.execute(
        later.where(Fact.case_id.in_([case.id for case in cases])).order_by(Fact.number)
    ):
        first[row_id] = first.get(corrected[0]) or First(*corrected)
    return first


def law_facts(
    case: Case,
    rows: Sequence[Fact] | None = None,
    first: Mapping[UUID, First] | None = None,
    log: DisciplineLog | None = None,
) -> list[law.Fact]:
    """Return the case's facts as the law engine reads them, in the order of recording; birthdays and what follows
    from the discipline log are included.

    A fact keeps the id and the place of its first record through all corrections, and so do the deadlines that it
    starts: a case that was put right counts like one that was told right from the start.
    `rows`, `first`, `log`: what this would read, where it was read already."""
    rows = current_facts(case) if rows is None else rows
    first = first_records(case) if first is None else first
    told = sorted(
        ((first.get(row.id) or First(row.id, row.number), row) for row in rows), key=lambda one: one[0].number
    )
    facts = [as_law_fact(row, record.id) for record, row in told]
    return facts + _birthday_facts(case) + _removal_facts(case, facts, log)


@dataclass(frozen=True)
class DisciplineLog:
    """The removals of a case as they stand, and the entered school years of its district."""

    removals: Sequence[Removal]
    school_years: tuple[SchoolYear, ...]


def _removal_facts(case: Case, recorded: Sequence[law.Fact], log: DisciplineLog | None) -> list[law.Fact]:
    """Return what follows from the discipline log. In a case under Section 504 alone IDEA's clocks do not start."""
    removals = discipline.law_removals(log.removals if log else discipline.current_removals(case))
    if not removals:
        return []
    calendar = DayCalendar(school_years=log.school_years if log else school_years(case.lea))
    counted = count_removals(removals, calendar, today(case), limit_of(rulebook_for(case.state)))
    found = removal_facts(removals, counted, recorded)
    return [fact for fact in found if case.track != Track.SECTION_504 or fact.kind is FactKind.EXPULSION_DATED]


def as_law_fact(told: Told, record_id: UUID | None = None) -> law.Fact:
    """Return a fact as the law engine reads it. `record_id`: that of its first record; without it, its own."""
    kind = FactKind(told.kind)
    return law.Fact(
        id=str(record_id or told.id),
        kind=kind,
        on=told.on_date,
        proceeding=str(told.proceeding_id) if told.proceeding_id else None,
        filed_by=PartyRole(told.by_party) if told.by_party and kind in FILINGS else None,
        details={key: str(value) for key, value in told.details.items()},
        precision=Precision(told.precision),
    )


def _birthday_facts(case: Case) -> list[law.Fact]:
    """Return the birthdays that can still matter: none long before the concern, and the third only for a child who
    came from early intervention or already has an IEP."""
    born_on = case.student.born_on
    plans = (PlanKind.EARLY_INTERVENTION, PlanKind.IEP)
    return [
        law.Fact(f"birthday:{kind.value}", kind, on, details={"born_on": born_on.isoformat(), "track": case.track})
        for kind, on in birthdays(born_on).items()
        if on >= case.concern_on - LONG_AGO and (kind is not FactKind.THIRD_BIRTHDAY or case.plan in plans)
    ]


@dataclass(frozen=True)
class Ground:
    """What the dates of one case are computed from.

    `latest`: the row that a fact stands in now, by the lasting id that the law's facts and deadlines carry.
    `has_removals`: some of the facts were counted in school days themselves."""

    facts: list[law.Fact]
    latest: dict[str, UUID]
    calendar: DayCalendar
    has_removals: bool


def grounds_of(cases: Sequence[Case]) -> dict[UUID, Ground]:
    """Return what the dates of these cases are computed from, by case; as many queries for one as for a hundred."""
    rows, first = _facts_and_first_records(cases)
    years = {lea: school_years(lea) for lea in {case.lea for case in cases}}
    removals = discipline.removals_of(cases)
    grounds: dict[UUID, Ground] = {}
    calendars: dict[tuple[District, frozenset[int]], DayCalendar] = {}
    for case in cases:
        log = DisciplineLog(removals[case.id], years[case.lea])
        facts = law_facts(case, rows[case.id], first, log)
        latest = {str(first[row.id].id if row.id in first else row.id): row.id for row in rows[case.id]}
        around = _years_around(case, facts)
        calendar = calendars.get((case.lea, around))  # one for many cases: it remembers what it was asked
        if calendar is None:
            calendar = calendars[case.lea, around] = day_calendar(case.state, years[case.lea], around)
        grounds[case.id] = Ground(facts, latest, calendar, bool(log.removals))
    return grounds


def _facts_and_first_records(cases: Sequence[Case]) -> tuple[dict[UUID, list[Any]], dict[UUID, First]]:
    """Return what current_facts gives for each case and first_records for all, from one plain query: joins of the
    facts with themselves are dear over many cases. The rows have what law_facts reads, and are no model objects."""
    read = select(*(getattr(Fact, name) for name in LAW_COLUMNS)).where(Fact.case_id.in_([case.id for case in cases]))
    all_rows = db.session.execute(read.order_by(Fact.number)).all()
    numbers, first = {row.id: row.number for row in all_rows}, {}
    for row in all_rows:
        if row.corrects_id is not None:
            first[row.id] = first.get(row.corrects_id) or First(row.corrects_id, numbers[row.corrects_id])
    corrected = {row.corrects_id for row in all_rows}
    standing: dict[UUID, list[Any]] = {case.id: [] for case in cases}
    for row in sorted(all_rows, key=lambda row: (row.on_date, row.number)):
        if row.id not in corrected and not row.is_retraction:
            standing[row.case_id].append(row)
    return standing, first


def calendar_for(case: Case, facts: Sequence[law.Fact], entered: tuple[SchoolYear, ...] | None = None) -> DayCalendar:
    """Return the business and school days that count for this case. `entered`: its district’s years, if known."""
    entered = school_years(case.lea) if entered is None else entered
    return day_calendar(case.state, entered, _years_around(case, facts))


def _years_around(case: Case, facts: Sequence[law.Fact]) -> frozenset[int]:
    own = [fact.on.year for fact in facts if not fact.id.startswith("birthday:")] or [case.concern_on.year]
    years = {*range(min(own) - YEARS_AROUND, max(own) + YEARS_AROUND + 1)}
    return frozenset(years | {fact.on.year + near for fact in facts for near in (-1, 0, 1)})


def school_years(district: District) -> tuple[SchoolYear, ...]:
    """Return the entered school years of a district in the acting organization."""
    return tuple(school_year(row) for row in school_calendars(district))


def school_year(row: SchoolCalendar) -> SchoolYear:
    """Return a stored school year as the law engine counts with it."""
    off = [one for one in row.closures if not one.has_school]
    days = {day: one.note for one in off for day in span(one.first_on, one.last_on)}
    extra = frozenset(day for one in row.closures if one.has_school for day in span(one.first_on, one.last_on))
    names = {day: note for day, note in days.items() if note}
    return SchoolYear(row.first_day, row.last_day, frozenset(days) - extra, names, extra)


def school_calendars(district: District | None = None) -> Sequence[SchoolCalendar]:
    """Return the organization's school calendars (of one district), earliest first."""
    query = select(SchoolCalendar).options(selectinload(SchoolCalendar.closures))
    if district is not None:
        query = query.where(SchoolCalendar.district == district.name, SchoolCalendar.state == district.state)
    return db.session.scalars(
        query.order_by(SchoolCalendar.district, SchoolCalendar.state, SchoolCalendar.first_day)
    ).all()


def deadlines_of(case: Case) -> Sequence[Deadline]:
    """Return every deadline of a case, soonest act-by first, those without a date last."""
    query = select(Deadline).where(Deadline.case_id == case.id)
    return db.session.scalars(query.order_by(Deadline.act_by.nulls_last(), Deadline.title)).all()


def deadlines_of_all(
    cases: Sequence[Case], rules: Mapping[UUID, Collection[str]] | None = None
) -> dict[UUID, list[Deadline]]:
    """Return the deadlines of several cases, by case, as they stand in the database now, even where this session has
    read them before. One query.

    `rules`: ids of the rules whose deadlines are wanted, of the cases that it names."""
    found: dict[UUID, list[Deadline]] = {case.id: [] for case in cases}
    query = select(Deadline).where(Deadline.case_id.in_(found))
    if rules:
        wanted = frozenset[str]().union(*rules.values())
        query = query.where(or_(Deadline.case_id.not_in(rules.keys()), Deadline.rule_id.in_(wanted)))
    for row in db.session.scalars(query, execution_options={"populate_existing": True}):
        if not rules or row.case_id not in rules or row.rule_id in rules[row.case_id]:
            found[row.case_id].append(row)
    return found


def next_deadlines(case: Case, limit: int, ours: Collection[str]) -> Sequence[Deadline]:
    """Return the active deadlines that come next, soonest first.

    What somebody else is late with comes last, so that it never crowds out a date that we (`ours`) must meet.
    """
    day = today(case)
    theirs_and_late = and_(Deadline.late_after.is_not(None), Deadline.late_after < day, Deadline.actor.not_in(ours))
    return db.session.scalars(
        select(Deadline)
        .where(Deadline.case_id == case.id, is_running(day), Deadline.act_by.is_not(None))
        .order_by(theirs_and_late, Deadline.act_by, Deadline.title)
        .limit(limit)
    ).all()


def deadline(case: Case, deadline_id: UUID) -> Deadline | None:
    return db.session.scalar(select(Deadline).where(Deadline.case_id == case.id, Deadline.id == deadline_id))


def started_with(row: Deadline) -> str:
    """Return the lasting id of what started a deadline, as facts about it name it (`details["trigger"]`)."""
    return row.key.removeprefix(f"{row.rule_id}:")


def changes_of(row: Deadline) -> Sequence[DeadlineChange]:
    """Return what moved a deadline, newest first."""
    return db.session.scalars(
        select(DeadlineChange)
        .where(DeadlineChange.case_id == row.case_id, DeadlineChange.deadline_id == row.id)
        .order_by(DeadlineChange.changed_at.desc())
    ).all()


def school_calendar(calendar_id: UUID) -> SchoolCalendar | None:
    """Return a school calendar of the acting organization."""
    return db.session.get(SchoolCalendar, calendar_id)
