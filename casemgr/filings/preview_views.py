"""How the document of a packet will look while its words are typed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today
from casemgr.extensions import db
from casemgr.filings.blueprint import PACKET, bp, packet_or_404
from casemgr.filings.details_form import DetailsForm, details_form
from casemgr.filings.models import Packet
from casemgr.filings.typed import as_typed
from casemgr.platform import page_drawing
from casemgr.web.page_preview import Looks, as_json, looks_of, not_drawn, not_drawn_for
from casemgr.web.permissions import case_access, requires


@bp.post(f"{PACKET}/preview")
@requires(Permission.PACKET_EDIT)
def preview(case_id: UUID, packet_id: UUID) -> Any:
    """The document as it is typed now, as pictures of its pages. Nothing is kept."""
    access = case_access()
    packet = packet_or_404(access, packet_id)
    return as_json(looks(access, packet, details_form(access.case, packet, today(access.case))))


def looks(access: Access, packet: Packet, form: DetailsForm) -> Looks:
    """Draw what is typed on a form, or say what has to be put right first. `packet` is not to be used afterwards."""
    if packet.state == "filed":
        return not_drawn("This packet was filed. It stays as it was filed.")
    if not form.validate():
        return not_drawn_for(form)
    document = as_typed(access.case, packet, form.to_details())
    db.session.rollback()  # a transaction is not held open while pages are drawn
    return looks_of(lambda: page_drawing.draw(document, pictures=True))
