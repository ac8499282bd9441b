"""Which papers references name, as far as somebody may see them, and what can be cited."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select

from casemgr.cases.models import Case
from casemgr.citations.places import Named, Numbering
from casemgr.citations.wording import ref_of, to_shown
from casemgr.copies.models import PaperRelation
from casemgr.copies.standing import REDACTED
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.filings.exhibits import why_not_each
from casemgr.pdf.citing import references_in

MOST_OFFERED = 500


@dataclass(frozen=True)
class Choice:
    """A paper that can be cited. `labels`: what it is called now, empty where it is no exhibit yet; `last` None: its
    pages are not known, or it has none."""

    ref: str
    title: str
    labels: str
    first: int = 1
    last: int | None = None


def choices(case: Case, numberings: Sequence[Numbering], visible: Collection[str]) -> tuple[list[Choice], list[Choice]]:
    """Return the exhibits in their order, and other papers that could become one: the newest ones of a large case."""
    found: dict[str, Choice] = {}
    for numbering in numberings:
        where = f" in the {numbering.name}" if len(numberings) > 1 else ""
        for one in numbering.places:
            if not one.refused:
                before = found.get(one.refs[0])
                labels = f"{before.labels}, {one.label}{where}" if before else f"{one.label}{where}"
                found[one.refs[0]] = Choice(one.refs[0], one.title, labels, one.first, one.last)
    papers = select(Document.id, Document.title, Document.page_count).where(
        Document.case_id == case.id,
        Document.visibility.in_(frozenset({"shared"}) & frozenset(visible)),
        Document.trashed_at.is_(None),
        Document.is_source.is_(False),
        Document.id.not_in([one.paper_id for numbering in numberings for one in numbering.places]),
    )
    newest = papers.order_by(Document.document_on.desc().nulls_last(), Document.title, Document.id).limit(MOST_OFFERED)
    return list(found.values()), [
        Choice(ref_of(row.id), row.title, "", 1, row.page_count) for row in db.session.execute(newest)
    ]


def refs_in(texts: Iterable[str]) -> list[str]:
    """Return what the references of these texts name, each once."""
    return list(dict.fromkeys(one.ref for text in texts for one in references_in(text)))


def named(case: Case, refs: Collection[str], visible: Collection[str]) -> dict[str, Named]:
    """Return the papers of a case that are named, by reference. Of one that these marks do not show nothing but that it
    is there."""
    if not refs:
        return {}
    spans = [Document.id.between(UUID(ref + "0" * 20), UUID(ref + "f" * 20)) for ref in refs]
    papers = db.session.scalars(select(Document).where(Document.case_id == case.id, or_(*spans))).all()
    refused = why_not_each(papers)
    return {
        ref_of(paper.id): Named(paper.id, paper.title, str(refused.get(paper.id, "")))
        for paper in papers
        if paper.visibility in visible
    }


def titles(case: Case, refs: Collection[str], visible: Collection[str]) -> dict[str, str]:
    """Return the titles of the named papers that these marks show."""
    return {ref: one.title for ref, one in named(case, refs, visible).items()}


def shown(case: Case, texts: Mapping[UUID, str], visible: Collection[str]) -> dict[UUID, str]:
    """Return texts as people edit them, with the titles that these marks show."""
    known = titles(case, refs_in(texts.values()), visible)
    return {key: to_shown(text, known) for key, text in texts.items()}


def refs_of(paper: Document, originals: Mapping[UUID, UUID]) -> tuple[str, ...]:
    """Return what references call a paper: itself, and what it is a redacted copy of."""
    of_id = originals.get(paper.id)
    return (ref_of(paper.id), ref_of(of_id)) if of_id else (ref_of(paper.id),)


def originals(case: Case, papers: Collection[UUID]) -> Mapping[UUID, UUID]:
    """Return, for each of the papers that is a redacted copy, what it is a copy of: it has the same pages."""
    rows = db.session.execute(
        select(PaperRelation.document_id, PaperRelation.of_id).where(
            PaperRelation.case_id == case.id,
            PaperRelation.kind == REDACTED,
            PaperRelation.taken_back_at.is_(None),
            PaperRelation.document_id.in_(papers),
        )
    )
    return {row.document_id: row.of_id for row in rows}
