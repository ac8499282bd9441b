"""A folder with keys: people see no difference, and an altered file is not sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from casemgr.documents import store as opened
from casemgr.documents import tasks
from casemgr.storage.keys import add_key
from casemgr.storage.objects import ObjectStore, object_key, open_store
from tests.documents.paper import papers_of, pdf, send
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


@pytest.fixture
def sealed(app: Flask, tmp_path: Path) -> Iterator[ObjectStore]:
    add_key(tmp_path / "keys")
    before = app.extensions.get(opened._KEY)
    app.extensions[opened._KEY] = open_store(tmp_path / "objects", key_file=tmp_path / "keys")
    yield app.extensions[opened._KEY]
    app.extensions[opened._KEY] = before


def test_a_sealed_paper_is_uploaded_drawn_and_downloaded_and_not_sent_once_it_is_altered(
    world: World, client_for: ClientFor, sealed: ObjectStore
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client, data = client_for(parent), pdf("A sealed plan", 2)
    assert send(client, case_id, "plan.pdf", data).status_code == 200
    (paper,) = papers_of(world, parent, case_id)
    with world.scope(parent):
        tasks.draw_preview.func.__wrapped__(case_id=str(case_id), document_id=str(paper.id))
    assert papers_of(world, parent, case_id)[0].preview_state == "ready"
    url = f"/cases/{case_id}/papers/{paper.id}"
    assert client.get(f"{url}/download").data == data
    assert client.get(f"{url}/pages/2").status_code == 200
    assert all(path.name.endswith(".sealed") for path in sealed.root.glob("org/*/*/*"))

    file = sealed.root / (object_key(parent.org_id, paper.sha256) + ".sealed")
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    answer = client.get(f"{url}/download")
    assert answer.status_code == 500
    assert "was altered or damaged" in answer.text and "Nothing of it was sent" in answer.text
    with world.scope(parent):
        tasks.draw_preview.func.__wrapped__(case_id=str(case_id), document_id=str(paper.id))
    assert "altered or damaged" in papers_of(world, parent, case_id)[0].preview_note
