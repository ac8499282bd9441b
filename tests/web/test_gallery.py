"""Every component, in a real browser: axe in light and dark, phone and desktop, and the keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import kit

PAGES = {
    "parts": "/gallery?flash=1",
    "form": "/form",
    "conflict": "/form?conflict=1",
    "case": "/case",
    "files": "/files?job=1",
    "error": "/nowhere",
}


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
def test_axe_the_keyboard_and_a_phone_find_nothing_wrong(page: Page, name: str):
    page.goto(PAGES[name])
    kit.check_page(page, every_look=True)


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/gallery", "/case", "/form"])
def test_200_percent_zoom_needs_no_sideways_scrolling(page: Page, path: str):
    page.set_viewport_size({"width": 640, "height": 450})  # 1280 × 900 at 200 %
    page.goto(path)
    kit.check_no_sideways_scroll(page)


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/gallery", "/case"])
def test_400_percent_zoom_needs_no_sideways_scrolling(page: Page, path: str):
    page.set_viewport_size({"width": 320, "height": 256})
    page.goto(path)
    kit.check_no_sideways_scroll(page)


@pytest.mark.browser
def test_a_refused_form_passes_axe_too(page: Page):
    page.goto("/form")
    kit.go(page.get_by_role("button", name="Record meeting"))
    expect(page.get_by_role("alert")).to_be_focused()
    kit.check_page(page, every_look=True)


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/gallery", "/case", "/form", "/files"])
def test_what_a_thumb_presses_is_44_pixels_high(page: Page, path: str):
    """Buttons, inputs and navigation; links inside text are excepted, as in WCAG 2.5.8."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(path)
    heights = page.evaluate(
        """() => [...document.querySelectorAll(
          '.btn, .btn-quiet, .form-control, .form-select, nav a, summary, .choice-card')]
        .filter((e) => e.checkVisibility())
        .map((e) => [e.getBoundingClientRect().height, e.outerHTML.slice(0, 90)])"""
    )
    small = [(height, html) for height, html in heights if 0 < height < 43.9]
    assert small == []


@pytest.mark.browser
def test_the_case_is_printed_without_navigation_in_black_on_white(page: Page):
    page.goto("/case")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.locator(".case-tabs")).to_be_hidden()
    expect(page.get_by_text("Stay-put is in force")).to_be_visible()
    expect(page.locator(".stage-drawing")).to_be_visible()
    colors = page.evaluate("[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]")
    assert colors == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]


@pytest.mark.browser
def test_pages_work_without_javascript(page: Page):
    context = page.context.browser.new_context(
        base_url=page.context._impl_obj._options["baseURL"], java_script_enabled=False
    )
    plain = context.new_page()
    plain.goto("/files")
    expect(plain.get_by_role("button", name="Upload")).to_be_visible()
    expect(plain.get_by_label("Choose files")).to_be_visible()
    plain.goto("/case")
    plain.locator(".menu summary").click()
    expect(plain.get_by_role("button", name="Sign out")).to_be_visible()
    context.close()
