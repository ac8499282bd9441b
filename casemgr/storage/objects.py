"""Keep the bytes of uploaded files, once each, under the SHA-256 of their content.

Keys are `org/<org_id>/<first two digits>/<sha256>`: per organization, so that nobody can learn from a store
whether somebody else holds the same paper. A folder with keys keeps its files sealed (see `sealing`) under the same
key with `.sealed` after it: what a file's bytes look like never decides how they are read. Bytes arrive under
`incoming/<uuid>` and move to their key only when all of them are on disk; a row in the database may therefore be
written as soon as `put_stream` returns.
"""

import hashlib
import itertools
import os
import re
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import obstore
from obstore.store import LocalStore

from casemgr.storage import sealing
from casemgr.storage.arrival import EDGE as EDGE
from casemgr.storage.arrival import MIB, Intake
from casemgr.storage.arrival import Stored as Stored
from casemgr.storage.backends import backend_of
from casemgr.storage.errors import AWAY, in_plain_words
from casemgr.storage.errors import EmptyFile as EmptyFile
from casemgr.storage.errors import KeyFileRefused as KeyFileRefused
from casemgr.storage.errors import KeyMissing as KeyMissing
from casemgr.storage.errors import ObjectAltered as ObjectAltered
from casemgr.storage.errors import ObjectMissing as ObjectMissing
from casemgr.storage.errors import StorageError as StorageError
from casemgr.storage.errors import StorageFull as StorageFull
from casemgr.storage.errors import StoreNotKnown as StoreNotKnown
from casemgr.storage.errors import StoreUnavailable as StoreUnavailable
from casemgr.storage.errors import TooLarge as TooLarge
from casemgr.storage.flushing import rename_all, second_name, side_by_side
from casemgr.storage.keys import KeyRing

if TYPE_CHECKING:
    from obstore import GetResult

PART = 5 * MIB  # what one write to the store holds (S3 takes none smaller); two or three are in memory
PIECE = 4 * MIB  # what one request to a remote store reads: a slow browser never holds a connection to it open
FLUSHED_AT_ONCE = 64
INCOMING = "incoming"
SEALED = ".sealed"


