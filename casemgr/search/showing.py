"""What was found, as a page shows it: the few hits of that page get their words marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from markupsafe import Markup, escape
from sqlalchemy import and_, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import REGCONFIG

from casemgr.cases.lists import Workplace
from casemgr.cases.models import Case, Person, Student
from casemgr.documents.models import Document, DocumentPage
from casemgr.evidence.models import EvidenceEntry
from casemgr.extensions import db
from casemgr.issues.models import Issue
from casemgr.platform.tenancy import acting_in
from casemgr.reading.models import PageNote
from casemgr.search.words import Words

_BEGIN, _END = "\x02", "\x03"
_HEADLINE = f'StartSel={_BEGIN}, StopSel={_END}, MaxFragments=2, MaxWords=28, MinWords=12, FragmentDelimiter=" … "'
_WHOLE = f"StartSel={_BEGIN}, StopSel={_END}, HighlightAll=true"
_MOST_MARKED = 200_000  # letters of one page in which a hit is looked for to show it


@dataclass(frozen=True)
class Hit:
    """One thing found. `page`: of a paper, where the best hit is; `others`: further pages of it with a hit.

    Of a note, `paper` is what it stands on, and `sort` who may read it."""

    kind: str
    id: UUID
    case_id: UUID
    student: str
    title: Markup
    snippet: Markup
    on: date | None
    sort: str
    visibility: str = ""
    page: int = 0
    others: int = 0
    paper: UUID | None = None


class Found(NamedTuple):
    rank: float
    place: Workplace
    row: Any


def hits(kind: str, found: Sequence[Found], words: Words) -> Iterator[Hit]:
    """The rows as they are shown: the few on this page get their hits marked."""
    marked: dict[UUID, tuple[Markup, Markup]] = {}
    for place in dict.fromkeys(id(one.place) for one in found):
        here = [one for one in found if id(one.place) == place]
        with acting_in(here[0].place.scope):
            marked |= _marked(kind, [one.row for one in here], words)
    for _, _, row in found:
        title, snippet = marked.get(row.id, (escape(row.title), Markup("")))
        yield Hit(
            kind=kind,
            id=row.id,
            case_id=row.case_id,
            student=row.student,
            title=title,
            snippet=snippet,
            on=getattr(row, "on", None),
            sort=row.sort,
            visibility=getattr(row, "visibility", ""),
            page=getattr(row, "page", 0) or 0,
            others=max(0, getattr(row, "pages_hit", 0) - 1),
            paper=getattr(row, "paper", None),
        )


def _marked(kind: str, rows: Sequence[Any], words: Words) -> dict[UUID, tuple[Markup, Markup]]:
    english, query = cast(literal("english"), REGCONFIG), words.marked_query()
    title, body, source = _SHOWN[kind]
    if kind == "paper":
        pages = {row.id: row.page or 1 for row in rows}
        at = or_(*(and_(Document.id == key, DocumentPage.number == number) for key, number in pages.items()))
        chosen = select(Document.id, title, body).outerjoin(
            DocumentPage, and_(DocumentPage.document_id == Document.id, at)
        )
        chosen = chosen.where(Document.id.in_(list(pages)))
    else:
        chosen = select(source.id, title, body).where(source.id.in_([row.id for row in rows]))
        if kind == "case":
            chosen = chosen.join(Student, Student.case_id == Case.id)
        elif kind == "note":
            chosen = chosen.join(Document, Document.id == PageNote.document_id)
    parts = chosen.subquery()
    marked = select(
        parts.c.id,
        func.ts_headline(english, parts.c.title, query, _WHOLE),
        func.ts_headline(english, func.left(parts.c.body, _MOST_MARKED), query, _HEADLINE),
    )
    return {key: (show(head), show(text)) for key, head, text in db.session.execute(marked)}


def _joined(*columns: Any) -> Any:
    return func.concat_ws("\n", *columns).label("body")


_REFERENCE = r"\{\{exhibit:[^{}]*\}\}"
_SHOWN: dict[str, tuple[Any, Any, Any]] = {
    "paper": (
        Document.title.label("title"),
        func.coalesce(func.nullif(DocumentPage.text, ""), _joined(Document.source, Document.note)).label("body"),
        Document,
    ),
    "note": (Document.title.label("title"), _joined(PageNote.body, PageNote.quote), PageNote),
    "entry": (EvidenceEntry.title.label("title"), _joined(EvidenceEntry.body, EvidenceEntry.shows), EvidenceEntry),
    "issue": (
        Issue.title.label("title"),
        func.regexp_replace(func.concat_ws("\n", Issue.facts, Issue.relief), _REFERENCE, "[exhibit]", "g").label(
            "body"
        ),
        Issue,
    ),
    "person": (Person.name.label("title"), _joined(Person.organization, Person.note), Person),
    "case": (Student.name.label("title"), _joined(Student.school, Student.district, Case.concern), Case),
}


def show(marked: str | None) -> Markup:
    """Return a text with its hits in <mark>; all else is escaped, and a stray sign of ours in it means nothing."""
    pieces = (marked or "").split(_BEGIN)
    shown = [escape(pieces[0].replace(_END, ""))]
    for piece in pieces[1:]:
        hit, ended, rest = piece.partition(_END)
        shown.append(Markup("<mark>{}</mark>").format(hit) if ended else escape(hit))
        shown.append(escape(rest.replace(_END, "")))
    return Markup("").join(shown)
