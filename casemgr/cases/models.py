"""The case, its student, the people around it and who may open it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casemgr.accounts.models import User
from casemgr.cases.district import District
from casemgr.extensions import db
from casemgr.platform.columns import CaseOwned, Created, Identified, Searched, Versioned, case_owned, searched


class Case(Identified, Created, Searched, Versioned, db.Model):
    """One dispute about one student's special education. `stage` is casemgr.law.terms.Stage."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("org_id", "id"),
        Index("ix_cases_org_id_created_at", "org_id", "created_at"),
        searched("cases"),
        CheckConstraint("track in ('idea', 'section_504', 'both')", name="track_known"),
        {"info": {"rls": "case_self"}},
    )

    org_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"), sort_order=-20)
    state: Mapped[str] = mapped_column(String(2), comment="Two letters: whose law pack applies")
    timezone: Mapped[str] = mapped_column(String(60), default="America/New_York")
    track: Mapped[str] = mapped_column(String(20))
    track_note: Mapped[str] = mapped_column(Text, default="", comment="Why the suggested track was changed")
    stage: Mapped[str] = mapped_column(String(40), default="concern_raised")
    plan: Mapped[str] = mapped_column(String(30), comment="casemgr.law.terms.PlanKind when the case was opened")
    concern: Mapped[str] = mapped_column(Text, comment="In the person's own words")
    concern_on: Mapped[date]
    is_sample: Mapped[bool] = mapped_column(default=False)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), comment="Who looks after the case")

    student: Mapped[Student] = relationship(back_populates="case", uselist=False, lazy="joined")
    owner: Mapped[User | None] = relationship(lazy="joined")

    @property
    def lea(self) -> District:
        """The student's district: whose school calendar counts."""
        return District(self.student.district, self.state)


class Student(CaseOwned, Searched, Versioned, db.Model):
    """The student, as this case knows them."""

    __tablename__ = "students"
    __table_args__ = case_owned(
        "students", UniqueConstraint("case_id", name="uq_students_one_per_case"), searched("students")
    )

    name: Mapped[str] = mapped_column(String(200))
    born_on: Mapped[date]
    grade: Mapped[str] = mapped_column(String(40), default="")
    school: Mapped[str] = mapped_column(String(200), default="")
    district: Mapped[str] = mapped_column(String(200), default="", comment="The LEA")
    address: Mapped[str] = mapped_column(Text, default="", comment="Residence: 34 CFR 300.508(b)(2)")
    is_homeless: Mapped[bool] = mapped_column(default=False, comment="34 CFR 300.508(b)(4)")
    homeless_contact: Mapped[str] = mapped_column(Text, default="")
    disability: Mapped[str] = mapped_column(String(300), default="")

    case: Mapped[Case] = relationship(back_populates="student")


class Person(CaseOwned, Created, Searched, Versioned, db.Model):
    """Somebody in the case: a parent, a teacher, the LEA's director, a hearing officer."""

    __tablename__ = "people"
    __table_args__ = case_owned("people", searched("people"))

    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(40), comment="cases.roles.PERSON_ROLES")
    organization: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    address: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")


class CaseMember(CaseOwned, Created, db.Model):
    """A sign-in that may open this one case: a guest, or a member with another role in this case."""

    __tablename__ = "case_members"
    __table_args__ = case_owned(
        "case_members",
        UniqueConstraint("case_id", "user_id"),
        CheckConstraint("role in ('attorney', 'advocate', 'paralegal', 'parent', 'viewer')", name="role_known"),
        rls="membership",
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))

    user: Mapped[User] = relationship(lazy="joined")
