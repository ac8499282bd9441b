"""From a case to a filed complaint, as a parent does it: checklist, exhibits, PDF, filing, receipt."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from casemgr.cases.clock import today
from casemgr.extensions import db
from casemgr.proceedings.queries import proceedings_of
from tests.browser import kit
from tests.filings.makers import OCR, bookmarks, dispute, texts
from tests.world import Actor, World

pytestmark = pytest.mark.browser
SignIn = Callable[[Actor], Page]


def look(page: Page, name: str) -> None:
    kit.check_page(page)
    kit.screenshot(page, f"filings-{name}")


def keep(name: str, data: bytes) -> None:
    """Leave a finished PDF for a person to look at."""
    folder = kit.ROOT / "build" / "shots"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def go_on(page: Page) -> None:
    """Tick what the last look warns of, and go on."""
    for box in page.locator("input[name=tick]").all():
        box.check()
    kit.go(page.get_by_role("button", name="Go on"))


@pytest.mark.timeout(900)  # a dozen pages, each in four looks
def test_a_parent_makes_and_files_a_complaint_with_exhibits(
    world: World, sign_in: SignIn, live: str, worker: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    case = dispute(world)
    with case.open() as (row, _):
        row.student.address = ""
        db.session.commit()
    page = sign_in(case.actor)
    page.goto(f"{live}/cases/{case.case_id}/filings")
    look(page, "index")
    kit.go(page.get_by_role("button", name=re.compile("Make the packet ?: Due process complaint")))
    expect(page.get_by_text("1 required thing is missing")).to_be_visible()
    look(page, "gap")

    kit.go(page.get_by_role("link", name=re.compile("Edit the student ?: Where the student lives")))
    page.get_by_label("Where the student lives").or_(page.get_by_label(re.compile("address", re.I))).first.fill(
        "12 Larch Street, Fernhollow, MA 02000"
    )
    kit.go(page.get_by_role("button", name=re.compile("Save")))
    page.goto(f"{live}/cases/{case.case_id}/filings")
    kit.go(page.get_by_role("link", name="Due process complaint"))
    expect(page.get_by_text("Nothing required is missing")).to_be_visible()

    kit.go(page.get_by_role("link", name="Choose and order exhibits"))
    expect(page.get_by_text("Own notes")).to_have_count(0)
    for title in ("IEP 2025-26", "E-mail asking", "Photo of the ramp", "Voice message"):
        page.get_by_label(title, exact=True).check()
    kit.go(page.get_by_role("button", name="Add the chosen papers"))
    expect(page.get_by_text("4 added.")).to_be_visible()
    page.get_by_role("textbox", name=re.compile("What it shows ?: P-2")).fill("The request of January 5")
    kit.go(page.get_by_role("button", name=re.compile("Up ?: P-2 E-mail asking")))
    expect(page.get_by_role("button", name=re.compile("Up ?: P-1 E-mail asking"))).to_be_disabled()
    expect(page.get_by_role("textbox", name=re.compile("What it shows ?: P-1"))).to_have_value(
        "The request of January 5"
    )
    look(page, "exhibits")
    kit.go(page.get_by_role("link", name="Done: back to the packet"))

    kit.go(page.get_by_role("link", name=re.compile("Write it here ?: Your lawyer or advocate")))
    expect(page.get_by_label("Your lawyer or advocate")).to_be_visible()
    first = page.get_by_role("img", name=re.compile("^Due Process Complaint and Request for a Hearing, page 1 of"))
    expect(first).to_be_visible(timeout=20_000)
    look(page, "details")
    before = first.get_attribute("src") or ""
    page.get_by_label("Letter before exhibit numbers").fill("7")
    expect(page.get_by_text("Not drawn yet: Letter before exhibit numbers: Use 1 to 6 letters.")).to_be_visible()
    page.get_by_label("Letter before exhibit numbers").fill("P")
    page.get_by_label("Your lawyer or advocate").fill("Ada Example, typed and not saved yet")
    expect(first).not_to_have_attribute("src", before)
    page.get_by_label("Your lawyer or advocate").fill("none")
    page.get_by_label("Words before page numbers").fill("EXAMPLE-")
    kit.go(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Saved.")).to_be_visible()
    kit.go(page.get_by_role("link", name="Who gets a copy"))
    look(page, "service")
    page.get_by_label("Name").nth(1).fill("Lee Lawyer")
    page.get_by_label("E-mail, or postal address").nth(1).fill("lee@example.org")
    page.get_by_label("How it goes there").nth(1).select_option("email")
    kit.go(page.get_by_role("button", name="Save"))
    expect(page.locator("#copies").get_by_text("Lee Lawyer")).to_be_visible()

    kit.go(page.get_by_role("button", name="Make the PDF"))
    download = page.get_by_role("link", name="Download the PDF")
    expect(download).to_be_visible(timeout=180_000)
    look(page, "ready")
    with page.expect_download() as taken:
        download.click()
    file = tmp_path / "packet.pdf"
    taken.value.save_as(file)
    assert subprocess.run(["qpdf", "--check", file], capture_output=True, check=False).returncode == 0
    words = " ".join(texts(file.read_bytes()))
    assert "EXAMPLE-000001" in words and "The request of January 5" in words and "Lee Lawyer" in words
    assert len(bookmarks(file)["Exhibits"]) == 4
    keep("filings-packet.pdf", file.read_bytes())

    kit.go(page.get_by_role("link", name="Mark as filed"))
    look(page, "last-look")
    go_on(page)
    look(page, "file")
    with case.open() as (row, _):
        day = today(row)
    page.get_by_label("The day you filed it").fill((day + timedelta(days=1)).isoformat())
    page.get_by_label("By e-mail").check()
    page.get_by_label("Docket number").fill("BSEA 27-01234")
    kit.go(page.get_by_role("button", name="Mark as filed"))
    expect(page.get_by_text("This day is still to come").first).to_be_visible()
    expect(page.get_by_label("Docket number")).to_have_value("BSEA 27-01234")
    look(page, "file-refused")
    page.get_by_label("The day you filed it").fill(day.isoformat())
    kit.go(page.get_by_role("button", name="Mark as filed"))
    expect(page.get_by_text("Marked as filed. The case has moved")).to_be_visible()
    expect(page.get_by_text("Stay-put is in force")).to_be_visible()
    look(page, "filed")

    kit.go(page.get_by_role("link", name="Record the day it was received"))
    look(page, "received")
    page.get_by_label("The day the school district received it").fill(day.isoformat())
    kit.go(page.get_by_role("button", name="Record the day"))
    expect(page.get_by_text("The dates that count from that day are set.")).to_be_visible()
    with case.open() as (row, _):
        (own,) = proceedings_of(row)
        assert (row.stage, own.step, own.docket_number) == ("due_process", "resolution_period", "BSEA 27-01234")


def test_a_parent_of_a_student_with_a_504_plan_makes_an_ocr_complaint(
    world: World, sign_in: SignIn, live: str, worker: subprocess.Popen[bytes]
) -> None:
    case = dispute(world, state="TX", track="section_504", plan="section_504")
    page = sign_in(case.actor)
    page.goto(f"{live}/cases/{case.case_id}/filings")
    page.get_by_text(re.compile("Not for this case now")).click()
    expect(page.get_by_text(re.compile("ask the district for its own Section 504 hearing")).first).to_be_visible()
    look(page, "index-504")
    kit.go(page.get_by_role("button", name=re.compile("Make the packet ?: OCR complaint")))
    expect(page.get_by_text("Issue 1 is left out here.")).to_be_visible()
    look(page, "ocr-gap")
    kit.go(page.get_by_role("link", name="Write what is said on the packet"))
    page.get_by_label("Why it was because of disability").fill("The school said that wheelchairs slow the class down.")
    page.get_by_label("Address of the school or district").fill("1 School Road, Fernhollow, TX 75000")
    kit.go(page.get_by_role("button", name="Save"))
    kit.go(page.get_by_role("link", name="Choose and order exhibits"))
    page.get_by_label("Photo of the ramp", exact=True).check()
    kit.go(page.get_by_role("button", name="Add the chosen papers"))
    kit.go(page.get_by_role("link", name="Done: back to the packet"))
    kit.go(page.get_by_role("button", name="Make the PDF"))
    expect(page.get_by_role("link", name="Download the PDF")).to_be_visible(timeout=180_000)
    with case.open() as (row, _):
        from casemgr.filings.queries import packets_of

        packet = packets_of(row, drafts=True)[0]
        assert packet.kind == OCR
        sha256 = packet.pdf_sha256
    keep("filings-ocr.pdf", case.bytes_of(sha256))


def test_a_paper_closed_after_it_was_chosen_is_named_and_can_be_taken_out(
    world: World, sign_in: SignIn, live: str
) -> None:
    case = dispute(world)
    packet_id = case.begin()
    case.choose(packet_id, "iep", "mail")
    case.set_paper("mail", visibility="mediation")
    page = sign_in(case.actor)
    page.goto(f"{live}/cases/{case.case_id}/filings/{packet_id}")
    expect(page.get_by_text("Exhibit P-2 cannot go in")).to_be_visible()
    look(page, "refused")
    kit.go(page.get_by_role("link", name="Remove it"))
    look(page, "exhibits-refused")
    kit.go(page.get_by_role("button", name=re.compile("Remove ?: P-2 E-mail asking")))
    expect(page.get_by_text("Removed from the packet. The paper itself stays.")).to_be_visible()
    kit.go(page.get_by_role("link", name="Done: back to the packet"))
    expect(page.get_by_text("cannot go in")).to_have_count(0)
