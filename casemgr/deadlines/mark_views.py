"""The page that marks a deadline as met, waived or extended: it asks for the proof and records a fact."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today
from casemgr.deadlines import choosing, forms, marking, queries, recording
from casemgr.deadlines.blueprint import bp
from casemgr.deadlines.fact_views import proceeding_name
from casemgr.deadlines.forms import FactForm, MarkForm
from casemgr.deadlines.marking import Way
from casemgr.deadlines.models import Deadline, Fact
from casemgr.deadlines.services import FactRefused
from casemgr.documents import queries as documents
from casemgr.evidence import queries as evidence
from casemgr.extensions import db
from casemgr.law.facts import FACTS
from casemgr.law.rulebook import rulebook_for
from casemgr.web.once import make_once
from casemgr.web.permissions import case_access, requires


@bp.route("/cases/<uuid:case_id>/deadlines/<uuid:deadline_id>/mark/<kind>", methods=["GET", "POST"])
@requires(Permission.FACT_RECORD)
def mark(case_id: UUID, deadline_id: UUID, kind: str) -> ResponseReturnValue:
    access = case_access()
    row = queries.deadline(access.case, deadline_id) or abort(404)
    way = _way(access, row, kind)
    form = _form(access, row, way)
    if form.validate_on_submit():
        try:
            fact = _record(access, row, way, form)
        except FactRefused as refusal:
            db.session.rollback()
            form.show_refusal(refusal)
        else:
            flash(*marking.outcome(db.session.get_one(Deadline, deadline_id), way, fact))
            return redirect(url_for(".why", case_id=case_id, deadline_id=deadline_id))
    page = render_template("deadlines/mark.html", case=access.case, row=row, way=way, form=form, info=FACTS[way.kind])
    return page, 422 if form.errors or form.form_errors else 200


def _record(access: Access, row: Deadline, way: Way, form: FactForm) -> Fact:
    new = form.to_fact()
    new = replace(new, details=new.details | marking.names_of(row, way.kind))
    if problem := marking.problem_with(row, way, new.on_date):
        raise FactRefused("on_date", problem)
    case = access.case
    return make_once(Fact, new.id, case.id, lambda: recording.record(case, new, by=current_user))[0]


def _way(access: Access, row: Deadline, kind: str) -> Way:
    try:
        rule = rulebook_for(access.case.state).rule(row.rule_id)
    except KeyError:  # the pack has lost this rule since the row was written
        abort(404)
    return next((way for way in marking.ways(rule) if way.kind.value == kind), None) or abort(404)


def _form(access: Access, row: Deadline, way: Way) -> FactForm:
    case = access.case
    own = [(str(one.id), proceeding_name(one)) for one in choosing.open_proceedings(case, way.kind)]
    trigger = queries.fact(case, row.fact_id) if row.fact_id else None
    home = str(trigger.proceeding_id) if trigger and trigger.proceeding_id else ""
    form = forms.make(
        way.kind,
        papers=documents.choices(case, access.visible),
        proceedings=own,
        state=case.state,
        case_today=today(case),
        given={"proceeding": home} if home in dict(own) else None,
        base=MarkForm,
    )
    form.entry.choices = [("", "None"), *evidence.choices(case, access.visible)]
    return form
