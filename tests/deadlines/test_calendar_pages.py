"""School years on their pages: entered, closed for snow, taken away, and missed where a date needs them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

from flask.testing import FlaskClient

from casemgr.cases.clock import today
from casemgr.cases.district import District
from casemgr.deadlines import calendars, queries
from casemgr.deadlines.calendars import NewCalendar
from casemgr.law.terms import FactKind
from tests.deadlines import makers
from tests.deadlines.makers import calendar_a, consent, deadline, load, record
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]


def test_the_school_year_is_entered_edited_and_closed_for_snow_from_the_case(world, client_for) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client, here = client_for(parent), f"/cases/{case_id}/school-calendar"
    told = {
        "submission": str(uuid4()),
        "district": str(makers.DISTRICT),
        "first_day": "2026-09-02",
        "last_day": "2027-06-17",
        "closures": "2026-09-07 Labor Day\nnonsense",
    }
    refused = client.post(f"{here}/new", data=told)
    assert refused.status_code == 422
    assert "Line 2: “nonsense” does not begin with a date" in refused.text
    assert "2026-09-07 Labor Day" in refused.text
    entered = client.post(f"{here}/new", data=told | {"closures": makers.CLOSED}, follow_redirects=True)
    assert "2026-27 school year" in entered.text
    assert "10 entries of days without school" in entered.text
    with world.scope(parent):
        (row,) = queries.school_calendars(makers.DISTRICT)
        calendar_id, version, prefix = row.id, row.version, f"snow-{row.id.hex[:8]}-"
    snow = {f"{prefix}on_date": "2027-01-13", f"{prefix}note": "Snow day"}
    assert (
        "No school on January 13, 2027"
        in client.post(f"{here}/{calendar_id}/snow-day", data=snow, follow_redirects=True).text
    )
    twice = client.post(f"{here}/{calendar_id}/snow-day", data=snow)
    assert twice.status_code == 422
    assert "That day has no school already: Snow day." in twice.text
    stale = client.post(f"{here}/{calendar_id}", data=told | {"version": str(version), "closures": "2026-09-07 Mine"})
    assert stale.status_code == 409
    assert "2027-01-13 Snow day" in stale.text
    assert "2026-09-07 Mine" in stale.text


def test_a_school_year_without_days_off_is_pointed_out_where_its_dates_stand(world: World, client_for: Clients) -> None:
    actor = world.person()
    case_id = world.case(actor)
    with world.scope(actor):
        bare = NewCalendar(makers.DISTRICT, date(2026, 9, 1), date(2027, 6, 18))
        calendar_id = calendars.add_calendar(bare, org_id=actor.org_id, by=world.user(actor)).id
    record(world, actor, case_id, FactKind.EVALUATION_CONSENT_RECEIVED, date(2026, 11, 16))
    due = deadline(world, actor, case_id, "ma-evaluation")
    client, words = client_for(actor), "The 2026-27 school year has no days off yet"
    pages = [f"/cases/{case_id}/deadlines", f"/cases/{case_id}/deadlines/{due.id}"]
    assert all(words in client.get(page).text for page in pages)
    data = {f"snow-{calendar_id.hex[:8]}-on_date": "2026-11-26", f"snow-{calendar_id.hex[:8]}-note": "Thanksgiving"}
    client.post(f"/cases/{case_id}/school-calendar/{calendar_id}/snow-day", data=data)
    assert not any(words in client.get(page).text for page in pages)


def test_a_day_without_school_is_two_clicks_away_from_the_deadlines(world: World, client_for: Clients) -> None:
    actor = world.person()
    case_id = world.case(actor)
    with world.scope(actor):
        day = today(load(case_id))
    monday = day - timedelta(days=day.weekday())
    weekdays = [one for one in (day, day - timedelta(days=1)) if one.weekday() < 5]
    with world.scope(actor):
        bounds = NewCalendar(makers.DISTRICT, monday - timedelta(days=60), monday + timedelta(days=60))
        calendar_id = calendars.add_calendar(bounds, org_id=actor.org_id, by=world.user(actor)).id
    client = client_for(actor)
    page = client.get(f"/cases/{case_id}/deadlines").text
    assert page.count("No school today,") + page.count("No school yesterday,") == len(weekdays)
    prefix = f"snow-{calendar_id.hex[:8]}-"
    for on in weekdays:
        data = {f"{prefix}on_date": on.isoformat(), f"{prefix}note": "Snow day", "back": "deadlines"}
        answer = client.post(f"/cases/{case_id}/school-calendar/{calendar_id}/snow-day", data=data)
        assert answer.location == f"/cases/{case_id}/deadlines"
    assert "No school today," not in client.get(f"/cases/{case_id}/deadlines").text
    with world.scope(actor):
        row = queries.school_calendar(calendar_id)
        assert [one.first_on for one in row.closures] == sorted(weekdays)


def test_a_calendar_entered_by_mistake_is_removed_after_its_effect_was_shown(world: World, client_for: Clients) -> None:
    actor = world.person()
    case_id = world.case(actor)
    consent(world, actor, case_id)
    calendar_id = calendar_a(world, actor)
    client = client_for(actor)
    address = f"/cases/{case_id}/school-calendar/{calendar_id}/remove"
    page = client.get(address).text
    assert "1 open case of this district, 2 running dates in school days" in page
    assert client.post(address, data={"version": "99"}, follow_redirects=True).text.count("Somebody changed") == 1
    assert "School year removed" in client.post(address, data={"version": "1"}, follow_redirects=True).text


def test_a_calendar_under_another_spelling_is_offered_where_it_is_missed(world: World, client_for: Clients) -> None:
    actor = world.person()
    calendar_a(world, actor, District("FERNHOLLOW School District", "MA"))
    case_id = world.case(actor)
    consent(world, actor, case_id)
    client = client_for(actor)
    for page in ("deadlines", "school-calendar", "school-calendar/new"):
        assert "Is it the same district?" in client.get(f"/cases/{case_id}/{page}").text
    data = {"district": "FERNHOLLOW School District"}
    answer = client.post(f"/cases/{case_id}/school-calendar/link", data=data, follow_redirects=True)
    assert "The case counts with this calendar now" in answer.text
    assert "Is it the same district?" not in answer.text
    assert deadline(world, actor, case_id, "ma-team-iep").nominal == date(2027, 1, 20)
