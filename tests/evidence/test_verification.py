"""Damage done behind the program's back is found, and the right entry named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import psycopg
import pytest

from casemgr.cases.models import Case
from casemgr.documents.models import Document
from casemgr.evidence import chain
from casemgr.evidence.models import EvidenceEntry
from casemgr.evidence.services import PaperRef
from casemgr.evidence.verification import Verification, past_verifications, verify_and_record, verify_case
from casemgr.extensions import db
from tests.evidence.makers import log, paper, stored_path, told
from tests.world import Actor, World


@dataclass
class Log:
    """A log of five entries; No. 3 has a paper."""

    world: World
    actor: Actor
    case_id: UUID
    paper_id: UUID

    def verify(self) -> Verification:
        with self.world.scope(self.actor):
            return verify_case(db.session.get_one(Case, self.case_id))


@pytest.fixture
def five(world: World) -> Log:
    actor = world.person()
    case_id = world.case(actor)
    paper_id = paper(world, actor, case_id)
    papers = {3: [PaperRef(paper_id, 1)]}
    log(world, actor, case_id, *(told(f"Entry {n}", papers=papers.get(n, ())) for n in range(1, 6)))
    return Log(world, actor, case_id, paper_id)


def test_an_untouched_log_is_intact(five: Log) -> None:
    found = five.verify()
    assert (found.intact, found.checked_entries, found.checked_files) == (True, 5, 1)
    assert found.summary == (
        "The log is intact. All 5 entries are as first written. The one linked file is unchanged too."
    )


def test_an_empty_log_is_intact_and_says_so(world: World) -> None:
    actor = world.person()
    found = Log(world, actor, world.case(actor), UUID(int=0)).verify()
    assert found.intact
    assert "empty" in found.summary


def edit(where: str) -> Callable[[psycopg.Connection, UUID], None]:
    """Damage that is one statement on the entries of the case."""

    def damage(connection: psycopg.Connection, case_id: UUID) -> None:
        changed = connection.execute(
            f"UPDATE evidence_entries SET {where} AND case_id = %s",
            [case_id],  # type: ignore[arg-type]
        )
        assert changed.rowcount == 1

    return damage


def delete(*numbers: int) -> Callable[[psycopg.Connection, UUID], None]:
    def damage(connection: psycopg.Connection, case_id: UUID) -> None:
        for table, column in (("evidence_documents", "entry_id"), ("evidence_entries", "id")):
            connection.execute(
                f"DELETE FROM {table} WHERE {column} IN"  # type: ignore[arg-type]
                " (SELECT id FROM evidence_entries WHERE case_id = %s AND number = ANY(%s))",
                [case_id, list(numbers)],
            )

    return damage


def swap(connection: psycopg.Connection, case_id: UUID) -> None:
    for old, new in ((2, 99), (4, 2), (99, 4)):
        connection.execute(
            "UPDATE evidence_entries SET number = %s WHERE number = %s AND case_id = %s", [new, old, case_id]
        )


def close_the_gap(connection: psycopg.Connection, case_id: UUID) -> None:
    delete(4)(connection, case_id)
    edit("number = 4 WHERE number = 5")(connection, case_id)


DAMAGE = [
    pytest.param(edit("title = 'Another title' WHERE number = 2"), 2, "changed", id="a text is edited"),
    pytest.param(edit("body = ' ' WHERE number = 1"), 1, "changed", id="a blank is added to the first entry"),
    pytest.param(edit("happened_on = happened_on - 1 WHERE number = 5"), 5, "changed", id="a date is moved"),
    pytest.param(edit("visibility = 'privileged' WHERE number = 2"), 2, "changed", id="an entry is hidden"),
    pytest.param(
        edit("recorded_at = recorded_at - interval '1 second' WHERE number = 4"), 4, "changed", id="backdated"
    ),
    pytest.param(edit("recorded_by_name = 'Nobody' WHERE number = 4"), 4, "changed", id="another writer is named"),
    pytest.param(edit("people = '7' WHERE number = 2"), 2, "changed", id="the people are no longer a list"),
    pytest.param(edit("documents = '[]' WHERE number = 3"), 3, "changed", id="a paper is taken out of the entry"),
    pytest.param(edit("hash = repeat('0', 64) WHERE number = 3"), 3, "changed", id="a hash is changed"),
    pytest.param(edit("previous_hash = repeat('0', 64) WHERE number = 3"), 3, "changed", id="a link is changed"),
    pytest.param(delete(2), 2, "missing", id="an entry in the middle is deleted"),
    pytest.param(delete(1), 1, "missing", id="the first entry is deleted"),
    pytest.param(delete(5), 5, "missing", id="the last entry is deleted"),
    pytest.param(delete(1, 2, 3, 4, 5), 1, "missing", id="all entries are deleted"),
    pytest.param(close_the_gap, 4, "changed", id="an entry is deleted and the next takes its number"),
    pytest.param(swap, 2, "changed", id="two entries are swapped"),
]


@pytest.mark.parametrize(("damage", "number", "what"), DAMAGE)
def test_the_first_broken_entry_is_named(
    five: Log,
    owner_connection: psycopg.Connection,
    damage: Callable[[psycopg.Connection, UUID], None],
    number: int,
    what: str,
) -> None:
    damage(owner_connection, five.case_id)
    owner_connection.commit()
    found = five.verify()
    assert found.first_broken is not None
    assert (found.first_broken.number, found.first_broken.what) == (number, what)
    assert not found.intact
    assert f"No. {number}" in found.summary


def rewrite(five: Log, connection: psycopg.Connection, number: int) -> None:
    """Change an entry and give it the hash that fits its new words."""
    with five.world.scope(five.actor):
        case = db.session.get_one(Case, five.case_id)
        entry = db.session.query(EvidenceEntry).filter_by(case_id=case.id, number=number).one()
        db.session.expunge(entry)
        entry.title = "Rewritten"
        fitting = chain.entry_hash(entry.previous_hash, chain.canonical(entry))
    connection.execute(
        "UPDATE evidence_entries SET title = 'Rewritten', hash = %s WHERE number = %s AND case_id = %s",
        [fitting, number, five.case_id],
    )
    connection.commit()


def test_an_entry_rewritten_with_a_fitting_hash_is_named_by_the_audit_log(
    five: Log, owner_connection: psycopg.Connection
) -> None:
    rewrite(five, owner_connection, 2)
    found = five.verify()
    assert found.first_broken is not None
    assert (found.first_broken.number, found.first_broken.what) == (2, "changed")
    assert "audit log" in found.first_broken.why


def test_without_the_audit_log_the_entry_after_the_rewritten_one_shows_the_break(
    five: Log, owner_connection: psycopg.Connection
) -> None:
    owner_connection.execute("DELETE FROM audit_events WHERE case_id = %s", [five.case_id])
    rewrite(five, owner_connection, 2)
    found = five.verify()
    assert found.first_broken is not None
    assert (found.first_broken.number, found.first_broken.what) == (3, "order")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM evidence_documents WHERE case_id = %s",
        "UPDATE evidence_documents SET page = 2 WHERE case_id = %s",
        "UPDATE documents SET sha256 = repeat('1', 64) WHERE case_id = %s",
    ],
)
def test_a_paper_that_was_exchanged_is_named_with_its_entry(
    five: Log, owner_connection: psycopg.Connection, statement: str
) -> None:
    owner_connection.execute(statement, [five.case_id])  # type: ignore[arg-type]
    owner_connection.commit()
    found = five.verify()
    assert found.first_broken is not None
    assert (found.first_broken.number, found.first_broken.what) == (3, "papers")


@pytest.mark.parametrize("loss", ["altered", "deleted"])
def test_a_stored_file_that_was_altered_or_deleted_is_named_with_its_entry(five: Log, loss: str) -> None:
    with five.world.scope(five.actor):
        digest = db.session.get_one(Document, five.paper_id).sha256
    path = stored_path(five.world.app, five.actor.org_id, digest)
    path.chmod(0o600)
    if loss == "altered":
        path.write_bytes(b"something else")
    else:
        path.unlink()
    found = five.verify()
    assert found.first_broken is not None
    assert (found.first_broken.number, found.first_broken.what) == (3, "file")


def test_a_kept_result_tells_when_by_whom_and_what_was_found(five: Log) -> None:
    with five.world.scope(five.actor):
        case = db.session.get_one(Case, five.case_id)
        found = verify_and_record(case, by=five.world.user(five.actor))
        [kept] = past_verifications(case)
        assert kept.actor_name == five.actor.name
        assert kept.detail["summary"] == found.summary
        assert (kept.detail["intact"], kept.detail["entries"], kept.detail["head"]) == (True, 5, found.head)
