"""Hand the PDF of a packet to the mail server, once for each recipient.

Before the server is asked, the delivery says so, and that is committed; after it answered, its answer is. A worker that
was killed in between leaves one that was begun and has no answer: it is never sent again by itself, and a person is
asked.
"""

from __future__ import annotations

import logging
from uuid import UUID

from flask import current_app
from sqlalchemy import select

import config
from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.documents import custody
from casemgr.documents.models import Document
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.filings.exhibits import why_not
from casemgr.filings.kinds import kind_in
from casemgr.filings.models import Packet, PacketDelivery, PacketExhibit
from casemgr.platform import mail
from casemgr.platform.columns import now
from casemgr.platform.jobs import background, enqueue
from casemgr.platform.mail import Attachment, EmailMessage

MOST_TRIES = 5
LOOK_FIRST = "Look for an answer or a bounced mail before you send it again."
STOPPED = f"The program was stopped while it was handed over. {LOOK_FIRST}"
CLOSED = "A paper in it was closed after it was queued, so it was not sent."
log = logging.getLogger(__name__)


class TryAgain(Exception):
    """The mail server was away: the job runs again a minute later."""


@background("filings.deliver", attempts=MOST_TRIES + 2, wait=60)
def deliver(*, delivery_id: str) -> None:
    if not hand_over(UUID(delivery_id)):
        raise TryAgain


def queue(delivery_id: UUID) -> None:
    enqueue(deliver, lock=f"delivery:{delivery_id}", delivery_id=str(delivery_id))


def settings() -> config.Settings:
    found: config.Settings = current_app.config["SETTINGS"]
    return found


def hand_over(delivery_id: UUID) -> bool:
    """Do what was queued. Returns False when it should be tried again later."""
    message = _begin(delivery_id)
    if message is None:
        return True
    server = settings().mail_server
    try:
        if server is None:
            raise mail.MailRefused("Mail was turned off in this installation.")
        handed = mail.hand_over(server, message, [str(message["To"])])
    except mail.MailRefused as problem:
        return _end(delivery_id, "refused", problem=str(problem))
    except mail.MailAway as problem:
        return _later(delivery_id, str(problem))
    except mail.MailUnknown as problem:
        return _end(delivery_id, "unknown", problem=f"{problem} {LOOK_FIRST}")
    return _end(delivery_id, "accepted", answer=handed.answer)


def _locked(delivery_id: UUID) -> PacketDelivery | None:
    return db.session.scalar(
        select(PacketDelivery)
        .where(PacketDelivery.id == delivery_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _begin(delivery_id: UUID) -> EmailMessage | None:
    """Say that the server is asked now, and return the message; None when nothing is to be done."""
    row = _locked(delivery_id)
    if row is None or row.state not in ("queued", "handing_over"):
        db.session.rollback()
        return None
    if row.state == "handing_over":  # this very job ran before, and was killed
        _end(delivery_id, "unknown", problem=STOPPED)
        return None
    if any(why_not(paper) for paper in papers_of(row.case_id, row.packet_id)):
        _end(delivery_id, "refused", problem=CLOSED)
        return None
    message = _message(row)
    row.state, row.began_at, row.problem = "handing_over", now(), ""
    row.tries += 1
    db.session.commit()
    return message


def _message(row: PacketDelivery) -> EmailMessage:
    server = settings().mail_server
    if server is None:
        return EmailMessage()
    packet, case = db.session.get_one(Packet, row.packet_id), db.session.get_one(Case, row.case_id)
    pdf = b"".join(store().open_stream(row.org_id, row.pdf_sha256))
    return mail.letter(
        server,
        [row.address],
        kind_in(packet.kind, case.state).name,
        row.message,
        message_id=str(row.id),
        sender_name=row.asked_by_name,
        reply_to=row.reply_to,
        attachments=[Attachment(f"{packet.kind.replace('_', '-')}.pdf", "application/pdf", pdf)],
    )


def papers_of(case_id: UUID, packet_id: UUID) -> list[Document]:
    chosen = select(PacketExhibit.document_id).where(PacketExhibit.packet_id == packet_id)
    return list(db.session.scalars(select(Document).where(Document.case_id == case_id, Document.id.in_(chosen))))


def _end(delivery_id: UUID, state: str, *, problem: str = "", answer: str = "") -> bool:
    """Record what became of it, with the custody of its exhibits, in one transaction."""
    row = _locked(delivery_id)
    if row is None or row.state not in ("queued", "handing_over"):
        db.session.rollback()
        return True
    record_end(row, state, problem=problem, answer=answer)
    db.session.commit()
    return True


def record_end(row: PacketDelivery, state: str, *, problem: str = "", answer: str = "", by: User | None = None) -> None:
    """Write what became of a delivery; the caller holds it and commits."""
    case, packet = db.session.get_one(Case, row.case_id), db.session.get_one(Packet, row.packet_id)
    row.state, row.problem, row.answer, row.done_at = state, problem, answer, now()
    if state == "accepted":
        row.sent_on = row.sent_on or today(case)
        tell_custody(case, packet, row, by)
    audit.record(
        case, f"filings:delivery:{state}", by=by, subject=packet.id, delivery=str(row.id), sha256=row.pdf_sha256
    )


def tell_custody(case: Case, packet: Packet, row: PacketDelivery, by: User | None) -> None:
    """Each exhibit says that a copy of it went out, and how; to whom stands with the packet."""
    papers = [paper.id for paper in papers_of(case.id, packet.id)]
    how = {"email": "by e-mail", "mail": "by mail", "hand": "by hand"}.get(row.way, "")
    words = " ".join(part for part in ("Sent", how, f"in: {kind_in(packet.kind, case.state).name}.") if part)
    custody.add(case.id, papers, "sent", words, by.name if by else row.asked_by_name)


def _later(delivery_id: UUID, problem: str) -> bool:
    row = _locked(delivery_id)
    assert row is not None, "rows of deliveries are never removed"
    if row.tries >= MOST_TRIES:
        return _end(delivery_id, "refused", problem=f"{problem} We tried {MOST_TRIES} times.")
    row.state, row.problem = "queued", problem
    db.session.commit()
    return False
