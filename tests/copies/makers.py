"""Papers of a case that were drawn and looked at, without a worker process."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update

from casemgr.copies import comparing, looking
from casemgr.copies.models import PaperComparison
from casemgr.documents import tasks
from casemgr.documents.models import Document
from casemgr.extensions import db
from tests.documents.paper import add
from tests.world import Actor, World


def paper(world: World, actor: Actor, case_id: UUID, data: bytes, name: str, **details: object) -> UUID:
    """Add a paper and draw its pages."""
    document_id = add(world, actor, case_id, data, name, **details)
    with world.scope(actor):
        tasks.draw_preview.func.__wrapped__(case_id=str(case_id), document_id=str(document_id))
        db.session.execute(
            update(Document.__table__).where(Document.id == document_id).values(recognition_state="no_program")
        )
        db.session.commit()
    return document_id


def look(world: World, actor: Actor, case_id: UUID) -> None:
    """Find what is alike, and compare what was found."""
    with world.scope(actor):
        looking.look.func.__wrapped__(case_id=str(case_id))
    with world.scope(actor):
        waiting = db.session.execute(
            select(PaperComparison.first_id, PaperComparison.second_id).where(
                PaperComparison.case_id == case_id, PaperComparison.state == "waiting"
            )
        ).all()
    for first, second in waiting:
        with world.scope(actor):
            comparing.compare.func.__wrapped__(case_id=str(case_id), first_id=str(first), second_id=str(second))
