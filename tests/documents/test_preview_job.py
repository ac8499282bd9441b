"""The job that draws the pages, run by a real worker process."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select, text, update

from casemgr.copies.models import PagePrint
from casemgr.documents import tasks
from casemgr.documents.models import Document, DocumentPage
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.platform.columns import now
from casemgr.renditions import redrawing
from casemgr.storage.objects import StorageFull
from casemgr.storage.types import Preview, PreviewState
from tests.documents.paper import add, papers_of, pdf, png
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


def pages(world: World, actor: Actor, paper: UUID) -> list[DocumentPage]:
    with world.scope(actor):
        found = select(DocumentPage).where(DocumentPage.document_id == paper).order_by(DocumentPage.number)
        rows = list(db.session.scalars(found))
        db.session.expunge_all()
        return rows


def draw_here(world: World, actor: Actor, case_id: UUID, paper: UUID, task: Any = tasks.draw_preview) -> None:
    """Run the task's own function in this process."""
    with world.scope(actor):
        task.func.__wrapped__(case_id=str(case_id), document_id=str(paper))


def test_a_worker_draws_every_kind_of_file_and_says_why_where_it_cannot(
    world: World, client_for: ClientFor, run_jobs: Callable[[], None]
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    ids = {
        name: add(world, parent, case_id, data, name)
        for name, data in {
            "three.pdf": pdf("Hello", 3),
            "photo.png": png(),
            "notes.txt": b"The first line.\nThe second line.\n",
            "mail.eml": b"From: a@example.org\nTo: b@example.org\nSubject: A call\n\nPlease call me.\n",
            "sound.wav": b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\x00" * 40,
            "broken.pdf": b"%PDF-1.7\n" + b"garbage " * 40,
        }.items()
    }
    run_jobs()
    states = {
        paper.original_name: (paper.preview_state, paper.page_count) for paper in papers_of(world, parent, case_id)
    }
    assert states == {
        "three.pdf": ("ready", 3),
        "photo.png": ("ready", 1),
        "notes.txt": ("ready", 1),
        "mail.eml": ("ready", 1),
        "sound.wav": ("none", None),
        "broken.pdf": ("failed", None),
    }
    client = client_for(parent)

    def page_of(name: str, query: str = "") -> str:
        return client.get(f"/cases/{case_id}/papers/{ids[name]}{query}").text

    assert "Page 2 of 3" in page_of("three.pdf", "?page=2") and "Hello, page 2" in page_of("three.pdf", "?page=2")
    assert "The second line." in page_of("notes.txt") and "Please call me." in page_of("mail.eml")
    assert "<audio controls" in page_of("sound.wav") and f"/papers/{ids['sound.wav']}/media" in page_of("sound.wav")
    assert "You can still" in page_of("broken.pdf") and "Try again" in page_of("broken.pdf")
    for number in (1, 2, 3):
        picture = client.get(f"/cases/{case_id}/papers/{ids['three.pdf']}/pages/{number}")
        assert picture.status_code == 200 and picture.mimetype in ("image/png", "image/jpeg")
    assert f"/papers/{ids['three.pdf']}/pages/1/thumb" in client.get(f"/cases/{case_id}/papers").text
    state = client.get(f"/cases/{case_id}/papers/{ids['three.pdf']}/preview").json
    assert state["state"] == "done"


def test_drawing_twice_gives_the_same_rows_once_and_leaves_an_open_form_valid(world: World) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, pdf("Twice", 2))
    for _ in range(2):
        draw_here(world, parent, case_id, paper)
    assert [page.number for page in pages(world, parent, paper)] == [1, 2]
    (row,) = papers_of(world, parent, case_id)
    assert (row.preview_state, row.version) == ("ready", 1)
    assert list((world.app.config["SETTINGS"].data_dir / "scratch").iterdir()) == []


def test_the_page_polls_while_it_waits(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id)
    client = client_for(parent)
    page = client.get(f"/cases/{case_id}/papers/{paper}").text
    assert f'data-poll-url="/cases/{case_id}/papers/{paper}/preview"' in page
    answer = client.get(f"/cases/{case_id}/papers/{paper}/preview").json
    assert answer["state"] == "running"


def test_a_failed_preview_can_be_tried_again_and_a_ready_one_cannot(
    world: World, client_for: ClientFor, run_jobs: Callable[[], None]
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, pdf("Again"))
    with world.scope(parent):
        db.session.execute(update(Document.__table__).where(Document.id == paper).values(preview_state="failed"))
        db.session.execute(text("DELETE FROM procrastinate_jobs"))
        db.session.commit()
    client = client_for(parent)
    client.post(f"/cases/{case_id}/papers/{paper}/preview")
    assert papers_of(world, parent, case_id)[0].preview_state == "waiting"
    run_jobs()
    (row,) = papers_of(world, parent, case_id)
    assert (row.preview_state, row.page_count) == ("ready", 1)
    client.post(f"/cases/{case_id}/papers/{paper}/preview")
    assert papers_of(world, parent, case_id)[0].preview_state == "ready"


def test_a_preview_that_nobody_made_can_be_asked_for_again(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id)
    client = client_for(parent)
    url = f"/cases/{case_id}/papers/{paper}"
    assert "Try again" not in client.get(url).text
    with world.scope(parent):
        early = now() - timedelta(hours=1)
        db.session.execute(update(Document.__table__).where(Document.id == paper).values(uploaded_at=early))
        db.session.commit()
    assert "Try again" in client.get(url).text


