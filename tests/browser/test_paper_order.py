"""Papers are filed away: ticked with the keyboard, changed together, looked at as a binder, and put back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from tests.browser import kit
from tests.documents.paper import add, papers_of
from tests.world import Actor, World

pytestmark = pytest.mark.browser


def test_papers_are_ticked_changed_together_seen_as_a_binder_and_put_back(
    world: World, sign_in: Callable[[Actor], Page], live: str
) -> None:
    parent = world.person("parent", "family", name="Rosalind Samplewood")
    case_id = world.case(parent)
    for number in range(4):
        day = date(2026, 1, 1 + number)
        add(world, parent, case_id, b"%d" % number, f"p{number}.txt", title=f"Note {number}", document_on=day)
    page = sign_in(parent)
    page.goto(f"{live}/cases/{case_id}/papers")
    page.get_by_label("Choose “Note 3”").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Change 1 ticked paper")).to_be_visible()
    page.get_by_role("button", name="Tick all on this page").press("Enter")
    expect(page.get_by_role("button", name="Change 4 ticked papers")).to_be_visible()
    kit.check_page(page)
    page.get_by_label("Choose “Note 0”").uncheck()
    kit.go(page.get_by_role("button", name="Change 3 ticked papers"), "Enter")
    page.get_by_label("Kind of paper").select_option("evaluation")
    page.get_by_label("Add tags").fill("Reading")
    kit.go(page.get_by_role("button", name="Change 3 papers"))
    expect(page.get_by_text("3 papers changed.")).to_be_visible()
    expect(page.get_by_role("link", name="See what, or undo it")).to_be_visible()
    kit.go(page.get_by_role("link", name="Reading").first)
    expect(page.get_by_text("3 papers found")).to_be_visible()

    kit.go(page.get_by_role("link", name="Binder order"))
    section = page.get_by_role("region", name="Evaluation report")
    expect(section.locator("tbody th")).to_have_text(["Note 3", "Note 2", "Note 1"])
    kit.go(page.get_by_role("link", name="Oldest first"))
    expect(section.locator("tbody th")).to_have_text(["Note 1", "Note 2", "Note 3"])

    kit.go(page.get_by_role("link", name="All papers"))
    kit.go(page.get_by_role("link", name="What was changed together"))
    kit.go(page.get_by_role("link", name="3 papers: kind, tags"))
    kit.go(page.get_by_role("button", name="Undo: put them back as before"))
    expect(page.get_by_text("3 papers put back as before.")).to_be_visible()
    assert {paper.kind for paper in papers_of(world, parent, case_id)} == {"other"}
