"""Set a legal hold and lift it. Both stay on record."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import select

from casemgr.accounts.access import demand
from casemgr.accounts.models import User
from casemgr.accounts.roles import Permission
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.documents import custody
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.holds import queries
from casemgr.holds.models import LegalHold
from casemgr.platform.columns import now
from casemgr.platform.refused import FieldRefused


class HoldRefused(FieldRefused):
    """The hold cannot be set or lifted like this, and nothing was changed."""


def set_hold(
    case: Case, reason: str, *, paper: Document | None = None, by: User, hold_id: UUID | None = None
) -> LegalHold:
    """Keep a case, or one paper, from being deleted. Raises HoldRefused when it is held already."""
    _one_at_a_time(case)
    found = queries.standing(case)
    if (found.papers.get(paper.id) if paper else found.case) is not None:
        raise HoldRefused("reason", "A legal hold stands here already.")
    row = LegalHold(
        id=hold_id or uuid4(),
        org_id=case.org_id,
        case_id=case.id,
        document_id=paper.id if paper else None,
        reason=reason,
        set_by=by.id,
        set_by_name=by.name,
    )
    db.session.add(row)
    db.session.flush()
    if paper is not None:
        custody.note(paper, "hold", "Put on legal hold.", by)
    audit.record(case, "holds:hold:set", by=by, subject=row.id, paper=str(paper.id) if paper else "")
    db.session.commit()
    return row


def lift(case: Case, row: LegalHold, reason: str, *, by: User) -> None:
    """End a hold, with a reason. Twice is once. Raises NotAllowed for whoever may not."""
    demand(by, case, Permission.HOLD_LIFT)
    _one_at_a_time(case)
    db.session.refresh(row)
    if row.lifted_at is None:
        row.lifted_at, row.lifted_by, row.lifted_by_name, row.lifted_reason = now(), by.id, by.name, reason
        db.session.flush()
        if row.document_id is not None:
            custody.add(case.id, [row.document_id], "hold", "The legal hold was lifted.", by.name)
        audit.record(case, "holds:hold:lift", by=by, subject=row.id)
    db.session.commit()


def _one_at_a_time(case: Case) -> None:
    """Two people who set a hold at the same moment meet here."""
    db.session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
