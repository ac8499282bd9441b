"""E-mails and ZIPs: what is inside becomes papers of its own, linked, closed as the e-mail is, and once only."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from casemgr.documents import intake, queries, services, unpacking
from casemgr.documents.kinds import VISIBILITIES
from casemgr.documents.models import Document, DocumentPart, Letter
from casemgr.documents.services import PaperDetails
from casemgr.extensions import db
from tests.documents.paper import add, papers_of, pdf, png
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]
EVERYTHING = sorted(VISIBILITIES)


def letter(
    subject: str = "The reports",
    *,
    ids: tuple[str, ...] = ("a1@example.org",),
    body: str = "Please read.",
    **files: bytes,
) -> bytes:
    """An e-mail of March 2, 2026, late in the evening in Boston; `files` are attached, "_" in a name is a dot."""
    mail = EmailMessage()
    mail["From"] = "Terry Example <terry@school.example>"
    mail["To"] = "Rowan Example <rowan@family.example>"
    mail["Date"] = "Tue, 03 Mar 2026 03:30:00 +0000"
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{ids[0]}>"
    if ids[1:]:
        mail["References"] = " ".join(f"<{name}>" for name in ids[1:])
    mail.set_content(body)
    for name, data in files.items():
        mail.add_attachment(data, "application", "octet-stream", filename=name.replace("_", "."))
    return mail.as_bytes()


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def unpack(world: World, actor: Actor, case_id: UUID, paper: UUID, *, levels: int = 0, in_zip: bool = False) -> None:
    """Run the job's own function in this process."""
    with world.scope(actor):
        unpacking.unpack.func.__wrapped__(
            case_id=str(case_id),
            document_id=str(paper),
            by_id=str(actor.user_id),
            visible=EVERYTHING,
            levels=levels,
            in_zip=in_zip,
        )


def parts(world: World, actor: Actor, paper: UUID) -> list[tuple[str, bool, str]]:
    with world.scope(actor):
        rows = db.session.scalars(
            select(DocumentPart).where(DocumentPart.parent_id == paper).order_by(DocumentPart.position)
        )
        return [(row.name, row.document_id is not None, row.refused) for row in rows]


def named(world: World, actor: Actor, case_id: UUID) -> dict[str, Document]:
    return {paper.original_name: paper for paper in papers_of(world, actor, case_id)}


