"""Who may enter the reader, write notes in it, and log from it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.reading.makers import note, paper
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]

# method, path below the paper, the permission it asks for
ROUTES = [
    ("GET", "/read", "read"),
    ("GET", "/read/1", "read"),
    ("GET", "/find?q=goals", "read"),
    ("GET", "/notes", "read"),
    ("GET", "/notes/new", "write"),
    ("POST", "/notes/new", "write"),
    ("GET", "/notes/{note}/edit", "write"),
    ("POST", "/notes/{note}/edit", "write"),
    ("GET", "/notes/{note}/remove", "write"),
    ("POST", "/notes/{note}/remove", "write"),
    ("GET", "/log", "write"),
    ("POST", "/log", "write"),
]
IDS = [f"{method} {path}" for method, path, _ in ROUTES]


@pytest.mark.parametrize(("method", "path", "permission"), ROUTES, ids=IDS)
def test_each_door(method: str, path: str, permission: str, world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id, other_case = world.case(lawyer), world.case(lawyer)
    open_paper = paper(world, lawyer, case_id, "Goals.")
    closed_paper = paper(world, lawyer, case_id, "Advice.", visibility="privileged")
    address = {
        key: f"/cases/{case_id}/papers/{key}{path.format(note=note(world, lawyer, case_id, key, audience='shared'))}"
        for key in (open_paper, closed_paper)
    }

    def status(actor: Actor | None, url: str) -> int:
        return client_for(actor).open(url, method=method).status_code

    stranger = client_for(None).open(address[open_paper], method=method)
    assert stranger.status_code == 302 and "/sign-in" in stranger.location
    for nobody in (world.guest(other_case, lawyer.org_id, "attorney"), world.person("owner", "firm")):
        assert status(nobody, address[open_paper]) == 404
    for role in ("viewer", "parent"):
        for actor in (world.person(role, org_id=lawyer.org_id), world.guest(case_id, lawyer.org_id, role)):
            refused = status(actor, address[open_paper]) == 403
            own = "{note}" in path  # the note is another person's: a parent may write, but not in it
            assert refused == (permission == "write" and (role == "viewer" or own)), role
            assert status(actor, address[closed_paper]) == (403 if permission == "write" and role == "viewer" else 404)
    assert status(lawyer, address[open_paper].replace(str(case_id), str(other_case))) == 404
    assert status(lawyer, address[open_paper]) in (200, 302, 422)
