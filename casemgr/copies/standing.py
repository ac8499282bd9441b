"""What papers are to each other, as people said it and did not take back. Reads only, so that every list can ask."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from casemgr.cases.models import Case
from casemgr.copies.models import PaperRelation
from casemgr.documents.models import Document
from casemgr.extensions import db

COPY, VERSION, REDACTED = "copy", "version", "redacted"


@dataclass(frozen=True)
class Standing:
    """What a list says of a paper. `newest`: the newest later version; `original`: what it is a copy of.

    Only papers that the reader may see and that are not in the trash."""

    newest: Document | None = None
    original: Document | None = None


class Relations:
    """The standing relations of a case, to be followed in both directions."""

    def __init__(self, rows: Iterable[PaperRelation]) -> None:
        self.rows = list(rows)
        self._original = {row.document_id: row for row in self.rows if row.kind == COPY}
        self._before = {row.document_id: row for row in self.rows if row.kind == VERSION}
        self._after = {row.of_id: row for row in self.rows if row.kind == VERSION}

    def redacted_from(self, paper_id: UUID) -> PaperRelation | None:
        """What says that a paper is a redacted copy, made by the program."""
        return next((row for row in self.rows if row.kind == REDACTED and row.document_id == paper_id), None)

    def redacted_copies_of(self, paper_id: UUID) -> list[PaperRelation]:
        return [row for row in self.rows if row.kind == REDACTED and row.of_id == paper_id]

    def original_of(self, paper_id: UUID) -> PaperRelation | None:
        return self._original.get(paper_id)

    def before(self, paper_id: UUID) -> PaperRelation | None:
        return self._before.get(paper_id)

    def after(self, paper_id: UUID) -> PaperRelation | None:
        return self._after.get(paper_id)

    def copies_of(self, paper_id: UUID) -> list[PaperRelation]:
        return [row for row in self._original.values() if row.of_id == paper_id]

    def between(self, one: UUID, other: UUID) -> list[PaperRelation]:
        return [row for row in self.rows if {row.document_id, row.of_id} == {one, other}]

    def later(self, paper_id: UUID) -> list[UUID]:
        """The versions that follow, in order. A ring cannot be made; if one were, each is named once."""
        found: list[UUID] = []
        row = self._after.get(paper_id)
        while row is not None and row.document_id not in (paper_id, *found):
            found.append(row.document_id)
            row = self._after.get(row.document_id)
        return found

    def earlier(self, paper_id: UUID) -> list[UUID]:
        """The versions before, the last one first."""
        found: list[UUID] = []
        row = self._before.get(paper_id)
        while row is not None and row.of_id not in (paper_id, *found):
            found.append(row.of_id)
            row = self._before.get(row.of_id)
        return found


def relations_of(case_id: UUID) -> Relations:
    """Return what people said of the papers of a case, whoever may see those."""
    wanted = select(PaperRelation).where(PaperRelation.case_id == case_id, PaperRelation.taken_back_at.is_(None))
    return Relations(db.session.scalars(wanted.order_by(PaperRelation.said_at)))


def standing_of(case: Case, visible: Collection[str], paper_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """Return what a list says of these papers; those of which there is nothing to say are left out. Two queries, and
    one where nothing was ever said."""
    relations = relations_of(case.id)
    later = {paper_id: relations.later(paper_id) for paper_id in paper_ids}
    originals = {paper_id: row.of_id for paper_id in paper_ids if (row := relations.original_of(paper_id))}
    wanted = {other for found in later.values() for other in found} | set(originals.values())
    shown = shown_papers(case, visible, wanted)
    found = {}
    for paper_id in paper_ids:
        newest = next((shown[other] for other in reversed(later[paper_id]) if other in shown), None)
        original = shown.get(originals[paper_id]) if paper_id in originals else None
        if newest or original:
            found[paper_id] = Standing(newest, original)
    return found


def shown_papers(case: Case, visible: Collection[str], paper_ids: Collection[UUID]) -> dict[UUID, Document]:
    """Return those of these papers that the reader may see and that are not in the trash."""
    if not paper_ids:
        return {}
    rows = db.session.scalars(
        select(Document).where(
            Document.case_id == case.id,
            Document.id.in_(paper_ids),
            Document.visibility.in_(visible),
            Document.trashed_at.is_(None),
        )
    )
    return {row.id: row for row in rows}
