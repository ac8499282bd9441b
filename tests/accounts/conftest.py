"""Test clients with an address of their own, so that no test slows another one down."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from casemgr.accounts.services import Registration

_addresses = itertools.count(1)
PASSPHRASE = "walnut ferry copper idle"


@pytest.fixture
def address() -> str:
    """An address that no other test uses."""
    number = next(_addresses)
    return f"198.51.{number // 250}.{number % 250 + 1}"


@pytest.fixture
def stranger(app: Flask, address: str) -> FlaskClient:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return client


@pytest.fixture
def registration() -> Callable[..., Registration]:
    """Return a maker of registrations that are right, but for what the test changes."""

    def make(**changes: object) -> Registration:
        values = {
            "name": "Ana Rivera",
            "email": f"ana.{uuid4().hex[:8]}@example.org",
            "passphrase": PASSPHRASE,
            "persona": "parent",
            "state": "MA",
        }
        return Registration(**(values | changes))  # type: ignore[arg-type]

    return make


def typed(new: Registration, **more: str) -> dict[str, str]:
    """Return what a person types into the sign-up form."""
    return {
        "name": new.name,
        "email": new.email,
        "passphrase": new.passphrase,
        "persona": new.persona,
        "state": new.state,
        "submission": str(uuid4()),
    } | more
