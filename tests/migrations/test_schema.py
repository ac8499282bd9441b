"""The migrations and the models say the same, and each migration runs on a database with rows in it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import create_engine

import casemgr.models  # noqa: F401
import config
from casemgr.extensions import db
from casemgr.platform import database
from tests.server import TestServer


def revisions() -> list[str]:
    alembic = Config()
    alembic.set_main_option("script_location", str(config.ROOT / "migrations"))
    return [script.revision for script in reversed(list(ScriptDirectory.from_config(alembic).walk_revisions()))]


def test_the_models_and_the_migrations_do_not_drift(server: TestServer, database_name: str) -> None:
    engine = create_engine(server.url(server.owner, database_name))

    def ours(item: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
        return not (kind == "table" and (name or "").startswith("procrastinate_"))

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "include_object": ours}
        )
        differences = compare_metadata(context, db.metadata)
    engine.dispose()
    assert differences == []


def test_history_is_one_line() -> None:
    assert len(revisions()) == len(set(revisions())) >= 1


@pytest.mark.parametrize("revision", revisions())
def test_each_migration_runs_on_rows_and_keeps_them(revision: str, server: TestServer) -> None:
    """Add an organization with rows to the first schema, stop at `revision`, go on, find them again."""
    first = revisions()[0]
    name = f"test_migration_{uuid4().hex[:8]}"
    with server.connect() as connection:
        server.create_database(connection, name)
    try:
        owner = server.url(server.owner, name)
        database.migrate(owner, server.app, first)
        _add_rows(owner)
        database.migrate(owner, server.app, revision)
        database.migrate(owner, server.app, "head")
        engine = create_engine(owner)
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM cases").scalar() == 1
            assert connection.exec_driver_sql("SELECT count(*) FROM documents").scalar() == 1
        engine.dispose()
    finally:
        with server.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _add_rows(owner: str) -> None:
    """Rows in plain SQL with the columns of the first schema; later migrations must cope with them."""
    engine = create_engine(owner)
    org, user, case, paper = (uuid4() for _ in range(4))
    with engine.begin() as connection:
        run = connection.exec_driver_sql
        run(
            "INSERT INTO users (id, name, email, passphrase_hash, persona, timezone, session_epoch, is_active,"
            " created_at, version) VALUES (%s, 'A', 'a@example.org', 'x', 'parent', 'UTC', 1, true, now(), 1)",
            (user,),
        )
        run(
            "INSERT INTO organizations (id, name, kind, state, timezone, created_at, version)"
            " VALUES (%s, 'Family', 'family', 'MA', 'UTC', now(), 1)",
            (org,),
        )
        run(
            "INSERT INTO cases (id, org_id, state, timezone, track, track_note, stage, plan, concern, concern_on,"
            " is_sample, owner_id, created_at, version) VALUES (%s, %s, 'MA', 'UTC', 'idea', '', 'concern_raised',"
            " 'iep', 'words', '2026-01-05', false, %s, now(), 1)",
            (case, org, user),
        )
        later = run(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'documents' AND is_nullable = 'NO'"
            " AND column_default IS NULL AND column_name IN ('parts_state', 'parts_note')"
        ).scalars()
        for column in list(later):  # the row is one of the first schema
            run(f"ALTER TABLE documents ALTER COLUMN {column} SET DEFAULT ''")
        run(
            "INSERT INTO documents (id, org_id, case_id, title, kind, source, received_how, visibility, note,"
            " original_name, sha256, size, media_type, family, preview_state, preview_note, custody,"
            " uploaded_by_name, uploaded_at, version) VALUES (%s, %s, %s, 'IEP', 'iep', '', '', 'shared', '',"
            " 'a.pdf', repeat('0', 64), 1, 'application/pdf', 'pdf', 'none', '', '[]', 'A', now(), 1)",
            (paper, org, case),
        )
    engine.dispose()
