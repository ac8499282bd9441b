"""Export the evidence log of a case with its files, as one archive that proves itself (see archive.py)."""

from __future__ import annotations

import base64
import csv
import io
import json
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from casemgr import __version__
from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.audit.models import AuditEvent
from casemgr.cases.models import Case
from casemgr.documents import custody, quarantine
from casemgr.documents import queries as paper_queries
from casemgr.documents.kin import closed_twins, holding_closed
from casemgr.documents.kinds import DOCUMENT_KINDS
from casemgr.documents.models import Document
from casemgr.documents.store import store
from casemgr.evidence import archive, chain, claims
from casemgr.evidence.kinds import EVIDENCE_KINDS, LEARNED, WEIGHTS, when_words
from casemgr.evidence.models import EvidenceEntry
from casemgr.extensions import db
from casemgr.heads import queries as heads
from casemgr.storage.errors import ObjectAltered, ObjectMissing

EXPORTED = "evidence:log:export"
MOST_BYTES = 4 * 1024**3
"""What a page packs at once; `python -m casemgr export` knows no limit."""
STYLE = Path(__file__).resolve().parent.parent / "static" / "css" / "archive.css"
SHARED = frozenset({"shared"})
"""What an archive for handing on may hold."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_room = threading.BoundedSemaphore(2)  # packing reads every file: two at a time in one process leave room for pages


class ExportRefused(Exception):
    """Nothing was exported. `status` is the HTTP status; the message says what to do."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Extent:
    """What an export by this person would hold. `left_out` counts entries that they may not open."""

    entries: int
    left_out: int
    papers: int
    bytes: int

    @property
    def is_too_large(self) -> bool:
        return self.bytes > MOST_BYTES


def extent(case: Case, visible: Collection[str]) -> Extent:
    """Return how much there is to export for somebody who may open `visible`."""
    entries = _entries(case)
    shown = _shown(case, visible, entries)
    papers = _papers(case, visible, shown)
    return Extent(len(entries), len(entries) - len(shown), len(papers), sum(row.size for row in papers))


def export(
    case: Case, visible: Collection[str], out: IO[bytes], *, by: User, most_bytes: int | None
) -> archive.Written:
    """Write the archive of what is `visible`, and record that in the audit log and in the custody of each file.

    Args:
        out: a seekable file. most_bytes: of all files together; None for no limit.
    Raises ExportRefused, also when two are being made already; OSError when the disk is full. Then nothing is
    recorded."""
    with _one_of_few():
        contents, papers, readable = _gather(case, visible, by)
        if most_bytes is not None and sum(row.size for row in papers) > most_bytes:
            raise ExportRefused(
                413,
                "These files together are too large to pack here. Ask whoever looks after this installation to run"
                " “python -m casemgr export”; that knows no limit.",
            )
        db.session.rollback()  # no transaction stays open while files are copied
        written = archive.write_archive(out, contents, _opener(case.org_id), readable)
    _record(case, [row.id for row in papers], written, contents, by)
    return written


def past_exports(case: Case, limit: int = 10) -> list[AuditEvent]:
    """Return the exports of this case, newest first, with their seals."""
    return list(
        db.session.scalars(
            select(AuditEvent)
            .where(AuditEvent.org_id == case.org_id, AuditEvent.case_id == case.id, AuditEvent.action == EXPORTED)
            .order_by(AuditEvent.at.desc())
            .limit(limit)
        )
    )


@dataclass(frozen=True)
class _Paper:
    id: UUID
    sha256: str
    size: int


