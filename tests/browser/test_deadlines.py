"""Facts, deadlines and school calendars in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from casemgr.law.terms import FactKind
from tests.browser import kit
from tests.deadlines.makers import CLOSED, calendar_a, consent, record
from tests.deadlines.test_calendar_import import CSV
from tests.world import Actor, World

pytestmark = pytest.mark.browser
SignIn = Callable[[Actor], Page]


def a_busy_case(world: World, actor: Actor) -> UUID:
    """Make a case with dates of every state: running, met, late, without a calendar, and a birthday."""
    case_id = world.case(actor)
    calendar_a(world, actor)
    consent(world, actor, case_id)
    record(world, actor, case_id, FactKind.IEP_DATED, date(2025, 3, 10), by_party="lea", note="Signed at the meeting.")
    record(world, actor, case_id, FactKind.RECORDS_REQUESTED, date(2026, 9, 14), by_party="parent", how="email")
    record(world, actor, case_id, FactKind.IEE_REQUESTED, date(2026, 11, 16), by_party="parent", how="mail")
    record(world, actor, case_id, FactKind.DISCRIMINATORY_ACT, date(2026, 7, 6), by_party="lea")
    record(world, actor, case_id, FactKind.EVALUATION_COMPLETED, date(2024, 2, 29), by_party="lea", precision="month")
    return case_id


def test_a_parent_records_a_consent_sees_why_and_corrects_it(world: World, sign_in: SignIn, live: str) -> None:
    parent = world.person(name="Dana Example")
    case_id = world.case(parent)
    page = sign_in(parent)
    page.goto(f"{live}/cases/{case_id}/school-calendar")
    kit.go(page.get_by_role("link", name="Enter a school year").first)
    page.get_by_label("First day of school").fill("2026-09-02")
    page.get_by_label("Last day of school").fill("2027-06-17")
    page.get_by_label("Days without school").fill(CLOSED)
    kit.go(page.get_by_role("button", name="Save the school year"))
    expect(page.get_by_role("heading", name="2026-27 school year")).to_be_visible()
    kit.go(page.get_by_role("link", name="Facts & deadlines").first)
    kit.go(page.get_by_role("link", name="Record a fact"))
    page.get_by_label("Find by a word").fill("signed consent")
    kit.go(page.get_by_role("button", name="Find"))
    kit.go(page.get_by_role("link", name="The school district received your signed consent to evaluate"))
    page.get_by_label("On which day?").fill("2026-11-04")
    page.get_by_label("How was it sent or said?").select_option(label="By hand")
    kit.go(page.get_by_role("button", name="Record this fact"))
    expect(page.get_by_text("2 deadlines started")).to_be_visible()
    row = page.locator("li.deadline", has_text="The assessments must be finished")
    expect(row.get_by_text("Dec 21, 2026")).to_be_visible()
    kit.go(page.get_by_role("link", name="Why this date? The assessments must be finished"))
    expect(page.get_by_text("30 school days after Wednesday, November 4, 2026")).to_be_visible()
    kit.go(page.get_by_role("link", name="Correct this fact"))
    page.get_by_label("On which day?").fill("2026-11-02")
    page.get_by_label("What was wrong?").fill("The receipt stamp says November 2.")
    kit.go(page.get_by_role("button", name="Save the correction"))
    expect(page.get_by_text("Corrected. The deadlines were counted anew")).to_be_visible()
    row = page.locator("li.deadline", has_text="The assessments must be finished")
    expect(row.get_by_text("Dec 18, 2026")).to_be_visible()
    page.goto(f"{live}/cases/{case_id}/school-calendar")
    page.get_by_text("Add a snow day").click()
    page.get_by_label("Day without school").fill("2026-12-10")
    kit.go(page.get_by_role("button", name="Add this day"))
    expect(page.get_by_text("No school on December 10, 2026")).to_be_visible()
    page.goto(f"{live}/cases/{case_id}/deadlines")
    kit.go(page.get_by_role("link", name="Why this date? The assessments must be finished"))
    expect(page.get_by_text("School calendar changed: snow day on December 10, 2026")).to_be_visible()


def test_what_a_fact_starts_shows_while_it_is_typed_and_a_contradiction_is_kept_with_a_reason(
    world: World, sign_in: SignIn, live: str
) -> None:
    parent = world.person(name="Dana Example")
    case_id = world.case(parent)
    record(world, parent, case_id, FactKind.EVALUATION_REQUESTED, date(2026, 11, 2), by_party="parent", how="mail")
    calendar_a(world, parent)
    page = sign_in(parent)
    page.goto(f"{live}/cases/{case_id}/facts/new?kind=evaluation_requested")
    kit.go(page.get_by_role("link", name="Record this one instead"))
    page.wait_for_url("**kind=referral_received*")
    page.get_by_label("On which day?").fill("2026-10-30")
    effects = page.get_by_role("region", name="What this changes")
    expect(effects.get_by_text("The district must send the consent form")).to_be_visible()
    expect(effects.get_by_text("November 9, 2026")).to_be_visible()
    page.get_by_label("Note").fill("The stamp is hard to read.")
    kit.go(page.get_by_role("button", name="Record this fact"))
    expect(page.get_by_role("alert")).to_contain_text("A request cannot arrive before it was sent.")
    expect(page.get_by_label("Note")).to_have_value("The stamp is hard to read.")
    page.get_by_label("If it is right all the same: why?").fill("I handed it in before I mailed it.")
    kit.check_page(page)
    kit.go(page.get_by_role("button", name="Record this fact"))
    expect(page.get_by_text("1 deadline started")).to_be_visible()
    kit.go(page.locator(".timeline-title").get_by_role("link", name="The school district received the request"))
    expect(page.get_by_text("I handed it in before I mailed it.")).to_be_visible()
    expect(page.get_by_text("It started")).to_be_visible()


def test_a_calendar_file_is_checked_and_saved_and_a_colleague_hears_what_moved(
    world, sign_in: SignIn, live: str
) -> None:
    attorney = world.person("attorney", "firm", name="Rowan Example")
    advocate = world.person("advocate", org_id=attorney.org_id, name="Sam Example")
    case_id = world.case(attorney)
    consent(world, attorney, case_id)
    page = sign_in(advocate)
    page.goto(f"{live}/cases/{case_id}/school-calendar/import")
    kit.check_page(page)
    page.get_by_label("Calendar file").set_input_files(
        {"name": "district.csv", "mimeType": "text/csv", "buffer": CSV.encode()}
    )
    kit.go(page.get_by_role("button", name="Read the file"))
    expect(page.get_by_text("183 school days")).to_be_visible()
    kit.check_page(page)
    kit.screenshot(page, "deadlines-calendar-check")
    page.get_by_label("Taken for: Election Day").select_option(label="School day")
    kit.go(page.get_by_role("button", name="Count again with my corrections"))
    expect(page.get_by_text("184 school days")).to_be_visible()
    kit.go(page.get_by_role("button", name="Save the school year"))
    expect(page.get_by_text("School year saved from the file")).to_be_visible()
    page.goto("about:blank")  # so that no answer on its way brings the cookie back
    page.context.clear_cookies()
    page = sign_in(attorney)
    page.goto(live)
    kit.go(page.get_by_role("link", name="1 new notice"))
    expect(page.get_by_text("School calendar imported: the 2026-27 school year")).to_be_visible()
    kit.check_page(page)
    kit.screenshot(page, "notices")
    kit.go(page.get_by_role("button", name="Mark as read"))
    expect(page.get_by_role("link", name="Notices")).to_be_visible()
