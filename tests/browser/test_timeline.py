"""The timeline by keyboard, a call on a phone, and an entry dragged onto an issue, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from casemgr.evidence.services import Someone
from tests.browser import kit
from tests.evidence.makers import log, person, told
from tests.issues.test_services import add
from tests.world import Actor, World

pytestmark = pytest.mark.browser
SignIn = Callable[[Actor], Page]


def test_a_call_is_logged_on_a_phone_tied_by_dragging_and_found_on_the_timeline_by_keyboard(
    world: World, sign_in: SignIn
) -> None:
    parent = world.person(name="Dana Example")
    case_id = world.case(parent)
    tobias = person(world, parent, case_id, "Tobias Example")
    add(world, parent, case_id, "No aide in class")
    days = [date(2026, 3, 2), date(2026, 3, 4), date(2026, 9, 9)]
    log(
        world,
        parent,
        case_id,
        *(told(f"Call {day}", happened_on=day, people=[Someone("Tobias Example", tobias)]) for day in days),
    )
    page = sign_in(parent)

    page.set_viewport_size({"width": kit.WIDTHS["phone"], "height": kit.HEIGHTS["phone"]})
    page.goto(f"{page.url.split('/cases')[0].rstrip('/')}/cases/{case_id}")
    kit.go(page.get_by_role("link", name="Log a call"))
    page.get_by_role("checkbox", name="Tobias Example").check()
    page.get_by_label("What was said?").fill("An aide comes on Monday.")
    kit.go(page.get_by_role("button", name="Log it"))
    expect(page.get_by_text("Logged as No. 4.")).to_be_visible()

    page.set_viewport_size({"width": kit.WIDTHS["desktop"], "height": kit.HEIGHTS["desktop"]})
    matrix = page.url.split("/evidence")[0] + "/issues/matrix"
    page.goto(matrix)
    page.locator("[data-drag-entry]", has_text="An aide comes").locator(".matrix-handle").drag_to(
        page.locator("[data-drop-issue]")
    )
    expect(page.locator("[data-matrix-status]")).to_have_text("No. 4 → issue 1. 1 not saved yet.")
    kit.go(page.get_by_role("button", name="Save the links"))
    expect(page.get_by_text("Saved: 1 linked, 0 taken away.")).to_be_visible()

    page.goto(matrix.replace("/issues/matrix", "/timeline"))
    frame = page.get_by_role("region", name="Timeline, drawn: scroll sideways")
    for key, here in (("+", "zoom=year"), ("+", "zoom=quarter"), ("+", "zoom=month"), ("ArrowLeft", "at=.*#drawn$")):
        kit.go(frame, key)
        expect(page).to_have_url(re.compile(here))
        expect(frame).to_be_focused()
    kit.go(frame, "0")
    expect(page).not_to_have_url(re.compile("zoom"))
    kit.go(frame.get_by_role("link", name="Evidence log: 2 from March 2, 2026 to March 4, 2026. Zoom in"), "Enter")
    expect(page).to_have_url(re.compile("zoom=year"))
