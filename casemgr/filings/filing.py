"""Mark a packet as filed: the filing becomes a fact, which moves the case, starts clocks and may bring stay-put."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines.queries import current_facts
from casemgr.deadlines.services import FactRefused, NewFact
from casemgr.documents import custody
from casemgr.documents.models import Document
from casemgr.evidence.services import NewEntry, log_entry
from casemgr.extensions import db
from casemgr.filings import queries, tasks
from casemgr.filings.exhibits import why_not
from casemgr.filings.kinds import KINDS, SEND_METHODS
from casemgr.filings.material import long_date
from casemgr.filings.models import Packet
from casemgr.filings.services import ExhibitRefused, FilingRefused
from casemgr.law.rulebook import rulebook_for
from casemgr.law.stages import Verdict
from casemgr.platform.locking import check_version
from casemgr.proceedings import queries as proceeding_queries
from casemgr.proceedings import services as proceedings
from casemgr.proceedings.services import MoveInput, TransitionRefused


@dataclass(frozen=True)
class Filing:
    """How it was filed. Dates are local to the case; `how` is a key of SEND_METHODS.

    `received_on` is the day the other side received it: clocks run from receipt. None: not known yet.
    `notice_sent`: had the district sent prior written notice before (yes, no, unknown)?
    """

    filed_on: date
    how: str
    to: str
    received_on: date | None = None
    notice_sent: str = "unknown"
    docket_number: str = ""
    override_reason: str = ""
    move_id: UUID = field(default_factory=uuid4)


def made_on(case: Case, packet: Packet) -> date:
    """Return the local day on which the PDF was made: it cannot have been filed earlier."""
    assert packet.built_at is not None, "only a made packet has a day"
    return packet.built_at.astimezone(ZoneInfo(case.timezone)).date()


def what_the_law_says(case: Case, packet: Packet) -> Verdict:
    """Return what the law says today about this filing; the form shows it before anything is done."""
    return proceedings.check(case, KINDS[packet.kind].event)


def mark_filed(packet: Packet, filing: Filing, *, version: int, by: User) -> bool:
    """Record that the packet was filed, in one transaction: packet, facts, proceeding, stage, clocks, log.

    Returns False when it was filed already (the same form sent twice), and then nothing is done.
    Raises FilingRefused, TransitionRefused, FactRefused or StaleForm, and changes nothing.
    """
    case = db.session.get_one(Case, packet.case_id)
    locked = tasks.lock_packet(packet.case_id, packet.id)
    if locked is None or locked.state == "filed":
        db.session.rollback()
        return False
    check_version(locked, version)
    _check(case, locked, filing)
    kind = KINDS[locked.kind]
    how = SEND_METHODS[filing.how]
    facts = [NewFact(kind.filed, filing.filed_on, by_party="parent", how=how)]
    if kind.received is not None and filing.received_on is not None:
        facts.append(_received_fact(locked, filing.received_on, filing.notice_sent))
    given = MoveInput(
        on_date=filing.filed_on,
        facts=tuple(facts),
        forum=rulebook_for(case.state).forums[kind.forum].name,
        docket_number=filing.docket_number,
        override_reason=filing.override_reason,
        id=filing.move_id,
    )
    move = proceedings.move(case, kind.event, given, by=by, commit=False)
    locked.state, locked.proceeding_id = "filed", move.proceeding_id
    locked.filed_on, locked.filed_how, locked.filed_to, locked.filed_by = filing.filed_on, filing.how, filing.to, by.id
    locked.received_on = filing.received_on if kind.received else None
    log_entry(case, _log_words(locked, filing, how), by=by, commit=False)
    exhibits = [paper.id for _row, paper in queries.exhibits_of(locked)]
    custody.add(case.id, exhibits, "filed", f"Filed on {long_date(filing.filed_on)} in: {kind.name}.", by.name)
    audit.record(case, "filings:packet:file", by=by, subject=locked.id, under=kind.law[:200], sha256=locked.pdf_sha256)
    db.session.commit()
    return True


def _check(case: Case, packet: Packet, filing: Filing) -> None:
    if packet.state != "ready" or not packet.pdf_sha256:
        raise FilingRefused("Make the PDF first, and send it. Then mark it as filed.")
    for row, paper in queries.exhibits_of(packet):
        if why := why_not(paper):
            raise ExhibitRefused(f"{queries.label_of(packet, row.position)} {paper.title}", why)
    if filing.filed_on > today(case):
        raise FilingRefused("This day is still to come. Mark it as filed once you have sent it.", field="filed_on")
    if filing.filed_on < made_on(case, packet):
        words = f"The PDF was made on {long_date(made_on(case, packet))}, so it cannot have been filed before that day."
        raise FilingRefused(words, field="filed_on")
    if filing.received_on is not None:
        _check_received(case, filing.filed_on, filing.received_on)


def _check_received(case: Case, filed_on: date, received_on: date) -> None:
    if received_on > today(case):
        raise FilingRefused("This day is still to come. Leave it empty until you know it.", field="received_on")
    if received_on < filed_on:
        raise FilingRefused("It cannot have been received before it was sent.", field="received_on")


def _received_fact(packet: Packet, on: date, notice_sent: str) -> NewFact:
    kind = KINDS[packet.kind].received
    assert kind is not None, "the caller asks first"
    details = {"pwn_sent": notice_sent} if notice_sent in ("yes", "no", "unknown") else {}
    return NewFact(kind, on, by_party="parent", details=details, proceeding_id=packet.proceeding_id)


def _log_words(packet: Packet, filing: Filing, how: str) -> NewEntry:
    name = KINDS[packet.kind].name
    return NewEntry(
        kind="letter_sent",
        happened_on=filing.filed_on,
        title=f"{name} filed",
        body=f"{how}, to: {filing.to}\nPages: {packet.page_count}. SHA-256 of the PDF: {packet.pdf_sha256}",
        shows=f"It was filed on {long_date(filing.filed_on)}.",
        visibility="shared",
    )


def record_received(packet: Packet, on: date, notice_sent: str, *, by: User) -> bool:
    """Record that the district received it: most clocks start on that day.

    Returns False when it is recorded already. Raises FilingRefused, TransitionRefused or FactRefused, and changes
    nothing.
    """
    case = db.session.get_one(Case, packet.case_id)
    locked = tasks.lock_packet(packet.case_id, packet.id)
    kind = KINDS[packet.kind]
    if locked is None or locked.state != "filed" or locked.filed_on is None or kind.received is None:
        raise FilingRefused("Mark the packet as filed first.")
    if locked.received_on is not None:
        db.session.rollback()
        return False
    _check_received(case, locked.filed_on, on)
    known = next(
        (row for row in current_facts(case) if row.kind == kind.received and row.proceeding_id == locked.proceeding_id),
        None,
    )
    proceeding = proceeding_queries.proceeding(case, locked.proceeding_id) if locked.proceeding_id else None
    if known is None and proceeding is None:
        raise FilingRefused("The proceeding of this filing is gone. Record the day under Facts & deadlines.")
    if known is None:
        proceedings.advance(case, proceeding, _received_fact(locked, on, notice_sent), by=by, commit=False)
    elif known.on_date != on:
        words = (
            f"It is already on record as received on {long_date(known.on_date)}. Correct it under Facts & deadlines."
        )
        raise FilingRefused(words, field="on_date")
    locked.received_on = on
    audit.record(case, "filings:packet:received", by=by, subject=locked.id)
    db.session.commit()
    return True


def closed_since(packet: Packet) -> list[tuple[Document, str]]:
    """Return the exhibits that may not go in any more, each with the reason."""
    return [(paper, str(why)) for _, paper in queries.exhibits_of(packet) if (why := why_not(paper))]


__all__ = [
    "FactRefused",
    "Filing",
    "TransitionRefused",
    "closed_since",
    "made_on",
    "mark_filed",
    "record_received",
    "what_the_law_says",
]
