"""The head of a log leaves the house, and what comes back is compared."""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from casemgr.cases.models import Case
from casemgr.cli import main
from casemgr.evidence import archive, archive_check, exporting
from casemgr.evidence.archive_check import verify_archive
from casemgr.extensions import db
from casemgr.heads import queries, services
from casemgr.heads.delivering import deliver
from casemgr.heads.models import ChainHead
from casemgr.watch.services import look_through
from tests import authority as authorities
from tests.authority import Authority
from tests.evidence.makers import ALL, log, told
from tests.mailserver import Post
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]


@pytest.fixture
def owner(world: World) -> Actor:
    return world.person()


@pytest.fixture
def case_id(world: World, owner: Actor) -> UUID:
    case_id = world.case(owner)
    log(world, owner, case_id, told("First"), told("Second"))
    return case_id


def case_of(case_id: UUID) -> Case:
    return db.session.get_one(Case, case_id)


def heads(world: World, actor: Actor, case_id: UUID) -> list[ChainHead]:
    with world.scope(actor):
        return list(queries.sent_out(case_of(case_id)))


def deliver_all(world: World, actor: Actor, case_id: UUID) -> list[ChainHead]:
    """Do what the worker does with what is queued."""
    with world.scope(actor):
        for row in queries.sent_out(case_of(case_id)):
            deliver(row.id)
    return heads(world, actor, case_id)


def test_a_person_mails_the_head_to_themselves_and_finds_it_again(
    world: World, client_for: Clients, owner: Actor, case_id: UUID, post: Post
) -> None:
    client = client_for(owner)
    here = f"/cases/{case_id}/evidence/fingerprint"
    assert owner.email in client.get(here).text
    form = {"submission": str(uuid4()), "address": "rosa@example.org"}
    for _twice in range(2):
        assert client.post(f"{here}/mail", data=form).location.endswith("#sent")
    [row] = deliver_all(world, owner, case_id)
    assert (row.state, row.entries) == ("done", 2)
    [(to, letter)] = post.letters
    words = letter.get_payload()
    assert to == "rosa@example.org" and row.head in words and "Juniper" not in str(letter)
    log(world, owner, case_id, told("Third"))
    printed = " ".join(row.head[n : n + 8] for n in range(0, 64, 8)).upper()
    assert "hash of entry No. 2" in client.get(here, query_string={"kept": printed}).text
    assert "NOT FOUND" in client.get(here, query_string={"kept": "0" * 64}).text
    assert "not a fingerprint" in client.get(here, query_string={"kept": "<b>"}).text
    assert "rosa@example.org" in client.get(here).text
    viewer = client_for(world.person("viewer", org_id=owner.org_id)).get(here).text
    assert "an address of their own" in viewer and "rosa@example.org" not in viewer
    bad = client.post(f"{here}/mail", data={"address": "nobody"})
    assert bad.status_code == 422 and "name@example.org" in bad.text


def test_a_log_that_was_rewritten_as_a_whole_is_told_by_the_head_that_was_mailed(
    world: World, owner: Actor, case_id: UUID, owner_connection: psycopg.Connection
) -> None:
    """Not even the owner of the database, who recomputes every hash, can rewrite quietly."""
    with world.scope(owner):
        kept = queries.head_of(case_of(case_id)).sha256  # type: ignore[union-attr]
        entry = queries.place_of(case_of(case_id), kept)
        assert entry.is_sound
    owner_connection.execute("ALTER TABLE evidence_entries DISABLE TRIGGER USER")
    owner_connection.execute("UPDATE evidence_entries SET title = 'Other' WHERE case_id = %s AND number = 1", [case_id])
    owner_connection.commit()
    with world.scope(owner):
        assert queries.place_of(case_of(case_id), kept).broken_at == 1  # the words alone
    owner_connection.execute(
        "UPDATE evidence_entries SET hash = %s WHERE case_id = %s AND number = 2", ["1" * 64, case_id]
    )
    owner_connection.execute("ALTER TABLE evidence_entries ENABLE TRIGGER USER")
    owner_connection.commit()
    with world.scope(owner):
        assert queries.place_of(case_of(case_id), kept).summary.startswith("NOT FOUND")  # the hashes too


def test_what_cannot_be_delivered_is_tried_again_and_then_said(
    world: World, owner: Actor, case_id: UUID, post: Post
) -> None:
    with world.scope(owner):
        row_id = services.mail_head(case_of(case_id), "a@example.org", by=world.user(owner)).id
        post.refuse = "451 busy"
        assert [deliver(row_id) for _ in range(5)] == [False] * 4 + [True]
        assert deliver(row_id)  # over: a job that runs once more sends nothing
    [row] = heads(world, owner, case_id)
    assert (row.state, row.tries, row.problem) == ("failed", 5, "The mail server is busy.")
    post.refuse = "550 unknown"
    with world.scope(owner):
        row_id = services.mail_head(case_of(case_id), "a@example.org", by=world.user(owner)).id
        assert deliver(row_id)
    assert heads(world, owner, case_id)[0].problem.endswith("for this address.")
    assert post.letters == []


