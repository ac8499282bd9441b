"""A State row that no person has confirmed runs beside the federal row that it would replace (decision 0004).

Both dates show and each knows of the other: the safe day is the earlier of the two, and nobody is called late before
the later one is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from casemgr.law.counting import say
from casemgr.law.dated import Deadline
from casemgr.law.facts import FACTS
from casemgr.law.rules import Rule
from casemgr.law.terms import Doubt, RuleKind, Verification

OTHER_LAW = (
    "This is a rule of IDEA (special education). Whether it holds in a dispute under Section 504 alone is not in our "
    "tables: ask the hearing office or a lawyer."
)


def widened(deadline: Deadline, partners: Sequence[Deadline], rivals: Sequence[Rule]) -> Deadline:
    """`deadline` with the earlier act_by and the later late_after of itself and its partners.

    Args:
        partners: for a federal row the State rows beside it, for a State row the federal one; superseded ones left out.
        rivals: the State rows beside a federal row, whether they have a date or not; empty for a State row.
    A State duty keeps its own safe day: it is the other side's, and the federal row beside it shows the earlier one.
    Where the State's own date cannot be worked out, late_after of a federal duty is None: nobody is called late.
    """
    is_state_row, is_right = not rivals, deadline.rule.kind is RuleKind.RIGHT
    dated = [other for other in partners if other.act_by]
    ends = [other.late_after for other in dated]
    act_by, late_after = deadline.act_by, deadline.late_after
    if dated and (not is_state_row or is_right):
        act_by = min(day for day in (act_by, *(other.act_by for other in dated)) if day)
    if not is_state_row and not is_right and not all(ends or [None]):
        late_after = None
    elif late_after:
        late_after = max((late_after, *(day for day in ends if day)))
    return replace(
        deadline,
        act_by=act_by,
        late_after=late_after,
        notes=(*deadline.notes, *(_words_on_federal(dated) if is_state_row else _words_on(rivals, dated))),
        met_late=bool(deadline.met_on and late_after and deadline.met_on > late_after),
    )


def nearest(deadline: Deadline, others: Iterable[Deadline]) -> list[Deadline]:
    """Of each rule the deadline whose trigger lies nearest to this one's: the same fact, where it can be."""
    found: dict[str, Deadline] = {}
    for other in sorted(others, key=lambda one: abs(one.trigger.on - deadline.trigger.on)):
        found.setdefault(other.rule.id, other)
    return list(found.values())


def _words_on(rivals: Sequence[Rule], dated: Sequence[Deadline]) -> tuple[str, ...]:
    found = {other.rule.id: other for other in dated}
    return tuple(
        f"{_mark(rival)}: “{rival.title}” ({rival.citation}) {_end(rival, found.get(rival.id))} The federal date stays "
        "until a person has checked the State's rule."
        for rival in rivals
    )


def _end(rival: Rule, found: Deadline | None) -> str:
    if found is None or found.nominal is None:
        return "has no date here: it does not apply, or a fact or the school calendar is missing."
    if found.trigger.kind in rival.starts_on:
        return f"gives {say(found.nominal)}."
    return f"gives {say(found.nominal)}, counted from the same day: record “{FACTS[rival.starts_on[0]].label}”."


def _words_on_federal(dated: Sequence[Deadline]) -> tuple[str, ...]:
    return tuple(
        f"The federal rule beside it, “{other.rule.title}” ({other.rule.citation}), gives {say(other.nominal)}. Nobody "
        "is late before the later of the two."
        for other in dated
        if other.nominal
    )


def _mark(rule: Rule) -> str:
    return "UNVERIFIED, from memory" if rule.verified is Verification.U else "State rule not confirmed"


def words_on_restating(rule: Rule, state: str) -> str:
    """The sentence for a State row that says what federal law says, and that nobody has confirmed."""
    if rule.verified is Verification.U:
        return f"UNVERIFIED, from memory: {state} is said to have the same. {rule.explanation}"
    return f"State rule not confirmed: {state} says the same ({rule.citation}). Check it before you rely on it."


def doubt(rule: Rule, verification: Verification, state_rows: Iterable[Rule], unknown: Mapping[str, str]) -> Doubt:
    """The mark that stands wherever a date under `rule` stands. `state_rows`: those beside it or restating it."""
    if verification is Verification.U:
        return Doubt.UNVERIFIED
    if rule.unconfirmed or any(one.unconfirmed for one in state_rows):
        return Doubt.NOT_CONFIRMED
    return Doubt.NOT_KNOWN if rule.id in unknown else Doubt.NONE
