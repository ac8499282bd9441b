"""One rule, one day 0, three dates: nominal, act_by and late_after, with every counting step.

The convention and its sources: the trigger day is day 0, the last day counts, nothing rolls by itself
(34 CFR 300.11(a); OSEP letter to LaCrosse, 19 April 2018). Where the law leaves two readings, both are computed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import overload

from casemgr.law.days import ONE_DAY, SATURDAY, DayCalendar, DaysNotCovered, add_days, span
from casemgr.law.rules import Pause, Reading, Rule
from casemgr.law.terms import Direction, PauseKind, RuleKind, Unit

NO_NUMBER = "Our tables give no number of days for this, so no date can be computed."

UNIT_NAMES = {
    Unit.CALENDAR_DAY: "calendar day",
    Unit.BUSINESS_DAY: "business day",
    Unit.BUSINESS_DAY_INCL_HOLIDAYS: "weekday (holidays count)",
    Unit.SCHOOL_DAY: "school day",
    Unit.MONTH: "month",
    Unit.YEAR: "year",
}


@dataclass(frozen=True)
class Step:
    """One day of the count. `number` is the day's number when it counted."""

    on: date
    counted: bool
    number: int | None
    why: str


class Steps(Sequence[Step]):
    """Every day of a count, told when somebody reads it: most dates are computed and never explained."""

    def __init__(self, tell: Callable[[], Iterator[Step]]) -> None:
        self._tell = tell

    @cached_property
    def _told(self) -> tuple[Step, ...]:
        return tuple(self._tell())

    @overload
    def __getitem__(self, place: int) -> Step: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Step, ...]: ...
    def __getitem__(self, place: int | slice) -> Step | tuple[Step, ...]:
        return self._told[place]

    def __len__(self) -> int:
        return len(self._told)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._told == tuple(other)

    def __hash__(self) -> int:
        return hash(self._told)


@dataclass(frozen=True)
class Dates:
    """What one rule gives for one day 0. A date that cannot be computed is None, and `reason` says why.

    `applies` is False when the rule does not run at all for this trigger."""

    nominal: date | None
    act_by: date | None
    late_after: date | None
    reason: str = ""
    steps: Sequence[Step] = ()
    readings: tuple[str, ...] = ()
    applies: bool = True


@dataclass(frozen=True)
class _Count:
    """What to count: `count` is signed, negative runs back."""

    start: date
    count: int
    unit: Unit
    first_day_counts: bool
    pauses: tuple[Pause, ...] = ()


class _CannotCount(Exception):
    """Carries the Dates to return instead."""

    def __init__(self, reason: str, *, applies: bool = True) -> None:
        self.dates = Dates(None, None, None, reason, applies=applies)
        super().__init__(reason)


