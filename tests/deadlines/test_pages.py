"""The pages of facts and deadlines, as a person uses them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from casemgr.cases.clock import today
from casemgr.deadlines import queries
from casemgr.deadlines.services import NewFact
from casemgr.extensions import db
from casemgr.law.terms import Event, FactKind
from casemgr.proceedings import queries as proceedings
from casemgr.proceedings import services as proceeding_services
from casemgr.proceedings.services import MoveInput
from tests.deadlines.makers import CONSENT, calendar_a, consent, deadline, load, record
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]


def sent(**more: str) -> dict[str, str]:
    return {"submission": str(uuid4()), "on_date": "2026-11-02", "precision": "day", "by_party": "parent"} | more


def facts_of(world: World, actor: Actor, case_id: UUID) -> list[tuple[str, date]]:
    with world.scope(actor):
        return [(row.kind, row.on_date) for row in queries.current_facts(load(case_id))]


def test_a_parent_records_a_consent_and_hears_which_deadlines_started(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    calendar_a(world, parent)
    client = client_for(parent)
    form = client.get(f"/cases/{case_id}/facts/new?kind=evaluation_consent_received").text
    assert "The day the district received the signed form." in form
    assert "The assessments must be finished" in form
    answer = client.post(
        f"/cases/{case_id}/facts/new?kind=evaluation_consent_received", data=sent(how="hand"), follow_redirects=True
    )
    assert "2 deadlines started" in answer.text
    assert "Dec 18, 2026" in answer.text
    assert "The school district (LEA) acts" in answer.text
    assert "603 CMR 28.05(1)" in answer.text
    assert "by hand" in answer.text
    assert facts_of(world, parent, case_id) == [("evaluation_consent_received", CONSENT)]


def test_the_same_form_sent_twice_records_one_fact(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    told = sent()
    for _ in range(2):
        answer = client_for(parent).post(f"/cases/{case_id}/facts/new?kind=iep_dated", data=told)
        assert answer.status_code == 302
    assert len(facts_of(world, parent, case_id)) == 1


@pytest.mark.parametrize(
    ("kind", "told", "words"),
    [
        ("iep_dated", {"on_date": ""}, "Enter the day."),
        ("iep_dated", {"on_date": "2026-02-30"}, "Enter a date that exists"),
        ("iep_dated", {"on_date": "2999-01-01"}, "This date is in the future"),
        ("iep_dated", {"on_date": "1999-01-01"}, "before the student was born"),
        ("hearing_scheduled", {"on_date": "9999-01-01"}, "many years away"),
        ("decision_issued", {}, "Choose one."),
        ("hearing_office_order_received", {"detail_method": "mail", "detail_days": "0"}, "from 1 to 730"),
        ("deadline_extended", {"detail_until": "2026-12-01"}, "Choose the deadline."),
    ],
)
def test_a_fact_that_cannot_be_is_refused_and_the_text_survives(world, client_for, kind, told, words) -> None:
    parent = world.person()
    case_id = world.case(parent)
    answer = client_for(parent).post(f"/cases/{case_id}/facts/new?kind={kind}", data=sent(note="Kept text", **told))
    assert answer.status_code == 422
    assert words in answer.text
    assert "Kept text" in answer.text
    assert facts_of(world, parent, case_id) == []


def test_the_details_that_a_rule_needs_are_kept(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client_for(parent).post(
        f"/cases/{case_id}/facts/new?kind=hearing_office_order_received",
        data=sent(detail_days="10", detail_method="hand"),
    )
    with world.scope(parent):
        (row,) = queries.current_facts(load(case_id))
        assert row.details == {"days": "10", "method": "hand"}
    page = client_for(parent).get(f"/cases/{case_id}/facts/{row.id}/correct").text
    assert 'value="10"' in page


def test_a_fact_known_to_the_month_counts_from_its_first_day(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    told = sent(precision="month", on_date="2026-02-17")
    client_for(parent).post(f"/cases/{case_id}/facts/new?kind=iep_dated", data=told)
    assert facts_of(world, parent, case_id) == [("iep_dated", date(2026, 2, 1))]
    assert "February 2026 (only the month is known)" in client_for(parent).get(f"/cases/{case_id}/deadlines").text


def test_the_next_step_of_an_open_proceeding_moves_it(world: World, client_for: Clients) -> None:
    attorney = world.person("attorney", "firm")
    case_id = world.case(attorney)
    filed = NewFact(FactKind.DUE_PROCESS_COMPLAINT_FILED, date(2026, 11, 16), by_party="parent")
    with world.scope(attorney):
        given = MoveInput(on_date=filed.on_date, facts=(filed,))
        proceeding_services.move(load(case_id), Event.FILE_DUE_PROCESS_COMPLAINT, given, by=world.user(attorney))
        (own,) = proceedings.proceedings_of(load(case_id))
        own_id = own.id
    client = client_for(attorney)
    address = f"/cases/{case_id}/facts/new?kind=due_process_complaint_received"
    assert f'<option selected value="{own_id}">' in client.get(address).text
    client.post(address, data=sent(on_date="2026-11-18", proceeding=str(own_id), detail_pwn_sent="no"))
    with world.scope(attorney):
        (own,) = proceedings.proceedings_of(load(case_id))
        assert own.step == "resolution_period"
    assert deadline(world, attorney, case_id, "idea-resolution-period").nominal == date(2026, 12, 18)


def test_a_fact_that_is_a_move_says_where_moves_are_made(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    page = client_for(parent).get(f"/cases/{case_id}/facts/new?kind=due_process_complaint_filed").text
    assert "Is it happening now?" in page
    assert f"/cases/{case_id}/next" in page
    assert "Is it happening now?" not in client_for(parent).get(f"/cases/{case_id}/facts/new?kind=iep_dated").text


def test_kinds_are_found_by_a_word_and_the_cases_own_law_comes_first(world: World, client_for: Clients) -> None:
    parent = world.person()
    idea, section_504 = world.case(parent), world.case(parent, track="section_504", plan="section_504")
    client = client_for(parent)
    page = client.get(f"/cases/{idea}/facts/new").text
    assert page.index("Due process <span") < page.index("Section 504 and OCR <span")
    other = client.get(f"/cases/{section_504}/facts/new").text
    assert other.index("Section 504 and OCR <span") < other.index("Due process <span")
    found = client.get(f"/cases/{idea}/facts/new?q=signed+consent").text
    assert "kind=evaluation_consent_received" in found
    assert "kind=iep_dated" not in found
    assert "Nothing has “zebra”" in client.get(f"/cases/{idea}/facts/new?q=zebra").text


def test_a_correction_keeps_the_old_entry_and_moves_the_dates(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    calendar_a(world, parent)
    fact_id = consent(world, parent, case_id)
    address = f"/cases/{case_id}/facts/{fact_id}/correct"
    assert client_for(parent).post(address, data=sent()).status_code == 422  # without a reason
    answer = client_for(parent).post(
        address, data=sent(on_date="2026-11-04", reason="The stamp says so."), follow_redirects=True
    )
    assert "Corrected or taken back (1)" in answer.text
    assert "The stamp says so." in answer.text
    assert facts_of(world, parent, case_id) == [("evaluation_consent_received", date(2026, 11, 4))]
    again = client_for(parent).post(address, data=sent(on_date="2026-11-05", reason="No, later."))
    assert again.status_code == 422
    assert "Somebody has corrected this fact already" in again.text
    assert "No, later." in again.text


def test_a_fact_taken_back_ends_its_deadlines_and_stays_in_the_record(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    calendar_a(world, parent)
    fact_id = consent(world, parent, case_id)
    answer = client_for(parent).post(
        f"/cases/{case_id}/facts/{fact_id}/retract", data={"reason": "Wrong case."}, follow_redirects=True
    )
    assert "taken back" in answer.text
    assert "Wrong case." in answer.text
    assert deadline(world, parent, case_id, "ma-team-iep").state == "superseded"
    page = client_for(parent).get(f"/cases/{case_id}/deadlines/{deadline(world, parent, case_id, 'ma-team-iep').id}")
    assert "No longer runs" in page.text


def test_why_this_date_shows_every_step_and_the_days_left_out(world: World, client_for: Clients) -> None:
    attorney = world.person("attorney", "firm")
    case_id = world.case(attorney)
    calendar_a(world, attorney)
    consent(world, attorney, case_id)
    row = deadline(world, attorney, case_id, "ma-evaluation")
    page = client_for(attorney).get(f"/cases/{case_id}/deadlines/{row.id}").text
    for words in (
        "30 school days after Monday, November 2, 2026, which is day 0 and not counted.",
        "<strong>Thanksgiving</strong>: 2 days (Nov 26, 2026 to Nov 27, 2026)",
        "Friday, December 18, 2026",
        "603 CMR 28.04(2), 28.05(1)",
        "doe.mass.edu",
        "Last compared with its source on November 22, 2026",
        "The school district (LEA)",
        "The school district received the parent&#39;s signed consent to evaluate",
        "The school district finished its evaluation",
        "It was waived in writing",
    ):
        assert words in page
    assert page.count('<table class="month">') == 2
    assert f"/deadlines/{row.id}/mark/evaluation_completed" in page


def test_a_missing_school_year_leads_to_where_it_is_entered(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    consent(world, parent, case_id)
    page = client_for(parent).get(f"/cases/{case_id}/deadlines").text
    assert "Not counted yet" in page
    assert "Enter the 2026-27 school calendar" in page
    form = client_for(parent).get(f"/cases/{case_id}/school-calendar/new?year=2026-27").text
    assert "Enter the 2026-27 school year" in form


def test_an_open_date_is_late_the_day_after_its_last_day_without_any_new_fact(world, client_for) -> None:
    parent = world.person()
    case_id = world.case(parent)
    consent(world, parent, case_id)
    row = deadline(world, parent, case_id, "ma-team-iep")
    for days, state in ((0, "Not late"), (1, "Late")):
        with world.scope(parent):
            stored = queries.deadline(load(case_id), row.id)
            stored.state, stored.nominal = "open", today(load(case_id)) - timedelta(days=days + 5)
            stored.act_by, stored.late_after = stored.nominal, today(load(case_id)) - timedelta(days=days)
            db.session.commit()
        page = client_for(parent).get(f"/cases/{case_id}/deadlines/{row.id}").text
        agenda = client_for(parent).get("/deadlines").text
        is_late = state == "Late"
        assert ("tag-late" in page) is is_late
        assert ("Late by 1 day" in agenda) is is_late
        assert ("not late yet" in agenda) is not is_late
        assert (">Overdue" in agenda) is is_late


def test_a_state_without_its_own_rules_says_so_once(world: World, client_for: Clients) -> None:
    parent = world.person(state="WY")
    case_id = world.case(parent, state="WY")
    page = client_for(parent).get(f"/cases/{case_id}/deadlines").text
    assert page.count("We have no checked rules for") == 1


def test_due_dates_can_be_narrowed_to_those_that_we_must_meet(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    calendar_a(world, parent)
    consent(world, parent, case_id)
    record(world, parent, case_id, FactKind.IEP_PROPOSED_RECEIVED, date(2026, 11, 20), by_party="lea")
    ours = deadline(world, parent, case_id, "ma-parent-response").title
    district = "The assessments must be finished"
    shown = {who: client_for(parent).get(f"/deadlines?who={who}").text for who in ("", "ours", "theirs")}
    assert district in shown[""] and ours in shown[""]
    assert district not in shown["ours"] and ours in shown["ours"]
    assert district in shown["theirs"] and ours not in shown["theirs"]


def test_a_guest_sees_the_due_dates_of_the_named_case_only(world: World, client_for: Clients) -> None:
    attorney = world.person("attorney", "firm")
    mine, other = world.case(attorney, student="Named Child"), world.case(attorney, student="Other Child")
    calendar_a(world, attorney)
    for case_id in (mine, other):
        consent(world, attorney, case_id)
    page = client_for(world.guest(mine, attorney.org_id)).get("/deadlines").text
    assert "Named Child" in page
    assert "Other Child" not in page


def test_a_paper_that_the_reader_may_not_open_is_not_named(world: World, client_for: Clients) -> None:
    from casemgr.documents.models import Document

    attorney = world.person("attorney", "firm")
    case_id = world.case(attorney)
    with world.scope(attorney):
        paper = Document(
            org_id=attorney.org_id, case_id=case_id, title="Strategy memo", kind="other", visibility="privileged",
            original_name="memo.pdf", sha256="0" * 64, size=1, media_type="application/pdf", family="pdf",
        )  # fmt: skip
        db.session.add(paper)
        db.session.commit()
        paper_id = paper.id
    record(world, attorney, case_id, FactKind.IEP_DATED, date(2026, 2, 27), document_id=paper_id)
    assert "Strategy memo" in client_for(attorney).get(f"/cases/{case_id}/deadlines").text
    assert (
        "Strategy memo" not in client_for(world.guest(case_id, attorney.org_id)).get(f"/cases/{case_id}/deadlines").text
    )


def test_a_fact_that_the_hearing_office_did_does_not_change_who_filed(world: World) -> None:
    parent = world.person()
    case_id = world.case(parent)
    record(world, parent, case_id, FactKind.DUE_PROCESS_COMPLAINT_FILED, date(2026, 11, 2), by_party="lea")
    record(world, parent, case_id, FactKind.COMPLAINT_FOUND_INSUFFICIENT, date(2026, 11, 9), by_party="hearing_office")
    with world.scope(parent):
        filers = {fact.kind: fact.filed_by for fact in queries.law_facts(load(case_id))}
        assert filers[FactKind.DUE_PROCESS_COMPLAINT_FILED] == "lea"
        assert filers[FactKind.COMPLAINT_FOUND_INSUFFICIENT] is None
