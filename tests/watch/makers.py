"""Cases for the tests of the nightly look."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines.models import Deadline
from casemgr.extensions import db
from casemgr.platform.columns import now
from casemgr.watch import services
from casemgr.watch.looking import Found, look
from tests.world import Actor, World


def old_case(world: World, actor: Actor, **more: object) -> UUID:
    """Make a case that was opened ten days ago."""
    return world.case(actor, created_at=now() - timedelta(days=10), **more)


def give_date(world: World, actor: Actor, case_id: UUID, days: int = 5, **more: object) -> UUID:
    """Give a case a date that the family must meet, so many days from today."""
    with world.scope(actor):
        on = today(db.session.get_one(Case, case_id)) + timedelta(days=days)
        row = Deadline(
            org_id=actor.org_id,
            case_id=case_id,
            key=f"test:{days}",
            rule_id="test",
            title="Answer the district",
            citation="34 CFR 300.508(f)",
            verification="V",
            actor="parent",
            state="open",
            nominal=on,
            act_by=on,
            late_after=on,
            **more,
        )
        db.session.add(row)
        db.session.commit()
        return row.id


def seen(world: World, actor: Actor, case_id: UUID) -> list[Found]:
    with world.scope(actor):
        return look(db.session.get_one(Case, case_id))


def night(world: World, actor: Actor) -> tuple[int, int]:
    """Look through one organization, as the worker does."""
    with world.scope(Actor(None, actor.org_id, "", "", "")):
        return services.look_through(actor.org_id)
