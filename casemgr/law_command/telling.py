"""Answers of the law as JSON and as text for a terminal: the same words, in the same order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from textwrap import fill
from typing import Any

from casemgr.law.answers import Answer, replaced_by
from casemgr.law.counting import Dates, Step, say
from casemgr.law.deadlines import Deadline, Fact
from casemgr.law.facts import FACTS
from casemgr.law.rulebook import Rulebook
from casemgr.law.terms import Doubt, Verification

DOUBTS = {
    Doubt.UNVERIFIED: "UNVERIFIED: this rule is from memory and was not checked against its text. Do not rely on it.",
    Doubt.NOT_CONFIRMED: "State rule not confirmed: no person has re-checked the State's rule; the federal date stays.",
    Doubt.OTHER_LAW: "IDEA rule: whether it holds in a dispute under Section 504 alone is not known.",
    Doubt.NOT_KNOWN: "State rule not known: the State may have its own rule, and none was found.",
}


def of_deadline(deadline: Deadline) -> Answer:
    """A deadline that the facts started, in the shape of an answer."""
    dates = Dates(
        deadline.nominal,
        deadline.act_by,
        deadline.late_after,
        deadline.reason,
        deadline.steps,
        deadline.readings,
    )
    return Answer(
        deadline.rule, deadline.rule, deadline.trigger, deadline.day_zero, dates, deadline.notes, deadline=deadline
    )


def as_json(book: Rulebook, answer: Answer, more_notices: Iterable[str] = ()) -> dict[str, Any]:
    """One JSON object: rule, citation, nominal, act_by, late_after (ISO dates or null with a reason), steps, and
    everything else that explains them. docs/law-command.md describes it."""
    rule, dates, deadline = answer.rule, answer.dates, answer.deadline
    mark = _mark(answer) if rule is answer.counted else rule.verified
    return {
        "state": book.state,
        "rule": rule.id,
        "title": rule.title,
        "citation": rule.citation,
        "citations": _citations(answer),
        "source": rule.source,
        "verified": mark.value,
        "unverified": mark is Verification.U,
        "doubt": _doubt(book, answer).value or None,
        "notices": notices(book, answer, more_notices),
        "counted_as": answer.counted.id,
        "trigger": _fact(answer.trigger),
        "day_zero": _iso(answer.day_zero),
        "nominal": _iso(dates.nominal),
        "act_by": _iso(dates.act_by),
        "late_after": _iso(dates.late_after),
        "reason": dates.reason or None,
        "steps": [_step(step) for step in dates.steps],
        "readings": list(dates.readings),
        "notes": list(answer.notes),
        "count": answer.counted.count,
        "unit": answer.counted.unit.value if answer.counted.unit else None,
        "direction": answer.counted.direction.value,
        "actor": (deadline.actor if deadline else rule.actor).value,
        "if_missed": rule.if_missed or answer.counted.if_missed or None,
        "extension": rule.extension or answer.counted.extension or None,
        "status": deadline.state.value if deadline else None,
        "moved_by": _fact(deadline.moved_by) if deadline else None,
        "reminders": [{"date": _iso(one.on), "why": one.why} for one in deadline.reminders] if deadline else [],
        "replaced_by": list(replaced_by(book, rule.id)),
        "state_rules": state_rows(book, rule.id),
        "parts": [as_json(book, part) for part in answer.parts],
    }


def notices(book: Rulebook, answer: Answer, more: Iterable[str] = ()) -> list[str]:
    """Sentences to show beside the date: the UNVERIFIED mark, the State's own rule, what the pack says of itself."""
    return list(dict.fromkeys((*_own_notices(book, answer), *more, *book.notices)))


def _own_notices(book: Rulebook, answer: Answer) -> Iterator[str]:
    """What concerns this rule."""
    doubt = _doubt(book, answer)
    if doubt in DOUBTS:
        yield DOUBTS[doubt]
    yield from (text for name, text in book.unknown.items() if name in (answer.rule.id, answer.counted.id))
    for other in replaced_by(book, answer.rule.id):
        yield f"In {book.state_name} {other} takes this rule's place. Here is what {answer.rule.id} itself gives."


def state_rows(book: Rulebook, rule_id: str) -> list[str]:
    """State rows that say something about the same thing: repeating it, or standing beside it unconfirmed."""
    return list(dict.fromkeys(rule.id for rule in book.rules if rule_id in (*rule.restates, *rule.beside)))


def _mark(answer: Answer) -> Verification:
    return answer.deadline.verification if answer.deadline else answer.rule.verified


def _doubt(book: Rulebook, answer: Answer) -> Doubt:
    """The mark beside the date: that of the deadline, or of the rule as asked for, whichever says more."""
    if Verification.U in (_mark(answer), answer.rule.verified):
        return Doubt.UNVERIFIED
    if answer.rule.unconfirmed:
        return Doubt.NOT_CONFIRMED
    if answer.deadline is not None:
        return answer.deadline.doubt
    return Doubt.NOT_KNOWN if answer.rule.id in book.unknown else Doubt.NONE


