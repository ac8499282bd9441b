"""A calendar file is shown row by row, corrected, and saved in one piece; nothing is saved or lost before."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from casemgr.deadlines import queries
from tests.deadlines.makers import DISTRICT, calendar_a, consent, deadline
from tests.deadlines.test_calendars import SNOW, TEAM_MEETING, add_snow
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]
CSV = """date,kind,note
2026-09-02,first,
2026-09-07,closed,Labor Day
2026-10-12,closed,Columbus Day
2026-11-03,closed,Election Day
2026-11-11,closed,Veterans Day
2026-11-26..2026-11-27,closed,Thanksgiving
2026-12-24..2027-01-01,closed,Winter vacation
2027-01-18,closed,King Day
2027-02-15..2027-02-19,closed,February vacation
2027-03-13,open,Make-up day
2027-04-19..2027-04-23,closed,April vacation
2027-05-31,closed,Memorial Day
2027-06-17,last,
"""
ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//District//EN
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20261126
DTEND;VALUE=DATE:20261128
SUMMARY:Thanksgiving Recess - No School
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;VALUE=DATE:20261204
SUMMARY:Winter concert
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTART;VALUE=DATE:2026130
SUMMARY:Broken
END:VEVENT
END:VCALENDAR
"""


def upload(client, address, text, name="calendar.csv", **more):
    data = {"district": str(DISTRICT), "file": (io.BytesIO(text.encode()), name), **more}
    return client.post(address, data=data, content_type="multipart/form-data")


