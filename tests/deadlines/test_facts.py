"""Facts: how well their day is known, what speaks against them, what they change, and their history."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from casemgr.cases.clock import today
from casemgr.deadlines import queries
from casemgr.deadlines.models import Fact
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.law.terms import FactKind
from casemgr.proceedings.models import Proceeding
from tests.deadlines.makers import calendar_a, consent, deadline, load, record
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]


def sent(**more: object) -> dict[str, object]:
    return {"submission": str(uuid4()), "on_date": "2026-11-02", "precision": "day"} | more


def facts_of(world: World, actor: Actor, case_id: UUID) -> list[Fact]:
    with world.scope(actor):
        rows = list(queries.current_facts(load(case_id)))
        for row in rows:
            db.session.expunge(row)
        return rows


def new(case_id: UUID, kind: str) -> str:
    return f"/cases/{case_id}/facts/new?kind={kind}"


def test_a_month_gives_a_safe_day_and_a_late_day_but_no_plain_count(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client_for(parent).post(new(case_id, "records_requested"), data=sent(precision="month", on_date="2026-10-17"))
    row = deadline(world, parent, case_id, "ma-records")
    assert (row.nominal, row.act_by, row.late_after) == (None, date(2026, 10, 9), date(2026, 11, 10))
    page = client_for(parent).get(f"/cases/{case_id}/deadlines/{row.id}").text
    assert "There is no plain count" in page
    assert "Counted from Sat 31 Oct 2026: Tue 10 Nov 2026." in page


def test_a_fact_without_a_day_starts_no_date_and_says_why(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client = client_for(parent)
    told = sent(precision="unknown", on_date="")
    page = client.post(new(case_id, "records_requested"), data=told, follow_redirects=True).text
    assert "Day not known" in page
    assert "Correct the fact once you know the day" in page
    row = deadline(world, parent, case_id, "ma-records")
    assert (row.nominal, row.act_by, row.late_after, row.state) == (None, None, None, "open")
    (fact,) = facts_of(world, parent, case_id)
    assert fact.precision == "unknown"
    client.post(f"/cases/{case_id}/facts/{fact.id}/correct", data=sent(reason="Found the letter."))
    assert deadline(world, parent, case_id, "ma-records").nominal == date(2026, 11, 12)


def test_a_plan_needs_its_day(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    told = sent(precision="unknown", on_date="")
    answer = client_for(parent).post(new(case_id, "hearing_scheduled"), data=told)
    assert answer.status_code == 422
    assert facts_of(world, parent, case_id) == []


@pytest.mark.parametrize(
    ("kind", "asked", "not_asked"),
    [
        pytest.param("evaluation_requested", ["how"], ["by_party"], id="sent: how it went"),
        pytest.param("evaluation_completed", [], ["how", "by_party"], id="one side does it, nothing is sent"),
        pytest.param("due_process_complaint_filed", ["how", "by_party"], [], id="either side may file"),
    ],
)
def test_a_form_asks_only_what_the_rules_need(world, client_for, kind, asked, not_asked) -> None:
    parent = world.person()
    page = client_for(parent).get(new(world.case(parent), kind)).text
    for name in asked:
        assert f'name="{name}"' in page
    for name in not_asked:
        assert f'name="{name}"' not in page


def test_who_did_it_is_kept_without_being_asked(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client_for(parent).post(new(case_id, "evaluation_completed"), data=sent())
    assert [row.by_party for row in facts_of(world, parent, case_id)] == ["lea"]


@pytest.mark.parametrize("kind", ["evaluation_requested", "referral_received"])
def test_sent_and_received_stand_side_by_side(world: World, client_for: Clients, kind: str) -> None:
    parent = world.person()
    case_id = world.case(parent)
    record(world, parent, case_id, FactKind.EVALUATION_REQUESTED, date(2026, 11, 2), by_party="parent")
    page = client_for(parent).get(new(case_id, kind)).text
    assert "The day you sent the request. The day the school received it is a separate entry." in page
    assert "The day it arrived: look for a receipt stamp" in page
    assert "You are recording this one" in page
    assert "Record this one instead" in page
    assert "Recorded: November 2, 2026." in page
    other = {"evaluation_requested": "referral_received"}.get(kind, "evaluation_requested")
    assert f"kind={other}" in page


def test_what_it_starts_is_shown_before_it_is_saved(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    calendar_a(world, parent)
    client = client_for(parent)
    told = sent(how="hand", note="Kept text")
    page = client.post(new(case_id, "evaluation_consent_received"), data=told | {"preview": "yes"})
    assert page.status_code == 200
    assert "This changes 2 dates" in page.text
    assert "It starts" in page.text
    assert "December 18, 2026" in page.text
    assert "Kept text" in page.text
    assert facts_of(world, parent, case_id) == []
    fact_id = consent(world, parent, case_id)
    moved = client.post(
        f"/cases/{case_id}/facts/{fact_id}/correct",
        data=sent(on_date="2026-11-04", reason="The stamp", preview="yes"),
    ).text
    assert "It moves" in moved
    assert "(was December 18, 2026)" in moved
    met = client.post(new(case_id, "evaluation_completed"), data=sent(on_date="2026-11-20", preview="yes")).text
    assert "It meets" in met


@pytest.mark.parametrize(
    ("kind", "on", "words"),
    [
        ("referral_received", "2026-10-30", "A request cannot arrive before it was sent."),
        ("iep_dated", "future", "This date is in the future."),
        ("iep_dated", "2016-05-03", "before the student was born"),
        ("evaluation_requested", "2026-11-02", "on record for this day already"),
    ],
)
def test_what_contradicts_is_asked_about_and_kept_with_a_reason(world, client_for, kind, on, words) -> None:
    parent = world.person()
    case_id = world.case(parent)
    record(world, parent, case_id, FactKind.EVALUATION_REQUESTED, date(2026, 11, 2), by_party="parent")
    if on == "future":
        with world.scope(parent):
            on = (today(load(case_id)) + timedelta(days=3)).isoformat()
    client, told = client_for(parent), sent(on_date=on, note="Kept text")
    asked = client.post(new(case_id, kind), data=told)
    assert asked.status_code == 422
    assert words in asked.text
    assert "Kept text" in asked.text
    assert 'name="kept_because"' in asked.text
    assert len(facts_of(world, parent, case_id)) == 1
    seen = asked.text.split('name="seen"')[1].split('value="')[1].split('"')[0]
    assert seen
    refused = client.post(new(case_id, kind), data=told | {"seen": seen})
    assert refused.status_code == 422
    kept = told | {"seen": seen, "kept_because": "The stamp says so."}
    for _ in range(2):
        assert client.post(new(case_id, kind), data=kept).status_code == 302
    row = next(row for row in facts_of(world, parent, case_id) if str(row.id) == told["submission"])
    assert len(facts_of(world, parent, case_id)) == 2
    assert words in row.contradictions[0]
    page = client.get(f"/cases/{case_id}/facts/{row.id}").text
    assert words in page
    assert "The stamp says so." in page
    assert "The stamp says so." in client.get(f"/cases/{case_id}/deadlines").text


def test_a_reason_for_one_contradiction_is_none_for_the_next(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    answer = client_for(parent).post(
        new(case_id, "iep_dated"), data=sent(on_date="2016-05-03", seen="future", kept_because="Because.")
    )
    assert answer.status_code == 422
    assert "before the student was born" in answer.text
    assert "Because." in answer.text


def test_a_paper_that_comes_along_is_kept_even_if_the_fact_is_not(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = (io.BytesIO(b"Dear district, I consent.\n"), "consent 2026-11-02.txt")
    refused = client_for(parent).post(
        new(case_id, "evaluation_consent_received"),
        data=sent(on_date="", upload=paper),
        content_type="multipart/form-data",
    )
    assert refused.status_code == 422
    with world.scope(parent):
        (document,) = db.session.query(Document).filter_by(case_id=case_id).all()
        chosen = str(document.id)
    assert f'<option selected value="{chosen}">' in refused.text
    told = sent(document=chosen)
    client_for(parent).post(new(case_id, "evaluation_consent_received"), data=told)
    (row,) = facts_of(world, parent, case_id)
    assert str(row.document_id) == chosen


def test_a_file_that_is_not_taken_is_refused_beside_its_field(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    empty = (io.BytesIO(b""), "empty.pdf")
    answer = client_for(parent).post(
        new(case_id, "iep_dated"), data=sent(upload=empty, note="Kept text"), content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert "This file is empty." in answer.text
    assert "Kept text" in answer.text
    assert facts_of(world, parent, case_id) == []


def test_the_page_of_a_fact_tells_how_it_is_known_what_hangs_on_it_and_its_history(world, client_for) -> None:
    parent = world.person()
    case_id = world.case(parent)
    calendar_a(world, parent)
    first = consent(world, parent, case_id)
    client = client_for(parent)
    client.post(
        f"/cases/{case_id}/facts/{first}/correct",
        data=sent(on_date="2026-11-04", how="mail", reason="The stamp says so."),
    )
    (row,) = facts_of(world, parent, case_id)
    page = client.get(f"/cases/{case_id}/facts/{row.id}").text
    for words in (
        "by mail",
        "The exact day",
        "It started",
        "The assessments must be finished",
        "Corrected: November 4, 2026",
        "Recorded: November 2, 2026",
        "The stamp says so.",
    ):
        assert words in page
    old = client.get(f"/cases/{case_id}/facts/{first}").text
    assert "This entry was put right" in old
    assert f"/facts/{row.id}" in old
    client.post(f"/cases/{case_id}/facts/{row.id}/retract", data={"submission": str(uuid4()), "reason": "Wrong case."})
    gone = client.get(f"/cases/{case_id}/facts/{row.id}").text
    assert "It was taken back" in gone
    assert "No date hangs on it" in gone


def test_what_ends_a_proceeding_names_it(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    with world.scope(parent):
        own = {"org_id": parent.org_id, "case_id": case_id, "opened_on": date(2026, 9, 1)}
        db.session.add(Proceeding(**own, kind="meeting", step="requested"))
        db.session.commit()
    answer = client_for(parent).post(new(case_id, "proceeding_withdrawn"), data=sent(proceeding=""))
    assert answer.status_code == 422
    assert "Choose what it ended." in answer.text


def test_a_look_at_the_dates_is_never_a_refusal(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    answer = client_for(parent).post(new(case_id, "decision_issued"), data=sent(on_date="", preview="yes"))
    assert answer.status_code == 200
    assert facts_of(world, parent, case_id) == []
