"""How long a session lasts, and the pages of an account and a workspace."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from casemgr.accounts.models import Organization
from casemgr.accounts.services import Registration
from casemgr.extensions import db
from tests.accounts.conftest import PASSPHRASE
from tests.accounts.kit import is_signed_in, member, session_of, sign_in, version_of, wind_back
from tests.patience import PATIENCE
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]
New = Callable[..., Registration]


def test_a_session_ends_after_hours_without_use(client_for: Clients, world: World, settings) -> None:
    client = client_for(world.person())
    wind_back(client, "seen_at", settings.session_idle.total_seconds() + 5)
    answer = client.get("/account")
    assert answer.status_code == 302
    assert "You were signed out because you were away" in client.get(answer.location).text
    assert not is_signed_in(client)


def test_a_session_in_use_still_ends_after_its_whole_life(client_for: Clients, world: World, settings) -> None:
    client = client_for(world.person())
    wind_back(client, "began_at", settings.session_life.total_seconds() + 5)
    assert not is_signed_in(client)


def test_use_keeps_a_session_alive(client_for: Clients, world: World, settings) -> None:
    client = client_for(world.person())
    wind_back(client, "seen_at", settings.session_idle.total_seconds() - 60)
    assert is_signed_in(client)
    assert time.time() - session_of(client)["seen_at"] < PATIENCE


def test_sign_out_everywhere_ends_every_session(client_for: Clients, world: World) -> None:
    actor = world.person()
    here, elsewhere = client_for(actor), client_for(actor)
    assert here.post("/account/sign-out-everywhere").location == "/sign-in"
    assert not is_signed_in(here)
    assert not is_signed_in(elsewhere)


def test_a_new_passphrase_ends_the_other_sessions_and_not_this_one(
    client_for: Clients, world: World, stranger: FlaskClient
) -> None:
    actor = world.person()
    here, elsewhere = client_for(actor), client_for(actor)
    answer = here.post("/account/passphrase", data={"present": actor.passphrase, "new": PASSPHRASE})
    assert answer.location == "/account"
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)
    assert sign_in(stranger, actor).status_code == 422
    assert sign_in(stranger, actor, PASSPHRASE).status_code == 302


@pytest.mark.parametrize(
    "present, new, words",
    [
        ("wrong", PASSPHRASE, "not your present passphrase"),
        (None, "short", "at least 12"),
        (None, "password1234", "too easy"),
        (None, None, "the passphrase you have now"),
    ],
)
def test_a_passphrase_is_changed_only_with_the_present_one_to_a_good_new_one(
    client_for: Clients, world: World, stranger: FlaskClient, present: str | None, new: str | None, words: str
) -> None:
    actor = world.person()
    data = {"present": present or actor.passphrase, "new": new or actor.passphrase}
    answer = client_for(actor).post("/account/passphrase", data=data)
    assert answer.status_code == 422
    assert words in answer.text
    assert sign_in(stranger, actor).status_code == 302


def test_nobody_works_with_a_passphrase_that_somebody_else_made(
    stranger: FlaskClient, client_for: Clients, world: World
) -> None:
    owner = world.person("owner", "firm")
    email = f"lee.{owner.user_id.hex[:8]}@example.org"
    page = client_for(owner).post(
        "/organization/members/add", data={"email": email, "name": "Lee Park", "role": "attorney"}
    )
    one_time = page.text.split("<code>")[1].split("</code>")[0]
    lee = Actor(owner.user_id, owner.org_id, email, "Lee Park", "attorney", one_time)
    sign_in(stranger, lee)
    for path in ("/account", "/cases/new", "/account/email"):
        assert stranger.get(path).location == "/account/passphrase"
    stranger.post("/account/passphrase", data={"present": one_time, "new": PASSPHRASE})
    assert is_signed_in(stranger)
    assert one_time not in client_for(owner).get("/organization/members").text


# The account and the workspace


def test_a_person_changes_their_name_and_clock(client_for: Clients, world: World) -> None:
    actor = world.person()
    client = client_for(actor)
    data = {"name": " Ana   Rivera ", "timezone": "Pacific/Honolulu", "persona": "attorney", "version": "1"}
    assert client.post("/account/details", data=data).status_code == 302
    page = client.get("/account").text
    assert "Ana Rivera" in page
    assert "Hawaii time" in page


def test_two_tabs_do_not_overwrite_each_other(client_for: Clients, world: World) -> None:
    actor = world.person()
    client = client_for(actor)
    common = {"timezone": "America/Chicago", "persona": "parent", "version": "1"}
    client.post("/account/details", data=common | {"name": "First Tab"})
    answer = client.post("/account/details", data=common | {"name": "Second Tab"})
    assert answer.status_code == 409
    assert "First Tab" in answer.text
    assert 'value="Second Tab"' in answer.text
    again = client.post("/account/details", data=common | {"name": "Second Tab", "version": version_of(answer.text)})
    assert again.status_code == 302


def test_two_owners_do_not_overwrite_each_others_workspace(client_for: Clients, world: World) -> None:
    first = world.person("owner", "firm")
    second = world.person("owner", org_id=first.org_id)
    common = {"state": "CA", "timezone": "America/Los_Angeles", "version": "1"}
    assert client_for(first).post("/organization", data=common | {"name": "Firm One"}).status_code == 302
    answer = client_for(second).post("/organization", data=common | {"name": "Firm Two"})
    assert answer.status_code == 409
    assert "Firm One" in answer.text
    with world.scope(first):
        assert db.session.get(Organization, first.org_id).name == "Firm One"


def test_an_email_is_changed_with_the_passphrase_alone(
    client_for: Clients, world: World, stranger: FlaskClient
) -> None:
    actor, other = world.person(), world.person()
    client, new = client_for(actor), f"changed.{actor.user_id.hex[:8]}@example.org"
    assert client.post("/account/email", data={"email": new, "present": "wrong"}).status_code == 422
    taken = client.post("/account/email", data={"email": other.email, "present": actor.passphrase})
    assert taken.status_code == 422
    assert "already" in taken.text
    assert client.post("/account/email", data={"email": new, "present": actor.passphrase}).status_code == 302
    assert sign_in(stranger, actor).status_code == 422
    assert stranger.post("/sign-in", data={"email": new, "passphrase": actor.passphrase}).status_code == 302


def test_a_person_with_two_workspaces_switches_between_them(client_for: Clients, world: World) -> None:
    actor, firm = world.person(), world.person("owner", "firm")
    with world.scope(firm):
        db.session.add_all([member(firm.org_id, actor.user_id)])
        db.session.commit()
    client = client_for(actor)
    assert client.post("/account/organization", data={"org_id": str(firm.org_id)}).location == "/"
    assert client.get("/organization").status_code == 403
    client.post("/account/organization", data={"org_id": str(actor.org_id)})
    assert client.get("/organization").status_code == 200


def test_an_owner_manages_people(client_for: Clients, world: World) -> None:
    owner = world.person("owner", "firm")
    colleague = world.person("viewer", org_id=owner.org_id, name="Sam Colleague")
    client = client_for(owner)
    page = client.get("/organization/members").text
    assert "Sam Colleague" in page
    row = page.split("Role of Sam Colleague")[0].rsplit("/organization/members/", 1)[1].split("/role")[0]
    changed = client.post(f"/organization/members/{row}/role", data={"role": "paralegal", "seen": "viewer"})
    assert changed.status_code == 302
    assert client.post(f"/organization/members/{row}/role", data={"role": "king", "seen": "viewer"}).status_code == 400
    assert "Remove Sam Colleague?" in client.get(f"/organization/members/{row}/remove").text
    assert client.post(f"/organization/members/{row}/remove").status_code == 302
    assert "Sam Colleague" not in client.get("/organization/members").text.split("<table>")[1]
    assert client_for(colleague).get("/account").status_code == 200


# Pages that were open for too long
