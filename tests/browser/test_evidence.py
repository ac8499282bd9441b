"""The evidence log in a real browser, as a parent uses it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import psycopg
import pytest
from playwright.sync_api import Page, expect

from casemgr.evidence.services import PaperRef, Someone
from tests.browser import kit
from tests.evidence.makers import log, log_many, paper, person, told
from tests.issues.test_services import add
from tests.world import Actor, World

pytestmark = pytest.mark.browser
SignIn = Callable[[Actor], Page]


@pytest.fixture
def parent(world: World) -> Actor:
    return world.person(name="Dana Example")


def a_full_log(world: World, actor: Actor) -> UUID:
    """A case with people, papers, an issue and entries of several kinds, one of them corrected."""
    case_id = world.case(actor)
    tobias = person(world, actor, case_id, "Tobias Example", "teacher")
    person(world, actor, case_id, "Priya Example", "special_education_director")
    letter = paper(world, actor, case_id, title="Letter of the district, February 20")
    paper(world, actor, case_id, title="IEP 2025–2026", kind="iep", page_count=22)
    issue = add(
        world, actor, case_id, "Speech therapy of the IEP was not given for eleven weeks", "iep_not_implemented"
    )
    [wrong, *_rest] = log(
        world,
        actor,
        case_id,
        told("Call with the principal", happened_on=date(2026, 3, 1)),
        told(
            "No speech therapy: therapist on leave",
            kind="missed_service",
            happened_on=date(2026, 2, 24),
            body="30 minutes of speech therapy were not given. The reason told was that the therapist is on leave"
            " and nobody fills in. It was not made up.",
            shows="The IEP promises 2 × 30 minutes each week.",
            people=[Someone("Tobias Example", tobias)],
            papers=[PaperRef(letter, 2)],
            issue_ids=[issue],
        ),
        told(
            "Reading was never discussed at the autumn meeting",
            kind="meeting",
            happened_on=date(2025, 10, 9),
            precision="month",
        ),
        told(
            "What we said to our attorney", kind="conversation", visibility="privileged", happened_on=date(2026, 2, 2)
        ),
    )
    log(
        world,
        actor,
        case_id,
        told(
            "Call with the vice principal: no aide until May",
            happened_on=date(2026, 3, 2),
            supersedes_id=wrong,
            correction_reason="It was the vice principal, and it was Monday.",
            issue_ids=[issue],
        ),
    )
    return case_id


def test_a_parent_logs_a_call_corrects_it_and_checks_the_log(
    world: World, parent: Actor, sign_in: SignIn, live: str
) -> None:
    case_id = world.case(parent)
    person(world, parent, case_id)
    paper(world, parent, case_id, title="E-mail of March 2")
    issue = add(world, parent, case_id, "The IEP is not carried out")
    page = sign_in(parent)
    page.goto(f"{live}/cases/{case_id}/evidence")
    expect(page.get_by_text("The log is empty")).to_be_visible()
    kit.go(page.get_by_role("link", name="Phone or video call"))
    kit.go(page.get_by_role("link", name="The long form, with papers and issues"))
    page.get_by_label("When did it happen?").fill("2026-03-02")
    page.get_by_label("What time?").fill("14:05")
    page.get_by_label("In one line").fill("No aide until May")
    page.get_by_label("Tobias Example (Teacher)").check()
    page.get_by_label("What does it show?").fill("The plan is not carried out.")
    page.get_by_label("Paper").first.select_option(label="E-mail of March 2 (Letter or other correspondence)")
    page.get_by_label("1. The IEP is not carried out").check()
    kit.go(page.get_by_role("button", name="Log it"))
    expect(page.get_by_text("Logged as No. 1.")).to_be_visible()
    expect(page.get_by_text("March 2, 2026, 2:05 p.m.")).to_be_visible()
    expect(page.get_by_role("link", name="1. The IEP is not carried out")).to_be_visible()

    kit.go(page.get_by_role("link", name="No aide until May"))
    kit.go(page.get_by_role("link", name="Correct this entry"))
    page.get_by_label("Why is it corrected?").fill("It was the afternoon of March 3.")
    page.get_by_label("When did it happen?").fill("2026-03-03")
    kit.go(page.get_by_role("button", name="Save the correction"))
    expect(page.get_by_text("This entry corrects No. 1")).to_be_visible()

    page.goto(f"{live}/cases/{case_id}/evidence")
    kit.go(page.get_by_role("link", name="Check the log"))
    kit.go(page.get_by_role("button", name="Check it now"))
    expect(page.get_by_text("The log is intact. All 2 entries are as first written.")).to_be_visible()
    page.goto(f"{live}/cases/{case_id}/issues/{issue}")
    expect(page.get_by_text("1 entry supports this issue")).to_be_visible()


def test_a_mistake_is_shown_beside_its_field_and_the_text_stays(
    world: World, parent: Actor, sign_in: SignIn, live: str
) -> None:
    page = sign_in(parent)
    page.goto(f"{live}/cases/{world.case(parent)}/evidence/new")
    page.get_by_label("What happened?").fill("What I typed stays")
    page.get_by_label("When did it happen?").fill("2999-01-01")
    kit.go(page.get_by_role("button", name="Log it"))
    expect(page.locator("#happened_on-error")).to_contain_text("This day is still to come.")
    expect(page.get_by_label("What happened?")).to_have_value("What I typed stays")
    kit.check_page(page)
    kit.screenshot(page, "evidence-form-mistakes")


def test_a_double_click_logs_one_entry(world: World, parent: Actor, sign_in: SignIn, live: str) -> None:
    case_id = world.case(parent)
    page = sign_in(parent)
    page.goto(f"{live}/cases/{case_id}/evidence/new?kind=call")
    page.get_by_label("In one line").fill("Only once")
    with page.expect_navigation():
        page.get_by_role("button", name="Log it").dblclick()
    expect(page.get_by_text("1 entry, newest first.")).to_be_visible()


def test_the_log_is_paged_in_the_browser(world: World, parent: Actor, sign_in: SignIn, live: str) -> None:
    case_id = world.case(parent)
    log_many(world, parent, case_id, 60)
    page = sign_in(parent)
    page.goto(f"{live}/cases/{case_id}/evidence?text=Entry")
    kit.go(page.get_by_role("link", name="Older"))
    expect(page.get_by_text("Page 2 of 2")).to_be_visible()
    assert "text=Entry" in page.url
    page.go_back()
    expect(page.get_by_text("Page 1 of 2")).to_be_visible()


def test_the_check_shows_intact_and_then_broken(
    world: World, parent: Actor, sign_in: SignIn, live: str, owner_connection: psycopg.Connection
) -> None:
    case_id = a_full_log(world, parent)
    page = sign_in(parent)
    page.goto(f"{live}/cases/{case_id}/evidence/verify")
    kit.go(page.get_by_role("button", name="Check it now"))
    expect(page.get_by_text("Intact", exact=True)).to_be_visible()
    kit.check_page(page)
    kit.screenshot(page, "evidence-intact")
    owner_connection.execute("UPDATE evidence_entries SET title = 'x' WHERE case_id = %s AND number = 2", [case_id])
    owner_connection.commit()
    kit.go(page.get_by_role("button", name="Check it again"))
    expect(page.get_by_text("Broken at entry No. 2", exact=True)).to_be_visible()
    kit.check_page(page)
    kit.screenshot(page, "evidence-broken")
