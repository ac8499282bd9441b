"""Calendar-day counts that leave days out: school breaks, summer, holidays. And counts that a detail makes longer."""

from datetime import date

import pytest

from casemgr.deadlines.holidays import day_calendar
from casemgr.law.counting import compute
from casemgr.law.days import SchoolYear
from casemgr.law.rules import Extra, Pause, Reading, Rule
from casemgr.law.terms import Direction, PartyRole, PauseKind, RuleKind, Unit, Verification
from tests.law.calendars import CALENDAR_A, YEAR_A, YEARS, days

LONG_BREAKS = (Pause(PauseKind.SCHOOL_BREAK, longer_than=5), Pause(PauseKind.SUMMER))
SUMMER = (Pause(PauseKind.SUMMER),)
NEXT_YEAR = SchoolYear(date(2027, 9, 1), date(2028, 6, 15))
TWO_YEARS = day_calendar("MA", [YEAR_A, NEXT_YEAR], YEARS)


def rule(count: int = 60, unit: Unit = Unit.CALENDAR_DAY, **more: object) -> Rule:
    return Rule(
        id="x",
        title="X",
        explanation="X.",
        kind=RuleKind.DUTY,
        direction=Direction.AFTER,
        actor=PartyRole.LEA,
        citation="X",
        verified=Verification.V,
        read_on=date(2026, 11, 22),
        count=count,
        unit=unit,
        **more,  # type: ignore[arg-type]
    )


def test_a_break_of_more_than_five_school_days_is_left_out_with_its_weekends() -> None:
    calendar = day_calendar("MA", [SchoolYear(YEAR_A.first, YEAR_A.last, days("2026-12-21..2027-01-08"))], YEARS)
    dates = compute(rule(pauses=LONG_BREAKS), date(2026, 11, 2), calendar)
    assert (dates.nominal, dates.act_by) == (date(2027, 1, 24), date(2027, 1, 22))
    skipped = [step.on for step in dates.steps if not step.counted][1:]
    assert (skipped[0], skipped[-1], len(skipped)) == (date(2026, 12, 19), date(2027, 1, 10), 23)
    assert "school break of 15 weekdays" in next(step.why for step in dates.steps if step.on == skipped[0])


def test_a_break_of_five_school_days_goes_on_counting() -> None:
    """Calendar A closes 15-19 February and 19-23 April: five weekdays each, not more than five."""
    dates = compute(rule(pauses=LONG_BREAKS), date(2027, 2, 1), CALENDAR_A)
    assert dates.nominal == date(2027, 4, 2)
    every = compute(rule(pauses=(Pause(PauseKind.SCHOOL_BREAK, longer_than=4),)), date(2027, 2, 1), CALENDAR_A)
    assert every.nominal == date(2027, 4, 11)  # nine days later: Sat 13 to Sun 21 February


def test_the_summer_is_the_days_between_the_last_and_the_first_day_of_school() -> None:
    dates = compute(rule(pauses=SUMMER), date(2027, 6, 7), TWO_YEARS)
    assert dates.nominal == date(2027, 10, 20)  # ten days to 17 June, fifty from 1 September on
    assert next(step.on for step in dates.steps if step.why.startswith("summer")) == date(2027, 6, 18)


def test_a_count_over_a_summer_whose_end_nobody_entered_is_not_guessed() -> None:
    dates = compute(rule(pauses=SUMMER), date(2027, 6, 7), CALENDAR_A)
    assert (dates.nominal, dates.act_by, dates.late_after) == (None, None, None)
    assert "2027-28 school calendar" in dates.reason
    assert compute(rule(pauses=SUMMER), date(2026, 11, 2), CALENDAR_A).nominal == date(2027, 1, 1)


def test_holidays_can_be_left_out_and_another_reading_can_pause_more() -> None:
    holidays = rule(10, pauses=(Pause(PauseKind.PUBLIC_HOLIDAY),))
    assert compute(holidays, date(2026, 11, 18), CALENDAR_A).nominal == date(2026, 11, 29)
    breaks = Reading(10, Unit.CALENDAR_DAY, "Breaks count too.", pauses=(Pause(PauseKind.SCHOOL_BREAK),))
    both = compute(rule(10, late=breaks), date(2026, 11, 18), CALENDAR_A)
    assert (both.nominal, both.act_by) == (date(2026, 11, 28), date(2026, 11, 27))
    assert both.late_after == date(2026, 12, 2)  # Thu 26 to Sun 29 November left out


@pytest.mark.parametrize(
    ("absences", "nominal"),
    [("", date(2026, 11, 9)), ("2", date(2026, 11, 9)), ("3", date(2026, 11, 13)), ("many", date(2026, 11, 9))],
)
def test_absences_make_a_count_longer_from_the_third_on(absences: str, nominal: date) -> None:
    counted = rule(4, Unit.SCHOOL_DAY, adds=Extra("absences", 3))
    assert compute(counted, date(2026, 11, 2), CALENDAR_A, {"absences": absences}).nominal == nominal


def test_a_last_day_that_the_law_names_by_month_and_day() -> None:
    june = rule(0, ends_on="06-30")
    assert compute(june, date(2027, 4, 1), CALENDAR_A).nominal == date(2027, 6, 30)
    assert compute(june, date(2027, 7, 1), CALENDAR_A).nominal == date(2028, 6, 30)
    saturday = compute(rule(0, ends_on="02-27"), date(2027, 1, 4), CALENDAR_A)
    assert (saturday.nominal, saturday.act_by) == (date(2027, 2, 27), date(2027, 2, 26))


def test_near_the_end_of_a_school_year_another_row_runs_instead() -> None:
    ordinary = rule(45, Unit.SCHOOL_DAY, not_if_school_days_left=(35, 44))
    late = rule(0, ends_on="06-30", school_days_left=(35, 44))
    in_window, before = date(2027, 4, 12), date(2027, 2, 1)
    assert not compute(ordinary, in_window, CALENDAR_A).applies
    assert compute(late, in_window, CALENDAR_A).nominal == date(2027, 6, 30)
    assert compute(ordinary, before, CALENDAR_A).applies
    assert not compute(late, before, CALENDAR_A).applies
    assert "school calendar" in compute(ordinary, date(2028, 3, 1), CALENDAR_A).reason
