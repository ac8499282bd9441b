"""Pages of the goals of a plan."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from casemgr.accounts.roles import Permission
from casemgr.cases.models import Case
from casemgr.goals import areas, forms, queries, services
from casemgr.goals.models import Goal
from casemgr.goals.services import GoalRefused
from casemgr.plans import queries as plans
from casemgr.plans.models import Placement
from casemgr.web.filters import plural
from casemgr.web.once import made_before, make_once
from casemgr.web.permissions import case_access, requires

bp = Blueprint("goals", __name__)


@bp.get("/cases/<uuid:case_id>/goals")
@requires(Permission.CASE_READ)
def index(case_id: UUID) -> ResponseReturnValue:
    """The goals of each plan, and how much of the evidence log bears on them."""
    access = case_access()
    return render_template(
        "goals/index.html",
        case=access.case,
        plans=queries.plans_with_goals(access.case, access.visible),
        areas=areas.GOAL_AREAS,
    )


@bp.route("/cases/<uuid:case_id>/goals/new", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def new(case_id: UUID) -> ResponseReturnValue:
    """Add a goal, and with `again` the next one of the same plan."""
    case = case_access().case
    placements = plans.placements_of(case)
    if not placements:
        flash("Record the plan first: its date and school are enough.")
        return redirect(url_for("plans.record", case_id=case_id))
    form = forms.new_form(placements, request.args.get("plan", ""), again="again" in request.args)
    if form.validate_on_submit():
        placement, told = _placement(case, forms.placement_id(form)), form.to_goal()
        make_once(Goal, told.id, case_id, lambda: services.add_goal(case, placement, told, by=current_user))
        flash("The goal is recorded.")
        if form.again.data:
            return redirect(url_for(".new", case_id=case_id, plan=placement.id, again=1))
        return redirect(url_for(".index", case_id=case_id))
    return render_template("goals/new.html", case=case, form=form), 422 if form.errors else 200


@bp.route("/cases/<uuid:case_id>/goals/<uuid:row_id>/correct", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def correct(case_id: UUID, row_id: UUID) -> ResponseReturnValue:
    """Put a goal right, or take it out. What it said before stays in the record."""
    case = case_access().case
    if made_before(Goal, request.form.get("submission"), case_id):
        return redirect(url_for(".index", case_id=case_id))
    row = queries.goal(case, row_id) or abort(404)
    if request.method == "GET" and queries.was_corrected(row):
        flash("This goal was corrected already. Here is what stands now.", "warning")
        return redirect(url_for(".index", case_id=case_id))
    form = forms.correction_form(row)
    if form.validate_on_submit():
        try:
            services.correct_goal(
                case, row, form.to_goal(), form.reason.data, is_gone=form.is_gone.data, by=current_user
            )
        except GoalRefused as refusal:
            if made_before(Goal, request.form.get("submission"), case_id):
                return redirect(url_for(".index", case_id=case_id))
            form.show_refusal(refusal)
        else:
            done = "Taken out" if form.is_gone.data else "Corrected"
            flash(f"{done}; the record keeps what it said.")
            return redirect(url_for(".index", case_id=case_id))
    return render_template("goals/correct.html", case=case, form=form), 422 if form.errors else 200


@bp.post("/cases/<uuid:case_id>/goals/take-over")
@requires(Permission.CASE_EDIT)
def take_over(case_id: UUID) -> ResponseReturnValue:
    """Carry the goals of the plan before into this plan."""
    case = case_access().case
    try:
        wanted = UUID(request.form.get("plan", ""))
    except ValueError:
        abort(400)
    made = services.take_over(case, _placement(case, wanted), by=current_user)
    if made:
        flash(f"{plural(made, 'goal')} taken over. Correct what the new plan says otherwise.")
    else:
        flash("They are in already.")
    return redirect(url_for(".index", case_id=case_id))


def _placement(case: Case, placement_id: UUID) -> Placement:
    return plans.placement(case, placement_id) or abort(404)
