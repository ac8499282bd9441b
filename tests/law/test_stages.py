"""Every stage × event, and every step × fact of every proceeding, is walked: allowed by a row, or refused by name."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgr.law.deadlines import Fact
from casemgr.law.rulebook import Rulebook, rulebook_for
from casemgr.law.stages import (
    GUARDS,
    PROCEEDING_STEPS,
    TRANSITIONS,
    CaseView,
    OpenProceeding,
    TransitionRefused,
    advance,
    check,
    first_step,
    is_over,
    is_stage_over,
    options,
    proceeding_options,
    suggest_track,
    walk,
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
from casemgr.law.transitions import OWN_KINDS, Transition
from tests.law.ways import reach

MA, TX = rulebook_for("MA"), rulebook_for("TX")
TODAY = date(2026, 11, 22)
ROWS = {(row.source, row.event): row for row in TRANSITIONS}
S, E, T, V = Stage, Event, Track, VerdictKind


def view(stage: Stage, *facts: Fact, track: Track = T.BOTH, **more: object) -> CaseView:
    return CaseView(track=track, state="MA", stage=stage, today=TODAY, facts=facts, **more)  # type: ignore[arg-type]


def fact(kind: FactKind, days_ago: int = 0) -> Fact:
    return Fact(kind.value, kind, TODAY - timedelta(days=days_ago))


OWN = {stage: OpenProceeding("own", min(kinds), ProceedingStep.REQUESTED) for stage, kinds in OWN_KINDS.items()}
"""One open proceeding for each stage that stands for one."""


def open_view(stage: Stage, **more: object) -> CaseView:
    """A case at this stage whose proceeding is still open."""
    return view(stage, proceedings=(OWN[stage],) if stage in OWN else (), **more)


EXPECTED = """
                             concern   team      mediation state     due       ocr       court     monitor   closed
