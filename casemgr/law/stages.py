"""The state machine of a case: a table first (transitions.py), then the functions that read it.

The program records, computes and warns; it does not rule. A warning can be overridden by a person, with a reason
that is kept; a refusal names the way that is open instead. A step outside the table raises, naming event and stage.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from casemgr.law.caseview import CaseView, OpenProceeding, Verdict, is_stage_over
from casemgr.law.guards import GUARDS
from casemgr.law.proceedings import (
    PROCEEDING_STEPS,
    ProceedingMove,
    advance_proceeding,
    first_step,
    is_over,
    proceeding_options,
    walk,
)
from casemgr.law.rulebook import Rulebook
from casemgr.law.terms import (
    Event,
    FactKind,
    PlanKind,
    Stage,
    Track,
    VerdictKind,
)
from casemgr.law.transitions import (
    MOST_FORMAL_FIRST,
    NO_RULE,
    OWN_KINDS,
    STAGES,
    TRANSITIONS,
    Reason,
    StageInfo,
    Transition,
    TransitionRefused,
)

__all__ = [
    "GUARDS",
    "PROCEEDING_STEPS",
    "STAGES",
    "TRANSITIONS",
    "CaseView",
    "OpenProceeding",
    "Option",
    "ProceedingMove",
    "Reason",
    "StageInfo",
    "Transition",
    "TransitionRefused",
    "Verdict",
    "advance",
    "advance_proceeding",
    "check",
    "first_step",
    "is_over",
    "is_stage_over",
    "options",
    "proceeding_options",
    "settle",
    "suggest_track",
    "walk",
]


@dataclass(frozen=True)
class Option:
    event: Event
    transition: Transition
    verdict: Verdict


_BY_STEP: Mapping[tuple[Stage, Event], Transition] = {(row.source, row.event): row for row in TRANSITIONS}


# -- reading the table ----------------------------------------------------------------------------------------


def settle(view: CaseView, move: Transition) -> Transition:
    """The row as it lands in this case: with the stage that the case will really stand at. See transitions.py."""
    if move.instead is not None and is_stage_over(view):
        return replace(move, target=move.instead, instead=None)
    if move.closes and move.target is move.source:
        return replace(move, target=_where_it_goes_on(view))
    return move


def _where_it_goes_on(view: CaseView) -> Stage:
    """The stage after one proceeding of the present stage has ended: the most formal one that is open, or the same."""
    own = OWN_KINDS.get(view.stage, frozenset())
    kinds = {proceeding.kind for proceeding in view.proceedings}
    if sum(proceeding.kind in own for proceeding in view.proceedings) > 1:
        return view.stage
    return next((stage for stage in MOST_FORMAL_FIRST if OWN_KINDS[stage] & (kinds - own)), view.stage)


def suggest_track(plan: PlanKind) -> tuple[Track, str, str]:
    """The track that fits the plan of today, the reason in plain words and the citation. A person may change it."""
    match plan:
        case PlanKind.IEP:
            return Track.IDEA, "The student has an IEP, so IDEA protects them.", "34 CFR 300.320"
        case PlanKind.SECTION_504:
            return (
                Track.SECTION_504,
                "The student has a 504 plan, so Section 504 protects them. Choose both if you also ask for special "
                "education.",
                "34 CFR 104.36",
            )
        case PlanKind.EARLY_INTERVENTION:
            return (
                Track.IDEA,
                "Early intervention is part of IDEA, and at age three the school takes over.",
                "34 CFR 300.124(b)",
            )
    return (
        Track.BOTH,
        "There is no plan yet. The school must look for students who need help under either law.",
        "34 CFR 104.32",
    )


def check(view: CaseView, event: Event, rulebook: Rulebook) -> Verdict:
    """Whether `event` is allowed from the present stage. Never raises: a missing row is a refusal with a reason."""
    move = _BY_STEP.get((view.stage, event))
    if move is None:
        return Verdict(VerdictKind.REFUSED, (_no_such_row(view.stage, event),))
    findings = [found for name in move.guards if (found := GUARDS[name](view, move, rulebook))]
    kinds = {kind for kind, _ in findings}
    kind = next((k for k in (VerdictKind.REFUSED, VerdictKind.WARNING) if k in kinds), VerdictKind.ALLOWED)
    return Verdict(kind, tuple(reason for _, reason in findings), _missing(view, move))


def _no_such_row(stage: Stage, event: Event) -> Reason:
    """Why the table has no such step, and from where it is possible."""
    rows = [row for row in TRANSITIONS if row.event is event]
    if stage is Stage.CLOSED:
        return Reason("The case is closed. Open it again first.", rows[0].basis)
    possible = ", ".join(STAGES[row.source].title.lower() for row in rows)
    here = STAGES[stage].title.lower()
    words = f"There is no such step while the case stands at: {here}. It is possible from: {possible}."
    return Reason(words, next((row.citation for row in rows if row.citation), NO_RULE))


def _missing(view: CaseView, move: Transition) -> tuple[FactKind, ...]:
    """What still has to be recorded. A new filing is always a new fact; an end may be on record already."""
    open_ids = {proceeding.id for proceeding in view.proceedings} | {None}
    recorded = any(fact.kind in move.demands and fact.proceeding in open_ids for fact in view.facts)
    return () if recorded and move.opens is None else move.demands


def options(view: CaseView, rulebook: Rulebook) -> list[Option]:
    """Every row that leaves the present stage, each with its verdict: allowed first, then warnings, then refused."""
    order = list(VerdictKind)
    found = [
        Option(row.event, settle(view, row), check(view, row.event, rulebook))
        for row in TRANSITIONS
        if row.source is view.stage
    ]
    return sorted(found, key=lambda option: order.index(option.verdict.kind))


def advance(view: CaseView, event: Event, rulebook: Rulebook, *, override: bool = False) -> Transition:
    """The row to carry out, settled for this case. Raises TransitionRefused for a refusal, and for a warning unless
    `override`."""
    verdict = check(view, event, rulebook)
    blocked = verdict.kind is VerdictKind.REFUSED or (verdict.kind is VerdictKind.WARNING and not override)
    if blocked:
        raise TransitionRefused(event, view.stage, verdict.reasons)
    return settle(view, _BY_STEP[view.stage, event])
