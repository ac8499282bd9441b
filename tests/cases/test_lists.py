"""Home and board: all of a person's cases, over all their organizations, and nobody else's."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from types import ModuleType, SimpleNamespace

import pytest

from casemgr.accounts.models import Membership
from casemgr.cases.clock import today_in
from casemgr.cases.models import CaseMember
from casemgr.extensions import db
from casemgr.proceedings.models import Proceeding
from tests.cases.test_case_home import deadline, entry, fact
from tests.world import Actor, World

TODAY = today_in("America/New_York")


def join(world: World, actor: Actor, host: Actor, role: str) -> None:
    with world.scope(host):
        db.session.add(Membership(org_id=host.org_id, user_id=actor.user_id, role=role))
        db.session.commit()


def test_an_empty_home_leads_to_a_first_case_and_to_the_sample(world, client_for):
    page = client_for(world.person()).get("/").text
    assert "No case yet" in page
    assert 'href="/cases/new"' in page
    assert 'action="/cases/sample"' in page


def test_a_client_without_a_case_is_not_offered_what_they_may_not_do(world, client_for):
    firm = world.person("owner", "firm")
    page = client_for(world.person("parent", "firm", firm.org_id)).get("/").text.split('id="content"')[1]
    assert 'href="/cases/new"' not in page
    assert "/cases/sample" not in page


def test_home_shows_the_cases_of_all_my_organizations_and_those_i_am_a_guest_of(world, client_for):
    me, firm, stranger, school = (world.person("owner", kind) for kind in ("family", "firm", "firm", "organization"))
    world.case(me, student="Own Child")
    world.case(firm, student="Firm Child")
    world.case(stranger, student="Unknown Child")
    named, unnamed = world.case(school, student="Guest Child"), world.case(school, student="Hidden Child")
    join(world, me, firm, "advocate")
    with world.scope(school):
        db.session.add(CaseMember(org_id=school.org_id, case_id=named, user_id=me.user_id, role="parent"))
        db.session.commit()
    client = client_for(me)
    for path in ("/", "/board"):
        page = client.get(path).text
        for name in ("Own Child", "Firm Child", "Guest Child"):
            assert name in page, (path, name)
        for name in ("Unknown Child", "Hidden Child"):
            assert name not in page, (path, name)
    assert client.get(f"/cases/{named}").status_code == 200
    assert client.get(f"/cases/{unnamed}").status_code == 404


def test_what_is_due_next_is_in_the_order_of_act_by_over_all_organizations(world, client_for):
    me, firm = world.person(), world.person("owner", "firm")
    join(world, me, firm, "attorney")
    for days, host, student in ((9, me, "Later Child"), (2, firm, "Sooner Child"), (30, me, "Closed Child")):
        case_id = world.case(host, student=student, stage="closed" if student == "Closed Child" else "mediation")
        with world.scope(host):
            started = fact(host, case_id)
            on = TODAY + timedelta(days=days)
            db.session.add(deadline(host, case_id, started, f"Duty of {student}", on))
            db.session.commit()
    page = client_for(me).get("/").text
    due = page[page.index('id="due-next"') :].split("</section>")[0]
    assert due.index("Duty of Sooner Child") < due.index("Duty of Later Child")
    assert "in 2 days" in due
    assert "Closed Child" not in due


def test_a_role_in_one_case_decides_what_shows_of_that_case_on_home(world, client_for):
    firm = world.person("owner", "firm")
    attorney = world.person("attorney", "firm", firm.org_id)
    narrowed, other = world.case(firm, student="Ann"), world.case(firm, student="Ben")
    with world.scope(firm):
        db.session.add(CaseMember(org_id=firm.org_id, case_id=narrowed, user_id=attorney.user_id, role="viewer"))
        for case_id, name in ((narrowed, "Ann"), (other, "Ben")):
            db.session.add(entry(firm, case_id, f"Advice about {name}", 1, date(2026, 2, 1), visibility="privileged"))
            db.session.add(entry(firm, case_id, f"Call about {name}", 2, date(2026, 2, 1)))
        db.session.commit()
    page = client_for(attorney).get("/").text
    assert "Advice about Ben" in page
    assert "Call about Ann" in page
    assert "Advice about Ann" not in page


def test_five_hundred_cases_come_in_pages_and_by_letter(world, client_for):
    me = world.person("owner", "firm")
    for number in range(65):
        world.case(me, student=f"{'AJ'[number % 2]}-student {number:03}")
    client = client_for(me)
    first, last = client.get("/").text, client.get("/?page=3").text
    assert "65 cases" in first
    assert "Page 1 of 3" in first
    assert first.count('class="case-row"') == 30
    assert last.count('class="case-row"') == 5
    assert client.get("/?page=99").text.count('class="case-row"') == 5
    assert client.get("/?page=x").status_code == 200
    only = client.get("/?letter=J").text
    assert "32 cases" in only
    assert "A-student" not in only[only.index('id="cases-title"') :].split("</section>")[0]
    seen = [name for page in (1, 2, 3) for name in client.get(f"/?page={page}").text.split("-student ")[1:]]
    assert len({name[:3] for name in seen}) == 65


def test_the_board_has_a_column_for_each_stage_and_says_how_many(world, client_for):
    me = world.person("owner", "firm")
    for stage, count in (("mediation", 2), ("due_process", 28)):
        for number in range(count):
            world.case(me, stage=stage, student=f"{stage} {number}")
    page = client_for(me).get("/board").text
    assert page.count('class="board-card"') == 27
    column = page[page.index('id="stage-due_process"') :].split("</section>")[0]
    assert ">28<" in column
    assert "All 28" in column
    assert 'href="/?stage=due_process"' in column
    assert "28 cases" in client_for(me).get("/?stage=due_process").text


def test_the_board_marks_a_case_whose_stage_is_over_and_names_the_empty_stages(world, client_for):
    me = world.person("owner", "firm")
    ended = world.case(me, stage="mediation", student="Ended Example")
    running = world.case(me, stage="mediation", student="Running Example")
    with world.scope(me):
        for case_id, ended_on in ((ended, date(2026, 3, 2)), (running, None)):
            own = {"org_id": me.org_id, "case_id": case_id, "kind": "mediation", "step": "held"}
            db.session.add(Proceeding(**own, opened_on=date(2026, 3, 1), ended_on=ended_on))
        db.session.commit()
    page = client_for(me).get("/board").text
    cards = {
        name: card for card in page.split('class="board-card"')[1:] for name in ("Ended", "Running") if name in card
    }
    assert "Over: choose the next path" in cards["Ended"]
    assert "Over: choose the next path" not in cards["Running"]
    assert "No case at: Concern raised, Team meeting, State complaint" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"Ann", "Ben", "Cleo"}),
        ("?track=section_504", {"Ben"}),
        ("?state=CA", {"Cleo"}),
        ("?track=idea&state=MA", {"Ann"}),
        ("?owner=nobody", {"Cleo"}),
        ("?state=NV", {"Ann", "Ben", "Cleo"}),
        ("?owner=nonsense", {"Ann", "Ben", "Cleo"}),
        ("?track=section_504&state=CA", set()),
    ],
)
def test_the_board_is_filtered_by_law_state_and_owner(world, client_for, query, shown):
    me = world.person("owner", "firm")
    world.case(me, student="Ann")
    world.case(me, student="Ben", track="section_504")
    third = world.case(me, student="Cleo", state="CA")
    with world.scope(me):
        from casemgr.cases.models import Case

        db.session.get(Case, third).owner_id = None
        db.session.commit()
    page = client_for(me).get(f"/board{query}").text
    cards = page[page.index("board-column") :] if "board-column" in page else ""
    assert {name for name in ("Ann", "Ben", "Cleo") if name in cards} == shown
    if not shown:
        assert "No case fits these filters" in page


def test_opening_the_sample_leads_to_its_home(world, client_for, monkeypatch):
    me = world.person()
    case_id = world.case(me, is_sample=True)
    maker = ModuleType("casemgr.cases.sample")
    maker.open_sample_case = lambda user: SimpleNamespace(id=case_id)
    monkeypatch.setitem(sys.modules, "casemgr.cases.sample", maker)
    answer = client_for(me).post("/cases/sample")
    assert (answer.status_code, answer.location) == (302, f"/cases/{case_id}")