def _citations(answer: Answer) -> list[str]:
    made = answer.deadline.citations if answer.deadline else (answer.counted.citation,)
    return list(dict.fromkeys((answer.rule.citation, *made)))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _step(step: Step) -> dict[str, Any]:
    return {"date": step.on.isoformat(), "counted": step.counted, "number": step.number, "why": step.why}


def _fact(fact: Fact | None) -> dict[str, Any] | None:
    if fact is None:
        return None
    return {
        "fact": fact.kind.value,
        "label": FACTS[fact.kind].label,
        "date": fact.on.isoformat(),
        "details": dict(fact.details),
    }


# -- for a terminal ---------------------------------------------------------------------------------------------------


def answer_lines(book: Rulebook, answer: Answer, more_notices: Iterable[str] = ()) -> Iterator[str]:
    """The three dates, why, and each counted day; last what the State's pack says of itself."""
    yield from _own_lines(book, answer)
    for part in answer.parts:
        yield ""
        yield from _own_lines(book, part)
    if more := list(dict.fromkeys((*more_notices, *book.notices))):
        yield ""
        yield from (wrapped(f"* {notice}") for notice in more)


def _own_lines(book: Rulebook, answer: Answer) -> Iterator[str]:
    rule, dates = answer.rule, answer.dates
    yield f"{rule.title}  [{rule.id}]"
    yield f"  {'; '.join(_citations(answer))}"
    yield from (wrapped(f"! {notice}") for notice in _own_notices(book, answer))
    if answer.trigger is not None:
        yield wrapped(f"Runs from: {FACTS[answer.trigger.kind].label}, {say(answer.trigger.on)}")
    yield ""
    if dates.nominal is None and dates.act_by is None:
        yield wrapped(f"No date: {dates.reason}")
    else:
        yield from _three_dates(dates)
    yield from _status(answer)
    yield from (wrapped(f"- {text}") for text in (*dates.readings, *answer.notes) if text != dates.reason)
    if dates.steps:
        yield ""
        yield from (_step_line(step) for step in dates.steps)


def _three_dates(dates: Dates) -> Iterator[str]:
    for name, day in (
        ("plain count", dates.nominal),
        ("act by", dates.act_by),
        ("late after", dates.late_after),
    ):
        yield f"  {name:<12} {say(day) if day else '-'}"
    if dates.reason:
        yield wrapped(dates.reason)


def _status(answer: Answer) -> Iterator[str]:
    deadline = answer.deadline
    if deadline is None:
        return
    if deadline.moved_by is not None:
        yield wrapped(f"Day 0 moved: {FACTS[deadline.moved_by.kind].label}, {say(deadline.moved_by.on)}")
    if deadline.state.value not in ("open", "late", "passed"):
        yield f"  status       {deadline.state.value}"
    for reminder in deadline.reminders:
        yield wrapped(f"Reminder {say(reminder.on)}: {reminder.why}")


def _step_line(step: Step) -> str:
    number = f"{step.number:>4}" if step.counted else "   -" if step.number is None else "   0"
    return f"{number}  {step.on:%a} {step.on.isoformat()}  {step.why}"


# -- lists ------------------------------------------------------------------------------------------------------------


def all_json(book: Rulebook, facts: Sequence[Fact], answers: Sequence[Answer], more: Iterable[str]) -> dict[str, Any]:
    """Every deadline that the facts start, soonest act_by first, those without a date last."""
    return {
        "state": book.state,
        "notices": list(dict.fromkeys((*more, *book.notices))),
        "facts": [_fact(fact) for fact in facts],
        "deadlines": [as_json(book, answer) for answer in answers],
    }


def all_lines(book: Rulebook, answers: Sequence[Answer], more: Iterable[str]) -> Iterator[str]:
    yield from (wrapped(f"! {notice}") for notice in dict.fromkeys((*more, *book.notices)))
    for answer in answers:
        dates, deadline = answer.dates, answer.deadline
        state = deadline.state.value if deadline else ""
        days = " / ".join(say(day) if day else "-" for day in (dates.nominal, dates.act_by, dates.late_after))
        mark = " UNVERIFIED" if _mark(answer) is Verification.U else ""
        yield ""
        yield f"{answer.rule.title}  [{answer.rule.id}]{mark}"
        yield f"  {days if dates.nominal else dates.reason}   {state}"
        yield f"  {'; '.join(_citations(answer))}"
    yield ""
    yield "Each line: plain count / act by / late after. With --rule ID: every step of one of them."


def wrapped(text: str) -> str:
    return fill(text, 110, initial_indent="  ", subsequent_indent="    ", break_long_words=False)
