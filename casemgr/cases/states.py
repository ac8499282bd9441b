"""The States and territories that IDEA reaches, and the clock that most people in each live by."""

from __future__ import annotations

from typing import NamedTuple

EASTERN, CENTRAL, MOUNTAIN, PACIFIC = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
)


class State(NamedTuple):
    """`timezone` is the zone of most people there; a case can have another one."""

    name: str
    timezone: str


STATES: dict[str, State] = {
    "AL": State("Alabama", CENTRAL),
    "AK": State("Alaska", "America/Anchorage"),
    "AS": State("American Samoa", "Pacific/Pago_Pago"),
    "AZ": State("Arizona", "America/Phoenix"),
    "AR": State("Arkansas", CENTRAL),
    "CA": State("California", PACIFIC),
    "CO": State("Colorado", MOUNTAIN),
    "CT": State("Connecticut", EASTERN),
    "DE": State("Delaware", EASTERN),
    "DC": State("District of Columbia", EASTERN),
    "FL": State("Florida", EASTERN),
    "GA": State("Georgia", EASTERN),
    "GU": State("Guam", "Pacific/Guam"),
    "HI": State("Hawaii", "Pacific/Honolulu"),
    "ID": State("Idaho", "America/Boise"),
    "IL": State("Illinois", CENTRAL),
    "IN": State("Indiana", "America/Indiana/Indianapolis"),
    "IA": State("Iowa", CENTRAL),
    "KS": State("Kansas", CENTRAL),
    "KY": State("Kentucky", EASTERN),
    "LA": State("Louisiana", CENTRAL),
    "ME": State("Maine", EASTERN),
    "MD": State("Maryland", EASTERN),
    "MA": State("Massachusetts", EASTERN),
    "MI": State("Michigan", "America/Detroit"),
    "MN": State("Minnesota", CENTRAL),
    "MS": State("Mississippi", CENTRAL),
    "MO": State("Missouri", CENTRAL),
    "MT": State("Montana", MOUNTAIN),
    "NE": State("Nebraska", CENTRAL),
    "NV": State("Nevada", PACIFIC),
    "NH": State("New Hampshire", EASTERN),
    "NJ": State("New Jersey", EASTERN),
    "NM": State("New Mexico", MOUNTAIN),
    "NY": State("New York", EASTERN),
    "NC": State("North Carolina", EASTERN),
    "ND": State("North Dakota", CENTRAL),
    "MP": State("Northern Mariana Islands", "Pacific/Saipan"),
    "OH": State("Ohio", EASTERN),
    "OK": State("Oklahoma", CENTRAL),
    "OR": State("Oregon", PACIFIC),
    "PA": State("Pennsylvania", EASTERN),
    "PR": State("Puerto Rico", "America/Puerto_Rico"),
    "RI": State("Rhode Island", EASTERN),
    "SC": State("South Carolina", EASTERN),
    "SD": State("South Dakota", CENTRAL),
    "TN": State("Tennessee", CENTRAL),
    "TX": State("Texas", CENTRAL),
    "VI": State("U.S. Virgin Islands", "America/St_Thomas"),
    "UT": State("Utah", MOUNTAIN),
    "VT": State("Vermont", EASTERN),
    "VA": State("Virginia", EASTERN),
    "WA": State("Washington", PACIFIC),
    "WV": State("West Virginia", EASTERN),
    "WI": State("Wisconsin", CENTRAL),
    "WY": State("Wyoming", MOUNTAIN),
}

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
