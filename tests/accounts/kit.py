"""Help for the tests of accounts: sign in, look into a session, read hidden fields."""

from __future__ import annotations

from uuid import UUID

from flask.testing import FlaskClient

from casemgr.accounts.models import Membership
from tests.world import Actor


def sign_in(client: FlaskClient, actor: Actor, passphrase: str | None = None, **more: object):
    data = {"email": actor.email, "passphrase": passphrase or actor.passphrase}
    return client.post("/sign-in", data=data, **more)


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


# First run


def token_of(page: str) -> str:
    return page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]


def version_of(page: str) -> str:
    return page.split('name="version"')[1].split('value="')[1].split('"')[0]


def session_of(client: FlaskClient) -> dict[str, object]:
    with client.session_transaction() as session:
        return dict(session)


def wind_back(client: FlaskClient, mark: str, seconds: float) -> None:
    with client.session_transaction() as session:
        session[mark] = int(session[mark] - seconds)


def member(org_id: UUID, user_id: UUID) -> object:
    return Membership(org_id=org_id, user_id=user_id, role="viewer")
