"""Pages of requests for records, and of what is missing in the file."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today
from casemgr.deadlines.models import Fact
from casemgr.deadlines.services import FactRefused
from casemgr.documents import queries as documents
from casemgr.documents.kinds import DOCUMENT_KINDS, RECEIVED_HOW
from casemgr.extensions import db
from casemgr.platform.locking import StaleForm
from casemgr.records import queries, services
from casemgr.records.expected import ASKABLE, EXPECTED, Rhythm
from casemgr.records.forms import AnsweredForm, ExceptionForm, RequestForm, TermsForm
from casemgr.records.models import RecordsRequest
from casemgr.records.periods import TERM_NAMES
from casemgr.web.filters import plural
from casemgr.web.once import make_once
from casemgr.web.permissions import case_access, requires

bp = Blueprint("records", __name__)
ALL = "/cases/<uuid:case_id>/records"
ONE = f"{ALL}/<uuid:request_id>"
TAB = "documents.index"
ANOTHER_DAY = (
    " If the day is right all the same, record it with your reason under “Facts & deadlines”, and choose it here."
)


@bp.get(ALL)
@requires(Permission.CASE_READ)
def index(case_id: UUID) -> ResponseReturnValue:
    access = case_access()
    return render_template(
        "records/index.html",
        case=access.case,
        case_tab=TAB,
        requests=queries.requests_of(access.case, access.visible),
        kinds=DOCUMENT_KINDS,
        years_in_words=queries.years_in_words,
    )


@bp.route(f"{ALL}/new", methods=["GET", "POST"])
@requires(Permission.FACT_RECORD)
def new(case_id: UUID) -> ResponseReturnValue:
    access = case_access()
    form = _form(access)
    if form.validate_on_submit():
        wanted = form.to_new()
        try:
            row, _made = make_once(
                RecordsRequest, wanted.id, case_id, lambda: services.add(access.case, wanted, by=current_user)
            )
        except FactRefused as refusal:
            db.session.rollback()
            form.on_date.errors = [f"{refusal}{ANOTHER_DAY}"]
        else:
            flash("The request is recorded, and its clock runs.")
            return redirect(url_for(".show", case_id=case_id, request_id=row.id))
    page = render_template("records/form.html", case=access.case, case_tab=TAB, form=form, row=None)
    return page, 422 if form.errors else 200


@bp.route(f"{ONE}/edit", methods=["GET", "POST"])
@requires(Permission.FACT_RECORD)
def edit(case_id: UUID, request_id: UUID) -> ResponseReturnValue:
    access = case_access()
    row = _row(access, request_id)
    form, conflict = _form(access, row), None
    if form.validate_on_submit():
        wanted = form.to_new()
        try:
            services.edit(access.case, row, wanted, version=form.seen, by=current_user)
        except (StaleForm, StaleDataError):
            db.session.rollback()
            row = _row(access, request_id)
            conflict = {"theirs": _in_words(row), "mine": _in_words(wanted)}
            form.version.raw_data, form.version.data = None, row.version
        else:
            flash("Saved.")
            return redirect(url_for(".show", case_id=case_id, request_id=request_id))
    page = render_template("records/form.html", case=access.case, case_tab=TAB, form=form, row=row, conflict=conflict)
    return page, 409 if conflict else 422 if form.errors else 200


@bp.get(ONE)
@requires(Permission.CASE_READ)
def show(case_id: UUID, request_id: UUID) -> ResponseReturnValue:
    access = case_access()
    return _page(access, _row(access, request_id), _answered_form(access))


@bp.post(f"{ONE}/arrived")
@requires(Permission.DOCUMENT_EDIT)
def arrived(case_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """Link the papers that were ticked as those that came in answer."""
    access = case_access()
    row = _row(access, request_id)
    ids = [UUID(one) for one in request.form.getlist("paper") if _is_id(one)]
    count = services.link(access.case, row, ids, visible=access.visible, by=current_user)
    flash(f"{plural(count, 'paper')} linked." if count else "Tick at least one paper.", "done" if count else "warning")
    return redirect(url_for(".show", case_id=case_id, request_id=request_id))


@bp.post(f"{ONE}/arrived/<uuid:document_id>/remove")
@requires(Permission.DOCUMENT_EDIT)
def not_arrived(case_id: UUID, request_id: UUID, document_id: UUID) -> ResponseReturnValue:
    access = case_access()
    services.unlink(access.case, _row(access, request_id), document_id, by=current_user)
    flash("It is no longer linked to this request. The paper stays.")
    return redirect(url_for(".show", case_id=case_id, request_id=request_id))


@bp.post(f"{ONE}/answered")
@requires(Permission.FACT_RECORD)
def answered(case_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """Record that the school gave the records: a fact, which ends the clocks."""
    access = case_access()
    _row(access, request_id)
    form = _answered_form(access)
    if form.validate_on_submit():
        wanted = form.submission.uuid
        try:
            make_once(
                Fact,
                wanted,
                case_id,
                lambda: services.answered(
                    access.case, form.on_date.data, fact_id=wanted, document_id=form.paper, by=current_user
                ),
            )
        except FactRefused as refusal:
            db.session.rollback()
            form.show_refusal(refusal)
        else:
            flash("Recorded. The clock of this request has ended.")
            return redirect(url_for(".show", case_id=case_id, request_id=request_id))
    return _page(access, _row(access, request_id), form), 422


@bp.get(f"{ONE}/letter")
@requires(Permission.PACKET_EDIT)
def letter(case_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """A follow-up letter to print: what was asked, when the time was over, what has not come."""
    access = case_access()
    asked = queries.asked(access.case, _row(access, request_id), access.visible)
    return render_template(
        "records/letter.html",
        case=access.case,
        case_tab=TAB,
        asked=asked,
        today=today(access.case),
    )


@bp.get(f"{ALL}/missing")
@requires(Permission.CASE_READ)
def gaps(case_id: UUID) -> ResponseReturnValue:
    """Kinds × school years and terms: what the case holds, and what is absent."""
    access = case_access()
    count = queries.terms_of(access.case)
    return render_template(
        "records/gaps.html",
        case=access.case,
        case_tab=TAB,
        report=queries.gap_report(access.case, access.visible),
        kinds=DOCUMENT_KINDS,
        terms_form=TermsForm(data={"count": str(count)}),
        term_name=TERM_NAMES.get(count, "term"),
        by_term=Rhythm.TERM,
        exceptions=queries.exceptions_of(access.case),
        undated=queries.count_undated(access.case, access.visible),
        printed_on=today(access.case),
    )


@bp.post(f"{ALL}/terms")
@requires(Permission.CASE_EDIT)
def terms(case_id: UUID) -> ResponseReturnValue:
    access = case_access()
    form = TermsForm()
    if form.validate_on_submit():
        services.set_terms(access.case, int(form.count.data), by=current_user)
        flash("Saved.")
    return redirect(url_for(".gaps", case_id=case_id))


@bp.route(f"{ALL}/missing/<kind>", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def not_expected(case_id: UUID, kind: str) -> ResponseReturnValue:
    """Say why a kind of paper is not expected for some time."""
    access = case_access()
    if kind not in EXPECTED:
        abort(404)
    days = {name: _day(request.args.get(arg, "")) for name, arg in (("first_on", "since"), ("last_on", "until"))}
    form = ExceptionForm(data=days)
    if form.validate_on_submit():
        services.except_(access.case, kind, form.first_on.data, form.last_on.data, form.reason.data, by=current_user)
        flash("Noted. It is no longer counted as a gap.")
        return redirect(url_for(".gaps", case_id=case_id))
    page = render_template(
        "records/not_expected.html", case=access.case, case_tab=TAB, form=form, kind=DOCUMENT_KINDS[kind]
    )
    return page, 422 if form.errors else 200


@bp.post(f"{ALL}/exceptions/<uuid:exception_id>/remove")
@requires(Permission.CASE_EDIT)
def expect_again(case_id: UUID, exception_id: UUID) -> ResponseReturnValue:
    access = case_access()
    row = queries.exception(access.case, exception_id) or abort(404)
    services.expect_again(access.case, row, by=current_user)
    flash("It is looked for again.")
    return redirect(url_for(".gaps", case_id=case_id))


def _row(access: Access, request_id: UUID) -> RecordsRequest:
    return queries.request_of(access.case, request_id) or abort(404)


def _page(access: Access, row: RecordsRequest, form: AnsweredForm) -> str:
    case = access.case
    asked = queries.asked(case, row, access.visible)
    since = asked.fact.on_date if asked.fact else row.sent_on
    paper = documents.document(access.visible, case, row.document_id) if row.document_id else None
    return render_template(
        "records/show.html",
        case=case,
        case_tab=TAB,
        asked=asked,
        paper=paper,
        proposed=queries.proposed_for(case, row, since, access.visible) if since else [],
        form=form,
        ways=queries.ways_on(case) if asked.over else None,
        received_how=RECEIVED_HOW,
        kinds=DOCUMENT_KINDS,
        years=queries.years_in_words(row),
        today=today(case),
    )


def _form(access: Access, row: RecordsRequest | None = None) -> RequestForm:
    case = access.case
    given: dict[str, Any] = {"asked_by": current_user.name}
    if row is not None:
        given = {name: getattr(row, name) for name in services.COLUMNS} | {"version": row.version}
        given |= {name: str(given[name] or "") for name in ("first_year", "last_year", "document_id")}
    days = queries.day_choices(case) if row is None else None
    papers = documents.choices(case, access.visible)
    form = RequestForm(today(case), case.student.born_on, papers, days, data=given)
    if row is not None:  # a kind that is no longer offered stays chosen
        form.kinds.choices = [*ASKABLE.items(), *((k, DOCUMENT_KINDS.get(k, k)) for k in row.kinds if k not in ASKABLE)]
    return form


def _answered_form(access: Access) -> AnsweredForm:
    return AnsweredForm(today(access.case), documents.choices(access.case, access.visible))


def _in_words(said: Any) -> list[tuple[str, str]]:
    kinds = ", ".join(DOCUMENT_KINDS.get(kind, kind) for kind in said.kinds)
    return [
        ("What was asked", said.words),
        ("Who asked", said.asked_by or "Nothing"),
        ("Whom at the school", said.asked_of or "Nothing"),
        ("Which kinds", kinds or "All records"),
        ("School years", queries.years_in_words(said)),
        ("Sent on", said.sent_on.isoformat() if said.sent_on else "Nothing"),
    ]


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
