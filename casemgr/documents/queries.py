"""Reading papers. Every question is limited to one case and to what the reader may see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import defer

from casemgr.audit.models import AuditEvent
from casemgr.cases.models import Case
from casemgr.copies.standing import standing_of
from casemgr.documents import mailbox
from casemgr.documents.kinds import DOCUMENT_KINDS
from casemgr.documents.marks import privileged_in
from casemgr.documents.models import Document, DocumentPage, DocumentPart, Letter
from casemgr.extensions import db
from casemgr.paper_order.models import DocumentTag

PER_PAGE = 25
CAME_WITH_CLOSED = "Came with another paper."
MOST_RELATED = 50
MOST_PARTS = 1000
SORTS = {"arrival": "Newest arrival first", "date": "Newest date first", "oldest": "Oldest date first"}


@dataclass(frozen=True)
class PaperFilter:
    """What the list shows. Empty means no limit. `tag`: key of a tag; `since`, `until`: of the date on the paper."""

    kind: str = ""
    visibility: str = ""
    text: str = ""
    tag: str = ""
    since: date | None = None
    until: date | None = None
    undated: bool = False
    sort: str = "arrival"
    in_trash: bool = False
    page: int = 1

    @property
    def is_narrow(self) -> bool:
        return bool(self.kind or self.visibility or self.text or self.tag or self.since or self.until or self.undated)

    @property
    def in_address(self) -> dict[str, str]:
        """Return what narrows the list as the arguments of an address that shows the same."""
        told = {
            "kind": self.kind,
            "visibility": self.visibility,
            "text": self.text,
            "tag": self.tag,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "undated": "1" if self.undated else "",
            "show": "trash" if self.in_trash else "",
        }
        return {name: value for name, value in told.items() if value}


class PaperRow(NamedTuple):
    """A paper in the list. `has_thumb`: the first page has a picture; `same_as`: another paper with the very bytes."""

    document: Document
    has_thumb: bool
    same_as: Document | None


class CustodyLine(NamedTuple):
    """One thing that happened to a paper, and who did it."""

    at: datetime
    words: str
    by: str


class PartLine(NamedTuple):
    """One file inside an e-mail or a ZIP. `paper` is None when it became none, or the reader may not see it."""

    name: str
    paper: Document | None
    refused: str


class LetterLine(NamedTuple):
    """One letter of a conversation."""

    paper: Document
    sender: str
    sent_at: datetime | None


class Surroundings(NamedTuple):
    """What a paper belongs to: what lay in it, what it came with, and the other letters of its conversation."""

    parts: list[PartLine]
    came_with: list[Document]
    conversation: list[LetterLine]
    has_messages: bool = False
    """A ZIP of saved messages, of which a person picks."""


class PaperList(NamedTuple):
    rows: list[PaperRow]
    total: int
    page: int
    pages: int


def document(visible: Collection[str], case: Case, document_id: UUID) -> Document | None:
    """Return a paper of the case, in the trash or not; None when there is none or the reader may not see it."""
    return db.session.scalar(_papers(case, visible).where(Document.id == document_id))


def listing(case: Case, visible: Collection[str], wanted: PaperFilter) -> PaperList:
    """Return one page of the papers; a page past the end is the last one. Always three queries."""
    chosen = _narrowed(_papers(case, visible), wanted)
    total = db.session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(1, wanted.page), pages)
    rows = db.session.scalars(_ordered(chosen, wanted.sort).limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    marks = _marks(case, visible, rows)
    return PaperList([PaperRow(row, *marks[row.id]) for row in rows], total, page, pages)


def newest(case: Case, visible: Collection[str], limit: int = 5) -> list[Document]:
    """Return the papers that arrived last."""
    return list(db.session.scalars(_ordered(_not_sources(_shown(case, visible)), "arrival").limit(limit)))


def choices(case: Case, visible: Collection[str]) -> list[tuple[str, str]]:
    """Return (id, label) of every paper, newest date first, for a select field."""
    rows = db.session.scalars(_ordered(_not_sources(_shown(case, visible)), "date")).all()
    standing = standing_of(case, visible, [row.id for row in rows])
    older = {paper_id for paper_id, said in standing.items() if said.newest}
    return [(str(row.id), f"{label(row)}{', older version' if row.id in older else ''}") for row in rows]


def label(paper: Document) -> str:
    """Return how a paper is named where there is room for one line: title and date."""
    dated = f", {paper.document_on:%b} {paper.document_on.day}, {paper.document_on.year}" if paper.document_on else ""
    return f"{paper.title} ({DOCUMENT_KINDS.get(paper.kind, paper.kind)}{dated})"


def count_trashed(case: Case, visible: Collection[str]) -> int:
    in_trash = _papers(case, visible).where(Document.trashed_at.is_not(None))
    return db.session.scalar(select(func.count()).select_from(in_trash.subquery())) or 0


def same_bytes(case: Case, sha256: str, visible: Collection[str]) -> Document | None:
    """Return the first paper of the case with these bytes, in the trash or not, that the reader may see."""
    twins = _papers(case, visible).where(Document.sha256 == sha256)
    return db.session.scalars(twins.order_by(Document.trashed_at.is_not(None), Document.uploaded_at).limit(1)).first()


def others_with_same_bytes(paper: Document, visible: Collection[str]) -> list[Document]:
    case = db.session.get_one(Case, paper.case_id)
    twins = _shown(case, visible).where(Document.sha256 == paper.sha256, Document.id != paper.id)
    return list(db.session.scalars(twins.order_by(Document.uploaded_at)))


def pages_of(paper: Document) -> list[DocumentPage]:
    """Return the pages of a paper in order; the text of one is read when it is asked for. A page that could not be
    drawn has no picture."""
    pages = select(DocumentPage).where(DocumentPage.case_id == paper.case_id, DocumentPage.document_id == paper.id)
    pages = pages.options(defer(DocumentPage.text))
    return list(db.session.scalars(pages.order_by(DocumentPage.number)))


def page_of(paper: Document, number: int) -> DocumentPage | None:
    return db.session.scalar(
        select(DocumentPage).where(
            DocumentPage.case_id == paper.case_id,
            DocumentPage.document_id == paper.id,
            DocumentPage.number == number,
        )
    )


def text_says_privileged(paper: Document) -> bool:
    """Say whether the first pages mark the paper as attorney-client advice although it is not kept as such."""
    if paper.visibility == "privileged":
        return False
    first = select(DocumentPage.text).where(
        DocumentPage.case_id == paper.case_id, DocumentPage.document_id == paper.id, DocumentPage.number <= 3
    )
    return any(any(privileged_in(text[:20_000])) for text in db.session.scalars(first))


def surroundings(paper: Document, visible: Collection[str]) -> Surroundings:
    """Return what a paper belongs to, as far as the reader may see it."""
    case = db.session.get_one(Case, paper.case_id)
    return Surroundings(
        _parts(case, paper, visible),
        _came_with(case, paper, visible),
        _conversation(case, paper, visible),
        paper.family == "archive" and mailbox.is_listed(paper),
    )


def _parts(case: Case, paper: Document, visible: Collection[str]) -> list[PartLine]:
    seen = _papers(case, visible).subquery()
    lines = (
        select(DocumentPart, Document)
        .outerjoin(seen, seen.c.id == DocumentPart.document_id)
        .outerjoin(Document, Document.id == seen.c.id)
        .where(DocumentPart.case_id == case.id, DocumentPart.parent_id == paper.id)
    )
    rows = db.session.execute(lines.order_by(DocumentPart.position).limit(MOST_PARTS))
    return [PartLine(part.name, found, part.refused) for part, found in rows]


def _came_with(case: Case, paper: Document, visible: Collection[str]) -> list[Document]:
    parents = select(DocumentPart.parent_id).where(
        DocumentPart.case_id == case.id, DocumentPart.document_id == paper.id, DocumentPart.parent_id != paper.id
    )
    found = _shown(case, visible).where(Document.id.in_(parents))
    return list(db.session.scalars(_ordered(found, "oldest").limit(MOST_RELATED)))


def _conversation(case: Case, paper: Document, visible: Collection[str]) -> list[LetterLine]:
    mine = select(Letter.conversation_id).where(Letter.case_id == case.id, Letter.document_id == paper.id)
    others = (
        _shown(case, visible)
        .join(Letter, Letter.document_id == Document.id)
        .where(Letter.conversation_id.in_(mine), Document.id != paper.id)
        .order_by(Letter.sent_at.asc().nulls_last(), Document.uploaded_at)
        .add_columns(Letter.sender, Letter.sent_at)
    )
    return [LetterLine(*row) for row in db.session.execute(others.limit(MOST_RELATED))]


def own_parts(paper: Document) -> list[Document]:
    """Return the papers that were made of what lay in this one, whoever may see them."""
    made = select(DocumentPart.document_id).where(
        DocumentPart.case_id == paper.case_id, DocumentPart.parent_id == paper.id, DocumentPart.is_own
    )
    return list(db.session.scalars(select(Document).where(Document.case_id == paper.case_id, Document.id.in_(made))))


def made_of(paper: Document) -> Document | None:
    """Return the e-mail or ZIP that a paper was taken out of; None for a paper that came by itself."""
    parent = select(DocumentPart.parent_id).where(
        DocumentPart.case_id == paper.case_id, DocumentPart.document_id == paper.id, DocumentPart.is_own
    )
    return db.session.scalar(select(Document).where(Document.case_id == paper.case_id, Document.id.in_(parent)))


def custody_of(paper: Document, visible: Collection[str]) -> list[CustodyLine]:
    """Return what happened to a paper since it arrived, oldest first; of downloads only the last twenty."""
    lines = [
        CustodyLine(datetime.fromisoformat(entry["at"]), entry["words"], entry["by"])
        for entry in custody_for(paper, visible)
    ]
    downloads = select(AuditEvent).where(
        AuditEvent.org_id == paper.org_id,
        AuditEvent.case_id == paper.case_id,
        AuditEvent.subject_id == paper.id,
        AuditEvent.action == "documents:document:download",
    )
    for event in db.session.scalars(downloads.order_by(AuditEvent.at.desc()).limit(20)):
        lines.append(CustodyLine(event.at, "Downloaded.", event.actor_name))
    return sorted(lines, key=lambda line: line.at)


def custody_for(paper: Document, visible: Collection[str]) -> list[dict[str, str]]:
    """Return the lines of a paper's custody as they stand, for somebody who may open `visible`: what it came with is
    named only where they may open that."""
    parent = made_of(paper) if any(line["act"] == "came_with" for line in paper.custody) else None
    if parent is None or parent.visibility in visible:
        return list(paper.custody)
    return [line | {"words": CAME_WITH_CLOSED} if line["act"] == "came_with" else line for line in paper.custody]


def all_papers(case: Case, visible: Collection[str]) -> Select[tuple[Document]]:
    """Return the query of the papers of a case that a reader may see, in the trash or not, for other features."""
    return _papers(case, visible)


def found(case: Case, visible: Collection[str], wanted: PaperFilter) -> Select[tuple[Document]]:
    """Return the query of the papers that a filter finds, in no order, for other features."""
    return _narrowed(_papers(case, visible), wanted)


def _papers(case: Case, visible: Collection[str]) -> Select[tuple[Document]]:
    return select(Document).where(
        Document.org_id == case.org_id, Document.case_id == case.id, Document.visibility.in_(visible)
    )


def _shown(case: Case, visible: Collection[str]) -> Select[tuple[Document]]:
    return _papers(case, visible).where(Document.trashed_at.is_(None))


def _not_sources(papers: Select[tuple[Document]]) -> Select[tuple[Document]]:
    """Without the photos of a photographed paper: they are opened from its page. In the trash they are named."""
    return papers.where(Document.is_source.is_(False) | Document.trashed_at.is_not(None))


def _narrowed(papers: Select[tuple[Document]], wanted: PaperFilter) -> Select[tuple[Document]]:
    trashed = Document.trashed_at.is_not(None) if wanted.in_trash else Document.trashed_at.is_(None)
    papers = _not_sources(papers.where(trashed))
    if wanted.kind:
        papers = papers.where(Document.kind == wanted.kind)
    if wanted.visibility:
        papers = papers.where(Document.visibility == wanted.visibility)
    if wanted.text:
        papers = papers.where(Document.title.icontains(wanted.text, autoescape=True))
    if wanted.tag:
        same = (DocumentTag.case_id == Document.case_id, DocumentTag.document_id == Document.id)
        papers = papers.where(exists().where(*same, DocumentTag.key == wanted.tag))
    if wanted.since:
        papers = papers.where(Document.document_on >= wanted.since)
    if wanted.until:
        papers = papers.where(Document.document_on <= wanted.until)
    if wanted.undated:
        papers = papers.where(Document.document_on.is_(None))
    return papers


def _ordered(papers: Select[tuple[Document]], sort: str) -> Select[tuple[Document]]:
    if sort == "date":
        return papers.order_by(Document.document_on.desc().nulls_last(), Document.uploaded_at.desc(), Document.id)
    if sort == "oldest":
        return papers.order_by(Document.document_on.asc().nulls_last(), Document.uploaded_at, Document.id)
    return papers.order_by(Document.uploaded_at.desc(), Document.id)


def _marks(
    case: Case, visible: Collection[str], rows: Collection[Document]
) -> dict[UUID, tuple[bool, Document | None]]:
    """For each paper: has its first page a picture, and which other paper of the case has the same bytes?"""
    pages = select(DocumentPage.document_id).where(
        DocumentPage.case_id == case.id,
        DocumentPage.number == 1,
        DocumentPage.thumb_sha256 != "",
        DocumentPage.document_id.in_([row.id for row in rows]),
    )
    with_thumb = set(db.session.scalars(pages))
    hashes = _shown(case, visible).where(Document.sha256.in_({row.sha256 for row in rows}))
    counted = hashes.with_only_columns(Document.sha256).group_by(Document.sha256).having(func.count() > 1)
    repeated = set(db.session.scalars(counted))
    twins = _shown(case, visible).where(Document.sha256.in_(repeated)).order_by(Document.uploaded_at)
    same = list(db.session.scalars(twins)) if repeated else []

    def twin_of(row: Document) -> Document | None:
        return next((twin for twin in same if twin.sha256 == row.sha256 and twin.id != row.id), None)

    return {row.id: (row.id in with_thumb, twin_of(row)) for row in rows}
