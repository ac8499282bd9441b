"""Who is turned away from each page of facts, deadlines and school calendars, and how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from casemgr.cases.district import District
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


@dataclass(frozen=True)
class Scene:
    """One case with everything that the addresses name. Refusals change nothing, so all tests share it."""

    owner: Actor
    case_id: UUID
    other_case: UUID
    known: dict[str, object]
    visitors: dict[str, Actor | None]

    def address(self, path: str, case_id: UUID | None = None) -> str:
        return f"/cases/{case_id or self.case_id}{path.format(**self.known)}"


@pytest.fixture(scope="module")
def scene(app: Flask) -> Scene:
    world = World(app)
    owner = world.person("attorney", "firm")
    case_id, other_case = world.case(owner), world.case(owner)
    known: dict[str, object] = {
        "fact": consent(world, owner, case_id),
        "deadline": deadline(world, owner, case_id, "ma-team-iep").id,
        "calendar": calendar_a(world, owner),
    }
    visitors = {
        "stranger": None,
        "guest of another case": world.guest(other_case, owner.org_id, "attorney"),
        "wrong organization": world.person("owner", "firm"),
        "viewer": world.guest(case_id, owner.org_id, "viewer"),
        "parent": world.guest(case_id, owner.org_id, "parent"),
        "guest": world.guest(case_id, owner.org_id, "attorney"),
    }
    return Scene(owner, case_id, other_case, known, visitors)


@pytest.mark.parametrize(("method", "path"), READING + WRITING + CALENDARS)
@pytest.mark.parametrize("who", ["stranger", "guest of another case", "wrong organization"])
def test_a_page_of_a_case_is_closed(scene: Scene, client_for: Clients, method: str, path: str, who: str) -> None:
    answer = client_for(scene.visitors[who]).open(scene.address(path), method=method)
    if who == "stranger":
        assert answer.status_code == 302
        assert "/sign-in" in answer.location
    else:
        assert answer.status_code == 404


@pytest.mark.parametrize("role", ["viewer", "parent"])
def test_a_viewer_or_a_client_reads(scene: Scene, client_for: Clients, role: str) -> None:
    client = client_for(scene.visitors[role])
    for _method, reading in READING:
        assert client.get(scene.address(reading)).status_code == 200


@pytest.mark.parametrize(("method", "path"), WRITING + CALENDARS)
@pytest.mark.parametrize("role", ["viewer", "parent"])
def test_a_viewer_or_a_client_does_not_change(scene: Scene, client_for: Clients, method, path, role) -> None:
    assert client_for(scene.visitors[role]).open(scene.address(path), method=method).status_code == 403


@pytest.mark.parametrize(("method", "path"), CALENDARS)
def test_a_guest_does_not_change_what_the_other_cases_count_with(scene: Scene, client_for, method, path) -> None:
    assert client_for(scene.visitors["guest"]).open(scene.address(path), method=method).status_code == 403


def test_a_guest_is_told_whose_the_calendar_is(scene: Scene, client_for: Clients) -> None:
    guest = client_for(scene.visitors["guest"])
    page = guest.get(scene.address("/school-calendar"))
    assert page.status_code == 200
    assert "Enter a school year" not in page.text
    assert "You are a guest on this case. The calendar belongs to" in page.text
    assert "/school-calendar/new" not in guest.get(scene.address("/deadlines")).text


@pytest.mark.parametrize(
    ("method", "path"),
    [pair for pair in READING + WRITING + CALENDARS if "{" in pair[1] and "{calendar}" not in pair[1]],
)
def test_a_row_of_another_case_is_not_found_here(scene: Scene, client_for: Clients, method: str, path: str) -> None:
    address = scene.address(path, scene.other_case)
    assert client_for(scene.owner).open(address, method=method).status_code == 404


def test_a_calendar_of_another_district_is_not_found_from_a_case(world: World, client_for: Clients) -> None:
    owner = world.person()
    case_id = world.case(owner)
    for elsewhere in (District("Another District", "MA"), District(DISTRICT.name, "NH")):
        other = calendar_a(world, owner, elsewhere)
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
    assert DISTRICT.name not in elsewhere.text


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
