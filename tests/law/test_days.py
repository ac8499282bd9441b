"""Properties of counting that hold for every calendar."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgr.law.counting import compute
from casemgr.law.days import DayCalendar, DaysNotCovered, SchoolYear, add_days, add_months
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import Direction, RuleKind, Unit
from tests.law.calendars import CALENDAR_A, FERNHOLLOW, YEAR_A, in_order

some_day = st.dates(date(2024, 1, 1), date(2027, 6, 1))
school_day = st.dates(YEAR_A.first, YEAR_A.last).filter(CALENDAR_A.is_school_day)
COUNTED = [rule for rule in rulebook_for("MA").rules if rule.count is not None]


@given(some_day, st.integers(0, 90), st.sets(st.dates(date(2024, 1, 1), date(2027, 12, 31)), max_size=8))
def test_adding_a_holiday_never_makes_a_forward_business_day_date_earlier(
    on: date, count: int, more: set[date]
) -> None:
    fuller = replace(CALENDAR_A, holidays=CALENDAR_A.holidays | more)
    assert add_days(on, count, Unit.BUSINESS_DAY, fuller) >= add_days(on, count, Unit.BUSINESS_DAY, CALENDAR_A)


@given(school_day, st.integers(1, 60), st.sets(st.dates(YEAR_A.first, YEAR_A.last), max_size=5))
def test_a_snow_day_never_makes_a_school_day_date_earlier(on: date, count: int, snow: set[date]) -> None:
    snowed = replace(CALENDAR_A, school_years=(replace(YEAR_A, closed=YEAR_A.closed | snow),))
    try:
        later = add_days(on, count, Unit.SCHOOL_DAY, snowed)
    except DaysNotCovered:
        return
    assert later >= add_days(on, count, Unit.SCHOOL_DAY, CALENDAR_A)


@given(some_day, st.integers(0, 60))
def test_forward_and_backward_business_days_invert(on: date, count: int) -> None:
    start = CALENDAR_A.open_day_after(on)
    there = add_days(start, count, Unit.BUSINESS_DAY, CALENDAR_A, uncertain_is_holiday=True)
    assert add_days(there, -count, Unit.BUSINESS_DAY, CALENDAR_A, uncertain_is_holiday=True) == start


@given(school_day, st.integers(0, 40))
def test_forward_and_backward_school_days_invert(on: date, count: int) -> None:
    try:
        there = add_days(on, count, Unit.SCHOOL_DAY, CALENDAR_A)
    except DaysNotCovered:
        return
    assert add_days(there, -count, Unit.SCHOOL_DAY, CALENDAR_A) == on


@given(some_day, st.integers(0, 400))
def test_forward_and_backward_calendar_days_invert(on: date, count: int) -> None:
    there = add_days(on, count, Unit.CALENDAR_DAY, CALENDAR_A)
    assert there == on + timedelta(days=count)
    assert add_days(there, -count, Unit.CALENDAR_DAY, CALENDAR_A) == on


@given(some_day, st.integers(0, 60))
def test_months_keep_the_day_or_the_end_of_a_shorter_month(on: date, months: int) -> None:
    there = add_months(on, months)
    assert there.day == on.day or (there.day < on.day and (there + timedelta(days=1)).day == 1)


@given(st.sampled_from(COUNTED), some_day)
def test_act_by_comes_first_and_late_after_last(rule: object, on: date) -> None:
    dates = compute(rule, on, CALENDAR_A)  # type: ignore[arg-type]
    if rule.kind is not RuleKind.LOOK_BACK:  # type: ignore[attr-defined]
        assert in_order(dates.act_by, dates.nominal, dates.late_after)
    assert (dates.nominal is None) <= bool(dates.reason)


@given(st.sampled_from(COUNTED), some_day)
def test_the_steps_count_up_to_the_number_of_the_rule(rule: object, on: date) -> None:
    dates = compute(rule, on, CALENDAR_A)  # type: ignore[arg-type]
    numbers = [step.number for step in dates.steps if step.counted]
    if dates.nominal and rule.unit not in (Unit.MONTH, Unit.YEAR):  # type: ignore[attr-defined]
        assert numbers == list(range(1, rule.count + 1))  # type: ignore[attr-defined]
        assert rule.count == 0 or dates.steps[-1].on == dates.nominal  # type: ignore[attr-defined]


@given(some_day)
def test_our_own_date_is_a_business_day_when_there_is_room(on: date) -> None:
    for rule in COUNTED:
        dates = compute(rule, on, CALENDAR_A)
        if dates.act_by and rule.direction is Direction.AFTER and rule.kind is not RuleKind.LOOK_BACK:
            assert dates.act_by <= on or CALENDAR_A.is_business_day(dates.act_by)


@pytest.mark.parametrize(
    ("day", "missing"),
    [
        (date(2027, 6, 18), "2027-28 school calendar"),
        (date(2027, 9, 1), "2027-28 school calendar"),
        (date(2026, 6, 1), "2025-26 school calendar"),
    ],
)
def test_a_day_outside_the_entered_years_names_the_missing_one(day: date, missing: str) -> None:
    with pytest.raises(DaysNotCovered, match=missing):
        CALENDAR_A.is_school_day(day)


def test_summer_between_two_entered_years_has_no_school() -> None:
    assert not FERNHOLLOW.is_school_day(date(2026, 7, 15))


def test_the_summer_before_an_entered_year_has_no_school() -> None:
    assert not CALENDAR_A.is_school_day(date(2026, 8, 21))
    assert not CALENDAR_A.is_school_day(date(2026, 7, 1))


def test_half_a_school_year_that_was_not_entered_is_not_taken_for_summer() -> None:
    with pytest.raises(DaysNotCovered, match="2026-27"):
        FERNHOLLOW.is_school_day(date(2027, 1, 4))
    later = SchoolYear(date(2027, 9, 1), date(2028, 6, 15))
    gap = replace(FERNHOLLOW, school_years=(*FERNHOLLOW.school_years, later))
    with pytest.raises(DaysNotCovered, match="2026-27"):
        gap.is_school_day(date(2027, 1, 4))
    with pytest.raises(DaysNotCovered, match="2025-26"):
        FERNHOLLOW.is_school_day(date(2025, 11, 3))


def test_a_year_left_out_between_two_entered_ones_is_missed() -> None:
    later = SchoolYear(date(2028, 9, 1), date(2029, 6, 15))
    gap = replace(CALENDAR_A, school_years=(YEAR_A, later))
    with pytest.raises(DaysNotCovered, match="2027-28"):
        gap.is_school_day(date(2027, 10, 1))


def test_a_year_without_a_holiday_table_is_not_taken_for_a_year_without_holidays() -> None:
    with pytest.raises(DaysNotCovered, match="holidays of 2031"):
        CALENDAR_A.is_business_day(date(2031, 7, 4))


def test_without_a_holiday_table_the_plain_count_stands_and_the_rest_says_why() -> None:
    rule = rulebook_for("MA").rule("idea-dp-lea-response")
    dates = compute(rule, date(2040, 1, 2), DayCalendar())
    assert dates.nominal == date(2040, 1, 12)
    assert dates.act_by is None
    assert "holidays of 2040" in dates.reason


def test_an_observed_friday_is_uncertain_only_where_the_state_lacks_it() -> None:
    friday = date(2026, 7, 3)
    assert friday in CALENDAR_A.uncertain
    assert CALENDAR_A.is_business_day(friday)
    assert not CALENDAR_A.is_business_day(friday, uncertain_is_holiday=True)
    assert not CALENDAR_A.is_business_day(date(2027, 7, 5)), "an observed Monday is certain"
    assert not CALENDAR_A.is_business_day(date(2027, 4, 19)), "Patriots' Day"


def test_overlapping_school_years_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        DayCalendar(school_years=(YEAR_A, SchoolYear(date(2027, 6, 1), date(2027, 12, 1))))


def test_calendar_a_has_182_school_days() -> None:
    days = (YEAR_A.first + timedelta(days=n) for n in range((YEAR_A.last - YEAR_A.first).days + 1))
    assert sum(CALENDAR_A.is_school_day(day) for day in days) == 182
