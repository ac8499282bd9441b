"""Write down an act in the transaction that performs it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import g

from casemgr.accounts.models import User
from casemgr.audit.models import AuditEvent
from casemgr.cases.models import Case
from casemgr.extensions import db
from casemgr.platform.tenancy import current_scope


def record(
    case: Case | None,
    action: str,
    *,
    by: User | None,
    subject: UUID | None = None,
    under: str = "",
    **detail: Any,
) -> None:
    """Add one act to the audit log; the caller commits. `detail` carries ids and kinds, no personal data."""
    db.session.add(
        AuditEvent(
            org_id=case.org_id if case is not None else current_scope().org_id,
            case_id=case.id if case is not None else None,
            actor_id=by.id if by is not None else None,
            actor_name=by.name if by is not None else "",
            action=action,
            subject_id=subject,
            citation=under,
            detail=detail,
            request_id=g.get("request_id", ""),
        )
    )