def fields_of(page: str) -> dict[str, str]:
    """Return what the preview's form would send."""
    form = page[page.index('<form method="post"', page.index("Check what was read")) :]
    inputs = [dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in re.findall(r"<input[^>]*>", form)]
    found = {tag["name"]: tag.get("value", "") for tag in inputs if tag.get("type") == "hidden"}
    for name, options in re.findall(r'<select[^>]* name="(kind-\d+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        found[name] = re.findall(r'value="(\w+)" selected', options)[0]
    return {name: html.unescape(value) for name, value in found.items()}


def years(world, actor):
    with world.scope(actor):
        return [queries.school_year(row) for row in queries.school_calendars(DISTRICT)]


@pytest.mark.parametrize("where", ["organization", "case"])
def test_a_file_is_shown_before_it_is_saved_and_moves_the_dates(world: World, client_for: Clients, where: str):
    actor = world.person()
    case_id = world.case(actor)
    consent(world, actor, case_id)
    own = {"organization": "/organization/school-calendars", "case": f"/cases/{case_id}/school-calendar"}[where]
    client = client_for(actor)
    preview = upload(client, f"{own}/import", CSV)
    assert preview.status_code == 200
    assert "183 school days" in preview.text
    assert "The file says “closed”. (line 3)" in preview.text
    assert years(world, actor) == []
    answer = client.post(f"{own}/import", data=fields_of(preview.text))
    assert answer.status_code == 302
    (year,) = years(world, actor)
    assert (year.first, year.last) == (date(2026, 9, 2), date(2027, 6, 17))
    assert year.extra == {date(2027, 3, 13)}
    assert year.names[date(2026, 11, 27)] == "Thanksgiving"
    assert deadline(world, actor, case_id, TEAM_MEETING).nominal == date(2027, 1, 20)


def test_a_wrong_row_is_corrected_and_a_dropped_one_is_not_saved(world: World, client_for: Clients):
    actor = world.person()
    world.case(actor)
    client = client_for(actor)
    address = "/organization/school-calendars/import"
    fields = fields_of(upload(client, address, CSV).text)
    labor = next(name for name, value in fields.items() if "Labor Day" in value)
    election = next(name for name, value in fields.items() if "Election Day" in value)
    fields[labor.replace("row", "kind")] = "ignored"
    fields[election.replace("row", "kind")] = "open"
    again = client.post(address, data={**fields, "again": "1"})
    assert "185 school days" in again.text
    assert "You chose this." in again.text
    assert years(world, actor) == []
    client.post(address, data=fields_of(again.text))
    (year,) = years(world, actor)
    assert {date(2026, 9, 7), date(2026, 11, 3)}.isdisjoint(year.closed)


def test_an_ics_file_without_bounds_asks_for_them_and_keeps_what_was_read(world: World, client_for: Clients):
    actor = world.person()
    world.case(actor)
    client = client_for(actor)
    address = "/organization/school-calendars/import"
    preview = upload(client, address, ICS, "district.ics")
    assert preview.status_code == 200
    assert "Line 17: DTSTART cannot be read" in preview.text
    assert "Left out (1 row)" in preview.text
    refused = client.post(address, data=fields_of(preview.text))
    assert refused.status_code == 422
    assert "Enter the first day with school" in refused.text
    assert "Thanksgiving Recess" in refused.text
    bounds = {"first_day": "2026-09-02", "last_day": "2027-06-17"}
    assert client.post(address, data=fields_of(refused.text) | bounds).status_code == 302
    (year,) = years(world, actor)
    assert year.closed == {date(2026, 11, 26), date(2026, 11, 27)}


@pytest.mark.parametrize(
    ("how", "kept"), [pytest.param("add", True, id="added to"), pytest.param("replace", False, id="replaced")]
)
def test_a_year_that_is_entered_already_keeps_its_snow_day_unless_it_is_replaced(world, client_for, how, kept):
    actor = world.person()
    world.case(actor)
    add_snow(world, actor, calendar_a(world, actor))
    client = client_for(actor)
    address = "/organization/school-calendars/import"
    preview = upload(client, address, CSV)
    assert "is entered already" in preview.text
    fields = fields_of(preview.text) | {"how": how}
    assert client.post(address, data=fields).status_code == 302
    (year,) = years(world, actor)
    assert (SNOW in year.closed) is kept


def test_a_calendar_that_changed_since_the_preview_is_looked_at_again(world: World, client_for: Clients):
    actor = world.person()
    world.case(actor)
    calendar_id = calendar_a(world, actor)
    client = client_for(actor)
    address = "/organization/school-calendars/import"
    fields = fields_of(upload(client, address, CSV).text)
    add_snow(world, actor, calendar_id)
    refused = client.post(address, data={**fields, "how": "replace"})
    assert refused.status_code == 422
    assert "Somebody changed this district" in refused.text
    assert SNOW in years(world, actor)[0].closed
    assert client.post(address, data={**fields_of(refused.text), "how": "replace"}).status_code == 302


def test_a_form_that_is_sent_twice_makes_one_year(world: World, client_for: Clients):
    actor = world.person()
    world.case(actor)
    client = client_for(actor)
    address = "/organization/school-calendars/import"
    fields = fields_of(upload(client, address, CSV).text)
    assert [client.post(address, data=fields).status_code for _ in range(2)] == [302, 302]
    assert len(years(world, actor)) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "The file is empty", id="empty"),
        pytest.param("date,kind\n2026-13-01,closed\n", "Line 2: ", id="a month that is none"),
        pytest.param("\x00\x01\x02", "not a text file", id="not text"),
        pytest.param("BEGIN:VCALENDAR\nEND:VCALENDAR\n", "Line 1: The file holds no event", id="no event"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained_beside_its_field(world, client_for, text, words):
    actor = world.person()
    world.case(actor)
    answer = upload(client_for(actor), "/organization/school-calendars/import", text)
    assert answer.status_code == 422
    assert words in html.unescape(answer.text)


@pytest.mark.parametrize(
    "row",
    [
        "nonsense",
        "[]",
        '["2026-01-01","2030-01-01","closed","","1","",true]',
        '["1026-01-01","1026-01-01","closed","",1,"",true]',
        '["2026-01-01","2026-01-01","party","",1,"",true]',
    ],
)
def test_rows_that_this_page_never_sent_are_refused(world: World, client_for: Clients, row: str):
    actor = world.person()
    world.case(actor)
    data = {"submission": "x", "district": str(DISTRICT), "row-0": row, "kind-0": "closed"}
    answer = client_for(actor).post("/organization/school-calendars/import", data=data)
    assert answer.status_code == 302
    assert years(world, actor) == []


def test_a_district_that_the_organization_does_not_know_is_refused(world: World, client_for: Clients):
    actor = world.person()
    world.case(actor)
    client = client_for(actor)
    address = "/organization/school-calendars/import"
    assert upload(client, address, CSV, district="Elsewhere").status_code == 422
    fields = fields_of(upload(client, address, CSV).text)
    assert client.post(address, data={**fields, "district": "Elsewhere"}).status_code == 422
    del fields["district"]
    assert client.post(address, data=fields).status_code == 422
    assert years(world, actor) == []
