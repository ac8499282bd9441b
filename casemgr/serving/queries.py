"""Read what went out, and the certificates that were made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.serving.models import SentCopy, ServiceCertificate

OUT = ("accepted", "by_hand")
MAYBE_OUT = (*OUT, "queued", "handing_over", "unknown")
_WORST_FIRST = ("unknown", "refused", "handing_over", "queued", "taken_back", "by_hand", "accepted")


@dataclass(frozen=True)
class Sending:
    """What went to one recipient at once: one row, or one for each message."""

    rows: tuple[SentCopy, ...]

    @property
    def first(self) -> SentCopy:
        return self.rows[0]

    @property
    def state(self) -> str:
        """What is worst among its messages."""
        return min((row.state for row in self.rows), key=_WORST_FIRST.index)

    @property
    def is_out(self) -> bool:
        """Whether all of it went out."""
        return len(self.rows) == self.first.parts and all(row.state in OUT for row in self.rows)

    def is_of(self, sha256: str) -> bool:
        """Whether all of it went out, and is a copy of what has this hash: a packet may have been made again since."""
        return self.is_out and self.first.of_sha256 == sha256

    @property
    def days(self) -> list[date]:
        return sorted({row.sent_on for row in self.rows if row.sent_on})


def copies_of(keys: Mapping[str, UUID | None]) -> Sequence[SentCopy]:
    """Return all rows of a packet or version (see Outgoing.keys), oldest first, also those that failed."""
    return _rows(SentCopy, keys, SentCopy.created_at, SentCopy.part, SentCopy.id)


def sendings_of(keys: Mapping[str, UUID | None]) -> list[Sending]:
    """Return the same, with the messages of one sending together."""
    found: dict[UUID, list[SentCopy]] = {}
    for row in copies_of(keys):
        found.setdefault(row.sending_id, []).append(row)
    return [Sending(tuple(sorted(rows, key=lambda row: row.part))) for rows in found.values()]


def sending(row: SentCopy) -> Sending:
    wanted = select(SentCopy).where(SentCopy.case_id == row.case_id, SentCopy.sending_id == row.sending_id)
    return Sending(tuple(db.session.scalars(wanted.order_by(SentCopy.part))))


def went_out(version_id: UUID) -> list[SentCopy]:
    """Return the copies of a version of a binder that others have, or may have."""
    wanted = select(SentCopy).where(SentCopy.version_id == version_id, SentCopy.state.in_(MAYBE_OUT))
    return list(db.session.scalars(wanted.order_by(SentCopy.created_at, SentCopy.part)))


def is_on_record(*, packet_id: UUID | None = None, binder_id: UUID | None = None) -> bool:
    """Whether anything was ever sent or noted of a packet, or of a binder."""
    column, value = (SentCopy.packet_id, packet_id) if packet_id else (SentCopy.binder_id, binder_id)
    return db.session.scalar(select(SentCopy.id).where(column == value).limit(1)) is not None


def certificates_of(keys: Mapping[str, UUID | None]) -> list[tuple[ServiceCertificate, Document]]:
    """Return the certificates of service, the newest first: that one counts."""
    rows = _rows(ServiceCertificate, keys, ServiceCertificate.number.desc())
    papers = {one.id: one for one in _papers(row.document_id for row in rows)}
    return [(row, papers[row.document_id]) for row in rows]


def _papers(ids: Iterable[UUID]) -> Sequence[Document]:
    return db.session.scalars(select(Document).where(Document.id.in_(list(ids)))).all()


def _rows(model: Any, keys: Mapping[str, UUID | None], *order: Any) -> Any:
    name = "packet_id" if keys["packet_id"] else "version_id"
    return db.session.scalars(select(model).where(getattr(model, name) == keys[name]).order_by(*order)).all()
