"""Facts that meet: two people at once, birthdays, a case that changes its State or district."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta

from casemgr.cases import services as cases
from casemgr.cases.clock import today
from casemgr.cases.records import CaseChange, StudentRecord
from casemgr.deadlines import queries, services
from casemgr.deadlines.services import NewFact, recompute
from casemgr.deadlines.standing import state_on
from casemgr.law.days import add_months
from casemgr.law.terms import FactKind
from tests.deadlines.makers import calendar_a, consent, deadline, load
from tests.world import World


def test_two_people_who_record_at_once_both_start_their_deadlines(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    ready, failed = threading.Barrier(2), []

    def record(kind: FactKind) -> None:
        with world.scope(actor):
            case, user = load(case_id), world.user(actor)
            queries.deadlines_of(case)
            ready.wait(10)
            try:
                services.record_fact(case, NewFact(kind, date(2026, 11, 2)), by=user)
            except Exception as error:
                failed.append(error)

    kinds = (FactKind.IEP_DATED, FactKind.RECORDS_REQUESTED)
    threads = [threading.Thread(target=record, args=[kind]) for kind in kinds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    with world.scope(actor):
        rules = {row.rule_id for row in queries.deadlines_of(load(case_id))}
        assert {"idea-annual-review", "ma-records"} <= rules


def test_a_birthday_long_before_the_concern_starts_nothing(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    consent(world, actor, case_id)
    with world.scope(actor):
        case = load(case_id)
        kinds = {fact.kind for fact in queries.law_facts(case)}
        assert FactKind.THIRD_BIRTHDAY not in kinds
        assert FactKind.SIXTEENTH_BIRTHDAY in kinds
        reasons = [row.reason for row in queries.deadlines_of(case) if row.state == "open"]
        assert not [reason for reason in reasons if "list of holidays" in reason]


def test_nobody_is_called_late_over_an_age_that_was_reached_before_the_case_began(world: World) -> None:
    actor = world.person()
    for days_ago, state in ((300, "passed"), (100, "late")):
        case_id = world.case(actor)
        with world.scope(actor):
            case = load(case_id)
            case.concern_on = today(case) - timedelta(days=200)
            case.student.born_on = add_months(today(case) - timedelta(days=days_ago), -12 * 14)
            recompute(case, cause="A test")
            planned = next(row for row in queries.deadlines_of(case) if row.rule_id == "ma-transition-14")
            assert planned.state == state
            assert any("before this case began" in note for note in planned.explanation["notes"]) is (state == "passed")


def test_ages_that_an_iep_hangs_on_start_nothing_for_a_504_plan_alone(world: World) -> None:
    actor = world.person()
    rules = {}
    for track in ("section_504", "both"):
        case_id = world.case(actor, track=track)
        with world.scope(actor):
            case = load(case_id)
            recompute(case, cause="A test.")
            rules[track] = {row.rule_id for row in queries.deadlines_of(case)}
    about_an_iep = {"ma-transition-14", "idea-age-majority-notice", "ma-age-22"}
    assert about_an_iep <= rules["both"]
    assert rules["both"] - rules["section_504"] == about_an_iep
    assert {"ma-records-14", "ma-age-18"} <= rules["section_504"]


def test_a_case_that_moves_to_another_district_or_state_is_counted_anew(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    calendar_a(world, actor)
    consent(world, actor, case_id)
    assert deadline(world, actor, case_id, "ma-evaluation").nominal == date(2026, 12, 18)
    with world.scope(actor):
        case = load(case_id)
        student = {name: getattr(case.student, name) for name in StudentRecord.__dataclass_fields__}
        kept = {name: getattr(case, name) for name in CaseChange.__dataclass_fields__ if name != "student"}
        same = CaseChange(student=StudentRecord(**student), **kept)
        moved = replace(same, student=replace(same.student, district="Another District"))
        cases.edit_case(case, moved, by=world.user(actor), seen=(case.version, case.student.version))
    row = deadline(world, actor, case_id, "ma-evaluation")
    assert row.nominal is None
    with world.scope(actor):
        assert queries.changes_of(row)[0].cause == "The case was edited: district"


def test_a_date_is_never_late_on_its_own_day(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    calendar_a(world, actor)
    consent(world, actor, case_id)
    row = deadline(world, actor, case_id, "ma-evaluation")
    assert state_on(row, row.late_after) == "open"
    assert state_on(row, date.fromordinal(row.late_after.toordinal() + 1)) == "late"
    row.explanation = row.explanation | {"kind": "milestone"}
    assert state_on(row, date.fromordinal(row.nominal.toordinal() + 1)) == "passed"
    row.state = "met"
    assert state_on(row, date(2099, 1, 1)) == "met"


def test_a_deadline_outlives_the_corrections_of_what_started_it(world: World) -> None:
    parent = world.person()
    case_id = world.case(parent)
    calendar_a(world, parent)
    consent(world, parent, case_id)
    before = deadline(world, parent, case_id, "ma-evaluation")
    for day in (4, 5):
        with world.scope(parent):
            (old,) = queries.current_facts(load(case_id))
            new = NewFact(FactKind.EVALUATION_CONSENT_RECEIVED, date(2026, 11, day))
            services.correct_fact(load(case_id), old, new, "The stamp.", by=world.user(parent))
    with world.scope(parent):
        (current,) = queries.current_facts(load(case_id))
        (row,) = [row for row in queries.deadlines_of(load(case_id)) if row.rule_id == "ma-evaluation"]
        assert (row.id, row.key, row.state) == (before.id, before.key, "open")
        assert row.fact_id == current.id
        assert [change.became["nominal"] for change in queries.changes_of(row)] == ["2026-12-22", "2026-12-21"]
