"""Pages of the evidence log."""

from __future__ import annotations

import tempfile
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.documents.kinds import VISIBILITY_HINTS
from casemgr.evidence import exporting, kinds, queries, services, verification
from casemgr.evidence.forms import (
    EntryForm,
    address_of,
    correction_form,
    entry_form,
    filters_from,
)
from casemgr.evidence.models import EvidenceEntry
from casemgr.evidence.quick import QUICK, QuickForm, quick_form
from casemgr.goals import queries as goals
from casemgr.issues import queries as issues
from casemgr.web.once import make_once
from casemgr.web.permissions import case_access, requires

bp = Blueprint("evidence", __name__)


@bp.app_template_global()
def evidence_words() -> Any:
    """Give templates the words of `evidence.kinds`."""
    return kinds


@bp.get("/cases/<uuid:case_id>/evidence")
@requires(Permission.CASE_READ)
def index(case_id: UUID) -> Any:
    access = case_access()
    filters, problems = filters_from(request.args)
    found = queries.entries(access.case, access.visible, filters)
    return render_template(
        "evidence/index.html",
        case=access.case,
        found=found,
        filters=filters,
        problems=problems,
        issue_choices=issues.choices(access.case),
        goal_choices=goals.choices(access.case),
        page_url=lambda page: url_for(".index", case_id=case_id, **address_of(filters), page=page),
    )


@bp.route("/cases/<uuid:case_id>/evidence/new", methods=["GET", "POST"])
@requires(Permission.EVIDENCE_ADD)
def new(case_id: UUID) -> Any:
    access = case_access()
    form = entry_form(access, request.args)
    if form.validate_on_submit():
        entry = _write(form, access, lambda told: _log(access, told))
        if entry:
            flash(f"Logged as No. {entry.number}.")
            return redirect(url_for(".index", case_id=case_id, _anchor=f"entry-{entry.number}"))
    page = render_template("evidence/new.html", case=access.case, form=form, visibility_hints=VISIBILITY_HINTS)
    return page, 422 if form.errors else 200


@bp.route("/cases/<uuid:case_id>/evidence/quick/<kind>", methods=["GET", "POST"])
@requires(Permission.EVIDENCE_ADD)
def quick(case_id: UUID, kind: str) -> Any:
    """Log a call, a meeting, an incident or a missed service in a few seconds."""
    if kind not in QUICK:
        abort(404)
    access = case_access()
    form = quick_form(access, kind)
    if form.validate_on_submit():
        entry = _write(form, access, lambda told: _log(access, told))
        if entry:
            flash(f"Logged as No. {entry.number}.")
            return redirect(url_for(".index", case_id=case_id, _anchor=f"entry-{entry.number}"))
    page = render_template("evidence/quick.html", case=access.case, form=form, kind=kind, quick=QUICK)
    return page, 422 if form.errors else 200


@bp.get("/cases/<uuid:case_id>/evidence/<uuid:entry_id>")
@requires(Permission.CASE_READ)
def show(case_id: UUID, entry_id: UUID) -> Any:
    access = case_access()
    entry = _entry_or_404(access, entry_id)
    before, after = queries.neighbors(access.case, entry, access.visible)
    [view] = queries.views_of(access.case, [entry], access.visible)
    return render_template(
        "evidence/show.html",
        case=access.case,
        view=view,
        before=before,
        after=after,
        may_correct=view.superseded_by is None and _may_correct(access, entry),
    )


@bp.route("/cases/<uuid:case_id>/evidence/<uuid:entry_id>/correct", methods=["GET", "POST"])
@requires(Permission.EVIDENCE_ADD)
def correct(case_id: UUID, entry_id: UUID) -> Any:
    access = case_access()
    entry = _entry_or_404(access, entry_id)
    if not _may_correct(access, entry):
        abort(403, "You can correct the entries that you wrote yourself. Tell the person who runs the case.")
    newest = services.newest_version(access.case, entry)
    if request.method == "GET" and newest is not entry:
        flash(f"No. {entry.number} was already corrected. This is what stands now.", "warning")
        shown = newest if newest.visibility in access.visible else entry
        return redirect(url_for(".show", case_id=case_id, entry_id=shown.id))
    form = correction_form(access, entry)
    if form.validate_on_submit():
        corrected = _write(form, access, lambda told: _correct(access, entry, told))
        if corrected:
            flash(f"Corrected by No. {corrected.number}. The first version is kept.")
            return redirect(url_for(".show", case_id=case_id, entry_id=corrected.id))
    newest = services.newest_version(access.case, entry)  # somebody may have been faster
    page = render_template(
        "evidence/correct.html",
        case=access.case,
        form=form,
        entry=entry,
        newest=newest if newest.visibility in access.visible else None,
        was_corrected=newest is not entry,
        visibility_hints=VISIBILITY_HINTS,
    )
    return page, 409 if newest is not entry else 422 if form.errors else 200


