"""Photos that become one paper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Created, case_owned, same_case


class PhotoSet(CaseOwned, Created, db.Model):
    """A paper that one person photographs page by page. `document_id` is the paper that was made of it."""

    __tablename__ = "photo_sets"
    __table_args__ = case_owned(
        "photo_sets",
        CheckConstraint("state in ('open', 'making', 'made', 'failed')", name="state_known"),
        same_case("photo_sets", "document_id", "documents"),
        Index("ix_photo_sets_case_id_user_id", "case_id", "user_id"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), comment="Who photographs it")
    state: Mapped[str] = mapped_column(String(20), default="open")
    note: Mapped[str] = mapped_column(Text, default="", comment="Why it could not be made, in words")
    title: Mapped[str] = mapped_column(String(300), default="")
    visibility: Mapped[str] = mapped_column(String(20), comment="Of the photos, and of the paper")
    document_id: Mapped[UUID | None]


class Photo(CaseOwned, Created, db.Model):
    """One page of it: the photo as it came (a paper of its own), where the sheet was found on it, and what the person
    wants of that."""

    __tablename__ = "photos"
    __table_args__ = case_owned(
        "photos",
        CheckConstraint("state in ('waiting', 'found', 'none', 'failed')", name="state_known"),
        same_case("photos", "set_id", "photo_sets"),
        same_case("photos", "document_id", "documents"),
        Index("ix_photos_set_id", "set_id"),
    )

    set_id: Mapped[UUID]
    document_id: Mapped[UUID] = mapped_column(comment="The photo, as it came")
    is_own: Mapped[bool] = mapped_column(default=True, comment="It came with this set, and was no paper before")
    position: Mapped[int] = mapped_column(comment="Order of the pages; gaps do no harm")
    state: Mapped[str] = mapped_column(String(20), default="waiting", comment="Was a sheet of paper found on it?")
    note: Mapped[str] = mapped_column(Text, default="", comment="Why it cannot be shown, in words")
    corners: Mapped[list[Any] | None] = mapped_column(
        JSONB(none_as_null=True),
        comment="Of the sheet, clockwise from the top left: [x, y] as parts of the upright photo",
    )
    crop_sha256: Mapped[str] = mapped_column(String(64), default="", comment="A picture of the cropped sheet")
    whole_sha256: Mapped[str] = mapped_column(String(64), default="", comment="A picture of the whole photo")
    keep_whole: Mapped[bool] = mapped_column(default=False, comment="The person wants the photo uncropped")
    turns: Mapped[int] = mapped_column(default=0, comment="Quarter turns clockwise that the person asked for, 0 to 3")
