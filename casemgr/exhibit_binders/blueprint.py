"""The blueprint that the pages of hearing binders hang on, and what all of them need."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, url_for

from casemgr.accounts.access import Access
from casemgr.exhibit_binders import queries
from casemgr.exhibit_binders.models import BinderVersion, ExhibitBinder
from casemgr.filings.kinds import SEND_METHODS

bp = Blueprint("exhibit_binders", __name__)
ALL = "/cases/<uuid:case_id>/exhibit-binders"
ONE = f"{ALL}/<uuid:binder_id>"
VERSION = f"{ONE}/versions/<uuid:version_id>"
STATES: dict[str, tuple[str, str, str | None]] = {
    "draft": ("Being put together", "edit", None),
    "queued": ("Waiting to be made", "clock", "accent"),
    "building": ("Being made", "clock", "accent"),
    "ready": ("Ready to serve", "check", "met"),
    "failed": ("Could not be made", "alert", "late"),
}
STALE = "Someone changed this binder after you opened the page. Look at it as it is now, then do it again."


@bp.context_processor
def words() -> dict[str, Any]:
    """The plain words of binders, for the pages of this feature."""
    return {"binder_states": STATES, "send_methods": SEND_METHODS, "case_tab": "filings.index"}


def binder_or_404(access: Access, binder_id: UUID) -> ExhibitBinder:
    return queries.binder(access.case, binder_id) or abort(404)


def version_or_404(access: Access, binder_id: UUID, version_id: UUID, *, drafts: bool) -> BinderVersion:
    found = queries.version(access.case, binder_id, version_id)
    return found if found is not None and (drafts or found.served_on) else abort(404)


def places_of(row: ExhibitBinder) -> dict[str, str]:
    """Return where the words of each place (undrawable.Printed) are changed."""
    own = {"case_id": row.case_id, "binder_id": row.id}
    pages = {name: url_for(f"exhibit_binders.{name}", **own) for name in ("settings", "people", "exhibits")}
    return pages | {"student": url_for("cases.edit", case_id=row.case_id)}


def back(row: ExhibitBinder, page: str = "show", anchor: str | None = None) -> Any:
    return redirect(url_for(f"exhibit_binders.{page}", case_id=row.case_id, binder_id=row.id, _anchor=anchor))


def say(problem: Exception) -> None:
    flash(str(problem), "error")
