"""Read goals, and the evidence that bears on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from casemgr.cases.models import Case
from casemgr.evidence.current import is_current
from casemgr.evidence.models import EvidenceEntry
from casemgr.extensions import db
from casemgr.goals.areas import GOAL_AREAS, goal_label
from casemgr.goals.models import Goal, GoalEvidence
from casemgr.plans.models import Placement
from casemgr.plans.queries import placements_of
from casemgr.web.filters import legal_date


@dataclass(frozen=True)
class GoalRef:
    """A goal as an entry names it. `goal_id` is its lasting id."""

    goal_id: UUID
    label: str


@dataclass(frozen=True)
class Bearing:
    """How much of the log bears on a goal: current entries that the reader may see, and the day of the newest."""

    entries: int = 0
    newest_on: date | None = None


@dataclass(frozen=True)
class GoalView:
    """A goal as its plan has it, what it said before corrections (oldest first), and its evidence."""

    goal: Goal
    before: list[Goal]
    bearing: Bearing


@dataclass(frozen=True)
class PlanGoals:
    """A plan with its goals in the order of their areas. `may_take_over` are the goals of the plan before it."""

    placement: Placement
    goals: list[GoalView] = field(default_factory=list)
    may_take_over: int = 0


def plans_with_goals(case: Case, visible: Collection[str]) -> list[PlanGoals]:
    """Return every plan on record with its goals, the latest agreed one first."""
    bearings = _bearings(case, visible)
    found: list[PlanGoals] = []
    older: list[Goal] = []
    for placement, rows in reversed(_plans(case)):
        standing = _standing(rows)
        goals = [GoalView(row, _before(row, rows), bearings.get(row.goal_id, Bearing())) for row in standing]
        found.insert(0, PlanGoals(placement, goals, 0 if rows else len(older)))
        older = standing or older
    return found


def goals_to_take_over(case: Case, placement: Placement) -> list[Goal]:
    """Return the goals of the newest plan with goals that was agreed before this one."""
    plans = _plans(case)
    after = [one.id for one, _rows in plans].index(placement.id) + 1
    return next((standing for _one, rows in plans[after:] if (standing := _standing(rows))), [])


def goal(case: Case, row_id: UUID) -> Goal | None:
    """Return one record of a goal, also one that was corrected since."""
    return db.session.scalar(select(Goal).where(Goal.case_id == case.id, Goal.id == row_id, ~Goal.is_retraction))


def was_corrected(row: Goal) -> bool:
    return db.session.scalar(select(Goal.id).where(Goal.case_id == row.case_id, Goal.corrects_id == row.id)) is not None


def choices(case: Case) -> list[tuple[str, str]]:
    """Return (lasting id, "Reading: Will read …") for a form: the goals of the newest plan that has any come first."""
    offered: dict[str, str] = {}
    for placement, rows in _plans(case):
        of_plan = f" (plan of {legal_date(placement.agreed_on)})" if offered else ""
        for row in _standing(rows):
            offered.setdefault(str(row.goal_id), goal_label(row.area, row.text) + of_plan)
    return list(offered.items())


def known(case: Case, goal_ids: Collection[UUID]) -> set[UUID]:
    """Return those of these lasting ids that are goals of the case."""
    if not goal_ids:
        return set()
    return set(db.session.scalars(select(Goal.goal_id).where(Goal.case_id == case.id, Goal.goal_id.in_(goal_ids))))


def goals_by_entry(case: Case, entry_ids: Collection[UUID]) -> dict[UUID, list[GoalRef]]:
    """Return the goals that each of these entries bears on, in the words of their newest record; one query."""
    found: dict[UUID, list[GoalRef]] = defaultdict(list)
    if not entry_ids:
        return found
    newest = select(func.max(Goal.number)).where(Goal.case_id == case.id).group_by(Goal.goal_id)
    rows = db.session.execute(
        select(GoalEvidence.entry_id, Goal.goal_id, Goal.area, Goal.text)
        .join(Goal, Goal.goal_id == GoalEvidence.goal_id)
        .where(GoalEvidence.case_id == case.id, GoalEvidence.entry_id.in_(entry_ids), Goal.number.in_(newest))
    )
    for row in sorted(rows, key=lambda one: (list(GOAL_AREAS).index(one.area), one.text)):
        found[row.entry_id].append(GoalRef(row.goal_id, goal_label(row.area, row.text)))
    return found


def records_of(case: Case) -> list[tuple[Placement, Goal]]:
    """Return every record of a goal with its plan, corrections included, in the order of recording."""
    found = [(placement, row) for placement, rows in _plans(case) for row in rows]
    return sorted(found, key=lambda one: one[1].number)


def ties_of(case: Case) -> list[tuple[UUID, UUID]]:
    """Return (lasting id of a goal, id of an entry that bears on it)."""
    rows = db.session.execute(
        select(GoalEvidence.goal_id, GoalEvidence.entry_id).where(GoalEvidence.case_id == case.id)
    )
    return [(row.goal_id, row.entry_id) for row in rows]


def _plans(case: Case) -> list[tuple[Placement, list[Goal]]]:
    """Return the plans of a case, the latest agreed one first, each with all its records of goals; two queries."""
    rows = db.session.scalars(select(Goal).where(Goal.case_id == case.id).order_by(Goal.number)).all()
    return [(one, [row for row in rows if row.placement_id == one.id]) for one in placements_of(case)]


def _standing(rows: Sequence[Goal]) -> list[Goal]:
    """Return those that no correction replaced and nobody took out, in the order of their areas."""
    replaced = {row.corrects_id for row in rows}
    standing = [row for row in rows if row.id not in replaced and not row.is_retraction]
    return sorted(standing, key=lambda row: (list(GOAL_AREAS).index(row.area), row.number))


def _before(row: Goal, rows: Sequence[Goal]) -> list[Goal]:
    by_id = {one.id: one for one in rows}
    found: list[Goal] = []
    while row.corrects_id is not None:
        row = by_id[row.corrects_id]
        found.insert(0, row)
    return found


def _bearings(case: Case, visible: Collection[str]) -> dict[UUID, Bearing]:
    entry = EvidenceEntry
    rows: Any = db.session.execute(
        select(GoalEvidence.goal_id, func.count().label("entries"), func.max(entry.happened_on).label("newest_on"))
        .join(entry, entry.id == GoalEvidence.entry_id)
        .where(GoalEvidence.case_id == case.id, entry.visibility.in_(visible), is_current(case))
        .group_by(GoalEvidence.goal_id)
    )
    return {row.goal_id: Bearing(row.entries, row.newest_on) for row in rows}
