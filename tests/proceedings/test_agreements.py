"""A signed agreement is on record: one press takes the case to monitoring, and taking it back re-opens the hearing."""

from __future__ import annotations

import re
from datetime import date, timedelta
from uuid import UUID

import pytest

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines import recording
from casemgr.deadlines.services import NewFact
from casemgr.extensions import db
from casemgr.law.terms import Event, FactKind
from casemgr.plans.queries import stay_put_of
from casemgr.proceedings import queries, services
from casemgr.proceedings.services import MoveInput
from casemgr.web.filters import legal_date
from tests.proceedings.kit import hidden, moves, proceedings, send, stage
from tests.world import Actor, World

K = FactKind


def a_hearing_case(world: World, ago: int = 40) -> tuple[Actor, UUID, date]:
    """A case whose due process complaint was filed and received some days ago. Returns today as well."""
    actor = world.person()
    case_id = world.case(actor)
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        now = today(case)
        kinds = (K.DUE_PROCESS_COMPLAINT_FILED, K.DUE_PROCESS_COMPLAINT_RECEIVED)
        facts = tuple(NewFact(kind, now - timedelta(days=ago), by_party="parent") for kind in kinds)
        given = MoveInput(now - timedelta(days=ago), facts)
        services.move(case, Event.FILE_DUE_PROCESS_COMPLAINT, given, by=world.user(actor))
    return actor, case_id, now


def record(world: World, actor: Actor, case_id: UUID, kind: FactKind, on: date, *, own: bool = True) -> None:
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        of = queries.proceedings_of(case)[0].id if own else None
        recording.record(case, NewFact(kind, on, by_party="both_parties", proceeding_id=of), by=world.user(actor))


def button(page: str) -> dict[str, str]:
    """The hidden fields of the button that moves the case."""
    form = re.search(r'<form method="post" action="[^"]*/move/\w+/now".*?</form>', page, re.DOTALL)
    assert form, "no such button"
    return hidden(form[0])


@pytest.mark.parametrize(
    "kind, own, told",
    [
        (K.RESOLUTION_AGREEMENT_SIGNED, True, True),
        (K.PROCEEDING_SETTLED, True, False),
        (K.MEDIATION_AGREEMENT, False, False),
    ],
)
def test_an_agreement_on_record_offers_the_move_to_monitoring_at_one_press(
    world: World, client_for, kind: FactKind, own: bool, told: bool
) -> None:
    actor, case_id, now = a_hearing_case(world)
    client = client_for(actor)
    assert "go on to monitoring" not in client.get(f"/cases/{case_id}").text
    record(world, actor, case_id, kind, now, own=own)
    page = client.get(f"/cases/{case_id}").text
    assert "The agreement is on record: go on to monitoring" in page
    with world.scope(actor):
        last = queries.last_day_to_take_back(db.session.get_one(Case, case_id))
        assert bool(last) is told
        words = f"Either side may take it back until {legal_date(last.act_by)}" if last else ""
    assert ("Either side may take it back" in page) is told and words in page
    address = f"/cases/{case_id}/move/record_agreement/now"
    for _ in range(2):  # pressed twice
        assert client.post(address, data=button(page)).location == f"/cases/{case_id}"
    assert stage(world, actor, case_id) == "monitoring"
    assert [row.event for row in moves(world, actor, case_id)].count("record_agreement") == 1
    (row,) = proceedings(world, actor, case_id)
    assert row.ended_on == now
    assert "go on to monitoring" not in client.get(f"/cases/{case_id}").text


def agreed(world: World, client_for, ago: int = 0) -> tuple[Actor, UUID, date]:
    """A case at monitoring after a resolution agreement that was signed some days ago."""
    actor, case_id, now = a_hearing_case(world)
    record(world, actor, case_id, K.RESOLUTION_AGREEMENT_SIGNED, now - timedelta(days=ago))
    client = client_for(actor)
    fields = button(client.get(f"/cases/{case_id}").text)
    client.post(f"/cases/{case_id}/move/record_agreement/now", data=fields)
    assert stage(world, actor, case_id) == "monitoring"
    return actor, case_id, now


def test_taking_the_agreement_back_in_time_reopens_the_hearing_case_and_an_undo_ends_it_again(
    world: World, client_for
) -> None:
    actor, case_id, now = agreed(world, client_for)
    client = client_for(actor)
    (row,) = proceedings(world, actor, case_id)
    assert f"/cases/{case_id}/move/void_agreement" in client.get(f"/cases/{case_id}/proceedings/{row.id}").text
    answer = send(client, f"/cases/{case_id}/move/void_agreement", on_date=now.isoformat())
    assert answer.location == f"/cases/{case_id}"
    assert stage(world, actor, case_id) == "due_process"
    (row,) = proceedings(world, actor, case_id)
    assert (row.step, row.ended_on, row.outcome) == ("resolution_period", None, "")
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        assert stay_put_of(case).in_force
        newest = queries.standing_moves(case)[-1]
        services.undo(case, newest, "It was another agreement.", by=world.user(actor))
    assert stage(world, actor, case_id) == "monitoring"
    (row,) = proceedings(world, actor, case_id)
    assert (row.step, row.ended_on) == ("resolved", now)


def test_an_agreement_that_was_taken_back_as_a_fact_offers_the_way_back_at_one_press(world: World, client_for) -> None:
    actor, case_id, now = agreed(world, client_for)
    client = client_for(actor)
    record(world, actor, case_id, K.RESOLUTION_AGREEMENT_VOIDED, now)
    page = client.get(f"/cases/{case_id}").text
    assert "The agreement was taken back: go on with the hearing case" in page
    client.post(f"/cases/{case_id}/move/void_agreement/now", data=button(page))
    assert stage(world, actor, case_id) == "due_process"
    (row,) = proceedings(world, actor, case_id)
    assert (row.step, row.ended_on) == ("resolution_period", None)


def test_after_the_three_business_days_the_law_warns_and_a_press_leads_to_the_form(world: World, client_for) -> None:
    actor, case_id, now = agreed(world, client_for, ago=20)
    client = client_for(actor)
    address = f"/cases/{case_id}/move/void_agreement"
    page = client.get(address).text
    assert "The three business days seem to have ended" in page
    assert client.post(f"{address}/now", data={}).location == address
    assert send(client, address, on_date=now.isoformat()).status_code == 422
    assert stage(world, actor, case_id) == "monitoring"


def test_without_a_resolution_agreement_there_is_nothing_to_take_back(world: World, client_for) -> None:
    actor = world.person()
    case_id = world.case(actor, stage="monitoring")
    page = client_for(actor).get(f"/cases/{case_id}/move/void_agreement").text
    assert "No resolution agreement is on record" in page and "34 CFR 300.510(e)" in page
    assert 'id="void_agreement"' not in client_for(actor).get(f"/cases/{case_id}/next").text


def test_a_press_on_a_page_that_is_old_moves_nothing(world: World, client_for) -> None:
    actor, case_id, now = a_hearing_case(world)
    record(world, actor, case_id, K.RESOLUTION_AGREEMENT_SIGNED, now)
    client = client_for(actor)
    fields = button(client.get(f"/cases/{case_id}").text)
    with world.scope(actor):
        given = MoveInput(now, (NewFact(K.MEETING_REQUESTED, now),))
        services.move(db.session.get_one(Case, case_id), Event.ASK_FOR_TEAM_MEETING, given, by=world.user(actor))
    page = client.post(f"/cases/{case_id}/move/record_agreement/now", data=fields, follow_redirects=True).text
    assert "The case has moved since this page was opened" in page
    assert stage(world, actor, case_id) == "due_process"
