"""Files on their way."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Created, case_owned


class Upload(CaseOwned, Created, db.Model):
    """A file that one person sends in pieces. What has arrived lies in the data folder (see `parts`), and nobody else
    sees it; when all of it is there it becomes a paper or is refused, and `outcome` says which."""

    __tablename__ = "uploads"
    __table_args__ = case_owned(
        "uploads",
        CheckConstraint("size > 0", name="size_positive"),
        Index("ix_uploads_case_id_user_id", "case_id", "user_id"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), comment="Who sends it, and alone may go on")
    name: Mapped[str] = mapped_column(String(300))
    size: Mapped[int] = mapped_column(BigInteger, comment="Bytes of the whole file")
    told: Mapped[str] = mapped_column(Text, default="", comment="Upload-Metadata, as the client sent it")
    fingerprint: Mapped[str] = mapped_column(
        String(300), default="", comment="By which the browser knows the file again when it is chosen again"
    )
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="What became of it, as the page shows it; none: not all of it is here"
    )
