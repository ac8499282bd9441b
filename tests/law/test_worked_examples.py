"""The worked examples, as a table that a lawyer can read: rule, day 0 → nominal / act by / late after.

A dash means that the example does not state that date. Examples that need several facts follow below the table.
"""

from dataclasses import replace
from datetime import date

import pytest

from casemgr.deadlines.holidays import day_calendar
from casemgr.law.counting import compute, look_back
from casemgr.law.days import SchoolYear
from casemgr.law.deadlines import Deadline, Fact, deadlines
from casemgr.law.facts import birthdays
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import DeadlineState, FactKind, PartyRole, Unit
from tests.law.calendars import CALENDAR_A, CALIFORNIA, NEW_YORK, YEARS, days

MA = rulebook_for("MA")
TODAY = date(2026, 11, 22)

TABLE = """
1   | idea-dp-lea-response          | 2026-11-18 | 2026-11-28 | 2026-11-27 | 2026-11-30 | over Thanksgiving
2   | idea-dp-sufficiency           | 2026-11-18 | 2026-12-03 | 2026-12-03 | 2026-12-03 | sufficiency notice
2   | idea-resolution-meeting       | 2026-11-18 | 2026-12-03 | 2026-12-03 | 2026-12-03 | resolution meeting
2   | idea-resolution-period        | 2026-11-18 | 2026-12-18 | 2026-12-18 | 2026-12-18 | resolution period
2   | idea-decision-45              | 2026-12-18 | 2027-02-01 | 2027-02-01 | 2027-02-01 | decision after the period
3   | idea-dp-sufficiency-ruling    | 2026-12-03 | 2026-12-08 | 2026-12-08 | 2026-12-08 | ruling after the notice
4   | idea-resolution-adjust-waiver | 2026-12-01 | 2026-12-02 | 2026-12-02 | 2026-12-02 | the clock starts the day after
4   | idea-decision-45              | 2026-12-01 | 2027-01-15 | 2027-01-15 | 2027-01-15 | decision after a waiver
5   | idea-decision-45              | 2026-12-09 | 2027-01-23 | 2027-01-22 | 2027-01-23 | a Saturday does not roll
6   | idea-decision-45              | 2027-01-22 | 2027-03-08 | 2027-03-08 | 2027-03-08 | after a withdrawal
7   | idea-resolution-meeting       | 2026-12-02 | 2026-12-17 | 2026-12-17 | 2026-12-17 | amended: meeting again
7   | idea-resolution-period        | 2026-12-02 | 2027-01-01 | 2026-12-31 | -          | amended: ends on a holiday
7   | idea-decision-45              | 2027-01-01 | 2027-02-15 | 2027-02-12 | 2027-02-15 | amended: on Presidents' Day
8   | idea-disclosure-5bd           | 2026-11-30 | 2026-11-20 | 2026-11-20 | 2026-11-20 | five business days before
9   | idea-disclosure-5bd           | 2027-04-22 | 2027-04-14 | 2027-04-14 | 2027-04-14 | over Patriots' Day
10  | idea-dp-amend                 | 2026-11-30 | 2026-11-25 | 2026-11-25 | 2026-11-25 | five calendar days before
11  | idea-settlement-void          | 2027-06-16 | 2027-06-21 | 2027-06-21 | 2027-06-22 | observed Juneteenth
12  | idea-settlement-void          | 2026-07-02 | 2026-07-07 | 2026-07-07 | 2026-07-08 | observed Independence Day
13  | idea-unilateral-10bd          | 2026-12-07 | 2026-11-23 | 2026-11-20 | 2026-11-23 | ten days including holidays
14  | ma-evaluation                 | 2026-11-02 | 2026-12-18 | 2026-12-18 | 2026-12-18 | thirty school days
14  | ma-team-iep                   | 2026-11-02 | 2027-01-20 | 2027-01-20 | 2027-01-20 | forty-five school days
15  | ma-iep-immediately            | 2027-01-06 | 2027-01-13 | 2027-01-13 | 2027-01-13 | five school days
15  | ma-parent-response            | 2027-01-13 | 2027-02-12 | 2027-02-12 | 2027-02-12 | thirty days to answer
15  | ma-bsea-notice-of-rejection   | 2027-02-10 | 2027-02-15 | 2027-02-12 | 2027-02-24 | one source says school days
16  | idea-mdr                      | 2026-11-20 | 2026-12-08 | 2026-12-08 | 2026-12-08 | manifestation determination
17  | idea-iaes-45                  | 2026-11-23 | 2027-02-05 | 2027-02-05 | 2027-02-08 | the first day is day 1
18  | idea-expedited-resolution     | 2026-12-14 | 2026-12-21 | 2026-12-21 | 2026-12-21 | seven calendar days
18  | idea-expedited-resolution-end | 2026-12-14 | 2026-12-29 | 2026-12-29 | 2026-12-29 | fifteen calendar days
18  | idea-expedited-hearing        | 2026-12-14 | 2027-01-21 | 2027-01-21 | 2027-01-21 | twenty school days
18  | idea-disclosure-5bd           | 2027-01-20 | 2027-01-12 | 2027-01-12 | 2027-01-12 | over Martin Luther King Day
18  | idea-expedited-decision       | 2027-01-20 | 2027-02-03 | 2027-02-03 | 2027-02-03 | ten school days
20  | ocr-file-180                  | 2026-05-29 | 2026-11-25 | 2026-11-25 | 2026-11-25 | 180 days
21  | ocr-after-grievance-60        | 2026-10-30 | 2026-12-29 | 2026-12-29 | 2026-12-29 | after a grievance
22  | idea-dp-sol                   | 2024-02-29 | 2026-02-28 | 2026-02-27 | 2026-03-02 | two years from 29 February
24  | idea-civil-action             | 2026-11-30 | 2027-02-28 | 2027-02-26 | 2027-03-01 | ninety days to court
26  | idea-state-complaint-lookback | 2026-11-18 | 2025-11-18 | 2025-11-18 | 2025-11-18 | one year back
26  | idea-state-complaint-decision | 2026-11-18 | 2027-01-17 | 2027-01-15 | -          | ends on a Sunday
27  | idea-annual-review            | 2026-02-27 | 2027-02-27 | 2027-02-26 | 2027-03-01 | yearly review
27  | idea-triennial                | 2024-02-29 | 2027-02-28 | 2027-02-26 | 2027-03-01 | from 29 February
28  | ma-records                    | 2026-12-18 | 2026-12-28 | 2026-12-28 | 2026-12-28 | State records
28  | idea-records-access           | 2026-12-18 | 2027-02-01 | 2027-02-01 | 2027-02-01 | federal records
28  | ferpa-access                  | 2026-12-18 | 2027-02-01 | 2027-02-01 | 2027-02-01 | privacy law
29  | ma-iee-district-response      | 2026-12-18 | 2027-01-05 | 2027-01-05 | 2027-01-05 | five school days
29  | ma-iee-team                   | 2027-02-10 | 2027-03-03 | 2027-03-03 | 2027-03-03 | over a vacation
29  | ma-iee-window                 | 2026-01-31 | 2027-05-31 | 2027-05-28 | 2027-06-01 | sixteen months, Memorial Day
29  | ma-iee-window                 | 2026-10-31 | 2028-02-29 | 2028-02-29 | 2028-02-29 | sixteen months, clamped
30  | idea-part-c-to-b              | 2027-02-28 | 2027-02-28 | 2027-02-26 | 2027-02-28 | third birthday on a Sunday
30  | idea-part-c-conference        | 2027-02-28 | 2026-11-30 | 2026-11-30 | 2026-11-30 | ninety days before
31  | idea-fees-offer-made          | 2026-12-14 | 2026-12-03 | 2026-12-03 | 2026-12-03 | more than ten days before
31  | idea-fees-offer-accept        | 2026-12-03 | 2026-12-13 | 2026-12-11 | 2026-12-14 | ten days to accept
"""


