"""Pages of legal holds, and the answer to whoever tries to delete what is held."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.exc import IntegrityError

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.documents import queries as documents
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.holds import queries, services
from casemgr.holds.forms import HoldForm, LiftForm
from casemgr.holds.guard import OnHold
from casemgr.holds.models import LegalHold
from casemgr.web.once import make_once
from casemgr.web.permissions import case_access, requires

bp = Blueprint("holds", __name__)
ALL = "/cases/<uuid:case_id>/hold"


@bp.app_errorhandler(OnHold)
def refuse(problem: OnHold) -> ResponseReturnValue:
    db.session.rollback()
    case = case_access().case
    return render_template("holds/refused.html", case=case, case_tab="documents.index", holds=problem.holds), 409


@bp.app_errorhandler(IntegrityError)
def refuse_late(problem: IntegrityError) -> ResponseReturnValue:
    """A hold that was set between our question and the deletion: the database refused, and says so."""
    if "access" not in g or "on legal hold" not in str(problem.orig):
        raise problem
    db.session.rollback()
    case = case_access().case
    standing = queries.standing(case)
    holds = [standing.case] if standing.case else []
    return render_template("holds/refused.html", case=case, case_tab="documents.index", holds=holds), 409


@bp.get(ALL)
@requires(Permission.CASE_READ)
def index(case_id: UUID) -> ResponseReturnValue:
    access = case_access()
    rows = queries.all_holds(access.case, access.visible)
    return render_template(
        "holds/index.html",
        case=access.case,
        case_tab="documents.index",
        standing=[one for one in rows if one[0].lifted_at is None],
        lifted=[one for one in rows if one[0].lifted_at is not None],
        case_is_held=any(held.document_id is None and held.lifted_at is None for held, _paper in rows),
    )


@bp.route(f"{ALL}/new", methods=["GET", "POST"])
@requires(Permission.DOCUMENT_EDIT)
def new(case_id: UUID) -> ResponseReturnValue:
    """Set a hold on the case, or on the one paper that the address names."""
    access = case_access()
    paper = _paper(access)
    form = HoldForm()
    if form.validate_on_submit():
        try:
            row, _made = make_once(
                LegalHold,
                form.submission.uuid,
                case_id,
                lambda: services.set_hold(
                    access.case, form.reason.data, paper=paper, by=current_user, hold_id=form.submission.uuid
                ),
            )
        except services.HoldRefused as refusal:
            db.session.rollback()
            form[refusal.field].errors = [str(refusal)]
        else:
            flash("The legal hold stands. Nothing of it can be deleted now.")
            if row.document_id is not None:
                return redirect(url_for("documents.show", case_id=case_id, document_id=row.document_id))
            return redirect(url_for(".index", case_id=case_id))
    page = render_template("holds/new.html", case=access.case, case_tab="documents.index", form=form, paper=paper)
    return page, 422 if form.errors else 200


@bp.route(f"{ALL}/<uuid:hold_id>/lift", methods=["GET", "POST"])
@requires(Permission.HOLD_LIFT)
def lift(case_id: UUID, hold_id: UUID) -> ResponseReturnValue:
    access = case_access()
    row = queries.hold(access.case, hold_id) or abort(404)
    paper = documents.document(access.visible, access.case, row.document_id) if row.document_id else None
    if row.document_id is not None and paper is None:
        abort(404)
    form = LiftForm()
    if form.validate_on_submit():
        services.lift(access.case, row, form.reason.data, by=current_user)
        flash("The legal hold is lifted.")
        return redirect(url_for(".index", case_id=case_id))
    page = render_template(
        "holds/lift.html", case=access.case, case_tab="documents.index", form=form, hold=row, paper=paper
    )
    return page, 422 if form.errors else 200


def _paper(access: Access) -> Document | None:
    if "paper" not in request.args:
        return None
    wanted = request.args.get("paper", type=UUID)
    paper = documents.document(access.visible, access.case, wanted) if wanted else None
    return paper or abort(404)
