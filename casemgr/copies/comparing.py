"""Compare two papers in the background, page by page. Safe to be killed anywhere and started again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import undefer

from casemgr.cases.models import Case
from casemgr.copies import prints, queries
from casemgr.copies.matching import Matched, PageSeen, match_pages
from casemgr.copies.models import PaperComparison, PaperPair
from casemgr.copies.pictures import lay_out
from casemgr.copies.result import (
    DIFFERS,
    NOT_COMPARED,
    ONLY_FIRST,
    ONLY_SECOND,
    SAME,
    UNLIKE,
    PageResult,
    Result,
)
from casemgr.copies.wording import Side, Word, differences
from casemgr.documents import quarantine
from casemgr.documents.models import Document, DocumentPage
from casemgr.extensions import db
from casemgr.platform.columns import now
from casemgr.platform.jobs import background
from casemgr.platform.scratch import scratch
from casemgr.storage.likeness import AT_ONCE, Apart, Laid, compare_pages, print_pages
from casemgr.storage.objects import StorageError

MOST_PAGES = 300
LEAST_ALIKE = 0.5
"""Share of pages below which two papers that the program thought alike are not."""
_NO_TEXT = "There is no picture and no text of these pages to compare."
_NOTHING = "There are no pages to compare in one of these papers. Open both and look for yourself."
_AWAY = "The place where files are kept could not be reached. Try again in a few minutes."
_NO_ROOM = "There was no room left to compare the pages. Make room, and try again."
_OUR_FAULT = "Something went wrong on our side while the pages were compared. Nothing is lost; try again."
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Paper:
    """What is compared of a paper."""

    org_id: UUID
    id: UUID
    pages: dict[int, DocumentPage]
    has_more: bool


@background("copies.compare")
def compare(*, case_id: str, first_id: str, second_id: str) -> None:
    """Compare two papers and keep what was found. Does nothing when that is not wanted any more."""
    case = db.session.get(Case, UUID(case_id))
    row = queries.comparison_of(case, UUID(first_id), UUID(second_id)) if case else None
    if case is None or row is None or row.state != "waiting":
        return
    row_id, basis = row.id, queries.basis_of(case.id, row.first_id, row.second_id)
    problem, result = _compare(case, row)
    db.session.rollback()
    _keep(case.id, row_id, basis, problem, result)


def _compare(case: Case, row: PaperComparison) -> tuple[str, Result]:
    papers = [db.session.get_one(Document, paper_id) for paper_id in (row.first_id, row.second_id)]
    row_id = row.id
    if closed := quarantine.why_closed(papers[0]) or quarantine.why_closed(papers[1]):
        return closed, Result()
    first, second = (_loaded(paper) for paper in papers)
    if not first.pages or not second.pages:
        return _NOTHING, Result()
    db.session.expunge_all()
    db.session.rollback()  # no transaction stays open while pictures are looked at
    try:
        with scratch(f"compare-{row_id}") as folder:
            return "", _Comparison(case.id, row_id, first, second, folder).result()
    except StorageError as error:
        log.error("comparing failed", exc_info=error, extra={"event": {"comparison": str(row_id)}})
        return _AWAY, Result()
    except OSError as error:
        log.error("comparing failed", exc_info=error, extra={"event": {"comparison": str(row_id)}})
        return _NO_ROOM, Result()
    except Exception as error:
        log.error("comparing failed", exc_info=error, extra={"event": {"comparison": str(row_id)}})
        return _OUR_FAULT, Result()


def _loaded(paper: Document) -> _Paper:
    wanted = select(DocumentPage).where(DocumentPage.case_id == paper.case_id, DocumentPage.document_id == paper.id)
    rows = db.session.scalars(
        wanted.options(undefer(DocumentPage.words)).order_by(DocumentPage.number).limit(MOST_PAGES + 1)
    ).all()
    return _Paper(paper.org_id, paper.id, {row.number: row for row in rows[:MOST_PAGES]}, len(rows) > MOST_PAGES)


class _Comparison:
    """One run over two papers, with a folder of its own."""

    def __init__(self, case_id: UUID, row_id: UUID, first: _Paper, second: _Paper, folder: Path) -> None:
        self.case_id, self.row_id, self.folder = case_id, row_id, folder
        self.first, self.second = first, second
        hashes = [page.image_sha256 for paper in (first, second) for page in paper.pages.values()]
        self.files = lay_out(first.org_id, hashes, folder)

    def result(self) -> Result:
        rows = match_pages(self._seen(self.first), self._seen(self.second))
        laid = self._lay(rows)
        pages = [self._page(row, laid.get(row)) for row in rows]
        return Result(pages, self.first.has_more or self.second.has_more)

    def _seen(self, paper: _Paper) -> list[PageSeen]:
        """The pages as they are matched: by prints made of the pictures that are compared here."""
        paths = {
            page.image_sha256: self.files[page.image_sha256]
            for page in paper.pages.values()
            if page.image_sha256 in self.files
        }
        bits = dict(zip(paths, print_pages(list(paths.values()), self.folder) if paths else [], strict=True))
        return [
            PageSeen(page.number, _number(bits.get(page.image_sha256)), prints.text_print(page.text))
            for page in paper.pages.values()
        ]

    def _lay(self, rows: Sequence[Matched]) -> dict[Matched, Laid | Apart]:
        """Lay the pictures of matched pages over each other, some at a time, and say how far it is."""
        wanted = {row: pair for row in rows if (pair := self._pictures(row))}
        found: dict[Matched, Laid | Apart] = {}
        keys = list(wanted)
        for start in range(0, len(keys), AT_ONCE):
            part = keys[start : start + AT_ONCE]
            self._say_how_far(start, len(keys))
            found |= zip(part, compare_pages([wanted[row] for row in part], self.folder), strict=True)
        return found

    def _pictures(self, row: Matched) -> tuple[Path, Path] | None:
        """Two pictures to look at; None where one is missing, or both are the same bytes."""
        if row.first is None or row.second is None:
            return None
        one, other = self.first.pages[row.first].image_sha256, self.second.pages[row.second].image_sha256
        if one == other or one not in self.files or other not in self.files:
            return None
        return self.files[one], self.files[other]

    def _say_how_far(self, done: int, of: int) -> None:
        table = PaperComparison.__table__
        db.session.execute(
            update(table)
            .where(table.c.case_id == self.case_id, table.c.id == self.row_id)
            .values(done_pages=done, all_pages=of)
        )
        db.session.commit()

    def _page(self, row: Matched, laid: Laid | Apart | None) -> PageResult:
        if row.second is None:
            return PageResult(row.first, None, ONLY_FIRST)
        if row.first is None:
            return PageResult(None, row.second, ONLY_SECOND)
        one, other = self.first.pages[row.first], self.second.pages[row.second]
        if one.image_sha256 and one.image_sha256 == other.image_sha256:
            laid = Laid([], 1.0)
        sides = _side(one), _side(other)
        by_words = all(side.is_exact and side.words for side in sides)
        if isinstance(laid, Apart) and not (by_words and _mostly_the_same(one, other)):
            state = UNLIKE if laid.is_other_page else NOT_COMPARED
            return PageResult(row.first, row.second, state, row.moved, laid.why)
        if laid is None and not by_words:
            return PageResult(row.first, row.second, NOT_COMPARED, row.moved, _NO_TEXT)
        found = differences(*sides, laid if isinstance(laid, Laid) else None)
        state = DIFFERS if any(not one.is_mark for one in found.differences) else SAME
        return PageResult(row.first, row.second, state, row.moved, "", found.differences, found.many)


def _mostly_the_same(one: DocumentPage, other: DocumentPage) -> bool:
    return prints.share_in_common([one.text], [other.text]) >= LEAST_ALIKE


def _side(page: DocumentPage) -> Side:
    exact = page.recognition == ""
    if page.words:
        return Side([Word(str(text), (x0, y0, x1, y1)) for text, x0, y0, x1, y1 in page.words], exact)
    return Side([Word(text) for text in page.text.split()], exact)


def _number(bits: str | None) -> int | None:
    return int(bits, 2) if bits else None


def _keep(case_id: UUID, row_id: UUID, basis: str, problem: str, result: Result) -> None:
    """Keep what was found. A pair that only the program thought alike, and that is not, goes."""
    row = db.session.get(PaperComparison, row_id)
    if row is None:  # it went with its sample case
        return
    row.state, row.note, row.basis = "failed" if problem else "done", problem, basis
    row.result, row.done_at = result.as_json(), now()
    if not problem and result.share_alike < LEAST_ALIKE:
        db.session.execute(
            delete(PaperPair).where(
                PaperPair.case_id == case_id,
                PaperPair.first_id == row.first_id,
                PaperPair.second_id == row.second_id,
                PaperPair.state == "suggested",
                PaperPair.kind == "picture",
            )
        )
    db.session.commit()
