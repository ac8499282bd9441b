"""The references in the texts of an issue, as each packet that prints it would number them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from casemgr.accounts.access import Access
from casemgr.cases.models import Case
from casemgr.citations import queries as citations
from casemgr.citations.forms import citing_fields, tell
from casemgr.citations.places import braces_live
from casemgr.filings import citing
from casemgr.issues.forms import IssueForm
from casemgr.issues.models import Issue
from casemgr.issues.services import NewIssue


def with_references(case: Case, told: NewIssue) -> NewIssue:
    """What was typed as {{P-7, page 3}} becomes a live reference, where the packets mean one paper by it."""
    if "{{" not in told.facts + told.relief:
        return told
    numberings = [numbering for _, numbering in citing.drafts(case)]
    return replace(told, facts=braces_live(told.facts, numberings), relief=braces_live(told.relief, numberings))


def references_on(access: Access, form: IssueForm) -> dict[str, Any]:
    """Return what the form needs to show and take references, and let it show the titles of papers."""
    case, boxes = access.case, list(citing_fields(form))
    tell(form, citations.titles(case, citations.refs_in(one.data or "" for one in boxes), access.visible))
    drafts = citing.drafts(case)
    numberings = [numbering for _, numbering in drafts]
    names = {str(row.id): f"In the {numbering.name}" for row, numbering in drafts}
    found = {
        one.name: [_row(names, *row) for row in citing.in_drafts(case, one.data or "", drafts, access.visible)]
        for one in boxes
    }
    return {
        "drafts": [row for row, _ in drafts],
        "found": found,
        "choices": citations.choices(case, numberings, access.visible),
        "example": next((one.places[0].label for one in numberings if one.places), "P-1"),
    }


def _row(names: dict[str, str], packet: Any, said: Any, plain: Any) -> tuple[str, str, Any, Any]:
    return (f"cite-{packet.id}", names[str(packet.id)], said, plain) if packet is not None else ("", "", said, plain)


def is_doubtful(access: Access, issue: Issue) -> bool:
    """Whether a text cites what is not to be had, or in plain words only."""
    drafts = citing.drafts(access.case)
    rows = [citing.in_drafts(access.case, text, drafts, access.visible) for text in (issue.facts, issue.relief)]
    return any(plain or not all(one.is_fine for one in said) for found in rows for row, said, plain in found if row)
