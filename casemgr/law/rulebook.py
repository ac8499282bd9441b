"""The law as data: reads `packs/` into frozen dataclasses. The only file access in `law/`.

A pack is a folder of TOML files. `us/` is federal law and always there; `us_ma/` and others add to it, or replace
a rule of the same id. No State is named in Python code. A pack that is wrong refuses to load, naming file, line and
rule of every mistake; a running program then keeps the last good packs.
"""

import logging
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any

from casemgr.law.packfiles import PACKS, PackError, PackProblem, read_toml, states
from casemgr.law.packfolders import Pack, Place
from casemgr.law.packrows import make
from casemgr.law.rules import Alert, Forum, Item, PathInfo, Reading, Route, Rule, StayPutReading
from casemgr.law.terms import FilingKind, ProceedingKind, Unit

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

LOOK_AGAIN = 10.0  # seconds between looks at the files of the packs
_log = logging.getLogger(__name__)


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
            read |= {other for other in (rule.starts_after, rule.alternative_to) if other}
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


def packed_states() -> dict[str, str]:
    """States with a pack of their own: two letters → name."""
    return dict(_SHELF.stock().states)


def rulebook_for(state: str) -> Rulebook:
    """The rules of a State by its two letters ("MA"); a State without a pack gets federal law and a notice.

    When the files of the packs change while the program runs, they are read again; packs with a problem are refused
    and the last good ones stay in use. Raises PackError when there never was a good one."""
    return _SHELF.stock().book(state)


def load(packs: Path, state: str) -> Rulebook:
    """Read the federal pack and the State's from `packs`. Raises PackError, naming file, line and rule id."""
    return Stock.read(packs).book(state)


class Stock:
    """The packs of one folder as their files stood at one moment; parsed when a State is asked for."""

    def __init__(self, files: Mapping[str, Mapping[str, bytes]]) -> None:
        self._files = files
        self._packs: dict[str, Pack] = {}
        self._books: dict[str, Rulebook] = {}

    @classmethod
    def read(cls, packs: Path) -> "Stock":
        """Read all files at once, so that a later change on disk never mixes two versions of the law.

        Args:
            packs: a folder of packs, or one pack. Where it has no `us/`, federal law is that of the program."""
        own = [packs] if (packs / "pack.toml").is_file() else [path for path in packs.iterdir() if path.is_dir()]
        folders = {path.name: path for path in own if path.name.startswith("us") or (path / "pack.toml").is_file()}
        folders.setdefault("us", PACKS / "us")
        return cls({name: _files_of(folders[name]) for name in sorted(folders)})

    @property
    def folders(self) -> tuple[str, ...]:
        return tuple(self._files)

    @property
    def states(self) -> Mapping[str, str]:
        """Two letters → name, for the States with a pack."""
        own = [self.pack(name) for name, files in self._files.items() if name != "us" and "pack.toml" in files]
        return {str(pack.meta.get("state", "")): pack.name for pack in own}

    def pack(self, folder: str) -> Pack:
        if folder not in self._packs:
            self._packs[folder] = Pack(folder, self._files.get(folder, {}))
        return self._packs[folder]

    def book(self, state: str) -> Rulebook:
        """The rulebook of a State. Raises PackError with every problem of the packs that it needs."""
        code = state.upper()
        if code not in self._books:
            self._books[code] = self._made(code)
        return self._books[code]

    def _made(self, code: str) -> Rulebook:
        federal, folder = self.pack("us"), f"us_{code.lower()}"
        if not code.isalpha() or "pack.toml" not in self._files.get(folder, {}):
            caution = _in_words(federal, "no_state_pack_notice", _name_of(code) or "this State")
            return _merge(code, _name_of(code), (federal,), (), caution)
        own = self.pack(folder)
        unsure = any(rule.unconfirmed for rule in own.rules)
        caution = _in_words(federal, "unconfirmed_notice", own.name) if unsure else ""
        return _merge(code, own.name, (federal, own), tuple(own.meta.get("notices", ())), caution)

    def problems(self) -> tuple[PackProblem, ...]:
        """Every problem of every pack, by file and line. Empty when all of them can be used."""
        found = {problem for name in self._files for problem in self.pack(name).problems}
        found |= {
            PackProblem(f"{name}/pack.toml", 1, "", "this file is missing: it names the State")
            for name, files in self._files.items()
            if "pack.toml" not in files
        }
        for name in self._files:
            try:
                self.book(name.removeprefix("us").removeprefix("_"))
            except PackError as refusal:
                found |= set(refusal.problems)
        return tuple(sorted(found))


