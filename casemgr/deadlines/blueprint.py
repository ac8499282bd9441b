"""The blueprint of deadlines; views.py, fact_views.py and calendar_views.py fill it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for

from casemgr.deadlines import doubts
from casemgr.deadlines.models import Deadline
from casemgr.deadlines.over_cases import Dated
from casemgr.law.facts import FACTS
from casemgr.law.terms import FactKind
from casemgr.proceedings import words
from casemgr.web.voice import told

bp = Blueprint("deadlines", __name__)


@bp.app_template_global()
def fact_label(kind: str) -> str:
    """Return a kind of fact in plain words ("You asked for a team meeting"; to others: "The parent asked …")."""
    return told(FACTS[FactKind(kind)].label) if kind in FACTS else kind.replace("_", " ")


@bp.app_template_global()
def mark_of(deadline: Deadline) -> doubts.Mark | None:
    """Return how sure the law behind a date is, where it is not quite sure."""
    return doubts.mark_of(deadline)


@bp.app_template_global()
def page_of(one: Dated, **more: Any) -> str:
    """Return the page about a date: why it is what it is, or the promise."""
    if one.due.kind == "promise":
        return url_for("obligations.show", case_id=one.due.case_id, obligation_id=one.due.id, **more)
    return url_for("deadlines.why", case_id=one.due.case_id, deadline_id=one.due.id, **more)


@bp.app_template_global()
def party_name(party: str) -> str:
    """Return a law.terms.PartyRole in plain words ("The school district (LEA)")."""
    return words.PARTIES.get(party, "")
