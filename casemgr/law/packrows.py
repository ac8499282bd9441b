"""Rows of a pack become frozen dataclasses: every mistake is found and said, none is guessed around."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeVar, get_args, get_type_hints

from casemgr.law.rules import Alert, Extra, Forum, Pause, Reading, Route, Rule
from casemgr.law.terms import (
    Direction,
    Event,
    FactKind,
    FilingKind,
    Need,
    PartyRole,
    PauseKind,
    ProceedingKind,
    RuleKind,
    Track,
    Unit,
    Verification,
)

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
MOST = 10_000
"""No count of a law is longer: a slip of the finger would leave the calendar."""
RULE_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
PLAIN: dict[type, str] = {
    str: "text in quotes",
    int: "a whole number",
    bool: "true or false",
    date: "a date without quotes",
}


class RowError(Exception):
    """A row cannot be used. `problems`: key of the row ("" for the whole row) and what is wrong."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        super().__init__("; ".join(text for _, text in problems))


def _enum(enum: type[E]) -> Callable[[Any], E]:
    """A converter that names close words for one that is not in the vocabulary."""

    def convert(value: Any) -> E:
        try:
            return enum(value)
        except ValueError:
            close = get_close_matches(str(value), [one.value for one in enum], 3) or [one.value for one in enum][:8]
            raise ValueError(f"{value!r} is not one of its words: {', '.join(close)} …") from None

    return convert


def _enums(enum: type[E]) -> Callable[[Any], tuple[E, ...]]:
    convert = _enum(enum)
    return lambda value: tuple(convert(one) for one in ([value] if isinstance(value, str) else value))


def _tracks(value: Any) -> frozenset[Track]:
    return frozenset(Track(one) for one in value)


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MOST:
        raise ValueError(f"write a whole number from 0 to {MOST}, not {value!r}")
    return value


def _reading(value: dict[str, Any]) -> Reading:
    pauses = _pauses(value.get("pauses", []))
    first = value.get("first_day_counts", False)
    return Reading(_whole(value["count"]), _enum(Unit)(value["unit"]), value["why"], first, pauses)


def _pauses(rows: Any) -> tuple[Pause, ...]:
    return tuple(Pause(_enum(PauseKind)(row["what"]), _whole(row.get("longer_than", 0))) for row in rows)


def _window(value: Any) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2 or not _whole(value[0]) <= _whole(value[1]):
        raise ValueError("write the fewest and the most days, such as [30, 45]")
    return value[0], value[1]


def _answers(value: Any) -> Mapping[str, tuple[str, ...]]:
    """Question → the answers that count."""
    if not isinstance(value, dict):
        raise ValueError('write the question and its answer, such as { kind = "in_school" }')
    found = {key: _texts(answers) for key, answers in value.items() if isinstance(answers, str | list)}
    if len(found) < len(value) or not all(isinstance(one, str) for answers in found.values() for one in answers):
        raise ValueError("an answer is text in quotes")
    return MappingProxyType(found)


def _one_answer(value: Any) -> Mapping[str, str]:
    found = _answers(value)
    if any(len(answers) != 1 for answers in found.values()):
        raise ValueError("one answer to each question")
    return MappingProxyType({key: answers[0] for key, answers in found.items()})


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _one_of(*words: str) -> Callable[[Any], str]:
    def convert(value: Any) -> str:
        if value not in words:
            raise ValueError(f"{value!r} is not one of its words: {', '.join(words)}")
        return str(value)

    return convert


FACT_LISTS = (
    "starts_on",
    "adjusted_by",
    "suspended_by",
    "resumed_by",
    "met_by",
    "waived_by",
    "reset_by",
    "requires",
    "disputed_by",
    "settled_by",
    "limit_from",
)
CONVERT: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(FACT_LISTS, _enums(FactKind)),
    "direction": _enum(Direction),
    "actor": _enum(PartyRole),
    "only_filed_by": _enum(PartyRole),
    "unit": _enum(Unit),
    "verified": _enum(Verification),
    "verified_when_lea_files": _enum(Verification),
    "need": _enum(Need),
    "event": _enum(Event),
    "fact": _enum(FactKind),
    "filing": _enum(FilingKind),
    "offered": _one_of("yes", "unknown"),
    "stay_put": _one_of("yes", "no", "interim"),
    "limit_also": _texts,
    "limit_tracks": _tracks,
    "restates": _texts,
    "replaces": _texts,
    "restarts": _texts,
    "when": _one_answer,
    "unless": _answers,
    "school_days_left": _window,
    "not_if_school_days_left": _window,
    "pauses": _pauses,
    "adds": lambda row: Extra(row["detail"], _whole(row.get("at_least", 1))),
    "early": _reading,
    "late": _reading,
    "alerts": lambda rows: tuple(Alert(_whole(row["count"]), _enum(Unit)(row["unit"]), row["why"]) for row in rows),
    "hears": _tracks,
    "tracks": _tracks,
}
MADE = ("beside", "unconfirmed")  # fields that loading makes: a pack may not write them
KINDS: dict[type, type[StrEnum]] = {Rule: RuleKind, Forum: ProceedingKind, Route: FilingKind}