@bp.route("/cases/<uuid:case_id>/evidence/verify", methods=["GET", "POST"])
@requires(Permission.CASE_READ)
def verify(case_id: UUID) -> Any:
    access = case_access()
    if request.method == "POST":
        verification.verify_and_record(access.case, by=current_user)
        return redirect(url_for(".verify", case_id=case_id))
    return render_template("evidence/verify.html", case=access.case, past=verification.past_verifications(access.case))


@bp.route("/cases/<uuid:case_id>/evidence/export", methods=["GET", "POST"])
@requires(Permission.CASE_READ)
def export(case_id: UUID) -> Any:
    """Offer the whole log with its files as one archive, and send it."""
    access = case_access()
    problem, status = "", 200
    if request.method == "POST":
        try:
            return _archive(access)
        except exporting.ExportRefused as refusal:
            problem, status = str(refusal), refusal.status
        except OSError:
            problem, status = "There is no room on the disk to pack the archive. Nothing was exported.", 507
    page = render_template(
        "evidence/export.html",
        case=access.case,
        extent=exporting.extent(access.case, access.visible),
        sees_more=access.visible > exporting.SHARED,
        past=exporting.past_exports(access.case),
        problem=problem,
    )
    return page, status


def _archive(access: Access) -> Any:
    """Send the archive from a temporary file that has no name: a killed process leaves nothing behind."""
    folder = current_app.config["SETTINGS"].data_dir / "scratch"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    visible = exporting.SHARED if request.form.get("shared_only") == "1" else access.visible
    packed = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (it is closed when it was sent)
    try:
        exporting.export(access.case, visible, packed, by=current_user, most_bytes=exporting.MOST_BYTES)
        size = packed.tell()
        packed.seek(0)
    except BaseException:
        packed.close()
        raise
    answer = send_file(packed, "application/zip", as_attachment=True, download_name="evidence-log.zip", max_age=0)
    answer.content_length = size
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _write(form: EntryForm | QuickForm, access: Access, write: Any) -> EvidenceEntry | None:
    """Write once what the form tells; a refusal goes to its field, and nothing is written."""
    told = form.to_entry()
    try:
        return make_once(EvidenceEntry, told.id, access.case.id, lambda: write(told))[0]
    except services.EvidenceRefused as refusal:
        _show_refusal(form, refusal)
        return None


def _show_refusal(form: EntryForm | QuickForm, refusal: services.EvidenceRefused) -> None:
    if refusal.field not in form or refusal.field == "papers":
        form.form_errors.append(f"{refusal.field.capitalize()}: {refusal}")
    else:
        form[refusal.field].errors = [*form[refusal.field].errors, str(refusal)]


def _log(access: Access, told: services.NewEntry) -> EvidenceEntry:
    return services.log_entry(access.case, told, by=current_user, visible=access.visible)


def _correct(access: Access, entry: EvidenceEntry, told: services.NewEntry) -> EvidenceEntry:
    keep = not access.allows(Permission.ISSUE_EDIT)
    return services.correct_entry(access.case, entry, told, by=current_user, visible=access.visible, keep_issues=keep)


def _may_correct(access: Access, entry: EvidenceEntry) -> bool:
    """Those who run the case correct any entry they see; a client only their own."""
    if not access.allows(Permission.EVIDENCE_ADD):
        return False
    return access.allows(Permission.CASE_EDIT) or entry.recorded_by == current_user.id


def _entry_or_404(access: Access, entry_id: UUID) -> EvidenceEntry:
    return queries.entry(access.case, entry_id, access.visible) or abort(404)
