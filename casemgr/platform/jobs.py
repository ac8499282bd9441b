"""Background jobs: queued in the transaction of their cause, run under the same row-level policies.

A job exists if and only if its cause was committed. It runs as the organization and person that caused
it. A worker that is killed leaves its job to the next one (`_rescue_stalled`), so every task must be safe to
start again. One that failed as often as it may is parked: it stays, failed, until a person has it done again.
"""

from __future__ import annotations

import asyncio
import copy
import functools
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import procrastinate
from flask import Flask
from procrastinate import PsycopgConnector, RetryStrategy, SyncPsycopgConnector
from procrastinate.jobs import Status
from procrastinate.periodic import PeriodicRegistry
from procrastinate.worker import Worker
from psycopg import AsyncConnection
from sqlalchemy import text

from casemgr.extensions import db
from casemgr.platform.tenancy import NOBODY, Scope, current_scope, set_scope

HEARTBEAT_SECONDS = 2.0
STALLED_AFTER_SECONDS = 10.0
ASK_SECONDS = 0.3
AFTER_OTHERS = -1
"""The priority of work in bulk: a paper that somebody waits for goes first."""
BEFORE_OTHERS = 1
"""The priority of what a person watches: it does not stand behind a whole folder that is read."""
MOST_RESCUES = 5
_RESCUED_ONCE_MORE = (
    "UPDATE procrastinate_jobs SET args = jsonb_set(args, '{rescued}',"
    " to_jsonb(coalesce((args->>'rescued')::int, 0) + 1)) WHERE id = %(job_id)s AND status = 'doing'"
)
_WAITING = text(
    "SELECT true FROM procrastinate_jobs WHERE lock = :lock AND task_name = :task AND status = 'todo'"
    " LIMIT 1 FOR UPDATE SKIP LOCKED"
)

jobs = procrastinate.App(connector=SyncPsycopgConnector())
log = logging.getLogger(__name__)
_flask_app: Flask | None = None


def background(name: str, *, queue: str = "default", attempts: int | None = 3, wait: int = 2) -> Callable[..., Any]:
    """Register a task. It gets the keyword arguments given to `enqueue`, inside an application context.

    A run that raises is repeated after `wait` seconds, `attempts` times in all (None: until it succeeds).
    The function must commit its own work, and must leave a consistent state if it is killed anywhere.
    """

    def register(function: Callable[..., None]) -> Any:
        @functools.wraps(function)
        def run(
            *, org_id: str, user_id: str, case_ids: list[str] | None = None, rescued: int = 0, **arguments: Any
        ) -> None:
            if _flask_app is None:
                raise RuntimeError("A job was run outside a worker.")
            with _flask_app.app_context():
                cases = None if case_ids is None else tuple(UUID(case) for case in case_ids)
                set_scope(Scope(UUID(org_id), UUID(user_id) if user_id else None, cases))
                function(**arguments)

        return jobs.task(name=name, queue=queue, retry=RetryStrategy(max_attempts=attempts, wait=wait))(run)

    return register


def periodic(name: str, *, cron: str) -> Callable[..., Any]:
    """Register a task that the workers start by themselves, one of them each time. `cron` is in UTC.

    It runs as nobody and sees no row; what it does in an organization it does in that one's scope. A machine that was
    off at the time leaves it out, so it must not count on every run.
    """

    def register(function: Callable[[], None]) -> Any:
        @functools.wraps(function)
        def run(timestamp: int, rescued: int = 0) -> None:
            if _flask_app is None:
                raise RuntimeError("A job was run outside a worker.")
            with _flask_app.app_context():
                set_scope(NOBODY)
                function()

        retry = RetryStrategy(max_attempts=3, wait=60)
        task = jobs.task(name=name, lock=name, queueing_lock=name, priority=AFTER_OTHERS, retry=retry)(run)
        return jobs.periodic(cron=cron)(task)

    return register


def enqueue(
    task: Any, *, lock: str | None = None, queueing_lock: str | None = None, priority: int = 0, **arguments: Any
) -> None:
    """Queue `task` inside the session's own transaction; the caller's commit makes it real."""
    scope = current_scope()
    if scope.org_id is None:
        raise RuntimeError("A job needs an organization to act in.")
    connection = db.session.connection().connection.driver_connection
    task.configure(connection=connection, lock=lock, queueing_lock=queueing_lock, priority=priority).defer(
        org_id=str(scope.org_id),
        user_id=str(scope.user_id or ""),
        case_ids=None if scope.case_ids is None else [str(case) for case in scope.case_ids],
        **arguments,
    )


def enqueue_unless_waiting(task: Any, *, lock: str, priority: int = 0, **arguments: Any) -> None:
    """Queue `task` as `enqueue` does, unless one with this lock waits already, which will see what the caller commits.

    The one that waits is held until then, so that no worker begins it too early. For work that looks at all that is
    new since it was done last."""
    waiting = db.session.scalar(_WAITING, {"lock": lock, "task": task.name})
    if not waiting:
        enqueue(task, lock=lock, priority=priority, **arguments)


