"""Heads of evidence logs that left the house: mailed to a person, or stamped by an authority."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Created, case_owned


class ChainHead(CaseOwned, Created, db.Model):
    """The head of a log at one moment, and where it went. A stamp is tied to it by `token`."""

    __tablename__ = "chain_heads"
    __table_args__ = case_owned(
        "chain_heads",
        CheckConstraint("way in ('mail', 'stamp')", name="way_known"),
        CheckConstraint("state in ('queued', 'done', 'failed')", name="state_known"),
        CheckConstraint("entries > 0", name="entries_positive"),
        Index("ix_chain_heads_case_id_created_at", "case_id", "created_at"),
    )

    way: Mapped[str] = mapped_column(String(10))
    entries: Mapped[int]
    head: Mapped[str] = mapped_column(String(64), comment="SHA-256 of the last entry")
    address: Mapped[str] = mapped_column(String(320), comment="Of mail: to whom; of a stamp: the authority")
    state: Mapped[str] = mapped_column(String(10), default="queued")
    problem: Mapped[str] = mapped_column(Text, default="", comment="Why it waits or failed, in plain words")
    tries: Mapped[int] = mapped_column(default=0)
    token: Mapped[bytes | None] = mapped_column(LargeBinary, comment="The authority's whole answer (DER)")
    stamped_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), comment="As the authority says")
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), comment="None: the nightly round")
    asked_by_name: Mapped[str] = mapped_column(String(200), default="")


class NightlyHead(CaseOwned, Created, db.Model):
    """A person who gets the head of a case's log by mail, each night after it grew."""

    __tablename__ = "nightly_heads"
    __table_args__ = case_owned("nightly_heads", UniqueConstraint("case_id", "user_id", name="uq_nightly_heads_once"))

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    address: Mapped[str] = mapped_column(String(320))
