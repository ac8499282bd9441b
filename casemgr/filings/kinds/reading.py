"""Read one TOML file of a kind. Every mistake is said with the file's name; none is guessed around."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from casemgr.filings.kinds.shapes import Block, Column, Kind, Layout, Limit, Part, Purpose, Question, Require, Verb
from casemgr.law.terms import Event, FactKind, FilingKind, ProceedingKind, Track

HOW = ("fields", "words", "value", "points", "list", "table", "options")
IN_A_STATE = frozenset(
    {"name", "title", "plain", "when", "law", "opening", "certificate", "filer", "other", "limit", "copies", "requires"}
)


UNDER_504 = frozenset({"title", "law", "opening"})


class KindError(Exception):
    """A file of a kind cannot be used. The text names the file and what is wrong."""


def read(path: Path) -> Kind:
    """Return the kind of a file. Raises KindError."""
    try:
        row = tomllib.loads(path.read_text(encoding="utf-8"))
        if "like" in row:
            model = path.with_name(f"{row.pop('like')}.toml")
            row = _like(tomllib.loads(model.read_text(encoding="utf-8")), row)
        return _kind(path.stem, row)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise KindError(f"{path.name}: {error}") from error


def _like(model: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return the file of another kind with what is different in this one: keys take the place of the model's (an empty
    one takes it away), questions come first, a part goes `before` one of the model's, parts `without` are left out."""
    asked, parts, left_out = own.pop("question", []), own.pop("part", []), own.pop("without", [])
    states = {code: words | own.get("state", {}).get(code, {}) for code, words in model.get("state", {}).items()}
    merged = {**model, **own, "state": own.get("state", {}) | states}
    keys = {one["key"] for one in asked}
    merged["question"] = [*asked, *(one for one in model["question"] if one["key"] not in keys)]
    merged["part"] = [one for one in model["part"] if one.get("heading") not in left_out]
    for part in parts:
        headings = [one.get("heading") for one in merged["part"]]
        merged["part"].insert(headings.index(part.pop("before")), part)
    return {key: value for key, value in merged.items() if value != ""}


def _kind(stem: str, row: dict[str, Any]) -> Kind:
    row = dict(row)
    states = {code: _converted(words) for code, words in row.pop("state", {}).items()}
    for code, words in states.items():
        if strange := set(words) - IN_A_STATE:
            raise ValueError(f"state.{code} cannot change {', '.join(sorted(strange))}")
    under_504 = _converted(row.pop("under_504", {}))
    if strange := set(under_504) - UNDER_504:
        raise ValueError(f"under_504 cannot change {', '.join(sorted(strange))}")
    made = {
        "under_504": under_504,
        "questions": tuple(_question(one) for one in row.pop("question", [])),
        "parts": tuple(_part(one) for one in row.pop("part", [])),
        "requires": tuple(_made(Require, one) for one in row.pop("require", [])),
    }
    kind: Kind = _made(Kind, {"kind": FilingKind(stem), "states": states, **made, **_converted(row)})
    if bool(kind.all_facts) == bool(kind.no_fact):
        raise ValueError("it becomes a fact (filed, filed_if, received), or says in no_fact why it becomes none")
    return kind


def _made(shape: Any, row: Mapping[str, Any]) -> Any:
    known = {one.name: one for one in fields(shape)}
    if strange := sorted(set(row) - set(known)):
        raise ValueError(f"{shape.__name__} has no {', '.join(strange)}")
    missing = [
        name
        for name, one in known.items()
        if one.default is MISSING and one.default_factory is MISSING and name not in row
    ]
    if missing:
        raise ValueError(f"{shape.__name__} lacks {', '.join(missing)}")
    return shape(**{name: tuple(value) if isinstance(value, list) else value for name, value in row.items()})


def _facts(value: Any) -> tuple[FactKind, ...]:
    return tuple(FactKind(one) for one in value)


CONVERT: Mapping[str, Callable[[Any], Any]] = {
    "purpose": Purpose,
    "layout": Layout,
    "verb": Verb,
    "event": Event,
    "forum": ProceedingKind,
    "filed": FactKind,
    "received": FactKind,
    "filed_if": lambda value: {answer: FactKind(fact) for answer, fact in value.items()},
    "facts": _facts,
    "tracks": lambda value: frozenset(Track(one) for one in value),
    "opening": lambda value: (value,) if isinstance(value, str) else tuple(value),
    "copies": tuple,
    "limit": lambda value: _limit(value),
}


def _converted(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: CONVERT[name](value) if name in CONVERT else value for name, value in row.items()}


def _limit(row: Mapping[str, Any]) -> Limit:
    since = {"counts_from": FactKind(row["counts_from"])} if "counts_from" in row else {}
    limit: Limit = _made(Limit, {**row, **since})
    if limit.rules and not (limit.counts_from and limit.ask):
        raise ValueError("a limit with rules says what it counts from, and asks for it")
    return limit


def _question(row: Mapping[str, Any]) -> Question:
    columns = tuple(_made(Column, one) for one in row.get("columns", []))
    for one in columns:
        if one.type not in ("text", "date", "number", "money"):
            raise ValueError(f"column {one.label!r}: there is no type {one.type!r}")
    question: Question = _made(Question, {**row, "columns": columns})
    return question


def _part(row: Mapping[str, Any]) -> Part:
    part: Part = _made(Part, {**row, "blocks": tuple(_block(one) for one in row.get("blocks", []))})
    if part.issues == bool(part.blocks):
        raise ValueError(f"part {part.heading!r} has either blocks or the issues")
    return part


def _block(row: Mapping[str, Any]) -> Block:
    named = [name for name in row if name in HOW]
    if len(named) != 1 or set(row) - {*HOW, "ordered"}:
        raise ValueError(f"a block has one of {', '.join(HOW)}, and perhaps 'ordered'; this one: {', '.join(row)}")
    value = row[named[0]]
    what = tuple(tuple(pair) for pair in value) if named[0] == "fields" else value
    return Block(named[0], what if isinstance(what, tuple) else _several(value), row.get("ordered", False))


def _several(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
