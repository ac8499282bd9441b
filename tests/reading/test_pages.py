"""The reader: one page at a time, search inside, and nothing that grows with the paper."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from casemgr.extensions import db
from tests.cases.test_query_count import counted
from tests.evidence.makers import told
from tests.reading.makers import note, paper
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


def test_a_page_reads_without_a_script(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    key = paper(world, parent, case_id, "Page one.", "The aide <b>is</b> refused.", "Page three.")
    address = f"/cases/{case_id}/papers/{key}/read"
    page = client_for(parent).get(f"{address}?page=2&q=refuse").text
    assert f"/cases/{case_id}/papers/{key}/pages/2" in page
    assert f'rel="prev" data-go="previous" href="{address}?page=1&amp;q=refuse"' in page
    assert f'rel="next" data-go="next" href="{address}?page=3&amp;q=refuse"' in page
    assert "The aide &lt;b&gt;is&lt;/b&gt; <mark>refused.</mark>" in page
    assert "1 place on 1 page" in page
    for wild in ("page=99", "page=-3", "page=x", "page=2&entry=nobody"):
        assert client_for(parent).get(f"{address}?{wild}").status_code == 200


def test_the_page_for_the_script_has_its_own_words_and_no_others(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    key = paper(world, parent, case_id, "First words.", "Second sentence here.")
    note(world, parent, case_id, key, page=2, boxes=[[0.1, 0.1, 0.2, 0.2]])
    client = client_for(parent)
    answer = client.get(f"/cases/{case_id}/papers/{key}/read/2?q=sentences").json
    assert [word[0] for word in answer["words"]] == ["Second", "sentence", "here."]
    assert answer["hits"] == [[1, 1]]
    assert answer["notes"][0]["boxes"] == [[0.1, 0.1, 0.2, 0.2]]
    assert "Ask about this." in answer["panel"] and "/pages/2" in answer["stage"]
    assert client.get(f"/cases/{case_id}/papers/{key}/read/3").status_code == 404
    assert "Second" not in client.get(f"/cases/{case_id}/papers/{key}/read").text


def test_a_paper_without_pictures_is_read_as_text(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    key = paper(world, parent, case_id, "Dear Ms. Reed,\n\nno aide.", drawn=False, kind="email")
    client = client_for(parent)
    assert "sheet-text" in client.get(f"/cases/{case_id}/papers/{key}/read?q=aide").text
    answer = client.get(f"/cases/{case_id}/papers/{key}/read/1?q=aide").json
    assert answer["words"] is None and "no <mark>aide.</mark>" in answer["stage"]


def test_what_has_no_pages_or_is_not_checked_for_viruses_is_not_read(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    sound, sick = paper(world, parent, case_id), paper(world, parent, case_id, "Words.")
    with world.scope(parent):
        db.session.execute(text("UPDATE documents SET scan_state = 'infected' WHERE id = :id"), {"id": sick})
        db.session.commit()
    client = client_for(parent)
    for key in (sound, sick):
        assert client.get(f"/cases/{case_id}/papers/{key}/read").location == f"/cases/{case_id}/papers/{key}"
    for path in ("read/1", "find?q=words", "notes/new", "log"):
        assert client.get(f"/cases/{case_id}/papers/{sick}/{path}").status_code == 423


@pytest.mark.parametrize(
    ("q", "pages"),
    [
        ("evaluation", [1, 3]),
        ("evalu", [1, 3]),
        ('"speech evaluation"', [1]),
        ("evaluation -speech", [3]),
        ("60 minutes", [2]),
        ("minute", [2]),
        ("jose", [3]),
        ("zyzzyva", []),
        ("'); drop", []),
        ("the", []),
    ],
)
def test_search_inside(q: str, pages: list[int], world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    said = ("The speech evaluation.", "Reading, 60 minutes daily.", "José’s evaluations and speaking.")
    key = paper(world, parent, case_id, *said)
    answer = client_for(parent).get(f"/cases/{case_id}/papers/{key}/find", query_string={"q": q}).json
    assert sorted({page for page, _ in answer["hits"]}) == pages
    assert ("Nothing found" in answer["panel"]) == (not pages)


def test_an_entry_leads_back_to_its_passage(world: World, client_for: ClientFor) -> None:
    from casemgr.cases.models import Case
    from casemgr.evidence.services import PaperRef, log_entry

    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    key = paper(world, lawyer, case_id, "The Team finds that no aide is needed.")
    with world.scope(lawyer):
        case = db.session.get_one(Case, case_id)
        quoting = told("Aide refused", papers=[PaperRef(key, 1, "no aide is needed")], visibility="internal")
        entry = log_entry(case, quoting, by=world.user(lawyer)).id
    address = f"/cases/{case_id}/papers/{key}/read"
    client = client_for(lawyer)
    shown = client.get(f"/cases/{case_id}/evidence/{entry}").text
    assert "no aide is needed" in shown and f"{address}?page=1&amp;entry={entry}" in shown
    page = client.get(f"{address}/1?entry={entry}").json
    assert page["hits"] == [[4, 7]] and "Aide refused" in page["panel"]
    family = client_for(world.guest(case_id, lawyer.org_id, "parent")).get(f"{address}/1?entry={entry}").json
    assert family["hits"] == [] and "Aide refused" not in family["panel"]


def test_three_hundred_pages_cost_as_many_queries_as_two(app: Flask, world: World, client_for: ClientFor) -> None:
    asked: dict[int, list[int]] = {}
    for pages in (2, 300):
        parent = world.person()
        case_id = world.case(parent)
        key = paper(world, parent, case_id, *(f"Goal {number} of reading." for number in range(pages)))
        for number in range(1, pages, 9):
            note(world, parent, case_id, key, page=number)
        client = client_for(parent)
        asked[pages] = []
        for path in ("read?page=2&q=reading", "read/2?q=reading", "find?q=reading", "notes"):
            with counted(app) as statements:
                answer = client.get(f"/cases/{case_id}/papers/{key}/{path}")
            assert answer.status_code == 200
            asked[pages].append(len(statements))
            if path.startswith("read"):
                assert sum("document_pages.words" in statement for statement in statements) <= 1
    assert asked[2] == asked[300]
    assert max(asked[300]) < 40
