"""Who is signed in: the session cookie names a person and an epoch; both idle and total time are limited."""

from __future__ import annotations

import time
from uuid import UUID

from flask import Flask, current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user

import config
from casemgr.accounts.models import User
from casemgr.extensions import db, login_manager
from casemgr.platform.tenancy import Scope, set_scope

SEEN_EVERY_SECONDS = 60


def init_app(app: Flask) -> None:
    login_manager.session_protection = None  # mobile networks change addresses; epoch and expiry do the work
    login_manager.user_loader(_load)
    login_manager.unauthorized_handler(_ask_to_sign_in)
    app.before_request(_expire)


def begin(user: User, org_id: UUID | None) -> None:
    """Start a fresh session for `user`; nothing of an earlier one is kept."""
    session.clear()
    session.permanent = True
    session["began_at"] = session["seen_at"] = int(time.time())
    if org_id is not None:
        session["org_id"] = str(org_id)
    login_user(user)


def end() -> None:
    logout_user()
    session.clear()


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


def _ask_to_sign_in() -> ResponseReturnValue:
    if session.pop("expired", False):
        flash("You were signed out because you were away for a while. Nothing was lost.", "info")
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("accounts.sign_in", next=target))
