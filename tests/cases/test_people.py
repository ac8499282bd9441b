"""The people of a case, who may sign in to it, and changing the case itself."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from casemgr.audit.models import AuditEvent
from casemgr.cases import queries
from casemgr.cases.models import Case, CaseMember, Person
from casemgr.extensions import db
from tests.world import Actor, World

DIRECTOR = {
    "name": "Imelda Draftwright",
    "role": "special_education_director",
    "email": "imelda@fernhollow.example",
    "organization": "Fernhollow Public Schools",
    "address": "1 Main Street\r\nFernhollow",
}


def actions(world: World, actor: Actor, case_id: UUID) -> list[str]:
    with world.scope(actor):
        return list(
            db.session.scalars(select(AuditEvent.action).where(AuditEvent.case_id == case_id).order_by(AuditEvent.at))
        )


def only_person(world: World, actor: Actor) -> Person:
    return db.session.scalars(select(Person)).one()


@pytest.fixture
def owner(world: World) -> Actor:
    return world.person("owner", "firm", name="Ada Owner")


@pytest.fixture
def case_id(world: World, owner: Actor) -> UUID:
    return world.case(owner)


def test_a_person_is_added_once_edited_and_removed_and_each_act_is_written_down(world, client_for, owner, case_id):
    client = client_for(owner)
    sent = DIRECTOR | {"submission": str(uuid4())}
    for _ in range(2):
        assert client.post(f"/cases/{case_id}/people/new", data=sent).location == f"/cases/{case_id}/people"
    with world.scope(owner):
        person = only_person(world, owner)
        assert (person.name, person.address) == (DIRECTOR["name"], "1 Main Street\nFernhollow")
        person_id = person.id
    page = client.get(f"/cases/{case_id}/people").text
    assert "Special education director (LEA)" in page
    assert "imelda@fernhollow.example" in page
    changed = DIRECTOR | {"phone": "555 0100", "version": "1"}
    assert client.post(f"/cases/{case_id}/people/{person_id}", data=changed).status_code == 302
    assert "555 0100" in client.get(f"/cases/{case_id}/people").text
    assert "Remove Imelda Draftwright?" in client.get(f"/cases/{case_id}/people/{person_id}/remove").text
    assert client.post(f"/cases/{case_id}/people/{person_id}/remove").status_code == 302
    with world.scope(owner):
        assert db.session.scalar(select(func.count()).select_from(Person)) == 0
    assert actions(world, owner, case_id) == [
        "cases:person:add",
        "cases:person:edit",
        "cases:person:remove",
    ]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": " "}, "Give this person’s name"),
        ({"role": ""}, "Choose who this person is."),
        ({"role": "king"}, "Not a valid choice"),
        ({"email": "no address"}, "Write the whole e-mail address"),
    ],
)
def test_a_wrong_answer_is_named_and_the_rest_stays_typed(client_for, owner, case_id, changed, words):
    answer = client_for(owner).post(f"/cases/{case_id}/people/new", data=DIRECTOR | changed)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Fernhollow Public Schools" in answer.text


def test_a_person_saved_by_somebody_else_meanwhile_is_not_overwritten(world, client_for, owner, case_id):
    client = client_for(owner)
    client.post(f"/cases/{case_id}/people/new", data=DIRECTOR)
    with world.scope(owner):
        person_id = only_person(world, owner).id
    path = f"/cases/{case_id}/people/{person_id}"
    assert client.post(path, data=DIRECTOR | {"phone": "555 0101", "version": "1"}).status_code == 302
    lost = client.post(path, data=DIRECTOR | {"phone": "555 0102", "version": "1"})
    assert lost.status_code == 409
    assert "555 0101" in lost.text
    assert 'value="555 0102"' in lost.text
    assert 'name="version" type="hidden" value="2"' in lost.text
    with world.scope(owner):
        assert only_person(world, owner).phone == "555 0101"
    assert client.post(path, data=DIRECTOR | {"phone": "555 0102", "version": "2"}).status_code == 302
    with world.scope(owner):
        assert only_person(world, owner).phone == "555 0102"


def test_person_choices_name_the_role(world, client_for, owner, case_id):
    client_for(owner).post(f"/cases/{case_id}/people/new", data=DIRECTOR)
    with world.scope(owner):
        case = db.session.get(Case, case_id)
        choices = queries.person_choices(case)
        assert [label for _, label in choices] == ["Imelda Draftwright (Special education director (LEA))"]


def test_somebody_with_an_account_is_let_in_and_out_again(world, client_for, owner, case_id):
    parent = world.person("owner", "family", name="Pat Parent")
    client, theirs = client_for(owner), client_for(parent)
    assert theirs.get(f"/cases/{case_id}").status_code == 404
    sent = {"email": f" {parent.email.upper()} ", "role": "parent"}
    assert client.post(f"/cases/{case_id}/members/new", data=sent).location == f"/cases/{case_id}/people"
    assert theirs.get(f"/cases/{case_id}").status_code == 200
    assert theirs.get(f"/cases/{case_id}/edit").status_code == 403
    assert "Juniper Example" in theirs.get("/").text
    assert "Pat Parent" in client.get(f"/cases/{case_id}/people").text
    again = client.post(f"/cases/{case_id}/members/new", data=sent)
    assert again.status_code == 422
    assert "can already open this case" in again.text
    with world.scope(owner):
        member_id = db.session.scalars(select(CaseMember)).unique().one().id
    assert client.post(f"/cases/{case_id}/members/{member_id}/remove").status_code == 302
    assert theirs.get(f"/cases/{case_id}").status_code == 404
    assert actions(world, owner, case_id) == ["cases:member:add", "cases:member:remove"]


def test_an_unknown_e_mail_and_ones_own_are_refused_with_what_to_do(client_for, owner, case_id):
    client = client_for(owner)
    for address, words in (
        ("nobody@example.org", "Ask them to make an account first"),
        ("not an address", "Ask them to make an account first"),
        (owner.email, "That is your own account."),
        ("", "Enter the e-mail"),
    ):
        answer = client.post(f"/cases/{case_id}/members/new", data={"email": address, "role": "viewer"})
        assert answer.status_code == 422
        assert words in answer.text


CASE = {
    "name": "Juniper Q. Example",
    "born_on": "2016-05-04",
    "grade": "6",
    "school": "Larch Street School",
    "district": "Fernhollow Public Schools",
    "state": "MA",
    "address": "12 Larch Street",
    "disability": "Dyslexia",
    "plan": "iep",
    "track": "both",
    "track_note": "Accommodations too",
    "concern": "Reading has not moved.",
    "concern_on": "2026-01-05",
    "timezone": "America/New_York",
    "owner_id": "",
    "version": "1",
    "student_version": "1",
}


def test_the_case_and_the_student_are_changed_and_the_log_names_the_fields(world, client_for, owner, case_id):
    client = client_for(owner)
    assert "12 Larch Street, Fernhollow" in client.get(f"/cases/{case_id}/edit").text
    assert client.post(f"/cases/{case_id}/edit", data=CASE).location == f"/cases/{case_id}"
    with world.scope(owner):
        case = db.session.get(Case, case_id)
        assert (case.track, case.track_note, case.owner_id) == ("both", "Accommodations too", None)
        assert (case.student.name, case.student.grade, case.student.disability) == (
            "Juniper Q. Example",
            "6",
            "Dyslexia",
        )
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.case_id == case_id)).one()
        assert event.action == "cases:case:edit"
        assert "track" in event.detail["fields"]
        assert "Juniper" not in str(event.detail)


@pytest.mark.parametrize("stale", ["version", "student_version"])
def test_a_case_saved_by_somebody_else_meanwhile_is_not_overwritten(world, client_for, owner, case_id, stale):
    client = client_for(owner)
    assert client.post(f"/cases/{case_id}/edit", data=CASE).status_code == 302
    seen = {"version": "2", "student_version": "2"} | {stale: "1"}
    lost = client.post(f"/cases/{case_id}/edit", data=CASE | {"grade": "7"} | seen)
    assert lost.status_code == 409
    assert "Someone else saved this while you were typing" in lost.text
    assert 'value="7"' in lost.text
    with world.scope(owner):
        assert db.session.get(Case, case_id).student.grade == "6"
    again = CASE | {"grade": "7", "version": "2", "student_version": "2"}
    assert client.post(f"/cases/{case_id}/edit", data=again).status_code == 302


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": ""}, "Enter the student’s name."),
        ({"concern_on": "2015-01-01"}, "before the student was born"),
        ({"track": "civil"}, "Not a valid choice"),
        ({"timezone": "Mars/Base"}, "Not a valid choice"),
        ({"owner_id": str(uuid4())}, "Not a valid choice"),
        ({"version": "one"}, ""),
    ],
)
def test_a_wrong_answer_about_the_case_changes_nothing(world, client_for, owner, case_id, changed, words):
    answer = client_for(owner).post(f"/cases/{case_id}/edit", data=CASE | changed)
    assert answer.status_code in {409, 422}
    assert words in answer.text
    assert "Dyslexia" in answer.text
    with world.scope(owner):
        assert db.session.get(Case, case_id).student.born_on == date(2016, 5, 4)
        assert db.session.get(Case, case_id).student.disability == ""
