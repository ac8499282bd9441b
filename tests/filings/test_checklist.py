"""What a filing must contain: every gap that a law names blocks, what a form asks for warns, good practice hints."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from casemgr.filings import material as m
from casemgr.filings.checklist import Checklist, Status, check
from casemgr.law.contents import checklist as items_of
from casemgr.law.terms import FilingKind, Need
from casemgr.pdf.model import ExhibitKind

TODAY = date(2026, 11, 20)
DUE_PROCESS, OCR = FilingKind.DUE_PROCESS_COMPLAINT, FilingKind.OCR_COMPLAINT

STUDENT = m.StudentData(
    "Juniper Example",
    date(2016, 5, 4),
    "5",
    "Larch Street School",
    "Fernhollow",
    "12 Larch Street",
    False,
    "",
    "Dyslexia",
)
PARENT = m.PersonData("Marta Example", "parent", "Parent or guardian", "", "marta@example.org", "", "12 Larch Street")
PRINCIPAL = m.PersonData("Pia Principal", "principal", "Principal", "", "", "", "1 School Road")
ENTRY = m.EntryData(1, date(2026, 9, 5), "September 5, 2026", "E-mail", "Asked", "", "")
ISSUE = m.IssueData(
    "i", 1, "Late", "idea", "IDEA", "34 CFR 300.301", None, date(2026, 3, 1), "It is late.", "Do it", (ENTRY,)
)
EXHIBIT = m.ExhibitData(
    "e", "d", "P-1", "IEP", "IEP", "", "", ExhibitKind.PDF, "0" * 64, 1, "iep.pdf", "application/pdf"
)
OCR_ANSWERS = {
    "acts": "Because of the wheelchair.", "backup_contact": "Aunt", "other_forums": "none", "consent_form": "Enclosed.",
}  # fmt: skip


def whole(kind: FilingKind, state: str = "MA", **changes: Any) -> m.Material:
    """The material of a complaint without any gap."""
    answers = {"representative": "none", "track": "x", "interpreter": "x", "accommodations": "x", "servicemember": "no"}
    material = m.Material(
        kind=kind.value, state=state, state_name=state, forum="Forum", forum_citation="", student=STUDENT,
        people=(PARENT, PRINCIPAL), issues=(ISSUE,), left_out=(), chronology=(ENTRY,), exhibits=(EXHIBIT,),
        placement=m.PlacementData(date(2025, 10, 6), "Larch Street School", "", ()), other_forums=(),
        last_act_on=date(2026, 9, 5), grievance_ended_on=None, has_discipline=False,
        answers=OCR_ANSWERS if kind is OCR else answers, signer=("Marta Example", "Parent", ""),
        recipients=(m.Recipient("Dana", "Director", "dana@example.org", "email"),), bates_prefix="", dated_on=TODAY,
        made_at="2026-11-20T10:00:00+00:00",
    )  # fmt: skip
    return replace(material, **changes)


def judged(kind: FilingKind, state: str = "MA", **changes: Any) -> Checklist:
    return check(items_of(kind, state), whole(kind, state, **changes), TODAY)


def status(found: Checklist, key: str) -> Status:
    return next(one.status for one in found.findings if one.item.key == key)


@pytest.mark.parametrize("kind", [DUE_PROCESS, OCR])
@pytest.mark.parametrize("state", ["MA", "TX"])
def test_a_whole_complaint_has_no_gap(kind: FilingKind, state: str) -> None:
    found = judged(kind, state)
    assert {
        one.item.key: one.gaps for one in found.findings if one.status not in (Status.THERE, Status.NOT_NEEDED)
    } == {}
    assert found.is_ready


def student(**changes: Any) -> dict[str, Any]:
    return {"student": replace(STUDENT, **changes)}


def issue(**changes: Any) -> dict[str, Any]:
    return {"issues": (replace(ISSUE, **changes),)}


def without(*answers: str) -> dict[str, Any]:
    return {"answers": {key: said for key, said in OCR_ANSWERS.items() if key not in answers}}


LATE = {"last_act_on": date(2026, 5, 1)}
GAPS = [
    (DUE_PROCESS, "child_name", student(name=" ")),
    (DUE_PROCESS, "child_residence", student(address="")),
    (DUE_PROCESS, "school", student(school="")),
    (DUE_PROCESS, "homeless_contact", student(is_homeless=True)),
    (DUE_PROCESS, "problem_facts", {"issues": ()}),
    (DUE_PROCESS, "problem_facts", issue(entries=(), facts="It is late.")),
    (DUE_PROCESS, "problem_facts", issue(entries=(), facts="", since_on=date(2026, 1, 1))),
    (DUE_PROCESS, "resolution", {"issues": ()}),
    (DUE_PROCESS, "resolution", issue(relief=" \n ")),
    (DUE_PROCESS, "sent_to_other_party", {"recipients": ()}),
    (DUE_PROCESS, "sent_to_other_party", {"recipients": (m.Recipient("Dana", "", "dana@example.org", ""),)}),
    (DUE_PROCESS, "sent_to_other_party", {"recipients": (m.Recipient("Dana", "", "", "email"),)}),
    (OCR, "complainant", {"people": (PRINCIPAL,)}),
    (OCR, "complainant", {"people": (PRINCIPAL, replace(PARENT, address=""))}),
    (OCR, "complainant", {"people": (PRINCIPAL, replace(PARENT, email=""))}),
    (OCR, "person_harmed", student(name="")),
    (OCR, "person_harmed", {"people": (PRINCIPAL,)}),
    (OCR, "institution", student(district="")),
    (OCR, "institution", {"people": (PARENT,)}),
    (OCR, "acts", {"issues": ()}),
    (OCR, "acts", without("acts")),
    (OCR, "acts", issue(entries=(), facts="Undated.")),
    (OCR, "waiver", LATE),
    (OCR, "signature", {"signer": ("", "", "")}),
]


@pytest.mark.parametrize(
    "kind, key, change", GAPS, ids=[f"{kind.value} {key} {n}" for n, (kind, key, _) in enumerate(GAPS)]
)
def test_a_gap_in_what_a_law_requires_blocks(kind: FilingKind, key: str, change: dict[str, Any]) -> None:
    found = judged(kind, **change)
    assert key in [one.item.key for one in found.missing] and not found.is_ready
    (finding,) = [one for one in found.missing if one.item.key == key]
    assert finding.gaps and finding.fixes


@pytest.mark.parametrize("kind", [DUE_PROCESS, OCR])
def test_every_required_item_is_among_the_gaps_above(kind: FilingKind) -> None:
    required = {item.key for item in items_of(kind, "MA") if item.need is Need.REQUIRED}
    derived = {"basis"}  # taken from the case: disability, unless the person writes something else
    assert required - derived == {key for of_kind, key, _ in GAPS if of_kind is kind}


@pytest.mark.parametrize(
    "kind, key, change, expected",
    [
        (DUE_PROCESS, "representative", {"answers": {}}, Status.WARNING),
        (DUE_PROCESS, "parents", {"people": ()}, Status.WARNING),
        (DUE_PROCESS, "special_needs", student(disability=""), Status.WARNING),
        (DUE_PROCESS, "responsible_party", student(district=""), Status.WARNING),
        (DUE_PROCESS, "interpreter", {"answers": {}}, Status.HINT),
        (DUE_PROCESS, "stay_put", {"placement": None}, Status.HINT),
        (DUE_PROCESS, "known_date", issue(known_on=None), Status.HINT),
        (DUE_PROCESS, "known_date", issue(known_on=date(2024, 11, 19)), Status.WARNING),
        (DUE_PROCESS, "known_date", issue(known_on=date(2024, 11, 20)), Status.THERE),
        (DUE_PROCESS, "issues_numbered", issue(entries=(), facts="2026-01-05: x"), Status.WARNING),
        (DUE_PROCESS, "expedited_basis", {}, Status.NOT_NEEDED),
        (DUE_PROCESS, "expedited_basis", {"has_discipline": True}, Status.HINT),
        (DUE_PROCESS, "homeless_contact", student(is_homeless=True, homeless_contact="Shelter"), Status.THERE),
        (OCR, "backup_contact", without("backup_contact"), Status.WARNING),
        (OCR, "other_forums", without("other_forums"), Status.WARNING),
        (OCR, "papers", {"exhibits": ()}, Status.WARNING),
        (OCR, "consent_form", without("consent_form"), Status.WARNING),
        (OCR, "remedy", issue(relief=""), Status.HINT),
        (OCR, "person_harmed", student(born_on=date(2008, 11, 20)), Status.WARNING),
        (OCR, "waiver", {"last_act_on": date(2026, 5, 24)}, Status.NOT_NEEDED),  # the 180th day
        (OCR, "waiver", {"last_act_on": date(2026, 5, 23)}, Status.MISSING),
        (OCR, "waiver", LATE | {"grievance_ended_on": date(2026, 11, 1)}, Status.NOT_NEEDED),
        (OCR, "waiver", LATE | {"grievance_ended_on": date(2026, 6, 1)}, Status.MISSING),
        (OCR, "waiver", {"last_act_on": None}, Status.NOT_NEEDED),
    ],
)
def test_other_gaps_warn_or_hint_and_conditions_decide_what_is_needed(
    kind: FilingKind, key: str, change: dict[str, Any], expected: Status
) -> None:
    assert status(judged(kind, **change), key) is expected


@pytest.mark.parametrize(
    "line, on, text",
    [
        ("2026-03-03: the team met", date(2026, 3, 3), "The team met"),
        ("On March 3, 2026, the team met.", date(2026, 3, 3), "The team met."),
        ("Sept. 5, 2025 – no answer", date(2025, 9, 5), "No answer"),
        ("At the meeting of 3/4/2026 they refused", date(2026, 3, 4), "At the meeting of 3/4/2026 they refused"),
        ("In March they refused", None, "In March they refused"),
        ("13/45/2026 is no day", None, "13/45/2026 is no day"),
        ("March 3, 2026", date(2026, 3, 3), "March 3, 2026"),
        ("Section 1026-13-77 of the book", None, "Section 1026-13-77 of the book"),
    ],
)
def test_the_date_of_a_line_is_read_where_it_stands(line: str, on: date | None, text: str) -> None:
    found = m.dated_line(line)
    assert (found.on, found.text) == (on, text)


def test_facts_stand_in_the_order_of_their_dates_and_undated_ones_behind_the_line_before() -> None:
    told = replace(ISSUE, facts="- before all\n- 2026-10-01: later\n- how it was\n- 2026-01-02: first")
    assert [line.text for line in told.lines] == ["before all", "First", "Asked.", "Later", "how it was"]


def test_a_text_without_dates_counts_from_the_day_since_when() -> None:
    (line,) = replace(ISSUE, entries=(), since_on=date(2026, 1, 5)).lines
    assert (line.when, line.text) == ("Since January 5, 2026", "It is late.")


def test_what_is_printed_decides_the_fingerprint() -> None:
    base = m.fingerprint(whole(DUE_PROCESS))
    assert base == m.fingerprint(whole(DUE_PROCESS))
    assert base != m.fingerprint(whole(DUE_PROCESS, **student(school="Brook School")))
    assert base == m.fingerprint(whole(DUE_PROCESS, last_act_on=None, left_out=(("x", 2, "y"),)))
