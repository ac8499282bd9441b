"""What each filing becomes when it is marked: the fact, the step of its proceeding, the move of the case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from casemgr.cases.clock import today
from casemgr.deadlines import queries as deadlines
from casemgr.deadlines.services import NewFact, record_fact
from casemgr.evidence import queries as evidence
from casemgr.extensions import db
from casemgr.filings import filing, fitting, queries, services
from casemgr.filings.filing import Filing
from casemgr.filings.models import Packet
from casemgr.filings.services import FilingRefused
from casemgr.law.paths import LeftKind
from casemgr.law.terms import FactKind
from casemgr.platform.columns import now
from casemgr.proceedings import services as proceedings
from casemgr.proceedings.queries import proceedings_of
from tests.filings.makers import Dispute, dispute
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]
K = FactKind


@dataclass(frozen=True)
class After:
    """What stands in the case after a filing was marked."""

    stage: str
    steps: dict[str, str]
    facts: list[str]
    log: str


def marked(
    case: Dispute, kind: str, answers: dict[str, Any] | None = None, *, received: bool = False, **more: Any
) -> After:
    """Begin a packet, make it ready without a PDF, and mark it today."""
    packet_id = case.begin(kind)
    with case.open() as (row, user):
        before = {fact.id for fact in deadlines.current_facts(row)}
        packet = queries.packet(row, packet_id, drafts=True)
        assert packet is not None
        told = services.Details(answers=answers or {})
        services.save_details(packet, told, version=packet.version, by=user)
        values = {"state": "ready", "pdf_sha256": "0" * 64, "built_at": now(), "page_count": 3}
        db.session.execute(update(Packet.__table__).where(Packet.__table__.c.id == packet_id).values(**values))
        db.session.commit()
        db.session.refresh(packet)
        day = today(row)
        given = Filing(day, "email", "the office", received_on=day if received else None, **more)
        assert filing.mark_filed(packet, given, version=packet.version, by=user)
    with case.open() as (row, _):
        new = [fact.kind for fact in deadlines.current_facts(row) if fact.id not in before]
        steps = {own.kind: own.step for own in proceedings_of(row)}
        return After(row.stage, steps, sorted(new), evidence.newest(row, {"shared"}, 1)[0].title)


def told(case: Dispute, kind: FactKind, days: int = 0, by: str = "lea", **details: str) -> None:
    """Record a fact, in the newest proceeding where the table has a step for it."""
    with case.open() as (row, user):
        fact = NewFact(kind, today(row) + timedelta(days=days), by_party=by, details=details)
        filing._record(row, None, fact, user)
        db.session.commit()


def last_day(case: Dispute, kind: str) -> tuple[LeftKind, date | None]:
    with case.open() as (row, _):
        time = fitting.way_in(row, kind).time
        return time.kind, time.first.act_by if time.first else None


def test_each_filing_of_a_hearing_from_the_request_to_the_fees(world: World) -> None:
    case = dispute(world, state="WY", track="both")
    assert marked(case, "mediation_request").stage == "mediation"
    found = marked(case, "state_complaint", received=True)
    assert (found.stage, found.steps["state_complaint"]) == ("state_complaint", "under_investigation")
    assert found.facts == ["state_complaint_filed", "state_complaint_received"]
    found = marked(case, "due_process_complaint", received=True, docket_number="WY-1")
    assert (found.stage, found.steps["due_process"]) == ("due_process", "resolution_period")

    told(case, K.SUFFICIENCY_NOTICE_RECEIVED)
    kind, by = last_day(case, "sufficiency_response")
    assert kind is LeftKind.RUNNING and by is not None
    found = marked(case, "sufficiency_response")
    assert (found.facts, found.log) == (["sufficiency_response_sent"], "Response to a notice of insufficiency filed")
    told(case, K.COMPLAINT_FOUND_INSUFFICIENT)
    assert last_day(case, "amended_complaint") == (LeftKind.ASK, None)  # no date known: no hearing is set
    found = marked(case, "amended_complaint", {"consent_or_leave": "Leave was given."})
    assert (found.facts, found.steps["due_process"]) == (["amended_complaint_filed"], "amended")

    told(case, K.HEARING_SCHEDULED, 60, by="hearing_office")
    assert marked(case, "stay_put_notice").facts == ["stay_put_notice_sent"]
    assert marked(case, "records_request", received=True).facts == ["records_requested"]
    kind, by = last_day(case, "hearing_exhibits")
    with case.open() as (row, _):
        rows = [one for one in deadlines.deadlines_of(row) if one.rule_id == "idea-disclosure-5bd"]
        assert (kind, by) == (LeftKind.RUNNING, rows[0].act_by)
    found = marked(case, "hearing_exhibits", received=True)
    assert (found.facts, found.steps["due_process"]) == (["disclosure_made"], "disclosures_made")
    assert last_day(case, "hearing_exhibits")[0] is LeftKind.USED

    told(case, K.HEARING_HELD, by="both_parties")
    told(case, K.DECISION_ISSUED, by="hearing_office")
    with case.open() as (row, _):
        expected = today(row) + timedelta(days=90)
    kind, by = last_day(case, "appeal_check")
    assert kind is LeftKind.RUNNING and by is not None and by <= expected
    with case.open() as (row, _):
        material = queries.gather(row, case.packet(case.begin("appeal_check")))
        assert material.docket == "WY-1" and next(one.on for one in material.worked_out if one.on) == by
    assert marked(case, "appeal_check").log == "Appeal check sheet put on file"
    assert marked(case, "fees_itemization").facts == ["fees_claim_filed"]


def test_a_disclosure_that_was_only_sent_meets_no_deadline_until_its_day_of_receipt_is_recorded(world: World) -> None:
    case = dispute(world)
    marked(case, "due_process_complaint", received=True)
    told(case, K.HEARING_SCHEDULED, 60, by="hearing_office")
    assert marked(case, "hearing_exhibits").facts == []
    assert last_day(case, "hearing_exhibits")[0] is LeftKind.RUNNING
    with case.open() as (row, user):
        packet = next(one for one in queries.packets_of(row, drafts=True) if one.kind == "hearing_exhibits")
        assert filing.record_received(packet, today(row), "unknown", by=user)
    assert last_day(case, "hearing_exhibits")[0] is LeftKind.USED


def test_the_answer_to_the_districts_complaint_meets_its_ten_days(world: World) -> None:
    case = dispute(world)
    with case.open() as (row, user):
        filed = NewFact(K.DUE_PROCESS_COMPLAINT_FILED, today(row) - timedelta(days=3), by_party="lea")
        given = proceedings.MoveInput(today(row) - timedelta(days=3), facts=(filed,), filed_by="lea")
        proceedings.move(row, proceedings.Event.FILE_DUE_PROCESS_COMPLAINT, given, by=user)
    told(case, K.DUE_PROCESS_COMPLAINT_RECEIVED_BY_PARENT, -2)
    with case.open() as (row, _):
        assert last_day(case, "complaint_answer") == (LeftKind.RUNNING, today(row) + timedelta(days=8))
    assert marked(case, "complaint_answer").facts == ["complaint_response_received"]
    assert last_day(case, "complaint_answer")[0] is LeftKind.USED


def test_a_discipline_dispute_has_its_own_complaint(world: World) -> None:
    case = dispute(world)
    with pytest.raises(FilingRefused, match="nothing about discipline is recorded"):
        case.begin("expedited_complaint")
    told(case, K.DISCIPLINARY_PLACEMENT_CHANGE_DECIDED, -1)
    found = marked(case, "expedited_complaint", received=True)
    assert found.facts == ["expedited_complaint_filed", "expedited_complaint_received"]
    with case.open() as (row, _):
        (own,) = proceedings_of(row)
        assert own.is_expedited and own.step == "resolution_period" and row.stage == "due_process"


@pytest.mark.parametrize(
    "what, fact, step",
    [
        ("resolution", "resolution_agreement_signed", "resolved"),
        ("settlement", "proceeding_settled", "settled"),
        ("mediation", "mediation_agreement", "resolution_period"),
    ],
)
def test_an_agreement_is_the_fact_of_its_kind_and_only_a_resolution_agreement_can_be_taken_back(
    world: World, what: str, fact: str, step: str
) -> None:
    case = dispute(world)
    marked(case, "due_process_complaint", received=True)
    with case.open() as (row, _):
        signed = today(row)
    answers = {"agreement_kind": what, "signed_on": signed.isoformat(), "in_writing": "yes"}
    found = marked(case, "agreement_record", answers)
    assert (found.facts, found.steps["due_process"], found.log) == ([fact], step, "Record of an agreement signed")
    with case.open() as (row, _):
        rows = [one for one in deadlines.deadlines_of(row) if one.rule_id == "idea-settlement-void"]
        packet = next(one for one in queries.packets_of(row, drafts=True) if one.kind == "agreement_record")
        printed = [one.on for one in queries.gather(row, packet).worked_out]
    assert printed == [one.act_by for one in rows]  # the paper and the list of deadlines give the same day
    assert len(printed) == (what == "resolution")


def test_a_504_dispute_goes_to_ocr_by_grievance_and_by_appeal(world: World) -> None:
    case = dispute(world, track="section_504", plan="section_504")
    assert marked(case, "section_504_grievance").facts == ["school_grievance_filed"]
    found = marked(case, "ocr_complaint")
    assert (found.stage, found.facts) == ("ocr_complaint", ["ocr_complaint_filed"])
    told(case, K.OCR_DISMISSAL_DATED, by="ocr")
    kind, by = last_day(case, "ocr_appeal")
    assert kind is LeftKind.RUNNING and by is not None
    found = marked(case, "ocr_appeal")
    assert (found.facts, found.steps["ocr_complaint"]) == (["ocr_appeal_filed"], "under_evaluation")


def test_what_fits_is_grouped_by_purpose_and_what_does_not_says_why(world: World, client_for: ClientFor) -> None:
    case = dispute(world, track="idea")
    page = client_for(case.actor).get(f"/cases/{case.case_id}/filings").text
    now_open, not_now = page.split("Not for this case now")
    assert (
        now_open.index("Start a dispute") < now_open.index("State complaint (PRS)") < now_open.index("Stay-put notice")
    )
    assert "Last safe day: no date known" in now_open and "Get ready for the hearing" not in now_open
    assert "kind=action_known" in now_open and "An issue says March 1, 2026" in now_open
    assert "This is for disputes under Section 504." in not_now and "No hearing decision is recorded" in not_now
    with case.open() as (row, user):
        record_fact(row, NewFact(K.ACTION_KNOWN, date(2026, 3, 1), by_party="parent"), by=user)
    page = client_for(case.actor).get(f"/cases/{case.case_id}/filings").text
    assert "Last safe day: Wednesday, March 1, 2028" in page or "Last safe day: Tuesday, February 29, 2028" in page


ROW = {"answer_entries-0-c0": "2026-10-01", "answer_entries-0-c1": "Ada Advocate", "answer_entries-0-c2": "2.50",
       "answer_entries-0-c3": "$1,350", "answer_entries-0-c4": "Letter to the district"}  # fmt: skip


def test_a_table_is_typed_or_pasted_and_bad_rows_keep_their_text(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    marked(case, "due_process_complaint")
    packet_id = case.begin("fees_itemization")
    client, url = client_for(case.actor), f"/cases/{case.case_id}/filings/{packet_id}/details"
    form = {"signer_name": "Ada", "exhibit_prefix": "P", "version": "1"}
    bad = client.post(url, data=form | ROW | {"answer_entries-0-c2": "two", "paste_entries": "2026-13-01,A,1,2,x"})
    assert bad.status_code == 422 and "Letter to the district</textarea>" in bad.text and 'value="two"' in bad.text
    assert "Enter a number" in bad.text and "Line 1: “2026-13-01” is no date" in bad.text
    pasted = "Day\tWho\tHours\tRate\tWhat was done\n10/2/2026\tBen\t1\t200\tCall, long\n"
    assert client.post(url, data=form | ROW | {"paste_entries": pasted}).status_code == 302
    assert case.packet(packet_id).answers["rows"]["entries"] == [
        ["2026-10-01", "Ada Advocate", "2.5", "1350", "Letter to the district"],
        ["2026-10-02", "Ben", "1", "200", "Call, long"],
    ]
    page = client.get(url).text
    assert 'value="2026-10-02"' in page and 'value="1350"' in page
    shown = client.get(url.removesuffix("/details")).text
    assert "2 entries, 3.5 hours, $3,575.00" in shown


def test_a_signed_agreement_is_marked_with_the_day_that_it_names(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    marked(case, "due_process_complaint", received=True)
    with case.open() as (row, _):
        wrong = today(row) - timedelta(days=1)
    with pytest.raises(FilingRefused, match="says that it was signed on"):
        marked(case, "agreement_record", {"agreement_kind": "resolution", "signed_on": wrong.isoformat()})
