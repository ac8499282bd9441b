"""What can I do now: every path of every kind of case has its answer, its reason, its time and its words."""

from datetime import date, timedelta
from itertools import product

import pytest

from casemgr.law.days import DayCalendar
from casemgr.law.deadlines import Fact
from casemgr.law.packfiles import PackError
from casemgr.law.paths import LeftKind, PathNow, paths
from casemgr.law.rulebook import Rulebook, Stock, rulebook_for
from casemgr.law.stages import CaseView, OpenProceeding
from casemgr.law.terms import Doubt, FactKind, ProceedingKind, ProceedingStep, Stage, Track, VerdictKind
from tests.law.calendars import CALENDAR_A

TODAY = date(2026, 11, 22)
T, V, K, L = Track, VerdictKind, FactKind, LeftKind
EVERY = (
    *("team_meeting", "facilitated_meeting", "iee", "grievance", "mediation", "state_complaint", "ocr_complaint"),
    *("section_504_hearing", "due_process", "expedited", "civil_action"),
)


def fact(kind: FactKind, days_ago: int, **more: object) -> Fact:
    return Fact(f"{kind.value}{days_ago}", kind, TODAY - timedelta(days=days_ago), **more)  # type: ignore[arg-type]


def now(
    track: Track, state: str, *facts: Fact, stage: Stage = Stage.CONCERN_RAISED, **more: object
) -> dict[str, PathNow]:
    case = CaseView(track, state, stage, TODAY, facts=facts, **more)  # type: ignore[arg-type]
    return {path.info.id: path for path in paths(case, rulebook_for(state), CALENDAR_A)}


@pytest.mark.parametrize(("track", "state", "stage"), list(product(Track, ("MA", "TX", "NH"), Stage)), ids=str)
def test_every_path_has_its_answer_with_reason_and_citation(track: Track, state: str, stage: Stage) -> None:
    found = now(track, state, stage=stage)
    assert tuple(found) == EVERY
    for path in found.values():
        assert path.reasons and all(reason.text and reason.citation for reason in path.reasons)
        assert path.info.costs and path.info.leads_to and path.stay_put_words and path.stay_put_law
        assert path.time.words or path.time.ask
        assert "{" not in path.reasons[0].text
        if stage is Stage.CLOSED:
            assert path.verdict is V.REFUSED and "Open it again" in path.reasons[0].text


ONE_504_CASE = """
                      MA         TX         NH
team_meeting          allowed    allowed    allowed
facilitated_meeting   refused    refused    refused
iee                   refused    refused    refused
grievance             allowed    allowed    allowed
mediation             allowed    refused    refused
state_complaint       refused    refused    refused
ocr_complaint         allowed    allowed    allowed
section_504_hearing   refused    allowed    allowed
due_process           allowed    refused    refused
expedited             warning    refused    refused
civil_action          warning    warning    warning
"""


@pytest.mark.parametrize("state", ["MA", "TX", "NH"])
def test_a_504_case_has_other_hearings_in_massachusetts_than_elsewhere(state: str) -> None:
    lines = [line.split() for line in ONE_504_CASE.strip().splitlines()]
    column = lines[0].index(state) + 1
    found = now(T.SECTION_504, state)
    assert {name: path.verdict.value for name, path in found.items()} == {line[0]: line[column] for line in lines[1:]}


def test_the_reasons_of_a_504_case_name_the_body_that_hears_it() -> None:
    here, there = now(T.SECTION_504, "MA"), now(T.SECTION_504, "TX")
    assert "BSEA hears 504 disputes" in here["due_process"].reasons[0].text
    assert "M.G.L. c. 71B" in here["due_process"].reasons[0].citation
    assert "file a due process complaint" in here["section_504_hearing"].reasons[0].text
    assert "own Section 504 hearing" in there["due_process"].reasons[0].text
    assert there["section_504_hearing"].reasons[0].citation == "34 CFR 104.36"
    assert here["due_process"].stay_put == "no" and now(T.IDEA, "MA")["due_process"].stay_put == "yes"


