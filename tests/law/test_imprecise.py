"""A fact of which only the month, or not even that, is known starts no false date."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casemgr.law.deadlines import Deadline, Fact, deadlines
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import DeadlineState, Precision
from casemgr.law.terms import FactKind as K
from tests.law.calendars import CALENDAR_A

MA = rulebook_for("MA")
MONTH, UNKNOWN = Precision.MONTH, Precision.UNKNOWN
NOVEMBER = date(2026, 11, 1)
TODAY = date(2026, 11, 22)


def run(*facts: Fact, today: date = TODAY) -> list[Deadline]:
    return deadlines(MA, facts, CALENDAR_A, today)


def one(found: list[Deadline], rule_id: str) -> Deadline:
    (row,) = [row for row in found if row.rule.id == rule_id and row.state is not DeadlineState.SUPERSEDED]
    return row


def test_a_month_gives_the_earliest_and_the_latest_day_and_no_plain_count() -> None:
    found = one(run(Fact("r", K.RECORDS_REQUESTED, NOVEMBER, precision=MONTH)), "ma-records")
    assert found.nominal is None
    assert found.act_by == date(2026, 11, 10)  # from November 1; the 11th is a holiday
    assert found.late_after == date(2026, 12, 10)  # from November 30
    assert "only the month is known (November 2026)" in found.reason
    assert found.trigger.on == NOVEMBER


def test_any_day_of_the_month_stands_for_the_month() -> None:
    first, other = (
        one(run(Fact("r", K.RECORDS_REQUESTED, on, precision=MONTH)), "ma-records")
        for on in (NOVEMBER, date(2026, 11, 17))
    )
    assert (first.act_by, first.late_after) == (other.act_by, other.late_after)


@pytest.mark.parametrize(
    ("today", "state"),
    [(date(2026, 12, 10), DeadlineState.OPEN), (date(2026, 12, 11), DeadlineState.LATE)],
)
def test_nobody_is_late_before_the_latest_day_of_the_month_is_counted_out(today: date, state: DeadlineState) -> None:
    assert one(run(Fact("r", K.RECORDS_REQUESTED, NOVEMBER, precision=MONTH), today=today), "ma-records").state is state


def test_a_chain_from_a_month_keeps_both_ends() -> None:
    decision = one(run(Fact("c", K.DUE_PROCESS_COMPLAINT_RECEIVED, NOVEMBER, "d", precision=MONTH)), "idea-decision-45")
    assert decision.nominal is None
    assert decision.act_by == date(2027, 1, 15)  # Nov 1 + 30 + 45
    assert decision.late_after == date(2027, 2, 13)  # Nov 30 + 30 + 45, a Saturday that does not roll


def test_counted_back_from_a_month_the_safe_day_is_the_earlier_one() -> None:
    hearing = Fact("h", K.HEARING_SCHEDULED, date(2026, 12, 1), "d", precision=MONTH)
    found = one(run(hearing), "idea-disclosure-5bd")
    assert found.act_by == date(2026, 11, 23)  # five business days before December 1, over Thanksgiving
    assert found.late_after == date(2026, 12, 23)  # before December 31, Christmas left out


def test_a_look_back_from_a_month_is_safe_from_the_later_day() -> None:
    found = one(
        run(Fact("s", K.STATE_COMPLAINT_RECEIVED, NOVEMBER, "s", precision=MONTH)), "idea-state-complaint-lookback"
    )
    assert (found.act_by, found.late_after) == (date(2025, 11, 30), date(2025, 11, 1))


def test_an_unknown_day_starts_no_date_and_says_why() -> None:
    found = one(run(Fact("r", K.RECORDS_REQUESTED, TODAY, precision=UNKNOWN)), "ma-records")
    assert (found.nominal, found.act_by, found.late_after, found.steps) == (None, None, None, ())
    assert "the day of “You asked for the student's records” is not known" in found.reason
    assert found.state is DeadlineState.OPEN


def test_a_waiver_of_unknown_day_leaves_the_decision_without_a_date() -> None:
    received = Fact("c", K.DUE_PROCESS_COMPLAINT_RECEIVED, date(2026, 11, 18), "d")
    waived = Fact("w", K.RESOLUTION_MEETING_WAIVED, date(2026, 12, 1), "d", precision=UNKNOWN)
    found = one(run(received, waived), "idea-decision-45")
    assert (found.nominal, found.act_by, found.late_after) == (None, None, None)
    assert "Both sides waived the resolution meeting" in found.reason


def test_what_may_have_met_a_date_leaves_it_open_and_calls_nobody_late() -> None:
    asked = Fact("r", K.RECORDS_REQUESTED, date(2026, 11, 16))
    given_ = Fact("g", K.RECORDS_PROVIDED, NOVEMBER, precision=MONTH)
    found = one(run(asked, given_, today=date(2027, 3, 1)), "ma-records")
    assert found.state is DeadlineState.OPEN
    assert found.late_after is None
    assert any("It may be settled already" in note for note in found.notes)


def test_what_surely_met_a_date_in_time_is_met_without_a_day() -> None:
    asked = Fact("r", K.RECORDS_REQUESTED, date(2026, 11, 28))
    in_december = Fact("g", K.RECORDS_PROVIDED, date(2026, 12, 1), precision=MONTH)
    found = one(run(asked, in_december), "ma-records")
    assert (found.state, found.met_on, found.met_late) == (DeadlineState.MET, None, False)


def test_facts_with_days_are_not_touched_by_one_without() -> None:
    received = Fact("c", K.DUE_PROCESS_COMPLAINT_RECEIVED, date(2026, 11, 18), "d")
    other = Fact("r", K.RECORDS_REQUESTED, NOVEMBER, precision=MONTH)
    alone = {row.key: row for row in run(received)}
    beside = {row.key: row for row in run(received, other)}
    assert all(beside[key] == row for key, row in alone.items())


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([K.RECORDS_REQUESTED, K.DUE_PROCESS_COMPLAINT_RECEIVED, K.IEP_DATED, K.DECISION_ISSUED]),
    st.integers(1, 30),
)
def test_every_day_of_the_month_lies_between_the_two_ends(kind: K, day: int) -> None:
    by_key = {row.key: row for row in run(Fact("f", kind, NOVEMBER, "d", precision=MONTH))}
    for exact in run(Fact("f", kind, date(2026, 11, day), "d")):
        wide = by_key[exact.key]
        if exact.act_by and exact.late_after:
            assert wide.act_by and wide.late_after
            assert wide.act_by <= exact.act_by
            assert exact.late_after <= wide.late_after


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.dates(date(2026, 9, 2), date(2027, 6, 1)), st.sampled_from(K), st.sampled_from(Precision)),
        max_size=10,
    )
)
def test_any_mixture_gives_each_deadline_once_with_a_date_or_a_reason(rows: list[tuple[date, K, Precision]]) -> None:
    facts = [Fact(f"{n}", kind, on, precision=precision) for n, (on, kind, precision) in enumerate(rows)]
    found = run(*facts)
    assert len({row.key for row in found}) == len(found)
    for row in found:
        assert row.nominal or row.reason
        assert row.trigger in facts