@lru_cache(maxsize=10_000)
def say(day: date) -> str:
    """`Fri 27 Nov 2026`, as dates stand in explanations."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def long_day(day: date) -> str:
    """`November 27, 2026`, as dates stand on the pages."""
    return f"{day:%B} {day.day}, {day.year}"


def compute(
    rule: Rule,
    on: date,
    calendar: DayCalendar,
    details: Mapping[str, str] | None = None,
    *,
    lea_filed: bool = False,
) -> Dates:
    """The three dates of `rule` counted from day 0 `on`, with every counting step.

    Args:
        on: local date of the trigger, day 0.
        details: answers of the trigger fact, for the few rules that ask (an order that names its days).
        lea_filed: whether the district filed, for the rules that count differently then.
    Never raises for a calendar that does not reach: dates are None and `reason` names what is missing.
    """
    try:
        count = _what_to_count(rule, on, calendar, details or {}, lea_filed)
        nominal = _reach(count, calendar)
    except _CannotCount as stop:
        return stop.dates
    except DaysNotCovered as gap:
        return Dates(None, None, None, str(gap))
    steps = Steps(lambda: _steps(count, nominal, calendar))
    try:
        candidates = _readings(rule, count, nominal, calendar, details or {})
        found, reason = _with_other_readings(rule, count, candidates, calendar)
    except DaysNotCovered as gap:
        return Dates(nominal, None, None, str(gap), steps)
    act_by, late_after = found
    return Dates(nominal, act_by, late_after, reason, steps, _explain(rule, nominal, act_by, late_after, candidates))


def look_back(rule: Rule, filed_on: date, calendar: DayCalendar) -> Dates:
    """The same limit read backwards: the earliest act that a filing on `filed_on` still reaches.

    act_by is the safe, later date. Older acts are to be checked, never deleted: exceptions exist (300.511(f))."""
    back = replace(rule, direction=Direction.BEFORE, kind=RuleKind.LOOK_BACK, early=None, late=None)
    return compute(back, filed_on, calendar)


def _what_to_count(rule: Rule, on: date, calendar: DayCalendar, details: Mapping[str, str], lea_filed: bool) -> _Count:
    if rule.direction is Direction.NONE or rule.unit is None:
        raise _CannotCount(NO_NUMBER)
    count = rule.count_if_lea_filed if lea_filed and rule.count_if_lea_filed is not None else rule.count
    if rule.count_detail:
        text = details.get(rule.count_detail, "")
        if not text.isdecimal():
            raise _CannotCount("Enter the number of days that the order gives.")
        count = int(text)
    if rule.mailed_days and details.get("method") == "mail":
        on += timedelta(days=rule.mailed_days)
    if rule.school_days_left:
        on = _end_of_school_year(rule.school_days_left, on, calendar)
    if rule.not_if_school_days_left:
        _refuse_end_of_school_year(rule.not_if_school_days_left, on, calendar)
    if rule.ends_on:
        on = _next_day_named(rule.ends_on, on)
    if rule.adds:
        count = (count or 0) + _extra_days(details.get(rule.adds.detail, ""), rule.adds.at_least)
    sign = -1 if rule.direction is Direction.BEFORE else 1
    return _Count(on, sign * (count or 0), rule.unit, rule.first_day_counts, rule.pauses)


def _extra_days(text: str, at_least: int) -> int:
    days = int(text) if text.isdecimal() else 0
    return days if days >= at_least else 0


def _next_day_named(month_day: str, on: date) -> date:
    """The first 30 June (for "06-30") that is not before `on`."""
    month, day = (int(part) for part in month_day.split("-"))
    this_year = date(on.year, month, day)
    return this_year if this_year >= on else date(on.year + 1, month, day)


def _refuse_end_of_school_year(window: tuple[int, int], on: date, calendar: DayCalendar) -> None:
    """Raise when another row of the same law runs instead. Where no calendar says so, the ordinary count runs."""
    if calendar.school_year_of(on) is None:
        return
    left = calendar.school_days_left(on)
    if window[0] <= left <= window[1]:
        raise _CannotCount(f"Does not apply: only {left} school days are left in the year.", applies=False)


def _end_of_school_year(window: tuple[int, int], on: date, calendar: DayCalendar) -> date:
    left = calendar.school_days_left(on)
    year = calendar.school_year_of(on)
    if year is None or not window[0] <= left <= window[1]:
        raise _CannotCount(
            f"Does not apply: {left} school days are left in the year, not {window[0]} to {window[1]}.",
            applies=False,
        )
    return year.last


def _reach(count: _Count, calendar: DayCalendar, *, uncertain_is_holiday: bool = False) -> date:
    if count.pauses:
        return _reach_over_pauses(count, calendar)
    return add_days(
        count.start,
        count.count,
        count.unit,
        calendar,
        uncertain_is_holiday=uncertain_is_holiday,
        first_day_counts=count.first_day_counts,
    )


def _reach_over_pauses(count: _Count, calendar: DayCalendar) -> date:
    step = ONE_DAY if count.count > 0 else -ONE_DAY
    day, left = count.start, abs(count.count)
    while left:
        day += step
        left -= not _why_paused(day, count.pauses, calendar)
    return day


def _why_paused(day: date, pauses: tuple[Pause, ...], calendar: DayCalendar) -> str:
    """Why this day is left out of a calendar-day count; empty when it counts.

    Raises DaysNotCovered for a day of a school year that nobody has entered: it might be a break."""
    for pause in pauses:
        match pause.what:
            case PauseKind.SUMMER if calendar.is_summer(day):
                return "summer, between school years: not counted"
            case PauseKind.SCHOOL_BREAK if not calendar.is_summer(day):
                weekdays = calendar.weekdays_of_break(day)
                if weekdays > pause.longer_than:
                    return f"school break of {weekdays} weekday{'' if weekdays == 1 else 's'}: not counted"
            case PauseKind.PUBLIC_HOLIDAY if day in calendar.holidays:
                return f"{calendar.names.get(day, 'holiday')}: not counted"
    return ""


def _readings(
    rule: Rule, count: _Count, nominal: date, calendar: DayCalendar, details: Mapping[str, str]
) -> list[tuple[date, str]]:
    """Every plausible end of the count, with the reason for each that differs from the plain one."""
    found = [(nominal, "")]
    if count.unit is Unit.BUSINESS_DAY and calendar.uncertain:
        other = _reach(count, calendar, uncertain_is_holiday=True)
        if other != nominal:
            found.append((other, "An observed Friday lies in between, and whether it is a holiday is open."))
    leap = "29 February does not exist in that year: 28 February and 1 March are both plausible."
    is_leap_trigger = (count.start.month, count.start.day) == (2, 29)
    if count.unit in (Unit.MONTH, Unit.YEAR) and is_leap_trigger and nominal.day != count.start.day:
        found.append((nominal + ONE_DAY, leap))
    if details.get("born_on", "").endswith("-02-29") and (count.start.month, count.start.day) == (2, 28):
        found.append((_reach(replace(count, start=count.start + ONE_DAY), calendar), leap))
    return found


def _with_other_readings(
    rule: Rule, count: _Count, candidates: list[tuple[date, str]], calendar: DayCalendar
) -> tuple[tuple[date | None, date | None], str]:
    """Add the rule's own earlier and later reading. One that the calendar does not reach leaves only its side open:
    the safe day of "5 days; one source says school days" is known without a school calendar."""
    gaps: list[Reading] = []
    reason = ""
    for reading in filter(None, (rule.early, rule.late)):
        try:
            candidates += _other_reading(reading, count, calendar)
        except DaysNotCovered as gap:
            gaps.append(reading)
            reason = f"{reading.why} {gap}"
    act_by, late_after = _safe_and_late(rule, count, candidates, calendar)
    return (None if rule.early in gaps else act_by, None if rule.late in gaps else late_after), reason


def _other_reading(reading: Reading, count: _Count, calendar: DayCalendar) -> list[tuple[date, str]]:
    sign = -1 if count.count < 0 else 1
    again = _Count(count.start, sign * reading.count, reading.unit, reading.first_day_counts, reading.pauses)
    found = [(_reach(again, calendar), reading.why)]
    if reading.unit is Unit.BUSINESS_DAY:
        found.append((_reach(again, calendar, uncertain_is_holiday=True), reading.why))
    return found


def _safe_and_late(
    rule: Rule, count: _Count, candidates: list[tuple[date, str]], calendar: DayCalendar
) -> tuple[date, date]:
    earliest = min(day for day, _ in candidates)
    latest = max(day for day, _ in candidates)
    if rule.kind is RuleKind.LOOK_BACK:
        return latest, earliest
    act_by = earliest
    if count.count or rule.ends_on or rule.direction is Direction.BEFORE:
        act_by = calendar.open_day_before(earliest)
        if rule.direction is Direction.AFTER and not rule.ends_on:
            act_by = max(act_by, min(count.start, earliest))
    return act_by, calendar.open_day_after(latest) if rule.may_roll else latest


def _steps(count: _Count, nominal: date, calendar: DayCalendar) -> Iterator[Step]:
    """Day 0, every day up to the last one, and why each counted or did not."""
    if count.unit in (Unit.MONTH, Unit.YEAR):
        word = UNIT_NAMES[count.unit] + ("" if abs(count.count) == 1 else "s")
        yield Step(count.start, False, 0, "day 0")
        clamped = nominal.day != count.start.day
        end = ", end of a shorter month" if clamped else ", same day of the month"
        when = "before" if count.count < 0 else "later"
        yield Step(nominal, True, abs(count.count), f"{abs(count.count)} {word} {when}{end}")
        return
    number = 0
    if count.first_day_counts and calendar.counts(count.start, count.unit):
        number = 1
        yield Step(count.start, True, 1, "day 1: the first day counts")
    else:
        yield Step(count.start, False, 0, "day 0: the day itself is not counted")
    days: Iterator[date]
    if count.count < 0:
        days = reversed(tuple(span(nominal, count.start - ONE_DAY)))
    else:
        days = span(count.start + ONE_DAY, nominal)
    for day in days:
        if paused := _why_paused(day, count.pauses, calendar):
            yield Step(day, False, None, paused)
        elif calendar.counts(day, count.unit):
            number += 1
            yield Step(day, True, number, _why_counted(day, count.unit, calendar))
        else:
            yield Step(day, False, None, calendar.why_not(day, count.unit))


def _why_counted(day: date, unit: Unit, calendar: DayCalendar) -> str:
    if unit is Unit.CALENDAR_DAY and day.weekday() >= SATURDAY:
        return "weekend, counted: every day counts"
    if unit is Unit.CALENDAR_DAY and day in calendar.holidays:
        return f"{calendar.names.get(day, 'holiday')}, counted: every day counts"
    if unit is Unit.BUSINESS_DAY and day in calendar.uncertain:
        return "observed holiday on a Friday: not certain, counted here"
    return UNIT_NAMES[unit]


def _explain(
    rule: Rule, nominal: date, act_by: date | None, late_after: date | None, candidates: list[tuple[date, str]]
) -> tuple[str, ...]:
    """Why the three dates differ, in sentences."""
    texts = [f"{why} (Another reading: {say(day)}.)" for day, why in dict(candidates).items() if day != nominal]
    if rule.kind is RuleKind.LOOK_BACK:
        return tuple(texts)
    if act_by and act_by < nominal:
        texts.append(f"Plan for {say(act_by)}: the earliest safe day. The plain count ends {say(nominal)}.")
    if late_after and late_after > nominal:
        texts.append(f"Do not call it late before {say(late_after)} is over: some rules give until then.")
    elif not rule.may_roll and nominal.weekday() >= SATURDAY:
        texts.append("This date falls on a weekend and does not move.")
    return tuple(texts)
