"""Look at photos and make papers of them in the background. Safe to be killed anywhere and started again."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

from flask import current_app
from sqlalchemy import update

from casemgr.accounts.models import User
from casemgr.cases.models import Case
from casemgr.documents import custody, intake, quarantine
from casemgr.documents import services as documents
from casemgr.documents.models import Document, DocumentPart
from casemgr.documents.services import PaperDetails
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.photos import queries, services
from casemgr.photos.models import Photo, PhotoSet
from casemgr.photos.queries import Page
from casemgr.platform.jobs import background, periodic
from casemgr.platform.scratch import scratch
from casemgr.storage.objects import ObjectMissing, StorageError, StorageFull
from casemgr.storage.sheets import Leaf, PhotoUnreadable, look, make_pdf
from casemgr.web.filters import plural

HEIC = "image/heic"
NO_ROOM = "There was no room left to make the paper. Make room, and try again. The photos are safe."
AWAY = "The photos could not be read now. Try again in a few minutes; they are safe."
MISSING = "The stored photo is missing. Tell whoever looks after this installation."
log = logging.getLogger(__name__)


class _NotCheckedYet(Exception):
    """The virus scanner has not let a photo through: the worker comes again."""


@background("photos.look", attempts=None, wait=10)
def look_at(*, case_id: str, photo_id: str) -> None:
    """Find the sheet on a photo, and keep what the person is shown of it."""
    photo = db.session.get(Photo, UUID(photo_id))
    if photo is None or str(photo.case_id) != case_id or photo.state in ("found", "none"):
        return
    paper = db.session.get_one(Document, photo.document_id)
    if _is_closed(paper):
        if paper.scan_state != "infected":
            raise _NotCheckedYet
        _write(photo.id, state="failed", note=quarantine.why_closed(paper))
        return
    org_id, sha256, is_heic = paper.org_id, paper.sha256, paper.media_type == HEIC
    db.session.rollback()  # no transaction stays open while the photo is read
    objects = store()
    try:
        with objects.local_path(org_id, sha256) as path, scratch(f"photo-{photo_id}") as folder:
            seen = look(path, folder, is_heic=is_heic)
            whole = objects.put_bytes(org_id, seen.whole.read_bytes()).sha256
            crop = objects.put_bytes(org_id, seen.crop.read_bytes()).sha256 if seen.crop else ""
    except PhotoUnreadable as problem:
        _write(UUID(photo_id), state="failed", note=str(problem))
    except ObjectMissing:
        _write(UUID(photo_id), state="failed", note=MISSING)
    except (StorageError, OSError) as problem:
        log.error("looking at a photo failed", exc_info=problem, extra={"event": {"photo": photo_id}})
        _write(UUID(photo_id), note=NO_ROOM if _is_full(problem) else AWAY)
        raise
    else:
        state = "found" if crop else "none"
        _write(UUID(photo_id), state=state, note="", corners=seen.corners, crop_sha256=crop, whole_sha256=whole)


@background("photos.make", attempts=None, wait=10)
def make(*, case_id: str, set_id: str, by_id: str, visible: list[str]) -> None:
    """Make one paper of the photos of a set, and link them as what it is made of, in one transaction."""
    photo_set = db.session.get(PhotoSet, UUID(set_id))
    by = db.session.get(User, UUID(by_id))
    if photo_set is None or by is None or str(photo_set.case_id) != case_id or photo_set.state != "making":
        return
    found = queries.pages(photo_set)
    if any(_is_closed(page.paper) and page.paper.scan_state != "infected" for page in found):
        raise _NotCheckedYet
    if closed := [number for number, page in enumerate(found, start=1) if _is_closed(page.paper)]:
        _fail(photo_set.id, f"Photo {closed[0]}: the virus scanner found something in it. Remove it, and try again.")
        return
    db.session.expunge_all()
    db.session.rollback()
    try:
        with scratch(f"photos-{set_id}") as folder:
            taken = _make_pdf(photo_set, found, folder)
    except PhotoUnreadable as problem:
        _fail(photo_set.id, f"Photo {problem.number}: {problem} Remove it, and try again.")
    except intake.NotTaken as problem:
        _fail(photo_set.id, NO_ROOM if problem.status == 507 else AWAY)
    except (StorageError, OSError) as problem:
        log.error("making a paper of photos failed", exc_info=problem, extra={"event": {"set": set_id}})
        _fail(photo_set.id, NO_ROOM if _is_full(problem) else AWAY)
    else:
        _enter(photo_set.id, found, taken, db.session.get_one(User, UUID(by_id)), frozenset(visible))


@periodic("photos.let_go", cron="53 * * * *")
def let_go() -> None:
    services.let_go()


def _make_pdf(photo_set: PhotoSet, found: list[Page], folder: Path) -> intake.Incoming:
    with ExitStack() as held:
        leaves = []
        for photo, paper in found:
            path = held.enter_context(store().local_path(paper.org_id, paper.sha256))
            corners = None if photo.keep_whole or photo.state != "found" else photo.corners
            leaves.append(Leaf(path, paper.media_type == HEIC, corners, photo.turns))
        made = make_pdf(leaves, folder)
    with made.open("rb") as body:
        most = current_app.config["SETTINGS"].max_upload_bytes
        return intake.take_in(photo_set.org_id, body, f"{photo_set.title}.pdf", size=None, max_bytes=most)


def _enter(set_id: UUID, found: list[Page], taken: intake.Incoming, by: User, visible: frozenset[str]) -> None:
    photo_set = db.session.get(PhotoSet, set_id)
    if photo_set is None:
        return  # it went with its sample case
    case = db.session.get_one(Case, photo_set.case_id)
    details = PaperDetails(title=photo_set.title, received_how="own", visibility=photo_set.visibility)
    paper, twin = documents.receive(
        case, taken.stored, taken.file_type, taken.name, details, by=by, visible=visible, commit=False
    )
    if twin is None:
        named = ", ".join(f"“{page.paper.original_name}” (SHA-256 {page.paper.sha256})" for page in found)
        words = f"Made of {plural(len(found), 'photo')}, each kept as it came: {named}."
        custody.add(case.id, [paper.id], "made_of", words)
        for number, page in enumerate(found, start=1):
            db.session.add(
                DocumentPart(
                    org_id=case.org_id,
                    case_id=case.id,
                    parent_id=paper.id,
                    position=number,
                    name=page.paper.original_name,
                    document_id=page.paper.id,
                    is_own=page.photo.is_own,
                )
            )
        custody.add(case.id, [page.paper.id for page in found], "became_page", f"Became a page of “{paper.title}”.")
    photo_set.state, photo_set.document_id = "made", paper.id
    db.session.commit()


def _is_closed(paper: Document) -> bool:
    return bool(quarantine.why_closed(paper))


def _is_full(problem: Exception) -> bool:
    return isinstance(problem, StorageFull) or getattr(problem, "errno", None) in (28, 122)


def _write(photo_id: UUID, **values: object) -> None:
    """Write what was seen; the row may have gone meanwhile."""
    db.session.rollback()
    db.session.execute(update(Photo).where(Photo.id == photo_id).values(**values))
    db.session.commit()


def _fail(set_id: UUID, words: str) -> None:
    db.session.rollback()
    db.session.execute(update(PhotoSet).where(PhotoSet.id == set_id).values(state="failed", note=words))
    db.session.commit()
