"""Read legal holds: what of a case may not be deleted now, and what was held before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, or_, select

from casemgr.cases.models import Case
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.holds.models import LegalHold


@dataclass(frozen=True)
class Holds:
    """The holds that stand in a case: the one on the whole case, if any, and those on single papers."""

    case: LegalHold | None
    papers: dict[UUID, LegalHold]

    def of(self, document_id: UUID) -> LegalHold | None:
        """Return the hold that keeps a paper, its own or the case's."""
        return self.papers.get(document_id) or self.case

    def __bool__(self) -> bool:
        return self.case is not None or bool(self.papers)


def standing(case: Case) -> Holds:
    """Return the holds that stand now. One query."""
    rows = db.session.scalars(select(LegalHold).where(LegalHold.case_id == case.id, LegalHold.lifted_at.is_(None)))
    found = {row.document_id: row for row in rows}
    return Holds(found.pop(None, None), {key: row for key, row in found.items() if key is not None})


def hold(case: Case, hold_id: UUID) -> LegalHold | None:
    return db.session.scalar(select(LegalHold).where(LegalHold.case_id == case.id, LegalHold.id == hold_id))


def all_holds(case: Case, visible: Collection[str]) -> list[tuple[LegalHold, Document | None]]:
    """Return every hold that stood or stands with its paper, newest first; of papers only those the reader may see."""
    rows = db.session.execute(
        select(LegalHold, Document)
        .outerjoin(Document, and_(Document.case_id == LegalHold.case_id, Document.id == LegalHold.document_id))
        .where(LegalHold.case_id == case.id)
        .where(or_(LegalHold.document_id.is_(None), Document.visibility.in_(visible)))
        .order_by(LegalHold.set_at.desc(), LegalHold.id)
    )
    return [(held, paper) for held, paper in rows]
