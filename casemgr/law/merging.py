"""Federal law and a State's own become one rulebook: a State's row adds to it, or takes the place of a federal one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from casemgr.law.book import Rulebook
from casemgr.law.packfiles import PackError, PackProblem
from casemgr.law.packfolders import Pack, Place
from casemgr.law.packrows import make
from casemgr.law.rules import Forum, Item, PathInfo, Route, Rule
from casemgr.law.terms import FilingKind, ProceedingKind


def merge(state: str, name: str, packs: tuple[Pack, ...], notices: tuple[str, ...], caution: str) -> Rulebook:
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
    yield from (name for name in (rule.starts_after, rule.alternative_to, rule.moves) if name)


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
            if rule.moves in rules and not any(one.adjusted_by or one.resumed_by for one in rules[rule.moves]):
                yield place.problem(f"moves: nothing moves the start of {rule.moves!r}", "moves")
        if ring := _ring(rule_id, rules):
            yield where[rule_id][-1].problem(f"starts_after runs in a ring: {' → '.join(ring)}", "starts_after")


def _field_naming(rule: Rule, name: str) -> str:
    """The field of a row that names another rule."""
    several = (key for key in ("restates", "replaces", "restarts") if name in getattr(rule, key))
    single = (key for key in ("starts_after", "alternative_to", "moves") if getattr(rule, key) == name)
    return next(iter((*several, *single)), "replaces")


def _ring(rule_id: str, rules: Mapping[str, list[Rule]]) -> list[str]:
    """The chain of `starts_after` from a rule back to itself; empty when it ends."""
    chain = [rule_id]
    link = rules[rule_id][-1].starts_after
    while link in rules and link not in chain:
        chain.append(link)
        link = rules[link][-1].starts_after
    return [*chain, link] if link in chain else []
