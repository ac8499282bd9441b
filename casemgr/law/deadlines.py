"""Facts become deadlines. A pure function: rules, facts, calendar and the day come in, deadlines go out.

Every deadline has three dates, because federal special-education law says nothing about a last day on a weekend
and bodies disagree:
    nominal     the plain count
    act_by      the earliest plausible reading, moved back to a business day: what our user should meet
    late_after  the latest plausible reading: before it nobody is told that the other side is late
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

from casemgr.law import beside, imprecise
from casemgr.law.bearing import CaseFacts
from casemgr.law.counting import Dates, Step, compute, look_back, say
from casemgr.law.dated import Deadline, Fact, Reminder, of_same_proceeding
from casemgr.law.days import DayCalendar, DaysNotCovered, add_days
from casemgr.law.facts import FACTS
from casemgr.law.rulebook import Rulebook
from casemgr.law.rules import Rule
from casemgr.law.terms import DeadlineState, Doubt, FactKind, PartyRole, RuleKind, Track, Verification

__all__ = [
    "Dates",
    "Deadline",
    "Fact",
    "Reminder",
    "Step",
    "compute",
    "deadlines",
    "look_back",
    "of_same_proceeding",
]


def deadlines(
    rulebook: Rulebook,
    facts: Sequence[Fact],
    calendar: DayCalendar,
    today: date,
    *,
    only: Collection[str] | None = None,
    track: Track | None = None,
) -> list[Deadline]:
    """Every deadline that the facts start, soonest act_by first, those without a date last.

    Args:
        facts: in the order in which they were recorded (of two hearing dates the later record counts).
        today: local date; a deadline is never late on its own day.
        only: ids of the rules whose deadlines are wanted; they come out as they would among all others.
        track: what the case is about, where that is known: a date of another law is marked, not left out.
    """
    if imprecise.is_exact(facts):
        found = _Case(rulebook, facts, calendar, today, track).deadlines(only)
    else:
        early, late = (
            _Case(rulebook, side, calendar, today, track).deadlines(only)
            for side in (imprecise.earliest(facts), imprecise.latest(facts))
        )
        found = imprecise.merge(early, late, facts, today)
    return sorted(found, key=lambda d: (d.act_by is None, d.act_by or date.max, d.key))


ORDINARY_COMPLAINTS = (
    FactKind.DUE_PROCESS_COMPLAINT_FILED,
    FactKind.DUE_PROCESS_COMPLAINT_RECEIVED,
    FactKind.DUE_PROCESS_COMPLAINT_RECEIVED_BY_PARENT,
)


class _Case(CaseFacts):
    """One computation: the facts of one case against one rulebook."""

    def deadlines(self, only: Collection[str] | None) -> list[Deadline]:
        rules: Sequence[Rule] = self.rulebook.running
        if only is not None:
            needed = self.rulebook.with_what_they_read(only)
            rules = [rule for rule in rules if rule.id in needed]
        started = (rule for rule in rules if not self.by_kind.keys().isdisjoint(rule.starts_on))
        found = [made for rule in started for made in self._direct(rule)]
        found += [made for rule in rules if rule.starts_after for made in self._chained(rule, found)]
        found = [one for one in (self._if_it_moves(deadline, found) for deadline in found) if one]
        found = [self._with_alternative(deadline, found) for deadline in found]
        if self.rulebook.rivals:
            found = [self._with_rivals(deadline, found) for deadline in found]
        return [deadline for deadline in found if only is None or deadline.rule.id in only]

    # -- which rules run ------------------------------------------------------------------------------------

    def _direct(self, rule: Rule) -> Iterator[Deadline]:
        for trigger in self._all(rule.starts_on):
            if self._runs(rule, trigger) and self._applies(rule, trigger):
                dates = compute(rule, trigger.on, self.calendar, trigger.details, lea_filed=self._lea_filed(trigger))
                if not dates.applies:
                    continue
                made = self._make(rule, trigger, trigger.on, dates)
                yield made if rule.starts_after else self._paused(made)

    def _paused(self, deadline: Deadline) -> Deadline:
        """Without a date while something holds it up (a State complaint that waits for a hearing), and without one
        after that as well: the law does not say how the days that were left are counted."""
        rule, trigger = deadline.rule, deadline.trigger
        is_open = deadline.state in (DeadlineState.OPEN, DeadlineState.LATE)
        until = deadline.late_after or date.max
        stop = self._first(rule.suspended_by, trigger, trigger.on, until) if is_open else None
        if stop is None:
            return deadline
        label = FACTS[stop.kind].label
        again = self._first(rule.resumed_by, stop, stop.on, date.max)
        if again and any(fact.on >= again.on for fact in self._about(FactKind.DEADLINE_EXTENDED, rule, trigger)):
            return deadline
        if again is None:
            state, reason = DeadlineState.SUSPENDED, f"Suspended since {say(stop.on)}: {label.lower()}."
        else:
            state = DeadlineState.OPEN
            reason = (
                f"It waited from {say(stop.on)} and went on on {say(again.on)}. The law does not say how the days that "
                "were left are counted: ask for the new date, and record it as an extension."
            )
        return replace(
            deadline, state=state, nominal=None, act_by=None, late_after=None, reason=reason, steps=(), readings=()
        )

    def _runs(self, rule: Rule, trigger: Fact) -> bool:
        """In force on the day of the trigger, and no rule of the State, in force on that day, takes its place."""
        return rule.in_force(trigger.on) and not any(
            other.in_force(trigger.on) and (trigger.kind not in other.starts_on or self._applies(other, trigger))
            for other in self.rulebook.replacing.get(rule.id, ())
        )

    def _applies(self, rule: Rule, trigger: Fact) -> bool:
        if rule.only_filed_by is not None and (rule.only_filed_by is PartyRole.LEA) != self._lea_filed(trigger):
            return False
        if any(trigger.details.get(key) != value for key, value in rule.when.items() if trigger.asks(key)):
            return False
        if any(trigger.details.get(key) in answers for key, answers in rule.unless.items()):
            return False
        if rule.not_expedited and self._only_expedited(trigger):
            return False
        return not rule.requires or any(
            fact.on <= trigger.on and of_same_proceeding(trigger, fact) for fact in self._all(rule.requires)
        )

    def _only_expedited(self, trigger: Fact) -> bool:
        """Whether only an expedited complaint opened the proceeding: 300.532(c) takes over no more than it names."""
        both = ((FactKind.EXPEDITED_COMPLAINT_FILED, FactKind.EXPEDITED_COMPLAINT_RECEIVED), ORDINARY_COMPLAINTS)
        expedited, ordinary = (any(of_same_proceeding(trigger, one) for one in self._all(kinds)) for kinds in both)
        return expedited and not ordinary

    def _filer(self, trigger: Fact) -> PartyRole | None:
        if trigger.filed_by is not None:
            return trigger.filed_by
        if trigger.kind is FactKind.DUE_PROCESS_COMPLAINT_RECEIVED_BY_PARENT:
            return PartyRole.LEA
        filings = self._all((FactKind.DUE_PROCESS_COMPLAINT_FILED, FactKind.EXPEDITED_COMPLAINT_FILED))
        home = FACTS[trigger.kind].proceeding
        return next(
            (
                filing.filed_by
                for filing in filings
                if home is FACTS[filing.kind].proceeding and of_same_proceeding(trigger, filing)
            ),
            None,
        )

    def _lea_filed(self, trigger: Fact) -> bool:
        return self._filer(trigger) is PartyRole.LEA

    def _actor(self, rule: Rule, trigger: Fact) -> PartyRole:
        """Filing and receiving party by name, as far as the facts tell."""
        filer = PartyRole.LEA if self._lea_filed(trigger) else PartyRole.PARENT
        if rule.actor is PartyRole.FILING_PARTY:
            return filer
        if rule.actor is PartyRole.RECEIVING_PARTY:
            return PartyRole.PARENT if filer is PartyRole.LEA else PartyRole.LEA
        return rule.actor

    # -- chains: a rule that starts where another ends ------------------------------------------------------

    def _chained(self, rule: Rule, found: Sequence[Deadline]) -> list[Deadline]:
        bases = (base for base in found if base.rule.id == rule.starts_after)
        return [self._chain(rule, base) for base in bases if self._runs(rule, base.trigger)]

    def _chain(self, rule: Rule, base: Deadline) -> Deadline:
        trigger, end = base.trigger, base.nominal
        if end is None:
            return self._make(rule, trigger, None, Dates(None, None, None, base.reason))
        moved = self._first(rule.adjusted_by, trigger, trigger.on, end)
        notes = tuple(
            f"“{FACTS[late.kind].label}” on {say(late.on)} came after the period had ended on {say(end)}, "
            "so it does not move this date."
            for late in self._all((*rule.adjusted_by, *rule.suspended_by))
            if late.on > end and of_same_proceeding(trigger, late)
        )
        start = moved.on if moved else end
        if moved is None and (stop := self._first(rule.suspended_by, trigger, trigger.on, end)):
            moved = self._first(rule.resumed_by, stop, stop.on, date.max)
            if moved is None:
                reason = (
                    f"Suspended since {say(stop.on)}: {FACTS[stop.kind].label.lower()}. "
                    "There is no date until one side withdraws."
                )
                made = self._make(rule, trigger, None, Dates(None, None, None, reason), notes=notes)
                is_open = made.state in (DeadlineState.OPEN, DeadlineState.LATE)
                return replace(made, state=DeadlineState.SUSPENDED) if is_open else made
            start = max(moved.on, end)
            moved = moved if moved.on > end else None  # it ended before day 30: nothing went on past it
        dates = compute(rule, start, self.calendar)
        return self._make(rule, trigger, start, dates, moved_by=moved, notes=notes)

    def _if_it_moves(self, deadline: Deadline, found: Sequence[Deadline]) -> Deadline | None:
        """“The 45 days begin” is said only of the fact that they begin from; superseded where those days are."""
        if not deadline.rule.moves:
            return deadline
        moved = [
            other
            for other in found
            if other.rule.id == deadline.rule.moves and of_same_proceeding(deadline.trigger, other.trigger)
        ]
        if not moved:
            return deadline
        movers = [other for other in moved if other.moved_by is deadline.trigger]
        if movers and all(other.state is DeadlineState.SUPERSEDED for other in movers):
            return replace(deadline, state=DeadlineState.SUPERSEDED)
        return deadline if movers else None

    def _with_alternative(self, deadline: Deadline, found: Sequence[Deadline]) -> Deadline:
        """Two ways to the same aim: the safe day is the earlier of both."""
        if not deadline.rule.alternative_to or deadline.act_by is None:
            return deadline
        others = [
            other.act_by
            for other in found
            if other.rule.id == deadline.rule.alternative_to and other.act_by is not None
        ]
        if not others or min(others) >= deadline.act_by:
            return deadline
        note = f"Plan for {say(min(others))}: the earlier of this date and that of the main rule."
        return replace(deadline, act_by=min(others), notes=(*deadline.notes, note))

    # -- a State row that nobody has confirmed, beside the federal one ---------------------------------------

    def _with_rivals(self, deadline: Deadline, found: Sequence[Deadline]) -> Deadline:
        """Widen the dates of a federal row and of the unconfirmed State row beside it (see beside.py)."""
        rivals = self.rulebook.rivals.get(deadline.rule.id, ())
        names = {*deadline.rule.beside, *(rule.id for rule in rivals)}
        if not names or deadline.state is DeadlineState.SUPERSEDED or deadline.nominal is None:
            return deadline
        partners = (
            other
            for other in found
            if other.rule.id in names
            and other.state is not DeadlineState.SUPERSEDED
            and of_same_proceeding(deadline.trigger, other.trigger)
        )
        near = beside.nearest(deadline, partners)
        if deadline.rule.kind is RuleKind.RIGHT:
            near += self._assumed(deadline, [rule for rule in rivals if rule.id not in {one.rule.id for one in near}])
        changed = beside.widened(deadline, near, rivals)
        still_runs = deadline.state in (DeadlineState.OPEN, DeadlineState.LATE)
        return replace(changed, state=self._by_today(changed)) if still_runs else changed

    def _assumed(self, deadline: Deadline, rivals: Iterable[Rule]) -> list[Deadline]:
        """A right of ours may run out under a State row whose own start nobody recorded: count it from this one's."""
        if deadline.day_zero is None:
            return []
        counted = ((rule, compute(rule, deadline.day_zero, self.calendar)) for rule in rivals if rule.starts_on)
        return [
            replace(deadline, rule=rule, nominal=dates.nominal, act_by=dates.act_by, late_after=dates.late_after)
            for rule, dates in counted
            if dates.act_by and not self.by_kind.keys() & set(rule.starts_on)
        ]

    # -- one deadline ---------------------------------------------------------------------------------------

    def _make(
        self,
        rule: Rule,
        trigger: Fact,
        day_zero: date | None,
        dates: Dates,
        *,
        moved_by: Fact | None = None,
        notes: tuple[str, ...] = (),
    ) -> Deadline:
        restating = self.rulebook.restating.get(rule.id, ())
        dates = self._rolled_forward(restating, dates)
        dates, extended, extended_by = self._extended(rule, trigger, dates)
        verification = rule.verified
        if rule.verified_when_lea_files is not None and self._lea_filed(trigger):
            verification = rule.verified_when_lea_files
        deadline = Deadline(
            rule=rule,
            key=f"{rule.id}:{trigger.id}",
            trigger=trigger,
            day_zero=day_zero,
            nominal=dates.nominal,
            act_by=dates.act_by,
            late_after=dates.late_after,
            reason=dates.reason,
            steps=dates.steps,
            readings=dates.readings,
            notes=(
                *((beside.OTHER_LAW,) if self._of_another_law(rule) else ()),
                *(one.note for one in (rule, *restating) if one.note),
                *(beside.words_on_restating(one, self.rulebook.state_name) for one in restating if one.unconfirmed),
                *filter(None, (self.rulebook.unknown.get(rule.id),)),
                *extended,
                *notes,
            ),
            state=DeadlineState.OPEN,
            actor=self._actor(rule, trigger),
            verification=verification,
            citations=tuple(
                dict.fromkeys(
                    one.citation for one in (rule, *restating) if one is rule or one.verified is not Verification.U
                )
            ),
            doubt=Doubt.OTHER_LAW
            if self._of_another_law(rule)
            else beside.doubt(
                rule, verification, (*self.rulebook.rivals.get(rule.id, ()), *restating), self.rulebook.unknown
            ),
            also=tuple(other.id for other in restating),
            moved_by=moved_by,
            extended_by=extended_by,
            reminders=self._reminders((rule, *restating), day_zero),
        )
        return self._with_state(deadline)

    def _of_another_law(self, rule: Rule) -> bool:
        return self.track is not None and self.track not in rule.tracks

    def _rolled_forward(self, restating: Iterable[Rule], dates: Dates) -> Dates:
        """A State computation rule may move a last day that federal law leaves where it is: the later reading."""
        if dates.late_after is None or not any(one.rolls_forward for one in restating):
            return dates
        later = self.calendar.open_day_after(dates.late_after)
        if later == dates.late_after:
            return dates
        text = f"A State rule on counting days may move the last day on to {say(later)}; federal guidance says no."
        return replace(dates, late_after=later, readings=(*dates.readings, text))

    def _extended(self, rule: Rule, trigger: Fact, dates: Dates) -> tuple[Dates, tuple[str, ...], str | None]:
        """The date an order or agreement set instead, with the fact that says so; the latest record counts."""
        notes: list[str] = []
        by: str | None = None
        for fact in self._about(FactKind.DEADLINE_EXTENDED, rule, trigger):
            try:
                until = date.fromisoformat(fact.details.get("until", ""))
            except ValueError:
                notes.append(f"An extension was recorded on {say(fact.on)} without its new date: enter it.")
                continue
            if not rule.extension:
                notes.append(
                    f"An extension to {say(until)} was recorded, but this date is not one that may be extended."
                )
                continue
            notes.append(f"Extended to {say(until)} on {say(fact.on)}. {rule.extension}")
            try:
                act_by = self.calendar.open_day_before(until)
                late_after = self.calendar.open_day_after(until) if rule.may_roll else until
            except DaysNotCovered:
                act_by = late_after = until
            dates = replace(dates, nominal=until, act_by=act_by, late_after=late_after, reason="")
            by = fact.id
        return dates, tuple(notes), by

    def _reminders(self, rules: Iterable[Rule], day_zero: date | None) -> tuple[Reminder, ...]:
        if day_zero is None:
            return ()
        found = []
        for alert in (alert for rule in rules for alert in rule.alerts):
            with suppress(DaysNotCovered):  # a reminder that cannot be counted must not take the date with it
                found.append(Reminder(add_days(day_zero, alert.count, alert.unit, self.calendar), alert.why))
        return tuple(found)
