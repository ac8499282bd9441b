"""A sample of the corpus goes in by the command line, in one go, and ends as its manifest expects.

`test_storage_corpus.py` looks at every file; this is about the way in: every tenth file of each expectation.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections import defaultdict
from pathlib import Path

import pytest
from flask import Flask

from casemgr.documents.importing import Answer, find, run
from casemgr.documents.services import PaperDetails
from tests.corpus import test_storage_corpus as storage
from tests.world import World

__test__ = storage.__test__
pytestmark = pytest.mark.corpus

EVERY = 10
MOST_BYTES = 1_000_000
EXPECTED = {
    "ok": {"accepted"},
    "damaged-recoverable": {"accepted"},
    "damaged-fatal": {"kept_unreadable"},
    "bomb": {"kept_unreadable", "accepted"},
    "encrypted": {"kept_unreadable"},
    "unsupported": {"refused"},
}
EXCEPTIONS = {
    **{key: {"accepted"} for key in storage.SHOWN_ALTHOUGH_LOCKED},
    **{key: {"accepted"} for key in storage.SHOWN_ALTHOUGH_FATAL},
    **{key: {"accepted", "kept_unreadable"} for key in storage.KEPT_ALTHOUGH_UNSUPPORTED},
    **{key: {"refused"} for key in storage.REFUSED_ALTHOUGH_DAMAGED},
}
KEPT_CLOSED = ("calendar/",)
"""Kept as they came and not read here: nobody can say that they are damaged."""


def expected(path: str, expect: str) -> set[str]:
    if path.startswith(KEPT_CLOSED) and path not in EXCEPTIONS:
        return EXPECTED[expect] | {"accepted"}
    return EXCEPTIONS.get(path, EXPECTED[expect])


def sample() -> list[dict[str, str]]:
    by_expectation = defaultdict(list)
    with (storage.CORPUS / "MANIFEST.csv").open(encoding="utf-8", newline="") as manifest:
        for row in csv.DictReader(manifest):
            if int(row["bytes"]) <= MOST_BYTES:
                by_expectation[row["expect"]].append(row)
    return [row for rows in by_expectation.values() for row in rows[::EVERY]]


def test_a_folder_of_the_corpus_ends_as_the_manifest_expects(app: Flask, world: World, tmp_path: Path) -> None:
    rows = sample()
    for row in rows:
        (tmp_path / row["path"]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(storage.CORPUS / row["path"], tmp_path / row["path"])
    parent = world.person()
    case_id = world.case(parent)
    answers = list(run(app, parent.user_id, case_id, find([tmp_path]), PaperDetails()))
    told: dict[str, Answer] = {os.path.relpath(answer.path, tmp_path): answer for answer in answers}
    assert told.keys() == {row["path"] for row in rows}
    wrong = {
        row["path"]: (told[row["path"]].status, told[row["path"]].reason)
        for row in rows
        if told[row["path"]].status not in expected(row["path"], row["expect"])
    }
    assert wrong == {}
    for row in rows:
        answer = told[row["path"]]
        assert answer.sha256 == row["sha256"]
        assert answer.reason or answer.status == "accepted"
        if row["expect"] == "ok" and row["pages"] and row["kind"] in ("pdf", "tif", "tiff"):
            assert answer.pages == int(row["pages"])
