"""Who may enter the pages of cases: deny is the default."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from casemgr.cases.models import CaseMember, Person
from casemgr.extensions import db
from tests.world import World

READ, EDIT, MEMBERS = "read", "edit", "members"
CASE_PAGES = [
    ("GET", "/cases/{case}", READ),
    ("GET", "/cases/{case}/people", READ),
    ("GET", "/cases/{case}/edit", EDIT),
    ("POST", "/cases/{case}/edit", EDIT),
    ("GET", "/cases/{case}/people/new", EDIT),
    ("POST", "/cases/{case}/people/new", EDIT),
    ("GET", "/cases/{case}/people/{person}", EDIT),
    ("POST", "/cases/{case}/people/{person}", EDIT),
    ("GET", "/cases/{case}/people/{person}/remove", EDIT),
    ("POST", "/cases/{case}/people/{person}/remove", EDIT),
    ("GET", "/cases/{case}/remove-sample", EDIT),
    ("POST", "/cases/{case}/remove-sample", EDIT),
    ("GET", "/cases/{case}/members/new", MEMBERS),
    ("POST", "/cases/{case}/members/new", MEMBERS),
    ("GET", "/cases/{case}/members/{member}/remove", MEMBERS),
    ("POST", "/cases/{case}/members/{member}/remove", MEMBERS),
]
START_PAGES = [
    ("GET", "/cases/new"),
    ("POST", "/cases/new"),
    ("POST", "/cases/new/forget"),
    ("GET", "/cases/new/people"),
    ("POST", "/cases/new/people"),
    ("GET", "/cases/new/concern"),
    ("POST", "/cases/new/concern"),
    ("POST", "/cases/sample"),
]


def a_case(world: World, kind: str = "firm") -> tuple[UUID, UUID, dict[str, UUID]]:
    """Return (case, organization, ids for the paths) of a full sample case."""
    owner = world.person("owner", kind)
    case_id = world.full_case(owner, is_sample=True)
    with world.scope(owner):
        person = db.session.scalars(select(Person.id)).first()
        member = db.session.scalars(select(CaseMember.id)).first()
    return case_id, owner.org_id, {"case": case_id, "person": person, "member": member}


def go(client: FlaskClient, method: str, path: str):
    return client.open(path, method=method, data={} if method == "POST" else None)


@pytest.mark.parametrize(("method", "path", "needs"), CASE_PAGES)
def test_a_stranger_is_asked_to_sign_in(world, client_for, method, path, needs):
    _, _, ids = a_case(world)
    answer = go(client_for(None), method, path.format(**ids))
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in")


@pytest.mark.parametrize(("method", "path", "needs"), CASE_PAGES)
def test_another_organization_and_a_guest_of_another_case_find_nothing(world, client_for, method, path, needs):
    _, org_id, ids = a_case(world)
    assert go(client_for(world.person()), method, path.format(**ids)).status_code == 404
    owner = world.person("owner", "firm", org_id)
    other = world.case(owner, student="Somebody Else")
    guest = world.guest(other, org_id, "attorney")
    assert go(client_for(guest), method, path.format(**ids)).status_code == 404


@pytest.mark.parametrize(("method", "path", "needs"), CASE_PAGES)
@pytest.mark.parametrize("role", ["viewer", "parent", "paralegal", "attorney"])
def test_a_role_reaches_exactly_what_it_may(world, client_for, method, path, needs, role):
    _, org_id, ids = a_case(world)
    actor = world.person(role, "firm", org_id)
    status = go(client_for(actor), method, path.format(**ids)).status_code
    allowed = {READ: True, EDIT: role in {"paralegal", "attorney"}, MEMBERS: False}[needs]
    assert (status != 403) is allowed
    assert status != 500


@pytest.mark.parametrize(("method", "path"), START_PAGES)
def test_only_who_may_create_cases_can_start_one(world, client_for, method, path):
    assert go(client_for(None), method, path).location.startswith("/sign-in")
    firm = world.person("owner", "firm")
    for role in ("viewer", "parent"):
        assert go(client_for(world.person(role, "firm", firm.org_id)), method, path).status_code == 403
    if path != "/cases/sample":
        assert go(client_for(firm), method, path).status_code in {200, 302, 422}


@pytest.mark.parametrize(
    ("kind", "role", "shown"),
    [("firm", "parent", False), ("firm", "viewer", False), ("firm", "advocate", True), ("family", "parent", True)],
)
def test_start_a_case_is_offered_only_to_who_may(world: World, client_for, kind, role, shown) -> None:
    owner = world.person("owner", kind)
    case_id = world.case(owner)
    client = client_for(world.person(role, kind, owner.org_id))
    for address in ("/", f"/cases/{case_id}"):
        assert ('href="/cases/new"' in client.get(address).text) is shown


def test_strangers_see_the_welcome_page_and_no_board(client_for):
    assert client_for(None).get("/").location == "/welcome"
    assert client_for(None).get("/board").location.startswith("/sign-in")


@pytest.mark.parametrize("path", ["/cases/{case}/people/{none}", "/cases/{case}/people/{none}/remove"])
def test_a_person_of_another_case_is_not_found(world, client_for, path):
    owner = world.person()
    case_id, other = world.case(owner), world.full_case(owner, student="Other Student")
    with world.scope(owner):
        theirs = db.session.scalars(select(Person.id).where(Person.case_id == other)).one()
    for none in (theirs, uuid4()):
        assert client_for(owner).get(path.format(case=case_id, none=none)).status_code == 404


def test_a_member_row_of_another_case_is_not_found(world, client_for):
    owner = world.person()
    case_id, other = world.case(owner), world.full_case(owner, student="Other Student")
    with world.scope(owner):
        theirs = db.session.scalars(select(CaseMember.id).where(CaseMember.case_id == other)).one()
    assert client_for(owner).post(f"/cases/{case_id}/members/{theirs}/remove").status_code == 404
