"""The secret calendar address: what it shows, to whom, and how it ends. Read back with an iCalendar library."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from casemgr.accounts.models import User
from casemgr.deadlines import feeds, services
from casemgr.deadlines.feed import initials
from casemgr.deadlines.models import CalendarFeed
from casemgr.deadlines.services import NewFact
from casemgr.extensions import db
from casemgr.law.terms import FactKind
from tests.deadlines.makers import calendar_a, consent, deadline, load, record
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]
ADDRESS = re.compile(r'value="(http[^"]+\.ics)"')


def make_address(client_for: Clients, actor: Actor, **more: str) -> str:
    """Make an address on the account page and return its path."""
    page = client_for(actor).post("/account/calendar", data={"names": "initials", "who": "all"} | more)
    found = ADDRESS.search(page.text)
    assert found, page.text
    return "/" + found[1].split("/", 3)[3]


def events_of(client: FlaskClient, address: str) -> list[Calendar]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return list(Calendar.from_ical(answer.data).walk("VEVENT"))


def a_case(world: World, actor: Actor, student: str = "Juniper Example-Ferro", *, is_first: bool = True) -> object:
    case_id = world.case(actor, student=student)
    if is_first:
        calendar_a(world, actor)
    consent(world, actor, case_id)
    return case_id


def test_the_feed_is_a_calendar_that_programs_can_subscribe_to(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = a_case(world, parent)
    address = make_address(client_for, parent)
    answer = client_for(None).get(address)
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"].startswith("private")
    assert "Set-Cookie" not in answer.headers
    calendar = Calendar.from_ical(answer.data)
    assert calendar["version"] == "2.0"
    assert calendar["x-published-ttl"] == "PT1H"
    assert calendar["refresh-interval"].dt == timedelta(hours=1)
    row = deadline(world, parent, case_id, "ma-evaluation")
    event = next(one for one in calendar.walk("VEVENT") if one["uid"] == f"{row.id}@casemgr")
    assert event["dtstart"].dt == row.act_by == date(2026, 12, 18)
    assert event["dtend"].dt == row.act_by + timedelta(days=1)
    assert event["sequence"] == 0
    assert event["last-modified"].dt == row.computed_at.replace(microsecond=0)
    assert event["url"].endswith(f"/cases/{case_id}/deadlines/{row.id}")
    assert event["summary"] == "J.E. Expect by: The assessments must be finished"
    assert "603 CMR 28.04(2), 28.05(1)" in event["description"]
    assert all(len(line) <= 75 for line in answer.data.split(b"\r\n"))
    again = client_for(None).get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_date_that_moves_keeps_its_event_with_a_higher_sequence(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = a_case(world, parent)
    address = make_address(client_for, parent)
    before = {one["uid"]: one for one in events_of(client_for(None), address)}
    with world.scope(parent):
        from casemgr.deadlines import queries

        (old,) = queries.current_facts(load(case_id))
        new = NewFact(FactKind.EVALUATION_CONSENT_RECEIVED, date(2026, 11, 4))
        services.correct_fact(load(case_id), old, new, "The stamp.", by=world.user(parent))
    after = {one["uid"]: one for one in events_of(client_for(None), address)}
    uid = f"{deadline(world, parent, case_id, 'ma-evaluation').id}@casemgr"
    assert after[uid]["dtstart"].dt == date(2026, 12, 21)
    assert after[uid]["sequence"] > before[uid]["sequence"]
    assert set(after) == set(before)


def test_names_stay_out_unless_the_person_chose_them(world: World, client_for: Clients) -> None:
    parent = world.person()
    a_case(world, parent)
    address = make_address(client_for, parent)
    assert "Juniper" not in client_for(None).get(address).text
    client_for(parent).post("/account/calendar", data={"names": "full", "who": "all"})
    assert "Juniper Example-Ferro Expect by" in client_for(None).get(address).text.replace("\r\n ", "")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Juniper Example", "J.E."),
        ("Ana-Lucía de la Cruz", "A.D.L."),
        ("Örn", "Ö."),
        ("O’Neil Fox", "O.F."),
        ("***", "?"),
    ],
)
def test_initials_of_a_name(name: str, short: str) -> None:
    assert initials(name) == short


def test_the_feed_holds_all_of_ones_cases_and_nobody_elses(world: World, client_for: Clients) -> None:
    firm, family = world.person("attorney", "firm"), world.person()
    shared = a_case(world, firm, "Shared Child")
    a_case(world, firm, "Other Child", is_first=False)
    guest = world.guest(shared, firm.org_id)
    a_case(world, Actor(guest.user_id, guest.org_id, "", "", ""), "Own Child")
    a_case(world, family, "Strange Child")
    address = make_address(client_for, guest, names="full")
    names = {str(one["summary"]).split(" Expect")[0] for one in events_of(client_for(None), address)}
    assert {name for name in names if name.endswith("Child")} == {"Shared Child", "Own Child"}


def test_only_our_dates_on_request(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = a_case(world, parent)
    record(world, parent, case_id, FactKind.IEP_PROPOSED_RECEIVED, date(2026, 11, 20), by_party="lea")
    ours = events_of(client_for(None), make_address(client_for, parent, who="ours"))
    assert ours
    assert all(" Act by: " in one["summary"] for one in ours)


def test_a_new_address_ends_the_old_one_and_switching_off_ends_all(world: World, client_for: Clients) -> None:
    parent = world.person()
    a_case(world, parent)
    first = make_address(client_for, parent)
    renewed = client_for(parent).post("/account/calendar/renew").text
    second = "/" + ADDRESS.search(renewed)[1].split("/", 3)[3]
    assert client_for(None).get(first).status_code == 404
    assert client_for(None).get(second).status_code == 200
    page = client_for(parent).get("/account/calendar").text
    assert second.rsplit("/")[-1] not in page  # it is shown once
    client_for(parent).post("/account/calendar/switch-off")
    assert client_for(None).get(second).status_code == 404


def test_only_a_hash_of_the_token_is_kept(world: World, client_for: Clients) -> None:
    parent = world.person()
    token = make_address(client_for, parent).rsplit("/", 1)[-1].removesuffix(".ics")
    assert len(token) == feeds.TOKEN_LENGTH
    with world.scope(parent):
        kept = db.session.scalars(select(CalendarFeed).where(CalendarFeed.user_id == parent.user_id)).one()
        assert token not in (kept.token_hash, str(kept.id))
        assert len(kept.token_hash) == 64


def test_somebody_whose_account_is_closed_has_no_feed(world: World, client_for: Clients) -> None:
    parent = world.person()
    address = make_address(client_for, parent)
    with world.scope(parent):
        db.session.get(User, parent.user_id).is_active = False
        db.session.commit()
    assert client_for(None).get(address).status_code == 404


def test_the_address_does_not_touch_the_session_of_a_signed_in_reader(world: World, client_for: Clients) -> None:
    parent, other = world.person(), world.person()
    a_case(world, parent, "Own Child")
    a_case(world, other, "Strange Child")
    address = make_address(client_for, parent, names="full")
    client = client_for(other)
    with client.session_transaction() as session:
        session.permanent = True
    answer = client.get(address)
    assert "Own Child" in answer.text and "Strange Child" not in answer.text
    assert "Set-Cookie" not in answer.headers
    assert "Strange Child" in client.get("/deadlines").text


class Kept(logging.Handler):
    """Keeps every log line, formatted as the program writes it."""

    def __init__(self) -> None:
        from casemgr.web.logging import JsonFormatter

        super().__init__()
        self.setFormatter(JsonFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log_lines() -> Iterator[list[str]]:
    kept, root = Kept(), logging.getLogger()
    root.addHandler(kept)
    before, root.level = root.level, logging.DEBUG
    yield kept.lines
    root.removeHandler(kept)
    root.setLevel(before)


def test_no_log_line_holds_a_token(world: World, client_for: Clients, log_lines: list[str]) -> None:
    parent = world.person()
    address = make_address(client_for, parent)
    wrong = f"/calendar/{'x' * feeds.TOKEN_LENGTH}.ics"
    for path in (address, wrong):
        client_for(None).get(path)
    assert any("/calendar/" in line for line in log_lines)
    token = address.rsplit("/", 1)[-1].removesuffix(".ics")
    assert not any(token in line or "x" * feeds.TOKEN_LENGTH in line for line in log_lines)


def test_fetching_too_often_is_slowed_down(app: Flask, world: World, client_for: Clients, monkeypatch) -> None:
    parent = world.person()
    address = make_address(client_for, parent)
    monkeypatch.setattr(feeds, "FETCHES", feeds.Limit("calendar-feed", 2, timedelta(hours=1)))
    client = client_for(None)
    answers = [client.get(address) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_the_page_is_for_people_with_an_account(client_for: Clients) -> None:
    for method, path in (("GET", ""), ("POST", ""), ("POST", "/renew"), ("POST", "/switch-off")):
        assert "/sign-in" in client_for(None).open(f"/account/calendar{path}", method=method).location


def test_a_promise_shows_its_own_words_only_with_full_names(world: World, client_for: Clients) -> None:
    from casemgr.obligations.models import Obligation

    parent = world.person()
    case_id = world.case(parent)
    with world.scope(parent):
        promise = Obligation(
            org_id=parent.org_id, case_id=case_id, title="Tutor for Juniper", actor="lea", timing="day",
            due_on=date(2027, 1, 8), nominal=date(2027, 1, 8), act_by=date(2027, 1, 8), late_after=date(2027, 1, 8),
        )  # fmt: skip
        db.session.add(promise)
        db.session.commit()
    address = make_address(client_for, parent)
    text = client_for(None).get(address).text.replace("\r\n ", "")
    assert "Juniper" not in text
    assert "A promise of an agreement or decision comes due" in text
    assert "Tutor for Juniper" in client_for(parent).get("/deadlines").text