@pytest.mark.parametrize("track", [T.IDEA, T.BOTH])
def test_a_states_own_stay_put_words_are_for_the_laws_that_it_speaks_of(track: Track) -> None:
    assert "603 CMR 28.08(7)" in now(track, "MA")["mediation"].stay_put_law
    assert "603 CMR" not in now(T.SECTION_504, "MA")["mediation"].stay_put_law
    assert "603 CMR" not in now(track, "TX")["mediation"].stay_put_law


@pytest.mark.parametrize(
    ("path", "recorded", "kind", "act_by"),
    [
        ("due_process", fact(K.ACTION_KNOWN, 100), L.RUNNING, date(2028, 8, 14)),
        ("due_process", fact(K.ACTION_KNOWN, 800), L.OVER, None),
        ("state_complaint", fact(K.ACTION_KNOWN, 365), L.RUNNING, TODAY),
        ("state_complaint", fact(K.ACTION_KNOWN, 366), L.OVER, None),
        ("ocr_complaint", fact(K.DISCRIMINATORY_ACT, 10), L.RUNNING, date(2027, 5, 11)),
        ("civil_action", fact(K.DECISION_ISSUED, 10), L.RUNNING, date(2027, 2, 10)),
        ("civil_action", fact(K.DECISION_ISSUED, 200), L.OVER, None),
    ],
    ids=str,
)
def test_the_time_left_is_counted_from_the_facts(
    path: str, recorded: Fact, kind: LeftKind, act_by: date | None
) -> None:
    time = now(T.BOTH, "NH", recorded)[path].time
    assert time.kind is kind
    assert time.first is not None and time.first.since == recorded and time.first.citation
    if act_by is not None:
        assert time.first.act_by == act_by
        assert time.first.days == (act_by - TODAY).days


@pytest.mark.parametrize("path", ["due_process", "state_complaint", "ocr_complaint", "civil_action"])
def test_a_time_limit_that_no_fact_starts_is_asked_for_in_plain_words(path: str) -> None:
    time = now(T.BOTH, "NH")[path].time
    assert time.kind is L.ASK and time.ask.endswith("?") and time.ask_for is not None


def test_of_several_problems_the_one_that_ends_first_counts_and_the_others_are_kept() -> None:
    time = now(T.IDEA, "NH", *(fact(K.ACTION_KNOWN, days) for days in (10, 100, 800)))["due_process"].time
    assert time.kind is L.RUNNING and len(time.each) == 3
    assert time.first is not None and time.first.since.on == TODAY - timedelta(days=100)


def test_a_grievance_that_ended_gives_a_second_way_to_ocr() -> None:
    facts = (fact(K.DISCRIMINATORY_ACT, 300), fact(K.SCHOOL_GRIEVANCE_COMPLETED, 30))
    time = now(T.SECTION_504, "NH", *facts)["ocr_complaint"].time
    assert time.kind is L.DOUBTFUL and time.first is not None, "the safe day was that of the 180 days"
    assert time.first.since.kind is K.SCHOOL_GRIEVANCE_COMPLETED
    assert time.first.late_after == TODAY + timedelta(days=30)


@pytest.mark.parametrize(
    ("state", "path", "kind", "before"),
    [
        ("NC", "due_process", K.ACTION_KNOWN, date(2027, 8, 15)),
        ("PA", "civil_action", K.DECISION_ISSUED, date(2026, 9, 14)),
        ("AZ", "civil_action", K.DECISION_ISSUED, date(2026, 9, 19)),
    ],
)
def test_a_shorter_limit_of_a_state_shows_first_with_its_mark(
    state: str, path: str, kind: FactKind, before: date
) -> None:
    time = now(T.IDEA, state, fact(kind, 100))[path].time
    assert time.each[0].act_by is not None and time.each[0].act_by <= before
    assert any(one.doubt is not Doubt.NONE for one in time.each)


def test_a_504_case_is_promised_no_times_of_idea() -> None:
    here, idea = now(T.SECTION_504, "MA")["due_process"].info, now(T.IDEA, "MA")["due_process"].info
    assert "45 days" in idea.leads_to and "300.510" in idea.leads_to_law
    assert "not in our tables" in here.leads_to and here.leads_to_law == "34 CFR 104.36"
    assert "lawyer's fees" in idea.costs and "fees" not in here.costs.replace("filing fee", "")


