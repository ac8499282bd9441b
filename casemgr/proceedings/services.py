"""Move a case, open and advance proceedings, and take a mistaken move back by a recorded correction."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID, uuid4

from casemgr.accounts.access import demand
from casemgr.accounts.models import User
from casemgr.accounts.roles import Permission
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.deadlines import services as deadlines
from casemgr.deadlines.queries import FILINGS, current_facts
from casemgr.deadlines.services import NewFact
from casemgr.extensions import db
from casemgr.law import stages
from casemgr.law.deadlines import Fact
from casemgr.law.facts import FACTS
from casemgr.law.rulebook import rulebook_for
from casemgr.law.stages import Transition, TransitionRefused, Verdict
from casemgr.law.terms import Event, FactKind, PartyRole, ProceedingKind, ProceedingStep, Stage, VerdictKind
from casemgr.plans.services import refresh_stay_put
from casemgr.platform.locking import check_version
from casemgr.proceedings import queries
from casemgr.proceedings.models import Proceeding, StageMove


@dataclass(frozen=True)
class MoveInput:
    """What a person says about a move.

    Attributes:
        on_date: the local day it happened. facts: the facts that the step demands, in its own proceeding.
        seen: number of the newest move that the person saw (queries.newest_number); None: not asked.
        reason: asked for when closing and re-opening. override_reason: why a warning was passed; kept.
    """

    on_date: date
    facts: tuple[NewFact, ...] = ()
    reason: str = ""
    override_reason: str = ""
    filed_by: str = "parent"
    forum: str = ""
    docket_number: str = ""
    seen: int | None = None
    id: UUID = field(default_factory=uuid4)


class CaseMoved(Exception):
    """Somebody moved the case since the page was opened. Nothing was changed; look again."""


class CannotUndo(Exception):
    """Only the newest standing move can be taken back. The text says what to do."""


def check(case: Case, event: Event, given: tuple[NewFact, ...] = ()) -> Verdict:
    """Ask the law whether `event` is allowed now, counting the facts that come with it."""
    view = queries.case_view(case)
    return stages.check(_with_facts(view, given), event, rulebook_for(case.state))


def move(case: Case, event: Event, given: MoveInput, *, by: User, commit: bool = True) -> StageMove:
    """Carry out a step: facts are recorded, a proceeding opens or ends, the stage moves, clocks and stay-put follow.

    Raises, and changes nothing: TransitionRefused, when the law's table has no such step, a guard refuses it, or
    it warns and no reason to override was given; CaseMoved, when another move came in between; NotAllowed, when
    `by` may not move this case.
    """
    demand(by, case, Permission.CASE_MOVE)
    db.session.refresh(case, with_for_update={"of": Case})  # two people cannot both move it from here
    if given.seen is not None and given.seen != queries.newest_number(case):
        raise CaseMoved
    view = _with_facts(queries.case_view(case), given.facts)
    rulebook = rulebook_for(case.state)
    verdict = stages.check(view, event, rulebook)
    override = bool(given.override_reason.strip())
    step = stages.advance(view, event, rulebook, override=override)
    own = _proceeding_for(case, step, given)
    row = StageMove(
        id=given.id,
        org_id=case.org_id,
        case_id=case.id,
        event=event.value,
        from_stage=case.stage,
        to_stage=step.target.value,
        on_date=given.on_date,
        reason=given.reason,
        citation=step.citation,
        warnings=_warnings(verdict),
        override_reason=given.override_reason if verdict.kind is VerdictKind.WARNING else "",
        proceeding_id=own.id if own is not None else None,
        moved_by=by.id,
        moved_by_name=by.name,
    )
    db.session.add(row)
    case.stage = step.target.value
    db.session.flush()
    for fact in given.facts:
        deadlines.record_fact(case, _in_proceeding(fact, own), by=by, commit=False, follow=False)
    deadlines.recompute(case, cause=step.title, by_name=by.name)
    refresh_stay_put(case)
    audit.record(case, "proceedings:stage:move", by=by, subject=row.id, under=step.citation, event=event.value)
    if commit:
        db.session.commit()
    return row


def undo(case: Case, wrong: StageMove, reason: str, *, by: User) -> StageMove:
    """Take the newest standing move back. It stays in the history; a correction is added beside it.

    A proceeding that this move opened ends with it, and the facts recorded in it are retracted by corrections; one
    that it ended goes on, and the fact that ended it is retracted. Raises CannotUndo or NotAllowed.
    """
    demand(by, case, Permission.CASE_MOVE)
    db.session.refresh(case, with_for_update={"of": Case})
    standing = queries.standing_moves(case)
    if not standing or standing[-1].id != wrong.id or wrong.event == "opened":
        raise CannotUndo("Only the newest move can be undone. Undo the later ones first.")
    correction = StageMove(
        org_id=case.org_id,
        case_id=case.id,
        event="correction",
        from_stage=case.stage,
        to_stage=wrong.from_stage,
        on_date=wrong.on_date,
        reason=reason,
        corrects_id=wrong.id,
        moved_by=by.id,
        moved_by_name=by.name,
    )
    db.session.add(correction)
    case.stage = wrong.from_stage
    opened = queries.proceeding(case, wrong.proceeding_id) if wrong.proceeding_id else None
    earlier = [row for row in queries.moves_of(case) if row.number < wrong.number]
    if opened is not None and not any(row.proceeding_id == opened.id for row in earlier):  # this move opened it
        _annul(case, opened, wrong.on_date, reason, by=by)
    elif opened is not None and wrong.event == Event.VOID_AGREEMENT.value:
        _end_again(case, opened, wrong, reason, by=by)
    elif opened is not None:
        _go_on(case, opened, wrong, reason, by=by)
    db.session.flush()
    deadlines.recompute(case, cause=f"A move was undone. {reason}", by_name=by.name)
    refresh_stay_put(case)
    audit.record(case, "proceedings:stage:undo", by=by, subject=correction.id, corrects=str(wrong.id))
    db.session.commit()
    return correction


def advance(case: Case, proceeding: Proceeding, fact: NewFact, *, by: User, commit: bool = True) -> Proceeding:
    """Record the next fact of a proceeding and move its step. Raises TransitionRefused or NotAllowed, and changes
    nothing."""
    demand(by, case, Permission.FACT_RECORD)
    kind, step = ProceedingKind(proceeding.kind), ProceedingStep(proceeding.step)
    row = stages.advance_proceeding(kind, step, fact.kind)
    proceeding.step = row.target.value
    if stages.is_over(row.target):
        proceeding.ended_on = fact.on_date
        proceeding.outcome = proceeding.outcome or row.title
    else:
        proceeding.ended_on = None  # such as an appeal against a dismissal
    db.session.flush()
    deadlines.record_fact(case, _in_proceeding(fact, proceeding), by=by, commit=False)
    audit.record(
        case, "proceedings:step:record", by=by, subject=proceeding.id, under=row.citation, fact=fact.kind.value
    )
    if commit:
        db.session.commit()
    return proceeding


def replay(case: Case, row: Proceeding) -> None:
    """Bring the step of a proceeding in line with its facts, after one was corrected or taken back. Does not commit.

    A proceeding that was ended from outside (by a move, or by the undoing of one) keeps its end."""
    if row.ended_on is not None and not stages.is_over(ProceedingStep(row.step)):
        return
    facts = queries.facts_in_order(case, row.id)
    step = stages.walk(ProceedingKind(row.kind), (FactKind(fact.kind) for fact in facts))
    ends = stages.is_over(step)
    if step.value != row.step and row.outcome in _OUTCOMES_BY_ITSELF:
        row.outcome = ""
    row.step = step.value
    row.ended_on = facts[-1].on_date if ends and facts else None
    if ends and facts:
        row.outcome = row.outcome or FACTS[FactKind(facts[-1].kind)].label
    db.session.flush()


_OUTCOMES_BY_ITSELF = frozenset(
    {move.title for move in stages.PROCEEDING_STEPS} | {row.title for row in stages.TRANSITIONS if row.closes}
)
"""What the outcome of a proceeding says as long as nobody has written one."""

EDITABLE = ("forum", "docket_number", "decider", "outcome")


def edit_proceeding(case: Case, row: Proceeding, values: dict[str, str], *, version: int, by: User) -> None:
    """Save who handles a proceeding and under which number. Raises StaleForm when somebody saved it first."""
    demand(by, case, Permission.CASE_MOVE)
    check_version(row, version)
    for name in EDITABLE:
        setattr(row, name, values[name].strip())
    audit.record(case, "proceedings:proceeding:edit", by=by, subject=row.id)
    db.session.commit()


def _proceeding_for(case: Case, step: Transition, given: MoveInput) -> Proceeding | None:
    """Open the proceeding that the step opens, or end the one that the stage stands for."""
    if step.opens is not None:
        return _open(case, step, step.opens, given)
    if step.reopens:
        return _reopen(case)
    if not step.closes:
        return None
    kinds = queries.kinds_of_stage(step.source)
    found = [row for row in queries.proceedings_of(case) if row.ended_on is None and row.kind in kinds]
    own = next((row for row in found if not row.is_parallel), found[0] if found else None)
    if own is not None:
        _take_steps(own, given.facts)
        own.ended_on, own.outcome = given.on_date, own.outcome or step.title
    if step.target is not step.source:
        _now_the_stages_own(case, step.target)
    return own


def _reopen(case: Case) -> Proceeding | None:
    """Let the proceeding go on that a resolution agreement had ended: the agreement is taken back."""
    own = queries.settled_by_agreement(case)
    if own is not None:
        back = stages.advance_proceeding(
            ProceedingKind(own.kind), ProceedingStep(own.step), FactKind.RESOLUTION_AGREEMENT_VOIDED
        )
        own.step, own.ended_on, own.is_parallel = back.target.value, None, False
        own.outcome = "" if own.outcome in _OUTCOMES_BY_ITSELF else own.outcome
    return own


def _now_the_stages_own(case: Case, stage: Stage) -> None:
    """What ran beside the stage that ended is what the case now stands at."""
    kinds = queries.kinds_of_stage(stage)
    for row in queries.proceedings_of(case):
        if row.ended_on is None and row.kind in kinds:
            row.is_parallel = False


def _open(case: Case, step: Transition, kind: ProceedingKind, given: MoveInput) -> Proceeding:
    opening = next((fact.kind for fact in given.facts if fact.kind in step.demands), None)
    row = Proceeding(
        org_id=case.org_id,
        case_id=case.id,
        kind=kind.value,
        step=stages.first_step(kind, opening).value,
        is_parallel=step.is_parallel,
        is_expedited=step.event is Event.FILE_EXPEDITED_COMPLAINT,
        filed_by=given.filed_by,
        forum=given.forum,
        docket_number=given.docket_number,
        opened_on=given.on_date,
    )
    _take_steps(row, tuple(fact for fact in given.facts if fact.kind is not opening))
    db.session.add(row)
    db.session.flush()
    return row


def _take_steps(row: Proceeding, facts: tuple[NewFact, ...]) -> None:
    """Walk the proceeding's own machine with the facts that came along; one it does not know leaves it where it is."""
    for fact in facts:
        with suppress(TransitionRefused):
            kind, step = ProceedingKind(row.kind), ProceedingStep(row.step)
            row.step = stages.advance_proceeding(kind, step, fact.kind).target.value


