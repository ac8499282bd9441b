"""Who is signed in: the session cookie names a person and an epoch; both idle and total time are limited."""

from __future__ import annotations

import time
from uuid import UUID

from flask import Flask, current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

import config
from casemgr.accounts.access import memberships_of
from casemgr.accounts.models import User
from casemgr.extensions import db, login_manager
from casemgr.platform.tenancy import Scope, set_scope

SEEN_EVERY_SECONDS = 60
OPEN_BEFORE_CHOOSING = {
    "accounts.change_passphrase",
    "accounts.sign_out",
    "deadlines.calendar_feed",
    "static",
    "bootstrap.static",
}
NOT_FOR_VISITORS = {"cases.new"}


def init_app(app: Flask) -> None:
    login_manager.session_protection = None  # mobile networks change addresses; epoch and expiry do the work
    login_manager.user_loader(_load)
    login_manager.unauthorized_handler(_ask_to_sign_in)
    app.before_request(_expire)
    app.before_request(_finish_account_first)  # after _expire: nobody is loaded from an ended session


def begin(user: User, org_id: UUID | None) -> None:
    """Start a fresh session for `user`; nothing of an earlier one is kept."""
    session.clear()
    session.permanent = True
    session["began_at"] = session["seen_at"] = int(time.time())
    if org_id is not None:
        session["org_id"] = str(org_id)
    login_user(user)


def begin_for(user: User) -> None:
    """Start a session in the workspace of the session before, if the person may enter it, else in their first."""
    set_scope(Scope(None, user.id))
    rows = memberships_of(user)
    wanted = session.get("org_id")
    begin(user, next((row.org_id for row in rows if str(row.org_id) == wanted), rows[0].org_id if rows else None))


def end() -> None:
    logout_user()
    session.clear()


def leave_alone() -> None:
    """Answer this request without touching the reader's session: no cookie is set, renewed or removed."""
    if session.permanent:
        session.permanent = False  # a permanent session is sent anew with each answer
    session.modified = False


def _load(identity: str) -> User | None:
    user_id, _, epoch = identity.partition(".")
    try:
        key = UUID(user_id)
    except ValueError:
        return None
    set_scope(Scope(None, key))
    user = db.session.get(User, key)
    if user is None or not user.is_active or str(user.session_epoch) != epoch:
        set_scope(Scope())
        return None
    return user


def _expire() -> None:
    """Drop a session that was idle or alive for too long, before anybody is loaded from it."""
    if "_user_id" not in session:
        return
    settings: config.Settings = current_app.config["SETTINGS"]
    moment = int(time.time())
    idle = moment - int(session.get("seen_at", 0)) > settings.session_idle.total_seconds()
    old = moment - int(session.get("began_at", 0)) > settings.session_life.total_seconds()
    if idle or old:
        session.clear()
        session["expired"] = True
    elif moment - int(session["seen_at"]) >= SEEN_EVERY_SECONDS:
        session["seen_at"] = moment


def _finish_account_first() -> ResponseReturnValue | None:
    """Let nobody work with a passphrase that somebody else knows, or put a real case where there is no way back."""
    if "_user_id" not in session or request.endpoint in OPEN_BEFORE_CHOOSING or not current_user.is_authenticated:
        return None
    if current_user.must_choose_passphrase:
        return redirect(url_for("accounts.change_passphrase"))
    if current_user.is_visitor and request.endpoint in NOT_FOR_VISITORS:
        flash("Make an account first, so that you can come back to your own case.", "info")
        return redirect(url_for("accounts.keep"))
    return None


def _ask_to_sign_in() -> ResponseReturnValue:
    if session.pop("expired", False):
        flash("You were signed out because you were away for a while. Nothing was lost.", "info")
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=target))
