"""One question to the law: what does this rule give, when its trigger fact is on this day?

The engine asks which deadlines the facts start; here one rule is asked for by its id, also one that the State has
replaced, one that repeats a federal rule, or one without a number. What the question leaves open and the rule needs
is assumed and said in `notes`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from casemgr.law.counting import NO_NUMBER, Dates, compute, look_back, say
from casemgr.law.days import DayCalendar
from casemgr.law.deadlines import Deadline, Fact, deadlines
from casemgr.law.facts import BIRTHDAYS, FACTS
from casemgr.law.rulebook import Rulebook
from casemgr.law.rules import Rule
from casemgr.law.terms import DeadlineState, Direction, FactKind, PartyRole

FILINGS = frozenset(
    {
        FactKind.DUE_PROCESS_COMPLAINT_FILED,
        FactKind.DUE_PROCESS_COMPLAINT_RECEIVED,
        FactKind.EXPEDITED_COMPLAINT_FILED,
        FactKind.EXPEDITED_COMPLAINT_RECEIVED,
        FactKind.AMENDED_COMPLAINT_FILED,
    }
)
"""Facts of which it matters who filed."""
ON = "on"
"""Id of the fact that a question's own date stands for."""


class Unclear(ValueError):
    """The question cannot be answered as asked; the text says what to add or change."""


