"""Pages of deadlines: those of a case, why each date is what it is, and what is due over all cases."""

from __future__ import annotations

from uuid import UUID

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today
from casemgr.cases.lists import workplaces_of
from casemgr.cases.models import Case
from casemgr.cases.queries import WHO_ACTS
from casemgr.deadlines import agenda as agendas
from casemgr.deadlines import (
    assigning,
    calendar_import_views,
    calendar_views,
    calendars,
    checks,
    fact_views,
    feed_views,
    listing,
    mark_views,
    marking,
    queries,
    sheet_views,
    time_views,
    why,
)
from casemgr.deadlines import districts as district_names
from casemgr.deadlines.blueprint import bp
from casemgr.deadlines.calendar_places import from_case
from casemgr.deadlines.models import Deadline
from casemgr.deadlines.over_cases import WHO
from casemgr.deadlines.sheet import check_words
from casemgr.deadlines.standing import state_on
from casemgr.documents import queries as documents
from casemgr.evidence import queries as evidence
from casemgr.law.removal_facts import is_from_log, removal_of
from casemgr.law.rulebook import rulebook_for
from casemgr.law.rules import Rule
from casemgr.law.terms import Unit
from casemgr.web.permissions import case_access, requires, signed_in

__all__ = [
    "assigning",
    "bp",
    "calendar_import_views",
    "calendar_views",
    "fact_views",
    "feed_views",
    "mark_views",
    "sheet_views",
    "time_views",
]


@bp.get("/cases/<uuid:case_id>/deadlines")
@requires(Permission.CASE_READ)
def index(case_id: UUID) -> ResponseReturnValue:
    access = case_access()
    place = from_case(to_edit=False)
    years = queries.school_calendars(place.district)
    return render_template(
        "deadlines/index.html",
        bare_years=calendars.without_days_off(years),
        calendar_place=place,
        same_district=district_names.same_district(access.case) if place.may_edit else [],
        no_school_days=calendars.no_school_choices(years if place.may_edit else [], place.today),
        case=access.case,
        deadlines=listing.deadline_list(access.case),
        done_words=listing.DONE_STATES,
        facts=listing.fact_list(access.case),
        papers=_papers(access),
        notices=rulebook_for(access.case.state).notices,
        who_acts=WHO_ACTS,
    )


@bp.get("/cases/<uuid:case_id>/deadlines/<uuid:deadline_id>", endpoint="why")
@requires(Permission.CASE_READ)
def why_this_date(case_id: UUID, deadline_id: UUID) -> ResponseReturnValue:
    access = case_access()
    row = queries.deadline(access.case, deadline_id) or abort(404)
    days, rule = why.days_of(row), _rule(access.case, row)
    return render_template(
        "deadlines/why.html",
        case=access.case,
        row=row,
        rule=rule,
        ways=marking.ways(rule) if rule else [],
        way_headings=marking.HEADINGS,
        endings=why.endings(row, queries.facts_by_id(access.case, why.named_facts(row))),
        entries=_entries(access),
        state=state_on(row, today(access.case)),
        today=today(access.case),
        trigger=queries.fact(access.case, row.fact_id) if row.fact_id else None,
        from_log=is_from_log(queries.started_with(row)),
        removal_id=removal_of(queries.started_with(row)),
        papers=_papers(access),
        days=days,
        months=why.months_of(days),
        changes=queries.changes_of(row),
        checks=[
            {"words": check_words(row, one), "is_current": checks.is_of_this_date(row, one)}
            for one in checks.checks_of(row)
        ],
        missing_year=listing.missing_year(row.reason),
        bare_years=_bare_years() if rule and rule.unit is Unit.SCHOOL_DAY else [],
        who_acts=WHO_ACTS,
        words=why,
    )


def _bare_years() -> list[str]:
    return calendars.without_days_off(queries.school_calendars(from_case(to_edit=False).district))


@bp.get("/deadlines")
@signed_in
def agenda() -> ResponseReturnValue:
    who = request.args.get("who", "")
    who = who if who in WHO else ""
    places = workplaces_of(current_user)
    return render_template(
        "deadlines/agenda.html",
        agenda=agendas.agenda(places, who),
        group_names=agendas.GROUPS,
        who=who,
        who_words=WHO,
        many_workplaces=len(places) > 1,
    )


def _papers(access: Access) -> dict[str, str]:
    """Return the papers that this reader may open, by id: a fact may rest on one that they may not."""
    return dict(documents.choices(access.case, access.visible))


def _entries(access: Access) -> dict[str, str]:
    return dict(evidence.choices(access.case, access.visible))


def _rule(case: Case, row: Deadline) -> Rule | None:
    """Return the rule as it stands in the pack now; None when the pack has lost it."""
    try:
        return rulebook_for(case.state).rule(row.rule_id)
    except KeyError:
        return None
