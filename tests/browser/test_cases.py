"""Starting a case, its home, its people, home and board, as a person does it in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from casemgr.cases.models import Person
from casemgr.extensions import db
from casemgr.issues.models import Issue
from casemgr.proceedings.models import Proceeding, StageMove
from tests.browser import kit
from tests.cases.test_case_home import TODAY, deadline, entry, fact, paper
from tests.world import Actor, World

pytestmark = pytest.mark.browser


def busy_case(world: World, actor: Actor, student: str = "Juniper Q. Samplewood") -> UUID:
    """Make a case in due process with papers, dates, people and an issue without evidence."""
    case_id = world.case(actor, student=student, stage="due_process")
    own = {"org_id": actor.org_id, "case_id": case_id}
    with world.scope(actor):
        forum = Proceeding(**own, kind="due_process", step="filed", opened_on=TODAY - timedelta(days=12))
        beside = Proceeding(
            **own, kind="mediation", step="requested", is_parallel=True, opened_on=TODAY - timedelta(days=5)
        )
        db.session.add_all((forum, beside))
        db.session.flush()
        for number, (before, after) in enumerate((("concern_raised", "team_meeting"), ("team_meeting", "due_process"))):
            db.session.add(
                StageMove(
                    **own,
                    event="x",
                    from_stage=before,
                    to_stage=after,
                    on_date=TODAY - timedelta(days=60 - 40 * number),
                )
            )
        twelve_days_ago = TODAY - timedelta(days=12)
        of_the_parent = {"by_party": "parent", "proceeding_id": forum.id}
        filed = fact(actor, case_id, "due_process_complaint_filed", twelve_days_ago, **of_the_parent)
        dates = (
            ("Disclose exhibits and evaluations to the district", 4, "parent", "34 CFR 300.512(a)(3), (b)"),
            ("The district holds the resolution meeting", 9, "lea", "34 CFR 300.510(a)(1)"),
            ("The resolution period ends", 18, "nobody", "34 CFR 300.510(b)"),
            ("The hearing decision is issued", 63, "hearing_office", "34 CFR 300.515(a)"),
        )
        for title, days, who, citation in dates:
            row = deadline(actor, case_id, filed, title, TODAY + timedelta(days=days))
            row.actor, row.citation = who, citation
            db.session.add(row)
        titles = (
            "504 plan",
            "Request for an evaluation",
            "Psychological evaluation",
            "IEP, proposed",
            "Letter to refuse",
        )
        db.session.add_all(paper(actor, case_id, title, number=number) for number, title in enumerate(titles))
        db.session.add(paper(actor, case_id, "What the attorney wrote", "privileged", 7))
        for number, title in enumerate(("Call with the principal", "No reading group for three weeks"), 1):
            db.session.add(entry(actor, case_id, title, number, TODAY - timedelta(days=20 - number)))
        db.session.add(Issue(**own, number=1, title="Reading services were not provided", law="idea"))
        for name, role in (
            ("Rosalind Samplewood", "parent"),
            ("Imelda Draftwright", "special_education_director"),
            ("Tobias Stubbs", "team_chair"),
        ):
            db.session.add(
                Person(
                    **own,
                    name=name,
                    role=role,
                    organization="Fernhollow Public Schools" if role != "parent" else "",
                    email=f"{name.split()[0].lower()}@fernhollow.example",
                    phone="555 0100",
                    address="1 Main Street\nFernhollow, MA 02000",
                )
            )
        db.session.commit()
    return case_id


def fill_student(page: Page) -> None:
    page.get_by_label("Student’s full name").fill("Juniper Q. Samplewood")
    page.get_by_label("Date of birth").fill("2016-05-04")
    page.get_by_label("Grade").fill("5")
    page.get_by_label("School", exact=False).first.fill("Larch Street School")
    page.get_by_label("School district").fill("Fernhollow Public Schools")
    page.get_by_label("State", exact=True).select_option("MA")
    page.get_by_label("A 504 plan").check()


def test_a_parent_starts_a_case_in_three_steps_and_lands_on_its_home(
    world: World, sign_in: Callable[[Actor], Page], live: str
) -> None:
    page = sign_in(world.person("owner", "family", name="Rosalind Samplewood"))
    page.goto(live)
    kit.screenshot(page, "cases-home-empty")
    kit.go(page.get_by_role("main").get_by_role("link", name="Start a case"))

    kit.go(page.get_by_role("button", name="Go on to the people"))
    expect(page.get_by_role("alert")).to_contain_text("Enter the student’s name.")
    fill_student(page)
    kit.screenshot(page, "cases-new-student")
    kit.go(page.get_by_role("button", name="Go on to the people"))

    expect(page.get_by_role("heading", level=1)).to_have_text("The people")
    first, second = page.locator("#person-1"), page.locator("#person-2")
    expect(first.get_by_label("Name")).to_have_value("Rosalind Samplewood")
    second.get_by_label("Name").fill("Imelda Draftwright")
    kit.go(page.get_by_role("button", name="Add another person"))
    fourth = page.locator("#person-4")
    fourth.get_by_label("Who they are in this case").select_option("advocate")
    fourth.get_by_label("Name").fill("Ada Advocate")
    expect(second.get_by_label("Name")).to_have_value("Imelda Draftwright")
    kit.screenshot(page, "cases-new-people")
    kit.go(page.get_by_role("button", name="Go on to the concern"))

    expect(page.get_by_text("We suggest: 504 plan (Section 504)")).to_be_visible()
    page.get_by_label("What is wrong?").fill("Reading has not moved for a year.\nWe asked for help in writing.")
    kit.go(page.get_by_role("button", name="Back"))
    expect(page.locator("#person-3").get_by_label("Name")).to_have_value("Ada Advocate")
    page.reload()
    kit.go(page.get_by_role("button", name="Go on to the concern"))
    expect(page.get_by_label("What is wrong?")).to_have_value(re.compile("We asked for help in writing"))
    kit.screenshot(page, "cases-new-concern")
    with page.expect_navigation():
        page.get_by_role("button", name="Start the case").dblclick()
    expect(page.get_by_text("The case is open.")).to_be_visible()
    expect(page.get_by_role("heading", name="What to do next")).to_be_visible()
    expect(page.get_by_role("link", name="Add the 504 plan")).to_be_visible()
    kit.screenshot(page, "cases-show-new")
    page.goto(live)
    expect(page.locator(".case-row")).to_have_count(1)


def test_a_case_is_started_without_javascript_with_enter_and_back(browser: Browser, world: World, live: str) -> None:
    actor = world.person("owner", "family", name="Rosalind Samplewood")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live}/sign-in")
    page.get_by_label("E-mail").fill(actor.email)
    page.get_by_label("Passphrase").fill(actor.passphrase)
    kit.go(page.get_by_role("button", name="Sign in"))
    page.goto(f"{live}/cases/new")
    fill_student(page)
    kit.go(page.get_by_label("Grade"), "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The people")
    page.go_back()
    expect(page.get_by_label("Student’s full name")).to_have_value("Juniper Q. Samplewood")
    page.go_forward()
    page.locator("#person-2").get_by_label("Name").fill("Imelda Draftwright")
    kit.go(page.get_by_role("button", name="Add another person"))
    page.locator("#person-4").get_by_label("Name").fill("Somebody")
    kit.go(page.get_by_role("button", name="Remove person 4"))
    expect(page.locator("#person-4")).to_have_count(0)
    kit.go(page.locator("#person-2").get_by_label("Name"), "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The concern")
    page.get_by_label("What is wrong?").fill("Reading has not moved for a year.")
    kit.go(page.get_by_role("button", name="Start the case"))
    expect(page.get_by_role("heading", name="What to do next")).to_be_visible()
    case_url = page.url
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("The student")
    page.goto(case_url)
    expect(page.get_by_text("Imelda Draftwright").first).to_be_visible()
    context.close()


def test_the_home_of_a_busy_case_is_calm_and_says_what_is_next(
    world: World, sign_in: Callable[[Actor], Page], live: str
) -> None:
    attorney = world.person("owner", "firm", name="Ada Attorney")
    case_id = busy_case(world, attorney)
    page = sign_in(attorney)
    page.goto(f"{live}/cases/{case_id}")
    expect(page.get_by_role("note", name="Stay-put")).to_be_visible()
    steps = page.locator(".next-step")
    expect(steps.first).to_contain_text("Disclose exhibits")
    expect(page.get_by_text("Find evidence for “Reading services were not provided”")).to_be_visible()
    kit.screenshot(page, "cases-show-busy")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})
    page.screenshot(path=kit.ROOT / "build" / "shots" / "cases-show-print.png", full_page=True)


def test_people_are_kept_and_a_lost_lock_shows_both_versions(
    world: World, sign_in: Callable[[Actor], Page], live: str
) -> None:
    actor = world.person("owner", "firm", name="Ada Attorney")
    case_id = busy_case(world, actor)
    page = sign_in(actor)
    page.goto(f"{live}/cases/{case_id}/people")
    kit.screenshot(page, "cases-people")
    kit.go(page.get_by_role("link", name="Edit Tobias Stubbs"))
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("Phone").fill("555 0199")
    kit.go(other.get_by_role("button", name="Save"))
    page.get_by_label("Phone").fill("555 0177")
    kit.go(page.get_by_role("button", name="Save"))
    expect(page.get_by_role("alert")).to_contain_text("Someone else saved this while you were typing")
    expect(page.get_by_label("Phone")).to_have_value("555 0177")
    kit.check_page(page)
    kit.screenshot(page, "cases-person-conflict")
    kit.go(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("555 0177")).to_be_visible()
    kit.go(page.get_by_role("link", name="Remove Tobias Stubbs"))
    kit.go(page.get_by_role("button", name="Remove from the list"))
    expect(page.locator(".person")).to_have_count(2)
    kit.go(page.get_by_role("link", name="Let somebody in"))
    page.goto(f"{live}/cases/{case_id}/edit")
    kit.screenshot(page, "cases-edit")


def test_home_and_board_show_all_cases(world: World, sign_in: Callable[[Actor], Page], live: str) -> None:
    attorney = world.person("owner", "firm", name="Ada Attorney")
    busy_case(world, attorney)
    sample = world.case(attorney, student="Sam Sample", is_sample=True, track="section_504", stage="ocr_complaint")
    for number, stage in enumerate(("concern_raised", "team_meeting", "team_meeting", "mediation", "monitoring") * 7):
        case_id = world.case(attorney, student=f"{'ABCDEFG'[number % 7]}ster Example {number}", stage=stage)
        if number % 3 == 0:
            with world.scope(attorney):
                started = fact(attorney, case_id, on=date(2026, 1, 8))
                title = "The team meets on the evaluation"
                db.session.add(deadline(attorney, case_id, started, title, TODAY + timedelta(days=number - 2)))
                db.session.commit()
    page = sign_in(attorney)
    page.goto(live)
    kit.screenshot(page, "cases-home")
    kit.go(page.get_by_role("navigation", name="By first letter").get_by_role("link", name="S", exact=True))
    expect(page.locator(".case-row")).to_have_count(1)
    page.goto(f"{live}/board")
    kit.screenshot(page, "cases-board")
    page.get_by_label("Law").select_option("section_504")
    kit.go(page.get_by_role("button", name="Show"))
    expect(page.locator(".board-card")).to_have_count(1)
    kit.go(page.get_by_role("link", name="Sam Sample"))
    kit.go(page.get_by_role("link", name="Remove the sample case"))
    kit.go(page.get_by_role("button", name="Remove the sample case"))
    expect(page.get_by_text("The sample case is gone.")).to_be_visible()
    assert page.goto(f"{live}/cases/{sample}").status == 404
