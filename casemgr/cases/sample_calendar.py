"""The school calendars of the sample's made-up district. They belong to the organization, not to the case."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select

from casemgr.cases.district import District
from casemgr.cases.models import Case, Student
from casemgr.cases.sample_story.cast import DISTRICT, STATE
from casemgr.cases.sample_story.days import closures_of, school_years
from casemgr.deadlines.models import SchoolCalendar, SchoolClosure
from casemgr.deadlines.queries import school_calendars
from casemgr.extensions import db

MADE_UP = District(DISTRICT, STATE)


def enter_school_years(org_id: UUID, today: date) -> None:
    """Enter the school years that the story needs and the organization does not have. Does not commit."""
    known = {row.first_day for row in school_calendars(MADE_UP)}
    for year in school_years(today):
        if year.first in known:
            continue
        calendar = SchoolCalendar(
            org_id=org_id, state=STATE, district=DISTRICT, first_day=year.first, last_day=year.last
        )
        calendar.closures = [
            SchoolClosure(org_id=org_id, first_on=first, last_on=last, note=note)
            for first, last, note in closures_of(year.first.year)
        ]
        db.session.add(calendar)
    db.session.flush()


def forget_school_years() -> None:
    """Remove the made-up district's calendars, unless another case of the organization uses it. Does not commit.

    Only that name: a sample whose student was moved to a real district leaves the real calendars alone.
    """
    db.session.flush()
    others = select(Case.id).join(Student, Student.case_id == Case.id)
    if db.session.scalar(others.where(Student.district == DISTRICT, Case.state == STATE).limit(1)) is not None:
        return
    for calendar in school_calendars(MADE_UP):
        db.session.delete(calendar)
