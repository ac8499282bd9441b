"""Which clock a person lives by, from the state they name and the zone their device reports."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from casemgr.cases.states import timezone_of

ZONES = {
    "America/New_York": "Eastern time (New York)",
    "America/Chicago": "Central time (Chicago)",
    "America/Denver": "Mountain time (Denver)",
    "America/Phoenix": "Mountain time without daylight saving (Phoenix)",
    "America/Los_Angeles": "Pacific time (Los Angeles)",
    "America/Anchorage": "Alaska time (Anchorage)",
    "America/Adak": "Aleutian time (Adak)",
    "Pacific/Honolulu": "Hawaii time (Honolulu)",
    "America/Puerto_Rico": "Atlantic time (Puerto Rico, U.S. Virgin Islands)",
    "Pacific/Guam": "Chamorro time (Guam, Northern Mariana Islands)",
    "Pacific/Pago_Pago": "Samoa time (Pago Pago)",
}
EASTERN, CENTRAL, MOUNTAIN, ARIZONA, PACIFIC, ALASKA, ALEUTIAN, HAWAII, ATLANTIC, CHAMORRO, SAMOA = ZONES

# The second clock of a state that has two (49 CFR part 71 draws the borders; the Navajo Nation keeps summer time).
SECOND_ZONE = {
    **dict.fromkeys(("AL", "TN"), EASTERN),
    **dict.fromkeys(("FL", "IN", "KY", "MI"), CENTRAL),
    **dict.fromkeys(("AZ", "KS", "NE", "ND", "NV", "OK", "OR", "SD", "TX"), MOUNTAIN),
    "ID": PACIFIC,
    "AK": ALEUTIAN,
}


def zone_in(state: str, device_zone: str = "") -> str:
    """Return the zone of `state`: the device's, where the state has several, else where most people live."""
    main = _same_clock(timezone_of(state), tuple(ZONES)) or EASTERN
    second = SECOND_ZONE.get(state, main)
    return _same_clock(device_zone, (main, second)) or main


def zone_of_person(state: str, device_zone: str = "") -> str:
    """Return the zone of the device, when it is one of ours (a person may live outside the case's state)."""
    return _same_clock(device_zone, tuple(ZONES)) or zone_in(state)


def _same_clock(zone: str, wanted: tuple[str, ...]) -> str | None:
    """Return the first of `wanted` whose clock shows the same as `zone` this year, in winter and in summer.

    A browser may say America/Detroit or America/Boise: the same clock as New York or Denver by now.
    """
    if zone in wanted:
        return zone
    if zone not in available_timezones():
        return None
    shown = _offsets(zone)
    return next((candidate for candidate in wanted if _offsets(candidate) == shown), None)


def _offsets(zone: str) -> list[object]:
    place = ZoneInfo(zone)
    year = datetime.now(place).year
    return [datetime(year, month, 1, tzinfo=place).utcoffset() for month in (1, 7)]