def _gather(case: Case, may_open: Collection[str], by: User) -> tuple[archive.Contents, list[_Paper], dict[str, bytes]]:
    entries = _entries(case)
    visible = _shown(case, may_open, entries)
    shown = {entry.id for entry in visible}
    rows = _papers(case, may_open, visible)
    places: dict[str, str] = {}
    for row in rows:
        places.setdefault(row.sha256, archive.member_name(len(places) + 1, row.original_name))
    papers = [
        archive.ArchivedPaper(str(row.id), row.sha256, row.size, places[row.sha256], _about(row, may_open))
        for row in rows
    ]
    inside = {paper.id for paper in papers}
    away = {one["id"]: one["sha256"] for entry in visible for one in entry.documents if one["id"] not in inside}
    contents = archive.Contents(
        case_id=str(case.id),
        genesis=chain.genesis(case.id),
        program=__version__,
        exported_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        exported_by=by.name,
        entries=[_archived(entry, entry.id in shown) for entry in entries],
        papers=papers,
        left_out_papers=[{"id": key, "sha256": away[key]} for key in sorted(away)],
        stamps=_stamps(case),
        issues=claims.issues_of(case, visible, withdrawn=not SHARED.issuperset(may_open)),
        goals=claims.goals_of(case, visible),
    )
    readable = {
        archive.INDEX: current_app.jinja_env.get_template("evidence/archive.html")
        .render(
            case=case,
            contents=contents,
            entries=entries,
            shown=shown,
            papers={paper.id: paper for paper in papers},
            kinds=EVIDENCE_KINDS,
            document_kinds=DOCUMENT_KINDS,
            when_words=when_words,
            learned=LEARNED,
            weights=WEIGHTS,
        )
        .encode(),
        archive.TABLE: _table(visible, contents),
        archive.STYLE: STYLE.read_bytes(),
    }
    return contents, [_Paper(row.id, row.sha256, row.size) for row in rows], readable


def _stamps(case: Case) -> list[dict[str, Any]]:
    """The time stamps of this log, each with the certificates that it can be checked with."""
    ca_file = current_app.config["SETTINGS"].tsa_ca_file
    known = ca_file.read_text() if ca_file else ""
    return [
        {
            "entries": row.entries,
            "head": row.head,
            "authority": row.address,
            "token": base64.b64encode(row.token or b"").decode(),
            "certificates": known,
        }
        for row in heads.stamps_of(case.id)
    ]


def _entries(case: Case) -> list[EvidenceEntry]:
    return list(
        db.session.scalars(select(EvidenceEntry).where(EvidenceEntry.case_id == case.id).order_by(EvidenceEntry.number))
    )


def _shown(case: Case, visible: Collection[str], entries: Iterable[EvidenceEntry]) -> list[EvidenceEntry]:
    """The entries that are visible; none that quotes a paper which was closed since."""
    closed = select(Document.id).where(Document.case_id == case.id, Document.visibility.not_in(visible))
    ids = {str(one) for one in db.session.scalars(closed)}
    return [
        entry
        for entry in entries
        if entry.visibility in visible and not any(one.get("quote") and one["id"] in ids for one in entry.documents)
    ]


def _papers(case: Case, visible: Collection[str], entries: Iterable[EvidenceEntry]) -> list[Document]:
    """All papers that are visible and not shut; of those in the trash, the ones that a visible entry names. No file
    that holds a paper which is not visible, and in what is handed on no copy of a closed paper."""
    named = {one["id"] for entry in entries for one in entry.documents}
    rows = db.session.scalars(
        select(Document)
        .where(Document.case_id == case.id, Document.visibility.in_(visible))
        .order_by(Document.uploaded_at, Document.id)
    )
    found = [row for row in rows if (row.trashed_at is None or str(row.id) in named) and not quarantine.why_closed(row)]
    is_handed_on = SHARED.issuperset(visible)
    closed = set(holding_closed(found, visible, twins=is_handed_on)) | set(closed_twins(found) if is_handed_on else ())
    return [row for row in found if row.id not in closed]


def _archived(entry: EvidenceEntry, may_open: bool) -> archive.ArchivedEntry:
    text = chain.canonical(entry).decode() if may_open else None
    return archive.ArchivedEntry(entry.number, entry.previous_hash, entry.hash, text)


