"""What was recorded last over all of a person's cases: one query an organization, put together here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, literal, select, union_all

from casemgr.cases.lists import Workplace
from casemgr.cases.models import Student
from casemgr.cases.queries import move_kind, words_for
from casemgr.deadlines.models import Fact
from casemgr.documents.models import Document
from casemgr.evidence.models import EvidenceEntry
from casemgr.extensions import db
from casemgr.platform.tenancy import acting_in
from casemgr.proceedings.models import StageMove


@dataclass(frozen=True)
class Activity:
    """Something that was recorded: what, in whose case, by whom, when (in the zone of the reader)."""

    kind: str
    case_id: UUID
    student: str
    title: str
    by: str
    at: datetime


def newest_activity(places: list[Workplace], limit: int, zone: str) -> list[Activity]:
    """Return what was recorded last over all cases, with its day in `zone`; only what the person may see."""
    found = []
    for place in places:
        with acting_in(place.scope):
            rows = db.session.execute(_activity(place, limit)).all()
            found += [
                Activity(
                    row.kind,
                    row.case_id,
                    row.student,
                    words_for(row.kind, row.title),
                    row.by,
                    row.at.astimezone(ZoneInfo(zone)),
                )
                for row in rows
            ]
    return sorted(found, key=lambda one: one.at, reverse=True)[:limit]


def _activity(place: Workplace, limit: int) -> Select[tuple[object, ...]]:
    def newest(
        kind: str | ColumnElement[str], model: type, title: object, by: object, at: object, *conditions: object
    ) -> Select:
        return (
            select(
                (literal(kind) if isinstance(kind, str) else kind).label("kind"),
                model.case_id,
                title.label("title"),
                by.label("by"),
                at.label("at"),
            )
            .where(*conditions)
            .order_by(at.desc())
            .limit(limit)
        )

    papers_seen = place.may_see(Document.visibility, Document.case_id)
    entries_seen = place.may_see(EvidenceEntry.visibility, EvidenceEntry.case_id)
    parts = (
        newest(
            "paper",
            Document,
            Document.title,
            Document.uploaded_by_name,
            Document.uploaded_at,
            Document.trashed_at.is_(None),
            papers_seen,
        ),
        newest(
            "entry",
            EvidenceEntry,
            EvidenceEntry.title,
            EvidenceEntry.recorded_by_name,
            EvidenceEntry.recorded_at,
            entries_seen,
        ),
        newest("fact", Fact, Fact.kind, Fact.recorded_by_name, Fact.recorded_at, Fact.is_retraction.is_(False)),
        newest(move_kind(), StageMove, StageMove.to_stage, StageMove.moved_by_name, StageMove.moved_at),
    )
    together = union_all(*(part.subquery().select() for part in parts)).subquery()
    return (
        select(together, Student.name.label("student"))
        .join(Student, Student.case_id == together.c.case_id)
        .order_by(together.c.at.desc())
        .limit(limit)
    )
