"""Check the packs of rules before anybody relies on them: what refuses to load, and what would never be seen.

Loading a pack finds wrong fields, missing citations, unknown facts and rules, overlapping versions and rings of chains.
Here is added what loads but cannot be meant.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from casemgr.law.facts import FACTS
from casemgr.law.packfiles import PackError, PackFile, PackProblem, parse, states
from casemgr.law.packfolders import Pack, Place
from casemgr.law.rulebook import Stock
from casemgr.law.rules import Rule
from casemgr.law.terms import Direction, FactKind, RemovalKind, Verification


@dataclass(frozen=True)
class Check:
    """What is wrong, by file and line, and how much was looked at."""

    problems: tuple[PackProblem, ...]
    packs: int
    rules: int


def check_packs(packs: Path, today: date) -> Check:
    """Every problem of every pack in a folder such as `casemgr/law/packs`, or of one pack.

    Args:
        today: nobody can have confirmed a row on a later day.

    Never raises for what a pack holds."""
    stock = Stock.read(packs)
    found = set(stock.problems())
    rules = 0
    for folder in stock.folders:
        pack = stock.pack(folder)
        rules += len(pack.rules)
        found |= set(_never_meant(pack, today)) | set(_names_of_others(pack, stock.pack("us")))
    found |= set(_beside(packs))
    return Check(tuple(sorted(found)), len(stock.folders), rules)


def _never_meant(pack: Pack, today: date) -> Iterator[PackProblem]:
    seen: dict[str, int] = {}
    for rule in pack.rules:
        number = seen.get(rule.id, 0)
        seen[rule.id] = number + 1
        place = pack.places[rule.id][number]
        yield from _unreachable(rule, place)
        yield from _unknown_details(rule, place)
        if not rule.source.startswith("https://") and (rule.source or not rule.seen):
            yield place.problem(
                "source: give the address of the text, https://…, or say in 'seen' where it was read", "source"
            )
        if rule.read_on and rule.effective and rule.ended and rule.read_on < rule.effective:
            yield place.problem("read_on: it was read before it was in force", "read_on")
        if rule.confirmed_on and rule.confirmed_on > today:
            told = (
                f"confirmed_on: {rule.confirmed_on} has not come yet; write the day on which a person compared the row"
            )
            yield place.problem(told, "confirmed_on")


def _names_of_others(pack: Pack, federal: Pack) -> Iterator[PackProblem]:
    """Ids that begin as federal ones or another State's do: whoever reads one looks for it there."""
    if pack is federal:
        return
    own = pack.folder.removeprefix("us_")
    families = {rule.id.partition("-")[0] for rule in federal.rules}
    for rule in pack.rules:
        start, place = rule.id.partition("-")[0], pack.places[rule.id][0]
        if start in families:
            yield place.problem(f"federal ids begin with {start}-: let it begin with {own}-", "id")
        elif start != own and start.upper() in states():
            yield place.problem(f"{states()[start.upper()].name}: its ids begin so; let it begin with {own}-", "id")


def _unreachable(rule: Rule, place: Place) -> Iterator[PackProblem]:
    if rule.direction is not Direction.NONE and not (rule.starts_on or rule.starts_after or rule.restates):
        yield place.problem("nothing starts it: it needs starts_on or starts_after")
    if rule.suspended_by and not rule.resumed_by:
        yield place.problem("suspended_by needs resumed_by, or it would never go on", "suspended_by")


def _unknown_details(rule: Rule, place: Place) -> Iterator[PackProblem]:
    """Answers that no form asks for: the rule would never, or always, run."""
    if not rule.starts_on:
        return
    asked = {detail.key: detail for kind in rule.starts_on for detail in FACTS[kind].details}
    when = [("when", key, value) for key, value in rule.when.items()]
    unless = [("unless", key, value) for key, values in rule.unless.items() for value in values]
    for field, key, value in (*when, *unless):
        if key not in asked:
            yield place.problem(f"{field}: no fact that starts it asks for {key!r}", field)
        elif asked[key].choices and value not in asked[key].choices:
            yield place.problem(f"{field}: {value!r} is no answer to {key!r}", field)
    for field, key in (("count_detail", rule.count_detail), ("adds", rule.adds.detail if rule.adds else "")):
        if key and key not in asked:
            yield place.problem(f"{field}: no fact that starts it asks for {key!r}", field)


# -- the tables beside the packs: words of facts, what comes before what, removals, States ---------------------

KNOWN = {kind.value for kind in FactKind}
NEEDS: Mapping[str, Mapping[str, type]] = {
    "facts.toml": {"label": str, "help": str, "group": str},
    "removals.toml": {"label": str, "help": str, "counts": bool, "why": str, "citation": str, "source": str},
    "states.toml": {"name": str, "timezone": str},
}
"""What each row of these tables has."""
NAMES: Mapping[str, frozenset[str]] = {
    "facts.toml": frozenset(KNOWN),
    "removals.toml": frozenset(kind.value for kind in RemovalKind),
}


def _beside(packs: Path) -> Iterator[PackProblem]:
    """What is wrong with the tables that the folder has beside its packs."""
    for name in (*NEEDS, "order.toml"):
        if not (packs / name).is_file():
            continue
        try:
            file = parse(name, (packs / name).read_bytes())
        except PackError as refusal:
            yield from refusal.problems
        else:
            yield from _order(file) if name == "order.toml" else _rows_of(file, NEEDS[name])


def _rows_of(file: PackFile, needs: Mapping[str, type]) -> Iterator[PackProblem]:
    known = NAMES.get(file.name, frozenset(file.tables))
    for name, row in file.tables.items():
        line = file.line_of(name) if file.name != "states.toml" else file.line_with(rf"{name}\s*=")
        if name not in known:
            yield PackProblem(file.name, line, name, "nothing here is called that: add it to the program's list first")
        for key, kind in needs.items():
            value = row.get(key) if isinstance(row, dict) else None
            if type(value) is not kind or value == "":
                yield PackProblem(file.name, line, name, f"{key!r} is missing")
        if file.name == "removals.toml" and row.get("verified") not in set(Verification):
            yield PackProblem(file.name, file.line_of(name, 0, "verified"), name, "'verified' is V, V2, V2q or U")
    for name in sorted(known - set(file.tables)):
        yield PackProblem(file.name, 1, name, "this has no words here")


def _order(file: PackFile) -> Iterator[PackProblem]:
    for number, row in enumerate(file.tables.get("order", [])):
        for key in ("first", "then"):
            named = [row[key]] if isinstance(row.get(key), str) else row.get(key) or [""]
            for name in (one for one in named if one not in KNOWN):
                told = f"{key}: there is no fact {name!r}" if name else f"{key!r} is missing"
                yield PackProblem(file.name, file.line_of("order", number, key), "", told)
        if not row.get("says"):
            yield PackProblem(file.name, file.line_of("order", number), "", "'says' is missing")
