"""What a person marked on the timeline of a case. It is their own: nobody else sees it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Created, case_owned


class TimelineMark(CaseOwned, Created, db.Model):
    """One thing that one person marked. The thing itself may be gone or closed to them: then the mark shows nothing."""

    __tablename__ = "timeline_marks"
    __table_args__ = case_owned(
        "timeline_marks", UniqueConstraint("case_id", "user_id", "kind", "item_id", name="uq_timeline_marks_once")
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(20), comment="timeline.queries.KINDS")
    item_id: Mapped[UUID]