def _files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.toml"))}


class Shelf:
    """The packs in use. A running program takes up changed files only when none of them has a problem."""

    def __init__(self, packs: Path) -> None:
        self._packs, self._lock = packs, Lock()
        self._stock: Stock | None = None
        self._seen: object = None
        self._looked = 0.0

    def stock(self) -> Stock:
        """The packs in use; looks for changed files now and then."""
        if self._stock is None or time.monotonic() - self._looked > LOOK_AGAIN:
            with self._lock:
                self._look()
        assert self._stock is not None
        return self._stock

    def _look(self) -> None:
        self._looked = time.monotonic()
        seen = _fingerprint(self._packs)
        if self._stock is None:
            self._stock, self._seen = Stock.read(self._packs), seen
        elif seen != self._seen:
            self._seen = seen
            try:
                self.reload()
            except PackError as refusal:
                _log.error("The packs of rules have changed and cannot be used; the last good ones stay.\n%s", refusal)

    def reload(self) -> None:
        """Read all packs again, now. Raises PackError, and keeps those in use, when one has a problem."""
        fresh = Stock.read(self._packs)
        if problems := fresh.problems():
            raise PackError(problems)
        self._stock = fresh


def _fingerprint(packs: Path) -> object:
    """What tells whether a file of a pack was changed, without reading it."""
    found = ((str(path), path.stat()) for path in sorted(packs.glob("us*/*.toml")))
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in found)


_SHELF = Shelf(PACKS)


def _in_words(federal: Pack, key: str, state_name: str) -> str:
    return str(federal.meta.get(key, "")).replace("{state}", state_name)


def _name_of(state: str) -> str:
    known = states().get(state.upper())
    return known.name if known else state.upper()


def _merge(state: str, name: str, packs: tuple[Pack, ...], notices: tuple[str, ...], caution: str) -> Rulebook:
    """Raises PackError with the problems of the packs, or with those that only both together show."""
    if problems := [problem for pack in packs for problem in pack.problems]:
        raise PackError(problems)
    rules: dict[str, list[Rule]] = {}
    where: dict[str, list[Place]] = {}
    forums: dict[ProceedingKind, Forum] = {}
    checklists: dict[FilingKind, dict[str, Item]] = {}
    routes: dict[FilingKind, Route] = {}
    for pack in packs:
        own: dict[str, list[Rule]] = {}
        for rule in pack.rules:
            own.setdefault(rule.id, []).append(rule)
        for name_taken in own.keys() & rules.keys():
            if any(one.unconfirmed for one in own[name_taken]):
                place = pack.places[name_taken][0]
                problems.append(place.problem("only a confirmed row may take the place of a federal id", "id"))
        rules |= own
        where |= pack.places
        forums |= {forum.kind: forum for forum in pack.forums}
        for kind, items in pack.checklists.items():
            checklists.setdefault(kind, {}).update({item.key: item for item in items})
        routes |= {route.kind: route for route in pack.routes}
    unknown = {rule_id: text for pack in packs for rule_id, text in pack.unknown.items()}
    for stray in unknown.keys() - rules.keys():
        problems.append(where[stray][0].problem(f"unknown: there is no rule {stray!r}", "rule"))
    problems += _wrong_together(rules, where)
    wrong_paths, paths = _paths(packs, rules, where)
    problems += wrong_paths
    if problems:
        raise PackError(sorted(problems))
    for kind, model in ((kind, model) for pack in packs for kind, model in pack.also.items()):
        checklists[kind] = checklists[model] | checklists[kind]
        routes.setdefault(kind, replace(routes[model], kind=kind))
    rules = {rule_id: [_inherit(rule, rules) for rule in versions] for rule_id, versions in rules.items()}
    return Rulebook(
        state=state,
        state_name=name or state,
        rules=tuple(rule for versions in rules.values() for rule in versions),
        forums=MappingProxyType(forums),
        stay_put_readings=tuple(reading for pack in packs for reading in pack.readings),
        checklists=MappingProxyType({kind: tuple(items.values()) for kind, items in checklists.items()}),
        routes=MappingProxyType(routes),
        notices=(caution, *notices) if caution else notices,
        caution=caution,
        unknown=MappingProxyType(unknown),
        paths=paths,
    )


