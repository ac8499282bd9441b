"""What is recognised on the pages of a scan, and what a person is told of it. With the real tesseract."""

from __future__ import annotations

import io
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import psutil
import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from casemgr.documents import tasks as drawing
from casemgr.documents.models import Document, DocumentPage
from casemgr.extensions import db
from casemgr.recognition import services, tasks
from casemgr.storage.recognition import Found, PageText
from tests.documents.paper import add, papers_of, pdf
from tests.recognition.scans import LINES, fax, page, reading_with, scanned_pdf
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


def run_here(world: World, actor: Actor, case_id: UUID, paper: UUID, task: object) -> None:
    """Run a task's own function in this process."""
    with world.scope(actor):
        task.func.__wrapped__(case_id=str(case_id), document_id=str(paper))


def read_all(world: World, actor: Actor, case_id: UUID, paper: UUID) -> Document:
    """Draw and read a paper to the end, as the worker does, job after job."""
    run_here(world, actor, case_id, paper, drawing.draw_preview)
    for _ in range(10):
        run_here(world, actor, case_id, paper, tasks.read_scan)
        row = next(row for row in papers_of(world, actor, case_id) if row.id == paper)
        if row.recognition_state != "waiting":
            break
    return row


def pages_of(world: World, actor: Actor, paper: UUID) -> list[DocumentPage]:
    with world.scope(actor):
        found = select(DocumentPage).where(DocumentPage.document_id == paper).order_by(DocumentPage.number)
        rows = list(db.session.scalars(found))
        for row in rows:
            row.words  # noqa: B018 - deferred: loaded while there is a session
        db.session.expunge_all()
        return rows


def queued(world: World, actor: Actor, paper: UUID) -> int:
    with world.scope(actor):
        jobs = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'documents.recognise' AND status = 'todo'"
        return db.session.scalar(text(f"{jobs} AND args->>'document_id' = :paper"), {"paper": str(paper)})


