"""Removals for the tests."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from casemgr.discipline import services
from casemgr.discipline.services import NewRemoval
from casemgr.law.terms import RemovalKind
from tests.deadlines.makers import load
from tests.world import Actor, World


def log(world: World, actor: Actor, case_id: UUID, first: str, last: str | None = "", **more: object) -> UUID:
    """Log a removal and return its lasting id."""
    kind = RemovalKind(str(more.pop("kind", "out_of_school")))
    first_on = date.fromisoformat(first)
    last_on = None if last is None else date.fromisoformat(last) if last else first_on
    with world.scope(actor):
        new = NewRemoval(kind, first_on, last_on, **more)
        return services.log_removal(load(case_id), new, by=world.user(actor)).removal_id
