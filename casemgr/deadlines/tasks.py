"""Count the dates of cases anew in the background. Safe to be killed anywhere and started again."""

from __future__ import annotations

from uuid import UUID

from casemgr.cases.queries import cases_of
from casemgr.deadlines.services import recompute_all
from casemgr.extensions import db
from casemgr.platform.jobs import background


@background("deadlines.recompute_cases")
def recompute_cases(*, cases: list[str], cause: str, by_name: str, change_id: str) -> None:
    """Bring the deadlines of some cases in line with their district's calendar, which has changed, all at once."""
    found = cases_of([UUID(case) for case in cases])
    recompute_all(found, cause=cause, by_name=by_name, change_id=UUID(change_id), only_calendar=True)
    db.session.commit()
