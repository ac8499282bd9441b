"""What the headers of an e-mail say: proposed as date and source, and used to find the conversation it belongs to."""

from __future__ import annotations

from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import array

from casemgr.accounts.models import User
from casemgr.cases import clock
from casemgr.cases.models import Case
from casemgr.documents import custody
from casemgr.documents.marks import PRIVILEGED, mark_in_name, privileged_in
from casemgr.documents.models import Document, Letter
from casemgr.documents.proposals import EARLIEST
from casemgr.extensions import db
from casemgr.storage.opening import LetterHead
from casemgr.web.filters import legal_date


def enter(document: Document, head: LetterHead, *, by: User) -> None:
    """Keep the headers of an e-mail, propose what they say, and join its conversation. Once: later calls do nothing."""
    case = db.session.get_one(Case, document.case_id)
    _one_letter_at_a_time(case)
    paper = db.session.scalars(select(Document).where(Document.id == document.id).with_for_update()).one_or_none()
    known = db.session.scalar(select(Letter.id).where(Letter.document_id == document.id))
    if paper is None or known is not None:
        db.session.rollback()
        return
    db.session.add(
        Letter(
            org_id=paper.org_id,
            case_id=paper.case_id,
            document_id=paper.id,
            sender=head.sender,
            recipients=head.recipients,
            subject=head.subject,
            sent_at=head.sent_at,
            message_id=head.message_id,
            ids=list(head.ids),
            conversation_id=_conversation(case, head.ids),
            fingerprint=head.fingerprint,
        )
    )
    _propose(case, paper, head, by)
    db.session.commit()


def _propose(case: Case, paper: Document, head: LetterHead, by: User) -> None:
    """Fill in what nobody has said. A person who has changed the paper meanwhile is right."""
    reasons = []
    sent_on = head.sent_at.astimezone(ZoneInfo(case.timezone)).date() if head.sent_at else None
    if paper.document_on is None and sent_on and EARLIEST <= sent_on <= clock.today(case):
        paper.document_on = sent_on
        reasons.append(f"Date read from the e-mail: sent {legal_date(sent_on)}.")
    if not paper.source and head.sender:
        paper.source = head.sender[:200]
        reasons.append("Sender read from the e-mail.")
    if not paper.author and head.sender:
        paper.author = head.sender[:200]
    closed_by_hand = any(entry["act"] == "visibility" for entry in paper.custody)
    if paper.visibility != "privileged" and not closed_by_hand and _is_privileged(head):
        paper.visibility = "privileged"
        reasons.append("Marked as privileged because its subject or text says so.")
    if reasons:
        custody.note(paper, "proposed", " ".join(reasons), by)


def _is_privileged(head: LetterHead) -> bool:
    title = mark_in_name(head.subject)
    return (title is not None and title.kind == PRIVILEGED) or any(privileged_in(head.start))


def _conversation(case: Case, ids: tuple[str, ...]) -> UUID:
    """The conversation of the letters that share an id with this one. It may join two that were apart until now."""
    if not ids:
        return uuid4()
    shared = select(Letter.conversation_id).where(Letter.case_id == case.id, Letter.ids.has_any(array(ids)))
    found = sorted(set(db.session.scalars(shared)))
    if len(found) > 1:
        db.session.execute(
            update(Letter)
            .where(Letter.case_id == case.id, Letter.conversation_id.in_(found[1:]))
            .values(conversation_id=found[0])
        )
    return found[0] if found else uuid4()


def _one_letter_at_a_time(case: Case) -> None:
    """Two letters of one conversation that come at the same moment must see each other."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 1))"), {"key": str(case.id)})
