"""Facts whose day is not known: a month, or nothing at all. They start no false date.

The case is computed twice, with each such fact on the first and on the last day that it can have happened. Where both
agree, the date stands. Where they differ there is no plain count: `act_by` comes from the earlier reading and
`late_after` from the later one, so that nobody acts too late and nobody is called late too soon. A clock that a fact
of unknown day starts, or moves, has no date at all, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from casemgr.law.counting import say
from casemgr.law.dated import Deadline, Fact
from casemgr.law.days import ONE_DAY, add_months
from casemgr.law.facts import FACTS
from casemgr.law.terms import DeadlineState, Precision, RuleKind

LONG_BEFORE = timedelta(days=3 * 366)
"""How far back a fact of unknown day is placed in the earlier reading: no date is taken from it."""
RUNNING = (DeadlineState.OPEN, DeadlineState.LATE, DeadlineState.PASSED)


def is_exact(facts: Iterable[Fact]) -> bool:
    """Whether the day of every fact is known."""
    return all(fact.precision is Precision.DAY for fact in facts)


def first_day(fact: Fact) -> date:
    """The first day on which it can have happened."""
    if fact.precision is Precision.MONTH:
        return fact.on.replace(day=1)
    return fact.on - LONG_BEFORE if fact.precision is Precision.UNKNOWN else fact.on


def last_day(fact: Fact) -> date:
    """The last day on which it can have happened; of unknown day it is the one on which somebody knew of it."""
    if fact.precision is Precision.MONTH:
        return add_months(fact.on.replace(day=1), 1) - ONE_DAY
    return fact.on


def earliest(facts: Iterable[Fact]) -> list[Fact]:
    return [replace(fact, on=first_day(fact)) for fact in facts]


def latest(facts: Iterable[Fact]) -> list[Fact]:
    return [replace(fact, on=last_day(fact)) for fact in facts]


def day_words(fact: Fact) -> str:
    """`Mon 2 Nov 2026`, `November 2026`, or that the day is not known."""
    if fact.precision is Precision.UNKNOWN:
        return "on a day that is not known"
    return f"{fact.on:%B %Y}" if fact.precision is Precision.MONTH else say(fact.on)


def merge(early: Sequence[Deadline], late: Sequence[Deadline], facts: Sequence[Fact], today: date) -> list[Deadline]:
    """One list out of the two readings, in no order. `facts` as they were given."""
    given = {fact.id: fact for fact in facts}
    before, after = ({one.key: one for one in side} for side in (early, late))
    return [
        _merged(before[key], after[key], given, today) if key in before and key in after else _perhaps(one, given)
        for key, one in (before | after).items()
    ]


def _merged(early: Deadline, late: Deadline, given: dict[str, Fact], today: date) -> Deadline:
    causes = _causes((early, late), given)
    one = _as_given(early, given)
    if any(fact.precision is Precision.UNKNOWN for fact in causes if fact.id not in (early.met_by, late.met_by)):
        return _undated(one, causes, late.state if late.state is early.state else DeadlineState.OPEN)
    if _dates(early) != _dates(late):
        one = _between(one, early, late, causes)
    return _with_state(one, early, late, causes, today)


def _between(one: Deadline, early: Deadline, late: Deadline, causes: Sequence[Fact]) -> Deadline:
    """From the first to the last day that the count can give."""
    safe, last = (max, min) if one.rule.kind is RuleKind.LOOK_BACK else (min, max)
    act_by = [day for day in (early.act_by, late.act_by) if day]
    late_after = [day for day in (early.late_after, late.late_after) if day]
    both_known = len(late_after) == 2  # one that cannot be computed may be any day
    why = [side.reason for side in (early, late) if side.reason]
    ends = [
        f"Counted from {say(side.day_zero)}: {say(side.nominal)}."
        for side in (early, late)
        if side.day_zero and side.nominal
    ]
    return replace(
        one,
        day_zero=None,
        nominal=None,
        act_by=safe(act_by) if act_by else None,
        late_after=last(late_after) if both_known else None,
        reason=" ".join(dict.fromkeys((f"There is no plain count: {_said(causes)}.", *why))),
        readings=tuple(dict.fromkeys((*ends, *early.readings, *late.readings))),
        reminders=tuple(sorted({*early.reminders}, key=lambda reminder: reminder.on)),
    )


def _with_state(one: Deadline, early: Deadline, late: Deadline, causes: Sequence[Fact], today: date) -> Deadline:
    if early.state is late.state and early.state not in RUNNING:
        in_time = one.late_after is None or early.met_on is None or early.met_on <= one.late_after
        exact = early.met_on if early.met_on == late.met_on else None
        return replace(one, met_on=exact, met_late=early.met_late and not in_time)
    if early.state is late.state is DeadlineState.PASSED:
        return replace(one, state=DeadlineState.PASSED)
    if early.state in RUNNING and late.state in RUNNING:
        is_late = (
            one.late_after is not None
            and one.late_after < today
            and DeadlineState.PASSED
            not in (
                early.state,
                late.state,
            )
        )
        return replace(one, state=DeadlineState.LATE if is_late else DeadlineState.OPEN)
    note = f"It may be settled already: {_said(causes)}. Nobody is called late on it until the day is known."
    return replace(
        one,
        state=DeadlineState.OPEN,
        late_after=None,
        reason=one.reason or note,
        notes=tuple(dict.fromkeys((*one.notes, note))),
        met_by=None,
        met_on=None,
        met_late=False,
    )


def _perhaps(one: Deadline, given: dict[str, Fact]) -> Deadline:
    """In one of the readings only: whether the rule runs at all hangs on the day."""
    causes = _causes((one,), given) or [fact for fact in given.values() if fact.precision is not Precision.DAY]
    state = DeadlineState.OPEN if one.state in RUNNING else one.state
    return _undated(_as_given(one, given), causes, state, "Whether this rule runs at all is open. ")


def _undated(one: Deadline, causes: Sequence[Fact], state: DeadlineState, more: str = "") -> Deadline:
    reason = f"{more}There is no date: {_said(causes)}. Correct the fact once you know the day, or at least the month."
    return replace(
        one,
        day_zero=None,
        nominal=None,
        act_by=None,
        late_after=None,
        steps=(),
        readings=(),
        reminders=(),
        reason=reason,
        state=state,
        met_late=False,
    )


def _causes(sides: Iterable[Deadline], given: dict[str, Fact]) -> list[Fact]:
    """The facts of unknown day that these readings rest on."""
    ids: dict[str, None] = {}
    for side in sides:
        moved = side.moved_by.id if side.moved_by else None
        ids |= dict.fromkeys(one for one in (side.trigger.id, moved, side.met_by) if one)
    return [given[one] for one in ids if given[one].precision is not Precision.DAY]


def _said(causes: Sequence[Fact]) -> str:
    told = [
        f"the day of “{FACTS[fact.kind].label}” is not known"
        if fact.precision is Precision.UNKNOWN
        else f"of “{FACTS[fact.kind].label}” only the month is known ({day_words(fact)})"
        for fact in causes
    ]
    return "; ".join(told) or "the day of a fact that bears on it is not known"


def _as_given(one: Deadline, given: dict[str, Fact]) -> Deadline:
    moved = given[one.moved_by.id] if one.moved_by else None
    return replace(one, trigger=given[one.trigger.id], moved_by=moved)


def _dates(one: Deadline) -> tuple[date | None, ...]:
    return one.nominal, one.act_by, one.late_after
