"""School calendars as `.ics` files: exports of Google, Outlook and district sites become rows a person can check.

Each event is read by itself (icalendar), so that one broken event is a problem with its line and not the end of the
import; series are expanded by recurring_ical_events within bounds. Dates are those of the calendar's own time zone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import icalendar
import recurring_ical_events

from casemgr.law.calendar_files import EARLIEST, LATEST, LONGEST_NOTE, LONGEST_STRETCH, CalendarFile, Problem, Row
from casemgr.law.calendar_words import NO_SCHOOL, RowKind, Taken, taken_for
from casemgr.law.days import ONE_DAY

MOST_BYTES = 5_000_000
MOST_EVENTS = 5_000
MOST_OCCURRENCES = 5_000
MOST_PROBLEMS = 50
MOST_YEARS = 3
SHORTEST_DAY = 4.0  # hours of an event that can be a day off
LONGEST_WORK = 10.0  # seconds for expanding series
HARMLESS_SERIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
SLOW_PARTS = frozenset({"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS", "BYMONTH"})
ONCE = ("DTSTART", "DTEND", "DURATION", "SUMMARY", "STATUS", "UID", "RECURRENCE-ID", "DESCRIPTION")
TIME_PARTS = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})


class _Unusable(ValueError):
    """One event cannot be used; the text says why."""


@dataclass(frozen=True)
class _Block:
    """The lines of one event, where it begins, and what was wrong with its frame."""

    line: int
    text: str


def read_ics(
    data: bytes, *, zone: str = "America/New_York", school_year: tuple[date, date] | None = None
) -> CalendarFile:
    """Read the events of an iCalendar file (RFC 5545) as rows, in the order of their lines.

    Args:
        zone: time zone of timed events where the file names none (its X-WR-TIMEZONE or only VTIMEZONE comes first).
        school_year: first and last day within which series are expanded; without it the school years (July to
            June) that the other events lie in, three at most.
    Never raises for what a file holds: cancelled events are rows that change nothing, and the rest of what cannot be
    used is in `problems` with its line. Bounded in bytes, events, occurrences and time.
    """
    if len(data) > MOST_BYTES:
        return _refused("The file is too large for a school calendar (5 MB at most).")
    text = data.decode("utf-8-sig", errors="replace")
    if "BEGIN:VCALENDAR" not in text[:4000].upper():
        return _refused("This is not an iCalendar (.ics) file: it does not begin with BEGIN:VCALENDAR.")
    problems: list[Problem] = []
    blocks, frame = _blocks(text, problems)
    ours = _zone(frame, zone)
    events: list[tuple[int, icalendar.Event]] = []
    for block in blocks:
        try:
            events.append((block.line, _event(block, problems)))
        except _Unusable as problem:
            problems.append(Problem(block.line, str(problem)))
    rows = _Reader(ours, school_year, problems).rows(events)
    if not blocks:
        problems.append(Problem(1, "The file holds no event."))
    problems.sort(key=lambda problem: problem.line)
    if len(problems) > MOST_PROBLEMS:
        more = len(problems) - MOST_PROBLEMS
        problems[MOST_PROBLEMS:] = [Problem(problems[MOST_PROBLEMS].line, f"{more} more problems from here on.")]
    return CalendarFile(tuple(rows), tuple(problems))


def _refused(text: str) -> CalendarFile:
    return CalendarFile((), (Problem(1, text),))


# -- the frame of the file: events with their lines -------------------------------------------------------------------


def _blocks(text: str, problems: list[Problem]) -> tuple[list[_Block], str]:
    """Cut the file into events, and return them with everything around them (name, time zones)."""
    blocks: list[_Block] = []
    frame: list[str] = []
    inside: list[str] | None = None
    begun = 0
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        word = line.strip().upper()
        if word == "BEGIN:VEVENT":
            if inside is not None:
                problems.append(Problem(begun, "This event has no end (END:VEVENT), so it was left out."))
            inside, begun = [], number
        elif word == "END:VEVENT":
            if inside is None:
                problems.append(Problem(number, "An event ends here that did not begin."))
            elif len(blocks) >= MOST_EVENTS:
                problems.append(Problem(begun, f"More than {MOST_EVENTS:,} events: the rest was not read."))
                return blocks, "\n".join(frame)
            else:
                blocks.append(_Block(begun, "\r\n".join(inside)))
            inside = None
        else:
            (frame if inside is None else inside).append(line)
    if inside is not None:
        problems.append(Problem(begun, "The file ends in the middle of this event."))
    return blocks, "\n".join(frame)


def _zone(frame: str, otherwise: str) -> ZoneInfo:
    """The calendar's own time zone; Outlook's Windows names are translated by the library."""
    named = [line.split(":", 1)[1].strip() for line in frame.split("\n") if line.upper().startswith("X-WR-TIMEZONE:")]
    zones = [line.split(":", 1)[1].strip() for line in frame.split("\n") if line.upper().startswith("TZID:")]
    for name in (*named, *(zones if len(set(zones)) == 1 else ()), otherwise):
        found = icalendar.timezone.tzp.timezone(name) if name else None
        if isinstance(found, ZoneInfo):
            return found
        with suppress(ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo(name)
    return ZoneInfo("UTC")


def _event(block: _Block, problems: list[Problem]) -> icalendar.Event:
    try:
        event = icalendar.Event.from_ical(f"BEGIN:VEVENT\r\n{block.text}\r\nEND:VEVENT\r\n")
    except Exception as broken:  # the library raises several kinds; whatever it is, this event is unreadable
        raise _Unusable(f"This event cannot be read: {_short(broken)}") from broken
    for name, message in event.errors:
        at = _line_of(block, name, message)
        if name in (None, "SUMMARY", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"):
            problems.append(Problem(at, f"{name or 'A line'} cannot be read: {_short(message)}"))
        if name in ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"):
            raise _Unusable("This event was left out: its dates are not clear.")
    if "DTSTART" not in event:
        raise _Unusable("This event has no date (DTSTART).")
    if twice := next((name for name in ONCE if isinstance(event.get(name), list)), None):
        raise _Unusable(f"This event has two lines {twice}, so it was left out.")
    starts, ends = event["DTSTART"].dt, event["DTEND"].dt if "DTEND" in event else event["DTSTART"].dt
    if not (isinstance(starts, date) and isinstance(ends, date)):
        raise _Unusable("This event has no clear first and last day.")
    if not (EARLIEST <= _as_date(starts) <= LATEST and _as_date(ends) <= LATEST):
        raise _Unusable("This event's date is not of our time. Check the year.")
    return event


def _line_of(block: _Block, name: str | None, message: str) -> int:
    for number, line in enumerate(block.text.split("\r\n"), block.line + 1):
        if name and line.upper().startswith(name):
            return number
        if name is None and line.strip() and f"'{line.strip()[:40]}" in message:
            return number
    return block.line


def _short(problem: object) -> str:
    return " ".join(str(problem).split())[:120]


def _as_date(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


# -- events become rows -----------------------------------------------------------------------------------------------


class _Reader:
    """One file: its time zone, the days within which series are expanded, and the problems found on the way."""

    def __init__(self, zone: ZoneInfo, school_year: tuple[date, date] | None, problems: list[Problem]) -> None:
        self.zone, self.school_year, self.problems = zone, school_year, problems
        self.until = time.monotonic() + LONGEST_WORK

    def rows(self, events: Sequence[tuple[int, icalendar.Event]]) -> list[Row]:
        families: dict[str, list[tuple[int, icalendar.Event]]] = {}
        for line, event in events:
            families.setdefault(str(event.get("UID") or f"line {line}"), []).append((line, event))
        series = [family for family in families.values() if any(_repeats(event) for _, event in family)]
        repeating = {id(event) for family in series for _, event in family}
        single = [(line, event) for line, event in events if id(event) not in repeating]
        found = [row for line, event in single for row in self._row(line, event)]
        window = self.school_year or _window(found, [event for family in series for _, event in family])
        left = MOST_OCCURRENCES
        for family in series:
            if left <= 0 or time.monotonic() > self.until:
                self.problems.append(Problem(family[0][0], "Too many repeated events: from here on none was read."))
                break
            made = self._expanded(family, window, left)
            left -= len(made)
            found += made
        return sorted(found, key=lambda row: (row.line, row.first_on))

    def _row(self, line: int, event: icalendar.Event, *, repeated: bool = False) -> Iterator[Row]:
        """No row, and a problem, for an event that lasts longer than a year.

        A repeated entry opens no day: the early release of each Wednesday also stands in the vacation. What repeats
        more often than yearly, or takes some hours, closes a day only when it says so in words."""
        try:
            first, last = self._days(event)
        except (ValueError, TypeError, OverflowError):
            self.problems.append(Problem(line, "This event has no clear first and last day, so it was left out."))
            return
        if (last - first).days > LONGEST_STRETCH:
            self.problems.append(Problem(line, "This event is longer than a year, so it was left out."))
            return
        note = "".join(sign for sign in str(event.get("SUMMARY", "")) if sign.isprintable()).strip()
        taken = _taken(event, note)
        if first != last and taken.kind in (RowKind.FIRST, RowKind.LAST):
            taken = Taken(RowKind.IGNORED, "It covers several days: enter the one first or last day of school.")
        if repeated and taken.kind is RowKind.OPEN:
            taken = Taken(RowKind.IGNORED, f"{taken.why} A repeated entry opens no day that is closed.")
        if taken.kind is RowKind.CLOSED and taken.why != NO_SCHOOL:
            if repeated and not _is_yearly(event):
                taken = Taken(RowKind.IGNORED, f"{taken.why} It repeats too often to be a day without school.")
            elif self._hours(event) < SHORTEST_DAY:
                taken = Taken(RowKind.IGNORED, f"{taken.why} It takes some hours, not the day.")
        yield Row(first, last, taken.kind, note[:LONGEST_NOTE], line, taken.why)

    def _days(self, event: icalendar.Event) -> tuple[date, date]:
        """First and last day, both included. An end at midnight, and the end of all-day events, is exclusive."""
        start = event["DTSTART"].dt
        if "DTEND" in event:
            end = event["DTEND"].dt
        elif "DURATION" in event:
            end = start + event["DURATION"].dt
        else:
            end = start + ONE_DAY if not isinstance(start, datetime) else start
        if not isinstance(start, datetime):
            return start, max(start, _as_date(end) - ONE_DAY)
        first = self._local(start)
        last = self._local(end) if isinstance(end, datetime) else datetime(end.year, end.month, end.day)  # noqa: DTZ001
        if last.date() > first.date() and last.time() == last.time().min:
            last -= timedelta(seconds=1)
        return first.date(), max(first.date(), last.date())

    def _hours(self, event: icalendar.Event) -> float:
        start = event["DTSTART"].dt
        if not isinstance(start, datetime):
            return 24.0
        end = (
            event["DTEND"].dt
            if "DTEND" in event
            else start + (event["DURATION"].dt if "DURATION" in event else ONE_DAY)
        )
        if not isinstance(end, datetime):
            return 24.0
        return (self._local(end) - self._local(start)).total_seconds() / 3600

    def _local(self, moment: datetime) -> datetime:
        """Wall clock time of the calendar; a floating time is one already."""
        return (
            moment.replace(tzinfo=None) if moment.tzinfo is None else moment.astimezone(self.zone).replace(tzinfo=None)
        )

    def _expanded(
        self, family: Sequence[tuple[int, icalendar.Event]], window: tuple[date, date], left: int
    ) -> list[Row]:
        line = family[0][0]
        calendar = icalendar.Calendar()
        try:
            for own_line, event in family:
                _bound(event, window[1])
                event["X-CASEMGR-LINE"] = icalendar.vInt(own_line)
                calendar.add_component(event)
            found = recurring_ical_events.of(calendar, keep_recurrence_attributes=True).between(
                window[0], window[1] + ONE_DAY
            )
        except _Unusable as problem:
            self.problems.append(Problem(line, str(problem)))
            return []
        except Exception as broken:  # a series that the library cannot make sense of
            self.problems.append(Problem(line, f"This repeated event cannot be read: {_short(broken)}"))
            return []
        if len(found) > left:
            self.problems.append(
                Problem(line, f"More than {MOST_OCCURRENCES:,} repeated events: the rest was not read.")
            )
        places = ((int(event.get("X-CASEMGR-LINE", line)), event) for event in found[:left])
        return [row for at, event in places for row in self._row(at, event, repeated=True)]


def _taken(event: icalendar.Event, note: str) -> Taken:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return Taken(RowKind.IGNORED, "The event is marked as cancelled.")
    taken = taken_for(note)
    if taken.kind is RowKind.IGNORED and "Nothing in it" in taken.why:
        for other in (_categories(event), str(event.get("DESCRIPTION", ""))[:500] if not note else ""):
            found = taken_for(other)
            if other and found.kind is not RowKind.IGNORED:
                return found
    return taken


def _categories(event: icalendar.Event) -> str:
    with suppress(Exception):  # only a hint
        found: Any = event.get("CATEGORIES")
        each = found if isinstance(found, list) else [found] if found is not None else []
        return " ".join(str(name) for one in each for name in getattr(one, "cats", [one]))
    return ""


def _is_yearly(event: icalendar.Event) -> bool:
    """Of one occurrence, which keeps the rule of its series."""
    rules = event.get("RRULE") or []
    each = rules if isinstance(rules, list) else [rules]
    return all("YEARLY" in [str(one).upper() for one in rule.get("FREQ", [])] for rule in each)


def _repeats(event: icalendar.Event) -> bool:
    return "RRULE" in event or "RDATE" in event


def _window(rows: Sequence[Row], series: Sequence[icalendar.Event]) -> tuple[date, date]:
    """July to June around the single events; around the starts of the series when there is nothing else."""
    days = [row.first_on for row in rows] or [_as_date(event["DTSTART"].dt) for event in series]
    days = days or [EARLIEST]
    first, last = _school_year(min(days)), _school_year(max(days))
    first = max(first, last - MOST_YEARS + 1)
    return date(first, 7, 1), date(last + 1, 6, 30)


def _school_year(day: date) -> int:
    return day.year if day.month >= 7 else day.year - 1


def _bound(event: icalendar.Event, last: date) -> None:
    """Give a series without end an end, and refuse one that would only cost time. Raises _Unusable."""
    rules = event.get("RRULE")
    for rule in rules if isinstance(rules, list) else [rules] if rules else []:
        frequency = str((rule.get("FREQ") or [""])[0]).upper()
        parts = {str(name).upper() for name in rule}
        if frequency not in HARMLESS_SERIES or parts & TIME_PARTS:
            raise _Unusable("This event repeats within a day, as no school day does, so it was left out.")
        if any(int(step) < 1 for step in rule.get("INTERVAL", [1])):
            raise _Unusable("This event repeats without moving on, so it was left out.")
        if "COUNT" in parts and frequency in ("DAILY", "WEEKLY") and parts & SLOW_PARTS:
            raise _Unusable("This event repeats in too complicated a way. Enter its days by hand.")
        if "COUNT" not in parts:
            _end(rule, event["DTSTART"].dt, last)


def _end(rule: Any, start: date | datetime, last: date) -> None:
    until = (rule.get("UNTIL") or [None])[0]
    if until is not None and _as_date(until) <= last:
        return
    if not isinstance(start, datetime):
        rule["UNTIL"] = [last]
    else:
        end = datetime(last.year, last.month, last.day, 23, 59, 59, tzinfo=UTC)
        rule["UNTIL"] = [end if start.tzinfo else end.replace(tzinfo=None)]
