"""Who may enter the pages of the discipline log: deny is the default."""

from __future__ import annotations

import pytest

from tests.discipline.makers import log
from tests.world import World

READ, WRITE = "read", "write"
PAGES = [
    ("GET", "/cases/{case}/discipline", READ),
    ("GET", "/cases/{case}/discipline/new", WRITE),
    ("POST", "/cases/{case}/discipline/new", WRITE),
    ("GET", "/cases/{case}/discipline/{removal}/correct", WRITE),
    ("POST", "/cases/{case}/discipline/{removal}/correct", WRITE),
    ("GET", "/cases/{case}/discipline/{removal}/take-back", WRITE),
    ("POST", "/cases/{case}/discipline/{removal}/take-back", WRITE),
    ("POST", "/cases/{case}/discipline/{removal}/behavior", WRITE),
]


def go(client, method: str, path: str):
    return client.open(path, method=method, data={"similar": "yes"} if method == "POST" else None)


@pytest.mark.parametrize(("method", "path", "needs"), PAGES)
def test_a_stranger_is_asked_to_sign_in(world: World, client_for, method: str, path: str, needs: str) -> None:
    owner = world.person("owner", "firm")
    case_id = world.case(owner)
    path = path.format(case=case_id, removal=log(world, owner, case_id, "2026-02-03"))
    answer = go(client_for(None), method, path)
    assert answer.status_code == 302 and answer.location.startswith("/sign-in")


@pytest.mark.parametrize(("method", "path", "needs"), PAGES)
def test_another_organization_and_a_guest_of_another_case_find_nothing(
    world: World, client_for, method: str, path: str, needs: str
) -> None:
    owner = world.person("owner", "firm")
    case_id = world.case(owner)
    path = path.format(case=case_id, removal=log(world, owner, case_id, "2026-02-03"))
    assert go(client_for(world.person()), method, path).status_code == 404
    guest = world.guest(world.case(owner, student="Somebody Else"), owner.org_id, "attorney")
    assert go(client_for(guest), method, path).status_code == 404


@pytest.mark.parametrize(("method", "path", "needs"), PAGES)
@pytest.mark.parametrize("role", ["viewer", "parent", "paralegal", "attorney"])
def test_a_role_reaches_exactly_what_it_may(
    world: World, client_for, method: str, path: str, needs: str, role: str
) -> None:
    owner = world.person("owner", "firm")
    case_id = world.case(owner)
    path = path.format(case=case_id, removal=log(world, owner, case_id, "2026-02-03"))
    status = go(client_for(world.person(role, "firm", owner.org_id)), method, path).status_code
    assert (status == 403) is (needs == WRITE and role in {"viewer", "parent"})
    assert status in {200, 302, 403, 422}


@pytest.mark.parametrize(("method", "path", "needs"), PAGES[3:])
def test_a_removal_of_another_case_is_not_found_here(
    world: World, client_for, method: str, path: str, needs: str
) -> None:
    owner = world.person("owner", "firm")
    other = log(world, owner, world.case(owner), "2026-02-03")
    path = path.format(case=world.case(owner), removal=other)
    assert go(client_for(owner), method, path).status_code == 404
