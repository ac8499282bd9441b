"""Papers as a person meets them: several files at once, one page after another, at the desk and on a phone."""

from __future__ import annotations

import io
import subprocess
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from casemgr.documents.models import Document
from casemgr.extensions import db
from tests.browser import kit
from tests.documents.paper import add, papers_of, pdf, png
from tests.patience import until
from tests.world import Actor, World

pytestmark = pytest.mark.browser
SignIn = Callable[[Actor], Page]

MAIL = (
    b"From: director@example.org\nTo: parent@example.org\nSubject: Your request\nDate: Thu, 8 Jan 2026\n\nWe got it.\n"
)


@pytest.fixture
def drop(tmp_path: Path) -> list[str]:
    """Files of one drop: three good ones, a program, an empty one, and a copy of the first."""
    files = {
        "18_2026-04-17_IEP-1_proposed.pdf": pdf("Individualized Education Program", 3),
        "2026-01-08_email-request-for-evaluation.eml": MAIL,
        "IMG_20261022_101500.png": png("peru", (600, 800)),
        "helper.exe": b"MZ\x90\x00" + b"\x00" * 400,
        "nothing.pdf": b"",
        "copy of the IEP.pdf": pdf("Individualized Education Program", 3),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    return [str(tmp_path / name) for name in files]


def test_several_files_at_once_each_with_its_own_answer(
    world: World, sign_in: SignIn, live: str, worker: subprocess.Popen[bytes], drop: list[str]
) -> None:
    parent = world.person("parent", "family", name="Rosalind Samplewood")
    case_id = world.case(parent)
    page = sign_in(parent)
    page.goto(f"{live}/cases/{case_id}/papers")
    expect(page.get_by_role("heading", name="Papers", exact=True)).to_be_visible()
    kit.check_page(page)
    kit.screenshot(page, "papers-empty")

    page.get_by_text("Where did they come from?").click()
    page.get_by_label("Who they came from").fill("Team chair")
    page.get_by_label("How they came").select_option("email")
    page.get_by_label("Choose files").set_input_files(drop)
    rows = page.locator(".upload-row")
    expect(rows).to_have_count(6)
    expect(page.locator(".upload-summary")).to_have_text("4 saved, 2 not saved.")
    expect(rows.filter(has_text="18_2026-04-17_IEP-1")).to_contain_text("Saved. “IEP-1 proposed” (IEP, April 17, 2026)")
    expect(rows.filter(has_text="helper.exe")).to_contain_text("Not saved. This is a program")
    expect(rows.filter(has_text="nothing.pdf")).to_contain_text("Not saved. This file is empty.")
    expect(rows.filter(has_text="copy of the IEP.pdf")).to_contain_text("Already here.")
    kit.check_page(page)
    kit.screenshot(page, "papers-uploaded")

    assert {paper.source for paper in papers_of(world, parent, case_id)} == {"Team chair"}
    assert {paper.received_how for paper in papers_of(world, parent, case_id)} == {"email"}
    kit.go(page.get_by_role("link", name="Show the papers"))
    expect(page.get_by_role("row")).to_have_count(4)
    kit.go(page.get_by_role("link", name="IEP-1 proposed"))
    expect(page.locator("img.page-image")).to_be_visible(timeout=180_000)
    kit.go(page.get_by_role("link", name="Next page"), "Enter")
    expect(page.get_by_text("Page 2 of 3", exact=True)).to_be_visible()
    image = page.locator("img.page-image").element_handle()
    page.wait_for_function("(image) => image.complete && image.naturalWidth > 400", arg=image)
    kit.check_page(page)
    kit.screenshot(page, "paper")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the original").click()
    assert download.value.suggested_filename == "18_2026-04-17_IEP-1_proposed.pdf"
    assert Path(download.value.path()).read_bytes() == pdf("Individualized Education Program", 3)


def test_the_list_of_a_case_in_use(world: World, sign_in: SignIn, live: str, worker: subprocess.Popen[bytes]) -> None:
    lawyer = world.person("attorney", "firm", name="Prudence Exemplar")
    case_id = world.case(lawyer)
    kinds = ["IEP-1 proposed", "psychological evaluation", "N1 prior written notice", "progress report term 2"]
    for number, name in enumerate(kinds * 7):
        add(
            world,
            lawyer,
            case_id,
            pdf(f"{name} {number}", 1 + number % 4),
            f"2026-0{1 + number % 9}-1{number % 9}_{name}.pdf",
            source=("Tobias Stubbs, Team chair", "", "School portal")[number % 3],
            visibility=("shared", "shared", "internal", "shared", "privileged", "mediation")[number % 6],
        )
    page = sign_in(lawyer)
    page.goto(f"{live}/cases/{case_id}/papers")
    until(lambda: all(paper.preview_state == "ready" for paper in papers_of(world, lawyer, case_id)), "all to be drawn")
    page.reload()
    kit.screenshot(page, "papers-many")
    page.get_by_label("Words in the title").fill("evaluation")
    page.get_by_label("Who may see it").last.select_option("mediation")
    kit.go(page.get_by_role("button", name="Show"))
    expect(page.get_by_role("row").nth(1)).to_contain_text("evaluation")
    expect(page.get_by_text("papers found")).to_be_visible()
    kit.go(page.get_by_role("link", name="Clear"))
    kit.go(page.get_by_role("link", name="Older"))
    expect(page.get_by_text("Page 2 of 2")).to_be_visible()


def test_two_tabs_and_a_paper_that_would_be_shown_to_more_people(world: World, sign_in: SignIn, live: str) -> None:
    lawyer = world.person("attorney", "firm", name="Prudence Exemplar")
    case_id = world.case(lawyer)
    paper = add(
        world, lawyer, case_id, name="2026-11-13 email attorney advice.txt", data=b"Advice\n", visibility="privileged"
    )
    page = sign_in(lawyer)
    url = f"{live}/cases/{case_id}/papers/{paper}/edit"
    page.goto(url)
    kit.check_page(page)
    kit.screenshot(page, "paper-edit")
    other = page.context.new_page()
    other.goto(url)
    other.get_by_label("Title").fill("Advice of November 13")
    kit.go(other.get_by_role("button", name="Save"))
    expect(other.get_by_text("Saved.")).to_be_visible()

    page.get_by_label("Note").fill("Keep this out of every packet.")
    kit.go(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Someone else saved this while you were typing")).to_be_visible()
    expect(page.get_by_label("Note")).to_have_value("Keep this out of every packet.")
    kit.check_page(page)
    kit.screenshot(page, "paper-conflict")
    page.get_by_label("Title").fill("Advice of November 13")
    page.get_by_label("Shared with the family").check()
    kit.go(page.get_by_role("button", name="Save"))
    expect(page.locator(".field-error").first).to_contain_text("More people could open this paper")
    kit.check_page(page)
    kit.screenshot(page, "paper-widen")
    page.get_by_label("Yes, let more people see it").check()
    page.get_by_label("Why may more people see it?").fill("It is no advice.")
    kit.go(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("now “Shared with the family”")).to_be_visible()


def two_seconds() -> bytes:
    """A recording of silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(b"\x80" * 16_000)
    return out.getvalue()


def test_a_recording_is_played_and_a_paper_goes_to_the_trash_and_back(world: World, sign_in: SignIn, live: str) -> None:
    parent = world.person("parent", "family", name="Rosalind Samplewood")
    case_id = world.case(parent)
    sound = add(world, parent, case_id, two_seconds(), "2026-10-07 voicemail.wav")
    broken = add(world, parent, case_id, b"%PDF-1.7\n" + b"garbage " * 40, "broken scan.pdf")
    note = {"preview_state": "failed", "preview_note": "This file is damaged and cannot be shown. It was kept."}
    with world.scope(parent):
        db.session.execute(update(Document.__table__).where(Document.id == broken).values(note))
        none = {"preview_state": "none", "preview_note": "Recordings are kept as they are."}
        db.session.execute(update(Document.__table__).where(Document.id == sound).values(none))
        db.session.commit()
    page = sign_in(parent)
    page.goto(f"{live}/cases/{case_id}/papers/{sound}")
    player = page.get_by_label("Play “Voicemail”")
    player.evaluate("player => { player.muted = true; player.currentTime = 1.5; return player.play(); }")
    page.wait_for_function("player => player.ended && player.duration === 2", arg=player.element_handle())
    kit.check_page(page)
    kit.screenshot(page, "paper-sound")
    page.goto(f"{live}/cases/{case_id}/papers/{broken}")
    kit.screenshot(page, "paper-failed")
    kit.go(page.get_by_role("link", name="Put this paper in the trash"))
    kit.screenshot(page, "paper-trash")
    kit.go(page.get_by_role("button", name="Put it in the trash"))
    kit.go(page.get_by_role("link", name="Papers in the trash (1)"))
    kit.go(page.get_by_role("link", name="Broken scan"))
    kit.go(page.get_by_role("button", name="Bring it back"))
    expect(page.get_by_text("is back among the papers")).to_be_visible()


def test_a_phone_takes_a_photo_and_a_drop_has_a_limit(world: World, sign_in: SignIn, live: str, tmp_path: Path) -> None:
    parent = world.person("parent", "family")
    case_id = world.case(parent)
    page = sign_in(parent)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live}/cases/{case_id}/papers")
    photo = tmp_path / "image.png"
    photo.write_bytes(png("olive"))
    page.get_by_label("Take a photo").set_input_files(str(photo))
    expect(page.locator(".upload-row")).to_contain_text("Saved.")
    kit.check_no_sideways_scroll(page)
    page.locator("form.upload").evaluate("form => { form.dataset.maxFiles = 3; }")
    many = [{"name": f"{n}.txt", "mimeType": "text/plain", "buffer": b"%d" % n} for n in range(4)]
    page.get_by_label("Choose files").set_input_files(many)
    expect(page.locator(".upload-summary")).to_have_text("These are 4 files. Add at most 3 at once.")
    assert len(papers_of(world, parent, case_id)) == 1


def test_papers_can_be_added_without_javascript(world: World, live: str, browser: object, drop: list[str]) -> None:
    parent = world.person("parent", "family")
    case_id = world.case(parent)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{live}/sign-in")
    page.get_by_label("E-mail").fill(parent.email)
    page.get_by_label("Passphrase").fill(parent.passphrase)
    kit.go(page.get_by_role("button", name="Sign in"))
    page.goto(f"{live}/cases/{case_id}/papers")
    page.get_by_label("Choose files").set_input_files(drop)
    kit.go(page.get_by_role("button", name="Upload"))
    expect(page.get_by_role("heading", name="3 new papers")).to_be_visible()
    expect(page.locator(".drop-result")).to_contain_text("helper.exe: not saved.")
    kit_folder = Path(kit.ROOT) / "build" / "shots"
    kit_folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=kit_folder / "papers-plain-phone-light.png", full_page=True)
    context.close()
