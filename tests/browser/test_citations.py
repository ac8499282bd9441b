"""Citing an exhibit with the keyboard alone: chosen, put where the cursor stands, described, and kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from casemgr.citations.wording import ref_of
from tests.browser import kit
from tests.filings.makers import dispute
from tests.world import Actor, World

pytestmark = pytest.mark.browser
SignIn = Callable[[Actor], Page]


def test_an_exhibit_is_cited_by_keyboard_and_the_words_under_the_text_follow(
    world: World, sign_in: SignIn, live: str
) -> None:
    case = dispute(world)
    case.set_paper("iep", page_count=3)
    packet_id = case.begin()
    case.choose(packet_id, "iep", "photo")
    page = sign_in(case.actor)
    page.goto(f"{live}/cases/{case.case_id}/filings/{packet_id}/details")
    text = page.get_by_label("The placement that stays put")
    text.fill("See , please.")
    text.evaluate("box => box.setSelectionRange(4, 4)")
    page.get_by_role("button", name="Cite an exhibit in: The placement that stays put").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Cite an exhibit")).to_be_visible()
    expect(page.get_by_text("Pages 1 to 3, as the paper itself counts them.")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    expect(text).to_have_value(f"See {{{{IEP 2025-26 #{ref_of(case.papers['iep'])} page 3}}}}, please.")
    expect(text).to_be_focused()
    expect(page.get_by_text("Cites: “IEP 2025-26”, now P-1, page 3.")).to_be_visible()
    page.keyboard.type(" And {{P-2}} and P-9.")
    kit.go(page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_text("Saved. A reference to an exhibit needs a look.")).to_be_visible()
    expect(page.get_by_text("Cites: “Photo of the ramp”, now P-2.")).to_be_visible()
    expect(page.get_by_text("“P-9”: There is no exhibit P-9.")).to_be_visible()
    page.goto(f"{live}/cases/{case.case_id}/filings/{packet_id}")
    kit.check_page(page)
    page.goto(f"{live}/cases/{case.case_id}/letters/new/thank_you")
    kit.go(page.get_by_role("button", name="Draft the letter"))
    editor = page.locator(".letter-editor")
    expect(editor).to_be_visible()
    editor.locator("p").last.click()
    page.keyboard.press("End")
    page.keyboard.type(" See ")
    page.get_by_role("button", name="Cite an exhibit in: The letter").click()
    page.get_by_label("Page (optional)", exact=True).fill("3")
    page.keyboard.press("Enter")
    chip = editor.locator(".cite-chip")
    expect(chip).to_have_text("P-1, page 3")
    expect(editor).to_be_focused()
    expect(page.get_by_text("Cites: “IEP 2025-26”, now P-1, page 3.")).to_be_visible()
    page.keyboard.type(" and P-2, page 1.")
    chip.click()
    page.get_by_label("Page (optional)", exact=True).fill("2")
    page.keyboard.press("Enter")
    expect(chip).to_have_text("P-1, page 2")
    page.reload()
    expect(page.get_by_text("We put back what you had typed")).to_be_visible()
    expect(chip).to_have_text("P-1, page 2")
    kit.go(page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_role("link", name="Open the page of IEP 2025-26")).to_be_visible()
    expect(page.get_by_text("“P-2, page 1”: now “Photo of the ramp”")).to_be_visible()
    kit.check_axe(page)
    kit.go(page.get_by_role("button", name="Save, and let them follow"))
    expect(chip).to_have_text(["P-1, page 2", "P-2, page 1"])
    expect(editor).to_contain_text("See \u200bP-1, page 2\u200b and \u200bP-2, page 1\u200b.")
    ref = ref_of(case.papers["iep"])
    kept = page.locator("textarea[name=body_html]").input_value()
    assert f"See {{{{IEP 2025-26 #{ref} page 2}}}} and {{{{Photo" in kept and "\u200b" not in kept
