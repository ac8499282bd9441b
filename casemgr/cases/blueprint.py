"""The blueprint that the pages of cases hang on; views.py, start_views.py and people_views.py fill it."""

from __future__ import annotations

from flask import Blueprint

from casemgr.cases import shell, tracks

bp = Blueprint("cases", __name__)
bp.app_context_processor(shell.around_a_case)


@bp.context_processor
def words() -> dict[str, object]:
    """The plain words for plans and tracks, for the pages of this feature."""
    return {
        "plans": tracks.PLANS,
        "plan_hints": tracks.PLAN_HINTS,
        "tracks": tracks.TRACKS,
        "track_hints": tracks.TRACK_HINTS,
    }
