"""Who is looking decides how the law speaks: to the parent "You asked …", to others "The parent asked …"."""

from __future__ import annotations

from flask import Flask, current_app, g, has_request_context
from flask_login import current_user

from casemgr.accounts.queries import workspaces_of
from casemgr.accounts.roles import is_the_parent
from casemgr.law import voice


def speaks_to_the_parent() -> bool:
    """Whether the reader is the parent: in the page's case, or else in the organization where they work now.

    Nobody is where there is no reader, such as in a job: what is made there may go to anybody."""
    if not has_request_context():
        return False
    if "access" in g:
        return is_the_parent(g.access.role, g.access.organization.kind)
    if not hasattr(current_app, "login_manager") or not current_user.is_authenticated:
        return False
    place = next((place for place in workspaces_of(current_user) if place.is_current), None)
    return place is not None and is_the_parent(place.role, place.kind)


def told(text: str) -> str:
    """A title of a fact or rule, or a text that quotes some, fitting who is looking."""
    return voice.quoting(text) if text and not speaks_to_the_parent() else text


def init_app(app: Flask) -> None:
    app.add_template_filter(told)