def _rows() -> list[object]:
    rows = []
    for line in TABLE.strip().splitlines():
        number, rule, on, *dates, why = (cell.strip() for cell in line.split("|"))
        expected = tuple(None if text == "-" else date.fromisoformat(text) for text in dates)
        rows.append(pytest.param(rule, date.fromisoformat(on), expected, id=f"{number} {rule}: {why}"))
    return rows


@pytest.mark.parametrize(("rule_id", "on", "expected"), _rows())
def test_the_three_dates_are_those_of_the_worked_examples(
    rule_id: str, on: date, expected: tuple[date | None, ...]
) -> None:
    dates = compute(MA.rule(rule_id), on, CALENDAR_A)
    found = (dates.nominal, dates.act_by, dates.late_after)
    stated = tuple(day if want else None for day, want in zip(found, expected, strict=True))
    assert stated == expected


def fact(kind: FactKind, on: str, **more: object) -> Fact:
    return Fact(f"{kind.value}@{on}", kind, date.fromisoformat(on), **more)  # type: ignore[arg-type]


def find(rule_id: str, *facts: Fact, today: date = TODAY, state: str = "MA") -> Deadline:
    found = [
        deadline
        for deadline in deadlines(rulebook_for(state), facts, CALENDAR_A, today)
        if deadline.rule.id == rule_id and deadline.state is not DeadlineState.SUPERSEDED
    ]
    assert len(found) == 1, found
    return found[0]


