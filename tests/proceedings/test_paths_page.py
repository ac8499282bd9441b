"""What can I do now: every path with its reason, side by side, and drawn."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines.services import NewFact, record_fact
from casemgr.extensions import db
from casemgr.law.drawing import machines
from casemgr.law.terms import Event, FactKind, Stage
from casemgr.law.transitions import TRANSITIONS
from tests.proceedings.kit import DAY, send
from tests.world import World


def path(page: str, event: Event) -> tuple[str, str]:
    """Return the group that a path stands in, and the part of the page that is about it."""
    for group, body in re.findall(r'<section class="paths" id="paths-(\w+)".*?>(.*?)</section>', page, re.DOTALL):
        for part in body.split('<li class="path" id="')[1:]:
            if part.startswith(f'{event.value}"'):
                return group, part
    raise AssertionError(f"{event.value} is not on the page")


HIDDEN = {"something_to_end", "agreement_can_be_taken_back"}
"""Guards of ways out that are not listed while there is nothing to come out of."""


@pytest.mark.parametrize("from_stage", [stage.value for stage in Stage])
def test_the_page_shows_every_path_of_the_table_from_here(world: World, client_for, from_stage: str) -> None:
    actor = world.person()
    page = client_for(actor).get(f"/cases/{world.case(actor, stage=from_stage)}/next")
    assert page.status_code == 200
    rows = [row for row in TRANSITIONS if row.source.value == from_stage and not HIDDEN & {*row.guards}]
    assert rows
    for row in rows:
        group, part = path(page.text, row.event)
        assert row.title in part and ("cite" in part or not row.opens)
        assert ("/move/" in part) is (group != "shut")
    for other in ("iee", "grievance", "facilitated_meeting"):
        assert f'<li class="path" id="{other}">' in page.text


@pytest.mark.parametrize(
    ("state", "track", "event", "group", "says", "cited"),
    [
        ("MA", "idea", Event.FILE_DUE_PROCESS_COMPLAINT, "ways", "BSEA", "34 CFR 300.507-300.508"),
        ("MA", "idea", Event.REQUEST_SECTION_504_HEARING, "shut", "the BSEA hears 504 disputes", "M.G.L. c. 71B"),
        ("MA", "idea", Event.FILE_OCR_COMPLAINT, "warned", "choose “IEP and 504”", "34 CFR 104.61"),
        ("MA", "section_504", Event.FILE_DUE_PROCESS_COMPLAINT, "ways", "BSEA hears 504 disputes", "34 CFR 300.507"),
        ("MA", "section_504", Event.REQUEST_SECTION_504_HEARING, "shut", "file a due process", "M.G.L. c. 71B"),
        ("MA", "section_504", Event.FILE_STATE_COMPLAINT, "shut", "ask the BSEA", "603 CMR 28.08(2)"),
        ("NH", "section_504", Event.FILE_DUE_PROCESS_COMPLAINT, "shut", "own Section 504 hearing", "34 CFR 300.507(a)"),
        ("NH", "section_504", Event.REQUEST_SECTION_504_HEARING, "ways", "Section 504 hearing", "34 CFR 104.36"),
        ("NH", "section_504", Event.FILE_OCR_COMPLAINT, "ways", "Office for Civil Rights", "34 CFR 104.61"),
        ("NH", "idea", Event.REQUEST_SECTION_504_HEARING, "shut", "file a due process complaint", "34 CFR 104.36"),
    ],
)
def test_track_and_state_decide_which_paths_are_open_and_the_page_says_why(
    world: World, client_for, state: str, track: str, event: Event, group: str, says: str, cited: str
) -> None:
    actor = world.person(state=state)
    case_id = world.case(actor, state=state, track=track, plan="iep" if track == "idea" else track)
    found, part = path(client_for(actor).get(f"/cases/{case_id}/next").text, event)
    assert found == group
    assert says in unescape(part) and cited in part


@pytest.mark.parametrize(("kind", "role"), [("firm", "viewer"), ("firm", "parent"), ("organization", "parent")])
def test_who_may_not_move_still_sees_the_paths_without_buttons(world: World, client_for, kind: str, role: str) -> None:
    owner = world.person("owner", kind)
    case_id = world.case(owner)
    reader = world.person(role, kind, owner.org_id)
    page = client_for(reader).get(f"/cases/{case_id}/next")
    assert page.status_code == 200 and "Ask for mediation" in page.text
    assert f"/cases/{case_id}/move/" not in page.text
    assert client_for(reader).get(f"/cases/{case_id}/move/request_mediation").status_code == 403


def test_a_date_that_nobody_recorded_is_asked_for_and_then_counts_down(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    _, part = path(client.get(f"/cases/{case_id}/next").text, Event.FILE_DUE_PROCESS_COMPLAINT)
    assert "When did you learn of the action you disagree with?" in part
    assert f"/cases/{case_id}/facts/new?kind=action_known" in part
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        known = today(case) - timedelta(days=100)
        record_fact(case, NewFact(FactKind.ACTION_KNOWN, known), by=world.user(actor))
    _, part = path(client.get(f"/cases/{case_id}/next").text, Event.FILE_DUE_PROCESS_COMPLAINT)
    assert "When did you learn" not in part
    assert "Until " in part and str(known.year + 2) in part and "300.511(e)" in part


def test_the_page_names_what_the_filing_still_misses(world: World, client_for) -> None:
    actor = world.person()
    page = client_for(actor).get(f"/cases/{world.case(actor)}/next").text
    _, part = path(page, Event.FILE_DUE_PROCESS_COMPLAINT)
    assert "Still missing for the filing" in part and "Make the packet" in part
    _, part = path(page, Event.FILE_STATE_COMPLAINT)
    assert "The filing must contain" in part or "Still missing for the filing" in part


@pytest.mark.parametrize("role", ["owner", "viewer"])
def test_the_paths_stand_side_by_side_and_only_the_open_ones_on_wish(world: World, client_for, role: str) -> None:
    owner = world.person("owner", "firm")
    case_id = world.case(owner, track="section_504", plan="section_504")
    reader = owner if role == "owner" else world.person(role, "firm", owner.org_id)
    client = client_for(reader)
    everything = client.get(f"/cases/{case_id}/next/compare").text
    for heading in ("Path", "Time left", "Cost", "Leads to", "Stay-put", "Still missing"):
        assert f'data-label="{heading}"' in everything
    assert everything.count('<th scope="row"') == 11
    assert "it is not legal advice" in everything
    assert ("/facts/new?kind=" in everything) is (role == "owner")
    some = client.get(f"/cases/{case_id}/next/compare?show=open").text
    assert "Not now" not in some and 0 < some.count('<th scope="row"') < 11


def test_the_map_shows_every_stage_and_step_and_where_this_case_stands(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    send(client, f"/cases/{case_id}/move/request_mediation", on_date=DAY, filed_by="parent")
    page = client.get(f"/cases/{case_id}/next/map").text
    assert "See all stages and steps on a map" in client.get(f"/cases/{case_id}/next").text
    for machine in machines():
        assert f'id="map-{machine.key}"' in page
        for node, _ in machine.nodes:
            assert f'id="map-{machine.key}-{node}"' in page
    assert page.count('aria-current="step"') == 2, "the stage, and the step of the mediation"
    stages = page[page.index('id="map-stages"') :].split("</section>")[0]
    assert stages.count('class="arc arc-here') >= 5


def test_a_states_unchecked_limit_is_marked_beside_the_date(world: World, client_for) -> None:
    actor = world.person(state="NC")
    case_id = world.case(actor, state="NC")
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        known = NewFact(FactKind.ACTION_KNOWN, today(case) - timedelta(days=100))
        record_fact(case, known, by=world.user(actor))
    _, part = path(client_for(actor).get(f"/cases/{case_id}/next").text, Event.FILE_DUE_PROCESS_COMPLAINT)
    assert "State rule not confirmed" in part and str((known.on_date + timedelta(days=365)).year) in part
