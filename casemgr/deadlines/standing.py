"""How a deadline stands on a given day. Stored states are as of the last change of a fact; days go by without one."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, func, or_

from casemgr.deadlines.models import Deadline
from casemgr.law.terms import DeadlineState, RuleKind

ACTIVE_STATES = ("open", "late", "suspended")


def state_on(row: Deadline, today: date) -> str:
    """Return the state on `today`: what is open becomes late (a milestone: passed) once its last day is over.

    Nothing is ever late on its own day. Any other state only changes with a fact."""
    if row.state != DeadlineState.OPEN.value:
        return row.state
    is_milestone = row.explanation.get("kind") == RuleKind.MILESTONE.value
    last = (row.nominal or row.late_after) if is_milestone else row.late_after
    if last is None or today <= last:
        return row.state
    return DeadlineState.PASSED.value if is_milestone else DeadlineState.LATE.value


def is_running(today: date | None = None) -> ColumnElement[bool]:
    """The condition that a deadline still matters on `today`: a milestone behind us needs nobody any more.

    Without `today` (lists over several time zones) the server's date decides, with one day to spare."""
    today = today or (func.current_date() - 1)
    last = func.coalesce(Deadline.nominal, Deadline.late_after)
    not_behind_us = or_(
        last.is_(None),
        last >= today,
        Deadline.explanation["kind"].astext != RuleKind.MILESTONE.value,
        Deadline.explanation["kind"].is_(None),
    )
    return Deadline.state.in_(ACTIVE_STATES) & not_behind_us
