"""Exhibits of a hearing binder are put in order with the mouse and with the keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import kit
from tests.exhibit_binders.makers import binding
from tests.world import Actor, World

pytestmark = pytest.mark.browser
SignIn = Callable[[Actor], Page]


def test_exhibits_are_dragged_and_moved_with_the_keyboard(world: World, sign_in: SignIn, live: str) -> None:
    made = binding(world, "iep", "mail", "photo", forum="federal")
    page = sign_in(made.case.actor)
    page.set_viewport_size({"width": 1280, "height": 1600})  # all three in sight: a drag does not scroll
    page.goto(f"{live}{made.url}/exhibits")
    rows = page.locator(".binder-order > li")
    page.locator(".binder-handle").nth(2).drag_to(rows.nth(0), target_position={"x": 200, "y": 6})
    expect(page.locator("[data-order-status]")).to_contain_text("P-3 was moved. Not saved yet")
    kit.go(page.get_by_role("button", name="Save", exact=True).first)
    expect(page.locator("[data-order-status]")).to_be_empty()  # the page has come back: the script moved the row before
    expect(rows.nth(0)).to_contain_text("Photo of the ramp")
    assert made.labels()[0] == ("P-1", "Photo of the ramp")

    down = page.get_by_role("button", name=re.compile("Down ?: P-1"))
    kit.go(down, "Enter")
    expect(rows.nth(0)).to_contain_text("IEP 2025-26")
    assert [title for _, title in made.labels()] == ["IEP 2025-26", "Photo of the ramp", "E-mail asking"]
