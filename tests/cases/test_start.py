"""Starting a case: three steps, nothing in the database before the last one."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from casemgr.audit.models import AuditEvent
from casemgr.cases.clock import today_in
from casemgr.cases.models import Case, Person, Student
from casemgr.evidence.models import EvidenceEntry
from casemgr.extensions import db
from casemgr.proceedings.models import StageMove
from tests.world import Actor, World

STUDENT = {
    "name": "Juniper Q. Samplewood",
    "born_on": "2016-05-04",
    "grade": "5",
    "school": "Larch Street School",
    "district": "Fernhollow Public Schools",
    "state": "MA",
    "address": "12 Larch Street\r\nFernhollow, MA 02000",
    "plan": "section_504",
}
PEOPLE = {
    "people-0-role": "parent",
    "people-0-name": "Rosalind Samplewood",
    "people-0-email": "rosalind@samplewood.example",
    "people-1-role": "special_education_director",
    "people-1-name": "Imelda Draftwright",
    "people-1-phone": "555 0100",
    "people-2-role": "teacher",
}
CONCERN = {"concern": "Reading has not moved for a year.", "concern_on": "2026-01-05", "track": "section_504"}


@pytest.fixture
def parent(world: World) -> Actor:
    return world.person("owner", "family", name="Rosalind Samplewood")


@pytest.fixture
def client(client_for, parent: Actor) -> FlaskClient:
    return client_for(parent)


def token(client: FlaskClient) -> str:
    with client.session_transaction() as session:
        return session["new_case"]["token"]


def to_people(client: FlaskClient, **changed: str) -> None:
    answer = client.post("/cases/new", data=STUDENT | changed)
    assert (answer.status_code, answer.location) == (302, "/cases/new/people"), answer.text


def to_concern(client: FlaskClient, people: dict[str, str] = PEOPLE, **changed: str) -> None:
    to_people(client, **changed)
    answer = client.post("/cases/new/people", data=people | {"draft": token(client)})
    assert (answer.status_code, answer.location) == (302, "/cases/new/concern"), answer.text


def cases_in(world: World, actor: Actor) -> int:
    with world.scope(actor):
        return db.session.scalar(select(func.count()).select_from(Case))


def test_three_steps_make_the_case_the_student_the_people_the_first_move_and_the_audit_line(world, parent, client):
    to_concern(client)
    assert cases_in(world, parent) == 0
    answer = client.post("/cases/new/concern", data=CONCERN | {"draft": token(client)})
    assert answer.status_code == 302
    with world.scope(parent):
        case = db.session.scalars(select(Case)).unique().one()
        assert answer.location == f"/cases/{case.id}"
        assert (case.state, case.track, case.plan, case.stage) == ("MA", "section_504", "section_504", "concern_raised")
        assert (case.timezone, case.owner_id, case.is_sample) == ("America/New_York", parent.user_id, False)
        assert (case.concern, case.concern_on) == (CONCERN["concern"], date(2026, 1, 5))
        assert case.student.name == STUDENT["name"]
        assert case.student.address == "12 Larch Street\nFernhollow, MA 02000"
        people = db.session.scalars(select(Person).order_by(Person.name)).all()
        assert [(one.name, one.role) for one in people] == [
            ("Imelda Draftwright", "special_education_director"),
            ("Rosalind Samplewood", "parent"),
        ]
        move = db.session.scalars(select(StageMove)).one()
        assert (move.event, move.from_stage, move.to_stage) == ("opened", "concern_raised", "concern_raised")
        assert (move.on_date, move.moved_by_name) == (date(2026, 1, 5), "Rosalind Samplewood")
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.case_id == case.id)).one()
        assert (event.action, event.actor_id) == ("cases:case:start", parent.user_id)
        assert db.session.scalar(select(func.count()).select_from(EvidenceEntry)) == 0


def test_the_last_step_sent_twice_makes_one_case(world, parent, client):
    to_concern(client)
    sent = CONCERN | {"draft": token(client)}
    with client.session_transaction() as session:
        before = dict(session)
    first = client.post("/cases/new/concern", data=sent)
    again = client.post("/cases/new/concern", data=sent)
    assert again.location == first.location
    with client.session_transaction() as session:  # a double click sends the cookie of before the first answer
        session.update(before)
    assert client.post("/cases/new/concern", data=sent).location == first.location
    assert cases_in(world, parent) == 1


def test_two_requests_at_the_same_moment_make_one_case(world, parent):
    from casemgr.cases import services
    from casemgr.cases.records import NewCase, StudentRecord

    student = StudentRecord("Juniper Samplewood", date(2016, 5, 4))
    new = NewCase(student, "MA", "iep", "idea", "Reading", date(2026, 1, 5), id=uuid4())
    made = []
    for _ in range(2):
        with world.scope(parent):
            made.append(services.start_case(new, by=world.user(parent), org_id=parent.org_id).id)
    assert made == [new.id, new.id]
    assert cases_in(world, parent) == 1
    with world.scope(parent):
        assert db.session.scalar(select(func.count()).select_from(StageMove)) == 1


TODAY = today_in("America/New_York")


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "   ", "Enter the student’s name."),
        ("name", "x" * 201, "Keep this under 200 characters."),
        ("born_on", "", "Enter the date of birth"),
        ("born_on", "May 4th", "Enter the date of birth"),
        ("born_on", (TODAY + timedelta(days=3)).isoformat(), "The date of birth is in the future."),
        ("born_on", "1980-01-01", "years old. Check the year"),
        ("state", "", "Choose the state"),
        ("state", "XX", "Choose the state"),
        ("plan", "", "Choose the plan of today"),
        ("plan", "iou", "Choose the plan of today"),
        ("address", "x" * 1001, "Keep this under 1,000 characters."),
    ],
)
def test_a_wrong_answer_about_the_student_is_named_and_the_rest_stays_typed(client, field, typed, words):
    answer = client.post("/cases/new", data=STUDENT | {field: typed})
    assert answer.status_code == 422
    assert words in answer.text or (field in {"state", "plan"} and "Not a valid choice" in answer.text)
    assert "Fernhollow Public Schools" in answer.text
    with client.session_transaction() as session:
        assert "new_case" not in session


def test_the_ages_of_zero_and_twenty_six_are_fine(client):
    for born_on in (TODAY, TODAY.replace(year=TODAY.year - 26, day=min(TODAY.day, 28))):
        to_people(client, born_on=born_on.isoformat())
        assert client.get("/cases/new/people").status_code == 200


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"people-0-name": ""}, "Give this person’s name"),
        ({"people-1-role": ""}, "Choose who this person is."),
        ({"people-0-email": "rosalind at home"}, "Write the whole e-mail address"),
    ],
)
def test_a_wrong_answer_about_a_person_is_named_and_the_rest_stays_typed(client, changed, words):
    to_people(client)
    answer = client.post("/cases/new/people", data=PEOPLE | changed | {"draft": token(client)})
    assert answer.status_code == 422
    assert words in answer.text
    assert "Imelda Draftwright" in answer.text


def test_people_are_added_and_taken_out_without_a_script_and_without_losing_text(client):
    to_people(client)
    page = client.get("/cases/new/people").text
    assert page.count("Person ") >= 3
    assert "Rosalind Samplewood" in page  # the parent who starts the case is there already
    answer = client.post("/cases/new/people", data=PEOPLE | {"draft": token(client), "go": "add"})
    assert answer.location == "/cases/new/people#person-4"
    page = client.get("/cases/new/people").text
    assert "Imelda Draftwright" in page
    assert 'name="people-3-name"' in page
    client.post("/cases/new/people", data=PEOPLE | {"draft": token(client), "go": "remove-0"})
    page = client.get("/cases/new/people").text
    assert "Imelda Draftwright" in page
    assert "rosalind@samplewood.example" not in page


def test_going_back_keeps_what_was_typed_even_when_it_is_not_right_yet(client):
    to_people(client)
    wrong = PEOPLE | {"people-0-email": "half an addr", "draft": token(client), "go": "back"}
    assert client.post("/cases/new/people", data=wrong).location == "/cases/new"
    assert "Larch Street School" in client.get("/cases/new").text
    assert "half an addr" in client.get("/cases/new/people").text
    to_concern(client)
    half = {"concern": "Reading has", "concern_on": "", "draft": token(client), "go": "back"}
    assert client.post("/cases/new/concern", data=half).location == "/cases/new/people"
    assert "Reading has" in client.get("/cases/new/concern").text


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("concern", "  ", "Write what is wrong, in your own words."),
        ("concern_on", "", "Enter the date"),
        ("concern_on", (TODAY + timedelta(days=3)).isoformat(), "This date is in the future."),
        ("concern_on", "2010-01-01", "before the student was born"),
        ("track", "", "Choose one"),
    ],
)
def test_a_wrong_answer_about_the_concern_is_named_and_the_text_stays(world, parent, client, field, typed, words):
    to_concern(client)
    sent = CONCERN | {"track_note": "Both plans were refused"} | {field: typed, "draft": token(client)}
    answer = client.post("/cases/new/concern", data=sent)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Both plans were refused" in answer.text
    assert cases_in(world, parent) == 0


@pytest.mark.parametrize(
    ("plan", "suggested"),
    [("iep", "IEP (IDEA)"), ("section_504", "504 plan (Section 504)"), ("early_intervention", "IEP (IDEA)")],
)
def test_the_track_is_suggested_from_the_plan_with_a_reason_and_a_citation(client, plan, suggested):
    to_concern(client, plan=plan)
    page = client.get("/cases/new/concern").text
    assert f"We suggest: {suggested}" in page
    assert 'class="cite"' in page


def test_the_suggestion_can_be_changed_and_the_note_is_kept(world, parent, client):
    to_concern(client)
    sent = CONCERN | {"track": "both", "track_note": "An IEP was refused", "draft": token(client)}
    client.post("/cases/new/concern", data=sent)
    with world.scope(parent):
        case = db.session.scalars(select(Case)).unique().one()
        assert (case.track, case.track_note) == ("both", "An IEP was refused")


def test_a_step_from_a_tab_that_belongs_to_another_student_is_stopped(world, parent, client):
    to_concern(client)
    old = token(client)
    to_concern(client, name="Ben Othername")
    answer = client.post("/cases/new/concern", data=CONCERN | {"draft": old})
    assert answer.status_code == 409
    assert "starting a case for a different student" in answer.text
    assert "Ben Othername" in answer.text
    assert CONCERN["concern"] in answer.text
    assert cases_in(world, parent) == 0


def test_later_steps_without_a_first_one_lead_to_the_start(client):
    for path in ("/cases/new/people", "/cases/new/concern"):
        assert client.get(path).location == "/cases/new"
        assert client.post(path, data={}).location == "/cases/new"


def test_starting_over_empties_the_steps(client):
    to_concern(client)
    assert "You began this earlier" in client.get("/cases/new").text
    assert client.post("/cases/new/forget").location == "/cases/new"
    assert "Larch Street School" not in client.get("/cases/new").text


def test_more_than_the_session_holds_is_refused_and_nothing_typed_is_lost(client):
    to_people(client)
    with client.session_transaction() as session:
        before = session["new_case"]
    many = {}
    for number in range(39):
        many |= {
            f"people-{number}-role": "teacher",
            f"people-{number}-name": f"Teacher {uuid4()}",
            f"people-{number}-address": f"{uuid4()} {uuid4()}",
        }
    answer = client.post("/cases/new/people", data=many | {"draft": token(client)})
    assert answer.status_code == 422
    assert "more than we can hold between the steps" in answer.text
    assert many["people-38-name"] in answer.text
    with client.session_transaction() as session:
        assert session["new_case"] == before


def test_characters_that_a_database_cannot_keep_do_no_harm(world, parent, client):
    to_concern(client, name="Juni\x00per")
    client.post("/cases/new/concern", data=CONCERN | {"concern": "It is\x00 wrong", "draft": token(client)})
    with world.scope(parent):
        assert db.session.scalars(select(Student)).one().name == "Juniper"


def test_the_id_in_the_form_cannot_reach_another_familys_case(world, client_for):
    theirs = world.case(world.person())
    mine = client_for(world.person())
    to_concern(mine)
    answer = mine.post("/cases/new/concern", data=CONCERN | {"draft": str(theirs)})
    assert answer.status_code == 409
    assert str(theirs) not in answer.text or UUID(token(mine)) != theirs
