"""Stored bytes that no row names go away; everything else stays."""

from __future__ import annotations

import os
import time
from pathlib import Path

import casemgr.models  # noqa: F401 - every table
import config
from casemgr.documents.models import Document, DocumentPage
from casemgr.documents.store import store
from casemgr.documents.sweeping import NAMED_BY, sweep
from casemgr.exhibit_binders.models import BinderFile
from casemgr.extensions import db
from casemgr.filings.models import Packet
from casemgr.letters.models import LetterSending
from casemgr.photos.models import Photo
from casemgr.redaction.models import RedactionEntry
from casemgr.serving.models import SentCopy
from casemgr.storage.objects import object_key
from tests.documents.paper import add, papers_of
from tests.server import TestServer
from tests.world import Actor, World


def age(settings: config.Settings, key: str, hours: float) -> None:
    path = Path(settings.storage_url) / key
    os.utime(path, (time.time() - hours * 3600,) * 2)


def put(world: World, actor: Actor, data: bytes) -> str:
    with world.scope(actor):
        return store().put_bytes(actor.org_id, data).sha256


def test_every_column_that_names_stored_bytes_is_known_to_the_sweep() -> None:
    named = {
        (table.name, column.name)
        for table in db.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("sha256")
    }
    assert named == set(NAMED_BY)
    models = (Document, DocumentPage, Photo, Packet, LetterSending, BinderFile, RedactionEntry, SentCopy)
    assert {model.__tablename__ for model in models} == {table for table, _ in NAMED_BY}


def test_an_old_orphan_goes_and_what_a_row_names_or_is_young_stays(
    world: World, settings: config.Settings, server: TestServer, database_name: str
) -> None:
    parent, other = world.person(), world.person()
    case_id = world.case(parent)
    add(world, parent, case_id)
    kept = papers_of(world, parent, case_id)[0].sha256
    drawn, packet, manifest = (put(world, parent, data) for data in (b"picture", b"packet", b"manifest"))
    with world.scope(parent):
        own = {"org_id": parent.org_id, "case_id": case_id}
        document = db.session.query(Document).filter_by(case_id=case_id).one()
        page = DocumentPage(
            **own, document_id=document.id, number=1, width=1, height=1, image_sha256=drawn, thumb_sha256=drawn
        )
        filing = Packet(**own, kind="ocr_complaint", pdf_sha256=packet, manifest_sha256=manifest)
        db.session.add_all([page, filing])
        db.session.commit()
    old_orphan, young_orphan = put(world, parent, b"old"), put(world, parent, b"young")
    elsewhere = put(world, other, b"packet")  # the same bytes, in an organization where no row names them
    keys = {name: object_key(parent.org_id, name) for name in (kept, drawn, packet, manifest, old_orphan)}
    for key in (*keys.values(), object_key(other.org_id, elsewhere)):
        age(settings, key, 30)
    age(settings, object_key(parent.org_id, young_orphan), 2)
    partial = Path(settings.storage_url) / "incoming" / "left-behind"
    partial.write_bytes(b"half")
    os.utime(partial, (time.time() - 30 * 3600,) * 2)

    owner = server.url(server.owner, database_name)
    gone = {keys[old_orphan], object_key(other.org_id, elsewhere), "incoming/left-behind"}
    assert gone <= set(sweep(settings, owner, 24, dry_run=True))
    assert partial.exists()
    assert gone <= set(sweep(settings, owner, 24))
    with world.scope(parent):
        there = {sha256 for _, sha256 in store().list_keys(parent.org_id)}
    assert there == {kept, drawn, packet, manifest, young_orphan}
    assert not partial.exists()
    assert gone.isdisjoint(sweep(settings, owner, 24))
