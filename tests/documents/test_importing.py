"""Papers from a disk: every file gets its answer, and a bad one stops nothing."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result

import config
from casemgr import cli
from casemgr.documents import import_command, importing, services
from casemgr.documents.importing import find
from casemgr.platform import database
from tests.documents.paper import papers_of, pdf
from tests.server import TestServer
from tests.world import Actor, World


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two papers, one twice, a broken one, one that we do not take, what systems leave behind, a link, a pipe."""
    inside = tmp_path / "papers" / "Fall"
    inside.mkdir(parents=True)
    (inside.parent / "IEP 2026-01-05.pdf").write_bytes(pdf("Goal", 2))
    (inside / "copy.pdf").write_bytes(pdf("Goal", 2))
    (inside / "notes.txt").write_text("Called the team chair. No answer.")
    (inside / "broken.pdf").write_bytes(b"%PDF-1.7\n" + b"garbage " * 40)
    with ZipFile(inside / "nested.zip", "w") as nested:
        nested.writestr("more.zip", b"PK\x05\x06" + b"\0" * 18)
    (inside / "run.exe").write_bytes(b"MZ" + b"\0" * 200)
    (inside / "nothing.pdf").touch()
    (inside / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (inside / "elsewhere.pdf").symlink_to("/etc/hostname")
    os.mkfifo(inside / "pipe.pdf")
    return inside.parent


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, world: World, settings: config.Settings) -> Any:
    """Return a way to run the command line in this process, on the test's own application."""
    monkeypatch.setattr(cli, "_app", lambda: world.app)
    monkeypatch.setattr(cli, "_settings", lambda: settings)

    def run(*words: object) -> Result:
        return CliRunner().invoke(cli.main, ["import", *map(str, words)])

    return run


def lines(result: Result) -> tuple[dict[str, dict[str, Any]], dict[str, int]]:
    """The answers by the last part of their path, and the summary."""
    assert result.exit_code == 0, result.output
    *answers, last = (json.loads(line) for line in result.stdout.splitlines())
    return {Path(answer["path"]).name: answer for answer in answers}, last["summary"]


def test_each_file_of_a_folder_gets_its_line_in_a_fixed_order(world: World, command: Any, folder: Path) -> None:
    parent = world.person()
    case_id = world.case(parent)
    told, summary = lines(command(case_id, folder, "--json", "--email", parent.email, "--source", "Team chair"))
    assert list(told) == [
        ".DS_Store", "broken.pdf", "copy.pdf", "elsewhere.pdf", "nested.zip", "notes.txt", "nothing.pdf", "pipe.pdf",
        "run.exe", "IEP 2026-01-05.pdf",
    ]  # fmt: skip
    assert {name: answer["status"] for name, answer in told.items()} == {
        ".DS_Store": "refused",
        "broken.pdf": "kept_unreadable",
        "copy.pdf": "accepted",
        "elsewhere.pdf": "refused",
        "nested.zip": "kept_unreadable",
        "nothing.pdf": "refused",
        "notes.txt": "accepted",
        "pipe.pdf": "refused",
        "run.exe": "refused",
        "IEP 2026-01-05.pdf": "accepted",
    }
    assert all(answer["reason"] for answer in told.values() if answer["status"] != "accepted")
    assert "nothing inside it could be taken" in told["nested.zip"]["reason"]
    first, twin = told["copy.pdf"], told["IEP 2026-01-05.pdf"]
    assert (first["pages"], twin["pages"], twin["duplicate_of"]) == (2, 2, first["paper"])
    assert first["text_chars"] > 0 and told["notes.txt"]["text_chars"] >= 30
    assert first["sha256"] == hashlib.sha256(pdf("Goal", 2)).hexdigest()
    assert told["run.exe"]["sha256"] == hashlib.sha256((folder / "Fall" / "run.exe").read_bytes()).hexdigest()
    assert summary == {"files": 10, "accepted": 3, "kept_unreadable": 2, "refused": 5, "duplicates": 1}
    kept = papers_of(world, parent, case_id)
    assert [paper.original_name for paper in kept] == ["broken.pdf", "copy.pdf", "nested.zip", "notes.txt"]
    assert {(paper.source, paper.visibility, paper.uploaded_by_name) for paper in kept} == {
        ("Team chair", "shared", parent.name)
    }


