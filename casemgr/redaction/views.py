"""Redact a paper: cover places, have the copy made, read the log. Only for who may edit the original."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.documents import queries as documents
from casemgr.documents.kinds import VISIBILITIES, VISIBILITY_HINTS, opens_it_to_more_people
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.platform.locking import StaleForm
from casemgr.reading import queries as reading
from casemgr.redaction import queries, services
from casemgr.redaction.forms import FindForm, NamesForm, ReasonForm, make_form, ticked_places
from casemgr.redaction.models import Redaction
from casemgr.redaction.patterns import PATTERNS
from casemgr.redaction.reasons import HOW_FOUND, REASONS, why_not
from casemgr.redaction.services import RedactionRefused
from casemgr.web.filters import plural
from casemgr.web.permissions import case_access, requires

bp = Blueprint("redaction", __name__)
REDACT = "/cases/<uuid:case_id>/papers/<uuid:document_id>/redact"
LOG = "/cases/<uuid:case_id>/redactions"
NAMES = "/cases/<uuid:case_id>/names-to-protect"
STALE = "Someone changed the boxes after you opened this page. Look at them as they are now, then go on."


@bp.context_processor
def words() -> dict[str, Any]:
    """The plain words of redaction, for the pages of this feature."""
    return {"reasons": REASONS, "how_found": HOW_FOUND, "visibilities": VISIBILITIES, "patterns": PATTERNS}


@bp.get(REDACT)
@requires(Permission.DOCUMENT_EDIT)
def paper(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    access = case_access()
    document = _paper_or_404(access, document_id)
    if problem := why_not(document):
        flash(problem, "warning")
        return redirect(url_for("documents.show", case_id=case_id, document_id=document_id))
    row = queries.open_one(document)
    if row is not None and row.state == "making":
        return redirect(url_for(".show", case_id=case_id, redaction_id=row.id))
    return _page(access, document, row, ReasonForm(formdata=None, data={"reason": request.args.get("reason")}))


@bp.post(f"{REDACT}/marks")
@requires(Permission.DOCUMENT_EDIT)
def add(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Cover a place on one page."""
    access = case_access()
    document = _paper_or_404(access, document_id)
    number, form = request.args.get("page", 1, type=int), ReasonForm()
    try:
        row = services.begin(access.case, document, by=current_user)
        marks = form.marks(number)
        if not marks:
            raise RedactionRefused("", "Draw a box, or choose the words that are to be covered.")
        services.add_marks(access.case, document, row, marks, by=current_user)
    except RedactionRefused as refusal:
        db.session.rollback()
        if refusal.field in form:
            form[refusal.field].errors = [str(refusal)]
        else:
            form.form_errors.append(str(refusal))
        return _page(access, document, queries.open_one(document), form), 422
    return redirect(url_for(".paper", case_id=case_id, document_id=document_id, page=number, reason=form.reason.data))


@bp.post(f"{REDACT}/marks/<uuid:mark_id>/remove")
@requires(Permission.DOCUMENT_EDIT)
def remove(case_id: UUID, document_id: UUID, mark_id: UUID) -> ResponseReturnValue:
    document = _paper_or_404(case_access(), document_id)
    row = _open_or_404(document)
    try:
        services.remove_mark(row, mark_id)
    except RedactionRefused as refusal:
        flash(str(refusal), "warning")
    return redirect(url_for(".paper", case_id=case_id, document_id=document_id, page=request.args.get("page", 1, int)))


