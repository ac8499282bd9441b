"""The web process is killed in the middle of a large upload: in one request, and in pieces."""

from __future__ import annotations

import hashlib
import os
import socket
from contextlib import suppress

import pytest

from tests.faults.browser import Browser, Fields
from tests.faults.installation import Installation, Parent
from tests.patience import PATIENCE, until

pytestmark = [pytest.mark.fault, pytest.mark.xdist_group("faults")]
MEGABYTE = 1024 * 1024
SIZE = 48 * MEGABYTE


def test_an_upload_that_the_kill_cut_off_leaves_no_trace_and_then_works(
    installation: Installation, parent: Parent
) -> None:
    data = b"RIFF\x00\x00\x00\x03WAVEfmt " + os.urandom(SIZE - 16)  # a long recording of a meeting
    sha256 = hashlib.sha256(data).hexdigest()
    headers = parent.browser.upload_headers(parent.case, "long meeting.wav")
    with _send_half(parent.browser, f"POST {parent.case}/papers/upload", headers, data):
        until(lambda: _arrived(installation) >= SIZE // 4, "the first half to arrive")
        installation.process.kill()
        installation.process.wait(PATIENCE)

    installation.start()
    assert installation.rows("SELECT id FROM documents WHERE original_name = 'long meeting.wav'") == []
    assert installation.objects(sha256) == []
    assert _arrived(installation) >= SIZE // 4  # what the sweep is for
    papers = parent.browser.get(f"{parent.case}/papers")  # the session outlives the process
    assert papers.status == 200 and "long meeting" not in papers.text.lower()

    answer = parent.browser.upload(parent.case, "long meeting.wav", data)
    assert answer.status == 200 and answer.json()["ok"] and not answer.json()["duplicate"]
    assert installation.rows("SELECT sha256, size FROM documents WHERE original_name = 'long meeting.wav'") == [
        (sha256, SIZE)
    ]
    assert [path.stat().st_size for path in installation.objects(sha256)] == [SIZE]

    installation.wait_until_quiet()  # the sweep of everything would take the pictures that a job is just keeping
    assert "1 stored file(s) without a record removed" in installation.run("sweep", "--older-than-hours", "0")
    assert installation.arriving() == [] and len(installation.objects(sha256)) == 1
    assert "intact" in installation.run("verify", parent.case_id, "--email", parent.email).lower()


def test_an_upload_in_pieces_goes_on_where_the_kill_cut_it_off(installation: Installation, parent: Parent) -> None:
    data = b"RIFF\x00\x00\x00\x03WAVEfmt " + os.urandom(SIZE - 16)
    browser, sha256 = parent.browser, hashlib.sha256(data).hexdigest()
    url = browser.begin_upload(parent.case, "two hours.wav", SIZE)
    staged = next((installation.folder / "uploads").glob(f"*/{url.rsplit('/', 1)[1]}"))
    headers = browser.piece_headers(parent.case) | {"Upload-Offset": "0"}
    with _send_half(browser, f"PATCH {url}", headers, data):
        until(lambda: staged.stat().st_size >= SIZE // 4, "the first half to arrive")
        installation.process.kill()
        installation.process.wait(PATIENCE)

    installation.start()
    assert installation.rows("SELECT id FROM documents WHERE original_name = 'two hours.wav'") == []
    offset = browser.arrived(parent.case, url)  # the session outlives the process
    assert SIZE // 4 <= offset <= SIZE // 2
    assert browser.add_piece(parent.case, url, offset, data[offset:]).status == 204
    assert browser.get(url, "application/json").json()["ok"]
    found = installation.rows("SELECT sha256, size FROM documents WHERE original_name = 'two hours.wav'")
    assert found == [(sha256, SIZE)]
    assert [path.stat().st_size for path in installation.objects(sha256)] == [SIZE] and not staged.exists()
    installation.wait_until_quiet()
    assert "intact" in installation.run("verify", parent.case_id, "--email", parent.email).lower()


def _arrived(installation: Installation) -> int:
    """Bytes of files on their way; one that gets its name, or goes, in this moment counts for nothing."""
    found = 0
    for path in installation.arriving():
        with suppress(FileNotFoundError):
            found += path.stat().st_size
    return found


def _send_half(browser: Browser, what: str, headers: Fields, data: bytes) -> socket.socket:
    """Send the head of a request and half of its body, as a browser that has come so far; the connection stays open."""
    headers = headers | {
        "Host": browser.address.removeprefix("http://"),
        "Cookie": browser.cookie_header(),
        "Content-Length": str(len(data)),
    }
    head = f"{what} HTTP/1.1\r\n" + "".join(f"{key}: {value}\r\n" for key, value in headers.items())
    connection = socket.create_connection(("127.0.0.1", int(browser.address.rsplit(":", 1)[1])), timeout=PATIENCE)
    connection.sendall(head.encode() + b"\r\n" + data[: len(data) // 2])
    return connection
