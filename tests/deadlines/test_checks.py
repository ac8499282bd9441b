"""The deadline sheet, on the page and as a PDF, and the record of who checked which dates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pypdfium2
import pytest
from flask.testing import FlaskClient

from casemgr.cases.clock import today
from casemgr.deadlines import checks, queries, services, sheet, why
from casemgr.deadlines.models import Deadline
from casemgr.deadlines.services import NewFact
from casemgr.law.terms import FactKind
from tests.deadlines.makers import calendar_a, consent, deadline, load
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]


@pytest.fixture
def attorney(world: World) -> Actor:
    actor = world.person("attorney", "firm", name="Rowan Example")
    calendar_a(world, actor)
    return actor


def started(world: World, actor: Actor, student: str = "Juniper Example") -> tuple[UUID, Deadline]:
    case_id = world.case(actor, student=student)
    consent(world, actor, case_id)
    return case_id, deadline(world, actor, case_id, "ma-evaluation")


def sent(**more: str) -> dict[str, str]:
    told = {"submission": str(uuid4()), "found": "right", "checked_by_name": "Rowan Example"}
    return told | {"checked_on": "2026-11-20", "note": ""} | more


def at(case_id: UUID, row: Deadline, page: str) -> str:
    return f"/cases/{case_id}/deadlines/{row.id}/{page}"


SHEET = (
    "Friday, December 18, 2026",
    "signed consent to evaluate",
    "30 school days after Monday, November 2, 2026",
    "Thanksgiving",
    "603 CMR 28.04(2), 28.05(1)",
    "doe.mass.edu",
    "The school district (LEA)",
    "I find another date",
)


def test_the_sheet_says_everything_about_the_date_on_the_page_and_on_paper(world, client_for, attorney) -> None:
    case_id, row = started(world, attorney)
    client = client_for(attorney)
    page = client.get(at(case_id, row, "sheet"))
    answer = client.get(at(case_id, row, "sheet.pdf"))
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    with pypdfium2.PdfDocument(answer.data) as document:
        paper = " ".join(" ".join(one.get_textpage().get_text_bounded() for one in document).split())
        assert len(document) == 1
    for words in SHEET:
        assert words in page.text
        assert words.replace(" ", "") in paper.replace(" ", "")
    assert "Signature of the attorney" in paper
    assert client.get(at(case_id, row, "sheet.pdf")).data == answer.data


def test_a_count_is_told_in_few_lines(world: World, attorney: Actor) -> None:
    _, row = started(world, attorney)
    runs = list(sheet.runs_of(why.days_of(row)))
    assert [(run.numbers, run.why) for run in runs[:4]] == [
        ("0", "day 0: the day itself is not counted"),
        ("", "Election Day"),
        ("1 to 5", "counted"),
        ("", "Veterans Day"),
    ]
    assert runs[-1].numbers.endswith("30")
    assert len(runs) <= 8


def test_a_check_is_recorded_and_shown_with_who_and_when(world, client_for, attorney) -> None:
    case_id, row = started(world, attorney)
    client = client_for(attorney)
    assert 'value="Rowan Example"' in client.get(at(case_id, row, "check")).text
    told = sent()
    for _ in range(2):  # a form that is sent twice
        answer = client.post(at(case_id, row, "check"), data=told, follow_redirects=True).text
    assert answer.count("Rowan Example found the dates right on November 20, 2026.") == 1
    assert "Of an older date" not in answer
    assert "Rowan Example found the dates right" in client.get(at(case_id, row, "sheet")).text


def test_a_date_that_moves_makes_its_check_one_of_an_older_date(world, client_for, attorney) -> None:
    case_id, row = started(world, attorney)
    client = client_for(attorney)
    client.post(at(case_id, row, "check"), data=sent())
    assert "The assessments must be finished" not in client.get(f"/deadlines/unchecked?case={case_id}").text
    with world.scope(attorney):
        (old,) = queries.current_facts(load(case_id))
        new = NewFact(FactKind.EVALUATION_CONSENT_RECEIVED, date(2026, 11, 4))
        services.correct_fact(load(case_id), old, new, "The stamp.", by=world.user(attorney))
    page = client.get(f"/cases/{case_id}/deadlines/{row.id}").text
    assert "Of an older date" in page
    assert "This was of an older date: act by December 18, 2026." in page
    listed = client.get(f"/deadlines/unchecked?case={case_id}").text
    assert "The assessments must be finished" in listed
    assert checks.OLDER in listed


def test_a_check_that_finds_another_date_asks_which_and_keeps_the_date_on_the_list(world, client_for, attorney):
    case_id, row = started(world, attorney)
    client = client_for(attorney)
    refused = client.post(at(case_id, row, "check"), data=sent(found="other"))
    assert refused.status_code == 422
    assert "Say which date was found, and why." in refused.text
    client.post(at(case_id, row, "check"), data=sent(found="other", note="I count December 17."))
    assert checks.DOUBTED in client.get("/deadlines/unchecked").text


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"checked_by_name": " "}, "Enter the name of the person who checked it."),
        ({"found": ""}, "Choose one."),
        ({"checked_on": "2026-02-30"}, "Enter a date that exists"),
    ],
)
def test_a_check_that_says_too_little_is_refused(world, client_for, attorney, told, words) -> None:
    case_id, row = started(world, attorney)
    answer = client_for(attorney).post(at(case_id, row, "check"), data=sent(note="Kept text") | told)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Kept text" in answer.text


def test_a_check_cannot_be_of_tomorrow(world: World, client_for: Clients, attorney: Actor) -> None:
    case_id, row = started(world, attorney)
    with world.scope(attorney):
        tomorrow = today(load(case_id)) + timedelta(days=1)
    answer = client_for(attorney).post(at(case_id, row, "check"), data=sent(checked_on=tomorrow.isoformat()))
    assert "This date is in the future" in answer.text


def test_dates_to_check_are_ones_own_and_out_of_a_parents_way(world, client_for, attorney) -> None:
    case_id, _ = started(world, attorney, "Juniper Private")
    parent = world.person()
    own, _ = started(world, parent)
    assert "Juniper Private" in client_for(attorney).get("/deadlines/unchecked").text
    assert "Juniper Private" not in client_for(parent).get("/deadlines/unchecked").text
    assert "Dates to check" in client_for(attorney).get(f"/cases/{case_id}/deadlines").text
    assert "Dates to check" not in client_for(parent).get(f"/cases/{own}/deadlines").text
    assert "/sign-in" in client_for(None).get("/deadlines/unchecked").location
