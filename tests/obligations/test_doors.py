"""Who is turned away from each page of promises, and how."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests.obligations.makers import promised
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]

READING = [("GET", ""), ("GET", "/{one}")]
DELIVERING = [("POST", "/{one}/deliveries")]
WRITING = [
    ("GET", "/new"),
    ("GET", "/new/day"),
    ("POST", "/new/day"),
    ("GET", "/{one}/edit"),
    ("POST", "/{one}/edit"),
    ("GET", "/{one}/met"),
    ("POST", "/{one}/met"),
    ("GET", "/{one}/waived"),
    ("POST", "/{one}/waived"),
    ("POST", "/{one}/reopen"),
    ("POST", "/{one}/issue"),
    ("POST", "/{one}/deliveries/{other}/take-back"),
]
EVERY = READING + DELIVERING + WRITING


@pytest.mark.parametrize(("method", "path"), EVERY)
@pytest.mark.parametrize("who", ["stranger", "guest of another case", "wrong organization"])
def test_a_page_of_promises_is_closed(world: World, client_for: Clients, method: str, path: str, who: str) -> None:
    owner = world.person("attorney", "firm")
    case_id, other_case = world.case(owner), world.case(owner)
    one = promised(world, owner, case_id)
    visitor = {
        "stranger": lambda: None,
        "guest of another case": lambda: world.guest(other_case, owner.org_id, "attorney"),
        "wrong organization": lambda: world.person("owner", "firm"),
    }[who]()
    address = f"/cases/{case_id}/obligations{path.format(one=one, other=uuid4())}"
    answer = client_for(visitor).open(address, method=method)
    if visitor is None:
        assert answer.status_code == 302
        assert "/sign-in" in answer.location
    else:
        assert answer.status_code == 404


@pytest.mark.parametrize(("role", "closed"), [("viewer", WRITING + DELIVERING), ("parent", WRITING)])
def test_a_viewer_reads_and_a_client_also_says_what_was_delivered(
    world: World, client_for: Clients, role: str, closed: list[tuple[str, str]]
) -> None:
    owner = world.person("attorney", "firm")
    case_id = world.case(owner)
    one = promised(world, owner, case_id)
    client = client_for(world.guest(case_id, owner.org_id, role))
    for _method, path in READING:
        assert client.get(f"/cases/{case_id}/obligations{path.format(one=one)}").status_code == 200
    for method, path in closed:
        address = f"/cases/{case_id}/obligations{path.format(one=one, other=uuid4())}"
        assert client.open(address, method=method).status_code == 403, path
    if role == "parent":
        answer = client.post(f"/cases/{case_id}/obligations/{one}/deliveries", data={"on_date": "2026-03-01"})
        assert answer.status_code == 302


@pytest.mark.parametrize(("method", "path"), [pair for pair in EVERY if "{one}" in pair[1]])
def test_a_promise_of_another_case_is_not_found_here(world: World, client_for: Clients, method: str, path: str) -> None:
    owner = world.person()
    here, there = world.case(owner), world.case(owner)
    one = promised(world, owner, there)
    address = f"/cases/{here}/obligations{path.format(one=one, other=uuid4())}"
    assert client_for(owner).open(address, method=method).status_code == 404
