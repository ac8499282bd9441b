"""A file that comes in pieces: how far it is, what may go on, and what it becomes."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

import config
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.platform.columns import now
from casemgr.storage.objects import StoreUnavailable
from casemgr.uploads import parts, services
from casemgr.uploads.models import Upload
from tests.documents.paper import papers_of, pdf, stored_objects
from tests.uploads.tus import TUS, begin, offset, patch, send
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]
CALL = b"RIFF\x00\x00\x00\x03WAVEfmt " + b"\x07" * 300_000


def staged(settings: config.Settings, actor: Actor) -> list[Path]:
    folder = settings.data_dir / "uploads" / str(actor.org_id)
    return [path for path in folder.glob("*") if path.suffix != ".lock"] if folder.exists() else []


def rows(world: World, actor: Actor) -> list[Upload]:
    with world.scope(actor):
        found = db.session.scalars(select(Upload).order_by(Upload.created_at)).all()
        db.session.expunge_all()
        return list(found)


def test_a_file_in_three_pieces_is_one_paper_with_its_bytes_and_what_was_said(
    world: World, client_for: ClientFor, settings: config.Settings
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client = client_for(parent)
    begun = begin(client, case_id, "2026-10-07 call.wav", len(CALL), field_source="Dr. Léa", field_received_how="email")
    assert begun.status_code == 201 and begun.headers["Tus-Resumable"] == "1.0.0" and begun.headers["Upload-Expires"]
    url = begun.location
    for start in (0, 100_000, 200_000):
        assert offset(client, url) == start
        assert papers_of(world, parent, case_id) == [] and stored_objects(world, parent) == set()
        piece = CALL[start : start + 100_000] if start < 200_000 else CALL[start:]
        answer = patch(client, url, start, piece)
        assert answer.status_code == 204 and answer.headers["Upload-Offset"] == str(start + len(piece))
    told = client.get(url).json
    assert (told["state"], told["ok"], told["duplicate"]) == ("done", True, False)
    (paper,) = papers_of(world, parent, case_id)
    assert told["url"].endswith(str(paper.id)) and offset(client, url) == len(CALL)
    assert (paper.source, paper.received_how, paper.original_name) == ("Dr. Léa", "email", "2026-10-07 call.wav")
    assert (paper.sha256, paper.size) == (hashlib.sha256(CALL).hexdigest(), len(CALL))
    with world.scope(parent):
        assert b"".join(store().open_stream(parent.org_id, paper.sha256)) == CALL
    assert staged(settings, parent) == []
    assert patch(client, url, len(CALL), b"").status_code == 204  # the answer was lost; it is the same
    assert len(papers_of(world, parent, case_id)) == 1


def test_the_same_bytes_again_are_named_as_the_paper_that_is_there(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client = client_for(parent)
    first, again = (client.get(send(client, case_id, name, pdf())).json for name in ("iep.pdf", "other.pdf"))
    assert again["duplicate"] and again["url"] == first["url"] and len(papers_of(world, parent, case_id)) == 1


def test_a_file_that_is_refused_leaves_nothing_and_the_answer_can_be_read_again(
    world: World, client_for: ClientFor, settings: config.Settings
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client = client_for(parent)
    url = begin(client, case_id, "page.html", 20).location
    refused = patch(client, url, 0, b"<!doctype html><p>hi")
    assert refused.status_code == 415 and "web page" in refused.json["message"]
    assert client.get(url).json["ok"] is False and patch(client, url, 20, b"").status_code == 415
    assert papers_of(world, parent, case_id) == [] and stored_objects(world, parent) == set()
    assert staged(settings, parent) == []


def test_a_large_program_is_refused_after_its_first_piece(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    url = begin(client_for(parent), case_id, "movie.mp4", 200_000_000).location
    refused = patch(client_for(parent), url, 0, b"MZ\x90\x00" + b"\x00" * 70_000)
    assert refused.status_code == 415 and "program" in refused.json["message"]


WRONG = [
    pytest.param({"Upload-Offset": "7"}, 409, id="pieces out of order"),
    pytest.param({"Upload-Offset": "x"}, 400, id="no number"),
    pytest.param({"Tus-Resumable": "0.2.2"}, 412, id="another version"),
    pytest.param({"Content-Type": "text/plain"}, 415, id="another type"),
    pytest.param({"Upload-Checksum": "sha256 AAAA"}, 460, id="damaged on its way"),
    pytest.param({"Upload-Checksum": "md5 AAAA"}, 400, id="a checksum nobody knows"),
    pytest.param({"Upload-Checksum": "sha256 ä"}, 400, id="a checksum that is none"),
]


@pytest.mark.parametrize("headers, status", WRONG)
def test_a_piece_that_is_not_right_changes_nothing(
    headers: dict[str, str], status: int, world: World, client_for: ClientFor
) -> None:
    parent = world.person()
    client = client_for(parent)
    url = begin(client, world.case(parent), "call.wav", 100).location
    patch(client, url, 0, b"RIFF")
    sent = TUS | {"Upload-Offset": "4", "Content-Type": "application/offset+octet-stream"} | headers
    assert client.patch(url, data=b"rest", headers=sent).status_code == status
    assert offset(client, url) == 4


def test_a_piece_with_its_checksum_is_kept_and_one_that_is_too_long_is_not(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    client = client_for(parent)
    url = begin(client, world.case(parent), "call.wav", 10).location
    digest = base64.b64encode(hashlib.sha1(b"RIFF").digest()).decode()
    assert patch(client, url, 0, b"RIFF", Upload_Checksum=f"sha1 {digest}").status_code == 204
    assert patch(client, url, 4, b"x" * 7).status_code == 413
    assert offset(client, url) == 4


@pytest.mark.parametrize(
    "size, told, status, words",
    [
        (0, {}, 422, "empty"),
        (300 * 1024 * 1024 + 1, {}, 413, "300 MB"),
        (9, {"field_visibility": "public"}, 422, "Who may see them"),
        (9, {"field_received_on": "2199-01-01"}, 422, "in the future"),
    ],
)
def test_what_cannot_be_taken_is_refused_before_it_is_sent(
    size: int, told: dict[str, str], status: int, words: str, world: World, client_for: ClientFor
) -> None:
    parent = world.person()
    answer = begin(client_for(parent), world.case(parent), "a.pdf", size, **told)
    assert answer.status_code == status and words in answer.json["message"]
    assert rows(world, parent) == []


def test_a_file_for_which_there_is_no_room_is_refused_with_how_much_there_is(
    world: World, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client = client_for(parent)
    url = begin(client, case_id, "call.wav", 2_000_000).location
    patch(client, url, 0, b"RIFF")
    monkeypatch.setattr(parts, "room", lambda: 3_000_000)
    refused = begin(client, case_id, "film.mp4", 2_000_000)
    assert refused.status_code == 507
    assert "this file has 2.0 MB, and 1.0 MB can be taken" in refused.json["message"]
    monkeypatch.setattr(parts, "room", lambda: 3)
    refused = patch(client, url, 4, b"x" * 4)
    assert refused.status_code == 507 and "goes on where it was" in refused.json["what_to_do"]
    assert offset(client, url) == 4


def test_a_disk_that_fills_up_in_a_piece_keeps_what_was_there_before(
    world: World, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = world.person()
    client = client_for(parent)
    url = begin(client, world.case(parent), "call.wav", len(CALL)).location
    patch(client, url, 0, CALL[:1000])
    whole = parts._write

    def full(file: object, piece: bytes) -> None:
        whole(file, piece[:500])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parts, "_write", full)
    assert patch(client, url, 1000, CALL[1000:]).status_code == 507
    assert offset(client, url) == 1000
    monkeypatch.setattr(parts, "_write", whole)
    assert patch(client, url, 1000, CALL[1000:]).status_code == 204


def test_while_one_tab_sends_another_waits_and_then_goes_on(world: World, client_for: ClientFor, app: Flask) -> None:
    parent = world.person()
    client = client_for(parent)
    url = begin(client, world.case(parent), "call.wav", 8).location
    with app.app_context(), parts.alone_with(parts.place(parent.org_id, UUID(url.rsplit("/", 1)[1]))):
        assert patch(client, url, 0, b"RIFF").status_code == 423
    assert patch(client, url, 0, b"RIFF").status_code == 204


def test_a_store_that_is_away_loses_nothing(
    world: World, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client = client_for(parent)
    url = begin(client, case_id, "call.wav", len(CALL)).location

    def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("It is away.")

    with app.app_context():
        kept = store()
    monkeypatch.setattr(type(kept), "put_file", away)
    assert patch(client, url, 0, CALL).status_code == 503
    assert offset(client, url) == len(CALL) and client.get(url).json == {"state": "receiving"}
    monkeypatch.undo()
    assert patch(client, url, len(CALL), b"").status_code == 204
    assert len(papers_of(world, parent, case_id)) == 1


def test_what_was_given_up_is_gone(world: World, client_for: ClientFor, settings: config.Settings) -> None:
    parent = world.person()
    client = client_for(parent)
    url = begin(client, world.case(parent), "call.wav", 100).location
    patch(client, url, 0, b"RIFF")
    assert client.post(url, headers=TUS | {"X-HTTP-Method-Override": "DELETE"}).status_code == 204
    assert client.head(url, headers=TUS).status_code == 404 and patch(client, url, 4, b"x").status_code == 404
    assert staged(settings, parent) == [] and rows(world, parent) == []


def test_what_did_not_arrive_is_named_on_the_page_and_can_be_forgotten(
    world: World, client_for: ClientFor, settings: config.Settings
) -> None:
    parent, colleague = world.person(), None
    colleague = world.person(org_id=parent.org_id)
    case_id = world.case(parent)
    client = client_for(parent)
    for name in ("long call.wav", "film.mp4"):
        url = begin(client, case_id, name, 2_000_000, fingerprint=f"2000000|1|{name}").location
        patch(client, url, 0, b"RIFF")
    papers = f"/cases/{case_id}/papers"
    assert "did not arrive completely" not in client.get(papers).text  # it is just arriving
    for path in staged(settings, parent):
        os.utime(path, (0, path.stat().st_mtime - 60))
    page = client.get(papers).text
    assert "2 files did not arrive completely" in page and "4 bytes of 2.0 MB are here" in page
    assert 'data-fingerprint="2000000|1|film.mp4"' in page and url in page
    assert "did not arrive completely" not in client_for(colleague).get(papers).text
    assert client.post(f"{papers}/uploads/forget").location == papers
    assert "did not arrive completely" not in client.get(papers).text and rows(world, parent) == []


def test_what_nobody_went_on_with_is_removed_after_a_week(
    world: World, client_for: ClientFor, settings: config.Settings, app: Flask
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client = client_for(parent)
    old, young = (begin(client, case_id, f"{name}.wav", 100).location for name in ("old", "young"))
    with world.scope(parent):
        over = update(Upload).where(Upload.id == UUID(old.rsplit("/", 1)[1])).values(expires_at=now() - timedelta(1))
        db.session.execute(over)
        db.session.commit()
    assert client.head(old, headers=TUS).status_code == 410 and patch(client, old, 0, b"x").status_code == 410
    for path in staged(settings, parent):
        os.utime(path, (0, 0))
    stray = settings.data_dir / "uploads" / str(parent.user_id) / str(case_id)  # of an organization that is no more
    parts.make(stray)
    os.utime(stray, (0, 0))
    with app.app_context():
        assert services.sweep() >= 1
    assert [row.name for row in rows(world, parent)] == ["young.wav"]
    assert [path.name for path in staged(settings, parent)] == [young.rsplit("/", 1)[1]] and not stray.exists()


def test_the_protocol_says_what_it_can(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    answer = client_for(parent).options(f"/cases/{world.case(parent)}/papers/uploads")
    assert answer.status_code == 204 and answer.headers["Tus-Extension"] == "creation,termination,expiration,checksum"
    assert answer.headers["Tus-Max-Size"] == str(300 * 1024 * 1024)
