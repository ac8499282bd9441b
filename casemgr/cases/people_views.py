"""Pages of the people of a case, and of the sign-ins that may open it."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.cases import conflicts, queries, services
from casemgr.cases.blueprint import bp
from casemgr.cases.forms import MemberForm, PersonForm
from casemgr.cases.models import Case, Person
from casemgr.cases.roles import CASE_ROLES, PERSON_ROLES
from casemgr.extensions import db
from casemgr.platform.locking import StaleForm
from casemgr.web.once import make_once
from casemgr.web.permissions import Permission, case_access, requires


@bp.get("/cases/<uuid:case_id>/people")
@requires(Permission.CASE_READ)
def people(case_id: UUID) -> ResponseReturnValue:
    case = case_access().case
    return render_template(
        "cases/people.html",
        case=case,
        people=queries.people_of(case),
        members=queries.members_of(case),
        roles=PERSON_ROLES,
        case_roles=CASE_ROLES,
    )


@bp.route("/cases/<uuid:case_id>/people/new", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def add_person(case_id: UUID) -> ResponseReturnValue:
    case = case_access().case
    form = PersonForm()
    if form.validate_on_submit():
        row_id = form.submission.uuid
        make_once(
            Person,
            row_id,
            case.id,
            lambda: services.add_person(case, form.to_record(), by=current_user, person_id=row_id),
        )
        flash(f"{form.name.data} is on the list.")
        return redirect(url_for("cases.people", case_id=case_id))
    return render_template("cases/person.html", case=case, form=form, person=None), 422 if form.errors else 200


@bp.route("/cases/<uuid:case_id>/people/<uuid:person_id>", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def edit_person(case_id: UUID, person_id: UUID) -> ResponseReturnValue:
    case = case_access().case
    person = _person(case, person_id)
    form = PersonForm(data=conflicts.person_values(person))
    _offer_own_role(form, person)
    if form.validate_on_submit():
        try:
            services.edit_person(case, person, form.to_record(), by=current_user, seen=form.version.data)
        except (StaleForm, StaleDataError):
            return _person_conflict(case_id, person_id, form)
        flash("Saved.")
        return redirect(url_for("cases.people", case_id=case_id))
    return render_template("cases/person.html", case=case, form=form, person=person), 422 if form.errors else 200


def _person_conflict(case_id: UUID, person_id: UUID, form: PersonForm) -> ResponseReturnValue:
    db.session.rollback()
    case = case_access().case
    person = queries.person(case, person_id)
    if person is None:
        abort(409, "Somebody took this person off the list while you were typing. Nothing you typed was saved.")
    rows = conflicts.both_versions(form, conflicts.person_values(person), conflicts.PERSON_LABELS)
    form.version.raw_data, form.version.data = None, person.version
    return render_template("cases/person.html", case=case, form=form, person=person, versions=rows), 409


@bp.route("/cases/<uuid:case_id>/people/<uuid:person_id>/remove", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def remove_person(case_id: UUID, person_id: UUID) -> ResponseReturnValue:
    case = case_access().case
    person = _person(case, person_id)
    if request.method == "POST":
        services.remove_person(case, person, by=current_user)
        flash("Taken off the list.")
        return redirect(url_for("cases.people", case_id=case_id))
    return render_template("cases/remove_person.html", case=case, person=person)


@bp.route("/cases/<uuid:case_id>/members/new", methods=["GET", "POST"])
@requires(Permission.MEMBERS_MANAGE)
def add_member(case_id: UUID) -> ResponseReturnValue:
    case = case_access().case
    form = MemberForm()
    if form.validate_on_submit():
        try:
            member = services.add_member(case, form.email.data, form.role.data, by=current_user)
        except services.MemberRefused as refusal:
            form.email.errors = [*form.email.errors, str(refusal)]
        else:
            flash(f"{member.user.name} can open this case now.")
            return redirect(url_for("cases.people", case_id=case_id))
    return render_template("cases/member.html", case=case, form=form), 422 if form.errors else 200


@bp.route("/cases/<uuid:case_id>/members/<uuid:member_id>/remove", methods=["GET", "POST"])
@requires(Permission.MEMBERS_MANAGE)
def remove_member(case_id: UUID, member_id: UUID) -> ResponseReturnValue:
    case = case_access().case
    member = queries.member(case, member_id)
    if member is None:
        abort(404)
    if request.method == "POST":
        services.remove_member(case, member, by=current_user)
        flash("They can no longer open this case through it.")
        return redirect(url_for("cases.people", case_id=case_id))
    return render_template("cases/remove_member.html", case=case, member=member)


def _person(case: Case, person_id: UUID) -> Person:
    person = queries.person(case, person_id)
    if person is None:
        abort(404)
    return person


def _offer_own_role(form: PersonForm, person: Person) -> None:
    """A role that an import gave and our list does not have stays choosable for this person."""
    if person.role not in PERSON_ROLES:
        form.role.choices = [*form.role.choices, (person.role, person.role)]
