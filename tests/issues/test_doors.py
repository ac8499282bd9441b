"""Who is turned away from each page of issues, and how."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests.evidence.makers import log, told
from tests.issues.test_services import add
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]

READING = [("GET", ""), ("GET", "/matrix"), ("GET", "/{issue}")]
WRITING = [
    ("GET", "/new"),
    ("POST", "/new"),
    ("POST", "/matrix"),
    ("GET", "/{issue}/edit"),
    ("POST", "/{issue}/edit"),
    ("POST", "/{issue}/withdraw"),
    ("POST", "/{issue}/restore"),
    ("GET", "/{issue}/evidence"),
    ("POST", "/{issue}/evidence"),
    ("POST", "/{issue}/evidence/{entry}/remove"),
]


@pytest.mark.parametrize(("method", "path"), READING + WRITING)
@pytest.mark.parametrize("who", ["stranger", "guest of another case", "wrong organization"])
def test_a_page_of_issues_is_closed(world: World, client_for: Clients, method: str, path: str, who: str) -> None:
    owner = world.person("attorney", "firm")
    case_id, other_case = world.case(owner), world.case(owner)
    issue = add(world, owner, case_id)
    visitor = {
        "stranger": lambda: None,
        "guest of another case": lambda: world.guest(other_case, owner.org_id, "attorney"),
        "wrong organization": lambda: world.person("owner", "firm"),
    }[who]()
    address = f"/cases/{case_id}/issues{path.format(issue=issue, entry=uuid4())}"
    answer = client_for(visitor).open(address, method=method)
    if visitor is None:
        assert answer.status_code == 302
        assert "/sign-in" in answer.location
    else:
        assert answer.status_code == 404


@pytest.mark.parametrize(("method", "path"), WRITING)
@pytest.mark.parametrize("role", ["viewer", "parent"])
def test_a_viewer_or_a_client_reads_issues_but_does_not_change_them(
    world: World, client_for: Clients, method: str, path: str, role: str
) -> None:
    owner = world.person("attorney", "firm")
    case_id = world.case(owner)
    issue = add(world, owner, case_id)
    client = client_for(world.guest(case_id, owner.org_id, role))
    for _method, reading in READING:
        assert client.get(f"/cases/{case_id}/issues{reading.format(issue=issue)}").status_code == 200
    address = f"/cases/{case_id}/issues{path.format(issue=issue, entry=uuid4())}"
    assert client.open(address, method=method).status_code == 403


@pytest.mark.parametrize(("method", "path"), [pair for pair in READING + WRITING if "{issue}" in pair[1]])
def test_an_issue_of_another_case_is_not_found_here(world: World, client_for: Clients, method: str, path: str) -> None:
    owner = world.person()
    here, there = world.case(owner), world.case(owner)
    issue, [entry] = add(world, owner, there), log(world, owner, there, told())
    answer = client_for(owner).open(f"/cases/{here}/issues{path.format(issue=issue, entry=entry)}", method=method)
    assert answer.status_code == 404
