"""What a person sees where a State's own law is unknown, from memory, or not checked: on every page with its dates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from casemgr.cases.clock import today
from casemgr.law.terms import FactKind as K
from tests.deadlines.makers import deadline, load, record
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]
UNKNOWN = "We have no checked rules for Wyoming yet, so you see federal rules only."
NOT_CHECKED = "Nobody has re-checked the rules of California here yet."


def days_ago(world: World, actor: Actor, case_id: UUID, days: int) -> object:
    with world.scope(actor):
        return today(load(case_id)) - timedelta(days=days)


def pages_of(client: FlaskClient, case_id: UUID, deadline_id: UUID) -> dict[str, str]:
    home = f"/cases/{case_id}"
    paths = {
        "home": home,
        "list": f"{home}/deadlines",
        "why": f"{home}/deadlines/{deadline_id}",
        "options": f"{home}/next",
    }
    answers = {name: client.get(path) for name, path in paths.items()}
    assert all(answer.status_code == 200 for answer in answers.values()), answers
    return {name: unescape(answer.text) for name, answer in answers.items()}


@pytest.mark.parametrize(
    ("state", "words", "mark"),
    [
        pytest.param("WY", UNKNOWN, None, id="no pack: federal law, and it says so"),
        pytest.param("CA", NOT_CHECKED, "State rule not confirmed", id="a pack that nobody re-checked"),
        pytest.param("MA", None, None, id="a pack made from the State's own texts"),
    ],
)
def test_the_caution_stands_on_every_page_of_the_case_that_shows_dates(
    world: World, client_for: Clients, state: str, words: str | None, mark: str | None
) -> None:
    parent = world.person()
    case_id = world.case(parent, state=state, track="idea")
    record(world, parent, case_id, K.RECORDS_REQUESTED, days_ago(world, parent, case_id, 2))  # type: ignore[arg-type]
    row = deadline(world, parent, case_id, "idea-records-access")
    for name, text in pages_of(client_for(parent), case_id, row.id).items():
        if words:
            assert (words in text) or (name == "why" and mark and mark in text), name
        else:
            assert "We have no checked rules" not in text and "Nobody has re-checked" not in text, name
        if mark and name != "options":
            assert mark in text, name


def test_in_a_504_case_a_date_of_idea_is_marked_on_every_page(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent, state="MA", track="section_504")
    received, on = K.DUE_PROCESS_COMPLAINT_RECEIVED, days_ago(world, parent, case_id, 2)
    fact_id = record(world, parent, case_id, received, on)  # type: ignore[arg-type]
    row = deadline(world, parent, case_id, "idea-resolution-meeting")
    client = client_for(parent)
    texts = pages_of(client, case_id, row.id)
    texts["all cases"], texts["board"] = client.get("/").text, client.get("/board").text
    texts["fact"] = client.get(f"/cases/{case_id}/facts/{fact_id}").text
    form = {"submission": str(uuid4()), "on_date": str(on), "precision": "day", "how": "hand", "preview": "yes"}
    new = f"/cases/{case_id}/facts/new?kind={K.EVALUATION_CONSENT_RECEIVED.value}"
    texts["before saving"] = client.post(new, data=form).text
    for name in ("home", "list", "why", "all cases", "board", "fact", "before saving"):
        assert "May not hold under 504" in texts[name], name
    assert "IDEA's times hold" in texts["options"]


def test_a_date_from_memory_is_marked_so_in_the_lists_and_on_its_page(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent, state="MD", track="idea")
    record(world, parent, case_id, K.DECISION_ISSUED, days_ago(world, parent, case_id, 3))  # type: ignore[arg-type]
    row = deadline(world, parent, case_id, "md-civil-action")
    client = client_for(parent)
    texts = pages_of(client, case_id, row.id)
    texts["all cases"] = unescape(client.get("/deadlines").text)
    for name in ("home", "list", "why", "all cases"):
        assert "UNVERIFIED" in texts[name], name
    federal = deadline(world, parent, case_id, "idea-civil-action")
    assert (row.act_by, row.late_after) == (federal.act_by, federal.late_after)


def test_where_the_states_date_cannot_be_counted_no_list_says_that_the_district_is_late(
    world: World, client_for: Clients
) -> None:
    parent = world.person()
    case_id = world.case(parent, state="TX", track="idea")
    on = days_ago(world, parent, case_id, 70)
    record(world, parent, case_id, K.EVALUATION_CONSENT_RECEIVED, on)  # type: ignore[arg-type]
    row = deadline(world, parent, case_id, "idea-initial-evaluation")
    assert row.late_after is None and row.state == "open"
    client = client_for(parent)
    assert "Not known yet" in client.get("/deadlines").text
    home = client.get(f"/cases/{case_id}").text
    assert "Late by" not in home
    assert "The first evaluation must be finished" in home


def test_the_question_about_absences_is_asked_where_a_rule_needs_it(world: World, client_for: Clients) -> None:
    parent = world.person()
    for state, asked in (("TX", True), ("MA", False)):
        case_id = world.case(parent, state=state, track="idea")
        form = client_for(parent).get(f"/cases/{case_id}/facts/new?kind=evaluation_consent_received").text
        assert ("absent since then" in form) is asked


@pytest.mark.parametrize(
    ("state", "words"),
    [
        pytest.param("CA", "Section 504 alone in California was not found, so federal law is used", id="California"),
        pytest.param("WY", "Under federal law a due process hearing is for IDEA disputes", id="no pack"),
    ],
)
def test_a_504_only_case_has_its_hearing_at_the_district_and_in_massachusetts_at_the_state_office(
    world: World, client_for: Clients, state: str, words: str
) -> None:
    parent = world.person()
    client = client_for(parent)
    elsewhere = world.case(parent, state=state, track="section_504", plan="section_504")
    text = unescape(client.get(f"/cases/{elsewhere}/next").text)
    assert words in text and "34 CFR 104.36" in text
    at_home = world.case(parent, state="MA", track="section_504", plan="section_504")
    text = unescape(client.get(f"/cases/{at_home}/next").text)
    assert words not in text and "Bureau of Special Education Appeals (BSEA)" in text
    assert "Here the BSEA hears 504 disputes" in text
