"""What makes a case one that may be stuck."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import delete

from casemgr.accounts.models import Membership, User
from casemgr.cases.models import Case
from casemgr.deadlines.models import Deadline
from casemgr.extensions import db
from casemgr.filings.models import Packet
from casemgr.platform.columns import now
from casemgr.proceedings.models import Proceeding
from tests.obligations.makers import promised
from tests.watch.makers import give_date, old_case, seen
from tests.world import Actor, World


@pytest.fixture
def owner(world: World) -> Actor:
    return world.person("owner", "firm")


def kinds(world: World, actor: Actor, case_id: object) -> list[str]:
    return [found.kind for found in seen(world, actor, case_id)]


def change(world: World, actor: Actor, case_id: object, **values: object) -> None:
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        for name, value in values.items():
            setattr(case, name, value)
        db.session.commit()


def test_a_case_with_an_owner_a_date_and_a_next_step_is_not_stuck(world, owner):
    case_id = old_case(world, owner)
    give_date(world, owner, case_id)
    assert seen(world, owner, case_id) == []


def test_no_date_runs(world, owner):
    assert kinds(world, owner, old_case(world, owner)) == ["no_clock"]


@pytest.mark.parametrize(("days", "is_stuck"), [(31, True), (30, False), (-2, False)])
def test_nothing_to_do_and_no_date_near_is_no_next_step(world, owner, monkeypatch, days, is_stuck):
    case_id = old_case(world, owner)
    give_date(world, owner, case_id, days=days, explanation={"kind": "duty"})
    monkeypatch.setattr("casemgr.watch.looking.next_steps", lambda standing, allows: [])
    assert kinds(world, owner, case_id) == (["no_next_step"] if is_stuck else [])


def test_a_promise_with_a_day_is_a_date_that_runs(world, owner):
    case_id = old_case(world, owner)
    promised(world, owner, case_id, due_on=date(2026, 3, 2))
    assert seen(world, owner, case_id) == []


@pytest.mark.parametrize("left", ["nobody was ever named", "left the organization", "account was closed"])
def test_nobody_looks_after_it_and_its_dates_have_no_person(world, owner, left):
    colleague = world.person("attorney", org_id=owner.org_id)
    case_id = old_case(world, owner)
    give_date(world, owner, case_id)
    change(world, owner, case_id, owner_id=None if left == "nobody was ever named" else colleague.user_id)
    with world.scope(owner):
        if left == "left the organization":
            db.session.execute(delete(Membership).where(Membership.user_id == colleague.user_id))
        if left == "account was closed":
            db.session.get_one(User, colleague.user_id).is_active = False
        db.session.commit()
    found = {one.kind: one.detail for one in seen(world, owner, case_id)}
    assert set(found) == {"no_owner", "no_person"}
    assert found["no_person"].startswith("1 date; the first on ")


def test_a_date_that_somebody_was_given_has_a_person_until_they_leave(world, owner):
    colleague = world.person("attorney", org_id=owner.org_id)
    case_id = old_case(world, owner)
    deadline = give_date(world, owner, case_id, assigned_to=colleague.user_id)
    change(world, owner, case_id, owner_id=None)
    assert kinds(world, owner, case_id) == ["no_owner"]
    with world.scope(owner):
        db.session.execute(delete(Membership).where(Membership.user_id == colleague.user_id))
        db.session.get_one(Deadline, deadline)
        db.session.commit()
    assert kinds(world, owner, case_id) == ["no_owner", "no_person"]


def test_a_stage_whose_proceeding_is_over_leads_nowhere_by_itself(world, owner):
    case_id = old_case(world, owner, stage="mediation")
    give_date(world, owner, case_id)
    with world.scope(owner):
        row = Proceeding(
            org_id=owner.org_id, case_id=case_id, kind="mediation", step="held", opened_on=date(2026, 2, 2)
        )
        db.session.add(row)
        db.session.commit()
        assert kinds(world, owner, case_id) == []
        row.ended_on, row.step = date(2026, 3, 2), "impasse"
        db.session.commit()
    [found] = seen(world, owner, case_id)
    assert (found.kind, found.subject) == ("dead_end", "over")


def test_a_step_that_nothing_can_follow_is_named(world, owner):
    case_id = old_case(world, owner)
    give_date(world, owner, case_id)
    with world.scope(owner):
        db.session.add(
            Proceeding(
                org_id=owner.org_id, case_id=case_id, kind="mediation", step="impasse", opened_on=date(2026, 2, 2)
            )
        )
        db.session.commit()
    [found] = seen(world, owner, case_id)
    assert found.kind == "dead_end"
    assert found.detail.startswith("Mediation: nothing can follow")


def test_a_packet_whose_making_never_ended_is_found(world, owner):
    case_id = old_case(world, owner)
    give_date(world, owner, case_id)
    with world.scope(owner):
        for hours in (1, 8):
            db.session.add(
                Packet(
                    org_id=owner.org_id,
                    case_id=case_id,
                    kind="due_process_complaint",
                    state="building",
                    created_at=now() - timedelta(hours=hours),
                )
            )
        db.session.commit()
    assert kinds(world, owner, case_id) == ["packet_waits"]


@pytest.mark.parametrize(
    "peace",
    [{"stage": "closed"}, {"is_sample": True}, {"created_at": now() - timedelta(days=2)}],
    ids=["closed", "a sample", "opened two days ago"],
)
def test_some_cases_are_left_in_peace(world, owner, peace):
    case_id = old_case(world, owner)
    change(world, owner, case_id, owner_id=None, **peace)
    assert seen(world, owner, case_id) == []
