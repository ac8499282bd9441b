"""Record the goals of a plan, correct them, and tie evidence to them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.evidence.models import EvidenceEntry
from casemgr.extensions import db
from casemgr.goals import queries
from casemgr.goals.models import Goal, GoalEvidence
from casemgr.plans.models import Placement
from casemgr.platform.refused import FieldRefused


class GoalRefused(FieldRefused):
    """The goal cannot be as given. `field` names the form's field; the text says what to do."""


@dataclass(frozen=True)
class NewGoal:
    """What a plan says of one goal. `area` is a key of goals.areas; `id` is the form's one-time id."""

    area: str
    text: str
    baseline: str = ""
    target: str = ""
    begins_on: date | None = None
    ends_on: date | None = None
    id: UUID = field(default_factory=uuid4)


def add_goal(case: Case, placement: Placement, new: NewGoal, *, by: User, commit: bool = True) -> Goal:
    """Add a goal to a plan."""
    row = _add(case, new, by, goal_id=new.id, placement_id=placement.id)
    audit.record(case, "plans:goal:add", by=by, subject=row.id, area=new.area)
    if commit:
        db.session.commit()
    return row


def correct_goal(case: Case, old: Goal, new: NewGoal, reason: str, *, is_gone: bool, by: User) -> Goal:
    """Put `new` in the place of `old`, which stays in the record. `is_gone`: it is not in this plan at all.

    Raises GoalRefused when somebody was faster."""
    try:
        row = _add(
            case,
            new,
            by,
            goal_id=old.goal_id,
            placement_id=old.placement_id,
            corrects_id=old.id,
            is_retraction=is_gone,
            correction_reason=reason,
        )
    except IntegrityError as problem:
        db.session.rollback()
        if not any(name in str(problem.orig) for name in ("uq_plan_goals_corrected_once", "pk_plan_goals")):
            raise
        raise GoalRefused(
            "text", "This goal was corrected meanwhile. Look at the list of goals, and correct what stands there."
        ) from None
    audit.record(case, f"plans:goal:{'remove' if is_gone else 'correct'}", by=by, subject=row.id, corrects=str(old.id))
    db.session.commit()
    return row


def take_over(case: Case, placement: Placement, *, by: User) -> int:
    """Carry the goals of the plan before into this one, with their evidence; returns how many were not in it yet."""
    made = 0
    for row in queries.goals_to_take_over(case, placement):
        values = {name: getattr(row, name) for name in ("goal_id", "area", "text", "baseline", "target")}
        done = db.session.execute(
            insert(Goal)
            .values(
                **values,
                id=uuid4(),
                org_id=case.org_id,
                case_id=case.id,
                placement_id=placement.id,
                recorded_by=by.id,
                recorded_by_name=by.name,
            )
            .on_conflict_do_nothing(index_elements=["placement_id", "goal_id"], index_where=Goal.corrects_id.is_(None))
            .returning(Goal.id)
        )
        made += done.scalar() is not None
    if made:
        audit.record(case, "plans:goal:take_over", by=by, subject=placement.id, goals=made)
    db.session.commit()
    return made


def tie(case: Case, entry: EvidenceEntry, goal_ids: Collection[UUID]) -> None:
    """Say that an entry bears on goals, in the entry's own transaction. An id of another case is passed over."""
    for goal_id in sorted(queries.known(case, goal_ids)):
        db.session.add(GoalEvidence(org_id=case.org_id, case_id=case.id, goal_id=goal_id, entry_id=entry.id))
    db.session.flush()


def _add(case: Case, new: NewGoal, by: User, **more: Any) -> Goal:
    row = Goal(
        id=new.id,
        org_id=case.org_id,
        case_id=case.id,
        area=new.area,
        text=new.text,
        baseline=new.baseline,
        target=new.target,
        begins_on=new.begins_on,
        ends_on=new.ends_on,
        recorded_by=by.id,
        recorded_by_name=by.name,
        **more,
    )
    db.session.add(row)
    db.session.flush()
    return row
