"""The state machine of a case: a table first (transitions.py), then the functions that read it.

The program records, computes and warns; it does not rule. A warning can be overridden by a person, with a reason
that is kept; a refusal names the way that is open instead. A step outside the table raises, naming event and stage.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from casemgr.law.days import DayCalendar, add_days
from casemgr.law.deadlines import Fact
from casemgr.law.limits import last_day
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
    Direction,
    Event,
    FactKind,
    PlanKind,
    ProceedingKind,
    ProceedingStep,
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
class OpenProceeding:
    id: str
    kind: ProceedingKind
    step: ProceedingStep


@dataclass(frozen=True)
class CaseView:
    """What the law needs to know of a case. `state` is the two letters of the State.

    `proceedings` are the open ones only. `agreement_binds_after`: the last day to take the newest resolution agreement
    back, by its latest reading; None: there is none, or its day cannot be counted."""

    track: Track
    state: str
    stage: Stage
    today: date
    plan: PlanKind = PlanKind.NONE
    born_on: date | None = None
    facts: tuple[Fact, ...] = ()
    proceedings: tuple[OpenProceeding, ...] = ()
    agreement_binds_after: date | None = None

    def has(self, *kinds: FactKind) -> bool:
        return any(fact.kind in kinds for fact in self.facts)

    def latest(self, *kinds: FactKind) -> date | None:
        return max((fact.on for fact in self.facts if fact.kind in kinds), default=None)


@dataclass(frozen=True)
class Verdict:
    """`missing`: none of these facts is recorded yet, and one must be; the form for the move asks for the first."""

    kind: VerdictKind
    reasons: tuple[Reason, ...] = ()
    missing: tuple[FactKind, ...] = ()


@dataclass(frozen=True)
class Option:
    event: Event
    transition: Transition
    verdict: Verdict


# -- guards: each gives None, or a verdict with its reason ----------------------------------------------------

Finding = tuple[VerdictKind, Reason] | None
Guard = Callable[[CaseView, Transition, Rulebook], Finding]


def _warn(text: str, citation: str = NO_RULE) -> Finding:
    return VerdictKind.WARNING, Reason(text, citation)


def forum_hears_the_dispute(view: CaseView, move: Transition, rulebook: Rulebook) -> Finding:
    """Who may bring what depends on the track and on the jurisdiction: both stand in the pack."""
    forum = rulebook.forums.get(move.opens) if move.opens else None
    if forum is None or view.track in forum.hears:
        return None
    return VerdictKind.REFUSED, Reason(forum.otherwise, forum.citation)


def forum_enforces_the_law(view: CaseView, move: Transition, rulebook: Rulebook) -> Finding:
    """Like forum_hears_the_dispute, but a person may have a reason: a warning."""
    found = forum_hears_the_dispute(view, move, rulebook)
    return _warn(found[1].text, found[1].citation) if found else None


def part_b_applies(view: CaseView, move: Transition, rulebook: Rulebook) -> Finding:
    if view.plan is not PlanKind.EARLY_INTERVENTION:
        return None
    return _warn(
        "Early intervention (Part C) has its own complaints and hearings. This path is for school-age services "
        "(Part B), for example when the move to school at age three is in dispute.",
        "34 CFR 300.124(b)",
    )


def _out_of_time(view: CaseView, rulebook: Rulebook, rule_id: str, *more: FactKind) -> tuple[date, str] | None:
    """The earliest plain last day and its citation, when it lies behind us, counted from the latest fact that starts
    the rule (or of `more`)."""
    since = view.latest(*rulebook.current(rule_id).starts_on, *more)
    found = last_day(rulebook, rule_id, since) if since else None
    if found is None or view.today <= found[0]:
        return None
    last, rule = found
    return last, f"{rule.citation}; State rule not confirmed" if rule.unconfirmed else rule.citation


def within_hearing_limit(view: CaseView, move: Transition, rulebook: Rulebook) -> Finding:
    if view.track is Track.SECTION_504:
        return None  # the tables have no limit for a hearing under Section 504 alone
    late = _out_of_time(view, rulebook, "idea-dp-sol")
    if late is None:
        return None
    return _warn(
        f"The time to ask for a hearing seems to have run out on {late[0]:%d %b %Y}. Exceptions exist (you were "
        "misled, or information was kept back); a person must judge that.",
        late[1],
    )


def expedited_is_for_idea(view: CaseView, move: Transition, rulebook: Rulebook) -> Finding:
    if view.track is not Track.SECTION_504:
        return None
    return _warn(
        "An expedited hearing about discipline is a procedure of IDEA. For a dispute under Section 504 alone, ask the "
        "hearing office first.",
        "34 CFR 300.532(a)",
    )


def within_state_complaint_year(view: CaseView, move: Transition, rulebook: Rulebook) -> Finding:
    rule = rulebook.current("idea-state-complaint-lookback")
    known = view.latest(FactKind.ACTION_KNOWN)
    if known is None or rule.count is None or rule.unit is None or rule.direction is not Direction.BEFORE:
        return None
    if known >= add_days(view.today, -rule.count, rule.unit, DayCalendar()):
        return None
    return _warn("The last problem you recorded is more than one year old.", rule.citation)


def within_ocr_limit(view: CaseView, move: Transition, rulebook: Rulebook) -> Finding:
    late = _out_of_time(view, rulebook, "ocr-file-180")
    grievance = view.latest(FactKind.SCHOOL_GRIEVANCE_COMPLETED)
    after_grievance = _out_of_time(view, rulebook, "ocr-after-grievance-60")
    if late is None or (grievance is not None and after_grievance is None):
        return None
    return _warn(
        f"The 180 days seem to have ended on {late[0]:%d %b %Y}. You may still file: give the reason for the delay "
        "and ask OCR for a waiver.",
        late[1],
    )


def within_court_limit(view: CaseView, move: Transition, rulebook: Rulebook) -> Finding:
    late = _out_of_time(view, rulebook, "idea-civil-action", FactKind.STATE_REVIEW_DECIDED)
    if late is None:
        return None
    return _warn(f"The time to go to court seems to have run out on {late[0]:%d %b %Y}.", late[1])


def hearing_decision_first(view: CaseView, move: Transition, rulebook: Rulebook) -> Finding:
    if view.has(FactKind.DECISION_ISSUED, FactKind.STATE_REVIEW_DECIDED):
        return None
    return _warn(
        "Court usually comes after a hearing decision, also for a claim under another law that asks for what a "
        "hearing could give. There are exceptions: ask a lawyer.",
        "34 CFR 300.516(a), (e); 20 U.S.C. 1415(l)",
    )


def discipline_recorded(view: CaseView, move: Transition, rulebook: Rulebook) -> Finding:
    kinds = (
        FactKind.DISCIPLINARY_PLACEMENT_CHANGE_DECIDED,
        FactKind.MANIFESTATION_DETERMINED,
        FactKind.IAES_STARTED,
        FactKind.REMOVAL_STARTED,
    )
    if view.has(*kinds):
        return None
    return _warn(
        "An expedited hearing is about discipline: a change of placement, a manifestation decision or an interim "
        "setting. None is recorded yet.",
        "34 CFR 300.532(a)",
    )


def no_such_proceeding_open(view: CaseView, move: Transition, rulebook: Rulebook) -> Finding:
    if all(proceeding.kind is not move.opens for proceeding in view.proceedings):
        return None
    return _warn("One of this kind is already open in this case. A second one is possible for other issues.")


def agreement_can_be_taken_back(view: CaseView, move: Transition, rulebook: Rulebook) -> Finding:
    signed, voided = (view.latest(kind) for kind in (FactKind.RESOLUTION_AGREEMENT_SIGNED, *move.demands))
    if signed is None:
        return VerdictKind.REFUSED, Reason(
            "No resolution agreement is on record. A mediation agreement or another settlement cannot be taken back.",
            move.citation,
        )
    on = voided if voided and voided >= signed else view.today
    if view.agreement_binds_after is None or on <= view.agreement_binds_after:
        return None
    return _warn(
        f"The three business days seem to have ended on {view.agreement_binds_after:%d %b %Y}. After that the "
        "agreement binds both sides.",
        move.citation,
    )


def something_to_end(view: CaseView, move: Transition, rulebook: Rulebook) -> Finding:
    if not is_stage_over(view):
        return None
    return VerdictKind.REFUSED, Reason("This is over already: choose the next path.", NO_RULE)


def nothing_left_open(view: CaseView, move: Transition, rulebook: Rulebook) -> Finding:
    if not view.proceedings:
        return None
    return _warn("Something is still open in this case. Closing it here does not withdraw a filing anywhere.")


GUARDS: Mapping[str, Guard] = {
    guard.__name__: guard
    for guard in (
        forum_hears_the_dispute,
        forum_enforces_the_law,
        part_b_applies,
        within_hearing_limit,
        within_state_complaint_year,
        within_ocr_limit,
        within_court_limit,
        hearing_decision_first,
        discipline_recorded,
        agreement_can_be_taken_back,
        expedited_is_for_idea,
        no_such_proceeding_open,
        something_to_end,
        nothing_left_open,
    )
}

_BY_STEP: Mapping[tuple[Stage, Event], Transition] = {(row.source, row.event): row for row in TRANSITIONS}


# -- reading the table ----------------------------------------------------------------------------------------


def is_stage_over(view: CaseView) -> bool:
    """Whether the stage stands for a proceeding, and none of that kind is open any more."""
    own = OWN_KINDS.get(view.stage, frozenset())
    return bool(own) and all(proceeding.kind not in own for proceeding in view.proceedings)


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
