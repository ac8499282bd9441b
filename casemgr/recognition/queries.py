"""How far the reading of a scan is."""

from __future__ import annotations

from sqlalchemy import func, select

from casemgr.documents.models import Document, DocumentPage
from casemgr.extensions import db


def progress(paper: Document) -> tuple[int, int]:
    """Return how many pages of a scan were read, and how many there are to be read in all."""
    asked = DocumentPage.recognition != ""
    done, total = db.session.execute(
        select(func.count().filter(asked, DocumentPage.recognition != "waiting"), func.count().filter(asked)).where(
            DocumentPage.case_id == paper.case_id, DocumentPage.document_id == paper.id
        )
    ).one()
    return done, total
