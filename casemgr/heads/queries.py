"""Read the head of a log, where it went, and whether a head that somebody kept belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from casemgr.cases.models import Case
from casemgr.evidence import chain
from casemgr.evidence.models import EvidenceEntry
from casemgr.extensions import db
from casemgr.heads.models import ChainHead, NightlyHead
from casemgr.platform.columns import now


@dataclass(frozen=True)
class Head:
    """The last entry of a log: how many there are, and its hash."""

    entries: int
    sha256: str


@dataclass(frozen=True)
class Place:
    """Where a kept head stands in a log: the number of its entry, or None. `broken_at`: the first entry up to there
    that is no longer what was written."""

    number: int | None
    broken_at: int | None = None
    recorded_at: datetime | None = None

    @property
    def is_sound(self) -> bool:
        return self.number is not None and self.broken_at is None

    @property
    def summary(self) -> str:
        if self.number is None:
            return "NOT FOUND. No entry of this log has this hash: it is of another log, or this one was rewritten."
        if self.broken_at is not None:
            return (
                f"BROKEN. Entry No. {self.number} has this hash, but entry No. {self.broken_at} before it was altered."
            )
        before = f" Nothing in entries 1 to {self.number} was changed since then." if self.number > 1 else ""
        return f"Found. It is the hash of entry No. {self.number}.{before}"


def head_of(case: Case) -> Head | None:
    """Return the head of a case's log; None while nothing is in it."""
    row = db.session.execute(
        select(EvidenceEntry.number, EvidenceEntry.hash)
        .where(EvidenceEntry.case_id == case.id)
        .order_by(EvidenceEntry.number.desc())
        .limit(1)
    ).first()
    return Head(row.number, row.hash) if row else None


def tidy(typed: str) -> str:
    """Return a typed hash without the spaces and line ends it was printed or pasted with, in lower case."""
    return "".join(typed.split()).lower()


def is_hash(text: str) -> bool:
    return len(text) == 64 and all(one in "0123456789abcdef" for one in text)


def place_of(case: Case, head: str) -> Place:
    """Say whether `head` is the hash of an entry, and recompute the chain up to it. Reads no files."""
    number = db.session.scalar(
        select(EvidenceEntry.number).where(EvidenceEntry.case_id == case.id, EvidenceEntry.hash == head)
    )
    if number is None:
        return Place(None)
    rows = db.session.scalars(
        select(EvidenceEntry)
        .where(EvidenceEntry.case_id == case.id, EvidenceEntry.number <= number)
        .order_by(EvidenceEntry.number)
    ).all()
    previous = chain.genesis(case.id)
    for expected, row in enumerate(rows, 1):
        is_sound = row.number == expected and row.previous_hash == previous
        if not is_sound or chain.entry_hash(previous, chain.canonical(row)) != row.hash:
            return Place(number, broken_at=expected)
        previous = row.hash
    return Place(number, recorded_at=rows[-1].recorded_at)


def sent_out(case: Case, limit: int = 30) -> Sequence[ChainHead]:
    """Return where heads of this case went, newest first."""
    return db.session.scalars(
        select(ChainHead).where(ChainHead.case_id == case.id).order_by(ChainHead.created_at.desc()).limit(limit)
    ).all()


def stamps_of(case_id: UUID) -> Sequence[ChainHead]:
    """Return the stamps that an authority gave, oldest first."""
    return db.session.scalars(
        select(ChainHead)
        .where(ChainHead.case_id == case_id, ChainHead.way == "stamp", ChainHead.token.is_not(None))
        .order_by(ChainHead.entries, ChainHead.stamped_at)
    ).all()


def nightly_of(case: Case) -> Sequence[NightlyHead]:
    return db.session.scalars(select(NightlyHead).where(NightlyHead.case_id == case.id)).all()


def nightly_for(case: Case, user_id: UUID) -> NightlyHead | None:
    return db.session.scalar(select(NightlyHead).where(NightlyHead.case_id == case.id, NightlyHead.user_id == user_id))


def mails_today(case: Case) -> int:
    """Return how many mails of this case were asked for in the last day."""
    since = now() - timedelta(days=1)
    rows = select(func.count()).where(
        ChainHead.case_id == case.id, ChainHead.way == "mail", ChainHead.created_at > since
    )
    return db.session.scalar(rows) or 0


def went_to(case: Case, way: str, address: str, head: str) -> bool:
    """Whether this very head went there already, or is on its way."""
    found = select(ChainHead.id).where(
        ChainHead.case_id == case.id,
        ChainHead.way == way,
        ChainHead.address == address,
        ChainHead.head == head,
        ChainHead.state != "failed",
    )
    return db.session.scalar(found.limit(1)) is not None
