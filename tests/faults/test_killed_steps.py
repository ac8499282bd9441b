"""What reads papers and sends heads away is killed in the middle of its step: nothing is lost, nothing is double."""

from __future__ import annotations

import hashlib
import os
import resource

import psutil
import pytest

from casemgr.storage import soffice
from tests.authority import Authority
from tests.documents.paper import pdf
from tests.faults.installation import Installation, Parent
from tests.mailserver import Post
from tests.patience import until
from tests.platform.up import is_alive, kill
from tests.storage import office

pytestmark = [pytest.mark.fault, pytest.mark.xdist_group("faults")]
PAGES = 40
PAPER = "SELECT preview_state, rendition_how, preview_note FROM documents WHERE case_id = %s AND original_name = %s"


@pytest.fixture(scope="module")
def parent(_installation: Installation) -> Parent:
    """One person for all of these: a new sample case is read for seconds."""
    _installation.start()
    return _installation.newcomer()


def state(installation: Installation, parent: Parent, name: str) -> tuple[str, str, str]:
    [found] = installation.rows(PAPER, parent.case_id, name)
    return found


def upload(parent: Parent, name: str, data: bytes) -> str:
    """Upload a paper, and return its path."""
    answer = parent.browser.upload(parent.case, name, data)
    assert answer.status == 200, answer.text
    return str(answer.json()["url"]).split("?")[0]


def test_libreoffice_and_then_the_worker_killed_in_a_conversion_still_give_the_pdf_once(
    installation: Installation, parent: Parent
) -> None:
    assert soffice.find() is not None, "LibreOffice is missing: see .ci/run"
    installation.wait_until_quiet()
    upload(parent, "first.docx", office.docx("Dear parents, the first"))
    kill(until(lambda: installation.child_of_worker("soffice"), "LibreOffice to start"))
    until(lambda: state(installation, parent, "first.docx")[0] != "waiting", "the second try")
    assert state(installation, parent, "first.docx")[:2] == ("ready", "office")

    worker = installation.worker()
    upload(parent, "second.docx", office.docx("Dear parents, the second"))
    program = until(lambda: installation.child_of_worker("soffice"), "LibreOffice to start")
    worker.kill()
    until(lambda: not is_alive(program.pid), "LibreOffice to go with its worker")
    until(lambda: state(installation, parent, "second.docx")[0] != "waiting", "the next worker")
    assert state(installation, parent, "second.docx")[:2] == ("ready", "office")
    installation.wait_until_quiet()
    converted = "SELECT count(*) FROM documents, jsonb_array_elements(custody) AS step"
    converted += " WHERE case_id = %s AND original_name = 'second.docx' AND step->>'act' = 'converted'"
    assert installation.rows(converted, parent.case_id) == [(1,)]
    assert not list((installation.folder / "scratch").glob("preview-*"))


def test_a_worker_killed_while_it_mails_and_while_it_stamps_does_both_to_the_end_and_once(
    installation: Installation, parent: Parent, post: Post, authority: Authority
) -> None:
    installation.wait_until_quiet()
    post.letters.clear()
    authority.asked.clear()
    post.may_answer.clear()
    authority.may_answer.clear()
    page = f"{parent.case}/evidence/fingerprint"
    try:
        parent.browser.fill_in(page, f"{page}/mail", address="pat@example.org")
        parent.browser.post(f"{page}/stamp", parent.browser.get(page).form("/stamp"))
        until(lambda: post.letters and authority.asked, "both to be under way")
        installation.worker().kill()
    finally:
        post.may_answer.set()
        authority.may_answer.set()
    heads = "SELECT way, state, problem, octet_length(token) > 0 FROM chain_heads WHERE case_id = %s ORDER BY way"
    done = [("mail", "done", "", None), ("stamp", "done", "", True)]
    until(lambda: installation.rows(heads, parent.case_id) == done, "the next worker to do both")
    installation.wait_until_quiet()
    assert installation.rows(heads, parent.case_id) == done
    assert len({letter["Message-ID"] for _to, letter in post.letters}) == 1, "a mail program shows one letter"
    assert {to for to, _letter in post.letters} == {"pat@example.org"} and len(post.letters) <= 2
    assert "intact" in installation.run("verify", parent.case_id, "--email", parent.email).lower()


