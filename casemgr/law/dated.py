"""What goes into the count of deadlines, and what comes out: dated facts, and deadlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from casemgr.law.counting import Step
from casemgr.law.facts import FACTS
from casemgr.law.rules import Rule
from casemgr.law.terms import DeadlineState, Doubt, FactKind, PartyRole, Precision, Verification


@dataclass(frozen=True)
class Fact:
    """Something that happened, or is set to happen, on a local date.

    Args:
        id: stable identity (the row's id). proceeding: id of the proceeding it belongs to, if any.
        filed_by: who filed, for the facts that are filings.
        details: answers that some rules need; the keys are in facts.FACTS[kind].details.
        precision: of a month, `on` is any day of it; of an unknown day, the day on which somebody knew of it.
    """

    id: str
    kind: FactKind
    on: date
    proceeding: str | None = None
    filed_by: PartyRole | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    precision: Precision = Precision.DAY

    def asks(self, key: str) -> bool:
        """Whether facts of this kind ask the question."""
        return any(detail.key == key for detail in FACTS[self.kind].details)


@dataclass(frozen=True)
class Reminder:
    on: date
    why: str


@dataclass(frozen=True)
class Deadline:
    """A dated duty, right or milestone of one case, with everything that "Why this date?" needs.

    Attributes:
        key: stable identity, rule id and id of the fact that started it; survives a change of date.
        trigger: the fact that started it.
        day_zero: the day the count starts from; differs from trigger.on when a waiver, an impasse or a
            withdrawal moved the start. moved_by: the fact that did so.
        reason: why there is no date. readings: why the three dates differ. notes: what else to know.
        doubt: the mark to show wherever the date shows (UNVERIFIED, State rule not confirmed, not known).
        also: ids of State rules that say the same; their citations are in `citations`.
        met_by, waived_by, extended_by: id of the fact that did so. met_late: met after late_after.
    """

    rule: Rule
    key: str
    trigger: Fact
    day_zero: date | None
    nominal: date | None
    act_by: date | None
    late_after: date | None
    reason: str
    steps: Sequence[Step]
    readings: tuple[str, ...]
    notes: tuple[str, ...]
    state: DeadlineState
    actor: PartyRole
    verification: Verification
    citations: tuple[str, ...]
    doubt: Doubt = Doubt.NONE
    also: tuple[str, ...] = ()
    moved_by: Fact | None = None
    met_by: str | None = None
    waived_by: str | None = None
    extended_by: str | None = None
    met_on: date | None = None
    met_late: bool = False
    reminders: tuple[Reminder, ...] = ()

    def days_left(self, today: date) -> int | None:
        """Calendar days until act_by; 0 on the day itself, negative after it."""
        return None if self.act_by is None else (self.act_by - today).days


def of_same_proceeding(one: Fact, other: Fact) -> bool:
    """Whether two facts may bear on each other. Facts of two kinds of forum (a mediation beside a hearing) are
    matched by kind and date; facts of one forum must be of the same proceeding."""
    if one.proceeding is None or other.proceeding is None or one.proceeding == other.proceeding:
        return True
    home, other_home = FACTS[one.kind].proceeding, FACTS[other.kind].proceeding
    return home is not None and other_home is not None and home is not other_home
