"""The database goes away while people work, and comes back."""

from __future__ import annotations

from collections.abc import Callable

import psutil
import pytest

from casemgr.platform import embedded
from tests.faults.installation import Installation, Parent
from tests.patience import until
from tests.platform.up import is_alive

pytestmark = [pytest.mark.fault, pytest.mark.xdist_group("faults")]
TITLE = "Call with the school about the missed sessions"
TEXT = "They said: “we will see”.\nI asked for dates, in writing."


def _kill(installation: Installation, postmaster: int) -> None:
    psutil.Process(postmaster).kill()


def _stop_cleanly(installation: Installation, postmaster: int) -> None:
    embedded.stop(installation.folder / "postgres")  # what `pg_ctl stop -m fast` does


@pytest.mark.parametrize("stop", [_kill, _stop_cleanly], ids=["killed", "stopped"])
def test_pages_say_so_nothing_is_lost_and_work_goes_on(
    installation: Installation, parent: Parent, stop: Callable[[Installation, int], None]
) -> None:
    browser, new = parent.browser, f"{parent.case}/evidence/new"
    typed = browser.get(new).form("/evidence/new") | {"kind": "call", "title": TITLE, "body": TEXT}
    postmaster = until(installation.postmaster, "the database to be up")

    with installation.database_may_not_start():
        stop(installation, postmaster)
        until(lambda: not is_alive(postmaster), "the database to be down")
        for path in ("/", parent.case, f"{parent.case}/papers", "/sign-in"):
            page = browser.get(path)
            assert page.status == 503, path
            assert "The database is not answering" in page.text
            assert "Nothing you had saved is lost" in page.text and "reference number" in page.text.lower()
        sent = browser.post(new, typed)
        assert sent.status == 503 and "what you sent just now was not saved" in sent.text
        assert installation.process.poll() is None

    until(lambda: browser.get(parent.case).status == 200, "the database to be started again")
    assert installation.postmaster() not in (None, postmaster)
    assert _logged(installation, parent) == []

    sent = browser.post(new, typed)  # the same form, token and all; nobody has to sign in again
    assert sent.status == 200 and sent.path == f"{parent.case}/evidence" and TITLE in sent.text
    assert _logged(installation, parent) == [(TEXT,)]
    assert "intact" in installation.run("verify", parent.case_id, "--email", parent.email).lower()
    installation.wait_until_quiet()  # the worker, too, has found its way back


def _logged(installation: Installation, parent: Parent) -> list[tuple[str]]:
    query = "SELECT body FROM evidence_entries WHERE case_id = %s AND title = %s"
    return installation.rows(query, parent.case_id, TITLE)
