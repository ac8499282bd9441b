"""Hand an e-mail to the mail server, once.

Before the server is asked, the sending says so, and that is committed; after it answered, its answer is. A worker that
was killed in between leaves a sending that was begun and has no answer: it is never sent again by itself, and a person
is asked to look.
"""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select

import config
from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.letters import content as contents
from casemgr.letters import queries, recording
from casemgr.letters.models import LetterSending, OutgoingLetter
from casemgr.notices.services import News, tell
from casemgr.platform import mail
from casemgr.platform.columns import now
from casemgr.platform.mail import Attachment, Handed

MOST_TRIES = 5
BROKE = "Look for an answer or a bounced mail before you send it again."
UNKNOWN = f"The program was stopped while this letter was handed over. {BROKE}"
log = logging.getLogger(__name__)


def settings() -> config.Settings:
    found: config.Settings = current_app.config["SETTINGS"]
    return found


def deliver(sending_id: UUID) -> bool:
    """Do what was queued. Returns False when it should be tried again later."""
    letter = _begin(sending_id)
    if letter is None:
        return True
    server = settings().mail_server
    try:
        if server is None:
            raise mail.MailRefused("Mail was turned off in this installation.")
        message, addresses = letter
        handed = mail.hand_over(server, message, addresses)
    except mail.MailRefused as problem:
        return _not_sent(sending_id, str(problem))
    except mail.MailAway as problem:
        return _later(sending_id, str(problem))
    except mail.MailUnknown as problem:
        return _unknown(sending_id, f"{problem} {BROKE}")
    return _sent(sending_id, handed)


def _locked(sending_id: UUID) -> tuple[OutgoingLetter, LetterSending] | None:
    """Return letter and sending as they are now, kept so until the transaction ends; letters are locked first."""
    found = db.session.scalar(select(LetterSending).where(LetterSending.id == sending_id))
    if found is None:
        return None
    row = db.session.scalars(
        select(OutgoingLetter)
        .where(OutgoingLetter.id == found.letter_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    db.session.refresh(found)
    return row, found


def _begin(sending_id: UUID) -> tuple[mail.EmailMessage, list[str]] | None:
    """Say that the server is asked now, and return the message; None when nothing is to be done."""
    locked = _locked(sending_id)
    if locked is None or locked[1].state not in ("queued", "handing_over"):
        db.session.rollback()
        return None
    row, sending = locked
    if sending.state == "handing_over":  # this very job ran before, and was killed
        db.session.rollback()
        _unknown(sending_id, UNKNOWN)
        return None
    case = db.session.get_one(Case, row.case_id)
    message = _message(case, row, sending)
    addresses = [one["address"] for one in sending.recipients]
    sending.state, sending.began_at, sending.problem = "handing_over", now(), ""
    sending.tries += 1
    db.session.commit()
    return message, addresses


def _message(case: Case, row: OutgoingLetter, sending: LetterSending) -> mail.EmailMessage:
    server = settings().mail_server
    if server is None:
        return mail.EmailMessage()
    saved = queries.version(row, sending.letter_version)
    assert saved is not None, "a sending names a version that is kept"
    content = queries.content_of(saved)
    pdf = b"".join(store().open_stream(case.org_id, sending.pdf_sha256))
    everyone = [one["address"] for one in sending.recipients]
    own = sending.reply_to.casefold()
    to = [address for address in everyone if address.casefold() != own] or everyone
    return mail.letter(
        server,
        to,
        content.subject,
        contents.as_message(content),
        message_id=str(sending.id),
        sender_name=content.signer.partition("\n")[0] or sending.asked_by_name,
        reply_to=sending.reply_to,
        copy_to=[address for address in everyone if address not in to],
        attachments=[Attachment(f"{row.kind.replace('_', '-')}.pdf", "application/pdf", pdf)],
    )


def _sent(sending_id: UUID, handed: Handed) -> bool:
    """Record that the server took it, with everything that follows, in one transaction."""
    try:
        locked = _locked(sending_id)
        assert locked is not None and locked[1].state == "handing_over", "nobody else ends what is being handed over"
        row, sending = locked
        case = db.session.get_one(Case, row.case_id)
        sending.state, sending.answer, sending.problem = "accepted", handed.answer, ""
        sending.recipients = [_answered(one, handed) for one in sending.recipients]
        by = db.session.get_one(User, sending.asked_by)
        recording.went_out(case, row, sending, today(case), by=by)
        db.session.commit()
    except Exception:
        log.exception("a letter went out and could not be recorded", extra={"event": {"sending": str(sending_id)}})
        db.session.rollback()
        return _unknown(
            sending_id,
            f"The mail server took it ({handed.answer}), and it could not be recorded. Say below that it went out.",
        )
    return True


def _answered(one: dict[str, Any], handed: Handed) -> dict[str, Any]:
    refused = handed.refused.get(one["address"])
    return one | {"refused": refused} if refused else one


def _not_sent(sending_id: UUID, problem: str) -> bool:
    locked = _locked(sending_id)
    assert locked is not None, "rows of sendings are never removed"
    row, sending = locked
    sending.state, sending.problem, sending.done_at = "refused", problem, now()
    if row.state == "sending":
        row.state = "draft"
    case = db.session.get_one(Case, row.case_id)
    audit.record(case, "letters:letter:refused", by=None, subject=row.id)
    _tell(row, sending, "A letter was not sent.")
    db.session.commit()
    return True


def _tell(row: OutgoingLetter, sending: LetterSending, words: str) -> None:
    """Tell whoever asked for it: by now they may be on another page."""
    news = News(
        row.case_id,
        "needs_attention",
        words,
        lines=(sending.problem,),
        page="letters.show",
        arguments={"letter_id": str(row.id)},
        to=[sending.asked_by] if sending.asked_by else [],
    )
    tell([news], change_id=sending.id, but=sending.id)  # nobody: the person in whose name this runs does not know yet


def _later(sending_id: UUID, problem: str) -> bool:
    locked = _locked(sending_id)
    assert locked is not None, "rows of sendings are never removed"
    if locked[1].tries >= MOST_TRIES:
        db.session.rollback()
        return _not_sent(sending_id, f"{problem} We tried {MOST_TRIES} times.")
    locked[1].state, locked[1].problem = "queued", problem
    db.session.commit()
    return False


def _unknown(sending_id: UUID, problem: str) -> bool:
    locked = _locked(sending_id)
    assert locked is not None, "rows of sendings are never removed"
    if locked[1].state == "handing_over":
        locked[1].state, locked[1].problem = "unknown", problem
        _tell(*locked, "Nobody knows whether a letter went out. Look before you send it again.")
    db.session.commit()
    return True
