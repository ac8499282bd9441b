"""Small files made on the spot, and the ways to send them."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pikepdf
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from casemgr.cases.models import Case
from casemgr.documents.models import Document
from casemgr.documents.services import PaperDetails, receive
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.storage.sniff import sniff
from tests.world import Actor, World


def pdf(words: str = "A paper", pages: int = 1) -> bytes:
    """A PDF whose pages say `words` and their number."""
    made = pikepdf.new()
    font = made.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    )
    for number in range(1, pages + 1):
        page = made.add_blank_page(page_size=(612, 792))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = made.make_stream(f"BT /F1 28 Tf 72 700 Td ({words}, page {number}) Tj ET".encode())
    out = io.BytesIO()
    made.save(out, deterministic_id=True)
    return out.getvalue()


def png(color: str = "teal", size: tuple[int, int] = (120, 160)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "PNG")
    return out.getvalue()


def send(
    client: FlaskClient, case_id: UUID, name: str, data: bytes, *, length: int | None = None, **fields: str
) -> TestResponse:
    """Send one file as upload.js does: the raw body, its name and the drop's fields in headers."""
    headers = {"X-File-Name": quote(name, safe="", errors="surrogatepass"), "Accept": "application/json"}
    headers |= {f"X-Field-{key.replace('_', '-')}": quote(value) for key, value in fields.items()}
    return client.post(
        f"/cases/{case_id}/papers/upload",
        data=data,
        headers=headers,
        content_type="application/octet-stream",
        environ_overrides={"CONTENT_LENGTH": str(len(data) if length is None else length)},
    )


def papers_of(world: World, actor: Actor, case_id: UUID) -> list[Document]:
    """The rows of a case, whoever may see them, oldest first."""
    with world.scope(actor):
        rows = db.session.scalars(
            select(Document).where(Document.case_id == case_id).order_by(Document.uploaded_at)
        ).all()
        db.session.expunge_all()
        return list(rows)


def add(
    world: World, actor: Actor, case_id: UUID, data: bytes | None = None, name: str = "paper.pdf", **details: Any
) -> UUID:
    """Make a paper through the service, and return its id."""
    data = pdf(name) if data is None else data
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        stored = store().put_bytes(case.org_id, data)
        file_type = sniff(stored.head, name, tail=stored.tail, size=stored.size)
        document, _ = receive(case, stored, file_type, name, PaperDetails(**details), by=world.user(actor))
        return document.id


def stored_objects(world: World, actor: Actor) -> set[str]:
    with world.scope(actor):
        return {sha256 for _, sha256 in store().list_keys(actor.org_id)}
