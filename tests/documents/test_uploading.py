"""Files come in: what is taken, what is refused, and that a refused file leaves nothing."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from casemgr.documents.store import store
from tests.documents.paper import papers_of, pdf, png, send, stored_objects
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


def test_a_paper_is_kept_under_its_hash_with_title_kind_and_date_from_its_name(
    world: World, client_for: ClientFor
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    data = pdf("IEP")
    answer = send(client_for(parent), case_id, "18_2026-04-17_IEP-1_proposed.pdf", data)
    assert answer.status_code == 200
    assert answer.json["ok"] and not answer.json["duplicate"]
    assert "because the file name says “IEP 1”" in answer.json["what_to_do"]
    (paper,) = papers_of(world, parent, case_id)
    assert (paper.title, paper.kind, paper.document_on) == ("IEP-1 proposed", "iep", date(2026, 4, 17))
    assert (paper.visibility, paper.preview_state, paper.size) == ("shared", "waiting", len(data))
    assert paper.sha256 == hashlib.sha256(data).hexdigest()
    assert answer.json["url"].endswith(str(paper.id))
    with world.scope(parent):
        assert b"".join(store().open_stream(parent.org_id, paper.sha256)) == data


def test_what_was_said_beside_the_zone_goes_to_every_file(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    fields = {
        "visibility": "internal",
        "source": "Dr. Léa “Ann” Lee",
        "received_on": "2026-03-02",
        "received_how": "fax",
    }
    assert send(client_for(lawyer), case_id, "a.pdf", pdf(), **fields).status_code == 200
    (paper,) = papers_of(world, lawyer, case_id)
    assert (paper.visibility, paper.source, paper.received_how) == ("internal", "Dr. Léa “Ann” Lee", "fax")
    assert paper.received_on == date(2026, 3, 2)


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"visibility": "public"}, "Who may see them"),
        ({"received_on": "yesterday"}, "Received on"),
        ({"received_on": "2199-01-01"}, "in the future"),
        ({"received_how": "by owl"}, "How they came"),
        ({"source": "x" * 201}, "200 characters"),
    ],
)
def test_a_field_that_makes_no_sense_is_refused_in_words(
    fields: dict[str, str], words: str, world: World, client_for: ClientFor
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    answer = send(client_for(parent), case_id, "a.pdf", pdf(), **fields)
    assert answer.status_code == 422
    assert words in answer.json["message"]
    assert papers_of(world, parent, case_id) == []


LIES = [
    pytest.param("letter.pdf", b"MZ\x90\x00" + b"\x00" * 300, 415, "program", id="a program named as a PDF"),
    pytest.param("page.html", b"<!doctype html><script>alert(1)</script>", 415, "web page", id="a web page"),
    pytest.param("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "drawing", id="a drawing"),
    pytest.param("notes.txt", b"<html><body onload=alert(1)>", 415, "web page", id="a web page named as text"),
    pytest.param("iep.pdf", b"This is only text, and no PDF at all.\n", 415, "not a PDF", id="text named as a PDF"),
    pytest.param("run.sh", b"echo hello\n", 415, "program", id="a script"),
    pytest.param("form.docm", b"PK\x03\x04" + b"\x00" * 60, 415, "macros", id="a document with macros"),
    pytest.param("empty.pdf", b"", 422, "empty", id="nothing"),
    pytest.param("blob.xyz", bytes(range(256)) * 8, 415, "could not tell", id="nobody knows"),
]


@pytest.mark.parametrize("name, data, status, words", LIES)
def test_a_file_that_is_not_taken_leaves_no_row_and_no_object(
    name: str, data: bytes, status: int, words: str, world: World, client_for: ClientFor
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    answer = send(client_for(parent), case_id, name, data)
    assert answer.status_code == status
    assert answer.json["ok"] is False
    assert words in answer.json["message"] and answer.json["what_to_do"]
    assert papers_of(world, parent, case_id) == []
    assert stored_objects(world, parent) == set()


def test_a_picture_named_as_a_pdf_is_taken_as_what_it_is_and_says_so(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    answer = send(client_for(parent), case_id, "photo.pdf", png())
    assert answer.status_code == 200
    assert "PNG" in answer.json["what_to_do"]
    (paper,) = papers_of(world, parent, case_id)
    assert (paper.media_type, paper.family) == ("image/png", "image")


def test_the_same_file_twice_is_one_paper_and_the_answer_links_it(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client = client_for(parent)
    first = send(client, case_id, "iep.pdf", pdf())
    again = send(client, case_id, "another name.pdf", pdf())
    assert again.status_code == 200
    assert again.json["duplicate"] and again.json["url"] == first.json["url"]
    assert "IEP" in again.json["message"] and not again.json["what_to_do"]
    closed = send(client, case_id, "iep.pdf", pdf(), visibility="privileged")
    assert "It stays “Shared with the family”" in closed.json["what_to_do"], "nobody thinks that it is closed now"
    assert len(papers_of(world, parent, case_id)) == 1


def test_the_same_bytes_in_another_case_are_stored_once_with_a_row_of_their_own(
    world: World, client_for: ClientFor
) -> None:
    lawyer = world.person("attorney", "firm")
    cases = [world.case(lawyer), world.case(lawyer)]
    for case_id in cases:
        assert not send(client_for(lawyer), case_id, "iep.pdf", pdf()).json["duplicate"]
    assert [len(papers_of(world, lawyer, case_id)) for case_id in cases] == [1, 1]
    assert len(stored_objects(world, lawyer)) == 1


def test_a_refused_name_for_bytes_that_are_kept_elsewhere_harms_nothing(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    send(client_for(parent), case_id, "notes.txt", b"Some notes.\n")
    assert send(client_for(parent), case_id, "notes.bat", b"Some notes.\n").status_code == 415
    assert len(stored_objects(world, parent)) == 1


def test_a_duplicate_that_the_sender_may_not_see_is_not_named(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    client_parent = world.person("parent", org_id=lawyer.org_id)
    case_id = world.case(lawyer)
    send(client_for(lawyer), case_id, "strategy.pdf", pdf(), visibility="privileged")
    answer = send(client_for(client_parent), case_id, "mine.pdf", pdf())
    assert answer.json["duplicate"] is False
    assert "trategy" not in answer.text
    assert [paper.visibility for paper in papers_of(world, lawyer, case_id)] == ["privileged", "shared"]


@pytest.mark.parametrize(
    "name, data",
    [
        ("36_2026-11-13_email-PRIVILEGED-attorney-advice.eml", b"From: a@example.org\nSubject: x\nDate: x\n\nHello\n"),
        ("advice.txt", b"ATTORNEY-CLIENT  PRIVILEGED\n\nDo not share.\n"),
        ("mail.eml", b"From: a@example.org\nSubject: privileged and confidential\nTo: b\n\nHello\n"),
    ],
)
def test_a_file_that_says_privileged_is_kept_as_privileged_and_says_why(
    name: str, data: bytes, world: World, client_for: ClientFor
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    answer = send(client_for(parent), case_id, name, data, visibility="shared")
    assert "Marked as privileged because" in answer.json["what_to_do"]
    assert [paper.visibility for paper in papers_of(world, parent, case_id)] == ["privileged"]


def test_a_client_is_told_when_their_paper_is_closed_to_them(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    parent = world.person("parent", org_id=lawyer.org_id)
    case_id = world.case(lawyer)
    answer = send(client_for(parent), case_id, "attorney-client notes.txt", b"Notes\n")
    assert answer.json["ok"] and answer.json["url"] is None
    assert "Only those who run the case can open it now" in answer.json["message"]


def test_a_client_cannot_make_a_paper_that_they_could_not_open(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    parent = world.person("parent", org_id=lawyer.org_id)
    case_id = world.case(lawyer)
    assert send(client_for(parent), case_id, "a.pdf", pdf(), visibility="internal").status_code == 422


def test_a_file_over_the_limit_is_refused_before_it_is_read(world: World, client_for: ClientFor, app: Flask) -> None:
    parent = world.person()
    case_id = world.case(parent)
    limit = app.config["SETTINGS"].max_upload_bytes
    answer = send(client_for(parent), case_id, "big.pdf", b"%PDF-1.7", length=limit + 1)
    assert answer.status_code == 413
    assert "300 MB" in answer.json["message"]
    assert papers_of(world, parent, case_id) == []


def test_a_body_without_a_length_is_refused(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    answer = client_for(parent).post(
        f"/cases/{case_id}/papers/upload",
        input_stream=io.BytesIO(pdf()),
        headers={"X-File-Name": "a.pdf", "Transfer-Encoding": "chunked"},
        environ_overrides={"CONTENT_LENGTH": ""},
    )
    assert answer.status_code == 411
    assert papers_of(world, parent, case_id) == []


def test_a_bad_file_does_not_stop_the_others_of_a_plain_form(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client = client_for(parent)
    files = [
        (io.BytesIO(pdf("one")), "2026-01-05 504 plan.pdf"),
        (io.BytesIO(b"MZ\x90\x00" + b"\x00" * 300), "tool.exe"),
        (io.BytesIO(b""), "nothing.pdf"),
        (io.BytesIO(pdf("one")), "the same.pdf"),
        (io.BytesIO(png()), "photo.png"),
    ]
    answer = client.post(f"/cases/{case_id}/papers/add", data={"files": files, "visibility": "shared"})
    assert answer.status_code == 302
    page = client.get(answer.location).text
    assert "2 new papers" in page
    assert "tool.exe: not saved." in page and "nothing.pdf: not saved." in page
    assert "the same.pdf: already here." in page
    assert [paper.title for paper in papers_of(world, parent, case_id)] == ["504 plan", "Photo"]
    assert "new papers" not in client.get(answer.location).text


def test_a_plain_form_without_a_file_says_so_and_keeps_what_was_typed(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    answer = client_for(parent).post(f"/cases/{case_id}/papers/add", data={"visibility": "shared", "source": "Dr. Lee"})
    assert answer.status_code == 422
    assert "Choose at least one file." in answer.text and 'value="Dr. Lee"' in answer.text


def test_more_files_than_allowed_are_refused_together(world: World, client_for: ClientFor, app: Flask) -> None:
    parent = world.person()
    case_id = world.case(parent)
    most = app.config["SETTINGS"].max_files_per_drop
    files = [(io.BytesIO(b"note %d\n" % n), f"{n}.txt") for n in range(most + 1)]
    answer = client_for(parent).post(f"/cases/{case_id}/papers/add", data={"files": files, "visibility": "shared"})
    assert answer.status_code == 422
    assert f"Add at most {most} at once" in answer.text
    assert papers_of(world, parent, case_id) == []


def test_a_full_drop_of_refused_files_still_fits_the_cookie(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client = client_for(parent)
    files = [(io.BytesIO(b"MZ\x90\x00" + b"\x00" * 300), f"program number {n} {'x' * 80}.exe") for n in range(100)]
    answer = client.post(f"/cases/{case_id}/papers/add", data={"files": files, "visibility": "shared"})
    cookie = answer.headers["Set-Cookie"]
    assert len(cookie.split(";")[0]) < 4000
    page = client.get(answer.location).text
    assert "No new paper" in page and "and 88 more files" in page
