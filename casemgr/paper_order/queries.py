"""Read papers as a binder: by kind, then by date; the tags in use; the papers that somebody chose."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import case as when
from sqlalchemy import func, select
from sqlalchemy.orm import defer

from casemgr.cases.models import Case
from casemgr.documents import queries as documents
from casemgr.documents.kinds import DOCUMENT_KINDS
from casemgr.documents.models import Document
from casemgr.documents.queries import PaperFilter
from casemgr.extensions import db
from casemgr.paper_order.models import DocumentTag, PaperChange

ORDERS = {"newest": "Newest first in each kind", "oldest": "Oldest first in each kind"}
PER_PAGE = 100
MOST_TO_PRINT = 2000
MOST_CHANGES = 50
PLACE = {kind: place for place, kind in enumerate(DOCUMENT_KINDS)}


class KindCount(NamedTuple):
    """How many papers of a kind there are in the whole binder."""

    kind: str
    label: str
    count: int


class Section(NamedTuple):
    """The papers of one kind, as far as they are on this page. `continues`: it began on an earlier page."""

    kind: str
    label: str
    papers: Sequence[Document]
    continues: bool


@dataclass(frozen=True)
class Binder:
    """One page of the binder, with what the whole of it holds."""

    sections: list[Section]
    counts: list[KindCount]
    total: int
    page: int
    pages: int


class TagCount(NamedTuple):
    """A tag with the number of papers that carry it."""

    name: str
    key: str
    count: int


def binder(
    case: Case, visible: Collection[str], wanted: PaperFilter, *, oldest_first: bool, whole: bool = False
) -> Binder:
    """Return the papers by kind, and by date in each kind; those without a date come last. `whole`: all on one page,
    up to MOST_TO_PRINT. Two queries."""
    found = documents.found(case, visible, wanted)
    grouped = found.with_only_columns(Document.kind, func.count()).group_by(Document.kind)
    counted = dict(db.session.execute(grouped).all())
    counts = [KindCount(kind, DOCUMENT_KINDS.get(kind, kind), counted[kind]) for kind in sorted(counted, key=_place)]
    total, size = sum(counted.values()), MOST_TO_PRINT if whole else PER_PAGE
    pages = 1 if whole else max(1, -(-total // size))
    page = min(max(1, wanted.page), pages)
    day = Document.document_on.asc() if oldest_first else Document.document_on.desc()
    place = when(PLACE, value=Document.kind, else_=len(PLACE))
    rows = db.session.scalars(
        found.order_by(place, Document.kind, day.nulls_last(), Document.title, Document.id)
        .options(defer(Document.custody), defer(Document.note))
        .limit(size)
        .offset((page - 1) * size)
    ).all()
    return Binder(_sections(rows, counts, (page - 1) * size), counts, total, page, pages)


def _sections(rows: Sequence[Document], counts: Sequence[KindCount], before: int) -> list[Section]:
    starts, sum_so_far = {}, 0
    for one in counts:
        starts[one.kind] = sum_so_far
        sum_so_far += one.count
    return [
        Section(kind, DOCUMENT_KINDS.get(kind, kind), list(papers), starts.get(kind, 0) < before)
        for kind, papers in groupby(rows, key=lambda row: row.kind)
    ]


def _place(kind: str) -> tuple[int, str]:
    return PLACE.get(kind, len(PLACE)), kind


def tags_of(case: Case, visible: Collection[str]) -> list[TagCount]:
    """Return the tags on papers that the reader may see and that are not in the trash, in order. One query."""
    rows = (
        select(func.min(DocumentTag.name), DocumentTag.key, func.count())
        .join(Document, Document.id == DocumentTag.document_id)
        .where(
            DocumentTag.case_id == case.id,
            Document.case_id == case.id,
            Document.visibility.in_(visible),
            Document.trashed_at.is_(None),
        )
        .group_by(DocumentTag.key)
        .order_by(DocumentTag.key)
    )
    return [TagCount(*row) for row in db.session.execute(rows)]


def chosen(case: Case, visible: Collection[str], ids: Collection[UUID]) -> list[Document]:
    """Return these papers, as far as the reader may see them, in the trash or not; by title."""
    if not ids:
        return []
    found = documents.all_papers(case, visible).where(Document.id.in_(ids))
    return list(db.session.scalars(found.order_by(Document.title, Document.id)))


def found_ids(case: Case, visible: Collection[str], wanted: PaperFilter, most: int) -> list[UUID]:
    """Return the ids of what a filter finds, `most` at the most, the newest arrival first."""
    found = documents.found(case, visible, wanted).with_only_columns(Document.id)
    return list(db.session.scalars(found.order_by(Document.uploaded_at.desc(), Document.id).limit(most)))


def changes(case: Case) -> Sequence[PaperChange]:
    """Return the last changes of several papers, the newest first."""
    rows = select(PaperChange).where(PaperChange.case_id == case.id)
    return db.session.scalars(rows.order_by(PaperChange.made_at.desc(), PaperChange.id).limit(MOST_CHANGES)).all()


def change(case: Case, change_id: UUID) -> PaperChange | None:
    return db.session.scalar(select(PaperChange).where(PaperChange.case_id == case.id, PaperChange.id == change_id))
