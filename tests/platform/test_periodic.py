"""What the workers start by the clock is queued through the database of the worker."""

from __future__ import annotations

import asyncio
import time

from flask import Flask
from procrastinate.periodic import PeriodicDeferrer
from sqlalchemy import text

import casemgr.watch.tasks  # noqa: F401  (registers what runs by the clock)
from casemgr.extensions import db
from casemgr.platform import jobs


def test_what_is_due_by_the_clock_is_queued_once_by_a_worker_that_stays(app: Flask) -> None:
    worker = jobs._connected(app, 1, keeps_time=True)
    due = [(task, int(time.time())) for task in worker.periodic_registry.periodic_tasks.values()]
    assert due
    names = [task.task.name for task, _ in due]
    _forget(app, names)  # a worker of another test may have queued the same

    async def queue_twice() -> None:
        async with worker.open_async():
            for _ in range(2):
                await PeriodicDeferrer(worker.periodic_registry).defer_jobs(due)

    asyncio.run(queue_twice())
    with app.app_context():
        found = db.session.execute(
            text(
                "SELECT task_name, count(*) FROM procrastinate_jobs WHERE task_name = ANY (:names) GROUP BY task_name"
            ),
            {"names": names},
        ).all()
    _forget(app, names)
    assert sorted(found) == sorted((name, 1) for name in set(names))


def _forget(app: Flask, names: list[str]) -> None:
    with app.app_context():
        db.session.execute(text("DELETE FROM procrastinate_periodic_defers"))
        db.session.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = ANY (:names)"), {"names": names})
        db.session.commit()