def test_the_database_killed_during_an_upload_and_a_conversion_leaves_each_paper_whole_and_once(
    installation: Installation, parent: Parent
) -> None:
    installation.wait_until_quiet()
    browser, data = parent.browser, b"RIFF\x00\x00\x00\x03WAVEfmt " + os.urandom(3_000_000)
    url, half = browser.begin_upload(parent.case, "call.wav", len(data)), len(data) // 2
    assert browser.add_piece(parent.case, url, 0, data[:half]).status == 204
    headers = browser.piece_headers(parent.case)
    upload(parent, "long.pdf", pdf("A long one", PAGES))
    scratch = installation.folder / "scratch"
    until(lambda: list(scratch.glob("preview-*/1/page-00003*")), "the pages to be drawn")
    postmaster = installation.postmaster()
    assert postmaster is not None
    with installation.database_may_not_start():
        psutil.Process(postmaster).kill()
        until(lambda: not is_alive(postmaster), "the database to be down")
        answer = browser.add_piece_with(headers, url, half, data[half:])
        assert answer.status == 503 and "database is not answering" in answer.text
    until(lambda: browser.get(parent.case).status == 200, "the database to be started again")
    offset = browser.arrived(parent.case, url)
    if offset < len(data):
        assert browser.add_piece(parent.case, url, offset, data[offset:]).status == 204
    assert browser.get(url, "application/json").json()["ok"]
    found = "SELECT sha256, size FROM documents WHERE case_id = %s AND original_name = 'call.wav'"
    assert installation.rows(found, parent.case_id) == [(hashlib.sha256(data).hexdigest(), len(data))]

    until(lambda: state(installation, parent, "long.pdf")[0] != "waiting", "the pages after all")
    assert state(installation, parent, "long.pdf")[0] == "ready"
    pages = "SELECT number FROM document_pages JOIN documents ON documents.id = document_id"
    pages += " WHERE documents.case_id = %s AND original_name = 'long.pdf' ORDER BY number"
    assert installation.rows(pages, parent.case_id) == [(number,) for number in range(1, PAGES + 1)]
    installation.wait_until_quiet()
    assert "intact" in installation.run("verify", parent.case_id, "--email", parent.email).lower()


def test_a_disk_that_is_full_for_the_worker_is_said_on_the_paper_which_is_drawn_once_there_is_room(
    installation: Installation, parent: Parent
) -> None:
    installation.wait_until_quiet()
    worker = installation.worker()
    worker.rlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))  # for its children as well
    try:
        paper = upload(parent, "notice.pdf", pdf("A notice", 2))
        until(lambda: state(installation, parent, "notice.pdf")[0] != "waiting", "the drawing to fail")
        assert state(installation, parent, "notice.pdf")[0] == "failed"
        page = parent.browser.get(paper)
        assert "no room left" in page.text and "The original is safe" in page.text
        assert is_alive(worker.pid)
    finally:
        worker.rlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    again = parent.browser.post(f"{paper}/preview", page.form("/preview"))
    assert again.status == 200
    until(lambda: state(installation, parent, "notice.pdf")[0] == "ready", "the pages to be drawn")


def test_work_that_takes_every_worker_with_it_is_parked_shown_and_done_again_by_hand(
    installation: Installation, parent: Parent
) -> None:
    installation.wait_until_quiet()
    browser, name = parent.browser, "deadly.pdf"
    worker = installation.worker()
    worker.suspend()
    try:  # as after five workers: one more is lost, and nobody is sent after it
        upload(parent, name, pdf("Deadly", PAGES))
        job = "UPDATE procrastinate_jobs SET args = args || '{\"rescued\": 5}' WHERE task_name = 'documents.preview'"
        assert installation.rows(job + " AND status = 'todo' RETURNING id")
    finally:
        worker.resume()
    scratch = installation.folder / "scratch"
    until(lambda: list(scratch.glob("preview-*/1/page-00003*")), "the pages to be drawn")
    worker.kill()
    parked = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed' AND args->>'case_id' = %s"
    until(lambda: installation.rows(parked, parent.case_id) == [(1,)], "the job to be parked")
    assert "Work that failed" in browser.get("/").text
    page = browser.get("/stuck")
    assert "Draw the pages of a paper" in page.text
    [button] = [path for path, _fields in page.forms() if path.startswith("/stuck/parked/")]
    assert "in the queue again" in browser.post(button, page.form(button)).text
    until(lambda: state(installation, parent, name)[0] == "ready", "the pages to be drawn")
    assert "Work that failed" not in browser.get("/stuck").text
