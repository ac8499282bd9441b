"""School calendars: what is entered moves the dates of the district's open cases, and the old dates are kept."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from casemgr.audit.models import AuditEvent
from casemgr.cases.district import District
from casemgr.deadlines import calendars, queries, tasks
from casemgr.deadlines.calendars import CalendarRefused, NewCalendar
from casemgr.deadlines.closures import Closure, ClosuresUnclear, lines_of, parse_closures
from casemgr.deadlines.districts import district_key, link_district, same_district
from casemgr.deadlines.services import recompute_all
from casemgr.extensions import db
from casemgr.law.terms import FactKind
from casemgr.platform.jobs import jobs, work_off
from casemgr.platform.locking import StaleForm
from tests.deadlines import makers
from tests.deadlines.makers import DISTRICT, FIRST, LAST, calendar_a, consent, deadline, load
from tests.world import World

TEAM_MEETING = "ma-team-iep"
SNOW = date(2027, 1, 13)


def add_snow(world, actor, calendar_id, on=SNOW):
    with world.scope(actor):
        row = queries.school_calendar(calendar_id)
        calendars.add_snow_day(row, on, "Snow day", by=world.user(actor))


def test_school_days_are_not_counted_before_the_calendar_is_entered(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    consent(world, actor, case_id)
    before = deadline(world, actor, case_id, TEAM_MEETING)
    assert before.nominal is None
    assert "the 2026-27 school calendar" in before.reason
    calendar_a(world, actor)
    after = deadline(world, actor, case_id, TEAM_MEETING)
    assert (after.nominal, after.act_by) == (date(2027, 1, 20), date(2027, 1, 20))


def test_a_snow_day_moves_the_45_school_day_date_by_one_and_keeps_the_cause(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    consent(world, actor, case_id)
    calendar_id = calendar_a(world, actor)
    add_snow(world, actor, calendar_id)
    row = deadline(world, actor, case_id, TEAM_MEETING)
    assert row.nominal == date(2027, 1, 21)
    with world.scope(actor):
        newest = queries.changes_of(row)[0]
        assert newest.cause == "School calendar changed: snow day on January 13, 2027"
        assert (newest.was["nominal"], newest.became["nominal"]) == ("2027-01-20", "2027-01-21")
        assert newest.changed_by_name == actor.name


def test_only_the_open_cases_of_the_district_are_counted_anew(world: World) -> None:
    actor = world.person("attorney", "firm")
    here, closed = world.case(actor), world.case(actor)
    for case_id in (here, closed):
        consent(world, actor, case_id)
    with world.scope(actor):
        load(closed).stage = "closed"
        db.session.commit()
    calendar_a(world, actor, District("Another District", "MA"))
    assert deadline(world, actor, here, TEAM_MEETING).nominal is None
    calendar_a(world, actor)
    assert deadline(world, actor, here, TEAM_MEETING).nominal is not None
    assert deadline(world, actor, closed, TEAM_MEETING).nominal is None


def test_many_cases_are_counted_anew_in_the_background(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "MOST_AT_ONCE", 1)
    actor = world.person("attorney", "firm")
    cases = [world.case(actor), world.case(actor)]
    for case_id in cases:
        consent(world, actor, case_id)
    calendar_a(world, actor)
    assert all(deadline(world, actor, case_id, TEAM_MEETING).nominal is None for case_id in cases)
    work_off(world.app)
    assert all(deadline(world, actor, case_id, TEAM_MEETING).nominal == date(2027, 1, 20) for case_id in cases)
    assert tasks.recompute_cases.name in jobs.tasks


@pytest.mark.parametrize(
    ("first", "last", "field", "words"),
    [
        pytest.param(
            date(2027, 6, 1), date(2028, 5, 30), "first_day", "overlaps the 2026-27 school year", id="overlap"
        ),
        pytest.param(date(2028, 9, 1), date(2028, 8, 1), "last_day", "not after the first", id="backwards"),
        pytest.param(date(2028, 9, 1), date(2030, 6, 1), "last_day", "no longer than a year", id="two years"),
    ],
)
def test_a_school_year_that_cannot_be_is_refused(world, first, last, field, words) -> None:
    actor = world.person()
    calendar_a(world, actor)
    with world.scope(actor), pytest.raises(CalendarRefused, match=words) as refused:
        calendars.add_calendar(NewCalendar(DISTRICT, first, last), org_id=actor.org_id, by=world.user(actor))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("on", "words"),
    [
        pytest.param(date(2026, 11, 26), "no school already: Thanksgiving", id="a day off already"),
        pytest.param(date(2027, 1, 16), "Saturdays have no school", id="a weekend"),
        pytest.param(date(2027, 7, 1), "outside the 2026-27 school year", id="summer"),
    ],
)
def test_a_snow_day_that_changes_nothing_is_refused(world, on, words) -> None:
    actor = world.person()
    calendar_id = calendar_a(world, actor)
    with pytest.raises(CalendarRefused, match=words):
        add_snow(world, actor, calendar_id, on)


def test_an_edit_from_before_a_snow_day_does_not_overwrite_it(world: World) -> None:
    actor = world.person()
    calendar_id = calendar_a(world, actor)
    with world.scope(actor):
        seen = queries.school_calendar(calendar_id).version
    add_snow(world, actor, calendar_id)
    with world.scope(actor), pytest.raises(StaleForm):
        row = queries.school_calendar(calendar_id)
        calendars.edit_calendar(row, NewCalendar(DISTRICT, FIRST, LAST), version=seen, by=world.user(actor))


def test_an_edit_replaces_the_days_off(world: World) -> None:
    actor = world.person()
    calendar_id = calendar_a(world, actor)
    with world.scope(actor):
        row = queries.school_calendar(calendar_id)
        days = (Closure(SNOW, SNOW, "Flood"),)
        calendars.edit_calendar(
            row, NewCalendar(DISTRICT, FIRST, LAST, days), version=row.version, by=world.user(actor)
        )
    with world.scope(actor):
        row = queries.school_calendar(calendar_id)
        assert [(one.first_on, one.note) for one in row.closures] == [(SNOW, "Flood")]


@pytest.mark.parametrize(
    ("line", "first", "last", "note"),
    [
        ("2026-11-26 – 2026-11-27 Thanksgiving", (2026, 11, 26), (2026, 11, 27), "Thanksgiving"),
        ("11/3/26: Election Day", (2026, 11, 3), (2026, 11, 3), "Election Day"),
        ("10/12/2026", (2026, 10, 12), (2026, 10, 12), ""),
        ("Thursday, Nov 26-27, 2026 Thanksgiving", (2026, 11, 26), (2026, 11, 27), "Thanksgiving"),
        ("February 15th, 2027 to Feb 19, 2027 - vacation", (2027, 2, 15), (2027, 2, 19), "vacation"),
        ("Jan 18 King Day", (2027, 1, 18), (2027, 1, 18), "King Day"),
        ("4/19-4/23 Spring", (2027, 4, 19), (2027, 4, 23), "Spring"),
    ],
)
def test_days_off_are_read_in_the_forms_that_districts_use(line, first, last, note) -> None:
    (found,) = parse_closures(line, FIRST, LAST)
    assert found == Closure(date(*first), date(*last), note)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Thanksgiving", "Line 2: “Thanksgiving” does not begin with a date"),
        ("2026-11-31", "Line 2: This date does not exist"),
        ("2026-12-24 – 2026-12-01", "Line 2: The last day is before the first"),
        ("2025-11-26", "Line 2: This is outside the school year"),
        ("Oct 13 - 2 hour delay", "Line 2: Write the last day in full"),
        ("2026-09-07", "Lines 1 and 2 name the same day"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line, words) -> None:
    with pytest.raises(ClosuresUnclear, match=words):
        parse_closures(f"2026-09-07 Labor Day\n{line}", FIRST, LAST)


def test_days_off_are_shown_as_they_can_be_typed() -> None:
    found = parse_closures(makers.CLOSED, FIRST, LAST)
    assert lines_of(list(found)) == makers.CLOSED


def test_a_birthday_needs_no_school_calendar(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    makers.record(world, actor, case_id, FactKind.IEP_DATED, date(2026, 2, 27))
    assert deadline(world, actor, case_id, "idea-annual-review").nominal == date(2027, 2, 27)


def test_a_removed_calendar_leaves_its_days_in_the_audit_log_and_its_dates_in_the_history(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    consent(world, actor, case_id)
    calendar_id = calendar_a(world, actor)
    with world.scope(actor):
        row = queries.school_calendar(calendar_id)
        effect = calendars.effect_of(row)
        assert (effect.cases, effect.dates) == (1, 2)
        calendars.remove_calendar(row, version=row.version, by=world.user(actor))
        kept = db.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "deadlines:school_calendar:remove")
        ).one()
        assert kept.detail["bounds"] == ["2026-09-02", "2027-06-17"]
        assert ["2026-11-26", "2026-11-27", "Thanksgiving", False] in kept.detail["closures"]
    row = deadline(world, actor, case_id, TEAM_MEETING)
    assert row.nominal is None
    with world.scope(actor):
        assert queries.changes_of(row)[0].was["nominal"] == "2027-01-20"


def test_a_saturday_with_school_is_counted_and_can_be_typed(world: World) -> None:
    line = "2027-01-16 School: make-up day"
    assert lines_of(list(parse_closures(line, FIRST, LAST))) == line
    actor = world.person()
    case_id = world.case(actor)
    consent(world, actor, case_id)
    with world.scope(actor):
        days = parse_closures(f"{makers.CLOSED}\n{line}", FIRST, LAST)
        calendars.add_calendar(NewCalendar(DISTRICT, FIRST, LAST, days), org_id=actor.org_id, by=world.user(actor))
    assert deadline(world, actor, case_id, TEAM_MEETING).nominal == date(2027, 1, 19)


def test_a_weekday_needs_no_line_to_have_school() -> None:
    with pytest.raises(ClosuresUnclear, match="Only a Saturday or Sunday"):
        parse_closures("2027-01-13 School: as always", FIRST, LAST)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Fernhollow Public Schools", "FERNHOLLOW  school district", True),
        ("Fernhollow Public Schools", "Fernhollow", True),
        ("St. Mary’s School District", "St Marys", True),
        ("Fernhollow Public Schools", "Fernhollow Regional", False),
        ("School District 11", "School District 12", False),
        ("Public Schools", "School District", False),
    ],
)
def test_districts_are_the_same_when_only_the_spelling_differs(one, other, same) -> None:
    assert (district_key(one) == district_key(other)) is same


def test_a_case_of_the_same_district_is_offered_its_calendar_and_counts_with_it(world: World) -> None:
    actor = world.person("owner", "firm")
    calendar_a(world, actor)
    case_id = world.case(actor)
    consent(world, actor, case_id)
    with world.scope(actor):
        case = load(case_id)
        assert same_district(case) == []
        case.student.district = "fernhollow  PUBLIC schools"
        db.session.commit()
        recompute_all([case], cause="test")
        db.session.commit()
    assert deadline(world, actor, case_id, TEAM_MEETING).nominal is None
    with world.scope(actor):
        case = load(case_id)
        assert same_district(case) == [DISTRICT.name]
        with pytest.raises(CalendarRefused):
            link_district(case, "Another District", by=world.user(actor))
        link_district(case, DISTRICT.name, by=world.user(actor))
    assert deadline(world, actor, case_id, TEAM_MEETING).nominal == date(2027, 1, 20)


def test_after_a_snow_day_a_recount_of_everything_finds_nothing_to_change(world: World) -> None:
    """Only what hangs on the calendar is written; the rest must be as true as if it had been."""
    actor = world.person()
    case_id = world.case(actor)
    calendar_id = calendar_a(world, actor)
    consent(world, actor, case_id)
    for kind, on in (
        (FactKind.IEP_DATED, date(2026, 3, 10)),
        (FactKind.IEE_REQUESTED, date(2026, 10, 5)),
        (FactKind.DUE_PROCESS_COMPLAINT_RECEIVED, date(2026, 11, 10)),
        (FactKind.RECORDS_REQUESTED, date(2026, 10, 1)),
    ):
        makers.record(world, actor, case_id, kind, on)
    add_snow(world, actor, calendar_id, date(2026, 12, 10))

    def stored() -> dict[str, object]:
        with world.scope(actor):
            rows = queries.deadlines_of(load(case_id))
            return {row.key: (row.act_by, row.nominal, row.late_after, row.reason, row.explanation) for row in rows}

    before = stored()
    with world.scope(actor):
        recompute_all([load(case_id)], cause="test")
        db.session.commit()
    assert stored() == before
    assert any("2026-12-10" in str(explanation["steps"]) for *_, explanation in before.values())
