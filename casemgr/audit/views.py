"""Who did what: for the owner of the workspace, and in one case for those who run it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from casemgr.accounts.access import active_membership
from casemgr.accounts.roles import Permission
from casemgr.audit import queries
from casemgr.audit.forms import wanted_of
from casemgr.audit.words import AREAS
from casemgr.web.permissions import case_access, in_organization, requires

bp = Blueprint("audit", __name__)

ASKED = ("person", "case", "area", "since", "until")


@bp.get("/who-did-what")
@in_organization(Permission.ORG_MANAGE)
def index() -> ResponseReturnValue:
    """Everything that was done in the workspace."""
    membership = active_membership(current_user)
    assert membership is not None, "the door asks for a member"
    org_id, zone = membership.org_id, membership.organization.timezone
    people, cases = queries.people_of(org_id), queries.cases_of(org_id)
    wanted, problem = wanted_of(
        request.args, people={key for key, _ in people}, cases={key for key, _ in cases}, zone=zone
    )
    found = queries.acts_of(org_id, wanted)
    return _page("audit/index.html", found, wanted, problem, people=people, cases=cases)


@bp.get("/cases/<uuid:case_id>/who-did-what")
@requires(Permission.CASE_MOVE)
def of_case(case_id: UUID) -> ResponseReturnValue:
    """What was done in one case."""
    case = case_access().case
    people = queries.people_of(case.org_id, case.id)
    asked, problem = wanted_of(request.args, people={key for key, _ in people}, cases=(), zone=case.timezone)
    found = queries.acts_of(case.org_id, replace(asked, case_id=case.id))
    return _page("audit/of_case.html", found, asked, problem, case=case, people=people)


def _page(template: str, found: queries.Acts, wanted: queries.Wanted, problem: str, **more: Any) -> str:
    kept = {name: request.args[name] for name in ASKED if request.args.get(name)}
    values = {**(request.view_args or {}), **kept}
    return render_template(
        template,
        found=found,
        wanted=wanted,
        problem=problem,
        areas=AREAS,
        nobody=queries.NOBODY,
        page_url=lambda page: url_for(str(request.endpoint), **values, page=page),
        **more,
    )
