"""Checks of computed dates by a person, such as an attorney: recorded with the dates as they were then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.clock import today, today_in
from casemgr.cases.lists import Workplace
from casemgr.cases.models import Case, Student
from casemgr.cases.queries import DueDate, due_date
from casemgr.deadlines.models import Deadline, DeadlineCheck
from casemgr.deadlines.standing import is_running
from casemgr.extensions import db
from casemgr.law.terms import Stage
from casemgr.platform.refused import FieldRefused
from casemgr.platform.tenancy import acting_in

MOST = 300
DAYS_AHEAD = 366
UNCHECKED, OLDER, DOUBTED, CHECKED = "Not checked", "Checked for an older date", "Another date was found", "Checked"


class CheckRefused(FieldRefused):
    """The check cannot be as given. `field` names the form's field; the text says what to do."""


@dataclass(frozen=True)
class NewCheck:
    """What the checker signed. `checked_on` is local to the case."""

    is_right: bool
    checked_by_name: str
    checked_on: date
    note: str = ""
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class Unchecked:
    """A running date that nobody has checked as it stands now, and how its check stands."""

    due: DueDate
    student: str
    organization: str
    standing: str
    today: date


def record_check(case: Case, row: Deadline, new: NewCheck, *, by: User) -> DeadlineCheck:
    """Record that somebody compared the dates with the law. Raises CheckRefused, and changes nothing."""
    if row.act_by is None:
        raise CheckRefused("is_right", "There is no date yet that could be checked.")
    if new.checked_on > today(case):
        raise CheckRefused("checked_on", "This date is in the future. Enter the day of the check.")
    check = DeadlineCheck(
        id=new.id,
        org_id=case.org_id,
        case_id=case.id,
        deadline_id=row.id,
        nominal=row.nominal,
        act_by=row.act_by,
        late_after=row.late_after,
        is_right=new.is_right,
        note=new.note,
        checked_by_name=new.checked_by_name,
        checked_on=new.checked_on,
        recorded_by=by.id,
        recorded_by_name=by.name,
    )
    db.session.add(check)
    audit.record(case, "deadlines:check:record", by=by, subject=row.id, is_right=new.is_right)
    db.session.commit()
    return check


def checks_of(row: Deadline) -> Sequence[DeadlineCheck]:
    """Return the checks of a deadline, newest first."""
    return db.session.scalars(
        select(DeadlineCheck)
        .where(DeadlineCheck.case_id == row.case_id, DeadlineCheck.deadline_id == row.id)
        .order_by(DeadlineCheck.recorded_at.desc())
    ).all()


def is_of_this_date(row: Deadline, check: DeadlineCheck) -> bool:
    """Whether the check was of the dates as they are now."""
    return (check.nominal, check.act_by, check.late_after) == (row.nominal, row.act_by, row.late_after)


def standing_of(row: Deadline, newest: DeadlineCheck | None) -> str:
    if newest is None:
        return UNCHECKED
    if not is_of_this_date(row, newest):
        return OLDER
    return CHECKED if newest.is_right else DOUBTED


def unchecked(places: Sequence[Workplace], case_id: UUID | None = None) -> list[Unchecked]:
    """Return the running dates of open cases (of one case), a year ahead, that have no standing check: soonest first,
    at most MOST."""
    newest = aliased(
        DeadlineCheck,
        select(DeadlineCheck)
        .distinct(DeadlineCheck.deadline_id)
        .order_by(DeadlineCheck.deadline_id, DeadlineCheck.recorded_at.desc())
        .subquery(),
    )
    same = [getattr(newest, name).is_not_distinct_from(getattr(Deadline, name)) for name in THREE]
    query = (
        select(Deadline, newest, Student.name, Case.timezone)
        .join(Student, Student.case_id == Deadline.case_id)
        .join(Case, Case.id == Deadline.case_id)
        .outerjoin(newest, and_(newest.case_id == Deadline.case_id, newest.deadline_id == Deadline.id))
        .where(is_running(), Deadline.act_by <= func.current_date() + DAYS_AHEAD, Case.stage != Stage.CLOSED.value)
        .where(or_(newest.id.is_(None), ~and_(newest.is_right, *same)))
        .order_by(Deadline.act_by, Deadline.title)
        .limit(MOST)
    )
    if case_id:
        query = query.where(Deadline.case_id == case_id)
    found = []
    for place in places:
        with acting_in(place.scope):
            for row, check, student, zone in db.session.execute(query).all():
                day = today_in(zone)
                found.append(Unchecked(due_date(row, day), student, place.name, standing_of(row, check), day))
    return sorted(found, key=lambda one: (one.due.act_by, one.due.title))[:MOST]


THREE = ("nominal", "act_by", "late_after")
