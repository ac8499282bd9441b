"""Read one case: its people, what the home page of the case shows, and who may open it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, true, union_all
from sqlalchemy import case as sql_case
from sqlalchemy.orm import aliased

from casemgr.accounts.models import Membership, User
from casemgr.cases.models import Case, CaseMember, Person
from casemgr.cases.roles import PERSON_ROLES
from casemgr.deadlines.doubts import mark_of
from casemgr.deadlines.models import Deadline, Fact
from casemgr.deadlines.standing import state_on
from casemgr.documents.models import Document
from casemgr.evidence.models import EvidenceEntry
from casemgr.extensions import db
from casemgr.filings.models import Packet
from casemgr.issues.models import Issue, IssueEvidence
from casemgr.law.facts import FACTS
from casemgr.law.terms import PartyRole, RuleKind
from casemgr.letters.kinds import waited_for
from casemgr.letters.models import OutgoingLetter
from casemgr.proceedings.models import StageMove
from casemgr.web.voice import told

OPENED = "opened"
"""The first row of every case's history of moves; it is not a move of the law's table."""

OURS = frozenset(
    {
        PartyRole.PARENT,
        PartyRole.STUDENT,
        PartyRole.COMPLAINANT,
        PartyRole.EACH_PARTY,
        PartyRole.BOTH_PARTIES,
        PartyRole.FILING_PARTY,
        PartyRole.RECEIVING_PARTY,
    }
)
"""Who stands on the family's side of a deadline; where either side may be meant, the family should meet it."""

WHO_ACTS: dict[str, str] = {
    PartyRole.PARENT: "The parent acts",
    PartyRole.STUDENT: "The student acts",
    PartyRole.LEA: "The school district (LEA) acts",
    PartyRole.SEA: "The state education agency (SEA) acts",
    PartyRole.HEARING_OFFICE: "The hearing office acts",
    PartyRole.OCR: "The Office for Civil Rights acts",
    PartyRole.COURT: "The court acts",
    PartyRole.COMPLAINANT: "Whoever complains acts",
    PartyRole.PART_C_AGENCY: "The early intervention agency acts",
    PartyRole.EACH_PARTY: "Each side acts",
    PartyRole.BOTH_PARTIES: "Both sides act together",
    PartyRole.FILING_PARTY: "Whoever filed acts",
    PartyRole.RECEIVING_PARTY: "Whoever received it acts",
    PartyRole.NOBODY: "",
}


@dataclass(frozen=True)
class Happening:
    """Something that happened in the case: a log entry, a fact or a move."""

    kind: str
    id: UUID
    title: str
    on: date


@dataclass(frozen=True)
class Counts:
    """How much there is of what; of papers and entries, those that the reader may see."""

    papers: int
    entries: int
    facts: int
    issues: int
    packets_ready: int
    packets_begun: int = 0
    letters_begun: int = 0
    letter_begun: UUID | None = None
    """The newest of them."""
    letter_on_its_way: UUID | None = None
    """The oldest that was sent, whose receipt starts something, and of which nobody has said when it was received."""


def people_of(case: Case) -> Sequence[Person]:
    """Return the people of the case: family first, then school, then the rest, each by name."""
    rows = db.session.scalars(select(Person).where(Person.case_id == case.id)).all()
    order = {role: place for place, role in enumerate(PERSON_ROLES)}
    return sorted(rows, key=lambda row: (order.get(row.role, len(order)), row.name.casefold(), str(row.id)))


def person(case: Case, person_id: UUID) -> Person | None:
    return db.session.scalar(select(Person).where(Person.case_id == case.id, Person.id == person_id))


def person_choices(case: Case) -> list[tuple[str, str]]:
    """Return the people as choices of a form: (id, "Name (role)")."""
    return [(str(row.id), f"{row.name} ({PERSON_ROLES.get(row.role, row.role)})") for row in people_of(case)]


def cases_of(case_ids: Collection[UUID]) -> Sequence[Case]:
    """Return these cases of the acting organization with their students. One query."""
    return db.session.scalars(select(Case).where(Case.id.in_(case_ids)).order_by(Case.id)).unique().all()


def members_of(case: Case) -> Sequence[CaseMember]:
    """Return the sign-ins with a role in this case, by name."""
    rows = db.session.scalars(select(CaseMember).where(CaseMember.case_id == case.id)).unique().all()
    return sorted(rows, key=lambda row: row.user.name.casefold())


def member(case: Case, member_id: UUID) -> CaseMember | None:
    return db.session.scalars(
        select(CaseMember).where(CaseMember.case_id == case.id, CaseMember.id == member_id)
    ).one_or_none()


def owner_choices(case: Case) -> list[tuple[str, str]]:
    """Return who can look after the case: the organization's members, and whoever does now."""
    rows = db.session.execute(
        select(User.id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.org_id == case.org_id)
    ).all()
    found = {str(row.id): row.name for row in rows}
    if case.owner is not None:
        found.setdefault(str(case.owner.id), case.owner.name)
    return sorted(found.items(), key=lambda pair: pair[1].casefold())


def counts(case: Case, visible: Collection[str]) -> Counts:
    """Return how much there is, in one query."""

    def how_many(model: type, *conditions: object) -> object:
        return select(func.count()).select_from(model).where(model.case_id == case.id, *conditions).scalar_subquery()

    papers = how_many(Document, Document.visibility.in_(visible), Document.trashed_at.is_(None))
    row = db.session.execute(
        select(
            papers,
            how_many(EvidenceEntry, EvidenceEntry.visibility.in_(visible)),
            how_many(Fact),
            how_many(Issue, Issue.is_withdrawn.is_(False)),
            how_many(Packet, Packet.state == "ready"),
            how_many(Packet, Packet.state.in_(("draft", "failed"))),
            how_many(OutgoingLetter, OutgoingLetter.state == "draft"),
            _letter(case, OutgoingLetter.state == "draft").order_by(OutgoingLetter.created_at.desc()).scalar_subquery(),
            _letter(case, OutgoingLetter.state == "sent", OutgoingLetter.received_on.is_(None), _is_waited_for())
            .order_by(OutgoingLetter.sent_on, OutgoingLetter.created_at)
            .scalar_subquery(),
        )
    ).one()
    return Counts(*row)


