"""Issues (claims) and the relief asked for."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Created, Searched, Versioned, case_owned, same_case, searched


class Issue(CaseOwned, Created, Searched, Versioned, db.Model):
    """What went wrong, under which law, since when, and what would fix it. 34 CFR 300.508(b)(5)-(6)."""

    __tablename__ = "issues"
    __table_args__ = case_owned(
        "issues", UniqueConstraint("case_id", "number", name="uq_issues_case_id_number"), searched("issues")
    )

    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    law: Mapped[str] = mapped_column(String(20), comment="idea, section_504 or state")
    area: Mapped[str] = mapped_column(String(40), default="", comment="issues.areas.ISSUE_AREAS")
    since_on: Mapped[date | None]
    known_on: Mapped[date | None] = mapped_column(comment="When the parent knew or should have known: 300.511(e)")
    facts: Mapped[str] = mapped_column(Text, default="")
    relief: Mapped[str] = mapped_column(Text, default="")
    is_withdrawn: Mapped[bool] = mapped_column(default=False)


class IssueEvidence(CaseOwned, Created, db.Model):
    """An evidence entry that supports an issue."""

    __tablename__ = "issue_evidence"
    __table_args__ = case_owned(
        "issue_evidence",
        same_case("issue_evidence", "issue_id", "issues"),
        same_case("issue_evidence", "entry_id", "evidence_entries"),
        UniqueConstraint("issue_id", "entry_id"),
    )

    issue_id: Mapped[UUID]
    entry_id: Mapped[UUID] = mapped_column(index=True)
