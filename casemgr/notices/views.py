"""The bell, and the page of what a person was told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from casemgr.cases.lists import workplaces_of
from casemgr.extensions import db
from casemgr.notices import queries, services
from casemgr.notices.queries import Change, Told
from casemgr.platform.tenancy import acting_in
from casemgr.web.navigation import url_if_any
from casemgr.web.permissions import signed_in

bp = Blueprint("notices", __name__)


@bp.app_context_processor
def bell() -> dict[str, Any]:
    """Give every page `unread_notices()`, asked only where the bell is shown."""
    return {"unread_notices": queries.unread_count}


@bp.get("/notices")
@signed_in
def index() -> ResponseReturnValue:
    changes: dict[UUID, Change] = {}
    for place in workplaces_of(current_user):
        with acting_in(place.scope):
            changes |= {change.id: change for change in queries.changes_told(current_user.id)}
    newest = sorted(changes.values(), key=lambda change: change.at, reverse=True)
    return render_template("notices/index.html", changes=newest, kinds=services.KINDS, address=_address)


@bp.post("/notices/read")
@signed_in
def read_all() -> ResponseReturnValue:
    _mark_read(None)
    flash("Everything is marked as read.")
    return redirect(url_for("notices.index"))


@bp.post("/notices/<uuid:change_id>/read")
@signed_in
def read(change_id: UUID) -> ResponseReturnValue:
    _mark_read(change_id)
    return redirect(url_for("notices.index"))


def _mark_read(change_id: UUID | None) -> None:
    user_id = current_user.id
    for place in workplaces_of(current_user):
        with acting_in(place.scope):
            services.mark_read(user_id, change_id)
    db.session.commit()


def _address(told: Told) -> str:
    """Return where to look; the case itself, where that page is no more."""
    return url_if_any(told.page, case_id=told.case_id, **told.arguments) or url_for("cases.show", case_id=told.case_id)
