"""A date is seen to by a person: the one it was given to, else whoever looks after the case."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from casemgr.cases.models import Case
from casemgr.deadlines import services
from casemgr.deadlines.models import Deadline
from casemgr.extensions import db
from casemgr.notices.models import Notice
from tests.deadlines.makers import calendar_a, consent, deadline
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]


@pytest.fixture
def owner(world: World) -> Actor:
    return world.person("attorney", "firm", name="Alex Owner")


@pytest.fixture
def case_id(world: World, owner: Actor):
    case_id = world.case(owner)
    calendar_a(world, owner)
    consent(world, owner, case_id)
    return case_id


def test_a_colleague_is_given_a_date_and_told_and_a_new_count_keeps_it(
    world: World, client_for: Clients, owner: Actor, case_id
) -> None:
    colleague = world.person("paralegal", org_id=owner.org_id, name="Lee Colleague")
    row = deadline(world, owner, case_id, "ma-evaluation")
    address = f"/cases/{case_id}/deadlines/{row.id}"
    assert "Whoever looks after the case (Alex Owner)" in client_for(owner).get(address).text
    answer = client_for(owner).post(f"{address}/person", data={"person": str(colleague.user_id)})
    assert answer.status_code == 302
    with world.scope(owner):
        told = db.session.scalars(select(Notice.user_id).where(Notice.page == "deadlines.why")).all()
        assert colleague.user_id in told
        services.recompute(db.session.get_one(Case, case_id), cause="Test")
        db.session.commit()
        assert db.session.get_one(Deadline, row.id).assigned_to == colleague.user_id
    client_for(owner).post(f"{address}/person", data={"person": ""})
    with world.scope(owner):
        assert db.session.get_one(Deadline, row.id).assigned_to is None


def test_somebody_who_cannot_open_the_case_is_not_given_its_dates(
    world: World, client_for: Clients, owner: Actor, case_id
) -> None:
    row = deadline(world, owner, case_id, "ma-evaluation")
    for person in (str(world.person().user_id), "not an id"):
        answer = client_for(owner).post(f"/cases/{case_id}/deadlines/{row.id}/person", data={"person": person})
        assert answer.status_code == 400


@pytest.mark.parametrize(
    ("who", "status"),
    [("stranger", 302), ("guest of another case", 404), ("wrong organization", 404), ("viewer", 403), ("client", 403)],
)
def test_giving_a_date_is_for_who_runs_the_case(
    world: World, client_for: Clients, owner: Actor, case_id, who: str, status: int
) -> None:
    row = deadline(world, owner, case_id, "ma-evaluation")
    visitor = {
        "stranger": lambda: None,
        "guest of another case": lambda: world.guest(world.case(owner), owner.org_id, "attorney"),
        "wrong organization": lambda: world.person("owner", "firm"),
        "viewer": lambda: world.guest(case_id, owner.org_id, "viewer"),
        "client": lambda: world.guest(case_id, owner.org_id, "parent"),
    }[who]()
    address = f"/cases/{case_id}/deadlines/{row.id}/person"
    assert client_for(visitor).post(address, data={"person": ""}).status_code == status
    other = world.case(owner)
    answer = client_for(owner).post(f"/cases/{other}/deadlines/{row.id}/person", data={"person": ""})
    assert answer.status_code == 404
