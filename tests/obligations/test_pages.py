"""The pages of promises, as a person meets them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from casemgr.cases.clock import today_in
from casemgr.extensions import db
from casemgr.issues.models import Issue
from casemgr.law.terms import FactKind
from casemgr.obligations.models import Obligation
from tests.deadlines.makers import record
from tests.obligations.makers import promised
from tests.proceedings.kit import hidden, send
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]
LONG_AGO = date(2026, 3, 2)


@pytest.fixture
def owner(world: World) -> Actor:
    return world.person()


def test_after_an_agreement_the_case_home_asks_what_was_promised(world: World, client_for: Clients, owner) -> None:
    case_id = world.case(owner, stage="monitoring")
    record(world, owner, case_id, FactKind.MEDIATION_AGREEMENT, LONG_AGO)
    client = client_for(owner)
    assert f"/cases/{case_id}/obligations/new" in client.get(f"/cases/{case_id}").text
    page = send(
        client,
        f"/cases/{case_id}/obligations/new/day",
        title="The district pays for a reading evaluation",
        actor="lea",
        due_on="2026-03-09",
    )
    assert page.status_code == 302
    shown = client.get(page.location).text
    assert "You signed a mediation agreement" in shown or "mediation agreement" in shown.lower()
    home = client.get(f"/cases/{case_id}").text
    assert "1 overdue" in home
    assert "A promise is overdue: “The district pays for a reading evaluation”" in home


def test_the_same_form_sent_twice_writes_one_promise(world: World, client_for: Clients, owner) -> None:
    case_id = world.case(owner)
    client, address = client_for(owner), f"/cases/{case_id}/obligations/new/no_day"
    fields = hidden(client.get(address).text) | {
        "title": "Train the staff",
        "actor": "lea",
        "fact_id": "",
        "document_id": "",
    }
    places = {client.post(address, data=fields).location for _ in range(2)}
    assert len(places) == 1
    with world.scope(owner):
        assert db.session.query(Obligation).filter_by(case_id=case_id).count() == 1


@pytest.mark.parametrize(
    ("timing", "fields", "words"),
    [
        ("day", {"due_on": "2026-02-30"}, "Enter a date that exists"),
        ("day", {"due_on": "0226-03-01"}, "Check the year."),
        ("day", {"due_on": "2026-03-01", "title": " "}, "Say in one sentence what was promised."),
        ("count", {"count": "0", "unit": "school_day"}, "Enter a number from 1 to 1,000."),
        ("again", {"every": "month", "starts_on": "2026-03-01", "ends_on": "2026-02-01"}, "The last day is before"),
        ("again", {"every": "month", "starts_on": "2026-03-01", "hours": "-2"}, "Enter hours, such as 4 or 2.5."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_the_typed_text_stays(
    world: World, client_for: Clients, owner, timing: str, fields: dict[str, str], words: str
) -> None:
    case_id = world.case(owner)
    given = {"title": "A typed promise", "actor": "lea", "words": "As the paper says it"} | fields
    answer = send(client_for(owner), f"/cases/{case_id}/obligations/new/{timing}", **given)
    assert answer.status_code == 422
    assert words in answer.text
    assert "As the paper says it" in answer.text
    with world.scope(owner):
        assert db.session.query(Obligation).filter_by(case_id=case_id).count() == 0


def test_a_broken_hearing_decision_leads_to_the_state_complaint_for_it(
    world: World, client_for: Clients, owner
) -> None:
    case_id = world.case(owner, stage="monitoring")
    fact = record(world, owner, case_id, FactKind.DECISION_ISSUED, LONG_AGO)
    one = promised(world, owner, case_id, title="Pay for the evaluation", fact_id=fact, due_on=date(2026, 3, 31))
    client = client_for(owner)
    page = client.get(f"/cases/{case_id}/obligations/{one}").text
    assert "34 CFR 300.152(c)(3)" in page
    assert f"/cases/{case_id}/move/file_state_complaint" in page
    answer = client.post(f"/cases/{case_id}/obligations/{one}/issue")
    assert "/issues/" in answer.location
    with world.scope(owner):
        issue = db.session.query(Issue).filter_by(case_id=case_id).one()
        assert issue.title == "Not carried out: Pay for the evaluation"
        assert issue.since_on == date(2026, 3, 31)
        assert "March 31, 2026" in issue.facts
    assert issue.title in client.get(f"/cases/{case_id}/obligations/{one}").text


def test_an_agreement_is_not_said_to_be_a_hearing_decision(world: World, client_for: Clients, owner) -> None:
    case_id = world.case(owner, stage="monitoring")
    fact = record(world, owner, case_id, FactKind.MEDIATION_AGREEMENT, LONG_AGO)
    one = promised(world, owner, case_id, fact_id=fact)
    page = client_for(owner).get(f"/cases/{case_id}/obligations/{one}").text
    assert "34 CFR 300.506(b)(7)" in page
    assert "300.152(c)(3)" not in page


def test_hours_are_logged_and_shown_against_what_is_owed(world: World, client_for: Clients, owner) -> None:
    case_id = world.case(owner)
    start = today_in("America/New_York") - timedelta(days=40)
    one = promised(world, owner, case_id, title="Reading", timing="again", every="month", starts_on=start, minutes=240)
    client = client_for(owner)
    address = f"/cases/{case_id}/obligations/{one}"
    answer = client.post(f"{address}/deliveries", data={"on_date": start.isoformat(), "hours": "1.5"})
    assert answer.status_code == 302
    page = client.get(address).text
    assert "1.5 hours delivered" in page
    assert "2.5 hours behind." in page
    answer = client.post(f"{address}/deliveries", data={"on_date": start.isoformat(), "hours": "90"})
    assert answer.status_code == 422
    assert "Enter hours of one day" in answer.text


def test_an_open_promise_is_among_what_is_due_next(world: World, client_for: Clients, owner) -> None:
    case_id = world.case(owner)
    soon = today_in("America/New_York") + timedelta(days=2)
    one = promised(world, owner, case_id, title="Send the draft plan", due_on=soon)
    home = client_for(owner).get("/").text
    assert f"/cases/{case_id}/obligations/{one}" in home
    assert "in 2 days" in home


def test_a_reader_does_not_learn_the_title_of_a_paper_that_is_kept_from_them(world: World, client_for: Clients) -> None:
    from casemgr.documents.models import Document

    firm = world.person("attorney", "firm")
    case_id = world.full_case(firm)
    with world.scope(firm):
        paper = db.session.query(Document).filter_by(case_id=case_id).first()
        paper.visibility, paper.title = "privileged", "Advice on the settlement"
        db.session.commit()
        paper_id = paper.id
    one = promised(world, firm, case_id, document_id=paper_id)
    address = f"/cases/{case_id}/obligations/{one}"
    colleague = world.person("attorney", org_id=firm.org_id)  # in a full case its maker has a viewer's role
    assert "Advice on the settlement" in client_for(colleague).get(address).text
    assert "Advice on the settlement" not in client_for(world.guest(case_id, firm.org_id, "viewer")).get(address).text


def test_the_newer_version_is_shown_beside_what_was_typed(world: World, client_for: Clients, owner) -> None:
    case_id = world.case(owner)
    one = promised(world, owner, case_id)
    client, address = client_for(owner), f"/cases/{case_id}/obligations/{one}/edit"
    opened = hidden(client.get(address).text)
    fields = {"title": "Theirs", "actor": "lea", "due_on": "2026-03-02"}
    assert client.post(address, data=opened | fields).status_code == 302
    answer = client.post(address, data=opened | fields | {"title": "Mine"})
    assert answer.status_code == 409
    assert "Theirs" in answer.text and "Mine" in answer.text


def test_marking_it_as_done_asks_for_what_shows_it(world: World, client_for: Clients, owner) -> None:
    case_id = world.case(owner)
    one = promised(world, owner, case_id)
    client, address = client_for(owner), f"/cases/{case_id}/obligations/{one}/met"
    answer = send(client, address, on_date="2026-03-02")
    assert answer.status_code == 422
    assert "Choose the paper or the log entry that shows it." in answer.text
    answer = send(client, f"/cases/{case_id}/obligations/{one}/waived", on_date="2026-03-02", note=" ")
    assert answer.status_code == 422
    assert "Say why, in a sentence." in answer.text
    assert (
        send(client, f"/cases/{case_id}/obligations/{one}/waived", on_date="2026-03-02", note="Replaced").status_code
        == 302
    )
    assert "Replaced" in client.get(f"/cases/{case_id}/obligations/{one}").text
