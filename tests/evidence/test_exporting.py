"""The export of a case's log: what goes in, what is left out, and what is recorded of it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from casemgr.audit.models import AuditEvent
from casemgr.cases.models import Case
from casemgr.documents.models import Document, DocumentPart
from casemgr.evidence import archive, exporting
from casemgr.evidence.archive_check import ArchiveCheck, verify_archive
from casemgr.evidence.models import EvidenceEntry
from casemgr.evidence.services import PaperRef
from casemgr.evidence.verification import verify_case
from casemgr.extensions import db
from casemgr.goals.models import Goal, GoalEvidence
from casemgr.issues.models import Issue, IssueEvidence
from casemgr.plans.models import Placement
from tests.evidence.makers import log, paper, stored_path, told
from tests.platform.test_cli import casemgr
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]
SECRET, BELOW = "Strategy for the hearing", "Memo of counsel"


@pytest.fixture
def attorney(world: World) -> Actor:
    return world.person("attorney", "firm")


def a_log(world: World, actor: Actor) -> tuple[UUID, UUID, UUID]:
    """Three entries: one with a letter and a privileged memo, one privileged, one more. Return case, letter, memo."""
    case_id = world.case(actor)
    letter = paper(world, actor, case_id, content=b"a letter", original_name="../Letter 1.pdf", title="=Letter")
    memo = paper(world, actor, case_id, content=b"a memo", title=BELOW, visibility="privileged")
    paper(world, actor, case_id, content=b"thrown away", title="In the trash", trashed_at="2026-03-02T10:00:00Z")
    log(
        world,
        actor,
        case_id,
        told("=1+1 A call", papers=[PaperRef(letter, 2), PaperRef(memo)], body="<script>alert(1)</script>"),
        told(SECRET, visibility="privileged"),
        told("The last one"),
    )
    return case_id, letter, memo


def exported(client: FlaskClient, case_id: UUID, **form: str) -> bytes:
    answer = client.post(f"/cases/{case_id}/evidence/export", data=form)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == "attachment; filename=evidence-log.zip"
    assert answer.mimetype == "application/zip"
    assert len(answer.data) == int(answer.headers["Content-Length"])
    return answer.data


def checked(tmp_path: Path, content: bytes) -> ArchiveCheck:
    (tmp_path / "log.zip").write_bytes(content)
    return verify_archive(tmp_path / "log.zip")


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_the_log_and_its_files_go_out_as_one_archive_that_verifies(
    world: World, client_for: Clients, attorney: Actor, tmp_path: Path
) -> None:
    case_id, _letter, _memo = a_log(world, attorney)
    content = exported(client_for(attorney), case_id)
    found = checked(tmp_path, content)
    assert found.intact, found.summary
    assert (found.entries, found.left_out, found.files) == (3, 0, 2)
    inside = members(content)
    assert inside["files/0001-letter-1.pdf"] == b"a letter"
    assert b"thrown away" not in content
    page = inside[archive.INDEX].decode()
    assert "&lt;script&gt;" in page and "<script" not in page
    assert SECRET in page and 'href="files/0001-letter-1.pdf"' in page
    rows = list(csv.reader(io.StringIO(inside[archive.TABLE].decode("utf-8-sig"))))
    assert rows[1][5] == "'=1+1 A call"
    assert "page 2" in rows[1][11]


@pytest.mark.parametrize("how", ["a viewer", "for handing on"])
def test_what_may_not_be_seen_is_left_out_and_the_chain_can_still_be_followed(
    world: World, client_for: Clients, attorney: Actor, tmp_path: Path, how: str
) -> None:
    case_id, _letter, memo = a_log(world, attorney)
    if how == "a viewer":
        content = exported(client_for(world.person("viewer", "firm", attorney.org_id)), case_id)
    else:
        content = exported(client_for(attorney), case_id, shared_only="1")
    for secret in (SECRET, BELOW, "a memo", "privileged"):
        assert secret.encode() not in content
    found = checked(tmp_path, content)
    assert found.intact, found.summary
    assert (found.entries, found.left_out, found.files) == (3, 1, 1)
    manifest = json.loads(members(content)[archive.MANIFEST])
    assert [row["canonical"] is None for row in manifest["entries"]] == [False, True, False]
    assert [row["id"] for row in manifest["left_out"]["papers"]] == [str(memo)]


def test_what_is_handed_on_holds_no_closed_paper_inside_another_or_as_a_copy_and_quotes_none(
    world: World, client_for: Clients, attorney: Actor, tmp_path: Path
) -> None:
    case_id, letter, memo = a_log(world, attorney)
    twin = paper(world, attorney, case_id, content=b"a memo", title="The same again")
    other = paper(world, attorney, case_id, content=b"mail with the same", title="Another mail")
    mail = paper(world, attorney, case_id, content=b"mail with memo", title="A mail")
    own = {"org_id": attorney.org_id, "case_id": case_id}
    log(world, attorney, case_id, told("It says so", papers=[PaperRef(letter, 1, "words that were open")]))
    with world.scope(attorney):
        for parent, child in ((mail, memo), (other, twin)):
            db.session.add(DocumentPart(**own, parent_id=parent, position=1, name="memo.pdf", document_id=child))
        db.session.get_one(Document, letter).visibility = "privileged"
        db.session.commit()
    content = exported(client_for(attorney), case_id, shared_only="1")
    for secret in (b"a memo", b"mail with memo", b"mail with the same", b"words that were open"):
        assert secret not in b"".join(members(content).values()), secret
    found = checked(tmp_path, content)
    assert found.intact and (found.entries, found.left_out, found.files) == (4, 2, 0), found.summary
    everything = b"".join(members(exported(client_for(attorney), case_id)).values())
    assert b"mail with memo" in everything and b"words that were open" in everything


def with_claims(world: World, actor: Actor, case_id: UUID) -> None:
    """Two issues, one of them withdrawn, and a goal; the first issue and the goal have all entries behind them."""
    with world.scope(actor):
        own = {"org_id": actor.org_id, "case_id": case_id}
        issues = [
            Issue(**own, id=uuid4(), number=1, title="=No evaluation", law="idea", facts="Asked in May."),
            Issue(**own, id=uuid4(), number=2, title="Taken back", law="idea", is_withdrawn=True),
        ]
        plan = Placement(**own, id=uuid4(), agreed_on=date(2026, 1, 5), school="Larch Street School")
        db.session.add_all([*issues, plan])
        db.session.flush()
        goal_id = uuid4()
        db.session.add(Goal(**own, id=goal_id, goal_id=goal_id, placement_id=plan.id, area="reading", text="Will read"))
        db.session.flush()
        for entry_id in db.session.scalars(select(EvidenceEntry.id).where(EvidenceEntry.case_id == case_id)).all():
            db.session.add(IssueEvidence(**own, issue_id=issues[0].id, entry_id=entry_id))
            db.session.add(GoalEvidence(**own, goal_id=goal_id, entry_id=entry_id))
        db.session.commit()


def test_issues_and_goals_go_out_with_the_entries_behind_them_and_only_those_that_may_be_seen(
    world: World, client_for: Clients, attorney: Actor, tmp_path: Path
) -> None:
    case_id, _letter, _memo = a_log(world, attorney)
    with_claims(world, attorney, case_id)
    content = exported(client_for(attorney), case_id)
    assert "Issues: 2. Goals: 1." in checked(tmp_path, content).summary
    inside = members(content)
    told = json.loads(inside[archive.MANIFEST])
    assert [one["number"] for one in told["issues"][0]["entries"]] == [1, 2, 3]
    assert told["goals"][0]["plan"]["school"] == "Larch Street School" and told["goals"][0]["area"] == "Reading"
    rows = list(csv.reader(io.StringIO(inside[archive.TABLE].decode("utf-8-sig"))))
    assert rows[1][-2:] == ["'=No evaluation", "Will read"]
    page = inside[archive.INDEX].decode()
    assert "Issue 1. =No evaluation" in page and 'href="#entry-2"' in page and "Will read" in page

    content = exported(client_for(attorney), case_id, shared_only="1")
    assert "Issues: 1. Goals: 1." in checked(tmp_path, content).summary
    assert b"Taken back" not in content
    told = json.loads(members(content)[archive.MANIFEST])
    assert [[entry["number"] for entry in one["entries"]] for one in (*told["issues"], *told["goals"])] == [[1, 3]] * 2


def test_an_export_is_in_the_audit_log_and_in_the_custody_of_each_file(
    world: World, client_for: Clients, attorney: Actor, tmp_path: Path
) -> None:
    case_id, letter, memo = a_log(world, attorney)
    client = client_for(attorney)
    found = checked(tmp_path, exported(client, case_id, shared_only="1"))
    with world.scope(attorney):
        event = db.session.query(AuditEvent).filter_by(case_id=case_id, action=exporting.EXPORTED).one()
        assert (event.actor_name, event.detail["seal"], event.detail["head"]) == (attorney.name, found.seal, found.head)
        last = db.session.get_one(Document, letter).custody[-1]
        assert (last["act"], last["by"]) == ("exported", attorney.name)
        assert found.seal[:16] in last["words"]
        assert db.session.get_one(Document, letter).version == 1  # a form that is open does not go stale
        assert db.session.get_one(Document, memo).custody == []
    assert found.seal in client.get(f"/cases/{case_id}/evidence/export").text
    later = json.loads(members(exported(client, case_id))[archive.MANIFEST])
    assert later["papers"][0]["custody"][-1]["act"] == "exported"


def test_a_stored_file_that_is_gone_shows_in_the_archive(
    world: World, client_for: Clients, attorney: Actor, tmp_path: Path
) -> None:
    case_id, letter, _memo = a_log(world, attorney)
    with world.scope(attorney):
        digest = db.session.get_one(Document, letter).sha256
    stored_path(world.app, attorney.org_id, digest).unlink()
    client = client_for(attorney)
    found = checked(tmp_path, exported(client, case_id))
    assert found.fault is not None and (found.fault.what, found.fault.item[:18]) == ("missing", "The paper “=Letter")
    assert "1 file was missing" in client.get(f"/cases/{case_id}/evidence/export").text


def test_too_much_for_a_page_is_refused_and_nothing_recorded(
    world: World, client_for: Clients, attorney: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, _letter, _memo = a_log(world, attorney)
    monkeypatch.setattr(exporting, "MOST_BYTES", 10)
    client = client_for(attorney)
    page = client.get(f"/cases/{case_id}/evidence/export")
    assert "too large to pack here" in page.text and "Make the archive" not in page.text
    answer = client.post(f"/cases/{case_id}/evidence/export")
    assert answer.status_code == 413
    with world.scope(attorney):
        assert exporting.past_exports(db.session.get_one(Case, case_id)) == []


@pytest.mark.parametrize("trouble", ["the disk is full", "two are made already"])
def test_what_stands_in_the_way_is_said_in_plain_words(
    world: World, client_for: Clients, attorney: Actor, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    case_id, _letter, _memo = a_log(world, attorney)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    if trouble == "the disk is full":
        monkeypatch.setattr(archive, "write_archive", full)
    else:
        monkeypatch.setattr(exporting, "_room", exporting.threading.BoundedSemaphore(1))
        exporting._room.acquire()
    answer = client_for(attorney).post(f"/cases/{case_id}/evidence/export")
    expected = {"the disk is full": (507, "no room on the disk"), "two are made already": (429, "Wait a minute")}
    assert (answer.status_code, expected[trouble][1] in answer.text) == (expected[trouble][0], True)


def test_the_command_line_writes_an_archive_that_it_then_verifies(world: World, settings: Any, tmp_path: Path) -> None:
    owner, stranger = world.person(), world.person()
    case_id, _letter, _memo = a_log(world, owner)
    target = tmp_path / "log.zip"
    refused = casemgr(settings, "export", str(case_id), str(target), "--email", stranger.email)
    assert (refused.returncode, target.exists()) == (1, False)
    made = casemgr(settings, "export", str(case_id), str(target), "--email", owner.email)
    assert made.returncode == 0 and "keep it to yourself" in made.stderr, made.stderr
    seal = made.stdout.split()[-1]
    assert verify_archive(target, seal).intact
    again = casemgr(settings, "export", str(case_id), str(target), "--email", owner.email)
    assert again.returncode == 1 and "Choose another" in again.stderr


@pytest.mark.parametrize(
    "custody", ["'[]'", "jsonb_set(custody, '{0,words}', '\"Never\"')", "custody - 0", "'[{}]' || custody"]
)
def test_the_database_lets_nobody_change_what_stands_in_a_custody(
    world: World, attorney: Actor, owner_connection: psycopg.Connection, custody: str
) -> None:
    case_id = world.case(attorney)
    line = {"at": "2026-03-02T10:00:00+00:00", "act": "received", "words": "Received", "by": "Rowan Example"}
    paper_id = paper(world, attorney, case_id, custody=[line])
    grow = 'UPDATE documents SET custody = custody || \'[{"act": "more"}]\' WHERE id = %s'
    assert owner_connection.execute(grow, [paper_id]).rowcount == 1
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        owner_connection.execute(f"UPDATE documents SET custody = {custody} WHERE id = %s", [paper_id])  # type: ignore[arg-type]


def test_how_an_entry_is_known_and_how_strong_it_is_are_asked_shown_hashed_and_exported(
    world: World, client_for: Clients, tmp_path: Path
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    log(world, parent, case_id, told("Before there was such a question"))
    client = client_for(parent)
    here = f"/cases/{case_id}/evidence"
    form = {"kind": "call", "happened_on": "2026-03-02", "precision": "day", "title": "A call", "visibility": "shared"}
    assert client.post(f"{here}/new", data=form | {"learned": "saw", "weight": "strong"}).status_code == 302
    assert client.post(f"{here}/new", data=form | {"learned": "guessed"}).status_code == 422
    with world.scope(parent):
        entry = db.session.query(EvidenceEntry).filter_by(case_id=case_id, number=2).one()
        assert (entry.learned, entry.weight) == ("saw", "strong")
        assert verify_case(db.session.get_one(Case, case_id)).intact
        entry_id = entry.id
    page = client.get(f"{here}/{entry_id}").text
    assert "I saw or heard it myself" in page and "Strong: it proves the point by itself" in page
    assert 'selected value="strong"' in client.get(f"{here}/{entry_id}/correct").text
    content = exported(client, case_id)
    assert checked(tmp_path, content).intact
    forms = [json.loads(row["canonical"])["form"] for row in json.loads(members(content)[archive.MANIFEST])["entries"]]
    assert forms == [1, 2]
