"""Who may enter the pages of the goals: deny is the default."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from casemgr.extensions import db
from casemgr.goals.models import Goal
from tests.world import Actor, World

READ, EDIT = "read", "edit"
PAGES = [
    ("GET", "/cases/{case}/goals", READ),
    ("GET", "/cases/{case}/goals/new", EDIT),
    ("POST", "/cases/{case}/goals/new", EDIT),
    ("GET", "/cases/{case}/goals/{goal}/correct", EDIT),
    ("POST", "/cases/{case}/goals/{goal}/correct", EDIT),
    ("POST", "/cases/{case}/goals/take-over", EDIT),
]


def addresses(world: World, owner: Actor) -> list[tuple[str, str, str]]:
    """The pages of a full case: method, path and what they need."""
    case_id = world.full_case(owner)
    with world.scope(owner):
        goal = db.session.scalar(select(Goal.id).where(Goal.case_id == case_id))
    return [(method, path.format(case=case_id, goal=goal), needs) for method, path, needs in PAGES]


def go(client, method: str, path: str):
    return client.open(path, method=method, data={} if method == "POST" else None)


def test_a_stranger_is_asked_to_sign_in_and_who_is_not_on_the_case_finds_nothing(world: World, client_for) -> None:
    owner = world.person("owner", "firm")
    guest = world.guest(world.case(owner, student="Somebody Else"), owner.org_id, "attorney")
    nobody, other, guest = client_for(None), client_for(world.person()), client_for(guest)
    for method, path, _needs in addresses(world, owner):
        answer = go(nobody, method, path)
        assert answer.status_code == 302 and answer.location.startswith("/sign-in"), path
        assert [go(client, method, path).status_code for client in (other, guest)] == [404, 404], path


@pytest.mark.parametrize("role", ["viewer", "parent", "paralegal", "attorney"])
def test_a_role_reaches_exactly_what_it_may(world: World, client_for, role: str) -> None:
    owner = world.person("owner", "firm")
    client = client_for(world.person(role, "firm", owner.org_id))
    for method, path, needs in addresses(world, owner):
        status = go(client, method, path).status_code
        assert (status == 403) is (needs == EDIT and role in {"viewer", "parent"}), path
        assert status in {200, 302, 400, 403, 422}, path
