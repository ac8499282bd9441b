"""Moves, proceedings and stay-put in a real browser: a parent looks what can be done, records it, takes it back."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from casemgr.cases.sample import open_sample_case
from tests.browser import kit
from tests.world import Actor, World

pytestmark = pytest.mark.browser
SignIn = Callable[[Actor], Page]


def sample(world: World, actor: Actor) -> UUID:
    with world.scope(actor):
        return open_sample_case(world.user(actor)).id


def test_a_parent_asks_for_a_meeting_then_mediation_and_takes_a_mistake_back(
    world: World, sign_in: SignIn, live: str
) -> None:
    parent = world.person(name="Dana Example")
    case_id = world.case(parent)
    page = sign_in(parent)
    page.goto(f"{live}/cases/{case_id}")
    kit.go(page.get_by_role("link", name="What can I do now?").first)
    expect(page.get_by_role("heading", name="What can I do now?")).to_be_visible()
    kit.go(page.get_by_role("link", name=re.compile("Record that I asked.*team meeting")))
    page.get_by_label("When did this happen?").fill("2026-01-20")
    page.get_by_label("How was it sent or said?").select_option(label="E-mail")
    kit.go(page.get_by_role("button", name="Record it"))
    expect(page.get_by_text("Recorded: Ask for a team meeting.")).to_be_visible()
    page.goto(f"{live}/cases/{case_id}/next")
    kit.go(page.get_by_role("link", name=re.compile("Already asked.*mediation")))
    expect(page.get_by_label("Who handles it?")).to_have_value("BSEA mediation")
    kit.go(page.get_by_role("button", name="Record it"))
    expect(page.get_by_text("Recorded: Ask for mediation.")).to_be_visible()
    page.goto(f"{live}/cases/{case_id}/history")
    kit.go(page.get_by_role("link", name="Undo this move"))
    page.get_by_label("What was the mistake?").fill("I only thought about it.")
    kit.go(page.get_by_role("button", name="Undo the move"))
    expect(page.get_by_text("Correction: back to Team meeting")).to_be_visible()


def test_the_next_step_of_a_proceeding_and_the_placement_by_keyboard_and_form(
    world: World, sign_in: SignIn, live: str
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    page = sign_in(parent)
    page.goto(f"{live}/cases/{case_id}/move/request_mediation")
    kit.go(page.get_by_role("button", name="Record it"), "Enter")
    expect(page.get_by_text("Recorded: Ask for mediation.")).to_be_visible()
    page.goto(f"{live}/cases/{case_id}/next")
    kit.go(page.get_by_role("link", name="Mediation", exact=True))
    page.get_by_label("What happened?").select_option(label="Both sides agreed to mediate")
    kit.go(page.get_by_role("button", name="Record this step"))
    expect(page.get_by_text("Recorded. The deadlines were counted anew.")).to_be_visible()
    expect(page.get_by_text("Agreed to mediate").first).to_be_visible()
    page.goto(f"{live}/cases/{case_id}/stay-put")
    kit.go(page.get_by_role("link", name="Record the placement").first)
    page.get_by_label("When did you agree to this plan?").fill("2026-02-03")
    page.get_by_label("Services, one a line").fill("Speech, 30 minutes, 1 x week, room 12")
    kit.go(page.get_by_role("button", name="Record the placement"))
    expect(page.get_by_text("Speech, 30 minutes, 1 x week, room 12")).to_be_visible()


def test_pages_with_errors_and_of_a_hearing_pass_too(world: World, sign_in: SignIn, live: str) -> None:
    parent = world.person()
    case_id = world.case(parent)
    page = sign_in(parent)
    here = f"{live}/cases/{case_id}"
    page.goto(f"{here}/move/file_due_process_complaint")
    page.get_by_label("When did this happen?").fill("")
    kit.go(page.get_by_role("button", name="Record it"))
    expect(page.get_by_text("Enter the day it happened.").first).to_be_visible()
    kit.check_page(page)
    kit.screenshot(page, "proceedings-move-error")
    page.get_by_label("When did this happen?").fill("2026-03-02")
    kit.go(page.get_by_role("button", name="Record it"))
    for name, address in (("next-hearing", f"{here}/next"), ("stay-put-in-force", f"{here}/stay-put")):
        page.goto(address)
        kit.check_page(page)
        kit.screenshot(page, f"proceedings-{name}")
    page.goto(f"{here}/next")
    kit.go(page.get_by_role("link", name="Due process hearing", exact=True))
    kit.check_page(page)
    kit.screenshot(page, "proceedings-hearing")
