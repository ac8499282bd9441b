"""Several photos become one paper, and each is kept as it came."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from casemgr.cases.models import Case
from casemgr.documents.models import Document, DocumentPart
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.holds import services as holds
from casemgr.photos import services, tasks
from casemgr.photos.models import Photo, PhotoSet
from casemgr.platform.columns import now
from tests.documents.paper import add, papers_of, pdf
from tests.photos.shoot import corners_seen, jpeg, photo, sheet
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]
SHEET = jpeg(photo(sheet(), corners_seen(tilt=-30)).resize((750, 1000)), 6)


def picture(color: str, size: tuple[int, int] = (300, 400)) -> bytes:
    return jpeg(Image.new("RGB", size, color))


def shoot(client: FlaskClient, url: str, *photos: tuple[str, bytes], **more: str) -> TestResponse:
    files = [(io.BytesIO(data), name) for name, data in photos]
    return client.post(url, data={"photos": files, **more})


def begin(client: FlaskClient, case_id: UUID, *photos: tuple[str, bytes]) -> str:
    """Begin a paper with photos, and return its address."""
    answer = shoot(client, f"/cases/{case_id}/papers/photograph", *photos, visibility="shared")
    assert answer.status_code == 302
    return answer.location.split("#")[0]


def pages(world: World, actor: Actor, url: str) -> list[Photo]:
    with world.scope(actor):
        found = select(Photo).where(Photo.set_id == UUID(url.rsplit("/", 1)[1])).order_by(Photo.position)
        rows = db.session.scalars(found).all()
        db.session.expunge_all()
        return list(rows)


def look(world: World, actor: Actor, url: str) -> None:
    """Run the jobs' own function in this process."""
    for row in pages(world, actor, url):
        with world.scope(actor):
            tasks.look_at.func.__wrapped__(case_id=str(row.case_id), photo_id=str(row.id))


def make(world: World, actor: Actor, case_id: UUID, url: str) -> None:
    given = {"case_id": str(case_id), "set_id": url.rsplit("/", 1)[1], "by_id": str(actor.user_id)}
    with world.scope(actor):
        tasks.make.func.__wrapped__(**given, visible=["shared", "internal", "privileged", "mediation"])


def names(world: World, actor: Actor, url: str) -> list[str]:
    with world.scope(actor):
        return [db.session.get_one(Document, row.document_id).original_name for row in pages_in(url)]


def pages_in(url: str) -> list[Photo]:
    found = select(Photo).where(Photo.set_id == UUID(url.rsplit("/", 1)[1])).order_by(Photo.position)
    return list(db.session.scalars(found))


def test_photos_in_order_become_one_paper_and_stay_as_they_came(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client = client_for(parent)
    photos = {"1.jpg": picture("navy"), "2.jpg": SHEET, "3.jpg": picture("olive", (400, 300))}
    url = begin(client, case_id, ("1.jpg", photos["1.jpg"]), ("2.jpg", photos["2.jpg"]))
    assert shoot(client, f"{url}/photos", ("3.jpg", photos["3.jpg"])).status_code == 302
    page = client.get(url).text
    assert "Looking for the sheet" in page and client.get(f"{url}/state").json["total"] == 3
    assert "still looked at" in client.post(url, data={"title": "IEP"}).text
    look(world, parent, url)
    one, two, three = pages(world, parent, url)
    assert [row.state for row in (one, two, three)] == ["none", "found", "none"]
    assert client.get(f"{url}/state").json["state"] == "done"
    crop = client.get(f"{url}/photos/{two.id}/crop")
    assert crop.mimetype == "image/jpeg" and crop.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"{url}/photos/{one.id}/crop").status_code == 404
    for row, act in ((two, "earlier"), (three, "turn"), (three, "later"), (two, "whole"), (two, "crop")):
        assert client.post(f"{url}/photos/{row.id}", data={"act": act}).status_code == 302
    assert names(world, parent, url) == ["2.jpg", "1.jpg", "3.jpg"]
    assert client.post(f"{url}/photos/{two.id}", data={"act": "eat"}).status_code == 400

    for _ in range(2):  # a double click
        assert client.post(url, data={"title": "IEP draft of March 3, 2026"}).status_code == 302
    for _ in range(2):  # a worker that was killed after its commit comes again
        make(world, parent, case_id, url)
    (paper,) = [row for row in papers_of(world, parent, case_id) if not row.is_source]
    assert client.get(url).location.endswith(str(paper.id))
    assert (paper.title, paper.kind, paper.media_type) == ("IEP draft of March 3, 2026", "iep", "application/pdf")
    with world.scope(parent):
        made = b"".join(store().open_stream(parent.org_id, paper.sha256))
        parts = db.session.scalars(select(DocumentPart).where(DocumentPart.parent_id == paper.id)).all()
        assert [(part.position, part.name, part.is_own) for part in sorted(parts, key=lambda part: part.position)] == [
            (1, "2.jpg", True),
            (2, "1.jpg", True),
            (3, "3.jpg", True),
        ]
    with pikepdf.open(io.BytesIO(made)) as pdf_file:
        shapes = [float(page.mediabox[3]) / float(page.mediabox[2]) for page in pdf_file.pages]
        assert shapes == pytest.approx([11 / 8.5, 4 / 3, 4 / 3], abs=0.02)
    told = " ".join(entry["words"] for entry in paper.custody)
    for name, data in photos.items():
        source = next(row for row in papers_of(world, parent, case_id) if row.original_name == name)
        assert source.sha256 == hashlib.sha256(data).hexdigest() and source.sha256 in told and source.is_source
        assert client.get(f"/cases/{case_id}/papers/{source.id}/download").data == data
        assert "Became a page of “IEP draft" in " ".join(entry["words"] for entry in source.custody)
    listed = client.get(f"/cases/{case_id}/papers").text
    assert "IEP draft of March 3" in listed and "1 paper<" in listed and "photograph/" not in listed
    assert "The photos it was made of" in client.get(f"/cases/{case_id}/papers/{paper.id}").text