def test_mail_is_refused_where_none_is_sent_and_when_it_is_too_much(
    world: World, owner: Actor, case_id: UUID, app: Flask, request: pytest.FixtureRequest
) -> None:
    empty = world.case(owner)
    with world.scope(owner), pytest.raises(services.HeadRefused, match="sends no mail"):
        services.mail_head(case_of(case_id), "a@example.org", by=world.user(owner))
    request.getfixturevalue("post")
    with world.scope(owner):
        with pytest.raises(services.HeadRefused, match="empty"):
            services.mail_head(case_of(empty), "a@example.org", by=world.user(owner))
        for _ in range(services.MOST_MAILS_A_DAY):
            services.mail_head(case_of(case_id), "a@example.org", by=world.user(owner))
        with pytest.raises(services.HeadRefused, match="tomorrow"):
            services.mail_head(case_of(case_id), "a@example.org", by=world.user(owner))


def test_each_night_it_goes_to_who_asked_once_for_each_change_and_only_while_they_are_on_the_case(
    world: World, client_for: Clients, owner: Actor, case_id: UUID, post: Post, authority: Authority, app: Flask
) -> None:
    colleague = world.person("advocate", org_id=owner.org_id)
    mail_server = dataclasses.replace(app.config["SETTINGS"].mail_server or services.settings().mail_server)
    assert mail_server and authority.url
    for person in (owner, colleague):
        client_for(person).post(
            f"/cases/{case_id}/evidence/fingerprint/mail", data={"address": person.email, "nightly": "y"}
        )
    deliver_all(world, owner, case_id)
    assert len(post.letters) == 2

    def a_night() -> None:
        with world.scope(owner):
            look_through(owner.org_id)
        deliver_all(world, owner, case_id)

    a_night()
    assert len(post.letters) == 2  # nothing was logged since
    assert [row.way for row in heads(world, owner, case_id)].count("stamp") == 1
    log(world, owner, case_id, told("Third"))
    with world.scope(owner):
        db.session.execute(db.text("DELETE FROM memberships WHERE user_id = :id"), {"id": colleague.user_id})
        db.session.commit()
    a_night()
    a_night()
    assert [to for to, _letter in post.letters[2:]] == [owner.email]
    client_for(owner).post(f"/cases/{case_id}/evidence/fingerprint/nightly/stop")
    log(world, owner, case_id, told("Fourth"))
    a_night()
    assert len(post.letters) == 3


def stamped_archive(world: World, owner: Actor, case_id: UUID, path: Path) -> Path:
    with world.scope(owner):
        services.stamp_head(case_of(case_id), by=world.user(owner))
        with pytest.raises(services.HeadRefused, match="already"):
            services.stamp_head(case_of(case_id), by=world.user(owner))
    [row] = deliver_all(world, owner, case_id)
    assert (row.state, row.problem) == ("done", "")
    log(world, owner, case_id, told("After the stamp"))
    out = io.BytesIO()
    with world.scope(owner):
        exporting.export(case_of(case_id), ALL, out, by=world.user(owner), most_bytes=None)
    path.write_bytes(out.getvalue())
    return path


def test_a_stamp_of_an_authority_goes_into_the_archive_and_is_checked_offline(
    world: World, owner: Actor, case_id: UUID, authority: Authority, tmp_path: Path
) -> None:
    path = stamped_archive(world, owner, case_id, tmp_path / "a.zip")
    result = verify_archive(path)
    assert result.intact, result.summary
    assert "The first 2 entries stood like this on" in result.stamps[0] and "Clock of the tests" in result.stamps[0]
    noted = json.loads(zipfile.ZipFile(path).read("manifest.json"))["entries"][1]["hash"]
    told_by = CliRunner().invoke(main, ["verify", str(path), "--seal", noted, "--tsa-ca", str(authority.root)])
    assert told_by.exit_code == 0, told_by.output
    assert "checked with your certificates" in told_by.output and "entry No. 2" in told_by.output
    other = tmp_path / "other"
    other.mkdir()
    authorities.make_authority(other)
    refused = verify_archive(path, authorities=(other / "root.pem").read_bytes())
    assert refused.fault and refused.fault.what == "stamp"  # the same name, another key


def test_a_stamp_that_does_not_fit_is_named(
    world: World, owner: Actor, case_id: UUID, authority: Authority, tmp_path: Path
) -> None:
    path = stamped_archive(world, owner, case_id, tmp_path / "a.zip")
    manifest = json.loads(zipfile.ZipFile(path).read(archive.MANIFEST))
    [stamp] = manifest["stamps"]
    bad = {"token": stamp["token"][:-40] + "A" * 40, "entries": 3, "head": "0" * 64, "certificates": ""}
    hashes = [one["hash"] for one in manifest["entries"]]
    for name, value in bad.items():
        with pytest.raises(archive_check._Found) as found:
            archive_check._Look(b"")._stamp(stamp | {name: value}, manifest["case"], hashes)
        assert found.value.fault.what == "stamp", name


def test_an_authority_that_is_away_or_lies_is_said(
    world: World, owner: Actor, case_id: UUID, authority: Authority, app: Flask, tmp_path: Path
) -> None:
    settings = app.config["SETTINGS"]
    authorities.make_authority(tmp_path)
    app.config["SETTINGS"] = dataclasses.replace(settings, tsa_ca_file=tmp_path / "root.pem")
    with world.scope(owner):
        row = services.stamp_head(case_of(case_id), by=world.user(owner))
        assert deliver(row.id)
    [row] = heads(world, owner, case_id)
    assert row.state == "failed" and row.problem.startswith("It does not hold") and row.token is None
    app.config["SETTINGS"] = dataclasses.replace(settings, tsa_url="http://127.0.0.1:9/")
    with world.scope(owner):
        row = services.stamp_head(case_of(case_id), by=None)
        assert not deliver(row.id)
    assert heads(world, owner, case_id)[0].problem == "The time-stamping authority could not be reached."
