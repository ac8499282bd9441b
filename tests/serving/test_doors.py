"""Who may enter each page of service."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests.serving.makers import made, made_binder
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]

ROUTES = [
    ("GET", ""),
    ("POST", "/mail"),
    ("POST", "/note"),
    ("POST", "/certificate"),
    ("GET", "/{copy}/proof"),
    ("POST", "/{copy}/proof"),
    ("POST", "/{copy}/answer"),
    ("POST", "/{copy}/again"),
    ("GET", "/{copy}/take-back"),
    ("POST", "/{copy}/take-back"),
]


@pytest.mark.parametrize("what", ["packet", "binder"])
def test_only_those_who_file_in_the_case_itself_get_in(what: str, world: World, client_for: ClientFor) -> None:
    actor = world.person("attorney", "firm")
    make = made if what == "packet" else made_binder
    _case, sent_id, url = make(world, actor=actor)
    other = world.case(actor)
    stranger, foreign = client_for(None), client_for(world.person("attorney", "firm"))
    below = [client_for(world.guest(_case_id(url), actor.org_id, role)) for role in ("viewer", "parent", "paralegal")]
    for method, path in ROUTES:
        page = url + path.format(copy=uuid4())
        answer = stranger.open(page, method=method)
        assert answer.status_code == 302 and "/sign-in" in answer.location, page
        assert foreign.open(page, method=method).status_code == 404, page
        assert {one.open(page, method=method).status_code for one in below} == {403}, page
        elsewhere = page.replace(_case_id(url), str(other))
        assert client_for(actor).open(elsewhere, method=method).status_code == 404, page
    owner = client_for(actor)
    assert owner.get(url).status_code == 200 and owner.get(f"{url}/{uuid4()}/proof").status_code == 404
    assert owner.get(url.replace(str(sent_id), str(uuid4()))).status_code == 404


def _case_id(url: str) -> str:
    return url.split("/")[2]
