"""One student's whole file, from the first screen to a filed packet, in a real browser.

Every paper goes in, the facts of the file's index are recorded, deadlines are compared with its `truth.json`, and two
packets are made and read back: a due process complaint, and an OCR complaint in a second, 504 case.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import icalendar
import pikepdf
import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from casemgr.cases.models import Case
from casemgr.deadlines import queries as deadlines
from casemgr.documents.models import Document
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.filings.models import Packet
from casemgr.plans import queries as plans
from tests.browser import kit
from tests.world import Actor, World

pytestmark = [pytest.mark.browser, pytest.mark.corpus, pytest.mark.xdist_group("case-file")]

CORPUS = Path(os.environ.get("CASEMGR_CORPUS", "")) / "case-file"
TRUTH: dict[str, Any] = json.loads((CORPUS / "truth.json").read_text())
PAPERS = [CORPUS / row["path"] for row in TRUTH["documents"]]
PRIVILEGED = next(path for path in PAPERS if "PRIVILEGED" in path.name)
FACTS = [
    ("evaluation_requested", "2026-01-08"),
    ("evaluation_consent_received", "2026-01-12"),
    ("evaluation_completed", "2026-03-20"),
    ("iep_team_met", "2026-04-08"),
    ("iep_proposed_received", "2026-04-17"),
    ("iep_partly_rejected_received", "2026-05-08"),
    ("iee_requested", "2026-05-08"),
    ("iee_refused", "2026-06-02"),
    ("iee_report_received", "2026-08-21"),
    ("iep_team_met", "2026-10-07"),
    ("iep_proposed_received", "2026-10-19"),
    ("disciplinary_placement_change_decided", "2026-11-05"),
    ("iep_agreed", "2026-11-10"),
]
RULES = {
    "30 school working days: assessments": "ma-evaluation",
    "45 school working days: Team meeting": "ma-team-iep",
    "30 calendar days: parent response": "ma-parent-response",
    "5 school working days: fund or request hearing": "ma-iee-district-response",
    "10 school working days: reconvene": "ma-iee-team",
    "10 school days: manifestation determination": "idea-mdr",
}
ZONE = ZoneInfo("America/New_York")
TERMS = (("2025-09-02", "2026-06-18"), ("2026-09-01", "2027-06-22"))


@pytest.fixture
def family(world: World, sign_in: Callable[[Actor], Page], worker: object) -> Iterator[tuple[Actor, Page]]:
    actor = world.person("owner", "family", name="Rosalind Samplewood")
    yield actor, sign_in(actor)


def start_case(page: Page, live: str, *, plan: str, track: str, concern: str) -> UUID:
    page.goto(f"{live}/cases/new")
    page.get_by_label("Student’s full name").fill("Juniper Q. Samplewood")
    page.get_by_label("Date of birth").fill("2015-03-14")
    page.get_by_label("Grade").fill("5")
    page.get_by_label("School", exact=False).first.fill("Larch Street Elementary School")
    page.get_by_label("School district").fill("Fernhollow Public Schools")
    page.get_by_label("State", exact=True).select_option("MA")
    page.get_by_label("Home address").fill("12 Alder Lane, Fernhollow, MA 02000")
    page.get_by_label(plan, exact=True).check()
    kit.go(page.get_by_role("button", name="Go on to the people"))
    first = page.locator("#person-1")
    first.get_by_label("Role").select_option("parent") if first.get_by_label("Role").count() else None
    first.get_by_label("Name").fill("Rosalind Samplewood")
    first.get_by_label("E-mail").fill("rosalind@family.example")
    first.get_by_text("Phone, address, where they work").click()
    first.get_by_label("Address", exact=False).last.fill("12 Alder Lane, Fernhollow, MA 02000")
    second = page.locator("#person-2")
    second.get_by_label("Name").fill("Imelda Draftwright")
    second.get_by_label("E-mail").fill("draftwright@fernhollow.example")
    kit.go(page.get_by_role("button", name="Go on to the concern"))
    page.get_by_label("What is wrong?").fill(concern)
    page.get_by_label("Date of this concern").fill("2026-01-08")
    page.locator(f"input[name=track][value={track}]").check()
    kit.go(page.get_by_role("button", name="Start the case"))
    found = re.search(r"/cases/([0-9a-f-]{36})", page.url)
    assert found is not None
    return UUID(found[1])


def submit(page: Page) -> None:
    """Send the page's form; a form that comes back with errors fails with their words."""
    before = page.url
    kit.go(page.locator("main form button[type=submit]:visible").last)
    problems = page.locator(".error-summary, .field-error")
    assert problems.count() == 0, (before, problems.all_inner_texts())
    assert page.url != before


