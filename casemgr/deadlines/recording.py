"""Record a fact where it belongs: as the next step of its proceeding, when it is one, else by itself."""

from __future__ import annotations

from collections.abc import Sequence

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


def record(case: Case, new: NewFact, *, by: User) -> Fact:
    """Record a fact; the step of its open proceeding moves with it. Raises FactRefused, and changes nothing."""
    own = proceedings.proceeding(case, new.proceeding_id) if new.proceeding_id else None
    if own is None or own.ended_on is not None or not is_step_of(own, new.kind):
        return services.record_fact(case, new, by=by)
    try:
        proceeding_services.advance(case, own, new, by=by)
    except TransitionRefused as refusal:
        raise FactRefused("proceeding", str(refusal)) from refusal
    return db.session.get_one(Fact, new.id)


def started_by(case: Case, fact: Fact) -> Sequence[Deadline]:
    """Return the running deadlines that a fact started, soonest first."""
    return [row for row in queries.deadlines_of(case) if row.fact_id == fact.id and row.state in ("open", "late")]
