"""The place where files are kept does not answer: people are told so, and nothing is half-done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from casemgr.documents import store as opened
from casemgr.documents import tasks
from casemgr.storage.objects import ObjectStore
from tests import s3
from tests.documents.paper import add, papers_of, pdf, send
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


@pytest.fixture(scope="module")
def away() -> ObjectStore:
    with s3.serve() as bucket:
        return bucket.open()


@pytest.fixture
def store_goes_away(app: Flask, away: ObjectStore) -> Iterator[Callable[[], None]]:
    before = app.extensions.get(opened._KEY)
    yield lambda: app.extensions.update({opened._KEY: away})
    app.extensions[opened._KEY] = before


def draw(world: World, actor: Actor, case_id: UUID, paper: UUID) -> None:
    with world.scope(actor):
        tasks.draw_preview.func.__wrapped__(case_id=str(case_id), document_id=str(paper))


def test_an_upload_is_refused_in_plain_words_and_leaves_no_row(
    world: World, client_for: ClientFor, store_goes_away: Callable[[], None]
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    store_goes_away()
    answer = send(client_for(parent), case_id, "iep.pdf", pdf())
    assert answer.status_code == 503
    assert "cannot be reached now. Nothing of this file was kept." in answer.json["message"]
    assert "try again" in answer.json["what_to_do"]
    assert papers_of(world, parent, case_id) == []


def test_pages_wait_for_a_person_to_try_again_and_the_original_says_what_is_wrong(
    world: World, client_for: ClientFor, store_goes_away: Callable[[], None]
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id)
    store_goes_away()
    draw(world, parent, case_id, paper)
    (row,) = papers_of(world, parent, case_id)
    assert row.preview_state == "failed" and "could not be reached" in row.preview_note
    client = client_for(parent)
    assert "Try again" in client.get(f"/cases/{case_id}/papers/{paper}").text
    answer = client.get(f"/cases/{case_id}/papers/{paper}/download")
    assert answer.status_code == 503
    assert "The place where files are kept is not answering" in answer.text
