"""Every step of every kind of proceeding: reached, left, opened by the fact that a move demands, never contradicted."""

from itertools import product

import pytest

from casemgr.law.facts import FACTS
from casemgr.law.proceedings import OVER
from casemgr.law.stages import (
    PROCEEDING_STEPS,
    TRANSITIONS,
    TransitionRefused,
    advance_proceeding,
    first_step,
    proceeding_options,
)
from casemgr.law.terms import (
    FactKind,
    ProceedingKind,
    ProceedingStep,
)
from tests.law.ways import reach

MOVES = {(move.kind, move.source, move.fact): move for move in PROCEEDING_STEPS}


@pytest.mark.parametrize("kind", ProceedingKind)
def test_every_step_and_fact_of_a_proceeding_has_a_row_or_is_refused_by_name(kind: ProceedingKind) -> None:
    for step, happened in product(ProceedingStep, FactKind):
        if (kind, step, happened) in MOVES:
            row = advance_proceeding(kind, step, happened)
            assert row is MOVES[kind, step, happened]
            assert row.title and row.basis
            continue
        with pytest.raises(TransitionRefused) as refusal:
            advance_proceeding(kind, step, happened)
        assert (refusal.value.event, refusal.value.stage) == (happened, step)
        assert all(reason.text for reason in refusal.value.reasons)


def test_a_complaint_about_discipline_has_its_own_words_and_no_fight_about_sufficiency() -> None:
    def offered(is_expedited: bool) -> set[FactKind]:
        filed = proceeding_options(ProceedingKind.DUE_PROCESS, ProceedingStep.FILED, is_expedited=is_expedited)
        return {move.fact for move in filed}

    assert FactKind.EXPEDITED_COMPLAINT_RECEIVED in offered(True) - offered(False)
    assert {FactKind.DUE_PROCESS_COMPLAINT_RECEIVED, FactKind.SUFFICIENCY_NOTICE_RECEIVED} <= offered(False) - offered(
        True
    )


@pytest.mark.parametrize("kind", ProceedingKind)
def test_a_proceeding_has_no_unreachable_and_no_dead_step(kind: ProceedingKind) -> None:
    moves = [move for move in PROCEEDING_STEPS if move.kind is kind]
    edges = {(move.source, move.target) for move in moves}
    steps = {step for edge in edges for step in edge}
    assert reach(edges, first_step(kind)) == steps
    for step in steps:
        assert step in OVER or any(end in OVER for end in reach(edges, step)), step
        assert step in OVER or proceeding_options(kind, step), step


def test_no_two_rows_of_a_proceeding_contradict() -> None:
    assert len(MOVES) == len(PROCEEDING_STEPS)


@pytest.mark.parametrize("row", [row for row in TRANSITIONS if row.opens], ids=lambda r: f"{r.source}-{r.event}")
def test_the_fact_that_a_move_demands_opens_its_proceeding(row: object) -> None:
    assert first_step(row.opens, row.demands[0]) is not first_step(row.opens)  # type: ignore[attr-defined]


@pytest.mark.parametrize("move", PROCEEDING_STEPS, ids=lambda m: f"{m.kind}-{m.source}-{m.fact}")
def test_a_step_is_recorded_by_a_fact_of_its_own_kind_of_proceeding(move: object) -> None:
    home = FACTS[move.fact].proceeding  # type: ignore[attr-defined]
    assert home in (None, move.kind)  # type: ignore[attr-defined]
    assert move.title  # type: ignore[attr-defined]


def _walk(kind: ProceedingKind, *facts: FactKind) -> ProceedingStep:
    step = first_step(kind)
    for happened in facts:
        step = advance_proceeding(kind, step, happened).target
    return step


def test_due_process_from_filing_to_decision() -> None:
    end = _walk(
        ProceedingKind.DUE_PROCESS,
        FactKind.DUE_PROCESS_COMPLAINT_FILED,
        FactKind.DUE_PROCESS_COMPLAINT_RECEIVED,
        FactKind.SUFFICIENCY_NOTICE_RECEIVED,
        FactKind.COMPLAINT_FOUND_INSUFFICIENT,
        FactKind.AMENDED_COMPLAINT_FILED,
        FactKind.RESOLUTION_MEETING_HELD,
        FactKind.RESOLUTION_PERIOD_EXPIRED,
        FactKind.HEARING_SCHEDULED,
        FactKind.DISCLOSURE_MADE,
        FactKind.HEARING_HELD,
        FactKind.DECISION_ISSUED,
    )
    assert end is ProceedingStep.DECISION


def test_a_complaint_of_the_district_has_no_resolution_period() -> None:
    step = _walk(
        ProceedingKind.DUE_PROCESS,
        FactKind.DUE_PROCESS_COMPLAINT_FILED,
        FactKind.DUE_PROCESS_COMPLAINT_RECEIVED_BY_PARENT,
    )
    with pytest.raises(TransitionRefused):
        advance_proceeding(ProceedingKind.DUE_PROCESS, step, FactKind.RESOLUTION_MEETING_HELD)
