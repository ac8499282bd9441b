"""The words of redaction: why something is covered, how its place was found, and what a copy is made from."""

from __future__ import annotations

from casemgr.documents import quarantine
from casemgr.documents.kinds import VISIBILITIES, opens_it_to_more_people
from casemgr.documents.models import Document
from casemgr.storage.renditions import How
from casemgr.storage.types import Family

REASONS: dict[str, str] = {
    "other_child": "Name or details of another child",
    "identity": "Identity number, date of birth or account",
    "contact": "Address, phone number or e-mail",
    "privileged": "Advice between attorney and client, or work product",
    "mediation": "Said in mediation (34 CFR 300.506(b)(8))",
    "health": "Health details that are not needed here",
    "other": "Another reason",
}
"""Printed in the log, so each says only what kind of thing was covered."""

HOW_FOUND: dict[str, str] = {
    "drawn": "Drawn on the page",
    "words": "Chosen from the words of the page",
    "page": "The whole page",
    "pattern": "Found by its pattern, and confirmed",
}


def why_not(paper: Document) -> str:
    """Return in words why a paper cannot be redacted now; "" when it can."""
    if paper.trashed_at is not None:
        return "This paper is in the trash. Bring it back first."
    if closed := quarantine.why_closed(paper):
        return closed
    if paper.preview_state == "waiting":
        return "The pages are still being drawn. Try again in a moment."
    if paper.preview_state != "ready" or not source_of(paper)[0]:
        return (
            "This file has no pages that could be rebuilt. Print it to a PDF with its own program, add that as a "
            "paper, and redact it."
        )
    return ""


def source_of(paper: Document) -> tuple[str, bool]:
    """Return the hash of what a copy is made from, and whether that is a PDF ("" where there is nothing)."""
    if paper.family == Family.PDF:
        return paper.sha256, True
    if paper.family == Family.IMAGE:
        return paper.sha256, False
    return ("" if paper.rendition_how == How.TEXT_ONLY else paper.rendition_sha256), True


def visibilities_for(paper: Document, visible: frozenset[str]) -> list[str]:
    """Return who may see a redacted copy. What was said in mediation stays so: a box does not open it to a hearing."""
    allowed = [key for key in VISIBILITIES if key in visible]
    if paper.visibility == "mediation":
        allowed = [key for key in allowed if not opens_it_to_more_people("mediation", key)]
    return allowed