RECEIVED = fact(FactKind.DUE_PROCESS_COMPLAINT_RECEIVED, "2026-11-18")


def test_example_2_one_receipt_starts_the_whole_ordinary_track() -> None:
    assert find("idea-dp-sufficiency", RECEIVED).nominal == date(2026, 12, 3)
    assert find("idea-resolution-meeting", RECEIVED).nominal == date(2026, 12, 3)
    assert find("idea-resolution-period", RECEIVED).nominal == date(2026, 12, 18)
    assert find("idea-decision-45", RECEIVED).nominal == date(2027, 2, 1)


def test_example_4_a_waiver_moves_the_decision_forward_under_the_same_key() -> None:
    waived = fact(FactKind.RESOLUTION_MEETING_WAIVED, "2026-12-01")
    before, after = find("idea-decision-45", RECEIVED), find("idea-decision-45", RECEIVED, waived)
    assert after.nominal == date(2027, 1, 15)
    assert after.moved_by == waived
    assert before.key == after.key
    assert find("idea-resolution-meeting", RECEIVED, waived).state is DeadlineState.WAIVED


def test_example_5_no_agreement_possible_inside_the_thirty_days() -> None:
    impasse = fact(FactKind.NO_AGREEMENT_POSSIBLE, "2026-12-09")
    decision = find("idea-decision-45", RECEIVED, impasse)
    assert (decision.nominal, decision.act_by) == (date(2027, 1, 23), date(2027, 1, 22))
    assert decision.late_after == date(2027, 1, 23)


def test_example_6_mediation_that_goes_on_suspends_the_decision_until_one_side_leaves() -> None:
    goes_on = fact(FactKind.MEDIATION_CONTINUES, "2026-12-15")
    suspended = find("idea-decision-45", RECEIVED, goes_on)
    assert (suspended.state, suspended.nominal) == (DeadlineState.SUSPENDED, None)
    assert "no date until one side withdraws" in suspended.reason
    left = fact(FactKind.MEDIATION_WITHDRAWN, "2027-01-22", proceeding="mediation-1")
    assert find("idea-decision-45", RECEIVED, goes_on, left).nominal == date(2027, 3, 8)


def test_example_7_an_amended_complaint_starts_the_clocks_again() -> None:
    amended = fact(FactKind.AMENDED_COMPLAINT_FILED, "2026-12-02")
    assert find("idea-resolution-meeting", RECEIVED, amended).nominal == date(2026, 12, 17)
    assert find("idea-resolution-period", RECEIVED, amended).nominal == date(2027, 1, 1)
    assert find("idea-decision-45", RECEIVED, amended).nominal == date(2027, 2, 15)
    old = [
        deadline
        for deadline in deadlines(MA, [RECEIVED, amended], CALENDAR_A, TODAY)
        if deadline.trigger == RECEIVED and deadline.state is DeadlineState.SUPERSEDED
    ]
    assert {"idea-resolution-meeting", "idea-resolution-period", "idea-decision-45"} <= {
        deadline.rule.id for deadline in old
    }


def test_example_8_the_state_list_of_holidays_moves_the_disclosure_in_california() -> None:
    dates = compute(MA.rule("idea-disclosure-5bd"), date(2026, 11, 30), CALIFORNIA)
    assert dates.nominal == date(2026, 11, 19)


def test_example_15_the_proposed_iep_is_due_at_the_earlier_of_two_dates() -> None:
    consent = fact(FactKind.EVALUATION_CONSENT_RECEIVED, "2026-11-02")
    met = fact(FactKind.IEP_TEAM_MET, "2027-01-06")
    assert find("ma-iep-immediately", consent, met).nominal == date(2027, 1, 13)
    assert find("ma-team-iep", consent, met).nominal == date(2027, 1, 20)


def test_example_19_a_count_that_leaves_the_school_calendar_is_not_guessed() -> None:
    dates = compute(MA.rule("idea-expedited-hearing"), date(2027, 6, 1), CALENDAR_A)
    assert (dates.nominal, dates.act_by, dates.late_after) == (None, None, None)
    assert "2027-28 school calendar" in dates.reason


def test_example_20_read_backwards_from_a_filing() -> None:
    dates = look_back(MA.rule("ocr-file-180"), date(2026, 11, 22), CALENDAR_A)
    assert dates.nominal == dates.act_by == date(2026, 5, 26)


