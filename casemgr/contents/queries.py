"""What the first pages of papers say they are, where that differs from what stands in the case."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from casemgr.cases import clock
from casemgr.cases.models import Case
from casemgr.contents.rules import MOST_READ, Read, date_of, kind_of
from casemgr.documents.kinds import DOCUMENT_KINDS
from casemgr.documents.models import Document, DocumentPage
from casemgr.documents.proposals import EARLIEST
from casemgr.extensions import db
from casemgr.web.filters import legal_date

KIND, DATE = "kind", "document_on"
NAMES = {KIND: "Kind of paper", DATE: "Date on the paper"}
TOLD_BY_THEIR_TYPE = frozenset({"email", "calendar", "audio", "video", "archive"})
"""Families whose kind and date the file itself tells."""
TABLES = frozenset({"text/csv"})
FIRST_PAGES = 2
LEAST_LETTERS = 20
MOST_PAPERS = 300


@dataclass(frozen=True)
class Suggestion:
    """What the text of a paper says about one field of it, and the sentence that gives the reason.

    `value` is what a form sends back; `proposed` and `present` are words."""

    field: str
    value: str
    proposed: str
    present: str
    reason: str

    @property
    def name(self) -> str:
        return NAMES[self.field]

    @property
    def key(self) -> str:
        """How it is remembered that a person did not take it."""
        return f"{self.field}={self.value}"


class FirstPage(NamedTuple):
    """The first page that says something. `is_recognised`: by a machine, from its picture."""

    number: int
    words: str
    is_recognised: bool


def suggestions(paper: Document) -> list[Suggestion]:
    """Return what the first page says of this paper and a person has not said or put aside."""
    case = db.session.get_one(Case, paper.case_id)
    return _compared(paper, _first_pages(case, [paper]).get(paper.id), clock.today(case))


def of_case(case: Case, visible: Collection[str]) -> list[tuple[Document, list[Suggestion]]]:
    """Return the papers for which there is something to decide, of the newest ones that the reader may see."""
    papers = db.session.scalars(
        select(Document)
        .where(
            Document.org_id == case.org_id,
            Document.case_id == case.id,
            Document.visibility.in_(visible),
            Document.trashed_at.is_(None),
        )
        .order_by(Document.uploaded_at.desc(), Document.id)
        .limit(MOST_PAPERS)
    ).all()
    pages, today = _first_pages(case, papers), clock.today(case)
    found = [(paper, _compared(paper, pages.get(paper.id), today)) for paper in papers]
    return [(paper, made) for paper, made in found if made]


def _first_pages(case: Case, papers: Collection[Document]) -> dict[UUID, FirstPage]:
    """For each paper the first of its first pages that has words: a cover may be blank."""
    read = [paper.id for paper in papers if paper.family not in TOLD_BY_THEIR_TYPE and paper.media_type not in TABLES]
    rows = db.session.execute(
        select(
            DocumentPage.document_id,
            DocumentPage.number,
            func.left(DocumentPage.text, MOST_READ),
            DocumentPage.recognition == "read",
        )
        .where(DocumentPage.case_id == case.id, DocumentPage.document_id.in_(read), DocumentPage.number <= FIRST_PAGES)
        .order_by(DocumentPage.document_id, DocumentPage.number)
    )
    pages: dict[UUID, FirstPage] = {}
    for document_id, number, words, is_recognised in rows:
        if sum(map(str.isalnum, words[:1000])) >= LEAST_LETTERS:
            pages.setdefault(document_id, FirstPage(number, words, is_recognised))
    return pages


def _compared(paper: Document, page: FirstPage | None, today: date) -> list[Suggestion]:
    if page is None:
        return []
    kind, on = kind_of(page.words), date_of(page.words, today)
    found = []
    if kind and paper.kind != kind.value and paper.kind not in kind.fits:
        words = DOCUMENT_KINDS[str(kind.value)], DOCUMENT_KINDS.get(paper.kind, paper.kind)
        found.append(Suggestion(KIND, str(kind.value), *words, _reason(page, kind)))
    if on and paper.document_on != on.value and on.value >= EARLIEST:
        words = legal_date(on.value), legal_date(paper.document_on) or "No date"
        found.append(Suggestion(DATE, on.value.isoformat(), *words, _reason(page, on)))
    return [one for one in found if one.key not in paper.kept_own]


def _reason(page: FirstPage, read: Read[Any]) -> str:
    where = "The first page" if page.number == 1 else f"Page {page.number}"
    machine = ", as a machine read it: check it against the picture" if page.is_recognised else ""
    return f"{where} says “{read.words}”{machine}."
