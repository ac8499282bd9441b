"""Mark a packet as filed: the filing becomes a fact, which moves the case, starts clocks and may bring stay-put."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines.queries import current_facts
from casemgr.deadlines.services import FactRefused, NewFact, record_fact
from casemgr.documents import custody
from casemgr.documents.models import Document
from casemgr.evidence.services import NewEntry, log_entry
from casemgr.extensions import db
from casemgr.filings import queries, tasks
from casemgr.filings.exhibits import why_not_each
from casemgr.filings.kinds import SEND_METHODS, Kind, Verb, kind_in
from casemgr.filings.material import long_date
from casemgr.filings.models import Packet
from casemgr.filings.services import ExhibitRefused, FilingRefused
from casemgr.law.facts import FACTS
from casemgr.law.rulebook import rulebook_for
from casemgr.law.stages import Verdict, advance_proceeding
from casemgr.law.terms import FactKind, ProceedingKind, ProceedingStep, VerdictKind
from casemgr.platform.locking import check_version
from casemgr.proceedings import queries as proceeding_queries
from casemgr.proceedings import services as proceedings
from casemgr.proceedings.models import Proceeding
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
    event = kind_in(packet.kind, case.state).event
    return proceedings.check(case, event) if event else Verdict(VerdictKind.ALLOWED)


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
    kind = kind_in(locked.kind, case.state)
    how = SEND_METHODS.get(filing.how, "")
    locked.proceeding_id = _carry_out(case, locked, kind, filing, how, by)
    locked.state = "filed"
    locked.filed_on, locked.filed_how, locked.filed_to, locked.filed_by = filing.filed_on, filing.how, filing.to, by.id
    locked.received_on = filing.received_on if kind.received else None
    log_entry(case, _log_words(locked, kind, filing, how), by=by, commit=False)
    exhibits = [paper.id for _row, paper in queries.exhibits_of(locked)]
    done = DONE[kind.verb].capitalize()
    custody.add(case.id, exhibits, "filed", f"{done} on {long_date(filing.filed_on)} in: {kind.name}.", by.name)
    audit.record(case, "filings:packet:file", by=by, subject=locked.id, under=kind.law[:200], sha256=locked.pdf_sha256)
    db.session.commit()
    return True


DONE = {Verb.FILE: "filed", Verb.SEND: "sent", Verb.SIGN: "signed", Verb.KEEP: "put on file"}
"""What was done with a packet that is marked, in words."""


def _carry_out(case: Case, packet: Packet, kind: Kind, filing: Filing, how: str, by: User) -> UUID | None:
    """Make the move that the filing is, or record its facts, each in its proceeding. Returns the proceeding's id."""
    told = {key: said for key, said in (packet.answers or {}).items() if isinstance(said, str)}
    filed = kind.fact_for(told)
    facts = [NewFact(filed, filing.filed_on, by_party=_doer(filed), how=how)] if filed else []
    if kind.received is not None and filing.received_on is not None:
        facts.append(_received_fact(kind, filing.received_on, filing.notice_sent))
    if kind.event is None:
        own = queries.proceeding_of(case, kind)
        for fact in facts:
            _record(case, own, fact, by)
        return own.id if own else None
    given = MoveInput(
        on_date=filing.filed_on,
        facts=tuple(facts),
        forum=rulebook_for(case.state).forums[kind.forum].name if kind.forum else "",
        docket_number=filing.docket_number,
        override_reason=filing.override_reason,
        id=filing.move_id,
    )
    return proceedings.move(case, kind.event, given, by=by, commit=False).proceeding_id


def _doer(kind: FactKind) -> str:
    """Who did it: we, but for what both sides do together."""
    usual = FACTS[kind].done_by
    return usual.value if usual is not None and usual.value == "both_parties" else "parent"


def _record(case: Case, own: Proceeding | None, fact: NewFact, by: User) -> None:
    """Record a fact in the proceeding that it belongs to: `own`, or the newest of that kind. Where the table has a step
    for it, the proceeding takes it."""
    belongs = FACTS[fact.kind].proceeding
    if belongs is not None and (own is None or own.kind != belongs.value):
        own = queries.newest_proceeding(case, belongs)
    placed = replace(fact, proceeding_id=own.id) if own and belongs else fact
    if own is not None and _has_step(own, fact.kind):
        proceedings.advance(case, own, placed, by=by, commit=False)
    else:
        record_fact(case, placed, by=by, commit=False)


def _has_step(own: Proceeding, kind: FactKind) -> bool:
    try:
        advance_proceeding(ProceedingKind(own.kind), ProceedingStep(own.step), kind)
    except TransitionRefused:
        return False
    return True


