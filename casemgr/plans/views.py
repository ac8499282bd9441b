"""Pages of stay-put and of the placement it freezes."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today
from casemgr.documents import queries as documents
from casemgr.plans import queries, services
from casemgr.plans.forms import PlacementForm
from casemgr.plans.models import Placement
from casemgr.web.once import make_once
from casemgr.web.permissions import case_access, requires

bp = Blueprint("plans", __name__)


@bp.get("/cases/<uuid:case_id>/stay-put")
@requires(Permission.CASE_READ)
def stay_put(case_id: UUID) -> ResponseReturnValue:
    """Whether stay-put is in force and why, which placement it freezes, and what was before."""
    access = case_access()
    placements = {row.id: row for row in queries.placements_of(access.case)}
    return render_template(
        "plans/stay_put.html",
        case=access.case,
        answer=queries.stay_put_of(access.case),
        period=queries.open_period(access.case),
        periods=queries.periods_of(access.case),
        placements=placements,
        papers={str(paper_id): label for paper_id, label in documents.choices(access.case, access.visible)},
    )


@bp.route("/cases/<uuid:case_id>/placement/new", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def record(case_id: UUID) -> ResponseReturnValue:
    access = case_access()
    case = access.case
    form = PlacementForm(
        today(case),
        case.student.born_on,
        documents.choices(case, access.visible),
        data={"school": case.student.school},
    )
    if form.validate_on_submit():
        new = form.to_placement()
        make_once(Placement, new.id, case_id, lambda: services.record_placement(case, new, by=current_user))
        flash("The placement is recorded.")
        return redirect(url_for(".stay_put", case_id=case_id))
    return render_template("plans/record.html", case=case, form=form), 422 if form.errors else 200
