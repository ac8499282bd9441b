"""No page asks the database more often because there is more in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import event

from casemgr.cases.models import Person
from casemgr.extensions import db
from casemgr.issues.models import Issue
from casemgr.proceedings.models import StageMove
from tests.cases.test_case_home import TODAY, deadline, entry, fact, paper
from tests.world import Actor, World


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Collect the statements that are sent to the database inside the block."""
    statements: list[str] = []

    def note(connection, cursor, statement, *rest: object) -> None:
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def filled_case(world: World, actor: Actor, rows: int, student: str = "Juniper Example") -> UUID:
    case_id = world.case(actor, student=student)
    own = {"org_id": actor.org_id, "case_id": case_id}
    with world.scope(actor):
        for number in range(rows):
            started = fact(actor, case_id, on=date(2026, 1, 8) + timedelta(days=number))
            db.session.add_all(
                (
                    deadline(actor, case_id, started, f"Duty {number}", TODAY + timedelta(days=number)),
                    paper(actor, case_id, f"Paper {number}", number=number),
                    entry(actor, case_id, f"Entry {number}", number + 1, date(2026, 2, 1)),
                    Issue(**own, number=number + 1, title=f"Issue {number}", law="idea"),
                    Person(**own, name=f"Person {number}", role="teacher"),
                    StageMove(**own, event="x", from_stage="mediation", to_stage="mediation", on_date=TODAY),
                )
            )
        db.session.commit()
    return case_id


@pytest.mark.parametrize("path", ["/cases/{case}", "/cases/{case}/people", "/"])
def test_two_hundred_rows_of_everything_cost_as_many_queries_as_one(app, world, client_for, path):
    asked = {}
    for rows in (1, 200):
        actor = world.person()
        case_id = filled_case(world, actor, rows)
        client = client_for(actor)
        with counted(app) as statements:
            assert client.get(path.format(case=case_id)).status_code == 200
        asked[rows] = len(statements)
    assert asked[1] == asked[200]
    assert asked[1] < 45


@pytest.mark.parametrize("path", ["/", "/board"])
def test_forty_cases_cost_as_many_queries_as_one(app, world, client_for, path):
    asked = {}
    for cases in (1, 40):
        actor = world.person("owner", "firm")
        for number in range(cases):
            filled_case(world, actor, 1, f"Student {number}")
        client = client_for(actor)
        with counted(app) as statements:
            assert client.get(path).status_code == 200
        asked[cases] = len(statements)
    assert asked[1] == asked[40]
