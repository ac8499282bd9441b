"""Facts that start clocks, the deadlines they make, and the school calendars that count days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Identity, Index, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casemgr.cases.district import District
from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Created, Identified, Versioned, case_owned, now, same_case


class Fact(CaseOwned, db.Model):
    """A dated event of law.terms.FactKind. Append-only: a correction is a new row, a mistake is retracted by one."""

    __tablename__ = "facts"
    __table_args__ = case_owned(
        "facts",
        same_case("facts", "proceeding_id", "proceedings"),
        same_case("facts", "document_id", "documents"),
        same_case("facts", "entry_id", "evidence_entries"),
        same_case("facts", "corrects_id", "facts"),
        UniqueConstraint("corrects_id", name="uq_facts_corrected_once"),
    )

    number: Mapped[int] = mapped_column(Identity(always=True), comment="Order of recording")
    kind: Mapped[str] = mapped_column(String(60))
    on_date: Mapped[date]
    precision: Mapped[str] = mapped_column(String(10), default="day", comment="day, month or unknown")
    by_party: Mapped[str] = mapped_column(String(20), default="", comment="law.terms.PartyRole: who did it")
    how: Mapped[str] = mapped_column(String(40), default="", comment="e-mail, mail, by hand …")
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    note: Mapped[str] = mapped_column(Text, default="")
    proceeding_id: Mapped[UUID | None]
    document_id: Mapped[UUID | None] = mapped_column(comment="The paper that shows it")
    entry_id: Mapped[UUID | None] = mapped_column(comment="The entry of the evidence log that shows it")
    contradictions: Mapped[list[str]] = mapped_column(JSONB, default=list, comment="What spoke against it, in words")
    kept_because: Mapped[str] = mapped_column(Text, default="", comment="Why it was kept all the same")
    corrects_id: Mapped[UUID | None]
    is_retraction: Mapped[bool] = mapped_column(default=False)
    correction_reason: Mapped[str] = mapped_column(Text, default="")
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    recorded_by_name: Mapped[str] = mapped_column(String(200), default="")
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)


class Deadline(CaseOwned, Versioned, db.Model):
    """One date under one rule, as last computed. `key` is its lasting identity (rule and trigger)."""

    __tablename__ = "deadlines"
    __table_args__ = case_owned(
        "deadlines",
        same_case("deadlines", "fact_id", "facts"),
        UniqueConstraint("case_id", "key", name="uq_deadlines_case_id_key"),
        Index("ix_deadlines_org_id_act_by", "org_id", "act_by"),
    )

    key: Mapped[str] = mapped_column(String(200))
    rule_id: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(Text)
    citation: Mapped[str] = mapped_column(String(200))
    verification: Mapped[str] = mapped_column(String(4), comment="V, V2, V2q or U (unverified)")
    actor: Mapped[str] = mapped_column(String(40), comment="law.terms.PartyRole: who must act")
    fact_id: Mapped[UUID | None] = mapped_column(comment="The fact that started the clock; none for a birthday")
    state: Mapped[str] = mapped_column(String(20), comment="open, met, late, waived, suspended, superseded")
    nominal: Mapped[date | None]
    act_by: Mapped[date | None]
    late_after: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text, default="", comment="Why it cannot be computed, when it cannot")
    explanation: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, comment="Steps, readings, notes")
    computed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    assigned_to: Mapped[UUID | None] = mapped_column(
        ForeignKey("users.id"), comment="Who of us sees to it; none: whoever looks after the case"
    )


class DeadlineChange(CaseOwned, db.Model):
    """An earlier date of a deadline and what moved it. Append-only."""

    __tablename__ = "deadline_changes"
    __table_args__ = case_owned("deadline_changes", same_case("deadline_changes", "deadline_id", "deadlines"))

    deadline_id: Mapped[UUID]
    was: Mapped[dict[str, Any]] = mapped_column(JSONB)
    became: Mapped[dict[str, Any]] = mapped_column(JSONB)
    cause: Mapped[str] = mapped_column(Text)
    changed_by_name: Mapped[str] = mapped_column(String(200), default="")
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)


class DeadlineCheck(CaseOwned, db.Model):
    """Somebody compared a computed date with the law. Append-only; a date that moves later leaves it behind.

    `checked_by_name` signed the deadline sheet; `recorded_by` entered it here. They may be two people."""

    __tablename__ = "deadline_checks"
    __table_args__ = case_owned(
        "deadline_checks",
        same_case("deadline_checks", "deadline_id", "deadlines"),
        Index("ix_deadline_checks_deadline_id", "deadline_id"),
    )

    deadline_id: Mapped[UUID]
    nominal: Mapped[date | None] = mapped_column(comment="The three dates as they were checked")
    act_by: Mapped[date | None]
    late_after: Mapped[date | None]
    is_right: Mapped[bool] = mapped_column(comment="The checker agrees with the dates")
    note: Mapped[str] = mapped_column(Text, default="")
    checked_by_name: Mapped[str] = mapped_column(String(200))
    checked_on: Mapped[date] = mapped_column(comment="The day of the signature, in the case's place")
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    recorded_by_name: Mapped[str] = mapped_column(String(200), default="")
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)


class CalendarFeed(Identified, Created, Versioned, db.Model):
    """A person's secret calendar address. Only a hash of its token is kept; a new token makes the old one useless."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (
        UniqueConstraint("user_id", name="uq_calendar_feeds_user_id"),
        UniqueConstraint("token_hash", name="uq_calendar_feeds_token_hash"),
        {"info": {"rls": "person"}},
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64), comment="SHA-256 of 256 random bits")
    shows_names: Mapped[bool] = mapped_column(default=False, comment="Otherwise the student's initials only")
    who: Mapped[str] = mapped_column(String(10), default="", comment="agenda.WHO: whose dates")


class SchoolCalendar(Identified, Created, Versioned, db.Model):
    """The school days of one district in one school year, shared by an organization's cases."""

    __tablename__ = "school_calendars"
    __table_args__ = (
        UniqueConstraint("org_id", "state", "district", "first_day"),
        CheckConstraint("last_day > first_day", name="runs_forward"),
        {"info": {"rls": "org"}},
    )

    org_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"), sort_order=-20)
    state: Mapped[str] = mapped_column(String(2), comment="Two letters: districts of one name are told apart by it")
    district: Mapped[str] = mapped_column(String(200))
    first_day: Mapped[date]
    last_day: Mapped[date]

    closures: Mapped[list[SchoolClosure]] = relationship(
        back_populates="calendar", order_by="SchoolClosure.first_on", cascade="all, delete-orphan"
    )

    @property
    def lea(self) -> District:
        return District(self.district, self.state)


class SchoolClosure(Identified, db.Model):
    """Days without school for all children: a holiday, a vacation, a snow day. 34 CFR 300.11(c).

    Or, with `has_school`, the exception on the other side: a Saturday or Sunday that children attend."""

    __tablename__ = "school_closures"
    __table_args__ = (
        CheckConstraint("last_on >= first_on", name="runs_forward"),
        {"info": {"rls": "org"}},
    )

    org_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"), sort_order=-20)
    calendar_id: Mapped[UUID] = mapped_column(ForeignKey("school_calendars.id", ondelete="CASCADE"), index=True)
    first_on: Mapped[date]
    last_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(200), default="")
    has_school: Mapped[bool] = mapped_column(default=False, comment="A make-up day on a weekend")

    calendar: Mapped[SchoolCalendar] = relationship(back_populates="closures")
