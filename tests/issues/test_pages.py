"""The pages of issues, as the people who use them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from casemgr.extensions import db
from casemgr.issues.models import Issue, IssueEvidence
from tests.evidence.makers import log, told
from tests.evidence.test_pages import words
from tests.issues.test_services import add
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]


def typed(**more: str) -> dict[str, str]:
    return {
        "submission": str(uuid4()),
        "area": "evaluation_late",
        "law": "idea",
        "title": "The evaluation came 40 days late",
        **more,
    }


def rows(world: World, actor: Actor, case_id: UUID) -> list[Issue]:
    with world.scope(actor):
        found = list(db.session.scalars(select(Issue).where(Issue.case_id == case_id).order_by(Issue.number)))
        db.session.expunge_all()
        return found


def ties(world: World, actor: Actor, issue_id: UUID) -> set[UUID]:
    with world.scope(actor):
        return set(db.session.scalars(select(IssueEvidence.entry_id).where(IssueEvidence.issue_id == issue_id)))


def test_a_parent_adds_an_issue_and_sees_that_it_has_no_evidence_yet(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client = client_for(parent)
    answer = client.post(
        f"/cases/{case_id}/issues/new",
        data=typed(since_on="2025-10-01", known_on="2025-11-02", facts="Asked in May.", relief="An evaluation"),
    )
    [issue] = rows(world, parent, case_id)
    assert answer.location == f"/cases/{case_id}/issues/{issue.id}"
    shown = words(client.get(answer.location))
    for said in (
        "IDEA (special education) · 34 CFR 300.301(c)(1)",
        "October 1, 2025",
        "November 2, 2025",
        "Asked in May.",
    ):
        assert said in shown
    index = client.get(f"/cases/{case_id}/issues")
    assert "No evidence yet" in words(index)
    assert f'href="/cases/{case_id}/issues/{issue.id}/evidence"' in index.get_data(as_text=True)
    assert f'href="/cases/{case_id}/evidence/new?issue={issue.id}"' in index.get_data(as_text=True)


def test_the_form_explains_the_two_years_and_what_a_complaint_must_hold(world: World, client_for: Clients) -> None:
    parent = world.person()
    page = words(client_for(parent).get(f"/cases/{world.case(parent)}/issues/new"))
    for citation in (
        "34 CFR 300.511(e)",
        "34 CFR 300.508(b)(5)",
        "34 CFR 300.508(b)(6)",
        "unless your State's own limit".replace("'", "&#39;"),
    ):
        assert citation in page


def test_the_same_form_sent_twice_makes_one_issue(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client, sent = client_for(parent), typed()
    answers = [client.post(f"/cases/{case_id}/issues/new", data=sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert len(rows(world, parent, case_id)) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "Say in one sentence what went wrong."),
        ({"area": ""}, "Choose what it is about."),
        ({"law": ""}, "Choose the law."),
        ({"law": "roman"}, "Not a valid choice."),
        ({"since_on": "2999-01-01"}, "This day is still to come."),
        ({"known_on": "2025-02-30"}, "Enter a date that exists, such as 2026-03-31."),
        ({"known_on": "0025-02-03"}, "Check the year."),
    ],
)
def test_a_wrong_answer_is_explained_the_text_stays_and_nothing_is_written(
    world: World, client_for: Clients, wrong: dict[str, str], said: str
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    sent = {name: value for name, value in typed(facts="What I typed", **wrong).items() if (name, value) != ("law", "")}
    answer = client_for(parent).post(f"/cases/{case_id}/issues/new", data=sent)
    assert answer.status_code == 422
    assert said in words(answer)
    assert "What I typed" in answer.get_data(as_text=True)
    assert rows(world, parent, case_id) == []


def test_two_tabs_edit_one_issue_and_the_slower_one_sees_both_versions(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    issue_id = add(world, parent, case_id)
    client = client_for(parent)
    address = f"/cases/{case_id}/issues/{issue_id}/edit"
    assert 'name="version" type="hidden" value="1"' in client.get(address).get_data(as_text=True)
    assert client.post(address, data=typed(version="1", title="The faster tab")).status_code == 302
    lost = client.post(address, data=typed(version="1", title="The slower tab", relief="Typed text"))
    assert lost.status_code == 409
    html = lost.get_data(as_text=True)
    for said in ("The faster tab", "The slower tab", "Typed text", 'name="version" type="hidden" value="2"'):
        assert said in html
    assert rows(world, parent, case_id)[0].title == "The faster tab"
    assert client.post(address, data=typed(version="2", title="The slower tab")).status_code == 302
    assert rows(world, parent, case_id)[0].title == "The slower tab"


@pytest.mark.parametrize("version", ["", "x", "-1", "²"])
def test_a_damaged_version_never_overwrites(world: World, client_for: Clients, version: str) -> None:
    parent = world.person()
    case_id = world.case(parent)
    issue_id = add(world, parent, case_id)
    client = client_for(parent)
    assert client.post(f"/cases/{case_id}/issues/{issue_id}/edit", data=typed(version=version)).status_code == 409
    client.post(f"/cases/{case_id}/issues/{issue_id}/withdraw", data={"version": version})
    assert (rows(world, parent, case_id)[0].title, rows(world, parent, case_id)[0].is_withdrawn) == ("No aide", False)


def test_an_issue_is_withdrawn_and_taken_up_again_under_its_own_number(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    issue_id = add(world, parent, case_id)
    client = client_for(parent)
    client.post(f"/cases/{case_id}/issues/{issue_id}/withdraw", data={"version": "1"})
    page = words(client.get(f"/cases/{case_id}/issues/{issue_id}"))
    assert "This issue is withdrawn" in page
    assert "No evidence yet" not in words(client.get(f"/cases/{case_id}/issues"))
    client.post(f"/cases/{case_id}/issues/{issue_id}/restore", data={"version": "2"})
    issue = rows(world, parent, case_id)[0]
    assert (issue.number, issue.is_withdrawn) == (1, False)


def test_entries_are_chosen_from_the_log_and_taken_off_again(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    issue_id = add(world, parent, case_id)
    ids = log(world, parent, case_id, told("A call"), told("A meeting", kind="meeting"), told("Snow day"))
    client = client_for(parent)
    address = f"/cases/{case_id}/issues/{issue_id}/evidence"
    found = words(client.get(f"{address}?text=snow"))
    assert "Snow day" in found
    assert "A meeting" not in found
    client.post(address, data={"entry": [str(ids[0]), str(ids[1]), "nonsense", str(uuid4())]})
    assert ties(world, parent, issue_id) == {ids[0], ids[1]}
    index = words(client.get(f"/cases/{case_id}/issues"))
    assert "2 pieces of evidence" in index
    assert "1 entry of the log supports no issue yet" in index
    client.post(f"{address}/{ids[0]}/remove")
    assert ties(world, parent, issue_id) == {ids[1]}
    assert "Nothing was added" in words(client.post(address, data={}, follow_redirects=True))


def test_a_new_entry_supports_the_issues_that_its_form_names(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    issue_id = add(world, parent, case_id)
    sent: dict[str, Any] = {
        "submission": str(uuid4()),
        "kind": "call",
        "happened_on": "2026-03-02",
        "precision": "day",
        "title": "Call",
        "visibility": "shared",
        "issues": [str(issue_id)],
    }
    assert client_for(parent).post(f"/cases/{case_id}/evidence/new", data=sent).status_code == 302
    assert len(ties(world, parent, issue_id)) == 1


def test_a_client_of_a_firm_cannot_tie_an_entry_to_an_issue_by_a_forged_form(world: World, client_for: Clients) -> None:
    attorney = world.person("attorney", "firm")
    case_id = world.case(attorney)
    issue_id = add(world, attorney, case_id)
    sent: dict[str, Any] = {
        "kind": "call",
        "happened_on": "2026-03-02",
        "precision": "day",
        "title": "Call",
        "visibility": "shared",
        "issues": [str(issue_id)],
    }
    client = client_for(world.guest(case_id, attorney.org_id, "parent"))
    assert client.post(f"/cases/{case_id}/evidence/new", data=sent).status_code == 422
    assert ties(world, attorney, issue_id) == set()


def test_evidence_that_the_family_may_not_see_is_not_counted_for_the_family(world: World, client_for: Clients) -> None:
    attorney = world.person("attorney", "firm")
    case_id = world.case(attorney)
    issue_id = add(world, attorney, case_id)
    log(world, attorney, case_id, told("Secret memo", visibility="privileged", issue_ids=[issue_id]))
    client = client_for(world.guest(case_id, attorney.org_id, "parent"))
    for address in (f"/cases/{case_id}/issues", f"/cases/{case_id}/issues/{issue_id}"):
        page = words(client.get(address))
        assert "Secret memo" not in page
        assert "No evidence yet" in page
    assert "1 piece of evidence" in words(client_for(attorney).get(f"/cases/{case_id}/issues"))
