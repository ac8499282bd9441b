"""A certificate of service says what the record says, is kept as a paper, and is superseded, never changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.header import decode_header, make_header
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from casemgr.accounts.models import User
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.copies.standing import standing_of
from casemgr.documents.models import Document
from casemgr.exhibit_binders import services as binders
from casemgr.extensions import db
from casemgr.filings.material import long_date
from casemgr.filings.models import Packet
from casemgr.filings.services import FilingRefused
from casemgr.serving import certificates, parts, queries, services
from casemgr.serving.outgoing import Outgoing
from casemgr.serving.services import Told
from tests.filings.makers import Dispute, texts
from tests.mailserver import Post
from tests.serving.makers import made, made_binder, mail_to, rows, with_out, work
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


def note(case: Dispute, sent_id: UUID, name: str, *, what: str = "packet", **more: object) -> UUID:
    def do(row: Case, out: Outgoing, by: User) -> UUID:
        return services.note(row, out, Told(name, **({"way": "mail", "sent_on": today(row)} | more)), by=by).id

    return with_out(case, what, sent_id, do)  # type: ignore[no-any-return]


def certified(case: Dispute, sent_id: UUID, what: str = "packet") -> tuple[bool, Document, str]:
    """Press the button; returns whether it is new, the paper, and what stands on it."""

    def do(row: Case, out: Outgoing, by: User) -> tuple[bool, UUID]:
        made, is_new = certificates.make(row, out, by=by)
        return is_new, made.document_id

    is_new, paper_id = with_out(case, what, sent_id, do)
    with case.open():
        paper = db.session.get_one(Document, paper_id)
        db.session.expunge(paper)
    return is_new, paper, " ".join(" ".join(texts(case.bytes_of(paper.sha256))).split())


def test_it_lists_who_how_where_and_when_as_recorded_and_a_newer_one_supersedes_it(
    world: World, client_for: ClientFor, post: Post
) -> None:
    case, packet_id, url = made(world)
    client = client_for(case.actor)
    assert client.post(f"{url}/certificate", follow_redirects=True).text.count("No copy went out yet") == 1
    mail_to(case, packet_id, ("Dana Director", "director@example.org"), ("Gone", "gone@example.org"))
    first, gone = rows(case, packet_id)
    work(case, first)
    post.refuse = "550 no such person"
    work(case, gone)
    note(case, packet_id, "Hương Nguyễn", address="7 Larch Street\nFernhollow", note="She was rude")
    page = client.get(url).text
    assert "It will list 2 copies" in page and "No copy is on record for" not in page
    assert client.post(f"{url}/certificate").location.endswith(f"{packet_id}#certificate")
    is_new, paper, words = certified(case, packet_id)
    assert not is_new and (paper.visibility, paper.received_how) == ("shared", "own")
    with case.open() as (row, _):
        day = long_date(today(row))
        assert words.count(day) >= 3 and paper.document_on == today(row)
    for told in ("Bureau of Special", "Certificate of Service", "Dana Director", "director@example.org",
                 "By e-mail", "Hương Nguyễn", "7 Larch Street", "By mail", "Marta Example", first.sha256[:20],
                 "a true and complete copy", "Date"):  # fmt: skip
        assert told in words, told
    assert "gone@example.org" not in words and "rude" not in words and "Supersedes" not in words
    assert [line["act"] for line in paper.custody if line["act"] in ("made", "superseded")] == ["made"]

    page = client.get(url).text
    assert "In force" in page and "It lists all that went out" in page and "Make the certificate" not in page
    wrong = note(case, packet_id, "Lee Example")
    assert "The record has changed since" in client.get(url).text
    is_new, newer, words = certified(case, packet_id)
    assert is_new and "Lee Example" in words and f"Supersedes Certificate 1, made on {day}" in words
    with case.open() as (row, user):
        assert standing_of(row, frozenset({"shared"}), [paper.id, newer.id]).get(paper.id)
        assert db.session.get_one(Document, paper.id).custody[-1]["act"] in ("superseded", "related")
        lee = next(one for one in queries.copies_of({"packet_id": packet_id}) if one.id == wrong)
        services.take_back(row, lee, "The wrong envelope.", by=user)
    is_new, last, words = certified(case, packet_id)
    assert is_new and last.id not in (paper.id, newer.id) and "Lee Example" not in words
    assert client.get(url).text.count("Superseded") == 2
    with case.open():  # the packet is made again: nobody has a copy of that PDF
        db.session.get_one(Packet, packet_id).pdf_sha256 = "f" * 64
        db.session.commit()
    page = client.get(url).text
    assert page.count("Of an earlier PDF") == 4 and "Make the certificate" not in page
    with pytest.raises(FilingRefused, match="No copy went out yet"):
        certified(case, packet_id)
    with case.open(), pytest.raises(DatabaseError, match="permission denied"):
        db.session.execute(text("UPDATE service_certificates SET number = 9"))


def test_a_binder_is_mailed_volume_by_volume_certified_and_stays_as_others_have_it(
    world: World, client_for: ClientFor, post: Post
) -> None:
    bound, version_id, url = made_binder(world, volumes=2)
    case, client = bound.case, client_for(bound.case.actor)
    page = client.get(url).text
    assert "2 volumes" in page and "director@example.org" in page and "manifest, which names every file" in page
    assert mail_to(case, version_id, ("Dana Director", "director@example.org"), what="binder") == (2, 0)
    with pytest.raises(FilingRefused, match="Mark it as served first"):  # on its way counts as out
        bound.add("photo")
    for row in rows(case, version_id, "binder"):
        work(case, row)
    assert [str(make_header(decode_header(message["Subject"]))) for _to, message in post.letters] == [
        "Parent’s exhibits (1 of 2)",
        "Parent’s exhibits (2 of 2)",
    ]
    assert post.letters[1][1].get_payload()[1].get_filename() == "Parent’s exhibits, volume 2.pdf"
    with case.open():
        words = [line["words"] for line in db.session.get_one(Document, case.papers["iep"]).custody]
    assert "Sent by e-mail, in 2 messages in: Parent’s exhibits." in words
    for do in (lambda row, by: binders.queue(row, {"shared"}, by=by),
               lambda row, by: binders.discard(row, version=row.version, by=by)):  # fmt: skip
        with pytest.raises(FilingRefused):
            bound.change(do)

    note(case, version_id, "Hearing Officer", what="binder", way="hand")
    is_new, _paper, words = certified(case, version_id, "binder")
    assert is_new and "By e-mail, in 2 messages" in words and "Hearing Officer" in words and "18 pages" in words
    serve = client.get(f"{bound.url}/serve").text
    assert "filled in from the copies that are on record" in serve and "Hearing Officer" in serve
    case.set_paper("iep", title="A new title")  # the material changed; what others have is served all the same
    assert bound.serve().served_on
    assert "Copies and certificate of service" in client.get(f"{bound.url}/versions/{version_id}").text
    with case.open() as (row, _):
        yesterday = today(row) - timedelta(days=1)
    with pytest.raises(FilingRefused, match="before that day"):
        note(case, version_id, "Somebody", what="binder", sent_on=yesterday)
    note(case, version_id, "Somebody", what="binder")
    assert (
        certified(case, version_id, "binder")[0]
        and "came after the binder was served" not in client.get(bound.url).text
    )
    assert client.get(url).status_code == 200 and bound.add("photo") is None


def test_the_file_of_an_exhibit_that_cannot_be_printed_goes_along_or_is_named(
    world: World, client_for: ClientFor, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound, version_id, url = made_binder(world, volumes=2, beside=b"RIFF and sound")
    case, client = bound.case, client_for(bound.case.actor)
    page = client.get(url).text
    assert "1 of 3" in page and "1 exhibit cannot be printed" in page and "and 1 file that cannot be printed" in page
    assert mail_to(case, version_id, ("Dana Director", "director@example.org"), what="binder") == (3, 0)
    for row in rows(case, version_id, "binder"):
        work(case, row)
    text_part, sound = post.letters[2][1].get_payload()
    assert sound.get_filename() == "P-3 Voice message.wav" and sound.get_content_type() == "application/octet-stream"
    assert sound.get_payload(decode=True) == b"RIFF and sound"
    assert "SHA-256 of its file" in text_part.get_payload(decode=True).decode()

    monkeypatch.setattr(parts, "LARGEST", 3000)
    other, version_id, url = made_binder(world, beside=b"x" * 3001)
    page = client_for(other.case.actor).get(url).text
    assert "“P-3 Voice message.wav” does not go by e-mail" in page and "USB stick" in page
    assert mail_to(other.case, version_id, ("Dana", "director@example.org"), what="binder") == (1, 0)


def test_before_a_binder_leaves_it_gets_the_last_look(world: World, client_for: ClientFor, post: Post) -> None:
    bound, version_id, url = made_binder(world, "iep", "sound")
    client = client_for(bound.case.actor)
    with bound.case.open():  # a new manifest: nobody has looked at this one
        db.session.execute(text("UPDATE binder_files SET sha256 = :new WHERE version_id = :id AND kind = 'manifest'"),
                           {"new": "f" * 64, "id": version_id})  # fmt: skip
        db.session.commit()
    look = client.get(url)
    assert look.status_code == 302 and f"{bound.url}/last-look" in look.location
    page = client.get(look.location).text
    assert "Exhibits without a date" in page and "Dana Director" in page
    with pytest.raises(FilingRefused, match="last look"):
        mail_to(bound.case, version_id, ("Lee", "lee@example.org"), what="binder")
    assert client.post(f"{bound.url}/last-look", data={"tick": ["undated"]}).status_code == 422
    assert client.post(f"{bound.url}/last-look", data={"tick": ["undated", "unread"]}).location.endswith(url)
    assert client.get(url).status_code == 200
    bound.case.set_paper("iep", visibility="privileged")
    assert client.get(url).status_code == 302
    with pytest.raises(FilingRefused, match="cannot go into a filing"):
        mail_to(bound.case, version_id, ("Lee", "lee@example.org"), what="binder")
