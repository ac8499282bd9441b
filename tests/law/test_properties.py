"""What holds for every case, every calendar and every pack, whatever happened before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casemgr.law.counting import compute
from casemgr.law.days import DayCalendar
from casemgr.law.deadlines import Deadline, Fact, deadlines
from casemgr.law.packfiles import PACKS, PackError
from casemgr.law.rulebook import Stock, load, packed_states, rulebook_for
from casemgr.law.terms import Direction, FactKind, PartyRole, Unit
from tests.law.calendars import CALENDAR_A, YEAR_A

MA = rulebook_for("MA")
TODAY = date(2026, 12, 1)
BUSINESS = [rule for rule in MA.rules if rule.unit is Unit.BUSINESS_DAY]
DAYS = st.dates(date(2026, 9, 2), date(2027, 5, 28))


@given(st.sampled_from(BUSINESS), DAYS, st.sets(st.dates(date(2026, 8, 1), date(2027, 7, 1)), max_size=6))
def test_a_further_holiday_gives_no_rule_that_counts_business_days_less_time(
    rule: object, on: date, more: set[date]
) -> None:
    fewer = compute(rule, on, CALENDAR_A)  # type: ignore[arg-type]
    fuller = compute(rule, on, replace(CALENDAR_A, holidays=CALENDAR_A.holidays | more))  # type: ignore[arg-type]
    assert fewer.nominal
    assert fuller.nominal
    if rule.direction is Direction.AFTER:  # type: ignore[attr-defined]
        assert fuller.nominal >= fewer.nominal
        assert (fuller.late_after or date.min) >= (fewer.late_after or date.min)
    else:
        assert fuller.nominal <= fewer.nominal
        assert (fuller.act_by or date.min) <= (fewer.act_by or date.min)


# -- whatever was edited before ----------------------------------------------------------------------------------------

KINDS = [
    FactKind.EVALUATION_CONSENT_RECEIVED,
    FactKind.IEP_TEAM_MET,
    FactKind.IEP_PROPOSED_RECEIVED,
    FactKind.DUE_PROCESS_COMPLAINT_FILED,
    FactKind.DUE_PROCESS_COMPLAINT_RECEIVED,
    FactKind.AMENDED_COMPLAINT_FILED,
    FactKind.RESOLUTION_MEETING_WAIVED,
    FactKind.NO_AGREEMENT_POSSIBLE,
    FactKind.MEDIATION_CONTINUES,
    FactKind.MEDIATION_WITHDRAWN,
    FactKind.RESOLUTION_MEETING_HELD,
    FactKind.HEARING_SCHEDULED,
    FactKind.DECISION_ISSUED,
    FactKind.EXPEDITED_COMPLAINT_FILED,
    FactKind.DISCIPLINARY_PLACEMENT_CHANGE_DECIDED,
    FactKind.PROCEEDING_WITHDRAWN,
    FactKind.STATE_COMPLAINT_RECEIVED,
    FactKind.STATE_COMPLAINT_SET_ASIDE,
]
Case = tuple[list[Fact], DayCalendar]
Edit = Callable[[Case], Case]


def _record(kind: FactKind, on: date, filer: PartyRole | None) -> Edit:
    def edit(case: Case) -> Case:
        facts, calendar = case
        number = max((int(fact.id) for fact in facts), default=0) + 1
        return [*facts, Fact(f"{number}", kind, on, filed_by=filer)], calendar

    return edit


def _correct(which: int, on: date) -> Edit:
    def edit(case: Case) -> Case:
        facts, calendar = case
        return [replace(fact, on=on) if at == which % len(facts) else fact for at, fact in enumerate(facts)], calendar

    return edit


def _retract(which: int) -> Edit:
    def edit(case: Case) -> Case:
        facts, calendar = case
        return [fact for at, fact in enumerate(facts) if at != which % max(len(facts), 1)], calendar

    return edit


def _snow(on: date) -> Edit:
    def edit(case: Case) -> Case:
        facts, calendar = case
        year = calendar.school_years[0]
        return facts, replace(calendar, school_years=(replace(year, closed=year.closed ^ {on}),))

    return edit


def _year_ends(on: date) -> Edit:
    def edit(case: Case) -> Case:
        facts, calendar = case
        return facts, replace(calendar, school_years=(replace(calendar.school_years[0], last=on),))

    return edit


EDITS = st.one_of(
    st.builds(_record, st.sampled_from(KINDS), DAYS, st.sampled_from([None, PartyRole.PARENT, PartyRole.LEA])),
    st.builds(_record, st.sampled_from(KINDS), DAYS, st.none()),
    st.builds(_correct, st.integers(0, 30), DAYS),
    st.builds(_retract, st.integers(0, 30)),
    st.builds(_snow, DAYS),
    st.builds(_year_ends, st.dates(date(2027, 6, 1), date(2027, 6, 30))),
)


def _afresh(case: Case) -> list[Deadline]:
    """Computed from copies of everything, with a rulebook that nobody has used."""
    facts, calendar = case
    years = tuple(replace(year) for year in calendar.school_years)
    return deadlines(FRESH, [replace(fact) for fact in facts], replace(calendar, school_years=years), TODAY)


FRESH = load(PACKS, "MA")


@settings(max_examples=40)
@given(st.lists(EDITS, min_size=1, max_size=14))
def test_computing_again_after_each_edit_gives_what_computing_once_from_scratch_gives(edits: list[Edit]) -> None:
    case: Case = ([], replace(CALENDAR_A, school_years=(YEAR_A,)))
    seen: list[Deadline] = []
    for edit in edits:
        case = edit(case)
        seen = deadlines(MA, case[0], case[1], TODAY)
    assert seen == _afresh(case)
    assert len({one.key for one in seen}) == len(seen), "a key names one deadline"


@settings(max_examples=40)
@given(st.lists(EDITS, min_size=1, max_size=8), EDITS)
def test_an_edit_that_is_taken_back_leaves_no_trace(edits: list[Edit], more: Edit) -> None:
    case: Case = ([], replace(CALENDAR_A, school_years=(YEAR_A,)))
    for edit in edits:
        case = edit(case)
    before = deadlines(MA, case[0], case[1], TODAY)
    deadlines(MA, *more(case), TODAY)
    assert deadlines(MA, case[0], case[1], TODAY) == before


# -- versions ----------------------------------------------------------------------------------------------------------

PACK = b'[pack]\nname = "Federal law"\nno_state_pack_notice = ""\n'
ROW = """
[[rule]]
id = "x"
title = "T"
explanation = "E."
kind = "information"
direction = "none"
actor = "lea"
citation = "C"
verified = "V"
read_on = 2026-11-22
"""
BOUNDS = st.tuples(
    st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2020, 1, 1))), st.one_of(st.none(), st.integers(0, 4000))
)


@given(st.lists(BOUNDS, min_size=1, max_size=4), st.lists(st.dates(date(1995, 1, 1), date(2035, 1, 1)), max_size=20))
def test_versions_that_load_never_overlap_and_versions_that_overlap_never_load(
    bounds: list[tuple[date | None, int | None]], days: list[date]
) -> None:
    spans = [
        (first, None if length is None else (first or date(2000, 1, 1)) + timedelta(days=length))
        for first, length in bounds
    ]
    rows = "".join(
        ROW + (f"effective = {first}\n" if first else "") + (f"ended = {last}\n" if last else "")
        for first, last in spans
    )
    edges = [day for span in spans for day in span if day]
    in_force = [
        sum((first or date.min) <= day <= (last or date.max) for first, last in spans)
        for day in (*days, *edges, date(1980, 1, 1), date(2090, 1, 1))
    ]
    try:
        book = Stock({"us": {"pack.toml": PACK, "x.toml": rows.encode()}}).book("US")
    except PackError as refusal:
        assert "overlap" in str(refusal)
        assert max(in_force) > 1, "only what overlaps is refused"
    else:
        assert max(in_force) <= 1
        assert len(book.rules) == len(spans)


@pytest.mark.parametrize("state", ["US", *packed_states()])
@settings(max_examples=25)
@given(on=st.dates(date(2000, 1, 1), date(2035, 1, 1)))
def test_on_no_day_are_two_versions_of_a_rule_in_force(state: str, on: date) -> None:
    in_force = [rule.id for rule in rulebook_for(state).rules if rule.in_force(on)]
    assert len(in_force) == len(set(in_force))


@given(
    st.sampled_from(["MA", "TX", "CA", "WY"]),
    st.lists(st.tuples(st.sampled_from(FactKind), DAYS), max_size=9),
    st.sets(DAYS, max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_a_school_calendar_moves_no_date_but_those_that_hang_on_it(
    state: str, told: list[tuple[FactKind, date]], closed: set[date]
) -> None:
    book = rulebook_for(state)
    facts = [Fact(f"{number}", kind, on) for number, (kind, on) in enumerate(told)]
    snow = replace(CALENDAR_A, school_years=(replace(YEAR_A, closed=YEAR_A.closed | closed),))
    before = {one.key: one for one in deadlines(book, facts, CALENDAR_A, TODAY)}
    after = deadlines(book, facts, snow, TODAY)
    moved = book.moved_by_school_calendar
    assert deadlines(book, facts, snow, TODAY, only=moved) == [one for one in after if one.rule.id in moved]
    assert all(one == before[one.key] for one in after if one.rule.id not in moved)
