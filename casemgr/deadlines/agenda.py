"""What is due within a year over all of a person's cases, in every organization they work in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select

from casemgr.cases.clock import today_in
from casemgr.cases.lists import Workplace
from casemgr.cases.models import Case, Student
from casemgr.cases.queries import OURS, DueDate, due_date
from casemgr.deadlines.models import Deadline
from casemgr.deadlines.standing import is_running
from casemgr.extensions import db
from casemgr.law.terms import Stage
from casemgr.platform.tenancy import acting_in

MOST = 300
DAYS_AHEAD = 366
GROUPS = {
    "overdue": "Overdue",
    "week": "In the next 7 days",
    "month": "In the next 30 days",
    "later": "Later",
}
WHO = {"": "Everybody", "ours": "We must act", "theirs": "The district or another body must act"}


@dataclass(frozen=True)
class AgendaRow:
    """One date in one case. `today` is the day in the zone of that case."""

    due: DueDate
    student: str
    organization: str
    today: date

    @property
    def group(self) -> str:
        """The heading it stands under. Another side's date is overdue once it is late on every reading."""
        days = (self.due.act_by - self.today).days
        if self.due.state == "late" or (self.due.is_ours and days < 0):
            return "overdue"
        return "week" if days <= 7 else "month" if days <= 30 else "later"


@dataclass(frozen=True)
class Agenda:
    """`groups` by heading, each soonest first. `is_cut`: there is more than is shown."""

    groups: dict[str, list[AgendaRow]]
    is_cut: bool


def agenda(places: Sequence[Workplace], who: str) -> Agenda:
    """Return the running dates of all open cases. One query an organization.

    Args:
        who: a key of WHO.
    """
    rows = sorted(_rows(places, who), key=lambda row: (row.due.act_by, row.due.title, row.student))
    groups: dict[str, list[AgendaRow]] = {name: [] for name in GROUPS}
    for row in rows[:MOST]:
        groups[row.group].append(row)
    return Agenda(groups, is_cut=len(rows) > MOST)


def _rows(places: Sequence[Workplace], who: str) -> Iterator[AgendaRow]:
    for place in places:
        with acting_in(place.scope):
            for row, student, zone in db.session.execute(_query(who)):
                today = today_in(zone)
                due = due_date(row, today)
                if who != "ours" or due.is_ours:  # a milestone is nobody's to meet
                    yield AgendaRow(due, student, place.name, today)


def _query(who: str) -> Select[tuple[Deadline, str, str]]:
    query = (
        select(Deadline, Student.name, Case.timezone)
        .join(Student, Student.case_id == Deadline.case_id)
        .join(Case, Case.id == Deadline.case_id)
        .where(is_running(), Deadline.act_by <= func.current_date() + DAYS_AHEAD, Case.stage != Stage.CLOSED.value)
        .order_by(Deadline.act_by, Deadline.title)
        .limit(MOST + 1)
    )
    if who == "ours":
        return query.where(Deadline.actor.in_(OURS))
    return query.where(Deadline.actor.not_in(OURS)) if who == "theirs" else query
