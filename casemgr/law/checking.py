"""Check the packs of rules before anybody relies on them."""

from dataclasses import dataclass
from pathlib import Path

from casemgr.law.packfiles import PackError
from casemgr.law.rulebook import load


@dataclass(frozen=True)
class Check:
    """What is wrong, and how much was looked at."""

    problems: tuple[str, ...]
    packs: int
    rules: int


def check_packs(packs: Path) -> Check:
    """Load every pack of a folder. Never raises for what a pack holds."""
    problems: list[str] = []
    rules = 0
    folders = sorted(path for path in packs.glob("us_*") if path.is_dir())
    for folder in folders:
        try:
            rules += len(load(packs, folder.name.removeprefix("us_")).rules)
        except PackError as refusal:
            problems.append(str(refusal))
    return Check(tuple(dict.fromkeys(problems)), len(folders) + 1, rules)
