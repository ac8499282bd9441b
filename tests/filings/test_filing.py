"""Filing closes the loop: packet, facts, proceeding, stage, clocks and stay-put in one step, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask.testing import FlaskClient

from casemgr.cases.clock import today
from casemgr.deadlines import queries as deadlines
from casemgr.deadlines.services import NewFact, record_fact
from casemgr.evidence import queries as evidence
from casemgr.evidence.verification import verify_case
from casemgr.extensions import db
from casemgr.filings import filing, queries, services
from casemgr.filings.filing import Filing, TransitionRefused
from casemgr.filings.last_look import CLASSES
from casemgr.filings.services import FilingRefused
from casemgr.law.terms import FactKind
from casemgr.plans.queries import open_period
from casemgr.platform.locking import StaleForm
from casemgr.proceedings.queries import moves_of, proceedings_of
from tests.filings.makers import DUE_PROCESS, OCR, Dispute, dispute
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


def file(case: Dispute, packet_id: UUID, *, days: int = 0, version: int | None = None, **more: Any) -> bool:
    with case.open() as (row, user):
        packet = queries.packet(row, packet_id, drafts=True)
        assert packet is not None
        on = today(row) + timedelta(days=days)
        given = Filing(on, "email", "BSEA, bseapleadings@mass.gov", **more)
        return filing.mark_filed(packet, given, version=version or packet.version, by=user)


def case_today(case: Dispute) -> date:
    with case.open() as (row, _):
        return today(row)


def test_filing_moves_the_case_starts_the_clocks_and_freezes_the_packet(
    world: World, raw_connection: psycopg.Connection
) -> None:
    case = dispute(world)
    packet_id = case.made(DUE_PROCESS, "iep", "mail")
    day = case_today(case)
    assert file(case, packet_id, received_on=day, docket_number="BSEA 27-00001")
    packet = case.packet(packet_id)
    assert (packet.state, packet.filed_on, packet.received_on, packet.filed_how) == ("filed", day, day, "email")
    with case.open() as (row, _):
        assert row.stage == "due_process"
        (own,) = proceedings_of(row)
        assert (own.kind, own.step, own.docket_number) == ("due_process", "resolution_period", "BSEA 27-00001")
        assert own.forum == "Bureau of Special Education Appeals (BSEA)" and packet.proceeding_id == own.id
        kinds = {fact.kind for fact in deadlines.current_facts(row)}
        assert {"due_process_complaint_filed", "due_process_complaint_received"} <= kinds
        found = {one.rule_id: one.nominal for one in deadlines.deadlines_of(row)}
        assert found["idea-resolution-meeting"] == day + timedelta(days=15)
        period = open_period(row)
        assert period is not None and period.since_on == day
        (newest,) = evidence.newest(row, {"shared"}, 1)
        assert (newest.kind, newest.title) == ("letter_sent", "Due process complaint filed")
        assert packet.pdf_sha256 in newest.body and verify_case(row).intact
    raw_connection.execute("SELECT set_config('app.org_id', %s, true)", [str(case.actor.org_id)])
    with pytest.raises(psycopg.errors.IntegrityError, match="cannot be changed"):
        raw_connection.execute("UPDATE packets SET filed_to = 'someone else' WHERE id = %s", [packet_id])


def test_the_day_of_receipt_can_follow_and_then_starts_its_clocks(world: World) -> None:
    case = dispute(world)
    packet_id = case.made()
    assert file(case, packet_id)
    day = case_today(case)
    with case.open() as (row, _):
        assert "idea-resolution-meeting" not in {one.rule_id for one in deadlines.deadlines_of(row)}

    def receive(on: date) -> Any:
        return case.change(packet_id, lambda packet, by: filing.record_received(packet, on, "no", by=by))

    for wrong, words in ((day + timedelta(days=1), "still to come"), (day - timedelta(days=1), "before it was sent")):
        with pytest.raises(FilingRefused, match=words):
            receive(wrong)
    assert receive(day) is True
    assert receive(day) is False
    assert case.packet(packet_id).received_on == day
    with case.open() as (row, _):
        (own,) = proceedings_of(row)
        assert own.step == "resolution_period"
        found = {one.rule_id: one.nominal for one in deadlines.deadlines_of(row)}
        assert found["idea-resolution-meeting"] == day + timedelta(days=15)
        received = [fact for fact in deadlines.current_facts(row) if fact.kind == "due_process_complaint_received"]
        assert [fact.details for fact in received] == [{"pwn_sent": "no"}]


def test_an_ocr_complaint_is_filed_without_stay_put(world: World) -> None:
    case = dispute(world, track="section_504", plan="section_504")
    packet_id = case.made(OCR, "photo")
    assert file(case, packet_id)
    with case.open() as (row, _):
        assert row.stage == "ocr_complaint" and open_period(row) is None
        assert [one.kind for one in proceedings_of(row)] == ["ocr_complaint"]
    with pytest.raises(FilingRefused):
        case.change(packet_id, lambda packet, by: filing.record_received(packet, date(2026, 1, 1), "no", by=by))


@pytest.mark.parametrize(
    "days, more, field, words",
    [
        (1, {}, "filed_on", "still to come"),
        (-1, {}, "filed_on", "The PDF was made on"),
        (0, {"received_on": 1}, "received_on", "still to come"),
        (0, {"received_on": -1}, "received_on", "before it was sent"),
    ],
)
def test_an_impossible_day_is_refused_at_its_field_and_nothing_changes(
    world: World, days: int, more: dict[str, int], field: str, words: str
) -> None:
    case = dispute(world)
    packet_id = case.made()
    given = {key: case_today(case) + timedelta(days=value) for key, value in more.items()}
    with pytest.raises(FilingRefused, match=words) as refusal:
        file(case, packet_id, days=days, **given)
    assert refusal.value.field == field
    with case.open() as (row, _):
        assert row.stage == "concern_raised" and not moves_of(row)
    assert case.packet(packet_id).state == "ready"


def test_a_warning_of_the_law_stops_the_filing_until_a_reason_is_given(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    packet_id = case.made()
    with case.open() as (row, user):
        record_fact(row, NewFact(FactKind.ACTION_KNOWN, today(row) - timedelta(days=800)), by=user)
    with pytest.raises(TransitionRefused):
        file(case, packet_id)
    url = f"/cases/{case.case_id}/filings/{packet_id}/file"
    client = client_for(case.actor)
    assert client.get(url).location.endswith("/last-look")  # the last safe day is past: first that
    client.post(url.replace("/file", "/last-look"), data={"tick": list(CLASSES)})
    page = client.get(url).text
    assert "The time to ask for a hearing seems to have run out" in page and "34 CFR 300.507(a)(2)" in page
    form = {
        "filed_on": case_today(case).isoformat(), "how": "email", "to": "BSEA", "notice_sent": "unknown",
        "version": case.packet(packet_id).version,
    }  # fmt: skip
    answer = client.post(url, data=form)
    assert answer.status_code == 422 and "Say why you go on" in answer.text
    assert case.packet(packet_id).state == "ready"
    assert client.post(url, data=form | {"override_reason": "The school hid the report."}).status_code == 302
    with case.open() as (row, _):
        move = moves_of(row)[0]
        assert move.override_reason == "The school hid the report." and move.warnings


def test_the_same_form_twice_files_once(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    packet_id = case.made()
    url = f"/cases/{case.case_id}/filings/{packet_id}/file"
    form = {
        "filed_on": case_today(case).isoformat(), "how": "mail", "to": "BSEA", "notice_sent": "unknown",
        "version": case.packet(packet_id).version,
    }  # fmt: skip
    client = client_for(case.actor)
    assert [client.post(url, data=form).status_code for _ in range(2)] == [302, 302]
    with case.open() as (row, _):
        assert len(proceedings_of(row)) == 1 and len(moves_of(row)) == 1


def test_two_people_who_file_at_the_same_moment_file_once(world: World) -> None:
    case = dispute(world)
    packet_id = case.made()
    version, gate, done = case.packet(packet_id).version, Barrier(2), []

    def one() -> None:
        gate.wait()
        try:
            done.append(file(case, packet_id, version=version))
        except StaleForm:
            done.append(False)

    threads = [Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, True]
    with case.open() as (row, _):
        assert len(proceedings_of(row)) == 1


def test_a_packet_that_was_changed_since_the_form_was_opened_is_not_filed(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    packet_id = case.made()
    with pytest.raises(StaleForm):
        file(case, packet_id, version=99)
    url = f"/cases/{case.case_id}/filings/{packet_id}/file"
    form = {
        "filed_on": case_today(case).isoformat(),
        "how": "mail",
        "to": "BSEA typed",
        "notice_sent": "no",
        "version": 1,
    }
    answer = client_for(case.actor).post(url, data=form | {"version": "77"})
    assert answer.status_code == 409 and "BSEA typed" in answer.text
    assert case.packet(packet_id).state == "ready"


def test_a_draft_is_not_filed_and_a_filed_packet_is_not_changed(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    draft, packet_id = case.begin(), case.made()
    with pytest.raises(FilingRefused, match="Make the PDF first"):
        file(case, draft)
    assert client_for(case.actor).get(f"/cases/{case.case_id}/filings/{draft}/file").status_code == 302
    assert file(case, packet_id)
    for do in (
        lambda packet, by: services.queue(packet, by=by),
        lambda packet, by: services.add_exhibits(packet, [], version=packet.version, by=by),
        lambda packet, by: services.arrange_exhibits(packet, [], {}, version=packet.version, by=by),
        lambda packet, by: services.save_recipients(packet, [], version=packet.version, by=by),
        lambda packet, by: services.save_details(packet, services.Details(), version=packet.version, by=by),
        lambda packet, by: services.discard(packet, version=packet.version, by=by),
    ):
        with pytest.raises(FilingRefused, match="was filed"):
            case.change(packet_id, do)
    assert case.packet(packet_id).state == "filed"


def test_a_step_that_the_law_refuses_leaves_everything_as_it_was(world: World) -> None:
    case = dispute(world, track="idea")
    packet_id = case.made()
    with case.open() as (row, _):
        row.stage = "closed"
        db.session.commit()
    with pytest.raises(TransitionRefused):
        file(case, packet_id)
    with case.open() as (row, _):
        assert (
            row.stage == "closed"
            and not proceedings_of(row)
            and not evidence.newest(row, {"shared"}, 1)[0].title.endswith("filed")
        )
    assert case.packet(packet_id).state == "ready"