def test_a_fax_is_read_turned_upright_found_and_copied(app: Flask, world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    data = fax(page(*LINES), page(), page("The school is in Fernhollow.", *LINES[2:] * 3, turn=180))
    paper = add(world, parent, case_id, data, "scan.tif")
    client = client_for(parent)
    url = f"/cases/{case_id}/papers/{paper}"
    with reading_with(app, "tesseract"):
        run_here(world, parent, case_id, paper, drawing.draw_preview)
        assert papers_of(world, parent, case_id)[0].recognition_state == "waiting" and queued(world, parent, paper) == 1
        before = pages_of(world, parent, paper)
        assert client.get(f"{url}/recognition").json | {"url": ""} == {
            "state": "running",
            "done": 0,
            "total": 3,
            "message": "Reading the text of the pages",
            "url": "",
        }
        assert f'data-poll-url="{url}/recognition"' in client.get(url).text
        row = read_all(world, parent, case_id, paper)
    first, second, third = pages_of(world, parent, paper)
    assert row.recognition_state == "done" and row.version == 1
    assert [one.recognition for one in (first, second, third)] == ["read", "blank", "read"]
    assert first.text.splitlines() == list(LINES) or first.text.split("\n\n")[0].startswith(LINES[0])
    assert first.confidence > 80 and first.turn == 0 and third.turn == 180
    assert third.image_sha256 != before[2].image_sha256 and first.image_sha256 == before[0].image_sha256
    word, left, top, right, bottom = first.words[0]
    assert word == "Notice" and left == pytest.approx(0.11, abs=0.02) and top == pytest.approx(0.15, abs=0.03)
    assert right > left and bottom > top
    assert third.words[0][0] == "The" and third.words[0][2] < 0.2  # at the top of the page as it is shown

    shown = client.get(url).text
    assert "Read by text recognition; check against the picture" in shown
    assert "Page 2 is blank." in shown and "Page 3 lay on the side or upside down" in shown
    assert "The original was not touched" in shown and row.sha256 in shown
    assert "Fernhollow" in client.get(f"/cases/{case_id}/search?q=Fernhollow").text
    copy = client.get(f"{url}/searchable")
    assert copy.status_code == 200 and "searchable copy" in copy.headers["Content-Disposition"]
    document = pypdfium2.PdfDocument(io.BytesIO(copy.data))
    assert [document[number].get_textpage().get_text_range()[:6] for number in range(3)] == ["Notice", "", "The sc"]
    assert client.get(f"{url}/download").data == data


def test_a_pdf_with_text_is_not_asked_and_a_pdf_on_its_side_keeps_its_own_pages(app: Flask, world: World) -> None:
    parent = world.person()
    case_id = world.case(parent)
    with reading_with(app, "tesseract"):
        typed = read_all(world, parent, case_id, add(world, parent, case_id, pdf("Typed"), "typed.pdf"))
        sideways = add(world, parent, case_id, scanned_pdf(page(*LINES, turn=90)), "sideways.pdf")
        row = read_all(world, parent, case_id, sideways)
    assert (typed.recognition_state, typed.searchable_sha256) == ("", "")
    (only,) = pages_of(world, parent, sideways)
    assert only.turn == 270 and only.height > only.width and only.text.startswith(LINES[0])
    with world.scope(parent):
        from casemgr.documents.store import store

        data = b"".join(store().open_stream(parent.org_id, row.searchable_sha256))
    copied = pypdfium2.PdfDocument(data)[0]
    assert copied.get_height() > copied.get_width()  # shown upright
    _, _, _, top = copied.get_textpage().get_charbox(0)  # in the space of the page as it is not turned
    assert 1 - top / copied.get_width() == pytest.approx(only.words[0][1], abs=0.03)


def test_a_small_picture_of_a_letter_is_not_taken_for_a_page(app: Flask, world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    out = io.BytesIO()
    page("x").crop((80, 140, 98, 200)).save(out, "PNG")
    paper = add(world, parent, case_id, out.getvalue(), "logo.png")
    with reading_with(app, "no-program-is-asked"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks, "program", lambda: "no-program-is-asked")
        row = read_all(world, parent, case_id, paper)
    assert (row.recognition_state, row.searchable_sha256) == ("done", "")
    assert [one.recognition for one in pages_of(world, parent, paper)] == ["nothing"]
    assert "No words were found in this picture" in client_for(parent).get(f"/cases/{case_id}/papers/{paper}").text


def test_without_the_program_everything_works_and_says_how_to_get_it(
    app: Flask, world: World, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, scanned_pdf(page(*LINES)), "scan.pdf")
    client = client_for(parent)
    with reading_with(app, "no-such-program"):
        row = read_all(world, parent, case_id, paper)
        assert (row.preview_state, row.recognition_state) == ("ready", "no_program")
        assert "not installed" in row.recognition_note
        shown = client.get(f"/cases/{case_id}/papers/{paper}").text
        assert "This is a scan without text" in shown and "tesseract" in shown
        with world.scope(parent):
            db.session.execute(text("DELETE FROM procrastinate_jobs"))
            db.session.commit()
            services.queue_waiting()
        assert queued(world, parent, paper) == 0
    read = PageText(Found.READ, "Notice of Suspension, and more words.", [("Notice", 0.1, 0.1, 0.2, 0.2)], 91)
    monkeypatch.setattr(tasks, "recognise", lambda *args: read)
    with reading_with(app, "python3"):  # it is there now
        with app.app_context():
            assert services.queue_waiting() >= 1
        assert queued(world, parent, paper) == 1
        assert read_all(world, parent, case_id, paper).recognition_state == "done"
    assert "Notice of Suspension" in client.get(f"/cases/{case_id}/papers/{paper}").text


def test_a_page_that_cannot_be_read_is_named_and_can_be_tried_again(
    app: Flask, world: World, client_for: ClientFor, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nkill -9 $$\n")
    broken.chmod(0o755)
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, scanned_pdf(page(*LINES)), "scan.pdf")
    client = client_for(parent)
    url = f"/cases/{case_id}/papers/{paper}"
    with reading_with(app, broken):
        row = read_all(world, parent, case_id, paper)
    assert row.recognition_state == "failed"
    shown = client.get(url).text
    assert "The text of this scan could not all be read" in shown and "Page 1: Text recognition stopped" in shown
    client.post(f"{url}/recognition")
    row = papers_of(world, parent, case_id)[0]
    assert (row.recognition_state, row.recognition_note) == ("waiting", "")
    assert pages_of(world, parent, paper)[0].recognition == "waiting"
    client.post(f"{url}/recognition")  # a second click does nothing


def test_a_page_that_is_drawn_anew_meanwhile_keeps_waiting_for_its_own_reading(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, scanned_pdf(page(*LINES)), "scan.pdf")
    with reading_with(app, "python3"):
        run_here(world, parent, case_id, paper, drawing.draw_preview)

        def read_while_deleted(*args: object) -> PageText:
            with world.scope(parent):
                db.session.execute(update(DocumentPage.__table__).values(recognition="").where(True))
                db.session.commit()
            return PageText(Found.READ, "Old words.", [], 90)

        monkeypatch.setattr(tasks, "recognise", read_while_deleted)
        run_here(world, parent, case_id, paper, tasks.read_scan)
    assert [one.text for one in pages_of(world, parent, paper)] == [""]


def test_the_same_picture_is_read_once_and_a_limit_of_pages_is_said(
    app: Flask, world: World, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    same, other, more = page("One"), page("Two"), page("Three")
    paper = add(world, parent, case_id, fax(same, same, other, same, more), "scan.tif")
    asked: list[int] = []

    def read(path: Path, file_type: object, number: int, *rest: object) -> PageText:
        asked.append(number)
        return PageText(Found.READ, f"What page {number} says.", [], 90)

    monkeypatch.setattr(tasks, "recognise", read)
    monkeypatch.setattr(tasks, "make_copy", lambda *args: None)
    monkeypatch.setattr(tasks, "MOST_PAGES", 2)
    with reading_with(app, "python3"):
        row = read_all(world, parent, case_id, paper)
    assert asked == [1, 3] and row.recognition_state == "done"
    assert [one.recognition for one in pages_of(world, parent, paper)] == ["read", "read", "read", "read", ""]
    shown = client_for(parent).get(f"/cases/{case_id}/papers/{paper}").text
    assert "2 pages were read. The others are kept as pictures only." in shown


def test_a_long_scan_lets_a_paper_that_somebody_waits_for_go_first(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, fax(page("One"), page("Two")), "scan.tif")
    monkeypatch.setattr(tasks, "recognise", lambda *args: PageText(Found.NOTHING))
    with reading_with(app, "python3"):
        run_here(world, parent, case_id, paper, drawing.draw_preview)
        add(world, parent, case_id, pdf("Another"), "another.pdf")  # its drawing waits now
        run_here(world, parent, case_id, paper, tasks.read_scan)
    assert [one.recognition for one in pages_of(world, parent, paper)] == ["nothing", "waiting"]


def test_a_worker_that_is_lost_between_two_pages_loses_no_page_that_was_read(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, fax(page("One"), page("Two")), "scan.tif")
    asked: list[int] = []

    def read(path: Path, file_type: object, number: int, *more: object) -> PageText:
        asked.append(number)
        if asked == [1, 2]:
            raise SystemExit  # as a worker that is told to stop at once
        return PageText(Found.READ, f"Page {number} says so.", [], 90)

    monkeypatch.setattr(tasks, "recognise", read)
    monkeypatch.setattr(tasks, "make_copy", lambda *args: None)
    monkeypatch.setattr(tasks, "_others_wait", lambda: False)
    with reading_with(app, "python3"):
        run_here(world, parent, case_id, paper, drawing.draw_preview)
        with pytest.raises(SystemExit):
            run_here(world, parent, case_id, paper, tasks.read_scan)
        assert [one.recognition for one in pages_of(world, parent, paper)] == ["read", "waiting"]
        assert papers_of(world, parent, case_id)[0].recognition_state == "waiting"
        run_here(world, parent, case_id, paper, tasks.read_scan)
    assert asked == [1, 2, 2]
    assert papers_of(world, parent, case_id)[0].recognition_state == "done"


@pytest.mark.fault
def test_tesseract_killed_in_the_middle_is_started_again_and_leaves_no_process(app: Flask, world: World) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, scanned_pdf(page(*LINES * 4)), "scan.pdf")
    killed: list[int] = []

    def kill() -> None:
        deadline = time.monotonic() + 30
        while not killed and time.monotonic() < deadline:
            for process in psutil.Process().children(recursive=True):
                if process.name() == "tesseract":
                    os.kill(process.pid, signal.SIGKILL)
                    killed.append(process.pid)
                    return
            time.sleep(0.005)

    killer = threading.Thread(target=kill)
    with reading_with(app, "tesseract"):
        run_here(world, parent, case_id, paper, drawing.draw_preview)
        killer.start()
        run_here(world, parent, case_id, paper, tasks.read_scan)
    killer.join()
    row = papers_of(world, parent, case_id)[0]
    assert killed and row.recognition_state == "done"
    assert pages_of(world, parent, paper)[0].text.count(LINES[0]) == 4
    assert [one for one in psutil.Process().children(recursive=True) if one.name() == "tesseract"] == []
    assert not (app.config["SETTINGS"].data_dir / "scratch" / f"reading-{paper}").exists()
