"""Sealed files: nothing of them can be read without the key, and nothing can be changed without being seen."""

from __future__ import annotations

import hashlib
import itertools
import os
from pathlib import Path

import pytest

from casemgr.storage.errors import KeyFileRefused, KeyMissing, ObjectAltered
from casemgr.storage.keys import KeyRing, add_key
from casemgr.storage.objects import ObjectStore, object_key, open_store
from casemgr.storage.sealing import HEADER, PIECE, TAG

FAMILY, FIRM = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
SIZES = (1, PIECE - 1, PIECE, PIECE + 1, 16 * PIECE, 16 * PIECE + 1, 40 * PIECE + 7)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    add_key(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.fixture
def store(tmp_path: Path, keys: Path) -> ObjectStore:
    return open_store(tmp_path / "objects", key_file=keys)


def sealed_at(store: ObjectStore, sha256: str, org: str = FAMILY) -> Path:
    return store.root / (object_key(org, sha256) + ".sealed")


def read(store: ObjectStore, sha256: str, **part: int) -> bytes:
    return b"".join(store.open_stream(FAMILY, sha256, **part))


@pytest.mark.parametrize("size", SIZES)
def test_every_size_and_every_range_comes_back(store: ObjectStore, size: int) -> None:
    data = os.urandom(size)
    sha256 = store.put_stream(FAMILY, [data[:5], data[5:]], max_bytes=size).sha256
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert (store.size(FAMILY, sha256), read(store, sha256)) == (size, data)
    edges = {at for at in (0, 1, PIECE - 1, PIECE, PIECE + 1, 17 * PIECE, size - 1, size) if at <= size}
    for start, end in itertools.combinations(sorted(edges), 2):
        assert read(store, sha256, start=start, end=end) == data[start:end], (start, end)
    assert read(store, sha256, start=size - 1) == data[-1:]
    assert read(store, sha256, start=0, end=size + 10) == data


def test_nothing_of_the_file_is_on_the_disk(store: ObjectStore) -> None:
    secret = b"Maya is in fifth grade. " * 9000
    sha256 = store.put_bytes(FAMILY, secret).sha256
    (file,) = (path for path in store.root.rglob("*") if path.is_file())
    assert file == sealed_at(store, sha256)
    assert b"Maya" not in file.read_bytes()
    twin = store.put_bytes(FIRM, secret)
    assert sealed_at(store, twin.sha256, FIRM).read_bytes()[HEADER:] != file.read_bytes()[HEADER:]


def swapped(data: bytes) -> bytes:
    first, second = (HEADER + at * (PIECE + TAG) for at in (0, 1))
    return data[:first] + data[second : second + PIECE + TAG] + data[first:second] + data[second + PIECE + TAG :]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda data: data[:-1] + bytes([data[-1] ^ 1]), id="the trailer"),
        pytest.param(lambda data: data[:20] + bytes([data[20] ^ 1]) + data[21:], id="the salt"),
        pytest.param(lambda data: data[: HEADER + 9] + bytes([data[HEADER + 9] ^ 1]) + data[HEADER + 10 :], id="a bit"),
        pytest.param(swapped, id="two pieces change places"),
        pytest.param(lambda data: data[: -TAG - 100], id="cut in the last piece"),
        pytest.param(lambda data: data[: HEADER + 2 * (PIECE + TAG)], id="cut between pieces"),
        pytest.param(lambda data: data[: HEADER + PIECE + TAG] + data[-TAG:], id="pieces left out before the trailer"),
        pytest.param(lambda data: data + b"x", id="a byte more"),
        pytest.param(lambda data: data[:30], id="less than a header"),
        pytest.param(lambda data: b"%PDF-1.7" + data[8:], id="another kind of file"),
    ],
)
def test_each_change_is_seen(store: ObjectStore, change) -> None:
    sha256 = store.put_bytes(FAMILY, os.urandom(3 * PIECE + 50)).sha256
    file = sealed_at(store, sha256)
    file.write_bytes(change(file.read_bytes()))
    with pytest.raises(ObjectAltered, match="altered or damaged"):
        read(store, sha256)
    assert store.verify(FAMILY, sha256) is False


