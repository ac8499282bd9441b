"""Plain words for promises: amounts, when, where they come from."""

from __future__ import annotations

from casemgr.law.facts import FACTS
from casemgr.law.terms import FactKind, Unit
from casemgr.obligations.forms import ACTORS, TIMINGS
from casemgr.obligations.models import Obligation
from casemgr.obligations.periods import EVERY
from casemgr.web.filters import legal_date, plural
from casemgr.web.voice import told

ACTOR_NAMES = dict(ACTORS)
STATES = {
    "open": ("Open", "clock", None),
    "late": ("Overdue", "alert", "late"),
    "met": ("Met", "check", "met"),
    "waived": ("Not asked for any more", "flag", None),
}
"""State of a promise: words, icon and tone of its badge."""
UNIT_WORDS = {
    Unit.CALENDAR_DAY.value: "calendar day",
    Unit.SCHOOL_DAY.value: "school day",
    Unit.BUSINESS_DAY.value: "business day",
    Unit.MONTH.value: "month",
}

__all__ = ["ACTOR_NAMES", "STATES", "TIMINGS", "amount", "hours", "source", "when"]


def hours(minutes: int) -> str:
    """Return minutes as hours: “4 hours”, “1.5 hours”."""
    return "1 hour" if minutes == 60 else f"{minutes / 60:,.2f}".rstrip("0").rstrip(".") + " hours"


def amount(row: Obligation, number: int) -> str:
    """Return an amount of this promise in words: “6 hours”, “2 times”."""
    return hours(number) if row.minutes else plural(number, "time")


def when(row: Obligation) -> str:
    """Return the timing as it was written down: “within 30 school days”, “2 hours each month from May 4, 2026”."""
    told = hours(row.minutes) if row.minutes else ""
    if row.timing == "day":
        return f"{told} by {legal_date(row.due_on)}".strip()
    if row.timing == "count" and row.count is not None:
        counted = f"within {plural(row.count, UNIT_WORDS.get(row.unit, row.unit))}"
        return f"{told} {counted}".strip()
    if row.timing == "again":
        until = f" until {legal_date(row.ends_on)}" if row.ends_on else ", with no end named"
        return f"{told or 'once'} {EVERY.get(row.every, row.every)} from {legal_date(row.starts_on)}{until}"
    return f"{told}, no day named".lstrip(", ").capitalize() if told else "no day named"


def source(kind: str) -> str:
    """Return an agreement or decision in plain words ("You signed a mediation agreement")."""
    return told(FACTS[FactKind(kind)].label) if kind in FACTS else kind
