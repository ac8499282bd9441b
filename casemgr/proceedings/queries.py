"""Read proceedings and moves, and give the law its view of a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines.models import Deadline, Fact
from casemgr.deadlines.queries import all_facts, current_facts, deadlines_of, law_facts
from casemgr.extensions import db
from casemgr.law import stages
from casemgr.law.stages import CaseView, OpenProceeding, Option, ProceedingMove, Transition
from casemgr.law.terms import Event, FactKind, PlanKind, ProceedingKind, ProceedingStep, Stage, Track, VerdictKind
from casemgr.law.transitions import OWN_KINDS
from casemgr.proceedings.models import Proceeding, StageMove

TAKING_BACK = "idea-settlement-void"
"""The rule that says how long either side may take a resolution agreement back."""


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
    facts = tuple(law_facts(case))
    signed = any(fact.kind is FactKind.RESOLUTION_AGREEMENT_SIGNED for fact in facts)
    binding = last_day_to_take_back(case) if signed else None
    return CaseView(
        track=Track(case.track),
        state=case.state,
        stage=Stage(case.stage),
        today=today(case),
        plan=PlanKind(case.plan),
        born_on=case.student.born_on,
        facts=facts,
        proceedings=tuple(
            OpenProceeding(str(row.id), ProceedingKind(row.kind), ProceedingStep(row.step))
            for row in proceedings_of(case)
            if row.ended_on is None
        ),
        agreement_binds_after=(binding.late_after or binding.act_by) if binding else None,
    )


def last_day_to_take_back(case: Case) -> Deadline | None:
    """Return the last day to take the newest resolution agreement back, as the clocks have it."""
    rows = (row for row in deadlines_of(case) if row.rule_id == TAKING_BACK and row.state != "superseded")
    return max((row for row in rows if row.act_by), key=lambda row: str(row.act_by), default=None)


def kinds_of_stage(stage: Stage) -> frozenset[str]:
    """Return the kinds of proceeding that a stage stands for."""
    return frozenset(kind.value for kind in OWN_KINDS.get(stage, ()))


def own_proceeding(case: Case) -> Proceeding | None:
    """Return the proceeding that the case's stage stands for: an open one first, else the one that was last."""
    kinds = kinds_of_stage(Stage(case.stage))
    own = [row for row in proceedings_of(case) if row.kind in kinds] if kinds else []
    return next((row for row in own if not row.is_parallel), own[0] if own else None)


def end_on_record(case: Case, step: Transition) -> Fact | None:
    """Return the fact that a move demands, where it is on record already: what ended the proceeding of the case's
    stage or settles it, or what took an agreement back."""
    if step.reopens:
        own = settled_by_agreement(case)
        back = [fact for fact in current_facts(case) if FactKind(fact.kind) in step.demands] if own else []
        return back[-1] if back and back[-1].on_date >= own.opened_on else None
    if not step.closes:
        return None
    kinds = kinds_of_stage(step.source)
    own = next((row for row in proceedings_of(case) if row.kind in kinds and not row.is_parallel), None)
    if own is None:
        return None
    ends = [fact for fact in facts_of(case, own.id) if FactKind(fact.kind) in step.demands and _stands_at(own, fact)]
    return ends[-1] if ends else _agreed_in_mediation(case, own, step)


def _stands_at(own: Proceeding, fact: Fact) -> bool:
    """Whether a proceeding is over, or stands where this fact led it."""
    return own.ended_on is not None or any(
        (move.kind.value, move.fact.value, move.target.value) == (own.kind, fact.kind, own.step)
        for move in stages.PROCEEDING_STEPS
    )


def _agreed_in_mediation(case: Case, own: Proceeding, step: Transition) -> Fact | None:
    """Return an agreement of a mediation while a hearing is pending: it can settle the complaint as well."""
    if FactKind.MEDIATION_AGREEMENT not in step.demands:
        return None
    found = [fact for fact in current_facts(case) if fact.kind == FactKind.MEDIATION_AGREEMENT.value]
    return found[-1] if found and found[-1].on_date >= own.opened_on else None


def settled_by_agreement(case: Case) -> Proceeding | None:
    """Return the due process proceeding that a resolution agreement ended, as long as the agreement stands."""
    settled = (ProceedingKind.DUE_PROCESS.value, ProceedingStep.RESOLVED.value)
    return next((row for row in proceedings_of(case) if row.ended_on and (row.kind, row.step) == settled), None)


@dataclass(frozen=True)
class SaidAlready:
    """A move that only has to be said: what it demands is on record. `until`: the last day to take an agreement back,
    while it is not over."""

    option: Option
    fact: Fact
    until: date | None


def said_already(case: Case, view: CaseView, options: Sequence[Option]) -> SaidAlready | None:
    """Return the move to monitoring after a recorded agreement, or back after it was voided, where the law allows it
    without a warning."""
    for option in options:
        if option.event not in (Event.RECORD_AGREEMENT, Event.VOID_AGREEMENT):
            continue
        if option.verdict.kind is not VerdictKind.ALLOWED or not view.has(*option.transition.demands):
            continue
        fact = end_on_record(case, option.transition)
        if fact is not None:
            binding = last_day_to_take_back(case) if fact.kind == FactKind.RESOLUTION_AGREEMENT_SIGNED.value else None
            until = binding.act_by if binding else None
            return SaidAlready(option, fact, until if until and until >= view.today else None)
    return None


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
