"""Notes and highlights on pages. They lie beside a paper; its file is never touched."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Created, Searched, Versioned, case_owned, same_case, searched


class PageNote(CaseOwned, Searched, Created, Versioned, db.Model):
    """What somebody marked or wrote on a page. Who may read it: `reading.audiences`, and the database's own policies.

    Its author alone changes or removes it."""

    __tablename__ = "page_notes"
    __table_args__ = case_owned(
        "page_notes",
        same_case("page_notes", "document_id", "documents"),
        CheckConstraint("audience in ('private', 'team', 'shared')", name="audience_known"),
        CheckConstraint("color in ('yellow', 'green', 'blue', 'pink')", name="color_known"),
        CheckConstraint("page >= 1", name="page_counts_from_one"),
        Index("ix_page_notes_document_id_page", "document_id", "page"),
        searched("page_notes"),
        rls="note",
    )

    document_id: Mapped[UUID]
    page: Mapped[int] = mapped_column(comment="From 1")
    audience: Mapped[str] = mapped_column(String(10), comment="reading.audiences.AUDIENCES")
    color: Mapped[str] = mapped_column(String(10), comment="reading.audiences.COLORS")
    quote: Mapped[str] = mapped_column(Text, default="", comment="The words of the page that it is about")
    body: Mapped[str] = mapped_column(Text, default="", comment="What the author says")
    boxes: Mapped[list[list[float]]] = mapped_column(
        JSONB, default=list, comment="[[x0, y0, x1, y1]], from 0 to 1 of the upright picture; empty: the whole page"
    )
    author_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    author_name: Mapped[str] = mapped_column(String(200), default="")
    changed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
