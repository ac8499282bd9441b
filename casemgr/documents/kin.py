"""Papers that hold what a closed paper says: another copy of it, or the file that it lay in.

Asked before anything leaves the house: a mark on one paper is worth nothing while the same words go out with another.
Asked of all the papers of a case at once: a packet of three hundred exhibits takes as many queries as one of three.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from casemgr.copies.models import PaperRelation
from casemgr.documents.models import Document, DocumentPart, MailboxMessage
from casemgr.extensions import db
from casemgr.storage.opening import can_be_opened

LEVELS = 6  # of files inside files
NEVER_TOLD = ("privileged", "mediation")


def closed_twins(papers: Sequence[Document]) -> dict[UUID, str]:
    """Return, by paper, the mark of a closed paper that is the same as it: the very bytes, or what a person said is a
    copy of it. A paper without one is left out. An internal copy, with own notes in its margin, closes only a file of
    its bytes. All of one case."""
    if not papers:
        return {}
    same = _copies_of(papers)
    told = {one for group in same.values() for one in group}
    found = select(Document.id, Document.sha256, Document.visibility).where(
        Document.case_id == papers[0].case_id,
        Document.visibility != "shared",
        or_(
            Document.sha256.in_({paper.sha256 for paper in papers}),
            and_(Document.id.in_(told), Document.visibility.in_(NEVER_TOLD)),
        ),
    )
    closed = db.session.execute(found).all()
    twins = {}
    for paper in papers:
        marks = {
            mark
            for other, sha256, mark in closed
            if other != paper.id and (sha256 == paper.sha256 or (other in same[paper.id] and mark in NEVER_TOLD))
        }
        if mark := next((mark for mark in ("privileged", "mediation", "internal") if mark in marks), ""):
            twins[paper.id] = mark
    return twins


def _copies_of(papers: Sequence[Document]) -> dict[UUID, set[UUID]]:
    """Return, by paper, the papers that a person said are the same as it."""
    standing = select(PaperRelation.document_id, PaperRelation.of_id).where(
        PaperRelation.case_id == papers[0].case_id,
        PaperRelation.kind == "copy",
        PaperRelation.taken_back_at.is_(None),
    )
    pairs = db.session.execute(standing).all()
    original: dict[UUID, UUID] = {}
    for copy, of in pairs:
        original.setdefault(copy, of)  # the first one said counts
    copies: dict[UUID, set[UUID]] = defaultdict(set)
    for copy, of in pairs:
        copies[of].add(copy)
    firsts = {paper.id: original.get(paper.id, paper.id) for paper in papers}
    return {paper_id: ({first} | copies[first]) - {paper_id} for paper_id, first in firsts.items()}


def holding_closed(
    papers: Sequence[Document], visible: Collection[str] = ("shared",), *, twins: bool = True
) -> Collection[UUID]:
    """Return the ids of those files that hold, at any depth, a paper with another mark than `visible`, or (`twins`) one
    with the bytes of such a paper. All of one case."""
    holding: set[UUID] = set()
    for roots, child in _inside(papers):
        if child.visibility not in visible or (twins and child.has_closed_twin(visible)):
            holding |= roots
    return holding


def holding_unknown(papers: Sequence[Document]) -> Collection[UUID]:
    """Return the ids of those files of which not all that is inside, at any depth, became papers whose marks can be
    asked: not yet taken out, refused, or messages that nobody picked. All of one case."""
    depths = [*((frozenset({one.id}), one.id, one.media_type, one.parts_state, one.parts_note) for one in papers)]
    depths += [(roots, one.id, one.media_type, one.parts_state, one.parts_note) for roots, one in _inside(papers)]
    packages = {paper_id: roots for roots, paper_id, media_type, _, _ in depths if can_be_opened(media_type)}
    unknown: set[UUID] = set()
    for roots, paper_id, _, state, note in depths:
        if paper_id in packages and (state != "done" or note):
            unknown |= roots
    for paper_id in _with_more_inside(papers, packages):
        unknown |= packages[paper_id]
    return unknown


class _Child(NamedTuple):
    id: UUID
    visibility: str
    media_type: str
    parts_state: str
    parts_note: str
    closed_twins: Collection[str]

    def has_closed_twin(self, visible: Collection[str]) -> bool:
        return any(mark not in visible for mark in self.closed_twins)


def _inside(papers: Sequence[Document]) -> Iterator[tuple[frozenset[UUID], _Child]]:
    """Yield each paper that lies in one of these, with the ids of those it lies in."""
    within = {paper.id: frozenset({paper.id}) for paper in papers}
    seen: set[UUID] = set()
    twin = aliased(Document)
    marks = (
        select(func.array_agg(twin.visibility))
        .where(twin.case_id == Document.case_id, twin.sha256 == Document.sha256, twin.id != Document.id)
        .scalar_subquery()
    )
    for _ in range(LEVELS):
        if not within:
            return
        found = (
            select(
                DocumentPart.parent_id, Document.id, Document.visibility, Document.media_type, Document.parts_state,
                Document.parts_note, marks,
            )
            .join(Document, DocumentPart.document_id == Document.id)
            .where(DocumentPart.case_id == papers[0].case_id, DocumentPart.parent_id.in_(within))
        )  # fmt: skip
        deeper: dict[UUID, frozenset[UUID]] = defaultdict(frozenset)
        for parent, *child, twins in db.session.execute(found).all():
            one = _Child(*child, closed_twins=twins or ())
            deeper[one.id] |= within[parent]
            yield within[parent], one
        seen |= within.keys()
        within = {child: roots for child, roots in deeper.items() if child not in seen}


def _with_more_inside(papers: Sequence[Document], packages: Collection[UUID]) -> Collection[UUID]:
    """Of these packages, those with a part that became no paper, or with a message that nobody picked."""
    if not packages:
        return ()
    refused = select(DocumentPart.parent_id).where(
        DocumentPart.case_id == papers[0].case_id,
        DocumentPart.parent_id.in_(packages),
        DocumentPart.document_id.is_(None),
    )
    taken = select(1).where(
        DocumentPart.case_id == MailboxMessage.case_id,
        DocumentPart.parent_id == MailboxMessage.document_id,
        DocumentPart.position == MailboxMessage.position,
    )
    left = select(MailboxMessage.document_id).where(
        MailboxMessage.case_id == papers[0].case_id, MailboxMessage.document_id.in_(packages), ~taken.exists()
    )
    return set(db.session.scalars(refused)) | set(db.session.scalars(left))
