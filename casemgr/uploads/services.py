"""Uploads in pieces: begin, add a piece, give up. The last piece sends the file through the door of every paper.

No transaction stays open while bytes arrive or are read.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import IO, NamedTuple
from uuid import UUID, uuid4

from flask import current_app
from sqlalchemy import delete, func, select

from casemgr.accounts.access import Access
from casemgr.accounts.models import User
from casemgr.cases.models import Case
from casemgr.documents import drops, intake
from casemgr.documents import services as documents
from casemgr.documents.drops import Result
from casemgr.documents.services import PaperDetails
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.platform.columns import now
from casemgr.platform.tenancy import Scope, acting_in
from casemgr.storage.names import clean_name
from casemgr.storage.objects import EDGE, ObjectMissing
from casemgr.storage.sniff import sniff_early
from casemgr.storage.types import Refused
from casemgr.uploads import parts, queries
from casemgr.uploads.models import Upload
from casemgr.uploads.protocol import Told
from casemgr.web.filters import file_size

KEPT = timedelta(days=7)
TOLD_AGAIN = timedelta(days=1)  # how long the answer is kept for a browser that did not hear it
MOST_OPEN = 5000  # of one person in one case
log = logging.getLogger(__name__)


class WrongOffset(Exception):
    """A piece does not begin where the bytes that are here end: at `offset`."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"{offset} bytes are here.")
        self.offset = offset


class Gone(Exception):
    """The upload was given up, or its time is over."""


class TooMuch(Exception):
    """A piece would make the file longer than was announced."""


class Piece(NamedTuple):
    """Some bytes of a file. `checksum`: an algorithm and the digest that they must have."""

    offset: int
    length: int
    body: IO[bytes]
    checksum: tuple[str, bytes] | None = None


def begin(case: Case, told: Told, *, by: User) -> Upload:
    """Begin an upload, when the file could be taken and there is room for it. Raises intake.NotTaken."""
    most = current_app.config["SETTINGS"].max_upload_bytes
    if not told.size:
        raise intake.NotTaken(422, "This file is empty.", "Check the original, and upload it again.")
    if told.size > most:
        raise intake.too_large(most)
    if queries.count_open(case, by) >= MOST_OPEN:
        raise intake.NotTaken(429, "Many of your files are on their way already.", "Wait for some of them.")
    wanted = told.size * (2 if store().seals else 1)  # sealing makes a second file before the first can go
    left = max(0, parts.room() - queries.promised(case, by))
    if wanted > left:
        raise intake.NotTaken(
            507,
            f"There is not enough room: this file has {file_size(told.size)}, and {file_size(left)} can be taken.",
            "Keep your copy. Make room on the disk, or tell whoever looks after this installation.",
        )
    upload = Upload(
        id=uuid4(),
        org_id=case.org_id,
        case_id=case.id,
        user_id=by.id,
        name=clean_name(told.name),
        size=told.size,
        told=told.raw,
        fingerprint=told.fingerprint,
        expires_at=now() + KEPT,
    )
    parts.make(parts.place(upload.org_id, upload.id))
    db.session.add(upload)
    db.session.commit()
    return upload


def add_piece(access: Access, upload: Upload, piece: Piece, details: PaperDetails, *, by: User) -> int:
    """Add a piece; after the last one the file becomes a paper, or is refused. An empty piece only asks for that.

    Returns: how many bytes are here.
    Raises: Gone, WrongOffset, TooMuch, intake.NotTaken (nothing was kept of the piece, or of a file that is not
    taken), parts.Busy, parts.CutOff, parts.NotWhatWasSent.
    """
    path, size, name, who = parts.place(upload.org_id, upload.id), upload.size, upload.name, by.id
    with parts.alone_with(path), intake.one_of_few(who):
        fresh = queries.upload(access.case, by, upload.id)
        if fresh is None:
            raise Gone
        if fresh.outcome is not None:
            return _said_before(fresh, piece)
        here = parts.arrived(path)
        if piece.offset != here:
            raise WrongOffset(here)
        if here + piece.length > size:
            raise TooMuch
        db.session.rollback()
        if piece.length:
            _append(path, piece)
        arrived = here + piece.length
        if arrived == size:
            _finish(access, upload.id, path, details, by=by)
        elif here < EDGE <= arrived:
            _refuse_early(access, upload.id, path, name, size)
        return arrived


def give_up(upload: Upload) -> None:
    """Forget an upload and what has arrived of it. A paper that it became stays."""
    path = parts.place(upload.org_id, upload.id)
    db.session.delete(upload)
    db.session.commit()
    parts.discard(path)


