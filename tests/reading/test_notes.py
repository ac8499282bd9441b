"""Notes: who reads them, who changes them, and that no wall is made of our code alone."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from casemgr.audit.models import AuditEvent
from casemgr.cases.models import Case
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.holds.services import set_hold
from casemgr.reading.models import PageNote
from tests.reading.makers import note, paper
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]
TEXT = "The Team finds that\nno aide is needed."


def send(client: FlaskClient, case_id: UUID, key: UUID, **fields: str) -> int:
    given = {"page": "1", "audience": "private", "color": "yellow", "submission": str(uuid4())} | fields
    answer = client.post(
        f"/cases/{case_id}/papers/{key}/notes/new", data={f"note-{name}": value for name, value in given.items()}
    )
    return answer.status_code


def notes(world: World, actor: Actor, case_id: UUID) -> list[PageNote]:
    with world.scope(actor):
        rows = db.session.scalars(
            select(PageNote).where(PageNote.case_id == case_id).order_by(PageNote.created_at)
        ).all()
        db.session.expunge_all()
        return list(rows)


def test_a_highlight_a_box_and_a_note_on_the_whole_page(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    key = paper(world, parent, case_id, TEXT)
    client = client_for(parent)
    once = str(uuid4())
    for _twice in range(2):
        assert send(client, case_id, key, quote="that no aide", place="words:3-5", submission=once) == 302
    assert send(client, case_id, key, place="box:0.1,0.2,0.5,0.3", color="pink") == 302
    assert send(client, case_id, key, body="  Ask\r\nfor it. ") == 302
    assert send(client, case_id, key, quote="no aide is") == 302
    highlight, box, whole, found = notes(world, parent, case_id)
    assert [len(each.boxes) for each in (highlight, box, whole, found)] == [2, 1, 0, 1]
    assert box.boxes == [[0.1, 0.2, 0.5, 0.3]] and whole.body == "Ask\nfor it."
    page = client.get(f"/cases/{case_id}/papers/{key}/read").text
    assert page.count('class="page-note') == 4 and "Only me" in page
    assert client.get(f"/cases/{case_id}/papers/{key}/notes").text.count('class="page-note') == 4


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"body": "x", "page": "2"},
        {"body": "x", "page": "0"},
        {"body": "x", "page": "one"},
        {"body": "x", "audience": "world"},
        {"body": "x", "color": "red"},
        {"place": "box:0.1,0.2,nan,0.3"},
        {"place": "box:0.5,0.5,0.1,0.1"},
        {"place": "words:0-1"},
        {"body": "x" * 20_001},
        {"quote": "x" * 5_001},
    ],
)
def test_what_is_no_note_is_refused_and_kept_in_the_form(
    fields: dict[str, str], world: World, client_for: ClientFor
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    key = paper(world, parent, case_id, TEXT)
    assert send(client_for(parent), case_id, key, **fields) == 422
    assert notes(world, parent, case_id) == []


def test_who_reads_which_note(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    key = paper(world, lawyer, case_id, TEXT)
    secret = paper(world, lawyer, case_id, TEXT, visibility="privileged")
    for audience in ("private", "team", "shared"):
        for on in (key, secret):
            note(world, lawyer, case_id, on, f"Wallaby {audience}", audience=audience)
    everybody = {
        lawyer: {"private", "team", "shared"},
        world.person("paralegal", org_id=lawyer.org_id): {"team", "shared"},
        world.person("parent", org_id=lawyer.org_id): {"shared"},
        world.person("viewer", org_id=lawyer.org_id): {"shared"},
        world.guest(case_id, lawyer.org_id, "attorney"): {"shared"},
        world.guest(case_id, lawyer.org_id, "parent"): {"shared"},
    }
    for actor, may in everybody.items():
        client = client_for(actor)
        pages = [client.get(f"/cases/{case_id}/papers/{key}/{path}").text for path in ("read", "notes")]
        pages.append(client.get(f"/cases/{case_id}/papers/{key}/read/1").json["panel"])
        for page in pages:
            assert {audience for audience in ("private", "team", "shared") if f"Wallaby {audience}" in page} == may
        for where in ("/search", f"/cases/{case_id}/search"):
            found = client.get(where, query_string={"q": "wallaby", "what": "note"}).text
            assert {one for one in ("private", "team", "shared") if f"<mark>Wallaby</mark> {one}" in found} == may
            opens_secret = actor.role in ("attorney", "paralegal")
            assert found.count("find-title") == len(may) * (2 if opens_secret else 1), actor.role
        rest = client.get(f"/cases/{case_id}/papers/{secret}/notes")
        assert rest.status_code == (200 if actor.role in ("attorney", "paralegal") else 404)


def test_a_note_is_no_wider_than_its_paper(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    secret, plain = paper(world, lawyer, case_id, TEXT, visibility="privileged"), paper(world, lawyer, case_id, TEXT)
    guest = world.guest(case_id, lawyer.org_id, "attorney")
    for actor, on, audience, status in (
        (lawyer, secret, "shared", 422),
        (lawyer, secret, "team", 302),
        (lawyer, plain, "shared", 302),
        (guest, secret, "team", 422),
        (guest, secret, "private", 302),
        (guest, plain, "shared", 302),
        (world.guest(case_id, lawyer.org_id, "parent"), plain, "team", 422),
    ):
        assert send(client_for(actor), case_id, on, body="x", audience=audience) == status, (actor.role, audience)


def test_its_author_alone_changes_or_removes_a_note(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    key = paper(world, lawyer, case_id, TEXT)
    mine = note(world, lawyer, case_id, key, audience="team", quote="no aide")
    other = client_for(world.person("owner", org_id=lawyer.org_id))
    client = client_for(lawyer)
    edit, remove = (f"/cases/{case_id}/papers/{key}/notes/{mine}/{verb}" for verb in ("edit", "remove"))
    said = {"note-body": "Changed", "note-audience": "shared", "note-color": "blue", "note-version": "1"}
    for url in (edit, remove):
        assert other.post(url, data=said).status_code == other.get(url).status_code == 403
    assert client.post(edit, data=said).status_code == 302
    again = client.post(edit, data=said | {"note-body": "From an old window"})
    assert again.status_code == 409 and "It says now: “Changed”" in again.text and "From an old window" in again.text
    [row] = notes(world, lawyer, case_id)
    assert (row.body, row.audience, row.color, row.version) == ("Changed", "shared", "blue", 2)
    assert "Changed" in client.get(remove).text
    assert client.post(remove).status_code == 302
    assert notes(world, lawyer, case_id) == []
    assert client.post(remove).status_code == 404
    with world.scope(lawyer):
        acts = db.session.scalars(select(AuditEvent).where(AuditEvent.subject_id == mine).order_by(AuditEvent.at)).all()
        assert [act.action for act in acts] == ["reading:note:edit", "reading:note:remove"]
        assert "Changed" not in str([act.detail for act in acts])


def test_that_a_note_was_removed_is_told_to_those_who_could_read_it(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm", name="Lee Example")
    case_id = world.case(lawyer)
    key = paper(world, lawyer, case_id, TEXT)
    page = f"/cases/{case_id}/papers/{key}/notes"
    for audience in ("private", "team", "shared"):
        gone = note(world, lawyer, case_id, key, "What it said", audience=audience)
        assert client_for(lawyer).post(f"{page}/{gone}/remove").status_code == 302
    told = "A note on page 1 was removed by Lee Example on "
    colleague, family = world.person("owner", org_id=lawyer.org_id), world.person("parent", org_id=lawyer.org_id)
    seen = {who: client_for(who).get(page).text for who in (lawyer, colleague, family)}
    assert [text.count(told) for text in seen.values()] == [3, 2, 1]
    assert "What it said" not in "".join(seen.values())


def test_a_note_stays_while_a_legal_hold_keeps_its_paper(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    key = paper(world, lawyer, case_id, TEXT)
    mine = note(world, lawyer, case_id, key)
    with world.scope(lawyer):
        held = db.session.get_one(Document, key)
        set_hold(db.session.get_one(Case, case_id), "A hearing is likely", paper=held, by=world.user(lawyer))
    answer = client_for(lawyer).post(f"/cases/{case_id}/papers/{key}/notes/{mine}/remove")
    assert answer.status_code == 409 and "legal hold" in answer.text
    assert [row.id for row in notes(world, lawyer, case_id)] == [mine]


def test_the_database_itself_keeps_notes_apart(
    world: World, raw_connection: psycopg.Connection, client_for: ClientFor
) -> None:
    lawyer = world.person("attorney", "firm")
    colleague = world.person("attorney", org_id=lawyer.org_id)
    case_id = world.case(lawyer)
    key = paper(world, lawyer, case_id, TEXT)
    ids = {one: note(world, lawyer, case_id, key, "quokka", audience=one) for one in ("private", "team", "shared")}
    seen = "SELECT audience FROM page_notes ORDER BY 1"
    found = "SELECT id FROM find_words('quokka'::tsquery, '{note}', NULL, 100)"

    def act_as(user: UUID, cases: str = "") -> None:
        raw_connection.execute(
            "SELECT set_config('app.org_id', %s, true), set_config('app.user_id', %s, true),"
            " set_config('app.case_ids', %s, true)",
            [str(lawyer.org_id), str(user), cases],
        )

    for user, cases, may in (
        (lawyer.user_id, "", {"private", "shared", "team"}),
        (colleague.user_id, "", {"shared", "team"}),
        (colleague.user_id, f"{{{case_id}}}", {"shared"}),
    ):
        act_as(user, cases)
        assert {audience for (audience,) in raw_connection.execute(seen)} == may
        assert {key for (key,) in raw_connection.execute(found)} == {ids[audience] for audience in may}
    act_as(colleague.user_id)
    assert raw_connection.execute("UPDATE page_notes SET body = 'x'").rowcount == 0
    assert raw_connection.execute("DELETE FROM page_notes").rowcount == 0
    forged = (
        "INSERT INTO page_notes SELECT gen_random_uuid(), org_id, case_id, document_id, page, audience, color, quote"
    )
    forged += ", 'forged', boxes, author_id, author_name, changed_at, created_at, 1, NULL FROM page_notes LIMIT 1"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw_connection.execute(forged)
