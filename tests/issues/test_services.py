"""Writing issues: numbers, the optimistic lock, and ties to evidence of the same case only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from casemgr.cases.models import Case
from casemgr.evidence.models import EvidenceEntry
from casemgr.evidence.services import log_entry
from casemgr.extensions import db
from casemgr.issues import queries, services
from casemgr.issues.areas import ISSUE_AREAS, LAWS, usual_citation
from casemgr.issues.models import Issue
from casemgr.issues.services import NewIssue
from casemgr.platform.locking import StaleForm
from tests.evidence.makers import ALL, log, told
from tests.world import Actor, World


def add(world: World, actor: Actor, case_id: UUID, title: str = "No aide", area: str = "") -> UUID:
    with world.scope(actor):
        return services.add_issue(db.session.get_one(Case, case_id), NewIssue(title, "idea", area), by=None).id


def test_issues_are_numbered_in_order_also_when_added_at_once(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda place: add(world, actor, case_id, f"Issue {place}"), range(8)))
    with world.scope(actor):
        found = queries.issues_of(db.session.get_one(Case, case_id))
        assert [view.issue.number for view in found] == list(range(1, 9))


def test_a_save_from_an_older_version_changes_nothing(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    issue_id = add(world, actor, case_id)
    with world.scope(actor):
        case, issue = db.session.get_one(Case, case_id), db.session.get_one(Issue, issue_id)
        services.edit_issue(case, issue, NewIssue("Faster", "idea"), version=1, by=None)
        with pytest.raises(StaleForm):
            services.edit_issue(case, issue, NewIssue("Slower", "idea"), version=1, by=None)
        with pytest.raises(StaleForm):
            services.set_withdrawn(case, issue, True, version=1, by=None)
        assert (issue.title, issue.is_withdrawn, issue.version) == ("Faster", False, 2)


def test_a_tie_is_made_once_and_can_be_undone(world: World) -> None:
    actor = world.person()
    case_id = world.case(actor)
    issue_id, [entry_id] = add(world, actor, case_id), log(world, actor, case_id, told())
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        issue, entry = db.session.get_one(Issue, issue_id), db.session.get_one(EvidenceEntry, entry_id)
        assert [services.link(issue, entry, by=None) for _ in range(2)] == [True, False]
        assert queries.issues_of(case)[0].evidence_count == 1
        assert [services.unlink(issue, entry, by=None) for _ in range(2)] == [True, False]
        assert queries.issues_of(case)[0].evidence_count == 0


def test_an_entry_of_another_case_cannot_support_an_issue(world: World) -> None:
    actor = world.person()
    here, there = world.case(actor), world.case(actor)
    issue_id, [entry_id] = add(world, actor, here), log(world, actor, there, told())
    with world.scope(actor), pytest.raises(IntegrityError):
        services.link(db.session.get_one(Issue, issue_id), db.session.get_one(EvidenceEntry, entry_id), by=None)


def test_only_current_and_visible_entries_count(world: World) -> None:
    actor = world.person("attorney", "firm")
    case_id = world.case(actor)
    issue_id = add(world, actor, case_id)
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        tied = {"issue_ids": [issue_id]}
        first = log_entry(case, told("First", **tied), by=None)
        log_entry(case, told("Second", supersedes_id=first.id, correction_reason="x", **tied), by=None)
        log_entry(case, told("Memo", kind="meeting", visibility="privileged", **tied), by=None)
        log_entry(case, told("Loose"), by=None)
        [mine], [theirs] = queries.issues_of(case, ALL), queries.issues_of(case, {"shared"})
        assert (mine.evidence_count, theirs.evidence_count) == (2, 1)
        assert [support.title for support in theirs.newest] == ["Second"]
        matrix = queries.matrix(case, ALL)
        assert matrix.kinds == ["call", "meeting"]
        assert matrix.counts[issue_id] == {"call": 1, "meeting": 1}
        assert matrix.unlinked == 1


def test_every_area_cites_only_for_laws_that_an_issue_can_stand_on() -> None:
    cited = {usual_citation(area, law) for area in ISSUE_AREAS for law in LAWS} - {""}
    assert cited
    assert all(citation.startswith(("34 CFR 300.", "34 CFR 104.")) for citation in cited)
    assert {usual_citation(area, "state") for area in ISSUE_AREAS} == {""}
    assert usual_citation("no such area", "idea") == ""