def forget_unfinished(case: Case, *, by: User) -> int:
    """Forget everything that this person did not finish sending; return how many files that were."""
    found = queries.unfinished(case, by)
    for one in found:
        give_up(one.upload)
    return len(found)


def sweep() -> int:
    """Remove uploads whose time is over, and files that belong to none; return how many. Each organization's are
    looked at inside its own walls."""
    every = select(func.organizations_not_watched_since(now() + timedelta(days=1)))
    orgs = {UUID(str(org_id)) for org_id in db.session.scalars(every)} | parts.organizations()
    db.session.rollback()
    return sum(_sweep_one(org_id) for org_id in orgs)


def _sweep_one(org_id: UUID) -> int:
    with acting_in(Scope(org_id)):
        over = db.session.execute(
            delete(Upload).where(Upload.org_id == org_id, Upload.expires_at < now()).returning(Upload.id)
        ).all()
        db.session.commit()
        wanted = set(db.session.scalars(select(Upload.id).where(Upload.org_id == org_id, Upload.outcome.is_(None))))
        db.session.rollback()
    for upload_id, path in parts.all_of(org_id):
        if upload_id not in wanted and parts.quiet_for(path) > timedelta(hours=1).total_seconds():
            parts.discard(path)
    return len(over)


def _said_before(upload: Upload, piece: Piece) -> int:
    """The answer to the last piece was lost, and it is sent again."""
    if piece.offset + piece.length > upload.size:
        raise TooMuch
    outcome = Result(**(upload.outcome or {}))
    if not outcome.ok:
        raise intake.NotTaken(outcome.status, outcome.message, outcome.what_to_do)
    return upload.size


def _append(path: Path, piece: Piece) -> None:
    try:
        parts.append(path, piece.body, piece.length, piece.checksum)
    except parts.DiskFull as problem:
        raise intake.NotTaken(
            507,
            f"There is no room left: {file_size(parts.arrived(path))} of this file are here, and no more can be kept.",
            "Keep your copy. Make room on the disk, then try again: it goes on where it was.",
        ) from problem


def _finish(access: Access, upload_id: UUID, path: Path, details: PaperDetails, *, by: User) -> None:
    """Everything is here: through the one door, in one transaction with the answer."""
    upload = db.session.get(Upload, upload_id)
    if upload is None:
        raise Gone
    org_id, name, size, most = upload.org_id, upload.name, upload.size, current_app.config["SETTINGS"].max_upload_bytes
    db.session.rollback()
    try:
        with path.open("rb") as body:
            taken = intake.take_in(org_id, body, name, size=size, max_bytes=most, path=path)
    except intake.NotTaken as refusal:
        if refusal.status < 500:  # else the store is away or full: all of it is here, and another try will do
            _settle(upload_id, path, Result(False, refusal.reason, refusal.what_to_do, status=refusal.status))
        raise
    except (FileNotFoundError, ObjectMissing) as problem:
        raise Gone from problem
    locked = _locked(upload_id)
    document, twin = documents.receive(
        access.case, taken.stored, taken.file_type, taken.name, details, by=by, visible=access.visible, commit=False
    )
    locked.outcome = asdict(drops.told(document, twin, access.visible, details.visibility))
    locked.expires_at = now() + TOLD_AGAIN
    db.session.commit()
    parts.discard(path)


def _refuse_early(access: Access, upload_id: UUID, path: Path, name: str, size: int) -> None:
    """A file that is refused for how it begins is refused now, and not after gigabytes."""
    with path.open("rb") as file:
        head = file.read(EDGE)
    try:
        sniff_early(head, name, size=size)
    except Refused as refusal:
        _settle(upload_id, path, Result(False, refusal.reason, refusal.what_to_do, status=415))
        raise intake.NotTaken(415, refusal.reason, refusal.what_to_do) from refusal


def _settle(upload_id: UUID, path: Path, outcome: Result) -> None:
    """Write down why a file did not become a paper, and remove its bytes."""
    locked = _locked(upload_id)
    locked.outcome, locked.expires_at = asdict(outcome), now() + TOLD_AGAIN
    db.session.commit()
    parts.discard(path)


def _locked(upload_id: UUID) -> Upload:
    upload = db.session.scalars(select(Upload).where(Upload.id == upload_id).with_for_update()).one_or_none()
    if upload is None:
        db.session.rollback()
        raise Gone
    return upload
