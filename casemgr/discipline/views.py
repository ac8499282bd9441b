"""Pages of the discipline log."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.cases.models import Case
from casemgr.deadlines.listing import missing_year
from casemgr.discipline import counting, forms, queries, services
from casemgr.discipline.forms import RemovalForm, TakeBackForm
from casemgr.discipline.models import Removal
from casemgr.discipline.services import RemovalRefused
from casemgr.documents import queries as documents
from casemgr.extensions import db
from casemgr.law.removals import KINDS
from casemgr.law.terms import RemovalKind
from casemgr.web.once import make_once
from casemgr.web.permissions import case_access, requires

bp = Blueprint("discipline", __name__)


@bp.app_template_filter()
def school_days(value: Decimal) -> str:
    """`6`, `6.5`: school days without needless zeros."""
    return f"{value.normalize():f}"


@bp.app_template_global()
def removal_label(kind: str) -> str:
    """Return a law.terms.RemovalKind in plain words."""
    return KINDS[RemovalKind(kind)].label


@bp.get("/cases/<uuid:case_id>/discipline")
@requires(Permission.CASE_READ)
def index(case_id: UUID) -> ResponseReturnValue:
    """How many school days the student was out, what that starts, and each removal."""
    access = case_access()
    return render_template(
        "discipline/index.html",
        case=access.case,
        log=counting.log_of(access.case),
        papers=_papers(access),
        missing_year=missing_year,
    )


@bp.route("/cases/<uuid:case_id>/discipline/new", methods=["GET", "POST"])
@requires(Permission.FACT_RECORD)
def new(case_id: UUID) -> ResponseReturnValue:
    access = case_access()
    form = forms.for_new(list(_papers(access).items()), request.args.get("kind", ""))
    if form.validate_on_submit():
        told = form.to_removal()
        saved = _save(form, access.case, lambda: services.log_removal(access.case, told, by=current_user))
        if saved:
            flash(_counted(access.case))
            return redirect(url_for(".index", case_id=case_id))
    page = render_template("discipline/new.html", case=access.case, form=form, hints=forms.KIND_HINTS)
    return page, _status(form)


@bp.route("/cases/<uuid:case_id>/discipline/<uuid:removal_id>/correct", methods=["GET", "POST"])
@requires(Permission.FACT_RECORD)
def correct(case_id: UUID, removal_id: UUID) -> ResponseReturnValue:
    access = case_access()
    old = _removal(access.case, removal_id)
    form = forms.for_removal(list(_papers(access).items()), old)
    if form.validate_on_submit():
        told, reason = form.to_removal(), form.reason.data
        saved = _save(
            form, access.case, lambda: services.correct_removal(access.case, old, told, reason, by=current_user)
        )
        if saved:
            flash(f"Corrected; the old entry stays in the record. {_counted(access.case)}")
            return redirect(url_for(".index", case_id=case_id))
    page = render_template("discipline/correct.html", case=access.case, form=form, old=old, hints=forms.KIND_HINTS)
    return page, _status(form)


@bp.route("/cases/<uuid:case_id>/discipline/<uuid:removal_id>/take-back", methods=["GET", "POST"])
@requires(Permission.FACT_RECORD)
def take_back(case_id: UUID, removal_id: UUID) -> ResponseReturnValue:
    access = case_access()
    old = _removal(access.case, removal_id)
    form = TakeBackForm()
    if form.validate_on_submit():
        try:
            services.retract_removal(access.case, old, form.reason.data, by=current_user)
        except RemovalRefused as refusal:
            db.session.rollback()
            form.form_errors.append(str(refusal))
        else:
            flash(f"Taken back; it stays in the record. {_counted(access.case)}")
            return redirect(url_for(".index", case_id=case_id))
    return render_template("discipline/take_back.html", case=access.case, form=form, old=old), _status(form)


@bp.post("/cases/<uuid:case_id>/discipline/<uuid:removal_id>/behavior")
@requires(Permission.FACT_RECORD)
def compare(case_id: UUID, removal_id: UUID) -> ResponseReturnValue:
    """Answer for one removal whether its behavior was like that before; the same answer twice does nothing."""
    access = case_access()
    old = _removal(access.case, removal_id)
    answer = {"yes": True, "no": False}.get(request.form.get("similar", ""))
    if answer is None:
        abort(400)
    if old.is_similar is not answer:
        try:
            services.compare_behavior(access.case, old, answer, by=current_user)
        except RemovalRefused as refusal:
            db.session.rollback()
            flash(str(refusal), "warning")
        else:
            flash("Your answer is kept, and the dates were counted anew.")
    return redirect(url_for(".index", case_id=case_id, _anchor="pattern"))


def _save(form: RemovalForm, case: Case, save: Any) -> bool:
    """Save once; a refusal goes beside its field, and nothing is changed."""
    try:
        make_once(Removal, form.submission.uuid, case.id, save)
    except RemovalRefused as refusal:
        db.session.rollback()
        form.show_refusal(refusal)
        return False
    return True


def _counted(case: Case) -> str:
    """Say where the count of this school year stands."""
    log = counting.log_of(case)
    year = log.this_year
    if log.missing:
        return "Logged. It cannot be counted before the school calendar is entered."
    return f"{school_days(year.so_far)} of {log.limit} school days of removal in {year.label} so far."


def _removal(case: Case, removal_id: UUID) -> Removal:
    return queries.removal(case, removal_id) or abort(404)


def _papers(access: Access) -> dict[str, str]:
    """Return the papers that this reader may open, by id."""
    return dict(documents.choices(access.case, access.visible))


def _status(form: Any) -> int:
    return 422 if form.errors or form.form_errors else 200