def test_example_21_the_earlier_of_the_two_ocr_dates_is_the_safe_one() -> None:
    act = fact(FactKind.DISCRIMINATORY_ACT, "2026-05-29")
    grievance = fact(FactKind.SCHOOL_GRIEVANCE_COMPLETED, "2026-10-30")
    after = find("ocr-after-grievance-60", act, grievance)
    assert (after.nominal, after.act_by) == (date(2026, 12, 29), date(2026, 11, 25))


def test_example_23_two_years_back_from_a_filing() -> None:
    dates = look_back(MA.rule("idea-dp-sol"), date(2026, 11, 23), CALENDAR_A)
    assert dates.act_by == date(2024, 11, 23)


def test_example_24_massachusetts_reminds_at_day_30_as_well() -> None:
    decision = fact(FactKind.DECISION_ISSUED, "2026-11-30")
    court = find("idea-civil-action", decision)
    assert [reminder.on for reminder in court.reminders] == [date(2026, 12, 30)]
    assert not find("idea-civil-action", decision, state="TX").reminders


def test_example_25_new_york_review_is_act_by_the_last_business_day_of_the_year() -> None:
    dates = compute(rulebook_for("NY").rule("ny-state-review"), date(2026, 11, 24), NEW_YORK)
    assert (dates.nominal, dates.act_by) == (date(2027, 1, 3), date(2026, 12, 31))


def test_example_30_a_child_born_on_29_february_has_a_late_reading() -> None:
    third = birthdays(date(2024, 2, 29))[FactKind.THIRD_BIRTHDAY]
    birthday = Fact("b", FactKind.THIRD_BIRTHDAY, third, details={"born_on": "2024-02-29"})
    deadline = find("idea-part-c-to-b", birthday)
    assert (deadline.act_by, deadline.late_after) == (date(2027, 2, 26), date(2027, 3, 1))
    assert find("idea-part-c-conference", birthday).nominal == date(2026, 11, 30)


def test_example_32_california_leaves_out_a_school_break_of_more_than_five_school_days() -> None:
    year = SchoolYear(date(2026, 8, 12), date(2027, 6, 4), days("2026-12-21..2027-01-08"))
    calendar = day_calendar("CA", [year], YEARS)
    rule = rulebook_for("CA").rule("ca-evaluation")
    dates = compute(rule, date(2026, 11, 2), calendar)
    assert (dates.nominal, dates.act_by) == (date(2027, 1, 24), date(2027, 1, 22))
    assert sum(not step.counted for step in dates.steps[1:]) == 23
    without = compute(replace(rule, pauses=()), date(2026, 11, 2), calendar)
    assert without.nominal == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("method", "nominal", "act_by", "late_after"),
    [
        pytest.param("hand", date(2027, 4, 18), date(2027, 4, 16), date(2027, 4, 20), id="33 by hand"),
        pytest.param("mail", date(2027, 4, 21), date(2027, 4, 21), date(2027, 4, 21), id="33 by mail"),
    ],
)
def test_example_33_days_that_an_order_gives(method: str, nominal: date, act_by: date, late_after: date) -> None:
    details = {"days": "10", "method": method}
    order = fact(FactKind.HEARING_OFFICE_ORDER_RECEIVED, "2027-04-08", details=details)
    deadline = find("801-cmr-time", order)
    assert (deadline.nominal, deadline.act_by, deadline.late_after) == (nominal, act_by, late_after)


def test_when_the_district_files_there_is_no_resolution_period_and_you_must_answer() -> None:
    filed = fact(FactKind.DUE_PROCESS_COMPLAINT_FILED, "2026-11-18", proceeding="d", filed_by=PartyRole.LEA)
    received = fact(FactKind.DUE_PROCESS_COMPLAINT_RECEIVED_BY_PARENT, "2026-11-19", proceeding="d")
    found = {d.rule.id: d for d in deadlines(MA, [filed, received], CALENDAR_A, TODAY)}
    assert "idea-resolution-meeting" not in found
    assert "idea-resolution-period" not in found
    assert found["idea-dp-other-response"].actor is PartyRole.PARENT
    assert found["idea-dp-sufficiency"].actor is PartyRole.PARENT
    assert found["idea-decision-45"].nominal == date(2027, 1, 2)
    assert found["idea-decision-45"].verification.value == "U"
    assert found["ma-hearing-date"].nominal == date(2026, 12, 8)


def test_either_id_of_a_restated_rule_gives_the_date() -> None:
    for rule_id in ("ma-hearing-response", "ma-resolution-meeting", "ma-civil-action", "ma-exhibits-5bd"):
        rule = MA.rule(rule_id)
        model = MA.rule(rule.restates[0])
        same = compute(model, date(2026, 11, 18), CALENDAR_A)
        assert compute(rule, date(2026, 11, 18), CALENDAR_A).nominal == same.nominal
        assert rule.unit is not Unit.MONTH
