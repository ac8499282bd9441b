"""Stay-put is computed, with the sentence of the law that decides it."""

from dataclasses import replace
from datetime import date

import pytest

from casemgr.law.days import DayCalendar
from casemgr.law.deadlines import Fact
from casemgr.law.rulebook import rulebook_for
from casemgr.law.stages import CaseView
from casemgr.law.stay_put import OPENS, StayPut, stay_put
from casemgr.law.terms import FactKind as K
from casemgr.law.terms import PartyRole, PlanKind, Stage, StayPutKind, Track
from tests.law.calendars import CALENDAR_A


def answer(
    *facts: tuple[K, str] | tuple[K, str, str] | tuple[K, str, str, dict[str, str]],
    track: Track = Track.IDEA,
    plan: PlanKind = PlanKind.IEP,
    state: str = "TX",
    today: str = "2026-11-22",
    born_on: date | None = None,
    calendar: DayCalendar | None = None,
) -> StayPut:
    made = tuple(
        Fact(
            f"{number}",
            row[0],
            date.fromisoformat(row[1]),
            proceeding=row[2] if len(row) > 2 else None,
            details=row[3] if len(row) > 3 else {},
            filed_by=PartyRole.PARENT if row[0] in OPENS else None,
        )
        for number, row in enumerate(facts)
    )
    view = CaseView(track, state, Stage.DUE_PROCESS, date.fromisoformat(today), plan, born_on, made)
    return stay_put(view, rulebook_for(state), calendar)


FILED = (K.DUE_PROCESS_COMPLAINT_FILED, "2026-10-01", "d")
APPEAL = (K.EXPEDITED_COMPLAINT_FILED, "2026-11-01", "x")
IAES = (K.IAES_STARTED, "2026-09-08")  # 45 school days of Calendar A: until November 12, or 13 in the later reading
COURT = (K.CIVIL_ACTION_FILED, "2026-11-10", "c")
YES, NO = {"agrees_with_parent": "yes"}, {"agrees_with_parent": "no"}
S = StayPutKind

