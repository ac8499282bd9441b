"""Turn the material of a filing into the pages of a packet. Pure: the same material gives the same packet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from casemgr.filings import checklist
from casemgr.filings.kinds import KINDS, SEND_METHODS
from casemgr.filings.material import IssueData, Material, PersonData, Recipient, in_filing_words, long_date
from casemgr.law.terms import FilingKind
from casemgr.pdf import model as pdf
from casemgr.pdf.model import Block, Fields, Grid, Items, Section, Text


@dataclass(frozen=True)
class File:
    """Where an exhibit's bytes are. `text` is what is printed of a text; None: it goes beside the packet as a file.
    `rendition` is the PDF that is printed in its place, if any."""

    path: Path
    text: str | None = None
    rendition: Path | None = None


def compose(
    material: Material, files: Mapping[str, File], program_version: str, log_head: pdf.LogHead | None = None
) -> pdf.Packet:
    """Return the packet to build.

    Args:
        files: by label, the stored file of each exhibit.
        log_head: how far the evidence log has come. It is printed, but a log that grows makes no packet out of date.
    """
    kind = KINDS[material.kind]
    filing = _ocr_complaint(material) if kind.kind is FilingKind.OCR_COMPLAINT else _due_process_complaint(material)
    signer = _signature(material)
    return pdf.Packet(
        title=kind.title,
        student=material.student.name,
        forum=forum_line(material),
        made_at=datetime.fromisoformat(material.made_at),
        program_version=program_version,
        parties=parties(material),
        filer=signer.name,
        filer_contact=signer.contact,
        dated=material.dated_on,
        filing=filing,
        chronology=tuple(
            pdf.ChronologyRow(entry.when, in_filing_words(entry), entry.kind_name, entry.exhibit)
            for entry in material.chronology
        ),
        exhibits=tuple(_exhibit(material, place, files) for place in range(len(material.exhibits))),
        certificate=_certificate(material, signer),
        bates=pdf.Bates(material.bates_prefix),
        log_head=log_head,
    )


def forum_line(material: Material) -> str:
    """The forum as a caption names it; one that every State has is named with its State."""
    if material.kind == FilingKind.OCR_COMPLAINT or "(" in material.forum:
        return material.forum
    return f"{material.forum}, {material.state_name}"


def parties(material: Material) -> tuple[tuple[str, str], ...]:
    kind, student = KINDS[material.kind], material.student
    parents = " and ".join(person.name for person in material.with_role("parent"))
    ours = f"{parents}, on behalf of {student.name}" if parents else student.name
    theirs = "Institution" if kind.kind is FilingKind.OCR_COMPLAINT else "Respondent"
    other = student.district or student.school
    return ((ours, kind.filer), *(((other, theirs),) if other else ()))


def _exhibit(material: Material, place: int, files: Mapping[str, File]) -> pdf.Exhibit:
    one = material.exhibits[place]
    file = files[one.label]
    is_text = one.kind is pdf.ExhibitKind.TEXT and file.text is not None
    kind = one.kind if is_text or one.kind is not pdf.ExhibitKind.TEXT else pdf.ExhibitKind.NATIVE
    return pdf.Exhibit(
        label=one.label,
        title=one.title,
        kind=kind,
        path=file.path,
        when=one.when,
        description=one.description,
        file_name=one.file_name,
        text=file.text or "",
        sha256=one.sha256,
        rendition=file.rendition,
        rendition_sha256=one.rendition_sha256,
        rendition_note=one.rendition_note,
    )


def _signature(material: Material) -> pdf.Signature:
    name, role, contact = material.signer
    return pdf.Signature(name, role, tuple(line for line in contact.splitlines() if line.strip()), material.dated_on)


def _certificate(material: Material, signer: pdf.Signature) -> pdf.CertificateOfService | None:
    """The certificate has no date: whoever really sends the packet writes it in by hand, with the signature."""
    if not material.recipients:
        return None
    document = KINDS[material.kind].title
    if material.exhibits:
        first, last = material.exhibits[0].label, material.exhibits[-1].label
        document += f", with exhibit {first}" if first == last else f", with exhibits {first} to {last}"
    return pdf.CertificateOfService(
        document=document,
        recipients=tuple(
            pdf.Recipient(one.name, one.role, one.address, SEND_METHODS.get(one.method, one.method))
            for one in material.recipients
        ),
        signers=(pdf.Signature(signer.name, signer.role, signer.contact),),
    )


FORMAL_LAW = {
    "idea": "Individuals with Disabilities Education Act (IDEA)",
    "section_504": "Section 504 of the Rehabilitation Act",
}


def _issue(issue: IssueData) -> pdf.Issue:
    name = FORMAL_LAW.get(issue.law, issue.law_name)
    law = f"{name}: {issue.citation}" if issue.citation else name
    facts = tuple(pdf.Fact(line.when, line.text, line.exhibit) for line in issue.lines)
    return pdf.Issue(issue.title, (law,), facts, issue.remedies)


def _pairs(*pairs: tuple[str, str]) -> Fields:
    return Fields(tuple((label, value.strip()) for label, value in pairs if value.strip()))


def _described(person: PersonData) -> str:
    return "\n".join((person.name, *person.contact))


def _paragraphs(text: str, *, numbered: bool = False) -> Text:
    return Text(tuple(part.strip() for part in text.split("\n\n") if part.strip()), numbered)


def _if_any(*sections: Section | None) -> tuple[Section, ...]:
    return tuple(section for section in sections if section is not None)


def _written(material: Material, heading: str, key: str, citation: str = "") -> Section | None:
    said = material.answer(key)
    return Section(heading, (_paragraphs(said),), citation) if said else None


# -- due process complaint ------------------------------------------------------------------------------------


def _due_process_complaint(material: Material) -> pdf.Filing:
    kind = KINDS[material.kind]
    return pdf.Filing(
        title=kind.title,
        citation=kind.law,
        caption=pdf.Caption(forum_line(material), parties(material)),
        opening=(
            f"This is a due process complaint about the education of {material.student.name}. It asks for an impartial "
            "hearing on the issues below. It is a first request, not an amendment. This notice is confidential "
            "(20 U.S.C. 1415(b)(7)(A)).",
        ),
        sections=_if_any(_the_student(material), _who_asks(material), _the_problem(material)),
        issues=tuple(map(_issue, material.issues)),
        closing=_if_any(
            _relief(material),
            _when_known(material),
            _stay_put(material),
            _written(material, "Discipline", "expedited_basis", "34 CFR 300.532(a)"),
            _written(material, "Request for a faster hearing", "track"),
            _needs_at_the_hearing(material),
            _how_it_was_sent(material),
        ),
        signatures=(_signature(material),),
    )


def _the_student(material: Material) -> Section:
    student = material.student
    school = ", ".join(part for part in (student.school, f"grade {student.grade}" if student.grade else "") if part)
    fields = _pairs(
        ("Name of the child", student.name),
        ("Address of residence", student.address),
        ("School the child attends", school),
        ("Contact (homeless child or youth)", student.homeless_contact if student.is_homeless else ""),
    )
    return Section(
        "The student", (fields,), "34 CFR 300.508(b)(1)-(4)" if student.is_homeless else "34 CFR 300.508(b)(1)-(3)"
    )


def _who_asks(material: Material) -> Section:
    representative = material.answer("representative") or "\n\n".join(
        _described(person) for person in material.with_role("parent_attorney", "advocate")
    )
    asks = material.answer("requester")
    return Section(
        "The parties",
        (
            _pairs(
                ("Who asks for the hearing", asks),
                ("Parent or guardian", "\n\n".join(map(_described, material.with_role("parent")))),
                ("Responsible school district", material.student.district),
                ("Lawyer or advocate", representative),
            ),
        ),
    )


def _the_problem(material: Material) -> Section:
    needs = " ".join(part for part in (material.student.disability, material.answer("special_needs")) if part.strip())
    blocks: list[Block] = [_pairs(("The student’s special needs", needs))] if needs else []
    blocks.append(
        Text(
            (
                "The nature of the problem, the facts that relate to it and the proposed resolution, to the extent "
                "known and available to the party at this time, are set out issue by issue in the next part.",
            )
        )
    )
    return Section("Description of the problem", tuple(blocks), "34 CFR 300.508(b)(5)-(6)")


def _relief(material: Material) -> Section:
    more = [line.strip().rstrip(".;") for line in material.answer("resolution").splitlines() if line.strip()]
    asked = [
        f"decide for the student on {_issue_list(material)}",
        "order the resolution proposed under each issue",
        *more,
    ]
    points = (
        *(f"{point};" for point in asked[:-1]),
        f"{asked[-1]}; and",
        "grant any other relief that is appropriate.",
    )
    return Section(
        "Relief",
        (Text(("The parent asks the hearing officer to:",)), Items(points, ordered=True)),
        "34 CFR 300.508(b)(6)",
    )


def _issue_list(material: Material) -> str:
    count = len(material.issues)
    return "the issue above" if count == 1 else f"issues 1 to {count}"


def _when_known(material: Material) -> Section | None:
    rows = tuple(
        (f"Issue {place}", long_date(issue.known_on))
        for place, issue in enumerate(material.issues, 1)
        if issue.known_on
    )
    reason = material.answer("known_date")
    blocks: list[Block] = [Grid(("Issue", "The parent learned of it on"), rows, (1, 3))] if rows else []
    if reason:
        blocks.append(_paragraphs(reason))
    return Section("When the problems became known", tuple(blocks), "34 CFR 300.511(e)-(f)") if blocks else None


def _stay_put(material: Material) -> Section | None:
    placed, said = material.placement, material.answer("stay_put")
    if placed is None and not said:
        return None
    blocks: list[Block] = [
        Text(
            (
                "While this proceeding is pending, the student remains in the current educational placement unless the "
                "parent and the agency agree otherwise.",
            )
        )
    ]
    if placed is not None:
        blocks.append(
            _pairs(
                ("Placement", placed.school),
                ("Setting", placed.setting),
                ("Last agreed on", long_date(placed.agreed_on)),
            )
        )
        if placed.services:
            blocks.append(Grid(("Service", "How much", "Where"), placed.services, (2, 2, 2)))
    if said:
        blocks.append(_paragraphs(said))
    return Section("Stay-put", tuple(blocks), "34 CFR 300.518(a)")


def _needs_at_the_hearing(material: Material) -> Section | None:
    fields = _pairs(
        ("Interpreter", material.answer("interpreter")), ("Accommodations", material.answer("accommodations"))
    )
    return Section("What is needed at the hearing", (fields,)) if fields.pairs else None


def _how_it_was_sent(material: Material) -> Section | None:
    """Some forums ask for a statement that, and how, it went to the other side; the date stays for the certificate."""
    if not material.recipients:
        return None
    words = (
        "A copy of this complaint is sent to the other side at the same time as it is filed, as the certificate of "
        "service at the end of this packet states:"
    )
    points = tuple(map(_sent_to, material.recipients))
    return Section("Copy to the other side", (Text((words,)), Items(points)), "34 CFR 300.508(a)")


def _sent_to(one: Recipient) -> str:
    name = f"{one.name} ({one.role})" if one.role else one.name
    how = SEND_METHODS.get(one.method, one.method or "________")
    address = " ".join(one.address.split())
    return f"{name}: {how}, {address}" if address else f"{name}: {how}"


# -- OCR complaint --------------------------------------------------------------------------------------------


def _ocr_complaint(material: Material) -> pdf.Filing:
    kind = KINDS[material.kind]
    return pdf.Filing(
        title=kind.title,
        citation=kind.law,
        caption=pdf.Caption(forum_line(material), parties(material)[:1], docket="(given by OCR)"),
        opening=(
            f"This is a complaint that {material.student.district or material.student.school} discriminated. It is "
            "made under Section 504 of the Rehabilitation Act and Title II of the Americans with Disabilities Act.",
        ),
        sections=_if_any(_complainant(material), _harmed(material), _institution(material), _basis(material)),
        issues=tuple(map(_issue, material.issues)),
        closing=_if_any(
            _other_places(material),
            _written(material, "Why it is late, and request for a waiver", "waiver"),
            _written(material, "What the school should do", "remedy"),
            _papers(material),
            _written(material, "Consent form", "consent_form"),
        ),
        signatures=(_signature(material),),
    )


def _complainant(material: Material) -> Section:
    who = material.answer("complainant") or "\n".join(map(_described, material.with_role("parent")[:1]))
    fields = _pairs(("Complainant", who), ("Someone else OCR can call", material.answer("backup_contact")))
    return Section("Who complains", (fields,))


def _harmed(material: Material) -> Section:
    authority = material.answer("person_harmed") or ("Parent" if material.with_role("parent") else "")
    return Section(
        "Who was discriminated against",
        (
            _pairs(
                ("Student", material.student.name),
                ("Address", material.student.address),
                ("Disability", material.student.disability),
                ("The complainant may act as", authority),
            ),
        ),
    )


def _institution(material: Material) -> Section:
    fields = _pairs(
        ("School", material.student.school),
        ("School district", material.student.district),
        ("Address", checklist.school_address(material)),
    )
    return Section("The institution", (fields,))


def _basis(material: Material) -> Section:
    why = material.answer("acts")
    blocks: list[Block] = [_pairs(("Basis", checklist.basis_of(material)))]
    if why:
        blocks.append(_paragraphs(why))
    return Section("Basis, and why it was discrimination", tuple(blocks))


def _other_places(material: Material) -> Section | None:
    rows = tuple((one.name, long_date(one.opened_on), one.docket, one.outcome) for one in material.other_forums)
    blocks: list[Block] = [Grid(("Where", "Since", "Number", "State"), rows, (3, 3, 2, 1.4))] if rows else []
    if material.answer("other_forums"):
        blocks.append(_paragraphs(material.answer("other_forums")))
    return Section("Other places this was taken to", tuple(blocks)) if blocks else None


def _papers(material: Material) -> Section | None:
    if not material.exhibits:
        return None
    points = tuple(
        f"Exhibit {one.label}: {one.title}{f', {one.when}' if one.when else ''}" for one in material.exhibits
    )
    words = "These papers are enclosed as copies. The originals stay with the complainant."
    return Section("Papers", (Text((words,)), Items(points)))
