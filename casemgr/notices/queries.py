"""Read notices, and who is to be told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, union

from casemgr.accounts.models import Membership, Organization, User
from casemgr.cases.models import Case, CaseMember, Student
from casemgr.extensions import db
from casemgr.notices.models import Notice

MOST = 200


@dataclass(frozen=True)
class Told:
    """One notice as its reader sees it."""

    case_id: UUID
    student: str
    text: str
    lines: tuple[str, ...]
    page: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Change:
    """What one change told one person, a line for each case. `at` is an instant in UTC."""

    id: UUID
    kind: str
    at: datetime
    is_read: bool
    told: tuple[Told, ...]


def people_on(case_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Return who is told about each of these cases of the acting organization. One query.

    Who looks after the case, and who has a role in it; in a family everybody; where nobody looks after it, the
    owners of the organization."""
    named = Case.id.in_(case_ids)
    nobody = Case.owner_id.is_(None)
    in_organization = and_(Membership.org_id == Case.org_id, Organization.id == Case.org_id)
    may_be = or_(Organization.kind == "family", and_(nobody, Membership.role == "owner"))
    everyone = union(
        select(Case.id.label("case_id"), Case.owner_id.label("user_id")).where(named),
        select(CaseMember.case_id, CaseMember.user_id).where(CaseMember.case_id.in_(case_ids)),
        select(Case.id, Membership.user_id).where(named, in_organization, may_be),
    ).subquery()
    active = select(everyone).join(User, User.id == everyone.c.user_id).where(User.is_active)
    found: dict[UUID, set[UUID]] = {case_id: set() for case_id in case_ids}
    for case_id, user_id in db.session.execute(active):
        found[case_id].add(user_id)
    return found


def changes_told(user_id: UUID) -> Sequence[Change]:
    """Return what a person was told in the acting organization, newest first, each change once."""
    rows = db.session.execute(
        select(Notice, Student.name)
        .join(Student, Student.case_id == Notice.case_id)
        .where(Notice.user_id == user_id)
        .order_by(Notice.created_at.desc(), Student.name)
        .limit(MOST)
    ).all()
    changes: dict[UUID, list[tuple[Notice, str]]] = {}
    for row, student in rows:
        changes.setdefault(row.change_id, []).append((row, student))
    return [
        Change(
            change_id,
            told[0][0].kind,
            told[0][0].created_at,
            all(row.read_at is not None for row, _ in told),
            tuple(Told(row.case_id, name, row.text, tuple(row.lines), row.page, row.arguments) for row, name in told),
        )
        for change_id, told in changes.items()
    ]


def unread_count() -> int:
    """Return how many changes the acting person has not read, over all organizations. One small query.

    The function in the database counts over the walls, and only what this person may still open."""
    return db.session.scalar(select(func.unread_notices())) or 0


def unread_of(user_id: UUID, change_id: UUID | None) -> ColumnElement[bool]:
    """The condition of a person's unread notices, all of them or those of one change."""
    mine = and_(Notice.user_id == user_id, Notice.read_at.is_(None))
    return mine if change_id is None else and_(mine, Notice.change_id == change_id)
