"""Find papers that are alike, in the background: a print of every page, then the pages whose prints are near."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import cast, func, or_, select
from sqlalchemy.dialects.postgresql import BIT, insert
from sqlalchemy.orm import aliased

from casemgr.cases.models import Case
from casemgr.copies import asking, prints, queries
from casemgr.copies.matching import PICTURES_ALIKE, WORDS_ALIKE
from casemgr.copies.models import PagePrint, PaperPair
from casemgr.copies.pictures import lay_out
from casemgr.documents import quarantine
from casemgr.documents.models import Document, DocumentPage
from casemgr.extensions import db
from casemgr.platform.jobs import AFTER_OTHERS, background
from casemgr.platform.scratch import scratch
from casemgr.storage.likeness import print_pages

PAPERS_AT_ONCE = 20
MOST_PAGES = 300
ASKED = 5
"""Pages of a paper by which its likes are looked for."""
MOST_CANDIDATES = 3
NEARLY_ALL = 0.9
LEAST_IN_COMMON = 0.5
"""Shares of the text of two papers."""
MOST_PAGES_BY_ITSELF = 40
"""Longer papers are compared when a person asks."""
log = logging.getLogger(__name__)


@background("copies.look")
def look(*, case_id: str) -> None:
    """Print the pages of every paper of the case that has no prints yet, and suggest what is alike."""
    case = db.session.get(Case, UUID(case_id))
    closed: set[UUID] = set()
    while case is not None and (papers := _without_prints(case, closed)):
        closed |= {paper.id for paper in papers if quarantine.why_closed(paper)}
        papers = [paper for paper in papers if paper.id not in closed]
        if papers:
            _print(case, papers)
            for paper in papers:
                _suggest(case, paper)
            db.session.commit()


def _without_prints(case: Case, besides: Iterable[UUID]) -> Sequence[Document]:
    printed = select(1).where(PagePrint.case_id == Document.case_id, PagePrint.document_id == Document.id)
    drawn = select(1).where(DocumentPage.case_id == Document.case_id, DocumentPage.document_id == Document.id)
    return db.session.scalars(
        select(Document)
        .where(Document.case_id == case.id, Document.preview_state == "ready", Document.id.not_in(list(besides)))
        .where(~printed.exists(), drawn.exists(), Document.is_source.is_(False))
        .where(Document.recognition_state != "waiting")  # a scan is looked at when its text was read
        .order_by(Document.uploaded_at, Document.id)
        .limit(PAPERS_AT_ONCE)
    ).all()


def _print(case: Case, papers: Sequence[Document]) -> None:
    """Add the prints of these papers; the caller commits."""
    pages = [page for paper in papers for page in queries.pages_of(paper, MOST_PAGES)]
    seen = _pictures(case, pages)
    rows = [
        {
            "org_id": case.org_id,
            "case_id": case.id,
            "document_id": page.document_id,
            "number": page.number,
            "picture": seen.get(page.thumb_sha256),
            "words": prints.text_print(page.text),
        }
        for page in pages
    ]
    if rows:
        db.session.execute(insert(PagePrint).on_conflict_do_nothing(), rows)


def _pictures(case: Case, pages: Sequence[DocumentPage]) -> dict[str, str | None]:
    with scratch(f"prints-{case.id}") as folder:
        laid_out = lay_out(case.org_id, (page.thumb_sha256 for page in pages), folder)
        bits = print_pages(list(laid_out.values()), folder) if laid_out else []
        return dict(zip(laid_out, bits, strict=True))


def _suggest(case: Case, paper: Document) -> None:
    """Pair a paper with those that are like it; the caller commits. What a person decided of a pair stays."""
    if paper.trashed_at is not None:
        return
    for other in _candidates(case, paper):
        kind = _how_alike(paper, other)
        first, second = sorted((paper.id, other.id))
        if not kind:
            continue
        pair = queries.pair_of(case, first, second)
        if pair is None:
            pair = PaperPair(org_id=case.org_id, case_id=case.id, first_id=first, second_id=second, state="suggested")
            db.session.add(pair)
        elif pair.state != "suggested":
            continue
        pair.kind = kind
        db.session.flush()
        if max(paper.page_count or 1, other.page_count or 1) <= MOST_PAGES_BY_ITSELF:
            asking.ask_to_compare(case, first, second, priority=AFTER_OTHERS)


def _candidates(case: Case, paper: Document) -> list[Document]:
    """Return the papers that have most of this paper's first pages, or of whose first pages this one has most."""
    mine, theirs = aliased(PagePrint), aliased(PagePrint)
    asked = (
        select(mine.number)
        .where(mine.document_id == paper.id, or_(mine.picture.is_not(None), mine.words.is_not(None)))
        .order_by(mine.number)
        .limit(ASKED)
    )
    numbers = db.session.scalars(asked).all()
    pictures = func.bit_count(mine.picture.op("#")(theirs.picture)) <= PICTURES_ALIKE
    words = func.bit_count(cast(mine.words.op("#")(theirs.words), BIT(prints.BITS))) <= WORDS_ALIKE
    found = func.count(mine.number.distinct())
    wanted = (
        select(Document)
        .join(theirs, theirs.document_id == Document.id)
        .join(mine, (mine.document_id == paper.id) & mine.number.in_(numbers) & or_(pictures, words))
        .where(
            Document.case_id == case.id,
            theirs.case_id == case.id,
            mine.case_id == case.id,
            Document.id != paper.id,
            Document.sha256 != paper.sha256,
            Document.trashed_at.is_(None),
            Document.is_source.is_(False),
        )
        .group_by(Document.id)
        .having(found * 2 > min(len(numbers), ASKED))
        .order_by(found.desc(), Document.uploaded_at)
        .limit(MOST_CANDIDATES)
    )
    counts = (paper.page_count or 1, 2)
    return [other for other in db.session.scalars(wanted) if _near_in_length(counts[0], other.page_count or 1)]


def _near_in_length(one: int, other: int) -> bool:
    return min(one, other) * 2 >= max(one, other)


def _how_alike(paper: Document, other: Document) -> str:
    """Return a key of kinds.ALIKE; empty when their texts say that they are not."""
    texts = [[page.text for page in queries.pages_of(one, MOST_PAGES)] for one in (paper, other)]
    words = [[word for page in text for word in prints.words_of(page)] for text in texts]
    if min(map(len, words)) < prints.LEAST_WORDS:
        return "picture"
    if words[0] == words[1]:
        return "text"
    common = prints.share_in_common(*texts)
    if common >= NEARLY_ALL:
        return "near_text"
    return "picture" if common >= LEAST_IN_COMMON else ""  # what is read off a scan is never twice the same
