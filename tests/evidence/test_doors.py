"""Who is turned away from each page of the log, and how."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.evidence.makers import log, told
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]

ROUTES = [
    ("GET", ""),
    ("GET", "/new"),
    ("POST", "/new"),
    ("GET", "/quick/call"),
    ("POST", "/quick/call"),
    ("GET", "/fingerprint"),
    ("POST", "/fingerprint/mail"),
    ("POST", "/fingerprint/nightly/stop"),
    ("POST", "/fingerprint/stamp"),
    ("GET", "/{entry}"),
    ("GET", "/{entry}/correct"),
    ("POST", "/{entry}/correct"),
    ("GET", "/verify"),
    ("POST", "/verify"),
    ("GET", "/export"),
    ("POST", "/export"),
]
WRITING = [
    (method, path)
    for method, path in ROUTES
    if path.endswith(("/new", "/correct", "/call", "/mail", "/stop", "/stamp"))
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("who", ["stranger", "guest of another case", "wrong organization"])
def test_a_page_of_the_log_is_closed(world: World, client_for: Clients, method: str, path: str, who: str) -> None:
    owner = world.person("attorney", "firm")
    case_id, other_case = world.case(owner), world.case(owner)
    [entry] = log(world, owner, case_id, told())
    visitor = {
        "stranger": lambda: None,
        "guest of another case": lambda: world.guest(other_case, owner.org_id, "attorney"),
        "wrong organization": lambda: world.person("owner", "firm"),
    }[who]()
    address = f"/cases/{case_id}/evidence{path.format(entry=entry)}"
    answer = client_for(visitor).open(address, method=method)
    if visitor is None:
        assert answer.status_code == 302
        assert "/sign-in" in answer.location
    else:
        assert answer.status_code == 404


@pytest.mark.parametrize(("method", "path"), WRITING)
def test_a_viewer_reads_the_log_but_does_not_write_in_it(
    world: World, client_for: Clients, method: str, path: str
) -> None:
    owner = world.person("attorney", "firm")
    case_id = world.case(owner)
    [entry] = log(world, owner, case_id, told())
    client = client_for(world.person("viewer", "firm", owner.org_id))
    assert client.get(f"/cases/{case_id}/evidence").status_code == 200
    assert client.open(f"/cases/{case_id}/evidence{path.format(entry=entry)}", method=method).status_code == 403


@pytest.mark.parametrize("path", ["/{entry}", "/{entry}/correct"])
def test_an_entry_of_another_case_is_not_found_here(world: World, client_for: Clients, path: str) -> None:
    owner = world.person()
    here, there = world.case(owner), world.case(owner)
    [entry] = log(world, owner, there, told())
    client = client_for(owner)
    assert client.get(f"/cases/{there}/evidence{path.format(entry=entry)}").status_code == 200
    assert client.get(f"/cases/{here}/evidence{path.format(entry=entry)}").status_code == 404
