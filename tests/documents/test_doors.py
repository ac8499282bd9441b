"""Who may enter each page of papers."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from casemgr.documents.kinds import VISIBILITIES
from tests.documents.paper import add, png
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]

# method, path below /papers, the permission it asks for
ROUTES = [
    ("GET", "", "read"),
    ("POST", "/upload", "add"),
    ("POST", "/add", "add"),
    ("GET", "/proposals", "edit"),
    ("POST", "/proposals", "edit"),
    ("GET", "/{paper}", "read"),
    ("GET", "/{paper}/edit", "edit"),
    ("POST", "/{paper}/edit", "edit"),
    ("GET", "/{paper}/trash", "edit"),
    ("POST", "/{paper}/trash", "edit"),
    ("POST", "/{paper}/restore", "edit"),
    ("POST", "/{paper}/privileged", "edit"),
    ("GET", "/{paper}/preview", "read"),
    ("POST", "/{paper}/preview", "add"),
    ("POST", "/{paper}/parts", "add"),
    ("GET", "/{paper}/messages", "add"),
    ("POST", "/{paper}/messages", "add"),
    ("GET", "/{paper}/pages/1", "read"),
    ("GET", "/{paper}/pages/1/thumb", "read"),
    ("GET", "/{paper}/download", "read"),
    ("GET", "/{paper}/pdf", "read"),
    ("GET", "/{paper}/media", "read"),
    ("GET", "/{paper}/recognition", "read"),
    ("POST", "/{paper}/recognition", "add"),
    ("GET", "/{paper}/searchable", "read"),
    ("POST", "/{paper}/proposals", "edit"),
]
OF_ONE = [route for route in ROUTES if "{paper}" in route[1]]
NOT_MADE_YET = ("/pages/", "/searchable", "/pdf", "/media")  # not drawn, not read, no sound: 404 for everybody
IDS = [f"{method} {path or '/'}" for method, path, _ in ROUTES]
MAY = {"parent": {"read", "add"}, "viewer": {"read"}}


def address(case_id: UUID, path: str, paper: UUID) -> str:
    return f"/cases/{case_id}/papers{path.format(paper=paper)}"


@pytest.mark.parametrize("method, path, permission", ROUTES, ids=IDS)
def test_strangers_sign_in_and_others_learn_nothing(
    method: str, path: str, permission: str, world: World, client_for: ClientFor
) -> None:
    lawyer = world.person("attorney", "firm")
    case_id, other_case = world.case(lawyer), world.case(lawyer)
    paper = add(world, lawyer, case_id)
    url = address(case_id, path, paper)

    stranger = client_for(None).open(url, method=method)
    assert stranger.status_code == 302 and "/sign-in" in stranger.location
    guest_elsewhere = world.guest(other_case, lawyer.org_id)
    other_firm = world.person("attorney", "firm")
    for actor in (guest_elsewhere, other_firm):
        assert client_for(actor).open(url, method=method).status_code == 404


@pytest.mark.parametrize("role", MAY)
@pytest.mark.parametrize("method, path, permission", ROUTES, ids=IDS)
def test_a_role_without_the_permission_is_refused(
    method: str, path: str, permission: str, role: str, world: World, client_for: ClientFor
) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    paper = add(world, lawyer, case_id)
    for actor in (world.person(role, org_id=lawyer.org_id), world.guest(case_id, lawyer.org_id, role)):
        status = client_for(actor).open(address(case_id, path, paper), method=method).status_code
        assert (status == 403) == (permission not in MAY[role])


@pytest.mark.parametrize("method, path, permission", OF_ONE, ids=[f"{method} {path}" for method, path, _ in OF_ONE])
def test_a_paper_of_another_case_is_not_found_under_this_one(
    method: str, path: str, permission: str, world: World, client_for: ClientFor
) -> None:
    lawyer = world.person("attorney", "firm")
    case_id, other_case = world.case(lawyer), world.case(lawyer)
    paper = add(world, lawyer, other_case)
    assert client_for(lawyer).open(address(case_id, path, paper), method=method).status_code == 404


SEES = {
    ("attorney", "firm"): {"shared", "internal", "privileged", "mediation"},
    ("advocate", "organization"): {"shared", "internal", "privileged", "mediation"},
    ("paralegal", "firm"): {"shared", "internal", "privileged", "mediation"},
    ("parent", "family"): {"shared", "internal", "privileged", "mediation"},
    ("parent", "firm"): {"shared", "mediation"},
    ("viewer", "firm"): {"shared"},
    ("viewer", "family"): {"shared"},
}
READING = [path for _, path, permission in OF_ONE if permission == "read"]


@pytest.mark.parametrize("visibility", VISIBILITIES)
@pytest.mark.parametrize("role, kind", SEES, ids=[f"{role} in a {kind}" for role, kind in SEES])
def test_a_paper_that_a_role_may_not_see_is_not_there_for_it(
    role: str, kind: str, visibility: str, world: World, client_for: ClientFor
) -> None:
    owner = world.person("owner", kind)
    case_id = world.case(owner)
    paper = add(world, owner, case_id, png(), "Zebra crossing.png", visibility=visibility)
    may_see = visibility in SEES[role, kind]
    for actor in (world.person(role, kind, owner.org_id), world.guest(case_id, owner.org_id, role)):
        client = client_for(actor)
        assert ("Zebra crossing" in client.get(f"/cases/{case_id}/papers").text) == may_see
        assert ("Zebra crossing" in client.get(f"/cases/{case_id}/papers?visibility={visibility}").text) == may_see
        for path in READING:
            status = client.get(address(case_id, path, paper)).status_code
            is_made = not any(part in path for part in NOT_MADE_YET)
            assert status == (200 if may_see and is_made else 404), path
        if "edit" not in MAY.get(role, {"edit"}) and (role, kind) != ("parent", "family"):
            continue
        for path in ("/{paper}/restore", "/{paper}/preview"):
            status = client.post(address(case_id, path, paper)).status_code
            assert status == (302 if may_see else 404), path
