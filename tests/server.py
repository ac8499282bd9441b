"""The PostgreSQL that the tests use: embedded by default, or a server named by CASEMGR_TEST_SERVER."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import fasteners
import psycopg
from psycopg import conninfo, sql
from sqlalchemy import URL

from casemgr.platform import embedded


@dataclass(frozen=True)
class TestServer:
    """`connect` opens an administrator's connection; `url` gives SQLAlchemy URLs of the two roles."""

    __test__ = False
    where: dict[str, str]
    admin: dict[str, str]
    passwords: dict[str, str]
    leave: Callable[[], None]
    owner: str = embedded.OWNER
    app: str = embedded.APP

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(autocommit=True, **self.where, **self.admin)

    def url(self, role: str, database: str) -> str:
        url = URL.create("postgresql+psycopg", role, self.passwords[role], database=database, query=self.where)
        return url.render_as_string(hide_password=False)

    def create_database(self, connection: psycopg.Connection, name: str, template: str = "template0") -> None:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                *(sql.Identifier(part) for part in (name, self.owner, template))
            )
        )

    def drop_leftovers(self, connection: psycopg.Connection) -> None:
        """Drop what an earlier, killed run left behind: databases of tests that nobody is connected to."""
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE (datname LIKE 'template\\_%' OR datname LIKE 'test\\_%')"
            " AND datname NOT IN ('template0', 'template1')"
            " AND oid NOT IN (SELECT datid FROM pg_stat_activity WHERE datid IS NOT NULL)"
            " AND (pg_stat_file('base/' || oid || '/PG_VERSION', true)).modification < now() - interval '2 hours'"
        ).fetchall()
        for (name,) in rows:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def _hurry(server: TestServer) -> None:
    """Let it not wait for the disk: these databases need not outlive a power cut (tests/faults has its own server)."""
    with server.connect() as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(name)))
        connection.execute("SELECT pg_reload_conf()")


def open_server(folder: Path) -> TestServer:
    named = os.environ.get("CASEMGR_TEST_SERVER")
    if not named:
        server = embedded.start(folder)
        admin = {"user": "postgres", "password": server.passwords["postgres"], "dbname": "postgres"}
        found = TestServer(server.where, admin, server.passwords, server.leave)
        _hurry(found)
        return found
    parts = conninfo.conninfo_to_dict(named)
    where = {key: str(parts[key]) for key in ("host", "port") if key in parts}
    admin = {key: str(parts[key]) for key in ("user", "password") if key in parts} | {"dbname": "postgres"}
    passwords = {embedded.OWNER: "owner-for-tests", embedded.APP: "app-for-tests"}
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = fasteners.InterProcessLock(str(folder.parent / "roles.lock"))  # the test processes begin together
    with lock, psycopg.connect(autocommit=True, **where, **admin) as connection:
        for role, password in passwords.items():
            embedded.ensure_role(connection, role, password)
    return TestServer(where, admin, passwords, lambda: None)
