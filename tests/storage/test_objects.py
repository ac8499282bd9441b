"""Bytes go in once, whole or not at all, and come out as they were."""

import hashlib
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from casemgr.storage.keys import add_key
from casemgr.storage.objects import (
    EDGE,
    EmptyFile,
    ObjectMissing,
    ObjectStore,
    StorageFull,
    StoreNotKnown,
    StoreUnavailable,
    TooLarge,
    object_key,
    open_store,
)
from tests import s3
from tests.s3 import Bucket

FAMILY, FIRM = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
MANY = 10**9


@pytest.fixture(params=["folder", "sealed", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, bucket: Bucket) -> ObjectStore:
    if request.param == "s3":
        return bucket.open()
    add_key(tmp_path / "keys")
    return open_store(tmp_path / "objects", key_file=tmp_path / "keys" if request.param == "sealed" else None)


def everything_in(store: ObjectStore) -> list[str]:
    return sorted(str(path) for path in store.root.rglob("*") if path.is_file())


def test_bytes_come_back_as_they_were_under_their_hash(store):
    data = os.urandom(9_000_000)
    stored = store.put_stream(FAMILY, (data[at : at + 70_001] for at in range(0, len(data), 70_001)), max_bytes=MANY)
    assert stored.sha256 == hashlib.sha256(data).hexdigest()
    assert (stored.size, stored.head, stored.tail) == (len(data), data[:EDGE], data[-EDGE:])
    assert b"".join(store.open_stream(FAMILY, stored.sha256)) == data
    assert store.size(FAMILY, stored.sha256) == len(data)
    assert store.verify(FAMILY, stored.sha256)
    with store.local_path(FAMILY, stored.sha256) as path:
        assert path.read_bytes() == data


def test_a_file_on_the_disk_is_taken_over_and_stays_where_it_is(store, tmp_path):
    whole = tmp_path / "arrived"
    whole.write_bytes(b"%PDF-1.7 " + b"x" * 100_000)
    with whole.open("rb") as body:
        stored = store.put_file(FAMILY, iter(lambda: body.read(30_000), b""), path=whole, max_bytes=200_000)
    assert stored.sha256 == hashlib.sha256(whole.read_bytes()).hexdigest() and stored.size == 100_009
    whole.unlink()
    assert store.verify(FAMILY, stored.sha256)
    whole.write_bytes(b"larger than it may be")
    with pytest.raises(TooLarge):
        store.put_file(FAMILY, (whole.read_bytes(),), path=whole, max_bytes=5)
    assert whole.exists() and len(list(store.list_keys())) == 1


def test_files_that_are_kept_together_are_kept_like_single_ones(store, tmp_path, monkeypatch):
    monkeypatch.setattr("casemgr.storage.objects.FLUSHED_AT_ONCE", 2)
    paths = [tmp_path / name for name in "abcd"]
    for path in paths:
        path.write_bytes(b"a blank page" if path.name in "ac" else path.name.encode() * 1000)
    kept = store.put_all(FAMILY, paths)
    assert kept == [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    assert {sha256 for _, sha256 in store.list_keys(FAMILY)} == set(kept)
    assert all(path.exists() for path in paths) and all(store.verify(FAMILY, sha256) for sha256 in kept)
    assert store.sweep(lambda *pair: True, timedelta(0)) == []  # nothing of it is left halfway
    paths[3].unlink()
    with pytest.raises((ObjectMissing, FileNotFoundError)):
        store.put_all(FAMILY, [*paths[:2], paths[3]])
    assert store.sweep(lambda *pair: True, timedelta(0)) == []


def test_a_range_can_be_read_alone(store):
    stored = store.put_bytes(FAMILY, b"0123456789")
    assert b"".join(store.open_stream(FAMILY, stored.sha256, start=2, end=5)) == b"234"
    assert b"".join(store.open_stream(FAMILY, stored.sha256, start=7)) == b"789"


def test_a_long_range_is_read_piece_by_piece(store):
    data = os.urandom(9_000_000)
    sha256 = store.put_bytes(FAMILY, data).sha256
    assert b"".join(store.open_stream(FAMILY, sha256, start=100, end=8_900_000)) == data[100:8_900_000]
    assert b"".join(store.open_stream(FAMILY, sha256, start=4_000_000)) == data[4_000_000:]


def test_the_same_bytes_are_stored_once_in_an_organization_and_apart_between_two(store):
    first, second = store.put_bytes(FAMILY, b"paper"), store.put_bytes(FAMILY, b"paper")
    assert (first.already_there, second.already_there) == (False, True)
    assert list(store.list_keys(FAMILY)) == [(FAMILY, first.sha256)]
    assert not store.exists(FIRM, first.sha256)
    assert not store.put_bytes(FIRM, b"paper").already_there
    assert set(store.list_keys()) == {(FAMILY, first.sha256), (FIRM, first.sha256)}


def test_an_empty_file_and_one_that_is_too_large_are_refused_and_leave_nothing(store):
    with pytest.raises(EmptyFile):
        store.put_stream(FAMILY, iter([b"", b""]), max_bytes=MANY)
    with pytest.raises(TooLarge, match="5 MB"):
        store.put_stream(FAMILY, (bytes(1 << 20) for _ in range(40)), max_bytes=5 << 20)
    assert list(store.list_keys()) == []
    assert store.sweep(set(), timedelta(0)) == []


def test_a_stream_that_breaks_passes_its_error_on_and_leaves_nothing(store):

    def broken() -> Iterator[bytes]:
        yield bytes(20 << 20)
        raise ConnectionResetError("the browser went away")

    with pytest.raises(ConnectionResetError):
        store.put_stream(FAMILY, broken(), max_bytes=MANY)
    assert list(store.list_keys()) == []
    assert store.sweep(set(), timedelta(0)) == []
    if store.root:
        assert everything_in(store) == []


def test_what_is_missing_is_said_before_the_first_byte_is_asked_for(store):
    nothing = "0" * 64
    with pytest.raises(ObjectMissing):
        store.open_stream(FAMILY, nothing)
    with pytest.raises(ObjectMissing):
        store.size(FAMILY, nothing)
    with pytest.raises(ObjectMissing), store.local_path(FAMILY, nothing):
        pass
    store.delete(FAMILY, nothing)
    assert not store.exists(FAMILY, nothing)


def test_altered_bytes_do_not_verify_and_are_healed_by_the_same_upload(tmp_path):
    store = open_store(tmp_path)
    stored = store.put_bytes(FAMILY, b"a dated letter")
    (tmp_path / object_key(FAMILY, stored.sha256)).write_bytes(b"another letter")
    assert not store.verify(FAMILY, stored.sha256)
    store.put_bytes(FAMILY, b"a dated letter")
    assert store.verify(FAMILY, stored.sha256)


def test_a_store_that_is_away_says_so_each_time_and_keeps_nothing():
    with s3.serve() as bucket:
        store = bucket.open()
        kept = store.put_bytes(FAMILY, b"kept").sha256
        locked = open_store(bucket.a_folder().replace(s3.NAME, "nobody-made-this-bucket"), bucket.options)
        with pytest.raises(StoreUnavailable):
            locked.put_bytes(FAMILY, b"x")
    for act in (
        lambda: store.put_bytes(FAMILY, b"x"),
        lambda: store.open_stream(FAMILY, kept),
        lambda: store.verify(FAMILY, kept),
        lambda: store.exists(FAMILY, kept),
        lambda: store.delete(FAMILY, kept),
        lambda: list(store.list_keys()),
    ):
        with pytest.raises(StoreUnavailable, match="cannot be reached"):
            act()


def test_a_store_that_goes_away_in_the_middle_of_a_file_keeps_nothing_of_it():
    with s3.serve() as bucket:
        store = bucket.open()

        def pieces() -> Iterator[bytes]:
            yield bytes(11 << 20)
            bucket.server.stop()
            yield bytes(11 << 20)

        with pytest.raises(StoreUnavailable):
            store.put_stream(FAMILY, pieces(), max_bytes=MANY)


@pytest.mark.parametrize("address", ["ftp://x/y", "s3://", "https://example.org/x"])
def test_only_a_folder_and_a_bucket_are_stores(address):
    with pytest.raises(StoreNotKnown, match="not a folder"):
        open_store(address)


@pytest.mark.parametrize(
    ("org_id", "sha256"), [("../x", "0" * 64), ("", "0" * 64), (FAMILY, "../../etc/passwd"), (FAMILY, "A" * 64)]
)
def test_a_key_is_made_of_an_id_and_a_hash_and_nothing_else(org_id, sha256):
    with pytest.raises(ValueError, match="not a"):
        object_key(org_id, sha256)


def test_a_sweep_takes_old_orphans_and_leaves_what_is_in_use_or_young(store):
    used, orphan = store.put_bytes(FAMILY, b"used").sha256, store.put_bytes(FAMILY, b"orphan").sha256
    assert store.sweep({(FAMILY, used)}, timedelta(hours=1)) == []
    (gone,) = store.sweep(lambda org, sha: sha == used, timedelta(0))
    assert gone.removesuffix(".sealed") == object_key(FAMILY, orphan)
    assert (store.exists(FAMILY, used), store.exists(FAMILY, orphan)) == (True, False)


def test_an_upload_killed_in_the_middle_leaves_only_what_the_sweep_takes(tmp_path):
    script = """
        import sys, time
        from casemgr.storage.objects import open_store
        def slow():
            for _ in range(3):
                yield bytes(9 << 20)
            print("half", flush=True)
            time.sleep(60)
            yield b"x"
        open_store(sys.argv[1]).put_stream("org", slow(), max_bytes=10**9)
    """
    child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script), tmp_path], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"half\n"
    deadline = time.monotonic() + 10
    while not list((tmp_path / "incoming").iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    child.kill()
    child.wait()
    child.stdout.close()
    store = open_store(tmp_path)
    assert list(store.list_keys()) == []
    assert len(store.sweep(set(), timedelta(0))) == 1
    assert everything_in(store) == []


def test_a_full_disk_is_said_and_nothing_partial_stays(tmp_path):
    """On a real small disk when the test may mount one, else under a limit on file size, which ends the same way."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]
    may_mount = os.name == "posix" and os.geteuid() == 0
    mounted = may_mount and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    script = """
        import sys
        from casemgr.storage.objects import StorageFull, open_store
        if sys.argv[2] == "limit":
            import resource
            resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, 2 << 20))
        store = open_store(sys.argv[1])
        kept = store.put_bytes("org", b"small")
        try:
            store.put_stream("org", (bytes(1 << 20) for _ in range(30)), max_bytes=10**9)
        except StorageFull as full:
            print(full)
        assert list(store.list_keys()) == [("org", kept.sha256)], "partial bytes at a final key"
        assert not list((store.root / "incoming").iterdir()), "partial bytes left"
    """
    try:
        kind = "mounted" if mounted else "limit"
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script), disk, kind], capture_output=True, text=True, check=False
        )
        assert (done.stderr, done.returncode) == ("", 0)
        assert "no room left" in done.stdout
    finally:
        if mounted:
            subprocess.run(["umount", disk], check=True)


def test_the_words_of_a_full_store_are_known(tmp_path, monkeypatch):
    store = open_store(tmp_path)
    error = OSError(28, "No space left on device")
    monkeypatch.setattr(store, "_settle", lambda *_: (_ for _ in ()).throw(error))
    with pytest.raises(StorageFull):
        store.put_bytes(FAMILY, b"x")
    assert everything_in(store) == []


def test_a_large_upload_takes_little_memory(tmp_path):
    script = """
        import resource, sys
        from casemgr.storage.objects import open_store
        store = open_store(sys.argv[1])
        store.put_bytes("org", b"warm")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        chunk = bytes(1 << 20)
        store.put_stream("org", (chunk for _ in range(160)), max_bytes=10**9)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), tmp_path], capture_output=True, text=True, check=True
    )
    kilobytes = int(done.stdout) // (1024 if sys.platform == "darwin" else 1)
    assert kilobytes < 50 * 1024
