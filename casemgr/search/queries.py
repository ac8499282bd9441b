"""Find words in all that a person may see: papers page by page, notes on them, the evidence log, issues, people, cases.

`find_words` (a function of the database) names rows of this organization by rank; everything shown is then read
under the row-level policies, with the visibilities of the person's role in each case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Select,
    String,
    Text,
    and_,
    cast,
    column,
    false,
    func,
    literal,
    or_,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from casemgr.cases.lists import Workplace
from casemgr.cases.models import Case, Person, Student
from casemgr.documents.models import Document, Letter
from casemgr.evidence.models import EvidenceDocument, EvidenceEntry
from casemgr.extensions import db
from casemgr.issues.models import Issue, IssueEvidence
from casemgr.platform.tenancy import acting_in
from casemgr.reading.models import PageNote
from casemgr.search.showing import Found, Hit, hits
from casemgr.search.words import Words

MOST = 5000
"""Best hits of each kind that one organization gives; past it the count is a lower bound."""
PER_PAGE = 20
FIRST_SHOWN = 5
KINDS = ("case", "person", "paper", "note", "entry", "issue")
_ROWS = {
    "case": ("student", "concern"),
    "person": ("person",),
    "paper": ("page", "paper"),
    "note": ("note",),
    "entry": ("entry",),
    "issue": ("issue",),
}
"""What the database's function calls the rows of each kind."""


@dataclass(frozen=True)
class Wanted:
    """What the person asks for. `what`: one of KINDS or empty for all; empty filters do not limit."""

    words: Words
    what: str = ""
    paper_kind: str = ""
    visibility: str = ""
    since: date | None = None
    until: date | None = None
    case_id: UUID | None = None
    person: Person | None = None
    issue_id: UUID | None = None
    page: int = 1

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that can fit the filters: a person has no date, only a paper has a kind of paper."""
        possible: tuple[str, ...] = KINDS
        if self.since or self.until or self.visibility:
            possible = ("paper", "note", "entry")
        if self.person or self.issue_id:
            possible = ("paper", "entry")
        if self.paper_kind:
            possible = tuple(kind for kind in possible if kind in ("paper", "note"))
        return tuple(kind for kind in possible if self.what in ("", kind))

    @property
    def is_narrow(self) -> bool:
        return bool(
            self.what or self.paper_kind or self.visibility or self.since or self.until or self.person or self.issue_id
        )


class Section(NamedTuple):
    """The hits of one kind: those of this page, and how many there are."""

    kind: str
    hits: list[Hit]
    total: int
    page: int = 1
    pages: int = 1


def question(words: Words) -> str:
    """Return the question as PostgreSQL reads it; empty when only words are left that stand everywhere (“the”)."""
    return db.session.scalar(select(cast(words.query(), Text))) or ""


def find(places: Sequence[Workplace], wanted: Wanted) -> list[Section]:
    """Return what fits, a section for each kind that has something, best hits first."""
    there = _kinds_there(places, wanted)
    sections = [_section(places, wanted, kind) for kind in wanted.kinds if kind in there]
    return [section for section in sections if section.total]


def _kinds_there(places: Sequence[Workplace], wanted: Wanted) -> set[str]:
    """The kinds that may have a hit. One question for all that are usually without one: each asked for itself costs
    as much as the search of a thousand pages. Papers usually have one, and a single kind is its own question."""
    if len(wanted.kinds) == 1:
        return set(wanted.kinds)
    there = {"paper"}
    asked = {row: kind for kind in wanted.kinds if kind != "paper" for row in _ROWS[kind]}
    for place in places:
        with acting_in(place.scope):
            found = db.session.scalars(select(_named(wanted, *asked, most=1).c.kind))
            there |= {asked[row] for row in found}
    return there


def _section(places: Sequence[Workplace], wanted: Wanted, kind: str) -> Section:
    if wanted.what:
        size, wish = PER_PAGE, wanted.page
    else:  # a first look at each kind
        size, wish = FIRST_SHOWN, 1
    found: list[Found] = []
    total = 0
    last = wish * size
    for place in places:
        with acting_in(place.scope):
            chosen = _FINDERS[kind](place, wanted).subquery()
            counted = func.count().over().label("of_all")
            ranked = select(chosen, counted).order_by(chosen.c.rank.desc(), chosen.c.id).limit(last)
            rows = db.session.execute(ranked).all()
            total += rows[0].of_all if rows else 0
            found += [Found(row.rank, place, row) for row in rows]
    found.sort(key=lambda one: (-one.rank, str(one.row.id)))
    pages = max(1, -(-total // size)) if wanted.what else 1
    page = min(wish, pages)
    shown = found[(page - 1) * size : page * size]
    return Section(kind, list(hits(kind, shown, wanted.words)), total, page, pages)


def _named(wanted: Wanted, *kinds: str, most: int = MOST) -> Any:
    """What the database's function gives, as a table: at most so many rows of each kind."""
    call = func.find_words(wanted.words.query(), cast(list(kinds), ARRAY(Text)), wanted.case_id, most).table_valued(
        column("kind", String), column("id"), column("page"), column("rank")
    )
    return call.alias(f"named_{kinds[0]}")


