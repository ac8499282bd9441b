"""Pages of cases: home, board, the home of one case, its record, the sample."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.cases import case_home, conflicts, lists, people_views, queries, services, start_views
from casemgr.cases.activity import newest_activity
from casemgr.cases.blueprint import bp
from casemgr.cases.clock import today
from casemgr.cases.forms import CaseForm
from casemgr.cases.roles import PERSON_ROLES
from casemgr.deadlines.over_cases import Span, dated
from casemgr.extensions import db
from casemgr.platform.locking import StaleForm
from casemgr.watch import parked
from casemgr.watch import queries as watch
from casemgr.web.navigation import url_if_any
from casemgr.web.permissions import Permission, case_access, in_organization, public, requires, signed_in

__all__ = ["bp", "people_views", "start_views"]

DUE_SHOWN = 10
STUCK_SHOWN = 4
ACTIVITY_SHOWN = 8


@bp.get("/")
@public
def home() -> ResponseReturnValue:
    if not current_user.is_authenticated:
        return redirect(url_if_any("accounts.welcome") or "/welcome")
    places = lists.workplaces_of(current_user)
    overview = lists.overview(places)
    filters = _filters(overview)
    page = lists.cases_page(places, filters, request.args.get("page", 1, type=int), overview.count(filters))
    return render_template(
        "cases/home.html",
        overview=overview,
        filters=filters,
        page=page,
        many_workplaces=len(places) > 1,
        due=dated(places, Span(), "", DUE_SHOWN),
        activity=newest_activity(places, ACTIVITY_SHOWN, current_user.timezone),
        stuck=watch.stuck(places, STUCK_SHOWN),
        parked=parked.parked(places),
        stuck_shown=STUCK_SHOWN - 1,
    )


@bp.get("/board")
@signed_in
def board() -> ResponseReturnValue:
    places = lists.workplaces_of(current_user)
    overview = lists.overview(places)
    filters = _filters(overview)
    return render_template(
        "cases/board.html",
        overview=overview,
        filters=filters,
        columns=lists.board(places, filters, overview.by_stage(filters)),
        nobody=lists.NOBODY,
    )


def _filters(overview: lists.Overview) -> lists.Filters:
    """Read the filters of the address; one that no case has is left out."""
    offered = {
        "track": {group.track for group in overview.groups},
        "state": set(overview.states),
        "owner": {key for key, _ in overview.owners} | {lists.NOBODY},
        "stage": {group.stage for group in overview.groups},
        "letter": set(overview.letters),
    }
    wanted = {name: request.args.get(name, "") for name in offered}
    return lists.Filters(**{name: text for name, text in wanted.items() if text in offered[name]})


@bp.get("/cases/<uuid:case_id>")
@requires(Permission.CASE_READ)
def show(case_id: UUID) -> ResponseReturnValue:
    access = case_access()
    return render_template(
        "cases/show.html",
        case=access.case,
        at=case_home.case_home(access),
        roles=PERSON_ROLES,
        today=today(access.case),
    )


@bp.route("/cases/<uuid:case_id>/edit", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def edit(case_id: UUID) -> ResponseReturnValue:
    case = case_access().case
    form = CaseForm(
        data=conflicts.case_values(case), today=today(case), owners=queries.owner_choices(case), zone=case.timezone
    )
    if form.validate_on_submit():
        seen = (form.version.data, form.student_version.data)
        try:
            services.edit_case(case, form.to_change(), by=current_user, seen=seen)
        except (StaleForm, StaleDataError):
            return _edit_conflict(case_id, form)
        flash("Saved.")
        return redirect(url_for("cases.show", case_id=case_id))
    return render_template("cases/edit.html", case=case, form=form), 422 if form.errors else 200


def _edit_conflict(case_id: UUID, form: CaseForm) -> ResponseReturnValue:
    """Show both versions; the form keeps what was typed and carries the new version numbers."""
    db.session.rollback()
    case = case_access().case
    rows = conflicts.both_versions(form, conflicts.case_values(case), conflicts.CASE_LABELS)
    form.version.raw_data = form.student_version.raw_data = None
    form.version.data, form.student_version.data = case.version, case.student.version
    return render_template("cases/edit.html", case=case, form=form, versions=rows), 409


@bp.post("/cases/sample")
@in_organization(Permission.CASE_CREATE)
def open_sample() -> ResponseReturnValue:
    from casemgr.cases.sample import open_sample_case  # imported late: it draws PDF papers

    case = open_sample_case(current_user)
    flash("This is the sample case. Try anything; nobody is affected.")
    return redirect(url_for("cases.show", case_id=case.id))


@bp.route("/cases/<uuid:case_id>/remove-sample", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def remove_sample(case_id: UUID) -> ResponseReturnValue:
    access = case_access()
    if not access.case.is_sample or access.is_guest:
        abort(404)
    if request.method == "POST":
        services.remove_sample(access.case, by=current_user)
        flash("The sample case is gone. You can open a fresh one at any time.")
        return redirect(url_for("cases.home"))
    return render_template("cases/remove_sample.html", case=access.case)
