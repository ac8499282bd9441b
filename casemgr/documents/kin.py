"""Papers that hold what a closed paper says: another copy of it, or the file that it lay in.

Asked before anything leaves the house: a mark on one paper is worth nothing while the same words go out with another.
Asked of all the papers of a case at once: a packet of three hundred exhibits takes as many queries as one of three.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import and_, or_, select

from casemgr.copies.models import PaperRelation
from casemgr.documents.models import Document, DocumentPart
from casemgr.extensions import db

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


def holding_closed(papers: Sequence[Document]) -> Collection[UUID]:
    """Return the ids of those files that hold, at any depth, a paper that is not marked as shared. All of one case."""
    holding: set[UUID] = set()
    within = {paper.id: {paper.id} for paper in papers}  # by file: the papers that it lies in
    seen: set[UUID] = set()
    for _ in range(LEVELS):
        if not within:
            break
        inside = db.session.execute(
            select(DocumentPart.parent_id, Document.id, Document.visibility)
            .join(Document, DocumentPart.document_id == Document.id)
            .where(DocumentPart.case_id == papers[0].case_id, DocumentPart.parent_id.in_(within))
        ).all()
        deeper: dict[UUID, set[UUID]] = defaultdict(set)
        for parent, child, visibility in inside:
            deeper[child] |= within[parent]
            if visibility != "shared":
                holding |= within[parent]
        seen |= within.keys()
        within = {child: roots - holding for child, roots in deeper.items() if child not in seen and roots - holding}
    return holding
