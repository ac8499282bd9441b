"""Alembic's entry. Runs as the owner of the tables; `x-app_role` gets the grants that migrations give."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool, text

import casemgr.models  # noqa: F401  (fills the metadata)
from casemgr.extensions import db

settings = context.config.attributes
MIGRATION_LOCK = 7_231_004_118  # two processes that start together must not both migrate


def include_object(item: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    """Leave the job queue's own tables to their library."""
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def run() -> None:
    engine = create_engine(settings["url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.execute(text("SET lock_timeout = '10s'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            include_object=include_object,
            compare_type=True,
            compare_server_default=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
