"""Pages of stay-put and of the placement it freezes."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.discipline import counting
from casemgr.documents import queries as documents
from casemgr.evidence import queries as evidence
from casemgr.evidence.kinds import VIOLATION
from casemgr.evidence.queries import EntryFilters, EntryView
from casemgr.law import stay_put_words
from casemgr.law.terms import Track
from casemgr.plans import comparing, queries, services
from casemgr.plans.forms import PlacementForm
from casemgr.plans.models import Placement
from casemgr.web.once import make_once
from casemgr.web.permissions import case_access, requires

bp = Blueprint("plans", __name__)
SHARED = "shared"


@bp.get("/cases/<uuid:case_id>/stay-put")
@requires(Permission.CASE_READ)
def stay_put(case_id: UUID) -> ResponseReturnValue:
    """Whether stay-put is in force and why, which placement it freezes, and what was before."""
    access = case_access()
    answer = queries.stay_put_of(access.case)
    return render_template(
        "plans/stay_put.html",
        case=access.case,
        answer=answer,
        period=queries.open_period(access.case),
        periods=queries.periods_of(access.case),
        placements={row.id: row for row in queries.placements_of(access.case)},
        papers=dict(documents.choices(access.case, access.visible)),
        clocks=queries.clocks_of(access.case),
        may_notify=answer.in_force or queries.state_keeps_placement_of(access.case),
        changes=stay_put_words.CHANGES if access.case.track != Track.SECTION_504 else (stay_put_words.CHANGES_504,),
        count=counting.log_of(access.case).this_year,
        removals=queries.removals_since(access.case, answer.since) if answer.in_force and answer.since else [],
        violations=_violations(access.case, access.visible),
    )


@bp.get("/cases/<uuid:case_id>/placement/compare")
@requires(Permission.CASE_READ)
def compare(case_id: UUID) -> ResponseReturnValue:
    """Two placements side by side; without `old` and `new` the frozen one, or the one before, and the newest."""
    access = case_access()
    rows = list(queries.placements_of(access.case))
    if len(rows) < 2:
        flash("There is only one placement on record, so there is nothing to compare.")
        return redirect(url_for(".stay_put", case_id=case_id))
    frozen = next((p.placement_id for p in queries.periods_of(access.case) if p.ended_on is None), None)
    before = _chosen(rows, "old") or next((row for row in rows[1:] if row.id == frozen), rows[1])
    after = _chosen(rows, "new") or rows[0]
    return render_template(
        "plans/compare.html",
        case=access.case,
        rows=rows,
        before=before,
        after=after,
        frozen=frozen,
        differences=comparing.compare(before, after),
    )


@bp.get("/cases/<uuid:case_id>/stay-put/notice")
@requires(Permission.PACKET_EDIT)
def notice(case_id: UUID) -> ResponseReturnValue:
    """The stay-put notice as a letter to print. It leaves the case, so only what is shared goes into it."""
    access = case_access()
    answer = queries.stay_put_of(access.case)
    by_state = queries.state_keeps_placement_of(access.case)
    if not (answer.in_force or by_state):
        flash("Stay-put is not in force, so there is no notice to write.", "warning")
        return redirect(url_for(".stay_put", case_id=case_id))
    return render_template(
        "plans/notice.html",
        case=access.case,
        answer=answer,
        by_state=by_state,
        today=today(access.case),
        placement=queries.placement_that_stays(access.case),
        docket=queries.docket_of(access.case, answer),
        violations=_violations(access.case, {SHARED}),
        in_words=comparing.in_words,
    )


def _violations(case: Case, visible: Collection[str]) -> list[EntryView]:
    return evidence.entries(case, visible, EntryFilters(kind=VIOLATION)).items


def _chosen(rows: list[Placement], name: str) -> Placement | None:
    return next((row for row in rows if str(row.id) == request.args.get(name)), None)


@bp.route("/cases/<uuid:case_id>/placement/new", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def record(case_id: UUID) -> ResponseReturnValue:
    access = case_access()
    case = access.case
    form = PlacementForm(
        today(case),
        case.student.born_on,
        documents.choices(case, access.visible),
        data={"school": case.student.school},
    )
    if form.validate_on_submit():
        new = form.to_placement()
        make_once(Placement, new.id, case_id, lambda: services.record_placement(case, new, by=current_user))
        flash("The placement is recorded.")
        return redirect(url_for(".stay_put", case_id=case_id))
    return render_template("plans/record.html", case=case, form=form), 422 if form.errors else 200
