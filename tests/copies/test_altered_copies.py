"""Two scans of one paper: a changed date is found, and noise is not taken for a change."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from tests.copies.makers import look, paper
from tests.copies.scans import iep, scan
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


def test_one_changed_date_is_found_between_two_scans_and_a_clean_scan_raises_no_alarm(
    world: World, client_for: ClientFor
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    first = paper(world, parent, case_id, scan(iep(), 1), "IEP from school.jpg")
    again = paper(world, parent, case_id, scan(iep(), 2), "IEP scanned again.jpg")
    altered = paper(world, parent, case_id, scan(iep(meeting="April 27, 2026"), 3), "IEP from the file.jpg")
    other = paper(world, parent, case_id, scan(iep(seed=7), 4), "Another page.jpg")
    look(world, parent, case_id)
    client = client_for(parent)

    def side_by_side(one: object, two: object) -> str:
        return client.get(f"/cases/{case_id}/papers/{one}/beside/{two}").text

    clean, changed = side_by_side(again, first), side_by_side(altered, first)
    assert "No difference was found on the one page" in clean
    assert "1 place differs, on 1 page" in changed and "upper" in changed
    assert len(re.findall(r"<rect x=", changed.partition('class="sheets"')[2])) == 2
    alike = client.get(f"/cases/{case_id}/papers/alike").text
    assert "IEP scanned again" in alike and "Another page" not in alike
    assert "IEP from the file" in client.get(f"/cases/{case_id}/papers/{first}").text
    assert "Compare the two" in side_by_side(other, first)
