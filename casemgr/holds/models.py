"""A legal hold: nothing of a case, or one paper of it, may be deleted while it stands."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, case_owned, now, same_case


class LegalHold(CaseOwned, db.Model):
    """Who set it, why and since when. It is lifted once, with a reason, and stays on record; triggers refuse any
    other change, and any deletion of what it holds."""

    __tablename__ = "legal_holds"
    __table_args__ = case_owned(
        "legal_holds",
        same_case("legal_holds", "document_id", "documents"),
        CheckConstraint("(lifted_at is null) = (lifted_reason = '')", name="lifted_with_a_reason"),
        Index(
            "uq_legal_holds_one_on_a_case",
            "case_id",
            unique=True,
            postgresql_where=text("document_id is null and lifted_at is null"),
        ),
        Index("uq_legal_holds_one_on_a_paper", "document_id", unique=True, postgresql_where=text("lifted_at is null")),
    )

    document_id: Mapped[UUID | None] = mapped_column(comment="One paper; none: the whole case")
    reason: Mapped[str] = mapped_column(Text)
    set_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    set_by_name: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    lifted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    lifted_by_name: Mapped[str] = mapped_column(String(200), default="")
    lifted_reason: Mapped[str] = mapped_column(Text, default="")
