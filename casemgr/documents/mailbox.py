"""A mailbox (.mbox, or a ZIP of many saved messages): list its messages, and make papers of those that a person picked.

Safe to be killed anywhere and started again: the list is written in one transaction, and so is each message.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select, update

from casemgr.cases.models import Case
from casemgr.documents.models import Document, DocumentPart, Letter, MailboxMessage
from casemgr.extensions import db
from casemgr.storage.opening import Listed, Part, list_letters, list_mailbox
from casemgr.storage.readers.mailbox import without_envelope
from casemgr.storage.readers.unpack import MAX_MAIL

PER_PAGE = 50
MOST_UNASKED = 25
"""So many saved messages in a ZIP become papers at once; of more, a person picks."""
SAVED = (".eml", ".msg")


@dataclass(frozen=True)
class MessageFilter:
    """Which messages are shown. `first` and `last` are local dates of sending, both included."""

    who: str = ""
    first: date | None = None
    last: date | None = None
    page: int = 1

    @property
    def is_narrow(self) -> bool:
        return bool(self.who or self.first or self.last)


class MessageRow(NamedTuple):
    """One message. `part` is there once it was taken; `paper` when the reader may see what it became."""

    message: MailboxMessage
    part: DocumentPart | None
    paper: Document | None


class MessageList(NamedTuple):
    rows: list[MessageRow]
    total: int
    page: int
    pages: int


def listing(mailbox: Document, case: Case, wanted: MessageFilter, visible: Collection[str]) -> MessageList:
    """Return one page of the messages, oldest first; a page past the end is the last one."""
    chosen = matching(mailbox, case, wanted)
    total = db.session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(1, wanted.page), pages)
    with_papers = (
        chosen.add_columns(DocumentPart, Document)
        .outerjoin(
            DocumentPart,
            (DocumentPart.parent_id == MailboxMessage.document_id) & (DocumentPart.position == MailboxMessage.position),
        )
        .outerjoin(Document, (Document.id == DocumentPart.document_id) & Document.visibility.in_(visible))
        .order_by(MailboxMessage.sent_at.asc().nulls_last(), MailboxMessage.position)
    )
    rows = db.session.execute(with_papers.limit(PER_PAGE).offset((page - 1) * PER_PAGE))
    return MessageList([MessageRow(*row) for row in rows], total, page, pages)


def matching(mailbox: Document, case: Case, wanted: MessageFilter) -> Select[tuple[MailboxMessage]]:
    zone = ZoneInfo(case.timezone)
    found = select(MailboxMessage).where(
        MailboxMessage.case_id == mailbox.case_id, MailboxMessage.document_id == mailbox.id
    )
    if wanted.who:
        columns = (MailboxMessage.sender, MailboxMessage.recipients)
        found = found.where(or_(*(column.icontains(wanted.who, autoescape=True) for column in columns)))
    if wanted.first:
        found = found.where(MailboxMessage.sent_at >= datetime.combine(wanted.first, time(), zone).astimezone(UTC))
    if wanted.last and wanted.last < date.max:
        end = datetime.combine(wanted.last + timedelta(days=1), time(), zone)
        found = found.where(MailboxMessage.sent_at < end.astimezone(UTC))
    return found


def want(mailbox: Document, case: Case, wanted: MessageFilter, positions: Collection[int] | None) -> int:
    """Mark messages for the worker: those named, or all that fit the filter. Returns how many; the caller commits."""
    fitting = matching(mailbox, case, wanted) if positions is None else matching(mailbox, case, MessageFilter())
    if positions is not None:
        fitting = fitting.where(MailboxMessage.position.in_(positions))
    taken = select(DocumentPart.position).where(DocumentPart.parent_id == mailbox.id)
    ids = fitting.where(MailboxMessage.position.not_in(taken)).with_only_columns(MailboxMessage.id)
    marked = db.session.execute(
        update(MailboxMessage).where(MailboxMessage.id.in_(ids)).values(is_wanted=True).returning(MailboxMessage.id)
    )
    return len(marked.all())


def is_listed(mailbox: Document) -> bool:
    """Whether its messages are known: what is under way then is the making of papers from those that were picked."""
    mine = select(MailboxMessage.id).where(MailboxMessage.case_id == mailbox.case_id)
    return db.session.scalar(mine.where(MailboxMessage.document_id == mailbox.id).limit(1)) is not None


def list_messages(mailbox: Document, path: Path, folder: Path) -> str:
    """Write the list of messages, once. Returns what there is to say about it. Raises opening.Unreadable."""
    mine = select(MailboxMessage.id).where(MailboxMessage.document_id == mailbox.id).limit(1)
    known = db.session.scalar(mine)
    db.session.rollback()
    if known is not None:
        return mailbox.parts_note
    return _enter(mailbox, list_mailbox(path, mailbox.size, folder))


def saved_messages(parts: Sequence[Part]) -> dict[int, Part]:
    """Return the messages of a ZIP that is a folder of mail, as Outlook and others save one; of any other, none."""
    found = {part.number: part for part in parts if part.path and part.name.lower().endswith(SAVED)}
    return found if len(found) > MOST_UNASKED else {}


def list_saved(folder_of_mail: Document, messages: Sequence[Part], folder: Path) -> str:
    """Write the list of saved messages, once. Returns what there is to say about it."""
    known = is_listed(folder_of_mail)
    db.session.rollback()
    return folder_of_mail.parts_note if known else _enter(folder_of_mail, list_letters(messages, folder))


def _enter(mailbox: Document, found: Listed) -> str:
    own = {"org_id": mailbox.org_id, "case_id": mailbox.case_id, "document_id": mailbox.id}
    db.session.add_all(MailboxMessage(**own, **vars(message)) for message in found.messages)
    db.session.commit()
    return f"Only the first {len(found.messages):,} messages are listed. There are more." if found.left_out else ""


def wanted(mailbox: Document) -> list[MailboxMessage]:
    """Return the messages that a person picked and that are not taken yet, in order."""
    taken = select(DocumentPart.position).where(DocumentPart.parent_id == mailbox.id)
    rows = select(MailboxMessage).where(
        MailboxMessage.document_id == mailbox.id,
        MailboxMessage.is_wanted,
        MailboxMessage.position.not_in(taken),
    )
    found = list(db.session.scalars(rows.order_by(MailboxMessage.position)))
    db.session.expunge_all()
    db.session.rollback()
    return found


def cut_out(mailbox: Document, message: MailboxMessage, path: Path, target: Path) -> bool:
    """Write the bytes of a message, as it was sent, to `target`. False: it is too large to be opened."""
    if message.length > MAX_MAIL:
        return False
    with path.open("rb") as file:
        file.seek(message.start)
        target.write_bytes(without_envelope(file.read(message.length)))
    return True


def same_message(mailbox: Document, message: MailboxMessage, visible: Collection[str]) -> Document | None:
    """Return the paper that holds this message already: uploaded by itself, or from here under another envelope."""
    if not message.fingerprint:
        return None
    letters = select(Letter.document_id).where(
        Letter.case_id == mailbox.case_id, Letter.fingerprint == message.fingerprint
    )
    twins = (
        select(DocumentPart.document_id)
        .join(
            MailboxMessage,
            (MailboxMessage.document_id == DocumentPart.parent_id) & (MailboxMessage.position == DocumentPart.position),
        )
        .where(DocumentPart.case_id == mailbox.case_id, MailboxMessage.fingerprint == message.fingerprint)
    )
    papers = select(Document).where(
        Document.case_id == mailbox.case_id,
        Document.visibility.in_(visible),
        or_(Document.id.in_(letters), Document.id.in_(twins)),
    )
    return db.session.scalars(papers.order_by(Document.uploaded_at).limit(1)).first()


def sent_on(message: MailboxMessage, case: Case) -> date | None:
    return message.sent_at.astimezone(ZoneInfo(case.timezone)).date() if message.sent_at else None


def numbers(typed: Collection[str]) -> set[int]:
    """The positions that a form sent; what is no number is left out."""
    return {int(text) for text in typed if text.isascii() and text.isdigit() and len(text) < 8}
