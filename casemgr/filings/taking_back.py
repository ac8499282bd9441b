"""Take back that a packet was filed or sent: it was not. What was recorded is corrected, never removed.

The packet itself stays as it was marked; its words and exhibits go on in a new draft."""

from __future__ import annotations

from uuid import UUID, uuid4

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.deadlines.models import Fact
from casemgr.deadlines.queries import current_facts, versions_of
from casemgr.deadlines.services import retract_fact
from casemgr.documents import custody
from casemgr.evidence import queries as evidence
from casemgr.evidence.services import log_that_it_was_not
from casemgr.extensions import db
from casemgr.filings import queries, services, tasks
from casemgr.filings.filing import DONE, log_title
from casemgr.filings.kinds import Kind, Verb, kind_in
from casemgr.filings.models import Packet, PacketExhibit
from casemgr.filings.services import FilingRefused
from casemgr.proceedings import queries as moves
from casemgr.proceedings import services as proceedings
from casemgr.proceedings.models import StageMove
from casemgr.serving import queries as sent

COPIED = ("answers", "bates_prefix", "exhibit_prefix", "archival", "face", "dated_on")


def take_back(packet: Packet, reason: str, *, by: User) -> bool:
    """Take it back, in one transaction: facts, step of its proceeding, stage of the case, clocks, log, custody.

    Returns False when it was taken back already. Raises FilingRefused, CannotUndo or FactRefused, and changes nothing.
    """
    case = db.session.get_one(Case, packet.case_id)
    locked = tasks.lock_packet(packet.case_id, packet.id)
    if locked is None or locked.state != "filed":
        raise FilingRefused("It is not marked.")
    if queries.taken_back(case, [locked.id]):
        db.session.rollback()
        return False
    kind = kind_in(locked.kind, case.state)
    if kind.verb is Verb.SEND and any(one.state == "accepted" for one in sent.copies_of({"packet_id": locked.id})):
        raise FilingRefused("The mail server took it: it left the house, and nothing brings it back.", field="reason")
    move = _move_of(case, locked, kind)
    if move is None:
        _retract(case, locked, kind, reason, by)
    _correct_log(case, locked, kind, reason, by)
    exhibits = [paper.id for _row, paper in queries.exhibits_of(locked)]
    custody.add(case.id, exhibits, "not_filed", f"It was not {DONE[kind.verb]} after all: {kind.name}.", by.name)
    audit.record(case, queries.TAKEN_BACK, by=by, subject=locked.id)
    db.session.flush()
    if move is not None:
        proceedings.undo(case, move, reason, by=by)  # commits, with all of the above
    else:
        db.session.commit()
    return True


def again(packet: Packet, *, by: User, packet_id: UUID | None = None) -> Packet:
    """Begin a draft with the words and exhibits of a packet. Raises FilingRefused where it is not open any more."""
    case = db.session.get_one(Case, packet.case_id)
    draft = services.begin(case, packet.kind, by=by, packet_id=packet_id or uuid4(), commit=False)
    for name in COPIED:
        setattr(draft, name, getattr(packet, name))
    for row, paper in queries.exhibits_of(packet):
        own = {"org_id": case.org_id, "case_id": case.id, "packet_id": draft.id, "document_id": paper.id}
        db.session.add(PacketExhibit(**own, position=row.position, description=row.description))
    db.session.commit()
    return draft


def _move_of(case: Case, packet: Packet, kind: Kind) -> StageMove | None:
    """The move that the filing was; None where it is undone already, or where it was none."""
    if kind.event is None or packet.proceeding_id is None:
        return None
    own = [one for one in moves.standing_moves(case) if one.proceeding_id == packet.proceeding_id]
    return next((one for one in own if one.event == kind.event.value), None)


def _retract(case: Case, packet: Packet, kind: Kind, reason: str, by: User) -> None:
    """Take the facts back that the marking recorded; proceedings step back with them."""
    touched = set()
    for fact in current_facts(case):
        if _is_of(fact, packet, kind):
            retract_fact(case, fact, reason, by=by, commit=False)
            touched.add(fact.proceeding_id)
    for proceeding_id in touched - {None}:
        own = moves.proceeding(case, proceeding_id)
        if own is not None:
            proceedings.replay(case, own)


def _is_of(fact: Fact, packet: Packet, kind: Kind) -> bool:
    """Whether the marking of this packet recorded a fact; one that was corrected since still counts."""
    told = {key: said for key, said in (packet.answers or {}).items() if isinstance(said, str)}
    days = {kind.fact_for(told): packet.filed_on, kind.received: packet.received_on}
    wanted = {one.value: day for one, day in days.items() if one is not None and day is not None}
    if fact.kind not in wanted or packet.built_at is None:
        return False
    first = versions_of(fact)[0]
    return first.on_date == wanted[fact.kind] and first.recorded_at >= packet.built_at


def _correct_log(case: Case, packet: Packet, kind: Kind, reason: str, by: User) -> None:
    rows = [one for one in evidence.chronology(case, queries.OPEN_TO_ALL) if one.title == log_title(kind)]
    entry = next((one for one in rows if packet.pdf_sha256 in one.body), None)
    if entry is None:
        return
    done = DONE[kind.verb]
    title, body = f"Not {done} after all: {kind.name}", f"The log said that it was {done}. It was not."
    log_that_it_was_not(case, entry, title, body, reason, by=by)
