"""What the services keep true, whatever the way in: who may, what a fact taken back does, and that nothing is lost."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casemgr.accounts.access import NotAllowed
from casemgr.cases.models import Case
from casemgr.cases.records import NewCase, StudentRecord
from casemgr.cases.services import start_case
from casemgr.deadlines import queries as facts
from casemgr.deadlines import recording
from casemgr.deadlines.services import NewFact
from casemgr.extensions import db
from casemgr.law import stages
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import Event, FactKind, VerdictKind
from casemgr.plans.queries import stay_put_of
from casemgr.platform.tenancy import Scope, set_scope
from casemgr.proceedings import queries, services
from casemgr.proceedings.models import Proceeding
from casemgr.proceedings.services import MoveInput
from tests.world import Actor, World

DAY = date(2026, 3, 2)


def load(case_id: UUID) -> Case:
    return db.session.get_one(Case, case_id)


def file(world: World, actor: Actor, case_id: UUID, event: Event, *kinds: FactKind) -> None:
    given_facts = tuple(NewFact(kind, DAY, by_party="parent") for kind in kinds)
    with world.scope(actor):
        services.move(load(case_id), event, MoveInput(on_date=DAY, facts=given_facts), by=world.user(actor))


def the_proceeding(case: Case) -> Proceeding:
    (row,) = queries.proceedings_of(case)
    return row


def fact_of(case: Case, kind: FactKind) -> object:
    return next(fact for fact in facts.current_facts(case) if fact.kind == kind.value)


# -- who may --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["viewer", "parent"])
def test_a_visitor_is_refused_by_the_service_too(world: World, role: str) -> None:
    owner = world.person("owner", "firm")
    case_id = world.case(owner)
    file(world, owner, case_id, Event.REQUEST_MEDIATION, FactKind.MEDIATION_REQUESTED)
    visitor = world.person(role, "firm", owner.org_id)
    with world.scope(visitor):
        case, user = load(case_id), world.user(visitor)
        row = the_proceeding(case)
        attempts = [
            lambda: services.move(case, Event.WITHDRAW, MoveInput(on_date=DAY), by=user),
            lambda: services.undo(case, queries.standing_moves(case)[-1], "No.", by=user),
            lambda: services.advance(case, row, NewFact(FactKind.MEDIATION_AGREED, DAY), by=user),
            lambda: services.edit_proceeding(case, row, dict.fromkeys(services.EDITABLE, ""), version=1, by=user),
            lambda: start_case(a_new_case(), by=user, org_id=owner.org_id),
        ]
        for attempt in attempts:
            with pytest.raises(NotAllowed):
                attempt()
        db.session.rollback()
        assert len(queries.moves_of(load(case_id))) == 1


def a_new_case() -> NewCase:
    student = StudentRecord(name="Somebody Example", born_on=date(2016, 5, 4))
    return NewCase(
        id=uuid4(), student=student, state="MA", plan="iep", people=(), concern="C", concern_on=DAY, track="idea"
    )


def test_a_guest_with_a_role_in_the_case_may_what_that_role_may(world: World) -> None:
    owner = world.person("owner", "firm")
    case_id = world.case(owner)
    guest = world.guest(case_id, owner.org_id, "attorney")
    stranger = world.person("owner", "firm")
    with world.scope(owner):
        set_scope(Scope(owner.org_id, guest.user_id, (case_id,)))
        services.move(
            load(case_id),
            Event.ASK_FOR_TEAM_MEETING,
            MoveInput(on_date=DAY, facts=(NewFact(FactKind.MEETING_REQUESTED, DAY),)),
            by=world.user(guest),
        )
        assert load(case_id).stage == "team_meeting"
    with world.scope(owner):
        case, somebody = load(case_id), world.user(stranger)
        with pytest.raises(NotAllowed):
            services.move(case, Event.WITHDRAW, MoveInput(on_date=DAY), by=somebody)


# -- a fact taken back ----------------------------------------------------------------------------------------


def test_taking_a_fact_back_steps_its_proceeding_back(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    file(world, actor, case_id, Event.REQUEST_MEDIATION, FactKind.MEDIATION_REQUESTED)
    with world.scope(actor):
        case, user = load(case_id), world.user(actor)
        row = the_proceeding(case)
        for kind in (FactKind.MEDIATION_AGREED, FactKind.MEDIATION_HELD, FactKind.MEDIATION_IMPASSE):
            services.advance(case, row, NewFact(kind, DAY), by=user)
        assert (row.step, row.ended_on) == ("impasse", DAY)
        assert recording.retract(case, fact_of(case, FactKind.MEDIATION_IMPASSE), "It went on.", by=user) is row
        assert (row.step, row.ended_on, row.outcome) == ("held", None, "")
        assert recording.retract(case, fact_of(case, FactKind.MEDIATION_AGREED), "Never said.", by=user) is None
        assert row.step == "held", "the session was held all the same"
        recording.retract(case, fact_of(case, FactKind.MEDIATION_HELD), "Put off.", by=user)
        assert row.step == "requested"


def test_taking_a_withdrawal_back_puts_stay_put_in_force_again(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    file(world, actor, case_id, Event.FILE_DUE_PROCESS_COMPLAINT, FactKind.DUE_PROCESS_COMPLAINT_FILED)
    with world.scope(actor):
        case, user = load(case_id), world.user(actor)
        row = the_proceeding(case)
        services.advance(case, row, NewFact(FactKind.PROCEEDING_WITHDRAWN, DAY), by=user)
        assert row.ended_on == DAY and not stay_put_of(case).in_force
        recording.retract(case, fact_of(case, FactKind.PROCEEDING_WITHDRAWN), "Another family's.", by=user)
        assert (row.step, row.ended_on) == ("filed", None)
        assert case.stage == "due_process" and stay_put_of(case).in_force


def test_a_corrected_date_of_an_early_fact_leaves_the_step_where_it_was(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    file(world, actor, case_id, Event.FILE_DUE_PROCESS_COMPLAINT, FactKind.DUE_PROCESS_COMPLAINT_FILED)
    with world.scope(actor):
        case, user = load(case_id), world.user(actor)
        row = the_proceeding(case)
        services.advance(case, row, NewFact(FactKind.DUE_PROCESS_COMPLAINT_RECEIVED, DAY), by=user)
        old = fact_of(case, FactKind.DUE_PROCESS_COMPLAINT_FILED)
        new = NewFact(FactKind.DUE_PROCESS_COMPLAINT_FILED, DAY - timedelta(days=1), "parent", proceeding_id=row.id)
        recording.correct(case, old, new, "A day earlier.", by=user)
        assert row.step == "resolution_period"
        assert [fact.kind for fact in queries.facts_in_order(case, row.id)] == [
            "due_process_complaint_filed",
            "due_process_complaint_received",
        ]


def test_a_decision_that_a_state_reviews_is_pending_again(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor, state="NY")
    file(world, actor, case_id, Event.FILE_DUE_PROCESS_COMPLAINT, FactKind.DUE_PROCESS_COMPLAINT_FILED)
    steps = (FactKind.HEARING_SCHEDULED, FactKind.HEARING_HELD, FactKind.DECISION_ISSUED)
    with world.scope(actor):
        case, user = load(case_id), world.user(actor)
        row = the_proceeding(case)
        for kind in steps:
            services.advance(case, row, NewFact(kind, DAY), by=user)
        assert row.ended_on == DAY
        services.advance(case, row, NewFact(FactKind.STATE_REVIEW_REQUESTED, DAY), by=user)
        assert (row.step, row.ended_on) == ("state_review", None)
        services.advance(case, row, NewFact(FactKind.STATE_REVIEW_DECIDED, DAY), by=user)
        assert (row.step, row.ended_on) == ("decision", DAY)


# -- nothing is ever lost -------------------------------------------------------------------------------------


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(picks=st.lists(st.integers(0, 60), min_size=4, max_size=7))
def test_random_moves_steps_and_undoings_lose_no_line_of_the_history(world: World, picks: list[int]) -> None:
    actor = world.person()
    case_id = world.case(actor, track="both", plan="none")
    moves, recorded, opened = 0, set(), set()
    for pick in picks:
        with world.scope(actor):
            _one_of_what_can_be_done(load(case_id), pick, by=world.user(actor))
        with world.scope(actor):
            case = load(case_id)
            assert len(queries.moves_of(case)) >= moves
            assert {fact.id for fact in facts.all_facts(case)} >= recorded
            assert {row.id for row in queries.proceedings_of(case)} >= opened
            moves = len(queries.moves_of(case))
            recorded = {fact.id for fact in facts.all_facts(case)}
            opened = {row.id for row in queries.proceedings_of(case)}
            ways = stages.options(queries.case_view(case), rulebook_for(case.state))
            assert any(way.verdict.kind is not VerdictKind.REFUSED for way in ways), "no way on"
            standing = queries.standing_moves(case)
            assert case.stage == (standing[-1].to_stage if standing else "concern_raised")


def _one_of_what_can_be_done(case: Case, pick: int, *, by: object) -> None:
    standing = queries.standing_moves(case)
    running = [row for row in queries.proceedings_of(case) if queries.next_steps(row)]
    if pick % 5 == 0 and standing:
        services.undo(case, standing[-1], "A mistake.", by=by)  # type: ignore[arg-type]
    elif pick % 5 in (1, 2) and running:
        row = running[pick % len(running)]
        steps = queries.next_steps(row)
        services.advance(case, row, NewFact(steps[pick % len(steps)].fact, DAY), by=by)  # type: ignore[arg-type]
    else:
        ways = [
            way
            for way in stages.options(queries.case_view(case), rulebook_for(case.state))
            if way.verdict.kind is not VerdictKind.REFUSED
        ]
        way = ways[pick % len(ways)]
        given_facts = tuple(NewFact(kind, DAY, by_party="parent") for kind in way.transition.demands[:1])
        given = MoveInput(on_date=DAY, facts=given_facts, reason="Because.", override_reason="All the same.")
        services.move(case, way.event, given, by=by)  # type: ignore[arg-type]
