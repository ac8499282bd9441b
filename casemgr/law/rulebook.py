"""The law as data: reads `packs/` into frozen dataclasses. The only file access in `law/`.

A pack is a folder of TOML files. `us/` is federal law and always there; `us_ma/` and others add to it, or replace
a rule of the same id. No State is named in Python code. A pack that is wrong refuses to load, naming file, line and
rule of every mistake; a running program then keeps the last good packs.
"""

import logging
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Lock

from casemgr.law.book import Rulebook
from casemgr.law.merging import merge
from casemgr.law.packfiles import PACKS, PackError, PackProblem, read_toml, states
from casemgr.law.packfolders import Pack
from casemgr.law.rules import Alert, Forum, Item, Reading, Route, Rule, StayPutReading

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
            return merge(code, _name_of(code), (federal,), (), caution)
        own = self.pack(folder)
        unsure = any(rule.unconfirmed for rule in own.rules)
        caution = _in_words(federal, "unconfirmed_notice", own.name) if unsure else ""
        return merge(code, own.name, (federal, own), tuple(own.meta.get("notices", ())), caution)

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
