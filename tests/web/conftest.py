"""The web shell alone, on a real port and in a real browser; no database."""

import threading
from collections.abc import Iterator

import pytest
from cheroot.wsgi import Server
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from tests.browser import kit
from tests.web.shell import make_app


@pytest.fixture
def shell() -> Flask:
    return make_app()


@pytest.fixture
def client(shell: Flask) -> FlaskClient:
    return shell.test_client()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The pages of `shell.py` on a loopback port."""
    server = Server(("127.0.0.1", 0), make_app(), numthreads=8, shutdown_timeout=1)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.bind_addr[1]}"
    server.stop()
    thread.join(5)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page that also fails the test when the console shows an error: a refused script, a broken module."""
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(kit.PATIENCE_MS)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if "Content Security" in said.text else None)
    yield page
    context.close()
    assert not problems, problems
