"""The blueprint that the pages of letters hang on, and what all of them need."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, url_for

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.cases.models import Case
from casemgr.letters import queries
from casemgr.letters.checking import MARKS
from casemgr.letters.kinds import Kind, kinds
from casemgr.letters.models import OutgoingLetter
from casemgr.letters.ways import SENDINGS, STATES, WAYS
from casemgr.web.navigation import url_if_any

bp = Blueprint("letters", __name__)
LETTERS = "/cases/<uuid:case_id>/letters"
LETTER = f"{LETTERS}/<uuid:letter_id>"


@bp.context_processor
def words() -> dict[str, Any]:
    """The plain words of letters, for the pages of this feature."""
    return {"ways": WAYS, "letter_states": STATES, "sending_states": SENDINGS, "marks": MARKS}


@bp.app_template_global()
def letters_after(case: Case, fact: str) -> list[Kind]:
    """The kinds of letter that answer a fact of this kind, for the page of the fact."""
    return [kind for kind in queries.kinds_for(case) if any(fact in one.after for one in kind.suggest)]


@bp.app_template_global()
def letters_that_are(fact: str) -> list[Kind]:
    """The kinds of letter whose sending is this fact, for the page where it is recorded."""
    return [kind for kind in kinds().values() if fact in {one for one in kind.facts({}) if one}]


def sees_drafts(access: Access) -> bool:
    """A draft is work in progress of those who run the case; what was sent is for everyone on it."""
    return access.allows(Permission.PACKET_EDIT)


def letter_or_404(access: Access, letter_id: UUID) -> OutgoingLetter:
    return queries.letter(access.case, letter_id, drafts=sees_drafts(access)) or abort(404)


def place_url(case: Case, one: dict[str, str]) -> str | None:
    """Return where a fact that a draft used is kept; None where there is no such page."""
    match one["place"]:
        case "student":
            return url_for("cases.edit", case_id=case.id)
        case "person":
            return url_for("cases.people", case_id=case.id)
        case "fact":
            return url_for("deadlines.show_fact", case_id=case.id, fact_id=one["id"])
        case "entry":
            return url_for("evidence.show", case_id=case.id, entry_id=one["id"])
        case "discipline":
            return url_for("discipline.index", case_id=case.id)
        case "placement":
            return url_if_any("plans.stay_put", case_id=case.id)
        case "proceeding":
            return url_for("proceedings.show", case_id=case.id, proceeding_id=one["id"])
        case _:
            return None
