"""The goals of a plan, and the evidence that bears on them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Identity, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, case_owned, now, same_case


class Goal(CaseOwned, db.Model):
    """One goal of one plan (34 CFR 300.320(a)(2)-(3)) as somebody recorded it. Append-only: a correction is a new row.

    `goal_id` is the id of its first record. It stays through corrections, and when the next plan takes the goal over;
    so does the evidence that is tied to it.
    """

    __tablename__ = "plan_goals"
    __table_args__ = case_owned(
        "plan_goals",
        same_case("plan_goals", "goal_id", "plan_goals"),
        same_case("plan_goals", "placement_id", "placements"),
        same_case("plan_goals", "corrects_id", "plan_goals"),
        UniqueConstraint("corrects_id", name="uq_plan_goals_corrected_once"),
        Index(
            "uq_plan_goals_once_in_a_plan",
            "placement_id",
            "goal_id",
            unique=True,
            postgresql_where="corrects_id IS NULL",
        ),
        CheckConstraint("ends_on >= begins_on", name="runs_forward"),
    )

    number: Mapped[int] = mapped_column(Identity(always=True), comment="Order of recording")
    goal_id: Mapped[UUID] = mapped_column(comment="Its lasting id: that of its first record")
    placement_id: Mapped[UUID] = mapped_column(comment="The plan that it is in")
    area: Mapped[str] = mapped_column(String(20), comment="goals.areas.GOAL_AREAS")
    text: Mapped[str] = mapped_column(Text, comment="As the plan says it")
    baseline: Mapped[str] = mapped_column(Text, default="", comment="Where the student stood when it was written")
    target: Mapped[str] = mapped_column(Text, default="", comment="What counts as met")
    begins_on: Mapped[date | None]
    ends_on: Mapped[date | None] = mapped_column(comment="The day by which it is to be met")
    corrects_id: Mapped[UUID | None]
    is_retraction: Mapped[bool] = mapped_column(default=False, comment="It is not in this plan")
    correction_reason: Mapped[str] = mapped_column(Text, default="")
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    recorded_by_name: Mapped[str] = mapped_column(String(200), default="")
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)


class GoalEvidence(CaseOwned, db.Model):
    """An entry of the evidence log that bears on a goal. Append-only: a correction of the entry has its own ties."""

    __tablename__ = "goal_evidence"
    __table_args__ = case_owned(
        "goal_evidence",
        same_case("goal_evidence", "goal_id", "plan_goals"),
        same_case("goal_evidence", "entry_id", "evidence_entries"),
        UniqueConstraint("goal_id", "entry_id"),
    )

    goal_id: Mapped[UUID] = mapped_column(comment="The lasting id")
    entry_id: Mapped[UUID] = mapped_column(index=True)
