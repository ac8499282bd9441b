"""Bytes on their way into the store: counted, hashed and limited while they pass."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from casemgr.storage.errors import TooLarge

MIB = 1024 * 1024
EDGE = 64 * 1024  # bytes of head and tail that are handed to `sniff`


@dataclass(frozen=True)
class Stored:
    """Bytes that are safe. `head` and `tail` are the first and the last 64 KiB, for `sniff`.

    `already_there` says that the organization held the same bytes before."""

    sha256: str
    size: int
    head: bytes = field(repr=False)
    tail: bytes = field(repr=False)
    already_there: bool = False


class Intake:
    """Passes chunks on while it counts and hashes them, and keeps both ends. Holds no more than two chunks."""

    def __init__(self, chunks: Iterable[bytes], max_bytes: int) -> None:
        self._chunks, self._max_bytes = chunks, max_bytes
        self.digest, self.size = hashlib.sha256(), 0
        self.head, self.tail = bytearray(), bytearray()

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            if not chunk:
                continue
            self.size += len(chunk)
            if self.size > self._max_bytes:
                raise TooLarge(f"This file is larger than the limit of {_in_words(self._max_bytes)}.")
            self.digest.update(chunk)
            if len(self.head) < EDGE:
                self.head += chunk[: EDGE - len(self.head)]
            self.tail += chunk[-EDGE:]
            del self.tail[:-EDGE]
            yield chunk


def _in_words(size: int) -> str:
    return f"{size / MIB:,.0f} MB" if size >= MIB else f"{size / 1024:,.0f} KB" if size >= 1024 else f"{size} bytes"
