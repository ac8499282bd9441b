"""The discipline log: what is logged, counted, started, corrected and told."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.cases.sample import open_sample_case
from casemgr.cases.services import remove_sample
from casemgr.deadlines import queries as deadlines
from casemgr.deadlines.calendars import add_snow_day
from casemgr.deadlines.queries import school_calendars
from casemgr.discipline import queries, services
from casemgr.discipline.counting import log_of
from casemgr.discipline.models import Removal
from casemgr.extensions import db
from casemgr.notices.models import Notice
from tests.deadlines.makers import DISTRICT, calendar_a, deadline, load
from tests.discipline.makers import log
from tests.proceedings.kit import hidden, send
from tests.world import Actor, World

ANSWERS = {"kind": "out_of_school", "share": "1", "similar": "", "services": "", "counts": "rule"}


@pytest.fixture
def family(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[Actor, UUID]:
    """A parent with a case, Calendar A, on December 18, 2026."""
    for module in ("casemgr.discipline.counting", "casemgr.discipline.services", "casemgr.deadlines.queries"):
        monkeypatch.setattr(f"{module}.today", lambda case: date(2026, 12, 18))
    monkeypatch.setattr("casemgr.deadlines.recomputing.today", lambda case: date(2026, 12, 18))
    actor = world.person(name="Dana Example")
    calendar_a(world, actor)
    return actor, world.case(actor)


def add(client, case_id: UUID, first: str, last: str = "", **more: str):
    return send(
        client, f"/cases/{case_id}/discipline/new", **ANSWERS | {"first_on": first, "last_on": last or first} | more
    )


def rules(world: World, actor: Actor, case_id: UUID) -> dict[str, str]:
    with world.scope(actor):
        return {row.rule_id: row.state for row in deadlines.deadlines_of(load(case_id))}


def test_an_empty_log_says_what_to_do_first(family, client_for) -> None:
    actor, case_id = family
    page = client_for(actor).get(f"/cases/{case_id}/discipline").text
    assert "0 of 10" in page and "No removals logged" in page
    assert "/discipline" in client_for(actor).get(f"/cases/{case_id}").text


def test_days_are_counted_in_school_days_and_shown_plainly(family, client_for) -> None:
    actor, case_id = family
    client = client_for(actor)
    assert (
        add(client, case_id, "2026-11-24", "2026-12-01", behavior="“Three days, see the handbook.”").status_code == 302
    )
    add(client, case_id, "2026-12-07", share="0.5", kind="sent_home")
    add(client, case_id, "2026-12-09", kind="in_school_with_services")
    page = client.get(f"/cases/{case_id}/discipline").text
    assert "4.5 of 10" in page and "4.5 school days of removal so far" in page
    assert "5.5 left before the school owes services" in page
    assert "“Three days, see the handbook.”" in page and "Does not count" in page
    assert "71 Fed. Reg. 46715" in page and "UNVERIFIED" in page, "each says why, and how sure we are"


def test_passing_day_ten_starts_what_the_law_starts_and_tells_the_others(family, world: World, client_for) -> None:
    actor, case_id = family
    partner = world.person("owner", org_id=actor.org_id)
    client = client_for(actor)
    add(client, case_id, "2026-09-14", "2026-09-25")
    assert "idea-mdr" not in rules(world, actor, case_id)
    add(client, case_id, "2026-10-05", similar="yes")
    page = client.get(f"/cases/{case_id}/discipline").text
    assert "11 of 10" in page and "Past 10 school days" in page and "Looks like a pattern" in page
    assert rules(world, actor, case_id)["idea-mdr"] == "late"
    why = client.get(f"/cases/{case_id}/deadlines/{deadline(world, actor, case_id, 'idea-mdr').id}").text
    assert "worked out from the" in why and f"/cases/{case_id}/discipline#removal-" in why
    with world.scope(actor):
        told = db.session.scalars(select(Notice).where(Notice.case_id == case_id, Notice.kind == "discipline")).all()
        assert [notice.user_id for notice in told] == [partner.user_id]
        assert "More than 10 school days of removal in 2026-27" in told[0].text


def test_a_person_compares_the_behavior_with_one_press(family, world: World, client_for) -> None:
    actor, case_id = family
    client = client_for(actor)
    add(client, case_id, "2026-09-14", "2026-09-25")
    add(client, case_id, "2026-10-05")
    page = client.get(f"/cases/{case_id}/discipline").text
    assert "Please compare the behavior" in page and "idea-mdr" not in rules(world, actor, case_id)
    with world.scope(actor):
        second = queries.current_removals(load(case_id))[1].removal_id
    address = f"/cases/{case_id}/discipline/{second}/behavior"
    assert [client.post(address, data={"similar": "yes"}).status_code for _ in range(2)] == [302, 302]
    assert client.post(address, data={"similar": "perhaps"}).status_code == 400
    assert "idea-mdr" in rules(world, actor, case_id)
    client.post(address, data={"similar": "no"})
    assert rules(world, actor, case_id)["idea-mdr"] == "superseded"
    assert "No pattern by your answers" in client.get(f"/cases/{case_id}/discipline").text


def test_a_correction_keeps_what_was_and_moves_the_dates(family, world: World, client_for) -> None:
    actor, case_id = family
    client = client_for(actor)
    removal_id = log(world, actor, case_id, "2026-11-23", "2026-12-10")
    before = deadline(world, actor, case_id, "idea-mdr")
    address = f"/cases/{case_id}/discipline/{removal_id}/correct"
    fields = ANSWERS | {"first_on": "2026-11-23", "last_on": "2026-12-11", "decided_on": "2026-11-20"}
    assert send(client, address, **fields).status_code == 422, "a reason is asked"
    assert send(client, address, **fields, reason="The letter is dated the 20th.").status_code == 302
    after = deadline(world, actor, case_id, "idea-mdr")
    assert (after.id, str(after.nominal)) == (before.id, "2026-12-08"), "one date that moved, not a second one"
    page = client.get(f"/cases/{case_id}/discipline").text
    assert "Corrected or taken back (1)" in page and "The letter is dated the 20th." in page
    with world.scope(actor):
        assert len(queries.all_removals(load(case_id))) == 2


def test_what_is_taken_back_no_longer_counts_and_stays_in_the_record(family, world: World, client_for) -> None:
    actor, case_id = family
    client = client_for(actor)
    removal_id = log(world, actor, case_id, "2026-11-23", "2026-12-10")
    address = f"/cases/{case_id}/discipline/{removal_id}/take-back"
    assert send(client, address, reason="").status_code == 422
    assert send(client, address, reason="Another child was meant.").status_code == 302
    page = client.get(f"/cases/{case_id}/discipline").text
    assert "0 of 10" in page and "Another child was meant." in page
    assert rules(world, actor, case_id)["idea-mdr"] == "superseded"
    assert client.get(address).status_code == 404


def test_each_night_the_day_of_a_student_who_is_still_out_is_counted(
    family, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor, case_id = family
    log(world, actor, case_id, "2026-12-07", None)
    assert "idea-mdr" not in rules(world, actor, case_id), "ten days in a row are no change of placement"
    for module in ("discipline.counting", "discipline.services", "deadlines.queries", "deadlines.recomputing"):
        monkeypatch.setattr(f"casemgr.{module}.today", lambda case: date(2026, 12, 21))
    with world.scope(actor):
        services.recount(load(case_id))
        db.session.commit()
        assert log_of(load(case_id)).this_year.passed_on == date(2026, 12, 21)
    assert "idea-mdr" in rules(world, actor, case_id)


def test_a_snow_day_moves_the_count(family, world: World) -> None:
    actor, case_id = family
    log(world, actor, case_id, "2026-12-07", "2026-12-11")
    with world.scope(actor):
        [row] = school_calendars(DISTRICT)
        add_snow_day(row, date(2026, 12, 10), "Snow", by=world.user(actor))
        assert log_of(load(case_id)).this_year.so_far == 4


def test_without_a_calendar_the_missing_year_is_named_and_nothing_guessed(world: World, client_for) -> None:
    actor = world.person()
    case_id = world.case(actor)
    client = client_for(actor)
    add(client, case_id, "2026-02-03", "2026-02-20")
    page = client.get(f"/cases/{case_id}/discipline").text
    assert "cannot be counted until the 2025-26 school calendar is entered" in page
    assert "Enter the 2025-26 school calendar" in page and "not counted yet" in page


def test_a_504_case_is_told_that_the_clocks_of_idea_do_not_start(world: World, client_for) -> None:
    actor = world.person()
    case_id = world.case(actor, track="section_504", plan="section_504")
    calendar_a(world, actor)
    log(world, actor, case_id, "2026-09-14", "2026-10-05")
    page = client_for(actor).get(f"/cases/{case_id}/discipline").text
    assert "This count is a rule of IDEA" in page and "34 CFR 104.35(a)" in page
    assert "idea-mdr" not in rules(world, actor, case_id)


def test_a_fact_about_a_removal_is_entered_in_the_log(family, client_for) -> None:
    actor, case_id = family
    client = client_for(actor)
    answer = client.get(f"/cases/{case_id}/facts/new?kind=iaes_started")
    assert answer.location == f"/cases/{case_id}/discipline/new?kind=interim_setting"
    assert 'value="interim_setting"' in client.get(answer.location).text
    answer = client.get(f"/cases/{case_id}/facts/new?kind=removal_ended")
    assert answer.location == f"/cases/{case_id}/discipline"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"first_on": ""}, "Enter the first day"),
        ({"first_on": "2026-02-31"}, "Enter a date that exists"),
        ({"first_on": "1999-01-04", "last_on": "1999-01-05"}, "before the student was born"),
        ({"last_on": "2026-12-01"}, "The last day is before the first"),
        ({"last_on": "2029-12-01"}, "longer than a school year"),
        ({"first_on": "2029-01-04", "last_on": "2029-01-05"}, "more than a year away"),
        ({"kind": "sent_to_the_moon"}, "Not a valid choice"),
        ({"counts": "no"}, "Say why"),
        ({"decided_on": "2029-01-01"}, "still to come"),
        ({"behavior": "x" * 10_001}, "under 10,000 characters"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_the_text_stays(
    family, world: World, client_for, typed: dict[str, str], says: str
) -> None:
    actor, case_id = family
    fields = ANSWERS | {"first_on": "2026-12-07", "last_on": "2026-12-08", "behavior": "Kept text"} | typed
    answer = send(client_for(actor), f"/cases/{case_id}/discipline/new", **fields)
    assert answer.status_code == 422 and says in answer.text
    assert "Kept text" in answer.text or "xxxx" in answer.text
    with world.scope(actor):
        assert queries.all_removals(load(case_id)) == []


def test_the_same_form_sent_twice_logs_once_and_the_same_removal_twice_is_refused(
    family, world: World, client_for
) -> None:
    actor, case_id = family
    client = client_for(actor)
    address = f"/cases/{case_id}/discipline/new"
    data = hidden(client.get(address).text) | ANSWERS | {"first_on": "2026-12-07", "last_on": "2026-12-08"}
    assert [client.post(address, data=data).status_code for _ in range(2)] == [302, 302]
    answer = add(client, case_id, "2026-12-07", "2026-12-08")
    assert answer.status_code == 422 and "in the log already" in answer.text
    with world.scope(actor):
        assert len(queries.all_removals(load(case_id))) == 1


def test_a_removal_in_a_sample_goes_with_it(world: World) -> None:
    actor = world.person()
    with world.scope(actor):
        case_id = open_sample_case(world.user(actor)).id
        day = today(load(case_id)) - timedelta(days=9)
    log(world, actor, case_id, str(day))
    with world.scope(actor):
        remove_sample(load(case_id), by=world.user(actor))
        assert db.session.get(Case, case_id) is None
        assert db.session.scalars(select(Removal)).all() == []
