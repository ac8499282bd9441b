"""What a person says over many papers at once: tags, and one change of several papers that can be undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Created, case_owned, now, same_case


class DocumentTag(CaseOwned, Created, db.Model):
    """A word that somebody put on a paper. The words of a case are those that its papers carry: there is no list."""

    __tablename__ = "document_tags"
    __table_args__ = case_owned(
        "document_tags",
        same_case("document_tags", "document_id", "documents"),
        UniqueConstraint("document_id", "key"),
        Index("ix_document_tags_case_id_key", "case_id", "key"),
    )

    document_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(60), comment="As it was typed")
    key: Mapped[str] = mapped_column(String(60), comment="In lower case: “Math” and “math” are one tag")


class PaperChange(CaseOwned, db.Model):
    """Several papers changed in one step, with what they were before."""

    __tablename__ = "paper_changes"
    __table_args__ = case_owned("paper_changes")

    words: Mapped[str] = mapped_column(String(500), comment="What was changed, without names")
    papers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="Id, version since, fields and tags before")
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    made_by_name: Mapped[str] = mapped_column(String(200), default="")
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    undone_by_name: Mapped[str] = mapped_column(String(200), default="")