def make(shape: type[T], row: Mapping[str, Any]) -> T:
    """One table row as a dataclass. Raises RowError with every mistake in it."""
    known = {field.name: field for field in fields(shape) if field.name not in MADE}  # type: ignore[arg-type]
    problems = [(key, f"unknown field {key!r}") for key in row if key not in known]
    problems += [
        ("", f"{key!r} is missing")
        for key, field in known.items()
        if field.default is MISSING and field.default_factory is MISSING and key not in row
    ]
    values: dict[str, Any] = {}
    for key in sorted(row.keys() & known.keys()):
        convert = _enum(KINDS[shape]) if key == "kind" and shape in KINDS else CONVERT.get(key)
        try:
            values[key] = convert(row[key]) if convert else _plain(shape, key, row[key])
        except KeyError as error:
            problems.append((key, f"{key}: {error} is missing"))
        except (ValueError, TypeError, AttributeError) as error:
            problems.append((key, f"{key}: {error}"))
    if problems:
        raise RowError(problems)
    made = shape(**values)
    if isinstance(made, Rule) and (wrong := list(_wrong_with(made))):
        raise RowError(wrong)
    return made


@lru_cache(maxsize=16)
def _types(shape: type) -> dict[str, tuple[type, ...]]:
    """The plain types that each field of a shape may have."""
    return {
        name: tuple(one for one in (get_args(hint) or (hint,)) if one in PLAIN)
        for name, hint in get_type_hints(shape).items()
    }


def _plain(shape: type, key: str, value: Any) -> Any:
    wanted = _types(shape).get(key, ())
    if wanted and (type(value) not in wanted or isinstance(value, datetime)):
        raise TypeError(f"write {' or '.join(PLAIN[one] for one in wanted)}")
    return value


def _wrong_with(rule: Rule) -> Iterator[tuple[str, str]]:
    """What one rule tells of itself that cannot be: key and sentence."""
    for key in ("title", "explanation", "citation"):
        if not getattr(rule, key).strip():
            yield key, f"a rule needs {'an explanation' if key == 'explanation' else f'a {key}'}"
    if not RULE_ID.fullmatch(rule.id):
        yield "id", f"an id is small letters, figures and hyphens, not {rule.id!r}"
    counted = rule.count is not None or bool(rule.count_detail)
    if counted != (rule.unit is not None):
        yield "unit", "count and unit go together"
    if counted == (rule.direction is Direction.NONE):
        yield "direction", "a count needs a direction, and direction 'none' has no count"
    if rule.count is not None and rule.count < 0:
        yield "count", "count is never negative; use direction 'before'"
    if rule.count is not None and rule.count > MOST:
        yield "count", f"no law counts that far: write a whole number up to {MOST}"
    if rule.pauses and rule.unit is not Unit.CALENDAR_DAY:
        yield "pauses", "pauses belong to calendar days"
    if rule.ends_on and not _is_month_day(rule.ends_on):
        yield "ends_on", "ends_on is a month and a day, such as 06-30"
    if bool(rule.confirmed_on) != bool(rule.confirmed_by):
        yield "confirmed_on", "confirmed_on and confirmed_by go together"
    if rule.ended and rule.effective and rule.ended < rule.effective:
        yield "ended", "it ends before it begins"
    if rule.protects not in ("", "stay_put"):
        yield "protects", f"protects: {rule.protects!r} is not a right that a date can protect"


def _is_month_day(text: str) -> bool:
    try:
        date.fromisoformat(f"2023-{text}")  # no leap day: it would not exist in most years
    except ValueError:
        return False
    return True
