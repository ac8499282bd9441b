"""First run, signing in, and one's own account, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser import kit
from tests.world import Actor, World

pytestmark = pytest.mark.browser

PASSPHRASE = "walnut ferry copper idle"
SignIn = Callable[[Actor], Page]


def test_the_first_page_leads_to_an_account(page: Page, live: str) -> None:
    page.goto(f"{live}/welcome")
    kit.screenshot(page, "accounts-welcome")
    kit.check_page(page)
    kit.go(page.get_by_role("link", name="Make an account"))
    kit.check_page(page)

    email = f"ana.{uuid4().hex[:8]}@example.org"
    page.get_by_label("Your name").fill("Ana Rivera")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Passphrase").fill("password1234")
    expect(page.get_by_text("Too easy to guess.")).to_be_visible()
    kit.go(page.get_by_role("button", name="Make my account"))
    expect(page.get_by_role("heading", name="Please fix these before going on")).to_be_visible()
    kit.screenshot(page, "accounts-sign-up-errors")
    kit.check_page(page)

    expect(page.get_by_label("Your name")).to_have_value("Ana Rivera")
    expect(page.get_by_label("Passphrase")).to_have_value("")
    page.get_by_label("Passphrase").fill(PASSPHRASE)
    expect(page.get_by_text("Strong.")).to_be_visible()
    page.get_by_role("button", name="Show passphrase").click()
    expect(page.get_by_label("Passphrase")).to_have_attribute("type", "text")
    page.get_by_label("A parent or guardian").check()
    page.get_by_label("State or territory").select_option(label="Massachusetts")
    kit.screenshot(page, "accounts-sign-up")
    kit.go(page.get_by_role("button", name="Make my account"))
    page.goto(f"{live}/account")
    expect(page.get_by_role("main").get_by_text("The Rivera family")).to_be_visible()
    expect(page.get_by_role("main").get_by_text(email)).to_be_visible()


def test_signing_up_works_with_the_keyboard_alone(page: Page, live: str) -> None:
    page.goto(f"{live}/sign-up")
    page.get_by_label("Your name").focus()
    keys = page.keyboard
    keys.type("Key Board")
    keys.press("Tab")
    keys.type(f"keys.{uuid4().hex[:8]}@example.org")
    keys.press("Tab")
    keys.type(PASSPHRASE)
    keys.press("Tab")  # Show passphrase
    keys.press("Tab")
    keys.press("Space")  # the first choice
    keys.press("ArrowDown")
    keys.press("Tab")
    keys.type("Texas")
    keys.press("Tab")
    keys.press("Enter")
    page.wait_for_url(lambda url: "/sign-up" not in url)
    page.goto(f"{live}/account")
    expect(page.get_by_role("main").get_by_text("Key Board, advocacy")).to_be_visible()


def test_signing_up_works_without_javascript(browser, live: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live}/sign-up")
    expect(page.get_by_role("button", name="Show passphrase")).to_be_hidden()
    page.get_by_label("Your name").fill("No Script")
    page.get_by_label("E-mail").fill(f"noscript.{uuid4().hex[:8]}@example.org")
    page.get_by_label("Passphrase").fill(PASSPHRASE)
    page.get_by_label("An attorney").check()
    page.get_by_label("State or territory").select_option("CA")
    kit.go(page.get_by_role("button", name="Make my account"))
    page.goto(f"{live}/account")
    expect(page.get_by_role("main").get_by_text("Law office of No Script")).to_be_visible()
    context.close()


def test_a_wrong_passphrase_then_the_right_one(page: Page, live: str, world: World) -> None:
    actor = world.person()
    page.goto(f"{live}/sign-in?next=/account")
    kit.check_page(page)
    page.get_by_label("E-mail").fill(actor.email)
    page.get_by_label("Passphrase").fill("not this one")
    kit.go(page.get_by_role("button", name="Sign in"))
    expect(page.get_by_text("do not go together")).to_be_visible()
    kit.screenshot(page, "accounts-sign-in")
    kit.check_page(page)
    expect(page.get_by_label("E-mail")).to_have_value(actor.email)
    page.get_by_label("Passphrase").fill(actor.passphrase)
    kit.go(page.get_by_role("button", name="Sign in"))
    page.wait_for_url(f"{live}/account")


def test_a_form_from_before_signing_in_elsewhere_does_no_harm(page: Page, live: str, world: World) -> None:
    actor = world.person()
    page.goto(f"{live}/sign-in?next=/account")
    page.context.clear_cookies(name="casemgr_session")
    page.get_by_label("E-mail").fill(actor.email)
    page.get_by_label("Passphrase").fill(actor.passphrase)
    kit.go(page.get_by_role("button", name="Sign in"))
    expect(page.get_by_text("This page was open for a long time")).to_be_visible()
    page.get_by_label("Passphrase").fill(actor.passphrase)
    kit.go(page.get_by_role("button", name="Sign in"))
    page.wait_for_url(f"{live}/account")


def test_an_owner_adds_a_person_who_then_chooses_a_passphrase(
    page: Page, live: str, world: World, sign_in: SignIn, browser
) -> None:
    owner = world.person("owner", "firm")
    email = f"lee.{uuid4().hex[:8]}@example.org"
    sign_in(owner)
    page.goto(f"{live}/organization/members")
    kit.go(page.get_by_role("link", name="Add a person"))
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Name").fill("Lee Park")
    page.get_by_role("radio", name="Paralegal").check()
    kit.go(page.get_by_role("button", name="Add this person"))
    one_time = page.locator(".one-time code").inner_text()
    kit.screenshot(page, "accounts-one-time")
    kit.check_page(page)
    kit.go(page.get_by_role("link", name="I have written it down"))
    kit.screenshot(page, "accounts-members-new")
    kit.check_page(page)

    theirs = browser.new_context().new_page()
    theirs.goto(f"{live}/sign-in")
    theirs.get_by_label("E-mail").fill(email)
    theirs.get_by_label("Passphrase").fill(one_time)
    kit.go(theirs.get_by_role("button", name="Sign in"))
    expect(theirs.get_by_role("heading", name="Choose a new passphrase")).to_be_visible()
    kit.screenshot(theirs, "accounts-must-choose")
    theirs.get_by_label("Present passphrase").fill(one_time)
    theirs.get_by_label("New passphrase").fill(PASSPHRASE)
    kit.go(theirs.get_by_role("button", name="Change my passphrase"))
    expect(theirs.get_by_text("Your passphrase is changed")).to_be_visible()
    theirs.context.close()

    page.goto(f"{live}/organization/members")
    kit.go(page.get_by_role("link", name="Remove Lee Park"))
    kit.check_page(page)
    kit.go(page.get_by_role("button", name="Remove"))
    expect(page.get_by_text("Lee Park can no longer open this workspace.")).to_be_visible()


def test_two_tabs_show_both_versions(page: Page, live: str, world: World, sign_in: SignIn) -> None:
    sign_in(world.person())
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(f"{live}/account/details")
    other.get_by_label("Your name").fill("From the other tab")
    kit.go(other.get_by_role("button", name="Save"))
    page.get_by_label("Your name").fill("From this tab")
    kit.go(page.get_by_role("button", name="Save"))
    expect(page.get_by_role("cell", name="From the other tab")).to_be_visible()
    kit.screenshot(page, "accounts-conflict")
    kit.check_page(page)
    kit.go(page.get_by_role("button", name="Save"))
    expect(page.get_by_role("main").get_by_text("From this tab")).to_be_visible()


def test_the_menu_switches_workspaces_and_signs_out(page: Page, live: str, world: World, sign_in: SignIn) -> None:
    actor, firm = world.person(name="Two Hats"), world.person("owner", "firm")
    with world.scope(firm):
        from casemgr.accounts import members
        from casemgr.accounts.models import Organization
        from casemgr.extensions import db

        firm_row = db.session.get(Organization, firm.org_id)
        members.add_member(firm_row, members.NewMember(actor.email, "", "attorney"), by=world.user(firm))
        name = firm_row.name
    sign_in(actor)
    page.goto(f"{live}/account")
    page.get_by_text("Account menu").locator("..").click()
    expect(page.get_by_role("button", name="Switch to")).to_be_visible()
    kit.screenshot(page, "accounts-menu")
    kit.check_axe(page, ignore=("target-size",))  # the open menu lies over the page
    kit.go(page.get_by_role("button", name="Switch to"))
    page.goto(f"{live}/account")
    expect(page.get_by_role("main").locator("li", has_text="You are here")).to_contain_text(name)
    page.get_by_text("Account menu").locator("..").click()
    kit.go(page.get_by_role("button", name="Sign out", exact=True))
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.goto(f"{live}/account")
    expect(page).to_have_url(f"{live}/sign-in?next=/account")
