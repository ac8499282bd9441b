"""Read placements and stay-put."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from casemgr.cases.models import Case
from casemgr.extensions import db
from casemgr.law.rulebook import rulebook_for
from casemgr.law.stay_put import StayPut, stay_put
from casemgr.plans.models import Placement, StayPutPeriod
from casemgr.proceedings.queries import case_view


def stay_put_of(case: Case) -> StayPut:
    """Return stay-put as the law has it today for this case."""
    return stay_put(case_view(case), rulebook_for(case.state))


def open_period(case: Case) -> StayPutPeriod | None:
    """Return the period that is in force, with the placement it froze."""
    return db.session.scalar(
        select(StayPutPeriod).where(StayPutPeriod.case_id == case.id, StayPutPeriod.ended_on.is_(None))
    )


def periods_of(case: Case) -> Sequence[StayPutPeriod]:
    return db.session.scalars(
        select(StayPutPeriod).where(StayPutPeriod.case_id == case.id).order_by(StayPutPeriod.since_on.desc())
    ).all()


def placements_of(case: Case) -> Sequence[Placement]:
    """Return every placement recorded, the latest agreed one first."""
    return db.session.scalars(
        select(Placement)
        .where(Placement.case_id == case.id)
        .order_by(Placement.agreed_on.desc(), Placement.recorded_at.desc())
    ).all()


def placement(case: Case, placement_id: object) -> Placement | None:
    return db.session.scalar(select(Placement).where(Placement.case_id == case.id, Placement.id == placement_id))
