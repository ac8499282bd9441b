"""A person who was removed from their only workspace can make another one."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from casemgr.accounts.models import Membership, Organization
from casemgr.extensions import db
from tests.proceedings.kit import hidden, send
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]


@pytest.fixture
def removed(world: World) -> Actor:
    """A person who is in no workspace any more."""
    actor = world.person("advocate", "organization", name="Robin Example")
    with world.scope(actor):
        db.session.execute(delete(Membership).where(Membership.user_id == actor.user_id))
        db.session.commit()
    return actor


def workspaces(world: World, actor: Actor) -> list[tuple[str, str, str, str]]:
    with world.scope(Actor(actor.user_id, None, "", "", "")):
        rows = db.session.scalars(select(Membership).where(Membership.user_id == actor.user_id)).unique()
        return [(row.organization.name, row.organization.kind, row.organization.state, row.role) for row in rows]


def test_home_and_account_offer_it_and_it_works_at_once(world: World, client_for: Clients, removed: Actor) -> None:
    client = client_for(removed)
    assert "/account/workspace" in client.get("/").text
    assert "/account/workspace" in client.get("/account").text
    assert client.get("/cases/new").status_code == 403
    answer = send(client, "/account/workspace", name="Robin Example, advocacy", state="OH")
    assert answer.status_code == 302
    assert workspaces(world, removed) == [("Robin Example, advocacy", "organization", "OH", "owner")]
    assert client.get("/cases/new").status_code == 200


def test_the_same_form_sent_twice_makes_one(world: World, client_for: Clients, removed: Actor) -> None:
    client = client_for(removed)
    fields = hidden(client.get("/account/workspace").text) | {"name": "Mine", "state": "OH"}
    for _ in range(2):
        assert client.post("/account/workspace", data=fields).status_code == 302
    assert len(workspaces(world, removed)) == 1


def test_without_a_state_it_is_asked_for_and_nothing_is_made(world: World, client_for: Clients, removed: Actor) -> None:
    answer = send(client_for(removed), "/account/workspace", name="Mine", state="")
    assert answer.status_code == 422
    assert "Choose the state." in answer.text
    assert workspaces(world, removed) == []


def test_who_has_a_workspace_does_not_make_a_second_one_here(world: World, client_for: Clients) -> None:
    owner = world.person()
    fields = {"name": "Another", "state": "OH", "submission": str(uuid4())}
    assert client_for(owner).post("/account/workspace", data=fields).location.endswith("/account")
    assert len(workspaces(world, owner)) == 1


def test_an_id_of_somebody_elses_workspace_lets_nobody_in(world: World, client_for: Clients, removed: Actor) -> None:
    owner = world.person()
    fields = {"name": "Taken over", "state": "OH", "submission": str(owner.org_id)}
    client_for(removed).post("/account/workspace", data=fields)
    assert workspaces(world, removed) == []
    with world.scope(owner):
        assert db.session.get_one(Organization, owner.org_id).name != "Taken over"
