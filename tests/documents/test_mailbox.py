"""A mailbox: its messages are listed, some are picked, and each becomes a paper once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from casemgr.documents import intake
from casemgr.documents.models import Document, MailboxMessage
from casemgr.extensions import db
from casemgr.storage.readers.mailbox import without_envelope
from tests.documents.paper import add, papers_of, pdf
from tests.documents.test_mail_and_zip import letter, named, packed, parts, unpack
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


def mbox(*letters: bytes) -> bytes:
    quoted = (one.replace(b"\nFrom ", b"\n>From ") for one in letters)
    return b"".join(b"From terry@school.example Tue Mar  3 03:30:00 2026\n" + one + b"\n" for one in quoted)


def three() -> list[bytes]:
    return [
        letter("Evaluation", ids=("a@example.org",), report_pdf=pdf("Report")),
        letter("Evaluation again", ids=("b@example.org", "a@example.org"), body="See below.\nFrom here on we wait.\n"),
        letter("Lunch menu", ids=("c@example.org",)).replace(b"Terry Example <terry@", b"Cook Example <kitchen@"),
    ]


def mailbox_in(world: World, actor: Actor, case_id: UUID, *letters: bytes, **details: Any) -> UUID:
    paper = add(world, actor, case_id, mbox(*letters), "export.mbox", **details)
    unpack(world, actor, case_id, paper)
    return paper


def test_a_message_comes_out_of_a_mailbox_as_it_was_sent() -> None:
    second = three()[1]
    assert without_envelope(mbox(second)) == second
    assert without_envelope(mbox(second).replace(b"\n", b"\r\n")) == second.replace(b"\n", b"\r\n")


def test_messages_are_listed_and_found_by_correspondent_and_date(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = mailbox_in(world, parent, case_id, *three())
    client, here = client_for(parent), f"/cases/{case_id}/papers/{paper}/messages"
    assert f"/papers/{paper}/messages" in client.get(f"/cases/{case_id}/papers/{paper}").text
    page = client.get(here).text
    assert "3 messages" in page and "1 attachment" in page and "Lunch menu" in page
    kitchen = client.get(f"{here}?who=KITCHEN").text
    assert "Lunch menu" in kitchen and "Evaluation again" not in kitchen
    # Sent in the evening of March 2 where the case is.
    assert "Lunch menu" in client.get(f"{here}?first=2026-03-02&last=2026-03-02").text
    assert "No message fits" in client.get(f"{here}?first=2026-03-03").text
    assert "Lunch menu" in client.get(f"{here}?first=nonsense&page=99").text
    assert [found.original_name for found in papers_of(world, parent, case_id)] == ["export.mbox"]


def test_picked_messages_become_dated_papers_and_no_message_twice(
    world: World, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    # The first one came by itself before, on another way: other transport headers, the same message.
    known = add(world, parent, case_id, b"Received: by mx.example\n" + three()[0], "evaluation.eml")
    unpack(world, parent, case_id, known)
    resent = b"Received: by other.example\n" + three()[2]
    paper = mailbox_in(world, parent, case_id, *three(), resent)
    client, here = client_for(parent), f"/cases/{case_id}/papers/{paper}/messages"
    assert client.post(here).status_code == 422
    assert client.post(here, data={"message": ["2", "99", "x"]}).status_code == 302
    assert client.post(here, data={"all": "1", "who": "example"}).status_code == 302

    whole, calls = intake.take_in, []

    def killed(*arguments: Any, **more: Any) -> intake.Incoming:
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return whole(*arguments, **more)

    with monkeypatch.context() as patch:
        patch.setattr(intake, "take_in", killed)
        with pytest.raises(KeyboardInterrupt):
            unpack(world, parent, case_id, paper)
    unpack(world, parent, case_id, paper)
    unpack(world, parent, case_id, paper)
    made = named(world, parent, case_id)
    assert sorted(found.title for found in made.values()) == [
        "Evaluation", "Evaluation again", "Export", "Lunch menu", "Report",
    ]  # fmt: skip
    lunch = made["Lunch menu.eml"]
    assert lunch.source == "Cook Example <kitchen@school.example>" and str(lunch.document_on) == "2026-03-02"
    assert lunch.parts_state == "waiting"  # its own attachments come by the way of every e-mail
    page = client.get(here).text
    assert page.count("Is a paper") == 4 and f"/papers/{known}" in page
    assert "export" in client.get(f"/cases/{case_id}/papers/{lunch.id}").text.lower()


def test_messages_of_a_privileged_mailbox_are_privileged(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    paper = mailbox_in(world, lawyer, case_id, *three(), visibility="privileged")
    client_for(lawyer).post(f"/cases/{case_id}/papers/{paper}/messages", data={"all": "1"})
    unpack(world, lawyer, case_id, paper)
    assert {found.visibility for found in papers_of(world, lawyer, case_id)} == {"privileged"}
    family = client_for(world.guest(case_id, lawyer.org_id, "parent"))
    assert family.get(f"/cases/{case_id}/papers/{paper}/messages").status_code == 404


def test_a_file_that_only_looks_like_a_mailbox_says_so(world: World) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, b"From nobody\n\nno header\n", "export.mbox")
    unpack(world, parent, case_id, paper)
    with world.scope(parent):
        found = db.session.get_one(Document, paper)
        assert (found.parts_state, found.parts_note) == ("failed", "There is no message in this mailbox.")
        assert db.session.scalar(select(func.count()).select_from(MailboxMessage)) == 0


def test_a_zip_of_many_saved_messages_is_a_mailbox_to_pick_from(world: World, client_for: ClientFor) -> None:
    """Of a few, all become papers: nobody needs to be asked."""
    parent = world.person()
    case_id = world.case(parent)
    client = client_for(parent)
    first, second, third = three()
    others = {f"other {number}.eml": letter(f"Other {number}", ids=(f"{number}@x",)) for number in range(24)}
    files = {"evaluation.eml": first, "again.eml": second, "list.pdf": pdf("List"), "broken.msg": b"\xd0\xcf\x11\xe0"}
    few = add(world, parent, case_id, packed({"menu.eml": third, "again.eml": second}), "few.zip")
    unpack(world, parent, case_id, few)
    assert client.get(f"/cases/{case_id}/papers/{few}/messages").status_code == 404
    before = named(world, parent, case_id).keys()
    assert before == {"few.zip", "menu.eml", "again.eml"}

    folder = add(world, parent, case_id, packed(files | others), "From Outlook.zip")
    unpack(world, parent, case_id, folder)
    assert named(world, parent, case_id).keys() - before == {"From Outlook.zip", "list.pdf"}
    here = f"/cases/{case_id}/papers/{folder}/messages"
    assert here in client.get(f"/cases/{case_id}/papers/{folder}").text
    page = client.get(here).text
    assert "27 messages" in page and "Terry Example" in page and "1 attachment" in page
    assert "broken.msg" in client.get(f"{here}?page=1").text  # it cannot be read, and is not hidden
    found = client.get(f"{here}?who=terry&first=2026-03-02&last=2026-03-02").text
    assert "26 messages" in found and "broken.msg" not in found

    with world.scope(parent):
        rows = select(MailboxMessage).where(MailboxMessage.document_id == folder).order_by(MailboxMessage.position)
        picked = [row.position for row in db.session.scalars(rows) if row.subject in ("Evaluation", "Evaluation again")]
    answer = client.post(here, data={"message": picked})
    assert answer.status_code == 302 and "2 messages will be among the papers" in client.get(here).text
    for _ in range(2):  # a worker that is started again makes nothing twice
        unpack(world, parent, case_id, folder)
    papers = named(world, parent, case_id)
    assert papers.keys() - before == {"From Outlook.zip", "list.pdf", "evaluation.eml"}
    assert papers["evaluation.eml"].document_on == date(2026, 3, 2)
    taken = [name for name, is_there, _words in parts(world, parent, folder) if is_there]
    assert sorted(taken) == ["again.eml", "evaluation.eml", "list.pdf"]  # one of them was a paper already
