"""It was not filed after all: everything that the marking set off goes back, and all of it leaves a trace."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from casemgr.cases.clock import today
from casemgr.deadlines import queries as deadlines
from casemgr.evidence import queries as evidence
from casemgr.filings import filing, queries, taking_back
from casemgr.filings.services import FilingRefused
from casemgr.law.paths import LeftKind
from casemgr.law.terms import FactKind
from casemgr.proceedings import services as proceedings
from casemgr.proceedings.queries import proceedings_of
from tests.filings.makers import Dispute, dispute
from tests.filings.test_kinds_filed import last_day, marked, told
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


def newest(case: Dispute, kind: str) -> UUID:
    with case.open() as (row, _):
        return next(one.id for one in queries.packets_of(row, drafts=True) if one.kind == kind)


def take_back(case: Dispute, packet_id: UUID, reason: str = "It never left the house.") -> object:
    return case.change(packet_id, lambda packet, by: taking_back.take_back(packet, reason, by=by))


def stands(case: Dispute) -> tuple[str, list[str], str]:
    """Stage, current facts, and the newest line of the log."""
    with case.open() as (row, _):
        facts = sorted(one.kind for one in deadlines.current_facts(row))
        return row.stage, facts, evidence.newest(row, {"shared", "internal"}, 1)[0].title


def test_a_complaint_that_was_not_filed_leaves_the_case_where_it_was(world: World) -> None:
    case = dispute(world)
    before = stands(case)
    marked(case, "due_process_complaint", {"interpreter": "Vietnamese"}, received=True)
    packet_id = newest(case, "due_process_complaint")
    assert stands(case)[0] == "due_process"
    assert take_back(case, packet_id) is True and take_back(case, packet_id) is False
    stage, facts, log = stands(case)
    assert (stage, facts) == before[:2] and log == "Not filed after all: Due process complaint"
    packet = case.packet(packet_id)
    assert packet.state == "filed" and packet.filed_on is not None  # what was marked is not made unseen
    with case.open() as (row, user):
        found = queries.taken_back(row, [packet_id])[packet_id]
        assert found.by == user.name
        (own,) = proceedings_of(row)
        assert own.ended_on is not None and own.outcome.endswith("It never left the house.")
    draft_id = case.change(packet_id, lambda packet, by: taking_back.again(packet, by=by).id)
    draft = case.packet(draft_id)  # type: ignore[arg-type]
    assert (draft.state, draft.answers) == ("draft", packet.answers)
    with case.open() as (row, _):  # what was marked and taken back is nobody else's business
        told_of = [one.title for one in queries.gather(row, draft).chronology]
        assert told_of and not [title for title in told_of if "complaint" in title.lower()]


def test_a_paper_within_a_hearing_steps_back_with_its_proceeding(world: World) -> None:
    case = dispute(world)
    marked(case, "due_process_complaint", received=True)
    told(case, FactKind.HEARING_SCHEDULED, 60, by="hearing_office")
    before = stands(case)[:2]
    found = marked(case, "hearing_exhibits", received=True)
    assert found.steps["due_process"] == "disclosures_made"
    assert take_back(case, newest(case, "hearing_exhibits")) is True
    assert stands(case)[:2] == before and last_day(case, "hearing_exhibits")[0] is LeftKind.RUNNING
    with case.open() as (row, _):
        (own,) = proceedings_of(row)
        assert own.step == "hearing_scheduled"
        (gone,) = [one for one in deadlines.all_facts(row) if one.is_retraction]
        assert gone.correction_reason == "It never left the house."


def test_exhibits_go_on_in_the_new_draft_and_their_papers_remember(world: World) -> None:
    case = dispute(world)
    packet_id = case.made("due_process_complaint", "iep", "mail")
    with case.open() as (row, user):
        packet = queries.packet(row, packet_id, drafts=True)
        assert packet is not None
        filing.mark_filed(packet, filing.Filing(today(row), "mail", "BSEA"), version=packet.version, by=user)
    take_back(case, packet_id)
    draft_id = case.change(packet_id, lambda packet, by: taking_back.again(packet, by=by).id)
    with case.open() as (row, _):
        draft = queries.packet(row, draft_id, drafts=True)  # type: ignore[arg-type]
        assert draft is not None
        chosen = queries.exhibits_of(draft)
        assert [paper.id for _, paper in chosen] == [case.papers["iep"], case.papers["mail"]]
        assert "not filed after all" in str(chosen[0][1].custody[-1])


def test_what_is_kept_for_oneself_is_taken_back_in_the_log_alone(world: World) -> None:
    case = dispute(world)
    marked(case, "due_process_complaint", received=True)
    told(case, FactKind.DECISION_ISSUED, by="hearing_office")
    before = stands(case)[:2]
    marked(case, "appeal_check")
    take_back(case, newest(case, "appeal_check"))
    assert stands(case) == (*before, "Not put on file after all: Appeal check sheet")


def test_it_is_refused_and_nothing_changes_once_something_rests_on_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = dispute(world)
    marked(case, "due_process_complaint", received=True)
    marked(case, "ocr_complaint")
    before = stands(case)
    with pytest.raises(proceedings.CannotUndo, match="Undo the later ones first"):
        take_back(case, newest(case, "due_process_complaint"))
    told(case, FactKind.HEARING_SCHEDULED, 60, by="hearing_office")
    marked(case, "stay_put_notice")
    monkeypatch.setattr(taking_back.sent, "copies_of", lambda keys: [SimpleNamespace(state="accepted")])
    with pytest.raises(FilingRefused, match="nothing brings it back"):
        take_back(case, newest(case, "stay_put_notice"))
    monkeypatch.undo()
    assert stands(case)[0] == before[0] and take_back(case, newest(case, "stay_put_notice")) is True


def test_the_pages_ask_why_show_the_trace_and_go_on_in_a_draft(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    marked(case, "due_process_complaint", received=True)
    packet_id = newest(case, "due_process_complaint")
    client, here = client_for(case.actor), f"/cases/{case.case_id}/filings/{packet_id}"
    assert "Marked by mistake? Take it back" in client.get(here).text
    page = client.get(f"{here}/take-back").text
    assert "The case steps back to where it stood before." in page and "correct the fact" in page
    assert client.post(f"{here}/again").location.endswith(here)  # only what was taken back goes on in a draft
    bad = client.post(f"{here}/take-back", data={"reason": " "})
    assert bad.status_code == 422 and "Your reason is kept." in bad.text
    assert client.post(f"{here}/take-back", data={"reason": "Wrong case"}).status_code == 302
    assert client.get(f"{here}/take-back").status_code == 302
    page = client.get(here).text
    assert "Taken back: it was not filed after all" in page and "When did the school district receive it?" not in page
    assert "Taken back" in client.get(f"/cases/{case.case_id}/filings").text
    with case.open() as (row, user), pytest.raises(FilingRefused, match="taken back"):
        packet = queries.packet(row, packet_id, drafts=True)
        assert packet is not None
        filing.record_received(packet, today(row), "unknown", by=user)
    once = {"submission": "6d3f8f0a-4a3c-4d51-9f6e-1f6f0d9f2a11"}
    first, second = (client.post(f"{here}/again", data=once).location for _ in range(2))
    assert first == second and first != here and "What it must contain" in client.get(first).text