class ObjectStore:
    """Content-addressed storage over a local folder or an S3-compatible store. Safe to use from many threads."""

    def __init__(self, store: obstore.store.ObjectStore, keys: KeyRing | None = None) -> None:
        self._store, self._keys = store, keys
        local = isinstance(store, LocalStore) and store.prefix
        self.root: Path | None = Path(store.prefix) if local else None

    @property
    def seals(self) -> bool:
        """Whether files are encrypted before they are written."""
        return self.root is not None and self._keys is not None

    def put_stream(
        self, org_id: UUID | str, chunks: Iterable[bytes], *, max_bytes: int, expected: str | None = None
    ) -> Stored:
        """Store what `chunks` yields, in constant memory, and return its hash once it is on disk.

        Args:
            expected: the hash that the bytes must have; with any other they are not kept (ObjectAltered).
        Raises TooLarge, EmptyFile, StorageFull or StoreUnavailable; whatever `chunks` raises passes through. Then
        nothing is at a final key, and the partial bytes are gone (or, after a kill, swept later by `sweep`).
        """
        _checked_org(org_id)
        intake = Intake(chunks, max_bytes)
        incoming = f"{INCOMING}/{uuid4().hex}"
        try:
            with in_plain_words():
                obstore.put(self._store, incoming, self._sealed(org_id, intake), chunk_size=PART, max_concurrency=2)
                if not intake.size:
                    raise EmptyFile("This file is empty: it has a name but nothing in it.")
                if expected not in (None, intake.digest.hexdigest()):
                    raise ObjectAltered("The stored file was altered or damaged: it is not what it was.")
                return self._settle(org_id, incoming, intake)
        except ObjectMissing as gone:  # there is no such bucket, or what had arrived was taken away
            raise StoreUnavailable(AWAY) from gone
        except BaseException:
            with suppress(StoreUnavailable):  # what is left is swept later
                self._discard(incoming)
            raise

    def put_file(self, org_id: UUID | str, chunks: Iterable[bytes], *, path: Path, max_bytes: int) -> Stored:
        """Store the file at `path`, whose bytes `chunks` yields; see `put_stream`. The file itself stays.

        A folder without keys on the same disk gets a second name for the same bytes instead of a copy, so nobody may
        write to them afterwards."""
        _checked_org(org_id)
        incoming = f"{INCOMING}/{uuid4().hex}"
        if self.root is None or self._keys is not None or not second_name(path, self.root / incoming):
            return self.put_stream(org_id, chunks, max_bytes=max_bytes)
        intake = Intake(chunks, max_bytes)
        try:
            with in_plain_words():
                for _ in intake:
                    pass
                if not intake.size:
                    raise EmptyFile("This file is empty: it has a name but nothing in it.")
                return self._settle(org_id, incoming, intake)
        except BaseException:
            self._discard(incoming)
            raise

    def put_bytes(self, org_id: UUID | str, data: bytes, *, max_bytes: int | None = None) -> Stored:
        """Store bytes that are already in memory; see `put_stream`."""
        return self.put_stream(org_id, (data,), max_bytes=len(data) if max_bytes is None else max_bytes)

    def put_all(self, org_id: UUID | str, paths: Sequence[Path]) -> list[str]:
        """Store files that are small enough for memory, and return their hashes when all are on disk; see `put_stream`.

        A folder flushes them at once, which takes a fraction of the time. The files themselves stay."""
        if self.root is None or self._keys is not None:
            return [self.put_bytes(org_id, path.read_bytes()).sha256 for path in paths]
        found: list[str] = []
        for start in range(0, len(paths), FLUSHED_AT_ONCE):
            found += self._put_together(org_id, paths[start : start + FLUSHED_AT_ONCE])
        return found

    def _put_together(self, org_id: UUID | str, paths: Iterable[Path]) -> list[str]:
        arrived: list[tuple[str, str]] = []  # where the bytes are, and their hash
        with ExitStack() as open_files, in_plain_words():
            (self.root / INCOMING).mkdir(parents=True, exist_ok=True)
            open_files.callback(lambda: [self._discard(incoming) for incoming, _ in arrived])
            written = []
            for path in paths:
                data, incoming = path.read_bytes(), f"{INCOMING}/{uuid4().hex}"
                arrived.append((incoming, hashlib.sha256(data).hexdigest()))
                file = open_files.enter_context((self.root / incoming).open("xb"))
                file.write(data)
                file.flush()
                written.append(file)
            side_by_side(lambda file: os.fsync(file.fileno()), written)
            rename_all([(self.root / incoming, self.root / object_key(org_id, sha256)) for incoming, sha256 in arrived])
        return [sha256 for _, sha256 in arrived]

    def open_stream(
        self, org_id: UUID | str, sha256: str, *, start: int = 0, end: int | None = None
    ) -> Iterator[bytes]:
        """The stored bytes in pieces of about 1 MiB; `start` and `end` (exclusive) choose a range.

        Raises ObjectMissing, StoreUnavailable, and for a sealed file KeyMissing or ObjectAltered, at once, before the
        first piece is asked for. A sealed file that is altered further in raises ObjectAltered there."""
        key = object_key(org_id, sha256)
        if self.root is None:
            return self._in_requests(key, start, end)
        options = {}
        if start or end is not None:
            options["range"] = {"offset": start} if end is None else (start, end)
        try:
            with in_plain_words():
                found = obstore.get(self._store, key, options=options)
        except ObjectMissing:
            return self._unsealed(key, start, end)
        return (bytes(piece) for piece in found.stream(min_chunk_size=MIB))

    def _unsealed(self, key: str, start: int, end: int | None) -> Iterator[bytes]:
        """The first piece is opened here: most files are no longer than that, and are sent whole or not at all."""
        with in_plain_words():
            file = (self.root / (key + SEALED)).open("rb")
        try:
            if self._keys is None:
                raise KeyMissing("This stored file is sealed, and no key file was named (CASEMGR_STORE_KEY_FILE).")
            pieces = sealing.Sealed(file, self._keys, key).read(start, end)
            first = next(pieces, b"")
        except BaseException:
            file.close()
            raise
        return itertools.chain((first,), pieces)

    def _in_requests(self, key: str, start: int, end: int | None) -> Iterator[bytes]:
        """A remote store is read with one short request for each piece."""

        def read(at: int) -> "GetResult":
            until = at + PIECE if end is None else min(end, at + PIECE)
            with in_plain_words():
                return obstore.get(self._store, key, options={"range": (at, until)})

        def pieces(found: "GetResult") -> Iterator[bytes]:
            at, stop = start, found.meta["size"] if end is None else min(end, found.meta["size"])
            while True:
                with in_plain_words():
                    piece = bytes(found.bytes())
                yield piece
                at += len(piece)
                if at >= stop or not piece:
                    return
                found = read(at)

        return pieces(read(start))

    @contextmanager
    def local_path(self, org_id: UUID | str, sha256: str) -> Iterator[Path]:
        """A path that a child process can read: the stored file itself, or a temporary copy of it.

        A folder with keys gives a copy always: a plain file may be sealed at any moment."""
        if self.root is not None and self._keys is None:
            path = self.root / object_key(org_id, sha256)
            if path.is_file():
                yield path
                return
        with tempfile.TemporaryDirectory(prefix="casemgr-") as folder:
            path = Path(folder) / "object"
            with path.open("wb") as copy:
                for piece in self.open_stream(org_id, sha256):
                    copy.write(piece)
            yield path

    def exists(self, org_id: UUID | str, sha256: str) -> bool:
        return self._find(object_key(org_id, sha256)) is not None

    def size(self, org_id: UUID | str, sha256: str) -> int:
        """Bytes of the file, as it was before it was sealed. Raises ObjectMissing."""
        if (found := self._find(object_key(org_id, sha256))) is None:
            raise ObjectMissing("The stored file is missing.")
        return sealing.plain_size(found["size"]) if found["path"].endswith(SEALED) else found["size"]

    def delete(self, org_id: UUID | str, sha256: str) -> None:
        """Remove the bytes; nothing happens when they are not there."""
        for key in self._forms(object_key(org_id, sha256)):
            self._discard(key)

    def delete_organization(self, org_id: UUID | str) -> int:
        """Remove everything that is kept for an organization; return how many objects that were."""
        keys = list(self.list_keys(org_id))
        for owner, sha256 in keys:
            self.delete(owner, sha256)
        return len(keys)

    def verify(self, org_id: UUID | str, sha256: str) -> bool:
        """Read everything back: True when the bytes still have the hash they are stored under."""
        digest = hashlib.sha256()
        try:
            for piece in self.open_stream(org_id, sha256):
                digest.update(piece)
        except ObjectAltered:
            return False
        return digest.hexdigest() == sha256

    def seal_again(self, org_id: UUID | str, sha256: str) -> bool:
        """Seal a file with the current key; return False when it is so already. Only for a store that `seals`.

        People may read it meanwhile. Raises ObjectMissing, KeyMissing, and ObjectAltered; then it is left as it is."""
        sealed = self.root / (object_key(org_id, sha256) + SEALED)
        with suppress(FileNotFoundError), sealed.open("rb") as file:
            if sealing.key_id_of(file) == self._keys.current()[0]:
                self._discard(object_key(org_id, sha256))  # a plain one that a crash left beside it
                return False
        self.copy_from(self, org_id, sha256)
        return True

    def copy_from(self, source: "ObjectStore", org_id: UUID | str, sha256: str) -> Stored:
        """Take over a file of another store, or this one's own anew.

        Raises ObjectAltered when its hash is not `sha256`; then it is not kept."""
        pieces = _asked_for_elsewhere(source.open_stream(org_id, sha256))
        return self.put_stream(org_id, pieces, max_bytes=sys.maxsize, expected=sha256)

    def list_keys(self, org_id: UUID | str | None = None) -> Iterator[tuple[str, str]]:
        """(org_id, sha256) of every stored object, of one organization or of all."""
        for _, owner, sha256, _ in self._objects("org" if org_id is None else f"org/{_checked_org(org_id)}"):
            yield owner, sha256

    def sweep(
        self,
        referenced: Collection[tuple[str, str]] | Callable[[str, str], bool],
        older_than: timedelta,
        *,
        dry_run: bool = False,
    ) -> list[str]:
        """Delete objects that no row refers to, and bytes that never finished arriving; return their keys.

        With `dry_run`, only return them.

        `referenced` is a set of (org_id, sha256), or a function that says whether such a pair is in use.
        Only what is older than `older_than` goes: a row may be about to be written for anything younger.
        """
        in_use = referenced if callable(referenced) else lambda *pair: pair in referenced
        before = datetime.now(UTC) - older_than
        gone = []
        for key in self._stale_incoming(before):
            gone.append(key)
            if not dry_run:
                self._discard(key)
        orphans = [(key, org_id, sha256) for key, org_id, sha256, modified in self._objects("org") if modified < before]
        for key, org_id, sha256 in orphans:
            now = self._head(key)  # an upload of the same bytes may have renewed it since the listing
            if now is None or now["last_modified"] >= before or in_use(org_id, sha256):
                continue
            gone.append(key)
            if not dry_run:
                self._discard(key)
        return gone

    def _settle(self, org_id: UUID | str, incoming: str, intake: Intake) -> Stored:
        """Move complete bytes to their final key.

        The same bytes overwrite themselves on purpose: that renews their age, so that a sweep running at this
        moment does not take an orphan that is just being used again, and it heals a damaged copy."""
        sha256 = intake.digest.hexdigest()
        key = object_key(org_id, sha256)
        already_there = self._find(key) is not None
        if self.root is None:
            obstore.rename(self._store, incoming, key)
        else:
            final = key if self._keys is None else key + SEALED
            self._rename_durably(self.root / incoming, self.root / final)
            for other in self._forms(key):
                if other != final:
                    self._discard(other)
        return Stored(sha256, intake.size, bytes(intake.head), bytes(intake.tail), already_there)

    def _rename_durably(self, incoming: Path, final: Path) -> None:
        """Local folder only: obstore does not flush files to disk, and a row must never outlive its bytes."""
        with incoming.open("r+b") as file:
            os.fsync(file.fileno())
        rename_all([(incoming, final)])

    def _sealed(self, org_id: UUID | str, intake: Intake) -> Iterable[bytes]:
        if not self.seals:
            return intake
        return sealing.seal(intake, self._keys, lambda: object_key(org_id, intake.digest.hexdigest()))

    def _forms(self, key: str) -> tuple[str, ...]:
        """Where a file can lie. One that is just being sealed lies in both places, and never in none."""
        return (key,) if self.root is None else (key, key + SEALED)

    def _find(self, key: str) -> dict | None:
        return next((found for form in self._forms(key) if (found := self._head(form)) is not None), None)

    def _head(self, key: str) -> dict | None:
        try:
            with in_plain_words():
                return obstore.head(self._store, key)
        except ObjectMissing:
            return None

    def _discard(self, key: str) -> None:
        if self.root is not None:
            # Also what obstore calls `<key>#1` while it is being written, which its own API hides.
            (self.root / key).unlink(missing_ok=True)
        else:
            with suppress(ObjectMissing), in_plain_words():
                obstore.delete(self._store, key)

    def _objects(self, prefix: str) -> Iterator[tuple[str, str, str, datetime]]:
        for batch in _batches(obstore.list(self._store, prefix, chunk_size=1000)):
            for meta in batch:
                parts = meta["path"].split("/")
                sha256 = parts[-1].removesuffix(SEALED)
                if len(parts) == 4 and re.fullmatch(r"[0-9a-f]{64}", sha256):
                    yield meta["path"], parts[1], sha256, meta["last_modified"]

    def _stale_incoming(self, before: datetime) -> Iterator[str]:
        if self.root is None:
            for batch in _batches(obstore.list(self._store, INCOMING)):
                yield from (meta["path"] for meta in batch if meta["last_modified"] < before)
            return
        folder = self.root / INCOMING
        for entry in os.scandir(folder) if folder.is_dir() else ():
            with suppress(FileNotFoundError):
                if datetime.fromtimestamp(entry.stat().st_mtime, UTC) < before:
                    yield f"{INCOMING}/{entry.name}"


