"""The calendar feed itself, and the page where a person makes, changes and ends their address."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import RadioField

from casemgr.accounts import sessions, throttle
from casemgr.accounts.throttle import Claim, TooManyTries
from casemgr.deadlines import feeds
from casemgr.deadlines.blueprint import bp, page_of
from casemgr.deadlines.feed import make_feed
from casemgr.deadlines.over_cases import WHO
from casemgr.web.permissions import public, signed_in

PLAIN = "text/plain; charset=utf-8"
FRESH_SECONDS = 900
NAMES = {"initials": "Only the student’s initials", "full": "The student’s full name"}


class FeedForm(FlaskForm):
    """What the address shows."""

    names = RadioField("What stands before each date?", choices=list(NAMES.items()), default="initials")
    who = RadioField("Whose dates?", choices=[(key or "all", words) for key, words in WHO.items()], default="all")

    @property
    def chosen(self) -> dict[str, Any]:
        return {"shows_names": self.names.data == "full", "who": "" if self.who.data == "all" else self.who.data}


@bp.get(f"/calendar/<string(length={feeds.TOKEN_LENGTH}):token>.ics")
@public
def calendar_feed(token: str) -> ResponseReturnValue:
    """The token is the only credential: who is signed in does not matter, and no cookie is set."""
    sessions.leave_alone()
    found = feeds.open_by(token)
    claim = Claim(feeds.FETCHES, str(found[0].id)) if found else Claim(feeds.UNKNOWN_TOKENS, _network())
    try:
        throttle.take(claim)
    except TooManyTries as problem:
        return Response(str(problem), 429, {"Retry-After": str(problem.seconds)}, content_type=PLAIN)
    if found is None:
        return Response("There is no calendar at this address.", 404, content_type=PLAIN)
    body = make_feed(*found, address=lambda one: _here() + page_of(one))
    answer = Response(body, content_type="text/calendar; charset=utf-8")
    answer.headers["Cache-Control"] = f"private, max-age={FRESH_SECONDS}"
    answer.headers["Content-Disposition"] = "inline; filename=casemgr.ics"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.add_etag()
    return answer.make_conditional(request)


@bp.route("/account/calendar", methods=["GET", "POST"])
@signed_in
def my_calendar() -> ResponseReturnValue:
    if current_user.is_visitor:
        return redirect(url_for("accounts.keep"))
    feed = feeds.feed_of(current_user)
    kept = {"names": "full" if feed.shows_names else "initials", "who": feed.who or "all"} if feed else None
    form = FeedForm(data=kept)
    if form.validate_on_submit():
        if feed is None:
            return _show_new(form)
        feeds.choose(current_user, **form.chosen)
        flash("Saved. Calendars show it the next time they fetch the address.")
        return redirect(url_for(".my_calendar"))
    page = render_template("deadlines/my_calendar.html", form=form, feed=feed, address="", is_reachable=_is_reachable())
    return page, 422 if form.errors else 200


@bp.post("/account/calendar/renew")
@signed_in
def renew_calendar() -> ResponseReturnValue:
    if current_user.is_visitor:
        return redirect(url_for("accounts.keep"))
    return _show_new(None)


@bp.post("/account/calendar/switch-off")
@signed_in
def switch_off_calendar() -> ResponseReturnValue:
    feeds.switch_off(current_user)
    flash("The address is switched off. What calendars have fetched already disappears there with time.")
    return redirect(url_for(".my_calendar"))


def _show_new(form: FeedForm | None) -> ResponseReturnValue:
    """Make an address and show it, this once. Sent twice, the last address shown is the one that works."""
    token = feeds.renew(current_user)
    if form is not None:
        feeds.choose(current_user, **form.chosen)
    return render_template(
        "deadlines/my_calendar.html",
        form=None,
        feed=feeds.feed_of(current_user),
        address=_here() + url_for(".calendar_feed", token=token),
        is_reachable=_is_reachable(),
    )


def _here() -> str:
    """Return where this installation is found, without a slash at the end."""
    return (current_app.config["SETTINGS"].base_url or request.host_url).rstrip("/")


def _is_reachable() -> bool:
    """Whether a calendar service on the internet can fetch the address: a guess from how we are called."""
    return _here().startswith("https://")


def _network() -> str:
    return throttle.network_of(request.remote_addr)
