"""The tus protocol, version 1.0.0 (https://tus.io/protocols/resumable-upload): what its headers say.

Core, and of its extensions creation, termination, expiration and checksum.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import NamedTuple

from werkzeug.datastructures import Headers, MultiDict

from casemgr.uploads.parts import CHECKSUMS

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,expiration,checksum"
BODY = "application/offset+octet-stream"
MOST_TOLD = 8000  # characters of Upload-Metadata
CHECKSUM_MISMATCH = 460


class Malformed(Exception):
    """A header that the protocol does not allow. The message is a sentence; `status` is the HTTP status."""

    def __init__(self, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.status = status


class Told(NamedTuple):
    """What a client says about a file before it sends it. `fields` are those of the form beside the drop zone."""

    size: int
    name: str
    fingerprint: str
    raw: str
    fields: MultiDict[str, str]


def creation(headers: Headers) -> Told:
    """Read the headers of a request that begins an upload. Raises Malformed."""
    if "Upload-Defer-Length" in headers:
        raise Malformed("The size of the file must be told first (Upload-Length).")
    raw = headers.get("Upload-Metadata", "")
    values = metadata(raw)
    return Told(
        whole_number(headers, "Upload-Length"),
        values.get("filename", "") or values.get("name", ""),
        values.get("fingerprint", "")[:300],
        raw,
        fields_in(raw),
    )


def metadata(raw: str) -> dict[str, str]:
    """Read `key base64,key base64`. Raises Malformed."""
    if len(raw) > MOST_TOLD:
        raise Malformed("Upload-Metadata is too long.")
    values = {}
    for pair in filter(None, (part.strip() for part in raw.split(","))):
        key, _, value = pair.partition(" ")
        try:
            values[key] = base64.b64decode(value.strip(), validate=True).decode("utf-8", "replace").replace("\x00", "")
        except ValueError as problem:
            raise Malformed("Upload-Metadata is not as the protocol wants it.") from problem
    return values


def fields_in(raw: str) -> MultiDict[str, str]:
    """Return the fields of the form beside the drop zone: what is told as `field-<name>`."""
    return MultiDict(
        (key.removeprefix("field-"), value) for key, value in metadata(raw).items() if key.startswith("field-")
    )


def whole_number(headers: Headers, name: str) -> int:
    """Return the number in a header. Raises Malformed."""
    text = headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Malformed(f"{name} must be a whole number.")
    return int(text)


def checksum(headers: Headers) -> tuple[str, bytes] | None:
    """Return the algorithm and the digest that a piece must have; None when none was sent. Raises Malformed."""
    sent = headers.get("Upload-Checksum")
    if sent is None:
        return None
    algorithm, _, value = sent.partition(" ")
    if algorithm not in CHECKSUMS:
        raise Malformed(f"Upload-Checksum must be one of {', '.join(CHECKSUMS)}.")
    try:
        return algorithm, base64.b64decode(value.strip(), validate=True)
    except ValueError as problem:
        raise Malformed("Upload-Checksum is not as the protocol wants it.") from problem


def http_date(instant: datetime) -> str:
    """An instant as HTTP writes it (RFC 9110, 5.6.7)."""
    return format_datetime(instant.astimezone(UTC), usegmt=True)
