"""The keys that seal stored files: one file outside the data folder, one key a line, the last line the current one.

Lines are 32 random bytes in base64; empty lines and those that start with `#` mean nothing. A key is known by the
first eight bytes of its hash, so that each sealed file can say which one opens it. The file is read again when it
changes: a running program knows a new key as soon as the line is there.
"""

import base64
import binascii
import hashlib
import os
import secrets
import stat
import threading
from pathlib import Path

from casemgr.storage.errors import KeyFileRefused, KeyMissing

KEY_BYTES = 32


class KeyRing:
    """The keys of one file. Raises KeyFileRefused when the file cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._keys: dict[bytes, bytes] = {}
        self._refresh()

    def current(self) -> tuple[bytes, bytes]:
        """(id, key) that new files are sealed with."""
        self._refresh()
        return next(reversed(self._keys.items()))

    def key(self, key_id: bytes) -> bytes:
        """The key with this id. Raises KeyMissing."""
        if key_id not in self._keys:
            self._refresh()
        try:
            return self._keys[key_id]
        except KeyError:
            raise KeyMissing(f"The key {key_id.hex()} that opens this stored file is not in the key file.") from None

    def _refresh(self) -> None:
        with self._lock:
            try:
                found = self._path.stat()
                if (found.st_mtime_ns, found.st_size) == self._seen:
                    return
                keys = read_keys(self._path)
            except OSError as problem:
                raise KeyFileRefused(f"The key file {self._path} cannot be read: {problem.strerror}.") from problem
            self._keys, self._seen = keys, (found.st_mtime_ns, found.st_size)


def read_keys(path: Path) -> dict[bytes, bytes]:
    """{id: key} in the order of the lines. Raises KeyFileRefused."""
    if os.name == "posix" and path.stat().st_mode & stat.S_IRWXO:
        raise KeyFileRefused(f"The key file {path} is open to everybody on this machine: chmod 600 it.")
    keys = {}
    for number, line in enumerate(path.read_text(encoding="ascii", errors="replace").splitlines(), 1):
        if not (text := line.strip()) or text.startswith("#"):
            continue
        try:
            key = base64.b64decode(text, validate=True)
        except binascii.Error:
            key = b""
        if len(key) != KEY_BYTES:
            raise KeyFileRefused(f"Line {number} of the key file {path} is not 32 bytes in base64.")
        keys.pop(key_id(key), None)
        keys[key_id(key)] = key
    if not keys:
        raise KeyFileRefused(f"The key file {path} holds no key: `python -m casemgr storage new-key` makes one.")
    return keys


def add_key(path: Path) -> str:
    """Add a new key as the last line of the file (made when missing, mode 600), and return its id in hexadecimal."""
    key = secrets.token_bytes(KEY_BYTES)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+b") as file:
        file.seek(0)
        before = file.read()
        file.write((b"\n" if before and not before.endswith(b"\n") else b"") + base64.b64encode(key) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return key_id(key).hex()


def key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"casemgr key id" + key).digest()[:8]
