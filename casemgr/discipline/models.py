"""The discipline log: each time that the student was taken out of class."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Identity, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, case_owned, now, same_case


class Removal(CaseOwned, db.Model):
    """One removal as somebody recorded it. Append-only: a correction is a new row, a mistake is retracted by one.

    `removal_id` is the id of its first record; it stays through corrections, and so do the clocks that it starts.
    """

    __tablename__ = "removals"
    __table_args__ = case_owned(
        "removals",
        same_case("removals", "document_id", "documents"),
        same_case("removals", "corrects_id", "removals"),
        UniqueConstraint("corrects_id", name="uq_removals_corrected_once"),
        CheckConstraint("last_on >= first_on", name="runs_forward"),
        CheckConstraint("share > 0 AND share <= 1", name="part_of_a_day"),
        CheckConstraint("counts = 'rule' OR counts_reason <> ''", name="own_view_has_a_reason"),
    )

    number: Mapped[int] = mapped_column(Identity(always=True), comment="Order of recording")
    removal_id: Mapped[UUID] = mapped_column(comment="Its lasting id: that of its first record")
    kind: Mapped[str] = mapped_column(String(40), comment="law.terms.RemovalKind")
    first_on: Mapped[date]
    last_on: Mapped[date | None] = mapped_column(comment="None while the student is still out")
    share: Mapped[Decimal] = mapped_column(Numeric(3, 2), default=Decimal(1), comment="Of each school day: 0.25 to 1")
    counts: Mapped[str] = mapped_column(String(10), default="rule", comment="rule, yes or no")
    counts_reason: Mapped[str] = mapped_column(Text, default="", comment="Why not as the rule says")
    is_similar: Mapped[bool | None] = mapped_column(comment="Behavior like that of the removals before")
    services_given: Mapped[bool | None] = mapped_column(comment="Lessons and services on these days")
    decided_on: Mapped[date | None] = mapped_column(comment="The day the school decided it")
    behavior: Mapped[str] = mapped_column(Text, default="", comment="What happened, and what the school said")
    document_id: Mapped[UUID | None] = mapped_column(comment="The paper that shows it")
    corrects_id: Mapped[UUID | None]
    is_retraction: Mapped[bool] = mapped_column(default=False)
    correction_reason: Mapped[str] = mapped_column(Text, default="")
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    recorded_by_name: Mapped[str] = mapped_column(String(200), default="")
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
