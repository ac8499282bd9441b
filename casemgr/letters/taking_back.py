"""Take back that a letter was sent: what was recorded of it is corrected, never removed."""

from __future__ import annotations

from uuid import UUID

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.deadlines import queries as fact_queries
from casemgr.deadlines import services as facts
from casemgr.deadlines.models import Fact
from casemgr.documents import custody
from casemgr.documents.kinds import VISIBILITIES
from casemgr.evidence import queries as evidence
from casemgr.evidence.services import log_that_it_was_not
from casemgr.extensions import db
from casemgr.letters import queries
from casemgr.letters.models import OutgoingLetter
from casemgr.letters.services import LetterRefused, kind_of, lock
from casemgr.platform.columns import now
from casemgr.proceedings import queries as moves
from casemgr.proceedings import services as proceedings


def take_back(case: Case, row: OutgoingLetter, reason: str, *, by: User) -> None:
    """Take back that a letter was sent by hand: it was not. What was recorded is corrected, never removed.

    Raises LetterRefused, CannotUndo, FactRefused, and changes nothing."""
    locked = lock(row)
    out = [one for one in queries.sendings_of(locked) if one.state in ("by_hand", "accepted")]
    if locked.state != "sent" or not out:
        raise LetterRefused("reason", "This letter was not sent.")
    if any(one.state == "accepted" for one in out):
        raise LetterRefused(
            "reason", "The mail server took this letter: it left the house, and nothing brings it back."
        )
    for one in out:
        one.state, one.taken_back_because = "taken_back", reason
        one.taken_back_by_name, one.taken_back_at = by.name, now()
    moved = next((one.move_id for one in out if one.move_id), None)
    move = next((one for one in moves.standing_moves(case) if one.id == moved), None) if moved else None
    for fact_id in (locked.received_fact_id, None if move else locked.sent_fact_id):
        fact = as_it_stands(case, fact_id)
        if fact is not None:
            facts.retract_fact(case, fact, reason, by=by, commit=False)
    _correct_log(case, locked, reason, by=by)
    if locked.document_id:
        custody.add(case.id, [locked.document_id], "not_sent", f"It was not sent after all: {reason}", by.name)
    locked.state, locked.sent_on, locked.sent_version = "draft", None, None
    locked.received_on, locked.received_how, locked.receipt_document_id = None, "", None
    locked.sent_fact_id = locked.received_fact_id = locked.entry_id = locked.document_id = None
    audit.record(case, "letters:letter:take_back", by=by, subject=row.id)
    db.session.flush()
    if move is not None:
        proceedings.undo(case, move, reason, by=by)  # commits, with all of the above
    else:
        db.session.commit()


def as_it_stands(case: Case, fact_id: UUID | None) -> Fact | None:
    """Return a fact in its newest form: it may have been corrected since; None when it was taken back."""
    first = fact_queries.fact(case, fact_id) if fact_id else None
    newest = fact_queries.versions_of(first)[-1] if first else None
    return newest if newest is not None and not newest.is_retraction else None


def _correct_log(case: Case, row: OutgoingLetter, reason: str, *, by: User) -> None:
    entry = evidence.entry(case, row.entry_id, frozenset(VISIBILITIES)) if row.entry_id else None
    if entry is None:
        return
    title, body = f"Not sent after all: {kind_of(row).title}", "The log said that this letter was sent. It was not."
    log_that_it_was_not(case, entry, title, body, reason, by=by)
