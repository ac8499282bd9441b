"""The filings that a packet can be made for: one TOML file a kind, read once. README.md says what stands in one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from casemgr.filings.kinds.reading import KindError, read
from casemgr.filings.kinds.shapes import Block, Column, Kind, Layout, Limit, Part, Purpose, Question, Require, Verb

__all__ = [
    "KINDS",
    "PURPOSES",
    "SEND_METHODS",
    "STATES",
    "Block",
    "Column",
    "Kind",
    "KindError",
    "Layout",
    "Limit",
    "Part",
    "Purpose",
    "Question",
    "Require",
    "Verb",
    "kind_in",
]

FOLDER = Path(__file__).parent


def _load() -> Mapping[str, Kind]:
    found = [read(path) for path in sorted(FOLDER.glob("*.toml"))]
    return MappingProxyType({kind.kind.value: kind for kind in sorted(found, key=lambda kind: kind.order)})


KINDS: Mapping[str, Kind] = _load()
"""Every kind by its word, in the order in which the pages show them; a State's own words not yet in it."""


@cache
def kind_in(kind: str, state: str) -> Kind:
    """Return a kind in the words of a State (two letters). Raises KeyError for a word that no file has."""
    return KINDS[kind].in_state(state)


PURPOSES: dict[Purpose, tuple[str, str]] = {
    Purpose.START: ("Start a dispute", "Ways to bring the problem before somebody who can decide or help."),
    Purpose.ANSWER: ("Answer, or keep things as they are", "What the other side, the school or the law calls for now."),
    Purpose.HEARING: ("Get ready for the hearing", "Papers, witnesses and what else must be shown in time."),
    Purpose.AFTER: ("After", "When something was agreed or decided."),
}
"""What a filing is for: a heading and a sentence."""

SEND_METHODS: dict[str, str] = {
    "email": "By e-mail",
    "portal": "Through an online portal",
    "mail": "By mail",
    "hand": "By hand",
    "fax": "By fax",
}

STATES: dict[str, tuple[str, str, str | None]] = {
    "draft": ("Draft", "edit", None),
    "queued": ("Waiting to be made", "clock", "accent"),
    "building": ("Being made", "clock", "accent"),
    "ready": ("Ready to file", "check", "met"),
    "failed": ("Could not be made", "alert", "late"),
    "filed": ("Filed", "lock", "met"),
}
"""State of a packet: words, icon and tone of its badge."""
