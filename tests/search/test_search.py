"""One box finds words in everything that a person may see, and in nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from casemgr.cases.models import CaseMember, Person
from casemgr.documents.models import Document, DocumentPage
from casemgr.evidence.models import EvidenceDocument, EvidenceEntry
from casemgr.extensions import db
from casemgr.issues.models import Issue, IssueEvidence
from casemgr.search import names, queries, showing, words
from tests.cases.test_query_count import counted
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]
HASH = "0" * 64


def paper(world: World, actor: Actor, case_id: UUID, title: str, *pages: str, **more: Any) -> UUID:
    """A paper with these pages of text, as a worker leaves it."""
    own = {"org_id": actor.org_id, "case_id": case_id}
    given = {"kind": "iep", "visibility": "shared"} | more
    with world.scope(actor):
        row = Document(
            **own, title=title, original_name=f"{title}.pdf", sha256=HASH, size=1, media_type="application/pdf",
            family="pdf", preview_state="ready", **given,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        for number, said in enumerate(pages, 1):
            db.session.add(
                DocumentPage(
                    **own,
                    document_id=row.id,
                    number=number,
                    width=1,
                    height=1,
                    image_sha256="",
                    thumb_sha256="",
                    text=said,
                )
            )
        db.session.commit()
        return row.id


def entry(world: World, actor: Actor, case_id: UUID, number: int, title: str, body: str = "", **more: Any) -> UUID:
    with world.scope(actor):
        given = {"kind": "call", "happened_on": date(2026, 3, 2)} | more
        row = EvidenceEntry(
            org_id=actor.org_id, case_id=case_id, number=number, title=title, body=body, previous_hash=HASH, hash=HASH,
            **given,
        )  # fmt: skip
        db.session.add(row)
        db.session.commit()
        return row.id


def found(client: FlaskClient, q: str, case_id: UUID | None = None, **more: str) -> str:
    answer = client.get(f"/cases/{case_id}/search" if case_id else "/search", query_string={"q": q, **more})
    assert answer.status_code == 200
    return answer.text


def test_a_word_on_a_page_leads_to_that_page_with_the_word_marked(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    key = paper(
        world, parent, case_id, "IEP 2026", "Goals.", "Wilson reading if 3 < 4 & services daily.", "Wilson again."
    )
    page = found(client_for(parent), "wilson services")
    assert f"/cases/{case_id}/papers/{key}/read?page=2&amp;q=wilson+services" in page
    assert "<mark>Wilson</mark> reading if 3 &lt; 4 &amp; <mark>services</mark>" in page
    assert "also on 1 other page" in found(client_for(parent), "wilson")


@pytest.mark.parametrize(
    ("q", "hits"),
    [
        ("evaluation", {"A", "B"}),
        ("evaluations", {"A", "B"}),
        ('"speech evaluation"', {"A"}),
        ("evaluation -speech", {"B"}),
        ("speech or math", {"A", "C"}),
        ("eval*", {"A", "B"}),
        ("evaluati*", {"A", "B"}),
        ("-eval* math", {"C"}),
        ("jose", {"C"}),
        ("José", {"C"}),
        ("the", set()),
        ("zyzzyva", set()),
        ("'); drop table cases; --", set()),
        ('"unclosed (', set()),
        ("\x00", set()),
        ("*", set()),
        ("& | ! <-> :*", set()),
    ],
)
def test_quotes_minus_and_stars(q: str, hits: set[str], world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    for title, said in {
        "A": "The speech evaluation is done.",
        "B": "An evaluation of speaking.",
        "C": "Math with José Núñez.",
    }.items():
        paper(world, parent, case_id, f"Paper {title}", said)
    page = found(client_for(parent), q)
    assert {title for title in "ABC" if f"Paper {title}" in page} == hits


def test_entries_issues_people_and_cases_are_found_too(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent, student="Robin Quillfeather")
    entry(world, parent, case_id, 1, "Call about the bus", "Promised a quokka by Monday.")
    with world.scope(parent):
        own = {"org_id": parent.org_id, "case_id": case_id}
        db.session.add(Issue(**own, number=1, title="No quokka offered", law="idea"))
        db.session.add(Person(**own, name="Ines Quokka", role="teacher"))
        db.session.commit()
    page = found(client_for(parent), "quokka")
    for heading in ("found-entry", "found-issue", "found-person"):
        assert heading in page
    assert "found-case" in found(client_for(parent), "quillfeather")
    assert "found-issue" not in found(client_for(parent), "quokka", what="entry")


def test_kinds_without_a_hit_are_ruled_out_with_one_question(app: Flask, world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper(world, parent, case_id, "Letter", "The speech therapist left in May.")
    with counted(app) as statements:
        assert "Letter" in found(client_for(parent), "therapist", case_id)
    assert sum("find_words" in one for one in statements) == 2


def test_a_corrected_entry_is_found_by_its_correction_alone(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    old = entry(world, parent, case_id, 1, "Call", "A platypus was promised.")
    entry(world, parent, case_id, 2, "Call", "A wombat was promised.", supersedes_id=old)
    assert "Nothing found" in found(client_for(parent), "platypus")
    assert "found-entry" in found(client_for(parent), "wombat")


def test_filters_by_kind_date_visibility_person_and_issue(world: World, client_for: Clients) -> None:
    attorney = world.person("attorney", "firm")
    case_id = world.case(attorney)
    iep = paper(world, attorney, case_id, "Paper I", "axolotl", document_on=date(2026, 1, 5))
    paper(world, attorney, case_id, "Paper L", "axolotl", kind="letter", visibility="privileged")
    call = entry(world, attorney, case_id, 1, "Entry E", "axolotl", people=[{"name": "Tobias Example"}])
    with world.scope(attorney):
        own = {"org_id": attorney.org_id, "case_id": case_id}
        person, issue = (
            Person(**own, name="Tobias Example", role="teacher"),
            Issue(**own, number=1, title="X", law="idea"),
        )
        db.session.add_all([person, issue, EvidenceDocument(**own, entry_id=call, document_id=iep)])
        db.session.flush()
        db.session.add(IssueEvidence(**own, issue_id=issue.id, entry_id=call))
        db.session.commit()
        person_id, issue_id = str(person.id), str(issue.id)
    client = client_for(attorney)

    def titles(**filters: str) -> set[str]:
        page = found(client, "axolotl", case_id, **filters)
        return {title for title in ("Paper I", "Paper L", "Entry E") if title in page}

    assert titles() == {"Paper I", "Paper L", "Entry E"}
    assert titles(kind="letter") == {"Paper L"}
    assert titles(visibility="privileged") == {"Paper L"}
    assert titles(since="2026-02-01") == {"Entry E"}
    assert titles(until="2026-02-01") == {"Paper I"}
    assert titles(person=person_id) == {"Paper I", "Entry E"}
    assert titles(issue=issue_id, what="paper") == {"Paper I"}
    assert titles(kind="nonsense", since="never", person="nobody") == {"Paper I", "Paper L", "Entry E"}


def test_many_hits_come_in_pages(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    for number in range(23):
        paper(world, parent, case_id, f"Paper {number:02}", "pangolin")
    page = found(client_for(parent), "pangolin")
    assert page.count("find-title") == queries.FIRST_SHOWN and "See all" in page
    first, second = (found(client_for(parent), "pangolin", what="paper", page=number) for number in "12")
    assert (first.count("find-title"), second.count("find-title")) == (20, 3)


def test_a_name_that_is_nearly_right_is_offered(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent, student="Rosa Alvarez")
    page = found(client_for(parent), "Alvares evaluation")
    assert "Did you mean" in page and "Alvarez evaluation" in page
    assert "Did you mean" not in found(client_for(parent), "Alvarez")
    assert "Alvarez" not in found(client_for(world.person()), "Alvares")
    assert "Alvarez evaluation" in found(client_for(parent), "Alvares evaluation", case_id)


def test_when_nothing_is_found_the_nearest_name_is_searched_for(world: World, client_for: Clients) -> None:
    attorney = world.person("attorney", "firm")
    case_id = world.case(attorney)
    paper(world, attorney, case_id, "Paper A", "Signed, Okonkwo.", source="Chidi Okonkwo <chidi@example.org>")
    paper(world, attorney, case_id, "Paper B", "Vandermeer.", source="Ilse Vandermeer", visibility="privileged")
    page = found(client_for(attorney), "Okonkwa", case_id)
    assert "This is what was found for “Okonkwo”" in page and "Paper A" in page
    assert "q=Okonkwo" in page  # and marked so in the reader
    assert "Paper B" in found(client_for(attorney), "Vandermeyer")
    family = client_for(world.guest(case_id, attorney.org_id, "parent"))
    assert "Okonkwo" in found(family, "Okonkwa")
    assert "Vandermeer" not in found(family, "Vandermeyer")


def test_nearness_of_names() -> None:
    known = ["Rosa Álvarez", "Katherine Reed", "Al Li"]
    assert names.near(["Alvares", "Catherine", "Rosa", "Zebra"], known) == {
        "Alvares": ["Álvarez"],
        "Catherine": ["Katherine"],
    }


def test_a_mark_of_ours_inside_a_text_means_nothing() -> None:
    assert showing.show("a \x02b\x03 <i> \x03 \x02c") == "a <mark>b</mark> &lt;i&gt;  c"
    assert not words.read(words.clean("\x00 \x1b"))


# Who may find what


def test_only_what_a_role_may_open_is_found(world: World, client_for: Clients) -> None:
    attorney = world.person("attorney", "firm")
    case_id = world.case(attorney)
    for visibility in ("shared", "internal", "privileged", "mediation"):
        paper(world, attorney, case_id, f"Paper {visibility}", "narwhal", visibility=visibility)
        entry_number = ("shared", "internal", "privileged", "mediation").index(visibility) + 1
        entry(world, attorney, case_id, entry_number, f"Entry {visibility}", "narwhal", visibility=visibility)
    member = world.person("advocate", "firm", attorney.org_id)
    with world.scope(attorney):  # a member with a smaller role in this one case
        db.session.add(CaseMember(org_id=attorney.org_id, case_id=case_id, user_id=member.user_id, role="viewer"))
        db.session.commit()
    for actor, open_to in {
        attorney: {"shared", "internal", "privileged", "mediation"},
        world.guest(case_id, attorney.org_id, "parent"): {"shared", "mediation"},
        world.guest(case_id, attorney.org_id, "viewer"): {"shared"},
        member: {"shared"},
        world.person("attorney", "firm"): set(),
    }.items():
        for where in (None, case_id) if open_to else (None,):
            page = found(client_for(actor), "narwhal", where)
            for visibility in ("shared", "internal", "privileged", "mediation"):
                assert (f"Paper {visibility}" in page) is (visibility in open_to), (actor.role, visibility)
                assert (f"Entry {visibility}" in page) is (visibility in open_to), (actor.role, visibility)


def test_a_guest_finds_in_their_own_case_and_in_no_other(world: World, client_for: Clients) -> None:
    attorney = world.person("attorney", "firm")
    mine, other = world.case(attorney), world.case(attorney, student="Ash Ocelot")
    paper(world, attorney, mine, "Paper of mine", "ocelot")
    paper(world, attorney, other, "Paper of others", "ocelot")
    client = client_for(world.guest(mine, attorney.org_id, "attorney"))
    page = found(client, "ocelot")
    assert "Paper of mine" in page and "Paper of others" not in page and "Ash" not in page
    assert client.get(f"/cases/{other}/search?q=ocelot").status_code == 404
    assert "Paper of others" not in found(client_for(attorney), "ocelot", mine)


def test_doors(world: World, client_for: Clients) -> None:
    owner = world.person()
    case_id = world.case(owner)
    viewer = world.guest(case_id, owner.org_id, "viewer")
    for url in ("/search?q=x", f"/cases/{case_id}/search?q=x"):
        assert "/sign-in" in client_for(None).get(url).location
        assert client_for(viewer).get(url).status_code == 200
    assert client_for(world.person()).get(f"/cases/{case_id}/search").status_code == 404
    assert client_for(owner).get("/search").status_code == 200


def test_a_paper_in_the_trash_is_not_found_and_new_words_are_found_at_once(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    key = paper(world, parent, case_id, "Okapi letter")
    assert "Okapi" in found(client_for(parent), "okapi letter")
    with world.scope(parent):
        row = db.session.get_one(Document, key)
        row.title = "Tapir letter"
        db.session.commit()
    assert "Nothing found" in found(client_for(parent), "okapi -pdf") or "found-paper" in found(
        client_for(parent), "okapi"
    )
    assert "found-paper" in found(client_for(parent), "tapir")
    with world.scope(parent):
        db.session.execute(text("UPDATE documents SET trashed_at = now() WHERE id = :id"), {"id": key})
        db.session.commit()
    assert "found-paper" not in found(client_for(parent), "tapir")


@pytest.mark.parametrize("guest", [False, True])
def test_the_function_shows_no_organization_but_the_one_that_is_set(
    guest: bool, world: World, raw_connection: psycopg.Connection
) -> None:
    """Straight at the database, past all of our code."""
    ours, theirs = world.person(), world.person()
    own, foreign = world.case(ours), world.case(theirs)
    key = paper(world, ours, own, "Ours", "kakapo")
    paper(world, theirs, foreign, "Theirs", "kakapo")
    every = "SELECT id FROM find_words({}, '{{page,paper,entry,issue,person,student,concern}}', {}, 100)"
    asked = "websearch_to_tsquery('english', 'kakapo')"
    assert raw_connection.execute(every.format(asked, "NULL")).fetchall() == []
    raw_connection.execute("SELECT set_config('app.org_id', %s, true)", [str(ours.org_id)])
    if guest:
        raw_connection.execute("SELECT set_config('app.case_ids', %s, true)", [f"{{{foreign}}}"])
    expected = [] if guest else [(key,)]
    assert raw_connection.execute(every.format(asked, "NULL")).fetchall() == expected
    assert raw_connection.execute(every.format(asked, f"'{foreign}'")).fetchall() == []
    forged = f"'''org {theirs.org_id}'''::tsquery"  # asking for the other organization by its own word
    assert raw_connection.execute(every.format(forged, "NULL")).fetchall() == []
    either = f"('''org {theirs.org_id}'' | kakapo')::tsquery"
    assert raw_connection.execute(every.format(either, "NULL")).fetchall() == expected


def test_a_text_too_long_for_the_index_is_kept_and_found_by_its_beginning(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id = world.case(parent)
    many = " ".join(f"w{number:x}-x{number:x}" for number in range(150_000))
    paper(world, parent, case_id, "Long", f"capybara {many}")
    assert "Long" in found(client_for(parent), "capybara")
