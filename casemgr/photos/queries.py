"""Reading papers that are photographed. A person sees their own alone, until they are papers."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from casemgr.accounts.models import User
from casemgr.cases.models import Case
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.photos.models import Photo, PhotoSet


class Page(NamedTuple):
    """One page of the paper in the making: what is wanted of a photo, and the photo as it came."""

    photo: Photo
    paper: Document


class OpenSet(NamedTuple):
    """A paper in the making, with the number of its photos."""

    photo_set: PhotoSet
    count: int


def photo_set(case: Case, user: User, set_id: UUID) -> PhotoSet | None:
    return db.session.scalar(
        select(PhotoSet).where(PhotoSet.case_id == case.id, PhotoSet.user_id == user.id, PhotoSet.id == set_id)
    )


def open_sets(case: Case, user: User) -> list[OpenSet]:
    """Return what this person began to photograph and did not finish, newest first."""
    rows = db.session.execute(
        select(PhotoSet, func.count(Photo.id))
        .join(Photo, Photo.set_id == PhotoSet.id)
        .where(PhotoSet.case_id == case.id, PhotoSet.user_id == user.id, PhotoSet.state != "made")
        .group_by(PhotoSet.id)
        .order_by(PhotoSet.created_at.desc())
        .limit(20)
    )
    return [OpenSet(*row) for row in rows]


def pages(photo_set: PhotoSet) -> list[Page]:
    """Return the photos of a paper in the making, in the order of its pages."""
    rows = db.session.execute(
        select(Photo, Document)
        .join(Document, Document.id == Photo.document_id)
        .where(Photo.case_id == photo_set.case_id, Photo.set_id == photo_set.id)
        .order_by(Photo.position, Photo.created_at, Photo.id)
    )
    return [Page(*row) for row in rows]


def photo(photo_set: PhotoSet, photo_id: UUID) -> Photo | None:
    return db.session.scalar(
        select(Photo).where(Photo.case_id == photo_set.case_id, Photo.set_id == photo_set.id, Photo.id == photo_id)
    )
