"""Which district a case is in, by name and State: a calendar spelled a little differently is found, and offered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.district import District
from casemgr.cases.models import Case, Student
from casemgr.deadlines.calendars import CalendarRefused
from casemgr.deadlines.models import SchoolCalendar
from casemgr.deadlines.services import recompute_all
from casemgr.extensions import db

COMMON_WORDS = frozenset({"public", "school", "schools", "district", "sd", "ps", "the", "of"})
"""Words that do not tell districts apart. “Regional”, “Unified”, “City” and numbers do, so they stay."""


def same_district(case: Case) -> Sequence[str]:
    """Return names of districts in the case's State with a calendar, spelled a little differently from that of the
    case, where the case's own spelling has none."""
    own = case.student.district
    in_state = select(SchoolCalendar.district).where(SchoolCalendar.state == case.state)
    named = sorted(set(db.session.scalars(in_state)), key=str.casefold)
    if not own or own in named:
        return []
    return [name for name in named if district_key(name) == district_key(own)]


def link_district(case: Case, district: str, *, by: User) -> None:
    """Take over the spelling under which the organization keeps the district's calendar, and count anew.

    Raises CalendarRefused for a name that was not offered."""
    if district not in same_district(case):
        raise CalendarRefused("district", "This district’s calendar is not there any more. Look again.")
    case.student.district = district
    audit.record(case, "deadlines:school_calendar:link", by=by, subject=case.id, district=district)
    db.session.flush()
    recompute_all([case], cause=f"The school calendar of {district} is used", by_name=by.name)
    db.session.commit()


def district_key(name: str) -> str:
    """Return what is left of a district's name without case, spaces, signs and the words that all of them have:
    "fernhollow" for "Fernhollow Public Schools" and "FERNHOLLOW  School District"."""
    words = re.findall(r"[^\W_]+", name.casefold().replace("’", "").replace("'", ""))
    return " ".join(word for word in words if word not in COMMON_WORDS) or " ".join(words)


def districts() -> Sequence[District]:
    """Return the districts that the organization's students or calendars name."""
    of_students = select(Student.district, Case.state).join(Case, Case.id == Student.case_id)
    entered = select(SchoolCalendar.district, SchoolCalendar.state)
    rows = db.session.execute(of_students.where(Student.district != "").union(entered))
    return sorted(District(name, state) for name, state in rows)


def named(some: Iterable[District]) -> list[tuple[District, str]]:
    """Return each district with its name as people read it: with the State only where the organization's districts
    lie in more than one."""
    in_several = len({one.state for one in districts()}) > 1
    return [(one, str(one) if in_several else one.name) for one in some]
