"""A letter goes out once, by a real mail server or by hand, and starts its clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select, update

from casemgr.cases.clock import today
from casemgr.deadlines.queries import current_facts
from casemgr.deadlines.services import FactQuestioned, NewFact, correct_fact
from casemgr.documents.models import Document
from casemgr.evidence.models import EvidenceEntry
from casemgr.extensions import db
from casemgr.law.terms import FactKind
from casemgr.letters import queries, richtext, sending, services, taking_back
from casemgr.letters.delivering import deliver
from casemgr.letters.models import LetterSending, LetterVersion, OutgoingLetter
from casemgr.letters.sending import Answered, ByHand, Recipient
from casemgr.letters.services import LetterRefused
from casemgr.notices.models import Notice
from casemgr.platform import mail
from casemgr.platform.locking import StaleForm
from casemgr.platform.posting import TryAgain
from casemgr.records import queries as records
from tests.letters.conftest import Desk
from tests.mailserver import Post

HUONG = Recipient("Nguyễn Thị Hương", "huong@example.org")
TODAY_ISH = date(2026, 3, 2)


def queue(desk: Desk, letter_id: UUID, *recipients: Recipient, **more: object) -> UUID:
    with desk.open() as (case, user, organization):
        row = desk.row(case, letter_id)
        given = {"with_blanks": False, "answered": Answered(), "version": row.version} | more
        return sending.mail(
            case, row, recipients or (HUONG,), "dana@example.org", organization=organization, by=user, **given
        ).id


def send(desk: Desk, letter_id: UUID, *recipients: Recipient) -> LetterSending:
    sending_id = queue(desk, letter_id, *recipients)
    with desk.open():
        deliver(sending_id)
    return sent(desk, sending_id)


def sent(desk: Desk, sending_id: UUID) -> LetterSending:
    with desk.open():
        found = db.session.get_one(LetterSending, sending_id)
        db.session.expunge(found)
        return found


def by_hand(desk: Desk, letter_id: UUID, on: date | None = None, **more: object) -> None:
    with desk.open() as (case, user, organization):
        row = desk.row(case, letter_id)
        number = queries.newest(row).number
        to = (Recipient("Sam Example"),)
        told = ByHand("certified", on or today(case), number, recipients=to, note="Receipt 9407")
        given = {"answered": Answered(), "version": row.version} | more
        sending.note_by_hand(case, row, told, organization=organization, by=user, **given)


def state(desk: Desk, letter_id: UUID) -> OutgoingLetter:
    with desk.open() as (case, _user, _organization):
        row = desk.row(case, letter_id)
        db.session.expunge(row)
        return row


def facts(desk: Desk) -> dict[str, date]:
    with desk.open() as (case, _user, _organization):
        return {fact.kind: fact.on_date for fact in current_facts(case)}


def test_a_mailed_letter_becomes_paper_entry_and_fact_at_once(desk: Desk, post: Post) -> None:
    letter_id = desk.written("evaluation_request")
    one = send(desk, letter_id, HUONG, Recipient("Alex Example", "alex@example.org"))
    assert (one.state, one.answer) == ("accepted", "250 kept")
    [(_to, message)] = post.letters
    assert message["To"] == "huong@example.org, alex@example.org" and message["Reply-To"] == "dana@example.org"
    assert "Dana Example" in str(message["From"]) and "Auto-Submitted" not in message
    text, pdf = message.get_payload()
    assert "evaluate Juniper again" in text.get_payload(decode=True).decode()
    row = state(desk, letter_id)
    with desk.open() as (case, _user, _organization):
        paper = db.session.get_one(Document, row.document_id)
        entry = db.session.get_one(EvidenceEntry, row.entry_id)
        assert pdf.get_payload(decode=True) == b"".join(_bytes(case, paper))
        assert (paper.visibility, paper.kind, paper.document_on) == ("shared", "letter", today(case))
        assert entry.kind == "email" and "alex@example.org" in entry.body and entry.documents[0]["id"] == str(paper.id)
        [fact] = current_facts(case)
        assert (fact.kind, fact.on_date, fact.document_id) == ("evaluation_requested", today(case), paper.id)
        assert (row.state, row.sent_on, fact.id) == ("sent", today(case), row.sent_fact_id)


def _bytes(case: object, paper: Document) -> object:
    from casemgr.documents.store import store

    return store().open_stream(paper.org_id, paper.sha256)


def test_a_letter_that_lacks_something_required_does_not_go_out(desk: Desk, post: Post) -> None:
    letter_id = desk.begin("private_placement_notice")
    with pytest.raises(LetterRefused, match="concerns"):
        queue(desk, letter_id)
    with pytest.raises(LetterRefused, match="concerns"):
        by_hand(desk, letter_id)
    gaps = desk.begin("evaluation_request")
    with pytest.raises(LetterRefused, match="gaps"):
        queue(desk, gaps)
    queue(desk, gaps, with_blanks=True)
    with pytest.raises(LetterRefused, match="on its way"):
        queue(desk, gaps, with_blanks=True)
    assert post.letters == []


def test_what_the_server_refuses_is_said_in_its_words_and_the_letter_is_a_draft_again(desk: Desk, post: Post) -> None:
    letter_id = desk.written()
    post.refuse = "550 5.1.1 no such mailbox"
    one = send(desk, letter_id)
    assert one.state == "refused" and "550 5.1.1 no such mailbox" in one.problem
    with desk.open() as (_case, user, _organization):
        [told] = db.session.scalars(select(Notice).where(Notice.user_id == user.id))
        assert told.page == "letters.show" and "no such mailbox" in told.lines[0]
    assert state(desk, letter_id).state == "draft" and facts(desk) == {} and not post.letters
    post.refuse = "451 try later"
    sending_id = queue(desk, letter_id)
    with desk.open():
        for _ in range(4):
            with pytest.raises(TryAgain):
                deliver(sending_id)
        deliver(sending_id)
        deliver(sending_id)
    assert sent(desk, sending_id).problem.endswith("We tried 5 times.")
    post.refuse = ""
    assert send(desk, letter_id).state == "accepted"
    with desk.open():
        deliver(sending_id)
    assert len(post.letters) == 1


def test_one_refused_address_does_not_hide_behind_those_that_were_taken(
    desk: Desk, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = mail.smtplib.SMTP.rcpt

    def rcpt(self: object, to: str, *more: object) -> tuple[int, bytes]:
        return (550, b"no") if to.startswith("alex") else ask(self, to, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(mail.smtplib.SMTP, "rcpt", rcpt)
    one = send(desk, desk.written(), HUONG, Recipient("Alex Example", "alex@example.org"))
    assert one.state == "accepted" and [who.get("refused") for who in one.recipients] == [None, "550 no"]


def test_a_worker_that_was_killed_in_the_middle_leaves_a_question_and_no_second_letter(desk: Desk, post: Post) -> None:
    letter_id = desk.written()
    sending_id = queue(desk, letter_id)
    with desk.open():  # what a worker leaves that was killed after it had asked the server
        db.session.execute(
            update(LetterSending).where(LetterSending.id == sending_id).values(state="handing_over", began_at=_now())
        )
        db.session.commit()
        deliver(sending_id)
    assert sent(desk, sending_id).state == "unknown" and post.letters == []
    with pytest.raises(LetterRefused, match="on its way"):
        queue(desk, letter_id)
    with desk.open() as (case, user, _organization):
        sending.settle(case, desk.row(case, letter_id), None, "Nobody has it.", by=user)
    assert state(desk, letter_id).state == "draft" and facts(desk) == {}
    again = queue(desk, letter_id)
    with desk.open() as (case, user, _organization):
        db.session.execute(
            update(LetterSending).where(LetterSending.id == again).values(state="unknown", began_at=_now())
        )
        db.session.commit()
        with pytest.raises(LetterRefused, match="handed over"):
            sending.settle(case, desk.row(case, letter_id), today(case) - timedelta(days=3), "?", by=user)
        db.session.rollback()
        sending.settle(case, desk.row(case, letter_id), today(case), "She answered.", by=user)
    assert state(desk, letter_id).state == "sent" and set(facts(desk)) == {"evaluation_requested"}


def _now() -> object:
    from casemgr.platform.columns import now

    return now()


def test_a_connection_that_breaks_on_the_wire_is_a_question_too(
    desk: Desk, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def data(self: object, message: bytes) -> None:
        raise mail.smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(mail.smtplib.SMTP, "data", data)
    one = send(desk, desk.written())
    assert one.state == "unknown" and "on the wire" in one.problem


def test_a_letter_that_waits_can_be_stopped(desk: Desk, post: Post) -> None:
    letter_id = desk.written()
    sending_id = queue(desk, letter_id)
    with desk.open() as (case, user, _organization):
        assert sending.stop(case, desk.row(case, letter_id), by=user)
        deliver(sending_id)
        assert not sending.stop(case, desk.row(case, letter_id), by=user)
    assert state(desk, letter_id).state == "draft" and post.letters == []


def test_a_letter_sent_by_hand_is_dated_by_its_sending_and_never_before_it_was_written(desk: Desk) -> None:
    letter_id = desk.written("iee_request")
    with desk.open() as (case, _user, _organization):
        day = today(case)
    for wrong in (day + timedelta(days=1), day - timedelta(days=1)):
        with pytest.raises(LetterRefused):
            by_hand(desk, letter_id, wrong)
    assert facts(desk) == {}
    by_hand(desk, letter_id)
    assert facts(desk) == {"iee_requested": day}
    row = state(desk, letter_id)
    with desk.open() as (case, user, _organization):
        for wrong in (day + timedelta(days=1), day - timedelta(days=1)):
            with pytest.raises(LetterRefused):
                sending.record_received(case, desk.row(case, letter_id), wrong, "?", None, answered=Answered(), by=user)
            db.session.rollback()
        sending.record_received(
            case, desk.row(case, letter_id), day, "They signed.", None, answered=Answered(), by=user
        )
        entry = db.session.get_one(EvidenceEntry, row.entry_id)
        assert entry.kind == "letter_sent" and "Receipt 9407" in entry.body
    assert facts(desk) == {"iee_requested": day} and state(desk, letter_id).received_on == day


def test_sent_and_received_are_two_facts(desk: Desk) -> None:
    letter_id = desk.written("evaluation_request")
    by_hand(desk, letter_id)
    assert set(facts(desk)) == {"evaluation_requested"}
    with desk.open() as (case, user, _organization):
        row = desk.row(case, letter_id)
        sending.record_received(case, row, today(case), "The receipt", row.document_id, answered=Answered(), by=user)
        received = next(fact for fact in current_facts(case) if fact.kind == "referral_received")
        assert (received.document_id, received.note) == (row.document_id, "The receipt")
    by_hand(desk, consent := desk.written("evaluation_consent", scope="all"))
    assert state(desk, consent).sent_fact_id is None and "evaluation_consent_received" not in facts(desk)


def test_a_request_for_records_is_listed_with_those_and_a_corrected_receipt_is_taken_back_as_it_stands(
    desk: Desk,
) -> None:
    letter_id = desk.written("records_request")
    by_hand(desk, letter_id)
    with desk.open() as (case, user, _organization):
        row = desk.row(case, letter_id)
        sending.record_received(case, row, today(case), "A stamp", None, answered=Answered(), by=user)
        asked = records.requests_of(case, frozenset({"shared"}))[0].row
        row = desk.row(case, letter_id)
        assert (asked.fact_id, asked.document_id) == (row.received_fact_id, row.document_id)
        assert asked.asked_of == "Sam Example" and "all education records of Juniper" in asked.words
        fact = taking_back.as_it_stands(case, row.received_fact_id)
        new = NewFact(FactKind.RECORDS_REQUESTED, fact.on_date, by_party="parent", note="Put right")
        correct_fact(case, fact, new, "A slip", by=user)
        taking_back.take_back(case, desk.row(case, letter_id), "It was another letter.", by=user)
    assert facts(desk) == {}


def test_what_speaks_against_the_day_is_asked_and_kept_with_its_reason(desk: Desk) -> None:
    desk.fact(FactKind.EVALUATION_CONSENT_RECEIVED, date(2026, 1, 20))
    letter_id = desk.written("evaluation_request")
    with pytest.raises(FactQuestioned) as asked:
        by_hand(desk, letter_id)
    seen = frozenset(one.key for one in asked.value.found)
    by_hand(desk, letter_id, answered=Answered("It is a second request.", seen))
    assert "evaluation_requested" in facts(desk)


def test_asking_for_a_meeting_moves_the_case_and_taking_it_back_undoes_that(desk: Desk) -> None:
    letter_id = desk.written("meeting_request")
    by_hand(desk, letter_id)
    with desk.open() as (case, user, _organization):
        assert case.stage == "team_meeting" and set(facts(desk)) == {"meeting_requested"}
    with desk.open() as (case, user, _organization):
        taking_back.take_back(case, desk.row(case, letter_id), "It lay in the drawer.", by=user)
    with desk.open() as (case, _user, _organization):
        row = desk.row(case, letter_id)
        assert (case.stage, row.state, row.sent_on) == ("concern_raised", "draft", None)
        [entry] = db.session.scalars(
            select(EvidenceEntry).where(EvidenceEntry.case_id == case.id, EvidenceEntry.supersedes_id.is_not(None))
        )
        assert "drawer" in entry.body
        assert [one.state for one in queries.sendings_of(row)] == ["taken_back"]
    assert facts(desk) == {}
    by_hand(desk, letter_id)
    assert set(facts(desk)) == {"meeting_requested"}


def test_what_the_mail_server_took_cannot_be_taken_back_but_can_go_to_others(desk: Desk, post: Post) -> None:
    letter_id = desk.written()
    first = send(desk, letter_id)
    with desk.open() as (case, user, _organization), pytest.raises(LetterRefused, match="left the house"):
        taking_back.take_back(case, desk.row(case, letter_id), "?", by=user)
    second = send(desk, letter_id, Recipient("Alex Example", "alex@example.org"))
    assert second.pdf_sha256 == first.pdf_sha256 and len(post.letters) == 2
    assert set(facts(desk)) == {"evaluation_requested"}


def test_what_was_sent_stays_as_it_was_also_for_the_database(desk: Desk, owner_connection: psycopg.Connection) -> None:
    letter_id = desk.written()
    by_hand(desk, letter_id)
    with desk.open() as (case, user, _organization):
        row = desk.row(case, letter_id)
        content = queries.content_of(queries.newest(row))
        changed = replace(content, body=richtext.from_plain("Other words"))
        with pytest.raises(LetterRefused, match="was sent"):
            services.save(case, row, changed, [], version=row.version, by=user)
        db.session.rollback()
    for statement in (
        "UPDATE outgoing_letters SET sent_on = '2020-01-01' WHERE id = %s",
        "INSERT INTO outgoing_letter_versions (id, org_id, case_id, letter_id, number, content, body, saved_by_name,"
        " saved_at) SELECT gen_random_uuid(), org_id, case_id, letter_id, 99, content, 'x', '', now()"
        " FROM outgoing_letter_versions WHERE letter_id = %s LIMIT 1",
    ):
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation):
            owner_connection.execute(statement, [letter_id])
        owner_connection.rollback()


def test_every_saved_version_is_kept_and_two_tabs_never_overwrite_each_other(desk: Desk) -> None:
    letter_id = desk.begin()
    with desk.open() as (case, user, _organization):
        row = desk.row(case, letter_id)
        content, seen = queries.content_of(queries.newest(row)), row.version
        mine = replace(content, body=richtext.from_plain("Mine"))
        services.save(case, row, mine, [], version=seen, by=user)
        services.save(case, row, mine, [], version=row.version, by=user)  # nothing changed: no version
        with pytest.raises(StaleForm):
            services.save(case, row, replace(content, subject="Theirs"), [], version=seen, by=user)
        db.session.rollback()
        row = desk.row(case, letter_id)
        services.restore(case, row, 1, version=row.version, by=user)
        versions = queries.versions_of(desk.row(case, letter_id))
        assert [(one.number, one.restored_from) for one in versions] == [(3, 1), (2, None), (1, None)]
        assert queries.content_of(versions[0]) == content and queries.content_of(versions[1]) == mine
        with pytest.raises(Exception, match="permission denied"):
            db.session.execute(update(LetterVersion).values(body="x"))
        db.session.rollback()


def test_nothing_that_is_not_shared_gets_into_a_draft(desk: Desk) -> None:
    from casemgr.evidence.services import NewEntry, log_entry

    with desk.open() as (case, user, _organization):
        for visibility in ("shared", "internal", "privileged", "mediation"):
            new = NewEntry("observation", date(2026, 1, 7), f"Seen {visibility}", visibility=visibility)
            log_entry(case, new, by=user)
    letter_id = desk.begin("evaluation_request")
    with desk.open() as (case, _user, _organization):
        row = desk.row(case, letter_id)
        text = queries.content_of(queries.newest(row)).text + str(row.used)
        assert "Seen shared" in text
        assert not any(word in text for word in ("Seen internal", "Seen privileged", "Seen mediation"))


def test_what_can_be_written_next_follows_what_happened(desk: Desk) -> None:
    def proposed() -> list[str]:
        with desk.open() as (case, _user, _organization):
            return [one.kind.kind for one in queries.suggested(case)]

    assert "evaluation_request" in proposed()
    with desk.open() as (case, _user, _organization):
        day = today(case)
    desk.fact(FactKind.IEP_PROPOSED_RECEIVED, day - timedelta(days=2))
    assert proposed()[0] == "iep_response" and "evaluation_request" in proposed()
    desk.written("iep_response", iep="accept", placement="accept")
    assert "iep_response" not in proposed()
