"""All deadlines of 10,000 cases, 20 facts and a school calendar each, in one process: the law engine alone.

Beside it, in the same run, as many bare `numpy.busday_offset` calls as dates were counted, with the same starts and
counts. That is what counting alone costs: no facts, rules, readings or reasons. Printed: cases per second of
both (processor time), and how many times longer we take.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from casemgr.deadlines.holidays import day_calendar
from casemgr.law.days import DayCalendar, SchoolYear
from casemgr.law.deadlines import Deadline, Fact, deadlines
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import FactKind, PartyRole

CASES = 10_000
FACTS = 20
TODAY = date(2026, 11, 23)
STATES = ("MA", "MA", "NY", "TX")
KINDS = (
    FactKind.EVALUATION_CONSENT_RECEIVED,
    FactKind.EVALUATION_COMPLETED,
    FactKind.IEP_DATED,
    FactKind.IEP_PROPOSED_RECEIVED,
    FactKind.IEE_REQUESTED,
    FactKind.RECORDS_REQUESTED,
    FactKind.MEETING_REQUESTED,
    FactKind.MEETING_HELD,
    FactKind.DUE_PROCESS_COMPLAINT_FILED,
    FactKind.DUE_PROCESS_COMPLAINT_RECEIVED,
    FactKind.RESOLUTION_MEETING_HELD,
    FactKind.HEARING_SCHEDULED,
    FactKind.DECISION_ISSUED,
    FactKind.STATE_COMPLAINT_FILED,
    FactKind.DISCRIMINATORY_ACT,
    FactKind.ACTION_KNOWN,
)


def main() -> int:
    made = [_case(random.Random(number)) for number in range(CASES)]
    for state, facts, calendar in made[:50]:
        deadlines(rulebook_for(state), facts, calendar, TODAY)  # rulebooks and holidays are read once
    ours, dates, counts = 0.0, 0, []
    for state, facts, calendar in made:
        rulebook = rulebook_for(state)
        started = time.process_time()
        rows = deadlines(rulebook, facts, calendar, TODAY)
        ours += time.process_time() - started
        dates += len(rows)
        counts += _counts(rows)
    holidays = np.busdaycalendar(holidays=[np.datetime64(day) for day in sorted(made[0][2].holidays)])
    started = time.process_time()
    for start, count in counts:
        np.busday_offset(start, count, roll="forward", busdaycal=holidays)
    bare = time.process_time() - started
    print(
        f"{CASES:,} cases, {CASES * FACTS:,} facts, {dates:,} deadlines: {ours:.1f} s, {CASES / ours:,.0f} cases per "
        f"second; {len(counts):,} bare numpy.busday_offset calls: {bare:.2f} s, {CASES / bare:,.0f} cases per second; "
        f"ratio {ours / bare:.1f}"
    )
    return 0


def _case(chance: random.Random) -> tuple[str, list[Fact], DayCalendar]:
    start = date(2025, 9, 2) + timedelta(days=chance.randrange(300))
    proceeding = f"proceeding-{chance.random()}"
    facts = [
        Fact(
            f"fact-{number}",
            kind,
            start + timedelta(days=chance.randrange(400)),
            proceeding=proceeding if "complaint" in kind.value else None,
            filed_by=PartyRole.PARENT,
        )
        for number, kind in enumerate(chance.choice(KINDS) for _ in range(FACTS))
    ]
    state = chance.choice(STATES)
    years = tuple(_school_year(chance, year) for year in (2024, 2025, 2026, 2027))
    return state, facts, day_calendar(state, years, range(2019, 2034))


def _school_year(chance: random.Random, year: int) -> SchoolYear:
    first, last = date(year, 9, chance.randrange(1, 8)), date(year + 1, 6, chance.randrange(10, 25))
    closed = [date(year, 11, 26) + timedelta(days=n) for n in (0, 1)]
    closed += [date(year, 12, 24) + timedelta(days=n) for n in range(9)]
    closed += [first + timedelta(days=chance.randrange(20, 270)) for _ in range(12)]
    return SchoolYear(first, last, frozenset(closed))


def _counts(rows: list[Deadline]) -> Iterator[tuple[np.datetime64, int]]:
    """The start and the signed number of days of each date that was counted."""
    for row in rows:
        if row.nominal is not None and row.day_zero is not None and row.rule.count is not None:
            yield np.datetime64(row.day_zero), row.rule.count * (1 if row.nominal >= row.day_zero else -1)


if __name__ == "__main__":
    sys.exit(main())
