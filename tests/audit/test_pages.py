"""Who did what: the owner of a workspace sees it all, who runs a case sees the case, nobody sees what papers say."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from casemgr.audit import services as audit
from casemgr.audit.models import AuditEvent
from casemgr.audit.queries import A_PAGE
from casemgr.audit.words import DID, SENTENCES, THINGS, words_for
from casemgr.cases.models import Case
from casemgr.deadlines.services import NewFact, record_fact
from casemgr.extensions import db
from casemgr.law.terms import FactKind
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]
SOURCE = Path(__file__).resolve().parents[2] / "casemgr"
DAY = datetime(2026, 3, 3, 3, 30, tzinfo=UTC)  # still March 2 in Massachusetts
ALL = "/who-did-what"


def actions() -> set[str]:
    """Every action that the program's source names; of those made of parts, the first two."""
    text = "\n".join(path.read_text() for path in SOURCE.rglob("*.py") if path.parent.name != "audit")
    return set(re.findall(r'"([a-z_]+:[a-z_]+:(?:[a-z_]+)?)(?:"|\{)', text))


def test_every_act_has_plain_words() -> None:
    found = actions()
    assert len(found) > 100
    for action in found:
        thing, _, verb = action.rpartition(":")
        if verb:
            assert action in SENTENCES or (verb in DID and thing in THINGS), action
        assert thing in THINGS or any(one.startswith(f"{thing}:") for one in SENTENCES), action
    assert words_for("documents:document:edit") == "Changed a paper"
    assert words_for("documents:document:polish_up") == "Polish up: a paper"
    assert words_for("moon:rock:fetch") == "Fetch (rock)"


def act(world: World, actor: Actor, case_id: UUID | None, action: str, *, at: datetime = DAY, **detail: str) -> None:
    with world.scope(actor):
        case = db.session.get(Case, case_id) if case_id else None
        audit.record(case, action, by=world.user(actor), subject=uuid4(), **detail)
        next(row for row in db.session.new if isinstance(row, AuditEvent)).at = at
        db.session.commit()


def shown(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text.partition("</form>")[2])))


@pytest.fixture
def office(world: World) -> tuple[Actor, Actor, UUID, UUID]:
    """An owner, an advocate of the same organization, and two of its cases."""
    owner = world.person("owner", "organization", name="Olive Owner")
    advocate = world.person("advocate", "organization", owner.org_id, name="Ada Advocate")
    return owner, advocate, world.case(owner, student="First Example"), world.case(owner, student="Second Example")


def test_the_owner_sees_who_did_what_in_words_and_narrows_it_by_person_case_and_day(
    world: World, client_for: Clients, office: tuple[Actor, Actor, UUID, UUID]
) -> None:
    owner, advocate, first, second = office
    act(world, owner, first, "documents:document:download", name="Secret memo.pdf", words="privileged words")
    act(world, advocate, second, "letters:letter:begin", at=DAY + timedelta(days=2))
    act(world, advocate, first, "proceedings:stage:move", at=DAY + timedelta(days=4), event="request_mediation")
    client = client_for(owner)
    page = shown(client, ALL)
    assert "3 acts, newest first" in page and "Secret memo" not in page and "privileged words" not in page
    assert re.search("Moved the case: Ask for mediation .*Began a letter .*Downloaded a paper", page)
    assert "March 2, 2026, 10:30 p.m." in page
    assert "First Example" in page and "Second Example" in page
    for question, kept, gone in (
        (f"person={advocate.user_id}", "Began a letter", "Downloaded"),
        (f"case={first}", "Downloaded", "Began a letter"),
        ("area=letters", "Began a letter", "Downloaded"),
        ("until=2026-03-02", "Downloaded", "Began a letter"),
        ("since=2026-03-04&until=2026-03-05", "Began a letter", "Moved the case"),
    ):
        page = shown(client, f"{ALL}?{question}")
        assert kept in page and gone not in page, question
    assert "Nothing found" in shown(client, f"{ALL}?person=system")
    bad = client.get(f"{ALL}?since=yesterday&case={uuid4()}&person=x&page=99999999").text
    assert "A day could not be read" in bad and "Began a letter" in bad


def test_long_lists_come_in_pages(world: World, client_for: Clients, office: tuple[Actor, Actor, UUID, UUID]) -> None:
    owner, _advocate, first, _second = office
    with world.scope(owner):
        rows = [
            AuditEvent(org_id=owner.org_id, case_id=first, action="documents:document:edit", actor_name="Olive", at=DAY)
            for _ in range(A_PAGE + 5)
        ]
        db.session.add_all(rows)
        db.session.commit()
    page = shown(client_for(owner), f"{ALL}?area=documents&page=2")
    assert page.count("Changed a paper") == 5 and "Page 2 of 2" in page
    address = client_for(owner).get(f"{ALL}?area=documents").text
    assert "area=documents&amp;page=2" in address


def test_who_runs_a_case_sees_what_was_done_in_it_and_in_no_other(
    world: World, client_for: Clients, office: tuple[Actor, Actor, UUID, UUID]
) -> None:
    owner, advocate, first, second = office
    with world.scope(owner):
        case = db.session.get_one(Case, first)
        record_fact(case, NewFact(FactKind.MEETING_REQUESTED, case.concern_on, by_party="parent"), by=world.user(owner))
    act(world, owner, second, "letters:letter:begin")
    act(world, owner, None, "accounts:member:add")
    guest = world.guest(first, owner.org_id, "attorney")
    for person in (advocate, guest):
        page = shown(client_for(person), f"/cases/{first}{ALL}?case={second}")
        assert "Recorded a fact: The parent asked for a team meeting" in page and "Olive Owner" in page
        assert "Began a letter" not in page and "Added somebody" not in page


def test_the_acts_of_another_organization_are_not_there(world: World, client_for: Clients) -> None:
    mine, other = world.person(), world.person()
    act(world, other, world.case(other), "letters:letter:begin")
    guest = world.guest(world.case(other), other.org_id, "attorney")  # owns a workspace, but not this one
    for person in (mine, guest):
        assert "Began a letter" not in client_for(person).get(ALL).text


@pytest.mark.parametrize(("who", "status"), [("stranger", 302), ("attorney", 403), ("viewer", 403), ("parent", 403)])
def test_only_the_owner_enters_the_page_of_the_workspace(
    world: World, client_for: Clients, who: str, status: int
) -> None:
    owner = world.person("owner", "firm")
    person = None if who == "stranger" else world.person(who, "firm", owner.org_id)
    assert client_for(person).get(ALL).status_code == status


@pytest.mark.parametrize(
    ("who", "status"),
    [("stranger", 302), ("wrong organization", 404), ("guest of another case", 404), ("viewer", 403), ("parent", 403)],
)
def test_the_page_of_a_case_is_for_who_runs_it(world: World, client_for: Clients, who: str, status: int) -> None:
    owner = world.person("owner", "firm")
    case_id = world.case(owner)
    people = {
        "stranger": lambda: None,
        "wrong organization": world.person,
        "guest of another case": lambda: world.guest(world.case(owner), owner.org_id, "attorney"),
    }
    person = people[who]() if who in people else world.person(who, "firm", owner.org_id)
    assert client_for(person).get(f"/cases/{case_id}{ALL}").status_code == status
