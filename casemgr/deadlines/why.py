"""“Why this date?”: the sentences, the counted days and the ways on, made from a stored deadline."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from casemgr.cases.queries import OURS
from casemgr.deadlines.models import Deadline, DeadlineChange, Fact
from casemgr.law.counting import UNIT_NAMES
from casemgr.law.terms import RuleKind, Unit
from casemgr.web.filters import legal_date, plural, short_date, weekday_date

MOST_MONTHS_OPEN = 2
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
SENTENCES = {
    "nominal": "The count as the law states it, and nothing more.",
    "act_by": "The safe day: the earliest way to read the rule, kept clear of weekends and holidays.",
    "late_after": "Before this day is over nobody should be called late: the latest way to read the rule.",
}
THEIR_SENTENCES = SENTENCES | {
    "act_by": "The earliest way to read the rule. Ask then whether it was done.",
}
BY_ITSELF_SENTENCES = SENTENCES | {
    "act_by": "The earliest way to read the rule. Nobody has to do anything for it to come.",
    "late_after": "The latest way to read the rule.",
}
LOOK_BACK_SENTENCES = {
    "nominal": "What happened before this day is outside the time, by the plain count.",
    "act_by": "What happened on or after this day is safely inside.",
    "late_after": "What happened before this day is outside on every reading. Check it; do not leave it out.",
}


@dataclass(frozen=True)
class Day:
    """One day of the count. `number` is its number when it counted; `mark` is counted, skipped, start or end."""

    on: date
    number: int | None
    mark: str
    why: str


@dataclass(frozen=True)
class Month:
    """A month as a table: weeks of seven, None for days of another month or outside of the count."""

    first: date
    weeks: tuple[tuple[Day | date | None, ...], ...]


@dataclass(frozen=True)
class Skipped:
    """Days that did not count for one reason; neighbours as one stretch."""

    why: str
    stretches: tuple[str, ...]
    days: int


def days_of(row: Deadline) -> list[Day]:
    """Return the counted and skipped days in the order of the count."""
    steps = row.explanation.get("steps", [])
    return [_day(step, is_last=place == len(steps) - 1) for place, step in enumerate(steps)]


def _day(step: dict[str, Any], *, is_last: bool) -> Day:
    number = step["number"]
    mark = "start" if number == 0 else "counted" if step["counted"] else "skipped"
    return Day(date.fromisoformat(step["on"]), number, "end" if is_last and number else mark, step["why"])


def months_of(days: Sequence[Day]) -> list[Month]:
    """Return the days as calendar months, earliest first; nothing for a count of months or years."""
    known = {day.on: day for day in days}
    if len(days) < 2 or len(days) != (max(known) - min(known)).days + 1:
        return []
    weeks = calendar.Calendar(calendar.SUNDAY)
    found = sorted({day.on.replace(day=1) for day in days})
    return [
        Month(
            first,
            tuple(
                tuple(known.get(on, on) if on.month == first.month else None for on in week)
                for week in weeks.monthdatescalendar(first.year, first.month)
            ),
        )
        for first in found
    ]


def skipped_of(days: Sequence[Day]) -> list[Skipped]:
    """Return why days were skipped, the most frequent reason first."""
    by_reason: dict[str, list[date]] = {}
    for day in days:
        if day.mark == "skipped":
            by_reason.setdefault(day.why, []).append(day.on)
    found = [Skipped(why, tuple(_stretches(sorted(on))), len(on)) for why, on in by_reason.items()]
    return sorted(found, key=lambda one: (-one.days, one.why))


def _stretches(days: Sequence[date]) -> Iterator[str]:
    for _, group in groupby(enumerate(days), key=lambda pair: pair[1].toordinal() - pair[0]):
        run = [on for _, on in group]
        yield short_date(run[0]) if len(run) == 1 else f"{short_date(run[0])} to {short_date(run[-1])}"


def count_sentence(row: Deadline, days: Sequence[Day]) -> str:
    """Say what was counted: "30 school days after Monday, November 2, 2026." Empty when nothing was."""
    if not days or not row.explanation.get("unit"):
        return ""
    start, end = days[0], days[-1]
    count = end.number or 0
    if count == 0:
        return f"The day itself: {weekday_date(start.on)}."
    unit = plural(count, UNIT_NAMES[Unit(row.explanation["unit"])])
    if start.number == 1:
        return f"{unit}, and {weekday_date(start.on)} is the first of them."
    when = "before" if end.on < start.on else "after"
    return f"{unit} {when} {weekday_date(start.on)}, which is day 0 and not counted."


def sentences_of(row: Deadline) -> dict[str, str]:
    """Say in one sentence each what the three dates mean."""
    kind = row.explanation.get("kind")
    if kind == RuleKind.LOOK_BACK.value:
        return LOOK_BACK_SENTENCES
    if kind == RuleKind.MILESTONE.value:
        return BY_ITSELF_SENTENCES
    return SENTENCES if row.actor in OURS else THEIR_SENTENCES


def headings_of(row: Deadline) -> list[tuple[str, str]]:
    """Return the three dates by name, the one to go by first, each with its heading."""
    kind = row.explanation.get("kind")
    if kind == RuleKind.LOOK_BACK.value:
        return [("act_by", "Safe from"), ("nominal", "Plain count"), ("late_after", "At the latest reading")]
    if kind == RuleKind.MILESTONE.value:
        return [("act_by", "Expect by"), ("nominal", "Plain count"), ("late_after", "At the latest")]
    first = "Act by" if row.actor in OURS else "Expect by"
    return [("act_by", first), ("nominal", "Plain count"), ("late_after", "Late after")]


def is_moved(row: Deadline, days: Sequence[Day]) -> bool:
    """Whether an order or agreement set another day than the count gives."""
    return bool(days) and row.nominal is not None and days[-1].on != row.nominal


ENDED = {"met_by": "What met it", "waived_by": "What made it unnecessary", "extended_by": "What moved it"}


def named_facts(row: Deadline) -> list[UUID]:
    """Return the facts that met, waived or extended a deadline."""
    return [UUID(row.explanation[name]) for name in ENDED if row.explanation.get(name)]


def endings(row: Deadline, facts: Mapping[UUID, Fact]) -> list[tuple[str, Fact]]:
    """Return what met, waived or extended a deadline, each under its heading."""
    named = ((heading, row.explanation.get(name)) for name, heading in ENDED.items())
    return [(heading, facts[UUID(fact)]) for heading, fact in named if fact and UUID(fact) in facts]


def day_of(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def change_words(change: DeadlineChange) -> str:
    """Say what a change did: "Act by: November 2, 2026 → November 3, 2026"."""
    names = {"act_by": "Act by", "nominal": "Plain count", "late_after": "Late after", "state": "State"}
    told = [
        f"{names[key]}: {_said(key, change.was)} → {_said(key, change.became)}"
        for key in names
        if change.was.get(key, "") != change.became.get(key, "")
    ]
    return "; ".join(told) or "Counted anew"


def _said(key: str, side: dict[str, Any]) -> str:
    value = str(side.get(key, ""))
    if not value:
        return "none"
    return value if key == "state" else legal_date(date.fromisoformat(value))
