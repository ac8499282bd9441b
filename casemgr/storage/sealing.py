"""Authenticated encryption of stored files, in pieces: constant memory, and any range can be read alone.

A sealed file, version 1 (the construction is STREAM, of Hoang, Reyhanitabar, Rogaway and Vizár, 2015):

    header   48 bytes   "casemgr", the version (1), the id of the key (8), a random salt (32)
    pieces              64 KiB of the file each, the last one shorter or full; each followed by its tag (16)
    trailer  16 bytes   the tag of nothing, over the name that the file is stored under

Each file has an AES-256-GCM key of its own, HKDF-SHA256 of the key and the salt. The nonce of a piece is its number
(11 bytes, big-endian) and one byte: 1 for the last, 0 for the others, 2 for the trailer; the header is authenticated
with every piece. So pieces cannot be altered, reordered, dropped, or moved to another file, and a file cannot be cut
off, or put in the place of another one.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from casemgr.storage.errors import ObjectAltered
from casemgr.storage.keys import KeyRing

MAGIC = b"casemgr\x01"
PIECE, TAG, SALT = 64 * 1024, 16, 32
HEADER = len(MAGIC) + 8 + SALT
AT_ONCE = 16  # pieces that are read together: 1 MiB
_MORE, _LAST, _TRAILER = b"\x00", b"\x01", b"\x02"


def seal(chunks: Iterable[bytes], keys: KeyRing, name: Callable[[], str]) -> Iterator[bytes]:
    """The sealed form of what `chunks` yields; `name` is asked once they are at their end."""
    key_id, key = keys.current()
    header = MAGIC + key_id + os.urandom(SALT)
    cipher = _cipher(key, header)
    yield header
    number, waiting = 0, bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) > PIECE:  # not >=: the last piece must be known as such
            yield cipher.encrypt(_nonce(number, _MORE), bytes(waiting[:PIECE]), header)
            del waiting[:PIECE]
            number += 1
    yield cipher.encrypt(_nonce(number, _LAST), bytes(waiting), header)
    yield cipher.encrypt(_nonce(number + 1, _TRAILER), b"", header + name().encode())


def plain_size(sealed_size: int) -> int:
    """Bytes of the file inside. Raises ObjectAltered when no sealed file has this size."""
    body = sealed_size - HEADER - TAG
    pieces = _pieces_in(body)
    if body - (pieces - 1) * (PIECE + TAG) < TAG:
        raise _altered()
    return body - pieces * TAG


class Sealed:
    """A sealed file, open for reading; the file is closed with the last piece. Raises ObjectAltered and KeyMissing.

    What it says of itself is checked at once, each piece when it is read."""

    def __init__(self, file: BinaryIO, keys: KeyRing, name: str) -> None:
        self._file = file
        self._header = file.read(HEADER)
        if len(self._header) != HEADER or not self._header.startswith(MAGIC):
            raise _altered()
        self._cipher = _cipher(keys.key(self._header[len(MAGIC) :][:8]), self._header)
        sealed_size = file.seek(0, os.SEEK_END)
        self.size = plain_size(sealed_size)
        self._last = _pieces_in(sealed_size - HEADER - TAG) - 1
        file.seek(-TAG, os.SEEK_END)
        self._open(file.read(), _nonce(self._last + 1, _TRAILER), self._header + name.encode())

    def read(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` to `end` (exclusive) in pieces of about 1 MiB."""
        end = self.size if end is None else min(end, self.size)
        body_end = HEADER + self.size + (self._last + 1) * TAG
        with self._file:
            for number in range(start // PIECE, -(-end // PIECE), AT_ONCE):
                at = self._file.seek(HEADER + number * (PIECE + TAG))
                sealed = self._file.read(min(AT_ONCE * (PIECE + TAG), body_end - at))
                plain = b"".join(self._pieces(sealed, number))
                yield plain[max(0, start - number * PIECE) : end - number * PIECE]

    def _pieces(self, sealed: bytes, number: int) -> Iterator[bytes]:
        for at in range(0, len(sealed), PIECE + TAG):
            nonce = _nonce(number, _LAST if number == self._last else _MORE)
            yield self._open(sealed[at : at + PIECE + TAG], nonce, self._header)
            number += 1

    def _open(self, sealed: bytes, nonce: bytes, beside: bytes) -> bytes:
        try:
            return self._cipher.decrypt(nonce, sealed, beside)
        except InvalidTag as problem:
            raise _altered() from problem


def key_id_of(file: BinaryIO) -> bytes:
    """The id of the key that a sealed file names."""
    return file.read(HEADER)[len(MAGIC) :][:8]


def _cipher(key: bytes, header: bytes) -> AESGCM:
    derived = HKDF(SHA256(), length=32, salt=header[-SALT:], info=b"casemgr sealed file 1").derive(key)
    return AESGCM(derived)


def _nonce(number: int, kind: bytes) -> bytes:
    return number.to_bytes(11, "big") + kind


def _pieces_in(body: int) -> int:
    return max(1, -(-body // (PIECE + TAG)))


def _altered() -> ObjectAltered:
    return ObjectAltered("The stored file was altered or damaged: it cannot be opened.")
