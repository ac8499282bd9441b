"""Read what the nightly look found, for the people who can mend it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from casemgr.accounts.models import Membership, Organization
from casemgr.accounts.roles import Permission, role_allows
from casemgr.audit.models import AuditEvent
from casemgr.cases.clock import today_in
from casemgr.cases.lists import Workplace
from casemgr.cases.models import Case, Student
from casemgr.extensions import db
from casemgr.law.terms import Stage
from casemgr.platform.tenancy import acting_in
from casemgr.watch.looking import look
from casemgr.watch.models import Finding

MOST_LOOKED_AT_AGAIN = 20


@dataclass(frozen=True)
class Reason:
    """One reason as the pages show it."""

    id: UUID
    kind: str
    detail: str


@dataclass(frozen=True)
class Stuck:
    """A case that may be stuck, with its reasons."""

    case_id: UUID
    student: str
    organization: str
    reasons: tuple[Reason, ...]


def stuck(places: Sequence[Workplace], limit: int | None = None) -> list[Stuck]:
    """Return the cases that may be stuck and that this person can mend, by the student's name.

    An owner of an organization sees all of its cases, others those that they look after and those that nobody does.
    What was mended since the night is left out: a case that changed since then is looked at again, up to
    MOST_LOOKED_AT_AGAIN of them.
    """
    found = []
    for place in places:
        if place.role is not None and role_allows(place.role, place.kind, Permission.CASE_EDIT):
            with acting_in(place.scope):
                found += _stuck_in(place, limit)
    return sorted(found, key=lambda one: one.student.casefold())[:limit]


def _stuck_in(place: Workplace, limit: int | None) -> list[Stuck]:
    query = (
        select(Finding, Case, Student.name)
        .join(Case, Case.id == Finding.case_id)
        .join(Student, Student.case_id == Case.id)
        .where(Finding.mended_at.is_(None), Case.stage != Stage.CLOSED.value)
        .order_by(func.lower(Student.name), Case.id, Finding.found_at, Finding.id)
    )
    if place.role != "owner":
        query = query.where((Case.owner_id == place.scope.user_id) | Case.owner_id.is_(None))
    rows = [row for row in db.session.execute(query) if is_shown(row.Finding, today_in(row.Case.timezone))]
    cases = {row.Case.id: (row.Case, row.name) for row in rows}
    chosen = list(cases)[:limit]
    changed = _changed_since_the_night(place.org_id, chosen[:MOST_LOOKED_AT_AGAIN])
    still = {case_id: {(one.kind, one.subject) for one in look(cases[case_id][0])} for case_id in changed}
    found = []
    for case_id in chosen:
        reasons = tuple(
            Reason(row.Finding.id, row.Finding.kind, row.Finding.detail)
            for row in rows
            if row.Case.id == case_id
            and (case_id not in still or (row.Finding.kind, row.Finding.subject) in still[case_id])
        )
        if reasons:
            found.append(Stuck(case_id, cases[case_id][1], place.name, reasons))
    return found


def is_shown(row: Finding, today: date) -> bool:
    """Say whether a finding shows on `today` of the case: not once mended, nor before the day it is left until."""
    return row.mended_at is None and (row.left_until is None or row.left_until <= today)


def _changed_since_the_night(org_id: UUID, case_ids: Collection[UUID]) -> set[UUID]:
    """Return which of these cases somebody worked on since they were looked at. One query."""
    night = select(Organization.watched_at).where(Organization.id == org_id).scalar_subquery()
    newer = select(AuditEvent.case_id).where(AuditEvent.case_id.in_(case_ids), AuditEvent.at > night)
    return set(db.session.scalars(newer.distinct())) if case_ids else set()


def finding(case: Case, finding_id: UUID) -> Finding | None:
    return db.session.scalar(select(Finding).where(Finding.case_id == case.id, Finding.id == finding_id))


def open_case_ids() -> Sequence[UUID]:
    """Return the open cases of the acting organization."""
    return db.session.scalars(select(Case.id).where(Case.stage != Stage.CLOSED.value).order_by(Case.id)).all()


def findings_of(case_id: UUID) -> Sequence[Finding]:
    return db.session.scalars(select(Finding).where(Finding.case_id == case_id)).all()


def owners_of(org_id: UUID) -> set[UUID]:
    """Return the owners of the acting organization."""
    query = select(Membership.user_id).where(Membership.org_id == org_id, Membership.role == "owner")
    return set(db.session.scalars(query))
