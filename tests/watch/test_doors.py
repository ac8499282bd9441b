"""Who is turned away from the pages of stuck cases, and how."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from casemgr.extensions import db
from casemgr.watch.models import Finding
from tests.watch.makers import night, old_case
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]


def found(world: World, owner: Actor) -> tuple[UUID, UUID]:
    case_id = old_case(world, owner)
    night(world, owner)
    with world.scope(owner):
        return case_id, db.session.scalars(select(Finding.id).where(Finding.case_id == case_id)).one()


def test_a_stranger_is_sent_to_sign_in(client_for: Clients) -> None:
    assert "/sign-in" in client_for(None).get("/stuck").location


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("stranger", 302), ("guest of another case", 404), ("wrong organization", 404), ("viewer", 403), ("client", 403)],
)
def test_leaving_a_finding_is_for_who_runs_the_case(
    world: World, client_for: Clients, method: str, who: str, status: int
) -> None:
    owner = world.person("attorney", "firm")
    case_id, finding_id = found(world, owner)
    visitor = {
        "stranger": lambda: None,
        "guest of another case": lambda: world.guest(world.case(owner), owner.org_id, "attorney"),
        "wrong organization": lambda: world.person("owner", "firm"),
        "viewer": lambda: world.guest(case_id, owner.org_id, "viewer"),
        "client": lambda: world.guest(case_id, owner.org_id, "parent"),
    }[who]()
    answer = client_for(visitor).open(f"/cases/{case_id}/stuck/{finding_id}", method=method)
    assert answer.status_code == status
    other = world.case(owner)
    assert client_for(owner).open(f"/cases/{other}/stuck/{finding_id}", method=method).status_code == 404
