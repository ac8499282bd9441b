"""Which facts of a case bear on a deadline, and what became of it: superseded, met, waived, ended, passed or late."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from casemgr.law.counting import say
from casemgr.law.dated import Deadline, Fact, of_same_proceeding
from casemgr.law.days import DayCalendar
from casemgr.law.facts import FACTS
from casemgr.law.rulebook import Rulebook
from casemgr.law.rules import Rule
from casemgr.law.terms import DeadlineState, Direction, FactKind, RuleKind, Track

ENDS = (
    FactKind.PROCEEDING_WITHDRAWN,
    FactKind.PROCEEDING_DISMISSED,
    FactKind.PROCEEDING_SETTLED,
    FactKind.RESOLUTION_AGREEMENT_SIGNED,
)
A_YEAR = timedelta(days=365)


class CaseFacts:
    """The facts of one case, indexed by kind, beside the rules that look at them."""

    def __init__(
        self,
        rulebook: Rulebook,
        facts: Sequence[Fact],
        calendar: DayCalendar,
        today: date,
        track: Track | None = None,
    ) -> None:
        self.calendar, self.today, self.track = calendar, today, track
        self.facts = facts
        self.order = {fact.id: place for place, fact in enumerate(facts)}
        self.by_kind: dict[FactKind, list[Fact]] = {}
        for fact in facts:
            self.by_kind.setdefault(fact.kind, []).append(fact)
        self.rulebook = rulebook

    def _all(self, kinds: Iterable[FactKind]) -> Iterator[Fact]:
        for kind in kinds:
            yield from self.by_kind.get(kind, ())

    def _first(self, kinds: Iterable[FactKind], trigger: Fact, since: date, until: date) -> Fact | None:
        """The earliest fact of these kinds, beside the trigger, that bears on it and lies between two days."""
        matching = (
            fact
            for fact in self._all(kinds)
            if fact is not trigger and since <= fact.on <= until and of_same_proceeding(trigger, fact)
        )
        return min(matching, key=lambda fact: fact.on, default=None)

    def _about(self, kind: FactKind, rule: Rule, trigger: Fact) -> Iterator[Fact]:
        """Facts about one deadline, which name its rule; with `trigger`, only about the one that this fact started,
        without it, about one that had started: a waiver of last year is none of this year's review."""
        since = trigger.on - A_YEAR if rule.direction is Direction.BEFORE else trigger.on
        for fact in self._all((kind,)):
            same = fact.details["trigger"] == trigger.id if "trigger" in fact.details else fact.on >= since
            if fact.details.get("rule") == rule.id and same and of_same_proceeding(trigger, fact):
                yield fact

    # -- what became of a deadline --------------------------------------------------------------------------

    def _with_state(self, deadline: Deadline) -> Deadline:
        """Superseded, met, waived, ended, passed or late: in this order of strength."""
        if cause := self._reset_by(deadline):
            return self._superseded(deadline, f"Replaced: {FACTS[cause.kind].label.lower()} ({say(cause.on)}).")
        met = self._met_by(deadline)
        waived = self._waived_by(deadline)
        if met and not (waived and waived.on < met.on):
            late = deadline.late_after is not None and met.on > deadline.late_after
            late = late and not deadline.rule.met_by_arrival
            return replace(deadline, state=DeadlineState.MET, met_by=met.id, met_on=met.on, met_late=late)
        if waived:
            note = f"Not needed any more: {FACTS[waived.kind].label.lower()} ({say(waived.on)})."
            return replace(deadline, state=DeadlineState.WAIVED, waived_by=waived.id, notes=(*deadline.notes, note))
        if end := self._ended_by(deadline):
            return self._superseded(deadline, f"Ended: {FACTS[end.kind].label.lower()} ({say(end.on)}).")
        state = self._by_today(deadline)
        return deadline if state is deadline.state else replace(deadline, state=state)

    def _by_today(self, deadline: Deadline) -> DeadlineState:
        rule = deadline.rule
        if rule.kind is RuleKind.LOOK_BACK or (rule.kind is RuleKind.INFORMATION and not rule.met_by):
            return DeadlineState.PASSED
        last = deadline.nominal if rule.kind is RuleKind.MILESTONE else deadline.late_after
        if last is None or self.today <= last:
            return DeadlineState.OPEN
        return DeadlineState.PASSED if rule.kind is RuleKind.MILESTONE else DeadlineState.LATE

    @staticmethod
    def _superseded(deadline: Deadline, note: str) -> Deadline:
        return replace(deadline, state=DeadlineState.SUPERSEDED, notes=(*deadline.notes, note))

    def _reset_by(self, deadline: Deadline) -> Fact | None:
        """A later fact that starts the rule again. For a chain, what reset the rule before it."""
        trigger = deadline.trigger
        kinds = deadline.rule.reset_by
        if deadline.rule.starts_after:
            kinds = next(
                (rule.reset_by for rule in self.rulebook.running if rule.id == deadline.rule.starts_after), kinds
            )
        for fact in self._all(kinds):
            if fact is trigger or not of_same_proceeding(trigger, fact):
                continue
            recorded_later = self.order[fact.id] > self.order[trigger.id]
            if recorded_later if fact.kind is trigger.kind else fact.on >= trigger.on:
                return fact
        return None

    def _met_by(self, deadline: Deadline) -> Fact | None:
        rule, trigger = deadline.rule, deadline.trigger
        named = tuple(self._about(FactKind.DEADLINE_MET, rule, trigger))
        if rule.direction is Direction.BEFORE:
            before = self._first(rule.met_by, trigger, trigger.on - A_YEAR, date.max)
            return min((fact for fact in (before, *named) if fact), key=lambda fact: fact.on, default=None)
        later = [kind for kind in rule.met_by if kind is not trigger.kind]
        again = [kind for kind in rule.met_by if kind is trigger.kind]
        both = (
            self._first(later, trigger, trigger.on, date.max),
            self._first(again, trigger, trigger.on + timedelta(days=1), date.max),
            *named,
        )
        return min((fact for fact in both if fact), key=lambda fact: fact.on, default=None)

    def _waived_by(self, deadline: Deadline) -> Fact | None:
        rule, trigger = deadline.rule, deadline.trigger
        until = deadline.nominal if rule.kind is RuleKind.MILESTONE else None
        found = self._first(rule.waived_by, trigger, trigger.on, until or date.max)
        return found or next(self._about(FactKind.DEADLINE_WAIVED, rule, trigger), None)

    def _ended_by(self, deadline: Deadline) -> Fact | None:
        rule, trigger = deadline.rule, deadline.trigger
        if rule.outlives_proceeding or FACTS[trigger.kind].proceeding is None:
            return None
        for fact in self._all(ENDS):
            ends = fact is not trigger and fact.on >= trigger.on and of_same_proceeding(trigger, fact)
            voided = fact.kind is FactKind.RESOLUTION_AGREEMENT_SIGNED and self._first(
                (FactKind.RESOLUTION_AGREEMENT_VOIDED,), fact, fact.on, date.max
            )
            if ends and not voided and (deadline.late_after is None or fact.on <= deadline.late_after):
                return fact
        return None