# What happened → is it in force, which sentence decides, and the citation of the first reason.
TABLE = [
    # 300.518(a): what puts it in force
    ("nothing filed", [], False, S.NONE, "300.518(a)"),
    ("a State complaint alone", [(K.STATE_COMPLAINT_FILED, "2026-10-01")], False, S.NONE, "300.518(a)"),
    ("an OCR complaint alone", [(K.OCR_COMPLAINT_FILED, "2026-10-01")], False, S.NONE, "300.518(a)"),
    ("mediation alone", [(K.MEDIATION_REQUESTED, "2026-10-01")], False, S.NONE, "300.518(a)"),
    ("a due process complaint", [FILED], True, S.PENDING, "300.518(a)"),
    ("a court case", [COURT], True, S.PENDING, "300.518(a)"),
    ("a State review", [(K.STATE_REVIEW_REQUESTED, "2026-10-01", "r")], True, S.PENDING, "300.518(a)"),
    (
        "an OCR complaint beside a hearing",
        [FILED, (K.OCR_COMPLAINT_FILED, "2026-10-09")],
        True,
        S.PENDING,
        "300.518(a)",
    ),
    # what ends it
    ("withdrawn", [FILED, (K.PROCEEDING_WITHDRAWN, "2026-11-01", "d")], False, S.ENDED, "300.518(a)"),
    ("dismissed", [FILED, (K.PROCEEDING_DISMISSED, "2026-11-01", "d")], False, S.ENDED, "300.518(a)"),
    ("settled", [FILED, (K.PROCEEDING_SETTLED, "2026-11-01", "d")], False, S.ENDED, "300.518(a)"),
    ("decided", [FILED, (K.DECISION_ISSUED, "2026-11-01", "d")], False, S.ENDED, "300.518(a)"),
    ("another one withdrawn", [FILED, (K.PROCEEDING_WITHDRAWN, "2026-11-01", "o")], True, S.PENDING, "300.518(a)"),
    ("resolved", [FILED, (K.RESOLUTION_AGREEMENT_SIGNED, "2026-11-01", "d")], False, S.ENDED, "300.518(a)"),
    (
        "resolved, and an agreement about something else voided",
        [
            FILED,
            (K.RESOLUTION_AGREEMENT_SIGNED, "2026-10-20", "d"),
            (K.RESOLUTION_AGREEMENT_VOIDED, "2026-10-22", "other"),
        ],
        False,
        S.ENDED,
        "300.518(a)",
    ),
    (
        "resolved, then voided",
        [
            FILED,
            (K.RESOLUTION_AGREEMENT_SIGNED, "2026-11-01", "d"),
            (K.RESOLUTION_AGREEMENT_VOIDED, "2026-11-03", "d"),
        ],
        True,
        S.PENDING,
        "300.518(a)",
    ),
    (
        "decided, then taken to court",
        [FILED, (K.DECISION_ISSUED, "2026-11-01", "d"), COURT],
        True,
        S.PENDING,
        "300.518(a)",
    ),
    (
        "the court decided too",
        [FILED, (K.DECISION_ISSUED, "2026-11-01", "d"), COURT, (K.CIVIL_ACTION_DECIDED, "2026-11-20", "c")],
        False,
        S.ENDED,
        "300.518(a)",
    ),
    # agreement
    ("agreed after the filing", [FILED, (K.PLACEMENT_AGREED, "2026-11-01")], True, S.AGREED_CHANGE, "300.518(a)"),
    ("a new IEP agreed", [FILED, (K.IEP_AGREED, "2026-11-01")], True, S.AGREED_CHANGE, "300.518(a)"),
    ("mediated", [FILED, (K.MEDIATION_AGREEMENT, "2026-11-01", "m")], True, S.AGREED_CHANGE, "300.518(a)"),
    ("agreed before the filing", [(K.PLACEMENT_AGREED, "2026-09-01"), FILED], True, S.PENDING, "300.518(a)"),
    # 300.518(d): a decision for the parent
    (
        "decided for the parent, taken to court",
        [FILED, (K.DECISION_ISSUED, "2026-11-01", "d", YES), COURT],
        True,
        S.DECISION_FOR_PARENT,
        "300.518(d)",
    ),
    (
        "decided for the parent, nothing pending",
        [FILED, (K.DECISION_ISSUED, "2026-11-01", "d", YES)],
        False,
        S.DECISION_FOR_PARENT,
        "300.518(d)",
    ),
    (
        "decided against the parent, taken to court",
        [FILED, (K.DECISION_ISSUED, "2026-11-01", "d", NO), COURT],
        True,
        S.PENDING,
        "300.518(a)",
    ),
    (
        "for the parent first, against on review",
        [
            FILED,
            (K.DECISION_ISSUED, "2026-10-20", "d", YES),
            (K.STATE_REVIEW_REQUESTED, "2026-10-25", "r"),
            (K.STATE_REVIEW_DECIDED, "2026-11-05", "r", NO),
            COURT,
        ],
        True,
        S.PENDING,
        "300.518(a)",
    ),
    (
        "for the parent on review",
        [FILED, (K.DECISION_ISSUED, "2026-10-20", "d", NO), (K.STATE_REVIEW_DECIDED, "2026-11-05", "d", YES), COURT],
        True,
        S.DECISION_FOR_PARENT,
        "300.518(d)",
    ),
    # 300.533: discipline
    ("a discipline appeal", [APPEAL], False, S.DISCIPLINE, "300.533"),
    ("a discipline appeal in an interim setting", [IAES, APPEAL], False, S.DISCIPLINE, "300.533"),
    ("the appeal was decided", [APPEAL, (K.DECISION_ISSUED, "2026-11-20", "x")], False, S.NONE, "300.518(a)"),
    ("agreed during the appeal", [APPEAL, (K.PLACEMENT_AGREED, "2026-11-05")], False, S.DISCIPLINE, "300.533"),
    ("an appeal beside a hearing", [FILED, APPEAL], True, S.PENDING, "300.518(a)"),
    ("an interim setting beside a hearing", [FILED, IAES], True, S.PENDING, "300.518(a)"),
]


@pytest.mark.parametrize(
    ("facts", "in_force", "kind", "citation"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE]
)
def test_which_sentence_of_the_law_decides(
    facts: list[tuple[K, str]], in_force: bool, kind: StayPutKind, citation: str
) -> None:
    found = answer(*facts)
    assert (found.in_force, found.kind) == (in_force, kind)
    assert found.reasons[0].citation == f"34 CFR {citation}"
    assert found.banner and all(reason.text and reason.citation for reason in (*found.reasons, *found.exceptions))
    assert bool(found.ends_when) is (in_force or kind is S.DISCIPLINE)


def test_it_runs_from_the_filing_and_ends_with_the_proceeding() -> None:
    assert answer(FILED).since == date(2026, 10, 1)
    ended = answer(FILED, (K.PROCEEDING_WITHDRAWN, "2026-11-01", "d"))
    assert (ended.since, ended.ended_on) == (date(2026, 10, 1), date(2026, 11, 1))


def test_it_says_who_put_it_in_force_and_with_what() -> None:
    for found in (answer(FILED), answer(FILED, (K.PROCEEDING_WITHDRAWN, "2026-11-01", "d")), answer(APPEAL)):
        assert (found.invoked_by, found.since) in {
            (PartyRole.PARENT, date(2026, 10, 1)),
            (None, date(2026, 11, 1)),
        }
    assert answer(FILED).invoked_with is K.DUE_PROCESS_COMPLAINT_FILED


def test_a_filing_that_is_still_to_come_does_not_count() -> None:
    assert not answer(FILED, today="2026-09-30").in_force


