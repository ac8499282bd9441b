"""No privileged, internal, mediation or thrown-away paper gets into a filing, whichever door is tried."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from casemgr.filings import filing, queries, services
from casemgr.filings.services import ExhibitRefused, FilingRefused
from casemgr.platform.columns import now
from casemgr.platform.locking import StaleForm
from tests.filings.makers import DUE_PROCESS, Dispute, dispute
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]
CLOSED = {
    "advice": "privileged: advice between attorney and client",
    "notes": "internal: a draft or a working note",
    "offer": "34 CFR 300.506(b)(8)",
}
CLOSE = {
    "privileged": {"visibility": "privileged"},
    "internal": {"visibility": "internal"},
    "mediation": {"visibility": "mediation"},
    "trash": {"trashed_at": now()},
}


def chosen(case: Dispute, packet_id: object) -> list[str]:
    with case.open() as (row, _):
        packet = queries.packet(row, packet_id, drafts=True)  # type: ignore[arg-type]
        assert packet is not None
        return [paper.title for _, paper in queries.exhibits_of(packet)]


def test_only_shared_papers_are_offered_by_date_then_kind(world: World) -> None:
    case = dispute(world)
    case.set_paper("sound", trashed_at=now())
    with case.open() as (row, _):
        offered = [
            paper.title for paper in queries.papers_to_choose(row, {"shared", "privileged", "internal", "mediation"})
        ]
    assert offered == ["IEP 2025-26", "E-mail asking", "Photo of the ramp"]


@pytest.mark.parametrize("name", CLOSED)
def test_a_forged_choice_is_refused_with_its_reason_and_adds_nothing(
    name: str, world: World, client_for: ClientFor
) -> None:
    case = dispute(world)
    packet_id = case.begin()
    url = f"/cases/{case.case_id}/filings/{packet_id}/exhibits"
    client = client_for(case.actor)
    page = client.get(url).text
    assert str(case.papers[name]) not in page and str(case.papers["iep"]) in page
    form = {"paper": [str(case.papers["iep"]), str(case.papers[name])], "version": case.packet(packet_id).version}
    answer = client.post(f"{url}/add", data=form)
    assert answer.status_code == 422 and CLOSED[name] in answer.text and "Leave it out" in answer.text
    assert chosen(case, packet_id) == []


def test_a_paper_of_another_case_or_none_at_all_is_refused(world: World, client_for: ClientFor) -> None:
    case, other = dispute(world), dispute(world)
    packet_id = case.begin()
    url = f"/cases/{case.case_id}/filings/{packet_id}/exhibits/add"
    version = case.packet(packet_id).version
    for paper in (other.papers["iep"], uuid4()):
        answer = client_for(case.actor).post(url, data={"paper": str(paper), "version": version})
        assert answer.status_code == 422 and "not in this case" in answer.text
    assert client_for(case.actor).post(url, data={"paper": "nonsense", "version": version}).status_code == 400
    assert chosen(case, packet_id) == []


@pytest.mark.parametrize("how", CLOSE)
def test_a_paper_that_was_closed_after_it_was_chosen_stops_the_queueing(
    how: str, world: World, client_for: ClientFor
) -> None:
    case = dispute(world)
    packet_id = case.begin()
    case.choose(packet_id, "iep")
    case.set_paper("iep", **CLOSE[how])
    with pytest.raises(ExhibitRefused, match="P-1 IEP"):
        case.queue(packet_id)
    assert case.packet(packet_id).state == "draft"
    page = client_for(case.actor).get(f"/cases/{case.case_id}/filings/{packet_id}").text
    assert "Exhibit P-1 cannot go in" in page and ">Make the PDF<" not in page


@pytest.mark.parametrize("how", CLOSE)
def test_a_paper_that_was_closed_while_the_job_waited_is_refused_by_the_worker(how: str, world: World) -> None:
    case = dispute(world)
    packet_id = case.begin()
    case.choose(packet_id, "iep")
    case.queue(packet_id)
    case.set_paper("iep", **CLOSE[how])
    packet = case.build_here(packet_id)
    assert packet.state == "failed" and packet.error.startswith("Exhibit P-1: It is") and not packet.pdf_sha256


def test_a_paper_that_is_closed_during_the_build_is_not_in_a_finished_packet(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from casemgr.filings import tasks

    case = dispute(world)
    packet_id = case.begin()
    case.choose(packet_id, "iep")
    case.queue(packet_id)
    make = tasks._make

    def make_then_close(*given: object) -> object:
        result = make(*given)
        case.set_paper("iep", visibility="privileged")
        return result

    monkeypatch.setattr(tasks, "_make", make_then_close)
    packet = case.build_here(packet_id)
    assert packet.state == "failed" and "privileged" in packet.error and not packet.pdf_sha256


@pytest.mark.parametrize("how", ["privileged", "mediation"])
def test_a_made_packet_with_a_paper_closed_since_is_neither_handed_out_nor_filed(
    how: str, world: World, client_for: ClientFor
) -> None:
    case = dispute(world)
    packet_id = case.made(DUE_PROCESS, "iep")
    url = f"/cases/{case.case_id}/filings/{packet_id}"
    client = client_for(case.actor)
    assert client.get(f"{url}/pdf").data[:5] == b"%PDF-"
    case.set_paper("iep", **CLOSE[how])
    assert client.get(f"{url}/pdf").status_code == 302
    page = client.get(url).text
    assert "Exhibit P-1 cannot go in" in page and "Download the PDF" not in page
    with pytest.raises(ExhibitRefused), case.open() as (row, user):
        packet = queries.packet(row, packet_id, drafts=True)
        assert packet is not None
        given = filing.Filing(filing.today(row), "email", "BSEA")
        filing.mark_filed(packet, given, version=packet.version, by=user)
    assert case.packet(packet_id).state == "ready"


def test_taking_a_paper_out_takes_the_old_pdf_away(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    packet_id = case.made(DUE_PROCESS, "iep")
    case.change(packet_id, lambda packet, by: services.arrange_exhibits(packet, [], {}, version=packet.version, by=by))
    packet = case.packet(packet_id)
    assert (packet.state, packet.pdf_sha256, packet.manifest_sha256) == ("draft", "", "")
    assert client_for(case.actor).get(f"/cases/{case.case_id}/filings/{packet_id}/pdf").status_code == 404


def test_exhibits_are_moved_described_sorted_and_taken_out_by_buttons(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    packet_id = case.begin()
    case.choose(packet_id, "photo")
    case.choose(packet_id, "iep", "mail")
    assert chosen(case, packet_id) == ["Photo of the ramp", "IEP 2025-26", "E-mail asking"]
    client, url = client_for(case.actor), f"/cases/{case.case_id}/filings/{packet_id}/exhibits/arrange"
    with case.open() as (row, _):
        ids = {
            paper.title: str(one.id) for one, paper in queries.exhibits_of(queries.packet(row, packet_id, drafts=True))
        }  # type: ignore[arg-type]

    def press(do: str, **more: str) -> int:
        return client.post(url, data={"do": do, "version": case.packet(packet_id).version, **more}).status_code

    assert press(f"up:{ids['E-mail asking']}", **{f"description-{ids['E-mail asking']}": "  The request "}) == 302
    assert chosen(case, packet_id) == ["Photo of the ramp", "E-mail asking", "IEP 2025-26"]
    assert press(f"down:{ids['Photo of the ramp']}") == 302
    assert press(f"up:{ids['E-mail asking']}") == 302  # already first
    assert chosen(case, packet_id) == ["E-mail asking", "Photo of the ramp", "IEP 2025-26"]
    assert press("sort") == 302
    assert chosen(case, packet_id) == ["IEP 2025-26", "E-mail asking", "Photo of the ramp"]
    assert press(f"remove:{ids['IEP 2025-26']}") == 302
    assert chosen(case, packet_id) == ["E-mail asking", "Photo of the ramp"]
    assert 'value="The request"' in client.get(url.removesuffix("/arrange")).text


def test_an_old_page_of_exhibits_changes_nothing(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    packet_id = case.begin()
    case.choose(packet_id, "iep", "mail")
    url = f"/cases/{case.case_id}/filings/{packet_id}/exhibits"
    answer = client_for(case.actor).post(f"{url}/arrange", data={"do": "sort", "version": "1"})
    assert answer.status_code == 409 and "Nothing was changed" in answer.text
    answer = client_for(case.actor).post(f"{url}/add", data={"paper": str(case.papers["photo"]), "version": "1"})
    assert answer.status_code == 409
    assert chosen(case, packet_id) == ["IEP 2025-26", "E-mail asking"]
    with pytest.raises(StaleForm):
        case.change(packet_id, lambda packet, by: services.add_exhibits(packet, [], version=1, by=by))


def test_a_packet_has_a_limit_of_exhibits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = dispute(world)
    monkeypatch.setattr(services, "MOST_EXHIBITS", 2)
    packet_id = case.begin()
    with pytest.raises(FilingRefused, match="at most 2 exhibits"):
        case.choose(packet_id, "iep", "mail", "photo")
    assert chosen(case, packet_id) == []