@pytest.mark.parametrize(
    "problem, words",
    [
        (StorageFull("full"), "no room left"),
        (OSError(28, "No space left on device"), "no room left"),
        (RuntimeError("a fault of ours"), "on our side"),
    ],
)
def test_a_fault_while_drawing_is_said_and_leaves_no_rows(
    problem: Exception, words: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **more: Any) -> Any:
        raise problem

    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id)
    monkeypatch.setattr(tasks, "preview", fail)
    draw_here(world, parent, case_id, paper)
    (row,) = papers_of(world, parent, case_id)
    assert row.preview_state == "failed" and words in row.preview_note
    assert pages(world, parent, paper) == []


def test_a_paper_whose_file_is_gone_says_so(world: World) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id)
    with world.scope(parent):
        store().delete(parent.org_id, papers_of(world, parent, case_id)[0].sha256)
    draw_here(world, parent, case_id, paper)
    assert "missing" in papers_of(world, parent, case_id)[0].preview_note


def test_text_that_the_database_cannot_hold_is_cleaned(world: World) -> None:
    parent = world.person()
    case_id = world.case(parent)
    with world.scope(parent):
        document = Document(org_id=parent.org_id, case_id=case_id, id=case_id)
        assert tasks._page_row(document, 1, "a\x00b\ud800c").text == "ab?c"


def test_papers_of_an_earlier_version_are_drawn_again_once_when_that_is_asked_for(world: World) -> None:
    parent = world.person()
    case_id = world.case(parent)
    old, new = (add(world, parent, case_id, pdf(words), f"{words}.pdf") for words in ("Old paper", "New paper"))
    for paper in (old, new):
        draw_here(world, parent, case_id, paper)
    with world.scope(parent):
        db.session.execute(update(DocumentPage).where(DocumentPage.document_id == old).values(words=None))
        db.session.execute(update(Document).where(Document.id == old).values(reading=0))
        db.session.add(PagePrint(org_id=parent.org_id, case_id=case_id, document_id=new, number=1))
        db.session.commit()
    assert redrawn(world, parent) == [("documents.preview", str(old), -1)]
    draw_here(world, parent, case_id, old)
    assert redrawn(world, parent) == [("copies.look", None, -1)], "its pages are to be printed yet"


def test_a_pdf_of_an_earlier_version_is_read_anew_only_where_something_is_typed_or_noted_on_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    plain, typed = (add(world, parent, case_id, data, "a.pdf") for data in (pdf("Plain"), filled_in("TYPED")))
    for paper in (plain, typed):
        draw_here(world, parent, case_id, paper)
    with world.scope(parent):
        db.session.execute(update(DocumentPage).values(text="as it was"))
        db.session.execute(update(Document).values(reading=0))
        db.session.add_all(
            PagePrint(org_id=parent.org_id, case_id=case_id, document_id=paper, number=1) for paper in (plain, typed)
        )
        db.session.commit()
    both = sorted([("documents.read_again", str(paper), -1) for paper in (plain, typed)])
    assert redrawn(world, parent) == both
    with monkeypatch.context() as away:
        away.setattr(tasks, "_read", lambda document: tasks.Reading(Preview(PreviewState.FAILED, "Away.")))
        draw_here(world, parent, case_id, typed, tasks.read_again)
    assert [page.text for page in pages(world, parent, typed)] == ["as it was"], (
        "a reading that fails takes nothing away"
    )
    assert redrawn(world, parent) == both, "and is tried again"
    for paper in (plain, typed):
        draw_here(world, parent, case_id, paper, tasks.read_again)
    assert [page.text for page in pages(world, parent, plain)] == ["as it was"], "nothing would have come of it"
    assert "TYPED" in pages(world, parent, typed)[0].text
    assert not {row for row in redrawn(world, parent) if row[0] != "copies.look"}, "what is done is done once"


def filled_in(words: str) -> bytes:
    """One page with a field of a form in which `words` stand."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.acroForm.textfield(name="n", value=words, x=72, y=600, width=300, height=30)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def redrawn(world: World, actor: Actor) -> list[tuple[str, str | None, int]]:
    """Ask twice, and return the jobs of this organization that were queued for it."""
    found = "SELECT task_name, args->>'document_id', priority FROM procrastinate_jobs WHERE args->>'org_id' = :org"
    with world.app.app_context():
        db.session.execute(text("DELETE FROM procrastinate_jobs"))
        db.session.commit()
        for _twice in range(2):
            redrawing.queue_redrawing()
        rows = db.session.execute(text(found), {"org": str(actor.org_id)}).all()
        db.session.execute(text("DELETE FROM procrastinate_jobs"))
        db.session.commit()
        return sorted({tuple(row) for row in rows})


@pytest.mark.fault
def test_a_worker_that_is_killed_while_drawing_leaves_nothing_half_done_and_the_next_one_finishes(
    world: World, start_worker: Callable[..., subprocess.Popen[bytes]]
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, pdf("Long", 120))
    first = start_worker()
    scratch = world.app.config["SETTINGS"].data_dir / "scratch" / f"preview-{paper}"
    deadline = time.monotonic() + 60
    while not list(scratch.glob("1/page-00005*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    (row,) = papers_of(world, parent, case_id)
    assert row.preview_state == "waiting" and pages(world, parent, paper) == []
    second = start_worker()
    try:
        deadline = time.monotonic() + 120
        while papers_of(world, parent, case_id)[0].preview_state == "waiting" and time.monotonic() < deadline:
            time.sleep(0.5)
    finally:
        second.terminate()
        second.wait(30)
    assert papers_of(world, parent, case_id)[0].preview_state == "ready"
    assert [page.number for page in pages(world, parent, paper)] == list(range(1, 121))
    assert not scratch.exists()
