"""Who may enter each page of packets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from casemgr.extensions import db
from casemgr.filings import services
from casemgr.filings.models import Packet
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]

# method, path below /filings, the permission it asks for
ROUTES = [
    ("GET", "", "read"),
    ("POST", "/new", "edit"),
    ("GET", "/{packet}", "read"),
    ("GET", "/{packet}/details", "edit"),
    ("POST", "/{packet}/details", "edit"),
    ("POST", "/{packet}/preview", "edit"),
    ("GET", "/{packet}/service", "edit"),
    ("POST", "/{packet}/service", "edit"),
    ("GET", "/{packet}/discard", "edit"),
    ("POST", "/{packet}/discard", "edit"),
    ("GET", "/{packet}/exhibits", "edit"),
    ("POST", "/{packet}/exhibits/add", "edit"),
    ("POST", "/{packet}/exhibits/arrange", "edit"),
    ("POST", "/{packet}/references/add", "edit"),
    ("POST", "/{packet}/references/live", "edit"),
    ("POST", "/{packet}/build", "edit"),
    ("POST", "/{packet}/cancel", "edit"),
    ("GET", "/{packet}/progress", "edit"),
    ("GET", "/{packet}/pdf", "read"),
    ("GET", "/{packet}/manifest", "read"),
    ("GET", "/{packet}/last-look", "file"),
    ("POST", "/{packet}/last-look", "file"),
    ("GET", "/{packet}/file", "file"),
    ("POST", "/{packet}/file", "file"),
    ("GET", "/{packet}/received", "file"),
    ("POST", "/{packet}/received", "file"),
    ("GET", "/{packet}/take-back", "file"),
    ("POST", "/{packet}/take-back", "file"),
    ("POST", "/{packet}/again", "edit"),
]
IDS = [f"{method} {path or '/'}" for method, path, _ in ROUTES]
OWN = [row for row in ROUTES if "{packet}" in row[1]]
MAY = {"viewer": {"read"}, "parent": {"read"}, "paralegal": {"read", "edit"}}


def begin(world: World, actor: Actor, case_id: object) -> object:
    from casemgr.cases.models import Case

    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        return services.begin(case, "due_process_complaint", by=world.user(actor)).id


def address(case_id: object, path: str, packet: object) -> str:
    return f"/cases/{case_id}/filings{path.format(packet=packet)}"


@pytest.mark.parametrize("method, path, permission", ROUTES, ids=IDS)
def test_strangers_sign_in_and_others_learn_nothing(
    method: str, path: str, permission: str, world: World, client_for: ClientFor
) -> None:
    lawyer = world.person("attorney", "firm")
    case_id, other_case = world.case(lawyer), world.case(lawyer)
    url = address(case_id, path, begin(world, lawyer, case_id))
    stranger = client_for(None).open(url, method=method)
    assert stranger.status_code == 302 and "/sign-in" in stranger.location
    for actor in (world.guest(other_case, lawyer.org_id, "attorney"), world.person("attorney", "firm")):
        assert client_for(actor).open(url, method=method).status_code == 404


@pytest.mark.parametrize("role", MAY)
@pytest.mark.parametrize("method, path, permission", ROUTES, ids=IDS)
def test_a_role_without_the_permission_is_refused(
    method: str, path: str, permission: str, role: str, world: World, client_for: ClientFor
) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    packet = begin(world, lawyer, case_id)
    for actor in (world.person(role, org_id=lawyer.org_id), world.guest(case_id, lawyer.org_id, role)):
        status = client_for(actor).open(address(case_id, path, packet), method=method).status_code
        assert (status == 403) == (permission not in MAY[role]), status


@pytest.mark.parametrize("method, path, permission", OWN, ids=[f"{row[0]} {row[1]}" for row in OWN])
def test_a_packet_of_another_case_is_not_found_under_this_one(
    method: str, path: str, permission: str, world: World, client_for: ClientFor
) -> None:
    lawyer = world.person("attorney", "firm")
    case_id, other_case = world.case(lawyer), world.case(lawyer)
    packet = begin(world, lawyer, other_case)
    assert client_for(lawyer).open(address(case_id, path, packet), method=method).status_code == 404


@pytest.mark.parametrize("role", ["viewer", "parent"])
def test_a_draft_is_hidden_from_those_who_only_read_and_a_filing_is_not(
    role: str, world: World, client_for: ClientFor
) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    packet = begin(world, lawyer, case_id)
    client, url = client_for(world.guest(case_id, lawyer.org_id, role)), address(case_id, "/{packet}", packet)
    assert client.get(url).status_code == 404
    assert "Due process complaint" not in client.get(f"/cases/{case_id}/filings").text
    with world.scope(lawyer):
        row = db.session.get_one(Packet, packet)
        row.state, row.filed_on = "filed", date(2026, 11, 2)
        db.session.commit()
    page = client.get(url)
    assert page.status_code == 200 and "Filed on November 2, 2026" in page.text
    assert "Due process complaint" in client.get(f"/cases/{case_id}/filings").text
