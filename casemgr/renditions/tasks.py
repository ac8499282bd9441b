"""Once LibreOffice is installed, papers that came before get their PDF, whichever worker has it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, text

from casemgr.documents import quarantine
from casemgr.documents.models import Document
from casemgr.documents.tasks import enqueue_drawing
from casemgr.extensions import db
from casemgr.platform.columns import now
from casemgr.platform.jobs import AFTER_OTHERS, periodic
from casemgr.platform.tenancy import Scope, acting_in
from casemgr.renditions import services
from casemgr.storage.soffice import NOT_INSTALLED

_BEFORE_THERE_WERE_RENDITIONS = "This kind of document is kept as it is"  # how earlier versions began their note


@periodic("documents.convert_waiting", cron="*/10 * * * *")
def convert_waiting() -> None:
    """Queue every paper, in all organizations, that waits for LibreOffice. Each organization's inside its own walls."""
    if services.office() is None:
        return
    for org_id in db.session.scalars(select(func.organizations_not_watched_since(now() + timedelta(days=1)))).all():
        with acting_in(Scope(org_id)):
            for paper in _waiting(org_id):
                if not quarantine.why_closed(paper):
                    enqueue_drawing(paper, priority=AFTER_OTHERS)
            db.session.commit()


def _waiting(org_id: UUID) -> list[Document]:
    is_not_queued = text(
        "NOT EXISTS (SELECT FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
        " AND task_name = 'documents.preview' AND args->>'document_id' = documents.id::text)"
    )
    waits = or_(
        Document.rendition_note == NOT_INSTALLED,
        Document.preview_note.startswith(_BEFORE_THERE_WERE_RENDITIONS),
    )
    papers = select(Document).where(Document.org_id == org_id, Document.family == "office", waits, is_not_queued)
    return list(db.session.scalars(papers))
