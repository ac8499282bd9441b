"""Which days count: calendar, business and school days, months and years.

The trigger day is day 0 and is never counted; the last day counts. Months and years keep the day number and are
clamped to the month's end. A calendar that does not reach is an error that names what is missing: never a guess.
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from casemgr.law.terms import Unit

ONE_DAY = timedelta(days=1)
SATURDAY = 5
LONGEST_SUMMER = 130  # days; a longer gap means that part of a school year was not entered


class DaysNotCovered(Exception):
    """The count leaves the days that the calendar knows. `missing` names them, for a person to enter."""

    def __init__(self, missing: str, on: date) -> None:
        self.missing = missing
        self.on = on
        super().__init__(f"Cannot be computed until {missing} is entered (needed from {on.isoformat()}).")


@dataclass(frozen=True)
class SchoolYear:
    """One school year of a district. `first` and `last` are days with school; `closed` are weekdays without, `extra`
    Saturdays and Sundays with it (a make-up day).

    A half day is a school day. Extended school year days are not (34 CFR 300.11(c); 2006 preamble)."""

    first: date
    last: date
    closed: frozenset[date] = frozenset()
    names: Mapping[date, str] = field(default_factory=dict, compare=False)
    extra: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"The school year ends ({self.last}) before it begins ({self.first}).")

    @property
    def label(self) -> str:
        """`2026-27`; a year entered from January on is still named by the autumn it belongs to."""
        start = self.last.year - 1 if self.last.month < 8 else self.last.year
        return f"{start}-{(start + 1) % 100:02d}"


def school_year_label(day: date) -> str:
    """The school year a day belongs to when no calendar says so: July and later count as the coming year."""
    start = day.year if day.month >= 7 else day.year - 1
    return f"{start}-{(start + 1) % 100:02d}"


@dataclass(frozen=True)
class DayCalendar:
    """The business and school days of one case's State and district.

    Args:
        holidays: Federal and State holidays that are certain (34 CFR 300.11(b): the union of both).
        uncertain: observed Fridays (a holiday on a Saturday) that the State's own list lacks. Whether they are
            business days is open, so they are read both ways (5 U.S.C. 6103(b)(1) is about federal pay and leave).
        school_years: in any order; they may not overlap.
        names: what a holiday is called, for "Why this date?".
    """

    holidays: frozenset[date] = frozenset()
    uncertain: frozenset[date] = frozenset()
    school_years: tuple[SchoolYear, ...] = ()
    names: Mapping[date, str] = field(default_factory=dict, compare=False)
    _covered: frozenset[int] = field(init=False, repr=False, compare=False)
    _asked: dict[date, bool] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        years = sorted(self.school_years, key=lambda year: year.first)
        for earlier, later in pairwise(years):
            if later.first <= earlier.last:
                raise ValueError(f"School years {earlier.label} and {later.label} overlap.")
        object.__setattr__(self, "school_years", tuple(years))
        object.__setattr__(self, "_covered", frozenset(day.year for day in self.holidays))

    def is_business_day(self, day: date, *, uncertain_is_holiday: bool = False) -> bool:
        """Monday to Friday and no Federal or State holiday: 34 CFR 300.11(b).

        Raises DaysNotCovered for a year of which no holiday is known."""
        if day.weekday() >= SATURDAY:
            return False
        if day.year not in self._covered:
            raise DaysNotCovered(f"the list of holidays of {day.year}", day)
        return day not in self.holidays and not (uncertain_is_holiday and day in self.uncertain)

    def school_year_of(self, day: date) -> SchoolYear | None:
        for year in self.school_years:
            if year.first <= day <= year.last:
                return year
        return None

    def is_school_day(self, day: date) -> bool:
        """A day that children attend for instruction: 34 CFR 300.11(c). The summer before or between entered
        years is known to have none; outside of them nothing is known.

        Raises DaysNotCovered, naming the school year that nobody has entered."""
        known = self._asked.get(day)
        if known is None:
            known = self._asked[day] = self._has_school(day)
        return known

    def _has_school(self, day: date) -> bool:
        year = self.school_year_of(day)
        if year is None:
            self._refuse_outside(day)
            return False
        return (day.weekday() < SATURDAY and day not in year.closed) or day in year.extra

    def _refuse_outside(self, day: date) -> None:
        """Return for a day of a summer that is known to have no school; raise for any other."""
        before = [year for year in self.school_years if year.last < day]
        after = [year for year in self.school_years if year.first > day]
        if after and _is_summer_before(after[0], day):
            return
        if before and after and (after[0].first - before[-1].last).days <= LONGEST_SUMMER:
            return
        start = int(school_year_label(day)[:4])
        if before:
            last = _school_year_start(before[-1])
            start = last + 1 if start != last or day.month in (6, 7, 8) else last
        raise DaysNotCovered(f"the {start}-{(start + 1) % 100:02d} school calendar", day)

    def counts(self, day: date, unit: Unit, *, uncertain_is_holiday: bool = False) -> bool:
        """Whether `day` is one of the days that `unit` counts."""
        match unit:
            case Unit.CALENDAR_DAY:
                return True
            case Unit.BUSINESS_DAY:
                return self.is_business_day(day, uncertain_is_holiday=uncertain_is_holiday)
            case Unit.BUSINESS_DAY_INCL_HOLIDAYS:
                return day.weekday() < SATURDAY
            case Unit.SCHOOL_DAY:
                return self.is_school_day(day)
        raise ValueError(f"{unit.value} is not counted day by day.")

    def why_not(self, day: date, unit: Unit) -> str:
        """Why `day` was skipped, in words for a person."""
        if day.weekday() >= SATURDAY:
            return "weekend"
        if unit is Unit.SCHOOL_DAY:
            year = self.school_year_of(day)
            if year is None:
                return "between school years"
            return year.names.get(day) or self.names.get(day) or "no school"
        return self.names.get(day, "holiday")

    def open_day_before(self, day: date) -> date:
        """`day`, or the nearest earlier business day; uncertain holidays are kept clear of."""
        while not self.is_business_day(day, uncertain_is_holiday=True):
            day -= ONE_DAY
        return day

    def open_day_after(self, day: date) -> date:
        """`day`, or the nearest later business day; uncertain holidays are waited out."""
        while not self.is_business_day(day, uncertain_is_holiday=True):
            day += ONE_DAY
        return day

    def is_summer(self, day: date) -> bool:
        """Between two school years. Raises DaysNotCovered, naming the school year that nobody has entered."""
        if self.school_year_of(day) is not None:
            return False
        self._refuse_outside(day)
        return True

    def weekdays_of_break(self, day: date) -> int:
        """How many weekdays the stretch without school around `day` has; 0 on a school day, a plain weekend and
        outside of the entered school years."""
        year = self.school_year_of(day)
        if year is None or self.is_school_day(day):
            return 0
        first = last = day
        while first > year.first and not self.is_school_day(first - ONE_DAY):
            first -= ONE_DAY
        while last < year.last and not self.is_school_day(last + ONE_DAY):
            last += ONE_DAY
        return sum(one.weekday() < SATURDAY for one in span(first, last))

    def school_days_left(self, after: date) -> int:
        """School days of the year of `after`, not counting that day. Raises DaysNotCovered in no entered year."""
        year = self.school_year_of(after)
        if year is None:
            raise DaysNotCovered(f"the {school_year_label(after)} school calendar", after)
        return sum(self.is_school_day(day) for day in span(after + ONE_DAY, year.last))


def _is_summer_before(year: SchoolYear, day: date) -> bool:
    """From July on, up to the first day of a year that was entered from its beginning."""
    return year.first.month in (7, 8, 9) and date(year.first.year, 7, 1) <= day < year.first


def _school_year_start(year: SchoolYear) -> int:
    return int(year.label[:4])


def span(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    day = first
    while day <= last:
        yield day
        day += ONE_DAY


def add_months(on: date, months: int) -> date:
    """Same day number `months` later (earlier when negative), clamped to the end of a shorter month."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def add_days(
    on: date,
    count: int,
    unit: Unit,
    calendar: DayCalendar,
    *,
    uncertain_is_holiday: bool = False,
    first_day_counts: bool = False,
) -> date:
    """The day that is `count` units after `on` (before it, when negative). `on` is day 0.

    Args:
        count: in `unit`; 0 gives `on` itself.
        first_day_counts: for a cap ("not more than 45 school days"), where `on` is day 1 if it counts.
    Raises: DaysNotCovered, when a business or school day is asked of days that `calendar` does not know.
    """
    if unit is Unit.MONTH:
        return add_months(on, count)
    if unit is Unit.YEAR:
        return add_months(on, 12 * count)
    if unit is Unit.CALENDAR_DAY:
        shift = 1 if first_day_counts and count else 0
        return on + timedelta(days=count - shift if count > 0 else count + shift)
    step = ONE_DAY if count > 0 else -ONE_DAY
    day, left = on, abs(count)
    if left and first_day_counts:
        left -= calendar.counts(day, unit, uncertain_is_holiday=uncertain_is_holiday)
    while left:
        day += step
        left -= calendar.counts(day, unit, uncertain_is_holiday=uncertain_is_holiday)
    return day