def test_attachments_become_papers_that_say_what_they_came_with(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    mail = add(world, parent, case_id, letter(report_pdf=pdf("A report"), program_exe=b"MZ\x90\x00run me"), "mail.eml")
    unpack(world, parent, case_id, mail)
    papers = named(world, parent, case_id)
    assert papers.keys() == {"mail.eml", "report.pdf"}
    assert parts(world, parent, mail)[0] == ("report.pdf", True, "")
    assert "program" in parts(world, parent, mail)[1][2]
    sent = papers["mail.eml"]
    assert (sent.document_on, sent.parts_state) == (date(2026, 3, 2), "done")
    assert sent.source == papers["report.pdf"].source == "Terry Example <terry@school.example>"
    assert papers["report.pdf"].preview_state == "waiting"
    client = client_for(parent)
    page = client.get(f"/cases/{case_id}/papers/{mail}").text
    assert f"/papers/{papers['report.pdf'].id}" in page and "Not taken as a paper" in page
    assert f"/papers/{mail}" in client.get(f"/cases/{case_id}/papers/{papers['report.pdf'].id}").text


def test_opening_an_email_again_or_after_a_kill_makes_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    mail = add(world, parent, case_id, letter(one_pdf=pdf("One"), two_pdf=pdf("Two")), "mail.eml")
    whole, calls = intake.take_in, []

    def killed(*arguments: Any, **more: Any) -> intake.Incoming:
        calls.append(arguments[2])
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(*arguments, **more)

    with monkeypatch.context() as patch:
        patch.setattr(intake, "take_in", killed)
        with pytest.raises(KeyboardInterrupt):
            unpack(world, parent, case_id, mail)
    assert named(world, parent, case_id).keys() == {"mail.eml", "one.pdf"}
    unpack(world, parent, case_id, mail)
    unpack(world, parent, case_id, mail)
    assert sorted(paper.original_name for paper in papers_of(world, parent, case_id)) == [
        "mail.eml",
        "one.pdf",
        "two.pdf",
    ]
    with world.scope(parent):
        assert len(db.session.scalars(select(Letter).where(Letter.document_id == mail)).all()) == 1


def test_an_attachment_that_is_in_the_case_already_is_linked_and_not_stored_twice(world: World) -> None:
    parent = world.person()
    case_id = world.case(parent)
    there = add(world, parent, case_id, pdf("A report"), "2026-01-05 IEP.pdf")
    mail = add(world, parent, case_id, letter(again_pdf=pdf("A report")), "mail.eml")
    unpack(world, parent, case_id, mail)
    assert len(papers_of(world, parent, case_id)) == 2
    with world.scope(parent):
        paper = db.session.get_one(Document, there)
        assert [found.id for found in queries.surroundings(paper, EVERYTHING).came_with] == [mail]
        services.make_privileged(db.session.get_one(Document, mail), version=2, by=world.user(parent))
        assert db.session.get_one(Document, there).visibility == "shared"  # it was there before, by itself


def test_what_came_with_a_privileged_email_is_privileged_too(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    words = "ATTORNEY-CLIENT PRIVILEGED communication"
    secret = letter("Strategy", body=words, memo_pdf=pdf("Memo"))
    mail = add(world, lawyer, case_id, secret, "strategy.eml")
    plain = add(world, lawyer, case_id, letter("Notes", ids=("b@example.org",), notes_pdf=pdf("Notes")), "plain.eml")
    marked = add(world, lawyer, case_id, letter("PRIVILEGED: next week", ids=("c@example.org",)), "fwd.eml")
    for paper_id in (mail, plain, marked):
        unpack(world, lawyer, case_id, paper_id)
    assert {name: paper.visibility for name, paper in named(world, lawyer, case_id).items()} == {
        "strategy.eml": "privileged",
        "memo.pdf": "privileged",
        "fwd.eml": "privileged",
        "plain.eml": "shared",
        "notes.pdf": "shared",
    }
    with world.scope(lawyer):
        paper = db.session.get_one(Document, plain)
        services.make_privileged(paper, version=paper.version, by=world.user(lawyer))
    assert named(world, lawyer, case_id)["notes.pdf"].visibility == "privileged"
    with world.scope(lawyer):
        paper = db.session.get_one(Document, plain)
        shared = PaperDetails(title=paper.title, kind=paper.kind, visibility="shared")
        services.change_details(paper, shared, version=paper.version, confirmed=True, by=world.user(lawyer))
    assert named(world, lawyer, case_id)["notes.pdf"].visibility == "privileged"  # opened one by one, never along
    family = client_for(world.guest(case_id, lawyer.org_id, "parent"))
    assert family.get(f"/cases/{case_id}/papers/{plain}").status_code == 200
    assert (
        f"/papers/{named(world, lawyer, case_id)['notes.pdf'].id}"
        not in family.get(f"/cases/{case_id}/papers/{plain}").text
    )
    download = f"/cases/{case_id}/papers/{plain}/download"
    assert family.get(download).status_code == 302, "the e-mail as it came would hand out what is attached to it"
    assert client_for(lawyer).get(download).status_code == 200
    with world.scope(lawyer):
        paper = db.session.get_one(Document, named(world, lawyer, case_id)["memo.pdf"].id)
        shared = PaperDetails(title=paper.title, kind=paper.kind, visibility="shared")
        services.change_details(paper, shared, version=paper.version, confirmed=True, by=world.user(lawyer))
        memo = paper.id
    page = family.get(f"/cases/{case_id}/papers/{memo}").text
    assert "Came with another paper." in page and "Strategy" not in page


def test_letters_that_answer_each_other_are_one_conversation_whatever_comes_first(
    world: World, client_for: ClientFor
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    first, answer, last, other = (
        add(world, parent, case_id, letter(name, ids=ids), f"{name}.eml")
        for name, ids in {
            "first": ("a@example.org",),
            "answer": ("b@example.org", "a@example.org"),
            "last": ("c@example.org", "b@example.org"),
            "other": ("d@example.org",),
        }.items()
    )
    for paper in (last, first, other, answer):  # the answer joins two that were apart
        unpack(world, parent, case_id, paper)
    page = client_for(parent).get(f"/cases/{case_id}/papers/{first}").text
    assert "In the same conversation" in page
    assert f"/papers/{answer}" in page and f"/papers/{last}" in page and f"/papers/{other}" not in page


def test_a_zip_is_kept_and_says_what_came_out_and_what_did_not(world: World) -> None:
    parent = world.person()
    case_id = world.case(parent)
    files = {
        "../../etc/2026-02-03 IEP.pdf": pdf("IEP"),
        "C:\\papers\\photo.png": png(),
        "__MACOSX/._photo.png": b"x",
        "page.html": b"<html><script>alert(1)</script></html>",
        "inner.zip": packed({"deep.pdf": pdf("Deep")}),
        "bomb.txt": b"0" * (20 * 1024 * 1024),
        "mail.eml": letter(report_pdf=pdf("Report")),
        "empty.pdf": b"",
    }
    archive = add(world, parent, case_id, packed(files), "papers.zip", visibility="internal")
    unpack(world, parent, case_id, archive)
    papers = named(world, parent, case_id)
    assert papers.keys() == {"papers.zip", "2026-02-03 IEP.pdf", "photo.png", "mail.eml"}
    assert {paper.visibility for paper in papers.values()} == {"internal"}
    assert papers["2026-02-03 IEP.pdf"].kind == "iep"
    refused = {name: words for name, is_taken, words in parts(world, parent, archive) if not is_taken}
    assert refused.keys() == {"page.html", "inner.zip", "bomb.txt", "empty.pdf"}
    assert refused["inner.zip"] == unpacking.ZIP_IN_ZIP and "far more" in refused["bomb.txt"]
    unpack(world, parent, case_id, papers["mail.eml"].id, levels=1, in_zip=True)
    assert "report.pdf" in named(world, parent, case_id)


def test_what_cannot_be_opened_says_so_and_can_be_tried_again(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    broken = add(world, parent, case_id, packed({"a.pdf": pdf("A")})[:-40], "broken.zip")
    deep = add(world, parent, case_id, letter(), "deep.eml")
    unpack(world, parent, case_id, broken)
    unpack(world, parent, case_id, deep, levels=unpacking.MOST_LEVELS)
    states = {name: (paper.parts_state, paper.parts_note) for name, paper in named(world, parent, case_id).items()}
    assert states["broken.zip"] == ("failed", "This ZIP is damaged and cannot be opened.")
    assert states["deep.eml"] == ("failed", unpacking.TOO_DEEP)
    client = client_for(parent)
    assert "Take out what is inside" in client.get(f"/cases/{case_id}/papers/{broken}").text
    assert client.post(f"/cases/{case_id}/papers/{broken}/parts").status_code == 302
    assert named(world, parent, case_id)["broken.zip"].parts_state == "waiting"
