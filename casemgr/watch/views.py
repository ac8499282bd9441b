"""Pages of cases that may be stuck."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today
from casemgr.cases.lists import workplaces_of
from casemgr.watch import parked, queries, services, tasks
from casemgr.watch.forms import LeaveForm
from casemgr.watch.kinds import KINDS
from casemgr.web.permissions import case_access, requires, signed_in

__all__ = ["bp", "tasks"]

bp = Blueprint("watch", __name__)


@bp.app_template_global()
def watch_kinds() -> Any:
    """Give templates the words of watch.kinds."""
    return KINDS


@bp.get("/stuck")
@signed_in
def index() -> ResponseReturnValue:
    places = workplaces_of(current_user)
    return render_template(
        "watch/index.html",
        stuck=queries.stuck(places),
        parked=parked.parked(places),
        many_workplaces=len(places) > 1,
        timezone=current_user.timezone,
    )


@bp.post("/stuck/parked/<int:job_id>")
@signed_in
def work_again(job_id: int) -> ResponseReturnValue:
    """Have a piece of background work done again that failed."""
    if parked.do_again(workplaces_of(current_user), job_id):
        flash("It is in the queue again. If it fails once more, it comes back here.")
    else:
        flash("It runs again already, or is not yours to start.", "warning")
    return redirect(url_for(".index"))


@bp.route("/cases/<uuid:case_id>/stuck/<uuid:finding_id>", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def leave(case_id: UUID, finding_id: UUID) -> ResponseReturnValue:
    """Record that somebody looked, and until when it can wait."""
    case = case_access().case
    row = queries.finding(case, finding_id) or abort(404)
    form = LeaveForm(today(case))
    if form.validate_on_submit():
        services.leave(case, row, form.until_on.data, form.because.data, by=current_user)
        flash("Recorded. It is left in peace until that day.")
        return redirect(url_for(".index"))
    page = render_template("watch/leave.html", case=case, row=row, form=form)
    return page, 422 if form.errors else 200
