"""Send copies of a made packet, note how others were served, add proof, and take a mistake back. All of it is kept."""

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
from casemgr.filings import delivering, filing, last_look, tasks
from casemgr.filings.delivering import settings
from casemgr.filings.kinds import SEND_METHODS, kind_in
from casemgr.filings.material import long_date
from casemgr.filings.models import Packet, PacketDelivery
from casemgr.filings.services import FilingRefused
from casemgr.platform.columns import now
from casemgr.web.filters import file_size

MOST_RECIPIENTS = 10
MOST_A_DAY = 40
LARGEST = 18 * 1000 * 1000  # bytes; coded for mail it is a third more, and most servers take 25 MB
OUT = ("accepted", "by_hand")

STATES: dict[str, tuple[str, str, str | None]] = {
    "queued": ("Waiting to be sent", "clock", "accent"),
    "handing_over": ("Being handed to the mail server", "clock", "accent"),
    "accepted": ("Taken by the mail server", "check", "met"),
    "refused": ("Not sent", "alert", "late"),
    "unknown": ("Not known whether it went out", "alert", "late"),
    "by_hand": ("Sent, as noted by a person", "check", "met"),
    "taken_back": ("Taken back", "history", None),
}
"""State of a delivery: words, icon and tone of its badge."""


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


def deliveries_of(packet: Packet) -> Sequence[PacketDelivery]:
    """Return all deliveries of a packet, oldest first, also those that failed or were taken back."""
    rows = select(PacketDelivery).where(PacketDelivery.case_id == packet.case_id, PacketDelivery.packet_id == packet.id)
    return db.session.scalars(rows.order_by(PacketDelivery.created_at, PacketDelivery.id)).all()


def delivery(packet: Packet, delivery_id: UUID) -> PacketDelivery | None:
    return next((row for row in deliveries_of(packet) if row.id == delivery_id), None)


def first_message(case: Case, packet: Packet) -> str:
    kind = kind_in(packet.kind, case.state)
    return (
        f"Attached is a copy for you: {kind.name}, {packet.page_count} pages, as one PDF.\n\n"
        f"SHA-256 of the PDF: {packet.pdf_sha256}\n\nPlease write back that you received it."
    )


def mail(
    packet: Packet, people: Sequence[tuple[str, str]], *, message: str, reply_to: str, once: UUID, by: User
) -> int:
    """Queue the PDF as an e-mail to each of these (name, address); returns how many are new. The same form twice
    (`once`) queues them once. Raises FilingRefused, and queues nothing."""
    case, locked = _ready(packet)
    if settings().mail_server is None:
        raise FilingRefused("This installation sends no mail. Download the PDF, send it yourself, and note it here.")
    if not 0 < len(people) <= MOST_RECIPIENTS:
        raise FilingRefused(f"Choose who gets it: one to {MOST_RECIPIENTS} addresses.", field="people")
    if locked.pdf_size > LARGEST:
        raise FilingRefused(
            f"The PDF has {file_size(locked.pdf_size)}, more than most mail servers take. Send it another way, and "
            "note it here."
        )
    if _today(case) + len(people) > MOST_A_DAY:
        raise FilingRefused("Enough copies were mailed for this case today. Try again tomorrow.")
    known, made = {row.id for row in deliveries_of(locked)}, 0
    for name, address in people:
        row_id = uuid5(once, address.casefold())
        if row_id in known:
            continue
        known.add(row_id)
        row = _new(locked, row_id, name, address, "email", "queued", by)
        row.message, row.reply_to = message, reply_to
        db.session.add(row)
        db.session.flush()
        delivering.queue(row.id)
        made += 1
    audit.record(case, "filings:delivery:mail", by=by, subject=locked.id, count=made, sha256=locked.pdf_sha256)
    db.session.commit()
    return made


