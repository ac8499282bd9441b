"""Who may enter each page of letters."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from casemgr.accounts.models import Organization
from casemgr.cases.models import Case
from casemgr.extensions import db
from casemgr.letters import services
from casemgr.letters.kinds import kinds
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]

# method, path below /letters, the permission it asks for
ROUTES = [
    ("GET", "", "read"),
    ("GET", "/new/thank_you", "edit"),
    ("POST", "/new/thank_you", "edit"),
    ("GET", "/{letter}", "edit"),
    ("POST", "/{letter}", "edit"),
    ("POST", "/{letter}/preview", "edit"),
    ("GET", "/{letter}/page/1.png", "edit"),
    ("GET", "/{letter}/pdf", "edit"),
    ("GET", "/{letter}/versions", "edit"),
    ("GET", "/{letter}/versions/1", "edit"),
    ("POST", "/{letter}/versions/1/restore", "edit"),
    ("GET", "/{letter}/discard", "edit"),
    ("POST", "/{letter}/discard", "edit"),
    ("GET", "/{letter}/mail", "file"),
    ("POST", "/{letter}/mail", "file"),
    ("GET", "/{letter}/by-hand", "file"),
    ("POST", "/{letter}/by-hand", "file"),
    ("GET", "/{letter}/progress", "edit"),
    ("POST", "/{letter}/stop", "file"),
    ("GET", "/{letter}/settle", "file"),
    ("POST", "/{letter}/settle", "file"),
    ("GET", "/{letter}/received", "file"),
    ("POST", "/{letter}/received", "file"),
    ("GET", "/{letter}/proof", "file"),
    ("POST", "/{letter}/proof", "file"),
    ("GET", "/{letter}/take-back", "file"),
    ("POST", "/{letter}/take-back", "file"),
]
MAY = {"viewer": {"read"}, "parent": {"read"}, "paralegal": {"read", "edit"}}


def begin(world: World, actor: Actor, case_id: UUID) -> UUID:
    with world.scope(actor):
        case, organization = db.session.get_one(Case, case_id), db.session.get_one(Organization, actor.org_id)
        return services.begin(case, kinds()["thank_you"], {}, organization=organization, by=world.user(actor)).id


def test_strangers_sign_in_and_others_learn_nothing(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id, other_case = world.case(lawyer), world.case(lawyer)
    letter = begin(world, lawyer, case_id)
    nobody = client_for(None)
    others = [
        client_for(world.guest(other_case, lawyer.org_id, "attorney")),
        client_for(world.person("attorney", "firm")),
    ]
    own = client_for(lawyer)
    for number, (method, path, _permission) in enumerate(ROUTES):
        url = f"/cases/{case_id}/letters{path.format(letter=letter)}"
        stranger = nobody.open(url, method=method)
        assert stranger.status_code == 302 and "/sign-in" in stranger.location, url
        assert others[number % 2].open(url, method=method).status_code == 404, url
        if "{letter}" in path:
            elsewhere = f"/cases/{other_case}/letters{path.format(letter=letter)}"
            assert own.open(elsewhere, method=method).status_code == 404, elsewhere


@pytest.mark.parametrize("role", MAY)
def test_a_role_without_the_permission_is_refused_and_drafts_are_not_shown_to_readers(
    role: str, world: World, client_for: ClientFor
) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    letter = begin(world, lawyer, case_id)
    actors = (world.person(role, org_id=lawyer.org_id), world.guest(case_id, lawyer.org_id, role))
    clients = [client_for(actor) for actor in actors]
    for number, (method, path, permission) in enumerate(ROUTES):
        url = f"/cases/{case_id}/letters{path.format(letter=letter)}"
        status = clients[number % 2].open(url, method=method).status_code
        assert (status in (403, 404)) == (permission not in MAY[role]), (path, status)
    listed = clients[0].get(f"/cases/{case_id}/letters").text
    assert ("Thank you for your help" in listed) == ("edit" in MAY[role])
