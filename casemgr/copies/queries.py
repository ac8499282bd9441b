"""Read what papers are to each other, what looks alike, and what comparisons found. Both papers must be visible."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from casemgr.cases.models import Case
from casemgr.copies.models import PaperComparison, PaperPair, PaperRelation
from casemgr.copies.result import Result, from_json
from casemgr.copies.standing import relations_of, shown_papers
from casemgr.documents.models import Document, DocumentPage
from casemgr.extensions import db

MOST_SUGGESTED = 100


class Related(NamedTuple):
    """Another paper, and the row that says what it is to this one."""

    paper: Document
    relation: PaperRelation


class Version(NamedTuple):
    """One version of a paper. `relation` says that it follows the one before; None for the first."""

    paper: Document
    relation: PaperRelation | None
    is_this: bool
    is_newest: bool


@dataclass(frozen=True)
class Kin:
    """What a paper is to others, as far as the reader may see them. `versions`: oldest first; empty when there is
    only this one."""

    versions: list[Version]
    original: Related | None
    copies: list[Related]
    unredacted: Related | None = None
    redacted: list[Related] = field(default_factory=list)

    @property
    def newest(self) -> Document | None:
        """The newest version, when this one is not it."""
        return next((one.paper for one in self.versions if one.is_newest and not one.is_this), None)


class Suggestion(NamedTuple):
    """Two papers that look alike, the older first, and what their comparison found."""

    pair: PaperPair
    first: Document
    second: Document
    result: Result | None


def kin_of(case: Case, visible: Collection[str], paper: Document) -> Kin:
    """Return the versions, the original and the copies of a paper."""
    relations = relations_of(case.id)
    line = [*reversed(relations.earlier(paper.id)), paper.id, *relations.later(paper.id)]
    original, copies = relations.original_of(paper.id), relations.copies_of(paper.id)
    whole, redacted = relations.redacted_from(paper.id), relations.redacted_copies_of(paper.id)
    above, below = [row for row in (original, whole) if row], [*copies, *redacted]
    wanted = {*line, *(row.document_id for row in below), *(row.of_id for row in above)} - {paper.id}
    shown = shown_papers(case, visible, wanted) | {paper.id: paper}
    seen = [shown[paper_id] for paper_id in line if paper_id in shown]
    versions = [
        Version(one, relations.before(one.id), one.id == paper.id, one is seen[-1]) for one in seen if len(seen) > 1
    ]
    return Kin(
        versions,
        Related(shown[original.of_id], original) if original and original.of_id in shown else None,
        [Related(shown[row.document_id], row) for row in copies if row.document_id in shown],
        Related(shown[whole.of_id], whole) if whole and whole.of_id in shown else None,
        [Related(shown[row.document_id], row) for row in redacted if row.document_id in shown],
    )


def suggestions(case: Case, visible: Collection[str], paper: Document | None = None) -> list[Suggestion]:
    """Return the pairs that wait for a person, newest first; with `paper`, those that it is part of."""
    first, second = aliased(Document), aliased(Document)
    wanted = (
        select(PaperPair, first, second, PaperComparison)
        .join(first, and_(first.id == PaperPair.first_id, _is_shown(first, visible)))
        .join(second, and_(second.id == PaperPair.second_id, _is_shown(second, visible)))
        .outerjoin(
            PaperComparison,
            and_(
                PaperComparison.case_id == PaperPair.case_id,
                PaperComparison.first_id == PaperPair.first_id,
                PaperComparison.second_id == PaperPair.second_id,
            ),
        )
        .where(_is_open(case))
    )
    if paper is not None:
        wanted = wanted.where(or_(PaperPair.first_id == paper.id, PaperPair.second_id == paper.id))
    newest = func.greatest(first.uploaded_at, second.uploaded_at).desc()
    rows = db.session.execute(wanted.order_by(newest, PaperPair.id).limit(MOST_SUGGESTED))
    return [
        Suggestion(pair, *in_order(one, other), result_of(row, in_order(one, other)[0]))
        for pair, one, other, row in rows
    ]


def count_suggestions(case: Case, visible: Collection[str]) -> int:
    """Return how many pairs wait for a person who may see both."""
    first, second = aliased(Document), aliased(Document)
    wanted = (
        select(func.count())
        .select_from(PaperPair)
        .join(first, and_(first.id == PaperPair.first_id, _is_shown(first, visible)))
        .join(second, and_(second.id == PaperPair.second_id, _is_shown(second, visible)))
        .where(_is_open(case))
    )
    return db.session.scalar(wanted) or 0


def like_closed(case: Case, paper_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these papers that look like a paper which is not marked as shared, whoever may see that one.
    Where somebody said what the two are to each other, that counts."""
    one, other = aliased(Document), aliased(Document)
    pairs = (
        select(one.id)
        .join(PaperPair, or_(PaperPair.first_id == one.id, PaperPair.second_id == one.id))
        .join(other, and_(or_(other.id == PaperPair.first_id, other.id == PaperPair.second_id), other.id != one.id))
        .where(_is_open(case), one.id.in_(paper_ids), other.visibility != "shared")
    )
    return set(db.session.scalars(pairs))


