"""A person's own account: name, e-mail, passphrase, sessions, workspaces."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts import places, queries, services, sessions
from casemgr.accounts.access import active_membership
from casemgr.accounts.blueprint import bp
from casemgr.accounts.forms import (
    DetailsForm,
    EmailForm,
    NewAccountForm,
    NewWorkspaceForm,
    PassphraseForm,
    show_refusal,
)
from casemgr.accounts.navigation import home_url
from casemgr.accounts.services import AccountRefused
from casemgr.accounts.words import PERSONA_HINTS, PERSONAS, workspace_name
from casemgr.extensions import db
from casemgr.platform.locking import StaleForm
from casemgr.web.permissions import signed_in


@bp.get("/account")
@signed_in
def settings() -> ResponseReturnValue:
    return render_template("accounts/settings.html", zones=places.ZONES)


@bp.route("/account/keep", methods=["GET", "POST"])
@signed_in
def keep() -> ResponseReturnValue:
    """Turn a visit into an account."""
    membership = active_membership(current_user)
    if not current_user.is_visitor or membership is None:
        return redirect(url_for("accounts.settings"))
    form = NewAccountForm()
    if form.validate_on_submit():
        try:
            services.keep_visit(current_user, membership.organization, form.to_registration())
        except AccountRefused as refusal:
            show_refusal(form, refusal)
        else:
            sessions.begin_for(current_user)
            flash("Your account is ready. The sample case is still here; you can remove it at any time.")
            return redirect(home_url())
    status = 422 if form.errors else 200
    return render_template("accounts/keep.html", form=form, persona_hints=PERSONA_HINTS), status


@bp.route("/account/details", methods=["GET", "POST"])
@signed_in
def change_details() -> ResponseReturnValue:
    form, theirs = DetailsForm(obj=current_user), None
    if form.validate_on_submit():
        try:
            services.change_details(
                current_user,
                name=form.name.data,
                timezone=form.timezone.data,
                persona=form.persona.data,
                seen=form.seen,
            )
        except (StaleForm, StaleDataError):
            db.session.rollback()
            theirs = _shown(current_user.name, current_user.timezone, current_user.persona)
            form.start_again_from(current_user.version)
        else:
            flash("Saved.")
            return redirect(url_for("accounts.settings"))
    mine = _shown(form.name.data, form.timezone.data, form.persona.data)
    status = 409 if theirs else 422 if form.errors else 200
    return render_template("accounts/details.html", form=form, theirs=theirs, mine=mine), status


def _shown(name: str, timezone: str, persona: str) -> list[tuple[str, str]]:
    zone = places.ZONES.get(timezone, timezone)
    return [("Your name", name), ("Time zone", zone), ("Who you are", PERSONAS.get(persona, persona))]


@bp.route("/account/email", methods=["GET", "POST"])
@signed_in
def change_email() -> ResponseReturnValue:
    if current_user.is_visitor:
        return redirect(url_for("accounts.keep"))
    form = EmailForm()
    if form.validate_on_submit():
        try:
            services.change_email(current_user, form.email.data, present=form.present.data)
        except AccountRefused as refusal:
            show_refusal(form, refusal)
        else:
            flash("Your e-mail is changed. Use the new one to sign in.")
            return redirect(url_for("accounts.settings"))
    return render_template("accounts/email.html", form=form), 422 if form.errors else 200


@bp.route("/account/passphrase", methods=["GET", "POST"])
@signed_in
def change_passphrase() -> ResponseReturnValue:
    if current_user.is_visitor:
        return redirect(url_for("accounts.keep"))
    form = PassphraseForm()
    if form.validate_on_submit():
        try:
            services.change_passphrase(current_user, form.new.data, present=form.present.data)
        except AccountRefused as refusal:
            show_refusal(form, refusal)
        else:
            sessions.begin_for(current_user)
            flash("Your passphrase is changed. Your other devices are signed out.")
            return redirect(url_for("accounts.settings"))
    return render_template("accounts/passphrase.html", form=form), 422 if form.errors else 200


@bp.post("/account/sign-out-everywhere")
@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    if current_user.is_visitor:
        return redirect(url_for("accounts.keep"))
    services.sign_out_everywhere(current_user)
    sessions.end()
    flash("You are signed out on every device.")
    return redirect(url_for("accounts.sign_in"))


@bp.route("/account/workspace", methods=["GET", "POST"])
@signed_in
def new_workspace() -> ResponseReturnValue:
    """Make a workspace of one's own, for a person who is in none (any more)."""
    if queries.workspaces_of(current_user):
        return redirect(url_for("accounts.settings"))
    form = NewWorkspaceForm(data={"name": workspace_name(current_user.persona, current_user.name)})
    if form.validate_on_submit():
        made = services.make_workspace(current_user, form.name.data, form.state.data, org_id=form.submission.uuid)
        session["org_id"] = str(made)
        flash("Your workspace is ready.")
        return redirect(home_url())
    return render_template("accounts/new_workspace.html", form=form), 422 if form.errors else 200


@bp.post("/account/organization")
@signed_in
def choose_workspace() -> ResponseReturnValue:
    """Work in another of one's own workspaces from here on."""
    wanted = request.form.get("org_id", "")
    chosen = next((ours for ours in queries.workspaces_of(current_user) if str(ours.org_id) == wanted), None)
    if chosen is None:
        abort(404)
    session["org_id"] = wanted
    flash(f"You are working in “{chosen.name}” now.")
    return redirect(home_url())
