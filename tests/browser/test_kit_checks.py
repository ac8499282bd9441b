"""The kit itself: a page with a defect must fail, a sound one must pass."""

import stat
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.browser import kit

pytestmark = pytest.mark.browser

SOUND = """<!doctype html><html lang="en"><head><title>Sound</title><meta name="viewport" content="width=device-width">
<style>body { font: 16px sans-serif } :focus-visible { outline: 3px solid #14595f } a, button, input { margin: 8px }
.tiny { width: 9px; height: 9px; margin: 0; padding: 0; font-size: 9px }
%s</style></head><body><main><h1>Sound</h1><p>Words <a href="#x">with a link</a></p>
<form><label for="day">Day</label><input type="date" id="day">
<fieldset><legend>Outcome</legend><input type="radio" id="a" name="o"><label for="a">Agreed</label>
<input type="radio" id="b" name="o"><label for="b">Refused</label></fieldset>
<button>Save</button></form>%s</main></body></html>"""


def show(page: Page, more: str = "", style: str = "") -> Page:
    page.set_content(SOUND % (style, more))
    return page


def test_a_sound_page_passes_everything(page: Page):
    kit.check_page(show(page))


@pytest.mark.parametrize(
    "defect, rule",
    [
        ('<input type="text">', "label"),
        ('<img src="data:,">', "image-alt"),
        ('<p style="color: #aaa; background: #fff">Faint words</p>', "color-contrast"),
        ("<h4>Too deep</h4>", "heading-order"),
        ('<button><svg width="9" height="9"></svg></button>', "button-name"),
        ('<button class="tiny">x</button><button class="tiny">y</button>', "target-size"),
    ],
)
def test_a_violation_is_named_with_its_element(page: Page, defect: str, rule: str):
    with pytest.raises(AssertionError, match=rf"- {rule} \("):
        kit.check_axe(show(page, defect))


def test_an_element_that_tab_skips_is_named(page: Page):
    with pytest.raises(AssertionError, match=r"(?s)does not reach 1 of 5.*Skipped"):
        kit.check_keyboard(show(page, '<button tabindex="-1">Skipped</button>'))


def test_a_focus_that_cannot_be_seen_is_named(page: Page):
    with pytest.raises(AssertionError, match=r"(?s)cannot be seen.*with a link"):
        kit.check_keyboard(show(page, style="a:focus-visible { outline: none }"))


def test_a_trap_is_named(page: Page):
    show(page, '<button id="trap">Trap</button><p><a href="#end">End</a></p>')
    page.evaluate("document.getElementById('trap').addEventListener('keydown', (event) => event.preventDefault())")
    with pytest.raises(AssertionError, match=r"(?s)trapped at .*Trap"):
        kit.check_keyboard(page)


def test_the_keyboard_check_starts_at_the_top_wherever_the_focus_was(page: Page):
    show(page)
    page.get_by_role("button", name="Save").focus()
    kit.check_keyboard(page)


def test_sideways_scrolling_is_named_with_the_element_that_causes_it(page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    with pytest.raises(AssertionError, match=r"(?s)Sideways scrolling at 390 px.*wide-one"):
        kit.check_no_sideways_scroll(show(page, '<div id="wide-one" style="width: 600px">Wide</div>'))


def test_pictures_are_taken_at_both_widths_in_light_and_dark(page: Page, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("CASEMGR_SHOTS", str(tmp_path))
    style = "@media (prefers-color-scheme: dark) { body { background: #000; color: #fff } }"
    files = kit.screenshot(show(page, style=style), "sound")
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(file.name for file in files)
    widths, corners = [], []
    for file in files:
        with Image.open(file) as picture:
            widths.append(picture.width)
            corners.append(picture.convert("RGB").getpixel((0, 0)))
    assert widths == [1280, 1280, 390, 390]
    assert corners == [(255, 255, 255), (0, 0, 0)] * 2
    assert page.viewport_size == {"width": 1280, "height": 900}


def test_the_browser_that_the_environment_names_is_taken(tmp_path: Path):
    program = tmp_path / "my-browser"
    program.write_text("#!/bin/sh\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    assert kit.find_browser({"CASEMGR_BROWSER": str(program), "PATH": ""}) == str(program)


def test_a_browser_on_the_path_is_found_by_its_usual_name(tmp_path: Path):
    program = tmp_path / "google-chrome"
    program.write_text("#!/bin/sh\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    assert kit.find_browser({"PATH": str(tmp_path)}) == str(program)


def test_a_browser_that_is_named_but_missing_stops_the_tests_and_says_what_to_install():
    with pytest.raises(kit.BrowserMissing, match=r"/no/such/browser.*apt install chromium"):
        kit.find_browser({"CASEMGR_BROWSER": "/no/such/browser", "PATH": ""})


def test_no_browser_at_all_stops_the_tests_and_says_what_to_install(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(kit, "MAC_APPS", ())

    class NoBrowser:
        class chromium:
            @staticmethod
            def launch(**_options):
                raise kit.PlaywrightError("Executable doesn't exist")

    with pytest.raises(kit.BrowserMissing, match="No browser found"):
        kit.launch(NoBrowser(), {"PATH": str(tmp_path)})  # type: ignore[arg-type]