def upload(page: Page, home: str, paths: list[Path]) -> None:
    page.goto(f"{home}/papers")
    page.locator("input[type=file]").first.set_input_files([str(path) for path in paths])
    rows = page.locator(".upload-row")
    expect(rows).to_have_count(len(paths), timeout=240_000)
    settled = rows.filter(has_text=re.compile(r"Saved\.|Already here\.|Not saved\."))
    expect(settled).to_have_count(len(paths), timeout=240_000)
    refused = rows.filter(has_text="Not saved.")
    assert refused.count() == 0, refused.all_inner_texts()


def record_fact(page: Page, home: str, kind: str, on: str) -> None:
    page.goto(f"{home}/facts/new?kind={kind}")
    page.get_by_label("On which day?").fill(on)
    submit(page)


def enter_calendar(page: Page, home: str) -> None:
    """Type the school calendar in as a person would, from the days that the district's file lists."""
    days = icalendar.Calendar.from_ical((CORPUS / "41_2025-2027_school-calendar.ics").read_bytes()).walk("VEVENT")
    events = [
        (event.decoded("DTSTART"), event.decoded("DTEND") - timedelta(days=1), str(event["SUMMARY"])) for event in days
    ]
    for first, last in TERMS:
        closed = [
            f"{begin.isoformat()} – {end.isoformat()} {name.removeprefix('NO SCHOOL - ')}"
            for begin, end, name in events
            if name.startswith("NO SCHOOL") and first <= begin.isoformat() and end.isoformat() <= last
        ]
        assert closed
        page.goto(f"{home}/school-calendar/new")
        page.get_by_label("First day", exact=False).fill(first)
        page.get_by_label("Last day", exact=False).fill(last)
        page.get_by_label("Days without school", exact=False).fill("\n".join(closed))
        submit(page)
        assert re.search(r"/school-calendars?/?[0-9a-f-]*$", page.url)


def log_entry(page: Page, home: str, kind: str, on: str, title: str, shows: str, paper: str = "") -> None:
    page.goto(f"{home}/evidence/new")
    page.get_by_label("What kind of thing was it?").select_option(kind)
    page.get_by_label("When did it happen?").fill(on)
    page.get_by_label("In one line").fill(title)
    page.get_by_label("What does it show?").fill(shows)
    if paper:
        option = page.get_by_label("Paper", exact=True).first.locator("option", has_text=paper).first
        page.get_by_label("Paper", exact=True).first.select_option(option.get_attribute("value"))
    issues = page.get_by_role("group", name=re.compile("Which issues"))
    if issues.count():
        issues.get_by_role("checkbox").first.check()
    submit(page)


def add_issue(page: Page, home: str, *, area: str, law: str, title: str, facts: str, relief: str) -> None:
    page.goto(f"{home}/issues/new")
    page.get_by_label("What is it about?").select_option(area)
    page.locator(f"input[name=law][value={law}]").check()
    page.get_by_label("The issue in one sentence").fill(title)
    page.get_by_label("Since when?").fill("2026-04-17")
    page.get_by_label("When did you find out?").fill("2026-04-17")
    page.get_by_label("The facts").fill(facts)
    page.get_by_label("What would fix it?", exact=False).fill(relief)
    submit(page)


def make_packet(page: Page, home: str, name: str, *, exhibits: int, answers: dict[str, str]) -> str:
    """Fill the checklist's gaps, choose exhibits, build, and return the packet's address."""
    page.goto(f"{home}/filings")
    kit.go(page.get_by_role("button", name=re.compile(f"Make the packet ?: {name}")))
    packet = page.url
    assert re.search(r"/filings/[0-9a-f-]{36}$", packet)
    page.goto(f"{packet}/details")
    for label, text in answers.items():
        page.get_by_label(label, exact=False).first.fill(text)
    submit(page)
    page.goto(f"{packet}/exhibits")
    assert page.get_by_label(re.compile("PRIVILEGED", re.IGNORECASE)).count() == 0
    boxes = page.locator("input[name=paper]")
    for number in range(exhibits):
        boxes.nth(number).check()
    kit.go(page.get_by_role("button", name="Add the chosen papers"))
    page.goto(packet)
    kit.go(page.get_by_role("button", name=re.compile("Make the PDF")))
    expect(page.get_by_role("link", name=re.compile("Download the PDF"))).to_be_visible(timeout=180_000)
    return packet


