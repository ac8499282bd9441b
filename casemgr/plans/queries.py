"""Read placements and stay-put."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines.doubts import Mark, mark_of
from casemgr.deadlines.models import Deadline
from casemgr.deadlines.queries import calendar_for
from casemgr.deadlines.standing import state_on
from casemgr.discipline.models import Removal
from casemgr.discipline.queries import counts, current_removals
from casemgr.extensions import db
from casemgr.law.rulebook import rulebook_for
from casemgr.law.stay_put import INTERIM, StayPut, state_keeps_placement, stay_put
from casemgr.law.terms import DeadlineState
from casemgr.law.transitions import Reason
from casemgr.plans.models import Placement, StayPutPeriod
from casemgr.proceedings.queries import case_view, proceeding


@dataclass(frozen=True)
class Clock:
    """A State's last day to file before stay-put is lost (a rule that `protects` it), as it stands today."""

    row: Deadline
    state: str

    @property
    def mark(self) -> Mark | None:
        """How sure the rule behind it is, when it is not sure."""
        return mark_of(self.row)

    @property
    def is_running(self) -> bool:
        return self.state == DeadlineState.OPEN.value

    @property
    def has_lapsed(self) -> bool:
        """Whether the day passed with nothing filed, or something was filed after it."""
        return self.state == DeadlineState.LATE.value or bool(self.row.explanation.get("met_late"))


def stay_put_of(case: Case) -> StayPut:
    """Return stay-put as the law has it today for this case."""
    view = case_view(case)
    calendar = calendar_for(case, view.facts) if view.has(*INTERIM) else None
    return stay_put(view, rulebook_for(case.state), calendar)


def state_keeps_placement_of(case: Case) -> tuple[Reason, ...]:
    """Return the State's own words that keep the placement today, with or without a pending hearing."""
    return state_keeps_placement(case_view(case), rulebook_for(case.state))


def clocks_of(case: Case) -> list[Clock]:
    """Return the last days to file that keep stay-put, soonest first. Most States have none, and nothing is asked."""
    protecting = {rule.id for rule in rulebook_for(case.state).rules if rule.protects == "stay_put"}
    if not protecting:
        return []
    rows = db.session.scalars(
        select(Deadline)
        .where(Deadline.case_id == case.id, Deadline.rule_id.in_(protecting))
        .where(Deadline.state != DeadlineState.SUPERSEDED.value)
        .order_by(Deadline.act_by.nulls_last(), Deadline.key)
    )
    return [Clock(row, state_on(row, today(case))) for row in rows]


def removals_since(case: Case, since: date) -> list[Removal]:
    """Return the logged removals that count and reach into the time since a day: each may break stay-put."""
    rows = current_removals(case)
    return [row for row in rows if (row.last_on is None or row.last_on >= since) and counts(row)]


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


def placement_that_stays(case: Case) -> Placement | None:
    """Return the placement that stay-put froze; without one, the placement as last agreed."""
    period = open_period(case)
    frozen = placement(case, period.placement_id) if period and period.placement_id else None
    return frozen or next(iter(placements_of(case)), None)


def docket_of(case: Case, answer: StayPut) -> str:
    """Return the docket number of the proceeding that keeps stay-put in force, if there is one."""
    row = proceeding(case, UUID(answer.proceeding)) if answer.proceeding else None
    return row.docket_number if row else ""
