"""The dates of one promise, counted with the law's own day counter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from casemgr.law.counting import compute
from casemgr.law.days import DayCalendar
from casemgr.law.rules import Rule
from casemgr.law.terms import Direction, PartyRole, RuleKind, Unit, Verification
from casemgr.obligations.models import Delivery, Obligation
from casemgr.obligations.periods import Series

NO_DAY = "The paper names no day. Ask in writing for one, so that both sides know when it is late."
NO_DAY_ZERO = "The agreement or decision that this was counted from was taken back. Say what to count from."


@dataclass(frozen=True)
class Counted:
    """`act_by` is what to expect or meet, `late_after` the day before which nobody is called late."""

    nominal: date | None = None
    act_by: date | None = None
    late_after: date | None = None
    reason: str = ""
    explanation: dict[str, Any] = field(default_factory=dict)


def series_of(row: Obligation) -> Series | None:
    """Return the promise as a series; None for one that does not recur."""
    if row.timing != "again" or row.starts_on is None:
        return None
    return Series(row.every, row.starts_on, row.ends_on, row.minutes or 1)


def delivered_of(row: Obligation, deliveries: Sequence[Delivery]) -> int:
    """Return what was delivered: minutes, or how often where no hours are promised."""
    kept = [one for one in deliveries if one.taken_back_at is None]
    return sum(one.minutes or 0 for one in kept) if row.minutes else len(kept)


def count(row: Obligation, delivered: int, agreed_on: date | None, calendar: Callable[[], DayCalendar]) -> Counted:
    """Return the dates of a promise.

    Args:
        delivered: as `delivered_of` says.
        agreed_on: the day of the agreement or decision as it stands on record now.
        calendar: gives the business and school days of the case; asked only where days are counted.
    """
    if row.timing == "day":
        return Counted(row.due_on, row.due_on, row.due_on)
    if row.timing == "no_day":
        return Counted(reason=NO_DAY)
    series = series_of(row)
    if series is not None:
        due = series.next_due(delivered)
        return Counted(due, due, due)
    start = row.count_from or agreed_on
    if start is None or row.count is None:
        return Counted(reason=NO_DAY_ZERO)
    found = compute(_as_rule(row.count, Unit(row.unit)), start, calendar())
    steps = [{"on": s.on.isoformat(), "counted": s.counted, "number": s.number, "why": s.why} for s in found.steps]
    explanation = {"day_zero": start.isoformat(), "steps": steps, "readings": list(found.readings)}
    return Counted(found.nominal, found.act_by, found.late_after, found.reason, explanation)


def _as_rule(number: int, unit: Unit) -> Rule:
    """An agreement counts as the law does: its own day is day 0, and a last day on a weekend has two readings."""
    return Rule(
        id="agreement",
        title="",
        explanation="",
        kind=RuleKind.DUTY,
        direction=Direction.AFTER,
        actor=PartyRole.LEA,
        citation="",
        verified=Verification.V,
        read_on=date(2026, 1, 1),
        count=number,
        unit=unit,
    )
