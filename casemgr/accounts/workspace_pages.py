"""The workspace: its name and state, and who works in it. For owners."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts import members, places, queries
from casemgr.accounts.access import active_membership
from casemgr.accounts.blueprint import bp
from casemgr.accounts.forms import MemberForm, RoleForm, WorkspaceForm, show_refusal
from casemgr.accounts.models import Membership, Organization
from casemgr.accounts.services import AccountRefused
from casemgr.accounts.words import ROLE_HINTS, ROLES
from casemgr.cases.states import STATE_CHOICES
from casemgr.extensions import db
from casemgr.platform.locking import StaleForm
from casemgr.web.permissions import Permission, in_organization


@bp.route("/organization", methods=["GET", "POST"])
@in_organization(Permission.ORG_MANAGE)
def edit_workspace() -> ResponseReturnValue:
    ours = _organization()
    form, theirs = WorkspaceForm(obj=ours), None
    if form.validate_on_submit():
        new = {"name": form.name.data, "state": form.state.data, "timezone": form.timezone.data}
        try:
            members.edit_workspace(ours, **new, seen=form.seen, by=current_user)
        except (StaleForm, StaleDataError):
            db.session.rollback()
            theirs = _shown(ours.name, ours.state, ours.timezone)
            form.start_again_from(ours.version)
        else:
            flash("Saved.")
            return redirect(url_for("accounts.settings"))
    mine = _shown(form.name.data, form.state.data, form.timezone.data)
    status = 409 if theirs else 422 if form.errors else 200
    return render_template("accounts/workspace.html", form=form, theirs=theirs, mine=mine), status


def _shown(name: str, state: str, timezone: str) -> list[tuple[str, str]]:
    return [
        ("Name of the workspace", name),
        ("State or territory", dict(STATE_CHOICES).get(state, state)),
        ("Time zone", places.ZONES.get(timezone, timezone)),
    ]


@bp.get("/organization/members")
@in_organization(Permission.MEMBERS_MANAGE)
def people() -> ResponseReturnValue:
    return _members_page(200)


@bp.route("/organization/members/add", methods=["GET", "POST"])
@in_organization(Permission.MEMBERS_MANAGE)
def add_member() -> ResponseReturnValue:
    if current_user.is_visitor:
        return redirect(url_for("accounts.keep"))
    form = MemberForm()
    if form.validate_on_submit():
        try:
            added = members.add_member(_organization(), form.to_new_member(), by=current_user)
        except AccountRefused as refusal:
            show_refusal(form, refusal)
        else:
            if added.one_time_passphrase:
                return _one_time_page(added)
            flash(f"{added.user.name} can now open this workspace. Ask them to check that they see it.")
            return redirect(url_for("accounts.people"))
    status = 422 if form.errors else 200
    return render_template("accounts/add_member.html", form=form, role_hints=ROLE_HINTS), status


@bp.post("/organization/members/<uuid:membership_id>/role")
@in_organization(Permission.MEMBERS_MANAGE)
def change_role(membership_id: UUID) -> ResponseReturnValue:
    member, form = _member(membership_id), RoleForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        members.change_role(member, form.role.data, seen=form.seen.data, by=current_user)
    except AccountRefused as refusal:
        return _members_page(422, str(refusal))
    flash(f"{member.user.name} is now: {ROLES[form.role.data]}.")
    return redirect(url_for("accounts.people"))


@bp.route("/organization/members/<uuid:membership_id>/remove", methods=["GET", "POST"])
@in_organization(Permission.MEMBERS_MANAGE)
def remove_member(membership_id: UUID) -> ResponseReturnValue:
    member, form = _member(membership_id), RoleForm()
    if not form.is_submitted():
        return render_template("accounts/remove_member.html", member=member)
    name, is_self = member.user.name, member.user_id == current_user.id
    try:
        members.remove_member(member, by=current_user)
    except AccountRefused as refusal:
        return _members_page(422, str(refusal))
    flash(f"{name} can no longer open this workspace.")
    return redirect(url_for("accounts.settings" if is_self else "accounts.people"))


@bp.post("/organization/members/<uuid:membership_id>/one-time")
@in_organization(Permission.MEMBERS_MANAGE)
def renew_one_time(membership_id: UUID) -> ResponseReturnValue:
    try:
        added = members.renew_one_time(_member(membership_id), by=current_user)
    except AccountRefused as refusal:
        return _members_page(422, str(refusal))
    return _one_time_page(added)


def _one_time_page(added: members.Added) -> ResponseReturnValue:
    """Show the passphrase in the answer itself: a redirect would have to keep it somewhere on the way."""
    return render_template("accounts/one_time.html", added=added)


def _members_page(status: int, refusal: str | None = None) -> ResponseReturnValue:
    rows = [
        (row, RoleForm(formdata=None, role=row.role, seen=row.role)) for row in queries.members_of(_organization().id)
    ]
    return render_template("accounts/members.html", rows=rows, refusal=refusal, role_hints=ROLE_HINTS), status


def _organization() -> Organization:
    membership = active_membership(current_user)
    assert membership is not None
    return membership.organization


def _member(membership_id: UUID) -> Membership:
    member = queries.member(_organization().id, membership_id)
    if member is None:
        abort(404)
    return member
