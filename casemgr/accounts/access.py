"""Find the organization a person acts in, and what they may do in a case."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import g, session
from sqlalchemy import select

from casemgr.accounts.models import Membership, Organization, User
from casemgr.accounts.roles import Permission, role_allows, visible_kinds
from casemgr.cases.models import Case, CaseMember
from casemgr.extensions import db
from casemgr.platform.tenancy import Scope, current_scope, set_scope


@dataclass(frozen=True)
class Access:
    """One person's way into one case. `visible` are the visibilities of papers and entries they may open."""

    case: Case
    organization: Organization
    role: str
    is_guest: bool

    def allows(self, permission: Permission | None) -> bool:
        return role_allows(self.role, self.organization.kind, permission)

    @property
    def visible(self) -> frozenset[str]:
        return visible_kinds(self.role, self.organization.kind)


def memberships_of(user: User) -> list[Membership]:
    """Return the person's organizations, by name."""
    rows = db.session.scalars(select(Membership).where(Membership.user_id == user.id)).unique().all()
    return sorted(rows, key=lambda row: (row.organization.name.casefold(), str(row.id)))


def active_membership(user: User) -> Membership | None:
    """Return the membership of the organization the person works in now, and act in its scope."""
    if "membership" not in g:
        rows = memberships_of(user)
        wanted = session.get("org_id")
        g.membership = next((row for row in rows if str(row.org_id) == wanted), rows[0] if rows else None)
        if g.membership is not None:
            set_scope(Scope(g.membership.org_id, user.id))
    return g.membership


class NotAllowed(Exception):
    """This person may not do this. Pages ask before; a service asks again, so that no other way in is open."""


def demand(user: User, case: Case, permission: Permission) -> None:
    """Raise NotAllowed unless the person's role in this case allows it. The scope of the database is left alone."""
    if not role_allows(*_role_in(user, case.org_id, case.id), permission):
        raise NotAllowed(f"{permission.value} is not allowed to this person in this case.")


def demand_in_organization(user: User, org_id: UUID, permission: Permission) -> None:
    """Raise NotAllowed unless the person is a member of the organization whose role allows it."""
    if not role_allows(*_role_in(user, org_id, None), permission):
        raise NotAllowed(f"{permission.value} is not allowed to this person in this organization.")


def _role_in(user: User, org_id: UUID, case_id: UUID | None) -> tuple[str, str]:
    """Return the person's role in a case (or an organization) and the organization's kind; empty for a stranger."""
    grant = None
    if case_id is not None:
        grant = db.session.scalar(
            select(CaseMember.role).where(CaseMember.user_id == user.id, CaseMember.case_id == case_id)
        )
    membership = db.session.scalars(
        select(Membership).where(Membership.user_id == user.id, Membership.org_id == org_id)
    ).first()
    organization = membership.organization if membership else db.session.get(Organization, org_id)
    role = grant or (membership.role if membership else "")
    return role, organization.kind if organization else ""


def access_to_case(user: User, case_id: UUID) -> Access | None:
    """Return the person's access to a case and act in its scope; None when they may not see it.

    Membership of the case's organization comes first; a role in the case itself narrows or widens it; a
    guest acts in the case's organization, limited to the cases they were named on.
    """
    if current_scope().user_id != user.id:  # on the command line nobody is signed in
        set_scope(Scope(None, user.id))
    grants = db.session.scalars(select(CaseMember).where(CaseMember.user_id == user.id)).unique().all()
    case_roles = {grant.case_id: grant.role for grant in grants}
    for membership in memberships_of(user):
        set_scope(Scope(membership.org_id, user.id))
        case = db.session.get(Case, case_id)
        if case is not None:
            role = case_roles.get(case_id, membership.role)
            return Access(case, membership.organization, role, is_guest=False)
    for grant in grants:
        if grant.case_id == case_id:
            named = tuple(g2.case_id for g2 in grants if g2.org_id == grant.org_id)
            org_id, role = grant.org_id, grant.role
            set_scope(Scope(org_id, user.id, named))
            case = db.session.get(Case, case_id)
            organization = db.session.get(Organization, org_id)
            if case is not None and organization is not None:
                return Access(case, organization, role, is_guest=True)
    set_scope(Scope(None, user.id))
    return None
