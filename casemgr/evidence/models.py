"""The evidence log: append-only, hash-chained for each case."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Searched, case_owned, now, same_case, searched


class EvidenceEntry(CaseOwned, Searched, db.Model):
    """One thing that happened. `hash` is the SHA-256 of its canonical form and of `previous_hash`."""

    __tablename__ = "evidence_entries"
    __table_args__ = case_owned(
        "evidence_entries",
        same_case("evidence_entries", "supersedes_id", "evidence_entries"),
        UniqueConstraint("case_id", "number", name="uq_evidence_entries_case_id_number"),
        UniqueConstraint("supersedes_id", name="uq_evidence_entries_superseded_once"),
        Index("ix_evidence_entries_case_id_happened_on", "case_id", "happened_on", "number"),
        searched("evidence_entries"),
    )

    number: Mapped[int] = mapped_column(comment="From 1, without a gap, in each case")
    kind: Mapped[str] = mapped_column(String(40), comment="evidence.kinds.EVIDENCE_KINDS")
    happened_on: Mapped[date]
    happened_at: Mapped[time | None] = mapped_column(comment="Local time, if known")
    precision: Mapped[str] = mapped_column(String(10), default="day", comment="day, month or year")
    title: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text, default="", comment="What happened")
    shows: Mapped[str] = mapped_column(Text, default="", comment="What it shows")
    weight: Mapped[str] = mapped_column(String(20), default="", comment="evidence.kinds.WEIGHTS")
    learned: Mapped[str] = mapped_column(String(20), default="", comment="evidence.kinds.LEARNED")
    people: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, comment="[{id?, name}]")
    documents: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, default=list, comment="[{id, sha256, page?, quote?}]"
    )
    visibility: Mapped[str] = mapped_column(String(20), default="shared")
    supersedes_id: Mapped[UUID | None]
    correction_reason: Mapped[str] = mapped_column(Text, default="")
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    recorded_by_name: Mapped[str] = mapped_column(String(200), default="")
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class EvidenceDocument(CaseOwned, db.Model):
    """The link from an entry to a paper, for queries; the chain holds it in the entry itself. Append-only."""

    __tablename__ = "evidence_documents"
    __table_args__ = case_owned(
        "evidence_documents",
        same_case("evidence_documents", "entry_id", "evidence_entries"),
        same_case("evidence_documents", "document_id", "documents"),
        UniqueConstraint("entry_id", "document_id"),
    )

    entry_id: Mapped[UUID]
    document_id: Mapped[UUID] = mapped_column(index=True)
    page: Mapped[int | None]
