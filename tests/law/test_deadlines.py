"""How a deadline stands today: open, met, late, waived, suspended, superseded or passed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgr.law.deadlines import Deadline, Fact, deadlines
from casemgr.law.disclosure import five_day_disclosure
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import DeadlineState, PartyRole, Verification
from casemgr.law.terms import FactKind as K
from tests.law.calendars import CALENDAR_A

MA, TX = rulebook_for("MA"), rulebook_for("TX")
D = DeadlineState
RECEIVED = ("2026-11-18", K.DUE_PROCESS_COMPLAINT_RECEIVED, "d")


def run(
    *rows: tuple[str, K] | tuple[str, K, str] | tuple[str, K, str, dict[str, str]],
    today: str = "2026-11-22",
    book: object = MA,
) -> list[Deadline]:
    facts = [
        Fact(
            f"{number}",
            row[1],
            date.fromisoformat(row[0]),
            proceeding=row[2] if len(row) > 2 else None,
            details=row[3] if len(row) > 3 else {},
        )
        for number, row in enumerate(rows)
    ]
    return deadlines(book, facts, CALENDAR_A, date.fromisoformat(today))  # type: ignore[arg-type]


def one(found: list[Deadline], rule_id: str) -> Deadline:
    return next(d for d in found if d.rule.id == rule_id and d.state is not D.SUPERSEDED)


@pytest.mark.parametrize(
    ("today", "state"),
    [
        pytest.param("2026-11-27", D.OPEN, id="our own date"),
        pytest.param("2026-11-28", D.OPEN, id="the plain last day"),
        pytest.param("2026-11-30", D.OPEN, id="never late on its own day"),
        pytest.param("2026-12-01", D.LATE, id="the day after the latest reading"),
    ],
)
def test_nobody_is_late_before_the_latest_reading_is_over(today: str, state: DeadlineState) -> None:
    assert one(run(RECEIVED, today=today), "idea-dp-lea-response").state is state


def test_what_meets_a_deadline_is_named_and_says_whether_it_came_late() -> None:
    answered = one(run(RECEIVED, ("2026-11-25", K.COMPLAINT_RESPONSE_RECEIVED, "d")), "idea-dp-lea-response")
    assert (answered.state, answered.met_by, answered.met_late) == (D.MET, "1", False)
    late = one(run(RECEIVED, ("2026-12-04", K.COMPLAINT_RESPONSE_RECEIVED, "d")), "idea-dp-lea-response")
    assert (late.state, late.met_on, late.met_late) == (D.MET, date(2026, 12, 4), True)


def test_a_fact_of_another_proceeding_meets_nothing_here() -> None:
    other = run(RECEIVED, ("2026-11-25", K.COMPLAINT_RESPONSE_RECEIVED, "another"))
    assert one(other, "idea-dp-lea-response").state is D.OPEN


def test_a_written_notice_sent_before_changes_who_answers_under_which_paragraph() -> None:
    row = (*RECEIVED, {"pwn_sent": "yes"})
    assert "idea-dp-lea-response" not in {d.rule.id for d in run(row)}


def test_a_withdrawn_complaint_ends_its_open_clocks_and_keeps_them_in_history() -> None:
    found = run(RECEIVED, ("2026-11-20", K.PROCEEDING_WITHDRAWN, "d"))
    assert {d.state for d in found if d.rule.id.startswith("idea-resolution")} == {D.SUPERSEDED}
    elsewhere = run(RECEIVED, ("2026-11-20", K.PROCEEDING_WITHDRAWN, "other"))
    assert one(elsewhere, "idea-resolution-meeting").state is D.OPEN


def test_a_settlement_leaves_the_right_to_take_it_back() -> None:
    found = run(
        RECEIVED,
        ("2026-11-20", K.RESOLUTION_AGREEMENT_SIGNED, "d"),
        ("2026-11-20", K.PROCEEDING_SETTLED, "d"),
    )
    assert one(found, "idea-settlement-void").nominal == date(2026, 11, 25)
    assert one(found, "idea-settlement-void").state is D.OPEN


def test_a_resolution_agreement_taken_back_lets_the_clocks_run_on() -> None:
    found = run(
        RECEIVED,
        ("2026-11-20", K.RESOLUTION_AGREEMENT_SIGNED, "d"),
        ("2026-11-23", K.RESOLUTION_AGREEMENT_VOIDED, "d"),
    )
    assert one(found, "idea-decision-45").state is D.OPEN


def test_the_later_record_of_a_hearing_date_counts() -> None:
    found = run(("2026-11-30", K.HEARING_SCHEDULED, "d"), ("2027-01-20", K.HEARING_SCHEDULED, "d"))
    assert one(found, "idea-disclosure-5bd").nominal == date(2027, 1, 12)
    moved_up = run(("2027-01-20", K.HEARING_SCHEDULED, "d"), ("2026-11-30", K.HEARING_SCHEDULED, "d"))
    assert one(moved_up, "idea-disclosure-5bd").nominal == date(2026, 11, 20)


def test_a_waiver_after_the_period_has_ended_moves_nothing_and_says_so() -> None:
    decision = one(run(RECEIVED, ("2026-12-20", K.RESOLUTION_MEETING_WAIVED, "d")), "idea-decision-45")
    assert decision.nominal == date(2027, 2, 1)
    assert any("does not move this date" in note for note in decision.notes)


def test_leaving_a_mediation_inside_the_thirty_days_leaves_them_whole() -> None:
    found = run(
        RECEIVED,
        ("2026-12-01", K.MEDIATION_CONTINUES, "d"),
        ("2026-12-10", K.MEDIATION_WITHDRAWN, "m"),
    )
    assert one(found, "idea-decision-45").nominal == date(2027, 2, 1)


def test_the_decision_moves_only_by_an_order_with_a_new_date() -> None:
    order = {"rule": "idea-decision-45", "until": "2027-03-15"}
    extended = one(run(RECEIVED, ("2027-01-10", K.DEADLINE_EXTENDED, "d", order)), "idea-decision-45")
    assert extended.nominal == extended.late_after == date(2027, 3, 15)
    refused = {"rule": "idea-dp-sufficiency", "until": "2027-03-15"}
    kept = one(run(RECEIVED, ("2026-11-20", K.DEADLINE_EXTENDED, "d", refused)), "idea-dp-sufficiency")
    assert kept.nominal == date(2026, 12, 3)
    assert any("not one that may be extended" in note for note in kept.notes)


TWO_REQUESTS = (("2026-11-02", K.RECORDS_REQUESTED), ("2026-11-16", K.RECORDS_REQUESTED))


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        pytest.param(K.DEADLINE_MET, D.MET, id="met"),
        pytest.param(K.DEADLINE_WAIVED, D.WAIVED, id="waived"),
    ],
)
def test_a_fact_about_one_deadline_names_its_rule_and_what_started_it(kind: K, state: D) -> None:
    plain = run(*TWO_REQUESTS)
    rule_id = "ferpa-access"
    about = {"rule": rule_id, "trigger": "1"}
    found = [d for d in run(*TWO_REQUESTS, ("2026-11-18", kind, None, about)) if d.rule.id == rule_id]
    assert {d.trigger.id: d.state for d in found} == {"0": D.OPEN, "1": state}
    assert [d.state for d in plain if d.rule.id == rule_id] == [D.OPEN, D.OPEN]
    marked = next(d for d in found if d.trigger.id == "1")
    assert (marked.met_by or marked.waived_by) == "2"
    every = [d for d in run(*TWO_REQUESTS, ("2026-11-18", kind, None, {"rule": rule_id})) if d.rule.id == rule_id]
    assert {d.state for d in every} == {state}


def test_what_was_done_after_the_latest_reading_is_met_but_late() -> None:
    late = {"rule": "ferpa-access", "trigger": "0"}
    facts = (("2026-01-05", K.RECORDS_REQUESTED), ("2026-11-18", K.DEADLINE_MET, None, late))
    marked = one(run(*facts), "ferpa-access")
    assert marked.state is D.MET
    assert marked.met_late


def test_an_extension_of_one_deadline_leaves_its_twin_alone() -> None:
    order = {"rule": "idea-decision-45", "until": "2027-03-15", "trigger": "0"}
    extended = one(run(RECEIVED, ("2027-01-10", K.DEADLINE_EXTENDED, "d", order)), "idea-decision-45")
    assert (extended.nominal, extended.extended_by) == (date(2027, 3, 15), "1")
    other = one(run(RECEIVED, ("2027-01-10", K.DEADLINE_EXTENDED, "d", order | {"trigger": "9"})), "idea-decision-45")
    assert (other.nominal, other.extended_by) == (date(2027, 2, 1), None)


def test_an_extension_without_its_new_date_moves_nothing_and_asks_for_it() -> None:
    order = {"rule": "idea-decision-45", "until": "soon"}
    kept = one(run(RECEIVED, ("2027-01-10", K.DEADLINE_EXTENDED, "d", order)), "idea-decision-45")
    assert kept.nominal == date(2027, 2, 1)
    assert any("without its new date" in note for note in kept.notes)


def test_the_state_clock_replaces_the_federal_one_only_where_a_state_has_one() -> None:
    consent = ("2026-11-02", K.EVALUATION_CONSENT_RECEIVED)
    assert "idea-initial-evaluation" not in {d.rule.id for d in run(consent)}
    assert one(run(consent, book=TX), "idea-initial-evaluation").nominal == date(2027, 1, 1)


def test_a_rule_that_a_state_repeats_shows_once_with_both_citations() -> None:
    deadline = one(run(RECEIVED), "idea-resolution-meeting")
    assert deadline.also == ("ma-resolution-meeting",)
    assert deadline.citations == ("34 CFR 300.510(a)", "BSEA Notice of Applicable Timelines")


def test_the_version_of_the_law_goes_by_the_date_of_the_trigger() -> None:
    old, new = run(("2025-06-12", K.IEP_TEAM_MET)), run(("2026-11-20", K.IEP_TEAM_MET))
    assert {"ma-iep-old-rule"} == {d.rule.id for d in old if d.rule.id.startswith("ma-iep-")}
    assert {"ma-iep-immediately"} == {d.rule.id for d in new if d.rule.id.startswith("ma-iep-")}


def test_consent_late_in_the_school_year_brings_the_iep_soon_after_its_end() -> None:
    found = one(run(("2027-04-12", K.EVALUATION_CONSENT_RECEIVED)), "ma-year-end")
    assert found.nominal == date(2027, 7, 1)
    early = run(("2026-11-02", K.EVALUATION_CONSENT_RECEIVED))
    assert "ma-year-end" not in {d.rule.id for d in early}


def test_a_duty_without_a_number_has_no_date_and_says_why() -> None:
    duty = one(run(("2026-11-02", K.IEE_REQUESTED), book=TX), "idea-iee")
    assert (duty.nominal, duty.state) == (None, D.OPEN)
    assert "no number of days" in duty.reason


def test_an_unverified_row_says_so() -> None:
    letter = one(run(("2026-11-02", K.OCR_DETERMINATION_DATED, "o")), "ocr-appeal-60")
    assert letter.verification is Verification.U


def test_the_receiving_party_is_named() -> None:
    assert one(run(RECEIVED), "idea-dp-sufficiency").actor is PartyRole.LEA


def test_the_soonest_comes_first_and_those_without_a_date_last() -> None:
    found = run(RECEIVED, ("2026-11-02", K.RECORDS_REQUESTED), ("2026-11-02", K.MEDIATION_REQUESTED))
    dates = [d.act_by for d in found]
    known = [day for day in dates if day]
    assert known == sorted(known)
    assert all(day is None for day in dates[len(known) :])


@given(st.lists(st.tuples(st.dates(date(2026, 9, 2), date(2027, 6, 1)), st.sampled_from(K)), max_size=15))
def test_any_facts_give_deadlines_without_an_error_and_with_stable_keys(rows: list[tuple[date, K]]) -> None:
    details = {"until": "2027-01-04", "rule": "idea-decision-45", "days": "10"}
    facts = [Fact(f"{n}", kind, on, details=details) for n, (on, kind) in enumerate(rows)]
    found = deadlines(MA, facts, CALENDAR_A, date(2027, 1, 1))
    keys = [d.key for d in found]
    assert len(keys) == len(set(keys))
    assert found == deadlines(MA, facts, CALENDAR_A, date(2027, 1, 1))
    for deadline in found:
        assert deadline.citations
        assert deadline.nominal or deadline.reason


def test_five_day_disclosure_marks_late_evidence_and_decides_nothing_more() -> None:
    hearing = date(2026, 11, 30)
    assert not five_day_disclosure(MA, hearing, date(2026, 11, 20), CALENDAR_A).is_late
    assert five_day_disclosure(MA, hearing, date(2026, 11, 23), CALENDAR_A).is_late