def test_what_is_no_photo_or_is_there_already_is_left_out_with_a_word(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client = client_for(parent)
    url = begin(client, case_id, ("a.jpg", picture("navy")), ("b.jpg", picture("navy")), ("notes.pdf", pdf()))
    page = client.get(url).text
    assert "1 photo added." in page and "b.jpg: This very photo" in page and "notes.pdf: This is not a picture" in page
    assert len(pages(world, parent, url)) == len(papers_of(world, parent, case_id)) == 1
    answer = shoot(client, f"/cases/{case_id}/papers/photograph", visibility="shared")
    assert answer.status_code == 422 and "Take a photo, or choose one." in answer.text


def test_a_photo_that_was_a_paper_before_stays_one(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    before = add(world, parent, case_id, picture("navy"), "before.jpg")
    client = client_for(parent)
    url = begin(client, case_id, ("again.jpg", picture("navy")), ("new.jpg", picture("teal")))
    for row in pages(world, parent, url):
        client.post(f"{url}/photos/{row.id}", data={"act": "remove"})
    papers = {row.original_name: row for row in papers_of(world, parent, case_id)}
    assert papers["before.jpg"].id == before and papers["before.jpg"].trashed_at is None
    assert papers["new.jpg"].trashed_at is not None and not papers["new.jpg"].is_source
    assert "Add the first one below" in client.get(url).text
    assert client.post(url, data={"title": "Nothing"}).status_code == 422


def test_nothing_of_a_case_on_hold_goes_to_the_trash(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client = client_for(parent)
    url = begin(client, case_id, ("a.jpg", picture("navy")))
    with world.scope(parent):
        holds.set_hold(db.session.get_one(Case, case_id), "A hearing is near.", by=world.user(parent))
    assert client.post(f"{url}/give-up").status_code == 302
    (paper,) = papers_of(world, parent, case_id)
    assert paper.trashed_at is None and not paper.is_source
    with world.scope(parent):
        assert db.session.scalars(select(PhotoSet)).all() == []


def test_a_damaged_photo_is_named_and_the_others_become_a_paper(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client = client_for(parent)
    url = begin(client, case_id, ("good.jpg", picture("navy")), ("bad.jpg", b"\xff\xd8\xff\xe0 nothing"))
    look(world, parent, url)
    assert "This photo cannot be opened" in client.get(url).text
    refused = client.post(url, data={"title": "Letter"})
    assert refused.status_code == 422 and "Remove it first" in refused.text and 'value="Letter"' in refused.text


def test_photos_of_a_paper_that_nobody_finished_are_listed_after_a_month(
    world: World, client_for: ClientFor, app: Flask
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client = client_for(parent)
    old, young = (begin(client, case_id, (f"{color}.jpg", picture(color))) for color in ("navy", "teal"))
    papers = f"/cases/{case_id}/papers"
    assert "2 papers not finished" in client.get(papers).text
    with world.scope(parent):
        long_ago = {"created_at": now() - timedelta(days=31)}
        db.session.execute(update(PhotoSet).where(PhotoSet.id == UUID(old.rsplit("/", 1)[1])).values(long_ago))
        db.session.commit()
    with app.app_context():
        assert services.let_go() == 1
    assert {row.original_name: row.is_source for row in papers_of(world, parent, case_id)} == {
        "navy.jpg": False,
        "teal.jpg": True,
    }
    assert client.get(old).status_code == 404 and client.get(young).status_code == 200
    assert "1 paper not finished" in client.get(papers).text


DOORS = [
    ("GET", ""),
    ("POST", ""),
    ("GET", "/{set}"),
    ("POST", "/{set}"),
    ("POST", "/{set}/photos"),
    ("POST", "/{set}/photos/{photo}"),
    ("POST", "/{set}/give-up"),
    ("GET", "/{set}/state"),
    ("GET", "/{set}/photos/{photo}/whole"),
]


def test_a_paper_in_the_making_is_its_makers_alone(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id, other_case = world.case(lawyer), world.case(lawyer)
    begun = begin(client_for(lawyer), case_id, ("a.jpg", picture("navy")))
    (row,) = pages(world, lawyer, begun)
    stranger, lawyers = client_for(None), client_for(lawyer)
    outsiders = [client_for(world.guest(other_case, lawyer.org_id)), client_for(world.person("attorney", "firm"))]
    viewers = [world.person("viewer", org_id=lawyer.org_id), world.guest(case_id, lawyer.org_id, "viewer")]
    colleague = client_for(world.person("attorney", org_id=lawyer.org_id))
    for method, path in DOORS:
        here = path.format(set=row.set_id, photo=row.id)
        url = f"/cases/{case_id}/papers/photograph{here}"
        asked = stranger.open(url, method=method)
        assert asked.status_code == 302 and "/sign-in" in asked.location, path
        assert [one.open(url, method=method).status_code for one in outsiders] == [404, 404], path
        assert [client_for(one).open(url, method=method).status_code for one in viewers] == [403, 403], path
        if path:
            assert colleague.open(url, method=method).status_code == 404, path
            elsewhere = f"/cases/{other_case}/papers/photograph{here}"
            assert lawyers.open(elsewhere, method=method).status_code == 404, path
    assert len(pages(world, lawyer, begun)) == 1
