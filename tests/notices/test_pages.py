"""The bell and the page of notices."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from flask.testing import FlaskClient

from casemgr.extensions import db
from casemgr.notices.services import News, tell
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]


def send(world, owner, case_id, text="A date moved.", **more):
    change = uuid4()
    with world.scope(owner):
        tell([News(case_id, "dates_moved", text, **more)], change_id=change)
        db.session.commit()
    return change


def test_a_guest_reads_what_moved_in_somebody_elses_organization_and_marks_it(world: World, client_for: Clients):
    owner = world.person("owner", "firm")
    case_id = world.case(owner, student="Juniper Reader")
    guest = world.guest(case_id, owner.org_id)
    change = send(world, owner, case_id, "2 dates moved.", lines=("One.", "Two."), page="deadlines.index")
    client = client_for(guest)
    assert "1 new notice" in client.get("/").text
    page = client.get("/notices").text
    assert "Juniper Reader" in page
    assert "2 dates moved." in page
    assert f"/cases/{case_id}/deadlines" in page
    assert client.post(f"/notices/{change}/read").status_code == 302
    assert "new notice" not in client.get("/notices").text
    assert "2 dates moved." in client.get("/notices").text


def test_everything_is_marked_at_once(world: World, client_for: Clients):
    owner = world.person("owner", "firm")
    case_id = world.case(owner)
    guest = world.guest(case_id, owner.org_id)
    for _ in range(2):
        send(world, owner, case_id)
    client = client_for(guest)
    assert "2 new notices" in client.get("/notices").text
    client.post("/notices/read")
    assert "new notice" not in client.get("/notices").text


def test_a_notice_of_a_page_that_is_no_more_leads_to_the_case(world: World, client_for: Clients):
    owner = world.person("owner", "firm")
    case_id = world.case(owner)
    guest = world.guest(case_id, owner.org_id)
    send(world, owner, case_id, page="gone.page", arguments={"x": "y"})
    assert f'href="/cases/{case_id}"' in client_for(guest).get("/notices").text


def test_nobody_reads_or_marks_what_others_were_told(world: World, client_for: Clients):
    owner = world.person("owner", "firm")
    case_id = world.case(owner, student="Juniper Private")
    guest = world.guest(case_id, owner.org_id)
    change = send(world, owner, case_id)
    colleague = world.person("advocate", org_id=owner.org_id)
    for other in (world.person("owner", "firm"), colleague):
        client = client_for(other)
        assert "Juniper Private" not in client.get("/notices").text
        client.post(f"/notices/{change}/read")
        client.post("/notices/read")
    assert "1 new notice" in client_for(guest).get("/notices").text


def test_a_stranger_is_asked_to_sign_in(client_for: Clients):
    client = client_for(None)
    for answer in (client.get("/notices"), client.post("/notices/read"), client.post(f"/notices/{uuid4()}/read")):
        assert "/sign-in" in answer.location


def test_a_viewer_sees_an_empty_page_that_says_what_it_is_for(world: World, client_for: Clients):
    owner = world.person("owner", "firm")
    viewer = world.person("viewer", org_id=owner.org_id)
    assert "Nothing to tell you" in client_for(viewer).get("/notices").text