def test_what_would_change_it_is_named() -> None:
    assert [reason.citation for reason in answer(FILED).exceptions] == ["34 CFR 300.530(g)"]
    assert [reason.citation for reason in answer(FILED, APPEAL).exceptions] == ["34 CFR 300.533", "34 CFR 300.530(g)"]
    no_plan = answer(FILED, plan=PlanKind.NONE)
    assert no_plan.kind is S.PENDING and "34 CFR 300.518(b)" in [reason.citation for reason in no_plan.exceptions]
    both = answer(FILED, track=Track.BOTH)
    assert both.in_force and both.exceptions[-1].citation == "34 CFR 104.35(a), 104.36", "504 has none: said here too"


def test_the_first_admission_to_public_school_has_a_sentence_of_its_own() -> None:
    applied = (K.FIRST_ADMISSION_SOUGHT, "2026-09-10")
    found = answer(applied, FILED, plan=PlanKind.NONE)
    assert (found.in_force, found.kind, found.reasons[0].citation) == (True, S.INITIAL_ADMISSION, "34 CFR 300.518(b)")
    assert answer(applied, FILED, plan=PlanKind.IEP).kind is S.PENDING, "a child with an IEP is in school already"


@pytest.mark.parametrize(
    ("today", "says"),
    [("2026-11-13", "Its time is up on Fri 13 Nov 2026"), ("2026-11-14", "ran out on Fri 13 Nov 2026")],
)
def test_the_interim_setting_holds_until_its_last_school_day(today: str, says: str) -> None:
    found = answer(IAES, APPEAL, calendar=CALENDAR_A, today=today)
    assert found.interim_until == date(2026, 11, 13) and says in found.banner
    assert all(reason.citation == "34 CFR 300.533" for reason in found.reasons)


def test_an_interim_setting_beside_a_hearing_is_told_and_forgotten_when_it_is_over() -> None:
    during = answer(FILED, IAES, calendar=CALENDAR_A, today="2026-11-02")
    assert during.in_force and "interim setting, until Fri 13 Nov 2026 at the latest" in during.banner
    assert "interim" not in answer(FILED, IAES, calendar=CALENDAR_A, today="2026-11-22").banner
    assert "interim" not in answer(FILED, IAES, (K.IAES_ENDED, "2026-10-20")).banner
    assert "interim setting." in answer(FILED, IAES, calendar=DayCalendar()).banner, "no calendar: no day is guessed"


def test_where_the_district_runs_the_hearing_only_the_state_review_counts_as_agreement() -> None:
    """20 U.S.C. 1415(g)(1): a State whose own rule gives a time to ask for State review has two tiers."""
    federal = rulebook_for("TX")
    review = replace(
        federal.rule("idea-state-review"),
        id="xx-state-review",
        jurisdiction="us_xx",
        met_by=(K.STATE_REVIEW_REQUESTED,),
    )
    two_tiers = replace(federal, rules=(*federal.rules, review))
    decided = (K.DECISION_ISSUED, "2026-11-01", "d", YES)
    facts = tuple(
        Fact(str(number), kind, date.fromisoformat(on), of, details=dict(*more))
        for number, (kind, on, of, *more) in enumerate([FILED, decided, COURT])
    )
    view = CaseView(Track.IDEA, "XX", Stage.CIVIL_ACTION, date(2026, 11, 22), PlanKind.IEP, None, facts)
    assert stay_put(view, federal).kind is S.DECISION_FOR_PARENT
    found = stay_put(view, two_tiers)
    assert found.kind is S.PENDING
    assert "district runs the first hearing" in found.exceptions[-1].text
    pending = replace(view, facts=facts[:2])
    assert stay_put(pending, two_tiers).kind is S.ENDED


def test_section_504_has_no_federal_stay_put_of_this_kind() -> None:
    found = answer(FILED, track=Track.SECTION_504)
    assert (found.in_force, found.kind) == (False, StayPutKind.NOT_UNDER_504)
    assert found.reasons[0].citation == "34 CFR 104.35(a), 104.36"


def test_early_intervention_services_do_not_stay_put_after_three() -> None:
    born = date(2023, 6, 1)
    found = answer(FILED, plan=PlanKind.EARLY_INTERVENTION, born_on=born)
    assert found.kind is StayPutKind.PART_C_TO_B
    assert found.reasons[0].citation == "34 CFR 300.518(c)"
    young = answer(FILED, plan=PlanKind.EARLY_INTERVENTION, born_on=date(2024, 6, 1))
    assert young.kind is StayPutKind.PENDING


def test_massachusetts_says_more_while_a_dispute_is_open() -> None:
    rejected = (K.IEP_REJECTED_RECEIVED, "2026-10-01")
    found = answer(rejected, state="MA")
    assert not found.in_force
    assert [reading.citation for reading in found.readings] == ["603 CMR 28.08(7)"]
    assert not answer(rejected, state="TX").readings
    assert not answer(rejected, (K.IEP_AGREED, "2026-11-01"), state="MA").readings
    assert not answer(rejected, state="MA", track=Track.SECTION_504).readings
