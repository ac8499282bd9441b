"""The bytes of unfinished uploads: one file each in the data folder, written by one request at a time.

How much has arrived is the length of that file and stands nowhere else: a process that is killed while it writes
loses nothing, and the next request goes on behind the last byte that got to the file.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from uuid import UUID

import fasteners
from flask import current_app
from werkzeug.exceptions import ClientDisconnected

from casemgr.documents.store import store

PIECE = 256 * 1024
RESERVE = 100 * 1024 * 1024
"""Bytes that uploads leave free: the database lies on the same disk, and must go on working."""
CHECKSUMS = ("sha256", "sha1")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_writing: set[Path] = set()
_writing_lock = threading.Lock()


class Busy(Exception):
    """Another request is writing to this upload."""


class DiskFull(Exception):
    """There is no room for more. What had arrived before this request is kept."""


class NotWhatWasSent(Exception):
    """The bytes do not have the checksum that came with them. They are not kept."""


class CutOff(Exception):
    """The connection ended early. What had arrived is kept."""


def folder() -> Path:
    return current_app.config["SETTINGS"].data_dir / "uploads"


def place(org_id: UUID, upload_id: UUID) -> Path:
    return folder() / str(org_id) / str(upload_id)


def make(path: Path) -> None:
    """Make an empty file for an upload, readable by its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))


def arrived(path: Path) -> int:
    """Return how many bytes are here."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def quiet_for(path: Path) -> float:
    """Return for how many seconds nothing has arrived."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def room() -> int:
    """Return how many bytes can still be taken, on the disk of the data folder and on that of the stored files."""
    places = [folder().parent, *([root] if (root := store().root) else [])]
    free = min(shutil.disk_usage(place).free for place in places)
    return max(0, free - RESERVE)


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Hold an upload against every other request, in this process and in others that share the folder. Raises Busy.

    The operating system lets the lock go when a process dies."""
    with _writing_lock:
        if path in _writing:
            raise Busy
        _writing.add(path)
    lock = fasteners.InterProcessLock(path.with_suffix(".lock"))
    try:
        if not lock.acquire(blocking=False):
            raise Busy
        try:
            yield
        finally:
            lock.release()
    finally:
        with _writing_lock:
            _writing.discard(path)


def append(path: Path, body: IO[bytes], length: int, checksum: tuple[str, bytes] | None = None) -> None:
    """Write `length` bytes of `body` behind what is there, in constant memory. Call it inside `alone_with`.

    Args:
        checksum: an algorithm of CHECKSUMS and the digest that these bytes must have.
    Raises DiskFull, NotWhatWasSent, CutOff."""
    if length > room():
        raise DiskFull
    digest = hashlib.new(checksum[0]) if checksum else None
    make(path)
    start = arrived(path)
    try:
        with path.open("ab", buffering=0) as file:
            for piece in _pieces(body, length):
                if digest:
                    digest.update(piece)
                _write(file, piece)
        if digest and checksum and digest.digest() != checksum[1]:
            raise NotWhatWasSent
    except (ClientDisconnected, ConnectionError, TimeoutError) as problem:
        if digest:  # half of these bytes cannot be checked
            os.truncate(path, start)
        raise CutOff from problem
    except NotWhatWasSent:
        os.truncate(path, start)
        raise
    except OSError as problem:
        os.truncate(path, start)  # a full disk stops everybody: let it breathe
        if problem.errno in _FULL:
            raise DiskFull from problem
        raise


def discard(path: Path) -> None:
    """Remove what has arrived; nothing happens when it is gone."""
    for one in (path, path.with_suffix(".lock")):
        with contextlib.suppress(FileNotFoundError):
            one.unlink()


def all_of(org_id: UUID) -> list[tuple[UUID, Path]]:
    """Return every file of an organization with the id of its upload."""
    found = []
    with contextlib.suppress(FileNotFoundError):
        for path in (folder() / str(org_id)).iterdir():
            with contextlib.suppress(ValueError):
                found.append((UUID(path.stem), path))
    return found


def organizations() -> set[UUID]:
    """Return the organizations that have files here, also those that are no more."""
    found = set()
    with contextlib.suppress(FileNotFoundError):
        for path in folder().iterdir():
            with contextlib.suppress(ValueError):
                found.add(UUID(path.name))
    return found


def _pieces(body: IO[bytes], length: int) -> Iterator[bytes]:
    left = length
    while left:
        piece = body.read(min(PIECE, left))
        if not piece:
            raise ClientDisconnected
        left -= len(piece)
        yield piece


def _write(file: IO[bytes], piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[file.write(rest) :]
