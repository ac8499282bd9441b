"""Read scans in the background, a few pages at a time. Safe to be killed anywhere and started again.

Each page is kept as soon as it is read. A job reads `PAGES_AT_ONCE` and queues the next one, so that the drawing of a
paper that somebody waits for never stands behind a long scan.
"""

from __future__ import annotations

import logging
from pathlib import Path
from uuid import UUID

from sqlalchemy import distinct, func, select, text, update

from casemgr.copies.asking import look_for_copies
from casemgr.documents import custody, quarantine
from casemgr.documents.models import Document, DocumentPage
from casemgr.documents.store import store
from casemgr.documents.tasks import enqueue_reading, file_type_of
from casemgr.extensions import db
from casemgr.platform.jobs import background, periodic
from casemgr.platform.scratch import scratch
from casemgr.recognition import services
from casemgr.recognition.program import program
from casemgr.storage.objects import ObjectMissing, ObjectStore, StorageFull, StoreUnavailable
from casemgr.storage.recognition import Found, PageText, make_copy, recognise
from casemgr.storage.renditions import PDF
from casemgr.storage.types import Family, FileType
from casemgr.web.filters import plural

PAGES_AT_ONCE = 3
MOST_PAGES = 1000
TRIES = 2
MOST_NOTED = 2000
PIECE = 1024 * 1024
MOST_IN_COPY = 200 * 1024 * 1024
NO_PROGRAM = "This is a scan without text. Text recognition is not installed on this machine."
log = logging.getLogger(__name__)


@background("documents.recognise")
def read_scan(*, case_id: str, document_id: str) -> None:
    """Read the next pages of a paper that wait for it; after the last one, make the searchable copy."""
    document = db.session.get(Document, UUID(document_id))
    if document is None or str(document.case_id) != case_id or quarantine.why_closed(document):
        return
    if document.recognition_state not in ("waiting", "no_program"):
        return
    numbers = _waiting(document)
    tesseract = program()
    was_missing, is_missing = document.recognition_state == "no_program", bool(numbers) and tesseract is None
    db.session.expunge(document)
    if is_missing:
        _set(document, recognition_state="no_program", recognition_note=NO_PROGRAM)
    elif was_missing:
        _set(document, recognition_state="waiting", recognition_note="")
    db.session.commit()  # no transaction stays open while a page is read
    if is_missing:
        return
    try:
        _read(document, tesseract or "")
    except Exception as problem:
        log.error("reading a scan failed", exc_info=problem, extra={"event": {"document": str(document.id)}})
        db.session.rollback()
        _set(document, recognition_state="failed", recognition_note=_in_words(problem))
        db.session.commit()


@periodic("documents.recognise_waiting", cron="*/10 * * * *")
def read_waiting() -> None:
    """Once tesseract is installed, what came before is read too."""
    services.queue_waiting()


def _waiting(document: Document) -> list[int]:
    pages = select(DocumentPage.number).where(
        DocumentPage.case_id == document.case_id,
        DocumentPage.document_id == document.id,
        DocumentPage.recognition == "waiting",
    )
    return list(db.session.scalars(pages.order_by(DocumentPage.number)))


def _read(document: Document, tesseract: str) -> None:
    objects = store()
    file_type, sha256 = file_type_of(objects, document), document.sha256
    if file_type.family not in (Family.PDF, Family.IMAGE):  # its pages are those of the PDF that was made of it
        file_type, sha256 = PDF, document.rendition_sha256
    with objects.local_path(document.org_id, sha256) as path, scratch(f"reading-{document.id}") as folder:
        for _ in range(PAGES_AT_ONCE):
            _stop_at_the_limit(document)
            waiting = _waiting(document)[:1]
            db.session.rollback()
            for number in waiting:
                _save_page(objects, document, number, _read_page(path, file_type, number, folder, tesseract))
            if not waiting or _others_wait():
                break
        if _waiting(document):
            enqueue_reading(document)
            db.session.commit()
        else:
            _finish(objects, document, path, file_type, folder)


def _stop_at_the_limit(document: Document) -> None:
    """A file may claim as many pages as it likes: past `MOST_PAGES` different pictures the others stay pictures."""
    pages = DocumentPage.__table__
    here = (pages.c.case_id == document.case_id, pages.c.document_id == document.id)
    asked = pages.c.recognition.in_(["read", "nothing", "failed"])
    read = db.session.scalar(select(func.count(distinct(pages.c.image_sha256))).where(*here, asked)) or 0
    if read < MOST_PAGES:
        return
    left = db.session.execute(update(pages).where(*here, pages.c.recognition == "waiting").values(recognition=""))
    if left.rowcount:
        _set(document, recognition_note=f"{plural(read, 'page')} were read. The others are kept as pictures only.")
    db.session.commit()


