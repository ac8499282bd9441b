"""The loop: a fact starts clocks, filing moves the case and puts stay-put in force, an undo takes it all back."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines import queries as deadline_queries
from casemgr.deadlines import services as deadlines
from casemgr.deadlines.services import FactRefused, NewFact
from casemgr.extensions import db
from casemgr.law.stages import TransitionRefused
from casemgr.law.terms import Event, FactKind
from casemgr.plans import queries as plan_queries
from casemgr.plans import services as plans
from casemgr.plans.services import NewPlacement
from casemgr.proceedings import queries, services
from casemgr.proceedings.services import MoveInput
from tests.world import Actor, World

FILED = date(2026, 11, 16)
RECEIVED = date(2026, 11, 18)


def load(case_id: UUID) -> Case:
    case = db.session.get(Case, case_id)
    assert case is not None
    return case


def file_complaint(world: World, actor: Actor, case_id: UUID, *, received: bool = True) -> None:
    facts = [NewFact(FactKind.DUE_PROCESS_COMPLAINT_FILED, FILED, by_party="parent")]
    if received:
        facts.append(NewFact(FactKind.DUE_PROCESS_COMPLAINT_RECEIVED, RECEIVED, by_party="parent"))
    with world.scope(actor):
        services.move(
            load(case_id),
            Event.FILE_DUE_PROCESS_COMPLAINT,
            MoveInput(on_date=FILED, facts=tuple(facts), forum="BSEA"),
            by=world.user(actor),
        )


def dates(case: Case) -> dict[str, str]:
    return {row.rule_id: str(row.nominal) for row in deadline_queries.deadlines_of(case) if row.state != "superseded"}


def test_filing_moves_the_case_starts_the_clocks_and_puts_stay_put_in_force(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    with world.scope(actor):
        plans.record_placement(
            load(case_id), NewPlacement(date(2026, 2, 1), "Larch Street School"), by=world.user(actor)
        )
    file_complaint(world, actor, case_id)
    with world.scope(actor):
        case = load(case_id)
        assert case.stage == "due_process"
        found = dates(case)
        assert found["idea-resolution-meeting"] == "2026-12-03"
        assert found["idea-resolution-period"] == "2026-12-18"
        assert found["idea-decision-45"] == "2027-02-01"
        (proceeding,) = queries.proceedings_of(case)
        assert (proceeding.kind, proceeding.step) == ("due_process", "resolution_period")
        period = plan_queries.open_period(case)
        assert period is not None and period.since_on == FILED
        frozen = plan_queries.placement(case, period.placement_id)
        assert frozen is not None and frozen.school == "Larch Street School"


def test_undoing_a_mistaken_filing_takes_everything_back_and_keeps_the_record(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    file_complaint(world, actor, case_id)
    with world.scope(actor):
        case = load(case_id)
        wrong = queries.standing_moves(case)[-1]
        services.undo(case, wrong, "Filed in the wrong case.", by=world.user(actor))
    with world.scope(actor):
        case = load(case_id)
        assert case.stage == "concern_raised"
        assert plan_queries.open_period(case) is None
        assert [row.event for row in queries.moves_of(case)] == ["correction", "file_due_process_complaint"]
        running = [row for row in deadline_queries.deadlines_of(case) if row.state in ("open", "late")]
        assert [row.rule_id for row in running if row.rule_id.startswith("idea-resolution")] == []
        assert [fact.kind for fact in deadline_queries.current_facts(case)] == []
        assert len(deadline_queries.all_facts(case)) == 4
        with pytest.raises(services.CannotUndo):
            services.undo(case, queries.moves_of(case)[-1], "again", by=world.user(actor))


def test_withdrawing_ends_stay_put(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    file_complaint(world, actor, case_id)
    with world.scope(actor):
        case = load(case_id)
        services.move(
            case,
            Event.WITHDRAW,
            MoveInput(
                on_date=date(2026, 11, 20),
                facts=(NewFact(FactKind.PROCEEDING_WITHDRAWN, date(2026, 11, 20), by_party="parent"),),
                reason="The district gave in.",
            ),
            by=world.user(actor),
        )
    with world.scope(actor):
        case = load(case_id)
        assert not plan_queries.stay_put_of(case).in_force
        (period,) = plan_queries.periods_of(case)
        assert period.ended_on == date(2026, 11, 20)
        assert queries.proceedings_of(case)[0].step == "withdrawn"


def test_a_state_complaint_alone_does_not_put_stay_put_in_force(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor, state="NH")
    with world.scope(actor):
        case = load(case_id)
        services.move(
            case,
            Event.FILE_STATE_COMPLAINT,
            MoveInput(on_date=FILED, facts=(NewFact(FactKind.STATE_COMPLAINT_FILED, FILED, by_party="parent"),)),
            by=world.user(actor),
        )
        assert not plan_queries.stay_put_of(case).in_force
        assert plan_queries.open_period(case) is None


def test_a_refused_move_changes_nothing(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor, track="section_504", plan="section_504", state="NH")
    with pytest.raises(TransitionRefused):
        file_complaint(world, actor, case_id)
    with world.scope(actor):
        case = load(case_id)
        assert case.stage == "concern_raised"
        assert not queries.moves_of(case) and not deadline_queries.all_facts(case)


def test_an_overridden_warning_keeps_its_reason(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    old = NewFact(FactKind.ACTION_KNOWN, date(2023, 1, 10))
    with world.scope(actor):
        deadlines.record_fact(load(case_id), old, by=world.user(actor))
    with pytest.raises(TransitionRefused):
        file_complaint(world, actor, case_id)
    with world.scope(actor):
        row = services.move(
            load(case_id),
            Event.FILE_DUE_PROCESS_COMPLAINT,
            MoveInput(
                on_date=FILED,
                facts=(NewFact(FactKind.DUE_PROCESS_COMPLAINT_FILED, FILED, by_party="parent"),),
                override_reason="The district withheld the evaluation.",
            ),
            by=world.user(actor),
        )
        assert row.override_reason == "The district withheld the evaluation."
        assert row.warnings and row.warnings[0]["citation"]


def test_a_504_case_goes_to_ocr(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor, track="section_504", plan="section_504")
    with world.scope(actor):
        case = load(case_id)
        services.move(
            case,
            Event.FILE_OCR_COMPLAINT,
            MoveInput(on_date=FILED, facts=(NewFact(FactKind.OCR_COMPLAINT_FILED, FILED, by_party="parent"),)),
            by=world.user(actor),
        )
        assert case.stage == "ocr_complaint"
        assert not plan_queries.stay_put_of(case).in_force


def test_a_corrected_date_moves_its_deadlines_and_says_why(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    with world.scope(actor):
        case = load(case_id)
        fact = deadlines.record_fact(case, NewFact(FactKind.RECORDS_REQUESTED, date(2026, 11, 2)), by=world.user(actor))
        before = dates(case)
        deadlines.correct_fact(
            case, fact, NewFact(FactKind.RECORDS_REQUESTED, date(2026, 11, 4)), "Wrong day.", by=world.user(actor)
        )
        after = dates(case)
    assert before.keys() == after.keys() and before != after
    rule = next(rule for rule in before if before[rule] != after[rule] and "record" in rule)
    assert date.fromisoformat(after[rule]) - date.fromisoformat(before[rule]) == timedelta(days=2)


@pytest.mark.parametrize(
    ("kind", "on", "words"),
    [
        (FactKind.RECORDS_REQUESTED, timedelta(days=1), "in the future"),
        (FactKind.RECORDS_REQUESTED, timedelta(days=-20_000), "before the student was born"),
    ],
)
def test_an_impossible_date_is_refused_at_its_field(world: World, kind: FactKind, on: timedelta, words: str) -> None:
    actor = world.person()
    case_id = world.case(actor)
    with world.scope(actor):
        case = load(case_id)
        with pytest.raises(FactRefused, match=words) as refusal:
            deadlines.record_fact(case, NewFact(kind, today(case) + on), by=world.user(actor))
        assert refusal.value.field == "on_date"
        assert not deadline_queries.all_facts(case)


def test_a_planned_hearing_may_lie_ahead(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    file_complaint(world, actor, case_id)
    with world.scope(actor):
        case = load(case_id)
        (proceeding,) = queries.proceedings_of(case)
        hearing = today(case) + timedelta(days=60)
        services.advance(case, proceeding, NewFact(FactKind.HEARING_SCHEDULED, hearing), by=world.user(actor))
        assert proceeding.step == "hearing_scheduled"
        assert "idea-disclosure-5bd" in dates(case)
