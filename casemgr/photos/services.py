"""Photograph a paper page by page. Each photo is kept as it came, as a paper of its own behind the one that is made."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import IO
from uuid import uuid4

from flask import current_app
from sqlalchemy import func, select

from casemgr.accounts.access import Access
from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.documents import custody, intake
from casemgr.documents import services as documents
from casemgr.documents.models import Document
from casemgr.documents.services import PaperDetails
from casemgr.extensions import db
from casemgr.holds.guard import OnHold, refuse_if_held
from casemgr.photos import queries
from casemgr.photos.models import Photo, PhotoSet
from casemgr.platform.columns import now
from casemgr.platform.jobs import BEFORE_OTHERS, enqueue, jobs
from casemgr.platform.tenancy import Scope, acting_in
from casemgr.storage.types import Family

MOST_PHOTOS = 60
KEPT_HIDDEN = timedelta(days=30)
NOT_A_PHOTO = "This is not a picture. Add it among the papers."
TOO_MANY = f"One paper takes {MOST_PHOTOS} photos. Make this one, then begin another for the rest."
TWICE = "This very photo is in this paper already."


class NotNow(Exception):
    """It cannot be done as things stand, and nothing was changed. The message is a sentence."""


def begin(case: Case, visibility: str, *, by: User) -> PhotoSet:
    """Begin a paper; the caller adds photos and commits with the first of them."""
    row = PhotoSet(id=uuid4(), org_id=case.org_id, case_id=case.id, user_id=by.id, visibility=visibility)
    db.session.add(row)
    db.session.commit()
    return row


def add(access: Access, photo_set: PhotoSet, body: IO[bytes], client_name: str, *, by: User) -> None:
    """Add a photo behind the others. Raises NotNow or intake.NotTaken; then nothing of it is kept."""
    _must_be_open(photo_set)
    set_id, org_id, visibility, who = photo_set.id, photo_set.org_id, photo_set.visibility, by.id
    before = queries.pages(photo_set)
    if len(before) >= MOST_PHOTOS:
        raise NotNow(TOO_MANY)
    last = before[-1].photo.position if before else 0
    db.session.rollback()  # a slow upload must not hold a transaction open
    with intake.one_of_few(who):
        most = current_app.config["SETTINGS"].max_upload_bytes
        taken = intake.take_in(org_id, body, client_name, size=None, max_bytes=most)
    if taken.file_type.family is not Family.IMAGE or taken.file_type.extension == "tif":  # a fax has many pages
        raise NotNow(NOT_A_PHOTO)
    details = PaperDetails(kind="photo", received_how="own", visibility=visibility)
    paper, twin = documents.receive(
        access.case, taken.stored, taken.file_type, taken.name, details, by=by, visible=access.visible, commit=False
    )
    if any(page.paper.id == paper.id for page in before):
        db.session.rollback()
        raise NotNow(TWICE)
    if twin is None:
        paper.is_source = True
    elif twin.trashed_at is not None:
        twin.trashed_at = None
        custody.note(twin, "restore", "Brought back from the trash.", by)
    row = Photo(
        id=uuid4(),
        org_id=org_id,
        case_id=access.case.id,
        set_id=set_id,
        document_id=paper.id,
        is_own=twin is None,
        position=last + 1,
    )
    db.session.add(row)
    db.session.flush()
    enqueue(
        jobs.tasks["photos.look"],
        lock=f"photo:{row.id}",
        priority=BEFORE_OTHERS,
        case_id=str(row.case_id),
        photo_id=str(row.id),
    )
    db.session.commit()


def move(photo_set: PhotoSet, photo: Photo, steps: int) -> None:
    """Move a page `steps` later (negative: earlier); at an end it stays."""
    _must_be_open(photo_set)
    order = [page.photo for page in queries.pages(photo_set)]
    at = next(i for i, one in enumerate(order) if one.id == photo.id)
    order.insert(max(0, at + steps), order.pop(at))
    for number, one in enumerate(order, start=1):
        one.position = number
    db.session.commit()


def turn(photo_set: PhotoSet, photo: Photo) -> None:
    """Turn a page a quarter clockwise."""
    _must_be_open(photo_set)
    photo.turns = (photo.turns + 1) % 4
    db.session.commit()


def keep_whole(photo_set: PhotoSet, photo: Photo, whole: bool) -> None:
    """Take the whole photo for a page, or the sheet that was found on it."""
    _must_be_open(photo_set)
    photo.keep_whole = whole
    db.session.commit()


def remove(photo_set: PhotoSet, photo: Photo, *, by: User) -> None:
    """Take a photo out. It goes to the trash of the papers, unless it was a paper before."""
    _must_be_open(photo_set)
    _to_the_trash(photo, by)
    db.session.commit()


def give_up(photo_set: PhotoSet, *, by: User) -> None:
    """Make no paper: the photos go to the trash of the papers."""
    if photo_set.state not in ("open", "failed"):
        raise NotNow("This paper is being made.")
    for page in queries.pages(photo_set):
        _to_the_trash(page.photo, by)
    db.session.flush()
    db.session.delete(photo_set)
    db.session.commit()


def make(access: Access, photo_set: PhotoSet, title: str, *, by: User) -> None:
    """Have the worker make one paper of the photos, in their order. A second click changes nothing. Raises NotNow."""
    if photo_set.state in ("making", "made"):
        return
    found = queries.pages(photo_set)
    if not found:
        raise NotNow("Add a photo first.")
    if any(page.photo.state == "failed" for page in found):
        raise NotNow("One of the photos cannot be used. Remove it first.")
    if any(page.photo.state == "waiting" for page in found):
        raise NotNow("The photos are still looked at. Try again in a moment.")
    photo_set.state, photo_set.title, photo_set.note = "making", title, ""
    enqueue(
        jobs.tasks["photos.make"],
        lock=f"photos:{photo_set.id}",
        priority=BEFORE_OTHERS,
        case_id=str(photo_set.case_id),
        set_id=str(photo_set.id),
        by_id=str(by.id),
        visible=sorted(access.visible),
    )
    audit.record(access.case, "photos:set:make", by=by, subject=photo_set.id, count=len(found))
    db.session.commit()


def _must_be_open(photo_set: PhotoSet) -> None:
    if photo_set.state == "failed":
        photo_set.state, photo_set.note = "open", ""
    if photo_set.state != "open":
        raise NotNow("This paper is made already.")


def _to_the_trash(photo: Photo, by: User) -> None:
    """Under a legal hold the photo stays among the papers."""
    paper = db.session.get_one(Document, photo.document_id)
    if photo.is_own:
        paper.is_source = False
        with suppress(OnHold):
            refuse_if_held(db.session.get_one(Case, paper.case_id), [paper.id])
            paper.trashed_at = now()
            custody.note(paper, "trash", "Taken out of a paper that was photographed; in the trash.", by)
    db.session.delete(photo)


def let_go() -> int:
    """Papers in the making that were begun long ago: their photos are listed among the papers, so that nothing stays
    hidden. Each organization's are looked at inside its own walls. Returns how many there were."""
    every = select(func.organizations_not_watched_since(now() + timedelta(days=1)))
    orgs = list(db.session.scalars(every))
    db.session.rollback()
    count = 0
    for org_id in orgs:
        with acting_in(Scope(org_id)):
            old = select(PhotoSet).where(PhotoSet.org_id == org_id, PhotoSet.state.in_(("open", "failed")))
            for row in db.session.scalars(old.where(PhotoSet.created_at < now() - KEPT_HIDDEN)).all():
                for page in queries.pages(row):
                    page.paper.is_source = False
                    db.session.delete(page.photo)
                db.session.flush()
                db.session.delete(row)
                count += 1
            db.session.commit()
    return count


def page_words(photo: Photo) -> str:
    """Say what becomes of a photo."""
    if photo.state == "failed":
        return photo.note
    if photo.state == "waiting":
        return photo.note or "Looking for the sheet of paper."
    if photo.state == "none":
        return "No sheet was found on it, so the whole photo is the page."
    return "The whole photo is the page." if photo.keep_whole else "The sheet was cut out."
