"""The list, the page of one paper, its original, its details and the trash."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select, update

from casemgr.audit.models import AuditEvent
from casemgr.cases.models import Case
from casemgr.documents import queries
from casemgr.documents.models import Document, DocumentPage
from casemgr.documents.store import store
from casemgr.extensions import db
from tests.documents.paper import add, papers_of, pdf, png
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


def details(paper: Document, **changes: str) -> dict[str, str]:
    """What the edit form sends, as it was filled for this paper."""
    form = {
        "title": paper.title,
        "kind": paper.kind,
        "document_on": paper.document_on.isoformat() if paper.document_on else "",
        "visibility": paper.visibility,
        "note": paper.note,
        "version": str(paper.version),
    }
    return form | changes


def actions(world: World, actor: Actor, paper: UUID) -> list[str]:
    with world.scope(actor):
        rows = db.session.scalars(
            select(AuditEvent.action).where(AuditEvent.subject_id == paper).order_by(AuditEvent.at)
        )
        return list(rows)


def test_an_empty_case_says_what_papers_are_for(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    page = client_for(parent).get(f"/cases/{world.case(parent)}/papers").text
    assert "No papers yet" in page and "Choose files" in page


def test_the_list_filters_sorts_and_pages(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    for number in range(27):
        add(world, lawyer, case_id, b"paper %d\n" % number, f"{date(2026, 1, 1) + timedelta(number)} note {number}.txt")
    add(world, lawyer, case_id, name="IEP 100% done.pdf", visibility="internal", kind="iep")
    client = client_for(lawyer)

    def titles(query: str = "") -> list[str]:
        page = client.get(f"/cases/{case_id}/papers?{query}").text
        return [part.split("</span>")[0] for part in page.split("</span><span>")[1:] if "</a>" in part[:400]]

    first = client.get(f"/cases/{case_id}/papers").text
    assert "28 papers" in first and "Page 1 of 2" in first and "IEP 100% done" in first
    assert titles("text=100%25") == ["IEP 100% done"]
    assert titles("text=_") == []
    assert titles("kind=iep") == titles("visibility=internal") == ["IEP 100% done"]
    assert titles("sort=date")[0] == "Note 26" and titles("sort=oldest")[0] == "Note 0"
    assert len(titles("page=2")) == 3 == len(titles("page=999"))
    assert client.get(f"/cases/{case_id}/papers?kind=nonsense&page=-4&sort=x&visibility=y").status_code == 200
    assert "No paper fits" in client.get(f"/cases/{case_id}/papers?text=zzz").text


def test_the_number_of_queries_does_not_grow_with_the_papers(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client = client_for(parent)
    with world.app.app_context():
        engine = db.engine
    seen: list[str] = []

    def count(*statement: Any) -> None:
        seen.append(statement[2])

    event.listen(engine, "before_cursor_execute", count)
    counts = []
    for wanted in (1, 20):
        for number in range(len(papers_of(world, parent, case_id)), wanted):
            add(world, parent, case_id, b"%d\n" % number, f"{number}.txt")
        seen.clear()
        client.get(f"/cases/{case_id}/papers")
        counts.append(len(seen))
    event.remove(engine, "before_cursor_execute", count)
    assert counts[0] == counts[1]


def test_two_papers_with_the_same_bytes_are_marked(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    add(world, lawyer, case_id, pdf("x"), "first.pdf")
    with world.scope(lawyer):
        original = db.session.scalars(select(Document).where(Document.case_id == case_id)).one()
        values = {column.name: getattr(original, column.name) for column in Document.__table__.columns}
        twin = Document(**{**values, "id": None, "title": "Second"})
        db.session.add(twin)
        db.session.flush()
        twin_id = twin.id
        db.session.commit()
    client = client_for(lawyer)
    assert client.get(f"/cases/{case_id}/papers").text.count("Same file<") == 2
    assert "The same file is here under another title" in client.get(f"/cases/{case_id}/papers/{twin_id}").text


def test_the_original_comes_back_bit_for_bit_under_its_own_name_and_is_recorded(
    world: World, client_for: ClientFor
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    data = pdf("original")
    paper = add(world, parent, case_id, data, "Müller – “IEP”; 1.pdf")
    answer = client_for(parent).get(f"/cases/{case_id}/papers/{paper}/download")
    assert answer.data == data
    assert answer.headers["Content-Length"] == str(len(data))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment; ") and "filename*=UTF-8''M%C3%BCller" in disposition
    assert actions(world, parent, paper) == ["documents:document:add", "documents:document:download"]
    assert "Downloaded." in client_for(parent).get(f"/cases/{case_id}/papers/{paper}").text


def test_a_missing_original_is_said_and_not_recorded_as_a_download(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id)
    with world.scope(parent):
        store().delete(parent.org_id, papers_of(world, parent, case_id)[0].sha256)
    answer = client_for(parent).get(f"/cases/{case_id}/papers/{paper}/download")
    assert answer.status_code == 404 and "stored file is missing" in answer.text
    assert actions(world, parent, paper) == ["documents:document:add"]


def test_details_are_saved_and_recorded(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, name="scan.pdf")
    (row,) = papers_of(world, parent, case_id)
    form = details(
        row, title=" IEP of spring ", kind="iep", document_on="2026-04-17", note="a\x00b\nc", source="Team chair"
    )
    answer = client_for(parent).post(f"/cases/{case_id}/papers/{paper}/edit", data=form, follow_redirects=True)
    assert "IEP of spring" in answer.text and "April 17, 2026" in answer.text
    (row,) = papers_of(world, parent, case_id)
    assert (row.title, row.kind, row.note, row.source) == ("IEP of spring", "iep", "ab\nc", "Team chair")
    assert actions(world, parent, paper)[-1] == "documents:document:edit"


@pytest.mark.parametrize(
    "change, words",
    [
        ({"title": "  "}, "Give the paper a title."),
        ({"title": "x" * 301}, "300 characters"),
        ({"kind": "novel"}, "Not a valid choice"),
        ({"document_on": "2199-01-01"}, "in the future"),
        ({"document_on": "17/4/26"}, "Not a valid date"),
        ({"visibility": "everyone"}, "Not a valid choice"),
    ],
)
def test_details_that_make_no_sense_are_refused_and_stay_typed(
    change: dict[str, str], words: str, world: World, client_for: ClientFor
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id)
    (row,) = papers_of(world, parent, case_id)
    form = details(row, note="typed by me") | change
    answer = client_for(parent).post(f"/cases/{case_id}/papers/{paper}/edit", data=form)
    assert answer.status_code == 422
    assert words in answer.text and "typed by me" in answer.text
    assert papers_of(world, parent, case_id)[0].note == ""


def test_the_second_of_two_people_sees_both_versions_and_keeps_the_typed_text(
    world: World, client_for: ClientFor
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id)
    (row,) = papers_of(world, parent, case_id)
    client = client_for(parent)
    url = f"/cases/{case_id}/papers/{paper}/edit"
    assert client.post(url, data=details(row, title="The first title")).status_code == 302
    answer = client.post(url, data=details(row, title="The second title"))
    assert answer.status_code == 409
    assert "The first title" in answer.text and 'value="The second title"' in answer.text
    (now,) = papers_of(world, parent, case_id)
    assert now.title == "The first title"
    assert f'name="version" type="hidden" value="{now.version}"' in answer.text
    assert client.post(url, data=details(now, title="The second title")).status_code == 302


@pytest.mark.parametrize(
    "before, after, asks",
    [
        ("privileged", "shared", True),
        ("internal", "shared", True),
        ("mediation", "shared", True),
        ("privileged", "mediation", True),
        ("internal", "mediation", True),
        ("privileged", "internal", False),
        ("shared", "privileged", False),
        ("shared", "mediation", False),
        ("mediation", "internal", False),
    ],
)
def test_showing_a_paper_to_more_people_asks_first(
    before: str, after: str, asks: bool, world: World, client_for: ClientFor
) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    paper = add(world, lawyer, case_id, visibility=before)
    (row,) = papers_of(world, lawyer, case_id)
    client = client_for(lawyer)
    url = f"/cases/{case_id}/papers/{paper}/edit"
    answer = client.post(url, data=details(row, visibility=after))
    assert answer.status_code == (422 if asks else 302)
    if asks:
        assert papers_of(world, lawyer, case_id)[0].visibility == before
        assert "give up the privilege" in answer.text
        client.post(url, data=details(row, visibility=after, confirmed="y", opened_because="It is no advice."))
    (row,) = papers_of(world, lawyer, case_id)
    assert row.visibility == after
    assert row.custody[-1]["act"] == "visibility"


def test_the_trash_takes_a_paper_out_of_the_lists_and_gives_it_back(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, name="Zebra.pdf")
    client = client_for(parent)
    base = f"/cases/{case_id}/papers"
    assert "you can bring it back" in client.get(f"{base}/{paper}/trash").text
    assert client.post(f"{base}/{paper}/trash", data={"version": "1"}, follow_redirects=True).status_code == 200
    listed = client.get(base).text
    assert "Papers in the trash (1)" in listed and "Zebra" not in listed
    assert "Zebra" in client.get(f"{base}?show=trash").text
    assert "This paper is in the trash" in client.get(f"{base}/{paper}").text
    assert client.get(f"{base}/{paper}/download").data == pdf("Zebra.pdf")
    with world.scope(parent):
        case = db.session.get_one(Case, case_id)
        assert queries.choices(case, {"shared"}) == [] == queries.newest(case, {"shared"})
    assert client.post(f"{base}/{paper}/restore").status_code == 302
    assert "Zebra" in client.get(base).text
    assert actions(world, parent, paper)[-1] == "documents:document:restore"


def test_a_trash_button_on_an_old_page_does_nothing(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id)
    (row,) = papers_of(world, parent, case_id)
    client = client_for(parent)
    client.post(f"/cases/{case_id}/papers/{paper}/edit", data=details(row, title="Newer"))
    answer = client.post(f"/cases/{case_id}/papers/{paper}/trash", data={"version": "1"}, follow_redirects=True)
    assert "Someone changed this paper after you opened it" in answer.text
    assert papers_of(world, parent, case_id)[0].trashed_at is None


def test_a_duplicate_of_a_paper_in_the_trash_leads_there(world: World, client_for: ClientFor) -> None:
    from tests.documents.paper import send

    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, pdf("again"), "a.pdf")
    client = client_for(parent)
    client.post(f"/cases/{case_id}/papers/{paper}/trash", data={"version": "1"})
    answer = send(client, case_id, "b.pdf", pdf("again"))
    assert answer.json["duplicate"] and "in the trash" in answer.json["message"]


def test_a_page_that_says_attorney_client_offers_to_close_the_paper(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id)
    with world.scope(parent):
        page = DocumentPage(
            org_id=parent.org_id, case_id=case_id, document_id=paper, number=1, width=0, height=0,
            image_sha256="", thumb_sha256="", text="ATTORNEY–CLIENT PRIVILEGED\nDear Ms. Example,",
        )  # fmt: skip
        db.session.add(page)
        db.session.execute(update(Document.__table__).where(Document.id == paper).values(preview_state="ready"))
        db.session.commit()
    client = client_for(parent)
    assert "This may be privileged" in client.get(f"/cases/{case_id}/papers/{paper}").text
    client.post(f"/cases/{case_id}/papers/{paper}/privileged", data={"version": "1"})
    assert papers_of(world, parent, case_id)[0].visibility == "privileged"
    assert "This may be privileged" not in client.get(f"/cases/{case_id}/papers/{paper}").text


def test_a_picture_is_sent_only_as_a_picture_that_we_drew(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id)
    with world.scope(parent):
        drawn = store().put_bytes(parent.org_id, png()).sha256
        page = store().put_bytes(parent.org_id, b"<html><script>alert(1)</script>").sha256
        for number, sha256 in ((1, drawn), (2, page), (3, "")):
            row = DocumentPage(
                org_id=parent.org_id, case_id=case_id, document_id=paper, number=number, width=120, height=160,
                image_sha256=sha256, thumb_sha256=sha256,
            )  # fmt: skip
            db.session.add(row)
        db.session.commit()
    client = client_for(parent)
    base = f"/cases/{case_id}/papers/{paper}/pages"
    answer = client.get(f"{base}/1")
    assert answer.mimetype == "image/png" and answer.data == png()
    assert answer.headers["Content-Disposition"] == "inline"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    again = client.get(f"{base}/1", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and again.data == b""
    assert client.get(f"{base}/1/thumb").status_code == 200
    assert [client.get(f"{base}/{number}").status_code for number in (2, 3, 4, 10**9)] == [404] * 4
