"""Districts of one name in two States are two districts: each has its own calendar, and pages tell them apart."""

from __future__ import annotations

import re
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select

from casemgr.cases.district import District
from casemgr.deadlines import calendars, queries
from casemgr.deadlines.calendars import CalendarRefused
from casemgr.deadlines.districts import link_district, same_district
from casemgr.deadlines.models import DeadlineChange
from casemgr.extensions import db
from tests.deadlines.makers import DISTRICT, calendar_a, consent, deadline, load
from tests.deadlines.test_calendars import SNOW, TEAM_MEETING, add_snow
from tests.world import World


def test_two_districts_of_one_name_in_two_states_have_their_own_calendars(world: World) -> None:
    actor = world.person("attorney", "firm")
    in_ma, in_nh = world.case(actor), world.case(actor, state="NH")
    for case_id in (in_ma, in_nh):
        consent(world, actor, case_id)
    calendar_a(world, actor)
    nh_id = calendar_a(world, actor, District(DISTRICT.name, "NH"))
    add_snow(world, actor, nh_id)
    assert deadline(world, actor, in_ma, TEAM_MEETING).nominal == date(2027, 1, 20)
    with world.scope(actor):
        grounds = queries.grounds_of([load(in_ma), load(in_nh)])
        assert grounds[in_ma].calendar.is_school_day(SNOW)
        assert not grounds[in_nh].calendar.is_school_day(SNOW)
        nh_year = queries.school_calendar(nh_id)
        assert calendars.effect_of(nh_year).cases == 1
        calendars.remove_calendar(nh_year, version=nh_year.version, by=world.user(actor))
        assert queries.school_years(load(in_nh).lea) == ()
        assert len(queries.school_years(load(in_ma).lea)) == 1
        causes = set(db.session.scalars(select(DeadlineChange.cause).where(DeadlineChange.case_id == in_ma)))
        assert causes == {"School calendar entered: the 2026-27 school year"}
    assert deadline(world, actor, in_ma, TEAM_MEETING).nominal == date(2027, 1, 20)


def test_a_case_that_moves_to_another_state_leaves_the_calendar_behind(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    calendar_a(world, actor)
    with world.scope(actor):
        case = load(case_id)
        case.state = "NH"
        assert queries.school_years(case.lea) == ()
        assert calendars.open_cases_of(DISTRICT) == []


def test_a_calendar_of_another_state_is_not_offered(world: World) -> None:
    actor = world.person("owner", "firm")
    calendar_a(world, actor, District("FERNHOLLOW School District", "NH"))
    case_id = world.case(actor)
    with world.scope(actor):
        case = load(case_id)
        assert same_district(case) == []
        with pytest.raises(CalendarRefused):
            link_district(case, "FERNHOLLOW School District", by=world.user(actor))


@pytest.mark.parametrize("name", ["Springfield", "Springfield, Unified", ""])
def test_a_district_comes_back_from_a_form_as_it_was(name: str) -> None:
    assert District.parse(str(District(name, "MA"))) == District(name, "MA")


def test_the_state_stands_beside_a_district_where_the_organization_works_in_several(world, client_for) -> None:
    actor = world.person("owner", "firm")
    case_id = world.case(actor)
    calendar_id, client = calendar_a(world, actor), client_for(actor)
    in_ma, in_nh = str(DISTRICT), f"{DISTRICT.name}, NH"
    everywhere, here = "/organization/school-calendars", f"/cases/{case_id}/school-calendar"

    def shown_in() -> list[bool]:
        texts = [client.get(f"{here}{page}").text for page in ("", f"/{calendar_id}/remove", "/import")]
        return [re.search(rf"{DISTRICT.name}, MA[.?<]", text) is not None for text in texts]

    assert shown_in() == [False, False, False]
    assert f"<h2>{in_ma}</h2>" in client.get(everywhere).text
    world.case(actor, state="NH")
    assert shown_in() == [True, True, True]
    page = client.get(f"{everywhere}/new").text
    assert f">{in_ma}</option>" in page and f">{in_nh}</option>" in page
    told = {"submission": str(uuid4()), "district": in_nh, "first_day": "2026-09-02", "last_day": "2027-06-17"}
    assert f"<h2>{in_nh}</h2>" in client.post(f"{everywhere}/new", data=told, follow_redirects=True).text
    with world.scope(actor):
        assert [row.state for row in queries.school_calendars()] == ["MA", "NH"]


@pytest.mark.parametrize("district", ["Elsewhere", "Fernhollow Public Schools", "Fernhollow Public Schools, NH", None])
def test_a_calendar_of_a_district_that_was_not_offered_is_refused(world, client_for, district) -> None:
    actor = world.person()
    case_id = world.case(actor)
    told = {"submission": str(uuid4()), "first_day": "2026-09-02", "last_day": "2027-06-17"}
    told |= {"district": district} if district else {}
    assert client_for(actor).post(f"/cases/{case_id}/school-calendar/new", data=told).status_code == 422
    with world.scope(actor):
        assert queries.school_calendars() == []
