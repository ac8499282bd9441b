"""Read proceedings and moves, and give the law its view of a case."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines.models import Fact
from casemgr.deadlines.queries import all_facts, current_facts, law_facts
from casemgr.extensions import db
from casemgr.law import stages
from casemgr.law.stages import CaseView, OpenProceeding, ProceedingMove, Transition
from casemgr.law.terms import FactKind, PlanKind, ProceedingKind, ProceedingStep, Stage, Track
from casemgr.law.transitions import OWN_KINDS
from casemgr.proceedings.models import Proceeding, StageMove


def proceedings_of(case: Case) -> Sequence[Proceeding]:
    """Return all proceedings, open ones first, then by the day they were opened."""
    return db.session.scalars(
        select(Proceeding)
        .where(Proceeding.case_id == case.id)
        .order_by(Proceeding.ended_on.is_not(None), Proceeding.opened_on.desc(), Proceeding.created_at.desc())
    ).all()


def proceeding(case: Case, proceeding_id: UUID) -> Proceeding | None:
    return db.session.scalar(select(Proceeding).where(Proceeding.case_id == case.id, Proceeding.id == proceeding_id))


def moves_of(case: Case) -> Sequence[StageMove]:
    """Return every move, corrections included, newest first."""
    return db.session.scalars(
        select(StageMove).where(StageMove.case_id == case.id).order_by(StageMove.number.desc())
    ).all()


def newest_number(case: Case) -> int:
    """Return the number of the newest move, correction or opening: it changes with everything that moves the case."""
    return db.session.scalar(select(func.max(StageMove.number)).where(StageMove.case_id == case.id)) or 0


def standing_moves(case: Case) -> Sequence[StageMove]:
    """Return the moves that stand: neither undone nor themselves a correction, oldest first."""
    undone = aliased(StageMove)
    return db.session.scalars(
        select(StageMove)
        .outerjoin(undone, undone.corrects_id == StageMove.id)
        .where(StageMove.case_id == case.id, StageMove.corrects_id.is_(None), undone.id.is_(None))
        .order_by(StageMove.number)
    ).all()


def visited_stages(case: Case) -> list[str]:
    """Return the stages that the case has been in, in order, without the one it is in now."""
    visited: list[str] = []
    for move in standing_moves(case):
        if move.from_stage not in visited:
            visited.append(move.from_stage)
    return [stage for stage in visited if stage != case.stage]


def case_view(case: Case) -> CaseView:
    """Return what the law needs to know of the case today."""
    return CaseView(
        track=Track(case.track),
        state=case.state,
        stage=Stage(case.stage),
        today=today(case),
        plan=PlanKind(case.plan),
        born_on=case.student.born_on,
        facts=tuple(law_facts(case)),
        proceedings=tuple(
            OpenProceeding(str(row.id), ProceedingKind(row.kind), ProceedingStep(row.step))
            for row in proceedings_of(case)
            if row.ended_on is None
        ),
    )


def kinds_of_stage(stage: Stage) -> frozenset[str]:
    """Return the kinds of proceeding that a stage stands for."""
    return frozenset(kind.value for kind in OWN_KINDS.get(stage, ()))


def own_proceeding(case: Case) -> Proceeding | None:
    """Return the proceeding that the case's stage stands for: an open one first, else the one that was last."""
    kinds = kinds_of_stage(Stage(case.stage))
    own = [row for row in proceedings_of(case) if row.kind in kinds] if kinds else []
    return next((row for row in own if not row.is_parallel), own[0] if own else None)


def end_on_record(case: Case, step: Transition) -> Fact | None:
    """Return the fact that ended the proceeding of the case's stage, where its own page has recorded it already."""
    if not step.closes:
        return None
    kinds = kinds_of_stage(step.source)
    own = [row for row in proceedings_of(case) if row.kind in kinds and not row.is_parallel]
    if not own or own[0].ended_on is None:
        return None
    ends = [fact for fact in facts_of(case, own[0].id) if FactKind(fact.kind) in step.demands]
    return ends[-1] if ends else None


def next_steps(row: Proceeding) -> list[ProceedingMove]:
    """Return what can be recorded next: also after an end that the law goes on from, such as an appeal. Nothing in
    a proceeding that was ended from outside, by a move or its undoing."""
    if row.ended_on is not None and not stages.is_over(ProceedingStep(row.step)):
        return []
    kind = ProceedingKind(row.kind)
    is_expedited = row.is_expedited if kind is ProceedingKind.DUE_PROCESS else None
    return stages.proceeding_options(kind, ProceedingStep(row.step), is_expedited=is_expedited)


def facts_in_order(case: Case, proceeding_id: UUID) -> list[Fact]:
    """Return the facts of one proceeding as they stand, in the order in which they were first recorded: a corrected
    fact keeps the place of the one that it corrects."""
    rows = {row.id: row for row in all_facts(case)}

    def first_number(fact: Fact) -> int:
        while fact.corrects_id is not None:
            fact = rows[fact.corrects_id]
        return fact.number

    return sorted(facts_of(case, proceeding_id), key=first_number)


def facts_of(case: Case, proceeding_id: UUID) -> list[Fact]:
    """Return the facts of one proceeding as they stand, oldest first."""
    return [fact for fact in current_facts(case) if fact.proceeding_id == proceeding_id]
