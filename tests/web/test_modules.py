"""The small scripts, in a real browser."""

import base64
import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import kit

pytestmark = pytest.mark.browser


def test_the_color_switch_is_remembered_by_the_server(page: Page):
    page.emulate_media(color_scheme="light")
    page.goto("/gallery")
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "light")
    switch = page.get_by_role("button", name="Dark colors")
    switch.click()
    expect(root).to_have_attribute("data-bs-theme", "dark")
    expect(switch).to_have_attribute("aria-pressed", "true")
    answer = page.request.get("/gallery").text()
    assert 'data-bs-theme="dark"' in answer
    page.reload()
    expect(root).to_have_attribute("data-bs-theme", "dark")


def test_without_a_choice_the_colors_follow_the_device(page: Page):
    page.emulate_media(color_scheme="dark")
    page.goto("/gallery")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")


def test_the_account_menu_closes_with_escape_and_gives_the_focus_back(page: Page):
    page.goto("/gallery")
    summary = page.locator(".menu summary")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator(".menu")).not_to_have_attribute("open", re.compile(".*"))
    expect(summary).to_be_focused()


def test_a_term_is_explained_by_keyboard(page: Page):
    page.goto("/gallery")
    page.get_by_role("button", name="stay-put").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The student stays in the placement")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("The student stays in the placement")).to_be_hidden()


def test_a_form_pressed_twice_is_sent_once(page: Page):
    page.goto("/form")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Record meeting").dblclick()
    expect(page.get_by_role("alert")).to_be_visible()
    assert len(sent) == 1


def test_a_form_can_be_sent_again_after_coming_back(page: Page):
    page.goto("/form")
    kit.go(page.get_by_role("button", name="Record meeting"))
    expect(page.get_by_role("alert")).to_be_visible()
    page.go_back()
    button = page.get_by_role("button", name="Record meeting")
    expect(button).not_to_have_attribute("aria-disabled", "true")


def fill(page: Page) -> None:
    page.get_by_label("Title of the paper").fill("Team meeting")
    page.get_by_label("Date of the meeting").fill("2025-03-03")
    page.get_by_label("Partly agreed").check()
    page.get_by_label("What was said").fill("They will answer by Friday.")


def expect_kept(page: Page, wanted: int) -> None:
    """Wait until so many forms are kept: the page's modules run after its text shows."""
    count = "Object.keys(sessionStorage).filter((key) => key.startsWith('kept:')).length"
    page.wait_for_function(f"(wanted) => {count} === wanted", arg=wanted)


def test_typed_text_is_put_back_until_it_is_saved(page: Page):
    page.goto("/form")
    fill(page)
    page.goto("/gallery")
    page.goto("/form")
    expect(page.get_by_text("We put back what you had typed")).to_be_visible()
    expect(page.get_by_label("What was said")).to_have_value("They will answer by Friday.")
    expect(page.get_by_label("Partly agreed")).to_be_checked()
    kit.go(page.get_by_role("button", name="Record meeting"))
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect_kept(page, 0)
    page.goto("/form")
    expect(page.get_by_label("What was said")).to_have_value("")


def test_typed_text_survives_an_answer_that_did_not_save_it(page: Page):
    page.goto("/form")
    fill(page)
    page.locator("form[data-keep] input[name=csrf_token]").evaluate("token => { token.value = 'too old'; }")
    kit.go(page.get_by_role("button", name="Record meeting"))
    expect(page.get_by_role("heading", name="This page was open too long")).to_be_visible()
    page.goto("/form")
    expect(page.get_by_label("What was said")).to_have_value("They will answer by Friday.")


