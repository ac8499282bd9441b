"""Choose the exhibits of a packet, and put them in order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.documents.kinds import DOCUMENT_KINDS
from casemgr.extensions import db
from casemgr.filings import citing, citing_views, forms, queries, services
from casemgr.filings.blueprint import PACKET, bp, packet_or_404
from casemgr.filings.kinds import kind_in
from casemgr.filings.models import Packet
from casemgr.platform.locking import StaleForm
from casemgr.web.permissions import case_access, requires

STALE = "Someone changed this packet after you opened the page. Look at it as it is now, then do it again."
LONGEST = 2_000
"""Of what is typed: what is kept is shorter, since a reference keeps no title."""


@bp.get(f"{PACKET}/exhibits")
@requires(Permission.PACKET_EDIT)
def exhibits(case_id: UUID, packet_id: UUID) -> Any:
    access = case_access()
    return _page(access, packet_or_404(access, packet_id))


@bp.post(f"{PACKET}/exhibits/add")
@requires(Permission.PACKET_EDIT)
def add_exhibits(case_id: UUID, packet_id: UUID) -> Any:
    access = case_access()
    packet = packet_or_404(access, packet_id)
    chosen = [_id_or_400(value) for value in request.form.getlist("paper")]
    here = url_for(".exhibits", case_id=case_id, packet_id=packet_id)
    if not chosen:
        flash("Nothing was added. Tick at least one paper.", "warning")
        return redirect(here)
    try:
        made = services.add_exhibits(packet, chosen, version=forms.VersionForm().seen_version, by=current_user)
    except services.FilingRefused as refusal:
        db.session.rollback()
        return _page(access, packet_or_404(access, packet_id), refusal), 422
    except (StaleForm, StaleDataError):
        db.session.rollback()
        return _page(access, packet_or_404(access, packet_id), services.FilingRefused(STALE)), 409
    flash(f"{made} added." if made else "They are exhibits already.")
    return redirect(here)


@bp.post(f"{PACKET}/exhibits/arrange")
@requires(Permission.PACKET_EDIT)
def arrange_exhibits(case_id: UUID, packet_id: UUID) -> Any:
    """Save the descriptions, and do what the pressed button says: `up:<id>`, `down:<id>`, `remove:<id>`, `sort`."""
    access = case_access()
    packet = packet_or_404(access, packet_id)
    rows = [row.id for row, _ in queries.exhibits_of(packet)]
    named = {row: f"description-{row}" for row in rows}
    said = {row: " ".join(request.form[name].split())[:LONGEST] for row, name in named.items() if name in request.form}
    verb, _, target = request.form.get("do", "save").partition(":")
    order = services.proposed_order(packet) if verb == "sort" else _moved(rows, verb, target)
    try:
        services.arrange_exhibits(packet, order, said, version=forms.VersionForm().seen_version, by=current_user)
    except services.FilingRefused as refusal:
        db.session.rollback()
        return _page(access, packet_or_404(access, packet_id), refusal, said), 422
    except (StaleForm, StaleDataError):
        db.session.rollback()
        return _page(access, packet_or_404(access, packet_id), services.FilingRefused(STALE), said), 409
    if verb in ("remove", "save") and citing.troubles(access.case, packet):
        flash("A text still cites what is not here: look at “References to exhibits” on the packet’s page.", "warning")
    flash(
        {"remove": "Removed from the packet. The paper itself stays.", "sort": "Put in order of their dates."}.get(
            verb, "Saved."
        )
    )
    return redirect(url_for(".exhibits", case_id=case_id, packet_id=packet_id, _anchor="order"))


def _page(
    access: Access,
    packet: Packet,
    refusal: services.FilingRefused | None = None,
    typed: dict[UUID, str] | None = None,
) -> str:
    kind = request.args.get("kind", "")
    chosen = queries.exhibits_of(packet)
    taken = {row.document_id for row, _ in chosen}
    refused = queries.why_not_each([paper for _, paper in chosen])
    papers = queries.papers_to_choose(access.case, access.visible, kind if kind in DOCUMENT_KINDS else "")
    return render_template(
        "filings/exhibits.html",
        case=access.case,
        packet=packet,
        kind=kind_in(packet.kind, access.case.state),
        chosen=[(row, paper, refused.get(paper.id)) for row, paper in chosen],
        papers=[paper for paper in papers if paper.id not in taken],
        kinds_of_paper=DOCUMENT_KINDS,
        wanted_kind=kind,
        label_of=queries.label_of,
        exhibit_kind=queries.exhibit_kind,
        refusal=refusal,
        typed=typed or {},
        **citing_views.references_of_exhibits(access, packet, {row.id: row.description for row, _ in chosen}),
    )


def _moved(rows: list[UUID], verb: str, target: str) -> list[UUID]:
    """Return the order after one step; an exhibit that is gone, or at the end already, moves nothing."""
    place = next((n for n, row in enumerate(rows) if str(row) == target), None)
    if place is None:
        return rows
    row = rows[place]
    others = rows[:place] + rows[place + 1 :]
    if verb == "remove":
        return others
    to = {"up": place - 1, "down": place + 1}.get(verb, place)
    to = max(0, min(len(others), to))
    return [*others[:to], row, *others[to:]]


def _id_or_400(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        abort(400)
