"""Holiday tables from the `holidays` package, made into the calendar that the law engine counts with.

The State list is not a superset of the federal one, so both are joined. A federal *observed Friday* (the holiday is
on a Saturday) that the State's list lacks is uncertain: it binds federal pay and leave (5 U.S.C. 6103(b)(1)), not
plainly "business day". An observed Monday is certain.
"""

from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache

import holidays

from casemgr.law.days import DayCalendar, SchoolYear

FRIDAY = 4


def day_calendar(state: str, school_years: Iterable[SchoolYear], years: Collection[int]) -> DayCalendar:
    """The business and school days of a State and a district.

    Args:
        state: two letters ("MA"); an unknown one gives federal holidays only.
        school_years: as entered for the district; may be empty.
        years: calendar years to know holidays of; take some on both sides of the facts. A count that leaves them
            is refused, never guessed.
    """
    known, uncertain = _holidays_of(state.upper(), tuple(sorted(years)))
    return DayCalendar(
        holidays=frozenset(known) - uncertain,
        uncertain=uncertain,
        school_years=tuple(school_years),
        names=known,
    )


@lru_cache(maxsize=256)
def _holidays_of(state: str, years: tuple[int, ...]) -> tuple[dict[date, str], frozenset[date]]:
    """Return every holiday with its name, and the uncertain ones; many cases ask for the same years."""
    federal = holidays.US(years=years)
    own = holidays.US(subdiv=state, years=years) if state in holidays.US.subdivisions else federal
    uncertain = frozenset(day for day in federal if _is_observed_friday(day, federal[day]) and day not in own)
    return dict(federal) | dict(own), uncertain


def _is_observed_friday(day: date, name: str) -> bool:
    return day.weekday() == FRIDAY and "observed" in name
