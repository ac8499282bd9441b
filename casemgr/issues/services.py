"""Write issues and tie evidence to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.evidence.models import EvidenceEntry
from casemgr.extensions import db
from casemgr.issues.models import Issue, IssueEvidence
from casemgr.platform.locking import check_version


@dataclass(frozen=True)
class NewIssue:
    """What a person says went wrong. `law` and `area` are keys of issues.areas; `id` is the form's one-time id."""

    title: str
    law: str
    area: str = ""
    since_on: date | None = None
    known_on: date | None = None
    facts: str = ""
    relief: str = ""
    id: UUID = field(default_factory=uuid4)


def add_issue(case: Case, new: NewIssue, *, by: User | None, commit: bool = True) -> Issue:
    """Add an issue with the next number of its case. A number is never used again, also after a withdrawal."""
    _lock(case)
    last = db.session.scalar(select(func.max(Issue.number)).where(Issue.case_id == case.id)) or 0
    issue = Issue(id=new.id, org_id=case.org_id, case_id=case.id, number=last + 1, **_words(new))
    db.session.add(issue)
    db.session.flush()
    audit.record(case, "issues:issue:add", by=by, subject=issue.id, law=new.law, area=new.area)
    if commit:
        db.session.commit()
    return issue


def told_of(issue: Issue) -> NewIssue:
    """Return what an issue says now."""
    return NewIssue(
        issue.title, issue.law, issue.area, issue.since_on, issue.known_on, issue.facts, issue.relief, id=issue.id
    )


def edit_issue(case: Case, issue: Issue, new: NewIssue, *, version: int, by: User | None, commit: bool = True) -> None:
    """Replace what an issue says. Raises StaleForm, and changes nothing, when it was saved in between."""
    check_version(issue, version)
    for name, value in _words(new).items():
        setattr(issue, name, value)
    audit.record(case, "issues:issue:edit", by=by, subject=issue.id)
    if commit:
        db.session.commit()


def set_withdrawn(case: Case, issue: Issue, is_withdrawn: bool, *, version: int, by: User | None) -> None:
    """Withdraw an issue, or take it up again. Its text, number and evidence stay. Raises StaleForm."""
    check_version(issue, version)
    issue.is_withdrawn = is_withdrawn
    audit.record(case, f"issues:issue:{'withdraw' if is_withdrawn else 'restore'}", by=by, subject=issue.id)
    db.session.commit()


def link(issue: Issue, entry: EvidenceEntry, *, by: User | None, commit: bool = True) -> bool:
    """Tie an entry of the same case to an issue. Returns False when it was tied already."""
    made = db.session.execute(
        insert(IssueEvidence)
        .values(id=uuid4(), org_id=issue.org_id, case_id=issue.case_id, issue_id=issue.id, entry_id=entry.id)
        .on_conflict_do_nothing(index_elements=["issue_id", "entry_id"])
        .returning(IssueEvidence.id)
    ).scalar()
    if made is not None:
        _record_tie(issue, entry, "link", by)
    if commit:
        db.session.commit()
    return made is not None


def link_all(issue: Issue, entries: list[EvidenceEntry], *, by: User | None) -> int:
    """Tie several entries at once; returns how many were not tied before."""
    made = sum(link(issue, entry, by=by, commit=False) for entry in entries)
    db.session.commit()
    return made


def change_ties(
    issues: dict[UUID, Issue],
    entries: dict[UUID, EvidenceEntry],
    was: set[tuple[UUID, UUID]],
    became: set[tuple[UUID, UUID]],
    *,
    by: User | None,
) -> tuple[int, int]:
    """Tie and untie what a person changed on a page of many; what others changed meanwhile stays.

    Args:
        was, became: (issue id, entry id) as the page showed them and as the person left them; a pair with an id that
            is not among `issues` or `entries` is passed over.
    Returns: how many were tied and how many untied."""
    made = undone = 0
    for issue_id, entry_id in sorted(was ^ became):
        issue, entry = issues.get(issue_id), entries.get(entry_id)
        if issue is None or entry is None:
            continue
        if (issue_id, entry_id) in became:
            made += link(issue, entry, by=by, commit=False)
        else:
            undone += unlink(issue, entry, by=by, commit=False)
    db.session.commit()
    return made, undone


def unlink(issue: Issue, entry: EvidenceEntry, *, by: User | None, commit: bool = True) -> bool:
    """Undo a tie. The entry itself stays in the log. Returns False when there was no tie."""
    gone = db.session.execute(
        delete(IssueEvidence)
        .where(IssueEvidence.issue_id == issue.id, IssueEvidence.entry_id == entry.id)
        .returning(IssueEvidence.id)
    ).scalar()
    if gone is not None:
        _record_tie(issue, entry, "unlink", by)
    if commit:
        db.session.commit()
    return gone is not None


def _record_tie(issue: Issue, entry: EvidenceEntry, verb: str, by: User | None) -> None:
    case = db.session.get_one(Case, issue.case_id)
    audit.record(case, f"issues:evidence:{verb}", by=by, subject=issue.id, entry=str(entry.id))


def _words(new: NewIssue) -> dict[str, object]:
    names = ("title", "law", "area", "since_on", "known_on", "facts", "relief")
    return {name: getattr(new, name) for name in names}


def _lock(case: Case) -> None:
    """Let one writer at a time number the issues of a case. Readers, and rows that point to the case, go on."""
    db.session.execute(select(Case.id).where(Case.id == case.id).with_for_update(key_share=True))
