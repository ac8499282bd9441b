"""Have scans read: one paper once more, or all that wait."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, text, update

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.documents import quarantine
from casemgr.documents.models import Document, DocumentPage
from casemgr.documents.tasks import enqueue_reading
from casemgr.extensions import db
from casemgr.platform.columns import now
from casemgr.platform.tenancy import Scope, acting_in
from casemgr.recognition.program import program


def may_read_again(document: Document) -> bool:
    """Say whether a person can ask for the text of a scan: it failed, or tesseract was not there."""
    return document.recognition_state in ("failed", "no_program")


def read_again(document: Document, *, by: User) -> None:
    """Read the pages that could not be read; nothing happens while that is under way or done."""
    if not may_read_again(document):
        return
    pages = DocumentPage.__table__
    db.session.execute(
        update(pages)
        .where(pages.c.case_id == document.case_id, pages.c.document_id == document.id, pages.c.recognition == "failed")
        .values(recognition="waiting")
    )
    document.recognition_state, document.recognition_note = "waiting", ""
    enqueue_reading(document, priority=0)
    audit.record(db.session.get_one(Case, document.case_id), "documents:document:read", by=by, subject=document.id)
    db.session.commit()


def queue_waiting() -> int:
    """Queue every paper, in all organizations, that waits for its text and is not queued yet; return how many.

    A paper that came while tesseract was not there is queued once it is. Each organization's papers are looked at
    inside its own walls."""
    states = ["waiting", "no_program"] if program() else ["waiting"]
    queued = 0
    for org_id in db.session.scalars(select(func.organizations_not_watched_since(now() + timedelta(days=1)))).all():
        with acting_in(Scope(org_id)):
            papers = [paper for paper in _unread(org_id, states) if not quarantine.why_closed(paper)]
            for paper in papers:
                enqueue_reading(paper)
            db.session.commit()
            queued += len(papers)
    return queued


def _unread(org_id: UUID, states: list[str]) -> list[Document]:
    is_not_queued = text(
        "NOT EXISTS (SELECT FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
        " AND task_name = 'documents.recognise' AND args->>'document_id' = documents.id::text)"
    )
    unread = select(Document).where(
        Document.org_id == org_id,
        Document.recognition_state.in_(states),
        is_not_queued,
    )
    return list(db.session.scalars(unread))