def _check(case: Case, packet: Packet, filing: Filing) -> None:
    if packet.state != "ready" or not packet.pdf_sha256:
        raise FilingRefused("Make the PDF first, and send it. Then mark it as filed.")
    chosen = queries.exhibits_of(packet)
    refused = why_not_each([paper for _, paper in chosen])
    for row, paper in chosen:
        if paper.id in refused:
            raise ExhibitRefused(f"{queries.label_of(packet, row.position)} {paper.title}", refused[paper.id])
    if filing.filed_on > today(case):
        raise FilingRefused("This day is still to come. Mark it as filed once you have sent it.", field="filed_on")
    if filing.filed_on < made_on(case, packet) and kind_in(packet.kind, case.state).verb not in (Verb.SIGN, Verb.KEEP):
        words = f"The PDF was made on {long_date(made_on(case, packet))}, so it cannot have been filed before that day."
        raise FilingRefused(words, field="filed_on")
    signed = (packet.answers or {}).get("signed_on")
    if signed and filing.filed_on.isoformat() != signed:
        words = f"The PDF says that it was signed on {long_date(date.fromisoformat(signed))}. Correct one of the two."
        raise FilingRefused(words, field="filed_on")
    if filing.received_on is not None:
        _check_received(case, filing.filed_on, filing.received_on)


def _check_received(case: Case, filed_on: date, received_on: date) -> None:
    if received_on > today(case):
        raise FilingRefused("This day is still to come. Leave it empty until you know it.", field="received_on")
    if received_on < filed_on:
        raise FilingRefused("It cannot have been received before it was sent.", field="received_on")


def _received_fact(kind: Kind, on: date, notice_sent: str) -> NewFact:
    assert kind.received is not None, "the caller asks first"
    asked = {one.key for one in FACTS[kind.received].details}
    details = {"pwn_sent": notice_sent} if "pwn_sent" in asked and notice_sent in ("yes", "no", "unknown") else {}
    return NewFact(kind.received, on, by_party="parent", details=details)


def log_title(kind: Kind) -> str:
    """Return what the log calls the marking of a packet."""
    return f"{kind.name} {DONE[kind.verb]}"


def _log_words(packet: Packet, kind: Kind, filing: Filing, how: str) -> NewEntry:
    done = DONE[kind.verb]
    to = f"{how}, to: {filing.to}\n" if filing.to else ""
    return NewEntry(
        kind="letter_sent" if kind.verb in (Verb.FILE, Verb.SEND) else "other",
        happened_on=filing.filed_on,
        title=log_title(kind),
        body=f"{to}Pages: {packet.page_count}. SHA-256 of the PDF: {packet.pdf_sha256}",
        shows=f"It was {done} on {long_date(filing.filed_on)}.",
        visibility="shared",
    )


def record_received(packet: Packet, on: date, notice_sent: str, *, by: User) -> bool:
    """Record that the district received it: most clocks start on that day.

    Returns False when it is recorded already. Raises FilingRefused, TransitionRefused or FactRefused, and changes
    nothing.
    """
    case = db.session.get_one(Case, packet.case_id)
    locked = tasks.lock_packet(packet.case_id, packet.id)
    kind = kind_in(packet.kind, case.state)
    if locked is None or locked.state != "filed" or locked.filed_on is None or kind.received is None:
        raise FilingRefused("Mark the packet as filed first.")
    if queries.taken_back(case, [locked.id]):
        raise FilingRefused("It was not filed after all: the mark was taken back.")
    if locked.received_on is not None:
        db.session.rollback()
        return False
    _check_received(case, locked.filed_on, on)
    rows = (row for row in current_facts(case) if row.kind == kind.received and kind.event is not None)
    known = next((row for row in rows if row.proceeding_id == locked.proceeding_id), None)
    proceeding = proceeding_queries.proceeding(case, locked.proceeding_id) if locked.proceeding_id else None
    if known is None and proceeding is None and kind.event is not None:
        raise FilingRefused("The proceeding of this filing is gone. Record the day under Facts & deadlines.")
    if known is None:
        _record(case, proceeding, _received_fact(kind, on, notice_sent), by)
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
    papers = [paper for _, paper in queries.exhibits_of(packet)]
    refused = why_not_each(papers)
    return [(paper, str(refused[paper.id])) for paper in papers if paper.id in refused]


def may_see_all(packet: Packet, visible: Collection[str]) -> bool:
    """Whether somebody who may open `visible` may open every exhibit of a packet as it is marked now."""
    return all(paper.visibility in visible for _, paper in queries.exhibits_of(packet))


__all__ = [
    "FactRefused",
    "Filing",
    "TransitionRefused",
    "closed_since",
    "made_on",
    "mark_filed",
    "may_see_all",
    "record_received",
    "what_the_law_says",
]