def test_a_504_case_gets_no_limit_of_idea() -> None:
    time = now(T.SECTION_504, "MA", fact(K.ACTION_KNOWN, 3000))["due_process"].time
    assert time.kind is L.NONE and "no time limit" in time.words


def test_an_independent_evaluation_answers_one_of_the_district() -> None:
    assert now(T.IDEA, "NH")["iee"].verdict is V.WARNING
    assert now(T.IDEA, "NH", fact(K.EVALUATION_COMPLETED, 10))["iee"].verdict is V.ALLOWED
    time = now(T.IDEA, "MA", fact(K.EVALUATION_COMPLETED, 10))["iee"].time
    assert time.kind is L.RUNNING and "603 CMR 28.04(5)" in time.first.citation  # type: ignore[union-attr]


def test_a_path_beside_an_open_hearing_says_so_and_one_after_it_moves_the_case() -> None:
    hearing = OpenProceeding("d", ProceedingKind.DUE_PROCESS, ProceedingStep.FILED)
    beside = now(T.IDEA, "MA", stage=Stage.DUE_PROCESS, proceedings=(hearing,))["mediation"].move
    after = now(T.IDEA, "MA", stage=Stage.DUE_PROCESS)["mediation"].move
    assert beside is not None and beside.is_parallel
    assert after is not None and after.target is Stage.MEDIATION


def test_without_a_calendar_no_date_is_guessed() -> None:
    case = CaseView(T.IDEA, "NH", Stage.CONCERN_RAISED, TODAY, facts=(fact(K.ACTION_KNOWN, 100),))
    found = {path.info.id: path for path in paths(case, rulebook_for("NH"), DayCalendar())}
    assert found["due_process"].time.kind in (L.NO_DATE, L.RUNNING)


# -- the rows -------------------------------------------------------------------------------------------------

FEDERAL = b"""
[[path]]
id = "meeting"
title = "Ask"
plain = "You ask."
event = "ask_for_team_meeting"
costs = "None."
leads_to = "A meeting."
no_limit = "None."
stay_put = "no"
stay_put_words = "No."
citation = "34 CFR 300.324(b)"
verified = "V"
"""
PACK = b'[pack]\nname = "Federal law"\nno_state_pack_notice = "None for {state}."\n'


def book(paths_file: bytes, state_file: bytes = b"") -> Rulebook:
    files = {"us": {"pack.toml": PACK, "paths.toml": paths_file}}
    if state_file:
        files["us_zz"] = {"pack.toml": b'[pack]\nstate = "ZZ"\nname = "Zed"\n', "paths.toml": state_file}
    return Stock(files).book("ZZ")


def test_a_state_row_changes_only_the_fields_that_it_writes() -> None:
    (path,) = book(FEDERAL, b'[[path]]\nid = "meeting"\ncosts = "Ten dollars."\n').paths
    assert (path.costs, path.leads_to) == ("Ten dollars.", "A meeting.")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (FEDERAL.replace(b'costs = "None."\n', b""), "'costs' is missing"),
        (FEDERAL.replace(b'no_limit = "None."\n', b""), "or no_limit"),
        (FEDERAL.replace(b"ask_for_team_meeting", b"ask_for_team_meal"), "not one of its words"),
        (FEDERAL.replace(b'stay_put = "no"', b'stay_put = "perhaps"'), "yes, no, interim"),
        (FEDERAL + b'limit = "no-such-rule"\nask = "When?"\nlimit_from = ["action_known"]\n', "there is no rule"),
        (FEDERAL + b'fact = "iee_requested"\n', "either an event or a fact"),
        (FEDERAL + b'colour = "red"\n', "unknown field"),
    ],
)
def test_a_wrong_row_is_refused_with_its_file(wrong: bytes, says: str) -> None:
    with pytest.raises(PackError, match=says) as refusal:
        book(wrong)
    assert "us/paths.toml" in str(refusal.value)
