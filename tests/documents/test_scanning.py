"""With a virus scanner, nothing of a paper can be used before it is clean; without a verdict it stays shut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text, update

from casemgr.cases.models import Case
from casemgr.documents import quarantine, scanning, tasks, unpacking
from casemgr.documents.models import Document
from casemgr.evidence import exporting
from casemgr.extensions import db
from casemgr.filings.exhibits import why_not
from casemgr.platform.columns import now
from casemgr.storage.clamav import ScannerDown
from tests import clamd
from tests.documents.paper import add, papers_of, pdf, send
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]
NOWHERE = "127.0.0.1:9"


@pytest.fixture
def turn_on(app: Flask) -> Iterator[Callable[[str | None], None]]:
    before = app.config["SETTINGS"]
    yield lambda address: app.config.update(SETTINGS=replace(before, clamav=address))
    app.config["SETTINGS"] = before


@pytest.fixture
def scanner(turn_on: Callable[[str | None], None]) -> Iterator[list[bytes]]:
    with clamd.serve() as (address, scanned):
        turn_on(address)
        yield scanned


def queued(world: World, actor: Actor, paper: UUID) -> list[str]:
    with world.scope(actor):
        found = text("SELECT task_name FROM procrastinate_jobs WHERE args ->> 'document_id' = :id ORDER BY id")
        return list(db.session.scalars(found, {"id": str(paper)}))


def run(task: object, world: World, actor: Actor, case_id: UUID, paper: UUID) -> None:
    with world.scope(actor):
        task.func.__wrapped__(case_id=str(case_id), document_id=str(paper))


def doors(client: FlaskClient, case_id: UUID, paper: UUID) -> set[int]:
    url = f"/cases/{case_id}/papers/{paper}"
    return {client.get(f"{url}{door}").status_code for door in ("/download", "/pages/1", "/pages/1/thumb")}


def exhibit_refused(world: World, actor: Actor, paper: UUID) -> str:
    with world.scope(actor):
        return str(why_not(db.session.get_one(Document, paper)) or "")


def test_a_paper_is_shut_until_it_is_clean_and_then_drawn(
    world: World, client_for: ClientFor, scanner: list[bytes]
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client, data = client_for(parent), pdf("A clean paper")
    assert send(client, case_id, "clean.pdf", data).status_code == 200
    (paper,) = papers_of(world, parent, case_id)
    assert (paper.scan_state, queued(world, parent, paper.id)) == ("waiting", ["documents.scan"])
    run(tasks.draw_preview, world, parent, case_id, paper.id)
    assert papers_of(world, parent, case_id)[0].preview_state == "waiting", "nothing is converted before"
    assert client.get(f"/cases/{case_id}/papers/{paper.id}/download").status_code == 423
    page = client.get(f"/cases/{case_id}/papers/{paper.id}").text
    assert "checked for viruses first" in page and "Download the original" not in page
    assert "checked for viruses" in exhibit_refused(world, parent, paper.id)

    run(scanning.scan, world, parent, case_id, paper.id)
    assert data in scanner
    assert queued(world, parent, paper.id) == ["documents.scan", "documents.preview"]
    run(tasks.draw_preview, world, parent, case_id, paper.id)
    (row,) = papers_of(world, parent, case_id)
    assert (row.scan_state, row.preview_state, row.version) == ("clean", "ready", 1)
    assert doors(client, case_id, paper.id) == {200}
    assert "Checked for viruses: clean." in client.get(f"/cases/{case_id}/papers/{paper.id}").text
    assert exhibit_refused(world, parent, paper.id) == ""
    run(scanning.scan, world, parent, case_id, paper.id)
    assert scanner.count(data) == 1, "a verdict is asked for once"


def test_what_is_infected_is_locked_away_for_good_with_words(
    world: World, client_for: ClientFor, scanner: list[bytes], turn_on: Callable[[str | None], None]
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, b"A letter.\n" + clamd.EICAR, "letter.txt")
    run(scanning.scan, world, parent, case_id, paper)
    turn_on(None)  # what was found is not forgotten
    run(tasks.draw_preview, world, parent, case_id, paper)
    (row,) = papers_of(world, parent, case_id)
    assert (row.scan_state, row.scan_note, row.preview_state) == ("infected", "Eicar-Test-Signature", "none")
    client = client_for(parent)
    answer = client.get(f"/cases/{case_id}/papers/{paper}/download")
    assert answer.status_code == 423 and "Ask whoever sent it for a clean copy" in answer.text
    assert clamd.EICAR not in answer.data
    page = client.get(f"/cases/{case_id}/papers/{paper}").text
    assert "Locked away" in page and "Eicar-Test-Signature" in page
    assert "Virus found" in client.get(f"/cases/{case_id}/papers").text
    assert "found something" in exhibit_refused(world, parent, paper)
    assert queued(world, parent, paper) == ["documents.scan"]


def test_while_the_scanner_is_away_a_paper_waits_says_so_and_is_tried_again(
    world: World, client_for: ClientFor, turn_on: Callable[[str | None], None]
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    turn_on(NOWHERE)
    paper = add(world, parent, case_id)
    with pytest.raises(ScannerDown):
        run(scanning.scan, world, parent, case_id, paper)
    assert scanning.scan.retry_strategy.get_retry_decision(
        exception=ScannerDown(), job=type("Job", (), {"attempts": 5000})()
    ), "the worker goes on asking"
    page = client_for(parent).get(f"/cases/{case_id}/papers/{paper}").text
    assert "does not answer now. It is asked again by itself" in page
    assert client_for(parent).get(f"/cases/{case_id}/papers/{paper}/download").status_code == 423
    with clamd.serve() as (address, _):
        turn_on(address)
        run(scanning.scan, world, parent, case_id, paper)
    assert papers_of(world, parent, case_id)[0].scan_state == "clean"


def test_a_file_that_the_scanner_does_not_take_stays_shut(
    world: World, client_for: ClientFor, scanner: list[bytes]
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, b"words " * 600_000, "long.txt")
    run(scanning.scan, world, parent, case_id, paper)
    page = client_for(parent).get(f"/cases/{case_id}/papers/{paper}").text
    assert "larger than the scanner’s limit" in page
    assert client_for(parent).get(f"/cases/{case_id}/papers/{paper}/download").status_code == 423


def test_papers_from_before_are_shut_until_they_are_checked_too(
    world: World, client_for: ClientFor, turn_on: Callable[[str | None], None], app: Flask
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id)
    run(tasks.draw_preview, world, parent, case_id, paper)
    assert (papers_of(world, parent, case_id)[0].scan_state, doors(client_for(parent), case_id, paper)) == (
        "not_scanned",
        {200},
    )
    with app.app_context():
        assert scanning.queue_unchecked() == 0, "without a scanner nothing waits"
    turn_on(NOWHERE)
    assert doors(client_for(parent), case_id, paper) == {423}
    assert "before the virus scanner was turned on" in client_for(parent).get(f"/cases/{case_id}/papers/{paper}").text
    with app.app_context():
        assert scanning.queue_unchecked() >= 1
    assert queued(world, parent, paper)[-1] == "documents.scan"
    assert papers_of(world, parent, case_id)[0].scan_state == "waiting"
    with clamd.serve() as (address, _):
        turn_on(address)
        run(scanning.scan, world, parent, case_id, paper)
    assert doors(client_for(parent), case_id, paper) == {200}


def test_when_the_scanner_is_turned_off_what_waits_goes_on(
    world: World, client_for: ClientFor, turn_on: Callable[[str | None], None]
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    turn_on(NOWHERE)
    paper = add(world, parent, case_id)
    turn_on(None)
    run(scanning.scan, world, parent, case_id, paper)
    (row,) = papers_of(world, parent, case_id)
    assert row.scan_state == "not_scanned" and queued(world, parent, paper)[-1] == "documents.preview"
    with world.scope(parent):
        assert quarantine.why_closed(db.session.get_one(Document, paper)) == ""


def test_an_e_mail_is_opened_when_it_is_clean_and_an_infected_one_never(world: World, scanner: list[bytes]) -> None:
    parent = world.person()
    case_id = world.case(parent)
    head = b"From: a@example.org\nTo: b@example.org\nSubject: %s\nMIME-Version: 1.0\n\n"
    ids = {
        name: add(world, parent, case_id, head % name.encode() + body, f"{name}.eml")
        for name, body in (("clean", b"Please call."), ("infected", clamd.EICAR))
    }

    def unpack(paper: UUID) -> None:
        with world.scope(parent):
            more = {"by_id": str(parent.user_id), "visible": ["shared"], "levels": 0, "in_zip": False}
            unpacking.unpack.func.__wrapped__(case_id=str(case_id), document_id=str(paper), **more)

    for paper in ids.values():
        with pytest.raises(unpacking._NotCheckedYet):
            unpack(paper)
        run(scanning.scan, world, parent, case_id, paper)
        unpack(paper)
    states = {row.title: (row.parts_state, row.parts_note[:17]) for row in papers_of(world, parent, case_id)}
    assert states["Clean" if "Clean" in states else "clean"][0] == "done"
    assert ("failed", "The virus scanner") in states.values()


def test_an_archive_of_the_evidence_log_leaves_out_what_is_shut(
    world: World, turn_on: Callable[[str | None], None]
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    add(world, parent, case_id)
    with world.scope(parent):
        case = db.session.get_one(Case, case_id)
        assert exporting.extent(case, ["shared"]).papers == 1
        turn_on(NOWHERE)
        assert exporting.extent(case, ["shared"]).papers == 0


def test_a_check_that_takes_long_can_be_asked_for_again(
    world: World, client_for: ClientFor, turn_on: Callable[[str | None], None]
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    turn_on(NOWHERE)
    paper = add(world, parent, case_id)
    with world.scope(parent):
        papers = Document.__table__
        early = now().replace(year=now().year - 1)
        db.session.execute(update(papers).where(papers.c.id == paper).values(uploaded_at=early))
        db.session.execute(
            text("DELETE FROM procrastinate_jobs WHERE args ->> 'document_id' = :id"), {"id": str(paper)}
        )
        db.session.commit()
    client_for(parent).post(f"/cases/{case_id}/papers/{paper}/preview")
    assert queued(world, parent, paper) == ["documents.scan"]
