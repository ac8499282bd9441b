"""An invented dispute with everything that a complaint needs, and the packets made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from uuid import UUID

import pikepdf
import pypdfium2

from casemgr.accounts.models import User
from casemgr.cases.models import Case, Person
from casemgr.documents.models import Document
from casemgr.documents.store import store
from casemgr.evidence.services import NewEntry, PaperRef, log_entry
from casemgr.extensions import db
from casemgr.filings import queries, services, tasks
from casemgr.filings.models import Packet
from casemgr.issues.services import NewIssue, add_issue, link
from casemgr.plans.services import NewPlacement, Service, record_placement
from tests.documents.paper import add, pdf, png
from tests.world import Actor, World

DUE_PROCESS, OCR = "due_process_complaint", "ocr_complaint"
MAIL = (
    b"From: parent@example.org\nTo: school@example.org\nSubject: Evaluation\n"
    b"Date: Mon, 5 Jan 2026 09:00:00 -0500\n\nPlease evaluate my child.\n"
)


@dataclass(frozen=True)
class Dispute:
    """A case that is ready for a complaint: two issues with dated facts and relief, people, papers, log."""

    world: World
    actor: Actor
    case_id: UUID
    papers: dict[str, UUID]

    @contextmanager
    def open(self, actor: Actor | None = None) -> Iterator[tuple[Case, User]]:
        with self.world.scope(actor or self.actor):
            yield db.session.get_one(Case, self.case_id), self.world.user(actor or self.actor)

    def begin(self, kind: str = DUE_PROCESS) -> UUID:
        with self.open() as (case, user):
            return services.begin(case, kind, by=user).id

    def packet(self, packet_id: UUID) -> Packet:
        """The packet's row, apart from any session."""
        with self.open() as (case, _):
            packet = queries.packet(case, packet_id, drafts=True)
            assert packet is not None
            db.session.expunge(packet)
            return packet

    def change(self, packet_id: UUID, do: Callable[[Packet, User], object]) -> object:
        with self.open() as (case, user):
            packet = queries.packet(case, packet_id, drafts=True)
            assert packet is not None
            return do(packet, user)

    def choose(self, packet_id: UUID, *names: str) -> None:
        ids = [self.papers[name] for name in names]
        self.change(packet_id, lambda packet, by: services.add_exhibits(packet, ids, version=packet.version, by=by))

    def queue(self, packet_id: UUID) -> None:
        self.change(packet_id, lambda packet, by: services.queue(packet, by=by))

    def build_here(self, packet_id: UUID) -> Packet:
        """Run the task's own function in this process, with its real child process."""
        with self.open():
            tasks.build_packet.func.__wrapped__(case_id=str(self.case_id), packet_id=str(packet_id))
        return self.packet(packet_id)

    def made(self, kind: str = DUE_PROCESS, *names: str) -> UUID:
        """A packet whose PDF is made."""
        packet_id = self.begin(kind)
        if names:
            self.choose(packet_id, *names)
        if kind == OCR:
            self.answer(packet_id, **OCR_ANSWERS)
        self.queue(packet_id)
        packet = self.build_here(packet_id)
        assert packet.state == "ready", packet.error
        return packet_id

    def answer(self, packet_id: UUID, **answers: str) -> None:
        def save(packet: Packet, by: User) -> None:
            signer = packet.answers["signer"]
            details = services.Details(signer["name"], signer["role"], signer["contact"], answers=answers)
            services.save_details(packet, details, version=packet.version, by=by)

        self.change(packet_id, save)

    def set_paper(self, name: str, **values: object) -> None:
        with self.open():
            paper = db.session.get_one(Document, self.papers[name], with_for_update=True)  # a worker may read it now
            for key, value in values.items():
                setattr(paper, key, value)
            db.session.commit()

    def bytes_of(self, sha256: str) -> bytes:
        with self.open():
            return b"".join(store().open_stream(self.actor.org_id, sha256))


OCR_ANSWERS = {
    "acts": "The school said that a student in a wheelchair slows the class down.",
    "person_harmed": "I am the mother.",
    "institution": "1 School Road, Fernhollow, MA 02000",
}


def dispute(world: World, actor: Actor | None = None, *, track: str = "both", **case: object) -> Dispute:
    actor = actor or world.person()
    case_id = world.case(actor, track=track, **case)
    paper = partial(add, world, actor, case_id)
    papers = {
        "iep": paper(pdf("The IEP", 3), "iep.pdf", title="IEP 2025-26", document_on=date(2025, 10, 6)),
        "photo": paper(png(), "photo.png", title="Photo of the ramp", document_on=date(2026, 2, 2)),
        "mail": paper(MAIL, "mail.eml", title="E-mail asking", document_on=date(2026, 1, 5)),
        "sound": paper(b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\x00" * 40, "call.wav", title="Voice message"),
        "advice": paper(pdf("Advice"), "advice.pdf", title="Advice", visibility="privileged"),
        "notes": paper(pdf("Notes"), "notes.pdf", title="Own notes", visibility="internal"),
        "offer": paper(pdf("Offer"), "offer.pdf", title="Offer made", visibility="mediation"),
    }
    with world.scope(actor):
        _fill(world, actor, db.session.get_one(Case, case_id), papers)
    return Dispute(world, actor, case_id, papers)


def _fill(world: World, actor: Actor, case: Case, papers: dict[str, UUID]) -> None:
    user = world.user(actor)
    own = {"org_id": case.org_id, "case_id": case.id}
    case.student.disability = "Dyslexia"
    db.session.add_all(
        [
            Person(**own, name="Marta Example", role="parent", email="marta@example.org", phone="(555) 010-0100",
                   address="12 Larch Street\nFernhollow, MA 02000"),
            Person(**own, name="Dana Director", role="special_education_director", email="director@example.org",
                   organization="Fernhollow Public Schools"),
        ]
    )  # fmt: skip
    asked = log_entry(
        case,
        NewEntry("email", date(2026, 1, 5), "Asked in writing for an evaluation", shows="The school was asked.",
                 papers=[PaperRef(papers["mail"])]),
        by=user,
    )  # fmt: skip
    log_entry(case, NewEntry("other", date(2026, 1, 9), "Secret strategy", visibility="internal"), by=user)
    late = NewIssue(
        "The evaluation is late", "idea", "evaluation_late", since_on=date(2026, 1, 5), known_on=date(2026, 3, 1),
        facts="2026-03-20: No evaluation had begun.\nThe school gave no reason.",
        relief="- Evaluate now\n- Make up reading",
    )  # fmt: skip
    barred = NewIssue(
        "The ramp was locked", "section_504", "discrimination", since_on=date(2026, 8, 24), known_on=date(2026, 8, 24),
        facts="The ramp stayed locked, and the student waited outside.", relief="Keep the ramp open",
    )  # fmt: skip
    link(add_issue(case, late, by=user), asked, by=user)
    add_issue(case, barred, by=user)
    placement = NewPlacement(
        date(2025, 10, 6),
        "Larch Street School",
        "General education",
        (Service("Reading", 30, "5 x week", "Resource room"),),
    )
    record_placement(case, placement, by=user)


def texts(data: bytes) -> list[str]:
    """The words of each page, lines joined."""
    with pypdfium2.PdfDocument(data) as document:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def save(data: bytes, path: Path) -> Path:
    path.write_bytes(data)
    return path


def bookmarks(data: Path) -> dict[str, list[str]]:
    with pikepdf.open(data) as document, document.open_outline() as outline:
        return {item.title: [below.title for below in item.children] for item in outline.root}
