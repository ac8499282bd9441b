"""Every route of accounts: who is let in, and what the others are told."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from casemgr.accounts.models import Membership
from casemgr.extensions import db
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]

SIGNED_IN = [
    ("GET", "/account"),
    ("GET", "/account/keep"),
    ("POST", "/account/keep"),
    ("GET", "/account/details"),
    ("POST", "/account/details"),
    ("GET", "/account/email"),
    ("POST", "/account/email"),
    ("GET", "/account/passphrase"),
    ("POST", "/account/passphrase"),
    ("POST", "/account/sign-out-everywhere"),
    ("POST", "/account/organization"),
    ("GET", "/account/workspace"),
    ("POST", "/account/workspace"),
]
OWNERS = [
    ("GET", "/organization"),
    ("POST", "/organization"),
    ("GET", "/organization/members"),
    ("GET", "/organization/members/add"),
    ("POST", "/organization/members/add"),
]
ONE_MEMBER = [
    ("POST", "/organization/members/{id}/role"),
    ("GET", "/organization/members/{id}/remove"),
    ("POST", "/organization/members/{id}/remove"),
    ("POST", "/organization/members/{id}/one-time"),
]
PUBLIC = {"/welcome", "/look-around", "/sign-up", "/sign-up/strength", "/sign-in", "/sign-out"}


def test_the_tables_name_every_route(app: Flask) -> None:
    ours = {
        (method, rule.rule.replace("<uuid:membership_id>", "{id}"))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("accounts.")
        for method in (rule.methods or set()) & {"GET", "POST"}
    }
    assert {door for door in ours if door[1] not in PUBLIC} == {*SIGNED_IN, *OWNERS, *ONE_MEMBER}


@pytest.mark.parametrize("method, path", SIGNED_IN + OWNERS + ONE_MEMBER)
def test_a_stranger_is_asked_to_sign_in(client_for: Clients, method: str, path: str) -> None:
    answer = client_for(None).open(path.format(id=uuid4()), method=method)
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in")


@pytest.mark.parametrize("role", ["attorney", "advocate", "paralegal", "parent", "viewer"])
@pytest.mark.parametrize("method, path", OWNERS + ONE_MEMBER)
def test_only_an_owner_manages_a_workspace(
    world: World, client_for: Clients, role: str, method: str, path: str
) -> None:
    firm = world.person("owner", "firm")
    member = world.person(role, org_id=firm.org_id)
    assert client_for(member).open(path.format(id=_membership(world, firm)), method=method).status_code == 403


@pytest.mark.parametrize("method, path", ONE_MEMBER)
def test_a_member_of_another_workspace_is_not_there(world: World, client_for: Clients, method: str, path: str) -> None:
    theirs, ours = world.person("owner", "firm"), world.person("owner", "firm")
    victim = world.person("viewer", org_id=theirs.org_id)
    row = _membership(world, victim)
    data = {"role": "owner", "seen": "viewer"}
    assert client_for(ours).open(path.format(id=row), method=method, data=data).status_code == 404
    assert client_for(ours).open(path.format(id=uuid4()), method=method, data=data).status_code == 404
    with world.scope(theirs):
        assert db.session.get(Membership, row).role == "viewer"


@pytest.mark.parametrize("method, path", ONE_MEMBER)
def test_a_guest_of_one_case_manages_nobody(world: World, client_for: Clients, method: str, path: str) -> None:
    firm = world.person("owner", "firm")
    guest = world.guest(world.case(firm), firm.org_id)
    assert client_for(guest).open(path.format(id=_membership(world, firm)), method=method).status_code == 404


def test_nobody_works_in_a_workspace_that_is_not_theirs(world: World, client_for: Clients) -> None:
    ours, theirs = world.person(), world.person()
    client = client_for(ours)
    for wanted in (str(theirs.org_id), "nonsense", ""):
        assert client.post("/account/organization", data={"org_id": wanted}).status_code == 404
    with client.session_transaction() as session:
        assert session["org_id"] == str(ours.org_id)


def _membership(world: World, actor: Actor) -> object:
    with world.scope(actor):
        return db.session.scalars(
            select(Membership.id).where(Membership.user_id == actor.user_id, Membership.org_id == actor.org_id)
        ).one()
