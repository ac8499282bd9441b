"""One installation for the faults that the program outlives; each test brings its own person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.installation import Installation, Parent
from tests.platform.up import data_folder


@pytest.fixture(scope="session")
def _installation() -> Iterator[Installation]:
    with data_folder() as folder:
        installation = Installation(folder)
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
