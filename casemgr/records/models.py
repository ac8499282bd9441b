"""What was asked of the school's records, what came, and what nobody expects."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Created, Versioned, case_owned, same_case


class RecordsRequest(CaseOwned, Created, Versioned, db.Model):
    """One request for records. The day that starts the clock is a fact of the case (`fact_id`), never a copy here."""

    __tablename__ = "records_requests"
    __table_args__ = case_owned(
        "records_requests",
        same_case("records_requests", "fact_id", "facts"),
        same_case("records_requests", "document_id", "documents"),
        CheckConstraint("last_year >= first_year", name="years_run_forward"),
    )

    words: Mapped[str] = mapped_column(Text, comment="As it was asked")
    asked_by: Mapped[str] = mapped_column(String(200), default="")
    asked_of: Mapped[str] = mapped_column(String(200), default="")
    sent_on: Mapped[date | None]
    kinds: Mapped[list[str]] = mapped_column(JSONB, comment="documents.kinds; none: all of the student's records")
    first_year: Mapped[int | None] = mapped_column(comment="The year in which the first school year begins")
    last_year: Mapped[int | None]
    fact_id: Mapped[UUID] = mapped_column(comment="records_requested: the day the school received it")
    document_id: Mapped[UUID | None] = mapped_column(comment="The letter or e-mail that asks")
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    recorded_by_name: Mapped[str] = mapped_column(String(200), default="")


class RecordsArrival(CaseOwned, Created, db.Model):
    """A paper that came in answer to a request."""

    __tablename__ = "records_arrivals"
    __table_args__ = case_owned(
        "records_arrivals",
        same_case("records_arrivals", "request_id", "records_requests"),
        same_case("records_arrivals", "document_id", "documents"),
        UniqueConstraint("request_id", "document_id"),
    )

    request_id: Mapped[UUID]
    document_id: Mapped[UUID]
    added_by_name: Mapped[str] = mapped_column(String(200), default="")


class RecordsException(CaseOwned, Created, db.Model):
    """Why a kind of paper is not expected for some time: a gap that is none."""

    __tablename__ = "records_exceptions"
    __table_args__ = case_owned(
        "records_exceptions",
        UniqueConstraint("case_id", "kind", "first_on", "last_on"),
        CheckConstraint("last_on >= first_on", name="runs_forward"),
    )

    kind: Mapped[str] = mapped_column(String(40))
    first_on: Mapped[date]
    last_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    made_by_name: Mapped[str] = mapped_column(String(200), default="")


class RecordsTerms(CaseOwned, Created, db.Model):
    """How many times a year the school reports on progress, where somebody has said so."""

    __tablename__ = "records_terms"
    __table_args__ = case_owned(
        "records_terms",
        UniqueConstraint("case_id"),
        CheckConstraint("count between 1 and 6", name="count_known"),
    )

    count: Mapped[int]
