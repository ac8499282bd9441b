"""While a legal hold stands nothing goes: not by a person, the sweep, the removal of a case or the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import url_for
from flask.testing import FlaskClient
from sqlalchemy import select

import config
from casemgr.accounts.access import NotAllowed
from casemgr.cases.models import Case, Person
from casemgr.cases.sample import open_sample_case
from casemgr.documents.models import Document
from casemgr.documents.sweeping import sweep
from casemgr.extensions import db
from casemgr.filings.models import Packet
from casemgr.holds import queries, services
from casemgr.holds.models import LegalHold
from casemgr.storage.objects import object_key
from tests.documents.paper import add, papers_of
from tests.documents.test_sweeping import age
from tests.server import TestServer
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


def hold(world: World, actor: Actor, case_id: UUID, paper: UUID | None = None) -> UUID:
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        row = db.session.get_one(Document, paper) if paper else None
        return services.set_hold(case, "A hearing is near.", paper=row, by=world.user(actor)).id


def test_who_set_it_why_and_since_when_is_shown_and_lifting_needs_a_reason(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm", name="Rosalind Samplewood")
    case_id = world.case(lawyer)
    paper = add(world, lawyer, case_id)
    client, guest = client_for(lawyer), client_for(world.guest(case_id, lawyer.org_id))
    form = {"reason": "A hearing is near.", "submission": str(uuid4())}
    assert client.post(f"/cases/{case_id}/hold/new", data={"reason": " "}).status_code == 422
    for _twice in range(2):
        assert client.post(f"/cases/{case_id}/hold/new", data=form).status_code == 302
    other = client.post(f"/cases/{case_id}/hold/new", data={"reason": "Another"})
    assert other.status_code == 422 and "stands here already" in other.text
    for path in ("papers", f"papers/{paper}", "hold"):
        page = client.get(f"/cases/{case_id}/{path}").text
        assert "Rosalind Samplewood" in page and "A hearing is near." in page
        seen = guest.get(f"/cases/{case_id}/{path}").text
        assert "Rosalind Samplewood" in seen and "A hearing is near." not in seen, "the reason may be advice"
    lift = f"/cases/{case_id}/hold/{form['submission']}/lift"
    assert client.post(lift, data={"reason": ""}).status_code == 422
    assert client.post(lift, data={"reason": "The hearing is over."}).status_code == 302
    assert "The hearing is over." in client.get(f"/cases/{case_id}/hold").text
    assert client.post(f"/cases/{case_id}/papers/{paper}/trash", data={"version": "1"}).status_code == 302
    assert papers_of(world, lawyer, case_id)[0].trashed_at is not None


@pytest.mark.parametrize("whole_case", [True, False])
def test_a_held_paper_is_neither_trashed_nor_deleted_by_anybody(
    world: World,
    client_for: ClientFor,
    raw_connection: psycopg.Connection,
    owner_connection: psycopg.Connection,
    whole_case: bool,
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper, free = add(world, parent, case_id), add(world, parent, case_id, b"free", "free.txt")
    hold(world, parent, case_id, None if whole_case else paper)
    client = client_for(parent)
    refused = client.post(f"/cases/{case_id}/papers/{paper}/trash", data={"version": "1"})
    assert refused.status_code == 409 and "This is on legal hold" in refused.text
    rows = {row.id: row.version for row in papers_of(world, parent, case_id)}
    seen = f"{paper}:{rows[paper]} {free}:{rows[free]}"
    many = client.post(f"/cases/{case_id}/papers/change", data={"papers": seen, "act": "trash"})
    assert many.status_code == 409
    assert not any(row.trashed_at for row in papers_of(world, parent, case_id)), "all of them or none"
    raw_connection.execute("SELECT set_config('app.org_id', %s, false)", [str(parent.org_id)])
    raw_connection.commit()
    for connection in (raw_connection, owner_connection):
        for statement in (
            "UPDATE documents SET trashed_at = now() WHERE id = %s",
            "DELETE FROM documents WHERE id = %s",
        ):
            with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="on legal hold"):
                connection.execute(statement, [paper])
            connection.rollback()
    one = client.post(f"/cases/{case_id}/papers/{free}/trash", data={"version": str(rows[free])})
    assert one.status_code == (409 if whole_case else 302)


def test_a_case_on_hold_keeps_its_packets_and_people(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    with world.scope(parent):
        own = {"org_id": parent.org_id, "case_id": case_id}
        packet, person = Packet(**own, kind="ocr_complaint"), Person(**own, name="Tobias Example", role="teacher")
        db.session.add_all([packet, person])
        db.session.commit()
        ids = {"filings.discard": {"packet_id": packet.id}, "cases.remove_person": {"person_id": person.id}}
    hold(world, parent, case_id)
    client = client_for(parent)
    for endpoint, given in ids.items():
        with world.app.test_request_context():
            address = url_for(endpoint, case_id=case_id, **given)
        assert client.post(address, data={"version": "1"}).status_code == 409, endpoint
    with world.scope(parent):
        assert db.session.scalar(select(Packet.id).where(Packet.case_id == case_id)) is not None
        assert db.session.scalar(select(Person.id).where(Person.case_id == case_id)) is not None


def test_a_sample_case_with_anything_on_hold_is_not_removed(
    world: World, client_for: ClientFor, raw_connection: psycopg.Connection
) -> None:
    parent = world.person()
    with world.scope(parent):
        case_id = open_sample_case(world.user(parent)).id
    paper = papers_of(world, parent, case_id)[0].id
    standing = hold(world, parent, case_id, paper)
    client = client_for(parent)
    with world.app.test_request_context():
        address = url_for("cases.remove_sample", case_id=case_id)
    refused = client.post(address)
    assert refused.status_code == 409 and "This is on legal hold" in refused.text
    raw_connection.execute("SELECT set_config('app.org_id', %s, false)", [str(parent.org_id)])
    raw_connection.commit()
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="on legal hold"):
        raw_connection.execute("SELECT remove_sample_case(%s)", [case_id])
    raw_connection.rollback()
    with world.scope(parent):
        case, row = db.session.get_one(Case, case_id), db.session.get_one(LegalHold, standing)
        services.lift(case, row, "Over.", by=world.user(parent))
    raw_connection.execute("SELECT set_config('app.org_id', %s, false)", [str(parent.org_id)])
    raw_connection.execute("SELECT remove_sample_case(%s)", [case_id])
    raw_connection.commit()
    assert papers_of(world, parent, case_id) == []


def test_an_old_visit_with_a_hold_is_left_alone(world: World, owner_connection: psycopg.Connection) -> None:
    visitor = world.person()
    case_id = world.case(visitor)
    run = owner_connection.execute
    run("UPDATE users SET email = %s WHERE id = %s", [f"{uuid4()}@visitor.invalid", visitor.user_id])
    run("UPDATE organizations SET created_at = now() - interval '9 days' WHERE id = %s", [visitor.org_id])
    run("ALTER TABLE audit_events DISABLE TRIGGER USER")
    run("DELETE FROM audit_events WHERE org_id = %s", [visitor.org_id])
    assert run("SELECT is_old_visit(%s)", [visitor.org_id]).fetchone() == (True,)
    run(
        "INSERT INTO legal_holds (id, org_id, case_id, reason, set_by_name, set_at, lifted_by_name, lifted_reason)"
        " VALUES (%s, %s, %s, 'A hearing.', 'A', now(), '', '')",
        [uuid4(), visitor.org_id, case_id],
    )
    assert run("SELECT is_old_visit(%s)", [visitor.org_id]).fetchone() == (False,)
    owner_connection.rollback()


def test_the_sweep_leaves_the_bytes_of_a_held_paper(
    world: World, settings: config.Settings, server: TestServer, database_name: str
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, b"kept for the hearing", "kept.txt")
    hold(world, parent, case_id, paper)
    key = object_key(str(parent.org_id), papers_of(world, parent, case_id)[0].sha256)
    age(settings, key, 100)
    assert key not in sweep(settings, server.url(server.owner, database_name))
    assert (Path(settings.storage_url) / key).exists()


def test_a_hold_cannot_be_rewritten_or_lifted_without_a_reason(
    world: World, raw_connection: psycopg.Connection
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    row = hold(world, parent, case_id)
    raw_connection.execute("SELECT set_config('app.org_id', %s, false)", [str(parent.org_id)])
    raw_connection.commit()
    for statement in (
        "UPDATE legal_holds SET reason = 'x' WHERE id = %s",
        "UPDATE legal_holds SET lifted_at = now() WHERE id = %s",
        "DELETE FROM legal_holds WHERE id = %s",
    ):
        with pytest.raises((psycopg.errors.IntegrityError, psycopg.errors.InsufficientPrivilege)):
            raw_connection.execute(statement, [row])
        raw_connection.rollback()


def test_a_hold_that_comes_between_is_refused_by_the_database_in_plain_words(
    world: World, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id)
    hold(world, parent, case_id)
    monkeypatch.setattr("casemgr.documents.services.refuse_if_held", lambda *_: None)
    refused = client_for(parent).post(f"/cases/{case_id}/papers/{paper}/trash", data={"version": "1"})
    assert refused.status_code == 409 and "This is on legal hold" in refused.text


LIFTS = [
    ("owner", "firm", True),
    ("attorney", "firm", True),
    ("parent", "family", True),
    ("advocate", "organization", False),
    ("paralegal", "firm", False),
    ("parent", "firm", False),
    ("viewer", "firm", False),
]


@pytest.mark.parametrize(("role", "kind", "may"), LIFTS)
def test_only_the_right_role_lifts_a_hold(world: World, client_for: ClientFor, role: str, kind: str, may: bool) -> None:
    owner = world.person("owner", kind)
    case_id = world.case(owner)
    row = hold(world, owner, case_id)
    actor = world.person(role, kind, owner.org_id)
    answer = client_for(actor).post(f"/cases/{case_id}/hold/{row}/lift", data={"reason": "Over."})
    assert answer.status_code == (302 if may else 403)
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        assert bool(queries.standing(case)) is not may
        if not may:
            with pytest.raises(NotAllowed):
                services.lift(case, db.session.get_one(LegalHold, row), "Over.", by=world.user(actor))


ROUTES = [("GET", "", "read"), ("GET", "/new", "edit"), ("POST", "/new", "edit"), ("GET", "/{row}/lift", "lift")]


def test_doors(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id, other = world.case(lawyer), world.case(lawyer)
    row = hold(world, lawyer, other)
    stranger, own = client_for(None), client_for(lawyer)
    outside = [
        client_for(one) for one in (world.guest(other, lawyer.org_id, "attorney"), world.person("owner", "firm"))
    ]
    readers = [client_for(world.guest(case_id, lawyer.org_id, role)) for role in ("viewer", "parent")]
    for method, path, permission in ROUTES:
        address = f"/cases/{case_id}/hold{path.format(row=row)}"
        answer = stranger.open(address, method=method)
        assert answer.status_code == 302 and "/sign-in" in answer.location, address
        assert {one.open(address, method=method).status_code for one in outside} == {404}, address
        expected = 200 if permission == "read" else 403
        assert {one.open(address, method=method).status_code for one in readers} == {expected}, address
        if permission == "lift":  # a hold of another case
            assert own.open(address, method=method).status_code == 404, address


def test_the_hold_of_a_paper_that_a_person_may_not_see_is_not_told(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    paper = add(world, lawyer, case_id, b"secret", "Strategy.txt", visibility="privileged")
    hold(world, lawyer, case_id, paper)
    guest = client_for(world.guest(case_id, lawyer.org_id))
    assert "Strategy" in client_for(lawyer).get(f"/cases/{case_id}/hold").text
    for path in ("papers", "hold"):
        page = guest.get(f"/cases/{case_id}/{path}").text
        assert "Strategy" not in page and "Set by" not in page
