"""The law as data: reads `packs/` into frozen dataclasses. The only file access in `law/`.

A pack is a folder of TOML files. `us/` is federal law and always there; `us_ma/` and others add to it, or replace
a rule of the same id. No State is named in Python code. A pack that is wrong refuses to load, naming file and rule.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from casemgr.law.packfiles import PACKS, PackError, read_toml, states
from casemgr.law.rules import Alert, Extra, Forum, Item, Pause, Reading, Route, Rule, StayPutReading
from casemgr.law.terms import (
    Direction,
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

__all__ = [
    "PACKS",
    "Alert",
    "Forum",
    "Item",
    "PackError",
    "Reading",
    "Route",
    "Rule",
    "Rulebook",
    "StayPutReading",
    "load",
    "packed_states",
    "read_toml",
    "rulebook_for",
]

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True)
class Rulebook:
    """The law of one State: federal rules and the State's own. Build it with `rulebook_for`.

    Attributes:
        rules: every version of every rule; a State's version of an id has taken the federal one's place.
        checklists, routes: by kind of filing, the State's rows already merged in.
        unknown: federal rule ids for which the State may have its own rule and none was found → what to show.
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


@lru_cache(maxsize=1)
def packed_states() -> dict[str, str]:
    """States with a pack of their own: two letters → name."""
    packs = (read_toml(path)["pack"] for path in sorted(PACKS.glob("us_*/pack.toml")))
    return {pack["state"]: pack["name"] for pack in packs}


@lru_cache(maxsize=64)
def rulebook_for(state: str) -> Rulebook:
    """The rules of a State by its two letters ("MA"); a State without a pack gets federal law and a notice.

    Raises PackError when a pack is wrong."""
    return load(PACKS, state)


def load(packs: Path, state: str) -> Rulebook:
    """Read the federal pack and the State's from `packs`. Raises PackError, naming file and rule id."""
    federal = _Pack(packs / "us")
    folder = packs / f"us_{state.lower()}"
    if not state.isalpha() or not (folder / "pack.toml").is_file():
        return _merge(state.upper(), _name_of(state), (federal,), (_no_pack_notice(federal, state),))
    own = _Pack(folder)
    return _merge(state.upper(), own.name, (federal, own), tuple(own.meta.get("notices", ())))


def _no_pack_notice(federal: "_Pack", state: str) -> str:
    return str(federal.meta["no_state_pack_notice"]).replace("{state}", _name_of(state) or "this State")


def _name_of(state: str) -> str:
    known = states().get(state.upper())
    return known.name if known else state.upper()


class _Pack:
    """One folder of TOML files, parsed and checked row by row."""

    def __init__(self, folder: Path) -> None:
        self.meta: dict[str, Any] = {}
        self.rules: list[Rule] = []
        self.forums: list[Forum] = []
        self.readings: list[StayPutReading] = []
        self.checklists: dict[FilingKind, list[Item]] = {}
        self.routes: list[Route] = []
        self.unknown: dict[str, str] = {}
        self.where: dict[str, str] = {}
        for path in sorted(folder.glob("*.toml")):
            self._read(path, folder.name)
        self.name = str(self.meta.get("name", folder.name))
        stand = self.meta.get("rows_stand", "when_confirmed")
        if stand not in ("when_confirmed", "as_marked"):
            raise PackError(f"{folder.name}/pack.toml: rows_stand is 'when_confirmed' or 'as_marked'")
        if "state" in self.meta and stand == "when_confirmed":
            self.rules = [_stand_beside(rule) for rule in self.rules]

    def _read(self, path: Path, jurisdiction: str) -> None:
        tables = read_toml(path)
        unknown = set(tables) - {"pack", "defaults", "rule", "forum", "stay_put", "checklist", "route", "unknown"}
        if unknown:
            raise PackError(f"{jurisdiction}/{path.name}: unknown table {sorted(unknown)[0]!r}")
        defaults = tables.get("defaults", {})
        file = f"{jurisdiction}/{path.name}"
        self.meta |= tables.get("pack", {})
        for row in tables.get("rule", []):
            rule = _row(Rule, defaults | row | {"jurisdiction": jurisdiction}, file, row.get("id"))
            _check_rule(rule, file)
            self.where.setdefault(rule.id, file)
            self.rules.append(rule)
        for row in tables.get("unknown", []):
            if set(row) != {"rule", "text"}:
                raise PackError(f"{file}: unknown: each row has 'rule' and 'text', nothing else")
            self.unknown[row["rule"]] = row["text"]
            self.where.setdefault(row["rule"], file)
        for row in tables.get("forum", []):
            self.forums.append(_row(Forum, row, file, row.get("kind")))
        for row in tables.get("stay_put", []):
            self.readings.append(_row(StayPutReading, row, file, row.get("id")))
        for table in tables.get("checklist", []):
            items = [_row(Item, row, file, row.get("key")) for row in table.get("items", [])]
            self.checklists.setdefault(FilingKind(table["kind"]), []).extend(items)
        for row in tables.get("route", []):
            self.routes.append(_row(Route, row | {"jurisdiction": jurisdiction}, file, row.get("kind")))


