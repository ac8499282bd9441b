"""Answers of the law as JSON and as text for a terminal: the same words, in the same order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from textwrap import fill
from typing import Any

from casemgr.law.answers import Answer, replaced_by, triggers
from casemgr.law.counting import UNIT_NAMES, Dates, Step, say
from casemgr.law.deadlines import Deadline, Fact
from casemgr.law.facts import FACTS
from casemgr.law.rulebook import Rulebook
from casemgr.law.rules import Rule
from casemgr.law.terms import Direction, Doubt, FactKind, PartyRole, RuleKind, Verification

DOUBTS = {
    Doubt.UNVERIFIED: "UNVERIFIED: this rule is from memory and was not checked against its text. Do not rely on it.",
    Doubt.NOT_CONFIRMED: "State rule not confirmed: no person has re-checked the State's rule; the federal date stays.",
    Doubt.NOT_KNOWN: "State rule not known: the State may have its own rule, and none was found.",
}
MARKS = {
    Verification.V: "the text of the provision, or the agency's own page, was read",
    Verification.V2: "a secondary source states the rule",
    Verification.V2Q: "a secondary source quotes the provision word for word",
    Verification.U: "UNVERIFIED: from memory",
}
PEOPLE = {
    PartyRole.LEA: "the school district",
    PartyRole.SEA: "the State education agency",
    PartyRole.PARENT: "the parent",
    PartyRole.STUDENT: "the student",
    PartyRole.HEARING_OFFICE: "the hearing officer or hearing office",
    PartyRole.OCR: "the Office for Civil Rights",
    PartyRole.PART_C_AGENCY: "the early intervention agency",
    PartyRole.NOBODY: "nobody: it happens by itself",
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
        yield from (_wrapped(f"* {notice}") for notice in more)


def _own_lines(book: Rulebook, answer: Answer) -> Iterator[str]:
    rule, dates = answer.rule, answer.dates
    yield f"{rule.title}  [{rule.id}]"
    yield f"  {'; '.join(_citations(answer))}"
    yield from (_wrapped(f"! {notice}") for notice in _own_notices(book, answer))
    if answer.trigger is not None:
        yield _wrapped(f"Runs from: {FACTS[answer.trigger.kind].label}, {say(answer.trigger.on)}")
    yield ""
    if dates.nominal is None and dates.act_by is None:
        yield _wrapped(f"No date: {dates.reason}")
    else:
        yield from _three_dates(dates)
    yield from _status(answer)
    yield from (_wrapped(f"- {text}") for text in (*dates.readings, *answer.notes) if text != dates.reason)
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
        yield _wrapped(dates.reason)


def _status(answer: Answer) -> Iterator[str]:
    deadline = answer.deadline
    if deadline is None:
        return
    if deadline.moved_by is not None:
        yield _wrapped(f"Day 0 moved: {FACTS[deadline.moved_by.kind].label}, {say(deadline.moved_by.on)}")
    if deadline.state.value not in ("open", "late", "passed"):
        yield f"  status       {deadline.state.value}"
    for reminder in deadline.reminders:
        yield _wrapped(f"Reminder {say(reminder.on)}: {reminder.why}")


def _step_line(step: Step) -> str:
    number = f"{step.number:>4}" if step.counted else "   -" if step.number is None else "   0"
    return f"{number}  {step.on:%a} {step.on.isoformat()}  {step.why}"


def rule_lines(book: Rulebook, versions: Sequence[Rule]) -> Iterator[str]:
    """A rule as a lawyer reads it, newest version first."""
    rule = versions[0]
    yield f"{rule.title}  [{rule.id}]"
    yield _wrapped(rule.explanation)
    yield ""
    for name, text in _fields(book, rule):
        yield fill(f"{name:<14} {text}", 110, subsequent_indent=" " * 15, break_long_words=False)
    for older in versions[1:]:
        yield ""
        yield f"Earlier version, {_in_force(older)}: {count_in_words(older)}. {older.citation}"


def rule_json(book: Rulebook, versions: Sequence[Rule]) -> dict[str, Any]:
    """The same as `rule_lines`, by name."""
    rule = versions[0]
    found = dict(_fields(book, rule))
    return {
        "rule": rule.id,
        "title": rule.title,
        "explanation": rule.explanation,
        "on_means": [kind.value for kind in triggers(book, rule)],
        "verified": rule.verified.value,
        **{name.replace(" ", "_").replace("--on", "on"): text for name, text in found.items()},
        "versions": [{"in_force": _in_force(one), "citation": one.citation} for one in versions],
    }


def _fields(book: Rulebook, rule: Rule) -> Iterator[tuple[str, str]]:
    yield "count", count_in_words(rule)
    yield "--on", on_in_words(book, rule)
    yield from _filled(
        ("chain", f"counted from the last day of {rule.starts_after}" if rule.starts_after else ""),
        ("moved by", _names(rule.adjusted_by)),
        ("suspended by", _names(rule.suspended_by)),
        ("goes on with", _names(rule.resumed_by)),
        ("starts again", _names(rule.reset_by)),
        ("needs", _names(rule.requires)),
        ("only when", _conditions(rule)),
        ("who acts", PEOPLE.get(rule.actor, rule.actor.value.replace("_", " "))),
        ("met by", _names(rule.met_by)),
        ("waived by", _names(rule.waived_by)),
        ("extension", rule.extension),
        ("if missed", rule.if_missed),
        ("early reading", rule.early.why if rule.early else ""),
        ("late reading", rule.late.why if rule.late else ""),
        ("last day", "may move off a weekend or holiday under another rule" if rule.may_roll else "does not move"),
        ("reminders", "; ".join(alert.why for alert in rule.alerts)),
        ("repeats", ", ".join(rule.restates)),
        ("replaces", ", ".join(rule.replaces)),
        ("replaced by", ", ".join(replaced_by(book, rule.id))),
        ("note", rule.note),
        ("citation", rule.citation),
        ("source", rule.source),
        ("copy read", rule.seen),
        ("verified", f"{rule.verified.value}: {MARKS[rule.verified]}; compared {rule.read_on.isoformat()}"),
        ("in force", _in_force(rule)),
    )


def _filled(*pairs: tuple[str, str]) -> Iterator[tuple[str, str]]:
    return ((name, text) for name, text in pairs if text)


def count_in_words(rule: Rule) -> str:
    """`10 school days after`; the first day counts, a row without a number, an order's own number."""
    if rule.direction is Direction.NONE:
        return "no number of days in the law"
    if rule.unit is None:
        return "as the rule that it repeats"
    number = str(rule.count) if rule.count is not None else "as many as the order says"
    unit = UNIT_NAMES[rule.unit].replace("weekday (holidays count)", "business day, holidays included")
    plural = unit if rule.count == 1 else unit.replace("day", "days", 1) if "day" in unit else f"{unit}s"
    text = "on the day itself" if rule.count == 0 else f"{number} {plural} {rule.direction.value}"
    if rule.first_day_counts:
        text += "; the first day is day 1"
    if rule.count_if_lea_filed is not None:
        text += f"; {rule.count_if_lea_filed} when the district filed"
    if rule.school_days_left:
        text += " the last day of school"
    return text + (" (how long it may last at most)" if rule.kind is RuleKind.CAP else "")


