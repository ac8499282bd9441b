"""Queue the work on copies in the caller's transaction. Knows tables only: papers ask here when they are read."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete

from casemgr.cases.models import Case
from casemgr.copies import queries
from casemgr.copies.models import PagePrint, PaperComparison
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.platform.columns import now
from casemgr.platform.jobs import AFTER_OTHERS, enqueue, enqueue_unless_waiting, jobs

WAITED_LONG = timedelta(minutes=30)


def look_for_copies(document: Document) -> None:
    """The pages of a paper were drawn or read: have it compared with the other papers of its case, after other work."""
    db.session.execute(
        delete(PagePrint).where(PagePrint.case_id == document.case_id, PagePrint.document_id == document.id)
    )
    enqueue_unless_waiting(
        jobs.tasks["copies.look"],  # by name: that task reads papers in its turn
        lock=f"copies:{document.case_id}",
        priority=AFTER_OTHERS,
        case_id=str(document.case_id),
    )


def ask_to_compare(case: Case, one: UUID, other: UUID, *, by: UUID | None = None, priority: int = 0) -> bool:
    """Queue the comparison of two papers. False, and nothing is done, when what is known is up to date or under way.

    Args:
        by: the person who asks; None: the program does.
    """
    first, second = sorted((one, other))
    row = queries.comparison_of(case, first, second)
    if row is None:
        row = PaperComparison(org_id=case.org_id, case_id=case.id, first_id=first, second_id=second)
        db.session.add(row)
    elif is_under_way(row) or (row.state == "done" and row.basis == queries.basis_of(case.id, first, second)):
        return False
    row.state, row.note, row.done_pages, row.all_pages, row.asked_by, row.asked_at = "waiting", "", 0, 0, by, now()
    db.session.flush()
    enqueue(
        jobs.tasks["copies.compare"],
        lock=f"compare:{first}:{second}",
        priority=priority,
        case_id=str(case.id),
        first_id=str(first),
        second_id=str(second),
    )
    return True


def is_under_way(row: PaperComparison) -> bool:
    """Whether a worker has it, or will; after long waiting something must be wrong, and it may be asked anew."""
    return row.state == "waiting" and now() - row.asked_at < WAITED_LONG
