"""What every service asks before it deletes or trashes. The database refuses as well (migration of the holds)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from casemgr.cases.models import Case
from casemgr.holds import queries
from casemgr.holds.models import LegalHold


class OnHold(Exception):
    """A legal hold keeps it, and nothing was changed. `holds` are those that do."""

    def __init__(self, case_id: UUID, holds: Collection[LegalHold]) -> None:
        super().__init__("This is on legal hold: it can be neither deleted nor put in the trash.")
        self.case_id, self.holds = case_id, holds


def refuse_if_held(case: Case, papers: Collection[UUID] = ()) -> None:
    """Raise OnHold when the case is on hold, or one of these papers is."""
    found = queries.standing(case)
    if found.case is not None:
        raise OnHold(case.id, [found.case])
    if own := [found.papers[one] for one in papers if one in found.papers]:
        raise OnHold(case.id, own)


def refuse_removal(case: Case) -> None:
    """Raise OnHold when anything of the case is on hold: it cannot be removed as a whole then."""
    if found := queries.standing(case):
        raise OnHold(case.id, [found.case] if found.case else list(found.papers.values()))
