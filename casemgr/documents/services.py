"""What can be done with papers. The bytes are never altered and never thrown away here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm.attributes import flag_modified

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases import clock
from casemgr.cases.models import Case
from casemgr.documents import custody, quarantine, queries, scanning, tasks
from casemgr.documents.kinds import VISIBILITIES, opens_it_to_more_people
from casemgr.documents.models import Document
from casemgr.documents.proposals import propose
from casemgr.extensions import db
from casemgr.holds.guard import refuse_if_held
from casemgr.paper_order import tagging
from casemgr.platform.columns import now
from casemgr.platform.jobs import enqueue, jobs
from casemgr.platform.locking import check_version
from casemgr.renditions import services as renditions
from casemgr.storage.objects import Stored
from casemgr.storage.opening import can_be_opened
from casemgr.storage.types import FileType
from casemgr.web.filters import file_size

WAITED_LONG = timedelta(minutes=15)
EVERY_VISIBILITY = frozenset(VISIBILITIES)


class WideningNotConfirmed(Exception):
    """A paper would become visible to more people, and the person has not said that they mean it."""


@dataclass(frozen=True)
class PaperDetails:
    """What a person says about a paper. Empty title, kind and date of a new paper are read from its name. No `tags`:
    those that it carries stay."""

    title: str = ""
    kind: str = ""
    document_on: date | None = None
    received_on: date | None = None
    received_how: str = ""
    source: str = ""
    author: str = ""
    visibility: str = "shared"
    note: str = ""
    tags: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Inside:
    """Where a paper came out of: an e-mail or ZIP, with `levels` of them around it; `in_zip`: one is a ZIP."""

    parent_id: UUID
    levels: int
    in_zip: bool
    title: str = ""


def receive(
    case: Case,
    stored: Stored,
    file_type: FileType,
    original_name: str,
    details: PaperDetails,
    *,
    by: User,
    visible: frozenset[str] = EVERY_VISIBILITY,
    commit: bool = True,
    inside: Inside | None = None,
) -> tuple[Document, Document | None]:
    """Enter a stored file as a paper of the case, and queue its preview and the taking out of what is inside it.

    The one way in for every file: uploads, the command line, and what lay in an e-mail, a mailbox or a ZIP.

    Args:
        visible: what `by` may open; only such papers are named as duplicates.
        inside: the e-mail or ZIP that the file was taken out of.
    Returns: the paper, and the paper that held the same bytes before (then the same one twice: no row is added).
    """
    _one_at_a_time(case, stored.sha256)
    twin = queries.same_bytes(case, stored.sha256, visible)
    if twin is not None:
        if commit:
            db.session.commit()  # lets the lock go
        return twin, twin
    document = _new_document(case, stored, file_type, original_name, details, by)
    if inside is not None:
        custody.note(document, "came_with", f"Came with “{inside.title}”.", by)
    document.parts_state = "waiting" if can_be_opened(document.media_type) else ""
    db.session.add(document)
    db.session.flush()
    enqueue_preview(document)
    if document.parts_state:
        enqueue_unpacking(document, by=by, visible=visible, inside=inside)
    audit.record(
        case, "documents:document:add", by=by, subject=document.id, kind=document.kind, visibility=document.visibility
    )
    if commit:
        db.session.commit()
    return document, None


def _new_document(
    case: Case, stored: Stored, file_type: FileType, original_name: str, details: PaperDetails, by: User
) -> Document:
    proposal = propose(original_name, file_type, stored.head, clock.today(case))
    document = Document(
        org_id=case.org_id,
        case_id=case.id,
        title=details.title or proposal.title,
        kind=details.kind or proposal.kind,
        document_on=details.document_on or proposal.document_on,
        received_on=details.received_on,
        received_how=details.received_how,
        source=details.source,
        author=details.author,
        visibility="privileged" if proposal.is_privileged else details.visibility,
        note=details.note,
        original_name=original_name[:300],
        sha256=stored.sha256,
        size=stored.size,
        media_type=file_type.media_type,
        family=file_type.family.value,
        uploaded_by=by.id,
        uploaded_by_name=by.name,
        scan_state="waiting" if quarantine.scanner() else "not_scanned",
        scan_note="",
        custody=[],
    )
    custody.note(document, "received", f"Received as “{document.original_name}”, {file_size(stored.size)}.", by)
    reasons = (*proposal.reasons, file_type.mismatch or file_type.damaged or "")
    if words := " ".join(reason for reason in reasons if reason):
        custody.note(document, "proposed", words, by)
    return document


def change_details(
    document: Document, details: PaperDetails, *, version: int, confirmed: bool, by: User, why: str = ""
) -> None:
    """Save what a person says about a paper. `why`: their reason for letting more people see it, kept in its custody.

    Raises StaleForm when somebody saved it since, WideningNotConfirmed when more people would see it and
    `confirmed` is false; then nothing is changed."""
    check_version(document, version)
    before = document.visibility
    if opens_it_to_more_people(before, details.visibility) and not confirmed:
        raise WideningNotConfirmed
    case = db.session.get_one(Case, document.case_id)
    fields = ("title", "kind", "document_on", "received_on", "received_how", "source", "author", "visibility", "note")
    changed = [name for name in fields if getattr(document, name) != getattr(details, name)]
    for name in changed:
        setattr(document, name, getattr(details, name))
    if details.tags is not None and tagging.put(case, document.id, details.tags):
        changed.append("tags")
        flag_modified(document, "title")  # the version moves on, also when only tags changed
    if not changed:
        return
    if before != details.visibility:
        was, became = VISIBILITIES[before].label, VISIBILITIES[details.visibility].label
        custody.note(document, "visibility", f"Who may see it: was “{was}”, now “{became}”. {why}".strip(), by)
        _close_what_came_with(document, by)
    audit.record(
        case,
        "documents:document:edit",
        by=by,
        subject=document.id,
        changed=changed,
        visibility_was=before,
        visibility=document.visibility,
    )
    db.session.commit()


def make_privileged(document: Document, *, version: int, by: User) -> None:
    """Close a paper whose text marks it as advice between attorney and client. Raises StaleForm."""
    check_version(document, version)
    case = db.session.get_one(Case, document.case_id)
    was, document.visibility = document.visibility, "privileged"
    custody.note(document, "visibility", f"Who may see it: was “{VISIBILITIES[was].label}”, now “Privileged”.", by)
    _close_what_came_with(document, by)
    audit.record(
        case, "documents:document:edit", by=by, subject=document.id, visibility_was=was, visibility="privileged"
    )
    db.session.commit()


def trash(document: Document, *, version: int, by: User) -> None:
    """Take a paper out of the lists. Its bytes and its row stay, and it can come back. Raises StaleForm, OnHold."""
    check_version(document, version)
    if document.trashed_at is None:
        refuse_if_held(db.session.get_one(Case, document.case_id), [document.id])
        document.trashed_at = now()
        _commit_act(document, "trash", "Moved to the trash.", by)


def restore(document: Document, *, by: User) -> None:
    """Bring a paper back from the trash."""
    if document.trashed_at is not None:
        document.trashed_at = None
        _commit_act(document, "restore", "Brought back from the trash.", by)


def may_retry_preview(document: Document) -> bool:
    """Say whether drawing the pages failed, is waited for so long that something must be wrong, or would give more now
    than it did."""
    overdue = document.preview_state == "waiting" and now() - document.uploaded_at > WAITED_LONG
    return document.preview_state == "failed" or overdue or renditions.can_be_better(document)


def retry_preview(document: Document, *, by: User) -> None:
    """Try once more to draw the pages of a paper; nothing happens while that is under way."""
    if not may_retry_preview(document):
        return
    document.preview_state, document.preview_note = "waiting", ""
    enqueue_preview(document)
    _commit_act(document, "preview", "The pages are drawn once more.", by)


def note_download(case: Case, document_id: UUID, *, by: User) -> None:
    """Record that somebody takes a copy of the original."""
    audit.record(case, "documents:document:download", by=by, subject=document_id)
    db.session.commit()


def enqueue_preview(document: Document) -> None:
    """Queue the drawing of pages in the caller's transaction; where a virus scanner is, it is asked first."""
    if quarantine.why_closed(document):
        scanning.enqueue_scan(document)
    else:
        tasks.enqueue_drawing(document)


