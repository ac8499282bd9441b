"""The files of `packs/`: where they are, how one is read, where in it a row stands, and the names of the States."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

PACKS = Path(__file__).parent / "packs"
_AT_LINE = re.compile(r"\(at line (\d+)")


@dataclass(frozen=True, order=True)
class PackProblem:
    """One mistake in a pack: file below `packs/`, line, id of the row (or its table), and what is wrong."""

    file: str
    line: int
    row: str
    text: str

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.line}: {self.row}: {self.text}" if self.row else f"{self.file}:{self.line}: {self.text}"
        )


class PackError(Exception):
    """A pack cannot be used. The text names file, line and rule of each problem, one a line."""

    def __init__(self, problems: str | Iterable[PackProblem]) -> None:
        self.problems = () if isinstance(problems, str) else tuple(problems)
        super().__init__(problems if isinstance(problems, str) else "\n".join(str(one) for one in self.problems))


@dataclass(frozen=True)
class PackFile:
    """The text of one file of a pack and its tables. `name` is `us_ma/evaluation.toml`."""

    name: str
    text: str
    tables: Mapping[str, Any]

    def line_of(self, table: str, number: int = 0, key: str = "", item: str = "") -> int:
        """Line of the `number`th `[[table]]` (or the only `[table]`); of a key of it, where one is named, or of the
        one-line item `{ key = "…" }` of its list.

        The TOML reader gives no lines, so the headers are counted; 1 where nothing is found."""
        lines = self.text.splitlines()
        header = re.compile(rf"\s*\[\[?\s*{re.escape(table)}\s*\]\]?\s*(#.*)?$")
        headers = [at for at, line in enumerate(lines, 1) if header.match(line)]
        if number >= len(headers):
            return 1
        first = headers[number]
        sought = rf'\s*\{{\s*key\s*=\s*"{re.escape(item)}"' if item else rf"\s*{re.escape(key)}\s*="
        if key or item:
            for at in range(first, len(lines)):
                if lines[at].lstrip().startswith("["):
                    break
                if re.match(sought, lines[at]):
                    return at + 1
        return first

    def line_with(self, pattern: str) -> int:
        """The first line that begins with `pattern`; 1 when there is none."""
        return next((at for at, line in enumerate(self.text.splitlines(), 1) if re.match(pattern, line)), 1)


@dataclass(frozen=True)
class StateName:
    """A State or territory that IDEA reaches. `timezone` is the zone of most people there."""

    name: str
    timezone: str


def parse(name: str, data: bytes) -> PackFile:
    """One file from its bytes. Raises PackError with file and line when it is not TOML."""
    try:
        text = data.decode("utf-8")
        return PackFile(name, text, tomllib.loads(text))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        at = _AT_LINE.search(str(error))
        raise PackError([PackProblem(name, int(at[1]) if at else 1, "", f"not valid TOML: {error}")]) from error


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of one file. Raises PackError with file and line when it is not TOML."""
    return dict(parse(path.name, path.read_bytes()).tables)


@lru_cache(maxsize=1)
def states() -> Mapping[str, StateName]:
    """Two letters → name and time zone, in the order of their names."""
    rows = read_toml(PACKS / "states.toml")
    return MappingProxyType({code: StateName(row["name"], row["timezone"]) for code, row in rows.items()})
