"""Have papers checked for viruses in the background. While the scanner is away a paper waits, and says so."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.documents import custody, quarantine, tasks
from casemgr.documents.models import Document
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.platform.columns import now
from casemgr.platform.jobs import AFTER_OTHERS, background, enqueue, periodic
from casemgr.platform.tenancy import Scope, acting_in
from casemgr.storage import clamav
from casemgr.storage.objects import ObjectMissing, StorageError

AGAIN_AFTER_SECONDS = 30
_AWAY = "The virus scanner does not answer now. It is asked again by itself; the file is safe."
_UNREADABLE = "The stored file cannot be read now. It is tried again by itself."
_MISSING = "The stored file is missing. Tell whoever looks after this installation."
_TOO_LARGE = (
    "The virus scanner does not take it: it is larger than the scanner’s limit, or cannot be read. "
    "Tell whoever looks after this installation."
)
log = logging.getLogger(__name__)


@background("documents.scan", attempts=None, wait=AGAIN_AFTER_SECONDS)
def scan(*, case_id: str, document_id: str) -> None:
    """Ask the scanner about one paper, and let its pages be drawn when it is clean. Raises to be asked again."""
    document = db.session.get(Document, UUID(document_id))
    if document is None or str(document.case_id) != case_id or document.scan_state in ("clean", "infected"):
        return
    db.session.expunge(document)
    db.session.rollback()  # no transaction stays open while the scanner thinks
    address = quarantine.scanner()
    if address is None:  # it was turned off since
        _settle(document, "not_scanned", "")
        return
    try:
        virus = clamav.scan(address, store().open_stream(document.org_id, document.sha256))
    except clamav.ScannerDown:
        _note(document, _AWAY)
        raise
    except clamav.TooLargeToScan:
        _note(document, _TOO_LARGE)
    except ObjectMissing:
        _note(document, _MISSING)
    except StorageError:
        _note(document, _UNREADABLE)
        raise
    else:
        _settle(document, "infected" if virus else "clean", virus)


def enqueue_scan(document: Document, *, priority: int = 0) -> None:
    """Queue the check in the caller's transaction."""
    enqueue(
        scan,
        lock=f"scan:{document.id}",
        priority=priority,
        case_id=str(document.case_id),
        document_id=str(document.id),
    )


def queue_unchecked(states: tuple[str, ...] = ("not_scanned",)) -> int:
    """Queue the check of every paper, in all organizations, that came while no scanner was configured; return how many.

    Each organization's papers are looked at inside its own walls."""
    if quarantine.scanner() is None:
        return 0
    queued = 0
    for org_id in db.session.scalars(select(func.organizations_not_watched_since(now() + timedelta(days=1)))).all():
        with acting_in(Scope(org_id)):
            papers = db.session.scalars(
                select(Document).where(Document.org_id == org_id, Document.scan_state.in_(states))
            ).all()
            for paper in papers:
                _set(paper, scan_state="waiting")
                enqueue_scan(paper, priority=AFTER_OTHERS)
            db.session.commit()
            queued += len(papers)
    return queued


@periodic("documents.scan_unchecked", cron="*/10 * * * *")
def scan_unchecked() -> None:
    """After the scanner was turned on: what was there before is checked too."""
    queue_unchecked()


def _note(document: Document, words: str) -> None:
    log.warning("a file was not checked for viruses", extra={"event": {"document": str(document.id)}})
    _set(document, scan_state="waiting", scan_note=words)
    db.session.commit()


def _settle(document: Document, state: str, virus: str) -> None:
    """Keep the verdict, in one transaction with what follows from it."""
    values: dict[str, object] = {"scan_state": state, "scan_note": virus[:200]}
    if state == "infected":
        values |= {"preview_state": "none", "preview_note": "The virus scanner found something in this file."}
    if not _set(document, **values):
        db.session.rollback()
        return
    if state != "not_scanned":
        words = f"The virus scanner found “{virus[:100]}”. Locked away." if virus else "Checked for viruses: clean."
        custody.add(document.case_id, [document.id], "scanned", words)
        audit.record(
            db.session.get_one(Case, document.case_id),
            "documents:document:scan",
            by=None,
            subject=document.id,
            state=state,
        )
    if state != "infected":
        tasks.enqueue_drawing(document)
    db.session.commit()


def _set(document: Document, **values: object) -> bool:
    """Write without raising the version; False when the paper has gone with its sample case."""
    papers = Document.__table__
    changed = update(papers).where(papers.c.org_id == document.org_id, papers.c.id == document.id).values(**values)
    return bool(db.session.execute(changed).rowcount)
