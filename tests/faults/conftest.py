"""One installation for the faults that the program outlives; each test brings its own person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import authority as authorities
from tests import mailserver
from tests.authority import Authority
from tests.faults.installation import Installation, Parent
from tests.mailserver import Post
from tests.platform.up import data_folder


@pytest.fixture(scope="session")
def post() -> Iterator[Post]:
    with mailserver.serve() as post:
        yield post


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    keys = tmp_path_factory.mktemp("authority")
    authorities.make_authority(keys)
    with authorities.serve(keys) as authority:
        yield authority


@pytest.fixture(scope="session")
def _installation(post: Post, authority: Authority) -> Iterator[Installation]:
    with data_folder() as folder:
        installation = Installation(
            folder,
            CASEMGR_SMTP_URL=f"smtp://127.0.0.1:{post.port}",
            CASEMGR_MAIL_FROM="casemgr@example.org",
            CASEMGR_TSA_URL=authority.url,
            CASEMGR_TSA_CA_FILE=str(authority.root),
        )
        try:
            yield installation
        finally:
            installation.stop()


@pytest.fixture
def installation(_installation: Installation) -> Installation:
    """The program, running; whatever the test before did to it."""
    _installation.start()
    return _installation


@pytest.fixture
def parent(installation: Installation) -> Parent:
    return installation.newcomer()
