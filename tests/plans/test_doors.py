"""Who may enter the pages of stay-put and placement: deny is the default."""

from __future__ import annotations

import pytest

from tests.world import World

READ, EDIT = "read", "edit"
PAGES = [
    ("GET", "/cases/{case}/stay-put", READ),
    ("GET", "/cases/{case}/placement/compare", READ),
    ("GET", "/cases/{case}/stay-put/notice", EDIT),
    ("GET", "/cases/{case}/placement/new", EDIT),
    ("POST", "/cases/{case}/placement/new", EDIT),
]


def go(client, method: str, path: str):
    return client.open(path, method=method, data={} if method == "POST" else None)


@pytest.mark.parametrize(("method", "path", "needs"), PAGES)
def test_a_stranger_is_asked_to_sign_in(world: World, client_for, method: str, path: str, needs: str) -> None:
    case_id = world.full_case(world.person("owner", "firm"))
    answer = go(client_for(None), method, path.format(case=case_id))
    assert answer.status_code == 302 and answer.location.startswith("/sign-in")


@pytest.mark.parametrize(("method", "path", "needs"), PAGES)
def test_another_organization_and_a_guest_of_another_case_find_nothing(
    world: World, client_for, method: str, path: str, needs: str
) -> None:
    owner = world.person("owner", "firm")
    case_id = world.full_case(owner)
    assert go(client_for(world.person()), method, path.format(case=case_id)).status_code == 404
    guest = world.guest(world.case(owner, student="Somebody Else"), owner.org_id, "attorney")
    assert go(client_for(guest), method, path.format(case=case_id)).status_code == 404


@pytest.mark.parametrize(("method", "path", "needs"), PAGES)
@pytest.mark.parametrize("role", ["viewer", "parent", "paralegal", "attorney"])
def test_a_role_reaches_exactly_what_it_may(
    world: World, client_for, method: str, path: str, needs: str, role: str
) -> None:
    owner = world.person("owner", "firm")
    path = path.format(case=world.full_case(owner))
    status = go(client_for(world.person(role, "firm", owner.org_id)), method, path).status_code
    assert (status == 403) is (needs == EDIT and role in {"viewer", "parent"})
    assert status in {200, 302, 403, 422}
