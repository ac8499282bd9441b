"""What is due next over all of a person's cases: dates of the law, and promises of agreements and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from casemgr.cases.clock import today_in
from casemgr.cases.lists import Workplace
from casemgr.cases.models import Case, Student
from casemgr.cases.queries import DueDate, due_date
from casemgr.deadlines.models import Deadline
from casemgr.deadlines.standing import is_running
from casemgr.extensions import db
from casemgr.law.terms import Stage
from casemgr.obligations import queries as obligations
from casemgr.platform.tenancy import acting_in


@dataclass(frozen=True)
class Due:
    """A date in a case. `today` is the day in the zone of the case, where the date is not over before it is over."""

    due: DueDate
    student: str
    today: date


def due_next(places: Sequence[Workplace], limit: int) -> list[Due]:
    """Return the dates of all cases that come first, closed cases left out. Two queries an organization."""
    deadlines = (
        select(Deadline, Student.name, Case.timezone)
        .join(Student, Student.case_id == Deadline.case_id)
        .join(Case, Case.id == Deadline.case_id)
        .where(is_running(), Deadline.act_by.is_not(None), Case.stage != Stage.CLOSED.value)
        .order_by(Deadline.act_by, Deadline.title)
        .limit(limit)
    )
    promises = obligations.next_over_cases(limit)
    found = []
    for place in places:
        with acting_in(place.scope):
            for query, as_due in ((deadlines, due_date), (promises, obligations.due_date)):
                for row, student, zone in db.session.execute(query):
                    today = today_in(zone)
                    found.append(Due(as_due(row, today), student, today))
    return sorted(found, key=lambda due: due.due.act_by)[:limit]
