"""The same form twice at the same moment, and a form that somebody else has overtaken."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.browser import Answer, Browser, Fields
from tests.faults.installation import Installation, Parent
from tests.patience import PATIENCE

pytestmark = [pytest.mark.fault, pytest.mark.xdist_group("faults")]


def _at_once(*sent: tuple[Browser, str, Fields]) -> list[Answer]:
    """Send all forms at the same moment, each from a thread of its own."""
    start = threading.Barrier(len(sent))

    def send(browser: Browser, path: str, fields: Fields) -> Answer:
        start.wait(PATIENCE)
        return browser.post(path, fields)

    with ThreadPoolExecutor(len(sent)) as threads:
        return [future.result(PATIENCE) for future in [threads.submit(send, *one) for one in sent]]


def test_one_form_sent_twice_at_the_same_moment_makes_one_entry(installation: Installation, parent: Parent) -> None:
    new = f"{parent.case}/evidence/new"
    for attempt in range(5):
        title = f"Sent twice, attempt {attempt}"
        typed = parent.browser.get(new).form("/evidence/new") | {"kind": "call", "title": title}
        answers = _at_once(*[(parent.browser.tab(), new, typed)] * 2)
        assert [answer.status for answer in answers] == [200, 200]
        assert {answer.path for answer in answers} == {f"{parent.case}/evidence"}
        found = installation.rows("SELECT id::text FROM evidence_entries WHERE title = %s", title)
        assert found == [(typed["submission"],)]
    assert "intact" in installation.run("verify", parent.case_id, "--email", parent.email).lower()


@pytest.mark.parametrize("at_once", [False, True], ids=["one after the other", "at the same moment"])
def test_the_second_of_two_people_who_save_one_issue_sees_both_versions(
    installation: Installation, parent: Parent, at_once: bool
) -> None:
    other = installation.colleague(parent)
    said = {"title": "No speech therapy", "law": "idea", "area": "other"}
    issue = parent.browser.fill_in(f"{parent.case}/issues/new", **said).path
    edit = f"{issue}/edit"
    facts = ["The first tester came in April.", "Nobody came until June."]
    forms = [
        browser.get(edit).form("/edit") | {"facts": text}
        for browser, text in zip((parent.browser, other), facts, strict=True)
    ]
    assert forms[0]["version"] == forms[1]["version"]
    if at_once:
        answers = _at_once((parent.browser, edit, forms[0]), (other, edit, forms[1]))
    else:
        answers = [parent.browser.post(edit, forms[0]), other.post(edit, forms[1])]

    assert sorted(answer.status for answer in answers) == [200, 409]
    lost = 0 if answers[0].status == 409 else 1
    assert at_once or lost == 1
    conflict, winner = answers[lost], facts[1 - lost]
    assert "Someone else saved this while you were typing" in conflict.text
    assert facts[0] in conflict.text and facts[1] in conflict.text
    assert conflict.form("/edit")["facts"] == facts[lost]  # what was typed is still in the form
    assert _facts(installation, issue) == winner

    again = (parent.browser, other)[lost].post(edit, conflict.form("/edit"))  # having seen both, the person may decide
    assert again.status == 200 and again.path == issue
    assert _facts(installation, issue) == facts[lost]


def _facts(installation: Installation, issue: str) -> str:
    return str(installation.rows("SELECT facts FROM issues WHERE id = %s", issue.rsplit("/", 1)[-1])[0][0])
