"""Pages of school calendars: those of the organization, and the district's own, seen from a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts.access import active_membership
from casemgr.accounts.roles import Permission
from casemgr.cases.models import Case
from casemgr.deadlines import calendars, queries
from casemgr.deadlines.blueprint import bp
from casemgr.deadlines.calendar_forms import CalendarForm, SnowDayForm, closures_text, edit_form
from casemgr.deadlines.calendars import CalendarRefused
from casemgr.deadlines.models import SchoolCalendar
from casemgr.extensions import db
from casemgr.platform.locking import StaleForm
from casemgr.web.filters import legal_date
from casemgr.web.once import make_once
from casemgr.web.permissions import case_access, in_organization, requires


@dataclass(frozen=True)
class Place:
    """Where calendars are looked at. From a case only its district's; a guest of one case does not change what
    the organization's other cases count with."""

    org_id: UUID
    case: Case | None = None
    may_edit: bool = True

    def url(self, page: str, **values: Any) -> str:
        """Return the address of `page` here: calendars, new_calendar, edit_calendar or snow_day."""
        if self.case is None:
            return url_for(f"deadlines.{page}", **values)
        return url_for(f"deadlines.case_{page}", case_id=self.case.id, **values)

    @property
    def district(self) -> str | None:
        return self.case.student.district if self.case is not None else None

    def calendar(self, calendar_id: UUID) -> SchoolCalendar:
        row = queries.school_calendar(calendar_id)
        if row is None or (self.case is not None and row.district != self.district):
            abort(404)
        return row


def _in_organization() -> Place:
    membership = active_membership(current_user) or abort(403)
    return Place(membership.org_id)


def _from_case(*, to_edit: bool = True) -> Place:
    access = case_access()
    may_edit = access.allows(Permission.CALENDAR_EDIT) and not access.is_guest
    if to_edit and not may_edit:
        abort(403)
    return Place(access.case.org_id, access.case, may_edit)


@bp.get("/organization/school-calendars", endpoint="calendars")
@in_organization(Permission.CALENDAR_EDIT)
def all_calendars() -> ResponseReturnValue:
    return _list(_in_organization())


@bp.route("/organization/school-calendars/new", methods=["GET", "POST"])
@in_organization(Permission.CALENDAR_EDIT)
def new_calendar() -> ResponseReturnValue:
    return _new(_in_organization())


@bp.route("/organization/school-calendars/<uuid:calendar_id>", methods=["GET", "POST"])
@in_organization(Permission.CALENDAR_EDIT)
def edit_calendar(calendar_id: UUID) -> ResponseReturnValue:
    return _edit(_in_organization(), calendar_id)


@bp.post("/organization/school-calendars/<uuid:calendar_id>/snow-day")
@in_organization(Permission.CALENDAR_EDIT)
def snow_day(calendar_id: UUID) -> ResponseReturnValue:
    return _snow_day(_in_organization(), calendar_id)


@bp.get("/cases/<uuid:case_id>/school-calendar")
@requires(Permission.CASE_READ)
def case_calendars(case_id: UUID) -> ResponseReturnValue:
    return _list(_from_case(to_edit=False))


@bp.route("/cases/<uuid:case_id>/school-calendar/new", methods=["GET", "POST"])
@requires(Permission.CALENDAR_EDIT)
def case_new_calendar(case_id: UUID) -> ResponseReturnValue:
    return _new(_from_case())


@bp.route("/cases/<uuid:case_id>/school-calendar/<uuid:calendar_id>", methods=["GET", "POST"])
@requires(Permission.CALENDAR_EDIT)
def case_edit_calendar(case_id: UUID, calendar_id: UUID) -> ResponseReturnValue:
    return _edit(_from_case(), calendar_id)


@bp.post("/cases/<uuid:case_id>/school-calendar/<uuid:calendar_id>/snow-day")
@requires(Permission.CALENDAR_EDIT)
def case_snow_day(case_id: UUID, calendar_id: UUID) -> ResponseReturnValue:
    return _snow_day(_from_case(), calendar_id)


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
    )
    return page, 422 if refused else 200


def _new(place: Place) -> ResponseReturnValue:
    districts = [place.district] if place.district else calendars.districts()
    if not districts or place.district == "":
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
        "deadlines/calendar.html", place=place, case=place.case, form=form, year=request.args.get("year", "")[:7]
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
            return redirect(place.url("calendars"))
    return _list(place, refused=form)


def _prefix(calendar_id: UUID) -> str:
    return f"snow-{calendar_id.hex[:8]}-"


def _versions(form: CalendarForm, row: SchoolCalendar) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return both versions for the conflict component, and let the form go on from the saved one."""
    form.version.raw_data, form.version.data = None, row.version
    saved = (legal_date(row.first_day), legal_date(row.last_day), closures_text(row))
    typed = (legal_date(form.first_day.data), legal_date(form.last_day.data), form.closures.data)
    names = [field.label.text for field in (form.first_day, form.last_day, form.closures)]
    return list(zip(names, saved, strict=True)), list(zip(names, typed, strict=True))
