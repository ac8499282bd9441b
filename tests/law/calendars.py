"""Calendars for the law tests: Calendar A (invented) and the fictional district of the sample case file."""

from datetime import date, timedelta
from itertools import pairwise

from casemgr.deadlines.holidays import day_calendar
from casemgr.law.days import SchoolYear

YEARS = range(2022, 2031)


def days(*spans: str) -> frozenset[date]:
    """`days("2026-11-03", "2026-11-26..2026-11-27")`: every day of each span."""
    found = set()
    for text in spans:
        first, _, last = text.partition("..")
        day, end = date.fromisoformat(first), date.fromisoformat(last or first)
        while day <= end:
            found.add(day)
            day += timedelta(days=1)
    return frozenset(found)


# Calendar A: 182 school days.
YEAR_A = SchoolYear(
    first=date(2026, 9, 2),
    last=date(2027, 6, 17),
    closed=days(
        "2026-09-07",
        "2026-10-12",
        "2026-11-03",
        "2026-11-11",
        "2026-11-26..2026-11-27",
        "2026-12-24..2027-01-01",
        "2027-01-18",
        "2027-02-15..2027-02-19",
        "2027-04-19..2027-04-23",
        "2027-05-31",
    ),
)
CALENDAR_A = day_calendar("MA", [YEAR_A], YEARS)

# The fictional Fernhollow district, 5 January to 23 December 2026. Early-release days are school days.
FERNHOLLOW = day_calendar(
    "MA",
    [
        SchoolYear(
            first=date(2026, 1, 5),
            last=date(2026, 6, 18),
            closed=days(
                "2026-01-19",
                "2026-01-27",
                "2026-02-16..2026-02-20",
                "2026-02-24",
                "2026-03-13",
                "2026-04-20..2026-04-24",
                "2026-05-25",
            ),
        ),
        SchoolYear(
            first=date(2026, 9, 1),
            last=date(2026, 12, 23),
            closed=days(
                "2026-09-04",
                "2026-09-07",
                "2026-09-21",
                "2026-10-12",
                "2026-11-03",
                "2026-11-11",
                "2026-11-26..2026-11-27",
            ),
        ),
    ],
    YEARS,
)
CALIFORNIA = day_calendar("CA", [], YEARS)
NEW_YORK = day_calendar("NY", [], YEARS)


def in_order(*dates: date | None) -> bool:
    known = [day for day in dates if day is not None]
    return all(earlier <= later for earlier, later in pairwise(known))
