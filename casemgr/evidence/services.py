"""Write the evidence log. It only grows: a correction is a new entry, and nothing is ever changed."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid4

from sqlalchemy import select

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.documents.kinds import opens_it_to_more_people
from casemgr.documents.models import Document
from casemgr.evidence import chain
from casemgr.evidence.kinds import EVIDENCE_KINDS, LEARNED, PRECISIONS, WEIGHTS, known_day
from casemgr.evidence.models import EvidenceDocument, EvidenceEntry
from casemgr.extensions import db
from casemgr.goals import services as goals
from casemgr.issues import queries as issue_queries
from casemgr.issues import services as issues

LOGGED = "evidence:entry:log"
"""The audit log's word for a new entry; its detail keeps number and hash, as a second witness of the chain."""


@dataclass(frozen=True)
class Someone:
    """A person of an entry. `id` names a row of the case's people; None for a name that was typed."""

    name: str
    id: UUID | None = None


@dataclass(frozen=True)
class PaperRef:
    """A paper that belongs to an entry; `page` counts from 1, `quote` are the words of it that matter."""

    id: UUID
    page: int | None = None
    quote: str = ""


@dataclass(frozen=True)
class NewEntry:
    """Something that happened, as a person tells it.

    Attributes:
        kind, precision, weight, learned: keys of evidence.kinds. visibility: shared, internal, privileged or mediation.
        happened_on: local date; of a month or year that is all one knows, any day in it.
        happened_at: local time, only together with a known day.
        goal_ids: lasting ids of the plan's goals that it bears on.
        supersedes_id, correction_reason: for a correction.
        id: the form's one-time id, so that a form that is sent twice makes one entry.
    """

    kind: str
    happened_on: date
    title: str
    happened_at: time | None = None
    precision: str = "day"
    body: str = ""
    shows: str = ""
    weight: str = ""
    learned: str = ""
    people: Sequence[Someone] = ()
    papers: Sequence[PaperRef] = ()
    visibility: str = "shared"
    issue_ids: Collection[UUID] = ()
    goal_ids: Collection[UUID] = ()
    supersedes_id: UUID | None = None
    correction_reason: str = ""
    id: UUID = field(default_factory=uuid4)


class EvidenceRefused(Exception):
    """The entry cannot be logged like this, and nothing was written. `field` names what to change."""

    field = "title"


class PaperRefused(EvidenceRefused):
    field = "papers"


class VisibilityRefused(EvidenceRefused):
    field = "visibility"


class CorrectionRefused(EvidenceRefused):
    field = "correction_reason"


class AlreadyCorrected(CorrectionRefused):
    """Somebody corrected this entry already. `newest` is the entry that can be corrected now."""

    def __init__(self, newest: EvidenceEntry) -> None:
        super().__init__(f"This entry was already corrected. The newest version is No. {newest.number}.")
        self.newest = newest


def log_entry(
    case: Case,
    new: NewEntry,
    *,
    by: User | None,
    visible: Collection[str] | None = None,
    commit: bool = True,
) -> EvidenceEntry:
    """Add the next entry to a case's log and continue its hash chain.

    Writers of one case wait for each other until the transaction ends, so that the chain stays unbroken.

    Args:
        by: who writes it; None for the program itself.
        visible: the visibilities that the writer may open. Papers outside it, and entries that the writer could
            not open afterwards, are refused. None for callers who may see everything.
    Raises: EvidenceRefused (PaperRefused, VisibilityRefused, CorrectionRefused, AlreadyCorrected).
    """
    entry = _write(case, new, by, visible, kept=())
    if commit:
        db.session.commit()
    return entry


def log_that_it_was_not(case: Case, entry: EvidenceEntry, title: str, body: str, reason: str, *, by: User) -> None:
    """Correct an entry that says that something left the house: it did not. In the caller's transaction."""
    new = NewEntry(
        kind="other",
        happened_on=entry.happened_on,
        title=title[:300],
        body=f"{body} {reason}",
        visibility="internal",  # no row of a chronology that goes to the other side
        supersedes_id=entry.id,
        correction_reason=reason,
    )
    log_entry(case, new, by=by, commit=False)


