"""Make the redacted copy in the background. Safe to be killed anywhere and started again.

The copy comes in through the door of every paper; relation, log, custody and audit are written in the same transaction.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from uuid import UUID

from flask import current_app
from sqlalchemy import select, update

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.copies import services as copies
from casemgr.documents import custody, intake
from casemgr.documents import services as documents
from casemgr.documents.models import Document, DocumentPage
from casemgr.documents.services import PaperDetails
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.platform.columns import now
from casemgr.platform.jobs import background
from casemgr.platform.scratch import scratch
from casemgr.redaction import queries
from casemgr.redaction.models import Redaction, RedactionEntry
from casemgr.redaction.reasons import source_of, why_not
from casemgr.storage.objects import ObjectMissing, StorageError, StorageFull
from casemgr.storage.redaction import Leaf, NotRedacted, Proof, redact
from casemgr.web.filters import plural

HEIC = "image/heic"
NO_ROOM = "There was no room left to make the copy. Make room, and try again."
AWAY = "The paper could not be read now. Try again in a few minutes; it is safe."
MISSING = "The stored file is missing. Tell whoever looks after this installation."
CHANGED = "The boxes or the paper changed while the copy was made. Look at them, and make it again."
MARKED = "Who may see the paper was changed meanwhile. Say again who may see the copy, and make it again."
OUR_FAULT = "Something went wrong on our side while the copy was made. Nothing is lost; try again."
log = logging.getLogger(__name__)


@background("redaction.make")
def make(*, case_id: str, redaction_id: str, by_id: str, visibility_was: str = "") -> None:
    """Make one copy. Does nothing when it is made already, or was thrown away.

    `visibility_was`: the mark of the original for which it was decided who may see the copy; "": an older version of
    the program did not say."""
    key = UUID(redaction_id)
    row = db.session.get(Redaction, key)
    if row is None or str(row.case_id) != case_id or row.state != "making":
        db.session.rollback()
        return
    paper = db.session.get_one(Document, row.document_id)
    if problem := why_not(paper) or (MARKED if visibility_was not in ("", paper.visibility) else ""):
        _fail(key, problem)
        return
    version, leaves = row.version, _leaves(row, paper)
    sha256, is_pdf = source_of(paper)
    given = {"is_pdf": is_pdf, "is_heic": paper.media_type == HEIC, "ident": redaction_id, "all_pages": row.all_pages}
    org_id = row.org_id
    db.session.rollback()  # no transaction stays open while the paper is rebuilt
    try:
        with store().local_path(org_id, sha256) as path, scratch(f"redaction-{redaction_id}") as folder:
            made, proof = redact(path, leaves, folder / "child", **given)
            with made.open("rb") as body:
                most = current_app.config["SETTINGS"].max_upload_bytes
                taken = intake.take_in(org_id, body, f"redacted-{redaction_id[:8]}.pdf", size=None, max_bytes=most)
    except NotRedacted as problem:
        _fail(key, str(problem))
    except intake.NotTaken as problem:
        _fail(key, NO_ROOM if problem.status == 507 else str(problem))
    except ObjectMissing:
        _fail(key, MISSING)
    except (StorageError, OSError) as problem:
        log.error("a redacted copy was not made", exc_info=problem, extra={"event": {"redaction": redaction_id}})
        full = isinstance(problem, StorageFull) or getattr(problem, "errno", None) in (28, 122)
        _fail(key, NO_ROOM if full else AWAY)
    except Exception as problem:
        log.error("a redacted copy was not made", exc_info=problem, extra={"event": {"redaction": redaction_id}})
        _fail(key, OUR_FAULT)
    else:
        try:
            _enter(key, UUID(by_id), version, taken, proof, visibility_was)
        except Exception as problem:
            log.error("a redacted copy was not kept", exc_info=problem, extra={"event": {"redaction": redaction_id}})
            _fail(key, OUR_FAULT)


def _leaves(row: Redaction, paper: Document) -> dict[int, Leaf]:
    """What is wanted of each page that has boxes, or that a machine read."""
    boxes: dict[int, list[tuple[float, float, float, float]]] = {}
    for mark in queries.marks_of(row):
        boxes.setdefault(mark.page, []).extend(tuple(box) for box in mark.boxes)  # type: ignore[misc]
    pages = select(DocumentPage.number, DocumentPage.turn, DocumentPage.words).where(
        DocumentPage.case_id == paper.case_id,
        DocumentPage.document_id == paper.id,
        DocumentPage.recognition == "read",
    )
    read = {number: (turn, words) for number, turn, words in db.session.execute(pages)}
    return {number: Leaf(tuple(boxes.get(number, ())), *read.get(number, (0, None))) for number in {*boxes, *read}}


def _enter(
    redaction_id: UUID, by_id: UUID, version: int, taken: intake.Incoming, proof: Proof, visibility_was: str
) -> None:
    """Enter the copy with all that is said of it, at once."""
    row = db.session.scalar(select(Redaction).where(Redaction.id == redaction_id).with_for_update())
    by = db.session.get(User, by_id)
    if row is None or by is None or row.state != "making":
        db.session.rollback()  # it went with its sample case; the bytes are swept later
        return
    case = db.session.get_one(Case, row.case_id)
    original = db.session.get_one(Document, row.document_id, with_for_update={"read": True})
    if visibility_was not in ("", original.visibility):
        _fail(redaction_id, MARKED)
        return
    if row.version != version or why_not(original):
        _fail(redaction_id, CHANGED)
        return
    marks = queries.marks_of(row)
    details = PaperDetails(
        title=row.title,
        kind=original.kind,
        document_on=original.document_on,
        received_how="own",
        visibility=row.visibility,
    )
    copy, _twin = documents.receive(case, taken.stored, taken.file_type, taken.name, details, by=by, commit=False)
    db.session.add(
        RedactionEntry(
            org_id=case.org_id,
            case_id=case.id,
            redaction_id=row.id,
            document_id=original.id,
            result_id=copy.id,
            by_id=by.id,
            by_name=by.name,
            original_sha256=original.sha256,
            result_sha256=copy.sha256,
            visibility_was=original.visibility,
            visibility=row.visibility,
            reason=row.reason,
            marks=[
                {"page": m.page, "boxes": m.boxes, "reason": m.reason, "words": m.words, "found_by": m.found_by}
                for m in marks
            ],
            proof=asdict(proof),
        )
    )
    copies.note_redacted(case, copy, original, by=by)
    pages = len({mark.page for mark in marks})
    where = f"{plural(len(marks), 'place')} on {plural(pages, 'page')}"
    custody.add(
        case.id, [copy.id], "redacted", f"Made as a redacted copy: {where} covered, and proved to be gone.", by.name
    )
    custody.add(
        case.id, [original.id], "redacted", "A redacted copy was made of it. This file stayed as it is.", by.name
    )
    row.state, row.result_id, row.proof, row.made_at = "made", copy.id, asdict(proof), now()
    audit.record(
        case,
        "redaction:redaction:made",
        by=by,
        subject=copy.id,
        original=str(original.id),
        visibility_was=original.visibility,
        visibility=row.visibility,
    )
    db.session.commit()


def _fail(redaction_id: UUID, words: str) -> None:
    db.session.rollback()
    redactions = Redaction.__table__
    db.session.execute(
        update(redactions)
        .where(redactions.c.id == redaction_id, redactions.c.state == "making")
        .values(state="failed", note=words)
    )
    db.session.commit()
