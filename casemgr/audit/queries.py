"""Read the record of who did what. Row-level security decides what there is to read; the filters narrow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select, union

from casemgr.accounts.models import Membership, User
from casemgr.audit.models import AuditEvent
from casemgr.audit.words import words_for
from casemgr.cases.models import Case, CaseMember, Student
from casemgr.deadlines.models import Fact
from casemgr.extensions import db
from casemgr.law.facts import FACTS
from casemgr.law.terms import FactKind
from casemgr.proceedings.words import move_title
from casemgr.web.voice import told

A_PAGE = 30
NOBODY = "system"
"""In the place of a person: what the program did by itself."""


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to. `person`: an id, NOBODY, or empty; days are local to `zone`, both included."""

    person: str = ""
    case_id: UUID | None = None
    area: str = ""
    since: date | None = None
    until: date | None = None
    page: int = 1
    zone: str = "America/New_York"

    @property
    def narrows(self) -> bool:
        return bool(self.person or self.case_id or self.area or self.since or self.until)


@dataclass(frozen=True)
class Act:
    """One act as the list shows it. `at`: an instant in UTC. `student`: whose case it was in; empty for none."""

    at: datetime
    who: str
    did: str
    more: str
    case_id: UUID | None
    student: str


@dataclass(frozen=True)
class Acts:
    items: list[Act]
    page: int
    pages: int
    total: int


def acts_of(org_id: UUID, wanted: Wanted) -> Acts:
    """Return one page of what was done in an organization, newest first."""
    narrowed = _narrowed(org_id, wanted)
    total = db.session.scalar(select(func.count()).select_from(AuditEvent).where(*narrowed)) or 0
    pages = max(1, -(-total // A_PAGE))
    page = min(max(wanted.page, 1), pages)
    query = (
        select(AuditEvent, Student.name)
        .outerjoin(Student, Student.case_id == AuditEvent.case_id)
        .where(*narrowed)
        .order_by(AuditEvent.at.desc(), AuditEvent.id)
        .limit(A_PAGE)
        .offset((page - 1) * A_PAGE)
    )
    rows: Sequence[tuple[AuditEvent, str | None]] = db.session.execute(query).tuples().all()
    kinds = _kinds_of_facts([row for row, _ in rows])
    return Acts([_act(row, student, kinds) for row, student in rows], page, pages, total)


def people_of(org_id: UUID, case_id: UUID | None = None) -> list[tuple[str, str]]:
    """Return (id, name) of who can have done something: members of the organization, and who may sign in to a case."""
    granted = select(CaseMember.user_id).where(CaseMember.org_id == org_id)
    if case_id is not None:
        granted = granted.where(CaseMember.case_id == case_id)
    ids = union(select(Membership.user_id).where(Membership.org_id == org_id), granted).subquery()
    rows = db.session.execute(select(User.id, User.name).join(ids, ids.c.user_id == User.id).order_by(User.name))
    return [(str(row.id), row.name) for row in rows]


def cases_of(org_id: UUID) -> list[tuple[str, str]]:
    """Return (id, name of the student) of every case of the organization."""
    query = select(Case.id, Student.name).join(Student, Student.case_id == Case.id).where(Case.org_id == org_id)
    return [(str(row.id), row.name) for row in db.session.execute(query.order_by(Student.name, Case.id))]


def _narrowed(org_id: UUID, wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [AuditEvent.org_id == org_id]
    if wanted.case_id is not None:
        found.append(AuditEvent.case_id == wanted.case_id)
    if wanted.person == NOBODY:
        found.append(AuditEvent.actor_id.is_(None))
    elif wanted.person:
        found.append(AuditEvent.actor_id == UUID(wanted.person))
    if wanted.area:
        found.append(AuditEvent.action.startswith(f"{wanted.area}:", autoescape=True))
    zone = ZoneInfo(wanted.zone)
    if wanted.since:
        found.append(AuditEvent.at >= datetime.combine(wanted.since, time(), zone))
    if wanted.until:
        found.append(AuditEvent.at < datetime.combine(wanted.until + timedelta(days=1), time(), zone))
    return found


def _kinds_of_facts(rows: Sequence[AuditEvent]) -> dict[UUID, str]:
    ids = {row.subject_id for row in rows if row.action.startswith("deadlines:fact:") and row.subject_id}
    query: Select[tuple[UUID, str]] = select(Fact.id, Fact.kind).where(Fact.id.in_(ids))
    return {row.id: row.kind for row in db.session.execute(query)} if ids else {}


def _act(row: AuditEvent, student: str | None, kinds: dict[UUID, str]) -> Act:
    fact = (row.subject_id and kinds.get(row.subject_id)) or str(row.detail.get("fact", ""))
    more = told(FACTS[FactKind(fact)].label) if fact in FACTS else ""
    if row.action == "proceedings:stage:move":
        more = move_title(str(row.detail.get("event", "")))
    who = row.actor_name or "The program"
    return Act(row.at, who, words_for(row.action), more, row.case_id, student or "")
