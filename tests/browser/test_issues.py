"""Issues and relief in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import kit
from tests.evidence.makers import log, told
from tests.issues.test_services import add
from tests.world import Actor, World

pytestmark = pytest.mark.browser
SignIn = Callable[[Actor], Page]


def test_an_attorney_adds_an_issue_and_chooses_its_evidence(world: World, sign_in: SignIn, live: str) -> None:
    attorney = world.person("attorney", "firm", name="Rowan Example")
    case_id = world.case(attorney)
    log(world, attorney, case_id, told("Call about the evaluation"), told("A snow day"))
    page = sign_in(attorney)
    page.goto(f"{live}/cases/{case_id}/issues")
    kit.go(page.get_by_role("link", name="Add the first issue"))
    page.get_by_label("What is it about?").select_option(label="Evaluation late or not done")
    page.get_by_label("IDEA (special education)").check()
    page.get_by_label("The issue in one sentence").fill("The evaluation came 40 days late")
    page.get_by_label("The facts").fill("Consent was received on October 1.")
    kit.go(page.get_by_role("button", name="Add the issue"))
    expect(page.get_by_text("34 CFR 300.301(c)(1)")).to_be_visible()
    expect(page.get_by_text("No evidence yet")).to_be_visible()
    kit.go(page.get_by_role("link", name="Choose from the log"))
    page.get_by_label("Call about the evaluation").check()
    kit.go(page.get_by_role("button", name="Add to this issue"))
    expect(page.get_by_text("1 entry supports this issue")).to_be_visible()
    kit.go(page.get_by_role("button", name="Take off No. 1"))
    expect(page.get_by_text("No evidence yet")).to_be_visible()
    kit.go(page.get_by_role("button", name="Withdraw"))
    expect(page.get_by_text("This issue is withdrawn")).to_be_visible()
    kit.go(page.get_by_role("button", name="Take it up again"))
    expect(page.get_by_role("button", name="Withdraw")).to_be_visible()


def test_the_slower_of_two_tabs_sees_both_versions_and_keeps_the_text(
    world: World, sign_in: SignIn, live: str, context: BrowserContext
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    issue = add(world, parent, case_id)
    page = sign_in(parent)
    address = f"{live}/cases/{case_id}/issues/{issue}/edit"
    other = context.new_page()
    for tab, title in ((page, "The slower tab"), (other, "The faster tab")):
        tab.goto(address)
        tab.get_by_label("What is it about?").select_option(label="Records")
        tab.get_by_label("The issue in one sentence").fill(title)
    kit.go(other.get_by_role("button", name="Save the issue"))
    expect(other.get_by_text("Issue 1 saved.")).to_be_visible()
    kit.go(page.get_by_role("button", name="Save the issue"))
    expect(page.get_by_role("heading", name="Someone else saved this while you were typing")).to_be_visible()
    expect(page.get_by_role("cell", name="The faster tab")).to_be_visible()
    expect(page.get_by_label("The issue in one sentence")).to_have_value("The slower tab")
    kit.check_page(page)
    kit.screenshot(page, "issues-conflict")
    kit.go(page.get_by_role("button", name="Save the issue"))
    expect(page.get_by_role("heading", name="The slower tab")).to_be_visible()