def _papers(place: Workplace, wanted: Wanted) -> Select[Any]:
    named = _named(wanted, *_ROWS["paper"])
    best = aggregate_order_by(named.c.page, named.c.rank.desc(), named.c.page)
    on_pages = named.c.page > 0
    return (
        select(
            Document.id,
            Document.case_id,
            Student.name.label("student"),
            Document.title,
            Document.kind.label("sort"),
            Document.document_on.label("on"),
            Document.visibility,
            func.max(named.c.rank).label("rank"),
            func.array_agg(best).filter(on_pages)[1].label("page"),
            func.count().filter(on_pages).label("pages_hit"),
        )
        .join(named, named.c.id == Document.id)
        .join(Student, Student.case_id == Document.case_id)
        .where(Document.trashed_at.is_(None), place.may_see(Document.visibility, Document.case_id))
        .where(*_paper_limits(place, wanted))
        .group_by(Document.id, Student.name)
    )


def _paper_limits(place: Workplace, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.paper_kind:
        yield Document.kind == wanted.paper_kind
    if wanted.visibility:
        yield Document.visibility == wanted.visibility
    yield from _between(Document.document_on, wanted)
    if wanted.person or wanted.issue_id:
        entries = select(EvidenceEntry.id).where(
            place.may_see(EvidenceEntry.visibility, EvidenceEntry.case_id), *_ties(wanted)
        )
        linked = Document.id.in_(select(EvidenceDocument.document_id).where(EvidenceDocument.entry_id.in_(entries)))
        if wanted.person and not wanted.issue_id:
            linked = or_(linked, Document.source.icontains(wanted.person.name, autoescape=True))
        yield linked


def _notes(place: Workplace, wanted: Wanted) -> Select[Any]:
    """Notes that are for this person, on papers that they may open; a note's day is the one it was written on."""
    named = _named(wanted, *_ROWS["note"])
    zone = func.timezone(Case.timezone, PageNote.created_at)
    limits = list(_between(cast(zone, Date), wanted))
    if wanted.paper_kind:
        limits.append(Document.kind == wanted.paper_kind)
    if wanted.visibility:
        limits.append(Document.visibility == wanted.visibility)
    return (
        select(
            PageNote.id,
            PageNote.case_id,
            Student.name.label("student"),
            Document.title,
            PageNote.audience.label("sort"),
            cast(zone, Date).label("on"),
            Document.visibility,
            named.c.rank,
            PageNote.page,
            PageNote.document_id.label("paper"),
        )
        .join(named, named.c.id == PageNote.id)
        .join(Document, and_(Document.case_id == PageNote.case_id, Document.id == PageNote.document_id))
        .join(Case, Case.id == PageNote.case_id)
        .join(Student, Student.case_id == PageNote.case_id)
        .where(
            Document.trashed_at.is_(None),
            place.may_see(Document.visibility, Document.case_id),
            or_(PageNote.author_id == place.scope.user_id, PageNote.audience == "shared", _is_team(place)),
            *limits,
        )
    )


def _is_team(place: Workplace) -> ColumnElement[bool]:
    """That a note is for the team, and this person of the team there: who may see what is internal, and is no guest."""
    if place.scope.case_ids is not None:
        return false()
    return and_(PageNote.audience == "team", place.may_see(literal("internal"), PageNote.case_id))


def _entries(place: Workplace, wanted: Wanted) -> Select[Any]:
    named, later = _named(wanted, *_ROWS["entry"]), aliased(EvidenceEntry)
    limits = list(_ties(wanted)) + list(_between(EvidenceEntry.happened_on, wanted))
    if wanted.visibility:
        limits.append(EvidenceEntry.visibility == wanted.visibility)
    return (
        select(
            EvidenceEntry.id,
            EvidenceEntry.case_id,
            Student.name.label("student"),
            EvidenceEntry.title,
            EvidenceEntry.kind.label("sort"),
            EvidenceEntry.happened_on.label("on"),
            EvidenceEntry.visibility,
            named.c.rank,
        )
        .join(named, named.c.id == EvidenceEntry.id)
        .join(Student, Student.case_id == EvidenceEntry.case_id)
        .where(
            place.may_see(EvidenceEntry.visibility, EvidenceEntry.case_id),
            ~select(later.id).where(later.supersedes_id == EvidenceEntry.id).exists(),
            *limits,
        )
    )


def _ties(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """That an entry names the person, and supports the issue."""
    if wanted.person:
        known = or_(
            EvidenceEntry.people.contains([{"id": str(wanted.person.id)}]),
            EvidenceEntry.people.contains([{"name": wanted.person.name}]),
        )
        yield and_(EvidenceEntry.case_id == wanted.person.case_id, known)
    if wanted.issue_id:
        yield EvidenceEntry.id.in_(select(IssueEvidence.entry_id).where(IssueEvidence.issue_id == wanted.issue_id))


def _between(day: Any, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.since:
        yield day >= wanted.since
    if wanted.until:
        yield day <= wanted.until


def _issues(place: Workplace, wanted: Wanted) -> Select[Any]:
    named = _named(wanted, *_ROWS["issue"])
    return (
        select(
            Issue.id,
            Issue.case_id,
            Student.name.label("student"),
            Issue.title,
            literal("").label("sort"),
            Issue.since_on.label("on"),
            named.c.rank,
        )
        .join(named, named.c.id == Issue.id)
        .join(Student, Student.case_id == Issue.case_id)
    )


def _people(place: Workplace, wanted: Wanted) -> Select[Any]:
    named = _named(wanted, *_ROWS["person"])
    return (
        select(
            Person.id,
            Person.case_id,
            Student.name.label("student"),
            Person.name.label("title"),
            Person.role.label("sort"),
            named.c.rank,
        )
        .join(named, named.c.id == Person.id)
        .join(Student, Student.case_id == Person.case_id)
    )


def _cases(place: Workplace, wanted: Wanted) -> Select[Any]:
    named = _named(wanted, *_ROWS["case"])
    return (
        select(
            Case.id,
            Case.id.label("case_id"),
            Student.name.label("student"),
            Student.name.label("title"),
            Case.stage.label("sort"),
            func.max(named.c.rank).label("rank"),
        )
        .join(named, named.c.id == Case.id)
        .join(Student, Student.case_id == Case.id)
        .group_by(Case.id, Student.name)
    )


_FINDERS = {"paper": _papers, "note": _notes, "entry": _entries, "issue": _issues, "person": _people, "case": _cases}


def names_of(places: Sequence[Workplace], case_id: UUID | None, most: int, *, of_papers: bool) -> list[str]:
    """Return the names of students and people in the cases that the person may see; with `of_papers` also those of
    whom the papers came from, which costs a look at every paper."""
    names: set[str] = set()
    for place in places:
        with acting_in(place.scope):
            papers = place.may_see(Document.visibility, Document.case_id), Document.trashed_at.is_(None)
            wrote = and_(Letter.case_id == Document.case_id, Letter.document_id == Document.id)
            named: dict[Any, Select[Any]] = {Person: select(Person.name), Student: select(Student.name)}
            if of_papers:
                named[Document] = select(Document.source).where(*papers)
                named[Letter] = select(Letter.sender).join(Document, wrote).where(*papers)
            if case_id is not None:
                named = {table: found.where(table.case_id == case_id) for table, found in named.items()}
            names |= set(db.session.scalars(union(*named.values()).limit(most)))
    return sorted(name.partition("<")[0] for name in names)  # of “Ann Reed <ann@example.org>” the name