def pair_of(case: Case, one: UUID, other: UUID) -> PaperPair | None:
    first, second = sorted((one, other))
    return db.session.scalar(
        select(PaperPair).where(
            PaperPair.case_id == case.id, PaperPair.first_id == first, PaperPair.second_id == second
        )
    )


def comparison_of(case: Case, one: UUID, other: UUID) -> PaperComparison | None:
    """Return what was found, or is being looked for. The caller has seen to it that the reader may see both papers."""
    first, second = sorted((one, other))
    return db.session.scalar(
        select(PaperComparison).where(
            PaperComparison.case_id == case.id,
            PaperComparison.first_id == first,
            PaperComparison.second_id == second,
        )
    )


def result_of(row: PaperComparison | None, older: Document) -> Result | None:
    """Return what a comparison found, with `older` first; None while nothing is known."""
    if row is None or row.state != "done":
        return None
    result = from_json(row.result)
    return result if row.first_id == older.id else result.turned()


def relation(case: Case, relation_id: UUID) -> PaperRelation | None:
    return db.session.scalar(
        select(PaperRelation).where(PaperRelation.case_id == case.id, PaperRelation.id == relation_id)
    )


def relations_between(case: Case, one: UUID, other: UUID) -> list[PaperRelation]:
    """Return what is said of two papers and was not taken back."""
    return relations_of(case.id).between(one, other)


def pictures_of(paper: Document) -> dict[int, tuple[int, int]]:
    """Return width and height in pixels of the pages that have a picture."""
    rows = db.session.execute(
        select(DocumentPage.number, DocumentPage.width, DocumentPage.height).where(
            DocumentPage.case_id == paper.case_id,
            DocumentPage.document_id == paper.id,
            DocumentPage.image_sha256 != "",
        )
    )
    return {number: (width, height) for number, width, height in rows}


def basis_of(case_id: UUID, one: UUID, other: UUID) -> str:
    """Return a hash of the pages of both papers as they are now: their pictures and their text."""
    line = func.concat_ws(":", DocumentPage.number, DocumentPage.image_sha256, func.md5(DocumentPage.text))
    pages = select(line).where(DocumentPage.case_id == case_id).order_by(DocumentPage.number)
    found = sha256()
    for paper_id in sorted((one, other)):
        found.update(f"{METHOD}\n{paper_id}\n".encode())
        found.update("\n".join(db.session.scalars(pages.where(DocumentPage.document_id == paper_id))).encode())
    return found.hexdigest()


METHOD = "1"
"""Goes up when comparing gets better: earlier results are then out of date."""


def in_order(one: Document, other: Document) -> tuple[Document, Document]:
    """Return two papers as people think of them: the older first."""
    return (one, other) if _age(one) <= _age(other) else (other, one)


def _age(paper: Document) -> tuple[object, ...]:
    return (paper.document_on or paper.uploaded_at.date(), paper.uploaded_at, paper.id)


def pages_of(paper: Document, most: int) -> Sequence[DocumentPage]:
    pages = select(DocumentPage).where(DocumentPage.case_id == paper.case_id, DocumentPage.document_id == paper.id)
    return db.session.scalars(pages.order_by(DocumentPage.number).limit(most)).all()


def _is_shown(paper: type[Document], visible: Collection[str]) -> ColumnElement[bool]:
    return and_(paper.visibility.in_(visible), paper.trashed_at.is_(None))


def _is_open(case: Case) -> ColumnElement[bool]:
    """Suggested, and not still being compared: what a comparison does not bear out is never shown."""
    running = aliased(PaperComparison)
    compared = select(running.id).where(
        running.case_id == PaperPair.case_id,
        running.first_id == PaperPair.first_id,
        running.second_id == PaperPair.second_id,
        running.state == "waiting",
    )
    return and_(PaperPair.case_id == case.id, PaperPair.state == "suggested", ~compared.exists())
