"""What visitors leave behind goes away; nothing else does."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest
from flask import Flask

from casemgr.accounts import services as accounts
from casemgr.accounts.models import User
from casemgr.cases.sample import open_sample_case
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.watch import tidying
from tests.world import World


def visit(app: Flask, owner_connection: psycopg.Connection, days: int) -> tuple[UUID, UUID]:
    """Make a visitor with a sample case, so many days ago. Returns their id and their workspace's."""
    with app.app_context():
        visitor = accounts.register_visitor()
        case = open_sample_case(visitor)
        found = visitor.id, case.org_id
    _age(owner_connection, found[1], days)
    return found


def _age(connection: psycopg.Connection, org_id: UUID, days: int) -> None:
    for table, column in (("organizations", "created_at"), ("audit_events", "at")):
        key = "id" if table == "organizations" else "org_id"
        connection.execute(
            f"UPDATE {table} SET {column} = {column} - make_interval(days => %s) WHERE {key} = %s", [days, org_id]
        )
    connection.commit()


def rows_of(connection: psycopg.Connection, org_id: UUID) -> int:
    tables = connection.execute(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'org_id' AND table_schema = 'public'"
    ).fetchall()
    counts = [
        connection.execute(f'SELECT count(*) FROM "{table}" WHERE org_id = %s', [org_id]).fetchone()
        for (table,) in tables
    ]
    connection.commit()
    return sum(count[0] for count in counts if count)


def test_a_visitors_workspace_goes_after_seven_days_with_its_files(
    app: Flask, owner_connection: psycopg.Connection, world: World
) -> None:
    old, young = visit(app, owner_connection, 8), visit(app, owner_connection, 6)
    family = world.person()
    world.full_case(family)
    _age(owner_connection, family.org_id, 900)
    with app.app_context():
        assert list(store().list_keys(old[1]))
        assert tidying.remove_old_visits() == 1
        assert not list(store().list_keys(old[1]))
        assert list(store().list_keys(young[1])), "a younger visit keeps its files"
        assert db.session.get(User, old[0]) is None
        assert db.session.get(User, young[0]) is not None
        assert tidying.remove_old_visits() == 0, "twice is once"
    assert rows_of(owner_connection, old[1]) == 0
    assert rows_of(owner_connection, young[1]) > 0
    assert rows_of(owner_connection, family.org_id) > 0


def test_a_visitor_who_made_an_account_keeps_everything(app: Flask, owner_connection: psycopg.Connection) -> None:
    user_id, org_id = visit(app, owner_connection, 0)
    owner_connection.execute("UPDATE users SET email = %s WHERE id = %s", [f"{user_id}@example.org", user_id])
    _age(owner_connection, org_id, 30)
    with app.app_context():
        tidying.remove_old_visits()
    assert rows_of(owner_connection, org_id) > 0


def test_a_visitor_who_is_still_at_work_is_not_disturbed(app: Flask, owner_connection: psycopg.Connection) -> None:
    _, org_id = visit(app, owner_connection, 0)
    owner_connection.execute(
        "UPDATE organizations SET created_at = created_at - interval '8 days' WHERE id = %s", [org_id]
    )
    owner_connection.commit()
    with app.app_context():
        tidying.remove_old_visits()
    assert rows_of(owner_connection, org_id) > 0


def test_the_database_refuses_to_remove_any_other_workspace(
    raw_connection: psycopg.Connection, owner_connection: psycopg.Connection, world: World
) -> None:
    family = world.person()
    _age(owner_connection, family.org_id, 900)
    with pytest.raises(psycopg.errors.RaiseException, match="visitor's old workspace"), raw_connection.transaction():
        raw_connection.execute("SELECT remove_visit(%s)", [family.org_id])
    with pytest.raises(psycopg.errors.InsufficientPrivilege), raw_connection.transaction():
        raw_connection.execute("SELECT remove_rows_of('org_id', %s)", [family.org_id])
