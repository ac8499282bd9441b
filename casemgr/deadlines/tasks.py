"""Count the dates of a case anew in the background. Safe to be killed anywhere and started again."""

from __future__ import annotations

from uuid import UUID

from casemgr.cases.models import Case
from casemgr.deadlines.services import recompute
from casemgr.extensions import db
from casemgr.platform.jobs import background


@background("deadlines.recompute_case")
def recompute_case(*, case_id: str, cause: str, by_name: str) -> None:
    """Bring one case's deadlines in line with its facts and its district's calendar."""
    case = db.session.get(Case, UUID(case_id))
    if case is not None:
        recompute(case, cause=cause, by_name=by_name)
        db.session.commit()
