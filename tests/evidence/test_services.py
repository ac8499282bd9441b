"""Writing the log: it only grows, stays one chain under many hands, and refuses what a person may not do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, time
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import select

from casemgr.audit.models import AuditEvent
from casemgr.cases.models import Case
from casemgr.evidence import chain, queries
from casemgr.evidence.models import EvidenceDocument, EvidenceEntry
from casemgr.evidence.services import (
    AlreadyCorrected,
    CorrectionRefused,
    EvidenceRefused,
    NewEntry,
    PaperRef,
    PaperRefused,
    Someone,
    VisibilityRefused,
    correct_entry,
    log_entry,
    newest_version,
)
from casemgr.evidence.verification import verify_case
from casemgr.extensions import db
from casemgr.issues import services as issues
from casemgr.issues.queries import issues_by_entry
from casemgr.issues.services import NewIssue
from tests.evidence.makers import ALL, DAY, log, paper, person, told
from tests.world import World


def test_an_entry_keeps_what_was_told_and_says_who_recorded_it(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    tobias = person(world, actor, case_id)
    letter = paper(world, actor, case_id)
    [entry_id] = log(
        world,
        actor,
        case_id,
        told(
            happened_at=time(9, 30),
            body="No aide.\r\nUntil May.",
            shows="The IEP is not carried out.",
            people=[Someone("Tobias Example", tobias), Someone("A passer-by")],
            papers=[PaperRef(letter, 2)],
        ),
    )
    with world.scope(actor):
        entry = db.session.get_one(EvidenceEntry, entry_id)
        assert (entry.number, entry.happened_at, entry.body) == (1, time(9, 30), "No aide.\nUntil May.")
        assert entry.people == [
            {"id": str(tobias), "name": "Tobias Example"},
            {"id": None, "name": "A passer-by"},
        ]
        assert [one["page"] for one in entry.documents] == [2]
        assert entry.previous_hash == chain.genesis(case_id)
        assert (entry.recorded_by, entry.recorded_by_name) == (actor.user_id, actor.name)
        link = db.session.scalars(select(EvidenceDocument).where(EvidenceDocument.entry_id == entry_id)).one()
        assert (link.document_id, link.page) == (letter, 2)


def test_the_audit_log_witnesses_number_and_hash_but_no_words(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    [entry_id] = log(world, actor, case_id, told("A private matter"))
    with world.scope(actor):
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.subject_id == entry_id)).one()
        entry = db.session.get_one(EvidenceEntry, entry_id)
        assert event.detail == {"number": 1, "hash": entry.hash, "kind": "call"}


def test_the_hash_recomputes_after_a_trip_through_the_database(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    ids = log(world, actor, case_id, told("Größe ﬁn e\u0301"), told("Zwei", precision="year"), told("Drei"))
    with world.scope(actor):
        previous = chain.genesis(case_id)
        for entry_id in ids:
            entry = db.session.get_one(EvidenceEntry, entry_id)
            assert entry.previous_hash == previous
            assert chain.entry_hash(previous, chain.canonical(entry)) == entry.hash
            previous = entry.hash


def test_eighty_entries_of_eight_writers_at_once_make_one_unbroken_chain(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)

    def write(writer: int) -> None:
        for place in range(10):
            log(world, actor, case_id, told(f"Writer {writer}, entry {place}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    with world.scope(actor):
        found = verify_case(db.session.get_one(Case, case_id))
        assert (found.intact, found.checked_entries) == (True, 80)
        assert found.summary == "The log is intact. All 80 entries are as first written."


def test_writers_of_another_case_do_not_wait(world: World) -> None:
    actor = world.person()
    one, other = world.case(actor), world.case(actor)
    with world.scope(actor):
        log_entry(db.session.get_one(Case, one), told(), by=world.user(actor), commit=False)
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(log, world, actor, other, told()).result(timeout=20)
        db.session.rollback()


def test_an_entry_that_is_rolled_back_leaves_no_gap(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        log_entry(case, told("Lost"), by=None, commit=False)
        db.session.rollback()
        assert log_entry(case, told("Kept"), by=None).number == 1
        assert verify_case(case).intact


@pytest.mark.parametrize("statement", ["UPDATE evidence_entries SET title = 'x'", "DELETE FROM evidence_entries"])
def test_the_application_role_cannot_change_the_log(
    world: World, raw_connection: psycopg.Connection, statement: str
) -> None:
    actor = world.person()
    log(world, actor, world.case(actor), told())
    raw_connection.execute("SELECT set_config('app.org_id', %s, true)", [str(actor.org_id)])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw_connection.execute(statement)


@pytest.mark.parametrize(
    ("precision", "kept_on", "words"),
    [
        ("day", date(2026, 3, 20), "March 20, 2026, 4:05 p.m."),
        ("month", date(2026, 3, 1), "March 2026"),
        ("year", date(2026, 1, 1), "2026"),
    ],
)
def test_a_date_is_kept_and_shown_no_more_exactly_than_it_is_known(
    world: World, precision: str, kept_on: date, words: str
) -> None:
    from casemgr.evidence.kinds import when_words

    actor = world.person()
    case_id = world.case(actor)
    with world.scope(actor):
        entry = log_entry(
            db.session.get_one(Case, case_id),
            told(happened_on=date(2026, 3, 20), happened_at=time(16, 5), precision=precision),
            by=None,
        )
        assert entry.happened_on == kept_on
        assert when_words(entry.happened_on, entry.precision, entry.happened_at) == words


def _refused(world: World, entry: NewEntry, error: type[Exception], visible: frozenset[str] = ALL) -> str:
    actor = world.person()
    case_id = world.case(actor)
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        with pytest.raises(error) as caught:
            log_entry(case, entry, by=world.user(actor), visible=visible)
        db.session.rollback()
        assert queries.entries(case, ALL).total == 0
    return str(caught.value)


def test_an_entry_without_a_title_is_refused(world: World) -> None:
    assert "few words" in _refused(world, told(" \n\x07 "), EvidenceRefused)


def test_a_client_cannot_write_an_entry_that_the_client_could_not_open(world: World) -> None:
    client = frozenset({"shared", "mediation"})
    assert "visibility" in _refused(world, told(visibility="privileged"), VisibilityRefused, client)


def test_a_paper_that_is_not_in_the_case_is_refused(world: World) -> None:
    assert "not in this case" in _refused(world, told(papers=[PaperRef(uuid4())]), PaperRefused)


def test_a_paper_that_the_writer_may_not_open_is_refused(world: World) -> None:
    actor = world.person("attorney", "firm")
    case_id = world.case(actor)
    memo = paper(world, actor, case_id, visibility="privileged")
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        with pytest.raises(PaperRefused):
            log_entry(case, told(papers=[PaperRef(memo)]), by=None, visible={"shared"})
        with pytest.raises(PaperRefused, match="no page 4"):
            log_entry(case, told(papers=[PaperRef(memo, 4)]), by=None, visible=ALL)
        with pytest.raises(PaperRefused, match="twice"):
            log_entry(case, told(papers=[PaperRef(memo, 1), PaperRef(memo, 2)]), by=None, visible=ALL)
        assert queries.entries(case, ALL).total == 0


def test_a_correction_takes_the_place_of_an_entry_and_keeps_its_issues_and_hidden_papers(world: World) -> None:
    actor = world.person("attorney", "firm")
    case_id = world.case(actor)
    shared, memo = paper(world, actor, case_id), paper(world, actor, case_id, visibility="privileged")
    with world.scope(actor):
        case, user = db.session.get_one(Case, case_id), world.user(actor)
        issue = issues.add_issue(case, NewIssue("No aide", "idea"), by=user)
        first = log_entry(
            case, told(papers=[PaperRef(shared), PaperRef(memo)], issue_ids=[issue.id]), by=user, visible=ALL
        )
        new = told("Call with the vice principal", papers=[PaperRef(shared)], correction_reason="Wrong person")
        second = correct_entry(case, first, new, by=user, visible={"shared"}, keep_issues=True)
        assert (second.number, second.supersedes_id, first.title) == (2, first.id, "Call with the principal")
        assert {one["id"] for one in second.documents} == {str(shared), str(memo)}
        assert [ref.id for ref in issues_by_entry(case, [second.id])[second.id]] == [issue.id]
        assert [row.id for row in queries.chronology(case, ALL)] == [second.id]
        assert newest_version(case, first).id == second.id
        assert verify_case(case).intact


def test_only_the_newest_version_can_be_corrected_and_only_with_a_reason(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        first = log_entry(case, told(), by=None)
        with pytest.raises(CorrectionRefused, match="why"):
            correct_entry(case, first, told(), by=None, visible=ALL, keep_issues=False)
        second = log_entry(case, told("Two", supersedes_id=first.id, correction_reason="a"), by=None)
        third = log_entry(case, told("Three", supersedes_id=second.id, correction_reason="b"), by=None)
        with pytest.raises(AlreadyCorrected) as caught:
            log_entry(case, told("Four", supersedes_id=first.id, correction_reason="c"), by=None)
        assert caught.value.newest.id == third.id
        db.session.rollback()
        assert queries.entries(case, ALL).total == 1


def test_an_entry_of_another_case_cannot_be_corrected_here(world: World) -> None:
    actor = world.person()
    here, there = world.case(actor), world.case(actor)
    [foreign] = log(world, actor, there, told())
    with world.scope(actor), pytest.raises(CorrectionRefused, match="not in this case"):
        log_entry(db.session.get_one(Case, here), told(supersedes_id=foreign, correction_reason="x"), by=None)


def test_the_chronology_is_oldest_first_and_holds_only_what_may_be_seen(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    log(
        world,
        actor,
        case_id,
        told("Late", happened_on=date(2026, 3, 9)),
        told("Secret", visibility="privileged"),
        told("Afternoon", happened_at=time(15)),
        told("Morning", happened_at=time(8)),
        told("Some time that day", happened_on=DAY),
    )
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        titles = [row.title for row in queries.chronology(case, {"shared"})]
        assert titles == ["Some time that day", "Morning", "Afternoon", "Late"]
        assert [row.title for row in queries.newest(case, {"shared"}, 2)] == ["Late", "Afternoon"]
        assert queries.count(case, ALL) == 5