def correct_entry(
    case: Case,
    entry: EvidenceEntry,
    new: NewEntry,
    *,
    by: User | None,
    visible: Collection[str],
    keep_issues: bool,
) -> EvidenceEntry:
    """Log `new` in the place of `entry`, which stays in the log, marked as replaced.

    What the writer's form could not show is kept: papers that they may not open or that are in the trash,
    withdrawn issues and, with `keep_issues`, every issue of the old entry. Raises EvidenceRefused, AlreadyCorrected.
    """
    hidden = _hidden_papers(case, entry, visible)
    supported = issue_queries.issues_by_entry(case, [entry.id])[entry.id]
    issue_ids = {*new.issue_ids, *(ref.id for ref in supported if keep_issues or ref.is_withdrawn)}
    new = replace(new, supersedes_id=entry.id, issue_ids=issue_ids, papers=[*new.papers, *hidden])
    written = _write(case, new, by, visible, kept=[paper.id for paper in hidden])
    db.session.commit()
    return written


def _write(
    case: Case, new: NewEntry, by: User | None, visible: Collection[str] | None, kept: Collection[UUID]
) -> EvidenceEntry:
    new = _checked(_tidy(new), visible)
    _lock(case)
    if new.supersedes_id is not None:
        _check_correction(case, new)
    entry = _next_entry(case, new, _papers(case, new, visible, kept), by)
    db.session.add(entry)
    db.session.flush()
    own = {"org_id": case.org_id, "case_id": case.id, "entry_id": entry.id}
    db.session.add_all(EvidenceDocument(**own, document_id=paper.id, page=paper.page) for paper in new.papers)
    for issue in issue_queries.issues_by_ids(case, new.issue_ids):
        issues.link(issue, entry, by=by, commit=False)
    goals.tie(case, entry, new.goal_ids)
    audit.record(case, LOGGED, by=by, subject=entry.id, number=entry.number, hash=entry.hash, kind=entry.kind)
    db.session.flush()
    return entry


def newest_version(case: Case, entry: EvidenceEntry) -> EvidenceEntry:
    """Follow the corrections of an entry to the one that stands; the entry itself when there is none."""
    standing = entry
    while (later := _successor(case, standing.id)) is not None:
        standing = later
    return standing


def _successor(case: Case, entry_id: UUID) -> EvidenceEntry | None:
    return db.session.scalar(
        select(EvidenceEntry).where(EvidenceEntry.case_id == case.id, EvidenceEntry.supersedes_id == entry_id)
    )


def _lock(case: Case) -> None:
    """Let one writer at a time continue the chain of a case. Readers, and rows that point to it, go on."""
    db.session.execute(select(Case.id).where(Case.id == case.id).with_for_update(key_share=True))


def _next_entry(case: Case, new: NewEntry, papers: list[dict[str, object]], by: User | None) -> EvidenceEntry:
    last = db.session.execute(
        select(EvidenceEntry.number, EvidenceEntry.hash)
        .where(EvidenceEntry.case_id == case.id)
        .order_by(EvidenceEntry.number.desc())
        .limit(1)
    ).first()
    entry = EvidenceEntry(
        id=new.id,
        org_id=case.org_id,
        case_id=case.id,
        number=last.number + 1 if last else 1,
        kind=new.kind,
        happened_on=new.happened_on,
        happened_at=new.happened_at,
        precision=new.precision,
        title=new.title,
        body=new.body,
        shows=new.shows,
        weight=new.weight,
        learned=new.learned,
        people=[{"id": str(one.id) if one.id else None, "name": one.name} for one in new.people],
        documents=papers,
        visibility=new.visibility,
        supersedes_id=new.supersedes_id,
        correction_reason=new.correction_reason,
        recorded_by=by.id if by else None,
        recorded_by_name=by.name if by else "",
        recorded_at=datetime.now(UTC),  # Python and PostgreSQL both keep microseconds: the hash survives the trip
        previous_hash=last.hash if last else chain.genesis(case.id),
    )
    entry.hash = chain.entry_hash(entry.previous_hash, chain.canonical(entry))
    return entry


