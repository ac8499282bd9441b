"""Facts become deadlines. A pure function: rules, facts, calendar and the day come in, deadlines go out.

Every deadline has three dates, because federal special-education law says nothing about a last day on a weekend and
bodies disagree:
    nominal     the plain count
    act_by      the earliest plausible reading, moved back to a business day: what our user should meet
    late_after  the latest plausible reading: before it nobody is told that the other side is late
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from casemgr.law.days import DayCalendar
from casemgr.law.rulebook import Rule, Rulebook
from casemgr.law.terms import DeadlineState, FactKind, PartyRole, Verification


@dataclass(frozen=True)
class Fact:
    """Something that happened, or is set to happen, on a local date.

    Args:
        id: stable identity (the row's id). proceeding: id of the proceeding it belongs to, if any.
        filed_by: who filed, for the facts that are filings.
        details: answers that some rules need; the keys are in facts.FACTS[kind].details.
    """

    id: str
    kind: FactKind
    on: date
    proceeding: str | None = None
    filed_by: PartyRole | None = None
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One day of the count. `number` is the day's number when it counted."""

    on: date
    counted: bool
    number: int | None
    why: str


@dataclass(frozen=True)
class Dates:
    """What one rule gives for one day 0. A date that cannot be computed is None, and `reason` says why."""

    nominal: date | None
    act_by: date | None
    late_after: date | None
    reason: str = ""
    steps: tuple[Step, ...] = ()
    readings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reminder:
    on: date
    why: str


@dataclass(frozen=True)
class Deadline:
    """A dated duty, right or milestone of one case, with everything that "Why this date?" needs.

    Attributes:
        key: stable identity, rule id and id of the fact that started it; survives a change of date.
        trigger: the fact that started it. day_zero: the day the count starts from (differs from trigger.on when
            a waiver, an impasse or a withdrawal moved the start). moved_by: the fact that did so.
        also: ids and citations of State rules that say the same.
        met_by: id of the fact that met it; met_late when that came after late_after.
    """

    rule: Rule
    key: str
    trigger: Fact
    day_zero: date | None
    nominal: date | None
    act_by: date | None
    late_after: date | None
    reason: str
    steps: tuple[Step, ...]
    readings: tuple[str, ...]
    notes: tuple[str, ...]
    state: DeadlineState
    actor: PartyRole
    verification: Verification
    citations: tuple[str, ...]
    also: tuple[str, ...] = ()
    moved_by: Fact | None = None
    met_by: str | None = None
    met_on: date | None = None
    met_late: bool = False
    reminders: tuple[Reminder, ...] = ()

    def days_left(self, today: date) -> int | None:
        """Calendar days until act_by; 0 on the day itself, negative after it."""
        return None if self.act_by is None else (self.act_by - today).days


def compute(rule: Rule, on: date, calendar: DayCalendar, details: Mapping[str, str] | None = None) -> Dates:
    """The three dates of `rule` counted from day 0 `on`, with every counting step.

    Never raises for a calendar that does not reach: the dates are None and `reason` names what is missing."""
    raise NotImplementedError


def look_back(rule: Rule, filed_on: date, calendar: DayCalendar) -> Dates:
    """The same limit read backwards: the earliest act that a filing on `filed_on` still reaches.

    act_by is the safe, later date. "Check", never delete: exceptions exist (34 CFR 300.511(f))."""
    raise NotImplementedError


def deadlines(
    rulebook: Rulebook, facts: Sequence[Fact], calendar: DayCalendar, today: date
) -> list[Deadline]:
    """Every deadline that the facts start, soonest act_by first, those without a date last.

    Args:
        facts: in the order in which they were recorded (of two hearing dates the later record counts).
        today: local date; a deadline is never late on its own day.
    """
    raise NotImplementedError
