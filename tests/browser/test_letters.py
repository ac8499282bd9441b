"""A letter is written with the keyboard, looked at as a page, and saved, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from casemgr.cases.models import Person
from casemgr.extensions import db
from tests.browser import kit
from tests.world import Actor, World

pytestmark = pytest.mark.browser


def test_a_letter_is_formatted_its_gaps_are_filled_and_unsaved_words_come_back(
    live: str, world: World, sign_in: Callable[[Actor], Page]
) -> None:
    actor = world.person(name="Dana Example")
    case_id = world.case(actor)
    with world.scope(actor):
        own = {"org_id": actor.org_id, "case_id": case_id}
        db.session.add(Person(**own, name="Morgan Example", role="special_education_director"))
        db.session.commit()
    page = sign_in(actor)
    page.goto(f"{live}/cases/{case_id}/letters/new/thank_you")
    kit.go(page.get_by_role("button", name="Draft the letter"))
    editor = page.get_by_role("textbox", name="The letter")
    expect(editor).to_be_visible()
    expect(page.get_by_role("img", name="Page 1 as it will be printed")).to_be_visible()
    expect(editor.locator("mark")).to_have_count(2)
    for words in ("your time on Monday", "Reading help starts on Friday"):
        page.get_by_role("button", name="Go to the next gap").click()
        page.keyboard.type(words)
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("Point one")
    page.keyboard.press("Control+Shift+8")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+b")
    page.keyboard.type("bold")
    page.keyboard.press("Control+b")
    expect(page.get_by_role("button", name="Bullets")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-preview-status]")).to_have_text("One page.")
    page.reload()
    expect(page.get_by_text("We put back what you had typed")).to_be_visible()
    expect(editor).to_contain_text("Point one")
    kit.go(page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_text("Nothing is missing")).to_be_visible()
    editor = page.locator(".letter-editor")
    expect(editor.locator("li")).to_have_text(["Point one", "bold"])
    expect(editor.locator("li strong")).to_have_text("bold")
    expect(editor.locator("mark")).to_have_count(0)
    page.get_by_role("button", name="Look at the pages larger").click()
    expect(page.get_by_role("dialog", name="The letter, larger").get_by_role("img")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    kit.check_axe(page)
    kit.go(page.get_by_role("button", name="I sent it another way"))
    page.wait_for_url("**/by-hand")
    page.get_by_label("By hand").check()
    kit.go(page.get_by_role("button", name="Note that it was sent"))
    expect(page.get_by_role("heading", name="Sent on")).to_be_visible()
