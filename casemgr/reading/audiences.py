"""Who may read a note: its author, the team, or all who may open the paper. Never more than may open the paper."""

from __future__ import annotations

from typing import NamedTuple

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.documents.models import Document


class Audience(NamedTuple):
    label: str
    meaning: str


AUDIENCES: dict[str, Audience] = {
    "private": Audience("Only me", "Nobody else sees it, whatever their role."),
    "team": Audience("Our team", "The people of this organization who run the case. Not the family, not guests."),
    "shared": Audience("Shared with the family", "Everybody on the case who may open this paper."),
}

COLORS: dict[str, str] = {"yellow": "Yellow", "green": "Green", "blue": "Blue", "pink": "Pink"}
"""A color means what its author wants it to mean; it never says anything that words do not say as well."""

CLOSED = frozenset({"internal", "privileged"})
"""Papers that the family may not open: a note on one is not shared either, also if the paper is opened later."""


def is_team(access: Access) -> bool:
    """Say whether this person is of the team: a member of the organization who runs the case, not a guest."""
    return not access.is_guest and access.allows(Permission.CONFIDENTIAL_READ)


def allowed(access: Access, paper: Document) -> list[str]:
    """Return the audiences that this person may give a note on this paper, the narrowest first."""
    found = ["private"]
    if is_team(access):
        found.append("team")
    if paper.visibility not in CLOSED:
        found.append("shared")
    return found
