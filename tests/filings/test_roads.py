"""Nothing privileged, internal or said in mediation leaves the house. One table of all roads, tried with each mark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from casemgr.copies import services as copies
from casemgr.documents.models import Document, DocumentPart, MailboxMessage
from casemgr.evidence.services import NewEntry, PaperRef, log_entry
from casemgr.exhibit_binders import queries as binder_queries
from casemgr.exhibit_binders import services as binders
from casemgr.exhibit_binders.preflight import preflight, stops
from casemgr.extensions import db
from casemgr.filings import exhibit_binder, filing, last_look, queries, services
from casemgr.filings.exhibits import why_not
from casemgr.filings.models import Packet
from casemgr.redaction.models import Redaction, RedactionEntry
from tests.documents.paper import pdf
from tests.filings.makers import Dispute, dispute
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]
EVERY = frozenset({"shared", "internal", "privileged", "mediation"})
CLOSED = {"privileged": "advice", "internal": "notes", "mediation": "offer"}
"""A closed paper of the case for each mark: its name among the papers of `dispute`."""


class Roads:
    """A case with a packet and a binder, and every way in. Each road returns the words with which it is refused."""

    def __init__(self, case: Dispute, mark: str, client: FlaskClient) -> None:
        self.case, self.mark, self.client, self.closed = case, mark, client, CLOSED[mark]
        self.packet_id = case.begin()
        with case.open() as (row, user):
            self.binder_id = binders.begin(row, replace(binders.first_settings(row), forum="federal"), by=user).id
        self.url = f"/cases/{case.case_id}"

    def refused(self, do: Callable[[], object]) -> str:
        with pytest.raises(services.FilingRefused) as refusal:
            do()
        return str(refusal.value)

    @contextmanager
    def closed_meanwhile(self, name: str = "iep") -> Iterator[None]:
        self.case.set_paper(name, visibility=self.mark)
        yield
        self.case.set_paper(name, visibility="shared")

    def add_to_binder(self, *ids: UUID) -> None:
        with self.case.open() as (row, user):
            binder = binder_queries.binder(row, self.binder_id)
            assert binder is not None
            binders.add_exhibits(binder, ids, version=binder.version, by=user)

    def chosen(self) -> list[UUID]:
        with self.case.open() as (row, _):
            packet, binder = (
                queries.packet(row, self.packet_id, drafts=True),
                binder_queries.binder(row, self.binder_id),
            )
            assert packet is not None and binder is not None
            return [paper.id for _, paper in [*queries.exhibits_of(packet), *binder_queries.rows_of(binder)]]

    # The roads

    def chosen_from_the_list(self) -> str:
        page = self.client.get(f"{self.url}/filings/{self.packet_id}/exhibits").text
        binder = self.client.get(f"{self.url}/exhibit-binders/{self.binder_id}/exhibits")
        closed = str(self.case.papers[self.closed])
        assert f'value="{closed}"' not in page and f'value="{closed}"' not in binder.text
        with self.case.open() as (row, _):
            offered = [*queries.papers_to_choose(row, EVERY), *binder_queries.paper_choices(row, EVERY, "")]
            assert {paper.visibility for paper in offered} == {"shared"}
            return str(why_not(db.session.get_one(Document, self.case.papers[self.closed])))

    def posted_by_hand(self) -> str:
        form = {"paper": str(self.case.papers[self.closed]), "version": self.case.packet(self.packet_id).version}
        answer = self.client.post(f"{self.url}/filings/{self.packet_id}/exhibits/add", data=form)
        assert answer.status_code == 422
        return answer.text

    def posted_by_hand_into_a_binder(self) -> str:
        with self.case.open() as (row, _):
            version = binder_queries.binder(row, self.binder_id).version  # type: ignore[union-attr]
        form = {"paper": str(self.case.papers[self.closed]), "version": version}
        answer = self.client.post(f"{self.url}/exhibit-binders/{self.binder_id}/exhibits/add", data=form)
        assert answer.status_code == 422
        return answer.text

    def among_many(self) -> str:
        return self.refused(lambda: self.case.choose(self.packet_id, "iep", self.closed, "photo"))

    def among_many_of_a_binder(self) -> str:
        ids = [self.case.papers[name] for name in ("iep", self.closed)]
        return self.refused(lambda: self.add_to_binder(*ids))

    def in_the_place_of_another(self) -> str:
        self.add_to_binder(self.case.papers["photo"])
        closed = self.case.papers[self.closed]

        def do() -> None:
            with self.case.open() as (row, user):
                binder = binder_queries.binder(row, self.binder_id)
                one = binder_queries.rows_of(binder)[0][0]  # type: ignore[arg-type]
                binders.replace_paper(binder, one.id, closed, version=binder.version, by=user)  # type: ignore

        return self.refused(do)

    def marked_after_it_was_chosen(self) -> str:
        self.case.choose(self.packet_id, "iep")
        with self.closed_meanwhile():
            return self.refused(lambda: self.case.queue(self.packet_id))

    def marked_after_it_was_chosen_for_a_binder(self) -> str:
        self.add_to_binder(self.case.papers["iep"])
        with self.closed_meanwhile(), self.case.open() as (row, _):
            binder = binder_queries.binder(row, self.binder_id)
            assert binder is not None
            assert stops(preflight(row, binder, EVERY))
            return next(one.refused for one in binder_queries.exhibits_now(binder) if one.refused)

    def marked_while_the_job_waited(self) -> str:
        self.case.queue(self.packet_id)
        with self.closed_meanwhile():
            return self.case.build_here(self.packet_id).error

    def marked_after_the_pdf_was_made(self) -> str:
        with self.closed_meanwhile():
            self._pretend(state="ready", pdf_sha256="0" * 64)
            page = self.client.get(f"{self.url}/filings/{self.packet_id}/pdf")
            assert page.status_code == 302
            with self.case.open() as (row, _):
                packet = queries.packet(row, self.packet_id, drafts=True)
                assert packet is not None and filing.may_see_all(packet, EVERY)
                assert not filing.may_see_all(packet, {"shared"}), "no guest takes it once it was filed"
            given = filing.Filing(date(2026, 3, 3), "email", "BSEA")
            words = self.refused(
                lambda: self.case.change(
                    self.packet_id, lambda row, by: filing.mark_filed(row, given, version=row.version, by=by)
                )
            )
        self._pretend(state="draft", pdf_sha256="")
        return words

    def _pretend(self, **values: object) -> None:
        with self.case.open():
            packet = db.session.get_one(Packet, self.packet_id)
            for name, value in values.items():
                setattr(packet, name, value)
            db.session.commit()

    def tied_to_a_shared_entry(self) -> str:
        with self.case.open() as (row, user):
            paper = PaperRef(self.case.papers[self.closed])
            log_entry(row, NewEntry("other", date(2026, 1, 7), "A day", papers=[paper]), by=user, visible=EVERY)
            packet = queries.packet(row, self.packet_id, drafts=True)
            assert packet is not None
            found = queries.gather(row, packet)
            closed = db.session.get_one(Document, self.case.papers[self.closed])
            assert closed.title not in str([(one.title, one.exhibit) for one in found.chronology])
            [entry] = next(one.lines for one in last_look.look_at(row, packet) if one.kind == "entries")
            assert entry.endswith(": A day"), "whoever sends it sees that the entry stands on a closed paper"
            assert str(closed.id) not in {one.document_id for one in found.exhibits}
            return str(why_not(closed))

    def as_a_copy_of_it(self) -> str:
        if self.mark == "internal":  # a copy with own notes in its margin closes nothing but itself
            return self.as_the_same_bytes()
        with self.case.open() as (row, user):
            mine, closed = (db.session.get_one(Document, self.case.papers[one]) for one in ("photo", self.closed))
            copies.say(row, mine, closed, "copy", by=user)
        words = self.refused(lambda: self.add_to_binder(self.case.papers["photo"]))
        with self.case.open() as (row, user):
            copies.take_back(row, copies.relations_of(row.id).rows[0], by=user)
        return words

    def as_the_same_bytes(self) -> str:
        with self.case.open():
            closed = db.session.get_one(Document, self.case.papers[self.closed])
            was = db.session.get_one(Document, self.case.papers["mail"])
            before, was.sha256 = was.sha256, closed.sha256
            db.session.commit()
        words = self.refused(lambda: self.case.choose(self.packet_id, "mail"))
        self.case.set_paper("mail", sha256=before)
        return words

    def inside_a_file_that_is_delivered_whole(self) -> str:
        with self.case.open() as (row, _):
            own = {"org_id": row.org_id, "case_id": row.id}
            whole = Document(
                **own, title="All", kind="other", visibility="shared", original_name="all.zip", sha256="2" * 64, size=1,
                media_type="application/zip", family="archive",
            )  # fmt: skip
            db.session.add(whole)
            db.session.flush()
            inner = self.case.papers[self.closed]
            db.session.add(DocumentPart(**own, parent_id=whole.id, position=1, name="a.pdf", document_id=inner))
            db.session.commit()
            whole_id = whole.id
        return self.refused(lambda: self.add_to_binder(whole_id))

    def inside_a_file_that_was_not_opened(self) -> str:
        with self.case.open() as (row, _):
            own = {"org_id": row.org_id, "case_id": row.id}
            whole = Document(
                **own, title="Mailbox", kind="other", visibility="shared", original_name="all.mbox", sha256="3" * 64,
                size=1, media_type="application/mbox", family="email", parts_state="done",
            )  # fmt: skip
            db.session.add(whole)
            db.session.flush()
            assert why_not(whole) is None, "of a mailbox without messages everything is known"
            db.session.add(
                MailboxMessage(
                    **own, document_id=whole.id, position=1, start=0, length=9, sender="", recipients="",
                    subject="Advice", attachments=0, fingerprint="",
                )
            )  # fmt: skip
            db.session.flush()
            words = str(why_not(whole))
            whole.media_type, whole.parts_state = "application/zip", "failed"
            db.session.commit()
            whole_id = whole.id
        assert "not everything inside" in words
        return self.refused(lambda: self.add_to_binder(whole_id))

    def inside_an_email_that_is_too_long_to_be_printed(self) -> str:
        """Then the e-mail goes along as the file that it is, with all that is attached to it."""
        with self.case.open() as (row, _):
            inner, mail = self.case.papers[self.closed], self.case.papers["mail"]
            part = DocumentPart(
                org_id=row.org_id, case_id=row.id, parent_id=mail, position=1, name="a.pdf", document_id=inner
            )
            db.session.add(part)
            db.session.commit()
            part_id = part.id
        words = self.refused(lambda: self.add_to_binder(self.case.papers["mail"]))
        with self.case.open():
            db.session.delete(db.session.get_one(DocumentPart, part_id))
            db.session.commit()
        return words

    def as_a_redacted_copy_of_what_was_closed_later(self) -> str:
        """Somebody covered a number while the paper was shared: nobody decided that the rest of it may leave."""
        with self.case.open() as (row, _):
            closed, copy = (self.case.papers[name] for name in (self.closed, "photo"))
            own = {"org_id": row.org_id, "case_id": row.id}
            redaction = Redaction(**own, document_id=closed, state="made", result_id=copy)
            db.session.add(redaction)
            db.session.flush()
            entry = RedactionEntry(
                **own, redaction_id=redaction.id, document_id=closed, result_id=copy, marks=[], proof={},
                original_sha256="0" * 64, result_sha256="1" * 64, visibility_was="shared", visibility="shared",
                reason="A number.",
            )  # fmt: skip
            db.session.add(entry)
            db.session.flush()
            words = str(why_not(db.session.get_one(Document, copy)))
            db.session.rollback()  # the log takes new rows only
        return words

    def by_the_command_line(self, folder: Path) -> str:
        path = folder / "Privileged and confidential advice.pdf"
        path.write_bytes(pdf("Advice"))
        answer = exhibit_binder._look(path, folder / "work", None).answer
        assert answer.status == exhibit_binder.LEFT_OUT
        return answer.reason


ROADS = [
    "chosen_from_the_list",
    "posted_by_hand",
    "posted_by_hand_into_a_binder",
    "among_many",
    "among_many_of_a_binder",
    "in_the_place_of_another",
    "as_a_copy_of_it",
    "as_the_same_bytes",
    "inside_a_file_that_is_delivered_whole",
    "inside_a_file_that_was_not_opened",
    "inside_an_email_that_is_too_long_to_be_printed",
    "as_a_redacted_copy_of_what_was_closed_later",
    "tied_to_a_shared_entry",
    "marked_after_it_was_chosen",
    "marked_after_it_was_chosen_for_a_binder",
    "marked_while_the_job_waited",
    "marked_after_the_pdf_was_made",
]
WAYS_OUT = ("Leave it out", "redacted copy", "Choose the papers that were taken out", "redact it")


@pytest.mark.parametrize("mark", CLOSED)
def test_every_road_is_closed_and_says_the_way_out(
    mark: str, world: World, client_for: ClientFor, tmp_path: Path
) -> None:
    case = dispute(world)
    roads = Roads(case, mark, client_for(case.actor))
    closed = case.papers[roads.closed]
    for road in ROADS:
        words = getattr(roads, road)()
        assert any(way in words for way in WAYS_OUT), (road, words)
        assert closed not in roads.chosen(), road
    assert any(way in roads.by_the_command_line(tmp_path) for way in WAYS_OUT)


def test_a_redacted_copy_goes_in_though_its_original_may_not(world: World) -> None:
    """Made and logged as one: its own mark counts. The original stays out."""
    case = dispute(world)
    packet_id = case.begin()
    with case.open() as (row, user):
        own = {"org_id": row.org_id, "case_id": row.id}
        original = db.session.get_one(Document, case.papers["advice"])
        copy = db.session.get_one(Document, case.papers["iep"])
        redaction = Redaction(**own, document_id=original.id, state="made", result_id=copy.id)
        db.session.add(redaction)
        db.session.flush()
        db.session.add(
            RedactionEntry(
                **own, redaction_id=redaction.id, document_id=original.id, result_id=copy.id, marks=[], proof={},
                original_sha256=original.sha256, result_sha256=copy.sha256, visibility_was="privileged",
                visibility="shared", reason="For the hearing.",
            )
        )  # fmt: skip
        copies.note_redacted(row, copy, original, by=user)
        db.session.commit()
    case.choose(packet_id, "iep")
    with pytest.raises(services.ExhibitRefused, match="redacted copy"):
        case.choose(packet_id, "advice")
    with case.open() as (row, _):
        kept = db.session.scalars(select(RedactionEntry.reason).where(RedactionEntry.case_id == row.id)).all()
        assert kept == ["For the hearing."]
