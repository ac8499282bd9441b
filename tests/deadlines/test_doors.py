"""Who is turned away from each page of facts, deadlines and school calendars, and how."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests.deadlines.makers import DISTRICT, calendar_a, consent, deadline
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]

READING = [
    ("GET", "/chronology"),
    ("GET", "/deadlines"),
    ("GET", "/deadlines/{deadline}"),
    ("GET", "/facts/{fact}"),
    ("GET", "/deadlines/{deadline}/sheet"),
    ("GET", "/deadlines/{deadline}/sheet.pdf"),
    ("GET", "/school-calendar"),
]
WRITING = [
    ("GET", "/deadlines/{deadline}/check"),
    ("POST", "/deadlines/{deadline}/check"),
    ("GET", "/deadlines/{deadline}/mark/iep_proposed_received"),
    ("POST", "/deadlines/{deadline}/mark/iep_proposed_received"),
    ("GET", "/facts/new"),
    ("POST", "/facts/new?kind=iep_dated"),
    ("GET", "/facts/{fact}/correct"),
    ("POST", "/facts/{fact}/correct"),
    ("GET", "/facts/{fact}/retract"),
    ("POST", "/facts/{fact}/retract"),
]
CALENDARS = [
    ("GET", "/school-calendar/new"),
    ("POST", "/school-calendar/new"),
    ("GET", "/school-calendar/{calendar}"),
    ("POST", "/school-calendar/{calendar}"),
    ("POST", "/school-calendar/{calendar}/snow-day"),
    ("GET", "/school-calendar/{calendar}/remove"),
    ("POST", "/school-calendar/{calendar}/remove"),
    ("GET", "/school-calendar/import"),
    ("POST", "/school-calendar/import"),
    ("POST", "/school-calendar/link"),
]
ORGANIZATION = [
    ("GET", ""),
    ("GET", "/new"),
    ("POST", "/new"),
    ("GET", "/{calendar}"),
    ("POST", "/{calendar}"),
    ("POST", "/{calendar}/snow-day"),
    ("GET", "/{calendar}/remove"),
    ("POST", "/{calendar}/remove"),
    ("GET", "/import"),
    ("POST", "/import"),
]


def things(world: World, owner: Actor, case_id: object) -> dict[str, object]:
    fact = consent(world, owner, case_id)
    return {
        "fact": fact,
        "deadline": deadline(world, owner, case_id, "ma-team-iep").id,
        "calendar": calendar_a(world, owner),
    }


@pytest.mark.parametrize(("method", "path"), READING + WRITING + CALENDARS)
@pytest.mark.parametrize("who", ["stranger", "guest of another case", "wrong organization"])
def test_a_page_of_a_case_is_closed(world: World, client_for: Clients, method: str, path: str, who: str) -> None:
    owner = world.person("attorney", "firm")
    case_id, other_case = world.case(owner), world.case(owner)
    known = things(world, owner, case_id)
    visitor = {
        "stranger": lambda: None,
        "guest of another case": lambda: world.guest(other_case, owner.org_id, "attorney"),
        "wrong organization": lambda: world.person("owner", "firm"),
    }[who]()
    answer = client_for(visitor).open(f"/cases/{case_id}{path.format(**known)}", method=method)
    if visitor is None:
        assert answer.status_code == 302
        assert "/sign-in" in answer.location
    else:
        assert answer.status_code == 404


@pytest.mark.parametrize(("method", "path"), WRITING + CALENDARS)
@pytest.mark.parametrize("role", ["viewer", "parent"])
def test_a_viewer_or_a_client_reads_but_does_not_change(world, client_for, method, path, role) -> None:
    owner = world.person("attorney", "firm")
    case_id = world.case(owner)
    known = things(world, owner, case_id)
    client = client_for(world.guest(case_id, owner.org_id, role))
    for _method, reading in READING:
        assert client.get(f"/cases/{case_id}{reading.format(**known)}").status_code == 200
    assert client.open(f"/cases/{case_id}{path.format(**known)}", method=method).status_code == 403


@pytest.mark.parametrize(("method", "path"), CALENDARS)
def test_a_guest_does_not_change_what_the_other_cases_count_with(world, client_for, method, path) -> None:
    owner = world.person()
    case_id = world.case(owner)
    known = things(world, owner, case_id)
    guest = client_for(world.guest(case_id, owner.org_id, "attorney"))
    assert guest.open(f"/cases/{case_id}{path.format(**known)}", method=method).status_code == 403
    page = guest.get(f"/cases/{case_id}/school-calendar")
    assert page.status_code == 200
    assert "Enter a school year" not in page.text
    assert "You are a guest on this case. The calendar belongs to" in page.text
    assert "/school-calendar/new" not in guest.get(f"/cases/{case_id}/deadlines").text


@pytest.mark.parametrize(
    ("method", "path"),
    [pair for pair in READING + WRITING + CALENDARS if "{" in pair[1] and "{calendar}" not in pair[1]],
)
def test_a_row_of_another_case_is_not_found_here(world: World, client_for: Clients, method: str, path: str) -> None:
    owner = world.person()
    here, there = world.case(owner), world.case(owner)
    known = things(world, owner, there)
    assert client_for(owner).open(f"/cases/{here}{path.format(**known)}", method=method).status_code == 404


def test_a_calendar_of_another_district_is_not_found_from_a_case(world: World, client_for: Clients) -> None:
    owner = world.person()
    case_id = world.case(owner)
    other = calendar_a(world, owner, "Another District")
    assert client_for(owner).get(f"/cases/{case_id}/school-calendar/{other}").status_code == 404
    assert client_for(owner).get(f"/organization/school-calendars/{other}").status_code == 200


@pytest.mark.parametrize(("method", "path"), ORGANIZATION)
def test_the_calendars_of_an_organization_are_for_those_who_run_its_cases(world, client_for, method, path) -> None:
    owner = world.person("owner", "firm")
    calendar_id = calendar_a(world, owner)
    address = "/organization/school-calendars" + path.format(calendar=calendar_id)
    stranger = client_for(None).open(address, method=method)
    assert stranger.status_code == 302
    assert "/sign-in" in stranger.location
    viewer = world.person("viewer", "firm", owner.org_id)
    assert client_for(viewer).open(address, method=method).status_code == 403
    elsewhere = client_for(world.person("owner", "firm")).open(address, method=method)
    assert elsewhere.status_code == (404 if "{calendar}" in path else 200)
    assert DISTRICT not in elsewhere.text


def test_due_dates_ask_a_stranger_to_sign_in_and_show_nobody_elses(world: World, client_for: Clients) -> None:
    owner = world.person()
    case_id = world.case(owner, student="Juniper Private")
    calendar_a(world, owner)
    consent(world, owner, case_id)
    assert "/sign-in" in client_for(None).get("/deadlines").location
    assert "Juniper Private" in client_for(owner).get("/deadlines").text
    assert "Juniper Private" not in client_for(world.person()).get("/deadlines").text


def test_an_unknown_kind_of_fact_is_not_found(world: World, client_for: Clients) -> None:
    owner = world.person()
    client = client_for(owner)
    case_id = world.case(owner)
    for kind in ("nonsense", "third_birthday", ""):
        assert client.get(f"/cases/{case_id}/facts/new?kind={kind}").status_code == 404
    assert client.get(f"/cases/{case_id}/deadlines/{uuid4()}").status_code == 404
