"""Have the PDF made, watch it, take it along, and mark it as filed."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, abort, flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts.roles import Permission
from casemgr.audit import services as audit
from casemgr.cases.clock import today
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.filings import filing, forms, last_look, queries, services
from casemgr.filings.blueprint import PACKET, bp, packet_or_404
from casemgr.filings.kinds import Layout, Verb, kind_in
from casemgr.filings.material import fingerprint
from casemgr.filings.models import Packet
from casemgr.filings.progress import told as progress_of
from casemgr.law.contents import routing
from casemgr.law.stages import VerdictKind
from casemgr.law.terms import FilingKind
from casemgr.platform.locking import StaleForm
from casemgr.storage.names import content_disposition
from casemgr.storage.objects import ObjectMissing
from casemgr.web.permissions import Access, case_access, requires

LEAVES = (Verb.FILE, Verb.SEND)
_WHAT_FOLLOWS = {
    True: "Marked as filed. The case has moved, and its dates are set.",
    False: "Marked. It is in the log, and the dates that follow from it are set.",
}
_GONE = "The stored file is missing. Tell whoever looks after this installation, with the reference number below."


def _back(packet: Packet) -> Any:
    return redirect(url_for("filings.show", case_id=packet.case_id, packet_id=packet.id))


@bp.post(f"{PACKET}/build")
@requires(Permission.PACKET_EDIT)
def build(case_id: UUID, packet_id: UUID) -> Any:
    packet = packet_or_404(case_access(), packet_id)
    try:
        services.queue(packet, by=current_user)
    except services.FilingRefused as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
    return _back(packet)


@bp.post(f"{PACKET}/cancel")
@requires(Permission.PACKET_EDIT)
def cancel(case_id: UUID, packet_id: UUID) -> Any:
    packet = packet_or_404(case_access(), packet_id)
    services.cancel(packet, by=current_user)
    flash("Stopped. Nothing was made.")
    return _back(packet)


@bp.get(f"{PACKET}/progress")
@requires(Permission.PACKET_EDIT)
def progress(case_id: UUID, packet_id: UUID) -> Any:
    """How far the job is, for the page that waits."""
    packet = packet_or_404(case_access(), packet_id)
    return progress_of(packet, url_for(".show", case_id=case_id, packet_id=packet_id))


@bp.get(f"{PACKET}/pdf", endpoint="pdf", defaults={"part": "pdf"})
@bp.get(f"{PACKET}/manifest", endpoint="manifest", defaults={"part": "manifest"})
@requires(Permission.CASE_READ)
def download(case_id: UUID, packet_id: UUID, part: str) -> Any:
    """The finished file, as a download. A packet with a paper that was closed since is not handed out any more."""
    access = case_access()
    packet = packet_or_404(access, packet_id)
    sha256 = packet.pdf_sha256 if part == "pdf" else packet.manifest_sha256
    if packet.state not in ("ready", "filed") or not sha256:
        abort(404)
    if packet.state == "ready" and filing.closed_since(packet):
        flash("This PDF holds a paper that may not be filed any more. Remove it, and make the PDF again.", "error")
        return _back(packet)
    if packet.state == "filed" and not filing.may_see_all(packet, access.visible):
        flash("This packet holds a paper that you may not open any more, so it is not handed out to you.", "error")
        return _back(packet)
    try:
        pieces = store().open_stream(packet.org_id, sha256)
    except ObjectMissing:
        abort(404, _GONE)
    audit.record(access.case, "filings:packet:download", by=current_user, subject=packet.id, part=part)
    db.session.commit()
    kind = "application/pdf" if part == "pdf" else "application/json"
    response = Response(pieces, mimetype=kind, direct_passthrough=True)
    name = f"{packet.kind.replace('_', '-')}{'.pdf' if part == 'pdf' else '-manifest.json'}"
    response.headers["Content-Disposition"] = content_disposition(name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    if part == "pdf":
        response.content_length = packet.pdf_size
    return response


@bp.route(f"{PACKET}/file", methods=["GET", "POST"])
@requires(Permission.PACKET_FILE)
def file(case_id: UUID, packet_id: UUID) -> Any:
    """Mark the packet as filed."""
    access = case_access()
    packet = packet_or_404(access, packet_id)
    if packet.state == "filed":
        return _back(packet)
    if packet.state != "ready":
        flash("Make the PDF first, and send it. Then mark it as filed.", "warning")
        return _back(packet)
    if kind_in(packet.kind, access.case.state).verb in LEAVES and last_look.not_answered(access.case, packet):
        return redirect(url_for(".look_again", case_id=case_id, packet_id=packet_id))
    verdict = filing.what_the_law_says(access.case, packet)
    form = _file_form(access, packet, warned=verdict.kind is VerdictKind.WARNING)
    status = 200
    if form.validate_on_submit():
        try:
            if filing.mark_filed(packet, form.to_filing(), version=form.seen_version, by=current_user):
                flash(_WHAT_FOLLOWS[kind_in(packet.kind, access.case.state).event is not None])
        except (StaleForm, StaleDataError):
            db.session.rollback()
            packet = packet_or_404(access, packet_id)
            form.show_version(packet.version)
            form.form_errors.append(
                "Someone changed this packet after you opened this page. Make sure that the PDF you sent is this one, "
                "then save again."
            )
            status = 409
        except (services.FilingRefused, filing.FactRefused, filing.TransitionRefused) as refusal:
            db.session.rollback()
            _show_refusal(form, refusal)
            packet = packet_or_404(access, packet_id)
        else:
            return _back(packet)
        if packet.state == "filed":
            return _back(packet)
    page = render_template(
        "filings/file.html",
        case=access.case,
        packet=packet,
        kind=kind_in(packet.kind, access.case.state),
        form=form,
        verdict=filing.what_the_law_says(access.case, packet),
        is_stale=packet.built_from != fingerprint(queries.gather(access.case, packet)),
        route=routing(FilingKind(packet.kind), access.case.state),
    )
    return page, status if status != 200 else 422 if form.errors else 200


def _file_form(access: Access, packet: Packet, *, warned: bool) -> forms.FileForm:
    kind, route = kind_in(packet.kind, access.case.state), routing(FilingKind(packet.kind), access.case.state)
    signed = (packet.answers or {}).get("signed_on")
    names = ", ".join(one.name for one in forms.recipients_of(packet))
    data = {
        "filed_on": date.fromisoformat(signed) if signed else today(access.case),
        "to": route.goes_to if route and kind.layout is Layout.CAPTION else names,
        "version": str(packet.version),
    }
    return forms.FileForm(kind, warned=warned, data=data)


def _show_refusal(form: Any, refusal: Exception) -> None:
    """Put the reason beside its field, or above the form."""
    field = getattr(refusal, "field", "")
    reasons = getattr(refusal, "reasons", ())
    words = " ".join(f"{one.text} ({one.citation})" if one.citation else one.text for one in reasons) or str(refusal)
    if field in form:
        form[field].errors = [*form[field].errors, words]
    else:
        form.form_errors.append(words)


@bp.route(f"{PACKET}/received", methods=["GET", "POST"])
@requires(Permission.PACKET_FILE)
def received(case_id: UUID, packet_id: UUID) -> Any:
    """The day the district received what was filed."""
    access = case_access()
    packet = packet_or_404(access, packet_id)
    if packet.state != "filed" or kind_in(packet.kind, access.case.state).received is None or packet.received_on:
        return _back(packet)
    form = forms.ReceivedForm(kind_in(packet.kind, access.case.state))
    if form.validate_on_submit():
        try:
            filing.record_received(packet, form.on_date.data, form.notice, by=current_user)
        except (services.FilingRefused, filing.FactRefused, filing.TransitionRefused) as refusal:
            db.session.rollback()
            packet = packet_or_404(access, packet_id)
            if getattr(refusal, "field", "") == "received_on":
                refusal.field = "on_date"
            _show_refusal(form, refusal)
        else:
            flash("Recorded. The dates that count from that day are set.")
            return _back(packet)
    page = render_template(
        "filings/received.html",
        case=access.case,
        packet=packet,
        kind=kind_in(packet.kind, access.case.state),
        form=form,
    )
    return page, 422 if form.errors else 200
