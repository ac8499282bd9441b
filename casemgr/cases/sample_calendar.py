"""The school calendars of the sample's made-up district. They belong to the organization, not to the case."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select

from casemgr.cases.models import Student
from casemgr.cases.sample_story.cast import DISTRICT
from casemgr.cases.sample_story.days import closures_of, school_years
from casemgr.deadlines.models import SchoolCalendar, SchoolClosure
from casemgr.deadlines.queries import school_calendars
from casemgr.extensions import db


def enter_school_years(org_id: UUID, today: date) -> None:
    """Enter the school years that the story needs and the organization does not have. Does not commit."""
    known = {row.first_day for row in school_calendars(DISTRICT)}
    for year in school_years(today):
        if year.first in known:
            continue
        calendar = SchoolCalendar(org_id=org_id, district=DISTRICT, first_day=year.first, last_day=year.last)
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
    if db.session.scalar(select(Student.id).where(Student.district == DISTRICT).limit(1)) is not None:
        return
    for calendar in school_calendars(DISTRICT):
        db.session.delete(calendar)
