"""How the document of a packet will look while somebody types it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from casemgr.citations.wording import ref_of
from casemgr.extensions import db
from casemgr.filings.details_form import details_of
from casemgr.filings.kinds import KINDS, kind_in
from casemgr.filings.models import Packet
from casemgr.filings.services import Details
from casemgr.filings.typed import as_typed
from casemgr.pdf.document import Document, make_document
from casemgr.pdf.letter import Drawn
from casemgr.platform import page_drawing
from casemgr.platform.page_drawing import NotDrawn, Pages
from tests.filings.makers import dispute, texts
from tests.filings.test_references import ready, url_of
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]
TYPED = {"exhibit_prefix": "STU", "bates_prefix": "EX-", "signer_name": "Marta Example"}


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Drawn]:
    """Documents are drawn in this process, and kept here; one test looks at the child."""
    made: list[Drawn] = []

    def draw(document: Document, *, pictures: bool = False) -> Pages:
        one = make_document(document)
        made.append(one)
        names = tuple(name for _, name in one.shown)
        return Pages(one.pdf, len(names), (b"\x89PNG",) * len(names), one.undrawable, names)

    monkeypatch.setattr(page_drawing, "draw", draw)
    return made


def seen(one: Drawn) -> str:
    """The words of the pages that are shown."""
    pages = texts(one.pdf)
    return " ".join(pages[number - 1] for number, _ in one.shown)


def test_it_shows_what_is_typed_with_the_labels_of_today_and_keeps_nothing(
    world: World, client_for: ClientFor, drawn: list[Drawn]
) -> None:
    case, packet_id = ready(world)
    case.choose(packet_id, "mail")
    client, iep, mail = client_for(case.actor), ref_of(case.papers["iep"]), ref_of(case.papers["mail"])
    before = case.packet(packet_id)
    cited = f"Typed just now, see {{{{IEP #{iep} page 3}}}} and {{{{mail #{mail} page 2}}}} and {{{{STU-2}}}}."
    news = client.post(f"{url_of(case, packet_id)}/preview", data=TYPED | {"answer_stay_put": cited})
    assert news.status_code == 200 and news.headers["Cache-Control"] == "no-store"
    names = [one["name"] for one in news.get_json()["pages"]]
    assert news.get_json()["words"].startswith(f"{len(names)} pages.")
    assert names[0].startswith("Due Process Complaint and Request for a Hearing, page 1 of")
    assert names[-2:] == ["Exhibit index as it will be printed", "Certificate of Service as it will be printed"]
    words = seen(drawn[0])
    assert "Typed just now, see Exhibit STU-" in words and ", page 3 (EX-0000" in words and "not attached" not in words
    assert "IEP 2025-26" in words and "E-mail asking" in words and "Dana Director" in words
    after = case.packet(packet_id)
    assert (after.version, after.answers, after.exhibit_prefix) == (before.version, before.answers, "P")


def test_a_paper_that_was_closed_is_not_named_and_what_was_filed_is_not_drawn(
    world: World, client_for: ClientFor, drawn: list[Drawn]
) -> None:
    case, packet_id = ready(world)
    case.set_paper("iep", visibility="mediation")
    client, here = client_for(case.actor), f"{url_of(case, packet_id)}/preview"
    assert client.post(here, data=TYPED).status_code == 200
    assert "IEP 2025-26" not in seen(drawn[0]) and "This paper cannot go in" in seen(drawn[0])

    def file(packet: Packet, by: object) -> None:
        packet.state, packet.filed_on = "filed", date(2026, 11, 2)
        db.session.commit()

    case.change(packet_id, file)
    refused = client.post(here, data=TYPED)
    assert refused.status_code == 422 and "This packet was filed" in refused.get_json()["words"] and len(drawn) == 1
    assert "data-page-preview" not in client.get(f"{url_of(case, packet_id)}/details").text


def test_what_keeps_it_from_being_drawn_is_said_in_words(
    world: World, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, packet_id = ready(world)
    client, here = client_for(case.actor), f"{url_of(case, packet_id)}/preview"
    wrong = client.post(here, data=TYPED | {"dated_on": "2036-01-01", "exhibit_prefix": "7"})
    told = wrong.get_json()
    assert wrong.status_code == 422 and told["pages"] == []
    assert told["words"].startswith("Not drawn yet: Date printed on the filing: This is more than a year away.")
    assert "Letter before exhibit numbers: Use 1 to 6 letters." in told["words"]

    def refuse(document: Document, *, pictures: bool = False) -> Pages:
        raise NotDrawn("It is too long.")

    monkeypatch.setattr(page_drawing, "draw", refuse)
    assert client.post(here, data=TYPED).get_json()["words"] == "Not drawn yet: It is too long."


def test_without_a_script_a_button_shows_it_and_what_was_typed_is_still_there(
    world: World, client_for: ClientFor, drawn: list[Drawn]
) -> None:
    case, packet_id = ready(world)
    client, here = client_for(case.actor), f"{url_of(case, packet_id)}/details"
    assert "See how it looks" in client.get(here).text
    version = case.packet(packet_id).version
    form = TYPED | {"version": str(version), "answer_stay_put": "Typed and not saved", "then": "look"}
    page = client.post(here, data=form)
    assert page.status_code == 200 and 'src="data:image/png;base64,' in page.text and "Typed and not saved" in page.text
    assert 'alt="Due Process Complaint and Request' in page.text and f'value="{version}"' in page.text
    assert "Typed and not saved" in seen(drawn[0]) and case.packet(packet_id).version == version
    wrong = client.post(here, data=form | {"exhibit_prefix": "7"})
    assert wrong.status_code == 422 and "Not drawn yet: Letter before" in wrong.text
    assert "Typed and not saved" in wrong.text
    assert client.post(here, data=form | {"then": ""}).status_code == 302
    assert case.packet(packet_id).answers["stay_put"] == "Typed and not saved"


def test_it_is_drawn_in_the_typeface_that_is_chosen_and_so_is_the_packet(
    world: World, client_for: ClientFor, drawn: list[Drawn]
) -> None:
    case, packet_id = ready(world)
    client, here = client_for(case.actor), f"{url_of(case, packet_id)}/details"
    form = TYPED | {"version": str(case.packet(packet_id).version), "face": "sans"}
    client.post(here, data=form | {"face": "", "then": "look"})
    client.post(here, data=form | {"then": "look"})
    assert [b"SourceSerifPro" in one.pdf for one in drawn] == [True, False] and not case.packet(packet_id).face
    assert client.post(here, data=form | {"face": "gothic"}).status_code == 422
    assert client.post(here, data=form).status_code == 302
    assert re.search(r'<input[^>]* checked [^>]*value="sans"', client.get(here).text)
    with case.open() as (row, _):
        packet = db.session.get(Packet, packet_id)
        assert packet is not None and as_typed(row, packet, details_of(packet)).packet.in_sans


def test_every_kind_is_drawn_before_anything_is_said_on_it(world: World) -> None:
    case = dispute(world)
    with case.open() as (row, _):
        for kind in KINDS:
            packet = Packet(org_id=row.org_id, case_id=row.id, kind=kind)
            db.session.add(packet)
            db.session.flush()
            db.session.refresh(packet)
            one = make_document(as_typed(row, packet, Details()))
            assert one.shown[0][1].startswith(kind_in(kind, row.state).title), kind


def test_it_is_drawn_by_a_child_with_limits(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    packet_id = case.begin()
    news = client_for(case.actor).post(f"{url_of(case, packet_id)}/preview", data=TYPED).get_json()
    assert [one["source"][:22] for one in news["pages"]] == ["data:image/png;base64,"] * len(news["pages"])
    assert "Exhibit index" not in str([one["name"] for one in news["pages"]]) and len(news["pages"]) > 1
