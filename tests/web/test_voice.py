"""The law speaks to the parent ("You asked …"), and of the parent to everybody else."""

from __future__ import annotations

from html import unescape
from uuid import UUID

from flask import Flask

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines.services import NewFact, correct_fact, record_fact
from casemgr.extensions import db
from casemgr.law import voice
from casemgr.law.facts import FACTS
from casemgr.law.terms import FactKind
from tests.browser.every_page import PAGES
from tests.world import Actor, World

K = FactKind
TOLD = (K.MEETING_REQUESTED, K.IEE_REQUESTED, K.RECORDS_REQUESTED, K.PRIOR_WRITTEN_NOTICE_RECEIVED, K.ACTION_KNOWN)


def test_a_title_is_turned_by_rule_and_nothing_else_is() -> None:
    assert voice.of_the_parent("You took back your consent") == "The parent took back their consent"
    assert voice.of_the_parent("The school gave you your records") == "The school gave the parent their records"
    assert voice.of_the_parent("The district asks for your consent") == "The district asks for the parent's consent"
    assert voice.quoting("Corrected: You asked for a team meeting. You wrote May 4.") == (
        "Corrected: The parent asked for a team meeting. You wrote May 4."
    )
    assert voice.quoting("Replaced: you asked for a team meeting (4 May)") == (
        "Replaced: the parent asked for a team meeting (4 May)"
    )
    assert voice.quoting("The team met") == "The team met"


def test_every_title_that_speaks_to_the_parent_can_be_told_of_the_parent() -> None:
    assert "The district must give the parent the notice of their rights" in voice._titles().values()
    assert len(voice._titles()) > 2 * len([info for info in FACTS.values() if "You" in info.label])
    for title, told in voice._titles().items():
        assert not {"you", "your", "yours"} & set(told.casefold().replace("’", " ").split()), title


def a_case(world: World, actor: Actor) -> UUID:
    case_id = world.case(actor)
    with world.scope(actor):
        case, user = db.session.get_one(Case, case_id), world.user(actor)
        for kind in TOLD:
            row = record_fact(case, NewFact(kind, today(case), by_party="parent"), by=user)
        correct_fact(case, row, NewFact(row_kind(row), today(case), by_party="parent"), "You said so.", by=user)
    return case_id


def row_kind(row: object) -> FactKind:
    return FactKind(row.kind)  # type: ignore[attr-defined]


ROOMS = {"cases", "deadlines", "timeline", "proceedings", "notices"}
HELP = "deadlines.new_fact"
"""Its help texts speak to whoever fills it in, and one of them is also the title of a rule."""


def addresses(app: Flask, case_id: UUID) -> list[str]:
    """Every page that needs no more than the case."""
    with app.test_request_context():
        rules = (rule for rule in app.url_map.iter_rules() if rule.endpoint in PAGES and rule.endpoint != HELP)
        return [
            rule.build({"case_id": case_id} if rule.arguments else {})[1]
            for rule in rules
            if rule.arguments <= {"case_id"} and rule.endpoint.partition(".")[0] in ROOMS
        ]


def spoken_to(page: str) -> set[str]:
    return {title for title in voice._titles() if title in page and title[0].isupper()}


def test_no_page_of_a_case_says_you_to_an_attorney_about_what_the_parent_did(
    world: World, app: Flask, client_for
) -> None:
    attorney = world.person("owner", "firm")
    case_id = a_case(world, attorney)
    client = client_for(attorney)
    pages = {address: unescape(client.get(address).text) for address in addresses(app, case_id)}
    assert {address: found for address, page in pages.items() if (found := spoken_to(page))} == {}
    assert len(pages) > 15
    assert sum("The parent asked for a team meeting" in page for page in pages.values()) >= 3


def test_the_parent_is_spoken_to(world: World, client_for) -> None:
    parent = world.person()
    case_id = a_case(world, parent)
    client = client_for(parent)
    for page in ("", "/deadlines", "/chronology", "/timeline"):
        text = unescape(client.get(f"/cases/{case_id}{page}").text)
        assert spoken_to(text), page
        assert "The parent asked" not in text
