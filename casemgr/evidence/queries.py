"""Read the evidence log. What a person may not open is left out in the query itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from casemgr.cases.models import Case
from casemgr.documents.models import Document
from casemgr.evidence.current import is_current
from casemgr.evidence.kinds import known_day, when_words
from casemgr.evidence.models import EvidenceEntry
from casemgr.extensions import db
from casemgr.goals import queries as goal_queries
from casemgr.goals.models import GoalEvidence
from casemgr.goals.queries import GoalRef
from casemgr.issues import queries as issue_queries
from casemgr.issues.models import IssueEvidence
from casemgr.issues.queries import IssueRef

PER_PAGE = 50
MOST_CHOICES = 300
NO_ISSUE = "none"

Entry = EvidenceEntry
NEWEST_FIRST = (Entry.happened_on.desc(), Entry.happened_at.desc().nulls_last(), Entry.number.desc())
OLDEST_FIRST = (Entry.happened_on, Entry.happened_at.nulls_first(), Entry.number)


@dataclass(frozen=True)
class EntryFilters:
    """What the address asks for. Empty means all.

    Attributes:
        person: key of `people_in_log`. issue: id of an issue, or "none" for entries that support no issue.
        goal: lasting id of a goal.
        with_superseded: also entries that a correction replaced.
    """

    kind: str = ""
    person: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""
    issue: str = ""
    goal: str = ""
    with_superseded: bool = False
    page: int = 1

    @property
    def narrows(self) -> bool:
        return any((self.kind, self.person, self.since, self.until, self.text, self.issue, self.goal))


@dataclass(frozen=True)
class EntryRef:
    """Another entry, as this one names it. `may_open` is False for one that this person may not see."""

    id: UUID
    number: int
    may_open: bool


@dataclass(frozen=True)
class PaperOfEntry:
    """A linked paper. `is_current` is False for one in the trash; `quote` are the words of it that the entry quotes."""

    id: UUID
    title: str
    page: int | None
    is_current: bool
    quote: str = ""


@dataclass(frozen=True)
class EntryView:
    """An entry with everything that a page shows beside it. `hidden_papers` counts those they may not open."""

    entry: EvidenceEntry
    papers: list[PaperOfEntry]
    hidden_papers: int
    issues: list[IssueRef]
    goals: list[GoalRef]
    supersedes: EntryRef | None
    superseded_by: EntryRef | None


@dataclass(frozen=True)
class EntryPage:
    items: list[EntryView]
    total: int
    page: int
    pages: int
    people: list[tuple[str, str]] = field(default_factory=list)


def entries(case: Case, visible: Collection[str], filters: EntryFilters | None = None) -> EntryPage:
    """Return one page of the log, newest first by when it happened. The number of queries does not grow."""
    filters = filters or EntryFilters()
    people = _people_in_log(case, visible)
    wanted = _filtered(case, visible, filters, people)
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(1, filters.page), pages)
    rows = db.session.scalars(wanted.order_by(*NEWEST_FIRST).limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    labels = sorted(((key, one["name"]) for key, one in people.items()), key=lambda pair: pair[1].casefold())
    return EntryPage(views_of(case, rows, visible), total, page, pages, labels)


def newest(case: Case, visible: Collection[str], limit: int = 5) -> list[EvidenceEntry]:
    """Return the newest current entries by when they happened."""
    return list(db.session.scalars(_current(case, visible).order_by(*NEWEST_FIRST).limit(limit)))


def chronology(case: Case, visible: Collection[str]) -> list[EvidenceEntry]:
    """Return all current entries, oldest first: what happened, for a filing."""
    return list(db.session.scalars(_current(case, visible).order_by(*OLDEST_FIRST)))


def choices(case: Case, visible: Collection[str]) -> list[tuple[str, str]]:
    """Return (id, "No. 7, Mar 3, 2025: Call with the principal") of the newest current entries, for a select field."""
    return [
        (str(row.id), f"No. {row.number}, {when_words(row.happened_on, row.precision)}: {row.title}")
        for row in newest(case, visible, MOST_CHOICES)
    ]


def count(case: Case, visible: Collection[str]) -> int:
    """Return how many current entries a person may see."""
    return db.session.scalar(select(func.count()).select_from(_current(case, visible).subquery())) or 0


def entry(case: Case, entry_id: UUID, visible: Collection[str]) -> EvidenceEntry | None:
    """Return an entry of this case, or None when there is none or the person may not see it."""
    return db.session.scalar(
        select(Entry).where(Entry.case_id == case.id, Entry.id == entry_id, Entry.visibility.in_(visible))
    )


def current_entries(case: Case, ids: Collection[UUID], visible: Collection[str]) -> list[EvidenceEntry]:
    """Return those of these entries that are current and visible."""
    return list(db.session.scalars(_current(case, visible).where(Entry.id.in_(ids)))) if ids else []


def neighbors(case: Case, row: EvidenceEntry, visible: Collection[str]) -> tuple[EntryRef | None, EntryRef | None]:
    """Return the entries before and after this one in the chain."""
    rows = db.session.execute(
        select(Entry.id, Entry.number, Entry.visibility).where(
            Entry.case_id == case.id, Entry.number.in_([row.number - 1, row.number + 1])
        )
    )
    found = {one.number: EntryRef(one.id, one.number, one.visibility in visible) for one in rows}
    return found.get(row.number - 1), found.get(row.number + 1)


def views_of(case: Case, rows: Iterable[EvidenceEntry], visible: Collection[str]) -> list[EntryView]:
    """Return entries with their papers, issues and corrections; five queries for any number of rows."""
    rows = list(rows)
    ids = [row.id for row in rows]
    titles = _documents(case, {UUID(paper["id"]) for row in rows for paper in row.documents})
    issues = issue_queries.issues_by_entry(case, ids)
    goals = goal_queries.goals_by_entry(case, ids)
    before = _refs(case, Entry.id, Entry.id.in_({row.supersedes_id for row in rows} - {None}), visible)
    after = _refs(case, Entry.supersedes_id, Entry.supersedes_id.in_(ids), visible)
    return [
        EntryView(
            row,
            *_papers(row, titles, visible),
            issues[row.id],
            goals[row.id],
            before.get(row.supersedes_id),
            after.get(row.id),
        )
        for row in rows
    ]


def person_key(person: dict[str, Any]) -> str:
    """Return what names a person in an address: their id; for a typed name, a digest, so that no name is in it."""
    if person.get("id"):
        return str(person["id"])
    return "n" + sha256(person["name"].casefold().encode()).hexdigest()[:16]


def _people_in_log(case: Case, visible: Collection[str]) -> dict[str, dict[str, Any]]:
    someone = func.jsonb_array_elements(Entry.people, type_=JSONB)
    rows = db.session.scalars(select(someone).distinct().where(Entry.case_id == case.id, Entry.visibility.in_(visible)))
    return {person_key(row): row for row in rows}


def _current(case: Case, visible: Collection[str]) -> Select[tuple[EvidenceEntry]]:
    return select(Entry).where(Entry.case_id == case.id, Entry.visibility.in_(visible), is_current(case))


def _filtered(
    case: Case, visible: Collection[str], filters: EntryFilters, people: dict[str, dict[str, Any]]
) -> Select[tuple[EvidenceEntry]]:
    wanted = _current(case, visible)
    if filters.with_superseded:
        wanted = select(Entry).where(Entry.case_id == case.id, Entry.visibility.in_(visible))
    if filters.kind:
        wanted = wanted.where(Entry.kind == filters.kind)
    if filters.person:
        wanted = wanted.where(_names(filters.person, people))
    if filters.since:
        wanted = wanted.where(_not_before(filters.since))
    if filters.until:
        wanted = wanted.where(Entry.happened_on <= filters.until)
    for word in filters.text.split():
        fields = (Entry.title, Entry.body, Entry.shows)
        wanted = wanted.where(or_(*(field.icontains(word, autoescape=True) for field in fields)))
    if filters.goal:
        tied = select(GoalEvidence.entry_id).where(GoalEvidence.case_id == case.id)
        wanted = wanted.where(Entry.id.in_(tied.where(GoalEvidence.goal_id == UUID(filters.goal))))
    return wanted.where(_supports(case, filters.issue)) if filters.issue else wanted


def _not_before(day: date) -> Any:
    """An entry dated "March 2025" may have happened on March 31: it is found from any day of March on."""
    either = [Entry.happened_on >= day]
    for precision in ("month", "year"):
        either.append(and_(Entry.precision == precision, Entry.happened_on >= known_day(day, precision)))
    return or_(*either)


def _names(key: str, people: dict[str, dict[str, Any]]) -> Any:
    person = people.get(key)
    if person is None:
        return Entry.id.is_(None)  # nobody of that key is in the log: nothing is found
    told = {"id": person["id"]} if person.get("id") else {"id": None, "name": person["name"]}
    return Entry.people.contains([told])


def _supports(case: Case, issue: str) -> Any:
    tied = select(IssueEvidence.entry_id).where(IssueEvidence.case_id == case.id)
    if issue == NO_ISSUE:
        return Entry.id.not_in(tied)
    return Entry.id.in_(tied.where(IssueEvidence.issue_id == UUID(issue)))


def _refs(case: Case, key: Any, condition: Any, visible: Collection[str]) -> dict[UUID, EntryRef]:
    rows = db.session.execute(
        select(key.label("key"), Entry.id, Entry.number, Entry.visibility).where(Entry.case_id == case.id, condition)
    )
    return {row.key: EntryRef(row.id, row.number, row.visibility in visible) for row in rows}


def _documents(case: Case, ids: Collection[UUID]) -> dict[UUID, Any]:
    rows = db.session.execute(
        select(Document.id, Document.title, Document.visibility, Document.trashed_at).where(
            Document.case_id == case.id, Document.id.in_(ids)
        )
    )
    return {row.id: row for row in rows}


def _papers(row: EvidenceEntry, titles: dict[UUID, Any], visible: Collection[str]) -> tuple[list[PaperOfEntry], int]:
    shown: dict[UUID, PaperOfEntry] = {}
    for paper in row.documents:
        found = titles.get(UUID(paper["id"]))
        if found is not None and found.visibility in visible:
            shown[found.id] = PaperOfEntry(
                found.id, found.title, paper.get("page"), found.trashed_at is None, paper.get("quote", "")
            )
    return list(shown.values()), len(row.documents) - len(shown)