def on_in_words(book: Rulebook, rule: Rule) -> str:
    """Which fact `--on` stands for, in words, with the name of the fact."""
    kinds = triggers(book, rule)
    if not kinds:
        return "nothing: no fact starts this rule"
    text = f"{FACTS[kinds[0]].label} ({kinds[0].value}). {FACTS[kinds[0]].help}"
    if len(kinds) > 1:
        text += f" Or, with --fact: {', '.join(kind.value for kind in kinds[1:])}."
    if rule.only_filed_by is PartyRole.LEA and rule.starts_after:
        text += f" With --filed-by lea: {', '.join(kind.value for kind in rule.starts_on)}."
    return text


def _names(kinds: Iterable[FactKind]) -> str:
    return ", ".join(kind.value for kind in kinds)


def _conditions(rule: Rule) -> str:
    told = [f"{key} is {value}" for key, value in rule.when.items()]
    told += [f"{key} is not {value}" for key, value in rule.unless.items()]
    if rule.only_filed_by is not None and not rule.starts_after:
        told.append("the parent filed" if rule.only_filed_by is PartyRole.PARENT else "the district filed")
    if rule.school_days_left:
        told.append(f"{rule.school_days_left[0]} to {rule.school_days_left[1]} school days are left in the year")
    return "; ".join(told)


def _in_force(rule: Rule) -> str:
    first = f"from {rule.effective.isoformat()}" if rule.effective else "beginning not recorded"
    return first + (f" to {rule.ended.isoformat()}" if rule.ended else "")


def _wrapped(text: str) -> str:
    return fill(text, 110, initial_indent="  ", subsequent_indent="    ", break_long_words=False)


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
    yield from (_wrapped(f"! {notice}") for notice in dict.fromkeys((*more, *book.notices)))
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


def fact_rows(book: Rulebook | None, search: str) -> list[dict[str, Any]]:
    """Facts with their words, their details, and the rules that they start (where a rulebook is given)."""
    starts: dict[FactKind, list[str]] = {}
    for rule in book.rules if book else ():
        for kind in triggers(book, rule)[:1] if book else ():
            starts.setdefault(kind, []).append(rule.id)
    return [
        {
            "fact": kind.value,
            "label": info.label,
            "help": info.help,
            "group": info.group,
            "details": {
                detail.key: list(detail.choices) or ("a date" if detail.is_date else "a value")
                for detail in info.details
            },
            "starts": list(dict.fromkeys(starts.get(kind, []))),
        }
        for kind, info in FACTS.items()
        if search.casefold() in f"{kind.value} {info.label} {info.group}".casefold()
    ]


def fact_lines(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    group = ""
    for row in rows:
        if row["group"] != group:
            group = row["group"]
            yield from ("", group)
        yield f"  {row['fact']:<44} {row['label']}"
        for key, values in row["details"].items():
            yield f"      ,{key}={'|'.join(values) if isinstance(values, list) else values}"
        if row["starts"]:
            yield fill(", ".join(row["starts"]), 110, initial_indent="      starts ", subsequent_indent="      ")
