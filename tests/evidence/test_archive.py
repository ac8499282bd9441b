"""An exported archive proves itself: whatever is done to it shows, and the first such thing is named. No database."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from casemgr.evidence import archive, chain
from casemgr.evidence.archive_check import ArchiveCheck, verify_archive

CASE = "8d6f3a52-6b7e-4c1f-9a55-0f4f5e1d2c3b"
LETTER, PHOTO = b"%PDF-1.4 a letter of the district", b"\xff\xd8\xff a photo"
FILES = {sha256(content).hexdigest(): content for content in (LETTER, PHOTO)}
GENESIS = sha256(f"casemgr evidence log of case {CASE}".encode()).hexdigest()
HIDDEN = 4


def entry(number: int, previous: str, *digests: str) -> archive.ArchivedEntry:
    papers = [{"id": f"paper-{digest[:4]}", "page": None, "sha256": digest} for digest in digests]
    text = json.dumps({"case": CASE, "number": number, "title": f"Entry {number}", "documents": papers})
    digest = chain.entry_hash(previous, text.encode())
    return archive.ArchivedEntry(number, previous, digest, None if number == HIDDEN else text)


def contents() -> archive.Contents:
    """Five entries; No. 3 has a letter; No. 4 is left out; a photo belongs to none."""
    letter, photo = FILES
    entries, previous = [], GENESIS
    for number in range(1, 6):
        entries.append(entry(number, previous, *([letter] if number == 3 else [])))
        previous = entries[-1].hash
    papers = [
        archive.ArchivedPaper(f"paper-{digest[:4]}", digest, len(FILES[digest]), name, {"title": title, "custody": []})
        for digest, name, title in (
            (letter, "files/0001-letter.pdf", "Letter"),
            (photo, "files/0002-photo.jpg", "Photo"),
        )
    ]
    tied = [{"number": 3, "hash": entries[2].hash}]
    issue = archive.with_record({"number": 1, "title": "No evaluation", "entries": tied})
    goal = archive.with_record({"goal": "g", "text": "Will read", "entries": tied})
    made = archive.Contents(CASE, GENESIS, "0.1.0", "2026-03-02T10:00:00Z", "Rowan Example", entries, papers)
    return replace(made, issues=[issue], goals=[goal])


def packed(told: archive.Contents | None = None, files: dict[str, bytes] | None = None) -> bytes:
    kept = FILES if files is None else files
    out = io.BytesIO()
    archive.write_archive(
        out,
        told or contents(),
        lambda digest: [kept[digest]] if digest in kept else None,
        {archive.INDEX: b"<p>to read</p>", archive.TABLE: b"No.\r\n"},
    )
    return out.getvalue()


def check(tmp_path: Path, content: bytes, seal: str = "") -> ArchiveCheck:
    path = tmp_path / "log.zip"
    path.write_bytes(content)
    return verify_archive(path, seal)


def repacked(change: Callable[[dict[str, bytes]], None], *, with_seal: bool = False) -> bytes:
    """Unpack, change the members, pack again with the same headers; `with_seal` also makes the seal fit."""
    with zipfile.ZipFile(io.BytesIO(packed())) as old:
        members = {name: old.read(name) for name in old.namelist()}
    change(members)
    if with_seal:
        members[archive.SEAL] = f"{sha256(members[archive.MANIFEST]).hexdigest()}  {archive.MANIFEST}\n".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name, content in members.items():
            with new.open(archive.member_info(name, len(content)), "w") as target:
                target.write(content)
    return out.getvalue()


def manifest(edit: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        told = json.loads(members[archive.MANIFEST])
        edit(told)
        members[archive.MANIFEST] = archive.canonical_json(told)

    return change


def test_an_untouched_archive_is_intact_and_the_same_log_gives_the_same_bytes(tmp_path: Path) -> None:
    found = check(tmp_path, packed())
    assert found.intact, found.summary
    assert (found.entries, found.left_out, found.files) == (5, 1, 2)
    assert found.head == contents().head
    assert "1 of the entries" in found.summary
    assert packed() == packed()


def test_an_empty_log_is_intact(tmp_path: Path) -> None:
    assert check(tmp_path, packed(replace(contents(), entries=[], papers=[], issues=[], goals=[]))).intact


def test_an_archive_of_before_there_were_issues_in_it_is_still_intact(tmp_path: Path) -> None:
    old = packed(replace(contents(), issues=[], goals=[]))
    assert b'"issues"' not in old and b'"goals"' not in old
    assert check(tmp_path, old).summary.startswith("Intact. Entries in the chain: 5. Files: 2. 1 of")
    assert "Files: 2. Issues: 1. Goals: 1." in check(tmp_path, packed()).summary


def swap(told: dict[str, Any]) -> None:
    rows = told["entries"]
    rows[1], rows[2] = rows[2], rows[1]


def renumbered_swap(told: dict[str, Any]) -> None:
    swap(told)
    for place, row in enumerate(told["entries"], start=1):
        row["number"] = place


def reword(told: dict[str, Any]) -> None:
    told["entries"][1]["canonical"] = told["entries"][1]["canonical"].replace("Entry 2", "Entry II")


def reword_with_hash(told: dict[str, Any]) -> None:
    reword(told)
    row = told["entries"][1]
    row["hash"] = chain.entry_hash(row["previous_hash"], row["canonical"].encode())


def hide(told: dict[str, Any]) -> None:
    told["entries"][1]["canonical"] = None


def cut_the_end(told: dict[str, Any]) -> None:
    del told["entries"][-1]


def swap_files(members: dict[str, bytes]) -> None:
    first, second = "files/0001-letter.pdf", "files/0002-photo.jpg"
    members[first], members[second] = members[second], members[first]


def more_custody(told: dict[str, Any]) -> None:
    told["papers"][1]["custody"].append({"act": "received", "words": "By hand"})


def another_paper_in_its_place(told: dict[str, Any]) -> None:
    paper = told["papers"][0]
    paper["sha256"] = told["papers"][1]["sha256"]
    paper["record"] = archive.record_hash(paper)


def other_words(told: dict[str, Any]) -> None:
    told["issues"][0]["title"] = "No evaluation at all"


def tied_to_another(told: dict[str, Any]) -> None:
    goal = told["goals"][0]
    goal["entries"] = [{"number": 2, "hash": goal["entries"][0]["hash"]}]
    goal["record"] = archive.record_hash(goal)


DAMAGE = [
    pytest.param(manifest(other_words), "changed", "Issue No. 1", id="the words of an issue"),
    pytest.param(manifest(tied_to_another), "changed", "The goal “Will read”", id="a goal is tied to another entry"),
    pytest.param(manifest(lambda told: told.pop("issues")), "changed", "manifest.json", id="the issues are gone"),
    pytest.param(manifest(reword), "changed", "Entry No. 2", id="the text of an entry"),
    pytest.param(manifest(reword_with_hash), "order", "Entry No. 3", id="a text with a fitting hash"),
    pytest.param(manifest(lambda told: told["entries"].pop(1)), "missing", "Entry No. 2", id="an entry is deleted"),
    pytest.param(manifest(lambda told: told["entries"].pop(3)), "missing", "Entry No. 4", id="a stub is deleted"),
    pytest.param(manifest(cut_the_end), "missing", "Entry No. 5", id="the end is cut off"),
    pytest.param(manifest(lambda told: told["entries"].clear()), "missing", "Entry No. 1", id="all are deleted"),
    pytest.param(manifest(swap), "order", "Entry No. 2", id="two entries change places"),
    pytest.param(manifest(renumbered_swap), "order", "Entry No. 2", id="two change places and numbers"),
    pytest.param(manifest(hide), "changed", "manifest.json", id="an entry is made a stub"),
    pytest.param(
        manifest(lambda told: told["entries"][3].update(hash="0" * 64)), "order", "Entry No. 5", id="a stub's hash"
    ),
    pytest.param(manifest(more_custody), "changed", "Photo", id="a line of custody is added"),
    pytest.param(manifest(another_paper_in_its_place), "changed", "Entry No. 3", id="a linked paper is exchanged"),
    pytest.param(manifest(lambda told: told["papers"].pop(0)), "missing", "Entry No. 3", id="a linked paper is gone"),
    pytest.param(manifest(lambda told: told.update(exported_by="X")), "changed", "manifest.json", id="the exporter"),
    pytest.param(swap_files, "changed", "Letter", id="two files change places"),
    pytest.param(lambda members: members.pop("files/0001-letter.pdf"), "missing", "Letter", id="a file is deleted"),
    pytest.param(lambda members: members.pop("files/0002-photo.jpg"), "missing", "Photo", id="a lone file is deleted"),
    pytest.param(lambda members: members.pop("index.html"), "missing", "index.html", id="the page is deleted"),
    pytest.param(lambda members: members.pop("manifest.json"), "missing", "manifest.json", id="no manifest"),
    pytest.param(lambda members: members.pop("manifest.sha256"), "missing", "manifest.sha256", id="no seal"),
    pytest.param(lambda members: members.update({"files/9.pdf": b"new"}), "added", "files/9.pdf", id="a file is added"),
    pytest.param(lambda members: members.update({"../../x": b"out"}), "added", "../../x", id="a path out of it"),
    pytest.param(
        lambda members: members.update({"index.html": b"other words"}), "changed", "index.html", id="the page is edited"
    ),
]


@pytest.mark.parametrize(("damage", "what", "item"), DAMAGE)
def test_the_first_thing_that_was_touched_is_named(
    tmp_path: Path, damage: Callable[[Any], object], what: str, item: str
) -> None:
    found = check(tmp_path, repacked(damage))
    assert found.fault is not None
    assert found.fault.what == what, found.summary
    assert item in found.fault.item
    assert not found.intact and found.summary.startswith("NOT INTACT")


@pytest.mark.parametrize(
    "damage", [swap, reword, reword_with_hash, cut_the_end, more_custody, hide, other_words, tied_to_another]
)
def test_a_seal_that_was_made_to_fit_hides_no_edit(tmp_path: Path, damage: Callable[[Any], object]) -> None:
    assert not check(tmp_path, repacked(manifest(damage), with_seal=True)).intact


def test_an_archive_built_anew_is_told_apart_by_the_seal_or_the_head_that_was_noted(tmp_path: Path) -> None:
    real = check(tmp_path, packed())
    entries = [entry(1, GENESIS)]
    forged = packed(replace(contents(), entries=entries, papers=[], issues=[], goals=[]))
    assert check(tmp_path, forged).intact
    for noted in (real.seal, real.head, real.seal.upper() + "\n"):
        assert check(tmp_path, packed(), noted).intact
        found = check(tmp_path, forged, noted)
        assert found.fault is not None and found.fault.what == "seal"


def test_no_single_bit_can_be_flipped_unseen(tmp_path: Path) -> None:
    good = packed()
    chance = random.Random(4)
    for place in [*chance.sample(range(len(good)), 400), *range(len(good) - 22, len(good))]:
        bad = bytearray(good)
        bad[place] ^= 1 << chance.randrange(8)
        assert not check(tmp_path, bytes(bad)).intact, f"byte {place} of {len(good)}"


def test_a_file_lost_or_altered_before_the_export_shows_in_the_archive(tmp_path: Path) -> None:
    letter, photo = FILES
    lost = check(tmp_path, packed(files={photo: PHOTO}))
    assert lost.fault is not None and (lost.fault.what, lost.entries) == ("missing", 2)
    altered = check(tmp_path, packed(files={photo: PHOTO, letter: b"something else"}))
    assert altered.fault is not None and altered.fault.what == "changed"


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("manifest.json", b"0" * 10_000_000)
    return out.getvalue()


def with_manifest(content: bytes) -> bytes:
    return repacked(lambda members: members.update({"manifest.json": content}))


HOSTILE = [
    pytest.param(lambda: b"", id="nothing"),
    pytest.param(lambda: b"PK\x05\x06" + b"\0" * 18, id="an empty archive"),
    pytest.param(lambda: packed()[:-30], id="cut off"),
    pytest.param(lambda: packed() + b"more", id="something after it"),
    pytest.param(lambda: b"#!/bin/sh\n" + packed(), id="something before it"),
    pytest.param(bomb, id="a bomb"),
    pytest.param(lambda: with_manifest(b"[" * 200_000), id="deep nesting"),
    pytest.param(lambda: with_manifest(b"[]"), id="a manifest of another shape"),
    pytest.param(lambda: with_manifest(b"\xff\xfe"), id="a manifest that is no text"),
    pytest.param(lambda: with_manifest(b'{"format": 1, "format": 2}'), id="a key twice"),
    pytest.param(lambda: with_manifest(b"9" * 10_000), id="a huge number"),
    pytest.param(lambda: repacked(manifest(lambda told: told.update(version=2))), id="a later form"),
    pytest.param(lambda: repacked(manifest(lambda told: told.update(entries=7))), id="entries that are none"),
    pytest.param(lambda: repacked(manifest(lambda told: told.update(goals={"x": 1})), with_seal=True), id="odd goals"),
    pytest.param(lambda: repacked(manifest(lambda told: told.update(case="x"))), id="a case that is none"),
]


@pytest.mark.parametrize("make", HOSTILE)
def test_a_hostile_archive_is_refused_and_harms_nothing(tmp_path: Path, make: Callable[[], bytes]) -> None:
    found = check(tmp_path, make())
    assert not found.intact
    assert [path.name for path in tmp_path.iterdir()] == ["log.zip"]


def test_names_of_an_archive_cannot_play_tricks_on_a_terminal(tmp_path: Path) -> None:
    found = check(tmp_path, repacked(lambda members: members.update({"\x1b[2Jx\u202efdp" + "a" * 900: b"new"})))
    assert found.summary.isprintable() and len(found.summary) < 250


@pytest.mark.parametrize(
    ("client_name", "member"),
    [
        ("Letter.PDF", "files/0007-letter.pdf"),
        ("../../etc/passwd", "files/0007-passwd"),
        ("..\\..\\x.exe", "files/0007-x.exe"),
        ("дело.docx", "files/0007-paper.docx"),
        ("con", "files/0007-con"),
        ("a" * 300 + ".pdf", f"files/0007-{'a' * 60}.pdf"),
    ],
)
def test_a_file_lies_under_a_plain_name(client_name: str, member: str) -> None:
    assert archive.member_name(7, client_name) == member


def test_the_check_needs_no_database_settings_or_web_framework(tmp_path: Path) -> None:
    path = tmp_path / "log.zip"
    path.write_bytes(packed())
    program = (
        "import sys; from casemgr.evidence.archive_check import verify_archive; from pathlib import Path;"
        "print(verify_archive(Path(sys.argv[1])).summary);"
        "print([name for name in ('flask', 'sqlalchemy', 'config', 'psycopg') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0].startswith("Intact.")
    assert done.stdout.splitlines()[1] == "[]"


@pytest.mark.parametrize("is_whole", [True, False])
def test_the_command_says_so_and_ends_with_1_when_not_intact(tmp_path: Path, is_whole: bool) -> None:
    path = tmp_path / "log.zip"
    path.write_bytes(packed() if is_whole else repacked(manifest(reword)))
    done = subprocess.run(
        [sys.executable, "-m", "casemgr", "verify", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == (0 if is_whole else 1), done.stderr
    assert ("Intact." if is_whole else "NOT INTACT. Entry No. 2") in done.stdout
