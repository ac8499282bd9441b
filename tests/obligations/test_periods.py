"""What a recurring promise owes, and when."""

from __future__ import annotations

from datetime import date

import pytest

from casemgr.obligations.periods import Series

MONTHLY = Series("month", date(2026, 3, 3), date(2026, 6, 18), each=240)


@pytest.mark.parametrize(
    ("today", "hours"),
    [
        pytest.param(date(2026, 4, 2), 0, id="nothing on the last day of the first period itself"),
        pytest.param(date(2026, 4, 3), 4, id="the first four hours on the day after"),
        pytest.param(date(2026, 5, 3), 8, id="eight after two months"),
        pytest.param(date(2026, 6, 18), 12, id="the last, shorter period still runs on its last day"),
        pytest.param(date(2026, 6, 19), 16, id="and owes the full amount after it"),
        pytest.param(date(2027, 6, 19), 16, id="nothing more a year later"),
    ],
)
def test_a_period_is_owed_once_its_last_day_is_over(today, hours):
    assert MONTHLY.owed_by(today) == hours * 60


def test_the_total_is_that_of_all_periods_and_unknown_without_an_end():
    assert MONTHLY.total() == 16 * 60
    assert Series("week", date(2026, 3, 3), None, 60).total() is None


@pytest.mark.parametrize(
    ("delivered", "due"),
    [
        pytest.param(0, date(2026, 4, 2), id="nothing delivered: the end of the first period"),
        pytest.param(239, date(2026, 4, 2), id="a minute is missing"),
        pytest.param(240, date(2026, 5, 2), id="the first period is covered"),
        pytest.param(16 * 60, None, id="all of it"),
    ],
)
def test_the_next_day_is_the_end_of_the_first_period_that_is_not_covered(delivered, due):
    assert MONTHLY.next_due(delivered) == due


def test_months_from_the_end_of_january_keep_to_their_own_first_day():
    series = Series("month", date(2026, 1, 31), date(2026, 4, 29), each=1)
    assert list(series.periods()) == [
        (date(2026, 1, 31), date(2026, 2, 27)),
        (date(2026, 2, 28), date(2026, 3, 30)),
        (date(2026, 3, 31), date(2026, 4, 29)),
    ]


def test_weeks_are_seven_days_each():
    assert next(iter(Series("week", date(2026, 3, 2), None, 1).periods())) == (date(2026, 3, 2), date(2026, 3, 8))
