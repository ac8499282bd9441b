"""Days without school, typed one a line: "2026-11-26 – 2026-11-27 Thanksgiving", "2027-03-13 School: make-up day"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from casemgr.law.days import ONE_DAY, SATURDAY, SchoolYear, span

MOST_LINES = 400
LONGEST_NOTE = 200
SCHOOL = "School: "
"""How the note of a weekend day with school begins."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_DATE = re.compile(
    _WEEKDAY + r"(?:(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"|(?P<us_month>\d{1,2})/(?P<us_day>\d{1,2})(?:/(?P<us_year>\d{4}|\d{2}))?"
    r"|(?P<name>[a-z]{3,9})\.?\s+(?P<name_day>\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(?P<name_year>\d{4}))?)(?![\d/])",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"\s*(?:-|–|—|\.\.+|\b(?:to|through|until)\b)\s*", re.IGNORECASE)
_DAY_ONLY = re.compile(r"(?P<day>\d{1,2})(?:,\s*\d{4})?(?![\d/:-])")


@dataclass(frozen=True)
class Closure:
    """Days without school for all children, both included; with `has_school`, weekend days that have it."""

    first_on: date
    last_on: date
    note: str = ""
    has_school: bool = False


class ClosuresUnclear(ValueError):
    """Some lines cannot be used. `problems` says for each line what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


def parse_closures(text: str, first_day: date, last_day: date) -> tuple[Closure, ...]:
    """Read closures of a school year, one a line, earliest first. Empty lines are left out.

    Dates as 2026-11-26, 11/26/2026 (month first) or November 26, 2026; a date without a year is the one in this
    school year. Raises ClosuresUnclear, naming the lines that cannot be read, lie outside the school year, run
    backwards or overlap.
    """
    lines = [(number, " ".join(line.split())) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST_LINES:
        raise ClosuresUnclear([f"Use at most {MOST_LINES} lines: put a vacation on one line, as first day – last day."])
    problems: list[str] = []
    found: list[tuple[int, Closure]] = []
    for number, line in lines:
        try:
            found.append((number, _closure(line, first_day, last_day)))
        except ValueError as problem:
            problems.append(f"Line {number}: {problem}")
    found.sort(key=lambda pair: (pair[1].first_on, pair[0]))
    problems += _overlaps(found)
    if problems:
        raise ClosuresUnclear(problems)
    return tuple(closure for _, closure in found)


def closures_of(year: SchoolYear) -> tuple[Closure, ...]:
    """Return the days off of a school year as stretches of one reason, and its weekend days with school."""
    days = sorted(year.closed) + sorted(year.extra)
    found: list[Closure] = []
    for day in days:
        has_school, note = day in year.extra, year.names.get(day, "")
        last = found[-1] if found else None
        if last and last.last_on == day - ONE_DAY and (last.note, last.has_school) == (note, has_school):
            found[-1] = replace(last, last_on=day)
        else:
            found.append(Closure(day, day, note, has_school))
    weekdays = (one for one in found if one.has_school or any(d.weekday() < SATURDAY for d in span(*_ends(one))))
    return tuple(sorted(weekdays, key=lambda one: one.first_on))


def _ends(one: Closure) -> tuple[date, date]:
    return one.first_on, one.last_on


def lines_of(closures: list[Closure]) -> str:
    """Return closures as text that `parse_closures` reads back."""
    return "\n".join(_line(closure) for closure in closures)


def _line(closure: Closure) -> str:
    days = f"{closure.first_on}" if closure.first_on == closure.last_on else f"{closure.first_on} – {closure.last_on}"
    return f"{days} {SCHOOL if closure.has_school else ''}{closure.note}".rstrip()


def _closure(line: str, first_day: date, last_day: date) -> Closure:
    start = _DATE.match(line)
    if start is None:
        raise ValueError(f"“{line[:60]}” does not begin with a date such as 2026-11-26.")
    first, rest = _date(start, first_day, last_day), line[start.end() :]
    last = first
    if until := _UNTIL.match(rest):
        after = rest[until.end() :]
        if end := _DATE.match(after):
            last, rest = _date(end, first, last_day), after[end.end() :]
        elif (end := _DAY_ONLY.match(after)) and until.group() != until.group().strip():
            raise ValueError("Write the last day in full, such as 2026-11-27.")  # it may be “- 2 hours late”
        elif end:
            last, rest = _exact(first.year, first.month, int(end["day"])), after[end.end() :]
    note, has_school = rest.strip(" ,:;–—-"), False
    if note.casefold().startswith(SCHOOL.strip().casefold()):
        note, has_school = note[len(SCHOOL) - 1 :].strip(), True
    if last < first:
        raise ValueError("The last day is before the first.")
    if first < first_day or last > last_day:
        raise ValueError("This is outside the school year above. Check the year.")
    if len(note) > LONGEST_NOTE:
        raise ValueError(f"Keep the note under {LONGEST_NOTE} characters.")
    if has_school and not all(day.weekday() >= SATURDAY for day in span(first, last)):
        raise ValueError("Only a Saturday or Sunday with school needs a line; weekdays have school anyway.")
    return Closure(first, last, note, has_school)


def _date(found: re.Match[str], first_day: date, last_day: date) -> date:
    """Return the day that was found; without a year, the one that lies between the two days."""
    if found["name"]:
        month, day, year = _month(found["name"]), found["name_day"], found["name_year"]
    elif found["us_month"]:
        month, day, year = int(found["us_month"]), found["us_day"], found["us_year"]
    else:
        month, day, year = int(found["month"]), found["day"], found["year"]
    if year:
        return _exact(int(year) + (2000 if len(year) == 2 else 0), month, int(day))
    for guess in range(first_day.year, last_day.year + 1):
        with suppress(ValueError):
            if first_day <= date(guess, month, int(day)) <= last_day:
                return date(guess, month, int(day))
    raise ValueError("This day is outside the school year above, or does not exist.")


def _month(name: str) -> int:
    if name[:3].lower() not in MONTHS:
        raise ValueError(f"“{name}” is not a month.")
    return MONTHS.index(name[:3].lower()) + 1


def _exact(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError("This date does not exist. Check the day and the month.") from None


def _overlaps(found: list[tuple[int, Closure]]) -> Iterator[str]:
    for (earlier, one), (later, other) in pairwise(found):
        if other.first_on <= one.last_on and other.has_school == one.has_school:
            yield f"Lines {min(earlier, later)} and {max(earlier, later)} name the same day. Keep one of them."
