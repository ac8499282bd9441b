"""What people say that papers are to each other."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from casemgr.cases.models import Case
from casemgr.copies import queries, services
from casemgr.copies.models import PaperPair, PaperRelation
from casemgr.copies.services import SayingRefused
from casemgr.documents import queries as documents
from casemgr.documents.models import Document
from casemgr.extensions import db
from tests.documents.paper import add, papers_of, pdf
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]
EVERY = frozenset({"shared", "internal", "privileged", "mediation"})


@pytest.fixture
def parent(world: World) -> Actor:
    return world.person()


@pytest.fixture
def case_id(world: World, parent: Actor) -> UUID:
    return world.case(parent)


def say(world: World, by: Actor, this: UUID, saying: str, other: UUID, row_id: UUID | None = None) -> None:
    with world.scope(by):
        one, two = db.session.get_one(Document, this), db.session.get_one(Document, other)
        case = db.session.get_one(Case, one.case_id)
        services.say(case, one, two, saying, by=world.user(by), row_id=row_id)


def drafts(world: World, by: Actor, case_id: UUID, count: int) -> list[UUID]:
    return [add(world, by, case_id, pdf(f"Draft {number}"), f"Draft {number}.pdf") for number in range(count)]


def test_versions_stand_in_order_and_the_older_ones_say_so_wherever_they_are_listed(
    world: World, client_for: ClientFor, parent: Actor, case_id: UUID
) -> None:
    first, second, third = drafts(world, parent, case_id, 3)
    say(world, parent, second, "later", first)
    say(world, parent, second, "earlier", third)
    client = client_for(parent)
    page = client.get(f"/cases/{case_id}/papers/{first}").text
    assert "This is an older version" in page
    assert page.index("(this one)") < page.index(f"/papers/{second}") < page.index("Newest<")
    assert "This is an older version" not in client.get(f"/cases/{case_id}/papers/{third}").text
    assert client.get(f"/cases/{case_id}/papers").text.count("Older version") == 2
    with world.scope(parent):
        case = db.session.get_one(Case, case_id)
        older = [label for _, label in documents.choices(case, EVERY) if label.endswith(", older version")]
    assert len(older) == 2 and all("Draft 2" not in label for label in older)


def test_a_copy_names_its_original_and_both_keep_it_in_their_custody(
    world: World, client_for: ClientFor, parent: Actor, case_id: UUID
) -> None:
    original, copy = drafts(world, parent, case_id, 2)
    say(world, parent, copy, "copy", original)
    client = client_for(parent)
    assert "This is a copy of" in client.get(f"/cases/{case_id}/papers/{copy}").text
    assert "Copies of this paper" in client.get(f"/cases/{case_id}/papers/{original}").text
    one, two = papers_of(world, parent, case_id)
    assert one.sha256[:12] in two.custody[-1]["words"] and two.sha256[:12] in one.custody[-1]["words"]
    assert one.trashed_at is two.trashed_at is None


@pytest.mark.parametrize(
    "said, then",
    [
        ([(1, "later", 0)], (0, "later", 1)),
        ([(1, "later", 0), (2, "later", 1)], (0, "later", 2)),
        ([(1, "later", 0)], (2, "later", 0)),
        ([(2, "later", 0)], (2, "later", 1)),
        ([(1, "copy", 0)], (2, "copy", 1)),
        ([(1, "copy", 0)], (0, "copy", 2)),
        ([(1, "copy", 0)], (1, "different", 0)),
    ],
    ids=["back", "a ring", "two next", "two before", "copy of a copy", "has copies", "both"],
)
def test_what_cannot_be_is_refused_in_words_and_changes_nothing(
    said: list[tuple[int, str, int]], then: tuple[int, str, int], world: World, parent: Actor, case_id: UUID
) -> None:
    papers = drafts(world, parent, case_id, 3)
    for this, saying, other in said:
        say(world, parent, papers[this], saying, papers[other])
    with pytest.raises(SayingRefused):
        say(world, parent, papers[then[0]], then[1], papers[then[2]])
    with world.scope(parent):
        assert len(db.session.scalars(select(PaperRelation).where(PaperRelation.case_id == case_id)).all()) == len(said)


def test_it_can_be_taken_back_which_keeps_who_said_it_and_a_form_sent_twice_says_it_once(
    world: World, client_for: ClientFor, parent: Actor, case_id: UUID
) -> None:
    first, second = drafts(world, parent, case_id, 2)
    form = {"saying": "later", "submission": str(uuid4())}
    client = client_for(parent)
    for _ in range(2):
        sent = client.post(f"/cases/{case_id}/papers/{second}/beside/{first}/say", data=form)
        assert sent.status_code == 302
    with world.scope(parent):
        row = db.session.scalars(select(PaperRelation).where(PaperRelation.case_id == case_id)).one()
    client.post(f"/cases/{case_id}/papers/relations/{row.id}/take-back")
    client.post(f"/cases/{case_id}/papers/relations/{row.id}/take-back")
    assert "older version" not in client.get(f"/cases/{case_id}/papers/{first}").text
    with world.scope(parent):
        kept = db.session.get_one(PaperRelation, row.id)
        assert kept.said_by_name == kept.taken_back_by_name == parent.name
    assert [line["act"] for line in papers_of(world, parent, case_id)[1].custody].count("related") == 2
    assert client.post(f"/cases/{case_id}/papers/{second}/beside/{first}/say", data={}).status_code == 422


def test_different_papers_are_not_suggested_again_until_that_is_taken_back(
    world: World, client_for: ClientFor, parent: Actor, case_id: UUID
) -> None:
    first, second = drafts(world, parent, case_id, 2)
    with world.scope(parent):
        one, two = sorted((first, second))
        db.session.add(PaperPair(org_id=parent.org_id, case_id=case_id, first_id=one, second_id=two, kind="text"))
        db.session.commit()
    client = client_for(parent)
    assert "Look at 1 pair" in client.get(f"/cases/{case_id}/papers").text
    say(world, parent, first, "different", second)
    assert "Look at" not in client.get(f"/cases/{case_id}/papers").text
    client.post(f"/cases/{case_id}/papers/{first}/beside/{second}/ask-again")
    assert "Draft 1" in client.get(f"/cases/{case_id}/papers/alike").text


def test_nobody_learns_of_a_paper_that_they_may_not_see(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    first, memo = drafts(world, lawyer, case_id, 2)
    client = client_for(lawyer)
    with world.scope(lawyer):
        db.session.get_one(Document, memo).visibility = "privileged"
        one, two = sorted((first, memo))
        db.session.add(PaperPair(org_id=lawyer.org_id, case_id=case_id, first_id=one, second_id=two, kind="text"))
        db.session.commit()
    viewer = client_for(world.person("viewer", "firm", lawyer.org_id))
    assert "Draft 1" in client.get(f"/cases/{case_id}/papers/alike").text
    assert "Draft" not in viewer.get(f"/cases/{case_id}/papers/alike").text
    say(world, lawyer, memo, "later", first)
    assert "Draft 1" in client.get(f"/cases/{case_id}/papers/{first}").text
    for path in (f"/{first}", "", f"/{first}/beside"):
        shown = viewer.get(f"/cases/{case_id}/papers{path}").text
        assert "Draft 1" not in shown and "lder version" not in shown
    assert viewer.get(f"/cases/{case_id}/papers/{first}/beside/{memo}").status_code == 404
    with world.scope(lawyer):
        case = db.session.get_one(Case, case_id)
        assert queries.suggestions(case, frozenset({"shared"})) == []
