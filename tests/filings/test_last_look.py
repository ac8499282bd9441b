"""Before something leaves the house a person sees what should give pause, and says so for each kind of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from casemgr.audit.models import AuditEvent
from casemgr.cases.clock import today
from casemgr.copies.models import PaperPair
from casemgr.documents.models import Document, DocumentPage
from casemgr.exhibit_binders import services as binders
from casemgr.exhibit_binders.material import Witness
from casemgr.extensions import db
from casemgr.filings import last_look, queries, services, undrawable
from casemgr.filings.last_look import Shown
from casemgr.filings.material import Recipient
from casemgr.filings.models import Packet
from casemgr.pdf import fonts
from casemgr.redaction import services as redaction
from tests.exhibit_binders.makers import binding
from tests.filings.makers import Dispute, dispute
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


def pages(case: Dispute, name: str, *texts: str) -> None:
    """What a worker would have read on the pages of a paper."""
    with case.open() as (row, _):
        for number, text in enumerate(texts, 1):
            db.session.add(
                DocumentPage(
                    org_id=row.org_id, case_id=row.id, document_id=case.papers[name], number=number, width=1, height=1,
                    image_sha256="0" * 64, thumb_sha256="0" * 64, text=text,
                )
            )  # fmt: skip
        db.session.commit()


def pretend_made(case: Dispute, packet_id: UUID, sha256: str = "a" * 64) -> None:
    with case.open():
        packet = db.session.get_one(Packet, packet_id)
        packet.state, packet.pdf_sha256, packet.pdf_size = "ready", sha256, 10
        packet.built_at = packet.created_at
        db.session.commit()


def test_warnings_name_page_and_exhibit_and_each_kind_is_ticked(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    world.case(case.actor, student="Quentin Otherchild")  # another case's child is nobody's business here
    packet_id = case.begin()
    case.choose(packet_id, "iep", "photo", "sound")
    pages(
        case, "iep", "Goals", "Juniper sat with Rémy Stone. SSN 123-45-6789.", "Quentin Otherchild was born on 3/4/2015"
    )
    pages(case, "photo", "", "ATTORNEY WORK PRODUCT\nWhat we think")
    with case.open() as (row, user):
        redaction.protect_names(row, ["Remy Stone"], by=user)
        first, second = sorted((case.papers["iep"], case.papers["advice"]))
        db.session.add(PaperPair(org_id=row.org_id, case_id=row.id, first_id=first, second_id=second, kind="picture"))
        db.session.commit()
    pretend_made(case, packet_id)
    url = f"/cases/{case.case_id}/filings/{packet_id}"
    client = client_for(case.actor)
    assert client.get(f"{url}/file").location.endswith("/last-look")
    page = " ".join(client.get(f"{url}/last-look").text.split())
    titles = [
        last_look.CLASSES[kind].title for kind in ("marked", "alike", "other_children", "identity", "undated", "unread")
    ]
    for words in (*titles, "Dana Director", "IEP 2025-26"):
        assert words in page, words
    assert "Nobody is named who signs" not in page and "Otherchild" not in page
    assert f"/papers/{case.papers['iep']}/read?page=2" in page and f'{case.papers["iep"]}/read?page=1"' not in page

    with case.open() as (row, _):
        packet = queries.packet(row, packet_id, drafts=True)
        assert packet is not None
        found = {one.kind: [(spot.label, spot.page) for spot in one.spots] for one in last_look.look_at(row, packet)}
    assert found["other_children"] == [("P-1", 2)] and found["identity"] == [("P-1", 2), ("P-1", 3)]
    assert (
        found["alike"] == [("P-1", 0)]
        and found["marked"] == [("P-2", 2)]
        and found["undated"] == [("P-3", 0)]
        and found["unread"] == [("P-2", 1), ("P-3", 0)]
    )

    ticks = list(found)
    assert client.post(f"{url}/last-look", data={"tick": ticks[:-1]}).status_code == 422
    assert client.get(f"{url}/file").status_code == 302
    assert client.post(f"{url}/last-look", data={"tick": ticks}).location.endswith("/file")
    assert client.get(f"{url}/file").status_code == 200
    with case.open():
        kept = db.session.scalars(select(AuditEvent.detail).where(AuditEvent.action == last_look.ACTION)).all()
    mine = next(row for row in kept if row["sha256"] == "a" * 64 and set(row["ticked"]) == set(ticks))
    assert mine["counts"]["identity"] == 2 and "Stone" not in str(mine)
    pretend_made(case, packet_id, "b" * 64)  # another PDF: look again
    assert client.get(f"{url}/file").status_code == 302


def test_what_a_binder_asks_is_answered_for_its_own_pages(world: World) -> None:
    case = dispute(world)
    pages(case, "iep", "DOB: 5/4/2016", "Nothing", "")
    with case.open() as (row, _):
        iep = db.session.get_one(Document, case.papers["iep"])
        shown = [Shown("S-9", iep, True, 2, 2)]
        yesterday = date.fromordinal(today(row).toordinal() - 1)
        assert last_look.look(row, shown, signer="Marta", recipients=1) == []
        assert last_look.look(row, shown, signer=None, recipients=1) == []  # nobody needs to sign
        found = last_look.look(row, shown, signer="", recipients=0, printed_on=yesterday, last_safe=yesterday)
        assert [one.kind for one in found] == ["unsigned", "no_recipients", "late", "printed_date"]
        closed = last_look.look(row, [Shown("S-9", iep, True, refused="It is privileged")], signer="M", recipients=1)
        assert [one.kind for one in closed] == ["closed", "identity", "unread"]


def test_a_closed_exhibit_cannot_be_ticked_away(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    packet_id = case.begin()
    case.choose(packet_id, "mail")
    pretend_made(case, packet_id)
    case.set_paper("mail", visibility="privileged")
    url = f"/cases/{case.case_id}/filings/{packet_id}/last-look"
    answer = client_for(case.actor).post(url, data={"tick": list(last_look.CLASSES)})
    assert answer.status_code == 422 and "An exhibit may not go in" in answer.text


def test_letters_without_a_font_are_named_beside_their_field_and_wait_for_a_tick(
    world: World, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*texts: str) -> tuple[str, ...]:
        return tuple(sorted({letter for text in texts for letter in text if letter in "成功"}))

    monkeypatch.setattr(undrawable, "undrawable_in", missing)
    monkeypatch.setattr(fonts, "undrawable_in", missing)
    case = dispute(world)
    packet_id = case.begin()
    case.choose(packet_id, "iep")
    copies = [Recipient("王成功 Example", "Principal", "1 School Road", "mail")]
    case.change(packet_id, lambda packet, by: services.save_recipients(
        packet, copies, version=packet.version, by=by))  # fmt: skip
    case.set_paper("iep", title="成 IEP")
    client, url = client_for(case.actor), f"/cases/{case.case_id}/filings/{packet_id}"
    page = client.get(f"{url}/service").text
    assert 'No font here can draw <strong lang="und">功 (U+529F), 成 (U+6210)</strong>' in page and "make run" in page
    assert page.count("No font here can draw") == 1 and 'aria-describedby="recipients-0-name-odd"' in page
    assert "No font here can draw" in client.get(f"{url}/exhibits").text
    page = client.get(url).text
    assert "Copy 1: name and address" in page and f"{url}/service" in page and "Exhibit P-1: title" in page
    pretend_made(case, packet_id)
    page = client.get(f"{url}/last-look").text
    assert "Letters that no font here can draw" in page and "Copy 1: name and address" in page
    assert client.post(f"{url}/last-look", data={"tick": ["unread"]}).status_code == 422
    assert client.post(f"{url}/last-look", data={"tick": ["unprinted"]}).status_code == 302
    binder = binding(world)
    witnesses = [Witness("成功", "What happened")]
    binder.change(lambda row, by: binders.save_people(row, witnesses, [], {}, version=row.version, by=by))
    page = client_for(binder.case.actor).get(binder.url).text
    assert "Witness 1" in page and "Letters that no font here can draw" in page
    assert "No font here can draw" in client_for(binder.case.actor).get(f"{binder.url}/people").text
