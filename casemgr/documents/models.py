"""Papers: the original as it came, and the pictures of its pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Versioned, case_owned, now, same_case


class Document(CaseOwned, Versioned, db.Model):
    """One paper. The bytes are in the object store under (organization, SHA-256) and are never altered."""

    __tablename__ = "documents"
    __table_args__ = case_owned(
        "documents",
        CheckConstraint("visibility in ('shared', 'internal', 'privileged', 'mediation')", name="visibility_known"),
        Index("ix_documents_org_id_sha256", "org_id", "sha256"),
        Index("ix_documents_case_id_uploaded_at", "case_id", "uploaded_at"),
    )

    title: Mapped[str] = mapped_column(String(300))
    kind: Mapped[str] = mapped_column(String(40), comment="documents.kinds.DOCUMENT_KINDS")
    document_on: Mapped[date | None] = mapped_column(comment="The date on the paper")
    received_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(200), default="", comment="Who it came from")
    received_how: Mapped[str] = mapped_column(String(40), default="")
    visibility: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")
    original_name: Mapped[str] = mapped_column(String(300))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger, comment="Bytes")
    media_type: Mapped[str] = mapped_column(String(120))
    family: Mapped[str] = mapped_column(String(20), comment="storage.sniff family: pdf, image, text …")
    page_count: Mapped[int | None]
    preview_state: Mapped[str] = mapped_column(String(20), default="waiting", comment="waiting, ready, none, failed")
    preview_note: Mapped[str] = mapped_column(Text, default="")
    custody: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, comment="What happened to the file")
    uploaded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    uploaded_by_name: Mapped[str] = mapped_column(String(200), default="")
    uploaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    trashed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class DocumentPage(CaseOwned, db.Model):
    """The picture of one page, made by a worker."""

    __tablename__ = "document_pages"
    __table_args__ = case_owned(
        "document_pages",
        same_case("document_pages", "document_id", "documents"),
        UniqueConstraint("document_id", "number"),
    )

    document_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(comment="From 1")
    width: Mapped[int] = mapped_column(comment="Pixels of the picture")
    height: Mapped[int]
    image_sha256: Mapped[str] = mapped_column(String(64))
    thumb_sha256: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text, default="")
