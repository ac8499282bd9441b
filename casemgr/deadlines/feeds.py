"""A person's secret calendar address: made, renewed, changed, switched off, and found again by its token."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import func, select

from casemgr.accounts.models import User
from casemgr.accounts.throttle import Limit
from casemgr.audit import services as audit
from casemgr.deadlines.models import CalendarFeed
from casemgr.extensions import db
from casemgr.platform.tenancy import Scope, set_scope

TOKEN_BYTES = 32
TOKEN_LENGTH = 43
"""32 bytes in base64url, without padding."""
FETCHES = Limit("calendar-feed", 120, timedelta(hours=1))
UNKNOWN_TOKENS = Limit("calendar-feed-unknown", 60, timedelta(minutes=15))


def feed_of(user: User) -> CalendarFeed | None:
    return db.session.scalar(select(CalendarFeed).where(CalendarFeed.user_id == user.id))


def renew(user: User) -> str:
    """Make the person's address, or a new one in place of the old, which ends at once. Return the token: it is only
    known here and now, since a hash of it is all that is kept."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = feed_of(user)
    if feed is None:
        feed = CalendarFeed(user_id=user.id)
        db.session.add(feed)
    feed.token_hash = _hash(token)
    audit.record(None, "deadlines:feed:renew", by=user)
    db.session.commit()
    return token


def choose(user: User, *, shows_names: bool, who: str) -> None:
    """Change what the address shows. Nothing happens without one."""
    feed = feed_of(user)
    if feed is not None:
        feed.shows_names, feed.who = shows_names, who
        audit.record(None, "deadlines:feed:choose", by=user, shows_names=shows_names)
        db.session.commit()


def switch_off(user: User) -> None:
    """End the address. Calendars that fetch it get nothing any more."""
    feed = feed_of(user)
    if feed is not None:
        db.session.delete(feed)
        audit.record(None, "deadlines:feed:switch_off", by=user)
        db.session.commit()


def open_by(token: str) -> tuple[CalendarFeed, User] | None:
    """Return the feed with this token and its person, and act in that person's scope from here on."""
    person = db.session.scalar(select(func.person_of_calendar_feed(_hash(token))))
    if person is None:
        return None
    set_scope(Scope(None, person))
    user = db.session.get(User, person)
    feed = feed_of(user) if user is not None and user.is_active else None
    return (feed, user) if feed is not None and user is not None else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
