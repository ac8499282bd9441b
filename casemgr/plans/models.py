"""Placements, and the periods in which one is frozen by stay-put."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, case_owned, now, same_case


class Placement(CaseOwned, db.Model):
    """The placement as last agreed: services, school, setting, and the paper it stands on. Append-only history."""

    __tablename__ = "placements"
    __table_args__ = case_owned("placements", same_case("placements", "document_id", "documents"))

    agreed_on: Mapped[date] = mapped_column(comment="When the parent agreed to this plan")
    document_id: Mapped[UUID | None] = mapped_column(comment="The last agreed-upon IEP or 504 plan")
    school: Mapped[str] = mapped_column(String(200))
    setting: Mapped[str] = mapped_column(Text, default="")
    services: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, comment="[{name, minutes, per, where}]")
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    recorded_by_name: Mapped[str] = mapped_column(String(200), default="")
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)


class StayPutPeriod(CaseOwned, db.Model):
    """A span in which stay-put is in force (34 CFR 300.518), with the placement that it froze."""

    __tablename__ = "stay_put_periods"
    __table_args__ = case_owned(
        "stay_put_periods",
        same_case("stay_put_periods", "placement_id", "placements"),
        Index(
            "uq_stay_put_periods_one_open",
            "case_id",
            unique=True,
            postgresql_where="ended_on IS NULL",
        ),
    )

    since_on: Mapped[date]
    ended_on: Mapped[date | None]
    citation: Mapped[str] = mapped_column(String(200))
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    end_reason: Mapped[str] = mapped_column(Text, default="")
    placement_id: Mapped[UUID | None]
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