def _annul(case: Case, opened: Proceeding, on: date, reason: str, *, by: User) -> None:
    opened.ended_on, opened.outcome = on, f"Opened by mistake. {reason}"
    for fact in current_facts(case):
        if fact.proceeding_id == opened.id:
            deadlines.retract_fact(case, fact, reason, by=by, commit=False)


def _go_on(case: Case, ended: Proceeding, wrong: StageMove, reason: str, *, by: User) -> None:
    """Let a proceeding go on that a mistaken move ended: without that move's fact, and at the step before it."""
    title, ends = _ending(wrong)
    ended.ended_on = None
    if ended.outcome == title:
        ended.outcome = ""
    if _take_facts_back(case, ended, wrong, ends, reason, by=by):
        ended.step = _step_by_its_facts(case, ended)


def _end_again(case: Case, own: Proceeding, wrong: StageMove, reason: str, *, by: User) -> None:
    """End a proceeding again that went on because an agreement was, by mistake, said to be taken back."""
    _take_facts_back(case, own, wrong, frozenset({FactKind.RESOLUTION_AGREEMENT_VOIDED.value}), reason, by=by)
    agreed = [row for row in queries.standing_moves(case) if row.number < wrong.number and row.proceeding_id == own.id]
    own.step, own.ended_on = _step_by_its_facts(case, own), agreed[-1].on_date
    own.outcome = own.outcome or _ending(agreed[-1])[0]


