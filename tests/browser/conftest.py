"""A real server on a real port, a real worker process, a real browser."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cheroot.wsgi import Server
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

import config
from casemgr import create_app
from tests.browser import kit
from tests.patience import PATIENCE
from tests.world import Actor

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def live(app: Flask, settings: config.Settings) -> Iterator[str]:
    """The application on a loopback port, with CSRF protection on as in real life. Yields its address.

    An application of its own: the one that other tests of this process share keeps its settings.
    """
    real = create_app(settings, app.config["SQLALCHEMY_DATABASE_URI"])
    server = Server(("127.0.0.1", 0), real, numthreads=8, shutdown_timeout=1)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.bind_addr[1]}"
    server.stop()
    thread.join(5)


@pytest.fixture(scope="session")
def worker(settings: config.Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process on the same database and folder."""
    environ = os.environ | {
        "CASEMGR_DATA": str(settings.data_dir),
        "CASEMGR_SECRET_KEY": settings.secret_key,
        "DATABASE_URL": str(settings.database_url),
    }
    log = (tmp_path_factory.mktemp("worker") / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "casemgr", "worker"], cwd=ROOT, env=environ, stdout=log, stderr=log
    )
    yield process
    process.terminate()
    process.wait(PATIENCE)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    page = context.new_page()
    page.set_default_timeout(kit.PATIENCE_MS)
    return page


@pytest.fixture
def sign_in(page: Page, live: str) -> Callable[[Actor], Page]:
    """Sign in through the form, as a person does."""

    def go(actor: Actor) -> Page:
        page.goto(f"{live}/sign-in")
        page.get_by_label("E-mail").fill(actor.email)
        page.get_by_label("Passphrase").fill(actor.passphrase)
        kit.go(page.get_by_role("button", name="Sign in"))
        return page

    return go
