"""Who may enter each page of hearing binders."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from casemgr.cases.models import Case
from casemgr.exhibit_binders import services
from casemgr.exhibit_binders.models import BinderVersion
from casemgr.extensions import db
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]

# method, path below /exhibit-binders, the permission it asks for
ROUTES = [
    ("GET", "", "read"),
    ("GET", "/new", "edit"),
    ("POST", "/new", "edit"),
    ("GET", "/{binder}", "edit"),
    ("GET", "/{binder}/settings", "edit"),
    ("POST", "/{binder}/settings", "edit"),
    ("GET", "/{binder}/people", "edit"),
    ("POST", "/{binder}/people", "edit"),
    ("POST", "/{binder}/references/add", "edit"),
    ("POST", "/{binder}/references/live", "edit"),
    ("GET", "/{binder}/exhibits", "edit"),
    ("POST", "/{binder}/exhibits/add", "edit"),
    ("POST", "/{binder}/exhibits/arrange", "edit"),
    ("GET", "/{binder}/exhibits/table", "edit"),
    ("POST", "/{binder}/exhibits/table", "edit"),
    ("GET", "/{binder}/exhibits/{any}/replace", "edit"),
    ("POST", "/{binder}/exhibits/{any}/replace", "edit"),
    ("POST", "/{binder}/override/witness_list", "edit"),
    ("GET", "/{binder}/discard", "edit"),
    ("POST", "/{binder}/discard", "edit"),
    ("POST", "/{binder}/build", "edit"),
    ("POST", "/{binder}/cancel", "edit"),
    ("GET", "/{binder}/progress", "edit"),
    ("GET", "/{binder}/versions/{any}", "read"),
    ("GET", "/{binder}/versions/{any}/files/{any}", "read"),
    ("GET", "/{binder}/last-look", "file"),
    ("POST", "/{binder}/last-look", "file"),
    ("GET", "/{binder}/serve", "file"),
    ("POST", "/{binder}/serve", "file"),
]
MAY = {"viewer": {"read"}, "parent": {"read"}, "paralegal": {"read", "edit"}}


def begin(world: World, actor: Actor, case_id: object) -> object:
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        return services.begin(case, services.first_settings(case), by=world.user(actor)).id


def address(case_id: object, path: str, binder: object) -> str:
    return f"/cases/{case_id}/exhibit-binders{path.format(binder=binder, any=uuid4())}"


def test_strangers_sign_in_and_others_learn_nothing(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id, other_case = world.case(lawyer), world.case(lawyer)
    binder = begin(world, lawyer, case_id)
    stranger = client_for(None)
    others = [
        client_for(world.guest(other_case, lawyer.org_id, "attorney")),
        client_for(world.person("attorney", "firm")),
    ]
    for method, path, _ in ROUTES:
        url = address(case_id, path, binder)
        answer = stranger.open(url, method=method)
        assert answer.status_code == 302 and "/sign-in" in answer.location, url
        assert [one.open(url, method=method).status_code for one in others] == [404, 404], url


@pytest.mark.parametrize("role", MAY)
def test_a_role_without_the_permission_is_refused(role: str, world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    binder = begin(world, lawyer, case_id)
    member, guest = world.person(role, org_id=lawyer.org_id), world.guest(case_id, lawyer.org_id, role)
    clients = client_for(member), client_for(guest)
    for n, (method, path, permission) in enumerate(ROUTES):
        if path.endswith("/discard") and method == "POST" and permission in MAY[role]:
            continue  # it would be gone
        refused = permission not in MAY[role]
        for client in clients if refused else clients[n % 2 : n % 2 + 1]:  # a refusal costs nothing, a page does
            status = client.open(address(case_id, path, binder), method=method).status_code
            assert (status == 403) == refused, (path, status)


def test_a_binder_of_another_case_is_not_found_under_this_one(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id, other_case = world.case(lawyer), world.case(lawyer)
    binder = begin(world, lawyer, other_case)
    client = client_for(lawyer)
    for method, path, _ in ROUTES:
        if "{binder}" in path:
            assert client.open(address(case_id, path, binder), method=method).status_code == 404, path


def test_what_is_not_served_is_hidden_from_those_who_only_read(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    binder = begin(world, lawyer, case_id)
    with world.scope(lawyer):
        made = {"built_from": "0" * 64, "page_count": 3, "volumes": 1, "bates_next": 2, "exhibits": []}
        proof = {"compared": 0, "exhibits": []}
        row = BinderVersion(org_id=lawyer.org_id, case_id=case_id, binder_id=binder, number=1, proof=proof, **made)
        db.session.add(row)
        db.session.commit()
        version = row.id
    viewer = client_for(world.guest(case_id, lawyer.org_id, "viewer"))
    url = address(case_id, "/{binder}", binder) + f"/versions/{version}"
    assert viewer.get(url).status_code == 404
    assert "Parent’s exhibits" not in viewer.get(address(case_id, "", binder)).text
    assert client_for(lawyer).get(url).status_code == 200
