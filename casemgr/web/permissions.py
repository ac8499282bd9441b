"""Who may enter. Doors are closed: a route without one of these marks answers 403 to everybody.

`@public`                     anyone
`@signed_in`                  anyone with an account
`@in_organization(permission)` a member of the active organization whose role allows it
`@requires(permission)`       a person on the case named by `case_id`, whose role in it allows it

A case that a person may not see answers 404, so that nobody learns that it exists; a case they see but may
not change in that way answers 403.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask import Flask, abort, current_app, g, request
from flask_login import current_user

from casemgr.accounts.access import Access, access_to_case, active_membership
from casemgr.accounts.queries import workspaces_of
from casemgr.accounts.roles import Permission, role_allows

__all__ = [
    "Access",
    "Door",
    "Permission",
    "can",
    "case_access",
    "in_organization",
    "public",
    "requires",
    "signed_in",
]


class Door(StrEnum):
    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    ORGANIZATION = "organization"
    CASE = "case"


@dataclass(frozen=True)
class Mark:
    door: Door
    permission: Permission | None = None


def public(view: Callable[..., Any]) -> Callable[..., Any]:
    return _mark(view, Mark(Door.PUBLIC))


def signed_in(view: Callable[..., Any]) -> Callable[..., Any]:
    return _mark(view, Mark(Door.SIGNED_IN))


def in_organization(permission: Permission) -> Callable[..., Any]:
    return lambda view: _mark(view, Mark(Door.ORGANIZATION, permission))


def requires(permission: Permission) -> Callable[..., Any]:
    return lambda view: _mark(view, Mark(Door.CASE, permission))


def _mark(view: Callable[..., Any], mark: Mark) -> Callable[..., Any]:
    @functools.wraps(view)
    def marked(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    marked.door = mark  # type: ignore[attr-defined]
    return marked


def mark_of(app: Flask, endpoint: str) -> Mark | None:
    """Return the door of a route; Flask's own static files are public."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return Mark(Door.PUBLIC)
    return getattr(app.view_functions[endpoint], "door", None)


def init_app(app: Flask) -> None:
    app.before_request(_guard)
    app.add_template_global(can)
    app.add_template_global(can_in_organization)


def _guard() -> Any:
    if request.endpoint is None:
        return None  # no such page: the 404 handler answers
    mark = mark_of(current_app, request.endpoint)
    if mark is None:
        abort(403)
    if mark.door is Door.PUBLIC:
        return None
    if not current_user.is_authenticated:
        return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
    if mark.door is Door.CASE:
        access = access_to_case(current_user, _case_id())
        if access is None:
            abort(404)
        g.access = access
        if not access.allows(mark.permission):
            abort(403)
    elif mark.door is Door.ORGANIZATION:
        membership = active_membership(current_user)
        if membership is None:
            abort(403)
        if not role_allows(membership.role, membership.organization.kind, mark.permission):
            abort(403)
    return None


def _case_id() -> UUID:
    case_id = (request.view_args or {}).get("case_id")
    if not isinstance(case_id, UUID):
        raise TypeError(f"{request.endpoint} is a case route without <uuid:case_id>")
    return case_id


def case_access() -> Access:
    """Return the case of this request with what this person may do in it."""
    return g.access


def can(permission: str) -> bool:
    """For templates: may this person do this on the page's case (or, without one, in the organization)?"""
    wanted = Permission(permission)
    return g.access.allows(wanted) if "access" in g else can_in_organization(wanted)


def can_in_organization(permission: Permission) -> bool:
    """May this person do this in the organization where they work now, whatever case the page is about? Changes no
    scope."""
    if not current_user.is_authenticated:
        return False
    current = next((place for place in workspaces_of(current_user) if place.is_current), None)
    return current is not None and role_allows(current.role, current.kind, permission)
