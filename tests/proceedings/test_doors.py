"""Who may enter the pages of moves and proceedings: deny is the default."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from casemgr.extensions import db
from casemgr.proceedings.models import Proceeding, StageMove
from tests.world import Actor, World

READ, RECORD, MOVE = "read", "record", "move"
PAGES = [
    ("GET", "/cases/{case}/next", READ),
    ("GET", "/cases/{case}/next/compare", READ),
    ("GET", "/cases/{case}/next/map", READ),
    ("GET", "/cases/{case}/history", READ),
    ("GET", "/cases/{case}/proceedings/{proceeding}", READ),
    ("POST", "/cases/{case}/proceedings/{proceeding}", RECORD),
    ("GET", "/cases/{case}/proceedings/{proceeding}/edit", MOVE),
    ("POST", "/cases/{case}/proceedings/{proceeding}/edit", MOVE),
    ("GET", "/cases/{case}/move/request_mediation", MOVE),
    ("POST", "/cases/{case}/move/request_mediation", MOVE),
    ("POST", "/cases/{case}/move/record_agreement/now", MOVE),
    ("GET", "/cases/{case}/history/{move}/undo", MOVE),
    ("POST", "/cases/{case}/history/{move}/undo", MOVE),
]


def a_case(world: World) -> tuple[Actor, dict[str, UUID]]:
    owner = world.person("owner", "firm")
    case_id = world.full_case(owner)
    with world.scope(owner):
        ids = {
            "proceeding": db.session.scalars(select(Proceeding.id)).one(),
            "move": db.session.scalars(select(StageMove.id)).one(),
        }
    return owner, {"case": case_id, **ids}


def go(client, method: str, path: str):
    return client.open(path, method=method, data={} if method == "POST" else None)


@pytest.mark.parametrize(("method", "path", "needs"), PAGES)
def test_a_stranger_is_asked_to_sign_in(world: World, client_for, method: str, path: str, needs: str) -> None:
    _, ids = a_case(world)
    answer = go(client_for(None), method, path.format(**ids))
    assert answer.status_code == 302 and answer.location.startswith("/sign-in")


@pytest.mark.parametrize(("method", "path", "needs"), PAGES)
def test_another_organization_and_a_guest_of_another_case_find_nothing(
    world: World, client_for, method: str, path: str, needs: str
) -> None:
    owner, ids = a_case(world)
    assert go(client_for(world.person()), method, path.format(**ids)).status_code == 404
    guest = world.guest(world.case(owner, student="Somebody Else"), owner.org_id, "attorney")
    assert go(client_for(guest), method, path.format(**ids)).status_code == 404


@pytest.mark.parametrize(("method", "path", "needs"), PAGES)
@pytest.mark.parametrize("role", ["viewer", "parent", "paralegal", "advocate", "attorney"])
def test_a_role_reaches_exactly_what_it_may(
    world: World, client_for, method: str, path: str, needs: str, role: str
) -> None:
    owner, ids = a_case(world)
    status = go(client_for(world.person(role, "firm", owner.org_id)), method, path.format(**ids)).status_code
    assert (status == 403) is (needs != READ and role in {"viewer", "parent"})
    assert status in {200, 302, 403, 409, 422}


def test_a_parent_runs_the_case_in_the_familys_own_workspace(world: World, client_for) -> None:
    owner = world.person("owner", "family")
    case_id = world.case(owner)
    parent = world.person("parent", "family", owner.org_id)
    assert client_for(parent).get(f"/cases/{case_id}/move/request_mediation").status_code == 200


@pytest.mark.parametrize("path", ["proceedings/{proceeding}", "proceedings/{proceeding}/edit", "history/{move}/undo"])
def test_a_row_of_another_case_is_not_found(world: World, client_for, path: str) -> None:
    owner, ids = a_case(world)
    other = world.case(owner, student="Other Student")
    assert client_for(owner).get(f"/cases/{other}/{path.format(**ids)}").status_code == 404
    unknown = {"proceeding": uuid4(), "move": uuid4()}
    attorney = world.person("attorney", "firm", owner.org_id)  # the owner is named as a viewer in the full case
    assert client_for(attorney).get(f"/cases/{ids['case']}/{path.format(**unknown)}").status_code == 404
