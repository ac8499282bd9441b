"""Background work that failed lies parked: it is shown to who runs the workspace, and done again by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from casemgr.extensions import db
from casemgr.platform.jobs import jobs
from casemgr.watch.parked import TASKS
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]


def park(world: World, actor: Actor, case_id: UUID) -> int:
    args = {"org_id": str(actor.org_id), "user_id": str(actor.user_id), "case_id": str(case_id), "rescued": 5}
    with world.scope(actor):
        made = db.session.execute(
            text(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts)"
                " VALUES ('default', 'copies.look', :args, 'failed', 3) RETURNING id"
            ),
            {"args": json.dumps(args)},
        ).scalar_one()
        db.session.commit()
        return int(made)


@pytest.fixture
def owner(world: World) -> Iterator[Actor]:
    yield world.person("owner", "firm")
    with world.app.app_context():
        db.session.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = 'copies.look'"))
        db.session.commit()


def job(world: World, job_id: int) -> tuple[object, ...]:
    with world.app.app_context():
        found = text("SELECT status::text, attempts, args ? 'rescued' FROM procrastinate_jobs WHERE id = :id")
        return tuple(db.session.execute(found, {"id": job_id}).one())


def test_every_task_has_plain_words(app: Flask) -> None:
    by_the_clock = {one.task.name for one in jobs.periodic_registry.periodic_tasks.values()}
    ours = {name for name in jobs.tasks if not name.startswith(("builtin", "procrastinate"))} - by_the_clock
    assert ours == TASKS.keys()


def test_it_is_shown_to_the_owner_and_done_again_once(world: World, owner: Actor, client_for: Clients) -> None:
    case_id = world.case(owner)
    parked = park(world, owner, case_id)
    client = client_for(owner)
    assert "Work that failed" in client.get("/").text
    page = client.get("/stuck").text
    assert TASKS["copies.look"] in page and f"/cases/{case_id}" in page
    again = re.search(r'action="(/stuck/parked/\d+)"', page)
    assert again and again[1] == f"/stuck/parked/{parked}"
    assert client.post(again[1]).status_code == 302
    assert job(world, parked) == ("todo", 0, False)
    assert "runs again already" in client.post(again[1], follow_redirects=True).text
    assert "Work that failed" not in client.get("/stuck").text


@pytest.mark.parametrize("who", ["stranger", "another organization", "viewer", "attorney", "guest"])
def test_nobody_else_sees_or_starts_it(world: World, owner: Actor, client_for: Clients, who: str) -> None:
    case_id = world.case(owner)
    parked = park(world, owner, case_id)
    actor = {
        "stranger": lambda: None,
        "another organization": world.person,
        "viewer": lambda: world.person("viewer", "firm", owner.org_id),
        "attorney": lambda: world.person("attorney", "firm", owner.org_id),
        "guest": lambda: world.guest(case_id, owner.org_id, "attorney"),
    }[who]()
    client = client_for(actor)
    assert "Work that failed" not in client.get("/stuck").text
    assert client.post(f"/stuck/parked/{parked}").status_code == 302
    assert job(world, parked)[0] == "failed"