def _letter(case: Case, *conditions: ColumnElement[bool]) -> Select[tuple[UUID]]:
    return select(OutgoingLetter.id).where(OutgoingLetter.case_id == case.id, *conditions).limit(1)


def _is_waited_for() -> ColumnElement[bool]:
    return or_(
        *(
            and_(OutgoingLetter.kind == kind, OutgoingLetter.choices[key].astext == value if key else true())
            for kind, key, value in waited_for()
        )
    )


def issues_without_evidence(case: Case, limit: int) -> Sequence[Issue]:
    """Return the issues that no log entry supports, in their order."""
    supported = select(IssueEvidence.id).where(IssueEvidence.issue_id == Issue.id).exists()
    return db.session.scalars(
        select(Issue)
        .where(Issue.case_id == case.id, Issue.is_withdrawn.is_(False), ~supported)
        .order_by(Issue.number)
        .limit(limit)
    ).all()


def newest_papers(case: Case, visible: Collection[str], limit: int) -> Sequence[Document]:
    """Return the papers that came last."""
    return db.session.scalars(
        select(Document)
        .where(
            Document.case_id == case.id,
            Document.visibility.in_(visible),
            Document.trashed_at.is_(None),
            Document.is_source.is_(False),
        )
        .order_by(Document.uploaded_at.desc(), Document.id)
        .limit(limit)
    ).all()


def newest_happenings(case: Case, visible: Collection[str], limit: int) -> list[Happening]:
    """Return what happened last by its own date; what was corrected, retracted or undone is left out."""
    later_entry, later_fact, later_move = aliased(EvidenceEntry), aliased(Fact), aliased(StageMove)
    entries = (
        select(
            literal("entry").label("kind"), EvidenceEntry.id, EvidenceEntry.title, EvidenceEntry.happened_on.label("on")
        )
        .outerjoin(later_entry, later_entry.supersedes_id == EvidenceEntry.id)
        .where(EvidenceEntry.case_id == case.id, EvidenceEntry.visibility.in_(visible), later_entry.id.is_(None))
        .order_by(EvidenceEntry.happened_on.desc(), EvidenceEntry.number.desc())
        .limit(limit)
    )
    facts = (
        select(literal("fact"), Fact.id, Fact.kind, Fact.on_date)
        .outerjoin(later_fact, later_fact.corrects_id == Fact.id)
        .where(Fact.case_id == case.id, Fact.is_retraction.is_(False), later_fact.id.is_(None))
        .order_by(Fact.on_date.desc(), Fact.number.desc())
        .limit(limit)
    )
    moves = (
        select(move_kind(), StageMove.id, StageMove.to_stage, StageMove.on_date)
        .outerjoin(later_move, later_move.corrects_id == StageMove.id)
        .where(StageMove.case_id == case.id, StageMove.corrects_id.is_(None), later_move.id.is_(None))
        .order_by(StageMove.on_date.desc(), StageMove.number.desc())
        .limit(limit)
    )
    together = union_all(*(part.subquery().select() for part in (entries, facts, moves))).subquery()
    rows = db.session.execute(select(together).order_by(together.c.on.desc()).limit(limit)).all()
    return [Happening(row.kind, row.id, words_for(row.kind, row.title), row.on) for row in rows]


def move_kind() -> ColumnElement[str]:
    """The kind of happening that a row of stage_moves is: the opening of the case, or a move."""
    return sql_case((StageMove.event == OPENED, "opened"), else_="move")


def words_for(kind: str, title: str) -> str:
    """Return a happening in plain words: a fact's own sentence; an entry's title; a move's stage."""
    if kind == "fact" and (info := FACTS.get(title)):
        return told(info.label)
    return "The case was opened" if kind == "opened" else title


@dataclass(frozen=True)
class DueDate:
    """A deadline, or a promise of an agreement or decision (`kind`: deadline or promise), as the lists show it.

    `late_unknown`: the State's own date cannot be counted yet, so nobody may be called late."""

    id: UUID
    case_id: UUID
    title: str
    act_by: date
    nominal: date | None
    late_after: date | None
    citation: str
    state: str
    who: str
    is_ours: bool
    uncertain: str | None
    kind: str = "deadline"
    mark: str = ""
    late_unknown: bool = False


def due_date(row: Deadline, today: date) -> DueDate:
    """Return a deadline that has a date as lists show it on `today` (of the case)."""
    assert row.act_by is not None, "lists of dates leave out deadlines without one"
    mark = mark_of(row)
    is_milestone = row.explanation.get("kind") == RuleKind.MILESTONE.value  # happens by itself
    return DueDate(
        id=row.id,
        case_id=row.case_id,
        title=row.title,
        act_by=row.act_by,
        nominal=row.nominal if row.nominal != row.act_by else None,
        late_after=row.late_after if row.late_after != row.act_by else None,
        citation=row.citation,
        state=state_on(row, today),
        who="" if is_milestone else WHO_ACTS.get(row.actor, ""),
        is_ours=row.actor in OURS and not is_milestone,
        uncertain=f"{mark.label}. Check it before you rely on the date." if mark else None,
        mark=mark.label if mark else "",
        late_unknown=row.late_after is None,
    )
