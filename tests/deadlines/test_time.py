"""The month of all cases, and the chronology of one case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from casemgr.deadlines.chronology import Wanted, chronology
from casemgr.deadlines.month import month_asked, month_of
from casemgr.evidence import services as log
from casemgr.evidence.services import NewEntry
from casemgr.law.terms import FactKind
from tests.deadlines.makers import calendar_a, consent, load, record
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]


def a_story(world: World, actor: Actor, student: str = "Juniper Example") -> UUID:
    """A consent, a meeting known to its month, a call in the log and an internal note, and the dates that follow."""
    case_id = world.case(actor, student=student)
    calendar_a(world, actor)
    consent(world, actor, case_id)
    record(world, actor, case_id, FactKind.IEP_TEAM_MET, date(2026, 3, 1), precision="month", note="It was short.")
    with world.scope(actor):
        for title, visibility in (("Call with the principal", "shared"), ("Strategy talk", "internal")):
            new = NewEntry(kind="call", happened_on=date(2026, 10, 5), title=title, visibility=visibility)
            log.log_entry(load(case_id), new, by=world.user(actor))
    return case_id


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("2026-12", date(2026, 12, 1)),
        ("", date(2026, 11, 1)),
        ("2026-13", date(2026, 11, 1)),
        ("9999-12", date(2026, 11, 1)),
        ("december", date(2026, 11, 1)),
        ("٢٠٢٦-١٢", date(2026, 12, 1)),
    ],
)
def test_an_address_names_a_month_or_means_this_one(text: str, first: date) -> None:
    assert month_asked(text, date(2026, 11, 22)) == first


def test_a_month_runs_from_sunday_and_turns_over_the_year() -> None:
    month = month_of([], date(2026, 12, 1), "", date(2026, 12, 31))
    assert [day.on for day in month.weeks[0]][:3] == [date(2026, 11, 29), date(2026, 11, 30), date(2026, 12, 1)]
    assert (month.before, month.after) == (date(2026, 11, 1), date(2027, 1, 1))
    assert [day.on for week in month.weeks for day in week if day.is_today] == [date(2026, 12, 31)]


def test_the_month_shows_ones_own_dates_on_their_days(world: World, client_for: Clients) -> None:
    parent, other = world.person(), world.person()
    case_id = a_story(world, parent)
    client = client_for(parent)
    page = client.get("/deadlines/month?month=2026-12").text
    cell = page[page.index('datetime="2026-12-18"') : page.index('datetime="2026-12-19"')]
    assert "Juniper Example" in cell and "The assessments must be finished" in cell
    assert "November" in page and "January" in page
    assert "Juniper Example" not in client_for(other).get("/deadlines/month?month=2026-12").text
    assert "Juniper Example" not in client.get("/deadlines/month?month=2026-12&who=ours").text
    assert "/sign-in" in client_for(None).get("/deadlines/month").location
    record(world, parent, case_id, FactKind.EVALUATION_COMPLETED, date(2026, 11, 20))
    met = client.get("/deadlines/month?month=2026-12").text
    assert 'aria-label="Met"' in met  # what was met stays on the calendar, and says so


def test_the_chronology_holds_everything_in_order_with_its_source(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = a_story(world, parent)
    here = f"/cases/{case_id}/chronology"
    page = client_for(parent).get(here).text
    order = [
        "March 2026",
        "It was short.",
        "October 5, 2026",
        "Call with the principal",
        "log no. 1",
        "November 2, 2026",
        "The school district received your signed consent to evaluate",
        "December 18, 2026",
        "The assessments must be finished",
        "Still runs.",
        "603 CMR 28.04(2)",
    ]
    assert "Eligibility for special education ends" not in page  # more than a year away, unless it is asked for
    assert "Eligibility for special education ends" in client_for(parent).get(f"{here}?until=2050-01-01").text
    body = page[page.index("<table") :]
    places = [body.index(words) for words in order]
    assert places == sorted(places)
    assert "printed on" in page


@pytest.mark.parametrize(
    ("address", "shown", "hidden"),
    [
        ("?show=log", "Call with the principal", "The assessments must be finished"),
        ("?show=deadlines&show=facts", "The assessments must be finished", "Call with the principal"),
        ("?since=2026-11-01&until=2026-11-30", "signed consent to evaluate", "The assessments must be finished"),
        ("?since=nonsense&show=nonsense&order=nonsense", "The assessments must be finished", "Nothing in these days"),
        ("?since=2999-01-01", "Nothing in these days", "Call with the principal"),
    ],
)
def test_the_filters_of_the_chronology_are_in_its_address(world, client_for, address, shown, hidden) -> None:
    parent = world.person()
    page = client_for(parent).get(f"/cases/{a_story(world, parent)}/chronology{address}").text
    assert shown in page
    assert hidden not in page


def test_the_chronology_can_begin_with_the_newest(world: World) -> None:
    parent = world.person()
    case_id = a_story(world, parent)
    with world.scope(parent):
        lines = chronology(load(case_id), {"shared"}, {}, Wanted(order="newest"))
    assert [line.on for line in lines] == sorted((line.on for line in lines), reverse=True)


def test_the_chronology_leaves_out_what_its_reader_may_not_open(world: World, client_for: Clients) -> None:
    attorney = world.person("attorney", "firm")
    case_id = a_story(world, attorney)
    assert "Strategy talk" in client_for(attorney).get(f"/cases/{case_id}/chronology").text
    client = client_for(world.guest(case_id, attorney.org_id))
    assert "Strategy talk" not in client.get(f"/cases/{case_id}/chronology").text
    assert "Call with the principal" in client.get(f"/cases/{case_id}/chronology").text