def _others_wait() -> bool:
    """Say whether a job waits that goes first: the rest of the scan is read after it."""
    jobs = text(
        "SELECT true FROM procrastinate_jobs WHERE status = 'todo' AND priority >= 0 AND scheduled_at IS NULL LIMIT 1"
    )
    found = db.session.scalar(jobs) is not None
    db.session.rollback()
    return found


def _read_page(path: Path, file_type: FileType, number: int, folder: Path, tesseract: str) -> PageText:
    """Read one page; where tesseract was killed in the middle, once more."""
    for _ in range(TRIES):
        seen = recognise(path, file_type, number, folder / str(number), tesseract)
        if not seen.may_pass:
            break
    return seen


def _save_page(objects: ObjectStore, document: Document, number: int, seen: PageText) -> None:
    """Keep one page, in a transaction of its own. A page that was drawn anew meanwhile waits for its own reading.

    Pages with the very same picture say the same: they are kept with it."""
    values: dict[str, object] = {"recognition": seen.found.value}
    if seen.found is Found.READ:
        values |= {"text": seen.text, "words": seen.words, "confidence": seen.confidence, "turn": seen.turn}
    if seen.picture and seen.picture.image_path and seen.picture.thumb_path:
        values |= {
            "width": seen.picture.width,
            "height": seen.picture.height,
            "image_sha256": objects.put_bytes(document.org_id, seen.picture.image_path.read_bytes()).sha256,
            "thumb_sha256": objects.put_bytes(document.org_id, seen.picture.thumb_path.read_bytes()).sha256,
        }
    pages = DocumentPage.__table__
    here = (pages.c.case_id == document.case_id, pages.c.document_id == document.id)
    picture = select(pages.c.image_sha256).where(*here, pages.c.number == number).scalar_subquery()
    waits = (pages.c.recognition == "waiting", pages.c.image_sha256 == picture)
    db.session.execute(update(pages).where(*here, *waits).values(**values))
    if seen.reason:
        note = f"Page {number:,}: {seen.reason}"
        before = db.session.scalar(select(Document.recognition_note).where(Document.id == document.id)) or ""
        _set(document, recognition_note=f"{before}\n{note}".strip()[:MOST_NOTED])
    db.session.commit()


def _finish(objects: ObjectStore, document: Document, path: Path, file_type: FileType, folder: Path) -> None:
    """After the last page: the copy, the custody, and the paper's own state, in one transaction."""
    found = select(DocumentPage.number, DocumentPage.recognition, DocumentPage.turn).where(
        DocumentPage.case_id == document.case_id, DocumentPage.document_id == document.id
    )
    pages = db.session.execute(found).all()
    db.session.rollback()
    read = {page.number for page in pages if page.recognition == "read"}
    copy = _copy(document, path, file_type, folder) if read and document.size <= MOST_IN_COPY else None
    sha256 = _kept(objects, document, copy) if copy else ""
    failed = any(page.recognition == "failed" for page in pages)
    changed = _set(document, recognition_state="failed" if failed else "done", searchable_sha256=sha256)
    if changed and read:
        turned = sum(bool(page.turn) for page in pages)
        words = f"Text read by a machine on {plural(len(read), 'page')}"
        words += f", {plural(turned, 'page')} turned upright for reading. " if turned else ". "
        custody.add(document.case_id, [document.id], "recognised", words + "The original was not touched.")
    db.session.commit()


def _copy(document: Document, path: Path, file_type: FileType, folder: Path) -> Path | None:
    rows = select(DocumentPage.number, DocumentPage.turn, DocumentPage.words).where(
        DocumentPage.case_id == document.case_id,
        DocumentPage.document_id == document.id,
        DocumentPage.recognition == "read",
    )
    pages = {row.number: (row.turn, row.words or []) for row in db.session.execute(rows)}
    db.session.rollback()
    return make_copy(path, file_type, pages, f"{document.title} (searchable copy)", folder / "copy")


def _kept(objects: ObjectStore, document: Document, copy: Path) -> str:
    with copy.open("rb") as body:
        pieces = iter(lambda: body.read(PIECE), b"")
        return objects.put_stream(document.org_id, pieces, max_bytes=2 * MOST_IN_COPY).sha256


def _set(document: Document, **values: object) -> bool:
    """Write without raising the version; False when the paper has gone with its sample case."""
    papers = Document.__table__
    here = (papers.c.org_id == document.org_id, papers.c.id == document.id)
    is_there = bool(db.session.execute(update(papers).where(*here).values(**values)).rowcount)
    if is_there and values.get("recognition_state", "waiting") != "waiting":
        look_for_copies(document)  # with the text, and the pages upright
    return is_there


def _in_words(problem: Exception) -> str:
    if isinstance(problem, ObjectMissing):
        return "The stored file is missing. Tell whoever looks after this installation."
    if isinstance(problem, StoreUnavailable):
        return "The place where files are kept could not be reached. Try again in a few minutes."
    if isinstance(problem, StorageFull | OSError):
        return "There was no room left to read the pages. Make room, and try again. The original is safe."
    return "Something went wrong on our side. The original is safe; try again."
