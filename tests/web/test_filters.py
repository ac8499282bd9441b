from datetime import UTC, date, datetime

import pytest

from casemgr.web import filters


@pytest.mark.parametrize(
    "show, shown",
    [
        (filters.legal_date, "March 3, 2025"),
        (filters.short_date, "Mar 3, 2025"),
        (filters.weekday_date, "Monday, March 3, 2025"),
    ],
)
def test_a_date_is_written_as_people_in_the_field_write_it(show, shown):
    assert show(date(2025, 3, 3)) == shown
    assert show(None) == ""


@pytest.mark.parametrize(
    "day, words",
    [
        (date(2025, 3, 8), "in 5 days"),
        (date(2025, 3, 4), "tomorrow"),
        (date(2025, 3, 3), "today"),
        (date(2025, 3, 2), "yesterday"),
        (date(2025, 2, 28), "3 days ago"),
        (1200, "in 1,200 days"),
        (None, ""),
    ],
)
def test_days_left_are_said_in_words(day, words):
    assert filters.days_left(day, today=date(2025, 3, 3)) == words


@pytest.mark.parametrize(
    "instant, zone, words",
    [
        (datetime(2025, 3, 3, 21, 5, tzinfo=UTC), "America/New_York", "March 3, 2025, 4:05 p.m. EST"),
        (datetime(2025, 7, 1, 4, 0), "America/Los_Angeles", "June 30, 2025, 9:00 p.m. PDT"),
        (datetime(2025, 3, 3, 17, 0, tzinfo=UTC), None, "March 3, 2025, 12:00 p.m. EST"),
        (None, None, ""),
    ],
)
def test_an_instant_is_shown_on_the_clock_of_the_case(instant, zone, words):
    assert filters.local_time(instant, zone) == words


@pytest.mark.parametrize(
    "size, words",
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (12_345, "12 KB"),
        (999_900, "1.0 MB"),
        (3_400_000, "3.4 MB"),
        (250_000_000, "250 MB"),
        (5_000_000_000_000, "5000 GB"),
        (None, ""),
    ],
)
def test_a_size_is_said_in_the_unit_that_fits(size, words):
    assert filters.file_size(size) == words


def test_a_plural_follows_the_count():
    assert filters.plural(1, "paper") == "1 paper"
    assert filters.plural(0, "paper") == "0 papers"
    assert filters.plural(2, "entry", "entries") == "2 entries"