@dataclass(frozen=True)
class Question:
    """A rule and what is known.

    Args:
        on: date of the rule's trigger fact (`triggers` names it); None where the facts hold it.
        facts: what else happened. details: answers of the trigger fact that the rule needs (days of an order).
        filed_by: who filed the proceeding; None means the parent, as far as no fact says otherwise.
        backwards: `on` is the day of filing, and the earliest act still reached is asked for.
    """

    rule_id: str
    on: date | None = None
    facts: tuple[Fact, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    filed_by: PartyRole | None = None
    backwards: bool = False


@dataclass(frozen=True)
class Answer:
    """What one rule gives. Dates are None with a `reason`.

    Attributes:
        rule: as asked for. counted: the rule whose numbers were counted (a State's row may repeat a federal one).
        trigger: the fact that starts it. deadline: as the engine made it, where it did.
        parts: for a row that repeats several rules, or starts several again: their answers.
    """

    rule: Rule
    counted: Rule
    trigger: Fact | None
    day_zero: date | None
    dates: Dates
    notes: tuple[str, ...] = ()
    deadline: Deadline | None = None
    parts: tuple["Answer", ...] = ()


def triggers(rulebook: Rulebook, rule: Rule, *, lea_filed: bool = False) -> tuple[FactKind, ...]:
    """The facts that start a rule, the usual one first: for a chain those of its first link. Empty when none does."""
    rule = _model(rulebook, rule)
    if len(rule.restates) > 1:
        return triggers(rulebook, rulebook.rule(rule.restates[0]), lea_filed=lea_filed)
    if rule.starts_after and not (lea_filed and rule.only_filed_by is PartyRole.LEA):
        return triggers(rulebook, rulebook.rule(rule.starts_after), lea_filed=lea_filed)
    # Of a complaint that the district filed, the parent is the one who receives it.
    by_parent = FactKind.DUE_PROCESS_COMPLAINT_RECEIVED_BY_PARENT
    return tuple(sorted(rule.starts_on, key=lambda kind: kind is not by_parent if lea_filed else False))


def replaced_by(rulebook: Rulebook, rule_id: str) -> tuple[str, ...]:
    """Ids of the State's rules that take this one's place."""
    return tuple(dict.fromkeys(rule.id for rule in rulebook.rules if rule_id in rule.replaces))


def answer(rulebook: Rulebook, question: Question, calendar: DayCalendar, today: date) -> Answer:
    """What the rule gives. Raises KeyError for an unknown rule id, Unclear for a question without its trigger."""
    return _Asked(rulebook, question, calendar, today).answer()


def _model(rulebook: Rulebook, rule: Rule) -> Rule:
    """The rule whose facts and numbers stand behind a row that repeats exactly one other."""
    return rulebook.rule(rule.restates[0]) if len(rule.restates) == 1 else rule


class _Asked:
    def __init__(self, rulebook: Rulebook, question: Question, calendar: DayCalendar, today: date) -> None:
        self.book, self.question, self.calendar, self.today = rulebook, question, calendar, today
        self.asked = rulebook.rule(question.rule_id)  # the newest, until the date of the trigger is known
        self.counted = _model(rulebook, self.asked)
        self.lea_filed = question.filed_by is PartyRole.LEA
        self.kinds = triggers(rulebook, self.counted, lea_filed=self.lea_filed)
        self.notes: list[str] = []

    def _versions(self, rule_id: str) -> list[Rule]:
        return [rule for rule in self.book.rules if rule.id == rule_id]

    def _take(self, version: Rule) -> None:
        """Answer by this version: the one that the date of the trigger picks."""
        if self.asked.id == version.id:
            self.asked = version
        self.counted = version

    def answer(self) -> Answer:
        if len(self.counted.restates) > 1:
            return self._several(self.counted.restates, f"It repeats {_list(self.counted.restates)}.")
        if self.question.backwards:
            return self._backwards(self.question.on)
        facts = self._facts()
        trigger = self._trigger(facts)
        if self.counted.direction is Direction.NONE:
            return self._without_number(facts, trigger)
        if trigger is None:
            return self._without_trigger(facts)
        facts = self._assumed(facts, trigger)
        trigger = next(fact for fact in facts if fact.id == trigger.id)
        return self._by_engine(facts, trigger)

    # -- what is known -------------------------------------------------------------------------------------------

    def _facts(self) -> list[Fact]:
        """The facts of the question, with that of its own date first: the rest was recorded after it."""
        given = [self._filed(fact) for fact in self.question.facts]
        if self.question.on is None:
            return given
        if not self.kinds:
            return given
        same = [fact for fact in given if fact.kind is self.kinds[0]]
        if any(fact.on != self.question.on for fact in same):
            raise Unclear(
                f"The date of {self.kinds[0].value} is given twice: {self.question.on.isoformat()} and "
                f"{same[0].on.isoformat()}. Give it once."
            )
        details = {key: value for fact in same for key, value in fact.details.items()} | dict(self.question.details)
        own = self._filed(Fact(ON, self.kinds[0], self.question.on, details=details))
        if same and same[0].filed_by:
            own = replace(own, filed_by=same[0].filed_by)
        return [own, *(fact for fact in given if fact not in same)]

    def _filed(self, fact: Fact) -> Fact:
        if fact.filed_by is None and self.question.filed_by is not None and fact.kind in FILINGS:
            return replace(fact, filed_by=self.question.filed_by)
        return fact

    def _trigger(self, facts: Sequence[Fact]) -> Fact | None:
        return next((fact for kind in self.kinds for fact in facts if fact.kind is kind), None)

    def _assumed(self, facts: Sequence[Fact], trigger: Fact) -> list[Fact]:
        """What the rule takes for granted and nobody said: the fact before it, the answer that it is about."""
        known = {fact.kind for fact in facts}
        found = list(facts)
        if self.counted.requires and not known & set(self.counted.requires):
            before = self.counted.requires[0]
            found.insert(0, Fact(f"assumed:{before.value}", before, trigger.on))
            self.notes.append(f"Assumed: {FACTS[before].label.lower()} ({before.value}), before this.")
        asked = {key: value for key, value in self.counted.when.items() if trigger.asks(key)}
        missing = {key: value for key, value in asked.items() if key not in trigger.details}
        if missing:
            told = ", ".join(f"{key}={value}" for key, value in missing.items())
            self.notes.append(f"Assumed, since this rule is about nothing else: {told}.")
            told_trigger = replace(trigger, details={**trigger.details, **missing})
            found = [told_trigger if fact.id == trigger.id else fact for fact in found]
        if trigger.kind in BIRTHDAYS and (trigger.on.month, trigger.on.day) == (2, 29) and trigger.on.year % 4:
            raise Unclear("This birthday does not exist. Give the date of birth: --fact born_on=DATE.")
        return found

    # -- answers -------------------------------------------------------------------------------------------------

    def _by_engine(self, facts: Sequence[Fact], trigger: Fact) -> Answer:
        rules = (replace(rule, replaces=()) for rule in self.book.rules)
        book = replace(self.book, rules=tuple(rule for rule in rules if rule.id != self.asked.id or not rule.restates))
        made = [one for one in deadlines(book, facts, self.calendar, self.today) if one.rule.id == self.counted.id]
        if not made:
            return self._does_not_run(trigger)
        own = [one for one in made if one.trigger.id == trigger.id]
        running = [one for one in made if one.state is not DeadlineState.SUPERSEDED]
        chosen = next((one for one in own if one in running), None) or (running or own or made)[-1]
        self._take(chosen.rule)
        reason = chosen.reason or _reason_of(chosen)
        dates = Dates(chosen.nominal, chosen.act_by, chosen.late_after, reason, chosen.steps, chosen.readings)
        self._unused(facts)
        if (
            self.counted.starts_after
            and chosen.day_zero
            and chosen.moved_by is None
            and chosen.trigger.on != chosen.day_zero
        ):
            before = self.book.rule(self.counted.starts_after)
            self.notes.append(f"Counted from {say(chosen.day_zero)}, the last day of “{before.title}” ({before.id}).")
        return self._answer(chosen.trigger, chosen.day_zero, dates, deadline=chosen, notes=chosen.notes)

    def _unused(self, facts: Sequence[Fact]) -> None:
        known = {fact.kind for fact in facts}
        for left in known & set(self.counted.resumed_by):
            if self.counted.suspended_by and not known & set(self.counted.suspended_by):
                self.notes.append(
                    f"{left.value} changes nothing here without {self.counted.suspended_by[0].value}: "
                    f"{FACTS[self.counted.suspended_by[0]].label.lower()}."
                )

    def _does_not_run(self, trigger: Fact) -> Answer:
        return self._answer(trigger, trigger.on, Dates(None, None, None, self._why_not(trigger), applies=False))

    def _why_not(self, trigger: Fact) -> str:
        rule = self.counted
        if not rule.in_force(trigger.on):
            bounds = [
                f"from {say(rule.effective)}" if rule.effective else "",
                f"to {say(rule.ended)}" if rule.ended else "",
            ]
            in_force = " ".join(word for word in bounds if word)
            return f"Does not apply: this rule was in force {in_force}, not on {say(trigger.on)}."
        if rule.only_filed_by is PartyRole.PARENT and trigger.filed_by is PartyRole.LEA:
            return "Does not apply: it runs only when the parent filed, and here the district did."
        if rule.only_filed_by is PartyRole.LEA and trigger.filed_by is not PartyRole.LEA:
            return "Does not apply: it runs only when the district filed."
        told = trigger.details
        refused = [key for key, value in rule.when.items() if trigger.asks(key) and told.get(key) != value]
        refused += [key for key, answers in rule.unless.items() if told.get(key) in answers]
        if refused:
            return f"Does not apply when {refused[0]} is “{told.get(refused[0], '')}”."
        if rule.moves:
            return f"Does not apply: it does not move the start of “{self.book.rule(rule.moves).title}” ({rule.moves})."
        return compute(rule, trigger.on, self.calendar, trigger.details).reason or "Does not apply to these facts."

    def _without_number(self, facts: Sequence[Fact], trigger: Fact | None) -> Answer:
        if trigger is not None and self.counted.restarts:
            return self._several(
                self.counted.restarts, "It starts other clocks again; the first of them is shown.", facts
            )
        return self._answer(trigger, None, Dates(None, None, None, NO_NUMBER))

    def _without_trigger(self, facts: Sequence[Fact]) -> Answer:
        """A chain whose own start is known, or a limit whose filing is known; anything else is no question."""
        rule = self.counted
        starts = (*rule.adjusted_by, *rule.resumed_by, FactKind.RESOLUTION_PERIOD_EXPIRED)
        if rule.starts_after:
            for fact in facts:
                if fact.kind in starts:
                    self._take(next((one for one in self._versions(rule.id) if one.in_force(fact.on)), rule))
                    return self._answer(fact, fact.on, compute(self.counted, fact.on, self.calendar))
        for fact in facts:
            if fact.kind in rule.met_by and rule.direction is Direction.AFTER:
                return self._backwards(fact.on)
        if not self.kinds:
            raise Unclear(f"No fact starts {rule.id}, so nothing can be counted.")
        raise Unclear(
            f"Give the day with --on: for {self.asked.id} it is the date of {self.kinds[0].value} "
            f"(“{FACTS[self.kinds[0]].label}”)."
        )

    def _backwards(self, filed_on: date | None) -> Answer:
        if filed_on is None:
            raise Unclear("Give the day of the filing with --on.")
        if self.counted.direction is not Direction.AFTER:
            raise Unclear(f"{self.asked.id} is not a limit that can be read backwards from a filing.")
        self.notes.append(
            f"Read backwards from a filing on {say(filed_on)}: the earliest act that it still reaches. "
            "Older acts are to be checked, never left out unseen: exceptions exist."
        )
        return self._answer(None, filed_on, look_back(self.counted, filed_on, self.calendar))

    def _several(self, ids: Iterable[str], note: str, facts: Sequence[Fact] | None = None) -> Answer:
        """The first answer stands for the row; all are in `parts`."""
        given = self.question.facts if facts is None else tuple(facts)
        parts: list[Answer] = []
        for rule_id in ids:
            starts = triggers(self.book, self.book.rule(rule_id), lea_filed=self.lea_filed)
            same = facts is None and starts[:1] == self.kinds[:1]
            asked = replace(self.question, rule_id=rule_id, on=self.question.on if same else None, facts=given)
            try:
                parts.append(answer(self.book, asked, self.calendar, self.today))
            except Unclear as open_question:
                rule = self.book.rule(rule_id)
                parts.append(Answer(rule, rule, None, None, Dates(None, None, None, str(open_question))))
        self.notes.append(f"{note} See the parts.")
        first = parts[0]
        return replace(
            self._answer(first.trigger, first.day_zero, first.dates, parts=tuple(parts)),
            counted=first.counted,
            deadline=first.deadline,
        )

    def _answer(
        self,
        trigger: Fact | None,
        day_zero: date | None,
        dates: Dates,
        *,
        deadline: Deadline | None = None,
        notes: Iterable[str] = (),
        parts: tuple[Answer, ...] = (),
    ) -> Answer:
        own = [rule.note for rule in (self.counted, self.asked) if rule.note]
        told = tuple(dict.fromkeys((*own, *notes, *self.notes)))
        return Answer(self.asked, self.counted, trigger, day_zero, dates, told, deadline, parts)


def _reason_of(deadline: Deadline) -> str:
    """What the last note says, for a deadline that does not run any more."""
    ended = deadline.state in (DeadlineState.SUPERSEDED, DeadlineState.WAIVED)
    return deadline.notes[-1] if ended and deadline.notes else ""


def _list(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
