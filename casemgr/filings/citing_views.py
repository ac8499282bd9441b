"""What a person does about the references of a packet: make the paper an exhibit, make typed citations live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.citations import queries as citations
from casemgr.citations.forms import citing_fields, tell
from casemgr.extensions import db
from casemgr.filings import citing, forms, services
from casemgr.filings.blueprint import PACKET, bp, packet_or_404
from casemgr.filings.details_form import DetailsForm
from casemgr.filings.models import Packet
from casemgr.platform.locking import StaleForm
from casemgr.web.permissions import case_access, requires

STALE = "Someone changed this packet after you opened the page. Look at it as it is now, then do it again."


def references_on(access: Access, packet: Packet, form: DetailsForm) -> dict[str, Any]:
    """Return what the form needs to show and take references, and let it show their titles."""
    case, boxes = access.case, list(citing_fields(form))
    tell(form, citations.titles(case, citations.refs_in(one.data or "" for one in boxes), access.visible))
    numbering, found = citing.looked_at(case, packet, access.visible)
    return {
        "found": {one.passage.box: [("cite-fix", "", one.said, one.plain)] for one in found if one.passage.box},
        "citing": {one.name for one in boxes},
        "choices": citations.choices(case, [numbering], access.visible),
        "example": numbering.places[0].label if numbering.places else f"{packet.exhibit_prefix}-1",
    }


def references_of_exhibits(access: Access, packet: Packet, descriptions: Mapping[UUID, str]) -> dict[str, Any]:
    """Return what the page of the exhibits needs to show and take references in what each of them shows."""
    numbering, found = citing.looked_at(access.case, packet, access.visible)
    return {
        "shown": citations.shown(access.case, descriptions, access.visible),
        "found": {one.passage.exhibit_id: [("cite-fix", "", one.said, one.plain)] for one in found},
        "choices": citations.choices(access.case, [numbering], access.visible),
        "example": numbering.places[0].label if numbering.places else f"{packet.exhibit_prefix}-1",
    }


def is_doubtful(access: Access, packet: Packet) -> bool:
    """Whether a text of the packet itself, as it was just saved, cites something that is not to be had, or cites in
    plain words only."""
    _, found = citing.looked_at(access.case, packet, access.visible)
    return any(one.plain or not all(said.is_fine for said in one.said) for one in found if one.passage.box)


@bp.post(f"{PACKET}/references/add")
@requires(Permission.PACKET_EDIT)
def add_cited(case_id: UUID, packet_id: UUID) -> Any:
    """Make a cited paper an exhibit, behind the others."""
    access = case_access()
    packet = packet_or_404(access, packet_id)
    paper_id = request.form.get("paper", type=UUID)

    def add() -> str:
        if paper_id is None:
            raise services.FilingRefused("Choose a paper.")
        made = services.add_exhibits(packet, [paper_id], version=forms.VersionForm().seen_version, by=current_user)
        return "It is an exhibit now." if made else "It is an exhibit already."

    return _done(case_id, packet_id, add)


@bp.post(f"{PACKET}/references/live")
@requires(Permission.PACKET_EDIT)
def make_live(case_id: UUID, packet_id: UUID) -> Any:
    """Make the typed citations of the whole packet live."""
    access = case_access()
    packet = packet_or_404(access, packet_id)

    def change() -> str:
        made = citing.make_live(access.case, packet, version=forms.VersionForm().seen_version, by=current_user)
        return f"{made} made live. From now on they follow their exhibits." if made else "Nothing was left to do."

    return _done(case_id, packet_id, change)


def _done(case_id: UUID, packet_id: UUID, do: Any) -> Any:
    """Do it, say how it went, and go back to where the button stood."""
    try:
        flash(do())
    except services.FilingRefused as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
    except (StaleForm, StaleDataError):
        db.session.rollback()
        flash(STALE, "warning")
    issue_id = request.form.get("issue", type=UUID)
    if issue_id is not None:
        return redirect(url_for("issues.edit", case_id=case_id, issue_id=issue_id))
    back = request.form.get("back")
    page = f"filings.{back}" if back in ("details", "exhibits") else "filings.show"
    return redirect(url_for(page, case_id=case_id, packet_id=packet_id))
