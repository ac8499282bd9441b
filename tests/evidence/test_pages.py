"""The pages of the log, as the people who use them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from casemgr.cases.models import Case
from casemgr.evidence.models import EvidenceEntry
from casemgr.evidence.services import PaperRef, Someone, correct_entry
from casemgr.extensions import db
from casemgr.issues import services as issues
from casemgr.issues.services import NewIssue
from tests.evidence.makers import ALL, log, paper, person, told, words
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]


def typed(**more: Any) -> dict[str, Any]:
    return {
        "submission": str(uuid4()),
        "kind": "call",
        "happened_on": "2026-03-02",
        "precision": "day",
        "title": "Call with the principal",
        "visibility": "shared",
        **more,
    }


def all_entries(world: World, actor: Actor, case_id: UUID) -> list[EvidenceEntry]:
    with world.scope(actor):
        rows = db.session.scalars(
            select(EvidenceEntry).where(EvidenceEntry.case_id == case_id).order_by(EvidenceEntry.number)
        ).all()
        db.session.expunge_all()
        return list(rows)


def test_a_parent_logs_a_call_and_finds_it_in_the_log(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    tobias, letter = person(world, parent, case_id), paper(world, parent, case_id)
    client = client_for(parent)
    answer = client.post(
        f"/cases/{case_id}/evidence/new",
        data=typed(
            happened_at="14:05",
            people=[str(tobias)],
            other_people="Grandmother\n tobias example ",
            body="No aide until May.",
            shows="The IEP is not carried out.",
            **{"papers-0-paper": str(letter), "papers-0-page": "2"},
        ),
    )
    assert (answer.status_code, answer.location) == (302, f"/cases/{case_id}/evidence#entry-1")
    page = words(client.get(f"/cases/{case_id}/evidence"))
    for said in (
        "Logged as No. 1.",
        "March 2, 2026, 2:05 p.m.",
        "Call with the principal",
        "Phone or video call",
        "Tobias Example, Grandmother",
        "Letter of the district, page 2",
        f"No. 1, recorded by {parent.name} on",
    ):
        assert said in page
    [entry] = all_entries(world, parent, case_id)
    assert entry.people == [
        {"id": str(tobias), "name": "Tobias Example"},
        {"id": None, "name": "Grandmother"},
    ]


def test_the_same_form_sent_twice_makes_one_entry(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client, sent = client_for(parent), typed()
    answers = [client.post(f"/cases/{case_id}/evidence/new", data=sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert [entry.number for entry in all_entries(world, parent, case_id)] == [1]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": "  "}, "Say in a few words what happened."),
        ({"title": "x" * 301}, "Keep this under 300 characters."),
        ({"kind": "spell"}, "Not a valid choice."),
        ({"happened_on": ""}, "Enter the day it happened, or your best guess."),
        ({"happened_on": "2026-02-30"}, "Enter a date that exists, such as 2026-03-31."),
        ({"happened_on": "2999-01-01"}, "This day is still to come."),
        ({"happened_on": "0026-03-02"}, "Check the year."),
        ({"happened_at": "noon"}, "Enter a time such as 14:30"),
        ({"happened_at": "09:00", "precision": "month"}, "Leave the time empty"),
        ({"visibility": "everyone"}, "Not a valid choice."),
        ({"people": str(uuid4())}, "is not a valid choice"),
        ({"papers-0-paper": str(uuid4())}, "Not a valid choice."),
        ({"other_people": "x" * 201}, "Write one name in each line."),
        ({"body": "x" * 20_001}, "Keep this under 20,000 characters."),
    ],
)
def test_a_wrong_answer_is_explained_the_text_stays_and_nothing_is_written(
    world: World, client_for: Clients, wrong: dict[str, str], said: str
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper(world, parent, case_id)
    person(world, parent, case_id)
    answer = client_for(parent).post(
        f"/cases/{case_id}/evidence/new", data=typed(**{"shows": "What I typed stays here", **wrong})
    )
    assert answer.status_code == 422
    assert said.replace("'", "&#39;") in answer.get_data(as_text=True)
    assert "What I typed stays here" in answer.get_data(as_text=True)
    assert all_entries(world, parent, case_id) == []


def test_a_page_that_the_paper_does_not_have_is_refused(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    letter = paper(world, parent, case_id)
    answer = client_for(parent).post(
        f"/cases/{case_id}/evidence/new", data=typed(**{"papers-0-paper": str(letter), "papers-0-page": "9"})
    )
    assert answer.status_code == 422
    assert "“Letter of the district” has no page 9." in words(answer)
    assert all_entries(world, parent, case_id) == []


def test_the_form_starts_with_what_the_link_names(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    letter = paper(world, parent, case_id)
    with world.scope(parent):
        issue = issues.add_issue(db.session.get_one(Case, case_id), NewIssue("No aide", "idea"), by=None)
        issue_id = issue.id
    page = client_for(parent).get(f"/cases/{case_id}/evidence/new?kind=meeting&paper={letter}&page=2&issue={issue_id}")
    html = page.get_data(as_text=True)
    assert '<option selected value="meeting">' in html
    assert f'<option selected value="{letter}">' in html
    assert re.search(rf'<input checked[^>]* value="{issue_id}"', html)
    assert "what was decided, what was refused and why" in html


@pytest.mark.parametrize("query", ["kind=%00", "paper=x&page=-1", "issue=x", "kind=<script>"])
def test_a_damaged_link_to_the_form_still_opens_it(world: World, client_for: Clients, query: str) -> None:
    parent = world.person()
    answer = client_for(parent).get(f"/cases/{world.case(parent)}/evidence/new?{query}")
    assert answer.status_code == 200
    assert "<script>" not in answer.get_data(as_text=True)


def test_a_correction_replaces_the_entry_in_the_list_and_both_say_so(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    letter = paper(world, parent, case_id)
    [first] = log(
        world,
        parent,
        case_id,
        told(happened_at=time(9), papers=[PaperRef(letter, 1)], people=[Someone("Grandmother")], body="Old words"),
    )
    client = client_for(parent)
    form = client.get(f"/cases/{case_id}/evidence/{first}/correct").get_data(as_text=True)
    for kept in ("Call with the principal", "Grandmother", "09:00", "Old words", f'selected value="{letter}"'):
        assert kept in form
    answer = client.post(
        f"/cases/{case_id}/evidence/{first}/correct",
        data=typed(title="Call with the vice principal", correction_reason="I mixed up the two."),
    )
    _old, new = all_entries(world, parent, case_id)
    assert answer.location == f"/cases/{case_id}/evidence/{new.id}"
    page = words(client.get(answer.location))
    assert "This entry corrects No. 1 . Why: I mixed up the two." in page
    assert "What stands now is No. 2" in words(client.get(f"/cases/{case_id}/evidence/{first}"))
    index = words(client.get(f"/cases/{case_id}/evidence"))
    assert "1 entry, newest first." in index
    both = words(client.get(f"/cases/{case_id}/evidence?superseded=1"))
    assert "2 entries, newest first." in both
    assert "Replaced by No. 2 ." in both


def test_a_correction_without_a_reason_is_refused(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    [first] = log(world, parent, case_id, told())
    answer = client_for(parent).post(f"/cases/{case_id}/evidence/{first}/correct", data=typed())
    assert answer.status_code == 422
    assert "Say why the entry is corrected." in words(answer)
    assert len(all_entries(world, parent, case_id)) == 1


def test_two_people_correct_one_entry_and_the_slower_one_keeps_the_text(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    [first] = log(world, parent, case_id, told())
    with world.scope(parent):
        case = db.session.get_one(Case, case_id)
        faster = correct_entry(
            case,
            db.session.get_one(EvidenceEntry, first),
            told("The faster one", correction_reason="x"),
            by=None,
            visible=ALL,
            keep_issues=False,
        ).id
    client = client_for(parent)
    answer = client.post(
        f"/cases/{case_id}/evidence/{first}/correct", data=typed(title="The slower one", correction_reason="y")
    )
    assert answer.status_code == 409
    html = answer.get_data(as_text=True)
    assert "The slower one" in html
    assert f'action="/cases/{case_id}/evidence/{faster}/correct"' in html
    assert len(all_entries(world, parent, case_id)) == 2
    again = client.get(f"/cases/{case_id}/evidence/{first}/correct")
    assert (again.status_code, again.location) == (302, f"/cases/{case_id}/evidence/{faster}")


def test_the_same_correction_sent_twice_makes_one_entry(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    [first] = log(world, parent, case_id, told())
    client, sent = client_for(parent), typed(correction_reason="x")
    answers = [client.post(f"/cases/{case_id}/evidence/{first}/correct", data=sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert len(all_entries(world, parent, case_id)) == 2


def test_a_client_of_a_firm_writes_only_what_the_family_may_see(world: World, client_for: Clients) -> None:
    attorney = world.person("attorney", "firm")
    case_id = world.case(attorney)
    client = client_for(world.guest(case_id, attorney.org_id, "parent"))
    form = client.get(f"/cases/{case_id}/evidence/new").get_data(as_text=True)
    assert 'value="mediation"' in form
    assert 'value="privileged"' not in form
    refused = client.post(f"/cases/{case_id}/evidence/new", data=typed(visibility="internal"))
    assert refused.status_code == 422
    assert client.post(f"/cases/{case_id}/evidence/new", data=typed()).status_code == 302
    assert [entry.visibility for entry in all_entries(world, attorney, case_id)] == ["shared"]


def test_a_client_corrects_only_own_entries(world: World, client_for: Clients) -> None:
    attorney = world.person("attorney", "firm")
    case_id = world.case(attorney)
    parent = world.guest(case_id, attorney.org_id, "parent")
    [theirs] = log(world, attorney, case_id, told("Written by the attorney"))
    client = client_for(parent)
    client.post(f"/cases/{case_id}/evidence/new", data=typed())
    own = all_entries(world, attorney, case_id)[1].id
    assert client.get(f"/cases/{case_id}/evidence/{own}/correct").status_code == 200
    assert client.get(f"/cases/{case_id}/evidence/{theirs}/correct").status_code == 403
    assert "Correct this entry" not in words(client.get(f"/cases/{case_id}/evidence/{theirs}"))


def test_what_is_privileged_is_not_shown_to_the_family_nor_named_in_a_shared_entry(
    world: World, client_for: Clients
) -> None:
    attorney = world.person("attorney", "firm")
    case_id = world.case(attorney)
    memo = paper(world, attorney, case_id, visibility="privileged", title="Strategy memo")
    shared, secret = log(
        world,
        attorney,
        case_id,
        told("Shared call", papers=[PaperRef(memo)]),
        told("Secret call", visibility="privileged"),
    )
    client = client_for(world.guest(case_id, attorney.org_id, "parent"))
    page = words(client.get(f"/cases/{case_id}/evidence"))
    assert "Shared call" in page
    assert "Secret call" not in page
    assert "Strategy memo" not in page
    assert "1 paper that you may not open" in page
    assert client.get(f"/cases/{case_id}/evidence/{secret}").status_code == 404
    assert "No. 2 (not shared with you)" in words(client.get(f"/cases/{case_id}/evidence/{shared}"))


def test_an_entry_shows_its_hash_and_its_neighbors(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    ids = log(world, parent, case_id, told("One"), told("Two"), told("Three"))
    client = client_for(parent)
    middle = client.get(f"/cases/{case_id}/evidence/{ids[1]}")
    rows = all_entries(world, parent, case_id)
    assert rows[1].hash in words(middle)
    assert rows[0].hash in words(middle)
    for neighbor in (ids[0], ids[2]):
        assert f'href="/cases/{case_id}/evidence/{neighbor}"' in middle.get_data(as_text=True)
    assert "It is the newest entry" in words(client.get(f"/cases/{case_id}/evidence/{ids[2]}"))


def test_what_was_typed_is_shown_as_text_never_as_markup(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    evil = "<img src=x onerror=alert(1)>"
    [entry] = log(world, parent, case_id, told(evil, body=f"{evil}\nline two", shows=evil, people=[Someone(evil)]))
    client = client_for(parent)
    for address in (f"/cases/{case_id}/evidence", f"/cases/{case_id}/evidence/{entry}"):
        html = client.get(address).get_data(as_text=True)
        assert "<img src=x" not in html
        assert "&lt;img src=x" in html
    assert "<br>line two" in html


def test_the_check_says_intact_in_plain_words_and_keeps_the_result(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    log(world, parent, case_id, told("One"), told("Two"))
    client = client_for(parent)
    answer = client.post(f"/cases/{case_id}/evidence/verify")
    assert (answer.status_code, answer.location) == (302, f"/cases/{case_id}/evidence/verify")
    page = words(client.get(answer.location))
    assert "The log is intact. All 2 entries are as first written." in page
    assert all_entries(world, parent, case_id)[1].hash in page
    assert f"by {parent.name}." in page


def test_the_check_names_the_broken_entry(world: World, client_for: Clients, owner_connection: Any) -> None:
    parent = world.person()
    case_id = world.case(parent)
    log(world, parent, case_id, told("One"), told("Two"), told("Three"))
    owner_connection.execute("UPDATE evidence_entries SET body = 'x' WHERE case_id = %s AND number = 2", [case_id])
    owner_connection.commit()
    client = client_for(parent)
    client.post(f"/cases/{case_id}/evidence/verify")
    page = words(client.get(f"/cases/{case_id}/evidence/verify"))
    assert "Broken at entry No. 2" in page
    assert "What it says is not what was written when it was recorded." in page
