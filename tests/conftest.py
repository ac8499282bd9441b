"""What every test stands on: a real PostgreSQL, built by the migrations; invented families.

Each test makes its own organization, so nothing needs cleaning: the walls between organizations keep tests apart.
No application context is held open around test clients (it would leak the signed-in user between them).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import fasteners
import hypothesis
import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright
from psycopg import sql
from sqlalchemy import text

import config
from casemgr import create_app
from casemgr.extensions import db
from casemgr.platform import database
from tests import s3
from tests.browser import kit
from tests.server import TestServer, open_server
from tests.world import Actor, World

os.environ.setdefault("CASEMGR_TESSERACT", "off")  # for the workers that tests start, as for the application
# Timings belong in bench/: a busy machine is slow, not wrong. The same examples every time.
hypothesis.settings.register_profile(
    "tests", deadline=None, derandomize=True, max_examples=60, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("tests")

BUILD = Path(__file__).resolve().parent.parent / "build"


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name file contents by their argument: bytes that hold the time would name a test anew in each process."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Browser tests come last: they start a worker that would take the jobs which other tests wait to see queued.

    Among them the whole case file and then every page go first: they are the longest, each in one process, and
    nothing should wait for them at the end. The nightly round comes before all: it visits every organization, and
    every test makes some. Then the files of the corpus are read, and the size of the children is measured before other
    tests have larger ones. On a second server only what needs one is asked.
    """
    if os.environ.get("CASEMGR_TEST_SERVER"):
        idle = [item for item in items if "server" not in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=idle)
        items[:] = [item for item in items if item not in set(idle)]
    items.sort(
        key=lambda item: (
            "tests/watch/" not in item.nodeid,
            "test_storage_corpus" not in item.nodeid,
            bool(item.get_closest_marker("browser")),
            not item.get_closest_marker("corpus"),
            "test_every_page" not in item.nodeid,
        )
    )


@pytest.fixture(scope="session")
def run_id(request: pytest.FixtureRequest) -> str:
    return os.environ.get("PYTEST_XDIST_TESTRUNUID", f"single{os.getpid()}")[:16]


@pytest.fixture(scope="session")
def worker_id() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def server() -> Iterator[TestServer]:
    """A real server: the embedded one, or the one that CASEMGR_TEST_SERVER names (as a superuser)."""
    server = open_server(BUILD / "test-database")
    yield server
    server.leave()


@pytest.fixture(scope="session")
def template_database(server: TestServer, run_id: str) -> str:
    """A migrated, empty database that each test process copies."""
    name = f"template_{run_id}"
    with fasteners.InterProcessLock(str(BUILD / "template.lock")), server.connect() as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.drop_leftovers(connection)
            server.create_database(connection, name)
            database.migrate(server.url(server.owner, name), server.app)
    return name


@pytest.fixture(scope="session")
def database_name(server: TestServer, template_database: str, run_id: str, worker_id: str) -> Iterator[str]:
    name = f"test_{run_id}_{worker_id}"
    with fasteners.InterProcessLock(str(BUILD / "template.lock")), server.connect() as connection:
        server.create_database(connection, name, template=template_database)
    yield name
    with server.connect() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def bucket() -> Iterator[s3.Bucket]:
    """A server that speaks S3, on loopback, with an empty bucket."""
    with s3.serve() as bucket:
        yield bucket


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory, database_name: str, server: TestServer) -> config.Settings:
    folder = tmp_path_factory.mktemp("data")
    return config.load(
        {
            "CASEMGR_DATA": str(folder),
            "CASEMGR_SECRET_KEY": "only-for-tests-" + "x" * 32,
            "CASEMGR_MAX_UPLOAD_MB": "300",
            "CASEMGR_TESSERACT": "off",  # a page takes a second: only the tests of reading scans turn it on
            "DATABASE_URL": server.url(server.app, database_name),
        }
    )


@pytest.fixture(scope="session")
def app(settings: config.Settings, server: TestServer, database_name: str) -> Flask:
    app = create_app(settings, server.url(server.app, database_name))
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False)
    return app


@pytest.fixture(autouse=True)
def queue_left_empty(request: pytest.FixtureRequest) -> Iterator[None]:
    """Most tests only look at what was queued: the next one that starts a worker must not have to run all of it."""
    yield
    if "app" in request.fixturenames:
        app: Flask = request.getfixturevalue("app")
        with app.app_context():  # jobs of the clock have a queueing lock, and a row that refers to them
            db.session.execute(text("DELETE FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock IS NULL"))
            db.session.commit()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for the run: the test library cannot start twice in one process."""
    with sync_playwright() as playwright:
        browser = kit.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def world(app: Flask) -> World:
    """Makes invented people, organizations and cases."""
    return World(app)


@pytest.fixture
def client_for(app: Flask) -> Callable[[Actor | None], FlaskClient]:
    """Return a maker of test clients, signed in as the given person (None: a stranger)."""

    def make(actor: Actor | None) -> FlaskClient:
        client = app.test_client()
        if actor is not None:
            with client.session_transaction() as session:
                session["_user_id"] = f"{actor.user_id}.1"
                session["_fresh"] = True
                session["org_id"] = str(actor.org_id)
                session.update(actor.session_marks())
        return client

    return make


@pytest.fixture
def raw_connection(server: TestServer, database_name: str) -> Iterator[psycopg.Connection]:
    """A connection as the application's own role, past all of our code."""
    with psycopg.connect(server.url(server.app, database_name).replace("+psycopg", "")) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def owner_connection(server: TestServer, database_name: str) -> Iterator[psycopg.Connection]:
    """A connection as the owner of the tables: to damage rows on purpose."""
    with psycopg.connect(server.url(server.owner, database_name).replace("+psycopg", "")) as connection:
        yield connection
        connection.rollback()
