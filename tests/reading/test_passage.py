"""A passage of a page becomes an entry of the log in one step, and the chain holds its words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from sqlalchemy import select

from casemgr.cases.models import Case
from casemgr.evidence.models import EvidenceEntry
from casemgr.evidence.verification import verify_case
from casemgr.extensions import db
from casemgr.issues.models import Issue, IssueEvidence
from tests.evidence.makers import log, paper, told
from tests.reading.makers import paper as read_paper
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


def fields(**given: str) -> dict[str, str]:
    said = {
        "page": "2",
        "quote": "no aide is\nneeded",
        "title": "“no aide is needed”",
        "kind": "document",
        "happened_on": "2026-03-02",
        "visibility": "shared",
        "submission": str(uuid4()),
    }
    return {f"log-{name}": value for name, value in (said | given).items()}


def entries(world: World, actor: Actor, case_id: UUID) -> list[EvidenceEntry]:
    with world.scope(actor):
        rows = db.session.scalars(
            select(EvidenceEntry).where(EvidenceEntry.case_id == case_id).order_by(EvidenceEntry.number)
        ).all()
        db.session.expunge_all()
        return list(rows)


def is_intact(world: World, actor: Actor, case_id: UUID) -> bool:
    with world.scope(actor):
        return verify_case(db.session.get_one(Case, case_id)).intact


def test_the_form_knows_the_paper(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    key = read_paper(
        world, parent, case_id, "a", "b", document_on=date(2026, 3, 2), kind="email", visibility="internal"
    )
    page = client_for(parent).get(f"/cases/{case_id}/papers/{key}/log?page=2").text
    assert "IEP of March, page 2" in page and 'value="2026-03-02"' in page
    assert '<option selected value="email">' in page
    assert 'value="internal"' in page and 'value="shared"' not in page  # no wider than the paper


def test_a_passage_is_logged_once_with_page_and_issue_and_a_correction_keeps_it(
    world: World, client_for: ClientFor
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    key = paper(world, parent, case_id)
    log(world, parent, case_id, told("An entry from before"))
    with world.scope(parent):
        issue = Issue(org_id=parent.org_id, case_id=case_id, number=1, title="No aide", law="idea")
        db.session.add(issue)
        db.session.commit()
        issue_id = issue.id
    client = client_for(parent)
    once = fields(issue=str(issue_id))
    for _twice in range(2):
        answer = client.post(f"/cases/{case_id}/papers/{key}/log", data=once)
        assert answer.status_code == 302 and "/read?page=2&entry=" in answer.location
    before, entry = entries(world, parent, case_id)
    assert entry.documents[0]["quote"] == "no aide is\nneeded" and entry.documents[0]["page"] == 2
    assert "quote" not in str(before.documents)
    with world.scope(parent):
        assert db.session.scalars(select(IssueEvidence.entry_id)).all() == [entry.id]
    assert is_intact(world, parent, case_id)
    correction = {
        "kind": "document", "happened_on": "2026-03-03", "precision": "day", "title": "The date was wrong",
        "papers-0-paper": str(key), "papers-0-page": "2", "papers-0-quote": "no aide is\nneeded",
        "visibility": "shared", "correction_reason": "The day", "submission": str(uuid4()),
    }  # fmt: skip
    form = client.get(f"/cases/{case_id}/evidence/{entry.id}/correct").text
    assert 'name="papers-0-quote"' in form and 'name="papers-1-quote"' not in form
    assert client.post(f"/cases/{case_id}/evidence/{entry.id}/correct", data=correction).status_code == 302
    assert entries(world, parent, case_id)[-1].documents == entry.documents
    assert is_intact(world, parent, case_id)


def test_a_changed_quote_breaks_the_chain(world: World, client_for: ClientFor, owner_connection: object) -> None:
    parent = world.person()
    case_id = world.case(parent)
    key = paper(world, parent, case_id)
    assert client_for(parent).post(f"/cases/{case_id}/papers/{key}/log", data=fields()).status_code == 302
    owner_connection.execute(
        "UPDATE evidence_entries SET documents = jsonb_set(documents, '{0,quote}', '\"an aide\"') WHERE case_id = %s",
        [case_id],
    )
    owner_connection.commit()
    assert not is_intact(world, parent, case_id)


def test_what_cannot_be_logged_says_why_and_keeps_the_words(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    secret = paper(world, lawyer, case_id, visibility="privileged")
    client = client_for(lawyer)
    for wrong, words in (
        ({"visibility": "shared"}, "Not a valid choice"),
        ({"visibility": "privileged", "page": "9"}, "has no page 9"),
        ({"visibility": "privileged", "title": " "}, "Say in a few words"),
        ({"visibility": "privileged", "happened_on": "2999-01-01"}, "still to come"),
    ):
        answer = client.post(f"/cases/{case_id}/papers/{secret}/log", data=fields(**wrong))
        assert answer.status_code == 422 and words in answer.text and "no aide is" in answer.text
    assert entries(world, lawyer, case_id) == []


def test_a_quote_is_shown_to_no_more_people_than_its_paper(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    key = paper(world, lawyer, case_id, visibility="privileged")
    form = {
        "kind": "document", "happened_on": "2026-03-03", "precision": "day", "title": "Quoted", "visibility": "shared",
        "papers-0-paper": str(key), "papers-0-page": "2", "papers-0-quote": "advice", "submission": str(uuid4()),
    }  # fmt: skip
    answer = client_for(lawyer).post(f"/cases/{case_id}/evidence/new", data=form)
    assert answer.status_code == 422 and "fewer people may open" in answer.text
    assert (
        client_for(lawyer).post(f"/cases/{case_id}/evidence/new", data=form | {"papers-0-quote": ""}).status_code == 302
    )
