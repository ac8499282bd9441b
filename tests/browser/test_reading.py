"""Reading a paper as a person does: select, note, search inside, log as evidence, and all of it by keyboard."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import kit
from tests.documents.paper import add, papers_of, pdf
from tests.world import Actor, World

pytestmark = pytest.mark.browser

SELECT = """([first, last]) => {
  const words = document.querySelectorAll('.layer.words span');
  getSelection().setBaseAndExtent(words[first].firstChild, 0, words[last].firstChild, words[last].textContent.length);
}"""

LEFT_ENDS = "all => all.map(one => document.querySelector(one).getBoundingClientRect().x)"


def test_a_paper_is_read_marked_searched_and_logged(
    world: World, sign_in: Callable[[Actor], Page], live: str, worker: subprocess.Popen[bytes]
) -> None:
    parent = world.person("parent", "family", name="Rosalind Samplewood")
    case_id = world.case(parent)
    key = add(world, parent, case_id, pdf("No aide is needed here", 4), "2026-03-02 IEP.pdf")
    page = sign_in(parent)
    held: list[Route] = []
    page.route(re.compile("/read/2"), lambda route: held.append(route))
    page.goto(f"{live}/cases/{case_id}/papers/{key}")
    page.locator("img.page-image").wait_for(timeout=180_000)
    kit.go(page.get_by_role("link", name="Read", exact=True))
    stage, words = page.get_by_role("region", name="Page 1 of 4"), page.locator(".layer.words span")
    expect(words).to_have_text(["No", "aide", "is", "needed", "here,", "page", "1"])

    # The keyboard turns pages, zooms, turns the view and says what it can.
    for _twice in range(2):  # the second press comes while the second page is on its way
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("region", name="Page 3 of 4")).to_be_visible()
    for route in held:
        route.continue_()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("region", name="Page 2 of 4")).to_be_visible()
    page.keyboard.press("End")
    expect(words.last).to_have_text("4")
    expect(page).to_have_url(re.compile("page=4"))
    page.keyboard.press("Home")
    expect(stage).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    expect(words.last).to_have_text("3")
    before = page.locator("[data-zoom]").inner_text()
    page.keyboard.press("+")
    expect(page.locator("[data-zoom]")).not_to_have_text(before)
    page.keyboard.press("r")
    expect(page.locator("[data-say]")).to_have_text("The view is turned by 90 degrees")
    for _back in range(3):
        page.keyboard.press("r")
    page.keyboard.press("0")
    page.keyboard.press("?")
    expect(page.get_by_role("region", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Keys")).to_be_hidden()

    # Selected words become a highlight, at their place on the picture.
    page.evaluate(SELECT, [1, 3])
    page.get_by_role("button", name="Highlight").click()
    form = page.get_by_role("region", name="A note on this page")
    expect(form.locator("#note-quote")).to_have_value("aide is needed")
    form.get_by_label("Your note").fill("Ask the evaluator.")
    form.get_by_label("Shared with the family").check()
    kit.check_page(page)
    kit.screenshot(page, "reader-note")
    form.get_by_text("Choose the passage by its lines").click()
    expect(form.locator("[data-lines] option").first).to_be_attached()
    form.get_by_role("button", name="Take these lines").click()
    expect(form.locator("#note-quote")).to_have_value("No aide is needed here, page 3")
    page.evaluate(SELECT, [1, 3])
    page.get_by_role("button", name="Highlight").click()
    kit.go(form.get_by_role("button", name="Keep the note"))
    expect(page.locator(".page-note")).to_contain_text("Ask the evaluator.")
    expect(words).to_have_count(7)
    mark, word = page.evaluate(LEFT_ENDS, [".note-mark", ".layer.words span:nth-of-type(2)"])
    assert abs(mark - word) < 2

    # A box is drawn with two presses.
    page.keyboard.press("b")
    box = page.locator(".sheet").bounding_box()
    for part in (0.3, 0.5):
        page.mouse.click(box["x"] + box["width"] * part, box["y"] + box["height"] * part * 0.5)
    expect(page.get_by_text("About the place that you marked on the page.")).to_be_visible()
    page.keyboard.press("Escape")

    # Search inside lists hits, marks them and jumps.
    page.keyboard.press("/")
    page.keyboard.type("need")
    page.keyboard.press("Enter")
    expect(page.locator(".hit-list li")).to_have_count(4)
    expect(page.locator(".hit-mark.is-here")).to_have_count(1)
    page.locator(".reader-stage").focus()
    page.keyboard.press("n")
    expect(words.last).to_have_text("4")
    expect(page.locator(".hit-list [aria-current]")).to_contain_text("Page 4")
    kit.check_page(page)
    kit.screenshot(page, "reader-found")

    # One step into the evidence log, and back.
    page.evaluate(SELECT, [0, 3])
    page.get_by_role("button", name="Log as evidence").click()
    form = page.get_by_role("region", name="Log this page as evidence")
    expect(form.get_by_label("The words of the page")).to_have_value("No aide is needed")
    expect(form.get_by_label("In one line")).to_have_value("“No aide is needed”")
    kit.check_page(page)
    kit.screenshot(page, "reader-log")
    kit.go(form.get_by_role("button", name="Log it"))
    kit.go(page.get_by_role("link", name="No. 1: “No aide is needed”"))
    expect(page.get_by_role("figure")).to_contain_text("No aide is needed")
    kit.go(page.get_by_role("link", name="IEP, page 4").first)
    expect(page.locator(".hit-mark")).to_have_count(1)
    assert len(papers_of(world, parent, case_id)) == 1
