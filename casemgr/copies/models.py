"""Which papers are alike, what a person says of them, and what a comparison of two found."""

from __future__ import annotations

from datetime import datetime
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
    text,
)
from sqlalchemy.dialects.postgresql import BIT, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, case_owned, now, same_case

PICTURE_BITS = 256


class PagePrint(CaseOwned, db.Model):
    """What a page looks like and says, each in a number whose bits differ little where pages differ little."""

    __tablename__ = "page_prints"
    __table_args__ = case_owned(
        "page_prints",
        same_case("page_prints", "document_id", "documents"),
        UniqueConstraint("document_id", "number"),
    )

    document_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(comment="From 1")
    picture: Mapped[str | None] = mapped_column(BIT(PICTURE_BITS), comment="storage.likeness; none: blank, no picture")
    words: Mapped[int | None] = mapped_column(BigInteger, comment="copies.prints.text_print; none: too few words")


class PaperPair(CaseOwned, db.Model):
    """Two papers of which the program thought that they are alike. `first_id` is the smaller id."""

    __tablename__ = "paper_pairs"
    __table_args__ = case_owned(
        "paper_pairs",
        same_case("paper_pairs", "first_id", "documents"),
        same_case("paper_pairs", "second_id", "documents"),
        UniqueConstraint("first_id", "second_id"),
        Index("ix_paper_pairs_second_id", "second_id"),
        CheckConstraint("first_id < second_id", name="in_order"),
        CheckConstraint("state in ('suggested', 'different', 'decided')", name="state_known"),
    )

    first_id: Mapped[UUID]
    second_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(20), default="", comment="copies.kinds.ALIKE; empty: nobody thought so")
    state: Mapped[str] = mapped_column(String(10), default="suggested")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    decided_by_name: Mapped[str] = mapped_column(String(200), default="")
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PaperRelation(CaseOwned, db.Model):
    """What a person says that one paper is to another. Taking it back keeps the row."""

    __tablename__ = "paper_relations"
    __table_args__ = case_owned(
        "paper_relations",
        same_case("paper_relations", "document_id", "documents"),
        same_case("paper_relations", "of_id", "documents"),
        Index(
            "uq_paper_relations_standing",
            "document_id",
            "kind",
            unique=True,
            postgresql_where=text("taken_back_at IS NULL"),
        ),
        Index(
            "uq_paper_relations_next_version",
            "of_id",
            unique=True,
            postgresql_where=text("taken_back_at IS NULL AND kind = 'version'"),
        ),
        CheckConstraint("kind in ('copy', 'version', 'redacted')", name="kind_known"),
        CheckConstraint("document_id <> of_id", name="of_another"),
    )

    kind: Mapped[str] = mapped_column(
        String(10), comment="copy: a copy of it; version: the version that follows it; redacted: with parts removed"
    )
    document_id: Mapped[UUID] = mapped_column(comment="The copy, or the later version")
    of_id: Mapped[UUID] = mapped_column(comment="The original, or the version before")
    said_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    said_by_name: Mapped[str] = mapped_column(String(200), default="")
    said_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    taken_back_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    taken_back_by_name: Mapped[str] = mapped_column(String(200), default="")
    taken_back_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PaperComparison(CaseOwned, db.Model):
    """What lies between two papers, page by page. `first_id` is the smaller id."""

    __tablename__ = "paper_comparisons"
    __table_args__ = case_owned(
        "paper_comparisons",
        same_case("paper_comparisons", "first_id", "documents"),
        same_case("paper_comparisons", "second_id", "documents"),
        UniqueConstraint("first_id", "second_id"),
        Index("ix_paper_comparisons_second_id", "second_id"),
        CheckConstraint("first_id < second_id", name="in_order"),
        CheckConstraint("state in ('waiting', 'done', 'failed')", name="state_known"),
    )

    first_id: Mapped[UUID]
    second_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    note: Mapped[str] = mapped_column(Text, default="", comment="Why it failed, in words")
    basis: Mapped[str] = mapped_column(
        String(64), default="", comment="Hash of the pages as they were; another one: the result is out of date"
    )
    result: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, comment="copies.result, first and second")
    done_pages: Mapped[int] = mapped_column(default=0)
    all_pages: Mapped[int] = mapped_column(default=0)
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), comment="None: the program did")
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