def enqueue_unpacking(document: Document, *, by: User, visible: frozenset[str], inside: Inside | None) -> None:
    """Queue it in the caller's transaction; one at a time for each paper."""
    document.parts_state, document.parts_note = "waiting", ""
    enqueue(
        jobs.tasks["documents.unpack"],  # by name: that task calls `receive` in its turn
        lock=f"parts:{document.id}",
        case_id=str(document.case_id),
        document_id=str(document.id),
        by_id=str(by.id),
        visible=sorted(visible),
        levels=inside.levels if inside else 0,
        in_zip=inside.in_zip if inside else False,
    )


def _close_what_came_with(document: Document, by: User) -> None:
    """What was taken out of an e-mail or ZIP is closed with it. It is never opened with it: that is asked paper by
    paper."""
    for part in queries.own_parts(document):
        if opens_it_to_more_people(document.visibility, part.visibility):
            part.visibility = document.visibility
            words = f"Who may see it: now “{VISIBILITIES[part.visibility].label}”, as of what it came with."
            custody.note(part, "visibility", words, by)
            _close_what_came_with(part, by)


def _commit_act(document: Document, verb: str, words: str, by: User) -> None:
    case = db.session.get_one(Case, document.case_id)
    custody.note(document, verb, words, by)
    audit.record(case, f"documents:document:{verb}", by=by, subject=document.id)
    db.session.commit()


def _one_at_a_time(case: Case, sha256: str) -> None:
    """The same bytes sent twice at the same moment must meet each other; the lock ends with the transaction."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"{case.id}:{sha256}"})
