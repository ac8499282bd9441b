"""What was promised is counted, watched and ended."""

from __future__ import annotations

from datetime import date

import pytest

from casemgr.cases.models import Case
from casemgr.deadlines import queries as deadlines
from casemgr.deadlines import services as facts
from casemgr.deadlines.services import NewFact
from casemgr.extensions import db
from casemgr.law.terms import FactKind
from casemgr.obligations import queries, services
from casemgr.obligations.models import Obligation
from casemgr.obligations.services import Ending, NewDelivery, ObligationRefused
from casemgr.platform.locking import StaleForm
from tests.deadlines.makers import calendar_a, record
from tests.obligations.makers import promised
from tests.world import Actor, World

AGREED = date(2026, 11, 2)


def row_of(row_id: object) -> Obligation:
    return db.session.get_one(Obligation, row_id)


def case_of(case_id: object) -> Case:
    return db.session.get_one(Case, case_id)


@pytest.fixture
def owner(world: World) -> Actor:
    return world.person()


def test_a_promise_in_school_days_is_counted_from_the_agreement_with_the_districts_calendar(world, owner):
    case_id = world.case(owner)
    calendar_a(world, owner)
    fact = record(world, owner, case_id, FactKind.MEDIATION_AGREEMENT, AGREED)
    row_id = promised(world, owner, case_id, timing="count", count=10, unit="school_day", fact_id=fact)
    with world.scope(owner):
        row = row_of(row_id)
        # November 3 and 11 are without school, so the tenth school day after November 2 is November 18.
        assert row.nominal == row.late_after == date(2026, 11, 18)
        assert row.explanation["day_zero"] == "2026-11-02"
        assert [step["number"] for step in row.explanation["steps"] if step["counted"]] == list(range(1, 11))


def test_without_a_calendar_it_says_which_school_year_is_missing(world, owner):
    case_id = world.case(owner)
    fact = record(world, owner, case_id, FactKind.MEDIATION_AGREEMENT, AGREED)
    row_id = promised(world, owner, case_id, timing="count", count=10, unit="school_day", fact_id=fact)
    with world.scope(owner):
        assert row_of(row_id).act_by is None
        assert "2026-27 school calendar" in row_of(row_id).reason
    calendar_a(world, owner)
    with world.scope(owner):
        facts.recompute(case_of(case_id), cause="The calendar was entered")
        db.session.commit()
        assert row_of(row_id).nominal == date(2026, 11, 18)


def test_the_count_follows_a_correction_of_the_agreement_and_stops_when_it_is_taken_back(world, owner):
    case_id = world.case(owner)
    fact_id = record(world, owner, case_id, FactKind.MEDIATION_AGREEMENT, AGREED)
    row_id = promised(world, owner, case_id, timing="count", count=30, unit="calendar_day", fact_id=fact_id)
    with world.scope(owner):
        case, user = case_of(case_id), world.user(owner)
        assert row_of(row_id).nominal == date(2026, 12, 2)
        old = deadlines.fact(case, fact_id)
        new = facts.correct_fact(case, old, NewFact(FactKind.MEDIATION_AGREEMENT, date(2026, 11, 4)), "Typing", by=user)
        assert row_of(row_id).nominal == date(2026, 12, 4)
        facts.retract_fact(case, new, "It was never signed", by=user)
        assert row_of(row_id).act_by is None
        assert "taken back" in row_of(row_id).reason


@pytest.mark.parametrize(
    ("today", "state"),
    [(date(2026, 3, 1), "open"), (date(2026, 3, 2), "open"), (date(2026, 3, 3), "late")],
    ids=["the day before", "on its own day", "the day after"],
)
def test_a_promise_is_never_overdue_on_its_own_day(world, owner, today, state):
    row_id = promised(world, owner, world.case(owner))
    with world.scope(owner):
        assert queries.state_of(row_of(row_id), today) == state


def test_compensatory_hours_are_counted_as_delivered_against_owed(world, owner):
    case_id = world.case(owner)
    row_id = promised(
        world,
        owner,
        case_id,
        timing="again",
        every="month",
        starts_on=date(2026, 3, 3),
        ends_on=date(2026, 6, 18),
        minutes=240,
    )
    with world.scope(owner):
        case, row, user = case_of(case_id), row_of(row_id), world.user(owner)
        made = services.deliver(case, row, NewDelivery(date(2026, 3, 10), minutes=150), by=user)
        services.deliver(case, row, NewDelivery(date(2026, 3, 17), minutes=120), by=user)
        promise = queries.promise(case, row)
        assert (promise.delivered, promise.total) == (270, 960)
        assert row.act_by == date(2026, 5, 2), "the first month is covered"
        services.take_back(case, row, made, by=user)
        assert queries.promise(case, row).delivered == 120
        assert row.act_by == date(2026, 4, 2), "and it is not any more"
        assert len(queries.promise(case, row).deliveries) == 2, "what was taken back stays on record"


def test_it_is_met_only_with_something_that_shows_it(world, owner):
    case_id = world.full_case(owner)
    row_id = promised(world, owner, case_id)
    with world.scope(owner):
        case, row, user = case_of(case_id), row_of(row_id), world.user(owner)
        with pytest.raises(ObligationRefused) as refusal:
            services.meet(case, row, Ending(date(2026, 3, 1)), version=row.version, by=user)
        assert refusal.value.field == "document_id"
        assert row.state == "open"
        paper = next(iter(queries.sources_of(case)), None)
        assert paper is None
        entry = queries.entry_choices(case, {"shared"})[0][0]
        services.meet(case, row, Ending(date(2026, 3, 1), entry_id=entry), version=row.version, by=user)
        assert (row.state, str(row.proof_entry_id)) == ("met", entry)
        with pytest.raises(ObligationRefused):
            services.deliver(case, row, NewDelivery(date(2026, 3, 1)), by=user)
        services.reopen(case, row, version=row.version, by=user)
        assert (row.state, row.proof_entry_id, row.ended_on) == ("open", None, None)


def test_two_people_do_not_end_it_over_each_other(world, owner):
    row_id, case_id = None, world.case(owner)
    row_id = promised(world, owner, case_id)
    with world.scope(owner):
        case, row, user = case_of(case_id), row_of(row_id), world.user(owner)
        seen = row.version
        services.waive(case, row, Ending(date(2026, 3, 1), "Replaced"), version=seen, by=user)
        with pytest.raises(StaleForm):
            services.waive(case, row, Ending(date(2026, 3, 1), "Again"), version=seen, by=user)
        assert row.ended_note == "Replaced"


def test_a_broken_promise_becomes_one_issue_however_often_it_is_asked_for(world, owner):
    from casemgr.issues.models import Issue
    from casemgr.issues.services import NewIssue

    case_id = world.case(owner)
    row_id = promised(world, owner, case_id)
    with world.scope(owner):
        case, row, user = case_of(case_id), row_of(row_id), world.user(owner)
        first = services.make_issue(case, row, NewIssue("Not carried out", "idea"), by=user)
        assert services.make_issue(case, row, NewIssue("Not carried out", "idea"), by=user) == first
        assert db.session.query(Issue).filter_by(case_id=case_id).count() == 1
