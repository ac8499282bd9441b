"""A person decides what becomes of the proposals that the text of a paper makes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from casemgr.audit.models import AuditEvent
from casemgr.documents.models import Document, DocumentPage
from casemgr.extensions import db
from tests.documents.paper import add, papers_of, pdf
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]
TEXT = "Fernhollow Public Schools\nNotice of Proposed School District Action\nDate: January 9, 2026\nTo the parent."


def add_read(
    world: World, actor: Actor, case_id: UUID, name: str = "scan0001.pdf", text: str = TEXT, **more: object
) -> UUID:
    """A paper whose first page is blank and whose second says `text`."""
    paper = add(world, actor, case_id, pdf(name), name)
    own = {"org_id": actor.org_id, "case_id": case_id, "document_id": paper, "width": 0, "height": 0}
    own |= {"image_sha256": "", "thumb_sha256": ""}
    with world.scope(actor):
        db.session.add_all([DocumentPage(**own, number=1), DocumentPage(**own, number=2, text=text, **more)])
        db.session.commit()
    return paper


def the(world: World, actor: Actor, case_id: UUID, paper: UUID) -> Document:
    return next(row for row in papers_of(world, actor, case_id) if row.id == paper)


def test_a_proposal_is_shown_with_its_reason_and_changes_nothing_by_itself(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add_read(world, parent, case_id, recognition="read", confidence=88)
    client = client_for(parent)
    shown = client.get(f"/cases/{case_id}/papers/{paper}").text
    assert "Kind of paper: <strong>Prior written notice</strong>, not “Other paper”." in shown
    assert "Date on the paper: <strong>January 9, 2026</strong>, not “No date”." in shown
    assert "Page 2 says “Notice of Proposed School District Action”, as a machine read it" in shown
    assert shown.count("Use this") == shown.count("Keep mine") == 2
    row = the(world, parent, case_id, paper)
    assert (row.kind, row.document_on) == ("other", None)
    viewer = client_for(world.guest(case_id, parent.org_id, "viewer"))
    assert "Use this" not in viewer.get(f"/cases/{case_id}/papers/{paper}").text


def test_used_it_is_set_with_its_reason_in_the_history_and_kept_it_is_not_asked_again(
    world: World, client_for: ClientFor
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add_read(world, parent, case_id)
    client, url = client_for(parent), f"/cases/{case_id}/papers/{paper}"
    client.post(f"{url}/proposals", data={"proposal": "kind=prior_written_notice", "version": 1})
    row = the(world, parent, case_id, paper)
    assert (row.kind, row.document_on, row.version) == ("prior_written_notice", None, 2)
    assert "was “Other paper”, now “Prior written notice”. Page 2 says" in row.custody[-1]["words"]
    stale = client.post(
        f"{url}/proposals", data={"proposal": "document_on=2026-01-09", "version": 1}, follow_redirects=True
    )
    assert "Someone changed this paper" in stale.text
    client.post(f"{url}/proposals", data={"proposal": "document_on=2026-01-09", "version": 2, "keep": "1"})
    row = the(world, parent, case_id, paper)
    assert (row.document_on, row.kept_own) == (None, ["document_on=2026-01-09"])
    assert "Use this" not in client.get(url).text
    with world.scope(parent):
        acts = db.session.query(AuditEvent).filter_by(subject_id=paper, action="documents:document:edit").count()
    assert acts == 2


@pytest.mark.parametrize(
    "forged", ["kind=iep", "visibility=shared", "title=Mine", "document_on=2020-01-01", "", "kind"]
)
def test_only_what_the_text_proposes_can_be_taken(forged: str, world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add_read(world, parent, case_id)
    client_for(parent).post(f"/cases/{case_id}/papers/{paper}/proposals", data={"proposal": forged, "version": 1})
    row = the(world, parent, case_id, paper)
    assert (row.kind, row.title, row.document_on, row.version) == ("other", "Scan0001", None, 1)


def test_a_kind_that_says_the_same_more_narrowly_is_not_asked_about(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add_read(
        world, parent, case_id, "iee report 2026-02-27.pdf", "Psychological Evaluation\nDate: 2/27/2026\nText."
    )
    assert the(world, parent, case_id, paper).kind == "independent_evaluation"
    assert "Use this" not in client_for(parent).get(f"/cases/{case_id}/papers/{paper}").text


def test_many_papers_are_decided_on_one_page_and_only_those_a_person_may_see(
    world: World, client_for: ClientFor
) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    first, second = (add_read(world, lawyer, case_id, f"{name}.pdf") for name in ("a", "b"))
    elsewhere = add_read(world, lawyer, world.case(lawyer), "c.pdf")
    client, url = client_for(lawyer), f"/cases/{case_id}/papers/proposals"
    assert client.get(url).text.count('type="checkbox"') == 4
    ticked = [f"{first}:kind=prior_written_notice", f"{first}:document_on=2026-01-09", f"{second}:kind=iep"]
    client.post(url, data={"proposal": [*ticked, f"{elsewhere}:kind=prior_written_notice", "x:y", "z"]})
    rows = {row.id: (row.kind, row.document_on) for row in papers_of(world, lawyer, case_id)}
    assert rows == {first: ("prior_written_notice", date(2026, 1, 9)), second: ("other", None)}
    assert client.get(url).text.count('type="checkbox"') == 2