def _about(row: Document, visible: Collection[str]) -> dict[str, Any]:
    return {
        "title": row.title,
        "kind": row.kind,
        "original_name": row.original_name,
        "media_type": row.media_type,
        "document_on": row.document_on.isoformat() if row.document_on else None,
        "received_on": row.received_on.isoformat() if row.received_on else None,
        "received_how": row.received_how,
        "source": row.source,
        "visibility": row.visibility,
        "in_trash": row.trashed_at is not None,
        "uploaded_by": row.uploaded_by_name,
        "uploaded_at": f"{row.uploaded_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "custody": json.loads(json.dumps(paper_queries.custody_for(row, visible))),
    }


def _opener(org_id: UUID) -> Callable[[str], Iterator[bytes] | None]:
    """Give what the store holds; what cannot be read ends early or is not there, and shows in the archive."""

    def opened(sha256: str) -> Iterator[bytes] | None:
        try:
            return as_far_as_sound(store().open_stream(org_id, sha256))
        except (ObjectMissing, ObjectAltered):
            return None

    def as_far_as_sound(pieces: Iterator[bytes]) -> Iterator[bytes]:
        with suppress(ObjectAltered):
            yield from pieces

    return opened


def _record(case: Case, papers: list[UUID], written: archive.Written, contents: archive.Contents, by: User) -> None:
    words = f"Exported in an archive of the evidence log. Its seal begins {written.seal[:16]}."
    custody.add(case.id, papers, "exported", words, by.name)
    audit.record(
        case,
        EXPORTED,
        by=by,
        seal=written.seal,
        head=written.head,
        entries=len(contents.entries),
        left_out=contents.left_out_entries,
        papers=len(papers),
        missing=len(written.missing),
    )
    db.session.commit()


def _table(entries: list[EvidenceEntry], contents: archive.Contents) -> bytes:
    """Return the log for a spreadsheet: CSV in UTF-8 with a mark that spreadsheets know; nothing is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(
        [
            "No.",
            "Day",
            "Time",
            "Precision",
            "Kind",
            "In one line",
            "What happened",
            "What it shows",
            "How it is known",
            "How strong",
            "People",
            "Papers",
            "Who may see it",
            "Corrects",
            "Why corrected",
            "Recorded by",
            "Recorded at (UTC)",
            "Hash",
            "Issues that it supports",
            "Goals that it bears on",
        ]
    )
    members = {paper.id: paper.member for paper in contents.papers}
    supports = claims.by_entry(contents.issues, "title")
    bears_on = claims.by_entry(contents.goals, "text")
    numbers = {entry.id: entry.number for entry in entries}
    for entry in entries:
        named = [
            members.get(one["id"], "(left out)")
            + (f", page {one['page']}" if one.get("page") else "")
            + (f": “{one['quote']}”" if one.get("quote") else "")
            for one in entry.documents
        ]
        cells = [
            entry.number,
            entry.happened_on,
            entry.happened_at or "",
            entry.precision,
            EVIDENCE_KINDS.get(entry.kind, entry.kind),
            entry.title,
            entry.body,
            entry.shows,
            LEARNED[entry.learned] if entry.learned else "",
            WEIGHTS[entry.weight] if entry.weight else "",
            "; ".join(one["name"] for one in entry.people),
            "; ".join(named),
            entry.visibility,
            numbers.get(entry.supersedes_id, "(left out)") if entry.supersedes_id else "",
            entry.correction_reason,
            entry.recorded_by_name,
            f"{entry.recorded_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
            entry.hash,
            "; ".join(supports.get(entry.number, ())),
            "; ".join(bears_on.get(entry.number, ())),
        ]
        writer.writerow([_cell(cell) for cell in cells])
    return "\ufeff".encode() + out.getvalue().encode()


def _cell(value: Any) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


@contextmanager
def _one_of_few() -> Iterator[None]:
    if not _room.acquire(blocking=False):
        raise ExportRefused(429, "Two archives are being made at this moment. Wait a minute, then try again.")
    try:
        yield
    finally:
        _room.release()