def open_store(
    url_or_path: str | Path, s3: Mapping[str, str] | None = None, *, key_file: Path | None = None
) -> ObjectStore:
    """A folder (made when missing, readable by its owner only), `file:///…`, `s3://bucket/prefix`, or `memory:///`.

    Args:
        s3: `endpoint`, `region`, `access_key_id`, `secret_access_key`, `session_token`. What is not given is found as
            Amazon's own tools find it, such as the role of the machine.
        key_file: for a folder alone: the keys that seal its files (see `keys`).
    Raises: StoreNotKnown, for any other address; KeyFileRefused.
    """
    backend = backend_of(url_or_path, s3, key_file)
    return ObjectStore(backend, KeyRing(key_file) if key_file and isinstance(backend, LocalStore) else None)


def object_key(org_id: UUID | str, sha256: str) -> str:
    """The key of stored bytes. Raises ValueError for anything that is not an id and a hash."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError("not a SHA-256 in lower-case hexadecimal")
    return f"org/{_checked_org(org_id)}/{sha256[:2]}/{sha256}"


def _batches(listing: Iterator) -> Iterator:
    """What a store lists; it is asked for each batch only when that is wanted."""
    while True:
        with in_plain_words():
            batch = next(listing, None)
        if batch is None:
            return
        yield batch


def _asked_for_elsewhere(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, each asked for in a helper thread: obstore cannot read while it is asking for what to write."""
    with ThreadPoolExecutor(1) as helper:
        while piece := helper.submit(next, pieces, b"").result():
            yield piece


def _checked_org(org_id: UUID | str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z-]{1,64}", str(org_id)):
        raise ValueError("not an organization id")
    return str(org_id)
