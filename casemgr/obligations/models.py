"""What an agreement or a decision promises, and what has been delivered of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Created, Versioned, case_owned, same_case


class Obligation(CaseOwned, Created, Versioned, db.Model):
    """One promise. `act_by` is the day that counts next; of a promise that recurs, the end of the first period that
    is not delivered yet."""

    __tablename__ = "obligations"
    __table_args__ = case_owned(
        "obligations",
        same_case("obligations", "fact_id", "facts"),
        same_case("obligations", "document_id", "documents"),
        same_case("obligations", "proof_document_id", "documents"),
        same_case("obligations", "proof_entry_id", "evidence_entries"),
        same_case("obligations", "issue_id", "issues"),
        CheckConstraint("timing in ('day', 'count', 'again', 'no_day')", name="timing_known"),
        CheckConstraint("state in ('open', 'met', 'waived')", name="state_known"),
        CheckConstraint("ends_on >= starts_on", name="runs_forward"),
        CheckConstraint("minutes > 0", name="minutes_positive"),
        Index("ix_obligations_org_id_act_by", "org_id", "act_by"),
    )

    title: Mapped[str] = mapped_column(String(300))
    words: Mapped[str] = mapped_column(Text, default="", comment="As the paper says it")
    actor: Mapped[str] = mapped_column(String(40), comment="law.terms.PartyRole: who must do it")
    who: Mapped[str] = mapped_column(String(200), default="", comment="The person or office there")
    proof: Mapped[str] = mapped_column(Text, default="", comment="What will show that it is done")
    fact_id: Mapped[UUID | None] = mapped_column(comment="The agreement or decision")
    document_id: Mapped[UUID | None] = mapped_column(comment="The paper that says so")
    timing: Mapped[str] = mapped_column(String(10))
    due_on: Mapped[date | None] = mapped_column(comment="The day that the paper names")
    count: Mapped[int | None]
    unit: Mapped[str] = mapped_column(String(40), default="", comment="law.terms.Unit")
    count_from: Mapped[date | None] = mapped_column(comment="Day 0; none: the day of the agreement or decision")
    every: Mapped[str] = mapped_column(String(10), default="", comment="week or month")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    minutes: Mapped[int | None] = mapped_column(comment="Promised in all; of one that recurs, in each period")
    nominal: Mapped[date | None]
    act_by: Mapped[date | None]
    late_after: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text, default="", comment="Why there is no date, when there is none")
    explanation: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, comment="Day 0, steps and readings")
    state: Mapped[str] = mapped_column(String(10), default="open")
    ended_on: Mapped[date | None] = mapped_column(comment="The day it was met or waived")
    ended_note: Mapped[str] = mapped_column(Text, default="")
    proof_document_id: Mapped[UUID | None]
    proof_entry_id: Mapped[UUID | None]
    issue_id: Mapped[UUID | None] = mapped_column(comment="The issue that was made of a broken promise")
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    recorded_by_name: Mapped[str] = mapped_column(String(200), default="")


class Delivery(CaseOwned, Created, db.Model):
    """A part of a promise that was kept on one day. One entered by mistake is taken back and stays on record."""

    __tablename__ = "obligation_deliveries"
    __table_args__ = case_owned(
        "obligation_deliveries",
        same_case("obligation_deliveries", "obligation_id", "obligations"),
        same_case("obligation_deliveries", "document_id", "documents"),
        same_case("obligation_deliveries", "entry_id", "evidence_entries"),
        CheckConstraint("minutes > 0", name="minutes_positive"),
        Index("ix_obligation_deliveries_obligation_id", "obligation_id"),
    )

    obligation_id: Mapped[UUID]
    on_date: Mapped[date]
    minutes: Mapped[int | None] = mapped_column(comment="None where the promise is not counted in hours")
    note: Mapped[str] = mapped_column(Text, default="")
    document_id: Mapped[UUID | None]
    entry_id: Mapped[UUID | None]
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    recorded_by_name: Mapped[str] = mapped_column(String(200), default="")
    taken_back_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    taken_back_by_name: Mapped[str] = mapped_column(String(200), default="")
