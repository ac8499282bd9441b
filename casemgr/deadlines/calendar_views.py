"""Pages of school calendars: those of the organization, and the district's own, seen from a case."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts.roles import Permission
from casemgr.deadlines import calendars, queries
from casemgr.deadlines import districts as district_names
from casemgr.deadlines.blueprint import bp
from casemgr.deadlines.calendar_forms import CalendarForm, SnowDayForm, closures_text, edit_form
from casemgr.deadlines.calendar_places import Place, from_case, in_the_organization
from casemgr.deadlines.calendars import CalendarRefused
from casemgr.deadlines.models import SchoolCalendar
from casemgr.extensions import db
from casemgr.platform.locking import StaleForm
from casemgr.web.filters import legal_date
from casemgr.web.once import make_once
from casemgr.web.permissions import in_organization, requires


@bp.get("/organization/school-calendars", endpoint="calendars")
@in_organization(Permission.CALENDAR_EDIT)
def all_calendars() -> ResponseReturnValue:
    return _list(in_the_organization())


@bp.route("/organization/school-calendars/new", methods=["GET", "POST"])
@in_organization(Permission.CALENDAR_EDIT)
def new_calendar() -> ResponseReturnValue:
    return _new(in_the_organization())


@bp.route("/organization/school-calendars/<uuid:calendar_id>", methods=["GET", "POST"])
@in_organization(Permission.CALENDAR_EDIT)
def edit_calendar(calendar_id: UUID) -> ResponseReturnValue:
    return _edit(in_the_organization(), calendar_id)


@bp.post("/organization/school-calendars/<uuid:calendar_id>/snow-day")
@in_organization(Permission.CALENDAR_EDIT)
def snow_day(calendar_id: UUID) -> ResponseReturnValue:
    return _snow_day(in_the_organization(), calendar_id)


@bp.route("/organization/school-calendars/<uuid:calendar_id>/remove", methods=["GET", "POST"])
@in_organization(Permission.CALENDAR_EDIT)
def remove_calendar(calendar_id: UUID) -> ResponseReturnValue:
    return _remove(in_the_organization(), calendar_id)


@bp.get("/cases/<uuid:case_id>/school-calendar")
@requires(Permission.CASE_READ)
def case_calendars(case_id: UUID) -> ResponseReturnValue:
    return _list(from_case(to_edit=False))


@bp.route("/cases/<uuid:case_id>/school-calendar/new", methods=["GET", "POST"])
@requires(Permission.CALENDAR_EDIT)
def case_new_calendar(case_id: UUID) -> ResponseReturnValue:
    return _new(from_case())


@bp.route("/cases/<uuid:case_id>/school-calendar/<uuid:calendar_id>", methods=["GET", "POST"])
@requires(Permission.CALENDAR_EDIT)
def case_edit_calendar(case_id: UUID, calendar_id: UUID) -> ResponseReturnValue:
    return _edit(from_case(), calendar_id)


@bp.post("/cases/<uuid:case_id>/school-calendar/<uuid:calendar_id>/snow-day")
@requires(Permission.CALENDAR_EDIT)
def case_snow_day(case_id: UUID, calendar_id: UUID) -> ResponseReturnValue:
    return _snow_day(from_case(), calendar_id)


@bp.route("/cases/<uuid:case_id>/school-calendar/<uuid:calendar_id>/remove", methods=["GET", "POST"])
@requires(Permission.CALENDAR_EDIT)
def case_remove_calendar(case_id: UUID, calendar_id: UUID) -> ResponseReturnValue:
    return _remove(from_case(), calendar_id)


@bp.post("/cases/<uuid:case_id>/school-calendar/link")
@requires(Permission.CALENDAR_EDIT)
def case_link_calendar(case_id: UUID) -> ResponseReturnValue:
    place = from_case()
    try:
        district_names.link_district(place.case, request.form.get("district", ""), by=current_user)
    except CalendarRefused as refusal:
        flash(str(refusal), "error")
    else:
        flash("The case counts with this calendar now. Its dates were counted anew.")
    return redirect(place.url("calendars"))


def _list(place: Place, refused: SnowDayForm | None = None) -> ResponseReturnValue:
    rows = queries.school_calendars(place.district)
    snow = {row.id: SnowDayForm(formdata=None, prefix=_prefix(row.id)) for row in rows if place.may_edit}
    if refused is not None:
        snow = {row_id: refused if form._prefix == refused._prefix else form for row_id, form in snow.items()}
    page = render_template(
        "deadlines/calendars.html",
        place=place,
        case=place.case,
        rows=rows,
        snow=snow,
        refused=refused,
        label=calendars.label,
        no_school_days=calendars.no_school_choices(rows, place.today) if place.may_edit else [],
        same_district=_same_district(place),
    )
    return page, 422 if refused else 200


def _new(place: Place) -> ResponseReturnValue:
    districts = place.districts
    if not districts:
        return render_template("deadlines/no_district.html", place=place, case=place.case)
    form = CalendarForm(districts)
    if form.validate_on_submit():
        new = form.to_calendar()
        try:
            make_once(
                SchoolCalendar,
                new.id,
                None,
                lambda: calendars.add_calendar(new, org_id=place.org_id, by=current_user),
            )
        except CalendarRefused as refusal:
            db.session.rollback()
            form[refusal.field].errors = [str(refusal)]
        else:
            flash("School year entered. Deadlines that count school days were counted anew.")
            return redirect(place.url("calendars"))
    page = render_template(
        "deadlines/calendar.html",
        place=place,
        case=place.case,
        form=form,
        year=request.args.get("year", "")[:7],
        same_district=_same_district(place),
    )
    return page, 422 if form.errors else 200


def _edit(place: Place, calendar_id: UUID) -> ResponseReturnValue:
    row = place.calendar(calendar_id)
    form = edit_form(row)
    versions = None
    if form.validate_on_submit():
        try:
            calendars.edit_calendar(row, form.to_calendar(), version=form.seen_version, by=current_user)
        except CalendarRefused as refusal:
            db.session.rollback()
            form[refusal.field].errors = [str(refusal)]
        except (StaleForm, StaleDataError):
            db.session.rollback()
            row = place.calendar(calendar_id)
            versions = _versions(form, row)
        else:
            flash("Saved. Deadlines that count school days were counted anew.")
            return redirect(place.url("calendars"))
    page = render_template(
        "deadlines/calendar.html", place=place, case=place.case, form=form, row=row, versions=versions
    )
    return page, 409 if versions else 422 if form.errors else 200


def _snow_day(place: Place, calendar_id: UUID) -> ResponseReturnValue:
    row = place.calendar(calendar_id)
    form = SnowDayForm(prefix=_prefix(row.id))
    if form.validate_on_submit():
        try:
            calendars.add_snow_day(row, form.on_date.data, form.note.data, by=current_user)
        except CalendarRefused as refusal:
            db.session.rollback()
            form.on_date.errors = [str(refusal)]
        except StaleDataError:
            db.session.rollback()
            form.on_date.errors = ["Somebody changed this school year just now. Look at it and try again."]
        else:
            flash(f"No school on {legal_date(form.on_date.data)}. Deadlines that count school days were counted anew.")
            return redirect(place.back_url(request.form.get("back", "")))
    return _list(place, refused=form)


def _remove(place: Place, calendar_id: UUID) -> ResponseReturnValue:
    row = place.calendar(calendar_id)
    if request.method == "POST":
        seen = request.form.get("version", "")
        try:
            calendars.remove_calendar(row, version=int(seen) if seen.isdecimal() else 0, by=current_user)
        except (StaleForm, StaleDataError):
            db.session.rollback()
            flash("Somebody changed this school year just now. Look at it again before you remove it.", "error")
        else:
            flash("School year removed. Deadlines that counted its days were counted anew; their old dates are kept.")
            return redirect(place.url("calendars"))
        row = place.calendar(calendar_id)
    return render_template(
        "deadlines/remove_calendar.html",
        place=place,
        case=place.case,
        row=row,
        label=calendars.label,
        effect=calendars.effect_of(row),
    )


def _same_district(place: Place) -> Sequence[str]:
    return district_names.same_district(place.case) if place.case is not None and place.may_edit else ()


def _prefix(calendar_id: UUID) -> str:
    return calendars.snow_prefix(calendar_id)


def _versions(form: CalendarForm, row: SchoolCalendar) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return both versions for the conflict component, and let the form go on from the saved one."""
    form.version.raw_data, form.version.data = None, row.version
    saved = (legal_date(row.first_day), legal_date(row.last_day), closures_text(row))
    typed = (legal_date(form.first_day.data), legal_date(form.last_day.data), form.closures.data)
    names = [field.label.text for field in (form.first_day, form.last_day, form.closures)]
    return list(zip(names, saved, strict=True)), list(zip(names, typed, strict=True))
