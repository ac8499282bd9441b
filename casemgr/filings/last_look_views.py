"""The page of the last look: who gets it, what is in it, what gives pause."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from casemgr.accounts.roles import Permission
from casemgr.filings import forms, last_look
from casemgr.filings.blueprint import PACKET, bp, packet_or_404, places_of
from casemgr.filings.kinds import kind_in
from casemgr.web.permissions import case_access, requires


@bp.route(f"{PACKET}/last-look", methods=["GET", "POST"])
@requires(Permission.PACKET_FILE)
def look_again(case_id: UUID, packet_id: UUID) -> Any:
    access = case_access()
    packet = packet_or_404(access, packet_id)
    here = url_for("filings.show", case_id=case_id, packet_id=packet_id)
    if packet.state not in ("ready", "filed") or not packet.pdf_sha256:
        flash("Make the PDF first. The last look is at what will be sent.", "warning")
        return redirect(here)
    ticked = set(request.form.getlist("tick"))
    left: list[last_look.Warned] = []
    if request.method == "POST":
        left = last_look.go_on(access.case, packet, ticked, by=current_user)
        if not left:
            if request.form.get("then") == "send":
                return redirect(url_for("serving.copies", case_id=case_id, what="packet", sent_id=packet_id))
            return redirect(url_for("filings.file", case_id=case_id, packet_id=packet_id))
    page = render_template(
        "filings/last_look.html",
        case=access.case,
        packet=packet,
        kind=kind_in(packet.kind, access.case.state),
        exhibits=last_look.exhibits_of(packet),
        recipients=forms.recipients_of(packet),
        warnings=last_look.look_at(access.case, packet),
        ticked=ticked | last_look.ticked_of(packet),
        left={one.kind for one in left},
        places=places_of(access.case, packet),
        then=request.values.get("then", ""),
    )
    return page, 422 if left else 200
