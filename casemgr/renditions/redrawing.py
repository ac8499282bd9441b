"""Have papers drawn again that an earlier version drew: it kept no places of words, and no prints of pages, and did not
read what is typed into the forms of a PDF and noted on its pages.

Without the places a passage cannot be marked on the page; without the prints near-duplicates are not found; what was
not read is neither found nor covered when its words are redacted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, func, select, text

from casemgr.copies.asking import look_for_copies
from casemgr.copies.models import PagePrint
from casemgr.documents import quarantine
from casemgr.documents.models import Document, DocumentPage
from casemgr.documents.tasks import READING, enqueue_drawing, enqueue_reading_again
from casemgr.extensions import db
from casemgr.platform.columns import now
from casemgr.platform.jobs import AFTER_OTHERS
from casemgr.platform.tenancy import Scope, acting_in

_IS_NOT_QUEUED = text(
    "NOT EXISTS (SELECT FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
    " AND task_name IN ('documents.preview', 'documents.read_again') AND args->>'document_id' = documents.id::text)"
)

_OF_AN_EARLIER_VERSION = (Document.preview_state == "ready", Document.reading < READING, _IS_NOT_QUEUED)


@dataclass
class Queued:
    """How many papers are drawn again, how many PDFs are looked at first, and in how many further cases pages only need
    their prints."""

    drawn: int = 0
    looked_at: int = 0
    cases: int = 0


def queue_redrawing() -> Queued:
    """Queue the drawing of such papers in all organizations, behind all other work. What was done, or is queued
    already, is not queued again.

    Each organization's papers are looked at inside its own walls."""
    queued = Queued()
    for org_id in db.session.scalars(select(func.organizations_not_watched_since(now() + timedelta(days=1)))).all():
        with acting_in(Scope(org_id)):
            old = [paper for paper in db.session.scalars(_without_places()) if not quarantine.why_closed(paper)]
            for paper in old:
                enqueue_drawing(paper, priority=AFTER_OTHERS)
            redrawn = {paper.id for paper in old}
            for paper in db.session.scalars(_read_before()):
                if paper.id not in redrawn and not quarantine.why_closed(paper):
                    enqueue_reading_again(paper)
                    queued.looked_at += 1
            unprinted = {
                paper.case_id: paper for paper in db.session.scalars(_without_prints()) if paper.id not in redrawn
            }
            for paper in unprinted.values():
                look_for_copies(paper)
            db.session.commit()
            queued.drawn += len(old)
            queued.cases += len(unprinted)
    return queued


def _without_places() -> Select[tuple[Document]]:
    """Papers with a page that is drawn, has text that no machine recognised, and knows the place of no word."""
    page = (
        select(1)
        .where(DocumentPage.case_id == Document.case_id, DocumentPage.document_id == Document.id)
        .where(DocumentPage.image_sha256 != "", DocumentPage.recognition == "", DocumentPage.words.is_(None))
        .where(DocumentPage.text.regexp_match(r"\S"))
    )
    return select(Document).where(*_OF_AN_EARLIER_VERSION, page.exists())


def _read_before() -> Select[tuple[Document]]:
    """PDFs on which something may be typed or noted that was not read."""
    return select(Document).where(*_OF_AN_EARLIER_VERSION, Document.family == "pdf")


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
