"""What a lawyer or a tired parent would trip over: who asks, in which number, under which law, on which page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from casemgr.filings.checklist import Status, check
from casemgr.filings.compose import File, compose
from casemgr.filings.kinds import KINDS, Verb, kind_in
from casemgr.filings.material import Material
from casemgr.law.contents import checklist as items_of
from casemgr.law.terms import FilingKind
from casemgr.pdf import build_packet
from casemgr.pdf import model as pdf
from tests.filings.makers import texts
from tests.filings.wholes import ISSUES, PEOPLE, STUDENT, TODAY, whole

FATHER = replace(PEOPLE[0], name="Otto Example", email="")
FILES = {label: File(None, "x") for label in ("P-1", "P-2")}
BUT_FOR = (
    "Respectfully submitted,",
    "Date",
    "Parent of Juniper Example",
    "Confidential: contains personal information",
)


def packet(material: Material) -> pdf.Packet:
    return compose(material, FILES, "1")


def words_of(material: Material) -> str:
    """Every sentence, label and cell of the document, on one line."""
    filing = packet(material).filing
    assert filing is not None
    return " ".join(str(one) for one in (filing.opening, filing.citation, *filing.sections, *filing.closing))


def head(material: Material) -> tuple[str, tuple[tuple[str, str], ...]]:
    made = packet(material)
    return made.title, made.parties


@pytest.mark.parametrize(
    "kind, one, many",
    [
        ("due_process_complaint", "The parent asks the hearing officer to", "The parents ask the hearing officer to"),
        ("expedited_complaint", "The parent disagrees with the decision", "The parents disagree with the decision"),
        ("mediation_request", "The parent asks for mediation", "The parents ask for mediation"),
        ("sufficiency_response", "The parent asks the hearing officer", "The parents ask the hearing officer"),
        ("stay_put_notice", "without the parent’s agreement", "without the parents’ agreement"),
        ("hearing_exhibits", "The parent discloses", "The parents disclose"),
        ("records_request", "The parent asks to inspect", "The parents ask to inspect"),
    ],
)
def test_one_parent_asks_two_parents_ask_and_a_student_of_age_asks_alone(kind: str, one: str, many: str) -> None:
    alone, both = whole(kind), whole(kind, people=(*PEOPLE, FATHER))
    own = whole(kind, signer=(STUDENT.name, "Student", ""))
    assert one in words_of(alone) and many in words_of(both)
    assert one.replace("parent", "student") in words_of(own)
    if head(alone)[1][0][1] != "From":
        role = kind_in(kind, "MA").filer
        names = "Marta Example and Otto Example, on behalf of Juniper Example"
        assert head(both)[1][0] == (names, f"{role}s") and head(own)[1][0] == ("Juniper Example", role)


def test_a_state_complaint_of_somebody_else_is_theirs_and_one_of_an_advocate_is_the_parents() -> None:
    other = whole("state_complaint", signer=("Fair Schools League", "Director", ""))
    assert head(other)[1][0] == ("Fair Schools League", "Complainant")
    advocate = replace(PEOPLE[0], name="Ada Advocate", role="advocate")
    spoken = whole("state_complaint", people=(*PEOPLE, advocate), signer=("Ada Advocate", "Advocate", ""))
    assert head(spoken)[1][0] == ("Marta Example, on behalf of Juniper Example", "Complainant")


@pytest.mark.parametrize("kind", ["due_process_complaint", "amended_complaint", "mediation_request"])
def test_a_dispute_under_section_504_alone_does_not_speak_of_idea(kind: str) -> None:
    material = whole(kind, issues=(ISSUES[1],))
    words, made = words_of(material), packet(material)
    assert not [law for law in ("1415", "34 CFR 300.", "IDEA", "Stay-put") if law in words + made.title]
    assert "1415" in words_of(whole(kind)) or "34 CFR 300." in words_of(whole(kind))
    if kind != "mediation_request":
        assert "under Section 504" in made.title and "34 CFR 104.36" in words
        assert made.certificate is not None and "under Section 504" in made.certificate.document
    items = items_of(FilingKind(kind), "MA")
    found = {one.item.key: one.status for one in check(items, material, TODAY).findings}
    assert found.get("stay_put", Status.NOT_NEEDED) is Status.NOT_NEEDED


def test_a_student_of_age_is_asked_about_before_a_parent_signs() -> None:
    grown = replace(STUDENT, born_on=date(2008, 11, 19))

    def name_of(**changes: Any) -> Status:
        material = whole("due_process_complaint", **changes)
        items = items_of(FilingKind.DUE_PROCESS_COMPLAINT, "MA")
        return next(one.status for one in check(items, material, TODAY).findings if one.item.key == "child_name")

    assert name_of() is Status.THERE
    assert name_of(student=grown) is Status.WARNING
    assert name_of(student=grown, signer=(grown.name, "Student", "")) is Status.THERE


def test_the_cover_says_filed_by_only_of_what_is_filed() -> None:
    said = {kind: packet(whole(kind)).filer_label for kind in KINDS}
    for kind, label in said.items():
        assert (label == "Filed by") == (KINDS[kind].verb is Verb.FILE), kind


def test_days_of_work_and_of_costs_look_alike() -> None:
    words = words_of(whole("fees_itemization"))
    assert "10/01/2026" in words and "October 1, 2026" not in words and words.count("'Total'") == 2


def test_the_last_day_of_a_resolution_agreement_stands_in_its_sentence_or_is_a_blank() -> None:
    assert "The last day is Wednesday, November 18, 2026." in words_of(whole("agreement_record"))
    assert "The last day is ____" in words_of(whole("agreement_record", worked_out=()))


def bare(kind: str) -> Material:
    """As little as can be made: the last thing before the signature may be a table."""
    full = whole(kind)
    kept = {key: said for key, said in full.answers.items() if key in ("own_procedure", "acts", "agreement_kind")}
    rows = {key: rows[:1] for key, rows in full.rows.items()}
    return replace(
        full, answers=kept, rows=rows, placement=None, other_forums=(), recipients=(), exhibits=(), chronology=()
    )


@pytest.mark.parametrize("kind", [kind for kind, own in KINDS.items() if own.verb is not Verb.KEEP])
def test_nobody_signs_a_page_on_which_nothing_else_stands(kind: str, tmp_path: Path) -> None:
    for material in (bare(kind), whole(kind)):
        built = build_packet(packet(material), tmp_path / "p.pdf")
        _, last = built.sections["filing"]
        page = texts(built.path.read_bytes())[last - 1]
        for said in (*BUT_FOR, *material.signer[2].splitlines(), material.signer[0], packet(material).title):
            page = page.replace(said, "")
        assert len(page) > 60, page


def test_a_caption_names_the_state_of_its_forum_once_and_none_for_what_is_federal() -> None:
    forums = {
        ("due_process_complaint", "NC", "North Carolina"): "Office of Administrative Hearings (OAH), North Carolina",
        ("due_process_complaint", "TX", "Texas"): "Texas Education Agency (TEA) hearing officer",
        ("state_complaint", "MA", "Massachusetts"): "DESE Problem Resolution System (PRS), Massachusetts",
        ("ocr_complaint", "MA", "Massachusetts"): "Office for Civil Rights (OCR), U.S. Department of Education",
    }
    for (kind, state, name), said in forums.items():
        assert packet(whole(kind, state, state_name=name)).forum == said
