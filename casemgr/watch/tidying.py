"""Remove what visitors left: workspaces to look around in, whose makers can never come back to them."""

from __future__ import annotations

import logging

from sqlalchemy import func, select

from casemgr.documents.store import store
from casemgr.extensions import db

log = logging.getLogger(__name__)


def remove_old_visits() -> int:
    """Remove visitors' workspaces that are more than seven days old, rows first and then files; return how many.

    The database decides which these are, and refuses any other (`remove_visit` in the migrations). A crash in between
    leaves files that no row names: `sweep` takes those.
    """
    removed = 0
    for org_id in db.session.scalars(select(func.old_visits())).all():
        try:
            db.session.execute(select(func.remove_visit(org_id)))
            db.session.commit()
            store().delete_organization(org_id)
        except Exception:
            db.session.rollback()
            log.exception("removing a visitor's workspace failed", extra={"org": str(org_id)})
        else:
            removed += 1
    return removed
