"""The pages of stay-put and of the placement."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.law.terms import FactKind
from casemgr.plans.comparing import compare
from casemgr.plans.models import Placement
from casemgr.plans.queries import clocks_of, placements_of
from casemgr.proceedings.queries import standing_moves
from tests.deadlines.makers import record as record_fact
from tests.discipline.makers import log
from tests.proceedings.kit import hidden, send
from tests.world import World

DAY = "2026-02-03"
SERVICES = "Structured literacy, 45 minutes, 5 x week, resource room\n\nSpeech, 30 min, 1 x week"


def record(client, case_id, **more: str):
    fields = {"agreed_on": DAY, "school": "Larch Street School", "services": SERVICES} | more
    return send(client, f"/cases/{case_id}/placement/new", **fields)


def test_without_a_placement_the_page_says_what_to_do_first(world: World, client_for) -> None:
    actor = world.person()
    page = client_for(actor).get(f"/cases/{world.case(actor)}/stay-put").text
    assert "Not in force" in page and "34 CFR 300.518(a)" in page
    assert "No placement recorded" in page and "Record the placement" in page


def test_a_recorded_placement_shows_every_service(world: World, client_for) -> None:
    actor = world.person(name="Dana Example")
    case_id, client = world.case(actor), client_for(actor)
    answer = record(client, case_id, setting="Full inclusion", note="Partly accepted")
    assert answer.location == f"/cases/{case_id}/stay-put"
    page = client.get(answer.location).text
    for words in (
        "February 3, 2026",
        "Larch Street School",
        "Full inclusion",
        "Structured literacy, 45 minutes, 5 x week, resource room",
        "Speech, 30 minutes, 1 x week",
        "Partly accepted",
        "Not among the papers yet",
    ):
        assert words in page
    with world.scope(actor):
        (row,) = placements_of(db.session.get_one(Case, case_id))
        assert row.recorded_by_name == "Dana Example" and len(row.services) == 2


def test_filing_freezes_the_placement_and_withdrawing_lets_it_go(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    record(client, case_id)
    send(client, f"/cases/{case_id}/move/file_due_process_complaint", on_date="2026-03-02", filed_by="parent")
    page = client.get(f"/cases/{case_id}/stay-put").text
    assert "In force" in page and "since March 2, 2026" in page and "The placement that is frozen" in page
    assert "Larch Street School" in page and "Stay-put is in force" in client.get(f"/cases/{case_id}").text
    record(client, case_id, agreed_on="2026-03-20", school="Somewhere Else School")
    page = client.get(f"/cases/{case_id}/stay-put").text
    frozen = page[page.index("The placement that is frozen") : page.index("When it was in force")]
    assert "Larch Street School" in frozen and "Somewhere Else School" not in frozen
    assert "Somewhere Else School" in page, "what was agreed later is shown as well"
    send(client, f"/cases/{case_id}/move/withdraw", on_date="2026-04-01", reason="We agreed.")
    page = client.get(f"/cases/{case_id}/stay-put").text
    assert "Not in force" in page and "April 1, 2026" in page


def test_a_504_case_is_told_that_there_is_no_federal_stay_put(world: World, client_for) -> None:
    actor = world.person(state="NH")
    case_id = world.case(actor, state="NH", track="section_504", plan="section_504")
    page = client_for(actor).get(f"/cases/{case_id}/stay-put").text
    assert "no federal stay-put of this kind" in page and "34 CFR 104.35" in page


def test_the_same_form_sent_twice_records_one_placement(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    address = f"/cases/{case_id}/placement/new"
    data = hidden(client.get(address).text) | {"agreed_on": DAY, "school": "Larch Street School"}
    assert [client.post(address, data=data).status_code for _ in range(2)] == [302, 302]
    with world.scope(actor):
        assert len(placements_of(db.session.get_one(Case, case_id))) == 1


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"agreed_on": ""}, "Enter the day you agreed"),
        ({"agreed_on": "2026-02-31"}, "Enter a date that exists"),
        ({"agreed_on": "1999-01-01"}, "before the student was born"),
        ({"agreed_on": "tomorrow"}, "Enter a date that exists"),
        ({"school": "  "}, "Enter the school"),
        ({"school": "S" * 201}, "under 200 characters"),
        ({"services": "s" * 10_001}, "under 10,000 characters"),
        ({"document_id": str(uuid4())}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_the_text_stays(
    world: World, client_for, typed: dict[str, str], says: str
) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    answer = record(client, case_id, note="Kept text", **typed)
    assert answer.status_code == 422 and says in answer.text and "Kept text" in answer.text
    with world.scope(actor):
        assert not placements_of(db.session.get_one(Case, case_id))


def test_a_day_to_come_is_refused(world: World, client_for) -> None:
    actor = world.person()
    case_id = world.case(actor)
    with world.scope(actor):
        ahead = today(db.session.get_one(Case, case_id)) + timedelta(days=1)
    answer = record(client_for(actor), case_id, agreed_on=str(ahead))
    assert answer.status_code == 422 and "still to come" in answer.text


def test_only_papers_that_one_may_see_can_be_named(world: World, client_for) -> None:
    owner = world.person("owner", "firm")
    case_id = world.case(owner)
    paper = uuid4()
    with world.scope(owner):
        db.session.add(
            Document(
                id=paper,
                org_id=owner.org_id,
                case_id=case_id,
                title="Our memo on the placement",
                kind="letter",
                visibility="privileged",
                original_name="memo.pdf",
                sha256="1" * 64,
                size=1,
                media_type="application/pdf",
                family="pdf",
                document_on=date(2026, 1, 1),
            )
        )
        db.session.commit()
    assert record(client_for(owner), case_id, document_id=str(paper)).status_code == 302
    reader = client_for(world.person("viewer", "firm", owner.org_id))
    page = reader.get(f"/cases/{case_id}/stay-put").text
    assert "Our memo on the placement" not in page and "Larch Street School" in page
    assert "Not among the papers you can open" in page
    assert "Our memo on the placement" in client_for(owner).get(f"/cases/{case_id}/stay-put").text


def test_an_undone_filing_leaves_no_stay_put(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    send(client, f"/cases/{case_id}/move/file_due_process_complaint", on_date="2026-03-02", filed_by="parent")
    with world.scope(actor):
        row = standing_moves(db.session.get_one(Case, case_id))[-1]
    client.post(f"/cases/{case_id}/history/{row.id}/undo", data={"reason": "Wrong case."})
    page = client.get(f"/cases/{case_id}/stay-put").text
    assert "Not in force" in page and "Stay-put is in force" not in page


def test_it_says_who_put_it_in_force_what_ends_it_and_what_would_break_it(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    send(client, f"/cases/{case_id}/move/file_due_process_complaint", on_date="2026-03-02", filed_by="parent")
    page = client.get(f"/cases/{case_id}/stay-put").text
    assert "Put in force by:" in page and "The parent, on March 2, 2026" in page
    assert "What ends it" in page and "withdrawn, dismissed or settled" in page
    assert "34 CFR 300.536(a)(2)" in page and "34 CFR 300.530(g)" in page and "0 of 10" in page


def test_a_state_complaint_alone_does_not_put_it_in_force_and_the_page_says_so(world: World, client_for) -> None:
    actor = world.person(state="NH")
    case_id, client = world.case(actor, state="NH"), client_for(actor)
    record_fact(world, actor, case_id, FactKind.STATE_COMPLAINT_FILED, date(2026, 3, 2))
    page = client.get(f"/cases/{case_id}/stay-put").text
    assert "Not in force" in page and "alone does not put stay-put in force" in page


def test_a_suspected_break_is_logged_as_evidence_and_offers_the_notice(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    send(client, f"/cases/{case_id}/move/file_due_process_complaint", on_date="2026-03-02", filed_by="parent")
    log(world, actor, case_id, "2026-03-09", "2026-03-10")
    page = client.get(f"/cases/{case_id}/stay-put").text
    assert "Removed while stay-put was in force" in page and "Log a suspected break" in page
    address = f"/cases/{case_id}/evidence/new?kind=stay_put_violation"
    title = "Reading cut to 30 minutes without asking us"
    answer = send(
        client, address, kind="stay_put_violation", happened_on="2026-03-12", title=title, visibility="shared"
    )
    assert answer.status_code == 302
    page = client.get(f"/cases/{case_id}/stay-put").text
    assert "Logged as a suspected break" in page and title in page
    internal = "What we think of the principal"
    send(client, address, kind="stay_put_violation", happened_on="2026-03-12", title=internal, visibility="internal")
    record(client, case_id)
    letter = client.get(f"/cases/{case_id}/stay-put/notice").text
    assert "34 CFR 300.518(a)" in letter and "Larch Street School" in letter and title in letter
    assert "Structured literacy: 45 minutes, 5 x week, resource room" in letter
    assert internal not in letter, "a letter leaves the case: only what is shared goes into it"


def test_two_placements_are_compared_line_by_line(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    address = f"/cases/{case_id}/placement/compare"
    record(client, case_id)
    assert client.get(address).location == f"/cases/{case_id}/stay-put", "one placement alone is not compared"
    send(client, f"/cases/{case_id}/move/file_due_process_complaint", on_date="2026-03-02", filed_by="parent")
    services = "Structured literacy, 30 minutes, 5 x week, resource room\nCounseling, 30 min, weekly"
    record(client, case_id, agreed_on="2026-03-20", services=services)
    page = client.get(address).text
    assert "3 differences" in page and "is the one that stay-put froze" in page
    for words in (
        "45 minutes, 5 x week, resource room",
        "30 minutes, 5 x week, resource room",
        "Dropped",
        "New",
        "Same",
    ):
        assert words in page
    with world.scope(actor):
        newer, older = [row.id for row in placements_of(db.session.get_one(Case, case_id))]
    turned = client.get(f"{address}?old={newer}&new={older}").text
    assert turned.index("30 minutes, 5 x week") < turned.index("45 minutes, 5 x week")
    assert client.get(f"{address}?old={uuid4()}&new=nonsense").status_code == 200


def test_services_of_one_name_are_compared_one_by_one() -> None:
    speech = {"name": "Speech", "minutes": 30, "per": "weekly", "where": ""}
    before = Placement(school="A", setting="", services=[speech, speech | {"minutes": 45}])
    after = Placement(school="A", setting="", services=[speech])
    assert [(one.label, one.change) for one in compare(before, after)] == [
        ("School", "same"),
        ("Setting", "same"),
        ("Speech", "same"),
        ("Speech", "dropped"),
    ]


def test_where_the_right_lapses_without_a_filing_every_page_shows_the_last_safe_day(world: World, client_for) -> None:
    """Illinois: 10 calendar days after mediation was declined, 10 school days after the IEP meeting (states.md)."""
    actor = world.person(state="IL")
    case_id, client = world.case(actor, state="IL"), client_for(actor)
    with world.scope(actor):
        day = today(db.session.get_one(Case, case_id))
    record_fact(world, actor, case_id, FactKind.MEDIATION_DECLINED, day - timedelta(days=2))
    last = day + timedelta(days=8)
    page = client.get(f"/cases/{case_id}").text
    assert "To keep stay-put, file by" in page and "Why this date?" in page
    page = client.get(f"/cases/{case_id}/stay-put").text
    assert "The last day to file" in page and "State rule not confirmed" in page
    record_fact(world, actor, case_id, FactKind.IEP_TEAM_MET, day - timedelta(days=3))
    page = client.get(f"/cases/{case_id}/stay-put").text
    assert "school calendar" in page[page.index("The last day to file") :], "no guess without a calendar"
    with world.scope(actor):
        clocks = {clock.row.rule_id: clock for clock in clocks_of(db.session.get_one(Case, case_id))}
        assert clocks["il-stay-put-mediation"].row.nominal == last
        assert clocks["il-stay-put"].row.act_by is None
    send(client, f"/cases/{case_id}/move/file_due_process_complaint", on_date=str(day), filed_by="parent")
    page = client.get(f"/cases/{case_id}/stay-put").text
    assert "Filed in time" in page and "To keep stay-put, file by" not in page


def test_a_day_that_passed_with_nothing_filed_is_said_to_have_passed(world: World, client_for) -> None:
    actor = world.person(state="IL")
    case_id, client = world.case(actor, state="IL"), client_for(actor)
    record_fact(world, actor, case_id, FactKind.MEDIATION_DECLINED, date(2026, 3, 2))
    page = client.get(f"/cases/{case_id}/stay-put").text
    assert "Day passed" in page and "the right to stay put may be lost" in page
    assert "To keep stay-put, file by" not in page
    send(client, f"/cases/{case_id}/move/file_due_process_complaint", on_date="2026-04-20", filed_by="parent")
    page = client.get(f"/cases/{case_id}/stay-put").text
    assert "In force" in page and "The filing came after" in page


def test_without_stay_put_there_is_no_notice_to_write(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    assert client.get(f"/cases/{case_id}/stay-put/notice").location == f"/cases/{case_id}/stay-put"
    assert "Write the stay-put notice" not in client.get(f"/cases/{case_id}/stay-put").text
