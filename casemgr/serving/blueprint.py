"""The blueprint that the pages of service hang on, and what all of them need."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, url_for

from casemgr.accounts.access import Access
from casemgr.exhibit_binders import queries as binders
from casemgr.exhibit_binders.models import BinderVersion
from casemgr.extensions import db
from casemgr.filings.kinds import SEND_METHODS
from casemgr.filings.services import FilingRefused
from casemgr.serving import outgoing
from casemgr.serving.outgoing import PACKET, Outgoing

bp = Blueprint("serving", __name__)
ALL = "/cases/<uuid:case_id>/service/<any(packet, binder):what>/<uuid:sent_id>"
ONE = f"{ALL}/<uuid:copy_id>"


@bp.context_processor
def words() -> dict[str, Any]:
    """The plain words of service, for the pages of this feature."""
    return {"send_methods": SEND_METHODS, "case_tab": "filings.index"}


def page_of(access: Access, what: str, sent_id: UUID) -> str:
    """Return the address of the packet or binder itself. Ends with 404 when the case has no such thing."""
    own = {"case_id": access.case.id}
    if what == PACKET:
        return url_for("filings.show", packet_id=sent_id, **own)
    version = db.session.get(BinderVersion, sent_id)
    row = binders.binder(access.case, version.binder_id) if version and version.case_id == access.case.id else None
    if row is None or version is None:
        abort(404)
    if version.served_on:
        return url_for("exhibit_binders.version", binder_id=row.id, version_id=version.id, **own)
    return url_for("exhibit_binders.show", binder_id=row.id, **own)


def open_or_leave(access: Access, what: str, sent_id: UUID) -> Any:
    """Return what goes out; otherwise the way to what must come first. Ends with 404 for another case's."""
    try:
        out = outgoing.find(access.case, what, sent_id) or abort(404)
    except FilingRefused as refusal:
        flash(str(refusal), "warning")
        return redirect(page_of(access, what, sent_id))
    if outgoing.not_answered(access.case, out):
        own = {"case_id": access.case.id, "then": "send"}
        if what == PACKET:
            return redirect(url_for("filings.look_again", packet_id=sent_id, **own))
        return redirect(url_for("exhibit_binders.look_again", binder_id=out.binder_id, **own))
    return out


def or_404(access: Access, what: str, sent_id: UUID) -> Outgoing:
    """Return what goes out, whether or not its warnings are answered."""
    try:
        return outgoing.find(access.case, what, sent_id) or abort(404)
    except FilingRefused:
        abort(404)
