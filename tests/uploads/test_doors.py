"""Who may send a file in pieces, and go on with one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from casemgr import create_app
from tests.uploads.tus import TUS, begin, offset, patch
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]
METHODS = ["GET", "HEAD", "PATCH", "DELETE", "POST"]


def test_an_upload_is_its_makers_alone(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id, other_case = world.case(lawyer), world.case(lawyer)
    url = begin(client_for(lawyer), case_id, "a.wav", 9).location
    others = [
        client_for(actor)
        for actor in (
            world.guest(other_case, lawyer.org_id),
            world.person("attorney", "firm"),
            world.person("attorney", org_id=lawyer.org_id),
            world.guest(case_id, lawyer.org_id),
        )
    ]
    viewers = [world.person("viewer", org_id=lawyer.org_id), world.guest(case_id, lawyer.org_id, "viewer")]
    for method in METHODS:
        asked = {"method": method, "headers": TUS, "data": b""}
        stranger = client_for(None).open(url, **asked)
        assert stranger.status_code == 302 and "/sign-in" in stranger.location
        assert [one.open(url, **asked).status_code for one in others] == [404] * 4, method
        assert [client_for(viewer).open(url, **asked).status_code for viewer in viewers] == [403, 403], method
        elsewhere = url.replace(str(case_id), str(other_case))
        assert client_for(lawyer).open(elsewhere, **asked).status_code == 404
    assert offset(client_for(lawyer), url) == 0


@pytest.mark.parametrize("method, path", [("POST", ""), ("OPTIONS", ""), ("POST", "/forget")])
def test_who_may_not_add_papers_cannot_begin(method: str, path: str, world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    url = f"/cases/{case_id}/papers/uploads{path}"
    assert client_for(None).open(url, method=method, headers=TUS).status_code == 302
    assert client_for(world.person("attorney", "firm")).open(url, method=method, headers=TUS).status_code == 404
    viewer = world.person("viewer", org_id=lawyer.org_id)
    assert client_for(viewer).open(url, method=method, headers=TUS).status_code == 403


def test_a_client_may_send_but_not_what_they_could_not_open(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    parent = world.person("parent", org_id=lawyer.org_id)
    case_id = world.case(lawyer)
    assert begin(client_for(parent), case_id, "a.wav", 9).status_code == 201
    assert begin(client_for(parent), case_id, "a.wav", 9, field_visibility="internal").status_code == 422


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_request_without_the_token_of_our_page_is_refused(
    method: str, world: World, client_for: ClientFor, app: Flask
) -> None:
    parent = world.person()
    url = begin(client_for(parent), world.case(parent), "a.wav", 9).location
    careful = create_app(app.config["SETTINGS"], app.config["SQLALCHEMY_DATABASE_URI"])  # with CSRF protection on
    client = careful.test_client()
    with client.session_transaction() as session:
        session.update({"_user_id": f"{parent.user_id}.1", "_fresh": True, "org_id": str(parent.org_id)})
        session.update(parent.session_marks())
    for headers in (TUS, TUS | {"Origin": "https://elsewhere.example", "X-CSRFToken": "guessed"}):
        answer = client.open(url, method=method, headers=headers)
        assert answer.status_code == 400 and "open too long" in answer.json["message"]
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert offset(client, url) == 0


def test_a_name_that_lies_about_its_folder_goes_nowhere(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    client = client_for(parent)
    url = begin(client, world.case(parent), "../../../../tmp/‮fdp.exe\x00.wav", 4).location
    assert patch(client, url, 0, b"RIFF").status_code in (204, 415)
