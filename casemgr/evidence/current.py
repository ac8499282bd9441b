"""Which entries stand: those that no correction replaced."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from casemgr.cases.models import Case
from casemgr.evidence.models import EvidenceEntry


def is_current(case: Case) -> ColumnElement[Any]:
    """Return the condition that an entry of `case` stands.

    NOT IN over the few corrections is one pass with a hash, whatever the planner believes about the table. NOT
    EXISTS became a nested loop on a log that had grown since the last ANALYZE: 1.5 s for 2,000 entries.
    """
    later = aliased(EvidenceEntry)
    replaced = select(later.supersedes_id).where(later.case_id == case.id, later.supersedes_id.is_not(None))
    return EvidenceEntry.id.not_in(replaced)
