"""Copies go to those who are to be served, through a real mail server, and what became of each stays on record."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from casemgr.cases.clock import today
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.filings import services
from casemgr.platform.posting import MOST_TRIES, TryAgain
from casemgr.serving import delivering
from casemgr.serving.models import SentCopy
from tests.documents.paper import pdf
from tests.mailserver import Post
from tests.serving.makers import PDF, WRITE, killed_while_handing_over, looked_at, made, mail_to, rows, work
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


def test_each_recipient_gets_the_pdf_once_and_the_answer_is_kept(
    world: World, client_for: ClientFor, post: Post
) -> None:
    case, packet_id, url = made(world)
    client = client_for(case.actor)
    page = client.get(url).text
    assert "director@example.org" in page and "SHA-256 of the PDF" in page
    form = WRITE | {"mail-people": "director@example.org", "mail-other": "", "mail-submission": str(uuid4())}
    assert client.post(f"{url}/mail", data=WRITE | {"mail-submission": str(uuid4())}).status_code == 422
    assert [client.post(f"{url}/mail", data=form).status_code for _ in range(2)] == [302, 302]
    [row] = rows(case, packet_id)
    assert (row.state, row.sent_on) == ("queued", None)
    work(case, row)
    work(case, row)  # a job that comes twice sends once
    [(to, came)] = post.letters
    parts = list(came.walk())
    assert to == "director@example.org" and came["Reply-To"] == "marta@example.org"
    assert parts[-1].get_payload(decode=True) == PDF and parts[-1].get_content_type() == "application/pdf"
    [row] = rows(case, packet_id)
    with case.open() as (one, _):
        assert (row.state, row.answer, row.sent_on) == ("accepted", "250 kept", today(one))
    assert "Taken by the mail server" in client.get(url).text
    version = case.packet(packet_id).version
    with pytest.raises(services.FilingRefused, match="must stay on record"):
        case.change(packet_id, lambda packet, by: services.discard(packet, version=version, by=by))


def test_what_was_begun_and_has_no_answer_is_never_sent_again_by_itself(
    world: World, client_for: ClientFor, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, packet_id, url = made(world)
    client = client_for(case.actor)
    form = WRITE | {"mail-other": "lee@example.org", "mail-submission": str(uuid4())}
    client.post(f"{url}/mail", data=form)
    [row] = rows(case, packet_id)
    killed_while_handing_over(monkeypatch, case, row)
    assert rows(case, packet_id)[0].state == "handing_over"
    work(case, row)
    assert rows(case, packet_id)[0].state == "unknown" and post.letters == []
    page = client.get(url).text
    assert "Look for an answer or a bounced mail" in page and "It went out" in page
    assert client.post(f"{url}/{row.id}/answer", data={"went": "perhaps"}).status_code == 400
    client.post(f"{url}/{row.id}/answer", data={"went": "yes"})
    [row] = rows(case, packet_id)
    assert row.state == "accepted" and "says that it went out" in row.answer and post.letters == []


def test_a_server_that_refuses_or_is_away_is_told_in_words(
    world: World, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, packet_id, _url = made(world)

    def send(address: str) -> SentCopy:
        mail_to(case, packet_id, ("", address))
        return rows(case, packet_id)[-1]

    post.refuse = "550 no such person"
    row = send("nobody@example.org")
    work(case, row)
    assert "no such person" in rows(case, packet_id)[-1].problem and rows(case, packet_id)[-1].state == "refused"
    post.refuse = "450 later"
    row = send("later@example.org")
    for _ in range(MOST_TRIES - 1):
        with pytest.raises(TryAgain):
            work(case, row)
    work(case, row)
    assert rows(case, packet_id)[-1].state == "refused" and "We tried 5 times" in rows(case, packet_id)[-1].problem


def test_a_paper_closed_after_the_queueing_stops_the_mail(world: World, post: Post) -> None:
    case, packet_id, _url = made(world, "mail")
    looked_at(case, packet_id)
    mail_to(case, packet_id, ("Lee", "lee@example.org"))
    case.set_paper("mail", visibility="privileged")
    [row] = rows(case, packet_id)
    work(case, row)
    assert rows(case, packet_id)[0].state == "refused" and post.letters == []
    with pytest.raises(services.FilingRefused, match="cannot go into a filing"):
        mail_to(case, packet_id, ("Lee", "lee@example.org"))


def test_a_paper_taken_out_after_the_queueing_stops_the_mail_of_the_pdf_that_holds_it(world: World, post: Post) -> None:
    case, packet_id, _url = made(world, "mail")
    looked_at(case, packet_id)
    mail_to(case, packet_id, ("Lee", "lee@example.org"))
    case.set_paper("mail", visibility="privileged")
    case.change(packet_id, lambda row, by: services.arrange_exhibits(row, [], {}, version=row.version, by=by))
    [row] = rows(case, packet_id)
    work(case, row)
    [row] = rows(case, packet_id)
    assert row.state == "refused" and row.problem == delivering.CHANGED and post.letters == []


def test_what_a_person_sent_is_noted_proved_and_taken_back_with_a_trace(world: World, client_for: ClientFor) -> None:
    case, packet_id, url = made(world)
    client = client_for(case.actor)
    with case.open() as (one, _):
        day = today(one)
    fresh = client.get(url).text
    assert "Filled in for Dana Director" in fresh and 'value="Dana Director"' in fresh
    told = {"note-name": "Dana Director", "note-way": "mail", "note-submission": str(uuid4()), "note-note": "RR 12"}
    early = client.post(f"{url}/note", data=told | {"note-sent_on": str(day - timedelta(days=2))})
    assert early.status_code == 422 and "cannot have been sent before that day" in early.text and "RR 12" in early.text
    late = client.post(f"{url}/note", data=told | {"note-sent_on": str(day + timedelta(days=2))})
    assert late.status_code == 422 and rows(case, packet_id) == []
    proof = {"note-upload": (io.BytesIO(pdf("Receipt")), "receipt.pdf"), "note-sent_on": str(day)}
    assert client.post(f"{url}/note", data=told | proof).status_code == 302
    [row] = rows(case, packet_id)
    assert (row.state, row.sent_on, row.way) == ("by_hand", day, "mail")
    with case.open():
        assert db.session.get_one(Document, row.proof_document_id).original_name == "receipt.pdf"
    page = client.get(url).text
    assert "Receipt" in page and "Filled in for" not in page
    assert client.post(f"{url}/{row.id}/take-back", data={}).status_code == 422
    assert client.post(f"{url}/{row.id}/take-back", data={"reason": "The wrong envelope."}).status_code == 302
    [row] = rows(case, packet_id)
    assert row.state == "taken_back" and row.taken_back_because == "The wrong envelope."
    assert "The wrong envelope." in client.get(url).text
    again = client.post(f"{url}/{row.id}/proof", data={"document": str(row.proof_document_id)})
    assert again.status_code == 422 and "nothing to prove" in again.text
