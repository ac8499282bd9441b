"""The matrix: which entry supports which issue, saved together, with the gaps in view."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from casemgr.cases.models import Case
from casemgr.evidence.services import PaperRef
from casemgr.extensions import db
from casemgr.issues import queries
from tests.evidence.makers import log, paper, told
from tests.issues.test_services import add
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]


def ties(world: World, actor: Actor, case_id: UUID, issue: UUID) -> set[int]:
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        return {row.number for row in queries.supports_of(case, issue, {"shared"})}


def test_links_are_made_and_taken_away_together_and_others_work_stays(world: World, client_for: Clients) -> None:
    parent = world.person()
    case_id, other = world.case(parent), world.case(parent)
    first, second, foreign = (add(world, parent, one) for one in (case_id, case_id, other))
    letter = paper(world, parent, case_id)
    one, two = log(world, parent, case_id, told("One", weight="strong", papers=[PaperRef(letter, 2)]), told("Two"))
    here, client = f"/cases/{case_id}/issues/matrix", client_for(parent)
    page = client.get(here).text
    assert page.count("No evidence yet") == 2
    assert f"/papers/{letter}/read?page=2" in page
    junk = ["x", f"{foreign}:{one}", f"{first}:{first}", f"{first}:{one}:{two}"]
    assert client.post(here, data={"tie": [f"{first}:{one}", f"{second}:{two}", *junk]}).status_code == 302
    assert (ties(world, parent, case_id, first), ties(world, parent, case_id, second)) == ({1}, {2})
    page = client.get(here).text
    assert "Has strong evidence" in page and "No evidence yet" not in page
    assert page.count("No paper behind it") == 1  # the second issue stands on a call alone
    assert "Strong, p. 2" in page  # from the cell to the page
    client.post(here, data={"was": [f"{first}:{one}"], "tie": [f"{first}:{two}"]})  # a page from before the second link
    assert (ties(world, parent, case_id, first), ties(world, parent, case_id, second)) == ({2}, {2})
    assert "Nothing was changed" in client.post(here, data={}, follow_redirects=True).text


def test_the_matrix_shows_only_what_its_reader_may_open_and_a_viewer_no_boxes(
    world: World, client_for: Clients
) -> None:
    attorney = world.person("attorney", "firm")
    case_id = world.case(attorney)
    add(world, attorney, case_id)
    log(world, attorney, case_id, told("Strategy", visibility="privileged"), told("A call"))
    page = client_for(world.person("viewer", "firm", attorney.org_id)).get(f"/cases/{case_id}/issues/matrix").text
    assert "A call" in page and "Strategy" not in page
    assert 'name="tie"' not in page


@pytest.mark.parametrize(
    ("strength", "gaps"),
    [
        (queries.Strength(), ["No evidence yet"]),
        (queries.Strength(entries=2, strong=1, first_hand=1, with_paper=1), []),
        (queries.Strength(entries=2, weak=2, with_paper=1), ["Only weak evidence", "Nobody says they saw it"]),
        (queries.Strength(entries=1, first_hand=1), ["No paper behind it"]),
    ],
)
def test_what_is_missing_is_named(strength: queries.Strength, gaps: list[str]) -> None:
    assert strength.gaps == gaps
