"""References on the pages of a binder: make the paper an exhibit, make typed citations live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, request
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.citations import queries as citations
from casemgr.citations.forms import citing_fields, tell
from casemgr.exhibit_binders import citing, queries, services
from casemgr.exhibit_binders.blueprint import ONE, STALE, back, binder_or_404, bp, say
from casemgr.exhibit_binders.forms import PeopleForm
from casemgr.exhibit_binders.material import ExhibitNow
from casemgr.exhibit_binders.models import ExhibitBinder
from casemgr.extensions import db
from casemgr.filings.forms import VersionForm
from casemgr.filings.services import FilingRefused
from casemgr.platform.locking import StaleForm
from casemgr.web.permissions import case_access, requires


def references_on(access: Access, row: ExhibitBinder, form: PeopleForm) -> dict[str, Any]:
    """Return what the form needs to show and take references, and let it show the titles of papers."""
    case, boxes = access.case, list(citing_fields(form))
    texts = [one.data or "" for one in boxes]
    tell(form, citations.titles(case, citations.refs_in(texts), access.visible))
    found = citing.looked_at(case, row, texts, access.visible)
    rows = {one.name: [("cite-fix", "", *looked)] for one, looked in zip(boxes, found, strict=True)}
    return {"found": rows, **_choices(access, row)}


def references_of_exhibits(access: Access, row: ExhibitBinder, now: Sequence[ExhibitNow]) -> dict[str, Any]:
    """Return what the page of the exhibits needs to show and take references in what each of them shows."""
    found = citing.looked_at(access.case, row, [one.description for one in now], access.visible, now)
    return {
        "shown": citations.shown(access.case, {UUID(one.id): one.description for one in now}, access.visible),
        "found": {one.id: [("cite-fix", "", *looked)] for one, looked in zip(now, found, strict=True)},
        **_choices(access, row, now),
    }


def _choices(access: Access, row: ExhibitBinder, now: Sequence[ExhibitNow] | None = None) -> dict[str, Any]:
    numbering = queries.numbering_of(row, now)
    return {
        "choices": citations.choices(access.case, [numbering], access.visible),
        "example": numbering.places[0].label if numbering.places else f"{row.exhibit_prefix}-1",
    }


def is_doubtful(access: Access, row: ExhibitBinder) -> bool:
    """Whether the list of witnesses cites what is not to be had, or in plain words only."""
    found = citing.looked_at(access.case, row, [one.get("about", "") for one in row.witnesses], access.visible)
    return any(plain or not all(one.is_fine for one in said) for said, plain in found)


@bp.post(f"{ONE}/references/add")
@requires(Permission.PACKET_EDIT)
def add_cited(case_id: UUID, binder_id: UUID) -> Any:
    """Make a cited paper an exhibit, behind the others."""
    paper_id = request.form.get("paper", type=UUID)

    def add(row: ExhibitBinder, version: int) -> str:
        if paper_id is None:
            raise FilingRefused("Choose a paper.")
        made = services.add_exhibits(row, [paper_id], version=version, by=current_user)
        return "It is an exhibit now." if made else "It is an exhibit already."

    return _done(binder_id, add)


@bp.post(f"{ONE}/references/live")
@requires(Permission.PACKET_EDIT)
def make_live(case_id: UUID, binder_id: UUID) -> Any:
    """Make the typed citations in the list of witnesses, and in what exhibits show, live."""

    def change(row: ExhibitBinder, version: int) -> str:
        made = services.make_live(row, version=version, by=current_user)
        return f"{made} made live. From now on they follow their exhibits." if made else "Nothing was left to do."

    return _done(binder_id, change)


def _done(binder_id: UUID, do: Any) -> Any:
    row = binder_or_404(case_access(), binder_id)
    try:
        flash(do(row, VersionForm().seen_version))
    except FilingRefused as refusal:
        db.session.rollback()
        say(refusal)
    except (StaleForm, StaleDataError):
        db.session.rollback()
        flash(STALE, "warning")
    page = "exhibits" if request.form.get("back") == "exhibits" else "people"
    return back(binder_or_404(case_access(), binder_id), page)
