"""The days of the sample story, and the school calendar that it is counted with. Pure: today comes in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from casemgr.law.days import DayCalendar, SchoolYear, add_days, span
from casemgr.law.terms import Unit

MONDAY, THURSDAY = 0, 3
BEGAN = timedelta(days=305)
"""How long before today the story begins: about ten months, room for the longest summer."""


MISSED = {1: "Teacher in a meeting", 3: "Substitute teaching", 4: "State testing", 7: "Not entered", 10: "Assembly"}
"""Which session did not take place, counted from 0, and the reason given."""


@dataclass(frozen=True)
class Days:
    """What happened when, in the order of happening. Local dates of the case, none after `today`."""

    concern: date
    evaluation_requested: date
    consent_form: date
    consent: date
    winter_progress: date
    evaluated: date
    meeting_notice: date
    reminder: date
    meeting: date
    iep: date
    response: date
    iee_refused: date
    mediation_asked: date
    mediation_agreed: date
    mediation: date
    advice: date
    amendment: date
    iee_report: date
    records_asked: date
    today: date
    latest_progress: date
    """The last school day well before the mediation: the only one that may lie before others above it."""
    sessions: tuple[Session, ...]


@dataclass(frozen=True)
class Session:
    """One reading session of the service log; `missed` is the reason that was given, or empty."""

    on: date
    missed: str = ""


def story_days(today: date) -> Days:
    """Return the days of the story. The school does things on school days, the family on any day."""
    calendar = DayCalendar(school_years=school_years(today))

    def school(day: date, count: int) -> date:
        return add_days(day, count, Unit.SCHOOL_DAY, calendar)

    def later(day: date, count: int) -> date:
        return day + timedelta(days=count)

    requested = school(today - BEGAN, 1)
    consent_form = school(requested, 4)
    consent = school(consent_form, 2)
    meeting = school(consent, 58)  # 45 school days are the limit: 603 CMR 28.05(1)
    iep = school(meeting, 4)
    response = later(iep, 19)
    iee_refused = school(response, 8)  # 5 school days are the limit: 603 CMR 28.04(5)(c)-(d)
    mediation_asked = later(iee_refused, 3)
    mediation = _weekday(today - timedelta(days=24))
    latest_progress = school(later(mediation, -5), -1)
    return Days(
        concern=later(requested, -12),
        evaluation_requested=requested,
        consent_form=consent_form,
        consent=consent,
        winter_progress=school(consent, 20),
        evaluated=school(consent, 39),  # 30 school days are the limit: 603 CMR 28.04(2)
        meeting_notice=school(consent, 44),
        reminder=school(consent, 46),
        meeting=meeting,
        iep=iep,
        response=response,
        iee_refused=iee_refused,
        mediation_asked=mediation_asked,
        mediation_agreed=later(mediation_asked, 5),
        mediation=mediation,
        advice=later(mediation, 2),
        amendment=_weekday(today - timedelta(days=12)),
        iee_report=_weekday(today - timedelta(days=6)),
        records_asked=_weekday(today - timedelta(days=4)),
        today=today,
        latest_progress=latest_progress,
        sessions=_sessions(school(response, 1), latest_progress, calendar),
    )


def school_years(today: date) -> tuple[SchoolYear, ...]:
    """Return the made-up district's school years: from the one the story begins in to the one after this."""
    first = (today - BEGAN - timedelta(days=30)).year - 1
    return tuple(_school_year(autumn) for autumn in range(first, today.year + 2))


def _school_year(autumn: int) -> SchoolYear:
    closures = closures_of(autumn)
    return SchoolYear(
        first=_nth(autumn, 9, MONDAY, 1) - timedelta(days=5),  # the Wednesday before Labor Day
        last=_weekday(date(autumn + 1, 6, 18)),
        closed=frozenset(day for start, end, _ in closures for day in span(start, end)),
        names={day: note for start, end, note in closures for day in span(start, end)},
    )


def closures_of(autumn: int) -> tuple[tuple[date, date, str], ...]:
    """Return the days without school of the year that begins in `autumn`: first day, last day, why."""
    spring = autumn + 1
    labor_day = _nth(autumn, 9, MONDAY, 1)
    columbus_day = _nth(autumn, 10, MONDAY, 2)
    thanksgiving = _nth(autumn, 11, THURSDAY, 4)
    king_day = _nth(spring, 1, MONDAY, 3)
    presidents_day = _nth(spring, 2, MONDAY, 3)
    patriots_day = _nth(spring, 4, MONDAY, 3)
    memorial_day = date(spring, 5, 31) - timedelta(days=date(spring, 5, 31).weekday())
    return (
        (labor_day - timedelta(days=3), labor_day, "Labor Day weekend"),
        (columbus_day, columbus_day, "Columbus Day"),
        (date(autumn, 11, 11), date(autumn, 11, 11), "Veterans Day"),
        (thanksgiving - timedelta(days=1), thanksgiving + timedelta(days=1), "Thanksgiving break"),
        (date(autumn, 12, 24), date(spring, 1, 1), "Winter break"),
        (king_day, king_day, "Martin Luther King Jr. Day"),
        (presidents_day, presidents_day + timedelta(days=4), "February vacation"),
        (patriots_day, patriots_day + timedelta(days=4), "April vacation"),
        (memorial_day, memorial_day, "Memorial Day"),
    )


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    """Return the `number`th `weekday` of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _weekday(day: date) -> date:
    """Return `day`, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _sessions(first: date, last: date, calendar: DayCalendar) -> tuple[Session, ...]:
    """Return the first twelve sessions planned from `first` on: Mondays, Tuesdays and Thursdays with school."""
    planned = [day for day in span(first, last) if day.weekday() in (0, 1, 3) and calendar.is_school_day(day)]
    return tuple(Session(day, MISSED.get(number, "")) for number, day in enumerate(planned[:12]))
