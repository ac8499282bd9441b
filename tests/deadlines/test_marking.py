"""A deadline is marked as met, waived or extended by a fact with its proof; undoing it is a correction of the fact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from casemgr.deadlines import marking, queries
from casemgr.deadlines.models import Deadline, Fact
from casemgr.evidence import queries as evidence
from casemgr.evidence import services as logging
from casemgr.evidence.services import NewEntry
from casemgr.extensions import db
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import FactKind
from tests.deadlines.makers import calendar_a, consent, deadline, load, record
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]


def sent(**more: str) -> dict[str, str]:
    return {"submission": str(uuid4()), "on_date": "2026-11-20", "note": "The letter of that day."} | more


def facts_of(world: World, actor: Actor, case_id: UUID) -> list[Fact]:
    with world.scope(actor):
        rows = list(queries.current_facts(load(case_id)))
        [row.details for row in rows]
        return rows


def started(world: World, actor: Actor, rule_id: str = "ma-evaluation") -> tuple[UUID, Deadline]:
    """Make a case with a signed consent, and return it with the deadline of a rule."""
    case_id = world.case(actor)
    calendar_a(world, actor)
    consent(world, actor, case_id)
    return case_id, deadline(world, actor, case_id, rule_id)


def at(case_id: UUID, row: Deadline, kind: str = "") -> str:
    return f"/cases/{case_id}/deadlines/{row.id}" + (f"/mark/{kind}" if kind else "")


def test_a_deadline_is_met_by_its_own_fact_with_a_paper_or_an_entry(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id, row = started(world, parent)
    with world.scope(parent):
        new = NewEntry(kind="call", happened_on=date(2026, 11, 20), title="The report came")
        entry = logging.log_entry(load(case_id), new, by=world.user(parent)).id
        assert evidence.choices(load(case_id), {"shared"})[0][1] == "No. 1, November 20, 2026: The report came"
    client = client_for(parent)
    form = client.get(at(case_id, row, "evaluation_completed")).text
    assert "Mark as met" in form
    assert "No. 1, November 20, 2026: The report came" in form
    answer = client.post(
        at(case_id, row, "evaluation_completed"), data=sent(note="", entry=str(entry)), follow_redirects=True
    ).text
    assert "Recorded. This date is met." in answer
    assert "What met it" in answer
    assert f"/evidence/{entry}" in answer
    assert "What ends it" not in answer


def test_marking_asks_for_proof_and_keeps_what_was_typed(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id, row = started(world, parent)
    answer = client_for(parent).post(at(case_id, row, "evaluation_completed"), data=sent(note=""))
    assert answer.status_code == 422
    assert "say in the note how you know" in answer.text
    early = client_for(parent).post(at(case_id, row, "evaluation_completed"), data=sent(on_date="2026-10-30"))
    assert early.status_code == 422
    assert "This is before November 2, 2026, when the clock started" in early.text
    assert "The letter of that day." in early.text
    assert len(facts_of(world, parent, case_id)) == 1


def test_the_same_marking_sent_twice_records_one_fact(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id, row = started(world, parent)
    told = sent()
    for _ in range(2):
        assert client_for(parent).post(at(case_id, row, "evaluation_completed"), data=told).status_code == 302
    assert len(facts_of(world, parent, case_id)) == 2


def test_a_waiver_names_the_one_deadline_and_is_undone_by_taking_it_back(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id, row = started(world, parent)
    client = client_for(parent)
    answer = client.post(at(case_id, row, "deadline_waived"), data=sent(), follow_redirects=True).text
    assert "Recorded. This date is waived." in answer
    waiver = next(fact for fact in facts_of(world, parent, case_id) if fact.kind == "deadline_waived")
    assert waiver.details == {"rule": "ma-evaluation", "trigger": str(row.fact_id)}
    assert f"/facts/{waiver.id}/retract" in answer
    client.post(f"/cases/{case_id}/facts/{waiver.id}/retract", data={"reason": "It was never signed."})
    page = client.get(at(case_id, row)).text
    assert "State: waived → open" in page
    assert deadline(world, parent, case_id, "ma-evaluation").state == "open"


def test_a_marking_survives_corrections_of_itself_and_of_what_started_the_clock(world, client_for) -> None:
    parent = world.person()
    case_id, row = started(world, parent)
    client = client_for(parent)
    client.post(at(case_id, row, "deadline_waived"), data=sent())
    for fact in facts_of(world, parent, case_id):
        told = sent(precision="day", reason="Another day.", on_date="2026-11-19", detail_rule="ma-evaluation")
        client.post(f"/cases/{case_id}/facts/{fact.id}/correct", data=told)
    marked = deadline(world, parent, case_id, "ma-evaluation")
    assert (marked.id, marked.state) == (row.id, "waived")
    assert marked.explanation["trigger"]["on"] == "2026-11-19"


def test_a_rule_without_a_fact_of_its_own_is_met_by_the_general_one(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    record(world, parent, case_id, FactKind.STATE_COMPLAINT_FILED, date(2026, 11, 16), by_party="parent")
    row = deadline(world, parent, case_id, "idea-state-complaint-copy")
    answer = client_for(parent).post(at(case_id, row, "deadline_met"), data=sent(), follow_redirects=True).text
    assert "Recorded. This date is met" in answer
    assert deadline(world, parent, case_id, "idea-state-complaint-copy").explanation["met_on"] == "2026-11-20"


def test_an_extension_moves_the_date_and_keeps_the_old_one(world: World, client_for: Clients) -> None:
    attorney = world.person("attorney", "firm")
    case_id = world.case(attorney)
    record(world, attorney, case_id, FactKind.DUE_PROCESS_COMPLAINT_FILED, date(2026, 11, 2), by_party="parent")
    record(world, attorney, case_id, FactKind.DUE_PROCESS_COMPLAINT_RECEIVED, date(2026, 11, 3))
    row = deadline(world, attorney, case_id, "idea-decision-45")
    client = client_for(attorney)
    answer = client.post(
        at(case_id, row, "deadline_extended"), data=sent(detail_until="2027-03-15"), follow_redirects=True
    ).text
    assert "Recorded. The date is now March 15, 2027." in answer
    assert "What moved it" in answer
    assert "Plain count: January 17, 2027 → March 15, 2027" in answer


def test_every_rule_that_somebody_must_act_under_can_be_marked_as_met() -> None:
    rules = rulebook_for("MA").rules
    acted = [rule for rule in rules if rule.kind in marking.SOMEBODY_ACTS]
    assert all(any(way.how == marking.MET for way in marking.ways(rule)) for rule in acted)
    by_itself = [rule for rule in rules if rule.kind == "milestone" and not rule.met_by]
    assert not any(way.how == marking.MET for rule in by_itself for way in marking.ways(rule))


@pytest.mark.parametrize("kind", ["nonsense", "iep_dated", "deadline_met"])
def test_a_way_that_the_rule_does_not_know_is_not_found(world: World, client_for: Clients, kind: str) -> None:
    parent = world.person()
    case_id, row = started(world, parent)
    assert client_for(parent).get(at(case_id, row, kind)).status_code == 404


@pytest.mark.parametrize(
    ("doubt", "words"),
    [("state_rule_not_confirmed", "State rule not confirmed"), ("unverified", "UNVERIFIED"), ("", "")],
)
def test_the_mark_of_an_uncertain_rule_stands_wherever_its_date_stands(world, client_for, doubt, words) -> None:
    parent = world.person()
    case_id, row = started(world, parent)
    with world.scope(parent):
        stored = queries.deadline(load(case_id), row.id)
        stored.explanation = stored.explanation | {"doubt": doubt}
        db.session.commit()
    client = client_for(parent)
    for address in (at(case_id, row), f"/cases/{case_id}/deadlines", "/deadlines", f"/cases/{case_id}"):
        page = client.get(address).text
        assert (words in page) if words else ("UNVERIFIED" not in page and "not confirmed" not in page)
