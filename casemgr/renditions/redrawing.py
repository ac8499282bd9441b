"""Have papers drawn again that an earlier version drew: it kept no places of words, and no prints of pages.

Without the places a passage cannot be marked on the page; without the prints near-duplicates are not found.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Select, func, select, text

from casemgr.copies.asking import look_for_copies
from casemgr.copies.models import PagePrint
from casemgr.documents import quarantine
from casemgr.documents.models import Document, DocumentPage
from casemgr.documents.tasks import enqueue_drawing
from casemgr.extensions import db
from casemgr.platform.columns import now
from casemgr.platform.jobs import AFTER_OTHERS
from casemgr.platform.tenancy import Scope, acting_in

_IS_NOT_QUEUED = text(
    "NOT EXISTS (SELECT FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
    " AND task_name = 'documents.preview' AND args->>'document_id' = documents.id::text)"
)


def queue_redrawing() -> tuple[int, int]:
    """Queue the drawing of such papers in all organizations, behind all other work.

    Returns: how many papers are drawn again, and in how many further cases pages only need their prints. A page with
    more words than are ever kept with their places is drawn again each time: it cannot be told from an old one.
    Each organization's papers are looked at inside its own walls."""
    papers = cases = 0
    for org_id in db.session.scalars(select(func.organizations_not_watched_since(now() + timedelta(days=1)))).all():
        with acting_in(Scope(org_id)):
            old = [paper for paper in db.session.scalars(_without_places()) if not quarantine.why_closed(paper)]
            for paper in old:
                enqueue_drawing(paper, priority=AFTER_OTHERS)
            redrawn = {paper.id for paper in old}
            unprinted = {
                paper.case_id: paper for paper in db.session.scalars(_without_prints()) if paper.id not in redrawn
            }
            for paper in unprinted.values():
                look_for_copies(paper)
            db.session.commit()
            papers, cases = papers + len(old), cases + len(unprinted)
    return papers, cases


def _without_places() -> Select[tuple[Document]]:
    """Papers with a page that is drawn, has text that no machine recognised, and knows the place of no word."""
    page = (
        select(1)
        .where(DocumentPage.case_id == Document.case_id, DocumentPage.document_id == Document.id)
        .where(DocumentPage.image_sha256 != "", DocumentPage.recognition == "", DocumentPage.words.is_(None))
        .where(DocumentPage.text.regexp_match(r"\S"))
    )
    return select(Document).where(Document.preview_state == "ready", page.exists(), _IS_NOT_QUEUED)


def _without_prints() -> Select[tuple[Document]]:
    drawn = select(1).where(DocumentPage.case_id == Document.case_id, DocumentPage.document_id == Document.id)
    printed = select(1).where(PagePrint.case_id == Document.case_id, PagePrint.document_id == Document.id)
    return select(Document).where(
        Document.preview_state == "ready",
        Document.is_source.is_(False),
        Document.recognition_state != "waiting",
        drawn.exists(),
        ~printed.exists(),
        _IS_NOT_QUEUED,
    )
