"""What the page of facts and deadlines shows, sorted out for its reader."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.cases.queries import DueDate, due_date
from casemgr.deadlines import queries
from casemgr.deadlines.models import Deadline, Fact
from casemgr.deadlines.standing import ACTIVE_STATES, state_on

A_YEAR = timedelta(days=366)
MISSING_YEAR = re.compile(r"the (\d{4}-\d{2}) school calendar")
DONE_STATES = {
    "met": "Met",
    "waived": "Waived",
    "passed": "Dates behind you and look-back dates",
    "superseded": "No longer running",
}


@dataclass(frozen=True)
class Undated:
    """A deadline without a date, and why. `missing_year` is the school year that somebody has to enter."""

    row: Deadline
    missing_year: str


@dataclass(frozen=True)
class DeadlineList:
    """The deadlines of a case, each where its reader looks for it.

    Attributes:
        running, far: with a date, soonest first; `far` are more than a year away.
        waiting: no date until something is entered. duties: our tables give no number of days.
        done: by state, what needs nobody any more.
    """

    today: date
    running: list[DueDate]
    far: list[DueDate]
    waiting: list[Undated]
    duties: list[Deadline]
    done: Mapping[str, list[Deadline]]


@dataclass(frozen=True)
class FactList:
    """`current`: as they stand, newest first. `replaced`: corrected or taken back, with what did it."""

    current: Sequence[Fact]
    replaced: list[tuple[Fact, Fact]]


def deadline_list(case: Case) -> DeadlineList:
    """Return every deadline of a case, each in the place where its reader looks for it."""
    now = today(case)
    found = DeadlineList(now, [], [], [], [], {state: [] for state in DONE_STATES})
    for row in queries.deadlines_of(case):
        state = state_on(row, now)
        if state not in ACTIVE_STATES:
            found.done[state].append(row)
        elif row.act_by is not None:
            is_far = row.act_by > now + A_YEAR
            (found.far if is_far else found.running).append(due_date(row, now))
        elif state == "suspended" or row.explanation.get("unit"):
            found.waiting.append(Undated(row, missing_year(row.reason)))
        else:
            found.duties.append(row)
    return found


def missing_year(reason: str) -> str:
    """Return the school year that a reason asks for ("2026-27"), or nothing."""
    match = MISSING_YEAR.search(reason)
    return match[1] if match else ""


def fact_list(case: Case) -> FactList:
    """Return the facts as they stand and those that were replaced, newest first by their date."""
    everything = queries.all_facts(case)
    by_id = {row.id: row for row in everything}
    replaced = [(by_id[row.corrects_id], row) for row in everything if row.corrects_id]
    gone = {old.id for old, _ in replaced}
    current = [row for row in everything if row.id not in gone and not row.is_retraction]
    return FactList(sorted(current, key=lambda row: (row.on_date, row.number), reverse=True), replaced)


@dataclass(frozen=True)
class Hanging:
    """A deadline that rests on a fact, and in what way: "It started", "It met" …"""

    how: str
    row: Deadline
    state: str


ENDED_BY = {"met_by": "It met", "waived_by": "It made unnecessary", "extended_by": "It moved"}


def hanging_on(case: Case, fact: Fact) -> list[Hanging]:
    """Return the deadlines that a fact started, met, waived or moved, soonest first."""
    now, found = today(case), []
    for row in queries.deadlines_of(case):
        hows = [words for key, words in ENDED_BY.items() if row.explanation.get(key) == str(fact.id)]
        if row.fact_id == fact.id:
            hows.insert(0, "It started")
        found += [Hanging(how, row, state_on(row, now)) for how in hows]
    return found
