"""The pages of packets: what a person reads on them, and the row that is left behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from casemgr.cases.models import Person
from casemgr.extensions import db
from casemgr.filings import queries, services
from casemgr.filings.models import Packet
from casemgr.filings.services import FilingRefused
from tests.filings.makers import DUE_PROCESS, OCR, Dispute, dispute
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


def packets(case: Dispute) -> int:
    with case.open():
        return db.session.scalar(select(func.count()).select_from(Packet).where(Packet.case_id == case.case_id)) or 0


def jobs(case: Dispute, packet_id: object) -> int:
    with case.open():
        found = text("SELECT count(*) FROM procrastinate_jobs WHERE args->>'packet_id' = :id")
        return db.session.scalar(found, {"id": str(packet_id)}) or 0


def test_the_list_offers_what_is_open_and_says_why_the_rest_is_not(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    open_case = world.case(parent, track="both")
    page = client_for(parent).get(f"/cases/{open_case}/filings").text
    for heading, name in (("Start a dispute", "Due process complaint"), ("Start a dispute", "OCR complaint")):
        assert heading in page and f"<h4>{name}</h4>" in page
    assert "Answer to the district’s complaint" in page.split("Not for this case now")[1]
    texas = world.case(parent, state="TX", track="section_504", plan="section_504")
    page = client_for(parent).get(f"/cases/{texas}/filings").text
    shut = page.split("Not for this case now")[1]
    assert "Due process complaint" in shut and "Section 504 hearing" in shut
    assert "<h4>Due process complaint</h4>" not in page and "<h4>OCR complaint</h4>" in page
    answer = client_for(parent).post(f"/cases/{texas}/filings/new", data={"kind": DUE_PROCESS}, follow_redirects=True)
    assert "Section 504 alone in Texas was not found, so federal law is used" in answer.text
    with world.scope(parent):
        assert not db.session.scalars(select(Packet).where(Packet.case_id == texas)).all()


def test_the_same_button_twice_begins_one_packet_and_a_strange_kind_none(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    client, url = client_for(case.actor), f"/cases/{case.case_id}/filings/new"
    form = {"kind": DUE_PROCESS, "submission": str(uuid4())}
    first, second = client.post(url, data=form), client.post(url, data=form)
    assert first.location == second.location and packets(case) == 1
    assert client.post(url, data={"kind": "certificate_of_service"}).status_code == 400
    assert packets(case) == 1


def test_a_packet_begins_with_what_the_case_knows(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    packet = case.packet(case.begin())
    assert packet.answers["signer"]["name"] == "Marta Example"
    assert [(one["name"], one["address"], one["method"]) for one in packet.answers["recipients"]] == [
        ("Dana Director", "director@example.org", "email")
    ]
    page = client_for(case.actor).get(f"/cases/{case.case_id}/filings/{packet.id}").text
    assert "Nothing required is missing" in page and "bseapleadings@mass.gov" in page
    assert "August to September 2026" in page and "34 CFR 300.508(b)(5)" in page
    assert "“none” if nobody speaks for you" in page


def test_the_state_gets_a_copy_where_it_is_not_itself_the_one_to_file_with(world: World) -> None:
    for state, copy in (("WY", "State education agency"), ("NY", "NYSED Office of Special Education"), ("TX", None)):
        case = dispute(world, state=state, track="idea")
        recipients = case.packet(case.begin()).answers["recipients"]
        assert [one["name"] for one in recipients] == ["Dana Director", *([copy] if copy else [])]


def test_a_gap_blocks_the_making_and_leads_to_where_it_is_closed(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    with case.open() as (row, _):
        row.student.address = ""
        db.session.commit()
    packet_id = case.begin()
    client, url = client_for(case.actor), f"/cases/{case.case_id}/filings/{packet_id}"
    page = client.get(url).text
    assert "1 required thing is missing" in page and ">Make the PDF<" not in page
    assert f'href="/cases/{case.case_id}/edit"' in page
    with pytest.raises(FilingRefused, match="Where the student lives"):
        case.queue(packet_id)
    answer = client.post(f"{url}/build", follow_redirects=True)
    assert "Where the student lives" in answer.text and case.packet(packet_id).state == "draft"
    assert jobs(case, packet_id) == 0


def test_an_issue_that_the_forum_does_not_hear_is_left_out_and_said_so(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    packet_id = case.begin(OCR)
    page = client_for(case.actor).get(f"/cases/{case.case_id}/filings/{packet_id}").text
    assert "Issue 1 is left out here. OCR does not apply this law" in page
    texas = dispute(world, state="TX")
    with texas.open() as (row, _):
        material = queries.gather(
            row, queries.packets_of(row, drafts=True)[0] if False else texas.packet(texas.begin())
        )
    assert [issue.number for issue in material.issues] == [1] and material.left_out[0][1] == 2


def test_make_twice_is_one_job_and_the_waiting_page_is_told_how_far_it_is(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    packet_id = case.begin()
    client, url = client_for(case.actor), f"/cases/{case.case_id}/filings/{packet_id}"
    assert [client.post(f"{url}/build").status_code for _ in range(2)] == [302, 302]
    assert jobs(case, packet_id) == 1
    assert client.get(f"{url}/progress").json == {
        "state": "waiting",
        "done": 0,
        "total": 100,
        "message": "Waiting to start",
    }
    assert f'data-poll-url="{url}/progress"' in client.get(url).text
    case.build_here(packet_id)
    assert client.get(f"{url}/progress").json["state"] == "done"
    assert "Download the PDF" in client.get(url).text


def test_what_was_made_is_a_download_of_its_own_bytes(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    packet_id = case.made(DUE_PROCESS, "sound")
    packet, client = case.packet(packet_id), client_for(case.actor)
    url = f"/cases/{case.case_id}/filings/{packet_id}"
    answer = client.get(f"{url}/pdf")
    assert answer.data == case.bytes_of(packet.pdf_sha256) and answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    manifest = json.loads(client.get(f"{url}/manifest").data)
    assert manifest["pdf"]["sha256"] == packet.pdf_sha256
    page = client.get(url).text
    assert "Send their files beside the PDF" in page and "call.wav" in page


def test_a_case_that_changed_since_is_said_and_the_pdf_can_be_made_again(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    packet_id = case.made()
    client, url = client_for(case.actor), f"/cases/{case.case_id}/filings/{packet_id}"
    assert "The case has changed" not in client.get(url).text
    with case.open() as (row, _):
        db.session.add(Person(org_id=row.org_id, case_id=row.id, name="New Parent", role="parent"))
        db.session.commit()
    page = client.get(url).text
    assert "The case has changed since this PDF was made" in page and "Make the PDF again" in page
    case.queue(packet_id)
    assert case.build_here(packet_id).state == "ready"
    assert "The case has changed" not in client.get(url).text


def test_a_failed_packet_names_the_exhibit_and_leads_to_it(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    packet_id = case.begin()
    case.choose(packet_id, "iep")
    with case.open() as (row, _):
        packet = queries.packet(row, packet_id, drafts=True)
        assert packet is not None
        packet.state, packet.error = "failed", "Exhibit P-1: the PDF needs a password. Save a copy without one."
        db.session.commit()
    page = client_for(case.actor).get(f"/cases/{case.case_id}/filings/{packet_id}").text
    assert "needs a password" in page and f"/cases/{case.case_id}/papers/{case.papers['iep']}" in page
    assert "Make the PDF again" in page


DETAILS = {"signer_name": "Marta Example", "exhibit_prefix": "P"}


def test_what_is_written_on_the_packet_is_saved_and_bad_input_keeps_the_text(
    world: World, client_for: ClientFor
) -> None:
    case = dispute(world)
    packet_id = case.begin()
    client, url = client_for(case.actor), f"/cases/{case.case_id}/filings/{packet_id}/details"
    form = DETAILS | {"version": "1", "answer_representative": "none", "bates_prefix": "EX-", "dated_on": "2026-11-20"}
    bad = client.post(url, data=form | {"exhibit_prefix": "P 1", "dated_on": "1926-11-20", "bates_prefix": "É"})
    assert bad.status_code == 422 and "none</textarea>" in bad.text
    for words in ("Use 1 to 6 letters", "more than a year away", "up to 20 plain letters"):
        assert words in bad.text
    assert client.post(url, data=form).status_code == 302
    packet = case.packet(packet_id)
    assert packet.answers["representative"] == "none" and packet.bates_prefix == "EX-"
    assert packet.answers["recipients"][0]["name"] == "Dana Director"


def test_an_old_form_of_the_packet_is_shown_beside_the_saved_one(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    packet_id = case.begin()
    client, url = client_for(case.actor), f"/cases/{case.case_id}/filings/{packet_id}/details"
    assert client.post(url, data=DETAILS | {"version": "1", "answer_track": "Theirs"}).status_code == 302
    answer = client.post(url, data=DETAILS | {"version": "1", "answer_track": "Mine"})
    assert answer.status_code == 409
    assert "Theirs" in answer.text and "Mine" in answer.text and "Someone else saved this" in answer.text
    assert case.packet(packet_id).answers["track"] == "Theirs"


def test_recipients_are_rows_and_an_old_form_of_them_changes_nothing(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    packet_id = case.begin()
    client, url = client_for(case.actor), f"/cases/{case.case_id}/filings/{packet_id}/service"
    row = {"recipients-0-name": "Dana", "recipients-0-address": "d@example.org", "recipients-0-method": "email"}
    nameless = client.post(
        url, data=row | {"version": "1", "recipients-1-address": "somewhere", "recipients-1-name": ""}
    )
    assert nameless.status_code == 422 and "Give the name" in nameless.text and "somewhere" in nameless.text
    assert (
        client.post(url, data=row | {"version": "1", "recipients-1-name": "", "recipients-1-method": ""}).status_code
        == 302
    )
    assert [one["name"] for one in case.packet(packet_id).answers["recipients"]] == ["Dana"]
    stale = client.post(url, data=row | {"version": "1", "recipients-0-name": "Typed"})
    assert stale.status_code == 409 and "Typed" in stale.text and "Dana" in stale.text
    assert [one["name"] for one in case.packet(packet_id).answers["recipients"]] == ["Dana"]


def test_a_draft_can_be_thrown_away_and_the_papers_stay(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    packet_id = case.begin()
    case.choose(packet_id, "iep")
    client, url = client_for(case.actor), f"/cases/{case.case_id}/filings/{packet_id}/discard"
    assert "Throw this packet away?" in client.get(url).text
    assert client.post(url, data={"version": "1"}).status_code == 302
    assert packets(case) == 1  # choosing exhibits raised the version
    assert client.post(url, data={"version": case.packet(packet_id).version}).status_code == 302
    assert packets(case) == 0
    with case.open() as (row, _):
        assert len(queries.papers_to_choose(row, {"shared"})) == 4


def test_the_number_of_queries_of_a_packet_does_not_grow_with_its_papers(world: World, client_for: ClientFor) -> None:
    from sqlalchemy import event

    case = dispute(world)
    client, counts = client_for(case.actor), []
    packet_id = case.begin()
    for names in (("sound",), ("iep",), ("mail", "photo")):
        case.choose(packet_id, *names)
        seen: list[str] = []
        with world.app.app_context():
            engine = db.engine

        def note(*given: object, seen: list[str] = seen) -> None:
            seen.append(str(given[2]))

        event.listen(engine, "before_cursor_execute", note)
        try:
            assert client.get(f"/cases/{case.case_id}/filings/{packet_id}").status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", note)
        counts.append(len(seen))
    assert len(set(counts)) == 1, counts


def test_services_refuse_what_pages_never_offer(world: World) -> None:
    case = dispute(world)
    with case.open() as (row, user):
        row.stage = "closed"
        db.session.commit()
        with pytest.raises(FilingRefused, match="The case is closed"):
            services.begin(row, DUE_PROCESS, by=user)