def test_typed_text_survives_a_server_that_is_gone(page: Page):
    page.goto("/form")
    fill(page)
    page.route("**/form", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    with page.expect_event("framenavigated", lambda frame: frame.url.startswith("chrome-error:")):
        page.get_by_role("button", name="Record meeting").click()
    page.goto("/form")
    expect(page.get_by_label("What was said")).to_have_value("They will answer by Friday.")


def test_typed_text_is_forgotten_at_sign_out(page: Page):
    page.goto("/form")
    fill(page)
    page.goto("/gallery")
    expect_kept(page, 1)
    page.locator(".menu summary").click()
    kit.go(page.get_by_role("button", name="Sign out"))
    page.wait_for_url("**/gallery")
    expect_kept(page, 0)


def test_typed_text_of_one_person_is_not_shown_to_another(page: Page):
    page.goto("/form")
    fill(page)
    page.goto("/gallery")
    page.evaluate(
        """() => { for (const key of Object.keys(sessionStorage)) {
            sessionStorage[key] = JSON.stringify({...JSON.parse(sessionStorage[key]), owner: 'somebody else'}); } }"""
    )
    page.goto("/form")
    expect(page.get_by_label("What was said")).to_have_value("")
    expect_kept(page, 0)


def test_starting_over_clears_the_form(page: Page):
    page.goto("/form")
    fill(page)
    page.goto("/gallery")
    page.goto("/form")
    page.get_by_role("button", name="Start over instead").click()
    expect(page.get_by_label("What was said")).to_have_value("")
    expect_kept(page, 0)


def test_passphrases_are_never_kept(page: Page):
    page.goto("/form")
    fill(page)
    page.get_by_label("Passphrase").fill("correct horse battery")
    page.goto("/gallery")
    assert "horse" not in page.evaluate("JSON.stringify(sessionStorage)")


def file(name: str, size: int = 10) -> dict:
    return {"name": name, "mimeType": "application/pdf", "buffer": b"x" * size}


def test_several_files_go_up_and_one_refusal_does_not_stop_the_others(page: Page):
    page.goto("/files")
    names = ["IEP of January.pdf", "copy of the IEP.pdf", "page.html", "Übung – 日本.pdf", "much too large.pdf"]
    page.get_by_label("Choose files").set_input_files(
        [file(name, 2_000_001 if "large" in name else 10) for name in names]
    )
    summary = page.locator("[data-upload-summary]")
    expect(summary).to_have_text("3 saved, 2 not saved.")
    rows = page.get_by_role("list", name="Files of this upload").get_by_role("listitem")
    expect(rows).to_have_count(5)
    expect(rows.filter(has_text="IEP of January.pdf")).to_contain_text("Saved. It has 10 bytes.")
    expect(rows.filter(has_text="copy of the IEP.pdf")).to_contain_text("Already here.")
    expect(rows.filter(has_text="page.html")).to_contain_text("Web pages are not accepted. Print it to PDF first.")
    expect(rows.filter(has_text="much too large.pdf")).to_contain_text("over the size limit")
    expect(page.get_by_role("link", name="Show the papers")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)


def test_a_file_that_failed_can_be_sent_again(page: Page):
    page.goto("/files")
    page.get_by_label("Choose files").set_input_files([file("first 500.pdf")])
    row = page.get_by_role("list", name="Files of this upload").get_by_role("listitem")
    expect(row).to_contain_text("Something went wrong on our side")
    row.get_by_role("button", name="Try again").click()
    expect(row).to_contain_text("Saved.")
    expect(page.locator("[data-upload-summary]")).to_have_text("1 saved.")


def test_a_lost_connection_is_said_in_plain_words(page: Page):
    page.goto("/files")
    page.route("**/files/new", lambda route: route.abort())
    page.get_by_label("Choose files").set_input_files([file("letter.pdf")])
    row = page.get_by_role("list", name="Files of this upload").get_by_role("listitem")
    expect(row).to_contain_text("The connection was lost. It goes on by itself")
    page.unroute("**/files/new")
    expect(row).to_contain_text("Saved.")


def test_a_server_in_trouble_is_asked_again_without_a_click(page: Page):
    page.goto("/files")
    page.get_by_label("Choose files").set_input_files([file("first 503.pdf")])
    expect(page.locator("[data-upload-summary]")).to_have_text("1 saved.")


def test_files_chosen_before_the_script_has_come_are_sent_when_it_comes(page: Page):
    def choose(script: Route) -> None:
        page.get_by_label("Choose files").set_input_files([file("early.pdf")])
        script.continue_()

    page.route("**/js/upload.js", choose)
    page.goto("/files")
    expect(page.locator("[data-upload-summary]")).to_have_text("1 saved.")


def test_what_a_computer_keeps_for_itself_is_left_out_with_a_word(page: Page):
    page.goto("/files")
    names = ["letter.pdf", ".DS_Store", "Thumbs.db"]
    page.get_by_label("Choose files").set_input_files([file(name) for name in names])
    said = "1 saved. 2 hidden or system files were left out."
    expect(page.locator("[data-upload-summary]")).to_have_text(said)


def test_a_file_that_waits_can_be_cancelled(page: Page):
    page.goto("/files")
    page.route("**/files/new", lambda route: None)  # it never answers
    page.get_by_label("Choose files").set_input_files([file("letter.pdf")])
    page.get_by_role("button", name=re.compile("Cancel.*letter")).click()
    expect(page.get_by_role("list", name="Files of this upload")).to_contain_text("Cancelled.")
    expect(page.locator("[data-upload-overall]")).to_be_hidden()


def test_files_can_be_dropped(page: Page):
    page.goto("/files")
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(['x'], 'one.pdf'));
          data.items.add(new File(['y'], 'two.pdf'));
          document.querySelector('[data-drop-zone]').dispatchEvent(
            new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
        }"""
    )
    expect(page.locator("[data-upload-summary]")).to_have_text("2 saved.")


def test_a_file_that_did_not_arrive_completely_goes_on_when_it_is_chosen_again(page: Page):
    drop = """() => {
      const data = new DataTransfer();
      data.items.add(new File(['0123456789'], 'half.pdf', {lastModified: 1_700_000_000_000}));
      document.querySelector('[data-drop-zone]').dispatchEvent(
        new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
    }"""
    page.goto("/files")
    with page.expect_request("**/files/new") as begun:
        page.evaluate(drop)
    told = dict(pair.split(" ") for pair in begun.value.all_headers()["upload-metadata"].split(","))
    fingerprint = base64.b64decode(told["fingerprint"]).decode()
    assert re.fullmatch(r"10\|1700000000000\|[0-9a-f]{24}\|half\.pdf", fingerprint)
    page.goto("/files")
    page.evaluate(
        """(fingerprint) => {
          const list = document.createElement('section');
          list.dataset.unfinishedFiles = '';
          list.innerHTML = '<p data-unfinished="/files/half">half.pdf</p>';
          list.firstChild.dataset.fingerprint = fingerprint;
          document.querySelector('main').prepend(list);
        }""",
        fingerprint,
    )
    with page.expect_request(lambda request: request.method == "PATCH") as sent:
        page.evaluate(drop)
    assert sent.value.url.endswith("/files/half") and sent.value.all_headers()["upload-offset"] == "4"
    expect(page.locator("[data-upload-summary]")).to_have_text("1 saved.")
    expect(page.locator("[data-unfinished-files]")).to_have_count(0)


def test_every_file_carries_the_token_and_the_other_fields_of_the_form(page: Page):
    page.goto("/files")
    with page.expect_request("**/files/new") as sent:
        page.get_by_label("Choose files").set_input_files([file("ä b.pdf")])
    headers = sent.value.all_headers()
    told = dict(pair.split(" ") for pair in headers["upload-metadata"].split(","))
    assert base64.b64decode(told["filename"]).decode() == "ä b.pdf"
    assert base64.b64decode(told["field-kind"]) == b"letter"
    assert headers["x-csrftoken"] and headers["tus-resumable"] == "1.0.0" and headers["upload-length"] == "10"


def test_a_phone_is_offered_its_camera(page: Page):
    page.goto("/files")
    expect(page.get_by_label("Take a photo")).to_have_attribute("capture", "environment")


def test_a_job_is_watched_to_its_end(page: Page):
    page.goto("/files?job=1")
    expect(page.locator(".job-message")).to_have_text("Stamping pages (1 of 3)")
    page.route("**/job?from=1", lambda route: route.continue_(url=route.request.url.replace("from=1", "from=3")))
    page.wait_for_url("**/gallery")


def test_a_job_that_cannot_be_asked_about_says_so_and_goes_on(page: Page):
    page.route("**/job?*", lambda route: route.abort())
    page.goto("/files?job=1")
    expect(page.locator(".job-message")).to_contain_text("trying again")
    page.unroute("**/job?*")
    expect(page.locator(".job-message")).to_contain_text("Stamping pages")
