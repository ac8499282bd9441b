"""Cover a place with the mouse and a word with the keyboard, and have the copy made and proved."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Page, Route, expect

from casemgr.documents.models import Document
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.redaction.models import RedactionEntry
from tests.browser import kit
from tests.documents.paper import add
from tests.patience import until
from tests.redaction.makers import SECRET, everything_in, sheet, text_of
from tests.world import Actor, World

pytestmark = pytest.mark.browser
SignIn = Callable[[Actor], Page]


def test_places_are_covered_with_mouse_and_keyboard_and_the_copy_is_proved(
    world: World, sign_in: SignIn, live: str, worker: subprocess.Popen[bytes]
) -> None:
    me = world.person()
    case_id = world.case(me)
    paper = add(world, me, case_id, sheet(), "notes.pdf", title="Notes")
    _wait_until_drawn(world, me, paper)
    page = sign_in(me)
    page.goto(f"{live}/cases/{case_id}/papers/{paper}/redact")
    page.get_by_label("Why is it covered?").select_option("contact")
    place = page.locator("[data-sheet]").bounding_box()
    assert place is not None

    def draw(down: float) -> None:
        left, top = place["x"] + 0.05 * place["width"], place["y"] + down * place["height"]
        page.mouse.move(left, top)
        page.mouse.down()
        page.mouse.move(left + 0.85 * place["width"], top + 0.06 * place["height"])
        page.mouse.up()

    def answer_late(route: Route) -> None:
        sent.append(route)
        if len(sent) == 1:
            draw(0.15)  # the next box is drawn while this one is on its way
        route.continue_()

    sent: list[Route] = []
    page.route("**/marks*", answer_late)
    draw(0.25)
    expect(page.locator("[data-redact] .redact-marks li")).to_have_count(2)
    expect(page.get_by_label("Why is it covered?")).to_have_value("contact")

    page.get_by_label("Why is it covered?").select_option("other_child")
    page.get_by_text("Choose words from a list").press("Enter")
    page.locator(".redact-line summary", has_text=SECRET).press("Enter")
    page.get_by_role("checkbox", name=SECRET).press("Space")
    page.get_by_role("button", name="Cover", exact=True).press("Enter")
    expect(page.locator("[data-redact] .redact-marks li")).to_have_count(3)
    kit.screenshot(page, "redaction-page")

    kit.go(page.get_by_role("link", name="Make the copy"))
    page.get_by_label("Why may they see it?").fill("The school asked.")
    kit.go(page.get_by_role("button", name="Make the copy"))
    expect(page.get_by_text("Made, and proved")).to_be_visible(timeout=180_000)
    with world.scope(me):
        entry = db.session.scalars(db.select(RedactionEntry).where(RedactionEntry.case_id == case_id)).one()
        copy = b"".join(store().open_stream(me.org_id, entry.result_sha256))
    told = everything_in(copy)
    assert SECRET not in told and "q@example.org" not in told and "Reading goals" in text_of(copy)


def _wait_until_drawn(world: World, me: Actor, paper: UUID) -> None:
    def is_ready() -> bool:
        with world.scope(me):
            state = db.session.scalars(db.select(Document.preview_state).where(Document.id == paper)).one()
            db.session.rollback()
        return state == "ready"

    until(is_ready, "the worker to draw its pages")
