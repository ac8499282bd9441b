"""Files and folders from a disk: the same way in as the browser's, told as one answer a file.

Files go in some at a time: taken in, then drawn and read, then told. Whoever stops the import in the middle loses
nothing, and starts it again: what is in the case already comes back as a duplicate.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from flask import Flask, current_app
from sqlalchemy import func, select, text

from casemgr.accounts.access import Access, access_to_case
from casemgr.accounts.models import User
from casemgr.accounts.roles import Permission
from casemgr.documents import intake, services
from casemgr.documents.kinds import stays_open
from casemgr.documents.models import Document, DocumentPage, DocumentPart
from casemgr.documents.services import PaperDetails
from casemgr.extensions import db
from casemgr.platform import jobs
from casemgr.storage.preview import LOCKED
from casemgr.storage.renditions import How
from casemgr.storage.types import Family

ACCEPTED, KEPT_UNREADABLE, REFUSED = "accepted", "kept_unreadable", "refused"
AT_A_TIME = 25
_LEFT_BY_A_SYSTEM = frozenset({".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", ".localized", "icon\r"})
_OUR_FAULT = "Something went wrong on our side. Try this file again."
_NOTHING_INSIDE = "It was kept as it came, but nothing inside it could be taken."
_NOT_FINISHED = "The file is kept, but drawing its pages did not finish. Open the paper and try again."
log = logging.getLogger(__name__)


class CannotImport(Exception):
    """The import as a whole cannot be done; the text says why."""


class Found(NamedTuple):
    """A name on the disk. `problem`: why nothing of it is read; empty for a file that can be."""

    path: Path
    problem: str = ""


@dataclass(frozen=True)
class Answer:
    """What became of one file; the fields are those of the JSON line.

    `kind` is documents.kinds.DOCUMENT_KINDS; `pages` is None for a file without pages; `parts` is how many papers
    an e-mail or ZIP held; `duplicate_of` is the id of the paper that held the same bytes before.
    """

    path: str
    status: str
    reason: str = ""
    sha256: str | None = None
    kind: str | None = None
    media_type: str | None = None
    pages: int | None = None
    text_chars: int = 0
    parts: int = 0
    duplicate_of: str | None = None
    paper: str | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def find(paths: Iterable[Path]) -> Iterator[Found]:
    """Name every file under `paths`, each once, by name within each folder. Links inside a folder are not followed."""
    seen: set[Path] = set()
    for path in paths:
        for found in _under(path.resolve(), path):
            where = found.path.parent.resolve() / found.path.name
            if where not in seen:
                seen.add(where)
                yield found


def _under(real: Path, shown: Path) -> Iterator[Found]:
    try:
        mode = real.lstat().st_mode
        if stat.S_ISDIR(mode):
            for name in sorted(os.listdir(real)):  # noqa: PTH208 - names are enough
                yield from _under(real / name, shown / name)
            return
    except OSError as problem:
        yield Found(shown, f"It cannot be read ({problem.strerror}).")
        return
    yield Found(shown, _why_not(real.name, mode))


def _why_not(name: str, mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "This is a link to another place. Import the file that it points to."
    if not stat.S_ISREG(mode):
        return "This is not a file with contents."
    if name.casefold() in _LEFT_BY_A_SYSTEM or name.startswith(("._", "~$")):
        return "A helper file that a computer left beside the papers; it holds no paper."
    return ""


def run(app: Flask, user_id: UUID, case_id: UUID, found: Iterable[Found], details: PaperDetails) -> Iterator[Answer]:
    """Bring files into a case as this person, and yield what became of each one, in their order.

    Waits until they are drawn and read: by this process and by whatever worker is running. Opens an application
    context of its own, so call it outside of one. Raises CannotImport, before anything is read, when the person may
    not add such papers to the case.
    """
    with app.app_context():
        access, _ = _acting(user_id, case_id)
        if not access.allows(Permission.DOCUMENT_ADD) or details.visibility not in access.visible:
            raise CannotImport("This person may not add such papers to the case.")
    names = iter(found)
    while some := list(islice(names, AT_A_TIME)):
        with app.app_context():
            access, user = _acting(user_id, case_id)
            answers = [_take_in(access, user, one, details) for one in some]
        jobs.work_until(app, lambda: not _is_under_way(app, case_id))
        with app.app_context():
            _acting(user_id, case_id)
            answers = [_seen(answer) for answer in answers]
        yield from answers


def _acting(user_id: UUID, case_id: UUID) -> tuple[Access, User]:
    user = db.session.get(User, user_id)
    access = access_to_case(user, case_id) if user is not None else None
    if access is None or user is None:
        raise CannotImport("This person has no such case.")
    return access, user


def _take_in(access: Access, user: User, found: Found, details: PaperDetails) -> Answer:
    """Store one file and enter it as a paper. Never raises for a bad file, whatever it does to us."""
    shown = str(found.path)
    if found.problem:
        return Answer(shown, REFUSED, found.problem)
    try:
        return _enter(access, user, found.path, details)
    except intake.NotTaken as refusal:
        return Answer(shown, REFUSED, str(refusal), sha256=_hash(found.path))
    except OSError as problem:
        return Answer(shown, REFUSED, f"It cannot be read ({problem.strerror}).")
    except Exception as problem:
        db.session.rollback()
        log.error("a file was not imported", exc_info=problem)
        return Answer(shown, REFUSED, _OUR_FAULT)


def _enter(access: Access, user: User, path: Path, details: PaperDetails) -> Answer:
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(handle, "rb") as body:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(0, "it became something else meanwhile")
        db.session.rollback()  # a large file must not hold a transaction open
        most = current_app.config["SETTINGS"].max_upload_bytes
        taken = intake.take_in(access.case.org_id, body, path.name, size=None, max_bytes=most)
    paper, twin = services.receive(
        access.case, taken.stored, taken.file_type, taken.name, details, by=user, visible=access.visible
    )
    return Answer(
        str(path),
        ACCEPTED,
        sha256=taken.stored.sha256,
        kind=paper.kind,
        media_type=paper.media_type,
        reason=stays_open(twin.visibility, details.visibility) if twin is not None else "",
        duplicate_of=str(twin.id) if twin is not None else None,
        paper=str(paper.id),
    )


def _hash(path: Path) -> str | None:
    """What is refused is named by its bytes too, so that a person can find it again."""
    try:
        with path.open("rb") as body:
            return hashlib.file_digest(body, "sha256").hexdigest()
    except OSError:
        return None


def _is_under_way(app: Flask, case_id: UUID) -> bool:
    """Say whether a job is queued or running for a paper of the case, or for what was inside one. A job that failed for
    good is neither, nor is one that waits for a virus scanner which did not answer."""
    with app.app_context():
        queued = text(
            "SELECT true FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
            " AND task_name LIKE 'documents.%' AND args->>'case_id' = :case"
            " AND NOT (task_name = 'documents.scan' AND status = 'todo' AND attempts > 0) LIMIT 1"
        )
        return db.session.scalar(queued, {"case": str(case_id)}) is not None


def _seen(answer: Answer) -> Answer:
    """Add what the reading of the file gave."""
    paper = db.session.get(Document, UUID(answer.paper)) if answer.paper else None
    if paper is None:
        return answer
    letters = select(func.coalesce(func.sum(func.length(DocumentPage.text)), 0)).where(
        DocumentPage.case_id == paper.case_id, DocumentPage.document_id == paper.id
    )
    inside = db.session.scalars(
        select(DocumentPart)
        .where(DocumentPart.case_id == paper.case_id, DocumentPart.parent_id == paper.id)
        .order_by(DocumentPart.position)
    ).all()
    nothing_of_it = inside and paper.family == Family.ARCHIVE and all(part.refused for part in inside)
    unfinished = "waiting" in (paper.preview_state, paper.parts_state)
    is_closed = "failed" in (paper.preview_state, paper.parts_state) or paper.preview_note.startswith(LOCKED)
    not_finished = paper.scan_note if paper.scan_state == "waiting" else _NOT_FINISHED
    stands_in = paper.rendition_note if paper.rendition_how == How.TEXT_ONLY else ""
    refused = f"{_NOTHING_INSIDE} {inside[0].refused}" if nothing_of_it else ""
    told = (stands_in, refused, paper.preview_note, paper.parts_note, paper.recognition_note)
    notes = [note for note in told if note]
    return replace(
        answer,
        status=KEPT_UNREADABLE if is_closed or unfinished or nothing_of_it else ACCEPTED,
        reason=not_finished if unfinished else "\n".join([answer.reason, *notes] if answer.reason else notes),
        pages=paper.page_count,
        text_chars=db.session.scalar(letters) or 0,
        parts=len(inside),
    )
