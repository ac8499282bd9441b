"""Read the discipline log. Knows only its own table, so that the facts of a case can be worked out from it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from casemgr.cases.models import Case
from casemgr.discipline.models import Removal
from casemgr.extensions import db
from casemgr.law import removals as law
from casemgr.law.terms import RemovalKind


def current_removals(case: Case) -> Sequence[Removal]:
    """Return the removals as they stand: corrected ones in their latest form, retracted ones left out. By date."""
    return removals_of([case])[case.id]


def removals_of(cases: Sequence[Case]) -> dict[UUID, list[Removal]]:
    """Return the same for several cases in one query, by case."""
    later = aliased(Removal)
    found: dict[UUID, list[Removal]] = {case.id: [] for case in cases}
    rows = db.session.scalars(
        select(Removal)
        .outerjoin(later, later.corrects_id == Removal.id)
        .where(Removal.case_id.in_(found), later.id.is_(None), Removal.is_retraction.is_(False))
        .order_by(Removal.first_on, Removal.number)
    )
    for row in rows:
        found[row.case_id].append(row)
    return found


def all_removals(case: Case) -> Sequence[Removal]:
    """Return every record ever made, corrections and retractions included, oldest first."""
    return db.session.scalars(select(Removal).where(Removal.case_id == case.id).order_by(Removal.number)).all()


def removal(case: Case, removal_id: UUID) -> Removal | None:
    """Return a removal as it stands now, by its lasting id; None when it was taken back."""
    return next((row for row in current_removals(case) if row.removal_id == removal_id), None)


def law_removals(rows: Sequence[Removal]) -> list[law.Removal]:
    """Return removals as the law counts them."""
    return [
        law.Removal(
            id=str(row.removal_id),
            kind=RemovalKind(row.kind),
            first=row.first_on,
            last=row.last_on,
            share=row.share,
            counts=counts(row),
            similar=row.is_similar,
            decided=row.decided_on,
        )
        for row in rows
    ]


def counts(row: Removal) -> bool:
    """Whether its days count: as its kind does, unless a person decided otherwise with a reason."""
    return law.KINDS[RemovalKind(row.kind)].counts if row.counts == "rule" else row.counts == "yes"