ask_for_team_meeting         moves     beside    beside    beside    beside    beside    beside    moves     -
request_mediation            moves     moves     beside*   beside    beside    beside    beside    moves     -
file_state_complaint         moves     moves     moves     beside*   beside    beside    beside    moves     -
file_due_process_complaint   moves     moves     moves     moves     beside*   moves     beside    moves     -
file_expedited_complaint     moves*    moves*    moves*    moves*    beside*   moves*    beside*   moves*    -
request_section_504_hearing  refused   refused   refused   refused   refused   refused   refused   refused   -
file_ocr_complaint           moves     moves     moves     beside    beside    beside*   beside    moves     -
file_civil_action            moves*    moves*    moves*    beside*   moves*    beside*   beside*   moves*    -
record_agreement             -         ends      ends      ends      ends      ends      ends      -         -
void_agreement               -         -         -         -         -         -         -         refused   -
record_decision              -         -         -         ends      ends      ends      ends      -         -
end_without_agreement        -         stays     stays     -         -         -         -         -         -
withdraw                     -         stays     stays     stays     stays     stays     stays     -         -
record_dismissal             -         -         -         stays     stays     stays     stays     -         -
close                        ends      ends*     ends*     ends*     ends*     ends*     ends*     ends      -
reopen                       -         -         -         -         -         -         -         -         ends
"""
"""What each event does at each stage of a Massachusetts case under both laws, its proceeding open. `*`: with a
warning. `-`: the table has no such step."""


def _expected() -> dict[tuple[Stage, Event], str]:
    lines = [line.split() for line in EXPECTED.strip().splitlines()[1:]]
    return {(stage, Event(words[0])): word for words in lines for stage, word in zip(Stage, words[1:], strict=True)}


@pytest.mark.parametrize(("stage", "event"), list(product(Stage, Event)), ids=str)
def test_every_stage_and_event_answers_as_expected_with_its_reason_and_citation(stage: Stage, event: Event) -> None:
    case, expected = open_view(stage), _expected()[stage, event]
    row = ROWS.get((stage, event))
    verdict = check(case, event, MA)
    assert all(reason.text and reason.citation for reason in verdict.reasons)
    assert (row is None) is (expected == "-")
    if row is None or expected == "refused":
        assert verdict.kind is V.REFUSED and verdict.reasons
        with pytest.raises(TransitionRefused) as refusal:
            advance(case, event, MA, override=True)
        assert (refusal.value.event, refusal.value.stage) == (event, stage)
        assert stage.value in str(refusal.value) and event.value in str(refusal.value)
        return
    assert row.basis and row.leads_to
    assert verdict.kind is (V.WARNING if expected.endswith("*") else V.ALLOWED)
    assert bool(verdict.reasons) is expected.endswith("*")
    done = advance(case, event, MA, override=True)
    how = {
        "moves": done.opens is not None and done.target is not stage and not done.is_parallel,
        "beside": done.opens is not None and done.target is stage and done.is_parallel,
        "stays": done.closes and done.target is stage,
        "ends": done.opens is None and done.target is not stage,
    }
    assert how[expected.rstrip("*")]


@pytest.mark.parametrize("stage", [S.TEAM_MEETING, S.MEDIATION, S.DUE_PROCESS])
def test_a_stage_that_is_over_offers_no_second_end_and_the_next_path_moves_the_case(stage: Stage) -> None:
    over = view(stage)
    assert is_stage_over(over)
    ended = check(over, E.WITHDRAW, MA)
    assert ended.kind is V.REFUSED and "over already" in ended.reasons[0].text
    for option in options(over, MA):
        if option.transition.opens:
            assert not option.transition.is_parallel
            assert option.transition.opens in OWN_KINDS[option.transition.target]


def test_mediation_that_ends_without_agreement_stays_at_mediation_and_not_at_the_first_concern() -> None:
    assert advance(open_view(S.MEDIATION), E.END_WITHOUT_AGREEMENT, MA).target is S.MEDIATION


def test_a_withdrawn_complaint_takes_the_case_back_to_the_most_formal_thing_that_is_still_open() -> None:
    beside = (
        OpenProceeding("m", ProceedingKind.MEDIATION, ProceedingStep.HELD),
        OpenProceeding("o", ProceedingKind.OCR_COMPLAINT, ProceedingStep.FILED),
    )
    case = view(S.DUE_PROCESS, proceedings=(OWN[S.DUE_PROCESS], *beside))
    assert advance(case, E.WITHDRAW, MA).target is S.OCR_COMPLAINT
    second = OpenProceeding("d2", ProceedingKind.DUE_PROCESS, ProceedingStep.FILED)
    case = view(S.DUE_PROCESS, proceedings=(OWN[S.DUE_PROCESS], second, *beside))
    assert advance(case, E.WITHDRAW, MA).target is S.DUE_PROCESS, "another hearing goes on"


@pytest.mark.parametrize("row", TRANSITIONS, ids=lambda row: f"{row.source}-{row.event}")
def test_every_row_has_words_known_guards_and_something_to_record(row: object) -> None:
    assert row.title  # type: ignore[attr-defined]
    assert row.leads_to  # type: ignore[attr-defined]
    assert set(row.guards) <= set(GUARDS)  # type: ignore[attr-defined]
    assert row.demands or row.inputs  # type: ignore[attr-defined]
    assert row.citation or row.opens is None  # type: ignore[attr-defined]


def test_no_two_rows_leave_a_stage_by_the_same_event() -> None:
    assert len(ROWS) == len(TRANSITIONS)


def test_every_stage_can_be_reached_and_left_and_closed() -> None:
    edges = {(row.source, row.instead or row.target) for row in TRANSITIONS}
    assert reach(edges, S.CONCERN_RAISED) == set(Stage)
    for stage in Stage:
        assert S.CONCERN_RAISED in reach(edges, stage)
        assert S.CLOSED in reach(edges, stage)


def _carry_out(case: CaseView, row: Transition, number: int) -> CaseView:
    """The case after a move, as the services leave it."""
    open_now = list(case.proceedings)
    if row.closes:
        own = next((one for one in open_now if one.kind in OWN_KINDS[case.stage]), None)
        open_now = [one for one in open_now if one is not own]
    if row.opens:
        open_now.append(OpenProceeding(str(number), row.opens, first_step(row.opens, row.demands[0])))
    return replace(case, stage=row.target, proceedings=tuple(open_now))


@given(
    st.sampled_from(list(Track)),
    st.sampled_from([MA, TX]),
    st.lists(st.tuples(st.sampled_from(["move", "step"]), st.integers(0, 200)), max_size=40),
)
def test_random_sequences_never_end_in_a_dead_stage_and_never_lose_a_proceeding(
    track: Track, rulebook: Rulebook, picks: list[tuple[str, int]]
) -> None:
    case, opened = view(S.CONCERN_RAISED, track=track), 0
    ended: set[str] = set()
    for kind, pick in picks:
        before = {one.id for one in case.proceedings}
        if kind == "step" and case.proceedings:
            one = case.proceedings[pick % len(case.proceedings)]
            step = proceeding_options(one.kind, one.step)[pick % len(proceeding_options(one.kind, one.step))].target
            rest = tuple(other for other in case.proceedings if other is not one)
            case = replace(case, proceedings=rest if is_over(step) else (*rest, replace(one, step=step)))
        else:
            ways = [option for option in options(case, rulebook) if option.verdict.kind is not V.REFUSED]
            assert ways, "no way on"
            row = advance(case, ways[pick % len(ways)].event, rulebook, override=True)
            opened += row.opens is not None
            case = _carry_out(case, row, opened)
        ended |= before - {one.id for one in case.proceedings}
        assert len(ended) + len(case.proceedings) == opened, "every proceeding is open or has ended, none is lost"
        assert any(option.event in (E.CLOSE, E.REOPEN) for option in options(case, rulebook))
        if case.stage in OWN_KINDS and not is_stage_over(case):
            kinds = {one.kind for one in case.proceedings}
            assert kinds & OWN_KINDS[case.stage]


@pytest.mark.parametrize("kind", ProceedingKind)
@given(picks=st.lists(st.integers(0, 100), max_size=30))
def test_walking_the_facts_again_gives_the_same_step_and_a_fact_less_still_gives_one(
    kind: ProceedingKind, picks: list[int]
) -> None:
    step, facts = first_step(kind), []
    for pick in picks:
        ways = proceeding_options(kind, step)
        if not ways:
            break
        facts.append(ways[pick % len(ways)].fact)
        step = ways[pick % len(ways)].target
    assert walk(kind, facts) is step
    known = {move.source for move in PROCEEDING_STEPS} | {move.target for move in PROCEEDING_STEPS}
    for place in range(len(facts)):
        assert walk(kind, facts[:place] + facts[place + 1 :]) in known
    if facts:
        assert walk(kind, facts[:-1]) in {move.source for move in PROCEEDING_STEPS if move.fact is facts[-1]}


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
    row = advance(open_view(S.DUE_PROCESS), E.REQUEST_MEDIATION, MA)
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
