"""Work that looks at all that is new is queued once, however much is new."""

from __future__ import annotations

from sqlalchemy import text

from casemgr.extensions import db
from casemgr.platform.jobs import enqueue_unless_waiting, jobs
from tests.world import Actor, World

LOCK = "copies:of one case"


def test_work_that_waits_already_is_not_queued_again_and_cannot_begin_before_its_latest_cause_is_kept(
    world: World,
) -> None:
    actor = world.person()
    assert [queue(world, actor), queue(world, actor)] == [1, 1]
    with world.scope(actor):
        enqueue_unless_waiting(jobs.tasks["copies.look"], lock=LOCK, case_id="a case")
        with db.engine.connect() as worker:
            begin = text("SELECT id FROM procrastinate_jobs WHERE lock = :lock FOR UPDATE SKIP LOCKED")
            assert worker.execute(begin, {"lock": LOCK}).all() == [], "it waits for this transaction"
            db.session.commit()
            assert len(worker.execute(begin, {"lock": LOCK}).all()) == 1
            assert queue(world, actor) == 2, "what a worker is about to begin may not see this one's cause"
        db.session.execute(text("DELETE FROM procrastinate_jobs WHERE lock = :lock"), {"lock": LOCK})
        db.session.commit()


def queue(world: World, actor: Actor) -> int:
    """Ask for the work, and return how often it is queued then."""
    with world.scope(actor):
        enqueue_unless_waiting(jobs.tasks["copies.look"], lock=LOCK, case_id="a case")
        db.session.commit()
        return db.session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE lock = :lock"), {"lock": LOCK})