def test_a_file_put_in_the_place_of_another_one_is_seen(store: ObjectStore) -> None:
    one, two = (store.put_bytes(FAMILY, os.urandom(2000)).sha256 for _ in range(2))
    sealed_at(store, one).write_bytes(sealed_at(store, two).read_bytes())
    with pytest.raises(ObjectAltered):
        store.open_stream(FAMILY, one)
    assert store.verify(FAMILY, two)


def test_files_from_before_stay_readable_until_they_are_sealed_and_afterwards(tmp_path: Path, keys: Path) -> None:
    plain = open_store(tmp_path / "objects").put_bytes(FAMILY, b"casemgr\x01 looks sealed, and is not").sha256
    store = open_store(tmp_path / "objects", key_file=keys)
    new = store.put_bytes(FAMILY, b"new").sha256
    assert read(store, plain) == b"casemgr\x01 looks sealed, and is not"
    assert {sha256 for _, sha256 in store.list_keys()} == {plain, new}
    under_way = store.open_stream(FAMILY, plain)
    assert [store.seal_again(FAMILY, sha256) for sha256 in (plain, new)] == [True, False]
    assert b"".join(under_way) == read(store, plain) == b"casemgr\x01 looks sealed, and is not"
    assert not (store.root / object_key(FAMILY, plain)).exists()
    with store.local_path(FAMILY, plain) as path:
        assert path.read_bytes().startswith(b"casemgr\x01")
    assert not path.exists()


def test_a_new_key_is_used_at_once_and_an_old_one_can_go_when_all_is_sealed_again(tmp_path: Path, keys: Path) -> None:
    running = open_store(tmp_path / "objects", key_file=keys)
    data = os.urandom(40 * PIECE)
    sha256 = running.put_bytes(FAMILY, data).sha256
    add_key(keys)
    reader = running.open_stream(FAMILY, sha256)
    first = next(reader)
    assert open_store(tmp_path / "objects", key_file=keys).seal_again(FAMILY, sha256)
    assert first + b"".join(reader) == data, "a reader on the way is not disturbed"
    assert read(running, sha256) == data, "a running program learns the new key"
    old, new = keys.read_text().split()
    keys.write_text(new + "\n")
    assert read(open_store(tmp_path / "objects", key_file=keys), sha256) == data
    keys.write_text(old + "\n")
    with pytest.raises(KeyMissing, match="not in the key file"):
        open_store(tmp_path / "objects", key_file=keys).open_stream(FAMILY, sha256)
    with pytest.raises(KeyMissing, match="no key file was named"):
        open_store(tmp_path / "objects").open_stream(FAMILY, sha256)


def test_an_altered_file_is_not_sealed_again(tmp_path: Path, keys: Path) -> None:
    sha256 = open_store(tmp_path / "objects").put_bytes(FAMILY, b"a dated letter").sha256
    (tmp_path / "objects" / object_key(FAMILY, sha256)).write_bytes(b"another letter")
    store = open_store(tmp_path / "objects", key_file=keys)
    with pytest.raises(ObjectAltered):
        store.seal_again(FAMILY, sha256)
    assert not sealed_at(store, sha256).exists()
    assert (tmp_path / "objects" / object_key(FAMILY, sha256)).read_bytes() == b"another letter"
    assert list((tmp_path / "objects" / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    "text, words",
    [("", "holds no key"), ("# a note\n\n", "holds no key"), ("c2hvcnQ=\n", "Line 1"), ("!!\n", "Line 1")],
)
def test_a_key_file_that_cannot_be_used_is_refused(keys: Path, text: str, words: str) -> None:
    keys.write_text(text)
    with pytest.raises(KeyFileRefused, match=words):
        KeyRing(keys)


def test_a_key_file_is_for_its_owner(keys: Path) -> None:
    assert keys.stat().st_mode & 0o077 == 0
    keys.chmod(0o644)
    with pytest.raises(KeyFileRefused, match="open to everybody"):
        KeyRing(keys)
    with pytest.raises(KeyFileRefused, match="cannot be read"):
        KeyRing(keys.with_name("not-there"))
