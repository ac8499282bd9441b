"""Read redactions, their marks and their log. A log is for who may open the original."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from casemgr.cases.models import Case
from casemgr.documents.models import Document, DocumentPage
from casemgr.extensions import db
from casemgr.reading.marking import boxes_of
from casemgr.redaction import patterns
from casemgr.redaction.models import ProtectedName, Redaction, RedactionEntry, RedactionMark

MOST_FOUND = 2000


class Line(NamedTuple):
    """A line of a page as its words stand there; `first` is the number of its first word, from 0."""

    first: int
    words: list[str]

    @property
    def last(self) -> int:
        return self.first + len(self.words) - 1


class FoundOnPage(NamedTuple):
    page: int
    places: list[patterns.Place]


class Found(NamedTuple):
    """What patterns found in a paper. `unread`: pages without words, where nothing can be found."""

    pages: list[FoundOnPage]
    unread: list[int]
    is_cut: bool

    @property
    def count(self) -> int:
        return sum(len(one.places) for one in self.pages)


class LoggedCopy(NamedTuple):
    """An entry of the log with both papers; `copy` is None where the reader may not open it."""

    entry: RedactionEntry
    original: Document
    copy: Document | None


def closed_since_redacted(papers: Sequence[Document]) -> dict[UUID, str]:
    """Return, by redacted copy among `papers` (all of one case), the mark of its original, where that was closed, or
    closed otherwise, after the copy was made: nobody opened the copy for a paper so marked."""
    if not papers:
        return {}
    rows = select(RedactionEntry.result_id, Document.visibility).where(
        RedactionEntry.case_id == papers[0].case_id,
        RedactionEntry.result_id.in_([paper.id for paper in papers]),
        Document.case_id == RedactionEntry.case_id,
        Document.id == RedactionEntry.document_id,
        Document.visibility != "shared",
        Document.visibility != RedactionEntry.visibility_was,
    )
    return {row.result_id: row.visibility for row in db.session.execute(rows)}


def open_one(paper: Document) -> Redaction | None:
    """Return the copy that is being made of a paper, or that failed."""
    return db.session.scalar(
        select(Redaction).where(
            Redaction.case_id == paper.case_id, Redaction.document_id == paper.id, Redaction.state != "made"
        )
    )


def redaction(case: Case, redaction_id: UUID, visible: Collection[str]) -> tuple[Redaction, Document] | None:
    """Return a redaction with its original; None when there is none or the reader may not open the original."""
    row = db.session.execute(
        select(Redaction, Document)
        .join(Document, Document.id == Redaction.document_id)
        .where(Redaction.case_id == case.id, Redaction.id == redaction_id, Document.visibility.in_(visible))
    ).first()
    return (row[0], row[1]) if row else None


def marks_of(redaction: Redaction, page: int | None = None) -> list[RedactionMark]:
    found = select(RedactionMark).where(
        RedactionMark.case_id == redaction.case_id, RedactionMark.redaction_id == redaction.id
    )
    if page is not None:
        found = found.where(RedactionMark.page == page)
    return list(db.session.scalars(found.order_by(RedactionMark.page, RedactionMark.created_at, RedactionMark.id)))


def count_by_page(marks: Sequence[RedactionMark]) -> dict[int, int]:
    return dict(sorted(Counter(mark.page for mark in marks).items()))


def lines_of(words: Sequence[Any]) -> list[Line]:
    """Return the words of a page in lines, as the boxes of a passage are made of them."""
    lines: list[Line] = []
    before: Any = None
    for number, word in enumerate(words):
        if before is not None and len(boxes_of([before, word], (0, 1))) == 1:
            lines[-1].words.append(word[0])
        else:
            lines.append(Line(number, [word[0]]))
        before = word
    return lines


def find(paper: Document, kinds: Collection[str], names: Collection[str], born_on: Any) -> Found:
    """Look for patterns on all pages of a paper."""
    rows = db.session.execute(
        select(DocumentPage.number, DocumentPage.image_sha256 != "", DocumentPage.words)
        .where(DocumentPage.case_id == paper.case_id, DocumentPage.document_id == paper.id)
        .order_by(DocumentPage.number)
    )
    pages, unread, count = [], [], 0
    for number, has_picture, words in rows:
        if not words or not has_picture:
            unread.append(number)
            continue
        places = patterns.find(words, kinds, names, born_on)[: MOST_FOUND - count]
        count += len(places)
        if places:
            pages.append(FoundOnPage(number, places))
    return Found(pages, unread, count >= MOST_FOUND)


def beside_their_copies(case_id: UUID, papers: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """Return which of these papers stand there as they are and redacted, each original with its copy."""
    wanted = select(RedactionEntry.document_id, RedactionEntry.result_id).where(
        RedactionEntry.case_id == case_id,
        RedactionEntry.document_id.in_(papers),
        RedactionEntry.result_id.in_(papers),
    )
    rows = db.session.execute(wanted.order_by(RedactionEntry.at, RedactionEntry.id))
    return [(original, copy) for original, copy in rows]


def log_of(case: Case, visible: Collection[str], paper: Document | None = None) -> list[LoggedCopy]:
    """Return the log of a case, or of one original, newest first, as far as the reader may open the originals."""
    original, copy = aliased(Document), aliased(Document)
    found = (
        select(RedactionEntry, original, copy)
        .join(original, original.id == RedactionEntry.document_id)
        .outerjoin(copy, (copy.id == RedactionEntry.result_id) & copy.visibility.in_(visible))
        .where(RedactionEntry.case_id == case.id, original.visibility.in_(visible))
    )
    if paper is not None:
        found = found.where(RedactionEntry.document_id == paper.id)
    return [LoggedCopy(*row) for row in db.session.execute(found.order_by(RedactionEntry.at.desc()))]


def protected_names(case: Case) -> list[ProtectedName]:
    """Return the names that must not leave with this case."""
    found = select(ProtectedName).where(ProtectedName.case_id == case.id)
    return list(db.session.scalars(found.order_by(ProtectedName.key)))
