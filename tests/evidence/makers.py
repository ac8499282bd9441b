"""Entries, papers and issues for the tests of the log."""

from __future__ import annotations

import re
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from flask import Flask

from casemgr.cases.models import Case, Person
from casemgr.documents.models import Document
from casemgr.documents.store import store
from casemgr.evidence.services import NewEntry, log_entry
from casemgr.extensions import db
from tests.world import Actor, World

DAY = date(2026, 3, 2)
ALL = frozenset({"shared", "internal", "privileged", "mediation"})


def told(title: str = "Call with the principal", **more: Any) -> NewEntry:
    return NewEntry(**{"kind": "call", "happened_on": DAY, "title": title, **more})


def log(world: World, actor: Actor, case_id: UUID, *entries: NewEntry) -> list[UUID]:
    """Log entries as `actor`; return their ids."""
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        user = world.user(actor)
        return [log_entry(case, entry, by=user).id for entry in entries]


def log_many(world: World, actor: Actor, case_id: UUID, count: int) -> list[UUID]:
    """Log many entries in one transaction, one a day."""
    with world.scope(actor):
        case, user = db.session.get_one(Case, case_id), world.user(actor)
        made = [
            log_entry(case, told(f"Entry {place}", happened_on=DAY - timedelta(days=place)), by=user, commit=False).id
            for place in range(count)
        ]
        db.session.commit()
    return made


def paper(world: World, actor: Actor, case_id: UUID, *, content: bytes | None = None, **more: Any) -> UUID:
    """Store bytes and make the paper that holds them; return its id."""
    content = content or uuid4().bytes
    with world.scope(actor):
        stored = store().put_stream(actor.org_id, [content], max_bytes=1_000_000)
        assert stored.sha256 == sha256(content).hexdigest()
        row = Document(
            **{
                "org_id": actor.org_id,
                "case_id": case_id,
                "title": "Letter of the district",
                "kind": "letter",
                "visibility": "shared",
                "original_name": "letter.pdf",
                "sha256": stored.sha256,
                "size": len(content),
                "media_type": "application/pdf",
                "family": "pdf",
                "page_count": 3,
                **more,
            }
        )
        db.session.add(row)
        db.session.commit()
        return row.id


def person(world: World, actor: Actor, case_id: UUID, name: str = "Tobias Example", role: str = "teacher") -> UUID:
    with world.scope(actor):
        row = Person(org_id=actor.org_id, case_id=case_id, name=name, role=role)
        db.session.add(row)
        db.session.commit()
        return row.id


def stored_path(app: Flask, org_id: UUID, digest: str) -> Any:
    with app.app_context(), store().local_path(org_id, digest) as path:
        return path


def words(response: Any) -> str:
    """The text of a page, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.get_data(as_text=True)).split())
