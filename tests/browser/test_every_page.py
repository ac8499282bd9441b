"""Every page, in a real browser: nothing that axe finds, everything by keyboard, nothing wider than a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import delete

import config
from casemgr.accounts.models import Membership
from casemgr.extensions import db
from tests.browser import kit
from tests.browser.every_page import FIRM_PAGES, NOT_PAGES, PAGES, WALKED, pages
from tests.browser.everything import Home, make_home
from tests.world import Actor, World

pytestmark = pytest.mark.browser
NAMES = [f"{endpoint}-{row}" if row else endpoint for endpoint, row in pages()]


def open_browser(browser: Browser, live: str, actor: Actor) -> BrowserContext:
    """Sign in through the form, once for the run."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{live}/sign-in")
    page.get_by_label("E-mail").fill(actor.email)
    page.get_by_label("Passphrase").fill(actor.passphrase)
    kit.go(page.get_by_role("button", name="Sign in"))
    page.get_by_text("Account menu").wait_for(state="attached")
    return context


@pytest.fixture(scope="session")
def parent(app: Flask, settings: config.Settings, live: str) -> Home:
    """A parent with the sample case in the family's own workspace."""
    world = World(app)
    return make_home(world, world.person(name="Dana Example"), settings)


@pytest.fixture(scope="session")
def attorney(app: Flask, settings: config.Settings, live: str) -> Home:
    """An attorney who owns a firm, with the sample case and another client's."""
    world = World(app)
    actor = world.person("owner", "firm", name="Noor Counsel")
    world.case(actor, student="Wren Second")
    return make_home(world, actor, settings, drawn=False)


@pytest.fixture(scope="session")
def parents_browser(browser: Browser, live: str, parent: Home) -> Iterator[BrowserContext]:
    context = open_browser(browser, live, parent.actor)
    yield context
    context.close()


@pytest.fixture(scope="session")
def attorneys_browser(browser: Browser, live: str, attorney: Home) -> Iterator[BrowserContext]:
    context = open_browser(browser, live, attorney.actor)
    yield context
    context.close()


def visit(context: BrowserContext, address: str) -> Page:
    """Open the address in the tab that is there: a new one would start a process of its own each time."""
    page = context.pages[0] if context.pages else context.new_page()
    page.set_default_timeout(kit.PATIENCE_MS)
    page.set_viewport_size({"width": 1280, "height": 900})
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, f"{address} answers {answer.status}"
    assert page.url == address, f"{address} leads on to {page.url}"
    return page


def test_every_get_route_of_the_application_is_in_the_table(app: Flask) -> None:
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    known = [*PAGES, *WALKED, *NOT_PAGES]
    assert routes - set(known) == set(), "Say in tests/browser/every_page.py how each new page is opened"
    assert set(known) - routes == set(), "These are routes no more"
    assert len(known) == len(set(known))


@pytest.mark.xdist_group("parent")  # the sample case with all that is added is made once, and not in each process
@pytest.mark.parametrize(("endpoint", "row"), pages(), ids=NAMES)
def test_a_parent_can_use_the_page(
    endpoint: str, row: int, app: Flask, live: str, parent: Home, parents_browser: BrowserContext
) -> None:
    page = visit(parents_browser, live + parent.url(app, endpoint, PAGES[endpoint][row]))
    kit.check_page(page)
    kit.screenshot(page, f"parent-{endpoint}-{row}")


@pytest.mark.xdist_group("parent")
def test_all_papers_that_can_go_into_a_binder_are_ticked_at_once(
    app: Flask, live: str, parent: Home, parents_browser: BrowserContext
) -> None:
    row = PAGES["exhibit_binders.exhibits"][1]
    page = visit(parents_browser, live + parent.url(app, "exhibit_binders.exhibits", row))
    boxes, ticked = (page.locator(f"[data-tick-all] input{kind}") for kind in ("[type=checkbox]", ":checked"))
    count = boxes.count()
    every, none = (page.get_by_role("button", name=name, exact=True) for name in (f"Tick all {count}", "Tick none"))
    every.press("Enter")
    expect(ticked).to_have_count(count)
    boxes.first.uncheck()
    every.press("Enter")
    none.press("Enter")
    expect(ticked).to_have_count(0)
    expect(every).to_be_visible()
    assert count > 1


@pytest.mark.xdist_group("attorney")
@pytest.mark.parametrize("endpoint", FIRM_PAGES)
def test_an_attorney_can_use_the_page(
    endpoint: str, app: Flask, live: str, attorney: Home, attorneys_browser: BrowserContext
) -> None:
    page = visit(attorneys_browser, live + attorney.url(app, endpoint, PAGES[endpoint][0]))
    kit.check_axe(page)
    kit.check_no_sideways_scroll(page)
    page.set_viewport_size({"width": 390, "height": 844})
    kit.check_no_sideways_scroll(page)
    kit.screenshot(page, f"attorney-{endpoint}")


@pytest.mark.parametrize("path", ["/welcome", "/sign-in", "/sign-up"])
def test_anybody_can_use_the_page(path: str, live: str, context: BrowserContext) -> None:
    kit.check_page(visit(context, live + path))


def test_a_visitor_can_use_the_pages_of_a_first_look(live: str, page: Page) -> None:
    page.goto(f"{live}/welcome")
    kit.go(page.get_by_role("button", name="Open the sample case"))
    page.get_by_text("Sample case.").wait_for()
    for path in ("/account/keep", "/account", "/"):
        kit.check_page(visit(page.context, live + path))


def test_a_person_in_no_workspace_can_make_one(live: str, world: World, sign_in: Callable[[Actor], Page]) -> None:
    actor = world.person(name="Robin Example")
    with world.scope(actor):
        db.session.execute(delete(Membership).where(Membership.user_id == actor.user_id))
        db.session.commit()
    page = sign_in(actor)
    kit.go(page.get_by_role("link", name="Make a workspace"))
    page.wait_for_url("**/account/workspace")
    kit.check_page(page)


def test_a_parent_can_use_each_step_of_starting_a_case(
    live: str, world: World, sign_in: Callable[[Actor], Page]
) -> None:
    page = sign_in(world.person(name="Dana Example"))
    page.goto(f"{live}/cases/new")
    page.get_by_label("Student’s full name").fill("Juniper Example")
    page.get_by_label("Date of birth").fill("2016-05-04")
    page.get_by_label("School", exact=False).first.fill("Larch Street School")
    page.get_by_label("School district").fill("Fernhollow Public Schools")
    page.get_by_label("State", exact=True).select_option("MA")
    page.get_by_label("A 504 plan").check()
    kit.go(page.get_by_role("button", name="Go on to the people"))
    page.wait_for_url("**/cases/new/people")
    kit.check_page(page)
    kit.go(page.get_by_role("button", name="Go on to the concern"))
    page.wait_for_url("**/cases/new/concern")
    kit.check_page(page)
