"""Profiles of hearing offices. Pure: TOML in, frozen dataclasses out.

A rule that no person has verified (`verified = "U"`) is advice to ask the hearing officer, whatever its class says.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
DEFAULT = "federal"


class Need(StrEnum):
    """How much a rule asks: R blocks (a person may go on with a reason that is kept), A warns, O hints."""

    REQUIRED = "R"
    ASKED = "A"
    ADVICE = "O"


@dataclass(frozen=True)
class Rule:
    """One thing that a hearing office wants. `value` is what its check compares with, where it has one."""

    key: str
    need: Need
    text: str
    help: str
    citation: str
    verified: str
    source: str = ""
    value: int | None = None

    @property
    def is_unverified(self) -> bool:
        return self.verified == "U"


@dataclass(frozen=True)
class Profile:
    """One hearing office. `prefixes`: letters before exhibit numbers, by party and for joint exhibits."""

    key: str
    name: str
    states: tuple[str, ...]
    checked_on: date
    due: str
    prefixes: Mapping[str, str]
    file_name: str
    rules: tuple[Rule, ...]

    def rule(self, key: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.key == key), None)


@cache
def profiles() -> Mapping[str, Profile]:
    """Return every profile by its key, the federal one first."""
    raw = {data["key"]: data for path in sorted(FOLDER.glob("*.toml")) for data in [tomllib.loads(path.read_text())]}
    found = {key: _profile(data, raw.get(data.get("on", ""), {})) for key, data in raw.items()}
    return {DEFAULT: found.pop(DEFAULT), **found}


def profile(key: str) -> Profile:
    """Return a profile; one that is no longer there is the federal one."""
    return profiles().get(key) or profiles()[DEFAULT]


def profile_for(state: str) -> Profile:
    """Return the hearing office of a State, where its rules are known."""
    return next((one for one in profiles().values() if state in one.states), profiles()[DEFAULT])


def _profile(data: Mapping[str, Any], base: Mapping[str, Any]) -> Profile:
    own = {one["key"]: one for one in data["rule"]}
    rows = [own.pop(one["key"], one) for one in base.get("rule", ())]
    return Profile(
        key=data["key"],
        name=data["name"],
        states=tuple(data["states"]),
        checked_on=data["checked_on"],
        due=data["due"],
        prefixes=data.get("prefixes") or base["prefixes"],
        file_name=data.get("file_name") or base["file_name"],
        rules=tuple(map(_rule, [*rows, *own.values()])),
    )


def _rule(data: Mapping[str, Any]) -> Rule:
    need = Need.ADVICE if data["verified"] == "U" else Need(data["class"])
    return Rule(
        key=data["key"],
        need=need,
        text=data["text"],
        help=data["help"],
        citation=data["citation"],
        verified=data["verified"],
        source=data.get("source", ""),
        value=data.get("value"),
    )