def test_a_second_import_adds_nothing(world: World, command: Any, folder: Path) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = folder / "IEP 2026-01-05.pdf"
    one, _ = lines(command(case_id, paper, paper, "--json", "--email", parent.email))
    two, summary = lines(command(case_id, paper, "--json", "--email", parent.email, "--visibility", "privileged"))
    assert "It stays “Shared with the family”" in two[paper.name]["reason"]
    assert one[paper.name]["kind"] == "iep" and one[paper.name]["duplicate_of"] is None
    assert two[paper.name]["duplicate_of"] == one[paper.name]["paper"] and summary["duplicates"] == 1
    assert len(papers_of(world, parent, case_id)) == 1


def test_while_the_virus_scanner_is_away_the_import_ends_and_says_what_waits(
    world: World, command: Any, folder: Path, settings: config.Settings
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    world.app.config["SETTINGS"] = replace(settings, clamav="127.0.0.1:9")
    try:
        answers, _ = lines(command(case_id, folder / "Fall" / "notes.txt", "--json", "--email", parent.email))
    finally:
        world.app.config["SETTINGS"] = settings
    assert answers["notes.txt"]["status"] == "kept_unreadable"
    assert "virus scanner does not answer" in answers["notes.txt"]["reason"]


def test_without_json_people_read_sentences_that_no_file_name_can_bend(
    world: World, command: Any, tmp_path: Path
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    (tmp_path / "IEP \x1b[2J\n.txt").write_text("Words.")
    result = command(case_id, tmp_path, "--email", parent.email)
    assert "Accepted as IEP" in result.output and "\x1b" not in result.output and len(result.output.splitlines()) == 2
    assert "1 file(s): 1 accepted" in result.output


def test_a_fault_of_ours_in_one_file_ends_that_file_alone(
    world: World, command: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    receive = services.receive

    def fail_once(case: Any, stored: Any, file_type: Any, name: str, *rest: Any, **more: Any) -> Any:
        if name == "copy.pdf":
            raise RuntimeError("a fault of ours")
        return receive(case, stored, file_type, name, *rest, **more)

    monkeypatch.setattr(importing.services, "receive", fail_once)
    told, _ = lines(command(case_id, folder, "--json", "--email", parent.email))
    assert told["copy.pdf"]["status"] == "refused" and "on our side" in told["copy.pdf"]["reason"]
    assert told["IEP 2026-01-05.pdf"]["status"] == "accepted"


def test_a_wrong_case_person_or_path_is_status_2_and_brings_nothing(world: World, command: Any, folder: Path) -> None:
    parent, stranger = world.person("attorney", "firm"), world.person()
    case_id = world.case(parent)
    viewer = world.guest(case_id, parent.org_id, "viewer")
    client = world.guest(case_id, parent.org_id, "parent")
    for words in (
        (uuid4(), folder, "--email", parent.email),
        ("no-id", folder, "--email", parent.email),
        (case_id, folder / "not there", "--email", parent.email),
        (case_id, folder, "--email", "nobody@example.org"),
        (case_id, folder, "--email", stranger.email),
        (case_id, folder, "--email", viewer.email),
        (case_id, folder, "--email", client.email, "--visibility", "privileged"),
        (case_id, folder, "--email", parent.email, "--visibility", "everybody"),
        (case_id,),
    ):
        result = command(*words)
        assert result.exit_code == 2, (words, result.output)
        assert "Traceback" not in result.output
    assert papers_of(world, parent, case_id) == []


def test_without_an_email_it_is_who_looks_after_the_case(
    world: World, settings: config.Settings, server: TestServer, database_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent: Actor = world.person()
    case_id: UUID = world.case(parent)
    monkeypatch.setattr(database, "owner_url", lambda settings: server.url(server.owner, database_name))
    assert import_command._owner(settings, case_id) == parent.user_id
    with pytest.raises(importing.CannotImport):
        import_command._owner(settings, uuid4())


def test_names_that_are_no_text_are_named_all_the_same(tmp_path: Path) -> None:
    Path(os.fsdecode(bytes(tmp_path) + b"/\xff.pdf")).write_bytes(b"%PDF-1.7")
    (found,) = find([tmp_path, tmp_path / "."])
    assert found.problem == "" and json.dumps(str(found.path)).isascii()
