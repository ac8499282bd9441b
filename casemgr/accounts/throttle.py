"""Slowing down after many tries: counted in the database, so that every web process counts together.

A try is claimed before the work is done and given back when it succeeds; so many tries at the same moment
cannot slip past the limit. E-mails and addresses are kept only as keyed hashes.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from flask import current_app
from sqlalchemy import delete, func, select

from casemgr.accounts.models import SignInAttempt
from casemgr.extensions import db
from casemgr.platform.columns import now

FORGET_AFTER = timedelta(days=1)
SWEPT_AT_ONCE = 100


class TooManyTries(Exception):
    """The limit is reached. `wait` says for how long; nothing was tried."""

    def __init__(self, wait: timedelta) -> None:
        self.minutes = max(1, -(-int(wait.total_seconds()) // 60))
        self.seconds = self.minutes * 60
        unit = "minute" if self.minutes == 1 else "minutes"
        super().__init__(f"There were too many tries. Please wait {self.minutes} {unit}, then try again.")


@dataclass(frozen=True)
class Limit:
    """So many tries (`most`) within `window`."""

    name: str
    most: int
    window: timedelta


@dataclass(frozen=True)
class Claim:
    """One thing to count: a limit, and whom it counts (kept as a keyed hash)."""

    limit: Limit
    whom: str

    @property
    def key(self) -> str:
        secret = str(current_app.config["SECRET_KEY"]).encode()
        return hmac.new(secret, f"throttle:{self.limit.name}:{self.whom}".encode(), hashlib.sha256).hexdigest()


PER_ACCOUNT = Limit("account", 10, timedelta(minutes=15))
PER_ADDRESS = Limit("address", 50, timedelta(minutes=15))
SIGN_UPS = Limit("sign-up", 60, timedelta(hours=1))
VISITS = Limit("visit", 60, timedelta(hours=1))
ADDED_PEOPLE = Limit("added-people", 60, timedelta(hours=1))


def take(*claims: Claim) -> dict[Claim, UUID]:
    """Count one try of each claim, in a transaction of its own. Raises TooManyTries, and counts none."""
    taken: dict[Claim, UUID] = {}
    for claim in sorted(claims, key=lambda claim: claim.key):  # one order for all: no deadlock
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(claim.key, 0))))
        wait = _wait(claim)
        if wait is not None:
            db.session.rollback()
            raise TooManyTries(wait)
        taken[claim] = uuid4()
        db.session.add(SignInAttempt(id=taken[claim], key_hash=claim.key, at=now()))
        db.session.flush()
    _forget_old()
    db.session.commit()
    return taken


def give_back(attempt: UUID) -> None:
    """Uncount one try that turned out well; the caller commits."""
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.id == attempt))


def clear(claim: Claim) -> None:
    """Uncount every try of `claim`; the caller commits."""
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.key_hash == claim.key))


def network_of(address: str | None) -> str:
    """Return what counts as one address: IPv6 users own a whole /64 and could change within it at will."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network(f"{parsed}/64", strict=False)) if parsed.version == 6 else str(parsed)


def _wait(claim: Claim) -> timedelta | None:
    """Return how long until one more try is allowed; None when it is allowed now."""
    moment, limit = now(), claim.limit
    times = db.session.scalars(
        select(SignInAttempt.at)
        .where(SignInAttempt.key_hash == claim.key, SignInAttempt.at > moment - limit.window)
        .order_by(SignInAttempt.at.desc())
        .limit(limit.most)
    ).all()
    return times[-1] + limit.window - moment if len(times) >= limit.most else None


def _forget_old() -> None:
    """Remove a few tries that no limit looks at any more, without waiting for anybody."""
    old = (
        select(SignInAttempt.id)
        .where(SignInAttempt.at < now() - FORGET_AFTER)
        .limit(SWEPT_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.id.in_(old)))
