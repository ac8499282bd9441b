"""Reading people, their workspaces and who works in them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import g, session
from sqlalchemy import func, select

from casemgr.accounts import access
from casemgr.accounts.emails import clean_email
from casemgr.accounts.models import Membership, User
from casemgr.extensions import db


@dataclass(frozen=True)
class Workspace:
    """One organization of a person, as plain data: it may be shown whatever scope the page acts in."""

    org_id: UUID
    name: str
    kind: str
    role: str
    is_current: bool


def user_by_email(email: str) -> User | None:
    """Return the person with this address; None for nobody, and for something that is no address."""
    try:
        kept = clean_email(email)
    except ValueError:
        return None
    return db.session.scalars(select(User).where(User.email == kept)).one_or_none()


def workspaces_of(user: User) -> list[Workspace]:
    """Return the person's workspaces by name, the one of this session marked. Changes no scope."""
    if "workspaces" not in g:
        rows = access.memberships_of(user)
        ids = [str(row.org_id) for row in rows]
        current = session.get("org_id") if session.get("org_id") in ids else next(iter(ids), None)
        g.workspaces = [
            Workspace(row.org_id, row.organization.name, row.organization.kind, row.role, str(row.org_id) == current)
            for row in rows
        ]
    return g.workspaces


def members_of(org_id: UUID) -> list[Membership]:
    """Return who works in the organization, by name."""
    rows = db.session.scalars(
        select(Membership)
        .join(Membership.user)
        .where(Membership.org_id == org_id)
        .order_by(func.lower(User.name), User.id)
    )
    return list(rows.unique())


def member(org_id: UUID, membership_id: UUID) -> Membership | None:
    """Return one membership of this organization, or None."""
    row = db.session.get(Membership, membership_id)
    return row if row is not None and row.org_id == org_id else None
