"""The discipline log in a real browser: a parent logs removals until the tenth day is passed, on a desk and a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import kit
from tests.deadlines.makers import calendar_a
from tests.world import Actor, World

pytestmark = pytest.mark.browser
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def test_a_parent_logs_removals_until_the_tenth_day_is_passed(
    world: World, sign_in: Callable[[Actor], Page], live: str
) -> None:
    parent = world.person(name="Dana Example")
    case_id = world.case(parent)
    calendar_a(world, parent)
    page = sign_in(parent)
    page.goto(f"{live}/cases/{case_id}")
    kit.go(page.get_by_role("link", name="Discipline log"))
    expect(page.get_by_text("No removals logged")).to_be_visible()

    kit.go(page.get_by_role("link", name="Log a removal").first)
    page.get_by_label("Suspension out of school").check()
    page.get_by_label("First day out").fill("2026-09-25")
    page.get_by_label("Last day out").fill("2026-09-14")
    page.get_by_label("What happened, and what did the school say?").fill("He left the room.")
    kit.go(page.get_by_role("button", name="Log this removal"))
    expect(page.get_by_text("The last day is before the first").first).to_be_visible()
    expect(page.get_by_label("What happened, and what did the school say?")).to_have_value("He left the room.")
    page.get_by_label("First day out").fill("2026-09-14")
    page.get_by_label("Last day out").fill("2026-09-25")
    kit.go(page.get_by_role("button", name="Log this removal"))
    expect(page.locator(".day-count").get_by_text("10 of 10")).to_be_visible()

    page.set_viewport_size(PHONE)  # the next call comes on the way to school
    kit.go(page.get_by_role("link", name="Log a removal").first)
    page.get_by_label("Sent home without a suspension").check()
    page.get_by_label("First day out").fill("2026-10-05")
    page.get_by_label("Last day out").fill("2026-10-05")
    page.get_by_label("About half of each day").check()
    kit.go(page.get_by_role("button", name="Log this removal"))
    expect(page.locator(".day-count").get_by_text("10.5 of 10")).to_be_visible()
    expect(page.get_by_text("Please compare the behavior")).to_be_visible()
    kit.check_page(page)
    kit.go(page.get_by_role("button", name="Yes, similar"), "Enter")
    expect(page.get_by_text("Looks like a pattern")).to_be_visible()
    kit.check_no_sideways_scroll(page)

    page.set_viewport_size(DESK)
    kit.go(page.get_by_role("link", name="The manifestation determination must be held"))
    kit.go(page.get_by_role("link", name="discipline log"))
    kit.go(page.locator("tr", has_text="Sent home").get_by_role("link", name="Correct"))
    page.get_by_label("No", exact=True).first.check()
    page.get_by_label("What was wrong?").fill("It was about something else.")
    kit.go(page.get_by_role("button", name="Save the correction"))
    expect(page.get_by_text("No pattern by your answers")).to_be_visible()
    expect(page.get_by_text("Corrected or taken back (2)")).to_be_visible()
    expect(page.get_by_role("link", name="The manifestation determination must be held")).to_have_count(0)