def day_it_was_made(world: World, actor: Actor, case_id: UUID) -> date:
    """The local day of the PDF: a packet cannot be filed before it was made."""
    with world.scope(actor):
        built_at = db.session.scalars(db.select(Packet.built_at).where(Packet.case_id == case_id)).one()
    return built_at.astimezone(ZONE).date()


def mark_filed(page: Page, packet: str, on: date, received: date | None) -> None:
    page.goto(f"{packet}/file")
    if page.url.endswith("/last-look"):
        for box in page.locator("input[name=tick]").all():
            box.check()
        kit.go(page.get_by_role("button", name="Go on"))
    page.get_by_label("The day you filed it").fill(on.isoformat())
    page.locator("input[name=how][value=email]").check()
    if received is not None:
        page.get_by_label("The day the school district received it").fill(received.isoformat())
    if page.get_by_label("Why you go on").count():
        page.get_by_label("Why you go on").fill("The violations go on today.")
    submit(page)
    expect(page.get_by_text("It stays exactly as it was filed.").first).to_be_visible()


def read_back(app: Any, world: World, actor: Actor, case_id: UUID, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    with world.scope(actor):
        packet = db.session.scalars(db.select(Packet).where(Packet.case_id == case_id, Packet.state == "filed")).one()
        target = tmp_path / "packet.pdf"
        target.write_bytes(b"".join(store().open_stream(actor.org_id, packet.pdf_sha256)))
        manifest = json.loads(b"".join(store().open_stream(actor.org_id, packet.manifest_sha256)))
        assert packet.page_count == len(pypdfium2.PdfDocument(str(target)))
    return target, manifest


def check_packet(path: Path, manifest: dict[str, Any], exhibits: int) -> None:
    checked = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    with pikepdf.open(path) as pdf:
        with pdf.open_outline() as outline:
            titles = [item.title for item in outline.root]
            below = [child.title for item in outline.root for child in item.children]
        links = sum(
            1 for page in pdf.pages for note in page.get("/Annots", []) if note.get("/Subtype") == pikepdf.Name.Link
        )
        pages = len(pdf.pages)
        assert pdf.Root.PageMode == pikepdf.Name.UseOutlines and "/PageLabels" in pdf.Root
    assert titles and len(below) >= exhibits
    assert links >= exhibits
    assert manifest["pdf"]["pages"] == pages
    assert len(manifest["exhibits"]) == exhibits
    stamped = [row for row in manifest["exhibits"] if row["pages"]]
    numbers = [int(re.sub(r"\D", "", value)) for row in stamped for value in (row["bates_first"], row["bates_last"])]
    assert numbers == sorted(numbers) and numbers[0] == 1
    text = pypdfium2.PdfDocument(str(path))
    for row in stamped:
        assert row["bates_first"] in text[row["first_page"] - 1].get_textpage().get_text_bounded()


def test_the_whole_file_becomes_a_filed_due_process_complaint(
    app: Any, world: World, family: tuple[Actor, Page], live: str, tmp_path: Path
) -> None:
    actor, page = family
    case_id = start_case(
        page,
        live,
        plan="A 504 plan",
        track="both",
        concern="Reading has not moved for a year; the school keeps saying wait.",
    )
    home = f"{live}/cases/{case_id}"
    enter_calendar(page, home)

    upload(page, home, PAPERS)
    with world.scope(actor):
        stored = db.session.scalars(db.select(Document).where(Document.case_id == case_id)).all()
        uploaded = {hashlib.sha256(path.read_bytes()).hexdigest() for path in PAPERS}
        assert uploaded <= {paper.sha256 for paper in stored} and len(PAPERS) == len(TRUTH["documents"])
        privileged = next(paper for paper in stored if "PRIVILEGED" in paper.original_name)
        assert privileged.visibility == "privileged"
    upload(page, home, [PAPERS[0], PAPERS[7]])  # the same again: recognised, not stored twice
    with world.scope(actor):
        kept = db.session.scalars(db.select(Document.sha256).where(Document.case_id == case_id)).all()
        assert len(set(kept)) == len(kept)  # attachments that are papers of the file already are linked, too

    for kind, on in FACTS:
        record_fact(page, home, kind, on)
    with world.scope(actor):
        case = db.session.get(Case, case_id)
        found = {(row.rule_id, str(row.nominal)) for row in deadlines.deadlines_of(case)}
    assert {(RULES[row["rule"]], row["due"]) for row in TRUTH["deadlines"]} <= found
    page.goto(f"{home}/deadlines")
    kit.screenshot(page, "case-file-deadlines")

    add_issue(
        page, home, area="evaluation_late", law="idea", title="The district evaluated late and met late",
        facts="2026-01-12: consent received.\n2026-04-08: the Team met on school day 53 of 45.",
        relief="Compensatory structured literacy for the time lost.",
    )  # fmt: skip
    for row in TRUTH["documents"][:6]:
        log_entry(page, home, "document", row["date"], row["type"][:80], row["proves"])
    page.goto(f"{home}/evidence/verify")
    kit.go(page.get_by_role("button", name="Check it now"))
    expect(page.get_by_text(re.compile("intact", re.IGNORECASE)).first).to_be_visible()

    page.goto(f"{home}/placement/new")
    page.get_by_label("When did you agree to this plan?").fill("2026-05-08")
    page.get_by_label("Services, one a line").fill("Structured literacy, 30 minutes, 3 x week, resource room")
    submit(page)
    page.goto(f"{home}/move/ask_for_team_meeting")
    page.get_by_label("When did this happen?").fill("2026-09-17")
    kit.go(page.get_by_role("button", name="Record it"))
    assert page.url == home

    packet = make_packet(
        page, home, "Due process complaint", exhibits=14,
        answers={"Name of who signs": "Rosalind Samplewood", "The student’s special needs": "Dyslexia; ADHD."},
    )  # fmt: skip
    with world.scope(actor):
        day = (
            db.session.scalars(db.select(Packet.built_at).where(Packet.case_id == case_id))
            .one()
            .astimezone(ZONE)
            .date()
        )
    mark_filed(page, packet, day, day)

    path, manifest = read_back(app, world, actor, case_id, tmp_path)
    check_packet(path, manifest, 14)
    names = json.dumps(manifest)
    assert "PRIVILEGED" not in names and "attorney-advice" not in names
    with world.scope(actor):
        case = db.session.get(Case, case_id)
        assert case.stage == "due_process"
        running = {row.rule_id: row.nominal for row in deadlines.deadlines_of(case) if row.state == "open"}
        assert running["idea-resolution-meeting"] == day + timedelta(days=15)
        assert running["idea-resolution-period"] == day + timedelta(days=30)
        period = plans.open_period(case)
        assert period is not None and period.placement_id is not None
    page.goto(home)
    expect(page.get_by_text("Stay-put is in force").first).to_be_visible()
    kit.check_page(page)
    kit.screenshot(page, "case-file-home")


def test_the_504_case_becomes_an_ocr_complaint(
    app: Any, world: World, family: tuple[Actor, Page], live: str, tmp_path: Path
) -> None:
    actor, page = family
    case_id = start_case(
        page, live, plan="A 504 plan", track="section_504", concern="Accommodations of the 504 plan are not given."
    )
    home = f"{live}/cases/{case_id}"
    upload(page, home, [path for path in PAPERS if path.name[:2] in {"01", "25", "32", "33", "34", "36"}])
    record_fact(page, home, "discriminatory_act", "2026-10-22")
    add_issue(
        page, home, area="accommodations", law="section_504", title="Accommodations were withheld in class",
        facts="2026-10-22: told to read page 41 aloud without the accommodation.",
        relief="Give the accommodations every day, and report weekly.",
    )  # fmt: skip
    packet = make_packet(
        page, home, "OCR complaint", exhibits=3,
        answers={
            "Why it was because of disability": "The plan exists because of the disability; it was set aside in class.",
            "Who complains": "Rosalind Samplewood, 12 Alder Lane, Fernhollow, MA 02000, rosalind@family.example",
            "Why you may act for the student": "I am the mother of a minor.",
            "Address of the school or district": "Fernhollow Public Schools, 1 Main Street, Fernhollow, MA 02000",
            "Other places you have taken this": "none",
            "Name of who signs": "Rosalind Samplewood",
        },
    )  # fmt: skip
    with world.scope(actor):
        day = (
            db.session.scalars(db.select(Packet.built_at).where(Packet.case_id == case_id))
            .one()
            .astimezone(ZONE)
            .date()
        )
    mark_filed(page, packet, day, None)
    path, manifest = read_back(app, world, actor, case_id, tmp_path)
    check_packet(path, manifest, 3)
    with world.scope(actor):
        case = db.session.get(Case, case_id)
        assert case.stage == "ocr_complaint"
        assert plans.open_period(case) is None
