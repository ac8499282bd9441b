"""The law of one State, as it is asked. Built by rulebook.py."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from casemgr.law.rules import Forum, Item, PathInfo, Route, Rule, StayPutReading
from casemgr.law.terms import FilingKind, ProceedingKind, Unit


@dataclass(frozen=True)
class Rulebook:
    """The law of one State: federal rules and the State's own. Build it with `rulebook_for`.

    Attributes:
        rules: every version of every rule; a State's version of an id has taken the federal one's place.
        checklists, routes: by kind of filing, the State's rows already merged in.
        unknown: federal rule ids for which the State may have its own rule and none was found → what to show.
        caution: one sentence for every page that shows dates, where the State's own law is not checked; else empty.
        paths: every path a person can take, the friendliest first, the State's words already merged in.
        notices: sentences to show (for example that this State has no checked rules yet).
    """

    state: str
    state_name: str
    rules: tuple[Rule, ...]
    forums: Mapping[ProceedingKind, Forum]
    stay_put_readings: tuple[StayPutReading, ...]
    checklists: Mapping[FilingKind, tuple[Item, ...]]
    routes: Mapping[FilingKind, Route]
    notices: tuple[str, ...]
    unknown: Mapping[str, str]
    caution: str
    paths: tuple[PathInfo, ...] = ()

    @cached_property
    def running(self) -> tuple[Rule, ...]:
        """The rules that make dates of their own: those that only restate a federal one do not."""
        return tuple(rule for rule in self.rules if not rule.restates)

    @cached_property
    def replacing(self) -> Mapping[str, tuple[Rule, ...]]:
        """By federal id: the State rows that take its place."""
        return _by_name((rule, rule.replaces) for rule in self.running)

    @cached_property
    def restating(self) -> Mapping[str, tuple[Rule, ...]]:
        """By federal id: the State rows that say the same."""
        return _by_name((rule, rule.restates) for rule in self.rules)

    @cached_property
    def rivals(self) -> Mapping[str, tuple[Rule, ...]]:
        """By federal id: State rows that no person has confirmed, which stand beside it."""
        return _by_name((rule, rule.beside) for rule in self.rules)

    @cached_property
    def moved_by_school_calendar(self) -> frozenset[str]:
        """Ids of the rules whose dates or reminders a school calendar can move: by their own count, or through another
        rule whose date they read."""
        moved = {
            rule.id
            for rule in self.rules
            if rule.uses_school_days
            or any(
                alert.unit is Unit.SCHOOL_DAY
                for one in (rule, *self.restating.get(rule.id, ()))
                for alert in one.alerts
            )
        }
        while more := {rule_id for rule_id, read in self._reads.items() if read & moved} - moved:
            moved |= more
        return frozenset(moved)

    def with_what_they_read(self, rule_ids: Collection[str]) -> frozenset[str]:
        """These rules, and those whose dates theirs are worked out from."""
        needed = set(rule_ids)
        while more := {other for rule_id in needed for other in self._reads.get(rule_id, ())} - needed:
            needed |= more
        return frozenset(needed)

    @cached_property
    def _reads(self) -> Mapping[str, frozenset[str]]:
        """By id: the rules whose dates a rule's dates depend on."""
        found: dict[str, frozenset[str]] = {}
        for rule in self.rules:
            read = {*rule.beside, *(rival.id for rival in self.rivals.get(rule.id, ()))}
            read |= {other for other in (rule.starts_after, rule.alternative_to, rule.moves) if other}
            found[rule.id] = found.get(rule.id, frozenset()) | read
        return found

    def rule(self, rule_id: str) -> Rule:
        """The newest version of a rule. Raises KeyError for an id that no pack has."""
        versions = [rule for rule in self.rules if rule.id == rule_id]
        if not versions:
            raise KeyError(rule_id)
        return max(versions, key=lambda rule: rule.effective or date.min)

    def version(self, rule_id: str, on: date) -> Rule:
        """The version in force on the date of the trigger. Raises KeyError when there is none."""
        for rule in self.rules:
            if rule.id == rule_id and rule.in_force(on):
                return rule
        raise KeyError(f"{rule_id} on {on.isoformat()}")

    def current(self, rule_id: str) -> Rule:
        """The rule that a case of this State runs on: the State's own, where it replaces `rule_id`."""
        return next((rule for rule in self.rules if rule_id in rule.replaces), self.rule(rule_id))


def _by_name(named: Iterable[tuple[Rule, Iterable[str]]]) -> Mapping[str, tuple[Rule, ...]]:
    found: dict[str, tuple[Rule, ...]] = {}
    for rule, names in named:
        for name in names:
            found[name] = (*found.get(name, ()), rule)
    return found
