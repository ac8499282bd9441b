"""A case that has everything that a page can show: the sample, and a row in each other state."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from flask import Flask, url_for
from sqlalchemy import select, text, update

import config
from casemgr.accounts.access import access_to_case
from casemgr.accounts.models import Membership, Organization, User
from casemgr.cases import services as cases
from casemgr.cases.clock import today
from casemgr.cases.models import Case, CaseMember, Person
from casemgr.cases.sample import open_sample_case
from casemgr.copies.models import PaperComparison, PaperPair
from casemgr.copies.result import PageResult, Result
from casemgr.copies.wording import Difference
from casemgr.deadlines.models import Deadline, Fact, SchoolCalendar
from casemgr.discipline import services as discipline
from casemgr.discipline.services import NewRemoval
from casemgr.documents import services as documents
from casemgr.documents.kinds import VISIBILITIES
from casemgr.documents.models import Document, DocumentPage
from casemgr.documents.store import store
from casemgr.evidence.models import EvidenceEntry
from casemgr.exhibit_binders import queries as binder_queries
from casemgr.exhibit_binders import services as exhibit_binders
from casemgr.exhibit_binders.labels import Placed
from casemgr.exhibit_binders.material import fingerprint
from casemgr.exhibit_binders.models import BinderFile, BinderVersion
from casemgr.extensions import db
from casemgr.filings import last_look
from casemgr.filings.models import Packet
from casemgr.filings.queries import papers_to_choose as exhibit_papers
from casemgr.goals import services as goals
from casemgr.goals.services import NewGoal
from casemgr.holds import services as holds
from casemgr.issues import services as issues
from casemgr.issues.models import Issue
from casemgr.issues.services import NewIssue
from casemgr.law.terms import RemovalKind
from casemgr.letters import services as letters
from casemgr.letters.kinds import kinds as letter_kinds
from casemgr.letters.models import LetterSending, OutgoingLetter
from casemgr.obligations import services as obligations
from casemgr.obligations.services import NewDelivery, NewObligation
from casemgr.paper_order import services as binder
from casemgr.paper_order.services import Change
from casemgr.photos import services as photos
from casemgr.plans import services as plans
from casemgr.plans.services import NewPlacement
from casemgr.platform.columns import now
from casemgr.proceedings.models import Proceeding
from casemgr.proceedings.queries import standing_moves
from casemgr.reading.models import PageNote
from casemgr.records import services as records
from casemgr.records.services import NewRequest
from casemgr.redaction.models import ProtectedName, Redaction, RedactionEntry, RedactionMark
from casemgr.serving.models import SentCopy
from casemgr.storage.sniff import sniff
from casemgr.watch.models import Finding
from tests.browser.every_page import Arguments
from tests.documents.paper import pdf
from tests.documents.test_mail_and_zip import letter
from tests.documents.test_mailbox import mbox
from tests.patience import until
from tests.photos.shoot import corners_seen, jpeg, photo, sheet
from tests.recognition.scans import LINES, fax, page
from tests.world import Actor, World

ROOT = Path(__file__).resolve().parents[2]
DRAW_ALL = """
import sys, config
from casemgr import create_app
from casemgr.platform import jobs
settings = config.load({"CASEMGR_DATA": sys.argv[1], "CASEMGR_SECRET_KEY": sys.argv[2], "CASEMGR_TESSERACT": "off"})
jobs.work_off(create_app(settings, sys.argv[3]))
"""


@dataclass(frozen=True)
class Home:
    """A person, and the ids that the addresses of their pages are made of."""

    actor: Actor
    ids: dict[str, str]

    def url(self, app: Flask, endpoint: str, given: Arguments) -> str:
        rule = next(rule for rule in app.url_map.iter_rules(endpoint) if "GET" in (rule.methods or ()))
        wanted = {name: self.ids[name] for name in rule.arguments if name not in given}
        for name, value in given.items():
            wanted[name] = self.ids[value[1:]] if value.startswith("@") else value
        with app.test_request_context():
            return url_for(endpoint, **wanted)


def make_home(world: World, actor: Actor, settings: config.Settings, *, drawn: bool = True) -> Home:
    """Make the sample case and what it lacks: a colleague, a guest, and one row in each other state.

    `drawn` does the jobs that wait, so that papers have their pictures and texts.
    """
    colleague = world.person("viewer", org_id=actor.org_id, name="Lee Colleague")
    guest = world.person(name="Kim Guest")
    with world.scope(actor):
        case = open_sample_case(world.user(actor))
        until(_no_worker_is_busy, "the work on the sample")
        ids = _more(world, actor, case) | _guest(world, actor, case, guest) | _mail(case, world.user(actor))
        ids |= _ids(case) | _photographed(case, world.user(actor))
        ids["note_id"] = _note(case, ids["document_id"], world.user(actor))
        member = select(Membership.id).where(Membership.org_id == actor.org_id, Membership.user_id == colleague.user_id)
        ids["membership_id"] = db.session.scalars(member).one()
    if drawn:
        subprocess.run(
            [sys.executable, "-c", DRAW_ALL, settings.data_dir, settings.secret_key, str(settings.database_url)],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        with world.scope(actor):
            until(_no_worker_is_busy, "the work on the new papers")
            _read_scan(ids["scan"])
    return Home(actor, {name: str(value) for name, value in ids.items()})


def _no_worker_is_busy() -> bool:
    """Whether no worker, which an earlier test may have started, has work to do: it would change papers while they are
    changed here, and load a page anew that shows how far a job is."""
    workers = "SELECT 1 FROM procrastinate_workers WHERE last_heartbeat > now() - interval '20 seconds'"
    open_jobs = "SELECT 1 FROM procrastinate_jobs WHERE status = 'doing' OR (status = 'todo' AND scheduled_at IS NULL)"
    return db.session.scalar(text(f"SELECT NOT EXISTS ({workers}) OR NOT EXISTS ({open_jobs})")) is True


def _read_scan(paper: UUID) -> None:
    """What the reading of a scan leaves, where no tesseract is: its text says something else than its name."""
    db.session.execute(
        update(DocumentPage)
        .where(DocumentPage.document_id == paper, DocumentPage.number == 1)
        .values(
            recognition="read", confidence=78, turn=90, text="Notice of Suspension\nDate: March 3, 2026\nTo the parent."
        )
    )
    marks = {"recognition_state": "failed", "recognition_note": "Page 2: Reading it took too long."}
    db.session.execute(update(Document).where(Document.id == paper).values(searchable_sha256="0" * 64, **marks))
    db.session.commit()


def _mail(case: Case, by: User) -> dict[str, UUID]:
    """A letter with an attachment, a mailbox that holds it and its answer, and a scan."""
    sent = letter(report_pdf=pdf("Report"), program_exe=b"MZ\x90\x00")
    answer = letter("Re: The reports", ids=("a2@example.org", "a1@example.org"))
    scan = fax(page(*LINES), page("Page two."))
    ids = {}
    for name, data in {"letter": sent, "answer": answer, "mailbox": mbox(sent, answer), "scan": scan}.items():
        stored = store().put_bytes(case.org_id, data)
        called = f"{name}.{ {'mailbox': 'mbox', 'scan': 'tif'}.get(name, 'eml') }"
        kind = sniff(stored.head, called, tail=stored.tail, size=stored.size)
        ids[name] = documents.receive(case, stored, kind, called, documents.PaperDetails(), by=by)[0].id
    return ids


def _note(case: Case, document_id: UUID, by: User) -> UUID:
    place = {"quote": "reading", "boxes": [[0.2, 0.2, 0.5, 0.22]]}
    note = PageNote(
        **{"org_id": case.org_id, "case_id": case.id, "document_id": document_id, "page": 1},
        **{"audience": "private", "color": "yellow", "body": "Ask about this.", "author_id": by.id, **place},
    )
    db.session.add(note)
    db.session.commit()
    return note.id


def _photographed(case: Case, by: User) -> dict[str, UUID]:
    """A paper in the making with two photos: one of a sheet, one of none."""
    access = access_to_case(by, case.id)
    assert access is not None
    photo_set = photos.begin(case, "shared", by=by)
    pictures = (jpeg(photo(sheet(), corners_seen(tilt=20))), jpeg(sheet("Alone")))
    for number, picture in enumerate(pictures):
        photos.add(access, photo_set, io.BytesIO(picture), f"IMG_{number}.jpg", by=by)
    return {"set_id": photo_set.id}


def _guest(world: World, actor: Actor, case: Case, guest: Actor) -> dict[str, UUID]:
    row = cases.add_member(case, guest.email, "viewer", by=world.user(actor))
    assert isinstance(row, CaseMember)
    return {"member_id": row.id}


def _more(world: World, actor: Actor, case: Case) -> dict[str, UUID]:
    by = world.user(actor)
    trashed = db.session.scalars(select(Document).where(Document.case_id == case.id, Document.kind == "note")).first()
    trashed = trashed or db.session.scalars(select(Document).where(Document.case_id == case.id)).all()[-1]
    documents.trash(trashed, version=trashed.version, by=by)
    withdrawn = issues.add_issue(case, NewIssue(title="The bus was late", law="idea"), by=by)
    issues.set_withdrawn(case, withdrawn, True, version=withdrawn.version, by=by)
    ready = _packet(case, state="ready", pdf_sha256="0" * 64, pdf_size=48_000, page_count=31)
    failed = _packet(case, state="failed", error="There was no room left to make the packet. Make room, and try again.")
    filed = _packet(
        case,
        state="filed",
        pdf_sha256="0" * 64,
        pdf_size=48_000,
        page_count=31,
        built_at=now(),
        filed_on=today(case),
        filed_how="email",
        filed_to="BSEA",
        filed_by=by.id,
    )
    copy = {"name": "Dana Director", "way": "mail", "state": "by_hand", "sent_on": today(case), "note": "RR 12"}
    own = {
        "org_id": case.org_id,
        "case_id": case.id,
        "sending_id": uuid4(),
        "sha256": "0" * 64,
        "of_sha256": "0" * 64,
        "size": 1,
    }
    sent = SentCopy(**own, packet_id=filed, **copy)
    db.session.add(sent)
    for packet in (ready, filed):  # somebody took the last look
        assert not last_look.go_on(case, db.session.get_one(Packet, packet), list(last_look.CLASSES), by=by)
    plan = plans.record_placement(case, NewPlacement(today(case) - timedelta(days=5), "Larch Street School"), by=by)
    goal = NewGoal("reading", "Will read 90 words a minute.", "42 in May", "90 in three of four probes")
    alike = _alike(case)
    removal = NewRemoval(RemovalKind.SENT_HOME, today(case) - timedelta(days=9), today(case) - timedelta(days=9))
    return (
        _promises(case, by)
        | _letters(case, by)
        | _filed_away(case, by)
        | _binders(case, by)
        | _redacted(case, alike, by)
        | {
            "removal_id": discipline.log_removal(case, removal, by=by).removal_id,
            "row_id": goals.add_goal(case, plan, goal, by=by).id,
            "alike": alike,
            "trashed": trashed.id,
            "withdrawn": withdrawn.id,
            "ready": ready,
            "failed": failed,
            "copy_id": sent.id,
            "filed": filed,
        }
    )


def _alike(case: Case) -> UUID:
    """A paper that looks like the IEP of the case, with what a comparison of the two found."""
    papers = select(Document.id).where(Document.case_id == case.id, Document.trashed_at.is_(None))
    iep = db.session.scalars(papers.where(Document.kind == "iep")).first()
    other = db.session.scalars(papers.where(Document.kind != "iep", Document.family == "pdf")).first()
    first, second = sorted((iep, other))
    own = {"org_id": case.org_id, "case_id": case.id, "first_id": first, "second_id": second}
    place = Difference((0.1, 0.2, 0.3, 0.22), (0.1, 0.21, 0.3, 0.23), "April 17, 2026", "April 27, 2026")
    found = Result([PageResult(1, 1, "differs", differences=[place, Difference((0.8, 0.8, 0.82, 0.82), is_mark=True)])])
    db.session.add_all([PaperPair(**own, kind="picture"), PaperComparison(**own, state="done", result=found.as_json())])
    db.session.commit()
    return other


def _redacted(case: Case, alike: UUID, by: User) -> dict[str, UUID]:
    """A box on the IEP that waits for its copy, a copy that was made of another paper, and a name to protect."""
    own = {"org_id": case.org_id, "case_id": case.id}
    iep = db.session.scalars(select(Document).where(Document.case_id == case.id, Document.kind == "iep")).first()
    waiting, made = Redaction(**own, document_id=iep.id), Redaction(**own, document_id=iep.id, state="made")
    made.result_id, made.proof = alike, {"words": 2, "elsewhere": {"1": 2}}
    db.session.add_all([waiting, made])
    db.session.flush()
    mark = {"page": 1, "boxes": [[0.1, 0.2, 0.5, 0.25]], "reason": "other", "words": "A witness", "found_by": "drawn"}
    entry = {"original_sha256": iep.sha256, "result_sha256": "0" * 64, "by_name": by.name, "reason": "For the school."}
    db.session.add_all(
        [
            RedactionMark(**own, redaction_id=waiting.id, **mark),
            RedactionEntry(
                **own, **entry, redaction_id=made.id, document_id=iep.id, result_id=alike, marks=[mark],
                visibility_was="privileged", visibility="shared", proof=made.proof,
            ),
            ProtectedName(**own, name="Robin Sample", key="robin sample", added_by_name=by.name),
        ]
    )  # fmt: skip
    db.session.commit()
    return {"redaction_id": made.id}


def _promises(case: Case, by: User) -> dict[str, UUID]:
    """A promise that is overdue, one that is delivered in hours, and a reason why the case may be stuck."""
    late = NewObligation("The reading evaluation is paid for", "lea", "day", due_on=today(case) - timedelta(days=3))
    start = today(case) - timedelta(days=70)
    hours = NewObligation("Compensatory reading", "lea", "again", every="month", starts_on=start, minutes=240)
    row = obligations.add(case, hours, by=by)
    obligations.deliver(case, row, NewDelivery(start + timedelta(days=9), minutes=90), by=by)
    finding = Finding(org_id=case.org_id, case_id=case.id, kind="no_clock", detail="2 dates cannot be counted yet.")
    db.session.add(finding)
    db.session.commit()
    return {"obligation_id": obligations.add(case, late, by=by).id, "hours": row.id, "finding_id": finding.id}


def _binders(case: Case, by: User) -> dict[str, UUID]:
    """A binder that is ready to be served, and one that was served and to which papers came late."""
    papers = [row.id for row in exhibit_papers(case, {"shared"})][:4]
    first, second = (exhibit_binders.begin(case, exhibit_binders.first_settings(case), by=by) for _ in range(2))
    for row in (first, second):
        exhibit_binders.add_exhibits(row, papers, version=row.version, by=by)
    versions = []
    for row in (first, second):
        chosen = binder_queries.exhibits_now(row)
        placed = [
            Placed(one.id, one.document_id, one.label, one.title, one.when, "", one.sha256, None, 1, 4 + n, 1, n,
                   f"{n:06d}", f"{n:06d}").as_json()
            for n, one in enumerate(chosen, 1)
        ]  # fmt: skip
        proof = {"compared": len(placed), "exhibits": [{"label": "P-1", "source_pages": 3, "pages_out": [[2, 3]],
                 "reason": "They are blank.", "blank_in_source": [1]}]}  # fmt: skip
        own = {"org_id": case.org_id, "case_id": case.id}
        version = BinderVersion(**own, binder_id=row.id, number=1, page_count=12, volumes=1, bates_next=9, proof=proof,
                                exhibits=placed, built_from=fingerprint(binder_queries.gather(case, row)))  # fmt: skip
        db.session.add(version)
        db.session.flush()
        made = {"kind": "volume", "name": "Parent’s exhibits.pdf", "sha256": "0" * 64, "size": 48_000, "pages": 12}
        db.session.add(BinderFile(**own, version_id=version.id, position=1, **made))
        row.state = "ready"
        versions.append(version)
    served = {"served_how": "email", "served_to": "The district", "served_by_name": by.name}
    versions[1].recorded_at = case.created_at - timedelta(days=1)
    for name, value in served.items():
        setattr(versions[1], name, value)
    versions[1].served_on = today(case)
    second.state = "draft"
    for row, one in zip((row for row, _ in binder_queries.rows_of(second)), chosen, strict=True):
        row.label = one.label
    db.session.commit()
    exhibit_id = binder_queries.rows_of(first)[0][0].id
    return {"binder_id": first.id, "served_binder": second.id, "version_id": versions[0].id,
            "served_version": versions[1].id, "exhibit_id": exhibit_id}  # fmt: skip


def _filed_away(case: Case, by: User) -> dict[str, UUID]:
    """Papers that were changed together and carry a tag, and one on legal hold."""
    rows = db.session.scalars(
        select(Document).where(Document.case_id == case.id, Document.kind != "iep").limit(2)
    ).all()
    change = Change({"author": "Dr. Lee"}, ("Reading",))
    made = binder.change_papers(
        case, {row.id: row.version for row in rows}, change, visible=frozenset(VISIBILITIES), confirmed=False, by=by
    )
    assert made is not None
    asked = NewRequest("All progress reports, please.", received_on=today(case) - timedelta(days=60), how="email")
    return {
        "change_id": made.id,
        "hold_id": holds.set_hold(case, "A hearing is near.", paper=rows[0], by=by).id,
        "request_id": records.add(case, asked, by=by).id,
    }


def _letters(case: Case, by: User) -> dict[str, UUID]:
    """A draft with gaps, a letter that was sent, and one of which nobody knows."""
    organization = db.session.get_one(Organization, case.org_id)

    def begun(kind: str, **choices: str) -> OutgoingLetter:
        return letters.begin(case, letter_kinds()[kind], choices, organization=organization, by=by)

    def sending(row: OutgoingLetter, state: str, way: str) -> LetterSending:
        own = {"org_id": case.org_id, "case_id": case.id, "letter_id": row.id, "letter_version": 1}
        to = [{"name": "Morgan Pretend", "address": "m.pretend@otterbrook.example"}]
        made = LetterSending(**own, way=way, state=state, pdf_sha256="0" * 64, pdf_size=1, recipients=to)
        made.asked_by, made.asked_by_name, made.began_at = by.id, by.name, now()
        return made

    draft = begun("iep_response", iep="part", placement="reject")
    sent, unknown = begun("records_request"), begun("thank_you")
    db.session.add_all([sending(sent, "by_hand", "certified"), sending(unknown, "unknown", "email")])
    sent.state, sent.sent_on, sent.sent_version, unknown.state = "sent", today(case), 1, "sending"
    db.session.commit()
    ready = begun("records_request").id
    return {"letter_id": draft.id, "sent_letter": sent.id, "unknown_letter": unknown.id, "ready_letter": ready}


def _packet(case: Case, **more: Any) -> UUID:
    row = Packet(org_id=case.org_id, case_id=case.id, kind="due_process_complaint", **more)
    db.session.add(row)
    db.session.commit()
    return row.id


def _ids(case: Case) -> dict[str, UUID]:
    def first(model: Any, *wanted: Any) -> UUID:
        found: UUID = db.session.scalars(select(model.id).where(model.case_id == case.id, *wanted)).first()
        assert found is not None, f"The sample case has no {model.__name__}"
        return found

    corrected = select(EvidenceEntry.supersedes_id).where(EvidenceEntry.supersedes_id.is_not(None))
    return {
        "case_id": case.id,
        "person_id": first(Person),
        "calendar_id": db.session.scalars(select(SchoolCalendar.id)).first(),
        "fact_id": first(Fact, Fact.kind == "evaluation_consent_received"),
        "deadline_id": first(Deadline, Deadline.state == "open"),
        "duty": first(Deadline, Deadline.state == "open", Deadline.explanation["kind"].astext == "duty"),
        "document_id": first(Document, Document.kind == "iep"),
        "entry_id": first(EvidenceEntry, EvidenceEntry.id.not_in(corrected), EvidenceEntry.supersedes_id.is_(None)),
        "corrected": first(EvidenceEntry, EvidenceEntry.id.in_(corrected)),
        "issue_id": first(Issue, Issue.number == 1),
        "packet_id": first(Packet, Packet.state == "draft"),
        "proceeding_id": first(Proceeding),
        "ended": first(Proceeding, Proceeding.ended_on.is_not(None)),
        "move_id": standing_moves(case)[-1].id,
    }
