"""The worker is killed in the middle of making a packet; the keeper starts another one, which finishes it."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from typing import Any

import psutil
import pytest

from tests.documents.paper import pdf
from tests.faults.installation import Installation, Parent
from tests.patience import PATIENCE, until
from tests.platform.up import is_alive

pytestmark = [pytest.mark.fault, pytest.mark.xdist_group("faults")]
EXHIBITS, PAGES = 10, 100


def test_a_packet_is_made_once_and_never_shown_half_made(installation: Installation) -> None:
    parent = installation.visitor_of_the_sample()
    packet = _packet_with_long_exhibits(installation, parent)
    before = set(installation.objects())
    parent.browser.post(f"{packet}/build", parent.browser.get(packet).form("/build"))
    worker = installation.worker()
    maker = until(lambda: _maker_of(worker), "the making of the PDF to begin")
    worker.kill()
    assert _state(installation, packet) == ("building", "", "")

    shown = _watch(parent, packet)
    assert shown[-1] == "done" and set(shown[:-1]) <= {"waiting", "running"} and len(shown) > 1
    assert not is_alive(maker.pid)
    state, pdf_sha256, manifest_sha256 = _state(installation, packet)
    assert state == "ready"
    found = parent.browser.get(f"{packet}/pdf")
    assert found.status == 200 and hashlib.sha256(found.body).hexdigest() == pdf_sha256

    installation.wait_until_quiet()
    assert _state(installation, packet) == ("ready", pdf_sha256, manifest_sha256)
    new = {path.name for path in set(installation.objects()) - before}
    assert new == {pdf_sha256, manifest_sha256}
    built = "SELECT count(*) FROM audit_events WHERE subject_id = %s AND action = 'filings:packet:built'"
    assert installation.rows(built, packet.rsplit("/", 1)[-1]) == [(1,)]


def _packet_with_long_exhibits(installation: Installation, parent: Parent) -> str:
    """The sample's own complaint, completed, with ten papers of a hundred pages more. Returns its path."""
    browser, case = parent.browser, parent.case
    for number in range(EXHIBITS):
        answer = browser.upload(case, f"progress notes {number}.pdf", pdf(f"Progress notes {number}", PAGES))
        assert answer.status == 200, answer.text
    # The pictures of a thousand pages are another story, and would make the packet wait.
    installation.rows(
        "DELETE FROM procrastinate_jobs WHERE task_name = 'documents.preview' AND status = 'todo' RETURNING id"
    )
    installation.wait_until_quiet()
    [packet] = browser.get(f"{case}/filings").links(rf"{case}/filings/[0-9a-f-]{{36}}")
    copy = {
        "recipients-0-name": "Morgan Pretend",
        "recipients-0-address": "1 School Road",
        "recipients-0-method": "hand",
    }
    assert browser.fill_in(f"{packet}/service", **copy).path == packet
    ids = installation.rows(
        "SELECT id FROM documents WHERE case_id = %s AND original_name LIKE 'progress notes%%'", parent.case_id
    )
    page = browser.get(f"{packet}/exhibits").form("/exhibits/add")
    fields = [(name, value) for name, value in page.items() if name != "paper"]
    added = browser.post(f"{packet}/exhibits/add", [*fields, *(("paper", str(one)) for (one,) in ids)])
    assert added.status == 200 and f"{EXHIBITS} " in added.text
    return packet


def _maker_of(worker: psutil.Process) -> psutil.Process | None:
    """The child process in which the PDF is being put together."""
    for child in worker.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if child.name() == "filings.child":
                return child
    return None


def _state(installation: Installation, packet: str) -> tuple[Any, ...]:
    query = "SELECT state, pdf_sha256, manifest_sha256 FROM packets WHERE id = %s"
    return installation.rows(query, packet.rsplit("/", 1)[-1])[0]


def _watch(parent: Parent, packet: str) -> list[str]:
    """Look as the page that waits does, until the packet is done. While it is not, there is no PDF to be had."""
    shown, deadline = list[str](), time.monotonic() + PATIENCE
    while not shown or shown[-1] != "done":
        assert time.monotonic() < deadline, f"not rescued in time: {shown[-3:]}"
        file, progress = parent.browser.get(f"{packet}/pdf"), parent.browser.get(f"{packet}/progress")
        shown.append(progress.json()["state"])
        if shown[-1] != "done":
            assert file.status == 404
            time.sleep(0.2)
    return shown
