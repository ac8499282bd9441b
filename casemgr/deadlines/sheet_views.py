"""The deadline sheet as a page and as a PDF, the record of its check, and the dates that nobody has checked."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today
from casemgr.cases.lists import workplaces_of
from casemgr.deadlines import checks, queries
from casemgr.deadlines import sheet as sheets
from casemgr.deadlines.blueprint import bp
from casemgr.deadlines.checks import CheckRefused, NewCheck
from casemgr.deadlines.models import Deadline, DeadlineCheck
from casemgr.deadlines.sheet import DeadlineSheet
from casemgr.documents import queries as documents
from casemgr.evidence import queries as evidence
from casemgr.evidence.services import plain_text
from casemgr.extensions import db
from casemgr.web.fields import DayField
from casemgr.web.once import OnceField, make_once
from casemgr.web.permissions import case_access, requires, signed_in

ONE = "/cases/<uuid:case_id>/deadlines/<uuid:deadline_id>"
ANSWERS = [("right", "The dates are right"), ("other", "I find another date")]


class CheckForm(FlaskForm):
    """What the checker found."""

    submission = OnceField()
    found = RadioField("What did the check find?", [InputRequired("Choose one.")], choices=ANSWERS)
    checked_by_name = StringField(
        "Who checked it?",
        [DataRequired("Enter the name of the person who checked it."), Length(max=200)],
        filters=[lambda text: plain_text(text or "").strip()],
    )
    checked_on = DayField("On which day?", [InputRequired("Enter the day.")])
    note = TextAreaField(
        "Note",
        [Optional(), Length(max=10_000, message="Keep this under 10,000 characters.")],
        filters=[lambda text: plain_text(text or "")],
    )

    def validate(self, extra_validators: object = None) -> bool:
        is_good = bool(super().validate(extra_validators))
        if is_good and self.found.data == "other" and not self.note.data:
            self.note.errors = ["Say which date was found, and why."]
            return False
        return is_good

    def to_check(self) -> NewCheck:
        return NewCheck(
            self.found.data == "right",
            self.checked_by_name.data,
            self.checked_on.data,
            self.note.data or "",
            self.submission.uuid,
        )


@bp.get(f"{ONE}/sheet")
@requires(Permission.CASE_READ)
def sheet(case_id: UUID, deadline_id: UUID) -> ResponseReturnValue:
    access = case_access()
    row = _row(access, deadline_id)
    return render_template(
        "deadlines/sheet.html",
        case=access.case,
        row=row,
        sheet=_sheet(access, row),
        organization=access.organization.name,
        printed_on=today(access.case),
        words=sheets,
    )


@bp.get(f"{ONE}/sheet.pdf")
@requires(Permission.CASE_READ)
def sheet_pdf(case_id: UUID, deadline_id: UUID) -> ResponseReturnValue:
    access = case_access()
    row = _row(access, deadline_id)
    body = sheets.pdf_of(
        _sheet(access, row),
        letterhead=access.organization.name,
        printed_on=today(access.case),
        made_at=row.computed_at,
    )
    answer = Response(body, content_type="application/pdf")
    answer.headers["Content-Disposition"] = "attachment; filename=deadline-sheet.pdf"
    return answer


@bp.route(f"{ONE}/check", methods=["GET", "POST"])
@requires(Permission.FACT_RECORD)
def check(case_id: UUID, deadline_id: UUID) -> ResponseReturnValue:
    access = case_access()
    row = _row(access, deadline_id)
    own_name = current_user.name if current_user.persona == "attorney" else ""
    form = CheckForm(data={"checked_by_name": own_name, "checked_on": today(access.case)})
    if form.validate_on_submit():
        new = form.to_check()
        try:
            make_once(
                DeadlineCheck, new.id, case_id, lambda: checks.record_check(access.case, row, new, by=current_user)
            )
        except CheckRefused as refusal:
            db.session.rollback()
            form[refusal.field if refusal.field in form else "found"].errors = [str(refusal)]
        else:
            flash("The check is recorded.")
            return redirect(url_for(".why", case_id=case_id, deadline_id=deadline_id))
    page = render_template("deadlines/check.html", case=access.case, row=row, form=form)
    return page, 422 if form.errors or form.form_errors else 200


@bp.get("/deadlines/unchecked")
@signed_in
def unchecked() -> ResponseReturnValue:
    places = workplaces_of(current_user)
    wanted = request.args.get("case", type=UUID)
    return render_template(
        "deadlines/unchecked.html",
        rows=checks.unchecked(places, wanted),
        most=checks.MOST,
        wanted=wanted,
        many_workplaces=len(places) > 1,
    )


def _row(access: Access, deadline_id: UUID) -> Deadline:
    return queries.deadline(access.case, deadline_id) or abort(404)


def _sheet(access: Access, row: Deadline) -> DeadlineSheet:
    trigger = queries.fact(access.case, row.fact_id) if row.fact_id else None
    named = []
    if trigger is not None:
        papers = dict(documents.choices(access.case, access.visible))
        entries = dict(evidence.choices(access.case, access.visible))
        named = [papers.get(str(trigger.document_id)), entries.get(str(trigger.entry_id))]
    proof = "; ".join(name for name in named if name)
    return sheets.sheet_of(access.case, row, trigger, proof, checks.checks_of(row))
