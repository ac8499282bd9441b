"""Papers that hold what a closed paper says: another copy of it, or the file that it lay in.

Asked before anything leaves the house: a mark on one paper is worth nothing while the same words go out with another.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import and_, or_, select

from casemgr.copies.models import PaperRelation
from casemgr.documents.models import Document, DocumentPart
from casemgr.extensions import db

LEVELS = 6  # of files inside files
NEVER_TOLD = ("privileged", "mediation")


def closed_twin(paper: Document) -> str:
    """Return the mark of a closed paper that is the same as this one: the very bytes, or what a person said is a
    copy of it. "" where there is none. An internal copy, with own notes in its margin, closes only a file of its
    bytes."""
    standing = select(PaperRelation.document_id, PaperRelation.of_id).where(
        PaperRelation.case_id == paper.case_id, PaperRelation.kind == "copy", PaperRelation.taken_back_at.is_(None)
    )
    pairs = db.session.execute(standing).all()
    original = next((of for copy, of in pairs if copy == paper.id), paper.id)
    same = {original, *(copy for copy, of in pairs if of == original)} - {paper.id}
    found = select(Document.visibility).where(
        Document.case_id == paper.case_id,
        Document.id != paper.id,
        Document.visibility != "shared",
        or_(
            Document.sha256 == paper.sha256,
            and_(Document.id.in_(same), Document.visibility.in_(NEVER_TOLD)),
        ),
    )
    marks = set(db.session.scalars(found))
    return next((mark for mark in ("privileged", "mediation", "internal") if mark in marks), "")


def holds_closed(paper: Document) -> bool:
    """Say whether a file holds, at any depth, a paper that is not marked as shared."""
    level: set[UUID] = {paper.id}
    seen: set[UUID] = set()
    for _ in range(LEVELS):
        inside = db.session.execute(
            select(Document.id, Document.visibility)
            .join(DocumentPart, DocumentPart.document_id == Document.id)
            .where(DocumentPart.case_id == paper.case_id, DocumentPart.parent_id.in_(level))
        ).all()
        if any(visibility != "shared" for _id, visibility in inside):
            return True
        seen |= level
        level = {found for found, _visibility in inside} - seen
        if not level:
            break
    return False
