"""Turn the material of a filing into the pages of a packet. Pure: the same material gives the same packet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from casemgr.filings.drafting import draft
from casemgr.filings.exhibits import shown_as
from casemgr.filings.kinds import SEND_METHODS, Kind, Layout, Verb, kind_in
from casemgr.filings.material import Material, in_filing_words
from casemgr.filings.vocabulary import Words, side_of
from casemgr.law.terms import ProceedingKind
from casemgr.pdf import model as pdf


@dataclass(frozen=True)
class File:
    """Where an exhibit's bytes are. `text` is what is printed of a text; None: it goes beside the packet as a file.
    `rendition` is the PDF that is printed in its place, if any."""

    path: Path
    text: str | None = None
    rendition: Path | None = None


FILER_LABELS = {Verb.SEND: "Sent by", Verb.SIGN: "Kept by", Verb.KEEP: "Kept by"}
"""What the cover calls the person whose paper it is; else it was filed."""
OF_OURS = ("parent", "parent_attorney", "advocate")


def compose(
    material: Material, files: Mapping[str, File], program_version: str, log_head: pdf.LogHead | None = None
) -> pdf.Packet:
    """Return the packet to build.

    Args:
        files: by label, the stored file of each exhibit.
        log_head: how far the evidence log has come. It is printed, but a log that grows makes no packet out of date.
    """
    kind = _kind_of(material)
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
        filer_label=FILER_LABELS.get(kind.verb, "Filed by"),
        dated=material.dated_on,
        docket=material.docket,
        filing=draft(Words(material, kind), _head(material), signer),
        chronology=tuple(
            pdf.ChronologyRow(entry.when, in_filing_words(entry), entry.kind_name, entry.exhibit)
            for entry in material.chronology
        ),
        exhibits=tuple(_exhibit(material, place, files) for place in range(len(material.exhibits))),
        certificate=_certificate(material, signer),
        bates=pdf.Bates(material.bates_prefix),
        log_head=log_head,
        cited=material.cited,
        in_sans=material.face == "sans",
    )


def _kind_of(material: Material) -> Kind:
    kind = kind_in(material.kind, material.state)
    return kind.for_504() if material.is_504_only else kind


def forum_line(material: Material) -> str:
    """The forum as a caption names it, with its State, but for what is federal. A notice goes to somebody."""
    kind = _kind_of(material)
    if kind.layout is not Layout.CAPTION:
        return Words(material, kind).value(kind.to).splitlines()[0] if kind.to else ""
    is_named = kind.forum is ProceedingKind.OCR_COMPLAINT or material.state_name in material.forum
    return material.forum if is_named else f"{material.forum}, {material.state_name}"


def parties(material: Material) -> tuple[tuple[str, str], ...]:
    """Name and role of each side; of a notice who it is from and for; of a record nobody."""
    kind, student = _kind_of(material), material.student
    if kind.layout is Layout.RECORD:
        return ()
    if kind.layout is Layout.NOTICE:
        sides = ((material.signer[0], "From"), (student.district or student.school, "To"))
        return tuple(side for side in sides if side[0])
    ours, other = _our_side(material, kind), student.district or student.school
    return (ours, *(((other, kind.other),) if other and kind.other else ()))


def _our_side(material: Material, kind: Kind) -> tuple[str, str]:
    """Names and role of our side: parents for the student, a student who signs, or whoever else may complain."""
    side, signer = side_of(material), material.signer[0].strip()
    if side == "student" or not (parents := [one.name for one in material.with_role("parent")]):
        return material.student.name, kind.filer
    known = {one.name.strip().casefold() for one in material.with_role(*OF_OURS)}
    if kind.filer_is_signer and signer and signer.casefold() not in known:
        return signer, kind.filer
    return f"{' and '.join(parents)}, on behalf of {material.student.name}", kind.filer + "s" * (side == "parents")


def _head(material: Material) -> pdf.Caption | pdf.Heading:
    """The head of the document: a caption before a forum, or who it is from and for, and about whom."""
    kind = _kind_of(material)
    if kind.layout is Layout.CAPTION:
        shown = parties(material)[:1] if kind.parties == "ours" else parties(material)
        return pdf.Caption(forum_line(material), shown, docket=material.docket or kind.docket_hint)
    words = Words(material, kind)
    lines = [("About", f"{material.student.name}, {words.value('student.school_and_grade')}".rstrip(", "))]
    if kind.layout is Layout.NOTICE:
        sender = ", ".join(part for part in material.signer[:2] if part)
        lines = [("To", words.value(kind.to)), ("From", sender), *lines]
    lines += [("Docket no.", material.docket), ("Date", words.value("dated"))]
    return pdf.Heading(tuple((label, value) for label, value in lines if value))


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
        shown_as=shown_as(one.rendition_note),
    )


def _signature(material: Material) -> pdf.Signature:
    name, role, contact = material.signer
    return pdf.Signature(name, role, tuple(line for line in contact.splitlines() if line.strip()), material.dated_on)


def _certificate(material: Material, signer: pdf.Signature) -> pdf.CertificateOfService | None:
    """The certificate has no date: whoever really sends the packet writes it in by hand, with the signature."""
    if not material.recipients:
        return None
    kind = _kind_of(material)
    document = kind.title
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
        title=kind.certificate,
    )
