"""Packets and binders whose PDF is made, as a worker leaves them but with other bytes, and what is done with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from casemgr.accounts.models import User
from casemgr.cases.models import Case
from casemgr.documents.store import store
from casemgr.exhibit_binders import queries as binders
from casemgr.exhibit_binders import serving as binder_serving
from casemgr.exhibit_binders.labels import Placed
from casemgr.exhibit_binders.material import fingerprint
from casemgr.exhibit_binders.models import BinderFile, BinderVersion, ExhibitBinder
from casemgr.extensions import db
from casemgr.filings import last_look
from casemgr.filings.models import Packet
from casemgr.platform import mail
from casemgr.serving import delivering, outgoing, queries, services
from casemgr.serving.models import SentCopy
from casemgr.serving.outgoing import Outgoing
from tests.documents.paper import pdf
from tests.exhibit_binders.makers import Binding, binding
from tests.filings.makers import Dispute, dispute
from tests.world import Actor, World

PDF = pdf("The packet")
WRITE = {"mail-message": "Here it is.", "mail-reply_to": "marta@example.org"}


def made(
    world: World, *names: str, data: bytes = PDF, pages: int = 1, actor: Actor | None = None
) -> tuple[Dispute, UUID, str]:
    """A packet that is made, and the address of its page of copies."""
    case = dispute(world, actor)
    packet_id = case.begin()
    if names:
        case.choose(packet_id, *names)
    with case.open() as (row, _):
        packet = db.session.get_one(Packet, packet_id)
        stored = store().put_bytes(row.org_id, data)
        packet.state, packet.pdf_sha256, packet.pdf_size, packet.page_count = "ready", stored.sha256, stored.size, pages
        packet.built_at = packet.created_at
        db.session.commit()
    return case, packet_id, f"/cases/{case.case_id}/service/packet/{packet_id}"


def looked_at(case: Dispute, packet_id: UUID) -> None:
    with case.open() as (row, user):
        packet = db.session.get_one(Packet, packet_id)
        assert last_look.go_on(row, packet, list(last_look.CLASSES), by=user) == []


def made_binder(
    world: World, *names: str, volumes: int = 1, actor: Actor | None = None, beside: bytes = b""
) -> tuple[Binding, UUID, str]:
    """A binder that is made and was looked at; its volumes are small PDFs. `beside`: a file that cannot be printed."""
    bound = binding(world, *names or ("iep", "mail"), actor=actor)
    bound.people("Ms. Larch")

    def make(row: ExhibitBinder, by: User) -> UUID:
        own = {"org_id": row.org_id, "case_id": row.case_id}
        case = db.session.get_one(Case, row.case_id)
        placed = [
            Placed(one.id, one.document_id, one.label, one.title, one.when, "", one.sha256, None, 1, 4 + n,
                   min(n, volumes), n, f"{n:06d}", f"{n:06d}").as_json()
            for n, one in enumerate(binders.exhibits_now(row), 1)
        ]  # fmt: skip
        version = BinderVersion(
            **own, binder_id=row.id, number=1, page_count=9 * volumes, volumes=volumes, bates_next=9,
            exhibits=placed, built_from=fingerprint(binders.gather(case, row)), proof={"compared": 2, "exhibits": []},
        )  # fmt: skip
        db.session.add(version)
        db.session.flush()
        for n in range(1, volumes + 1):
            _file(version, n, "volume", f"Parent’s exhibits, volume {n}.pdf", pdf(f"Volume {n}"))
        _file(version, volumes + 1, "manifest", "Parent’s exhibits, manifest.json", b"{}")
        if beside:
            _file(version, volumes + 2, "native", "P-3 Voice message.wav", beside)
        row.state = "ready"
        db.session.commit()
        assert binder_serving.go_on(case, row, version, list(last_look.CLASSES), by=by) == []
        return version.id

    version_id = bound.change(make)
    return bound, version_id, f"/cases/{bound.case.case_id}/service/binder/{version_id}"


def _file(version: BinderVersion, place: int, kind: str, name: str, data: bytes) -> None:
    stored = store().put_bytes(version.org_id, data)
    own = {"org_id": version.org_id, "case_id": version.case_id, "version_id": version.id, "position": place}
    db.session.add(BinderFile(**own, kind=kind, name=name, sha256=stored.sha256, size=stored.size, pages=9))


def with_out(case: Dispute, what: str, sent_id: UUID, do: Callable[[Case, Outgoing, User], Any]) -> Any:
    with case.open() as (row, user):
        out = outgoing.find(row, what, sent_id)
        assert out is not None
        return do(row, out, user)


def mail_to(
    case: Dispute, sent_id: UUID, *people: tuple[str, str], what: str = "packet", again: bool = False
) -> tuple[int, int]:
    letter = services.Letter("Here it is.", "marta@example.org", again)
    return with_out(  # type: ignore[no-any-return]
        case, what, sent_id, lambda row, out, by: services.mail(row, out, people, letter, once=uuid4(), by=by)
    )


def rows(case: Dispute, sent_id: UUID, what: str = "packet") -> list[SentCopy]:
    with case.open():
        keys = {"packet_id": sent_id} if what == "packet" else {"packet_id": None, "version_id": sent_id}
        found = list(queries.copies_of(keys))
        db.session.expunge_all()
        return found


def work(case: Dispute, row: SentCopy) -> None:
    """What the worker does with one message."""
    with case.open():
        delivering.deliver.func.__wrapped__(copy_id=str(row.id))


def killed_while_handing_over(monkeypatch: pytest.MonkeyPatch, case: Dispute, row: SentCopy) -> None:
    """Run the job of a message in a worker that is gone between asking the mail server and its answer."""

    class Killed(BaseException):
        pass

    def killed(*_given: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(mail, "hand_over", killed)
        with pytest.raises(Killed):
            work(case, row)
