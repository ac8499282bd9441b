"""Many papers changed in one step, the binder, and tags."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from casemgr.audit.models import AuditEvent
from casemgr.cases.models import Case
from casemgr.documents.kinds import DOCUMENT_KINDS
from casemgr.documents.models import Document, DocumentPart
from casemgr.documents.queries import PaperFilter
from casemgr.extensions import db
from casemgr.paper_order import queries, tagging
from casemgr.paper_order.models import PaperChange
from tests.documents.paper import add, papers_of
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]
ALL = frozenset({"shared", "internal", "privileged", "mediation"})


@pytest.fixture
def lawyer(world: World) -> Actor:
    return world.person("attorney", "firm")


@pytest.fixture
def case_id(world: World, lawyer: Actor) -> UUID:
    return world.case(lawyer)


def papers(world: World, actor: Actor, case_id: UUID, count: int = 3, **details: object) -> list[UUID]:
    return [
        add(world, actor, case_id, b"paper %d\n" % n, f"2026-01-0{n + 1} note {n}.txt", **details) for n in range(count)
    ]


def sent(world: World, actor: Actor, case_id: UUID, ids: list[UUID], **fields: object) -> dict[str, object]:
    """What the form sends for these papers as they are now."""
    rows = {row.id: row for row in papers_of(world, actor, case_id)}
    told = {"papers": " ".join(f"{one}:{rows[one].version}" for one in ids), "received_how": "leave", "act": "change"}
    return told | {"submission": str(uuid4())} | fields


def tags(world: World, actor: Actor, case_id: UUID) -> dict[UUID, list[str]]:
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        ids = list(db.session.scalars(select(Document.id).where(Document.case_id == case_id)))
        return {key: [tag.name for tag in found] for key, found in tagging.tags_on(case, ids).items()}


def state(world: World, actor: Actor, case_id: UUID) -> list[tuple[object, ...]]:
    return [
        (row.id, row.kind, row.document_on, row.author, row.source, row.received_how, row.visibility, row.trashed_at)
        for row in papers_of(world, actor, case_id)
    ]


def test_many_papers_change_in_one_step_and_back_again(
    world: World, client_for: ClientFor, lawyer: Actor, case_id: UUID
) -> None:
    ids = papers(world, lawyer, case_id)
    before = state(world, lawyer, case_id)
    client = client_for(lawyer)
    page = client.get(f"/cases/{case_id}/papers/change?paper={ids[0]}&paper={ids[1]}").text
    assert "Change 2 papers" in page and "Note 0" in page and "Note 2" not in page
    form = sent(
        world, lawyer, case_id, ids, kind="evaluation", author="Dr. Lee", source="Team chair", received_how="mail"
    )
    form |= {"document_on": "2026-02-03", "add_tags": "Reading, hearing , reading", "visibility": "internal"}
    answer = client.post(f"/cases/{case_id}/papers/change", data=form, follow_redirects=True)
    assert "3 papers changed." in answer.text
    after = state(world, lawyer, case_id)
    expected = ("evaluation", date(2026, 2, 3), "Dr. Lee", "Team chair", "mail", "internal", None)
    assert {row[1:] for row in after} == {expected}
    assert set(map(tuple, tags(world, lawyer, case_id).values())) == {("hearing", "Reading")}
    custody = papers_of(world, lawyer, case_id)[0].custody
    assert custody[-1]["words"] == "Who may see it: was “Shared with the family”, now “Internal”."
    again = client.post(f"/cases/{case_id}/papers/change", data=form)
    assert again.status_code == 302 and state(world, lawyer, case_id) == after, "a double submit does nothing twice"

    change = f"/cases/{case_id}/papers/changes/{form['submission']}"
    assert "let more people see 3 papers again" in client.get(change).text
    assert change in client.get(f"/cases/{case_id}/papers/changes").text
    assert client.post(f"{change}/undo").status_code == 422 and state(world, lawyer, case_id) == after
    assert client.post(f"{change}/undo", data={"confirmed": "y"}).status_code == 302
    assert state(world, lawyer, case_id) == before and not any(tags(world, lawyer, case_id).values())
    assert client.post(f"{change}/undo", data={"confirmed": "y"}).status_code == 302
    with world.scope(lawyer):
        acts = db.session.scalars(select(AuditEvent.action).where(AuditEvent.subject_id == ids[0])).all()
    assert [acts.count(f"binder:document:{verb}") for verb in ("change", "undo")] == [1, 1]


def test_one_paper_that_somebody_changed_since_keeps_all_from_changing(
    world: World, client_for: ClientFor, lawyer: Actor, case_id: UUID
) -> None:
    ids = papers(world, lawyer, case_id)
    form = sent(world, lawyer, case_id, ids, kind="iep", add_tags="hearing")
    with world.scope(lawyer):
        db.session.get_one(Document, ids[1]).title = "Somebody else's title"
        db.session.commit()
    before = state(world, lawyer, case_id)
    client = client_for(lawyer)
    answer = client.post(f"/cases/{case_id}/papers/change", data=form)
    assert answer.status_code == 409 and "Changed since: Somebody else&#39;s title" in answer.text
    assert 'value="hearing"' in answer.text, "what was typed survives"
    assert state(world, lawyer, case_id) == before and not any(tags(world, lawyer, case_id).values())
    gone = form | {"papers": f"{form['papers']} {uuid4()}:1", "submission": str(uuid4())}
    assert client.post(f"/cases/{case_id}/papers/change", data=gone).status_code == 409


def test_an_undo_is_refused_when_a_paper_was_touched_since(
    world: World, client_for: ClientFor, lawyer: Actor, case_id: UUID
) -> None:
    ids = papers(world, lawyer, case_id)
    form = sent(world, lawyer, case_id, ids, kind="iep")
    client = client_for(lawyer)
    client.post(f"/cases/{case_id}/papers/change", data=form)
    with world.scope(lawyer):
        db.session.get_one(Document, ids[1]).kind = "letter"
        db.session.commit()
    before = state(world, lawyer, case_id)
    answer = client.post(f"/cases/{case_id}/papers/changes/{form['submission']}/undo")
    assert answer.status_code == 409 and state(world, lawyer, case_id) == before


def test_opening_papers_to_more_people_must_be_confirmed(
    world: World, client_for: ClientFor, lawyer: Actor, case_id: UUID
) -> None:
    ids = papers(world, lawyer, case_id, visibility="privileged")
    form = sent(world, lawyer, case_id, ids, visibility="shared", kind="letter")
    client = client_for(lawyer)
    refused = client.post(f"/cases/{case_id}/papers/change", data=form)
    assert refused.status_code == 422 and "More people could open some of these papers" in refused.text
    assert {row.visibility for row in papers_of(world, lawyer, case_id)} == {"privileged"}
    assert client.post(f"/cases/{case_id}/papers/change", data=form | {"confirmed": "y"}).status_code == 422  # and why
    meant = {"confirmed": "y", "opened_because": "They are no advice."}
    assert client.post(f"/cases/{case_id}/papers/change", data=form | meant).status_code == 302
    assert {(row.visibility, row.kind) for row in papers_of(world, lawyer, case_id)} == {("shared", "letter")}


def test_what_came_with_an_email_is_closed_with_it_and_opened_again_by_the_undo(
    world: World, client_for: ClientFor, lawyer: Actor, case_id: UUID
) -> None:
    mail, part, other = papers(world, lawyer, case_id)
    with world.scope(lawyer):
        own = {"org_id": lawyer.org_id, "case_id": case_id, "parent_id": mail}
        db.session.add(DocumentPart(**own, position=1, name="a", document_id=part, is_own=True))
        db.session.add(DocumentPart(**own, position=2, name="b", document_id=other, is_own=False))
        db.session.commit()
    form = sent(world, lawyer, case_id, [mail], visibility="privileged")
    client = client_for(lawyer)
    client.post(f"/cases/{case_id}/papers/change", data=form)
    seen = {row.id: row.visibility for row in papers_of(world, lawyer, case_id)}
    assert seen == {mail: "privileged", part: "privileged", other: "shared"}
    client.post(f"/cases/{case_id}/papers/changes/{form['submission']}/undo", data={"confirmed": "y"})
    assert {row.visibility for row in papers_of(world, lawyer, case_id)} == {"shared"}


def test_papers_go_into_the_trash_and_come_back_together(
    world: World, client_for: ClientFor, lawyer: Actor, case_id: UUID
) -> None:
    ids = papers(world, lawyer, case_id)
    client = client_for(lawyer)
    form = sent(world, lawyer, case_id, ids[:2], act="trash")
    client.post(f"/cases/{case_id}/papers/change", data=form)
    assert [row.trashed_at is not None for row in papers_of(world, lawyer, case_id)] == [True, True, False]
    assert "Bring them back" in client.get(f"/cases/{case_id}/papers/change?show=trash&all=1").text
    client.post(f"/cases/{case_id}/papers/changes/{form['submission']}/undo")
    assert not any(row.trashed_at for row in papers_of(world, lawyer, case_id))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Choose at least one thing to change."),
        ({"document_on": "2999-01-01"}, "This day is in the future."),
        ({"document_on": "2026-01-01", "no_date": "y"}, "not both"),
        ({"add_tags": "x" * 61}, "too long"),
        ({"add_tags": ",".join(map(str, range(30)))}, "Use 20 tags or fewer."),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_changes(
    world: World, client_for: ClientFor, lawyer: Actor, case_id: UUID, fields: dict[str, str], words: str
) -> None:
    ids = papers(world, lawyer, case_id, 1)
    before = state(world, lawyer, case_id)
    answer = client_for(lawyer).post(
        f"/cases/{case_id}/papers/change", data=sent(world, lawyer, case_id, ids, **fields)
    )
    assert answer.status_code == 422 and words in answer.text and state(world, lawyer, case_id) == before


def test_the_binder_goes_by_kind_and_then_by_date(
    world: World, client_for: ClientFor, lawyer: Actor, case_id: UUID
) -> None:
    for number, (kind, day) in enumerate(
        [
            ("letter", "2026-01-02"),
            ("iep", "2025-03-01"),
            ("letter", ""),
            ("iep", "2026-03-01"),
            ("letter", "2025-01-02"),
        ]
    ):
        when = date.fromisoformat(day) if day else None
        add(world, lawyer, case_id, b"%d" % number, f"p{number}.txt", kind=kind, document_on=when, title=f"P{number}")
    add(world, lawyer, case_id, b"own", "own.txt", kind="letter", visibility="internal", title="Ours alone")

    def order(address: str = "", actor: Actor = lawyer) -> list[str]:
        text = client_for(actor).get(f"/cases/{case_id}/papers/binder{address}").text
        return [
            name
            for _place, name in sorted(
                (text.find(f">{n}<"), n) for n in (*["P0", "P1", "P2", "P3", "P4"], "Ours alone") if f">{n}<" in text
            )
        ]

    assert list(DOCUMENT_KINDS).index("iep") < list(DOCUMENT_KINDS).index("letter")
    assert order() == ["P3", "P1", "P0", "P4", "Ours alone", "P2"]
    assert order("?order=oldest&show=all") == ["P1", "P3", "P4", "P0", "Ours alone", "P2"]
    assert order("?kind=letter&since=2026-01-01") == ["P0"]
    assert order(actor=world.guest(case_id, lawyer.org_id)) == ["P3", "P1", "P0", "P4", "P2"]
    with world.scope(lawyer):
        case = db.session.get_one(Case, case_id)
        counts = queries.binder(case, frozenset({"shared"}), PaperFilter(), oldest_first=False).counts
    assert [(one.kind, one.count) for one in counts] == [("iep", 2), ("letter", 3)]


def test_tags_are_filtered_renamed_joined_and_taken_off(
    world: World, client_for: ClientFor, lawyer: Actor, case_id: UUID
) -> None:
    one, two, three = papers(world, lawyer, case_id)
    client = client_for(lawyer)
    for ids, words in (([one, two], "Reading"), ([two, three], "Literacy")):
        client.post(f"/cases/{case_id}/papers/change", data=sent(world, lawyer, case_id, ids, add_tags=words))
    page = client.get(f"/cases/{case_id}/papers?tag=reading").text
    assert "2 papers found" in page and "Note 2" not in page and ">Reading (2)<" in page
    edit = f"/cases/{case_id}/papers/tags/edit?tag=literacy"
    assert client.post(edit, data={"name": ""}).status_code == 422
    assert client.post(edit, data={"name": "READING"}, follow_redirects=True).text.count(">Reading<") == 1
    assert tags(world, lawyer, case_id) == {one: ["Reading"], two: ["Reading"], three: ["Reading"]}
    client.post(f"/cases/{case_id}/papers/tags/edit?tag=reading", data={"name": "reading help"})
    client.post(f"/cases/{case_id}/papers/tags/edit?tag=reading+help", data={"remove": "1", "name": "x"})
    assert not any(tags(world, lawyer, case_id).values())
    assert client.get(edit).status_code == 404


def test_a_tag_of_papers_that_a_person_may_not_see_is_not_told(
    world: World, client_for: ClientFor, lawyer: Actor, case_id: UUID
) -> None:
    ids = papers(world, lawyer, case_id, 1, visibility="privileged")
    client_for(lawyer).post(
        f"/cases/{case_id}/papers/change", data=sent(world, lawyer, case_id, ids, add_tags="settlement line")
    )
    guest = client_for(world.guest(case_id, lawyer.org_id))
    for path in ("", "/binder", "/tags", "?tag=settlement+line"):
        assert "settlement line</" not in guest.get(f"/cases/{case_id}/papers{path}").text


def test_the_edit_form_keeps_tags_and_author(world: World, client_for: ClientFor, lawyer: Actor, case_id: UUID) -> None:
    (paper,) = papers(world, lawyer, case_id, 1)
    client = client_for(lawyer)
    form = {"title": "Note", "kind": "letter", "visibility": "shared", "author": "Dr. Lee", "tags": "bus, Reading"}
    client.post(f"/cases/{case_id}/papers/{paper}/edit", data=form | {"version": "1"})
    assert tags(world, lawyer, case_id)[paper] == ["bus", "Reading"]
    page = client.get(f"/cases/{case_id}/papers/{paper}").text
    assert "Dr. Lee" in page and ">Reading</a>" in page
    stale = client.post(f"/cases/{case_id}/papers/{paper}/edit", data=form | {"version": "1", "tags": "bus"})
    assert stale.status_code == 409 and "bus, Reading" in stale.text


ROUTES = [
    ("GET", "/binder", "read"),
    ("GET", "/tags", "read"),
    ("GET", "/change", "edit"),
    ("POST", "/change", "edit"),
    ("GET", "/changes", "edit"),
    ("GET", "/changes/{change}", "edit"),
    ("POST", "/changes/{change}/undo", "edit"),
    ("GET", "/tags/edit", "edit"),
    ("POST", "/tags/edit", "edit"),
]


def test_doors(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id, other = world.case(lawyer), world.case(lawyer)
    with world.scope(lawyer):
        change = PaperChange(org_id=lawyer.org_id, case_id=other, words="kind", papers=[])
        db.session.add(change)
        db.session.commit()
        change_id = change.id
    stranger, own = client_for(None), client_for(lawyer)
    outside = [
        client_for(one) for one in (world.guest(other, lawyer.org_id, "attorney"), world.person("owner", "firm"))
    ]
    readers = [client_for(world.guest(case_id, lawyer.org_id, role)) for role in ("viewer", "parent")]
    for method, path, permission in ROUTES:
        address = f"/cases/{case_id}/papers{path.format(change=change_id)}"
        answer = stranger.open(address, method=method)
        assert answer.status_code == 302 and "/sign-in" in answer.location, address
        assert {one.open(address, method=method).status_code for one in outside} == {404}, address
        expected = 200 if permission == "read" else 403
        assert {one.open(address, method=method).status_code for one in readers} == {expected}, address
        if "{change}" in path:  # a change of another case
            assert own.open(address, method=method).status_code == 404, address
