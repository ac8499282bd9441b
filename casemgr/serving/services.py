"""Send copies of a packet or binder, note how others were served, add proof, take a mistake back. All of it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4, uuid5

from sqlalchemy import func, select

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.filings.exhibits import why_not_each
from casemgr.filings.kinds import SEND_METHODS
from casemgr.filings.material import Recipient, long_date
from casemgr.filings.services import FilingRefused
from casemgr.platform import posting
from casemgr.platform.columns import now
from casemgr.platform.posting import settings
from casemgr.serving import delivering, outgoing, parts, queries
from casemgr.serving.models import SentCopy
from casemgr.serving.outgoing import Outgoing, SentFile
from casemgr.serving.queries import OUT, Sending
from casemgr.web.filters import plural

MOST_RECIPIENTS = 10
MOST_A_DAY = 40
ON_ITS_WAY = ("queued", "handing_over", "unknown")
STATES = posting.STATES | {"taken_back": ("Taken back", "history", None)}


@dataclass(frozen=True)
class Told:
    """A service that a person tells of. `way`: a key of SEND_METHODS; `sent_on`: local date."""

    name: str
    way: str
    sent_on: date
    address: str = ""
    note: str = ""
    proof_document_id: UUID | None = None
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class Letter:
    """What the e-mail says, and where answers go. `again`: also to those who have it already."""

    message: str
    reply_to: str
    again: bool = False


def first_message(out: Outgoing) -> str:
    how = "as one PDF" if len(out.pdfs) == 1 else f"in {len(out.pdfs)} volumes"
    if out.beside:
        how += f", and {plural(len(out.beside), 'file')} that cannot be printed"
    return (
        f"Attached is a copy for you: {out.name}, {out.pages} pages, {how}.\n\n"
        f"SHA-256 of the {out.sha256_of}: {out.sha256}\n\nPlease write back that you received it."
    )


def mail(
    case: Case, out: Outgoing, people: Sequence[tuple[str, str]], letter: Letter, *, once: UUID, by: User
) -> tuple[int, int]:
    """Queue one or several messages to each of these (name, address). The same form twice (`once`) queues them once,
    and what an address has, or is about to get, is not sent to it again unless that is wanted.

    Returns how many messages are new, and how many were left out. Raises FilingRefused, and queues nothing."""
    if settings().mail_server is None:
        raise FilingRefused("This installation sends no mail. Download the PDF, send it yourself, and note it here.")
    if not 0 < len(people) <= MOST_RECIPIENTS:
        raise FilingRefused(f"Choose who gets it: one to {MOST_RECIPIENTS} addresses.", field="people")
    files, case_id = parts.messages(case.org_id, out), case.id
    case = db.session.get_one(Case, case_id)
    out = _ready(case, out)
    known = queries.copies_of(out.keys)
    ids = {row.id for row in known}
    has = {(row.address.casefold(), row.sha256) for row in known if row.state in (*ON_ITS_WAY, "accepted")}
    new, left_out = [], 0
    for name, address in {address.casefold(): (name, address) for name, address in people}.values():
        for number, file in enumerate(files, 1):
            row = _message(out, file, number, len(files), (name, address), letter, once, by)
            if row.id in ids or (not letter.again and (address.casefold(), file.sha256) in has):
                left_out += 1
            else:
                new.append(row)
    if _today(case) + len(new) > MOST_A_DAY:
        raise FilingRefused("Enough copies were mailed for this case today. Try again tomorrow.")
    for row in new:
        db.session.add(row)
        db.session.flush()
        delivering.queue(row.id)
    audit.record(case, "serving:copy:mail", by=by, subject=out.id, count=len(new), sha256=out.sha256)
    db.session.commit()
    return len(new), left_out


def _message(
    out: Outgoing, file: SentFile, number: int, count: int, to: tuple[str, str], letter: Letter, once: UUID, by: User
) -> SentCopy:
    name, address = to
    sending = uuid5(once, address.casefold())
    row = _new(out, uuid5(sending, str(number)), name, address, "email", "queued", by)
    row.sending_id, row.part, row.parts = sending, number, count
    row.sha256, row.size, row.file_name, row.holds = file.sha256, file.size, file.name, file.holds
    row.message, row.reply_to = letter.message, letter.reply_to
    return row


def send_again(case: Case, out: Outgoing, row: SentCopy, *, by: User) -> None:
    """Queue a message anew that the server refused; what went out already stays as it is. Raises FilingRefused."""
    _ready(case, out)
    locked = delivering.locked(row.id)
    if locked is None or locked.state != "refused":
        raise FilingRefused("Only what was not sent can be sent again from here.")
    if outgoing.was_changed(locked):
        raise FilingRefused(delivering.CHANGED)
    locked.state, locked.tries, locked.problem, locked.done_at = "queued", 0, "", None
    delivering.queue(locked.id)
    audit.record(case, "serving:copy:again", by=by, subject=out.id, copy=str(locked.id))
    db.session.commit()


def note(case: Case, out: Outgoing, told: Told, *, by: User) -> SentCopy:
    """Keep that a copy went out another way. Raises FilingRefused: a service is never dated before the PDF was made."""
    out = _ready(case, out, leaves_now=False)
    if known := next((row for row in queries.copies_of(out.keys) if row.id == told.id), None):
        db.session.rollback()
        return known
    if told.way not in SEND_METHODS:
        raise FilingRefused("Choose how it was sent.", field="way")
    _check_day(case, out, told.sent_on)
    row = _new(out, told.id, told.name, told.address, told.way, "by_hand", by)
    row.sent_on, row.note, row.done_at = told.sent_on, told.note, now()
    row.proof_document_id = _proof(case, told.proof_document_id)
    db.session.add(row)
    db.session.flush()
    delivering.tell_custody(case, row, by)
    audit.record(case, "serving:copy:note", by=by, subject=out.id, copy=str(row.id), way=told.way)
    db.session.commit()
    return row


def add_proof(case: Case, row: SentCopy, document_id: UUID, *, by: User) -> None:
    """Tie the proof of mailing to a service."""
    if row.state not in OUT:
        raise FilingRefused("This copy did not go out, so there is nothing to prove.")
    row.proof_document_id = _proof(case, document_id)
    subject = row.packet_id or row.version_id
    audit.record(case, "serving:copy:proof", by=by, subject=subject, copy=str(row.id), paper=str(document_id))
    db.session.commit()


def answer(row: SentCopy, went_out: bool, *, by: User) -> None:
    """A person says what became of one of which nobody could know. Nothing is sent by this."""
    locked = delivering.locked(row.id)
    if locked is None or locked.state != "unknown":
        raise FilingRefused("What became of it is known already.")
    words = f"{by.name} says that it {'went out' if went_out else 'did not go out'}."
    delivering.record_end(locked, "accepted" if went_out else "refused", problem=locked.problem, answer=words, by=by)
    db.session.commit()


def take_back(case: Case, row: SentCopy, reason: str, *, by: User) -> None:
    """Take back a service that was noted by mistake. The row stays, with who took it back and why.

    Raises FilingRefused for an e-mail that the server took: that cannot be undone."""
    locked = delivering.locked(row.id)
    if locked is None or locked.state != "by_hand":
        raise FilingRefused("Only what a person noted can be taken back. An e-mail that went out stays on record.")
    if not reason:
        raise FilingRefused("Say why. Your reason is kept.", field="reason")
    locked.state, locked.taken_back_because = "taken_back", reason
    locked.taken_back_by_name, locked.taken_back_at = by.name, now()
    subject = locked.packet_id or locked.version_id
    audit.record(case, "serving:copy:take_back", by=by, subject=subject, copy=str(row.id))
    db.session.commit()


def not_served(out: Outgoing, sendings: Sequence[Sending]) -> list[Recipient]:
    """Return those whom the paper names for a copy, and of whom nothing is on record."""
    whole = [one.first for one in sendings if one.is_of(out.sha256)]
    served = {_key(part) for row in whole for part in (row.name, row.address) if part.strip()}
    return [one for one in out.recipients if not {_key(one.name), _key(one.address)} & served]


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()


def _ready(case: Case, out: Outgoing, *, leaves_now: bool = True) -> Outgoing:
    """Lock what may leave: made, nothing closed in it, as it is now, and its warnings answered. What was filed or
    served before may be noted all the same."""
    found = outgoing.locked(case, out)
    if leaves_now or not found.is_out:
        papers = outgoing.papers_of(case.id, found)
        refused = why_not_each(papers)
        for paper in papers:
            if paper.id in refused:
                raise FilingRefused(f"“{paper.title}” cannot go into a filing. {refused[paper.id]}")
    if outgoing.is_old(case, found) and not queries.copies_of(found.keys):
        raise FilingRefused(outgoing.CHANGED)
    if outgoing.not_answered(case, found):
        raise FilingRefused("Take the last look first: something in it should give you pause.")
    return found


def _new(out: Outgoing, row_id: UUID, name: str, address: str, way: str, state: str, by: User) -> SentCopy:
    return SentCopy(
        id=row_id,
        org_id=out.org_id,
        case_id=out.case_id,
        **out.keys,
        sending_id=row_id,
        name=name or address,
        address=address,
        way=way,
        state=state,
        sha256=out.sha256,
        size=out.size,
        of_sha256=out.sha256,
        asked_by=by.id,
        asked_by_name=by.name,
    )


def _check_day(case: Case, out: Outgoing, sent_on: date) -> None:
    if sent_on > today(case):
        raise FilingRefused("This day is still to come. Note it once you have sent it.", field="sent_on")
    if sent_on < out.made_on:
        raise FilingRefused(
            f"The PDF was made on {long_date(out.made_on)}, so it cannot have been sent before that day.",
            field="sent_on",
        )


def _proof(case: Case, document_id: UUID | None) -> UUID | None:
    if document_id is None:
        return None
    found = db.session.scalar(select(Document.id).where(Document.case_id == case.id, Document.id == document_id))
    if found is None:
        raise FilingRefused("This paper is not in this case. Choose again.", field="document")
    return document_id


def _today(case: Case) -> int:
    since = func.date_trunc("day", func.now())
    rows = select(func.count()).where(
        SentCopy.case_id == case.id, SentCopy.way == "email", SentCopy.created_at >= since
    )
    return db.session.scalar(rows) or 0
