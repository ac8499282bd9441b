"""Every paper has a PDF beside its original, and recordings can be played; no browser runs either."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text, update

from casemgr.documents import tasks
from casemgr.documents.models import Document
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.filings.exhibits import exhibit_kind, rendition_of
from casemgr.pdf.model import ExhibitKind
from casemgr.renditions import services as renditions
from casemgr.renditions import tasks as waiting
from casemgr.storage import soffice
from casemgr.storage.renditions import How
from tests.documents.paper import add, papers_of
from tests.documents.test_preview_job import draw_here, pages
from tests.storage import office
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(range(200))


def paper_of(world: World, actor: Actor, case_id: UUID) -> Document:
    (row,) = papers_of(world, actor, case_id)
    return row


def read(world: World, actor: Actor, sha256: str) -> bytes:
    with world.scope(actor):
        return b"".join(store().open_stream(actor.org_id, sha256))


def test_a_letter_has_pages_text_and_a_pdf_of_its_own_and_the_original_stays(
    world: World, client_for: ClientFor
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    data = office.docx("Dear parents", "<w:r><w:br w:type='page'/><w:t>The second page</w:t></w:r>")
    paper = add(world, parent, case_id, data, "letter.docx")
    draw_here(world, parent, case_id, paper)
    row = paper_of(world, parent, case_id)
    assert (row.preview_state, row.page_count, row.rendition_how) == ("ready", 2, How.OFFICE)
    first, second = pages(world, parent, paper)
    assert "Dear parents" in first.text and "The second page" in second.text
    assert first.image_sha256 and second.thumb_sha256
    pdf = read(world, parent, row.rendition_sha256)
    assert pdf.startswith(b"%PDF-") and hashlib.sha256(pdf).hexdigest() == row.rendition_sha256
    assert read(world, parent, row.sha256) == data
    (line,) = [line["words"] for line in row.custody if line["act"] == "converted"]
    assert line.startswith("Made into PDF by LibreOffice") and row.rendition_sha256 in line and "2 pages" in line
    assert (exhibit_kind(row), rendition_of(row)) == (ExhibitKind.PDF, row.rendition_sha256)

    answer = client_for(parent).get(f"/cases/{case_id}/papers/{paper}/pdf")
    assert answer.data == pdf and answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="letter.pdf"')
    shown = client_for(parent).get(f"/cases/{case_id}/papers/{paper}").text
    assert "Made into PDF by LibreOffice" in shown and f"/papers/{paper}/pdf" in shown

    draw_here(world, parent, case_id, paper)  # once more: the same PDF, not another conversion
    assert paper_of(world, parent, case_id).rendition_sha256 == row.rendition_sha256


def test_without_libreoffice_a_paper_is_a_slip_until_the_program_is_there(
    world: World, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, office.docx("Dear parents"), "letter.docx")
    found = soffice.find()
    for module in ("casemgr.renditions.services.office", "casemgr.documents.views.office"):
        monkeypatch.setattr(module, lambda: None)
    draw_here(world, parent, case_id, paper)
    row = paper_of(world, parent, case_id)
    assert (row.preview_state, row.page_count, row.rendition_how) == ("ready", 1, How.TEXT_ONLY)
    assert "Dear parents" in pages(world, parent, paper)[0].text
    assert (exhibit_kind(row), rendition_of(row)) == (ExhibitKind.NATIVE, "")  # the file itself goes beside the packet
    client, url = client_for(parent), f"/cases/{case_id}/papers/{paper}"
    shown = client.get(url).text
    assert "not installed on this computer" in shown and "apt install libreoffice-writer-nogui" in shown
    assert "Try to make" not in shown

    for module in ("casemgr.renditions.services.office", "casemgr.documents.views.office"):
        monkeypatch.setattr(module, lambda: found)
    assert "Try to make the PDF" in client.get(url).text
    with world.scope(parent):
        db.session.execute(text("DELETE FROM procrastinate_jobs"))
        db.session.commit()
        waiting.convert_waiting.func.__wrapped__()
        waiting.convert_waiting.func.__wrapped__()  # what is queued is not queued again
        queued = db.session.execute(text("SELECT args->>'document_id' FROM procrastinate_jobs")).scalars().all()
    assert queued == [str(paper)]
    draw_here(world, parent, case_id, paper)
    assert paper_of(world, parent, case_id).rendition_how == How.OFFICE


def test_what_the_virus_scanner_locked_away_is_neither_played_nor_handed_out_as_pdf(
    world: World, client_for: ClientFor
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    sound, text_file = add(world, parent, case_id, WAV, "mail.wav"), add(world, parent, case_id, b"words", "notes.txt")
    draw_here(world, parent, case_id, text_file)
    with world.scope(parent):
        db.session.execute(update(Document.__table__).values(scan_state="infected"))
        db.session.commit()
    client = client_for(parent)
    assert client.get(f"/cases/{case_id}/papers/{sound}/media").status_code == 423
    assert client.get(f"/cases/{case_id}/papers/{text_file}/pdf").status_code == 423
    assert "<audio" not in client.get(f"/cases/{case_id}/papers/{sound}").text


def test_a_full_disk_while_converting_is_said_and_keeps_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, office.docx("Dear parents"), "letter.docx")
    monkeypatch.setattr(soffice, "to_pdf", full)
    draw_here(world, parent, case_id, paper)
    row = paper_of(world, parent, case_id)
    assert (row.preview_state, row.rendition_sha256) == ("failed", "") and "no room left" in row.preview_note
    assert pages(world, parent, paper) == []


def test_numbers_that_do_not_fit_their_column_are_told(world: World) -> None:
    made = renditions.Made(Path("a.pdf"), How.OFFICE, "Made.", ())
    seen = tasks.Preview(tasks.PreviewState.READY, pages=[tasks.PageImage(1, 1, 1, None, None, "Event\n###")])
    original = tasks.Preview(tasks.PreviewState.READY, warnings=["A hidden sheet."])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks, "_all_pages", lambda *_: seen)
        drawn = tasks._pages_of_pdf(made, original, Path("pages"))
    assert drawn is not None and [words.split()[0] for words in drawn.warnings] == ["A", "Some"]


def test_a_recording_is_played_in_ranges_and_never_shown_as_a_page(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, WAV, "voice mail.wav")
    client, url = client_for(parent), f"/cases/{case_id}/papers/{paper}"
    whole = client.get(f"{url}/media")
    assert (whole.status_code, whole.data, whole.mimetype) == (200, WAV, "audio/wav")
    assert whole.headers["X-Content-Type-Options"] == "nosniff" and whole.headers["Accept-Ranges"] == "bytes"
    assert "sandbox" in whole.headers["Content-Security-Policy"]
    assert whole.headers["Content-Disposition"].startswith("attachment")
    size, last = len(WAV), len(WAV) - 1
    for wanted, start, end in (("0-9", 0, 9), ("200-", 200, last), ("-5", size - 5, last), ("5-9999", 5, last)):
        part = client.get(f"{url}/media", headers={"Range": f"bytes={wanted}"})
        assert (part.status_code, part.data) == (206, WAV[start : end + 1])
        assert part.headers["Content-Range"] == f"bytes {start}-{end}/{size}"
    assert client.get(f"{url}/media", headers={"Range": "bytes=9999-"}).status_code == 416
    assert client.get(f"{url}/media", headers={"Range": "bytes=0-1,5-6"}).data == WAV
    page = client.get(url)
    assert "media-src 'self'" in page.headers["Content-Security-Policy"]


def test_only_sound_and_video_is_played(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, b"<b>words</b>", "notes.txt")
    assert client_for(parent).get(f"/cases/{case_id}/papers/{paper}/media").status_code == 404
    assert client_for(parent).get(f"/cases/{case_id}/papers/{paper}/pdf").status_code == 404
