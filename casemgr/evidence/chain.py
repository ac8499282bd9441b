"""The hash chain of a case's evidence log. Pure: nothing here knows a database or a clock.

**Canonical form** (version 1). One JSON object, UTF-8, keys sorted, no spaces between tokens, characters
written as themselves (no \\u escapes beyond what JSON demands), every text in Unicode NFC:

    form               1
    case, entry        ids (lower-case UUID)
    number             from 1, without a gap
    kind, precision, title, body, shows, visibility, correction_reason, recorded_by_name    text
    happened_on        YYYY-MM-DD;  happened_at  HH:MM:SS (local) or null
    people             [{"id": UUID or null, "name": text}], in the order of the entry
    documents          [{"id": UUID, "page": number or null, "sha256": hex}], in the order of the entry
    supersedes         UUID of the entry that this one corrects, or null
    recorded_by        UUID or null;  recorded_at  YYYY-MM-DDTHH:MM:SS.ffffffZ (UTC, microseconds)

**Version 2** is version 1 with `form` 2 and two more texts, `weight` and `learned`. An entry that says neither is
written in version 1, as all entries were before there was another; so every hash of those stays what it was.

**Version 3** is version 2 with `form` 3 and one more text in each of the documents, `quote`: the words that the entry
quotes from that page, or an empty text. An entry that quotes nothing is written in version 1 or 2.

**Hash** of an entry: SHA-256, in lower-case hexadecimal, of the previous entry's hash (its 64 digits), a line
feed, and the canonical form. Before the first entry stands `genesis(case_id)`.

Anyone can recompute this with standard tools; nothing here may change without a new `form` number.
"""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import Any, Protocol
from uuid import UUID

FORM = 3


class Entry(Protocol):
    """What the chain reads of an entry; a row of `evidence_entries` is one."""

    id: Any
    case_id: Any
    number: Any
    kind: Any
    happened_on: Any
    happened_at: Any
    precision: Any
    title: Any
    body: Any
    shows: Any
    weight: Any
    learned: Any
    people: Any
    documents: Any
    visibility: Any
    supersedes_id: Any
    correction_reason: Any
    recorded_by: Any
    recorded_by_name: Any
    recorded_at: Any


def genesis(case_id: UUID) -> str:
    """Return what stands before the first entry of a case: the SHA-256 of a fixed sentence with its id."""
    return sha256(f"casemgr evidence log of case {case_id}".encode()).hexdigest()


def entry_hash(previous_hash: str, canonical: bytes) -> str:
    """Return the hash of an entry: SHA-256 of the previous hash, a line feed, and the canonical form."""
    return sha256(previous_hash.encode("ascii") + b"\n" + canonical).hexdigest()


def canonical(entry: Entry) -> bytes:
    """Return the canonical form of an entry, as the module's heading defines it.

    Raises ValueError for an instant without a zone: it would read differently on another machine."""
    quotes = any(one.get("quote") for one in entry.documents)
    later = {"form": FORM if quotes else 2, "weight": entry.weight, "learned": entry.learned}
    return json.dumps(
        {
            "form": 1,
            "case": str(entry.case_id),
            "entry": str(entry.id),
            "number": entry.number,
            "kind": entry.kind,
            "happened_on": _day(entry.happened_on),
            "happened_at": _clock(entry.happened_at),
            "precision": entry.precision,
            "title": _text(entry.title),
            "body": _text(entry.body),
            "shows": _text(entry.shows),
            "people": [{"id": _id(one.get("id")), "name": _text(one["name"])} for one in entry.people],
            "documents": [
                {"id": _id(one["id"]), "page": one.get("page"), "sha256": one["sha256"]}
                | ({"quote": _text(one.get("quote", ""))} if quotes else {})
                for one in entry.documents
            ],
            "visibility": entry.visibility,
            "supersedes": _id(entry.supersedes_id),
            "correction_reason": _text(entry.correction_reason),
            "recorded_by": _id(entry.recorded_by),
            "recorded_by_name": _text(entry.recorded_by_name),
            "recorded_at": _instant(entry.recorded_at),
        }
        | (later if quotes or entry.weight or entry.learned else {}),
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


def _text(value: str) -> str:
    return unicodedata.normalize("NFC", value)


def _id(value: UUID | str | None) -> str | None:
    return None if value is None else str(value).lower()


def _day(value: date) -> str:
    return value.isoformat()


def _clock(value: time | None) -> str | None:
    return None if value is None else f"{value:%H:%M:%S}"


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("an instant of the log must name its zone")
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
