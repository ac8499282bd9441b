"""It was not filed after all."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_login import current_user

from casemgr.accounts.roles import Permission
from casemgr.extensions import db
from casemgr.filings import filing, forms, queries, services, taking_back
from casemgr.filings.blueprint import PACKET, begun, bp, packet_or_404
from casemgr.filings.kinds import kind_in
from casemgr.proceedings.services import CannotUndo
from casemgr.web.permissions import case_access, requires


@bp.route(f"{PACKET}/take-back", methods=["GET", "POST"])
@requires(Permission.PACKET_FILE)
def take_back(case_id: UUID, packet_id: UUID) -> Any:
    access = case_access()
    packet = packet_or_404(access, packet_id)
    here = url_for(".show", case_id=case_id, packet_id=packet_id)
    if packet.state != "filed" or queries.taken_back(access.case, [packet.id]):
        return redirect(here)
    form = forms.TakeBackForm()
    if form.validate_on_submit():
        try:
            taking_back.take_back(packet, form.reason.data, by=current_user)
        except (services.FilingRefused, filing.FactRefused, CannotUndo) as refusal:
            db.session.rollback()
            form.reason.errors = [str(refusal)]
            packet = packet_or_404(access, packet_id)
        else:
            flash("Taken back. What was recorded is corrected, and both stay in the record.")
            return redirect(here)
    kind = kind_in(packet.kind, access.case.state)
    page = render_template("filings/take_back.html", case=access.case, packet=packet, kind=kind, form=form)
    return page, 422 if form.errors else 200


@bp.post(f"{PACKET}/again")
@requires(Permission.PACKET_EDIT)
def again(case_id: UUID, packet_id: UUID) -> Any:
    """Begin a draft with the words and exhibits of a packet that was taken back; the same button twice begins one."""
    access = case_access()
    packet = packet_or_404(access, packet_id)
    if not queries.taken_back(access.case, [packet.id]):
        return redirect(url_for(".show", case_id=case_id, packet_id=packet_id))
    return begun(case_id, lambda own_id: taking_back.again(packet, by=current_user, packet_id=own_id))
