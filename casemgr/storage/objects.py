"""Keep the bytes of uploaded files, once each, under the SHA-256 of their content.

Keys are `org/<org_id>/<first two digits>/<sha256>`: per organization, so that nobody can learn from a store
whether somebody else holds the same paper. Bytes arrive under `incoming/<uuid>` and move to their key only when
all of them are on disk; a row in the database may therefore be written as soon as `put_stream` returns.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID


@dataclass(frozen=True)
class Stored:
    """Bytes that are safe. `head` and `tail` are the first and the last 64 KiB, for `sniff`."""

    sha256: str
    size: int
    head: bytes
    tail: bytes
    already_there: bool


class StorageError(Exception):
    """Nothing was stored; the message is a sentence that may be shown."""


class TooLarge(StorageError): ...


class EmptyFile(StorageError): ...


class StorageFull(StorageError): ...


class ObjectMissing(StorageError): ...


class ObjectStore:
    def put_stream(self, org_id: UUID | str, chunks: Iterable[bytes], *, max_bytes: int) -> Stored:
        """Store what `chunks` yields, in constant memory, and return its hash once it is on disk."""
        raise NotImplementedError

    def put_bytes(self, org_id: UUID | str, data: bytes, *, max_bytes: int | None = None) -> Stored: ...

    def open_stream(self, org_id: UUID | str, sha256: str) -> Iterator[bytes]: ...

    def local_path(self, org_id: UUID | str, sha256: str) -> AbstractContextManager[Path]: ...

    def exists(self, org_id: UUID | str, sha256: str) -> bool: ...

    def size(self, org_id: UUID | str, sha256: str) -> int: ...

    def delete(self, org_id: UUID | str, sha256: str) -> None: ...

    def verify(self, org_id: UUID | str, sha256: str) -> bool: ...

    def list_keys(self, org_id: UUID | str | None = None) -> Iterator[tuple[str, str]]:
        """(org_id, sha256) of every stored object."""

    def sweep(
        self, referenced: Collection[tuple[str, str]] | Callable[[str, str], bool], older_than: timedelta
    ) -> list[str]:
        """Delete objects that no row refers to, and left-over incoming bytes; return the keys removed."""


def open_store(url_or_path: str | Path) -> ObjectStore:
    """A folder (made when missing), `file:///…`, `memory:///` or `s3://bucket/prefix`."""
    raise NotImplementedError