def note(packet: Packet, told: Told, *, by: User) -> PacketDelivery:
    """Keep that a copy went out another way. Raises FilingRefused: a service is never dated before the PDF was made."""
    case, locked = _ready(packet)
    if known := delivery(locked, told.id):
        db.session.rollback()
        return known
    if told.way not in SEND_METHODS:
        raise FilingRefused("Choose how it was sent.", field="way")
    _check_day(case, locked, told.sent_on)
    row = _new(locked, told.id, told.name, told.address, told.way, "by_hand", by)
    row.sent_on, row.note, row.done_at = told.sent_on, told.note, now()
    row.proof_document_id = _proof(case, told.proof_document_id)
    db.session.add(row)
    db.session.flush()
    delivering.tell_custody(case, locked, row, by)
    audit.record(case, "filings:delivery:note", by=by, subject=locked.id, delivery=str(row.id), way=told.way)
    db.session.commit()
    return row


def add_proof(packet: Packet, row: PacketDelivery, document_id: UUID, *, by: User) -> None:
    """Tie the proof of mailing to a service."""
    case = db.session.get_one(Case, packet.case_id)
    if row.state not in OUT:
        raise FilingRefused("This copy did not go out, so there is nothing to prove.")
    row.proof_document_id = _proof(case, document_id)
    audit.record(case, "filings:delivery:proof", by=by, subject=packet.id, delivery=str(row.id), paper=str(document_id))
    db.session.commit()


def answer(packet: Packet, row: PacketDelivery, went_out: bool, *, by: User) -> None:
    """A person says what became of one of which nobody could know. Nothing is sent by this."""
    locked = delivering._locked(row.id)
    if locked is None or locked.state != "unknown":
        raise FilingRefused("What became of it is known already.")
    words = f"{by.name} says that it {'went out' if went_out else 'did not go out'}."
    delivering.record_end(locked, "accepted" if went_out else "refused", problem=locked.problem, answer=words, by=by)
    db.session.commit()


def take_back(packet: Packet, row: PacketDelivery, reason: str, *, by: User) -> None:
    """Take back a service that was noted by mistake. The row stays, with who took it back and why.

    Raises FilingRefused for an e-mail that the server took: that cannot be undone."""
    locked = delivering._locked(row.id)
    if locked is None or locked.state != "by_hand":
        raise FilingRefused("Only what a person noted can be taken back. An e-mail that went out stays on record.")
    if not reason:
        raise FilingRefused("Say why. Your reason is kept.", field="reason")
    locked.state, locked.taken_back_because = "taken_back", reason
    locked.taken_back_by_name, locked.taken_back_at = by.name, now()
    case = db.session.get_one(Case, packet.case_id)
    audit.record(case, "filings:delivery:take_back", by=by, subject=packet.id, delivery=str(row.id))
    db.session.commit()


def _ready(packet: Packet) -> tuple[Case, Packet]:
    """Lock a packet whose PDF may leave: made, nothing closed in it, and its warnings answered."""
    case = db.session.get_one(Case, packet.case_id)
    locked = tasks.lock_packet(packet.case_id, packet.id)
    if locked is None or locked.state not in ("ready", "filed") or not locked.pdf_sha256:
        raise FilingRefused("Make the PDF first. Then it can be sent.")
    if closed := filing.closed_since(locked):
        paper, why = closed[0]
        raise FilingRefused(f"“{paper.title}” cannot go into a filing. {why}")
    if last_look.not_answered(case, locked):
        raise FilingRefused("Take the last look first: something in it should give you pause.")
    return case, locked


def _new(packet: Packet, row_id: UUID, name: str, address: str, way: str, state: str, by: User) -> PacketDelivery:
    return PacketDelivery(
        id=row_id,
        org_id=packet.org_id,
        case_id=packet.case_id,
        packet_id=packet.id,
        name=name or address,
        address=address,
        way=way,
        state=state,
        pdf_sha256=packet.pdf_sha256,
        pdf_size=packet.pdf_size,
        asked_by=by.id,
        asked_by_name=by.name,
    )


def _check_day(case: Case, packet: Packet, sent_on: date) -> None:
    if sent_on > today(case):
        raise FilingRefused("This day is still to come. Note it once you have sent it.", field="sent_on")
    if sent_on < filing.made_on(case, packet):
        made = long_date(filing.made_on(case, packet))
        raise FilingRefused(
            f"The PDF was made on {made}, so it cannot have been sent before that day.", field="sent_on"
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
        PacketDelivery.case_id == case.id, PacketDelivery.way == "email", PacketDelivery.created_at >= since
    )
    return db.session.scalar(rows) or 0
