"""The fingerprint of an evidence log: send it away, have it stamped, compare one that was kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.heads import queries, services
from casemgr.heads.delivering import settings
from casemgr.heads.forms import MailForm
from casemgr.heads.models import ChainHead
from casemgr.web.once import make_once
from casemgr.web.permissions import case_access, requires

bp = Blueprint("heads", __name__)


@bp.get("/cases/<uuid:case_id>/evidence/fingerprint")
@requires(Permission.CASE_READ)
def index(case_id: UUID) -> Any:
    return _page(case_access(), None)


@bp.post("/cases/<uuid:case_id>/evidence/fingerprint/mail")
@requires(Permission.EVIDENCE_ADD)
def mail(case_id: UUID) -> Any:
    access = case_access()
    form = MailForm()
    if not form.validate_on_submit():
        return _page(access, form), 422
    address, row_id = form.address.data, form.submission.uuid
    try:
        make_once(
            ChainHead,
            row_id,
            case_id,
            lambda: services.mail_head(access.case, address, by=current_user, row_id=row_id),
        )
    except services.HeadRefused as refusal:
        form.address.errors = [str(refusal)]
        return _page(access, form), 422
    services.set_nightly(access.case, address if form.nightly.data else "", by=current_user)
    flash("The fingerprint is on its way. Below you see when it was sent.")
    return redirect(url_for(".index", case_id=case_id, _anchor="sent"))


@bp.post("/cases/<uuid:case_id>/evidence/fingerprint/nightly/stop")
@requires(Permission.EVIDENCE_ADD)
def stop(case_id: UUID) -> Any:
    services.set_nightly(case_access().case, "", by=current_user)
    flash("No more mail at night.")
    return redirect(url_for(".index", case_id=case_id))


@bp.post("/cases/<uuid:case_id>/evidence/fingerprint/stamp")
@requires(Permission.EVIDENCE_ADD)
def stamp(case_id: UUID) -> Any:
    try:
        services.stamp_head(case_access().case, by=current_user)
    except services.HeadRefused as refusal:
        flash(str(refusal), "warning")
    else:
        flash("The authority is asked. Below you see when it answered.")
    return redirect(url_for(".index", case_id=case_id, _anchor="sent"))


def _page(access: Access, form: MailForm | None) -> str:
    case = access.case
    kept = queries.tidy(request.args.get("kept", ""))[:200]
    nightly = queries.nightly_for(case, current_user.id)
    if form is None:
        own = "" if current_user.email.endswith(".invalid") else current_user.email
        form = MailForm(formdata=None, data={"address": nightly.address if nightly else own, "nightly": bool(nightly)})
    return render_template(
        "heads/index.html",
        case=case,
        head=queries.head_of(case),
        form=form,
        nightly=nightly,
        kept=kept,
        is_hash=queries.is_hash(kept),
        place=queries.place_of(case, kept) if queries.is_hash(kept) else None,
        sent=queries.sent_out(case),
        sends_mail=settings().mail_server is not None,
        authority=settings().tsa_host,
    )
