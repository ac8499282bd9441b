"""Take out of an e-mail or a ZIP what is inside: each file becomes a paper of its own, by the way of every upload.

Safe to be killed anywhere and started again: each part is one transaction, and a part that is there is left alone.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from flask import current_app
from sqlalchemy import select, update

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.documents import intake, letters, quarantine, queries, services
from casemgr.documents import mailbox as mailboxes
from casemgr.documents.models import Document, DocumentPart, MailboxMessage
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.platform.columns import now
from casemgr.platform.jobs import background
from casemgr.platform.scratch import scratch
from casemgr.storage.objects import ObjectMissing, StorageFull, StoreUnavailable
from casemgr.storage.opening import MAILBOX, LetterHead, Part, Unreadable, can_be_opened, open_package

log = logging.getLogger(__name__)

MOST_LEVELS = 5
TOO_DEEP = "It lies too deep: an e-mail in an e-mail, and so on. Save it by itself, and upload it."
ZIP_IN_ZIP = "It is a ZIP inside a ZIP, which is not opened. Unpack it yourself, and upload what is inside."
TOO_LARGE = "It is too large to be opened here."
NO_ROOM = "There was no room left to take out what is inside. Make room, and try again. The original is safe."
MISSING = "The stored file is missing. Tell whoever looks after this installation."
OUR_FAULT = "Something went wrong on our side while this was opened. The original is safe; try again."


class _NotNow(Exception):
    """The disk or the store cannot take a part now; another time it may. The message is a sentence."""


def may_open(document: Document) -> bool:
    """Say whether a person can ask for what is inside: not yet taken out, failed, or waited for too long."""
    overdue = document.parts_state == "waiting" and now() - document.uploaded_at > services.WAITED_LONG
    return can_be_opened(document.media_type) and (document.parts_state in ("", "failed") or overdue)


def open_again(document: Document, *, visible: frozenset[str], by: User) -> None:
    """Take out what is inside an e-mail or a ZIP; nothing happens while that is under way or done."""
    if may_open(document):
        services.enqueue_unpacking(document, by=by, visible=visible, inside=_where_inside(document))
        audit.record(db.session.get_one(Case, document.case_id), "documents:document:open", by=by, subject=document.id)
        db.session.commit()


def pick_messages(
    mailbox: Document, wanted: mailboxes.MessageFilter, positions: set[int] | None, *, visible: frozenset[str], by: User
) -> int:
    """Have the worker make papers of the messages at `positions`, or of all that fit. Returns how many are new."""
    case = db.session.get_one(Case, mailbox.case_id)
    count = mailboxes.want(mailbox, case, wanted, positions)
    if count:
        services.enqueue_unpacking(mailbox, by=by, visible=visible, inside=_where_inside(mailbox))
        audit.record(case, "documents:mailbox:pick", by=by, subject=mailbox.id, count=count)
    db.session.commit()
    return count


class _NotCheckedYet(Exception):
    """The virus scanner has not let the paper through: the worker comes again."""


@background("documents.unpack", attempts=None, wait=10)
def unpack(*, case_id: str, document_id: str, by_id: str, visible: list[str], levels: int, in_zip: bool) -> None:
    """Open an e-mail or a ZIP for the person `by_id`, who may see `visible`.

    Args:
        levels: how many e-mails and ZIPs lie around this one.
        in_zip: one of them is a ZIP.
    Raises, to be run again, while the virus scanner has not let the paper through."""
    document = db.session.get(Document, UUID(document_id))
    by = db.session.get(User, UUID(by_id))
    if document is None or by is None or str(document.case_id) != case_id:
        return
    closed = quarantine.why_closed(document)
    if closed and document.scan_state != "infected":
        raise _NotCheckedYet
    db.session.expunge(document)
    db.session.rollback()  # no transaction stays open while the file is read
    if closed:
        _finish(document, "failed", closed)
        return
    if levels >= MOST_LEVELS:
        _finish(document, "failed", TOO_DEEP)
        return
    inside = services.Inside(document.id, levels + 1, in_zip or document.family == "archive")
    try:
        note = _open(document, inside, by.id, frozenset(visible))
    except Unreadable as problem:
        _finish(document, "failed", str(problem))
    except ObjectMissing:
        _finish(document, "failed", MISSING)
    except (_NotNow, StoreUnavailable) as problem:
        _failed(document, problem, f"{problem} Try again in a few minutes. The original is safe.")
    except (StorageFull, OSError) as problem:
        _failed(document, problem, NO_ROOM)
    except Exception as problem:
        _failed(document, problem, OUR_FAULT)
    else:
        _finish(document, "done", note)


def _where_inside(document: Document) -> services.Inside | None:
    """Where a paper lies, by the first e-mail or ZIP it was made of, and so on."""
    levels, in_zip, parent = 0, False, queries.made_of(document)
    outermost = parent
    while parent is not None and levels < 20:
        levels, in_zip, outermost = levels + 1, in_zip or parent.family == "archive", parent
        parent = queries.made_of(parent)
    return services.Inside(outermost.id, levels, in_zip) if outermost is not None else None


def _open(document: Document, inside: services.Inside, by_id: UUID, visible: frozenset[str]) -> str:
    """Take everything out. Returns what there is to say about it."""
    objects = store()
    with objects.local_path(document.org_id, document.sha256) as path, scratch(f"parts-{document.id}") as folder:
        if document.media_type == MAILBOX:
            return _open_mailbox(document, path, folder, inside, by_id, visible)
        opened = open_package(path, document.media_type, folder)
        if opened.letter is not None:
            letters.enter(document, opened.letter, by=db.session.get_one(User, by_id))
        messages = mailboxes.saved_messages(opened.parts) if opened.letter is None else {}
        if messages:
            mailboxes.list_saved(document, list(messages.values()), folder)
        picked = {message.position: message for message in mailboxes.wanted(document)} if messages else {}
        for part in opened.parts:
            if (part.number in picked or part.number not in messages) and not _is_taken(document, part):
                _take(document, part, picked.get(part.number, opened.letter), inside, by_id, visible)
    return f"{opened.left_out:,} more files inside were left out: they are too many." if opened.left_out else ""


def _open_mailbox(
    mailbox: Document, path: Path, folder: Path, inside: services.Inside, by_id: UUID, visible: frozenset[str]
) -> str:
    """List the messages, and make papers of those that a person picked."""
    note = mailboxes.list_messages(mailbox, path, folder)
    for message in mailboxes.wanted(mailbox):
        name = f"{message.subject[:120] or f'Message {message.position}'}.eml"
        target = folder / "message"
        refused = "" if mailboxes.cut_out(mailbox, message, path, target) else TOO_LARGE
        part = Part(message.position, name, None if refused else target, refused)
        _take(mailbox, part, message, inside, by_id, visible)
    return note


def _is_taken(document: Document, part: Part) -> bool:
    there = select(DocumentPart.id).where(
        DocumentPart.case_id == document.case_id,
        DocumentPart.parent_id == document.id,
        DocumentPart.position == part.number,
    )
    found = db.session.scalar(there) is not None
    db.session.rollback()
    return found


def _take(
    document: Document,
    part: Part,
    head: LetterHead | MailboxMessage | None,
    inside: services.Inside,
    by_id: UUID,
    visible: frozenset[str],
) -> None:
    """Make a paper of one part, or write down why there is none, in one transaction."""
    row = DocumentPart(
        org_id=document.org_id,
        case_id=document.case_id,
        parent_id=document.id,
        position=part.number,
        name=part.name,
        is_own=False,
        refused=part.refused,
    )
    taken = _stored(document, part, row) if part.path else None
    if taken is not None and taken.file_type.extension == "zip" and inside.in_zip:
        row.refused, taken = ZIP_IN_ZIP, None
    if taken is not None:
        # Locked, so that a person who closes the e-mail at this moment closes this paper with it.
        parent = db.session.scalars(select(Document).where(Document.id == document.id).with_for_update()).one_or_none()
        if parent is None:
            return  # it went with its sample case
        case = db.session.get_one(Case, document.case_id)
        message = head if isinstance(head, MailboxMessage) else None
        twin = mailboxes.same_message(document, message, visible) if message else None
        paper = twin
        if paper is None:
            details = services.PaperDetails(
                title=(message.subject[:300] if message else ""),
                document_on=mailboxes.sent_on(message, case) if message else None,
                source=head.sender[:200] if head else parent.source,
                received_on=parent.received_on,
                received_how="email" if head else parent.received_how,
                visibility=parent.visibility,
            )
            paper, twin = services.receive(
                case,
                taken.stored,
                taken.file_type,
                taken.name,
                details,
                by=db.session.get_one(User, by_id),
                visible=visible,
                commit=False,
                inside=replace(inside, title=parent.title),
            )
        row.document_id, row.is_own = paper.id, twin is None
    db.session.add(row)
    db.session.commit()


def _stored(document: Document, part: Part, row: DocumentPart) -> intake.Incoming | None:
    """Put the bytes of a part into the store; a part that is refused says so in `row`."""
    assert part.path is not None
    try:
        with part.path.open("rb") as body:
            most = current_app.config["SETTINGS"].max_upload_bytes
            return intake.take_in(document.org_id, body, part.name, size=None, max_bytes=most)
    except intake.NotTaken as refusal:
        if refusal.status >= 500:
            raise _NotNow(refusal.reason) from refusal
        row.refused = refusal.reason
        return None


def _failed(document: Document, problem: Exception, words: str) -> None:
    db.session.rollback()
    log.error("opening a paper failed", exc_info=problem, extra={"event": {"document": str(document.id)}})
    _finish(document, "failed", words)


def _finish(document: Document, state: str, note: str) -> None:
    """The version is left alone: a form that somebody has open must not go stale."""
    papers = Document.__table__
    db.session.execute(
        update(papers)
        .where(papers.c.org_id == document.org_id, papers.c.id == document.id)
        .values(parts_state=state, parts_note=note)
    )
    db.session.commit()
