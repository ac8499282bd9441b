"""The files of `packs/`: where they are, how one is read, and the names of the States."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

PACKS = Path(__file__).parent / "packs"


class PackError(Exception):
    """A pack cannot be used. The text names the file, the rule id and what is wrong."""


@dataclass(frozen=True)
class StateName:
    """A State or territory that IDEA reaches. `timezone` is the zone of most people there."""

    name: str
    timezone: str


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of one file. Raises PackError with file and line when it is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{path.name}: not valid TOML: {error}") from error


@lru_cache(maxsize=1)
def states() -> Mapping[str, StateName]:
    """Two letters → name and time zone, in the order of their names."""
    rows = read_toml(PACKS / "states.toml")
    return MappingProxyType({code: StateName(row["name"], row["timezone"]) for code, row in rows.items()})
