"""What is due within a year over all of a person's cases, in every organization they work in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from casemgr.cases.lists import Workplace
from casemgr.deadlines.over_cases import Dated, Span, dated
from casemgr.web.filters import local_today

MOST = 300
AHEAD = timedelta(days=366)
GROUPS = {
    "overdue": "Overdue",
    "week": "In the next 7 days",
    "month": "In the next 30 days",
    "later": "Later",
}


@dataclass(frozen=True)
class Agenda:
    """`groups` by heading, each soonest first. `is_cut`: there is more than is shown."""

    groups: dict[str, list[Dated]]
    is_cut: bool


def agenda(places: Sequence[Workplace], who: str) -> Agenda:
    """Return the running dates of all open cases. `who`: a key of over_cases.WHO."""
    rows = dated(places, Span(until=local_today() + AHEAD), who, MOST + 1)
    groups: dict[str, list[Dated]] = {name: [] for name in GROUPS}
    for row in rows[:MOST]:
        groups[group_of(row)].append(row)
    return Agenda(groups, is_cut=len(rows) > MOST)


def group_of(row: Dated) -> str:
    """Return the heading it stands under. Another side's date is overdue once it is late on every reading."""
    days = (row.due.act_by - row.today).days
    if row.due.state == "late" or (row.due.is_ours and days < 0):
        return "overdue"
    return "week" if days <= 7 else "month" if days <= 30 else "later"
