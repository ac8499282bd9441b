"""A person covers places, has a copy made, and finds it with its reasons in a log that only grows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from casemgr.audit.models import AuditEvent
from casemgr.cases.models import Case
from casemgr.copies import queries as copies
from casemgr.copies import services as saying
from casemgr.documents import tasks as previews
from casemgr.documents.models import Document, DocumentPage
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.filings.exhibits import why_not
from casemgr.redaction import patterns, tasks
from casemgr.redaction.models import Redaction, RedactionEntry, RedactionMark
from casemgr.storage import redaction as storage
from tests.documents.paper import add
from tests.reading.makers import paper, placed
from tests.redaction.makers import SECRET, everything_in, sheet, text_of
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]
EVERY = frozenset({"shared", "internal", "privileged", "mediation"})
DAY = date(2016, 5, 4)
TYPED = {"left": "10", "top": "10", "wide": "20", "high": "5"}
STORY = """Dana Lee was born on 03/04/2015 and lives at 12 Larch Street, Apt 4, Fernhollow, MA 02000.
Her mother's number is (555) 010-0199, or 555.010.0142; mail: marta.lee@example.org.
SSN 123-45-6789 stands in the file. The school moved to 40 Elm Road in 2019.
Lee, Dana sat beside Dana's friend. The meeting was on 03/05/2025. Date of birth: May 4, 2016.
"""


def row_of(world: World, actor: Actor, model: type, *wanted: object) -> object:
    with world.scope(actor):
        found = db.session.scalars(select(model).where(*wanted)).one()
        db.session.expunge_all()
        return found


def drawn(world: World, actor: Actor, case_id: UUID, data: bytes, **details: str) -> UUID:
    document_id = add(world, actor, case_id, data, "notes.pdf", **details)
    with world.scope(actor):
        previews.draw_preview.func.__wrapped__(case_id=str(case_id), document_id=str(document_id))
    return document_id


def work(world: World, actor: Actor, case_id: UUID, redaction_id: object, **more: str) -> None:
    with world.scope(actor):
        given = {"case_id": str(case_id), "redaction_id": str(redaction_id), "by_id": str(actor.user_id)}
        tasks.make.func.__wrapped__(**given, **more)


def number_of(world: World, actor: Actor, paper_id: UUID, word: str) -> int:
    page = row_of(world, actor, DocumentPage, DocumentPage.document_id == paper_id, DocumentPage.number == 1)
    with world.scope(actor):
        words = db.session.scalar(select(DocumentPage.words).where(DocumentPage.id == page.id))  # type: ignore[attr-defined]
    return next(at for at, one in enumerate(words) if word in one[0])


def test_a_privileged_paper_is_covered_copied_shared_and_logged(
    world: World, client_for: ClientFor, raw_connection: psycopg.Connection
) -> None:
    lawyer = world.person("attorney", "firm", name="Alex Attorney")
    case_id = world.case(lawyer)
    original = drawn(world, lawyer, case_id, sheet(), title="Notes", visibility="privileged")
    client, url = client_for(lawyer), f"/cases/{case_id}/papers/{original}/redact"
    place = number_of(world, lawyer, original, SECRET)
    page = client.get(url).text
    assert f'name="word" value="{place}"' in page and "nothing covered" in " ".join(page.split())

    assert client.post(f"{url}/marks?page=1", data={"reason": "other_child"}).status_code == 422
    form = {"reason": "other_child", "word": str(place)}
    assert client.post(f"{url}/marks?page=1", data=form).status_code == 302
    assert client.post(f"{url}/marks?page=1", data=form).status_code == 302  # twice is once
    box = {"reason": "other", "words": f"about {SECRET}", "place": "box:0.1,0.1,0.9,0.3"}
    assert client.post(f"{url}/marks?page=1", data=box).status_code == 302
    assert client.post(f"{url}/marks?page=9", data=box).status_code == 422
    marks = {mark.found_by: mark for mark in all_marks(world, lawyer, case_id)}
    assert set(marks) == {"words", "drawn"} and marks["words"].reason == "other_child"

    version = row_of(world, lawyer, Redaction, Redaction.case_id == case_id).version  # type: ignore[attr-defined]
    give = {
        "title": "Notes, redacted",
        "visibility": "shared",
        "reason": "The school asked for them.",
        "version": version,
    }
    answer = client.post(f"{url}/finish", data=give)
    assert answer.status_code == 422 and "More people will see the copy" in answer.text
    answer = client.post(f"{url}/finish", data=give | {"confirmed": "y"})
    assert answer.status_code == 422 and "repeat what the box covers" in answer.text
    client.post(f"{url}/marks/{marks['drawn'].id}/remove?page=1")
    assert client.post(f"{url}/finish", data=give | {"confirmed": "y"}).status_code == 409  # other boxes than were seen
    version = row_of(world, lawyer, Redaction, Redaction.case_id == case_id).version  # type: ignore[attr-defined]
    answer = client.post(f"{url}/finish", data=give | {"confirmed": "y", "version": version})
    assert answer.status_code == 302
    redaction_id = answer.location.rsplit("/", 1)[1]
    assert client.get(url).location.endswith(redaction_id)  # while it is made, its boxes stay
    assert client.get(f"/cases/{case_id}/redactions/{redaction_id}/progress").json["state"] == "running"
    work(world, lawyer, case_id, redaction_id)
    work(world, lawyer, case_id, redaction_id)  # a job that comes twice does nothing

    with world.scope(lawyer):
        entry = db.session.scalars(select(RedactionEntry).where(RedactionEntry.case_id == case_id)).one()
        whole, copy = db.session.get_one(Document, original), db.session.get_one(Document, entry.result_id)
        assert (whole.visibility, copy.visibility, copy.title) == ("privileged", "shared", "Notes, redacted")
        assert why_not(copy) is None and why_not(whole) is not None
        data = b"".join(store().open_stream(lawyer.org_id, copy.sha256))
        assert SECRET not in everything_in(data) and "Reading goals" in text_of(data)
        told = f"{entry.marks} {entry.reason} {entry.proof} {copy.custody} {whole.custody} {audit_of(case_id)}"
        assert SECRET not in told and entry.reason == "The school asked for them."
        assert (entry.by_name, entry.visibility_was, entry.visibility) == ("Alex Attorney", "privileged", "shared")
        assert (entry.original_sha256, entry.result_sha256) == (whole.sha256, copy.sha256)
        case = db.session.get_one(Case, case_id)
        kin = copies.kin_of(case, EVERY, copy)
        assert kin.unredacted is not None and kin.unredacted.paper.id == original
        assert copies.kin_of(case, {"shared"}, copy).unredacted is None  # who may not see it learns nothing
        with pytest.raises(saying.SayingRefused, match="stays on record"):
            saying.take_back(case, kin.unredacted.relation, by=world.user(lawyer))
    log = client.get(f"/cases/{case_id}/redactions").text
    assert "Name or details of another child" in log and SECRET not in log and "The school asked for them." in log
    assert "Made, and proved" in client.get(f"/cases/{case_id}/redactions/{redaction_id}").text
    assert client.get(url).status_code == 200  # another copy can be begun

    raw_connection.execute(f"SET app.org_id = '{lawyer.org_id}'")
    for statement in ("UPDATE redaction_log SET reason = 'x'", "DELETE FROM redaction_log"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), raw_connection.transaction():
            raw_connection.execute(statement)


def all_marks(world: World, actor: Actor, case_id: UUID) -> list[RedactionMark]:
    with world.scope(actor):
        rows = db.session.scalars(select(RedactionMark).where(RedactionMark.case_id == case_id)).all()
        db.session.expunge_all()
        return list(rows)


def audit_of(case_id: UUID) -> str:
    return str([row.detail for row in db.session.scalars(select(AuditEvent).where(AuditEvent.case_id == case_id))])


def test_a_copy_that_cannot_be_proved_is_none_and_says_why(
    world: World, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = world.person()
    case_id = world.case(me)
    original = drawn(world, me, case_id, sheet(), title="Notes")
    client, url = client_for(me), f"/cases/{case_id}/papers/{original}/redact"
    client.post(f"{url}/marks?page=1", data={"reason": "contact", "whole": "yes"})
    version = row_of(world, me, Redaction, Redaction.case_id == case_id).version  # type: ignore[attr-defined]
    give = {"title": "Notes", "visibility": "shared", "reason": "To send.", "version": version}
    redaction_id = client.post(f"{url}/finish", data=give).location.rsplit("/", 1)[1]

    def leaks(*_given: object, **_more: object) -> None:
        raise storage.NotRedacted(storage._leak({"what": "words", "number": 1}))

    monkeypatch.setattr(tasks, "redact", leaks)
    work(world, me, case_id, redaction_id)
    page = client.get(f"/cases/{case_id}/redactions/{redaction_id}").text
    assert "words under a box were still in it (page 1)" in page and "Back to the boxes" in page
    with world.scope(me):
        assert db.session.scalar(select(RedactionEntry.id).where(RedactionEntry.case_id == case_id)) is None
        assert len(db.session.scalars(select(Document.id).where(Document.case_id == case_id)).all()) == 1


def test_nobody_decided_who_sees_the_copy_of_a_paper_that_was_closed_while_the_copy_was_made(
    world: World, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = world.person()
    case_id = world.case(me)
    original = drawn(world, me, case_id, sheet(), title="Notes")
    client, url = client_for(me), f"/cases/{case_id}/papers/{original}/redact"
    client.post(f"{url}/marks?page=1", data={"reason": "contact", "whole": "yes"})
    real = tasks.redact

    def closed_meanwhile(*given: Any, **more: Any) -> Any:
        db.session.get_one(Document, original).visibility = "privileged"
        db.session.commit()
        return real(*given, **more)

    for meanwhile, was in ((True, "shared"), (False, "shared")):  # while it is made, and while it waits
        monkeypatch.setattr(tasks, "redact", closed_meanwhile if meanwhile else real)
        version = row_of(world, me, Redaction, Redaction.case_id == case_id).version  # type: ignore[attr-defined]
        give = {"title": "Notes", "visibility": "shared", "reason": "To send.", "version": version, "confirmed": "y"}
        redaction_id = client.post(f"{url}/finish", data=give).location.rsplit("/", 1)[1]
        work(world, me, case_id, redaction_id, visibility_was=was)
        assert (
            "Who may see the paper was changed meanwhile"
            in client.get(f"/cases/{case_id}/redactions/{redaction_id}").text
        )
    with world.scope(me):
        assert len(db.session.scalars(select(Document.id).where(Document.case_id == case_id)).all()) == 1


def test_patterns_are_found_confirmed_and_covered_on_all_pages(world: World, client_for: ClientFor) -> None:
    me = world.person()
    case_id = world.case(me)
    original = paper(world, me, case_id, STORY, "Nothing here", "")
    client, url = client_for(me), f"/cases/{case_id}/papers/{original}/redact"
    client.post(f"/cases/{case_id}/names-to-protect", data={"names": "Dana Lee\nDÁNA LEE\n\nRobin"})
    listed = client.get(f"/cases/{case_id}/names-to-protect")
    assert listed.status_code == 200 and "Robin" in listed.text
    page = client.get(f"{url}/find").text
    assert "Dana Lee\nRobin" in page.replace("\r", "")
    wanted = {"kinds": list(patterns.PATTERNS), "names": "Dana Lee\nDana"}
    page = client.post(f"{url}/find", data=wanted).text
    assert "page 3" in page and "could not be searched" in page  # nothing can be found where no words are
    found = [part.split('"')[0] for part in page.split('name="found" value="')[1:]]
    assert {one.split(":")[0] for one in found} == {"1"} and len(found) == 11
    assert client.post(f"{url}/cover", data={"found": [*found[1:], "9:1-2:name", "x", "1:5-2:ssn"]}).status_code == 302
    client.post(f"{url}/cover", data={"found": found[1:]})
    marks = all_marks(world, me, case_id)
    assert len(marks) == 10 and {mark.found_by for mark in marks} == {"pattern"}
    assert {mark.reason for mark in marks} == {"identity", "contact", "other_child"}
    assert "Nothing was ticked" in client.post(f"{url}/cover", data={}, follow_redirects=True).text


def test_a_date_of_birth_is_found_beside_its_label_though_another_column_was_read_between() -> None:
    columns = [
        (0.1, ("Date of", "Service log", "Social Security")),
        (0.4, ("birth: 5/4/2016", "3/4/2026", "123456789")),
    ]
    words = [
        [word, left + n / 20, line / 10, left + (n + 0.9) / 20, line / 10 + 0.03]
        for left, lines in columns
        for line, text in enumerate(lines)
        for n, word in enumerate(text.split())
    ]
    found = patterns.find(words, ["dob", "ssn"])
    assert {(one.kind, one.words) for one in found} == {("dob", "5/4/2016"), ("ssn", "123456789")}


def test_patterns_know_the_many_ways_of_writing() -> None:
    words = placed(STORY)
    found = patterns.find(words, list(patterns.PATTERNS), ["Dana Lee", "Dana"])
    assert [(one.kind, one.words) for one in found] == [
        ("name", "Dana Lee"),
        ("dob", "03/04/2015"),
        ("address", "12 Larch Street, Apt 4, Fernhollow, MA 02000."),
        ("phone", "(555) 010-0199,"),
        ("phone", "555.010.0142;"),
        ("email", "marta.lee@example.org."),
        ("ssn", "123-45-6789"),
        ("address", "40 Elm Road"),
        ("name", "Lee, Dana"),
        ("name", "Dana's"),
        ("dob", "May 4, 2016."),
    ]
    born = patterns.find(placed("Seen again: 5/4/2016, 2016-05-04 and May 4 2016; not 15/4/2016"), ["dob"], (), DAY)
    assert [one.words for one in born] == ["5/4/2016,", "2016-05-04", "May 4 2016;"]
    assert patterns.kinds_in("XXX-XX-6789 and 123456789; room 555 0101", ["ssn", "phone"]) == {"ssn"}
    assert patterns.kinds_in("Social Security No. 123456789", ["ssn"]) == {"ssn"}


def test_what_was_said_in_mediation_is_not_opened_by_a_box(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    original = paper(world, lawyer, case_id, "An offer", visibility="mediation")
    client, url = client_for(lawyer), f"/cases/{case_id}/papers/{original}/redact"
    client.post(f"{url}/marks?page=1", data={"reason": "mediation", **TYPED})
    page = client.get(f"{url}/finish").text
    assert 'value="mediation"' in page and 'value="shared"' not in page and "300.506(b)(8)" in page
    give = {"title": "x", "visibility": "shared", "reason": "y", "confirmed": "y", "version": "2"}
    assert client.post(f"{url}/finish", data=give).status_code == 422


def test_a_paper_without_pages_is_refused_with_the_way_out(world: World, client_for: ClientFor) -> None:
    me = world.person()
    case_id = world.case(me)
    sound = add(world, me, case_id, b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\x00" * 40, "call.wav")
    with world.scope(me):
        db.session.get_one(Document, sound).preview_state = "none"
        db.session.commit()
    url = f"/cases/{case_id}/papers/{sound}/redact"
    client = client_for(me)
    assert "Print it to a PDF" in client.get(url, follow_redirects=True).text
    assert client.post(f"{url}/marks?page=1", data={"reason": "contact", "whole": "yes"}).status_code == 422


def test_two_boxes_that_are_sent_at_once_are_both_kept(world: World, client_for: ClientFor) -> None:
    me = world.person()
    case_id = world.case(me)
    original = paper(world, me, case_id, "Words of a page")
    url = f"/cases/{case_id}/papers/{original}/redact/marks?page=1"
    clients, gate, done = [client_for(me) for _ in range(4)], Barrier(4), []

    def draw(number: int) -> None:
        gate.wait()
        form = {"reason": "contact", "place": f"box:0.1,0.{number}1,0.9,0.{number}9"}
        done.append(clients[number].post(url, data=form).status_code)

    threads = [Thread(target=draw, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [302] * 4 and len(all_marks(world, me, case_id)) == 4
