"""One folder of packs, read row by row. Nothing stops at the first mistake: `Pack.problems` holds them all."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from casemgr.law.packfiles import PackError, PackFile, PackProblem, parse
from casemgr.law.packrows import RowError, make
from casemgr.law.rules import Forum, Item, PathInfo, Route, Rule, StayPutReading
from casemgr.law.terms import FilingKind, Verification

T = TypeVar("T")
TABLES = {"pack", "defaults", "rule", "forum", "stay_put", "checklist", "route", "unknown", "path"}
STANDS = ("when_confirmed", "as_marked")


@dataclass(frozen=True)
class Place:
    """Where a row stands."""

    file: PackFile
    table: str
    number: int
    row: str
    item: str = ""  # key of the item in the row's list, for an item

    def problem(self, text: str, key: str = "") -> PackProblem:
        line = self.file.line_of(self.table, self.number, key, self.item)
        return PackProblem(self.file.name, line, self.row, text)


class Pack:
    """One folder of TOML files, parsed and checked row by row; `problems` holds every mistake."""

    def __init__(self, folder: str, files: Mapping[str, bytes]) -> None:
        self.folder = folder
        self.meta: dict[str, Any] = {}
        self.rules: list[Rule] = []
        self.forums: list[Forum] = []
        self.readings: list[StayPutReading] = []
        self.checklists: dict[FilingKind, list[Item]] = {}
        self.also: dict[FilingKind, FilingKind] = {}
        self.routes: list[Route] = []
        self.unknown: dict[str, str] = {}
        self.paths: dict[str, dict[str, Any]] = {}
        self.places: dict[str, list[Place]] = {}
        self.problems: list[PackProblem] = []
        for name, data in files.items():
            try:
                self._read(parse(f"{folder}/{name}", data))
            except PackError as refusal:
                self.problems += refusal.problems
        self.name = str(self.meta.get("name", folder))
        if "state" in self.meta and self.meta.get("rows_stand", STANDS[0]) == STANDS[0]:
            self.rules = [_stand_beside(rule) for rule in self.rules]

    def _read(self, file: PackFile) -> None:
        for table in sorted(set(file.tables) - TABLES):
            self.problems.append(Place(file, table, 0, "").problem(f"unknown table {table!r}"))
        defaults = dict(file.tables.get("defaults", {}))
        own = {"jurisdiction": self.folder}
        if "pack" in file.tables:
            self._read_meta(file)
        for place, row in _rows(file, "rule", "id"):
            if (rule := self._made(Rule, defaults | row | own, place)) is not None:
                self.places.setdefault(rule.id, []).append(place)
                self.rules.append(rule)
        for place, row in _rows(file, "unknown", "rule"):
            if set(row) != {"rule", "text"}:
                self.problems.append(place.problem("unknown: each row has 'rule' and 'text', nothing else"))
                continue
            self.unknown[row["rule"]] = row["text"]
            self.places.setdefault(row["rule"], []).append(place)
        self.forums += self._all(Forum, _rows(file, "forum", "kind"))
        self.readings += self._all(StayPutReading, _rows(file, "stay_put", "id"))
        self.routes += self._all(Route, ((place, row | own) for place, row in _rows(file, "route", "kind")))
        self._read_paths(file)
        self._read_checklists(file)

    def _read_paths(self, file: PackFile) -> None:
        """Rows of paths.toml, as they are written: a State row has only the fields that differ."""
        for place, row in _rows(file, "path", "id"):
            if self._made(PathInfo, row, place) is not None:
                self.paths[row["id"]] = row
                self.places.setdefault(f"path {row['id']}", []).append(place)

    def _read_meta(self, file: PackFile) -> None:
        self.meta |= file.tables["pack"]
        place = Place(file, "pack", 0, "")
        if self.meta.get("rows_stand", STANDS[0]) not in STANDS:
            self.problems.append(place.problem("rows_stand is 'when_confirmed' or 'as_marked'", "rows_stand"))
        if self.folder != "us" and self.folder != f"us_{str(self.meta.get('state', '')).lower()}":
            told = f"state does not fit the folder {self.folder}: it is called us_ and the two letters in lower case"
            self.problems.append(place.problem(told, "state"))
        if not self.meta.get("name"):
            self.problems.append(place.problem("'name' is missing"))

    def _read_checklists(self, file: PackFile) -> None:
        for place, table in _rows(file, "checklist", "kind"):
            items: list[Item] = []
            for row in table.get("items", []):
                name = str(row.get("key", ""))
                items += self._all(Item, [(replace(place, row=name or place.row, item=name), row)])
            for key in sorted(set(table) - {"kind", "also", "items"}):
                self.problems.append(place.problem(f"unknown field {key!r}", key))
            named = {key: str(table[key]) for key in ("kind", "also") if key in table}
            wrong = [(key, name) for key, name in named.items() if name not in set(FilingKind)]
            self.problems += [place.problem(f"{key}: there is no filing {name!r}", key) for key, name in wrong]
            if wrong or "kind" not in named:
                continue
            kind = FilingKind(named["kind"])
            self.checklists.setdefault(kind, []).extend(items)
            if "also" in named:
                self.also[kind] = FilingKind(named["also"])

    def _all(self, shape: type[T], rows: Iterable[tuple[Place, dict[str, Any]]]) -> list[T]:
        made = (self._made(shape, row, place) for place, row in rows)
        return [one for one in made if one is not None]

    def _made(self, shape: type[T], row: Mapping[str, Any], place: Place) -> T | None:
        try:
            return make(shape, row)
        except RowError as wrong:
            self.problems += [place.problem(text, key) for key, text in wrong.problems]
        return None


def _rows(file: PackFile, table: str, name: str) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The rows of one kind of table with their places; `name` is the key that they are called by."""
    found = file.tables.get(table, [])
    if not isinstance(found, list):
        raise PackError([Place(file, table, 0, "").problem(f"write [[{table}]] with two brackets")])
    for number, row in enumerate(found):
        yield Place(file, table, number, str(row.get(name) or f"a {table} without {name}")), row


def _stand_beside(rule: Rule) -> Rule:
    """A State row that no person has re-checked takes no federal row's place: both run (decision 0004)."""
    if rule.confirmed_on and rule.verified is not Verification.U:
        return rule
    return replace(rule, unconfirmed=True, beside=rule.replaces, replaces=())
