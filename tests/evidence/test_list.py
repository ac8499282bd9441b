"""The list of the evidence log: filters, pages, and how long it takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from casemgr.cases.models import Case
from casemgr.evidence import queries
from casemgr.evidence.services import Someone
from casemgr.extensions import db
from casemgr.issues import services as issues
from casemgr.issues.services import NewIssue
from tests.evidence.makers import log, log_many, person, told, words
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]


def _filled(world: World, actor: Actor) -> tuple[UUID, dict[str, UUID]]:
    """A log with something for every filter."""
    case_id = world.case(actor)
    tobias = person(world, actor, case_id)
    with world.scope(actor):
        issue = issues.add_issue(db.session.get_one(Case, case_id), NewIssue("No aide", "idea"), by=None)
        issue_id = issue.id
    log(
        world,
        actor,
        case_id,
        told("An old call", happened_on=date(2025, 9, 1), people=[Someone("Tobias Example", tobias)]),
        told("A meeting", kind="meeting", body="Snow was 100% discussed", issue_ids=[issue_id]),
        told("Sometime in February", happened_on=date(2026, 2, 11), precision="month"),
        told("A talk", people=[Someone("Grandmother")], happened_on=date(2026, 4, 1)),
    )
    return case_id, {"tobias": tobias, "issue": issue_id}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["A talk", "A meeting", "Sometime in February", "An old call"]),
        ("kind=meeting", ["A meeting"]),
        ("person={tobias}", ["An old call"]),
        ("person={grandmother}", ["A talk"]),
        ("person=nobody", []),
        ("since=2026-03-01", ["A talk", "A meeting"]),
        ("since=2026-02-20&until=2026-03-02", ["A meeting", "Sometime in February"]),
        ("until=2025-12-31", ["An old call"]),
        ("text=SNOW", ["A meeting"]),
        ("text=100%25", ["A meeting"]),
        ("text=snow meeting", ["A meeting"]),
        ("text=_", []),
        ("text=%00snow", ["A meeting"]),
        ("issue={issue}", ["A meeting"]),
        ("issue=none&kind=call&since=2026-01-01", ["A talk", "Sometime in February"]),
        ("kind=nonsense&issue=nonsense&page=-3", ["A talk", "A meeting", "Sometime in February", "An old call"]),
    ],
)
def test_a_filter_finds_what_it_says(world: World, client_for: Clients, query: str, found: list[str]) -> None:
    actor = world.person()
    case_id, ids = _filled(world, actor)
    asked = query.format(**ids, grandmother=queries.person_key({"id": None, "name": "Grandmother"}))
    html = client_for(actor).get(f"/cases/{case_id}/evidence?{asked}").get_data(as_text=True)
    assert re.findall(r'timeline-title"><a [^>]*>([^<]+)<', html) == found
    if not found:
        assert "Nothing found" in html


def test_a_filter_that_is_no_date_is_left_out_with_a_word_about_it(world: World, client_for: Clients) -> None:
    actor = world.person()
    case_id, _ids = _filled(world, actor)
    page = words(client_for(actor).get(f"/cases/{case_id}/evidence?since=soon"))
    assert "“From” is not a date, so it was left out." in page
    assert "4 entries, newest first." in page


def test_no_name_of_a_person_is_in_an_address_of_the_list(world: World, client_for: Clients) -> None:
    actor = world.person()
    case_id, _ids = _filled(world, actor)
    html = client_for(actor).get(f"/cases/{case_id}/evidence").get_data(as_text=True)
    assert 'value="Grandmother"' not in html
    assert ">Grandmother</option>" in html


def test_the_list_is_paged_and_keeps_its_filters(world: World, client_for: Clients) -> None:
    actor = world.person()
    case_id = world.case(actor)
    log_many(world, actor, case_id, 51)
    client = client_for(actor)
    first = client.get(f"/cases/{case_id}/evidence?kind=call").get_data(as_text=True)
    assert "Page 1 of 2" in first
    assert f"/cases/{case_id}/evidence?kind=call&amp;page=2" in first
    last = words(client.get(f"/cases/{case_id}/evidence?kind=call&page=99"))
    assert "Page 2 of 2" in last
    assert "Entry 50" in last


def test_the_number_of_queries_does_not_grow_with_the_log(world: World, client_for: Clients) -> None:
    actor = world.person()
    case_id = world.case(actor)
    client = client_for(actor)

    def queries_of(address: str) -> int:
        seen: list[str] = []
        with world.app.app_context():
            engine = db.engine

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            assert client.get(address).status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    address = f"/cases/{case_id}/evidence?superseded=1"
    log_many(world, actor, case_id, 2)
    few = queries_of(address)
    log_many(world, actor, case_id, 148)
    assert queries_of(address) == few
    assert queries_of(f"{address}&page=3") == few
