"""The clock that a person lives by."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from casemgr.accounts.places import SECOND_ZONE, ZONES, zone_in, zone_of_person
from casemgr.accounts.words import workspace_name
from casemgr.cases.states import STATES


def test_every_state_the_district_and_the_five_territories_have_a_clock_of_ours() -> None:
    assert len(STATES) == 50 + 1 + 5
    assert {zone_in(state) for state in STATES} <= set(ZONES)
    assert set(SECOND_ZONE) < set(STATES)
    assert all(ZoneInfo(zone) for zone in ZONES)


@pytest.mark.parametrize(
    "state, device, zone",
    [
        pytest.param("MA", "", "America/New_York", id="no word from the device"),
        pytest.param("TX", "America/Denver", "America/Denver", id="El Paso"),
        pytest.param("TX", "America/New_York", "America/Chicago", id="travelling: the state's clock holds"),
        pytest.param("MI", "America/Detroit", "America/New_York", id="another name for the same clock"),
        pytest.param("IN", "America/Indianapolis", "America/New_York", id="a browser's old name"),
        pytest.param("AZ", "America/Denver", "America/Denver", id="Navajo Nation"),
        pytest.param("AZ", "Mars/Olympus", "America/Phoenix", id="no such zone"),
        pytest.param("MA", "../../etc/passwd", "America/New_York", id="a path"),
        pytest.param("VI", "", "America/Puerto_Rico", id="territory"),
    ],
)
def test_a_workspace_lives_by_the_clock_of_its_state(state: str, device: str, zone: str) -> None:
    assert zone_in(state, device) == zone


def test_a_person_lives_by_the_clock_of_their_device_if_it_is_an_american_one() -> None:
    assert zone_of_person("MA", "America/Los_Angeles") == "America/Los_Angeles"
    assert zone_of_person("MA", "Europe/Berlin") == "America/New_York"


@pytest.mark.parametrize(
    "persona, name, workspace",
    [
        ("parent", "Ana Rivera", "The Rivera family"),
        ("parent", "Ana Rivera, Jr.", "The Rivera family"),
        ("parent", "Madonna", "Madonna’s family"),
        ("advocate", "Ana Rivera", "Ana Rivera, advocacy"),
        ("attorney", "Ana Rivera", "Law office of Ana Rivera"),
    ],
)
def test_a_workspace_gets_a_name_that_fits(persona: str, name: str, workspace: str) -> None:
    assert workspace_name(persona, name) == workspace
