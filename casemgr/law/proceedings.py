"""The small machine of each proceeding: recording a fact moves it one step. One row a step."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from casemgr.law.facts import FACTS
from casemgr.law.terms import FactKind, ProceedingKind, ProceedingStep
from casemgr.law.transitions import NO_RULE, Reason, TransitionRefused

K, P, T = FactKind, ProceedingKind, ProceedingStep


@dataclass(frozen=True)
class ProceedingMove:
    """One lawful step inside a proceeding: recording `fact` moves it from `source` to `target`."""

    kind: ProceedingKind
    source: ProceedingStep
    fact: FactKind
    target: ProceedingStep
    citation: str = ""

    @property
    def title(self) -> str:
        """In plain words: the label of the fact."""
        return FACTS[self.fact].label

    @property
    def basis(self) -> str:
        """The citation, or the words that no rule of law asks for this."""
        return self.citation or NO_RULE


FIRST_STEP: Mapping[ProceedingKind, ProceedingStep] = MappingProxyType(
    {
        P.MEETING: T.DRAFTED,
        P.MEDIATION: T.DRAFTED,
        P.STATE_COMPLAINT: T.DRAFTED,
        P.DUE_PROCESS: T.DRAFTED,
        P.SECTION_504_HEARING: T.DRAFTED,
        P.OCR_COMPLAINT: T.DRAFTED,
        P.CIVIL_ACTION: T.DRAFTED,
    }
)
ENDED_EARLY = {
    K.PROCEEDING_WITHDRAWN: T.WITHDRAWN,
    K.PROCEEDING_DISMISSED: T.DISMISSED,
    K.PROCEEDING_SETTLED: T.SETTLED,
}
EXPEDITED_ONLY = frozenset(
    {K.EXPEDITED_COMPLAINT_FILED, K.EXPEDITED_COMPLAINT_RECEIVED, K.EXPEDITED_HEARING_HELD},
)
ORDINARY_ONLY = frozenset(
    {
        *(K.DUE_PROCESS_COMPLAINT_FILED, K.DUE_PROCESS_COMPLAINT_RECEIVED, K.HEARING_HELD),
        *(K.SUFFICIENCY_NOTICE_RECEIVED, K.COMPLAINT_FOUND_SUFFICIENT, K.COMPLAINT_FOUND_INSUFFICIENT),
    }
)
"""A complaint about discipline has its own words and no fight about sufficiency (34 CFR 300.532(c))."""
Row = tuple[ProceedingStep, FactKind, ProceedingStep, str]

MEETING: tuple[Row, ...] = (
    (T.DRAFTED, K.MEETING_REQUESTED, T.REQUESTED, "34 CFR 300.324(b)"),
    (T.REQUESTED, K.MEETING_NOTICE_RECEIVED, T.NOTICE_RECEIVED, "34 CFR 300.322(a)"),
    *(
        (step, fact, target, cite)
        for step in (T.REQUESTED, T.NOTICE_RECEIVED)
        for fact, target, cite in (
            (K.MEETING_HELD, T.HELD, "34 CFR 300.322(a)"),
            (K.MEETING_NOT_CONVENED, T.NOT_CONVENED, ""),
            (K.PROCEEDING_WITHDRAWN, T.WITHDRAWN, ""),
        )
    ),
    (T.NOT_CONVENED, K.MEETING_NOTICE_RECEIVED, T.NOTICE_RECEIVED, "34 CFR 300.322(a)"),
    (T.NOT_CONVENED, K.MEETING_HELD, T.HELD, "34 CFR 300.322(a)"),
    (T.HELD, K.MEETING_AGREED, T.AGREED, ""),
    (T.HELD, K.MEETING_PARTLY_AGREED, T.PARTLY_AGREED, ""),
    (T.HELD, K.MEETING_REFUSED, T.REFUSED, "34 CFR 300.503(a)"),
)
MEDIATION: tuple[Row, ...] = (
    (T.DRAFTED, K.MEDIATION_REQUESTED, T.REQUESTED, "34 CFR 300.506(a)"),
    (T.REQUESTED, K.MEDIATION_AGREED, T.AGREED_TO_MEDIATE, "34 CFR 300.506(b)(1)"),
    (T.REQUESTED, K.MEDIATION_DECLINED, T.DECLINED, "34 CFR 300.506(b)(1)"),
    (T.AGREED_TO_MEDIATE, K.MEDIATION_SCHEDULED, T.SCHEDULED, "34 CFR 300.506(b)(5)"),
    (T.AGREED_TO_MEDIATE, K.MEDIATION_HELD, T.HELD, "34 CFR 300.506(b)(5)"),
    (T.SCHEDULED, K.MEDIATION_SCHEDULED, T.SCHEDULED, "34 CFR 300.506(b)(5)"),
    (T.SCHEDULED, K.MEDIATION_HELD, T.HELD, "34 CFR 300.506(b)(5)"),
    (T.HELD, K.MEDIATION_SCHEDULED, T.SCHEDULED, "34 CFR 300.506(b)(5)"),
    (T.HELD, K.MEDIATION_AGREEMENT, T.AGREEMENT, "34 CFR 300.506(b)(6)-(7)"),
    (T.HELD, K.MEDIATION_IMPASSE, T.IMPASSE, ""),
    *(
        (step, K.MEDIATION_WITHDRAWN, T.WITHDRAWN, "34 CFR 300.506(b)(1)")
        for step in (T.REQUESTED, T.AGREED_TO_MEDIATE, T.SCHEDULED, T.HELD)
    ),
)


def _before_hearing() -> tuple[Row, ...]:
    """What can happen at any step between receipt and hearing, since parties settle, waive and amend in any order."""
    rows: list[Row] = []
    ready = (T.RESOLUTION_PERIOD, T.NO_RESOLUTION_PERIOD, T.SUFFICIENT, T.AMENDED, T.WAIVED, T.EXPIRED)
    for step in (T.FILED, *ready):
        rows.append((step, K.HEARING_SCHEDULED, T.HEARING_SCHEDULED, "34 CFR 300.511(a)"))
    for step in (T.RESOLUTION_PERIOD, T.SUFFICIENT, T.AMENDED):
        rows += [
            (step, K.RESOLUTION_MEETING_HELD, T.RESOLUTION_PERIOD, "34 CFR 300.510(a)"),
            (step, K.MEDIATION_CONTINUES, T.RESOLUTION_PERIOD, "34 CFR 300.510(c)(3)"),
            (step, K.RESOLUTION_AGREEMENT_SIGNED, T.RESOLVED, "34 CFR 300.510(d)"),
            (step, K.RESOLUTION_MEETING_WAIVED, T.WAIVED, "34 CFR 300.510(c)(1)"),
            (step, K.NO_AGREEMENT_POSSIBLE, T.WAIVED, "34 CFR 300.510(c)(2)"),
            (step, K.RESOLUTION_PERIOD_EXPIRED, T.EXPIRED, "34 CFR 300.510(b)"),
        ]
    for step in (T.FILED, T.RESOLUTION_PERIOD, T.NO_RESOLUTION_PERIOD, T.WAIVED, T.AMENDED):
        rows.append((step, K.SUFFICIENCY_NOTICE_RECEIVED, T.SUFFICIENCY_CHALLENGED, "34 CFR 300.508(d)(1)"))
    for step in (T.FILED, *ready, T.INSUFFICIENT, T.HEARING_SCHEDULED):
        if step is not T.AMENDED:
            rows.append((step, K.AMENDED_COMPLAINT_FILED, T.AMENDED, "34 CFR 300.508(d)(3)-(4)"))
    return tuple(rows)


DUE_PROCESS: tuple[Row, ...] = (
    (T.DRAFTED, K.DUE_PROCESS_COMPLAINT_FILED, T.FILED, "34 CFR 300.507-300.508"),
    (T.DRAFTED, K.EXPEDITED_COMPLAINT_FILED, T.FILED, "34 CFR 300.532(a)"),
    (T.FILED, K.DUE_PROCESS_COMPLAINT_RECEIVED, T.RESOLUTION_PERIOD, "34 CFR 300.510(a)"),
    (T.FILED, K.DUE_PROCESS_COMPLAINT_RECEIVED_BY_PARENT, T.NO_RESOLUTION_PERIOD, "34 CFR 300.510(a)(1)"),
    (T.FILED, K.EXPEDITED_COMPLAINT_RECEIVED, T.RESOLUTION_PERIOD, "34 CFR 300.532(c)(3)"),
    (T.SUFFICIENCY_CHALLENGED, K.COMPLAINT_FOUND_SUFFICIENT, T.SUFFICIENT, "34 CFR 300.508(d)(2)"),
    (T.SUFFICIENCY_CHALLENGED, K.COMPLAINT_FOUND_INSUFFICIENT, T.INSUFFICIENT, "34 CFR 300.508(d)(2)"),
    *_before_hearing(),
    (T.RESOLVED, K.RESOLUTION_AGREEMENT_VOIDED, T.RESOLUTION_PERIOD, "34 CFR 300.510(e)"),
    (T.HEARING_SCHEDULED, K.HEARING_SCHEDULED, T.HEARING_SCHEDULED, "34 CFR 300.515(c)"),
    (T.HEARING_SCHEDULED, K.DISCLOSURE_MADE, T.DISCLOSURES_MADE, "34 CFR 300.512(a)(3), (b)"),
    (T.HEARING_SCHEDULED, K.HEARING_HELD, T.HEARING_HELD, "34 CFR 300.511"),
    (T.HEARING_SCHEDULED, K.EXPEDITED_HEARING_HELD, T.HEARING_HELD, "34 CFR 300.532(c)(2)"),
    (T.DISCLOSURES_MADE, K.HEARING_SCHEDULED, T.HEARING_SCHEDULED, "34 CFR 300.515(c)"),
    (T.DISCLOSURES_MADE, K.HEARING_HELD, T.HEARING_HELD, "34 CFR 300.511"),
    (T.DISCLOSURES_MADE, K.EXPEDITED_HEARING_HELD, T.HEARING_HELD, "34 CFR 300.532(c)(2)"),
    (T.HEARING_HELD, K.DECISION_ISSUED, T.DECISION, "34 CFR 300.515(a)"),
    # only where the district, not the State, runs the hearing: 20 U.S.C. 1415(g)(1)
    (T.DECISION, K.STATE_REVIEW_REQUESTED, T.STATE_REVIEW, "34 CFR 300.514(b); 20 U.S.C. 1415(g)(1)"),
    (T.STATE_REVIEW, K.STATE_REVIEW_DECIDED, T.DECISION, "34 CFR 300.515(b)"),
)
SECTION_504_HEARING: tuple[Row, ...] = (
    (T.DRAFTED, K.SECTION_504_HEARING_REQUESTED, T.REQUESTED, "34 CFR 104.36"),
    (T.REQUESTED, K.SECTION_504_HEARING_SCHEDULED, T.HEARING_SCHEDULED, "34 CFR 104.36"),
    (T.HEARING_SCHEDULED, K.SECTION_504_HEARING_SCHEDULED, T.HEARING_SCHEDULED, "34 CFR 104.36"),
    (T.REQUESTED, K.SECTION_504_HEARING_HELD, T.HEARING_HELD, "34 CFR 104.36"),
    (T.HEARING_SCHEDULED, K.SECTION_504_HEARING_HELD, T.HEARING_HELD, "34 CFR 104.36"),
    (T.HEARING_HELD, K.SECTION_504_DECISION_ISSUED, T.DECISION, "34 CFR 104.36"),
)
STATE_COMPLAINT: tuple[Row, ...] = (
    (T.DRAFTED, K.STATE_COMPLAINT_FILED, T.FILED, "34 CFR 300.153"),
    (T.FILED, K.STATE_COMPLAINT_RECEIVED, T.UNDER_INVESTIGATION, "34 CFR 300.152(a)"),
    *(
        (step, fact, target, "34 CFR 300.152(c)(1)")
        for step in (T.FILED, T.UNDER_INVESTIGATION, T.SET_ASIDE_IN_PART)
        for fact, target in (
            (K.STATE_COMPLAINT_SET_ASIDE_IN_PART, T.SET_ASIDE_IN_PART),
            (K.STATE_COMPLAINT_SET_ASIDE, T.SET_ASIDE),
        )
    ),
    (T.SET_ASIDE_IN_PART, K.STATE_COMPLAINT_RESUMED, T.UNDER_INVESTIGATION, "34 CFR 300.152(c)(1)"),
    (T.SET_ASIDE, K.STATE_COMPLAINT_RESUMED, T.UNDER_INVESTIGATION, "34 CFR 300.152(c)(1)"),
    *(
        (step, K.STATE_COMPLAINT_DECIDED, T.DECISION, "34 CFR 300.152(a)")
        for step in (T.FILED, T.UNDER_INVESTIGATION, T.SET_ASIDE_IN_PART, T.SET_ASIDE)
    ),
    (T.DECISION, K.CORRECTIVE_ACTION_ORDERED, T.CORRECTIVE_ACTION, "34 CFR 300.151-153"),
    (T.CORRECTIVE_ACTION, K.CORRECTIVE_ACTION_COMPLETED, T.CORRECTED, "34 CFR 300.151-153"),
)
OCR_COMPLAINT: tuple[Row, ...] = (
    (T.DRAFTED, K.OCR_COMPLAINT_FILED, T.FILED, "34 CFR 100.7(b) via 104.61"),
    (T.FILED, K.OCR_LETTER_RECEIVED, T.UNDER_EVALUATION, "OCR Case Processing Manual"),
    *(
        (step, fact, target, "OCR Case Processing Manual")
        for step in (T.FILED, T.UNDER_EVALUATION, T.EARLY_MEDIATION)
        for fact, target in (
            (K.OCR_INVESTIGATION_OPENED, T.INVESTIGATION),
            (K.OCR_RESOLUTION_AGREEMENT, T.RESOLUTION_AGREEMENT),
        )
    ),
    *(
        (step, K.OCR_EARLY_MEDIATION_AGREED, T.EARLY_MEDIATION, "OCR Case Processing Manual")
        for step in (T.UNDER_EVALUATION, T.INVESTIGATION)
    ),
    (T.INVESTIGATION, K.OCR_RESOLUTION_AGREEMENT, T.RESOLUTION_AGREEMENT, "OCR Case Processing Manual"),
    (T.INVESTIGATION, K.OCR_DETERMINATION_DATED, T.LETTER_OF_FINDING, "OCR Case Processing Manual"),
    (T.LETTER_OF_FINDING, K.OCR_RESOLUTION_AGREEMENT, T.RESOLUTION_AGREEMENT, "OCR Case Processing Manual"),
    (T.LETTER_OF_FINDING, K.OCR_MONITORING_STARTED, T.MONITORING, "OCR Case Processing Manual"),
    (T.RESOLUTION_AGREEMENT, K.OCR_MONITORING_STARTED, T.MONITORING, "OCR Case Processing Manual"),
    *(
        (step, K.OCR_DISMISSAL_DATED, T.DISMISSED, "OCR Case Processing Manual")
        for step in (T.FILED, T.UNDER_EVALUATION, T.EARLY_MEDIATION, T.INVESTIGATION)
    ),
    (T.DISMISSED, K.OCR_APPEAL_FILED, T.UNDER_EVALUATION, "OCR Case Processing Manual (if it offers an appeal)"),
)
CIVIL_ACTION: tuple[Row, ...] = (
    (T.DRAFTED, K.CIVIL_ACTION_FILED, T.FILED, "34 CFR 300.516(a)-(b)"),
    (T.FILED, K.CIVIL_ACTION_PENDING, T.PENDING, ""),
    (T.FILED, K.CIVIL_ACTION_DECIDED, T.DECIDED, "34 CFR 300.516(c)"),
    (T.PENDING, K.CIVIL_ACTION_DECIDED, T.DECIDED, "34 CFR 300.516(c)"),
)
MACHINES: Mapping[ProceedingKind, tuple[Row, ...]] = {
    P.MEETING: MEETING,
    P.MEDIATION: MEDIATION,
    P.STATE_COMPLAINT: STATE_COMPLAINT,
    P.DUE_PROCESS: DUE_PROCESS,
    P.SECTION_504_HEARING: SECTION_504_HEARING,
    P.OCR_COMPLAINT: OCR_COMPLAINT,
    P.CIVIL_ACTION: CIVIL_ACTION,
}
ENDS_EARLY = (P.STATE_COMPLAINT, P.DUE_PROCESS, P.SECTION_504_HEARING, P.OCR_COMPLAINT, P.CIVIL_ACTION)
OVER = frozenset(
    {
        *(T.AGREED, T.PARTLY_AGREED, T.REFUSED, T.NOT_CONVENED, T.DECLINED, T.AGREEMENT, T.IMPASSE),
        *(T.DECISION, T.DECIDED, T.CORRECTED, T.MONITORING, T.WITHDRAWN, T.DISMISSED, T.SETTLED),
    }
)


def _rows() -> tuple[ProceedingMove, ...]:
    moves = []
    for kind, rows in MACHINES.items():
        moves += [ProceedingMove(kind, source, fact, target, cite) for source, fact, target, cite in rows]
        if kind in ENDS_EARLY:
            open_steps = dict.fromkeys(row[0] for row in rows if row[0] not in OVER | {T.DRAFTED})
            moves += [
                ProceedingMove(kind, step, fact, target) for step in open_steps for fact, target in ENDED_EARLY.items()
            ]
    return tuple(moves)


PROCEEDING_STEPS: tuple[ProceedingMove, ...] = _rows()
_BY_STEP = {(move.kind, move.source, move.fact): move for move in PROCEEDING_STEPS}


def first_step(kind: ProceedingKind, fact: FactKind | None = None) -> ProceedingStep:
    """The step a newly opened proceeding stands at; given the fact that opened it, the step after that fact.

    Raises TransitionRefused when that fact does not open this kind."""
    start = FIRST_STEP[kind]
    return start if fact is None else advance_proceeding(kind, start, fact).target


def is_over(step: ProceedingStep) -> bool:
    """Whether a proceeding at this step is no longer pending (a decision may still be appealed or carried out)."""
    return step in OVER


def proceeding_options(
    kind: ProceedingKind, step: ProceedingStep, *, is_expedited: bool | None = None
) -> list[ProceedingMove]:
    """The facts that can be recorded next in a proceeding. Empty: nothing more can happen in it.

    `is_expedited` leaves out the words of the other variant of a due process complaint; None leaves out nothing."""
    others = {None: frozenset[FactKind](), True: ORDINARY_ONLY, False: EXPEDITED_ONLY}[is_expedited]
    return [move for move in PROCEEDING_STEPS if move.kind is kind and move.source is step and move.fact not in others]


def advance_proceeding(kind: ProceedingKind, step: ProceedingStep, fact: FactKind) -> ProceedingMove:
    """The row to carry out. Raises TransitionRefused, naming fact and step."""
    try:
        return _BY_STEP[kind, step, fact]
    except KeyError:
        open_ways = ", ".join(move.fact.value for move in proceeding_options(kind, step)) or "nothing"
        raise TransitionRefused(fact, step, (Reason(f"What can come next: {open_ways}."),)) from None


def walk(kind: ProceedingKind, facts: Iterable[FactKind]) -> ProceedingStep:
    """The step that these facts lead to, oldest first.

    What is on record decides: a fact that cannot follow the ones before it (an earlier one was taken back) goes to
    where the table says that it leads; a fact that the table does not know changes nothing."""
    step = FIRST_STEP[kind]
    for fact in facts:
        targets = {move.target for move in PROCEEDING_STEPS if move.kind is kind and move.fact is fact}
        move = _BY_STEP.get((kind, step, fact))
        if move is not None:
            step = move.target
        elif len(targets) == 1:
            step = targets.pop()
    return step
