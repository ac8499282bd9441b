"""Record a fact where it belongs: as the next step of its proceeding, when it is one, else by itself."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from casemgr.accounts.models import User
from casemgr.cases.models import Case
from casemgr.deadlines import queries, services
from casemgr.deadlines.choosing import is_step_of
from casemgr.deadlines.models import Deadline, Fact
from casemgr.deadlines.services import FactRefused, NewFact
from casemgr.extensions import db
from casemgr.law.stages import TransitionRefused
from casemgr.proceedings import queries as proceedings
from casemgr.proceedings import services as proceeding_services
from casemgr.proceedings.models import Proceeding


def record(case: Case, new: NewFact, *, by: User) -> Fact:
    """Record a fact; the step of its open proceeding moves with it.

    Raises FactRefused, or FactQuestioned while something unanswered speaks against it, and changes nothing."""
    services.ask_about(case, new)
    own = proceedings.proceeding(case, new.proceeding_id) if new.proceeding_id else None
    if own is None or own.ended_on is not None or not is_step_of(own, new.kind):
        return services.record_fact(case, new, by=by)
    try:
        proceeding_services.advance(case, own, new, by=by)
    except TransitionRefused as refusal:
        raise FactRefused("proceeding", str(refusal)) from refusal
    return db.session.get_one(Fact, new.id)


def correct(case: Case, old: Fact, new: NewFact, reason: str, *, by: User) -> Fact:
    """Replace a fact by a corrected one; its proceeding follows. Raises FactRefused, and changes nothing."""
    row = services.correct_fact(case, old, new, reason, by=by, commit=False)
    _replay(case, old.proceeding_id, row.proceeding_id)
    db.session.commit()
    return row


def retract(case: Case, old: Fact, reason: str, *, by: User) -> Proceeding | None:
    """Take a fact back; its proceeding steps back with it, and is returned when it did. Raises FactRefused."""
    own = proceedings.proceeding(case, old.proceeding_id) if old.proceeding_id else None
    before = own.step if own is not None else ""
    services.retract_fact(case, old, reason, by=by, commit=False)
    _replay(case, old.proceeding_id)
    db.session.commit()
    return own if own is not None and own.step != before else None


def _replay(case: Case, *proceeding_ids: UUID | None) -> None:
    for proceeding_id in {one for one in proceeding_ids if one is not None}:
        own = proceedings.proceeding(case, proceeding_id)
        if own is not None:
            proceeding_services.replay(case, own)


def started_by(case: Case, fact: Fact) -> Sequence[Deadline]:
    """Return the running deadlines that a fact started, soonest first."""
    return [row for row in queries.deadlines_of(case) if row.fact_id == fact.id and row.state in ("open", "late")]
