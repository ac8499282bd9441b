"""Pages along time: a month of all cases, and the chronology of one case."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today, today_in
from casemgr.cases.lists import workplaces_of
from casemgr.deadlines import chronology as chronologies
from casemgr.deadlines import month as months
from casemgr.deadlines.blueprint import bp
from casemgr.deadlines.chronology import ORDERS, SHOWN, Wanted
from casemgr.deadlines.over_cases import WHO
from casemgr.documents import queries as documents
from casemgr.web.permissions import case_access, requires, signed_in


@bp.get("/deadlines/month")
@signed_in
def month() -> ResponseReturnValue:
    who = request.args.get("who", "")
    who = who if who in WHO else ""
    now = today_in(current_user.timezone)
    first = months.month_asked(request.args.get("month", ""), now)
    return render_template(
        "deadlines/month.html",
        month=months.month_of(workplaces_of(current_user), first, who, now),
        today=now,
        who=who,
        who_words=WHO,
    )


@bp.get("/cases/<uuid:case_id>/chronology")
@requires(Permission.CASE_READ)
def chronology(case_id: UUID) -> ResponseReturnValue:
    access = case_access()
    wanted = _wanted()
    return render_template(
        "deadlines/chronology.html",
        case=access.case,
        lines=chronologies.chronology(
            access.case, access.visible, dict(documents.choices(access.case, access.visible)), wanted
        ),
        wanted=wanted,
        shown_words=SHOWN,
        orders=ORDERS,
        organization=access.organization.name,
        printed_on=today(access.case),
    )


def _wanted() -> Wanted:
    """Return what the address asks for; what it asks for in a way that makes no sense is not asked for."""
    show = frozenset(request.args.getlist("show")) & frozenset(SHOWN)
    order = request.args.get("order", "")
    return Wanted(
        show or frozenset(SHOWN),
        request.args.get("since", type=date.fromisoformat),
        request.args.get("until", type=date.fromisoformat),
        order if order in ORDERS else "oldest",
    )
