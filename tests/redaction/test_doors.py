"""Who may redact, and who may read the log: those who run the case, and may open the original."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from casemgr.extensions import db
from casemgr.redaction.models import ProtectedName, Redaction, RedactionMark
from tests.documents.paper import add, pdf
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]
ROUTES = [
    ("GET", "/papers/{paper}/redact"),
    ("POST", "/papers/{paper}/redact/marks"),
    ("POST", "/papers/{paper}/redact/marks/{mark}/remove"),
    ("GET", "/papers/{paper}/redact/find"),
    ("POST", "/papers/{paper}/redact/find"),
    ("POST", "/papers/{paper}/redact/cover"),
    ("GET", "/papers/{paper}/redact/finish"),
    ("POST", "/papers/{paper}/redact/finish"),
    ("GET", "/papers/{paper}/redact/discard"),
    ("POST", "/papers/{paper}/redact/discard"),
    ("GET", "/redactions"),
    ("GET", "/redactions/{redaction}"),
    ("GET", "/redactions/{redaction}/progress"),
    ("GET", "/names-to-protect"),
    ("POST", "/names-to-protect"),
    ("POST", "/names-to-protect/{name}/remove"),
]


def make(world: World, by: Actor, case_id: UUID, **details: str) -> dict[str, UUID]:
    paper = add(world, by, case_id, pdf("Notes"), "notes.pdf", **details)
    own = {"org_id": by.org_id, "case_id": case_id}
    with world.scope(by):
        row = Redaction(**own, document_id=paper)
        db.session.add(row)
        db.session.flush()
        mark = RedactionMark(**own, redaction_id=row.id, page=1, boxes=[[0, 0, 1, 1]], reason="other", found_by="page")
        name = ProtectedName(**own, name="Robin Sample", key="robin sample")
        db.session.add_all([mark, name])
        db.session.commit()
        return {"paper": paper, "redaction": row.id, "mark": mark.id, "name": name.id}


def test_strangers_sign_in_and_others_learn_nothing(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id, other_case = world.case(lawyer), world.case(lawyer)
    ids = make(world, lawyer, case_id)
    stranger, elsewhere = client_for(None), client_for(world.guest(other_case, lawyer.org_id))
    other_firm, mine = client_for(world.person("attorney", "firm")), client_for(lawyer)
    for method, path in ROUTES:
        url = f"/cases/{case_id}{path.format(**ids)}"
        answer = stranger.open(url, method=method)
        assert answer.status_code == 302 and "/sign-in" in answer.location, path
        assert elsewhere.open(url, method=method).status_code == 404, path
        assert other_firm.open(url, method=method).status_code == 404, path
        if "{paper}" in path or "{redaction}" in path:
            wrong_case = f"/cases/{other_case}{path.format(**ids)}"
            assert mine.open(wrong_case, method=method).status_code == 404, path
    with world.scope(lawyer):
        assert db.session.get(RedactionMark, ids["mark"]) and db.session.get(ProtectedName, ids["name"])


@pytest.mark.parametrize("role", ["parent", "viewer"])
def test_who_does_not_run_the_case_neither_redacts_nor_reads_the_log(
    role: str, world: World, client_for: ClientFor
) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    ids = make(world, lawyer, case_id)
    for reader in (world.person(role, "firm", lawyer.org_id), world.guest(case_id, lawyer.org_id, role)):
        client = client_for(reader)
        for method, path in ROUTES:
            assert client.open(f"/cases/{case_id}{path.format(**ids)}", method=method).status_code == 403, path
