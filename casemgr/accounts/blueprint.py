"""The blueprint of accounts; views.py, account_pages.py and workspace_pages.py fill it."""

from __future__ import annotations

from flask import Blueprint, g
from flask_login import current_user

from casemgr.accounts import queries
from casemgr.accounts.words import KINDS, PERSONAS, ROLES

bp = Blueprint("accounts", __name__)


@bp.app_context_processor
def who_and_where() -> dict[str, object]:
    """Give every page the name of the workspace it acts in, and the person's workspaces for the switcher."""
    found: dict[str, object] = {"persona_words": PERSONAS, "kind_words": KINDS, "role_words": ROLES}
    if not current_user.is_authenticated:
        return found
    workspaces = queries.workspaces_of(current_user)
    current = next((workspace for workspace in workspaces if workspace.is_current), None)
    return found | {
        "workspaces": workspaces,
        "current_workspace": current,
        "current_organization": g.access.organization if "access" in g else current,
    }