def run_worker(app: Flask, *, concurrency: int = 2) -> None:
    """Run queued jobs until SIGTERM or Ctrl-C, which let the running job finish."""
    jobs_app = _connected(app, concurrency, keeps_time=True)

    async def run() -> None:
        async with _rescuing(jobs_app):
            await _worker(jobs_app, concurrency, install_signal_handlers=True).run()

    asyncio.run(run())


def work_off(app: Flask) -> None:
    """Run queued jobs until none is left that may run now, here or in another worker."""
    due = text(
        "SELECT true FROM procrastinate_jobs WHERE status = 'doing'"
        " OR (status = 'todo' AND coalesce(scheduled_at, now()) <= now()) LIMIT 1"
    )

    def is_done() -> bool:
        with app.app_context():
            return db.session.scalar(due) is None

    work_until(app, is_done)


def work_until(app: Flask, is_done: Callable[[], bool], *, concurrency: int = 2) -> None:
    """Run queued jobs, beside any other worker, until `is_done` says so. It is asked in a thread, some times a second.

    It stays alive for others to see while a long job runs (a worker that is told to stop when the queue is empty
    would not), and waits for a job that another worker holds.
    """
    jobs_app = _connected(app, concurrency, keeps_time=False)

    async def run() -> None:
        async with _rescuing(jobs_app):
            worker = _worker(jobs_app, concurrency, install_signal_handlers=False)
            working = asyncio.create_task(worker.run())
            while not working.done() and (worker.worker_id is None or not await asyncio.to_thread(is_done)):
                await asyncio.wait({working}, timeout=ASK_SECONDS)
            worker.stop()  # in order, and never before it has begun: a worker that is cancelled then does not end
            await working

    while not is_done():  # a worker also ends when the database went away for a moment
        asyncio.run(run())


def _connected(app: Flask, concurrency: int, *, keeps_time: bool) -> procrastinate.App:
    global _flask_app
    _flask_app = app
    connected = jobs.with_connector(
        PsycopgConnector(
            conninfo=db_conninfo(app), min_size=1, max_size=concurrency + 4, configure=_without_transactions
        )
    )
    connected.periodic_registry = _by_the_clock(connected) if keeps_time else PeriodicRegistry()
    return connected


async def _without_transactions(connection: AsyncConnection) -> None:
    """What a worker notes of its jobs is one statement each: in one trip to the database, where it would be three."""
    await connection.set_autocommit(True)


def _by_the_clock(connected: procrastinate.App) -> PeriodicRegistry:
    """Return the periodic tasks as this worker's own: they are queued through the application that they belong to."""
    registry = PeriodicRegistry()
    for one in jobs.periodic_registry.periodic_tasks.values():
        task = copy.copy(one.task)
        task.blueprint = connected
        registry.register_task(
            task=task, cron=one.cron, periodic_id=one.periodic_id, configure_kwargs=dict(one.configure_kwargs)
        )
    return registry


def _worker(jobs_app: procrastinate.App, concurrency: int, *, install_signal_handlers: bool) -> Worker:
    return Worker(
        jobs_app,
        wait=True,
        concurrency=concurrency,
        install_signal_handlers=install_signal_handlers,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_AFTER_SECONDS,
        shutdown_graceful_timeout=20,
        fetch_job_polling_interval=1.0,
        listen_notify=True,
        delete_jobs="successful",
    )


@asynccontextmanager
async def _rescuing(jobs_app: procrastinate.App) -> AsyncIterator[None]:
    async with jobs_app.open_async():
        rescue = asyncio.create_task(_rescue_stalled(jobs_app))
        try:
            yield
        finally:
            rescue.cancel()


async def _rescue_stalled(worker: procrastinate.App) -> None:
    """Give the jobs of a killed worker back to the queue, as soon as its heartbeat is old enough.

    A job that lost worker after worker is parked: it may be what kills them."""
    while True:
        try:
            stalled = await worker.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS)
            for job in stalled:
                if job.task_kwargs.get("rescued", 0) >= MOST_RESCUES:
                    log.error("job is parked: each worker that took it was lost", extra={"job": job.id})
                    await worker.job_manager.finish_job(job, Status.FAILED, delete_job=False)
                    continue
                log.warning("job of a lost worker is started again", extra={"job": job.id})
                await worker.connector.execute_query_async(_RESCUED_ONCE_MORE, job_id=job.id)
                await worker.job_manager.retry_job(job)
        except Exception:
            log.exception("looking for stalled jobs failed; trying again")
        await asyncio.sleep(STALLED_AFTER_SECONDS / 2)


def db_conninfo(app: Flask) -> str:
    """Return the application role's connection string without SQLAlchemy's driver name."""
    return str(app.config["SQLALCHEMY_DATABASE_URI"]).replace("postgresql+psycopg://", "postgresql://", 1)
