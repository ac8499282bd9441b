"""Ways to mark a deadline as met, waived or extended. Each is a fact with its proof, so the law works out the state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from casemgr.deadlines import queries
from casemgr.deadlines.models import Deadline, Fact
from casemgr.law.facts import FACTS
from casemgr.law.rules import Rule
from casemgr.law.terms import Direction, FactKind, RuleKind
from casemgr.web.filters import legal_date

MET, WAIVED, EXTENDED = "met", "waived", "extended"
ABOUT_ONE = (FactKind.DEADLINE_MET, FactKind.DEADLINE_WAIVED, FactKind.DEADLINE_EXTENDED)
"""Facts that say something of one deadline and name it, where no fact of its own would tell."""
SOMEBODY_ACTS = (RuleKind.DUTY, RuleKind.RIGHT, RuleKind.CAP)
HEADINGS = {
    MET: "It is met when one of these happens. Record it with its proof:",
    WAIVED: "It is not needed any more when:",
    EXTENDED: "It can be moved to a later day:",
}
TITLES = {MET: "Mark as met", WAIVED: "Mark as waived", EXTENDED: "Record more time"}
OWN_WORDS = {
    (FactKind.DEADLINE_MET, RuleKind.DUTY): "It was done",
    (FactKind.DEADLINE_MET, RuleKind.CAP): "It ended in time",
    (FactKind.DEADLINE_MET, RuleKind.RIGHT): "The right was used in time",
    (FactKind.DEADLINE_WAIVED, RuleKind.DUTY): "It was waived in writing",
    (FactKind.DEADLINE_WAIVED, RuleKind.RIGHT): "It was decided not to use this right",
    (FactKind.DEADLINE_EXTENDED, RuleKind.DUTY): "A later day was set",
}


@dataclass(frozen=True)
class Way:
    """A fact that ends or moves a deadline. `how` is met, waived or extended."""

    how: str
    kind: FactKind
    label: str

    @property
    def title(self) -> str:
        return TITLES[self.how]


def ways(rule: Rule) -> list[Way]:
    """Return how a deadline under this rule is met, waived and extended, in this order.

    A rule's own facts come first. Where it names none, a general fact says that the thing was done."""
    found = [_way(MET, kind, rule) for kind in rule.met_by]
    if not found and rule.kind in SOMEBODY_ACTS:
        found.append(_way(MET, FactKind.DEADLINE_MET, rule))
    found += [_way(WAIVED, kind, rule) for kind in rule.waived_by]
    if rule.kind in (RuleKind.DUTY, RuleKind.RIGHT):
        found.append(_way(WAIVED, FactKind.DEADLINE_WAIVED, rule))
    if rule.extension:
        found.append(_way(EXTENDED, FactKind.DEADLINE_EXTENDED, rule))
    return found


def _way(how: str, kind: FactKind, rule: Rule) -> Way:
    own = OWN_WORDS.get((kind, rule.kind)) or OWN_WORDS.get((kind, RuleKind.DUTY))
    return Way(how, kind, own or FACTS[kind].label)


def names_of(row: Deadline, kind: FactKind) -> dict[str, str]:
    """Return the details by which a general fact names this one deadline; none for a fact with a meaning of its own."""
    return {"rule": row.rule_id, "trigger": queries.started_with(row)} if kind in ABOUT_ONE else {}


def problem_with(row: Deadline, way: Way, on: date) -> str:
    """Say why a fact on this day would leave the deadline running; empty when it would not."""
    started = date.fromisoformat(row.explanation["trigger"]["on"])
    if way.how == MET and row.explanation.get("direction") == Direction.AFTER.value and on < started:
        return (
            f"This is before {legal_date(started)}, when the clock started, so it would not end it. Check the day, "
            "or correct what started the clock."
        )
    return ""


def outcome(row: Deadline, way: Way, fact: Fact) -> tuple[str, str]:
    """Say what recording the fact did to the deadline: the words, and the category of the message."""
    told = row.explanation
    if way.how == EXTENDED and told.get("extended_by") == str(fact.id) and row.act_by:
        return f"Recorded. The date is now {legal_date(row.act_by)}.", "message"
    if row.state == way.how:
        late = ", but late" if way.how == MET and told.get("met_late") else ""
        return f"Recorded. This date is {way.how}{late}.", "message"
    return "Recorded, but this date still runs. Look below at what would end it.", "warning"
