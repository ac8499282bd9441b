"""The door: what casemgr is, making an account, signing in and out, looking around first."""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import TooManyRequests

from casemgr.accounts import account_pages, services, sessions, throttle, workspace_pages  # noqa: F401  they fill bp
from casemgr.accounts import passphrase as passphrases
from casemgr.accounts.blueprint import bp
from casemgr.accounts.forms import NewAccountForm, SignInForm, show_refusal
from casemgr.accounts.navigation import home_url, wanted_url
from casemgr.accounts.services import AccountRefused, SignInRefused
from casemgr.accounts.throttle import TooManyTries
from casemgr.accounts.words import PERSONA_HINTS
from casemgr.web import errors
from casemgr.web.permissions import public

__all__ = ["bp"]
OPEN_TOO_LONG = "This page was open for a long time, or you signed in or out in another tab. Please try once more."


@bp.get("/welcome")
@public
def welcome() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(home_url())
    return render_template("accounts/welcome.html")


@bp.post("/look-around")
@public
def look_around() -> ResponseReturnValue:
    """Open the sample case for a person who has typed nothing yet."""
    from casemgr.cases.sample import open_sample_case

    if current_user.is_authenticated:
        return redirect(home_url())
    throttle.take(throttle.Claim(throttle.VISITS, throttle.network_of(request.remote_addr)))
    visitor = services.register_visitor(timezone=request.form.get("timezone", ""))
    case = open_sample_case(visitor)
    sessions.begin(visitor, case.org_id)
    return redirect(url_for("cases.show", case_id=case.id))


@bp.route("/sign-up", methods=["GET", "POST"])
@public
def sign_up() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(url_for("accounts.keep") if current_user.is_visitor else home_url())
    form = NewAccountForm()
    if form.validate_on_submit():
        throttle.take(throttle.Claim(throttle.SIGN_UPS, throttle.network_of(request.remote_addr)))
        try:
            user = services.register(form.to_registration())
        except AccountRefused as refusal:
            show_refusal(form, refusal)
        else:
            sessions.begin_for(user)
            flash("Your account is ready.")
            return redirect(home_url())
    return _sign_up_page(form, 422 if form.errors else 200)


@bp.post("/sign-up/strength")
@public
def strength() -> ResponseReturnValue:
    """Say how strong a passphrase is while it is being typed. Nothing is kept or logged."""
    about = (request.form.get("name", "")[:200], request.form.get("email", "")[:200])
    found = passphrases.strength_of(request.form.get("passphrase", "")[: passphrases.LONGEST + 1], about)
    return jsonify(ok=found.problem is None, score=found.score, words=found.words)


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    if current_user.is_authenticated and not current_user.is_visitor:
        return redirect(wanted_url())
    form = SignInForm()
    if form.validate_on_submit():
        try:
            user = services.sign_in(form.email.data, form.passphrase.data, address=request.remote_addr)
        except SignInRefused as refusal:
            form.form_errors.append(str(refusal))
        else:
            sessions.begin_for(user)
            return redirect(wanted_url())
    return render_template("accounts/sign_in.html", form=form), 422 if form.errors else 200


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    if current_user.is_authenticated:
        if current_user.is_visitor and "sure" not in request.form:
            return render_template("accounts/leave_visit.html")
        services.sign_out(current_user)
    sessions.end()
    flash("You are signed out.")
    return redirect(url_for("accounts.welcome"))


@bp.app_errorhandler(TooManyTries)
def too_many_tries(problem: TooManyTries) -> ResponseReturnValue:
    return errors.http_error(TooManyRequests(str(problem), retry_after=problem.seconds))


@bp.errorhandler(CSRFError)
def stale_page(problem: CSRFError) -> ResponseReturnValue:
    """A door page that was open too long is shown again, with what was typed, and works on the next try."""
    if request.endpoint == "accounts.sign_in":
        if current_user.is_authenticated:
            return redirect(wanted_url())
        form = SignInForm()
        form.form_errors.append(OPEN_TOO_LONG)
        return render_template("accounts/sign_in.html", form=form), 400
    if request.endpoint == "accounts.sign_up" and not current_user.is_authenticated:
        form = NewAccountForm()
        form.form_errors.append(OPEN_TOO_LONG)
        return _sign_up_page(form, 400)
    if request.endpoint in {"accounts.look_around", "accounts.sign_out"}:
        flash(OPEN_TOO_LONG, "warning")
        return redirect(url_for("accounts.welcome"))
    return errors.csrf_error(problem)


def _sign_up_page(form: NewAccountForm, status: int) -> ResponseReturnValue:
    return render_template("accounts/sign_up.html", form=form, persona_hints=PERSONA_HINTS), status
