"""Proceedings (meeting, mediation, hearing, complaint, court) and the moves of a case between stages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Identity, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Created, Versioned, case_owned, now, same_case


class Proceeding(CaseOwned, Created, Versioned, db.Model):
    """One forum's handling of the dispute. `kind` is law.terms.ProceedingKind, `step` its own machine's."""

    __tablename__ = "proceedings"
    __table_args__ = case_owned("proceedings")

    kind: Mapped[str] = mapped_column(String(40))
    step: Mapped[str] = mapped_column(String(40))
    is_parallel: Mapped[bool] = mapped_column(default=False, comment="Opened beside the case's stage")
    is_expedited: Mapped[bool] = mapped_column(default=False, comment="34 CFR 300.532(c)")
    filed_by: Mapped[str] = mapped_column(String(20), default="parent", comment="law.terms.PartyRole")
    docket_number: Mapped[str] = mapped_column(String(80), default="")
    forum: Mapped[str] = mapped_column(String(200), default="", comment="BSEA, OCR Boston …")
    decider: Mapped[str] = mapped_column(String(200), default="", comment="Hearing officer or mediator")
    opened_on: Mapped[date]
    ended_on: Mapped[date | None]
    outcome: Mapped[str] = mapped_column(Text, default="")


class StageMove(CaseOwned, db.Model):
    """A move of the case from one stage to another. Append-only: a mistaken move is undone by a correction."""

    __tablename__ = "stage_moves"
    __table_args__ = case_owned(
        "stage_moves",
        same_case("stage_moves", "proceeding_id", "proceedings"),
        same_case("stage_moves", "corrects_id", "stage_moves"),
        Index("ix_stage_moves_case_id_number", "case_id", "number"),
    )

    number: Mapped[int] = mapped_column(Identity(always=True), comment="Order of recording")
    event: Mapped[str] = mapped_column(String(60), comment="law.stages.Event, or `correction`")
    from_stage: Mapped[str] = mapped_column(String(40))
    to_stage: Mapped[str] = mapped_column(String(40))
    on_date: Mapped[date] = mapped_column(comment="The day it happened, in the case's place")
    reason: Mapped[str] = mapped_column(Text, default="")
    citation: Mapped[str] = mapped_column(String(200), default="")
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, comment="Warnings overridden")
    override_reason: Mapped[str] = mapped_column(Text, default="")
    proceeding_id: Mapped[UUID | None]
    corrects_id: Mapped[UUID | None]
    moved_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    moved_by_name: Mapped[str] = mapped_column(String(200), default="")
    moved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
