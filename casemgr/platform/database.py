"""Which database, as which role: the embedded server, or one of the user's own."""

from __future__ import annotations

import atexit
import functools
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import make_url

import config
from casemgr.platform import embedded


class UnsafeDatabaseRole(Exception):
    """The web application was given a role that could pass the walls between organizations."""


@functools.cache
def _embedded(data_dir: Path) -> embedded.Embedded:
    server = embedded.start(data_dir)
    atexit.register(server.leave)
    return server


def application_url(settings: config.Settings) -> str:
    """Return the SQLAlchemy URL of the application role, starting the embedded server if there is no other."""
    if settings.database_url:
        url = _with_driver(settings.database_url)
        if settings.production:
            refuse_powerful_role(url)
        return url
    return _embedded(settings.data_dir).url(embedded.APP)


def ensure_running(settings: config.Settings) -> None:
    """Start the embedded server again if it has died. A server of the user's own is not ours to start."""
    if not settings.database_url:
        _embedded(settings.data_dir).ensure_running()


def owner_url(settings: config.Settings) -> str:
    """Return the SQLAlchemy URL of the role that owns the tables: for migrations alone."""
    if settings.database_url:
        return _with_driver(settings.database_admin_url or settings.database_url)
    return _embedded(settings.data_dir).url(embedded.OWNER)


def migrate(owner: str, app_role: str, revision: str = "head") -> None:
    """Bring the schema to `revision`, as the owner, and grant `app_role` what the migrations say."""
    alembic = AlembicConfig()
    alembic.set_main_option("script_location", str(config.ROOT / "migrations"))
    alembic.attributes["url"] = owner
    alembic.attributes["app_role"] = app_role
    command.upgrade(alembic, revision)


def role_of(url: str) -> str:
    return make_url(url).username or ""


def refuse_powerful_role(url: str) -> None:
    """Raise UnsafeDatabaseRole when the role is a superuser, may bypass row security, or owns the tables."""
    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(plain) as connection:
        powerful = connection.execute(
            "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        owns = connection.execute(
            "SELECT 1 FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user LIMIT 1"
        ).fetchone()
    if (powerful and powerful[0]) or owns:
        raise UnsafeDatabaseRole(
            "DATABASE_URL names a role that could read every organization's records (a superuser, a role with"
            " BYPASSRLS, or the owner of the tables). Give it a role of its own, and the owner's URL as"
            " DATABASE_ADMIN_URL. See docs/operations.md."
        )


def _with_driver(url: str) -> str:
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    return url
