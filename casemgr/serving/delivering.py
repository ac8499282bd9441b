"""Hand a copy to the mail server, once for each message of each recipient (see platform/posting)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.documents import custody
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.filings.exhibits import why_not_each
from casemgr.platform import mail
from casemgr.platform.columns import now
from casemgr.platform.jobs import background, enqueue
from casemgr.platform.mail import Attachment, EmailMessage, Handed, MailServer
from casemgr.platform.posting import ATTEMPTS, WAIT, Posting
from casemgr.serving import outgoing, queries
from casemgr.serving.models import SentCopy

PDF = "application/pdf"
CLOSED = "A paper in it was closed after it was queued, so it was not sent."
CHANGED = "The packet was changed after it was queued, so this PDF was not sent. Make it again, and send that one."
HOW = {"email": "by e-mail", "mail": "by mail", "hand": "by hand"}


@background("serving.deliver", attempts=ATTEMPTS, wait=WAIT)
def deliver(*, copy_id: str) -> None:
    CopyPosting(UUID(copy_id)).run()


@background("filings.deliver", attempts=ATTEMPTS, wait=WAIT)
def deliver_queued_before(*, delivery_id: str) -> None:
    """What was queued by an older version of the program goes out all the same."""
    CopyPosting(UUID(delivery_id)).run()


def queue(copy_id: UUID) -> None:
    enqueue(deliver, lock=f"copy:{copy_id}", copy_id=str(copy_id))


class CopyPosting(Posting[SentCopy]):
    """One message with one file to one recipient."""

    def lock(self) -> SentCopy | None:
        return locked(self.row_id)

    def why_not(self, row: SentCopy) -> str:
        if outgoing.was_changed(row):
            return CHANGED
        return CLOSED if why_not_each(outgoing.papers_of(row.case_id, row)) else ""

    def message(self, server: MailServer, row: SentCopy) -> tuple[EmailMessage, list[str]]:
        case = db.session.get_one(Case, row.case_id)
        data = b"".join(store().open_stream(row.org_id, row.sha256))
        made = mail.letter(
            server,
            [row.address],
            subject_of(case, row),
            f"{row.message}\n\n{part_in_words(row)}" if row.parts > 1 else row.message,
            message_id=str(row.id),
            sender_name=row.asked_by_name,
            reply_to=row.reply_to,
            attachments=[Attachment(row.file_name or "copy.pdf", _media_type(row), data)],
        )
        return made, [row.address]

    def end(self, row: SentCopy, state: str, problem: str, handed: Handed | None) -> None:
        record_end(row, state, problem=problem, answer=handed.answer if handed else "")


def subject_of(case: Case, row: SentCopy) -> str:
    name = outgoing.name_of(case, row)
    return f"{name} ({row.part} of {row.parts})" if row.parts > 1 else name


def part_in_words(row: SentCopy) -> str:
    """Say which of several messages this is, and what its file is."""
    holds = f" It holds {row.holds}." if row.holds else ""
    what = "PDF" if _media_type(row) == PDF else "file"
    return f"This is message {row.part} of {row.parts}.{holds}\nSHA-256 of its {what}: {row.sha256}"


def _media_type(row: SentCopy) -> str:
    """What we made is a PDF; the file of an exhibit is sent as it is, and nobody is told to open it."""
    return PDF if not row.holds.startswith("the file ") else "application/octet-stream"


def locked(copy_id: UUID) -> SentCopy | None:
    """Return the row as it is now, kept so with the other messages of its sending until the transaction ends."""
    its = select(SentCopy.sending_id).where(SentCopy.id == copy_id).scalar_subquery()
    rows = db.session.scalars(
        select(SentCopy)
        .where(SentCopy.sending_id == its)
        .order_by(SentCopy.part)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    return next((row for row in rows if row.id == copy_id), None)


def record_end(row: SentCopy, state: str, *, problem: str = "", answer: str = "", by: User | None = None) -> None:
    """Write what became of a copy; the caller holds it and commits."""
    case = db.session.get_one(Case, row.case_id)
    row.state, row.problem, row.answer, row.done_at = state, problem, answer, now()
    if state == "accepted":
        row.sent_on = row.sent_on or today(case)
        db.session.flush()
        if queries.sending(row).is_out:
            tell_custody(case, row, by)
    audit.record(
        case,
        f"serving:copy:{state}",
        by=by,
        subject=row.packet_id or row.version_id,
        copy=str(row.id),
        sha256=row.sha256,
    )


def tell_custody(case: Case, row: SentCopy, by: User | None) -> None:
    """Each exhibit says that a copy of it went out, and how; to whom stands with the packet or binder."""
    papers = [paper.id for paper in outgoing.papers_of(case.id, row)]
    how = " ".join(part for part in ("Sent", HOW.get(row.way, "")) if part)
    several = f", in {row.parts} messages" if row.parts > 1 else ""
    words = f"{how}{several} in: {outgoing.name_of(case, row)}."
    custody.add(case.id, papers, "sent", words, by.name if by else row.asked_by_name)