def _take_facts_back(
    case: Case, own: Proceeding, wrong: StageMove, kinds: frozenset[str], reason: str, *, by: User
) -> bool:
    """Take back the facts of these kinds that were recorded with a move, not before it."""
    rows = [
        fact for fact in queries.facts_of(case, own.id) if fact.kind in kinds and fact.recorded_at >= wrong.moved_at
    ]
    for fact in rows:
        deadlines.retract_fact(case, fact, reason, by=by, commit=False)
    return bool(rows)


def _step_by_its_facts(case: Case, own: Proceeding) -> str:
    kept = queries.facts_in_order(case, own.id)
    return stages.walk(ProceedingKind(own.kind), (FactKind(fact.kind) for fact in kept)).value


def _ending(wrong: StageMove) -> tuple[str, frozenset[str]]:
    """Return the title of the step that `wrong` carried out, and the kinds of fact that it may have recorded."""
    steps = (
        row for row in stages.TRANSITIONS if (row.source.value, row.event.value) == (wrong.from_stage, wrong.event)
    )
    step = next(steps, None)
    return (step.title, frozenset(kind.value for kind in step.demands)) if step else ("", frozenset())


def _with_facts(view: stages.CaseView, given: tuple[NewFact, ...]) -> stages.CaseView:
    extra = tuple(
        Fact(
            str(fact.id),
            fact.kind,
            fact.on_date,
            filed_by=PartyRole(fact.by_party) if fact.by_party else None,
            details=fact.details,
        )
        for fact in given
    )
    return replace(view, facts=view.facts + extra)


def _in_proceeding(fact: NewFact, own: Proceeding | None) -> NewFact:
    if own is None or fact.proceeding_id is not None:
        return fact
    by_party = fact.by_party or (own.filed_by if fact.kind in FILINGS else "")
    return replace(fact, proceeding_id=own.id, by_party=by_party)


def _warnings(verdict: Verdict) -> list[dict[str, str]]:
    if verdict.kind is not VerdictKind.WARNING:
        return []
    return [{"text": reason.text, "citation": reason.citation} for reason in verdict.reasons]


__all__ = ["CannotUndo", "CaseMoved", "MoveInput", "TransitionRefused", "advance", "check", "move", "replay", "undo"]
