"""Help for the tests of moves: read the form of a page, send it as a browser would, look at the rows."""

from __future__ import annotations

import re
from html import unescape
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from casemgr.cases.models import Case
from casemgr.extensions import db
from casemgr.proceedings import queries
from casemgr.proceedings.models import Proceeding, StageMove
from tests.world import Actor, World

DAY = "2026-03-02"


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of the page's form."""
    found = {}
    for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value:
            found[name[1]] = unescape(value[1])
    return found


def send(client: FlaskClient, address: str, **fields: str) -> TestResponse:
    """Open a form and send it with these answers."""
    opened = client.get(address)
    assert opened.status_code == 200, opened.text
    return client.post(address, data=hidden(opened.text) | fields)


def moves(world: World, actor: Actor, case_id: UUID) -> list[StageMove]:
    """Return the moves of a case, oldest first."""
    with world.scope(actor):
        return list(reversed(queries.moves_of(db.session.get_one(Case, case_id))))


def stage(world: World, actor: Actor, case_id: UUID) -> str:
    with world.scope(actor):
        return db.session.get_one(Case, case_id).stage


def proceedings(world: World, actor: Actor, case_id: UUID) -> list[Proceeding]:
    with world.scope(actor):
        return list(queries.proceedings_of(db.session.get_one(Case, case_id)))
