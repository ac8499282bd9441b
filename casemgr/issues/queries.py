"""Read issues, and what supports them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from casemgr.cases.models import Case
from casemgr.evidence.current import is_current
from casemgr.evidence.kinds import EVIDENCE_KINDS
from casemgr.evidence.models import EvidenceEntry
from casemgr.extensions import db
from casemgr.issues.models import Issue, IssueEvidence

NEWEST_SHOWN = 3  # entries named on each issue of the list


@dataclass(frozen=True)
class Support:
    """An entry that supports an issue, as a list names it."""

    id: UUID
    number: int
    kind: str
    happened_on: date
    happened_at: time | None
    precision: str
    title: str


@dataclass(frozen=True)
class IssueView:
    """An issue with how many current entries support it, and the newest of them."""

    issue: Issue
    evidence_count: int
    newest: list[Support] = field(default_factory=list)


@dataclass(frozen=True)
class IssueRef:
    """An issue as an entry names it."""

    id: UUID
    number: int
    title: str
    is_withdrawn: bool


@dataclass(frozen=True)
class Matrix:
    """Issue × kind of evidence. `counts[issue id][kind]`; `kinds` are those with at least one entry."""

    kinds: list[str]
    counts: dict[UUID, dict[str, int]]
    unlinked: int


@dataclass(frozen=True)
class Strength:
    """How well one issue is supported: how many entries, and how many of them are strong, weak, seen or heard by the
    person who logged them, or have a paper."""

    entries: int = 0
    strong: int = 0
    weak: int = 0
    first_hand: int = 0
    with_paper: int = 0

    @property
    def gaps(self) -> list[str]:
        """What is missing, in plain words; a hearing officer asks for all of it."""
        if not self.entries:
            return ["No evidence yet"]
        found = [] if self.strong or self.weak < self.entries else ["Only weak evidence"]
        found += [] if self.with_paper else ["No paper behind it"]
        return found + ([] if self.first_hand else ["Nobody says they saw it"])


def issues_of(case: Case, visible: Collection[str] | None = None) -> list[IssueView]:
    """Return the issues of a case by number, withdrawn ones included; two queries.

    Args:
        visible: count and name only entries of these visibilities; None counts all of them.
    """
    issues = db.session.scalars(select(Issue).where(Issue.case_id == case.id).order_by(Issue.number)).all()
    supports, counts = _supports(case, visible)
    return [IssueView(issue, counts[issue.id], supports[issue.id]) for issue in issues]


def ties_of(case: Case) -> list[tuple[UUID, UUID]]:
    """Return (id of an issue, id of an entry that supports it)."""
    rows = db.session.execute(
        select(IssueEvidence.issue_id, IssueEvidence.entry_id).where(IssueEvidence.case_id == case.id)
    )
    return [(row.issue_id, row.entry_id) for row in rows]


def issue(case: Case, issue_id: UUID) -> Issue | None:
    """Return an issue of this case, or None."""
    return db.session.scalar(select(Issue).where(Issue.case_id == case.id, Issue.id == issue_id))


def choices(case: Case) -> list[tuple[str, str]]:
    """Return (id, "1. Title") of the issues that stand, for a form."""
    rows = db.session.execute(
        select(Issue.id, Issue.number, Issue.title)
        .where(Issue.case_id == case.id, Issue.is_withdrawn.is_(False))
        .order_by(Issue.number)
    )
    return [(str(row.id), f"{row.number}. {row.title}") for row in rows]


def issues_by_entry(case: Case, entry_ids: Collection[UUID]) -> dict[UUID, list[IssueRef]]:
    """Return the issues that each of these entries supports, by number; one query."""
    found: dict[UUID, list[IssueRef]] = defaultdict(list)
    if not entry_ids:
        return found
    rows = db.session.execute(
        select(IssueEvidence.entry_id, Issue.id, Issue.number, Issue.title, Issue.is_withdrawn)
        .join(Issue, Issue.id == IssueEvidence.issue_id)
        .where(IssueEvidence.case_id == case.id, IssueEvidence.entry_id.in_(entry_ids))
        .order_by(Issue.number)
    )
    for row in rows:
        found[row.entry_id].append(IssueRef(row.id, row.number, row.title, row.is_withdrawn))
    return found


def issues_by_ids(case: Case, issue_ids: Collection[UUID]) -> list[Issue]:
    """Return those of these issues that belong to the case."""
    if not issue_ids:
        return []
    return list(db.session.scalars(select(Issue).where(Issue.case_id == case.id, Issue.id.in_(issue_ids))))


def supports_of(case: Case, issue_id: UUID, visible: Collection[str]) -> list[Support]:
    """Return every current, visible entry that supports an issue, newest first."""
    rows = db.session.execute(_current_ties(case, visible).where(IssueEvidence.issue_id == issue_id))
    return [_support(row) for row in rows]


def matrix(case: Case, visible: Collection[str]) -> Matrix:
    """Count current, visible entries by issue and kind, and those that support no issue; two queries."""
    ties = _current_ties(case, visible).order_by(None).subquery()
    counts: dict[UUID, dict[str, int]] = defaultdict(dict)
    for issue_id, kind, count in db.session.execute(
        select(ties.c.issue_id, ties.c.kind, func.count()).group_by(ties.c.issue_id, ties.c.kind)
    ):
        counts[issue_id][kind] = count
    kinds = {kind for row in counts.values() for kind in row}
    return Matrix([kind for kind in EVIDENCE_KINDS if kind in kinds], counts, _unlinked(case, visible))


def strengths(case: Case, visible: Collection[str]) -> dict[UUID, Strength]:
    """Return how well each issue that has any support is supported; one query."""
    ties = _current_ties(case, visible).order_by(None).subquery()
    entry = EvidenceEntry
    found = db.session.execute(
        select(
            ties.c.issue_id,
            func.count().label("entries"),
            func.count().filter(entry.weight == "strong").label("strong"),
            func.count().filter(entry.weight == "weak").label("weak"),
            func.count().filter(entry.learned == "saw").label("first_hand"),
            func.count().filter(func.jsonb_array_length(entry.documents) > 0).label("with_paper"),
        )
        .join(entry, entry.id == ties.c.id)
        .group_by(ties.c.issue_id)
    )
    return {row.issue_id: Strength(row.entries, row.strong, row.weak, row.first_hand, row.with_paper) for row in found}


def _supports(case: Case, visible: Collection[str] | None) -> tuple[dict[UUID, list[Support]], dict[UUID, int]]:
    """The newest entries of each issue and how many there are, in one query."""
    ties = _current_ties(case, visible).order_by(None).subquery()
    of_issue = {"partition_by": ties.c.issue_id}
    newest = (ties.c.happened_on.desc(), ties.c.number.desc())
    ranked = select(
        ties,
        func.row_number().over(order_by=newest, **of_issue).label("place"),
        func.count().over(**of_issue).label("of_all"),
    ).subquery()
    supports: dict[UUID, list[Support]] = defaultdict(list)
    counts: dict[UUID, int] = defaultdict(int)
    for row in db.session.execute(select(ranked).where(ranked.c.place <= NEWEST_SHOWN).order_by(ranked.c.place)):
        supports[row.issue_id].append(_support(row))
        counts[row.issue_id] = row.of_all
    return supports, counts


def _current_ties(case: Case, visible: Collection[str] | None) -> Select[Any]:
    entry = EvidenceEntry
    found = (
        select(
            IssueEvidence.issue_id,
            entry.id,
            entry.number,
            entry.kind,
            entry.happened_on,
            entry.happened_at,
            entry.precision,
            entry.title,
        )
        .join(entry, entry.id == IssueEvidence.entry_id)
        .where(
            IssueEvidence.case_id == case.id,
            is_current(case),
        )
        .order_by(entry.happened_on.desc(), entry.happened_at.desc().nulls_last(), entry.number.desc())
    )
    return found if visible is None else found.where(entry.visibility.in_(visible))


def _unlinked(case: Case, visible: Collection[str]) -> int:
    entry = EvidenceEntry
    count = db.session.scalar(
        select(func.count())
        .select_from(entry)
        .where(
            entry.case_id == case.id,
            entry.visibility.in_(visible),
            is_current(case),
            entry.id.not_in(select(IssueEvidence.entry_id).where(IssueEvidence.case_id == case.id)),
        )
    )
    return count or 0


def _support(row: Any) -> Support:
    return Support(row.id, row.number, row.kind, row.happened_on, row.happened_at, row.precision, row.title)
