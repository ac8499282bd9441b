"""What a fact would do to the dates of a case, before it is recorded. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines import queries
from casemgr.deadlines.doubts import mark_for
from casemgr.deadlines.models import Fact
from casemgr.deadlines.services import NewFact
from casemgr.law import deadlines as law
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import DeadlineState, Track
from casemgr.web.voice import told

SETTLED = {
    DeadlineState.MET: "It meets",
    DeadlineState.WAIVED: "It makes unnecessary",
    DeadlineState.SUPERSEDED: "It ends",
    DeadlineState.SUSPENDED: "It holds up",
}


@dataclass(frozen=True)
class Effect:
    """One deadline that would change. `act`: "This will start", "It moves", "It meets" … `was`: its act-by before.

    `mark`: the label of a doubt about its law."""

    act: str
    title: str
    actor: str
    citation: str
    mark: str
    act_by: date | None
    late_after: date | None
    reason: str
    was: date | None = None


def effects(case: Case, new: NewFact, old: Fact | None = None) -> list[Effect]:
    """Return what recording `new` (in the place of `old`, for a correction) would change, what it starts first."""
    ground = queries.grounds_of([case])[case.id]
    replaced = next((key for key, row_id in ground.latest.items() if old is not None and row_id == old.id), None)
    told = queries.as_law_fact(new)
    if replaced is None:
        facts = [*ground.facts, told]
    else:
        facts = [law.Fact(**{**vars(told), "id": replaced}) if one.id == replaced else one for one in ground.facts]
    before, after = _computed(case, ground.facts), _computed(case, facts)
    started = [_effect("It starts", one) for key, one in after.items() if key not in before and _runs(one)]
    changed = [one for key in after if key in before for one in _changed(before[key], after[key])]
    gone = [_effect("It ends", one) for key, one in before.items() if key not in after and _runs(one)]
    return [*started, *changed, *gone]


def _computed(case: Case, facts: Sequence[law.Fact]) -> dict[str, law.Deadline]:
    calendar = queries.calendar_for(case, facts)
    found = law.deadlines(rulebook_for(case.state), facts, calendar, today(case), track=Track(case.track))
    return {one.key: one for one in found}


def _runs(one: law.Deadline) -> bool:
    return one.state in (DeadlineState.OPEN, DeadlineState.LATE, DeadlineState.SUSPENDED, DeadlineState.PASSED)


def _changed(was: law.Deadline, now: law.Deadline) -> Iterator[Effect]:
    if was.state is not now.state and now.state in SETTLED:
        yield _effect(SETTLED[now.state], now)
    elif (was.nominal, was.act_by, was.late_after) != (now.nominal, now.act_by, now.late_after):
        yield _effect("It moves", now, was.act_by)


def _effect(act: str, one: law.Deadline, was: date | None = None) -> Effect:
    return Effect(
        act,
        told(one.rule.title),
        one.actor.value,
        one.citations[0],
        mark.label if (mark := mark_for(one.verification, one.doubt)) else "",
        one.act_by,
        one.late_after,
        one.reason,
        was,
    )
