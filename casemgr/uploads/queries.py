"""Reading uploads. A person sees their own alone."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from casemgr.accounts.models import User
from casemgr.cases.models import Case
from casemgr.extensions import db
from casemgr.platform.columns import now
from casemgr.uploads import parts
from casemgr.uploads.models import Upload

QUIET_SECONDS = 20
MOST_SHOWN = 500


class Unfinished(NamedTuple):
    """A file that did not arrive completely; `arrived` bytes of it are here."""

    upload: Upload
    arrived: int


def upload(case: Case, user: User, upload_id: UUID) -> Upload | None:
    return db.session.scalar(
        select(Upload).where(Upload.case_id == case.id, Upload.user_id == user.id, Upload.id == upload_id)
    )


def unfinished(case: Case, user: User) -> list[Unfinished]:
    """Return what this person began to send and did not finish, oldest first; not what is just arriving."""
    rows = db.session.scalars(
        select(Upload)
        .where(
            Upload.case_id == case.id,
            Upload.user_id == user.id,
            Upload.outcome.is_(None),
            Upload.expires_at > now(),
        )
        .order_by(Upload.created_at, Upload.id)
        .limit(MOST_SHOWN)
    )
    places = [(row, parts.place(row.org_id, row.id)) for row in rows]
    return [Unfinished(row, parts.arrived(path)) for row, path in places if parts.quiet_for(path) > QUIET_SECONDS]


def promised(case: Case, user: User) -> int:
    """Return how many bytes are still to come of what this person began within the hour."""
    young = select(Upload).where(
        Upload.case_id == case.id,
        Upload.user_id == user.id,
        Upload.outcome.is_(None),
        Upload.created_at > now() - timedelta(hours=1),
    )
    rows = db.session.scalars(young)
    return sum(max(0, row.size - parts.arrived(parts.place(row.org_id, row.id))) for row in rows)


def count_open(case: Case, user: User) -> int:
    """Return how many uploads of this person are not over."""
    mine = select(func.count()).select_from(Upload).where(Upload.case_id == case.id, Upload.user_id == user.id)
    return db.session.scalar(mine.where(Upload.outcome.is_(None))) or 0
