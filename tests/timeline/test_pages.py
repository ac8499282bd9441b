"""The timeline of a case: what is on it, for whom, and where its buttons lead."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from casemgr.cases.models import Case
from casemgr.evidence.services import PaperRef, Someone
from casemgr.extensions import db
from casemgr.issues import services as issues
from casemgr.issues.services import NewIssue
from casemgr.law.terms import FactKind
from tests.deadlines.makers import calendar_a, consent, record
from tests.evidence.makers import log, log_many, paper, person, told
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]


@pytest.fixture
def parent(world: World) -> Actor:
    return world.person()


@pytest.fixture
def story(world: World, parent: Actor) -> UUID:
    """Consent, a meeting known to its month, a call with the teacher, an internal note, and a letter."""
    case_id = world.case(parent)
    calendar_a(world, parent)
    consent(world, parent, case_id)
    record(world, parent, case_id, FactKind.IEP_TEAM_MET, date(2026, 3, 1), precision="month")
    teacher = person(world, parent, case_id)
    letter = paper(world, parent, case_id, title="Letter <3", document_on=date(2026, 2, 3), source="tobias example")
    paper(world, parent, case_id, title="Without a day")
    paper(world, parent, case_id, title="Our strategy", document_on=date(2026, 2, 4), visibility="internal")
    log(
        world,
        parent,
        case_id,
        told(people=[Someone("Tobias Example", teacher)], papers=[PaperRef(letter)], happened_on=date(2026, 2, 3)),
        told("Strategy talk", visibility="internal", happened_on=date(2026, 2, 5)),
    )
    with world.scope(parent):
        case = db.session.get_one(Case, case_id)
        issue = issues.add_issue(case, NewIssue("No aide", "idea"), by=world.user(parent))
        entries = [row for row in case_entries(case_id) if row.title.startswith("Call")]
        issues.link_all(issue, entries, by=world.user(parent))
    return case_id


def case_entries(case_id: UUID) -> list[object]:
    from casemgr.evidence.models import EvidenceEntry

    return list(db.session.query(EvidenceEntry).filter_by(case_id=case_id))


def test_everything_stands_in_the_drawing_and_in_the_list(client_for: Clients, parent: Actor, story: UUID) -> None:
    page = client_for(parent).get(f"/cases/{story}/timeline").text
    assert page.count('<svg class="tl-drawing"') == 1
    assert all(title in page for title in ("Call with the principal", "Letter &lt;3", "Strategy talk", "Our strategy"))
    assert "nominal" in page and "late after" in page
    assert "1 paper has no date" in page and "Without a day" not in page
    month = client_for(parent).get(f"/cases/{story}/timeline?zoom=month&at=2026-02-09").text
    assert "February 2026</h2>" in month and "March 2026" not in month
    month = client_for(parent).get(f"/cases/{story}/timeline?zoom=month&at=2026-03-20&show=facts").text
    assert '<p class="tl-when">March 2026</p>' in month  # known to its month, it shows in every window of it


NARROWED = [
    ("show=papers", ["Letter &lt;3"], ["Call with"]),
    ("show=log&show=papers&person={teacher}", ["Call with the principal", "Letter &lt;3"], ["Strategy", "Our "]),
    ("show=log&show=papers&issue={issue}", ["Call with the principal", "Letter &lt;3"], ["Strategy", "Our "]),
    ("marked=1", ["Nothing in these days"], ["Call with"]),
    ("person=nobody", ["Nothing in these days"], ["Call with"]),
    ("zoom=ages&at=then&show=x&issue=1&person=" + "x" * 99, ["Call with", "Strategy"], ["Nothing in"]),
]


def test_the_address_says_what_is_left_out_and_names_nobody(client_for: Clients, parent: Actor, story: UUID) -> None:
    client = client_for(parent)
    whole = client.get(f"/cases/{story}/timeline").text
    keys = {words: key for key, words in re.findall(r'<option value="([^"]+)"[^>]*>([^<]+)</option>', whole)}
    for query, there, gone in NARROWED:
        asked = query.format(teacher=keys["Tobias Example"], issue=keys["1. No aide"])
        page = client.get(f"/cases/{story}/timeline?{asked}").text
        shown = page[page.index('class="tl-frame"') :]
        assert all(words in shown for words in there), asked
        assert not any(words in shown for words in gone), asked
        assert "Tobias" not in asked


def test_the_buttons_go_nearer_earlier_and_later_and_keep_the_filters(
    client_for: Clients, parent: Actor, story: UUID
) -> None:
    client = client_for(parent)
    page = client.get(f"/cases/{story}/timeline?zoom=quarter&at=2026-02-09&show=log").text
    ways = {key: url.replace("&amp;", "&") for url, key in re.findall(r'<a href="([^"]+)" data-timeline="(.+?)"', page)}
    assert "zoom=year" in ways["-"] and "zoom=month" in ways["+"] and "zoom" not in ways["0"]
    assert "at=2026-04-01" in ways["ArrowRight"]
    assert all("show=log" in url and url.endswith("#drawn") for url in ways.values())
    assert "ArrowLeft" not in ways  # the case begins in this quarter
    assert client.get(ways["ArrowRight"]).status_code == 200


def test_a_client_sees_nothing_of_what_is_internal(
    world: World, client_for: Clients, story: UUID, parent: Actor
) -> None:
    client = client_for(world.guest(story, parent.org_id, "viewer"))
    page = client.get(f"/cases/{story}/timeline").text
    assert "Call with the principal" in page
    assert "Strategy" not in page and "Our strategy" not in page


def test_a_mark_is_ones_own_and_can_be_taken_away(
    world: World, client_for: Clients, parent: Actor, story: UUID
) -> None:
    client, other = client_for(parent), client_for(world.person("viewer", org_id=parent.org_id))
    here = f"/cases/{story}/timeline"
    key = re.search(r'name="mark" value="(log:[^"]+)"', client.get(here).text).group(1)  # type: ignore[union-attr]
    for _twice in range(2):
        answer = client.post(f"{here}/marks?zoom=year&at=2026-02-01&show=log", data={"mark": key})
    assert (
        answer.location.endswith(f"#item-{key[4:]}")
        and "zoom=year" in answer.location
        and "show=log" in answer.location
    )
    mine = client.get(f"{here}?marked=1").text
    assert f'name="unmark" value="{key}"' in mine and mine.count('name="mark"') == 0
    assert 'tl-star"' in client.get(f"{here}?zoom=month&at=2026-02-01&marked=1").text
    assert "Nothing in these days" in other.get(f"{here}?marked=1").text
    client.post(f"{here}/marks", data={"unmark": key})
    assert "Nothing in these days" in client.get(f"{here}?marked=1").text
    for damaged in ({}, {"mark": "log:x"}, {"mark": f"spell:{uuid4()}"}):
        assert client.post(f"{here}/marks", data=damaged).status_code == 400


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/marks")])
def test_the_doors_are_closed(world: World, client_for: Clients, method: str, path: str) -> None:
    owner = world.person("attorney", "firm")
    case_id, other = world.case(owner), world.case(owner)
    address = f"/cases/{case_id}/timeline{path}"
    assert "/sign-in" in client_for(None).open(address, method=method).location
    for visitor in (world.guest(other, owner.org_id, "attorney"), world.person("owner", "firm")):
        assert client_for(visitor).open(address, method=method).status_code == 404
    viewer = world.person("viewer", "firm", owner.org_id)
    assert client_for(viewer).open(address, method=method, data={"mark": f"log:{uuid4()}"}).status_code in (200, 302)


def test_a_log_of_years_is_drawn_as_clusters_and_listed_by_month(world: World, client_for: Clients) -> None:
    actor = world.person()
    case_id = world.case(actor)
    log_many(world, actor, case_id, 310)
    client = client_for(actor)
    page = client.get(f"/cases/{case_id}/timeline").text
    assert page.count('class="tl-item') == 0 and page.count("tl-cluster") > 5
    [month] = re.findall(r'href="([^"]+)">January 2026</a> <span class="quiet">31</span>', page)
    listed = client.get(month.replace("&amp;", "&")).text
    assert listed.count('class="tl-item') == 31