def _tidy(new: NewEntry) -> NewEntry:
    """Bring texts to one form (NFC, plain line ends, no control characters) and the date to what is known."""
    is_day = new.precision == "day"
    return replace(
        new,
        title=" ".join(plain_text(new.title).split()),
        body=plain_text(new.body),
        shows=plain_text(new.shows),
        correction_reason=plain_text(new.correction_reason),
        people=[replace(one, name=" ".join(plain_text(one.name).split())) for one in new.people],
        papers=[replace(one, quote=plain_text(one.quote)) for one in new.papers],
        happened_on=known_day(new.happened_on, new.precision),
        happened_at=new.happened_at.replace(microsecond=0, tzinfo=None) if new.happened_at and is_day else None,
    )


def plain_text(text: str) -> str:
    """Return `text` in Unicode NFC, with line feeds as line ends and without other control characters."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in lines if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cs")).strip()


def _checked(new: NewEntry, visible: Collection[str] | None) -> NewEntry:
    if new.kind not in EVIDENCE_KINDS or new.precision not in PRECISIONS:
        raise ValueError(f"no such kind or precision: {new.kind}, {new.precision}")
    if new.weight not in WEIGHTS or new.learned not in LEARNED:
        raise ValueError(f"no such weight or way to learn: {new.weight}, {new.learned}")
    if not new.title:
        raise EvidenceRefused("Say in a few words what happened.")
    if visible is not None and new.visibility not in visible:
        raise VisibilityRefused("You cannot give an entry a visibility that you could not open yourself.")
    if len({paper.id for paper in new.papers}) != len(new.papers):
        raise PaperRefused("The same paper is chosen twice. Name it once.")
    return new


def _check_correction(case: Case, new: NewEntry) -> None:
    corrected = db.session.scalar(
        select(EvidenceEntry).where(EvidenceEntry.case_id == case.id, EvidenceEntry.id == new.supersedes_id)
    )
    if corrected is None:
        raise CorrectionRefused("The entry to correct is not in this case.")
    if not new.correction_reason:
        raise CorrectionRefused("Say why the entry is corrected.")
    if (newest := newest_version(case, corrected)) is not corrected:
        raise AlreadyCorrected(newest)


def _papers(
    case: Case, new: NewEntry, visible: Collection[str] | None, kept: Collection[UUID]
) -> list[dict[str, object]]:
    found = _documents(case, [paper.id for paper in new.papers])
    for paper in new.papers:
        document = found.get(paper.id)
        may_open = visible is None or paper.id in kept or (document and document.visibility in visible)
        if document is None or not may_open:
            raise PaperRefused("One of the papers is not in this case. Choose it again.")
        last = document.page_count
        if paper.page is not None and (paper.page < 1 or (last is not None and paper.page > last)):
            raise PaperRefused(f"“{document.title}” has no page {paper.page}.")
        if paper.quote and paper.id not in kept and opens_it_to_more_people(document.visibility, new.visibility):
            raise VisibilityRefused(
                f"The entry quotes “{document.title}”, which fewer people may open. Let no more people see the entry."
            )
    return [_linked(paper, found[paper.id]) for paper in new.papers]


def _linked(paper: PaperRef, document: Document) -> dict[str, object]:
    """The link as the chain holds it; without a quote as it was before there were any."""
    linked: dict[str, object] = {"id": str(paper.id), "sha256": document.sha256, "page": paper.page}
    return linked | {"quote": paper.quote} if paper.quote else linked


def _documents(case: Case, ids: Collection[UUID]) -> dict[UUID, Document]:
    if not ids:
        return {}
    rows = db.session.scalars(select(Document).where(Document.case_id == case.id, Document.id.in_(ids)))
    return {row.id: row for row in rows}


def _hidden_papers(case: Case, entry: EvidenceEntry, visible: Collection[str]) -> list[PaperRef]:
    refs = [PaperRef(UUID(paper["id"]), paper.get("page"), paper.get("quote", "")) for paper in entry.documents]
    found = _documents(case, [ref.id for ref in refs])
    return [ref for ref in refs if (row := found.get(ref.id)) and (row.visibility not in visible or row.trashed_at)]
