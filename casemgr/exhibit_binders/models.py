"""Hearing binders: what is chosen, each time it was made, and what was served, which stays as it was."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Created, Versioned, case_owned, same_case


class ExhibitBinder(CaseOwned, Created, Versioned, db.Model):
    """One binder in the making. What was served of it stands in `binder_versions` and does not change."""

    __tablename__ = "exhibit_binders"
    __table_args__ = case_owned(
        "exhibit_binders",
        CheckConstraint("state in ('draft', 'queued', 'building', 'ready', 'failed')", name="state_known"),
        CheckConstraint("party in ('parent', 'school', 'other')", name="party_known"),
        CheckConstraint("shape in ('one', 'files')", name="shape_known"),
        CheckConstraint("bates_start >= 0 AND bates_digits between 1 and 12", name="bates_can_be_printed"),
    )

    title: Mapped[str] = mapped_column(String(150))
    forum: Mapped[str] = mapped_column(String(40), comment="Key of a profile of casemgr/forums")
    party: Mapped[str] = mapped_column(String(10), default="parent")
    exhibit_prefix: Mapped[str] = mapped_column(String(8), default="P")
    bates_prefix: Mapped[str] = mapped_column(String(20), default="")
    bates_digits: Mapped[int] = mapped_column(default=6)
    bates_start: Mapped[int] = mapped_column(default=1)
    shape: Mapped[str] = mapped_column(String(10), default="one", comment="one PDF, or files: one for each exhibit")
    slip_sheets: Mapped[bool] = mapped_column(
        default=True, comment="No: EXHIBIT in the stamp of the first page instead"
    )
    print_set: Mapped[bool] = mapped_column(default=False, comment="Also a PDF for printing on both sides")
    archival: Mapped[str] = mapped_column(
        String(10), default="", comment="PDF/A-2b: no (empty), only, or pictures (of pages that do not meet it)"
    )
    face: Mapped[str] = mapped_column(String(10), default="", comment="Typeface: serif (empty), or sans")
    most_mb: Mapped[int | None] = mapped_column(comment="Of one volume, in MB (10^6 bytes)")
    most_pages: Mapped[int | None] = mapped_column(comment="Of one volume")
    delivery: Mapped[str] = mapped_column(
        String(10), default="", comment="To the hearing officer: paper, allowed (otherwise), or not said"
    )
    copies_made: Mapped[int] = mapped_column(default=0, comment="Sets that lie ready")
    witnesses: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list, comment="[{name, about}]")
    recipients: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list, comment="As a packet keeps them")
    signer: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict, comment="{name, role, contact}")
    overrides: Mapped[dict[str, Any]] = mapped_column(
        JSONB, default=dict, comment="Rule of the forum to {reason, by, on}: why the binder is made all the same"
    )
    state: Mapped[str] = mapped_column(String(20), default="draft")
    progress: Mapped[int] = mapped_column(default=0, comment="Percent")
    progress_note: Mapped[str] = mapped_column(Text, default="")
    error: Mapped[str] = mapped_column(Text, default="")
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class BinderExhibit(CaseOwned, db.Model):
    """A paper chosen as an exhibit. `label` is fixed when it is first served; before, it follows from the order."""

    __tablename__ = "binder_exhibits"
    __table_args__ = case_owned(
        "binder_exhibits",
        same_case("binder_exhibits", "binder_id", "exhibit_binders"),
        same_case("binder_exhibits", "document_id", "documents"),
        UniqueConstraint(
            "binder_id", "position", name="uq_binder_exhibits_position", deferrable=True, initially="DEFERRED"
        ),
        CheckConstraint("(first_page IS NULL) = (last_page IS NULL)", name="range_is_whole"),
        CheckConstraint("first_page >= 1 AND last_page >= first_page", name="range_runs_forward"),
    )

    binder_id: Mapped[UUID]
    document_id: Mapped[UUID] = mapped_column(index=True)
    position: Mapped[int] = mapped_column(comment="From 1")
    label: Mapped[str] = mapped_column(String(16), default="", comment="As served; empty: not served yet")
    title: Mapped[str] = mapped_column(String(200), default="", comment="Empty: the title of the paper")
    dated: Mapped[str] = mapped_column(String(60), default="", comment="Empty: the date of the paper")
    description: Mapped[str] = mapped_column(String(500), default="")
    first_page: Mapped[int | None] = mapped_column(comment="Of the paper, from 1; none: the whole paper")
    last_page: Mapped[int | None]
    range_reason: Mapped[str] = mapped_column(String(300), default="", comment="Why the other pages stay out")
    is_joint: Mapped[bool] = mapped_column(default=False)
    withdrawn: Mapped[str] = mapped_column(String(300), default="", comment="Why a served exhibit was withdrawn")


class BinderVersion(CaseOwned, Created, db.Model):
    """A binder as it was made. Once served it is kept as it is (trigger `keep_served_binder`); what comes later is a
    supplement, a version of its own."""

    __tablename__ = "binder_versions"
    __table_args__ = case_owned(
        "binder_versions",
        same_case("binder_versions", "binder_id", "exhibit_binders"),
        UniqueConstraint("binder_id", "number"),
        CheckConstraint("(served_on IS NULL) = (served_how = '')", name="served_is_whole"),
    )

    binder_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(comment="1 is the whole binder, 2 and on are supplements")
    built_from: Mapped[str] = mapped_column(String(64), comment="Hash of all inputs")
    page_count: Mapped[int]
    volumes: Mapped[int]
    bates_next: Mapped[int] = mapped_column(comment="The number that the next exhibit page gets")
    exhibits: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, comment="What stands where: exhibit_binders.placed")
    changes: Mapped[list[str]] = mapped_column(JSONB, default=list, comment="Of a supplement, in words")
    proof: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, comment="The conservation of pages, summed up")
    served_on: Mapped[date | None]
    served_at: Mapped[str] = mapped_column(String(40), default="", comment="Time of day, as it was typed")
    served_how: Mapped[str] = mapped_column(String(20), default="", comment="filings.kinds.SEND_METHODS")
    served_to: Mapped[str] = mapped_column(Text, default="")
    served_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    served_by_name: Mapped[str] = mapped_column(String(200), default="")
    recorded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class BinderFile(CaseOwned, db.Model):
    """One file of a version: a volume, its print set, labels for its tabs, the ZIP, the manifest, or a file that
    cannot be printed."""

    __tablename__ = "binder_files"
    __table_args__ = case_owned(
        "binder_files",
        same_case("binder_files", "version_id", "binder_versions"),
        UniqueConstraint("version_id", "position"),
        CheckConstraint("kind in ('volume', 'print', 'tabs', 'zip', 'manifest', 'native')", name="kind_known"),
    )

    version_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(comment="From 1")
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(300))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger, comment="Bytes")
    pages: Mapped[int] = mapped_column(default=0)
