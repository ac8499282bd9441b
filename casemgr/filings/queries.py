"""Read packets, and gather from the case what a filing is made of. Only what the family may see goes in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from casemgr.audit.models import AuditEvent
from casemgr.cases.models import Case
from casemgr.cases.queries import people_of
from casemgr.cases.roles import PERSON_ROLES
from casemgr.cases.states import STATES
from casemgr.citations import queries as citations
from casemgr.citations.places import Numbering, Place
from casemgr.deadlines.queries import current_facts
from casemgr.documents.kinds import DOCUMENT_KINDS
from casemgr.documents.models import Document
from casemgr.evidence import queries as evidence
from casemgr.evidence.kinds import EVIDENCE_KINDS, when_words
from casemgr.evidence.models import EvidenceEntry
from casemgr.extensions import db
from casemgr.filings import material as m
from casemgr.filings.dates import worked_out
from casemgr.filings.exhibits import exhibit_kind, rendition_note_of, rendition_of, why_not_each
from casemgr.filings.kinds import SEND_METHODS, Kind, kind_in
from casemgr.filings.models import Packet, PacketExhibit
from casemgr.issues import queries as issue_queries
from casemgr.issues.areas import LAWS, usual_citation
from casemgr.law.facts import FACTS
from casemgr.law.rulebook import Forum, rulebook_for
from casemgr.law.terms import FactKind, ProceedingKind, Track
from casemgr.pdf.model import ExhibitKind
from casemgr.plans.queries import placements_of
from casemgr.proceedings.models import Proceeding
from casemgr.proceedings.queries import proceedings_of

OPEN_TO_ALL = frozenset({"shared"})
"""What may stand in a filing: nothing internal, privileged or said in mediation."""


def packets_of(case: Case, *, drafts: bool) -> Sequence[Packet]:
    """Return the packets, newest first; without `drafts` only what was filed."""
    wanted = select(Packet).where(Packet.case_id == case.id)
    if not drafts:
        wanted = wanted.where(Packet.state == "filed")
    return db.session.scalars(wanted.order_by(Packet.created_at.desc(), Packet.id)).all()


@dataclass(frozen=True)
class TakenBack:
    """Who took the mark of a packet back, and when (UTC). The reason stands in the log."""

    by: str
    at: datetime


TAKEN_BACK = "filings:packet:take_back"


def taken_back(case: Case, ids: Collection[UUID]) -> dict[UUID, TakenBack]:
    """Return those of these packets that were marked as filed and are so no more."""
    rows = db.session.execute(
        select(AuditEvent.subject_id, AuditEvent.actor_name, AuditEvent.at).where(
            AuditEvent.case_id == case.id, AuditEvent.action == TAKEN_BACK, AuditEvent.subject_id.in_(ids)
        )
    )
    return {row.subject_id: TakenBack(row.actor_name, row.at) for row in rows if row.subject_id}


def packet(case: Case, packet_id: UUID, *, drafts: bool) -> Packet | None:
    row = db.session.scalar(select(Packet).where(Packet.case_id == case.id, Packet.id == packet_id))
    return row if row is not None and (drafts or row.state == "filed") else None


def exhibits_of(packet: Packet) -> list[tuple[PacketExhibit, Document]]:
    """Return the chosen papers in their order, whoever may see them: what became of each is for `why_not_each`."""
    rows = db.session.execute(
        select(PacketExhibit, Document)
        .join(Document, Document.id == PacketExhibit.document_id)
        .where(PacketExhibit.case_id == packet.case_id, PacketExhibit.packet_id == packet.id)
        .order_by(PacketExhibit.position)
    )
    return [(row.PacketExhibit, row.Document) for row in rows]


def papers_to_choose(case: Case, visible: Collection[str], kind: str = "") -> Sequence[Document]:
    """Return the papers that may become exhibits, in the order proposed for them: by their date, then kind."""
    wanted = select(Document).where(
        Document.case_id == case.id,
        Document.visibility.in_(OPEN_TO_ALL & frozenset(visible)),
        Document.trashed_at.is_(None),
    )
    if kind:
        wanted = wanted.where(Document.kind == kind)
    return sorted(db.session.scalars(wanted), key=proposed_place)


def proposed_place(paper: Document) -> tuple[date, int, str, str]:
    order = list(DOCUMENT_KINDS)
    place = order.index(paper.kind) if paper.kind in order else len(order)
    return paper.document_on or date.max, place, paper.title, str(paper.id)


def gather(case: Case, packet: Packet) -> m.Material:
    """Return everything that this packet would be made of now."""
    kind, book = kind_in(packet.kind, case.state), rulebook_for(case.state)
    forum = book.forums[kind.forum] if kind.forum else None
    exhibits = _exhibits(packet)
    entries = _entries(case, {one.document_id: one.label for one in exhibits if not one.refused})
    issues, left_out = _issues(case, forum, kind, entries)
    facts = current_facts(case)
    answers = packet.answers or {}
    signer = answers.get("signer") or {}
    own = None if kind.event else proceeding_of(case, kind)
    return m.Material(
        kind=packet.kind,
        state=case.state,
        state_name=STATES[case.state].name if case.state in STATES else case.state,
        forum=forum.name if forum else "",
        forum_citation=forum.citation if forum else "",
        student=_student(case),
        people=tuple(_person(row) for row in people_of(case)),
        issues=issues,
        left_out=left_out,
        chronology=tuple(entries.values()) if kind.has_chronology else (),
        exhibits=exhibits,
        placement=_placement(case),
        other_forums=_other_forums(case, kind),
        last_act_on=_last_act(facts, issues),
        grievance_ended_on=_latest(facts, FactKind.SCHOOL_GRIEVANCE_COMPLETED),
        has_discipline=any(FACTS[FactKind(row.kind)].group == "Discipline" for row in facts)
        or any(issue.citation.startswith("34 CFR 300.530") for issue in issues),
        answers={key: value for key, value in answers.items() if isinstance(value, str)},
        signer=(signer.get("name", ""), signer.get("role", ""), signer.get("contact", "")),
        recipients=tuple(_recipient(row) for row in answers.get("recipients") or ()),
        bates_prefix=packet.bates_prefix,
        archival=packet.archival,
        face=packet.face,
        dated_on=packet.dated_on,
        made_at=packet.created_at.astimezone(UTC).replace(microsecond=0).isoformat(),
        docket=own.docket_number if own else "",
        on_record={one.value: on for one in kind.facts if (on := _latest(facts, one))},
        worked_out=worked_out(case, kind, answers),
        rows={key: tuple(map(tuple, rows)) for key, rows in (answers.get("rows") or {}).items() if rows},
        cited=_cited(case, packet, answers, issues, exhibits),
    )


def _cited(
    case: Case,
    packet: Packet,
    answers: dict[str, Any],
    issues: Sequence[m.IssueData],
    exhibits: Sequence[m.ExhibitData],
) -> dict[str, str]:
    """By paper that the texts cite, the label of its exhibit."""
    texts = [text for text in answers.values() if isinstance(text, str)]
    texts += [one.description for one in exhibits]
    texts += [cell for rows in (answers.get("rows") or {}).values() for row in rows for cell in row]
    refs = citations.refs_in([*texts, *(text for one in issues for text in (one.facts, one.relief))])
    labels = numbering_of(case, packet).labels if refs else {}
    return {ref: labels[ref] for ref in refs if ref in labels}


def numbering_of(case: Case, packet: Packet) -> Numbering:
    """Return the exhibits of a packet as references find them: each with its label of today and its pages."""
    chosen = exhibits_of(packet)
    papers = [paper for _, paper in chosen]
    refused, originals = why_not_each(papers), citations.originals(case, [paper.id for paper in papers])
    places = [
        Place(
            label_of(packet, row.position),
            paper.id,
            paper.title,
            citations.refs_of(paper, originals),
            last=None if exhibit_kind(paper) is ExhibitKind.NATIVE else paper.page_count,
            refused=str(refused.get(paper.id, "")),
        )
        for row, paper in chosen
    ]
    name = kind_in(packet.kind, case.state).name
    return Numbering(f"packet “{name}”", (packet.exhibit_prefix,), tuple(places), str(packet.id))


def proceeding_of(case: Case, kind: Kind) -> Proceeding | None:
    """Return the proceeding that a filing belongs to, or None."""
    return newest_proceeding(case, kind.forum) if kind.forum else None


def newest_proceeding(case: Case, of: ProceedingKind) -> Proceeding | None:
    """Return the newest open proceeding of a kind, else the newest of all."""
    rows = [row for row in proceedings_of(case) if row.kind == of.value]
    return max(rows, key=lambda row: (row.ended_on is None, row.opened_on, str(row.id)), default=None)


def _student(case: Case) -> m.StudentData:
    row = case.student
    return m.StudentData(
        name=row.name,
        born_on=row.born_on,
        grade=row.grade,
        school=row.school,
        district=row.district,
        address=row.address,
        is_homeless=row.is_homeless,
        homeless_contact=row.homeless_contact,
        disability=row.disability,
    )


def _person(row: Any) -> m.PersonData:
    role_name = PERSON_ROLES.get(row.role, row.role)
    return m.PersonData(row.name, row.role, role_name, row.organization, row.email, row.phone, row.address)


def _recipient(row: dict[str, str]) -> m.Recipient:
    return m.Recipient(row["name"], row.get("role", ""), row.get("address", ""), row.get("method", ""))


def label_of(packet: Packet, position: int) -> str:
    """Return the label of the exhibit at a place: P-1."""
    return f"{packet.exhibit_prefix}-{position}" if packet.exhibit_prefix else str(position)


def _exhibits(packet: Packet) -> tuple[m.ExhibitData, ...]:
    chosen = exhibits_of(packet)
    refused = why_not_each([paper for _, paper in chosen])
    return tuple(
        m.ExhibitData(
            id=str(row.id),
            document_id=str(paper.id),
            label=label_of(packet, place),
            title=paper.title,
            kind_name=DOCUMENT_KINDS.get(paper.kind, paper.kind),
            when=m.long_date(paper.document_on) if paper.document_on else "",
            description=row.description,
            kind=exhibit_kind(paper),
            sha256=paper.sha256,
            size=paper.size,
            file_name=paper.original_name,
            media_type=paper.media_type,
            refused=str(refused.get(paper.id, "")),
            rendition_sha256=rendition_of(paper),
            rendition_note=rendition_note_of(paper),
        )
        for place, (row, paper) in enumerate(chosen, 1)
    )


def _entries(case: Case, labels: dict[str, str]) -> dict[UUID, m.EntryData]:
    """The current entries that the family may see, oldest first, each with the first of its papers that goes in."""
    return {row.id: _entry(row, labels) for row in evidence.chronology(case, OPEN_TO_ALL)}


def entries_on_closed(case: Case, material: m.Material) -> list[str]:
    """Return the entries of the log that would be printed and that name a paper which is not marked as shared: what
    they say may be what the paper says."""
    printed = {one.number for one in material.chronology} | {
        one.number for issue in material.issues for one in issue.entries
    }
    closed = select(Document.id).where(Document.case_id == case.id, Document.visibility != "shared")
    ids = {str(one) for one in db.session.scalars(closed)}
    return [
        f"No. {row.number}: {row.title}"
        for row in evidence.chronology(case, OPEN_TO_ALL)
        if row.number in printed and any(one["id"] in ids for one in row.documents)
    ]


def _entry(row: EvidenceEntry, labels: dict[str, str]) -> m.EntryData:
    exhibit = next((labels[paper["id"]] for paper in row.documents if paper["id"] in labels), "")
    return m.EntryData(
        number=row.number,
        happened_on=row.happened_on,
        when=when_words(row.happened_on, row.precision, row.happened_at),
        kind_name=EVIDENCE_KINDS.get(row.kind, row.kind),
        title=row.title,
        shows=row.shows,
        exhibit=exhibit,
    )


def _issues(
    case: Case, forum: Forum | None, kind: Kind, entries: dict[UUID, m.EntryData]
) -> tuple[tuple[m.IssueData, ...], tuple[tuple[str, int, str], ...]]:
    """The issues that stand, split into those that the forum hears and those that it does not."""
    if not kind.has_issues:
        return (), ()
    ties: dict[UUID, list[m.EntryData]] = defaultdict(list)
    for entry_id, refs in issue_queries.issues_by_entry(case, entries).items():
        for ref in refs:
            ties[ref.id].append(entries[entry_id])
    heard, left_out = [], []
    for view in issue_queries.issues_of(case):
        row = view.issue
        if row.is_withdrawn:
            continue
        if reason := _not_heard(row.law, forum, kind):
            left_out.append((str(row.id), row.number, reason))
            continue
        supports = sorted(ties[row.id], key=lambda entry: (entry.happened_on, entry.number))
        heard.append(
            m.IssueData(
                id=str(row.id),
                number=row.number,
                title=row.title,
                law=row.law,
                law_name=LAWS.get(row.law, row.law),
                citation=usual_citation(row.area, row.law),
                since_on=row.since_on,
                known_on=row.known_on,
                facts=row.facts,
                relief=row.relief,
                entries=tuple(supports),
            )
        )
    return tuple(heard), tuple(left_out)


def _not_heard(law: str, forum: Forum | None, kind: Kind) -> str:
    """Why an issue under this law does not belong before this forum; empty when it does."""
    if kind.laws:
        return "" if law in kind.laws else kind.laws_reason
    if forum and law in ("idea", "section_504") and Track(law) not in forum.hears:
        return forum.otherwise or f"{forum.name} does not hear this kind of issue."
    return ""


def _placement(case: Case) -> m.PlacementData | None:
    rows = placements_of(case)
    if not rows:
        return None
    return m.PlacementData(rows[0].agreed_on, rows[0].school, rows[0].setting, tuple(map(_service, rows[0].services)))


def _service(row: dict[str, Any]) -> tuple[str, str, str]:
    minutes = f"{row['minutes']} minutes" if row.get("minutes") else ""
    return row.get("name", ""), ", ".join(part for part in (minutes, row.get("per", "")) if part), row.get("where", "")


FORUM_NAMES = {
    "mediation": "Mediation",
    "state_complaint": "State complaint",
    "due_process": "Due process complaint",
    "section_504_hearing": "Section 504 hearing",
    "ocr_complaint": "OCR complaint",
    "civil_action": "Court",
}


def _other_forums(case: Case, kind: Kind) -> tuple[m.OtherForum, ...]:
    """What the dispute was taken to besides; that mediation was tried is no secret, what was said there is."""
    rows = sorted(proceedings_of(case), key=lambda row: (row.opened_on, str(row.id)))
    return tuple(
        m.OtherForum(FORUM_NAMES[row.kind], row.opened_on, row.docket_number, "ended" if row.ended_on else "open")
        for row in rows
        if row.kind in FORUM_NAMES and not (kind.event and kind.forum and row.kind == kind.forum.value)
    )


def _latest(facts: Sequence[Any], kind: FactKind) -> date | None:
    return max((row.on_date for row in facts if row.kind == kind.value), default=None)


def _last_act(facts: Sequence[Any], issues: Sequence[m.IssueData]) -> date | None:
    """The last act of discrimination: as recorded, else the newest date in the issues."""
    recorded = _latest(facts, FactKind.DISCRIMINATORY_ACT)
    return recorded or max((line.on for issue in issues for line in issue.lines if line.on), default=None)


def methods(recipients: Collection[m.Recipient]) -> list[str]:
    """Return the ways of sending in words, each once."""
    return list(dict.fromkeys(SEND_METHODS[one.method] for one in recipients if one.method in SEND_METHODS))
