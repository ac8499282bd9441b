"""Where one can go from here: the main navigation, the tabs of a case, and links that may not exist."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Flask, has_request_context, request, url_for
from werkzeug.routing import BuildError

from casemgr.accounts.roles import Permission


class Place(NamedTuple):
    """One entry of a navigation, before it has an address. `permission`: shown only to who may, as the page asks it."""

    endpoint: str
    label: str
    icon: str
    permission: Permission | None = None


class Link(NamedTuple):
    """One entry of a navigation, ready to show. `is_current` marks where the reader stands."""

    url: str
    label: str
    icon: str
    is_current: bool


MAIN = (
    Place("cases.home", "My cases", "folder"),
    Place("cases.board", "Board", "board"),
    Place("deadlines.agenda", "Due dates", "calendar"),
    Place("cases.new", "Start a case", "plus", Permission.CASE_CREATE),
)

CASE = (
    Place("cases.show", "Overview", "compass"),
    Place("documents.index", "Papers", "paper"),
    Place("evidence.index", "Evidence log", "list"),
    Place("deadlines.index", "Facts & deadlines", "clock"),
    Place("issues.index", "Issues & relief", "scales"),
    Place("letters.index", "Letters", "edit"),
    Place("filings.index", "Filing packets", "packet"),
    Place("cases.people", "People", "people"),
    Place("proceedings.history", "History", "history"),
)


def url_if_any(endpoint: str, **values: Any) -> str | None:
    """Return the address of `endpoint`, or None where this installation has no such page."""
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return None


def main_nav(may: Callable[[Permission], bool] | None = None) -> list[Link]:
    """Return the main navigation for the present request, without the entries that `may` does not allow."""
    shown = tuple(place for place in MAIN if may is None or place.permission is None or may(place.permission))
    return _links(shown, {}, active=None)


def case_nav(case: Any, active: str | None = None) -> list[Link]:
    """Return the tabs of `case`. `active` names the endpoint of the current tab, where it is not plain."""
    return _links(CASE, {"case_id": case.id}, active)


def _links(places: tuple[Place, ...], values: dict[str, Any], active: str | None) -> list[Link]:
    here = active or _current(places)
    found = ((place, url_if_any(place.endpoint, **values)) for place in places)
    return [Link(url, place.label, place.icon, place.endpoint == here) for place, url in found if url]


def _current(places: tuple[Place, ...]) -> str | None:
    """Return the endpoint of the entry that the present page belongs to.

    A page deeper inside a feature (one paper, one filing) belongs to the feature's tab, as long as
    the feature has only one.
    """
    endpoint = request.endpoint if has_request_context() else None
    if endpoint is None or any(place.endpoint == endpoint for place in places):
        return endpoint
    feature = endpoint.rpartition(".")[0]
    same = [place.endpoint for place in places if place.endpoint.rpartition(".")[0] == feature]
    return same[0] if len(same) == 1 and places is CASE else None


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(url_if_any=url_if_any, main_nav=main_nav, case_nav=case_nav)
