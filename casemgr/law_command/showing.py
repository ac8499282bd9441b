"""Rules and facts as a lawyer reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import fill
from typing import Any

from casemgr.law.answers import replaced_by, triggers
from casemgr.law.counting import UNIT_NAMES
from casemgr.law.facts import FACTS
from casemgr.law.rulebook import Rulebook
from casemgr.law.rules import Pause, Rule
from casemgr.law.terms import Direction, FactKind, PartyRole, PauseKind, RuleKind, Verification
from casemgr.law_command.telling import state_rows, wrapped

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


def rule_lines(book: Rulebook, versions: Sequence[Rule]) -> Iterator[str]:
    """A rule as a lawyer reads it, newest version first."""
    rule = versions[0]
    yield f"{rule.title}  [{rule.id}]"
    yield wrapped(rule.explanation)
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
        ("left out", "; ".join(_pause_words(pause) for pause in rule.pauses)),
        ("days added", f"those in “{rule.adds.detail}”, if at least {rule.adds.at_least}" if rule.adds else ""),
        ("always ends", f"on the next {rule.ends_on} (month and day)" if rule.ends_on else ""),
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
        (
            "beside",
            f"{', '.join(rule.beside)}: it takes no federal row's place until a person confirms it"
            if rule.beside
            else "",
        ),
        ("State rows", ", ".join(state_rows(book, rule.id))),
        ("note", rule.note),
        ("citation", rule.citation),
        ("source", rule.source),
        ("copy read", rule.seen),
        ("verified", f"{rule.verified.value}: {MARKS[rule.verified]}; compared {rule.read_on.isoformat()}"),
        ("in force", _in_force(rule)),
    )


def _pause_words(pause: Pause) -> str:
    match pause.what:
        case PauseKind.SUMMER:
            return "the summer between school years"
        case PauseKind.SCHOOL_BREAK:
            return f"school breaks of more than {pause.longer_than} school days"
        case PauseKind.PUBLIC_HOLIDAY:
            return "Federal and State holidays"


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
    told += [f"{key} is not {' or '.join(answers)}" for key, answers in rule.unless.items()]
    told += ["the proceeding is not an expedited one alone"] if rule.not_expedited else []
    told += [f"it moves the start of {rule.moves}"] if rule.moves else []
    if rule.only_filed_by is not None and not rule.starts_after:
        told.append("the parent filed" if rule.only_filed_by is PartyRole.PARENT else "the district filed")
    if rule.school_days_left:
        told.append(f"{rule.school_days_left[0]} to {rule.school_days_left[1]} school days are left in the year")
    return "; ".join(told)


def _in_force(rule: Rule) -> str:
    first = f"from {rule.effective.isoformat()}" if rule.effective else "beginning not recorded"
    return first + (f" to {rule.ended.isoformat()}" if rule.ended else "")


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
