"""Is the evidence log of a case still what was written? Recompute the chain and the stored files.

What this can and cannot prove: every change inside the chain shows, and a missing end shows as long as the audit
log still tells of it. Somebody who rewrites the whole chain *and* the audit log leaves no trace in this database;
against that stands a hash that was printed or mailed out earlier.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.audit.models import AuditEvent
from casemgr.cases.models import Case
from casemgr.documents.models import Document
from casemgr.evidence import chain
from casemgr.evidence.models import EvidenceDocument, EvidenceEntry
from casemgr.evidence.services import LOGGED
from casemgr.extensions import db
from casemgr.storage.objects import ObjectMissing, ObjectStore

VERIFIED = "evidence:log:verify"


@dataclass(frozen=True)
class Broken:
    """The first entry that is not as it was written. `what`: missing, changed, order, papers or file."""

    number: int
    what: str
    why: str


@dataclass(frozen=True)
class Verification:
    """The result. `head` is the hash of the last entry; written down elsewhere, it pins the whole log."""

    intact: bool
    checked_entries: int
    checked_files: int
    first_broken: Broken | None
    head: str

    @property
    def summary(self) -> str:
        if self.first_broken:
            return f"The log is broken at entry No. {self.first_broken.number}. {self.first_broken.why}"
        if not self.checked_entries:
            return "The log is empty, and nothing shows that it was ever otherwise."
        entries = "1 entry is" if self.checked_entries == 1 else f"All {self.checked_entries:,} entries are"
        files = "" if not self.checked_files else f" {_files(self.checked_files)} unchanged too."
        return f"The log is intact. {entries} as first written.{files}"


@dataclass
class _Witnesses:
    """What else knows of the entries: the audit log, the table of links, the papers."""

    logged: dict[int, str]
    links: dict[UUID, set[tuple[str, int | None]]]
    papers: dict[str, str]
    files: dict[str, bool] = field(default_factory=dict)


def verify_case(case: Case, files: ObjectStore | None = None) -> Verification:
    """Recompute a case's chain from its first entry, and read every linked file back.

    Checks, in the order of the numbers, that none is missing, each entry has the hash of its content, continues
    the one before it, still has its papers, and that the papers' stored bytes are the ones that were linked.
    """
    if files is None:
        from casemgr.documents.store import store

        files = store()
    logged = _logged(case)  # before the entries: one that is added meanwhile must not look missing
    entries = db.session.scalars(
        select(EvidenceEntry)
        .where(EvidenceEntry.case_id == case.id)
        .order_by(EvidenceEntry.number)
        .execution_options(populate_existing=True)
    ).all()
    witnesses = _Witnesses(logged, _links(case), _papers(case))
    previous, checked = chain.genesis(case.id), 0
    for entry in entries:
        broken = _first_fault(entry, checked + 1, previous, witnesses, case, files)
        if broken:
            return Verification(False, checked, len(witnesses.files), broken, previous)
        previous, checked = entry.hash, checked + 1
    ended_early = _missing(checked + 1) if any(number > checked for number in witnesses.logged) else None
    return Verification(ended_early is None, checked, len(witnesses.files), ended_early, previous)


def verify_and_record(case: Case, *, by: User | None) -> Verification:
    """Verify the log and keep the result in the audit log."""
    found = verify_case(case)
    broken = found.first_broken
    audit.record(
        case,
        VERIFIED,
        by=by,
        intact=found.intact,
        entries=found.checked_entries,
        files=found.checked_files,
        head=found.head,
        broken=broken.number if broken else None,
        summary=found.summary,
    )
    db.session.commit()
    return found


def past_verifications(case: Case, limit: int = 10) -> list[AuditEvent]:
    """Return the kept results, newest first."""
    return list(
        db.session.scalars(
            select(AuditEvent)
            .where(AuditEvent.org_id == case.org_id, AuditEvent.case_id == case.id, AuditEvent.action == VERIFIED)
            .order_by(AuditEvent.at.desc())
            .limit(limit)
        )
    )


def _first_fault(
    entry: EvidenceEntry, number: int, previous: str, known: _Witnesses, case: Case, files: ObjectStore
) -> Broken | None:
    if entry.number != number:
        return _missing(number)
    faults = itertools.chain(
        _chain_faults(entry, previous, known), _paper_faults(entry, known), _file_faults(entry, known, case, files)
    )
    return next(faults, None)


def _chain_faults(entry: EvidenceEntry, previous: str, known: _Witnesses) -> Iterator[Broken]:
    """`previous` is the hash of the entry before, which was found sound: a break of the link is this entry's."""
    if _recomputed(entry) != entry.hash:
        yield Broken(entry.number, "changed", "What it says is not what was written when it was recorded.")
    if known.logged.get(entry.number, entry.hash) != entry.hash:
        yield Broken(entry.number, "changed", "It was rewritten: its hash is not the one kept in the audit log.")
    if entry.previous_hash != previous:
        yield Broken(
            entry.number, "order", "It does not continue the entry before it: one of the two was replaced or moved."
        )


def _recomputed(entry: EvidenceEntry) -> str | None:
    try:
        return chain.entry_hash(entry.previous_hash, chain.canonical(entry))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None  # a row damaged so far that it has no canonical form


def _paper_faults(entry: EvidenceEntry, known: _Witnesses) -> Iterator[Broken]:
    if known.links.get(entry.id, set()) != {(paper["id"], paper.get("page")) for paper in entry.documents}:
        yield Broken(entry.number, "papers", "The papers linked to it are not the ones it was recorded with.")
    if any(known.papers.get(paper["id"]) != paper["sha256"] for paper in entry.documents):
        yield Broken(entry.number, "papers", "A paper it was recorded with was replaced or is gone.")


def _file_faults(entry: EvidenceEntry, known: _Witnesses, case: Case, files: ObjectStore) -> Iterator[Broken]:
    for paper in entry.documents:
        sha256 = paper["sha256"]
        if sha256 not in known.files:
            known.files[sha256] = _is_whole(files, case, sha256)
        if not known.files[sha256]:
            yield Broken(entry.number, "file", "The stored file of one of its papers is missing or was altered.")


def _is_whole(files: ObjectStore, case: Case, sha256: str) -> bool:
    try:
        return files.verify(case.org_id, sha256)
    except ObjectMissing:
        return False


def _missing(number: int) -> Broken:
    return Broken(number, "missing", "It was recorded, but it is no longer in the log.")


def _logged(case: Case) -> dict[int, str]:
    rows = db.session.scalars(
        select(AuditEvent.detail).where(
            AuditEvent.org_id == case.org_id, AuditEvent.case_id == case.id, AuditEvent.action == LOGGED
        )
    )
    return {row["number"]: row["hash"] for row in rows}


def _links(case: Case) -> dict[UUID, set[tuple[str, int | None]]]:
    found: dict[UUID, set[tuple[str, int | None]]] = defaultdict(set)
    rows = db.session.execute(
        select(EvidenceDocument.entry_id, EvidenceDocument.document_id, EvidenceDocument.page).where(
            EvidenceDocument.case_id == case.id
        )
    )
    for row in rows:
        found[row.entry_id].add((str(row.document_id), row.page))
    return found


def _papers(case: Case) -> dict[str, str]:
    rows = db.session.execute(select(Document.id, Document.sha256).where(Document.case_id == case.id))
    return {str(row.id): row.sha256 for row in rows}


def _files(count: int) -> str:
    return "The one linked file is" if count == 1 else f"The {count:,} linked files are"
