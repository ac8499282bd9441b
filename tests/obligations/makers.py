"""Promises for the tests."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from casemgr.cases.models import Case
from casemgr.extensions import db
from casemgr.obligations import services
from casemgr.obligations.services import NewObligation
from tests.world import Actor, World


def promised(world: World, actor: Actor, case_id: UUID, **more: object) -> UUID:
    """Write a promise down, by a day unless told otherwise, and return its id."""
    given = {"title": "Send the new IEP", "actor": "lea", "timing": "day", "due_on": date(2026, 3, 2)} | more
    if given["timing"] != "day":
        given.pop("due_on")
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        return services.add(case, NewObligation(**given), by=world.user(actor)).id