PATH_NEEDS = ("title", "plain", "citation", "verified", "costs", "leads_to", "stay_put", "stay_put_words")


def _paths(
    packs: tuple[Pack, ...], rules: Mapping[str, list[Rule]], where: Mapping[str, Sequence[Place]]
) -> tuple[list[PackProblem], tuple[PathInfo, ...]]:
    """The paths of all packs in one, and what is wrong with them."""
    rows: dict[str, dict[str, Any]] = {}
    for pack in packs:
        for name, row in pack.paths.items():
            rows[name] = rows.get(name, {}) | row
    problems, found = [], []
    for name, row in rows.items():
        path, place = make(PathInfo, row), where[f"path {name}"][-1]
        found.append(path)
        problems += [place.problem(f"{key!r} is missing") for key in PATH_NEEDS if not getattr(path, key)]
        if (path.event is None) == (path.fact is None):
            problems.append(place.problem("a path has either an event or a fact"))
        if not (path.limit or path.no_limit) or (path.limit and not (path.ask and path.limit_from)):
            problems.append(place.problem("a path has a limit with limit_from and ask, or no_limit", "limit"))
        problems += [
            place.problem(f"there is no rule {rule!r}", "limit")
            for rule in (path.limit, *path.limit_also)
            if rule and rule not in rules
        ]
    return problems, tuple(found)


def _inherit(rule: Rule, rules: Mapping[str, list[Rule]]) -> Rule:
    """A State row that restates one federal rule counts as that rule does, so that either id gives the date."""
    if len(rule.restates) != 1 or rule.count is not None:
        return rule
    model = rules[rule.restates[0]][-1]
    counting = ("kind", "count", "unit", "direction", "first_day_counts", "early", "late", "may_roll")
    words = {name: getattr(rule, name) or getattr(model, name) for name in ("if_missed", "extension")}
    return replace(rule, **{name: getattr(model, name) for name in counting}, **words)


def _named_rules(rule: Rule) -> Iterator[str]:
    yield from rule.restates
    yield from (*rule.replaces, *rule.beside, *rule.restarts)
    yield from (name for name in (rule.starts_after, rule.alternative_to) if name)


def _wrong_together(rules: Mapping[str, list[Rule]], where: Mapping[str, Sequence[Place]]) -> Iterator[PackProblem]:
    """What only the whole book can tell: names that exist, versions that do not overlap, chains without a ring."""
    for rule_id, versions in rules.items():
        placed = list(zip(versions, where[rule_id], strict=False))
        ordered = sorted(placed, key=lambda pair: pair[0].effective or date.min)
        for (earlier, _), (later, place) in pairwise(ordered):
            if earlier.ended is None or later.effective is None or later.effective <= earlier.ended:
                yield place.problem("two versions overlap: end the earlier one before this one begins", "effective")
        for rule, place in placed:
            for name in _named_rules(rule):
                if name not in rules:
                    yield place.problem(f"there is no rule {name!r}", _field_naming(rule, name))
        if ring := _ring(rule_id, rules):
            yield where[rule_id][-1].problem(f"starts_after runs in a ring: {' → '.join(ring)}", "starts_after")


def _field_naming(rule: Rule, name: str) -> str:
    """The field of a row that names another rule."""
    lists = ("restates", "replaces", "restarts")
    return next(
        (key for key in lists if name in getattr(rule, key)),
        "starts_after"
        if rule.starts_after == name
        else "alternative_to"
        if rule.alternative_to == name
        else "replaces",
    )


def _ring(rule_id: str, rules: Mapping[str, list[Rule]]) -> list[str]:
    """The chain of `starts_after` from a rule back to itself; empty when it ends."""
    chain = [rule_id]
    link = rules[rule_id][-1].starts_after
    while link in rules and link not in chain:
        chain.append(link)
        link = rules[link][-1].starts_after
    return [*chain, link] if link in chain else []
