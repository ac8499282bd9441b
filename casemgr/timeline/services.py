"""Mark things on the timeline for oneself."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from casemgr.accounts.models import User
from casemgr.cases.models import Case
from casemgr.extensions import db
from casemgr.timeline.models import TimelineMark


def set_marked(case: Case, kind: str, item_id: UUID, is_marked: bool, *, by: User) -> None:
    """Mark one thing for the person, or take the mark away. Doing it twice changes nothing."""
    if is_marked:
        db.session.execute(
            insert(TimelineMark)
            .values(id=uuid4(), org_id=case.org_id, case_id=case.id, user_id=by.id, kind=kind, item_id=item_id)
            .on_conflict_do_nothing(constraint="uq_timeline_marks_once")
        )
    else:
        db.session.execute(
            delete(TimelineMark).where(
                TimelineMark.case_id == case.id,
                TimelineMark.user_id == by.id,
                TimelineMark.kind == kind,
                TimelineMark.item_id == item_id,
            )
        )
    db.session.commit()
