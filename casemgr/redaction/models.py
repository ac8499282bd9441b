"""Redactions: what is to be covered on a paper, the copy that was made of it, and the log that only grows."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Created, Versioned, case_owned, now, same_case


class Redaction(CaseOwned, Created, Versioned, db.Model):
    """One copy in the making, of one paper. The paper itself is never touched."""

    __tablename__ = "redactions"
    __table_args__ = case_owned(
        "redactions",
        same_case("redactions", "document_id", "documents"),
        same_case("redactions", "result_id", "documents"),
        CheckConstraint("state in ('draft', 'making', 'made', 'failed')", name="state_known"),
        CheckConstraint("(state = 'made') = (result_id IS NOT NULL)", name="made_has_a_result"),
        Index("uq_redactions_open_one", "document_id", unique=True, postgresql_where=text("state <> 'made'")),
    )

    document_id: Mapped[UUID] = mapped_column(comment="The original")
    state: Mapped[str] = mapped_column(String(10), default="draft")
    note: Mapped[str] = mapped_column(Text, default="", comment="Why it failed, in words")
    title: Mapped[str] = mapped_column(String(300), default="", comment="Of the copy")
    visibility: Mapped[str] = mapped_column(String(20), default="", comment="Of the copy")
    reason: Mapped[str] = mapped_column(Text, default="", comment="Why these people may see the copy")
    all_pages: Mapped[bool] = mapped_column(default=False, comment="Every page becomes a picture")
    result_id: Mapped[UUID | None] = mapped_column(comment="The copy")
    proof: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, comment="storage.redaction.Proof")
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class RedactionMark(CaseOwned, Created, db.Model):
    """One thing that is covered on one page: a drawn box, or a passage with a box for each of its lines."""

    __tablename__ = "redaction_marks"
    __table_args__ = case_owned(
        "redaction_marks",
        same_case("redaction_marks", "redaction_id", "redactions"),
        CheckConstraint("page >= 1", name="page_counts_from_one"),
        Index("ix_redaction_marks_redaction_id_page", "redaction_id", "page"),
    )

    redaction_id: Mapped[UUID]
    page: Mapped[int] = mapped_column(comment="From 1")
    boxes: Mapped[list[list[float]]] = mapped_column(
        JSONB, comment="[[x0, y0, x1, y1]], from 0 to 1 of the upright picture"
    )
    reason: Mapped[str] = mapped_column(String(20), comment="redaction.reasons.REASONS")
    words: Mapped[str] = mapped_column(String(300), default="", comment="The person's own words for the reason")
    found_by: Mapped[str] = mapped_column(String(10), comment="redaction.reasons.HOW_FOUND")
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class RedactionEntry(CaseOwned, db.Model):
    """What was covered in a copy, by whom and why. The database takes new rows only, and no word that was removed."""

    __tablename__ = "redaction_log"
    __table_args__ = case_owned(
        "redaction_log",
        same_case("redaction_log", "redaction_id", "redactions"),
        same_case("redaction_log", "document_id", "documents"),
        same_case("redaction_log", "result_id", "documents"),
        UniqueConstraint("redaction_id"),
        Index("ix_redaction_log_case_id_at", "case_id", "at"),
    )

    redaction_id: Mapped[UUID]
    document_id: Mapped[UUID] = mapped_column(comment="The original")
    result_id: Mapped[UUID] = mapped_column(comment="The copy")
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(200), default="")
    original_sha256: Mapped[str] = mapped_column(String(64))
    result_sha256: Mapped[str] = mapped_column(String(64))
    visibility_was: Mapped[str] = mapped_column(String(20), comment="Of the original, when the copy was made")
    visibility: Mapped[str] = mapped_column(String(20), comment="Of the copy")
    reason: Mapped[str] = mapped_column(Text, comment="Why these people may see the copy")
    marks: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="[{page, boxes, reason, words, found_by}]")
    proof: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="storage.redaction.Proof")


class ProtectedName(CaseOwned, Created, db.Model):
    """A name that must not leave the house with this case: another child's, say. Typed by a person of the team."""

    __tablename__ = "protected_names"
    __table_args__ = case_owned("protected_names", UniqueConstraint("case_id", "key", name="uq_protected_names_once"))

    name: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(200), comment="In small letters, without accents")
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    added_by_name: Mapped[str] = mapped_column(String(200), default="")
