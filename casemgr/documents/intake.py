"""Take in one file: stream it into the store, and let it become an object only if we take such files.

The type is judged when the last byte has arrived and before the bytes get their final key, so a refused file
never is an object, and nothing has to be deleted that somebody else may just be storing too.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple
from uuid import UUID

from werkzeug.exceptions import ClientDisconnected

from casemgr.documents.store import store
from casemgr.storage.names import clean_name
from casemgr.storage.objects import EDGE, EmptyFile, StorageFull, Stored, StoreUnavailable, TooLarge
from casemgr.storage.sniff import sniff
from casemgr.storage.types import FileType, Refused

PIECE = 256 * 1024
AT_ONCE_PER_PERSON = 6  # a browser sends two at a time; room for a second tab and a phone


class NotTaken(Exception):
    """A file was not taken, and nothing of it was kept. `status` is the HTTP status that says so."""

    def __init__(self, status: int, reason: str, what_to_do: str) -> None:
        super().__init__(f"{reason} {what_to_do}")
        self.status, self.reason, self.what_to_do = status, reason, what_to_do


class Incoming(NamedTuple):
    """Bytes that are safe, what they are, and the client's name for them, made safe to show."""

    stored: Stored
    file_type: FileType
    name: str


def take_in(
    org_id: UUID,
    body: IO[bytes],
    client_name: str,
    *,
    size: int | None,
    max_bytes: int,
    path: Path | None = None,
) -> Incoming:
    """Store `body` in constant memory.

    Args:
        size: bytes that were announced; a body that ends earlier was cut off and is not kept. None: unknown.
        path: the file that `body` reads, where it lies on this machine and is written no more.
    Raises: NotTaken.
    """
    if size is not None and size > max_bytes:
        raise too_large(max_bytes)
    judged = _Judged(body, client_name, size)
    try:
        put = store().put_stream if path is None else partial(store().put_file, path=path)
        stored = put(org_id, judged, max_bytes=max_bytes)
    except EmptyFile as problem:
        raise NotTaken(422, "This file is empty.", "Check the original, and upload it again.") from problem
    except TooLarge as problem:
        raise too_large(max_bytes) from problem
    except StorageFull as problem:
        raise NotTaken(
            507,
            "There is no room left to keep this file.",
            "Keep your copy, and tell whoever looks after this installation that the disk is full.",
        ) from problem
    except StoreUnavailable as problem:
        raise NotTaken(
            503,
            "The place where files are kept cannot be reached now. Nothing of this file was kept.",
            "Keep your copy, and try again in a few minutes.",
        ) from problem
    except Refused as problem:
        raise NotTaken(415, problem.reason, problem.what_to_do) from problem
    except (ClientDisconnected, ConnectionError, TimeoutError) as problem:
        raise cut_off() from problem
    return Incoming(stored, judged.file_type, clean_name(client_name))


class _Judged:
    """Passes pieces on and remembers both ends; after the last one it refuses what we do not take."""

    def __init__(self, body: IO[bytes], client_name: str, size: int | None) -> None:
        self.body, self.client_name, self.announced = body, client_name, size
        self.file_type: FileType

    def __iter__(self) -> Iterator[bytes]:
        head, tail, size = b"", b"", 0
        while piece := self.body.read(PIECE):
            if len(head) < EDGE:
                head = (head + piece)[:EDGE]
            tail = (tail + piece[-EDGE:])[-EDGE:]
            size += len(piece)
            yield piece
        if self.announced is not None and size != self.announced:
            raise ClientDisconnected
        if size:
            self.file_type = sniff(head, self.client_name, tail=tail, size=size)


def too_large(max_bytes: int) -> NotTaken:
    return NotTaken(
        413,
        f"This file is over the size limit of {max_bytes // (1024 * 1024):,} MB.",
        "Split it, or scan it in black and white.",
    )


def cut_off() -> NotTaken:
    return NotTaken(400, "The connection was lost before the whole file had arrived.", "Try again.")


_running: Counter[UUID] = Counter()
_running_lock = threading.Lock()


@contextmanager
def one_of_few(user_id: UUID) -> Iterator[None]:
    """Hold one of the few uploads that a person may run at once in this process. Raises NotTaken (429)."""
    with _running_lock:
        if _running[user_id] >= AT_ONCE_PER_PERSON:
            raise NotTaken(
                429, "Many of your files are on their way already.", "Wait for some of them, then try again."
            )
        _running[user_id] += 1
    try:
        yield
    finally:
        with _running_lock:
            _running[user_id] -= 1
            if not _running[user_id]:
                del _running[user_id]