@bp.route(f"{REDACT}/find", methods=["GET", "POST"])
@requires(Permission.DOCUMENT_EDIT)
def find(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Look for patterns and names on all pages. Names are never part of an address."""
    access = case_access()
    document = _paper_or_404(access, document_id)
    names = "\n".join(row.name for row in queries.protected_names(access.case))
    kinds = [kind for kind in PATTERNS if kind != "name" or names]
    form, found = FindForm(data={"names": names, "kinds": kinds}), None
    if form.validate_on_submit():
        sought = services.names_typed(form.names.data)
        found = queries.find(document, form.kinds.data, sought, access.case.student.born_on)
    page = render_template(
        "redaction/find.html", case=access.case, paper=document, form=form, found=found, problem=why_not(document)
    )
    return page, 422 if form.errors else 200


@bp.post(f"{REDACT}/cover")
@requires(Permission.DOCUMENT_EDIT)
def cover(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Cover what was found and is ticked."""
    access = case_access()
    document = _paper_or_404(access, document_id)
    ticked = ticked_places()
    try:
        if not ticked:
            raise RedactionRefused("", "Nothing was ticked, so nothing is covered.")
        row = services.begin(access.case, document, by=current_user)
        count = services.add_marks(access.case, document, row, ticked, by=current_user)
    except RedactionRefused as refusal:
        db.session.rollback()
        flash(str(refusal), "warning")
        return redirect(url_for(".find", case_id=case_id, document_id=document_id))
    flash(f"{plural(count, 'place')} covered. Look at each page before you make the copy.")
    return redirect(url_for(".paper", case_id=case_id, document_id=document_id, page=min(one.page for one in ticked)))


@bp.route(f"{REDACT}/finish", methods=["GET", "POST"])
@requires(Permission.DOCUMENT_EDIT)
def finish(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """See all that is covered, and have the copy made."""
    access = case_access()
    document = _paper_or_404(access, document_id)
    row = queries.open_one(document)
    marks = queries.marks_of(row) if row else []
    if row is None or not marks:
        flash("Nothing is covered yet. Draw a box, or choose words, first.", "warning")
        return redirect(url_for(".paper", case_id=case_id, document_id=document_id))
    form, status = make_form(document, row, access.visible), 200
    if form.validate_on_submit():
        try:
            services.make(
                access.case,
                document,
                row,
                title=form.title.data,
                visibility=form.visibility.data,
                reason=form.reason.data,
                all_pages=form.all_pages.data,
                confirmed=form.confirmed.data,
                version=form.seen_version,
                by=current_user,
                visible=access.visible,
            )
        except RedactionRefused as refusal:
            db.session.rollback()
            if refusal.field in form:
                form[refusal.field].errors = [str(refusal)]
            else:
                form.form_errors.append(str(refusal))
        except (StaleForm, StaleDataError):
            db.session.rollback()
            row = _open_or_404(document)
            form.version.raw_data, form.version.data = None, str(row.version)
            form.form_errors.append(STALE)
            status = 409
        else:
            return redirect(url_for(".show", case_id=case_id, redaction_id=row.id))
    page = render_template(
        "redaction/finish.html",
        case=access.case,
        paper=document,
        marks=queries.marks_of(row),
        form=form,
        hints=VISIBILITY_HINTS,
        opens=any(opens_it_to_more_people(document.visibility, key) for key, _ in form.visibility.choices),
    )
    return page, 422 if form.errors and status == 200 else status


@bp.route(f"{REDACT}/discard", methods=["GET", "POST"])
@requires(Permission.DOCUMENT_EDIT)
def discard(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    access = case_access()
    document = _paper_or_404(access, document_id)
    row = _open_or_404(document)
    if request.method == "GET":
        return render_template(
            "redaction/discard.html", case=access.case, paper=document, count=len(queries.marks_of(row))
        )
    try:
        services.discard(access.case, row, by=current_user)
    except RedactionRefused as refusal:
        flash(str(refusal), "warning")
    else:
        flash("The boxes are gone. The paper is as it was.")
    return redirect(url_for("documents.show", case_id=case_id, document_id=document_id))


@bp.get(LOG)
@requires(Permission.DOCUMENT_EDIT)
def log(case_id: UUID) -> ResponseReturnValue:
    """The log of redactions, for the screen and for paper."""
    access = case_access()
    return render_template("redaction/log.html", case=access.case, entries=queries.log_of(access.case, access.visible))


@bp.get(f"{LOG}/<uuid:redaction_id>")
@requires(Permission.DOCUMENT_EDIT)
def show(case_id: UUID, redaction_id: UUID) -> ResponseReturnValue:
    """What became of one: waiting, failed, or made with its proof."""
    access = case_access()
    row, document = queries.redaction(access.case, redaction_id, access.visible) or abort(404)
    if row.state == "draft":
        return redirect(url_for(".paper", case_id=case_id, document_id=document.id))
    copy = documents.document(access.visible, access.case, row.result_id) if row.result_id else None
    return render_template(
        "redaction/show.html",
        case=access.case,
        redaction=row,
        paper=document,
        copy=copy,
        entries=[
            one for one in queries.log_of(access.case, access.visible, document) if one.entry.redaction_id == row.id
        ],
    )


@bp.get(f"{LOG}/<uuid:redaction_id>/progress")
@requires(Permission.DOCUMENT_EDIT)
def progress(case_id: UUID, redaction_id: UUID) -> ResponseReturnValue:
    """For jobs.js: anything but waiting is a reason to load the page again."""
    access = case_access()
    row, _document = queries.redaction(access.case, redaction_id, access.visible) or abort(404)
    return jsonify(
        state="running" if row.state == "making" else "done",
        message="Rebuilding the pages, and proving that nothing is left",
        url=url_for(".show", case_id=case_id, redaction_id=redaction_id),
    )


@bp.route(NAMES, methods=["GET", "POST"])
@requires(Permission.DOCUMENT_EDIT)
def names(case_id: UUID) -> ResponseReturnValue:
    """Names that must not leave with this case."""
    access = case_access()
    form = NamesForm()
    if form.validate_on_submit():
        try:
            count = services.protect_names(access.case, services.names_typed(form.names.data), by=current_user)
        except RedactionRefused as refusal:
            form.names.errors = [str(refusal)]
        else:
            flash(f"{plural(count, 'name')} added." if count else "They are on the list already.")
            return redirect(url_for(".names", case_id=case_id))
    page = render_template(
        "redaction/names.html", case=access.case, form=form, names=queries.protected_names(access.case)
    )
    return page, 422 if form.errors else 200


@bp.post(f"{NAMES}/<uuid:name_id>/remove")
@requires(Permission.DOCUMENT_EDIT)
def forget(case_id: UUID, name_id: UUID) -> ResponseReturnValue:
    services.forget_name(case_access().case, name_id, by=current_user)
    flash("Taken off the list.")
    return redirect(url_for(".names", case_id=case_id))


def _page(access: Access, document: Document, row: Redaction | None, form: ReasonForm) -> str:
    last = reading.last_number(document)
    number = min(max(1, request.args.get("page", 1, type=int)), max(1, last))
    marks = queries.marks_of(row) if row else []
    page = reading.open_page(document, number)
    return render_template(
        "redaction/paper.html",
        case=access.case,
        paper=document,
        page=page,
        number=number,
        last=last,
        redaction=row,
        form=form,
        marks=[mark for mark in marks if mark.page == number],
        counts=queries.count_by_page(marks),
        lines=queries.lines_of(page.words or []) if page else [],
        entries=queries.log_of(access.case, access.visible, document),
    )


def _open_or_404(document: Document) -> Redaction:
    return queries.open_one(document) or abort(404)


def _paper_or_404(access: Access, document_id: UUID) -> Document:
    return documents.document(access.visible, access.case, document_id) or abort(404)
