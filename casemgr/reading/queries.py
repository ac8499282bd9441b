"""Read pages and what stands beside them. A page is read alone: its neighbours cost nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, text

from casemgr.accounts.access import Access
from casemgr.accounts.models import User
from casemgr.audit.models import AuditEvent
from casemgr.cases.models import Case
from casemgr.documents.models import Document, DocumentPage
from casemgr.evidence.current import is_current
from casemgr.evidence.models import EvidenceDocument, EvidenceEntry
from casemgr.extensions import db
from casemgr.reading import marking
from casemgr.reading.audiences import is_team
from casemgr.reading.marking import Span
from casemgr.reading.models import PageNote
from casemgr.search import words as search_words

STRIP = 200
"""Small pictures on each side of the open page: a long paper shows a part of them."""
MOST_PAGES_WITH_HITS = 200
MOST_HITS = 300
AROUND = 8  # words shown before and after a hit
MOST_ENTRIES = 50
MOST_REMOVED = 20
_STEMS = text("SELECT word, (ts_lexize('english_stem', word))[1] AS stem FROM unnest(cast(:words AS text[])) AS word")


class Thumb(NamedTuple):
    """A page in the strip. `notes`: how many of them this reader sees on it."""

    number: int
    has_picture: bool
    notes: int


@dataclass(frozen=True)
class OpenPage:
    """One page with its text. `words` are [text, x0, y0, x1, y1], fractions of the picture; None: not known where."""

    number: int
    width: int
    height: int
    has_picture: bool
    text: str
    words: list[Any] | None
    recognition: str = ""
    """Who read the text: see `DocumentPage`."""
    confidence: int | None = None
    hits: list[Span] = field(default_factory=list)
    """Hits among `words`; empty where there are none."""
    text_hits: list[Span] = field(default_factory=list)
    """Hits among the words of `text`, parted at spaces."""


@dataclass(frozen=True)
class HitInPaper:
    """One hit: the words around it, and the how manieth of its page it is, from 0."""

    page: int
    place: int
    before: str
    words: str
    after: str


@dataclass(frozen=True)
class FoundInPaper:
    """Hits in the order of the pages. `pages` counts all pages with a hit, also those whose hits are not listed."""

    hits: list[HitInPaper]
    pages: int
    is_cut: bool


class EntryOfPage(NamedTuple):
    id: UUID
    number: int
    title: str


def last_number(paper: Document) -> int:
    """Return the number of the last page that can be opened; 0 when there is none."""
    return db.session.scalar(select(func.max(DocumentPage.number)).where(*_of(paper))) or 0


def open_page(paper: Document, number: int) -> OpenPage | None:
    """Return one page; None when it was not drawn and has no text."""
    row = db.session.execute(
        select(
            DocumentPage.number,
            DocumentPage.width,
            DocumentPage.height,
            (DocumentPage.image_sha256 != "").label("has_picture"),
            DocumentPage.text,
            DocumentPage.words,
            DocumentPage.recognition,
            DocumentPage.confidence,
        ).where(*_of(paper), DocumentPage.number == number)
    ).first()
    return OpenPage(*row) if row else None


def words_of(paper: Document, number: int) -> list[Any]:
    """Return the words of a page with their places; empty when these are not known."""
    found = select(DocumentPage.words).where(*_of(paper), DocumentPage.number == number)
    return db.session.scalar(found) or []


def strip(paper: Document, number: int, reader: ColumnElement[bool]) -> list[Thumb]:
    """Return the pages around one, in order; `reader` is `may_read`. Two queries for any number of pages."""
    near = DocumentPage.number.between(number - STRIP, number + STRIP)
    pages = db.session.execute(
        select(DocumentPage.number, DocumentPage.thumb_sha256 != "").where(*_of(paper), near).order_by("number")
    )
    counted = db.session.execute(
        select(PageNote.page, func.count()).where(*_notes(paper), reader).group_by(PageNote.page)
    )
    notes = {row[0]: row[1] for row in counted}
    return [Thumb(page, has_picture, notes.get(page, 0)) for page, has_picture in pages]


def may_read(access: Access, reader: User) -> ColumnElement[bool]:
    """The condition that a note is one this person may read, on a paper that they may open."""
    audiences = ["shared", "team"] if is_team(access) else ["shared"]
    return or_(PageNote.author_id == reader.id, PageNote.audience.in_(audiences))


def notes_of(paper: Document, reader: ColumnElement[bool], number: int | None = None) -> list[PageNote]:
    """Return the notes on a paper, or on one page of it, in the order of the pages."""
    found = select(PageNote).where(*_notes(paper), reader)
    if number is not None:
        found = found.where(PageNote.page == number)
    return list(db.session.scalars(found.order_by(PageNote.page, PageNote.created_at, PageNote.id)))


def removed_notes(access: Access, paper: Document, reader: User) -> list[AuditEvent]:
    """Return what the audit log keeps of removed notes that this person could read, the newest first: page and who."""
    audiences = ["shared", "team"] if is_team(access) else ["shared"]
    audience = AuditEvent.detail["audience"].astext
    removed = (
        select(AuditEvent)
        .where(AuditEvent.org_id == paper.org_id, AuditEvent.case_id == paper.case_id)
        .where(AuditEvent.action == "reading:note:remove", AuditEvent.detail["document"].astext == str(paper.id))
        .where(or_(AuditEvent.actor_id == reader.id, audience.in_(audiences)))
    )
    return list(db.session.scalars(removed.order_by(AuditEvent.at.desc()).limit(MOST_REMOVED)))


def note(paper: Document, reader: ColumnElement[bool], note_id: UUID) -> PageNote | None:
    return db.session.scalar(select(PageNote).where(*_notes(paper), reader, PageNote.id == note_id))


def entries_of_page(case: Case, paper: Document, number: int, visible: Collection[str]) -> list[EntryOfPage]:
    """Return the entries of the log that stand and name this page."""
    rows = db.session.execute(
        select(EvidenceEntry.id, EvidenceEntry.number, EvidenceEntry.title)
        .join(EvidenceDocument, EvidenceDocument.entry_id == EvidenceEntry.id)
        .where(
            EvidenceDocument.case_id == case.id,
            EvidenceDocument.document_id == paper.id,
            EvidenceDocument.page == number,
            EvidenceEntry.visibility.in_(visible),
            is_current(case),
        )
        .order_by(EvidenceEntry.number)
        .limit(MOST_ENTRIES)
    )
    return [EntryOfPage(*row) for row in rows]


def quote_of(case: Case, paper: Document, entry_id: UUID, visible: Collection[str]) -> str:
    """Return the words that an entry quotes from a paper; "" when it quotes none or may not be opened."""
    linked = db.session.scalar(
        select(EvidenceEntry.documents).where(
            EvidenceEntry.case_id == case.id, EvidenceEntry.id == entry_id, EvidenceEntry.visibility.in_(visible)
        )
    )
    return next((one.get("quote", "") for one in linked or () if one["id"] == str(paper.id)), "")


def with_hits(page: OpenPage, typed: str, quote: str = "") -> OpenPage:
    """Return the page with what was typed, or a passage that an entry quotes, marked in it."""
    in_text = page.text.split()
    in_words = [word[0] for word in page.words or ()]
    if quote:
        in_both = [[span] if span else [] for span in _quoted(in_words, in_text, quote)]
        return replace(page, hits=in_both[0], text_hits=in_both[1])
    sought = search_words.sought(typed)
    if not sought:
        return page
    text_parts, word_parts = marking.parts_of(in_text), marking.parts_of(in_words)
    stems = stems_of(text_parts + word_parts, sought)
    hits, text_hits = (marking.spans(parts, sought, stems) for parts in (word_parts, text_parts))
    return replace(page, hits=hits, text_hits=text_hits)


def _quoted(in_words: Sequence[str], in_text: Sequence[str], quote: str) -> tuple[Span | None, Span | None]:
    return marking.span_of_quote(in_words, quote), marking.span_of_quote(in_text, quote)


def find(paper: Document, typed: str) -> FoundInPaper:
    """Find words in all pages of a paper; three queries however long it is."""
    sought = search_words.sought(typed)
    if not sought:
        return FoundInPaper([], 0, False)
    wanted = search_words.inside(typed)
    chosen = (
        select(DocumentPage.number, DocumentPage.text, func.count().over())
        .where(*_of(paper), DocumentPage.search.op("@@")(wanted))
        .order_by(DocumentPage.number)
        .limit(MOST_PAGES_WITH_HITS)
    )
    rows = db.session.execute(chosen).all()
    pages = [(number, said.split()) for number, said, _ in rows]
    parts = {number: marking.parts_of(said) for number, said in pages}
    stems = stems_of([part for one in parts.values() for part in one], sought)
    every = (
        _hit(number, place, said, span)
        for number, said in pages
        for place, span in enumerate(marking.spans(parts[number], sought, stems))
    )
    hits = list(islice(every, MOST_HITS + 1))
    total = rows[0][2] if rows else 0
    return FoundInPaper(hits[:MOST_HITS], total, len(hits) > MOST_HITS or total > len(rows))


def stems_of(parts: Sequence[tuple[str, int]], sought: Sequence[search_words.Sought]) -> Mapping[str, str]:
    """Ask PostgreSQL for the stems of those words that can be another form of one that is sought; one query."""
    typed = {token for token, _ in marking.parts_of(word for one in sought for word in one.words)}
    begin = {token[:3] for token in typed}
    words = sorted(typed | {part for part, _ in parts if part[:3] in begin})
    return {row.word: row.stem for row in db.session.execute(_STEMS, {"words": words}) if row.stem}


def _hit(number: int, place: int, said: Sequence[str], span: Span) -> HitInPaper:
    first, last = span
    before = " ".join(said[max(0, first - AROUND) : first])
    after = " ".join(said[last + 1 : last + 1 + AROUND])
    return HitInPaper(number, place, before, " ".join(said[first : last + 1]), after)


def _of(paper: Document) -> tuple[ColumnElement[bool], ...]:
    return DocumentPage.case_id == paper.case_id, DocumentPage.document_id == paper.id


def _notes(paper: Document) -> tuple[ColumnElement[bool], ...]:
    return PageNote.case_id == paper.case_id, PageNote.document_id == paper.id
