"""The blueprint that the pages of packets hang on, and what all of them need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, abort, flash, redirect, request, url_for

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.cases.models import Case
from casemgr.extensions import db
from casemgr.filings import queries
from casemgr.filings.items import Fix
from casemgr.filings.kinds import SEND_METHODS, STATES
from casemgr.filings.models import Packet
from casemgr.filings.services import FilingRefused
from casemgr.web.navigation import url_if_any
from casemgr.web.once import make_once

bp = Blueprint("filings", __name__)
PACKETS = "/cases/<uuid:case_id>/filings"
PACKET = f"{PACKETS}/<uuid:packet_id>"


@bp.context_processor
def words() -> dict[str, Any]:
    """The plain words of packets, for the pages of this feature."""
    return {"send_methods": SEND_METHODS, "packet_states": STATES}


def sees_drafts(access: Access) -> bool:
    """A draft is work in progress of those who run the case; what was filed is for everyone on it."""
    return access.allows(Permission.PACKET_EDIT)


def packet_or_404(access: Access, packet_id: UUID) -> Packet:
    return queries.packet(access.case, packet_id, drafts=sees_drafts(access)) or abort(404)


def begun(case_id: UUID, make: Callable[[UUID], Packet]) -> Any:
    """Lead to the packet that a button begins; the same button twice begins one."""
    own_id = _id_of(request.form.get("submission", ""))
    try:
        packet, _made = make_once(Packet, own_id, case_id, lambda: make(own_id))
    except FilingRefused as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
        return redirect(url_for("filings.index", case_id=case_id))
    return redirect(url_for("filings.show", case_id=case_id, packet_id=packet.id))


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def places_of(case: Case, packet: Packet) -> dict[str, str | None]:
    """Return where the words of each place (undrawable.Printed) are changed."""
    own = {"case_id": case.id, "packet_id": packet.id}
    pages = {name: url_for(f"filings.{name}", **own) for name in ("details", "service", "exhibits")}
    return pages | {
        "student": url_for("cases.edit", case_id=case.id),
        "people": url_for("cases.people", case_id=case.id),
        "issues": url_if_any("issues.index", case_id=case.id),
        "evidence": url_if_any("evidence.index", case_id=case.id),
    }


def fix_url(case: Case, packet: Packet, fix: Fix) -> str | None:
    """Return where a gap is closed; None where this installation has no such page."""
    own = {"case_id": case.id, "packet_id": packet.id}
    match fix.place:
        case "student":
            return url_for("cases.edit", case_id=case.id)
        case "people":
            return url_for("cases.people", case_id=case.id)
        case "new_issue":
            return url_for("issues.new", case_id=case.id)
        case "issue":
            return url_for("issues.edit", case_id=case.id, issue_id=fix.target)
        case "evidence":
            return url_for("issues.link", case_id=case.id, issue_id=fix.target)
        case "placement":
            return url_if_any("plans.record", case_id=case.id)
        case "facts":
            return url_if_any("deadlines.index", case_id=case.id)
        case "answer":
            return url_for("filings.details", **own, _anchor=f"answer_{fix.target}")
        case _:
            return url_for(f"filings.{fix.place}", **own)
