"""Stored files are sealed anew, moved and checked while people work, and each that is not sound is named."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

import config
from casemgr.documents import keeping
from casemgr.documents.sweeping import NotTheOwner
from casemgr.storage.keys import add_key
from casemgr.storage.objects import KeyFileRefused, ObjectStore, object_key, open_store
from tests.documents.paper import add, papers_of
from tests.platform.test_cli import casemgr
from tests.s3 import Bucket
from tests.server import TestServer
from tests.world import World

FAMILY, FIRM = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    add_key(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.fixture(params=["folder to s3", "s3 to sealed folder", "sealed folder to folder"])
def stores(request: pytest.FixtureRequest, tmp_path: Path, keys: Path, bucket: Bucket) -> tuple[ObjectStore, ...]:
    def made(kind: str, name: str) -> ObjectStore:
        return bucket.open() if kind == "s3" else open_store(tmp_path / name, key_file=keys if " " in kind else None)

    source, target = request.param.split(" to ")
    return made(source, "source"), made(target, "target")


def contents(store: ObjectStore) -> dict[tuple[str, str], bytes]:
    return {pair: b"".join(store.open_stream(*pair)) for pair in store.list_keys()}


def test_a_move_copies_each_file_once_and_goes_on_where_it_was(stores: tuple[ObjectStore, ...]) -> None:
    source, target = stores
    for org, data in ((FAMILY, b"one"), (FIRM, b"one"), (FAMILY, os.urandom(5_000_000))):
        source.put_bytes(org, data)
    assert (keeping.move(source, target).done, keeping.move(source, target).done) == (3, 0)
    source.put_bytes(FIRM, b"came while it was moved")
    last = keeping.move(source, target)
    assert (last.done, last.left_alone, last.problems) == (1, 3, [])
    assert contents(target) == contents(source)


def test_an_altered_file_is_named_and_not_moved(tmp_path: Path, bucket: Bucket) -> None:
    source, target = open_store(tmp_path / "objects"), bucket.open()
    good, bad = (source.put_bytes(FAMILY, data).sha256 for data in (b"good", b"a dated letter"))
    (tmp_path / "objects" / object_key(FAMILY, bad)).write_bytes(b"another letter")
    result = keeping.move(source, target)
    assert result.done == 1 and len(result.problems) == 1
    assert bad in result.problems[0] and "altered" in result.problems[0]
    assert list(target.list_keys()) == [(FAMILY, good)]


def test_rotating_seals_all_that_can_be_and_names_the_rest(tmp_path: Path, keys: Path) -> None:
    plain = open_store(tmp_path / "objects")
    good, bad = (plain.put_bytes(FAMILY, data).sha256 for data in (b"good", b"a dated letter"))
    (tmp_path / "objects" / object_key(FAMILY, bad)).write_bytes(b"another letter")
    store = open_store(tmp_path / "objects", key_file=keys)
    first, second = keeping.rotate(store), keeping.rotate(store)
    assert (first.done, second.done, second.left_alone) == (1, 0, 1)
    assert bad in first.problems[0]
    add_key(keys)
    assert keeping.rotate(store).done == 1
    assert store.verify(FAMILY, good)


def test_a_key_does_not_lie_with_what_it_seals(tmp_path: Path) -> None:
    (tmp_path / "objects").mkdir()
    add_key(tmp_path / "objects" / "keys")
    with pytest.raises(KeyFileRefused, match="somewhere else"):
        open_store(tmp_path / "objects", key_file=tmp_path / "objects" / "keys")


def test_the_check_names_each_missing_and_each_altered_file_and_the_rows_that_name_it(
    world: World, settings: config.Settings, server: TestServer, database_name: str
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    for name in ("sound", "altered", "missing"):
        add(world, parent, case_id, f"This one is {name}.".encode(), f"{name}.txt")
    papers = {paper.title.lower(): paper for paper in papers_of(world, parent, case_id)}
    folder = Path(settings.storage_url)
    (folder / object_key(parent.org_id, papers["altered"].sha256)).write_bytes(b"Something else.")
    (folder / object_key(parent.org_id, papers["missing"].sha256)).unlink()
    owner = server.url(server.owner, database_name)
    found = {
        line for line in keeping.check(open_store(folder), owner).problems if str(papers["sound"].sha256) not in line
    }
    for words in ("altered", "missing"):
        assert f"{words}: {papers[words].sha256} (documents {papers[words].id})" in found
    quick = keeping.check(open_store(folder), owner, read_them=False).problems
    assert any(papers["missing"].sha256 in line for line in quick)
    assert not any(papers["altered"].sha256 in line for line in quick)


def test_a_role_inside_the_walls_may_not_judge_what_is_missing(settings: config.Settings) -> None:
    with pytest.raises(NotTheOwner, match="DATABASE_ADMIN_URL"):
        keeping.check(open_store(settings.storage_url), str(settings.database_url))
    refused = casemgr(settings, "sweep")
    assert refused.returncode == 1 and "DATABASE_ADMIN_URL" in refused.stderr


def test_the_commands_make_a_key_seal_move_and_say_what_they_did(
    settings: config.Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_file, folder = tmp_path / "keys", tmp_path / "objects"
    open_store(folder).put_bytes(FAMILY, b"a paper")
    monkeypatch.setenv("STORAGE_URL", str(folder))
    own = replace(settings, data_dir=tmp_path / "data")
    assert "was added" in casemgr(own, "storage", "new-key", str(key_file)).stdout
    refused = casemgr(own, "storage", "rotate")
    assert refused.returncode == 1 and "CASEMGR_STORE_KEY_FILE" in refused.stderr
    monkeypatch.setenv("CASEMGR_STORE_KEY_FILE", str(key_file))
    sealed = casemgr(own, "storage", "rotate")
    assert "1 file(s) sealed" in sealed.stdout, sealed.stderr
    moved = casemgr(own, "storage", "move", "--to", str(tmp_path / "new"), "--plain")
    assert "1 file(s) copied" in moved.stdout, moved.stderr
    assert list(contents(open_store(tmp_path / "new")).values()) == [b"a paper"]
    nowhere = casemgr(own, "storage", "move", "--to", "ftp://x")
    assert nowhere.returncode == 1 and "not a folder" in nowhere.stderr
