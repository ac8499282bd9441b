"""What a person on a case is told: that a date moved, that something needs them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Created


class Notice(CaseOwned, Created, db.Model):
    """One thing told to one person about one case. It goes with its case.

    `change_id` is what all notices of one change share: they are shown, counted and marked as one."""

    __tablename__ = "notices"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "case_id"], ["cases.org_id", "cases.id"], name="fk_notices_case", ondelete="CASCADE"
        ),
        UniqueConstraint("case_id", "user_id", "change_id", name="uq_notices_told_once"),
        Index("ix_notices_org_id_user_id_created_at", "org_id", "user_id", "created_at"),
        Index("ix_notices_unread", "user_id", postgresql_where="read_at IS NULL"),
        {"info": {"rls": "case"}},
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    change_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(40), comment="notices.services.KINDS")
    text: Mapped[str] = mapped_column(Text, comment="What happened, in one or two sentences; names nobody")
    lines: Mapped[list[str]] = mapped_column(JSONB, default=list, comment="More, one thing a line")
    page: Mapped[str] = mapped_column(String(80), default="cases.show", comment="The endpoint to look at")
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, comment="Its arguments beside case_id")
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
