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
expect.set_options(timeout=20_000)  # a machine that runs the whole suite is slow


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
    page.get_by_role("link", name="What can I do now?").first.click()
    expect(page.get_by_role("heading", name="What can I do now?")).to_be_visible()
    page.get_by_role("link", name=re.compile("Record that I asked.*team meeting")).click()
    page.get_by_label("When did this happen?").fill("2026-01-20")
    page.get_by_label("How was it sent or said?").select_option(label="E-mail")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("Recorded: Ask for a team meeting.")).to_be_visible()
    page.goto(f"{live}/cases/{case_id}/next")
    page.get_by_role("link", name=re.compile("Already asked.*mediation")).click()
    expect(page.get_by_label("Who handles it?")).to_have_value("BSEA mediation")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("Recorded: Ask for mediation.")).to_be_visible()
    page.goto(f"{live}/cases/{case_id}/history")
    page.get_by_role("link", name="Undo this move").click()
    page.get_by_label("What was the mistake?").fill("I only thought about it.")
    page.get_by_role("button", name="Undo the move").click()
    expect(page.get_by_text("Correction: back to Team meeting")).to_be_visible()


def test_the_next_step_of_a_proceeding_and_the_placement_by_keyboard_and_form(
    world: World, sign_in: SignIn, live: str
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    page = sign_in(parent)
    page.goto(f"{live}/cases/{case_id}/move/request_mediation")
    page.get_by_role("button", name="Record it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Recorded: Ask for mediation.")).to_be_visible()
    page.goto(f"{live}/cases/{case_id}/next")
    page.get_by_role("link", name="Mediation", exact=True).click()
    page.get_by_label("What happened?").select_option(label="Both sides agreed to mediate")
    page.get_by_role("button", name="Record this step").click()
    expect(page.get_by_text("Recorded. The deadlines were counted anew.")).to_be_visible()
    expect(page.get_by_text("Agreed to mediate").first).to_be_visible()
    page.goto(f"{live}/cases/{case_id}/stay-put")
    page.get_by_role("link", name="Record the placement").first.click()
    page.get_by_label("When did you agree to this plan?").fill("2026-02-03")
    page.get_by_label("Services, one a line").fill("Speech, 30 minutes, 1 x week, room 12")
    page.get_by_role("button", name="Record the placement").click()
    expect(page.get_by_text("Speech, 30 minutes, 1 x week, room 12")).to_be_visible()


def test_pages_with_errors_and_of_a_hearing_pass_too(world: World, sign_in: SignIn, live: str) -> None:
    parent = world.person()
    case_id = world.case(parent)
    page = sign_in(parent)
    here = f"{live}/cases/{case_id}"
    page.goto(f"{here}/move/file_due_process_complaint")
    page.get_by_label("When did this happen?").fill("")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("Enter the day it happened.").first).to_be_visible()
    kit.check_page(page)
    kit.screenshot(page, "proceedings-move-error")
    page.get_by_label("When did this happen?").fill("2026-03-02")
    page.get_by_role("button", name="Record it").click()
    for name, address in (("next-hearing", f"{here}/next"), ("stay-put-in-force", f"{here}/stay-put")):
        page.goto(address)
        kit.check_page(page)
        kit.screenshot(page, f"proceedings-{name}")
    page.goto(f"{here}/next")
    page.get_by_role("link", name="Due process hearing", exact=True).click()
    kit.check_page(page)
    kit.screenshot(page, "proceedings-hearing")
