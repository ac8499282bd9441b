"""Who may enter each page of copies and versions."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from casemgr.copies.models import PaperRelation
from casemgr.extensions import db
from tests.documents.paper import add, pdf
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]

# method, path below /papers, whether it changes what is said of papers
ROUTES = [
    ("GET", "/alike", False),
    ("GET", "/{one}/beside", False),
    ("GET", "/{one}/beside/{two}", False),
    ("POST", "/{one}/beside/{two}/compare", False),
    ("GET", "/{one}/beside/{two}/progress", False),
    ("POST", "/{one}/beside/{two}/say", True),
    ("POST", "/{one}/beside/{two}/ask-again", True),
    ("POST", "/relations/{relation}/take-back", True),
]


def make(world: World, by: Actor, case_id: UUID, **details: str) -> dict[str, UUID]:
    one, two = (add(world, by, case_id, pdf(f"Paper {at}"), f"Paper {at}.pdf", **details) for at in (1, 2))
    with world.scope(by):
        row = PaperRelation(org_id=by.org_id, case_id=case_id, kind="copy", document_id=two, of_id=one)
        db.session.add(row)
        db.session.commit()
        return {"one": one, "two": two, "relation": row.id}


def test_strangers_sign_in_and_others_learn_nothing(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id, other_case = world.case(lawyer), world.case(lawyer)
    ids = make(world, lawyer, case_id)
    stranger, elsewhere = client_for(None), client_for(world.guest(other_case, lawyer.org_id))
    other_firm, mine = client_for(world.person("attorney", "firm")), client_for(lawyer)
    for method, path, _ in ROUTES:
        url = f"/cases/{case_id}/papers{path.format(**ids)}"
        answer = stranger.open(url, method=method)
        assert answer.status_code == 302 and "/sign-in" in answer.location, path
        assert elsewhere.open(url, method=method).status_code == 404, path
        assert other_firm.open(url, method=method).status_code == 404, path
        if "{" in path:
            wrong_case = f"/cases/{other_case}/papers{path.format(**ids)}"
            assert mine.open(wrong_case, method=method).status_code == 404, path


@pytest.mark.parametrize("role", ["parent", "viewer"])
def test_who_only_reads_may_compare_and_not_decide(role: str, world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    ids = make(world, lawyer, case_id)
    for actor in (world.person(role, org_id=lawyer.org_id), world.guest(case_id, lawyer.org_id, role)):
        client = client_for(actor)
        for method, path, decides in ROUTES:
            status = client.open(f"/cases/{case_id}/papers{path.format(**ids)}", method=method).status_code
            assert status == 403 if decides else status in (200, 302), path


def test_two_papers_are_set_side_by_side_only_for_who_may_see_both(world: World, client_for: ClientFor) -> None:
    owner = world.person("owner", "firm")
    case_id = world.case(owner)
    ids = make(world, owner, case_id, visibility="privileged")
    shared = add(world, owner, case_id, pdf("Shared"), "Shared.pdf")
    viewer, mine = client_for(world.person("viewer", "firm", owner.org_id)), client_for(owner)
    for one, two in ((shared, ids["one"]), (ids["one"], shared)):
        for method, path in (("GET", ""), ("POST", "/compare"), ("GET", "/progress")):
            url = f"/cases/{case_id}/papers/{one}/beside/{two}{path}"
            assert viewer.open(url, method=method).status_code == 404
            assert mine.open(url, method=method).status_code in (200, 302)
    assert mine.post(f"/cases/{case_id}/papers/relations/{ids['relation']}/take-back").status_code == 302
    assert mine.get(f"/cases/{case_id}/papers/{shared}/beside/{shared}").status_code == 404
