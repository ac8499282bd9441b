"""What a forum wants of the sending itself stands where it is needed: on paper too, which day counts, what follows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from casemgr.extensions import db
from casemgr.filings.models import Packet
from casemgr.law.contents import routing
from casemgr.law.terms import FilingKind
from casemgr.platform.columns import now
from tests.filings.makers import Dispute, dispute
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


def put(case: Dispute, packet_id: UUID, **values: object) -> None:
    with case.open():
        own = {"state": "ready", "pdf_sha256": "0" * 64, "built_at": now()} | values
        db.session.execute(update(Packet.__table__).where(Packet.__table__.c.id == packet_id).values(**own))
        db.session.commit()


def test_a_long_packet_goes_on_paper_too_and_the_hour_decides_the_day(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    packet_id = case.begin()
    client, here = client_for(case.actor), f"/cases/{case.case_id}/filings/{packet_id}"
    put(case, packet_id, page_count=25)
    assert "Also on paper" not in client.get(here).text
    put(case, packet_id, page_count=26)
    page = client.get(here).text
    assert "It has 26 pages. Over 25, exhibits included, it also goes on paper" in page
    steps = ("Read every page", "Take a last look", "Send it as it says", "Send copies, note how", "Mark as filed")
    places = [page.index(step) for step in steps]
    assert places == sorted(places)
    look = client.post(f"{here}/last-look", data={"tick": ["undated", "unsigned", "no_recipients", "unread", "late"]})
    assert look.location == f"{here}/file"
    assert "What is e-mailed after 5:00 p.m. counts on the next business day" in client.get(f"{here}/file").text
    put(case, packet_id, state="filed", filed_on=date(2026, 11, 2), filed_how="email", page_count=26)
    page = client.get(here).text
    assert "it also goes on paper" in page and "No copy is on record yet" in page


def test_the_signed_original_that_follows_a_fax_is_remembered(world: World, client_for: ClientFor) -> None:
    case = dispute(world, state="NC")
    packet_id = case.begin()
    put(case, packet_id, state="filed", filed_on=date(2026, 11, 2), filed_how="fax", page_count=3)
    page = client_for(case.actor).get(f"/cases/{case.case_id}/filings/{packet_id}").text
    assert "the signed original follows within 7 business days" in page and "also goes on paper" not in page


@pytest.mark.parametrize(
    "state, kind, pages",
    [("MA", "due_process_complaint", 25), ("MA", "expedited_complaint", 25), ("MA", "complaint_answer", 25),
     ("MA", "state_complaint", 0), ("WY", "due_process_complaint", 0)],
)  # fmt: skip
def test_the_rule_of_paper_holds_where_the_tables_have_it(state: str, kind: str, pages: int) -> None:
    route = routing(FilingKind(kind), state)
    assert route is not None and route.paper_over == pages
    assert ("25 pages" in route.limits) == bool(pages) and ("5:00 p.m." in route.day_note) == bool(pages)
