"""A date in a real browser: why it is what it is, marked as met and undone, its sheet and check, and along time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect

from casemgr.evidence import services as log
from casemgr.evidence.services import NewEntry
from casemgr.law.terms import FactKind
from tests.browser import kit
from tests.deadlines.makers import calendar_a, consent, deadline, load, record
from tests.world import Actor, World

pytestmark = pytest.mark.browser
SignIn = Callable[[Actor], Page]


def test_an_attorney_marks_checks_prints_and_subscribes_to_a_date(world: World, sign_in: SignIn, live: str) -> None:
    attorney = world.person("attorney", "firm", name="Rowan Example")
    case_id = world.case(attorney)
    calendar_a(world, attorney)
    consent(world, attorney, case_id)
    record(world, attorney, case_id, FactKind.IEP_PROPOSED_RECEIVED, date(2026, 11, 20), by_party="lea")
    with world.scope(attorney):
        call = NewEntry(kind="call", happened_on=date(2026, 11, 20), title="The evaluation report came")
        log.log_entry(load(case_id), call, by=world.user(attorney))
    row = deadline(world, attorney, case_id, "ma-evaluation")
    here = f"{live}/cases/{case_id}/deadlines/{row.id}"
    page = sign_in(attorney)

    page.goto(here)  # marked as met with its proof, then undone
    kit.go(page.get_by_role("link", name="The school district finished its evaluation"))
    page.get_by_label("On which day?").fill("2026-11-20")
    kit.go(page.get_by_role("button", name="Record it"))
    expect(page.get_by_role("alert").get_by_text("say in the note how you know")).to_be_visible()
    page.get_by_label("Which entry of the log shows it?").select_option(index=1)
    kit.check_page(page)
    kit.screenshot(page, "dates-mark")
    kit.go(page.get_by_role("button", name="Record it"))
    expect(page.get_by_text("Recorded. This date is met.")).to_be_visible()
    expect(page.get_by_role("link", name="The evaluation report came")).to_be_visible()
    kit.go(page.get_by_role("link", name="It never happened: undo"))
    page.get_by_label("Why do you take it back?").fill("It was the draft.")
    kit.go(page.get_by_role("button", name="Take it back"))

    page.goto(here)  # its sheet, and the check of it
    expect(page.get_by_text("State: met → open")).to_be_visible()
    kit.screenshot(page, "dates-why")
    kit.go(page.get_by_role("link", name="Deadline sheet"))
    kit.check_page(page)
    kit.screenshot(page, "dates-sheet")
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename == "deadline-sheet.pdf"
    kit.go(page.get_by_role("link", name="Record the check"))
    page.get_by_label("The dates are right").check()
    kit.check_page(page)
    kit.screenshot(page, "dates-check")
    kit.go(page.get_by_role("button", name="Record the check"))
    expect(page.get_by_text("Rowan Example found the dates right")).to_be_visible()
    page.goto(f"{live}/cases/{case_id}/deadlines")
    kit.go(page.get_by_role("link", name="Dates to check"))
    expect(page.get_by_role("link", name="The assessments must be finished")).to_have_count(0)
    kit.screenshot(page, "dates-unchecked")

    page.goto(f"{live}/deadlines/month?month=2026-11")  # along time
    kit.go(page.get_by_role("link", name="December 2026, the month after"))
    expect(page.get_by_role("link", name="The assessments must be finished")).to_be_visible()
    kit.check_page(page)
    kit.screenshot(page, "dates-month")
    page.goto(f"{live}/cases/{case_id}/chronology")
    kit.check_page(page)
    kit.screenshot(page, "dates-chronology")

    page.goto(f"{live}/account")  # into one's own calendar
    kit.go(page.get_by_role("link", name="Due dates in your calendar"))
    kit.check_page(page)
    kit.screenshot(page, "dates-feed")
    kit.go(page.get_by_role("button", name="Make my address"))
    kit.screenshot(page, "dates-feed-new")
    address = page.get_by_label("Secret address of your calendar").input_value()
    fetched = page.request.get(address)
    events = Calendar.from_ical(fetched.text()).walk("VEVENT")
    assert "J.E. Expect by: The assessments must be finished" in {str(event["summary"]) for event in events}
    kit.go(page.get_by_role("link", name="I have copied it"))
    kit.go(page.get_by_role("button", name="Switch it off"))
    expect(page.get_by_text("The address is switched off.")).to_be_visible()
    assert page.request.get(address).status == 404
