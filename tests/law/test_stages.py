"""Every stage × event, and every step × fact of every proceeding, is walked: allowed by a row, or refused by name."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgr.law.deadlines import Fact
from casemgr.law.facts import FACTS
from casemgr.law.proceedings import OVER
from casemgr.law.rulebook import rulebook_for
from casemgr.law.stages import (
    GUARDS,
    PROCEEDING_STEPS,
    STAGES,
    TRANSITIONS,
    CaseView,
    OpenProceeding,
    TransitionRefused,
    advance,
    advance_proceeding,
    check,
    first_step,
    options,
    proceeding_options,
    suggest_track,
)
from casemgr.law.terms import (
    Event,
    FactKind,
    PlanKind,
    ProceedingKind,
    ProceedingStep,
    Stage,
    Track,
    VerdictKind,
)

MA, TX = rulebook_for("MA"), rulebook_for("TX")
TODAY = date(2026, 11, 22)
ROWS = {(row.source, row.event): row for row in TRANSITIONS}
S, E, T, V = Stage, Event, Track, VerdictKind


def view(stage: Stage, *facts: Fact, track: Track = T.BOTH, **more: object) -> CaseView:
    return CaseView(track=track, state="MA", stage=stage, today=TODAY, facts=facts, **more)  # type: ignore[arg-type]


def fact(kind: FactKind, days_ago: int = 0) -> Fact:
    return Fact(kind.value, kind, TODAY - timedelta(days=days_ago))


@pytest.mark.parametrize(("stage", "event"), list(product(Stage, Event)), ids=str)
def test_every_stage_and_event_either_has_a_row_or_is_refused_by_name(stage: Stage, event: Event) -> None:
    case = view(stage)
    row = ROWS.get((stage, event))
    verdict = check(case, event, MA)
    if row is None or verdict.kind is V.REFUSED:
        assert verdict.reasons
        with pytest.raises(TransitionRefused) as refusal:
            advance(case, event, MA, override=True)
        assert (refusal.value.event, refusal.value.stage) == (event, stage)
        assert stage.value in str(refusal.value)
        assert event.value in str(refusal.value)
    else:
        assert advance(case, event, MA, override=True) is row


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: f"{row.source}-{row.event}")
def test_every_row_has_words_known_guards_and_something_to_record(row: object) -> None:
    assert row.title  # type: ignore[attr-defined]
    assert row.leads_to  # type: ignore[attr-defined]
    assert set(row.guards) <= set(GUARDS)  # type: ignore[attr-defined]
    assert row.demands or row.inputs  # type: ignore[attr-defined]
    assert row.citation or row.opens is None  # type: ignore[attr-defined]


def test_no_two_rows_leave_a_stage_by_the_same_event() -> None:
    assert len(ROWS) == len(TRANSITIONS)


def _reach(edges: set[tuple[object, object]], start: object) -> set[object]:
    seen, todo = {start}, [start]
    while todo:
        here = todo.pop()
        for source, target in edges:
            if source == here and target not in seen:
                seen.add(target)
                todo.append(target)
    return seen


def test_every_stage_can_be_reached_and_left_and_closed() -> None:
    edges = {(row.source, row.target) for row in TRANSITIONS if row.source is not row.target}
    assert _reach(edges, S.CONCERN_RAISED) == set(Stage)
    for stage in Stage:
        assert S.CONCERN_RAISED in _reach(edges, stage)
        assert S.CLOSED in _reach(edges, stage)


@given(st.lists(st.integers(0, 50), max_size=25))
def test_random_walks_never_end_in_a_dead_stage(picks: list[int]) -> None:
    stage = S.CONCERN_RAISED
    for pick in picks:
        open_ways = [o for o in options(view(stage), MA) if o.verdict.kind is not V.REFUSED]
        assert open_ways
        stage = advance(view(stage), open_ways[pick % len(open_ways)].event, MA, override=True).target
        assert stage in STAGES


@pytest.mark.parametrize(
    ("track", "rulebook", "event", "kind", "words"),
    [
        (T.SECTION_504, MA, E.FILE_DUE_PROCESS_COMPLAINT, V.ALLOWED, ""),
        (T.SECTION_504, TX, E.FILE_DUE_PROCESS_COMPLAINT, V.REFUSED, "own Section 504 hearing"),
        (T.SECTION_504, TX, E.REQUEST_SECTION_504_HEARING, V.ALLOWED, ""),
        (T.SECTION_504, MA, E.REQUEST_SECTION_504_HEARING, V.REFUSED, "file a due process complaint"),
        (T.IDEA, TX, E.REQUEST_SECTION_504_HEARING, V.REFUSED, "due process complaint"),
        (T.SECTION_504, MA, E.FILE_STATE_COMPLAINT, V.REFUSED, "Part B"),
        (T.IDEA, MA, E.FILE_OCR_COMPLAINT, V.WARNING, "not IDEA"),
        (T.BOTH, MA, E.FILE_OCR_COMPLAINT, V.ALLOWED, ""),
        (T.SECTION_504, MA, E.REQUEST_MEDIATION, V.ALLOWED, ""),
        (T.SECTION_504, TX, E.REQUEST_MEDIATION, V.REFUSED, "IDEA disputes"),
        (T.IDEA, MA, E.FILE_CIVIL_ACTION, V.WARNING, "after a hearing decision"),
    ],
)
def test_who_may_bring_what_depends_on_the_track_and_on_the_pack(
    track: Track, rulebook: object, event: Event, kind: VerdictKind, words: str
) -> None:
    verdict = check(view(S.CONCERN_RAISED, track=track), event, rulebook)  # type: ignore[arg-type]
    assert verdict.kind is kind
    assert words in " ".join(reason.text for reason in verdict.reasons)
    assert all(reason.citation for reason in verdict.reasons)


@pytest.mark.parametrize(
    ("event", "recorded", "days_ago", "kind"),
    [
        (E.FILE_DUE_PROCESS_COMPLAINT, FactKind.ACTION_KNOWN, 800, V.WARNING),
        (E.FILE_DUE_PROCESS_COMPLAINT, FactKind.ACTION_KNOWN, 700, V.ALLOWED),
        (E.FILE_OCR_COMPLAINT, FactKind.DISCRIMINATORY_ACT, 181, V.WARNING),
        (E.FILE_OCR_COMPLAINT, FactKind.DISCRIMINATORY_ACT, 180, V.ALLOWED),
        (E.FILE_STATE_COMPLAINT, FactKind.ACTION_KNOWN, 366, V.WARNING),
        (E.FILE_STATE_COMPLAINT, FactKind.ACTION_KNOWN, 365, V.ALLOWED),
        (E.FILE_CIVIL_ACTION, FactKind.DECISION_ISSUED, 91, V.WARNING),
        (E.FILE_CIVIL_ACTION, FactKind.DECISION_ISSUED, 90, V.ALLOWED),
    ],
)
def test_a_time_limit_that_has_run_out_warns_and_never_blocks(
    event: Event, recorded: FactKind, days_ago: int, kind: VerdictKind
) -> None:
    case = view(S.CONCERN_RAISED, fact(recorded, days_ago))
    assert check(case, event, MA).kind is kind
    assert advance(case, event, MA, override=True).event is event


def test_a_warning_needs_an_override() -> None:
    case = view(S.CONCERN_RAISED, track=T.IDEA)
    with pytest.raises(TransitionRefused, match="not IDEA"):
        advance(case, E.FILE_OCR_COMPLAINT, MA)
    assert advance(case, E.FILE_OCR_COMPLAINT, MA, override=True).target is S.OCR_COMPLAINT


def test_a_grievance_that_ended_lately_keeps_the_ocr_path_open() -> None:
    late = fact(FactKind.DISCRIMINATORY_ACT, 300)
    grievance = fact(FactKind.SCHOOL_GRIEVANCE_COMPLETED, 30)
    assert check(view(S.CONCERN_RAISED, late, grievance), E.FILE_OCR_COMPLAINT, MA).kind is V.ALLOWED


def test_mediation_beside_a_pending_hearing_leaves_the_stage_where_it_is() -> None:
    row = advance(view(S.DUE_PROCESS), E.REQUEST_MEDIATION, MA)
    assert (row.target, row.opens, row.is_parallel) == (S.DUE_PROCESS, ProceedingKind.MEDIATION, True)


def test_a_decision_on_record_is_not_demanded_again_but_a_new_filing_is() -> None:
    hearing = OpenProceeding("p", ProceedingKind.DUE_PROCESS, ProceedingStep.HEARING_HELD)
    filed = Fact("f", FactKind.DUE_PROCESS_COMPLAINT_FILED, TODAY, proceeding="p")
    decided = Fact("d", FactKind.DECISION_ISSUED, TODAY, proceeding="p")
    case = view(S.DUE_PROCESS, filed, decided, proceedings=(hearing,))
    assert check(case, E.RECORD_DECISION, MA).missing == ()
    assert check(case, E.FILE_DUE_PROCESS_COMPLAINT, MA).missing == (FactKind.DUE_PROCESS_COMPLAINT_FILED,)
    assert FactKind.DECISION_ISSUED in check(view(S.DUE_PROCESS), E.RECORD_DECISION, MA).missing


def test_closing_with_something_open_warns() -> None:
    meeting = OpenProceeding("m", ProceedingKind.MEETING, ProceedingStep.REQUESTED)
    verdict = check(view(S.TEAM_MEETING, proceedings=(meeting,)), E.CLOSE, MA)
    assert verdict.kind is V.WARNING
    assert check(view(S.TEAM_MEETING), E.CLOSE, MA).kind is V.ALLOWED


@pytest.mark.parametrize(
    ("plan", "track"),
    [
        (PlanKind.IEP, T.IDEA),
        (PlanKind.SECTION_504, T.SECTION_504),
        (PlanKind.NONE, T.BOTH),
        (PlanKind.EARLY_INTERVENTION, T.IDEA),
    ],
)
def test_the_track_is_suggested_from_the_plan_with_its_reason(plan: PlanKind, track: Track) -> None:
    suggested, reason, citation = suggest_track(plan)
    assert suggested is track
    assert reason
    assert "CFR" in citation


# -- proceedings ----------------------------------------------------------------------------------------------

MOVES = {(move.kind, move.source, move.fact): move for move in PROCEEDING_STEPS}


@pytest.mark.parametrize("kind", ProceedingKind)
def test_every_step_and_fact_of_a_proceeding_has_a_row_or_is_refused_by_name(kind: ProceedingKind) -> None:
    for step, happened in product(ProceedingStep, FactKind):
        if (kind, step, happened) in MOVES:
            assert advance_proceeding(kind, step, happened) is MOVES[kind, step, happened]
            continue
        with pytest.raises(TransitionRefused) as refusal:
            advance_proceeding(kind, step, happened)
        assert (refusal.value.event, refusal.value.stage) == (happened, step)


@pytest.mark.parametrize("kind", ProceedingKind)
def test_a_proceeding_has_no_unreachable_and_no_dead_step(kind: ProceedingKind) -> None:
    moves = [move for move in PROCEEDING_STEPS if move.kind is kind]
    edges = {(move.source, move.target) for move in moves}
    steps = {step for edge in edges for step in edge}
    assert _reach(edges, first_step(kind)) == steps
    for step in steps:
        assert step in OVER or any(end in OVER for end in _reach(edges, step)), step
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
