"""Filing packets: what is chosen, what was made of it, and that it was filed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Created, Versioned, case_owned, same_case


class Packet(CaseOwned, Created, Versioned, db.Model):
    """One filing in the making. Once filed, neither its content nor its PDF changes again."""

    __tablename__ = "packets"
    __table_args__ = case_owned(
        "packets",
        same_case("packets", "proceeding_id", "proceedings"),
        CheckConstraint("state in ('draft', 'queued', 'building', 'ready', 'failed', 'filed')", name="state_known"),
        CheckConstraint("state <> 'filed' OR filed_on IS NOT NULL", name="filed_has_a_date"),
    )

    kind: Mapped[str] = mapped_column(String(40), comment="law.terms.FilingKind")
    state: Mapped[str] = mapped_column(String(20), default="draft")
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, comment="Checklist key to typed text")
    bates_prefix: Mapped[str] = mapped_column(String(20), default="")
    exhibit_prefix: Mapped[str] = mapped_column(String(10), default="P")
    archival: Mapped[str] = mapped_column(
        String(10), default="", comment="PDF/A-2b: no (empty), only, or pictures (of pages that do not meet it)"
    )
    face: Mapped[str] = mapped_column(String(10), default="", comment="Typeface: serif (empty), or sans")
    dated_on: Mapped[date | None] = mapped_column(comment="The date printed on the filing")
    progress: Mapped[int] = mapped_column(default=0, comment="Percent")
    progress_note: Mapped[str] = mapped_column(Text, default="")
    error: Mapped[str] = mapped_column(Text, default="")
    built_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    built_from: Mapped[str] = mapped_column(String(64), default="", comment="SHA-256 of all inputs")
    pdf_sha256: Mapped[str] = mapped_column(String(64), default="")
    pdf_size: Mapped[int] = mapped_column(BigInteger, default=0)
    page_count: Mapped[int] = mapped_column(default=0)
    manifest_sha256: Mapped[str] = mapped_column(String(64), default="")
    filed_on: Mapped[date | None]
    received_on: Mapped[date | None] = mapped_column(comment="When the other side received it, if known")
    filed_how: Mapped[str] = mapped_column(String(40), default="")
    filed_to: Mapped[str] = mapped_column(Text, default="")
    filed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    proceeding_id: Mapped[UUID | None]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class PacketExhibit(CaseOwned, db.Model):
    """A paper chosen as an exhibit, in its place."""

    __tablename__ = "packet_exhibits"
    __table_args__ = case_owned(
        "packet_exhibits",
        same_case("packet_exhibits", "packet_id", "packets"),
        same_case("packet_exhibits", "document_id", "documents"),
        UniqueConstraint("packet_id", "document_id"),
        UniqueConstraint(
            "packet_id", "position", name="uq_packet_exhibits_position", deferrable=True, initially="DEFERRED"
        ),
    )

    packet_id: Mapped[UUID]
    document_id: Mapped[UUID] = mapped_column(index=True)
    position: Mapped[int] = mapped_column(comment="From 1")
    description: Mapped[str] = mapped_column(String(500), default="")