def _stand_beside(rule: Rule) -> Rule:
    """A State row that no person has re-checked takes no federal row's place: both run (decision 0004)."""
    if rule.confirmed_on and rule.verified is not Verification.U:
        return rule
    return replace(rule, unconfirmed=True, beside=rule.replaces, replaces=())


def _enums(enum: type[E]) -> Callable[[Any], tuple[E, ...]]:
    return lambda value: tuple(enum(one) for one in ([value] if isinstance(value, str) else value))


def _tracks(value: Any) -> frozenset[Track]:
    return frozenset(Track(one) for one in value)


def _reading(value: dict[str, Any]) -> Reading:
    pauses = _pauses(value.get("pauses", []))
    return Reading(value["count"], Unit(value["unit"]), value["why"], value.get("first_day_counts", False), pauses)


def _pauses(rows: Any) -> tuple[Pause, ...]:
    return tuple(Pause(PauseKind(row["what"]), row.get("longer_than", 0)) for row in rows)


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


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
)
CONVERT: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(FACT_LISTS, _enums(FactKind)),
    "direction": Direction,
    "actor": PartyRole,
    "only_filed_by": PartyRole,
    "unit": Unit,
    "verified": Verification,
    "verified_when_lea_files": Verification,
    "need": Need,
    "restates": _texts,
    "replaces": _texts,
    "restarts": _texts,
    "when": MappingProxyType,
    "unless": MappingProxyType,
    "school_days_left": tuple,
    "not_if_school_days_left": tuple,
    "pauses": _pauses,
    "adds": lambda row: Extra(row["detail"], row.get("at_least", 1)),
    "early": _reading,
    "late": _reading,
    "alerts": lambda rows: tuple(Alert(row["count"], Unit(row["unit"]), row["why"]) for row in rows),
    "hears": _tracks,
    "tracks": _tracks,
}
MADE = ("beside", "unconfirmed")  # fields that loading makes: a pack may not write them
KINDS: dict[type, type[StrEnum]] = {Rule: RuleKind, Forum: ProceedingKind, Route: FilingKind}


def _row(shape: type[T], row: Mapping[str, Any], file: str, name: object) -> T:
    """One table row as a dataclass; every mistake names the file and the row."""
    known = {field.name: field for field in fields(shape) if field.name not in MADE}  # type: ignore[arg-type]
    where = f"{file}: {name or 'a row without id'}"
    if unknown := set(row) - set(known):
        raise PackError(f"{where}: unknown field {sorted(unknown)[0]!r}")
    missing = [
        key
        for key, field in known.items()
        if field.default is MISSING and field.default_factory is MISSING and key not in row
    ]
    if missing:
        raise PackError(f"{where}: {missing[0]!r} is missing")
    values: dict[str, Any] = {}
    for key, value in row.items():
        convert = KINDS.get(shape) if key == "kind" else CONVERT.get(key)
        try:
            values[key] = convert(value) if convert else value
        except (ValueError, KeyError, TypeError) as error:
            raise PackError(f"{where}: {key}: {error}") from error
    return shape(**values)


