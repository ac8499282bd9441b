"""Have the binder made, watch it, take its files along, and mark it as served."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today
from casemgr.documents.store import store
from casemgr.exhibit_binders import disclosure, forms, queries, services, serving
from casemgr.exhibit_binders.blueprint import (
    ONE,
    STALE,
    VERSION,
    back,
    binder_or_404,
    bp,
    places_of,
    say,
    version_or_404,
)
from casemgr.exhibit_binders.labels import Placed
from casemgr.extensions import db
from casemgr.filings.last_look import Warned
from casemgr.filings.progress import told as progress_of
from casemgr.filings.services import FilingRefused
from casemgr.platform.locking import StaleForm
from casemgr.serving import queries as sent
from casemgr.storage.names import content_disposition
from casemgr.storage.objects import ObjectMissing
from casemgr.web.permissions import case_access, requires

TYPES = {"zip": "application/zip", "manifest": "application/json", "native": "application/octet-stream"}
_GONE = "The stored file is missing. Tell whoever looks after this installation, with the reference number below."


@bp.post(f"{ONE}/build")
@requires(Permission.PACKET_EDIT)
def build(case_id: UUID, binder_id: UUID) -> Any:
    access = case_access()
    row = binder_or_404(access, binder_id)
    try:
        services.queue(row, access.visible, by=current_user)
    except FilingRefused as refusal:
        db.session.rollback()
        say(refusal)
    return redirect(url_for(".show", case_id=case_id, binder_id=binder_id))


@bp.post(f"{ONE}/cancel")
@requires(Permission.PACKET_EDIT)
def cancel(case_id: UUID, binder_id: UUID) -> Any:
    row = binder_or_404(case_access(), binder_id)
    services.cancel(row, by=current_user)
    flash("Stopped. Nothing was made.")
    return back(row)


@bp.get(f"{ONE}/progress")
@requires(Permission.PACKET_EDIT)
def progress(case_id: UUID, binder_id: UUID) -> Any:
    """How far the job is, for the page that waits."""
    row = binder_or_404(case_access(), binder_id)
    return progress_of(row, url_for(".show", case_id=case_id, binder_id=binder_id))


@bp.get(VERSION)
@requires(Permission.CASE_READ)
def version(case_id: UUID, binder_id: UUID, version_id: UUID) -> Any:
    """One version: what stands where, its files, what was proved of its pages."""
    access = case_access()
    row = binder_or_404(access, binder_id)
    found = version_or_404(access, binder_id, version_id, drafts=access.allows(Permission.PACKET_EDIT))
    seen = {str(paper.id) for paper in queries.papers_in(found) if paper.visibility in access.visible}
    return render_template(
        "exhibit_binders/version.html",
        case=access.case,
        row=row,
        version=found,
        placed=[Placed.of(one) for one in found.exhibits],
        seen=seen,
        files=queries.files_of(found),
        closed=serving.may_take(found, access.visible),
    )


@bp.get(f"{VERSION}/files/<uuid:file_id>")
@requires(Permission.CASE_READ)
def file(case_id: UUID, binder_id: UUID, version_id: UUID, file_id: UUID) -> Any:
    """A finished file, as a download. One with a paper that was closed since is not handed out any more."""
    access = case_access()
    row = binder_or_404(access, binder_id)
    made = version_or_404(access, binder_id, version_id, drafts=access.allows(Permission.PACKET_EDIT))
    found = queries.file(made, file_id) or abort(404)
    if serving.may_take(made, access.visible):
        flash("This binder holds a paper that was closed since, so it is not handed out.", "error")
        return redirect(url_for(".index", case_id=case_id))
    try:
        pieces = store().open_stream(made.org_id, found.sha256)
    except ObjectMissing:
        abort(404, _GONE)
    name, size, kind = found.name, found.size, TYPES.get(found.kind, "application/pdf")
    serving.record_download(access.case, row, made, found, by=current_user)
    response = Response(pieces, mimetype=kind, direct_passthrough=True)
    response.headers["Content-Disposition"] = content_disposition(name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.content_length = size
    return response


@bp.route(f"{ONE}/last-look", methods=["GET", "POST"])
@requires(Permission.PACKET_FILE)
def look_again(case_id: UUID, binder_id: UUID) -> Any:
    """What should give pause before the version that was made is sent, each with a tick."""
    access = case_access()
    row = binder_or_404(access, binder_id)
    made = serving.made_version(row)
    if made is None or row.state != "ready":
        flash("Make the PDF first. The last look is at what will be sent.", "warning")
        return back(row)
    ticked = set(request.form.getlist("tick"))
    left: list[Warned] = []
    if request.method == "POST":
        left = serving.go_on(access.case, row, made, ticked, by=current_user)
        if not left:
            return redirect(url_for("serving.copies", case_id=case_id, what="binder", sent_id=made.id))
    page = render_template(
        "exhibit_binders/last_look.html",
        case=access.case,
        row=row,
        made=made,
        placed=[Placed.of(one) for one in made.exhibits],
        warnings=serving.look_before(access.case, row, made),
        ticked=ticked | serving.ticked_of(made),
        left={one.kind for one in left},
        places=places_of(row),
    )
    return page, 422 if left else 200


@bp.route(f"{ONE}/serve", methods=["GET", "POST"])
@requires(Permission.PACKET_FILE)
def serve(case_id: UUID, binder_id: UUID) -> Any:
    """Mark what was made as served."""
    access = case_access()
    row = binder_or_404(access, binder_id)
    made = serving.made_version(row)
    if made is None:
        flash("Make the PDF first, and send it. Then mark it as served.", "warning")
        return back(row)
    copies = sent.went_out(made.id)
    form, countdown = forms.serve_form(row, today(access.case), copies), disclosure.countdown(access.case)
    found = serving.warnings_about(access.case, row, made, countdown.last_day if countdown else None)
    before = serving.ticked_of(made) if request.method == "GET" else ()
    ticked = {one.kind for one in found if one.kind in (*request.form.getlist("tick"), *before)}
    status = 200
    if form.validate_on_submit():
        try:
            if len(ticked) < len(found):
                raise FilingRefused("Look at the warnings above, and tick each with which you go on.")
            serving.serve(row, form.to_serving(), version=form.seen_version, by=current_user, ticked=ticked)
        except (StaleForm, StaleDataError):
            db.session.rollback()
            row, status = binder_or_404(access, binder_id), 409
            form.show_version(row.version)
            form.form_errors.append(STALE)
        except FilingRefused as refusal:
            db.session.rollback()
            row, status = binder_or_404(access, binder_id), 422
            if refusal.field in form:
                form[refusal.field].errors = [*form[refusal.field].errors, str(refusal)]
            else:
                form.form_errors.append(str(refusal))
        else:
            flash("Marked as served. What was served stays as it is; what comes later is a supplement.")
            return redirect(url_for(".show", case_id=case_id, binder_id=binder_id))
        made = serving.made_version(row)
    page = render_template(
        "exhibit_binders/serve.html",
        case=access.case,
        row=row,
        made=made,
        placed=[Placed.of(one) for one in made.exhibits] if made else [],
        countdown=countdown,
        warnings=found,
        ticked=ticked,
        form=form,
        copies=copies,
        places=places_of(row),
    )
    return page, status if status != 200 else 422 if form.errors else 200
