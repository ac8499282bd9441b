"""Facts, deadlines and school calendars for the tests of deadlines."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from casemgr.cases.district import District
from casemgr.cases.models import Case
from casemgr.deadlines import calendars, queries, services
from casemgr.deadlines.calendars import NewCalendar
from casemgr.deadlines.closures import parse_closures
from casemgr.deadlines.models import Deadline
from casemgr.deadlines.services import NewFact
from casemgr.extensions import db
from casemgr.law.terms import FactKind
from tests.world import Actor, World

DISTRICT = District("Fernhollow Public Schools", "MA")
FIRST, LAST = date(2026, 9, 2), date(2027, 6, 17)
CLOSED = """2026-09-07 Labor Day
2026-10-12 Columbus Day
2026-11-03 Election Day
2026-11-11 Veterans Day
2026-11-26 – 2026-11-27 Thanksgiving
2026-12-24 – 2027-01-01 Winter vacation
2027-01-18 Martin Luther King Day
2027-02-15 – 2027-02-19 February vacation
2027-04-19 – 2027-04-23 April vacation
2027-05-31 Memorial Day"""
CONSENT = date(2026, 11, 2)


def load(case_id: UUID) -> Case:
    return db.session.get_one(Case, case_id)


def record(world: World, actor: Actor, case_id: UUID, kind: FactKind, on: date, **more: object) -> UUID:
    """Record a fact and return its id."""
    with world.scope(actor):
        return services.record_fact(load(case_id), NewFact(kind, on, **more), by=world.user(actor)).id


def consent(world: World, actor: Actor, case_id: UUID) -> UUID:
    """Record that the district received the signed consent on November 2, 2026."""
    return record(world, actor, case_id, FactKind.EVALUATION_CONSENT_RECEIVED, CONSENT, by_party="parent", how="hand")


def calendar_a(world: World, actor: Actor, district: District = DISTRICT) -> UUID:
    """Enter Calendar A, 182 school days, for a district."""
    with world.scope(actor):
        new = NewCalendar(district, FIRST, LAST, parse_closures(CLOSED, FIRST, LAST))
        return calendars.add_calendar(new, org_id=actor.org_id, by=world.user(actor)).id


def deadline(world: World, actor: Actor, case_id: UUID, rule_id: str) -> Deadline:
    """Return the deadline that a rule started, outside of any session."""
    with world.scope(actor):
        row = next(row for row in queries.deadlines_of(load(case_id)) if row.rule_id == rule_id)
        db.session.expunge(row)
        return row