def _check_rule(rule: Rule, file: str) -> None:
    def refuse(problem: str) -> None:
        raise PackError(f"{file}: {rule.id}: {problem}")

    if not rule.citation:
        refuse("a rule needs a citation")
    counted = rule.count is not None or bool(rule.count_detail)
    if counted != (rule.unit is not None):
        refuse("count and unit go together")
    if counted == (rule.direction is Direction.NONE):
        refuse("a count needs a direction, and direction 'none' has no count")
    if rule.count is not None and rule.count < 0:
        refuse("count is never negative; use direction 'before'")
    if rule.pauses and rule.unit is not Unit.CALENDAR_DAY:
        refuse("pauses belong to calendar days")
    if rule.ends_on and not _is_month_day(rule.ends_on):
        refuse("ends_on is a month and a day, such as 06-30")
    if bool(rule.confirmed_on) != bool(rule.confirmed_by):
        refuse("confirmed_on and confirmed_by go together")
    if rule.ended and rule.effective and rule.ended < rule.effective:
        refuse("it ends before it begins")
    if rule.protects not in ("", "stay_put"):
        refuse(f"protects: {rule.protects!r} is not a right that a date can protect")


def _is_month_day(text: str) -> bool:
    try:
        date.fromisoformat(f"2023-{text}")  # no leap day: it would not exist in most years
    except ValueError:
        return False
    return True


def _merge(state: str, name: str, packs: tuple[_Pack, ...], notices: tuple[str, ...]) -> Rulebook:
    rules: dict[str, list[Rule]] = {}
    where: dict[str, str] = {}
    forums: dict[ProceedingKind, Forum] = {}
    checklists: dict[FilingKind, dict[str, Item]] = {}
    routes: dict[FilingKind, Route] = {}
    for pack in packs:
        own: dict[str, list[Rule]] = {}
        for rule in pack.rules:
            own.setdefault(rule.id, []).append(rule)
        if hasty := next((name for name in own if name in rules and any(one.unconfirmed for one in own[name])), None):
            raise PackError(f"{pack.where[hasty]}: {hasty}: only a confirmed row may take the place of a federal id")
        rules |= own
        where |= pack.where
        forums |= {forum.kind: forum for forum in pack.forums}
        for kind, items in pack.checklists.items():
            checklists.setdefault(kind, {}).update({item.key: item for item in items})
        routes |= {route.kind: route for route in pack.routes}
    unknown = {rule_id: text for pack in packs for rule_id, text in pack.unknown.items()}
    if stray := next((rule_id for rule_id in unknown if rule_id not in rules), None):
        raise PackError(f"{packs[-1].where[stray]}: unknown: there is no rule {stray!r}")
    _check_together(rules, where)
    rules = {rule_id: [_inherit(rule, rules) for rule in versions] for rule_id, versions in rules.items()}
    return Rulebook(
        state=state,
        state_name=name or state,
        rules=tuple(rule for versions in rules.values() for rule in versions),
        forums=MappingProxyType(forums),
        stay_put_readings=tuple(reading for pack in packs for reading in pack.readings),
        checklists=MappingProxyType({kind: tuple(items.values()) for kind, items in checklists.items()}),
        routes=MappingProxyType(routes),
        notices=notices,
        unknown=MappingProxyType(unknown),
    )


def _inherit(rule: Rule, rules: Mapping[str, list[Rule]]) -> Rule:
    """A State row that restates one federal rule counts as that rule does, so that either id gives the date."""
    if len(rule.restates) != 1 or rule.count is not None:
        return rule
    model = rules[rule.restates[0]][-1]
    counting = ("kind", "count", "unit", "direction", "first_day_counts", "early", "late", "may_roll")
    return replace(rule, **{name: getattr(model, name) for name in counting})


def _named_rules(rule: Rule) -> Iterator[str]:
    yield from rule.restates
    yield from (*rule.replaces, *rule.beside, *rule.restarts)
    yield from (name for name in (rule.starts_after, rule.alternative_to) if name)


def _check_together(rules: Mapping[str, list[Rule]], where: Mapping[str, str]) -> None:
    """What only the whole book can tell: names that exist, versions that do not overlap, chains without a ring."""
    for rule_id, versions in rules.items():
        file = where[rule_id]
        ordered = sorted(versions, key=lambda rule: rule.effective or date.min)
        for earlier, later in pairwise(ordered):
            if earlier.ended is None or later.effective is None or later.effective <= earlier.ended:
                raise PackError(f"{file}: {rule_id}: two versions overlap")
        for rule in versions:
            unknown = [name for name in _named_rules(rule) if name not in rules]
            if unknown:
                raise PackError(f"{file}: {rule_id}: there is no rule {unknown[0]!r}")
        seen, link = {rule_id}, versions[-1].starts_after
        while link:
            if link in seen:
                raise PackError(f"{file}: {rule_id}: starts_after runs in a ring")
            seen.add(link)
            link = rules[link][-1].starts_after
