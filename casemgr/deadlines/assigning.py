"""Who of us sees to a date: a person, or (nobody named) whoever looks after the case."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from casemgr.accounts.models import User
from casemgr.accounts.roles import Permission
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.cases.queries import members_of, owner_choices
from casemgr.deadlines import queries
from casemgr.deadlines.blueprint import bp
from casemgr.deadlines.models import Deadline
from casemgr.extensions import db
from casemgr.notices import services as notices
from casemgr.notices.services import News
from casemgr.web.permissions import case_access, requires


@bp.app_template_global()
def who_can_see_to(case: Case) -> list[tuple[str, str]]:
    """Return who can be given a date: those who can look after the case, and those with a sign-in to it."""
    found = dict(owner_choices(case)) | {str(row.user_id): row.user.name for row in members_of(case)}
    return sorted(found.items(), key=lambda pair: pair[1].casefold())


def assign(case: Case, row: Deadline, user_id: UUID | None, *, by: User) -> None:
    """Give a date to a person (None: to whoever looks after the case), and tell them."""
    if row.assigned_to != user_id:
        row.assigned_to = user_id
        audit.record(case, "deadlines:deadline:assign", by=by, subject=row.id, to=str(user_id or ""))
        if user_id is not None:
            where = {"deadline_id": str(row.id)}
            news = News(
                case.id, "needs_attention", "You see to a date.", (row.title,), "deadlines.why", where, {user_id}
            )
            notices.tell([news])
    db.session.commit()


@bp.post("/cases/<uuid:case_id>/deadlines/<uuid:deadline_id>/person")
@requires(Permission.CASE_EDIT)
def assign_person(case_id: UUID, deadline_id: UUID) -> ResponseReturnValue:
    case = case_access().case
    row = queries.deadline(case, deadline_id) or abort(404)
    wanted = request.form.get("person", "")
    if wanted and wanted not in dict(who_can_see_to(case)):
        abort(400)
    assign(case, row, UUID(wanted) if wanted else None, by=current_user)
    flash("Saved.")
    return redirect(url_for("deadlines.why", case_id=case_id, deadline_id=deadline_id))
