"""The States and territories that IDEA reaches, and the clock that most people in each live by."""

from __future__ import annotations

from casemgr.law.packfiles import StateName, states

EASTERN, CENTRAL, MOUNTAIN, PACIFIC = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
)

STATES: dict[str, StateName] = dict(states())
"""Two letters → name and time zone; a case can have another zone."""

STATE_CHOICES: list[tuple[str, str]] = [(code, state.name) for code, state in STATES.items()]
ZONE_CHOICES: list[tuple[str, str]] = [
    (EASTERN, "Eastern"),
    (CENTRAL, "Central"),
    (MOUNTAIN, "Mountain"),
    (PACIFIC, "Pacific"),
    *(
        (state.timezone, state.name)
        for state in STATES.values()
        if state.timezone not in (EASTERN, CENTRAL, MOUNTAIN, PACIFIC)
    ),
]


def timezone_of(state: str) -> str:
    """Return the zone of a State by its two letters; Eastern for one that is not known."""
    return STATES[state].timezone if state in STATES else EASTERN
