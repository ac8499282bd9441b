"""The record of who did what, when. The application's role can add to it and read it, never change it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import Identified, now


class AuditEvent(Identified, db.Model):
    """One act. `detail` holds ids, kinds and rule ids; never what a paper or an entry says."""

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_org_id_case_id_at", "org_id", "case_id", "at"),
        {"info": {"rls": "audit"}},
    )

    org_id: Mapped[UUID | None] = mapped_column()
    case_id: Mapped[UUID | None] = mapped_column()
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    actor_name: Mapped[str] = mapped_column(String(200), default="", comment="As it was on that day")
    action: Mapped[str] = mapped_column(String(80), comment="feature:object:verb")
    subject_id: Mapped[UUID | None]
    citation: Mapped[str] = mapped_column(String(200), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    request_id: Mapped[str] = mapped_column(String(64), default="")
