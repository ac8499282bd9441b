"""Pages that read a calendar file, show what each row was taken for, and save what a person has checked."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from casemgr.accounts.roles import Permission
from casemgr.cases.district import District
from casemgr.deadlines import calendar_import as imports
from casemgr.deadlines import calendars
from casemgr.deadlines.blueprint import bp
from casemgr.deadlines.calendar_import import Plan
from casemgr.deadlines.calendar_import_forms import (
    KIND_WORDS,
    CheckForm,
    FileForm,
    RowsDamaged,
    rows_from_fields,
    rows_to_fields,
)
from casemgr.deadlines.calendar_places import Place, from_case, in_the_organization
from casemgr.deadlines.calendars import CalendarRefused
from casemgr.deadlines.ics_files import MOST_BYTES
from casemgr.deadlines.models import SchoolCalendar
from casemgr.extensions import db
from casemgr.law.calendar_files import CalendarIncomplete, Problem, Row
from casemgr.law.calendar_words import RowKind
from casemgr.web.once import made_before
from casemgr.web.permissions import in_organization, requires

MOST_PROBLEMS = 8


@bp.route("/organization/school-calendars/import", methods=["GET", "POST"])
@in_organization(Permission.CALENDAR_EDIT)
def import_calendar() -> ResponseReturnValue:
    return _import(in_the_organization())


@bp.route("/cases/<uuid:case_id>/school-calendar/import", methods=["GET", "POST"])
@requires(Permission.CALENDAR_EDIT)
def case_import_calendar(case_id: UUID) -> ResponseReturnValue:
    return _import(from_case())


def _import(place: Place) -> ResponseReturnValue:
    districts = place.districts
    if not districts:
        return render_template("deadlines/no_district.html", place=place, case=place.case)
    if request.method == "POST" and "submission" in request.form:
        return _check(place, districts)
    form = FileForm(districts)
    if form.validate_on_submit():
        found = imports.read_file(form.file.data.read(MOST_BYTES + 1), zone=place.zone)
        if found.rows:
            check = CheckForm(districts, formdata=None, data={"district": form.district.data})
            return _preview(place, check, found.rows, problems=found.problems)
        form.file.errors = _few(found.problems) or ["The file holds no date."]
    page = render_template("deadlines/calendar_file.html", place=place, case=place.case, form=form)
    return page, 422 if form.errors else 200


def _check(place: Place, districts: Sequence[District]) -> ResponseReturnValue:
    """Save what was checked; or show it again, with the result of what the person corrected."""
    form = CheckForm(districts)
    try:
        rows = rows_from_fields(request.form)
    except RowsDamaged:
        flash("What this page sent cannot be read. Choose the file again.", "error")
        return redirect(place.url("import_calendar"))
    if made_before(SchoolCalendar, form.submission.data, None) is not None:
        return _saved(place)
    if not form.validate() or "again" in request.form or _lacks_bounds(form, rows):
        return _preview(place, form, rows)
    try:
        imports.save(
            imports.with_bounds(rows, form.first_day.data, form.last_day.data),
            form.district.data,
            form.chosen,
            seen=form.seen.data or "",
            org_id=place.org_id,
            by=current_user,
            submission=form.submission.uuid,
        )
    except (CalendarIncomplete, CalendarRefused) as refusal:
        db.session.rollback()
        form.form_errors.extend(getattr(refusal, "problems", None) or [str(refusal)])
        return _preview(place, form, rows)
    return _saved(place)


def _saved(place: Place) -> ResponseReturnValue:
    flash("School year saved from the file. Deadlines that count school days were counted anew.")
    return redirect(place.url("calendars"))


def _preview(
    place: Place, form: CheckForm, rows: Sequence[Row], *, problems: Sequence[Problem] = ()
) -> ResponseReturnValue:
    result, missing = _result(form, rows)
    if result is not None:
        form.seen.raw_data, form.seen.data = None, result.seen
    kinds = {row.kind for row in rows}
    fields = rows_to_fields(rows)
    page = render_template(
        "deadlines/calendar_check.html",
        place=place,
        case=place.case,
        form=form,
        told=[one for one in fields if one[2].kind is not RowKind.IGNORED],
        left_out=[one for one in fields if one[2].kind is RowKind.IGNORED],
        problems=problems,
        result=result,
        missing=missing if not form.form_errors else (),
        kind_words=KIND_WORDS,
        asks_first=RowKind.FIRST not in kinds,
        asks_last=RowKind.LAST not in kinds,
        label=calendars.label,
    )
    return page, 422 if form.errors else 200


def _result(form: CheckForm, rows: Sequence[Row]) -> tuple[Plan | None, Sequence[str]]:
    """Return what would be saved, or what is still missing for it."""
    bounded = imports.with_bounds(rows, form.first_day.data, form.last_day.data)
    try:
        return imports.plan(bounded, form.district.data, form.chosen), ()
    except CalendarRefused as refusal:
        return None, [str(refusal)]
    except CalendarIncomplete as incomplete:
        return None, incomplete.problems


def _lacks_bounds(form: CheckForm, rows: Sequence[Row]) -> bool:
    """Say beside the field that the first or last day is missing, where no row names it."""
    kinds = {row.kind for row in rows}
    for field, kind in ((form.first_day, RowKind.FIRST), (form.last_day, RowKind.LAST)):
        if kind not in kinds and not field.data:
            field.errors = [f"Enter the {kind.value} day with school; no row of the file names it."]
    return bool(form.first_day.errors or form.last_day.errors)


def _few(problems: Sequence[Problem]) -> list[str]:
    more = len(problems) - MOST_PROBLEMS
    return [str(problem) for problem in problems[:MOST_PROBLEMS]] + ([f"{more} more lines."] if more > 0 else [])
