"""Quick forms: a call, a meeting, an incident or a missed service in a few seconds."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time, timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.evidence.kinds import EVIDENCE_KINDS
from casemgr.evidence.models import EvidenceEntry
from casemgr.evidence.services import Someone
from casemgr.extensions import db
from tests.evidence.makers import log, paper, person, told
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]


def newest(world: World, actor: Actor, case_id: UUID) -> EvidenceEntry:
    with world.scope(actor):
        rows = db.session.query(EvidenceEntry).filter_by(case_id=case_id).order_by(EvidenceEntry.number.desc())
        return rows.first()  # type: ignore[return-value]


def prefilled(page: str) -> dict[str, str]:
    """What the form holds before anything is typed."""
    names = ("submission", "started", "happened_on", "happened_at")
    inputs = re.findall(r"<input[^>]*>", page)
    found = {}
    for name in names:
        [tag] = [one for one in inputs if f'name="{name}"' in one]
        value = re.search(r'value="([^"]*)"', tag)
        found[name] = value[1] if value else ""
    return found | {"precision": "day", "visibility": "shared", "weight": ""}


def test_a_call_is_logged_with_one_sentence_and_the_time_of_now(world: World, client_for: Clients) -> None:
    actor = world.person()
    case_id = world.case(actor)
    often, seldom = person(world, actor, case_id, "Zoe Often"), person(world, actor, case_id, "Abe Seldom")
    log(world, actor, case_id, told(people=[Someone("Zoe Often", often)]))
    client = client_for(actor)
    here = f"/cases/{case_id}/evidence/quick/call"
    assert here in client.get(f"/cases/{case_id}").text and here in client.get(f"/cases/{case_id}/evidence").text
    page = client.get(here).text
    assert page.index("Zoe Often") < page.index("Abe Seldom")  # who was named last comes first
    said = "There is no aide until May. She will write it down."
    form = prefilled(page) | {
        "people": [str(often), str(seldom)],
        "said": said,
        "more": "A letter by Friday",
        "first_hand": "y",
    }
    for _twice in range(2):
        answer = client.post(here, data=form)
        assert answer.location.endswith("#entry-2")
    row = newest(world, actor, case_id)
    assert (row.number, row.kind, row.title, row.learned) == (2, "call", "There is no aide until May", "saw")
    assert row.body == f"{said}\n\nPromised: A letter by Friday"
    assert [one["name"] for one in row.people] == ["Zoe Often", "Abe Seldom"]
    assert row.happened_at == time.fromisoformat(form["happened_at"][:5]) and row.precision == "day"
    listed = client.get(f"/cases/{case_id}/evidence").text
    assert "I saw or heard it myself." in listed


def test_a_missed_service_says_its_minutes_and_is_not_first_hand_unless_said(world: World, client_for: Clients) -> None:
    actor = world.person()
    case_id = world.case(actor)
    client = client_for(actor)
    here = f"/cases/{case_id}/evidence/quick/missed_service"
    form = prefilled(client.get(here).text) | {
        "said": "Reading group",
        "minutes": "30",
        "weight": "strong",
        "somebody": "Lee",
    }
    assert client.post(here, data=form | {"minutes": "none", "said": ""}).status_code == 422
    client.post(here, data=form)
    row = newest(world, actor, case_id)
    assert (row.title, row.learned, row.weight) == ("Reading group (30 minutes missed)", "", "strong")
    assert "Minutes missed: 30" in row.body and [one["name"] for one in row.people] == ["Lee"]
    assert "Strong." in client.get(f"/cases/{case_id}/evidence").text


def test_the_time_of_now_is_not_kept_for_another_day(world: World, client_for: Clients) -> None:
    actor = world.person()
    case_id = world.case(actor)
    client = client_for(actor)
    here = f"/cases/{case_id}/evidence/quick/incident"
    with world.scope(actor):
        now = today(db.session.get_one(Case, case_id))
    form = prefilled(client.get(here).text) | {
        "said": "Sent to the office",
        "happened_on": str(now - timedelta(days=3)),
    }
    client.post(here, data=form)
    assert newest(world, actor, case_id).happened_at is None
    client.post(here, data=form | {"submission": str(uuid4()), "happened_at": "07:31"})
    assert newest(world, actor, case_id).happened_at == time(7, 31)
    late = client.post(here, data=form | {"submission": str(uuid4()), "happened_on": str(now + timedelta(days=1))})
    assert late.status_code == 422 and "still to come" in late.text and "Sent to the office" in late.text


@pytest.mark.parametrize("kind", EVIDENCE_KINDS)
def test_each_quick_kind_asks_in_its_own_words(world: World, client_for: Clients, kind: str) -> None:
    actor = world.person()
    case_id = world.case(actor)
    client = client_for(actor)
    form = prefilled(client.get(f"/cases/{case_id}/evidence/quick/{kind}").text)
    long = "word " * 60
    client.post(f"/cases/{case_id}/evidence/quick/{kind}", data=form | {"said": long})
    row = newest(world, actor, case_id)
    assert row.kind == kind and len(row.title) <= 100 and row.title.endswith("word…")
    assert f"/evidence/quick/{kind}" in client.get(f"/cases/{case_id}/evidence").text
    assert client.get(f"/cases/{case_id}/evidence/quick/gossip").status_code == 404


def test_a_letter_names_its_paper_and_no_time_that_nobody_told(world: World, client_for: Clients) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    letter = paper(world, lawyer, case_id, title="Our letter")
    memo = paper(world, lawyer, case_id, title="Our memo", visibility="privileged")
    client, here = client_for(lawyer), f"/cases/{case_id}/evidence/quick/letter_sent"
    form = prefilled(client.get(here).text) | {"said": "We asked for an evaluation", "paper": str(letter)}
    assert client.post(here, data=form).status_code == 302
    row = newest(world, lawyer, case_id)
    assert (row.happened_at, row.learned, [one["id"] for one in row.documents]) == (None, "paper", [str(letter)])
    family = client_for(world.person("parent", "firm", lawyer.org_id))
    form = prefilled(family.get(here).text) | {"said": "Mine", "paper": str(memo)}
    assert "Our memo" not in family.get(here).text and family.post(here, data=form).status_code == 422


def test_a_client_of_a_firm_cannot_log_what_they_could_not_open(world: World, client_for: Clients) -> None:
    owner = world.person("attorney", "firm")
    case_id = world.case(owner)
    client = client_for(world.guest(case_id, owner.org_id, "parent"))
    here = f"/cases/{case_id}/evidence/quick/call"
    form = prefilled(client.get(here).text) | {"said": "Mine", "visibility": "privileged"}
    assert client.post(here, data=form).status_code == 422
    assert client.post(here, data=form | {"visibility": "shared"}).status_code == 302
