"""A mail server and a time-stamping authority that the application uses while a test runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from casemgr.platform.mail import server_of
from tests import authority as authorities
from tests import mailserver
from tests.authority import Authority
from tests.mailserver import Post


@pytest.fixture
def post(app: Flask) -> Iterator[Post]:
    with mailserver.serve() as post:
        before = app.config["SETTINGS"]
        server = server_of(f"smtp://127.0.0.1:{post.port}", "casemgr@example.org")
        app.config["SETTINGS"] = dataclasses.replace(before, mail_server=server)
        yield post
        app.config["SETTINGS"] = before


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("authority")
    authorities.make_authority(folder)
    return folder


@pytest.fixture
def authority(app: Flask, keys: Path) -> Iterator[Authority]:
    with authorities.serve(keys) as made:
        before = app.config["SETTINGS"]
        app.config["SETTINGS"] = dataclasses.replace(before, tsa_url=made.url, tsa_ca_file=made.root)
        yield made
        app.config["SETTINGS"] = before
