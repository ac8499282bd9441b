"""Stay-put: a flag with a reason, never a checkbox. Computed from facts: 34 CFR 300.518 and 300.533."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from casemgr.law.days import add_months
from casemgr.law.deadlines import Fact, of_same_proceeding
from casemgr.law.rulebook import Rulebook
from casemgr.law.stages import CaseView
from casemgr.law.terms import FactKind, PlanKind, StayPutKind, Track
from casemgr.law.transitions import Reason

K = FactKind
OPENS = (K.DUE_PROCESS_COMPLAINT_FILED, K.CIVIL_ACTION_FILED, K.STATE_REVIEW_REQUESTED)
ENDS = (
    K.DECISION_ISSUED,
    K.STATE_REVIEW_DECIDED,
    K.CIVIL_ACTION_DECIDED,
    K.PROCEEDING_WITHDRAWN,
    K.PROCEEDING_DISMISSED,
    K.PROCEEDING_SETTLED,
    K.RESOLUTION_AGREEMENT_SIGNED,
)
DECISIONS = (K.DECISION_ISSUED, K.STATE_REVIEW_DECIDED)
AGREEMENTS = (K.PLACEMENT_AGREED, K.MEDIATION_AGREEMENT, K.IEP_AGREED)

PENDING_RULE = Reason(
    "While a hearing or a court case about a due process complaint is pending, the student stays in the present "
    "placement, unless you and the district or State agree otherwise.",
    "34 CFR 300.518(a)",
)
OTHER_COMPLAINTS = Reason(
    "A State complaint or an OCR complaint alone does not put stay-put in force; a pending due process complaint "
    "or court case does.",
    "34 CFR 300.518(a)",
)
AGREED = Reason(
    "You and the district agreed on a placement after the filing: that placement is the one that stays put.",
    "34 CFR 300.518(a)",
)
DISCIPLINE = Reason(
    "During a discipline appeal the student stays in the interim setting until the decision, or until its time is "
    "up, whichever is first. This is an exception to ordinary stay-put.",
    "34 CFR 300.533",
)
FIRST_ADMISSION = Reason(
    "If the complaint is about the first admission to public school, the child is placed in public school with "
    "your consent until it is over.",
    "34 CFR 300.518(b)",
)
PART_C = Reason(
    "The child has turned three: early intervention services do not stay put. Once the child is eligible and you "
    "consent, the district owes the services that nobody disputes.",
    "34 CFR 300.518(c)",
)
FOR_PARENT = Reason(
    "The hearing officer of a State-run hearing agreed with you on placement: that counts as an agreement, and it "
    "is the placement that stays put if the case goes on.",
    "34 CFR 300.518(d)",
)
APPEAL_GAP = Reason(
    "Whether the student still stays put between the decision and an appeal is not written in the rule. Ask a "
    "lawyer before anything changes.",
    "34 CFR 300.518(a)",
)
NOT_504 = Reason(
    "Section 504 has no federal stay-put of this kind. Before a significant change of placement the district must "
    "evaluate again.",
    "34 CFR 104.35(a), 104.36",
)


@dataclass(frozen=True)
class StayPut:
    """Whether the placement is frozen today, and why.

    Attributes:
        kind: which sentence of the law decides it.
        since: day of the filing. ended_on: day the last proceeding ended, when it was in force before.
        reasons: the sentences that decide it. readings: a State's own, wider or narrower words.
        exceptions: what would change the answer. banner: plain sentences for the top of every page.
        proceeding: id of the proceeding that keeps it in force.
    """

    in_force: bool
    kind: StayPutKind
    since: date | None
    ended_on: date | None
    reasons: tuple[Reason, ...]
    readings: tuple[Reason, ...]
    exceptions: tuple[Reason, ...]
    banner: str
    proceeding: str | None = None


@dataclass(frozen=True)
class _Pending:
    """A filing and what ended it, if anything did."""

    filed: Fact
    ended: Fact | None


def stay_put(view: CaseView, rulebook: Rulebook) -> StayPut:
    """The answer for the case as it stands on view.today. Facts dated later are not looked at."""
    facts = [fact for fact in view.facts if fact.on <= view.today]
    readings = _state_readings(view, facts, rulebook)
    if view.track is Track.SECTION_504:
        return _answer(StayPutKind.NOT_UNDER_504, (NOT_504,), readings, "Stay-put: no federal rule under Section 504.")
    ordinary = _filings(facts, OPENS)
    pending = next((one for one in reversed(ordinary) if one.ended is None), None)
    discipline = next((one for one in _filings(facts, (K.EXPEDITED_COMPLAINT_FILED,)) if one.ended is None), None)
    if pending is not None:
        since = min(one.filed.on for one in ordinary if one.ended is None)
        return _in_force(view, facts, pending, since, readings, discipline is not None)
    if discipline is not None:
        return _answer(
            StayPutKind.DISCIPLINE,
            (DISCIPLINE,),
            readings,
            "Discipline appeal pending: the student stays in the interim setting. Ordinary stay-put does not apply.",
            since=discipline.filed.on,
            proceeding=discipline.filed.proceeding,
        )
    if ordinary:
        return _ended(ordinary, readings)
    reasons = (OTHER_COMPLAINTS,) if view.has(K.STATE_COMPLAINT_FILED, K.OCR_COMPLAINT_FILED) else (PENDING_RULE,)
    return _answer(
        StayPutKind.NONE, reasons, readings, "Stay-put is not in force: no due process complaint is pending."
    )


def _filings(facts: list[Fact], kinds: Iterable[FactKind]) -> list[_Pending]:
    """Every filing of these kinds with its end, oldest first."""
    found = []
    for filed in sorted((fact for fact in facts if fact.kind in kinds), key=lambda fact: fact.on):
        ends = (fact for fact in facts if fact.kind in ENDS and fact.on >= filed.on and _ends(filed, fact, facts))
        found.append(_Pending(filed, min(ends, key=lambda fact: fact.on, default=None)))
    return found


def _ends(filed: Fact, end: Fact, facts: list[Fact]) -> bool:
    """Whether `end` ends what `filed` opened: a decision ends its own hearing, not the court case after it."""
    if filed.kind is K.CIVIL_ACTION_FILED and end.kind in (*DECISIONS, K.RESOLUTION_AGREEMENT_SIGNED):
        return False
    if filed.kind is not K.CIVIL_ACTION_FILED and end.kind is K.CIVIL_ACTION_DECIDED:
        return False
    if filed.kind is K.STATE_REVIEW_REQUESTED and end.kind is K.DECISION_ISSUED:
        return False
    if end.kind is K.RESOLUTION_AGREEMENT_SIGNED and any(
        fact.kind is K.RESOLUTION_AGREEMENT_VOIDED and fact.on >= end.on for fact in facts
    ):
        return False
    return of_same_proceeding(filed, end)


def _in_force(
    view: CaseView,
    facts: list[Fact],
    pending: _Pending,
    since: date,
    readings: tuple[Reason, ...],
    discipline: bool,
) -> StayPut:
    agreed = any(fact.kind in AGREEMENTS and fact.on >= since for fact in facts)
    for_parent = any(fact.kind in DECISIONS and fact.details.get("agrees_with_parent") == "yes" for fact in facts)
    exceptions = [DISCIPLINE] if discipline else []
    if view.plan is PlanKind.NONE:
        exceptions.append(FIRST_ADMISSION)
    kind, reasons = StayPutKind.PENDING, [PENDING_RULE]
    banner = f"Stay-put is in force since {since:%d %b %Y}: the school may not change the placement on its own."
    if _left_part_c(view):
        kind, reasons = StayPutKind.PART_C_TO_B, [PART_C, PENDING_RULE]
        banner = "Stay-put: early intervention services end at three; services that nobody disputes are owed."
    elif agreed:
        kind, reasons = StayPutKind.AGREED_CHANGE, [AGREED, PENDING_RULE]
        banner += " The placement you agreed on later is the one that stays."
    elif for_parent:
        kind, reasons = StayPutKind.DECISION_FOR_PARENT, [FOR_PARENT, PENDING_RULE]
        banner += " The placement in the hearing decision is the one that stays."
    return StayPut(
        in_force=True,
        kind=kind,
        since=since,
        ended_on=None,
        reasons=tuple(reasons),
        readings=readings,
        exceptions=tuple(exceptions),
        banner=banner,
        proceeding=pending.filed.proceeding,
    )


def _ended(filings: list[_Pending], readings: tuple[Reason, ...]) -> StayPut:
    last = max((one.ended for one in filings if one.ended), key=lambda fact: fact.on)
    reasons = [Reason(f"The proceeding ended on {last.on:%d %b %Y}, and stay-put with it.", "34 CFR 300.518(a)")]
    exceptions: tuple[Reason, ...] = ()
    if last.kind in DECISIONS:
        exceptions = (APPEAL_GAP,)
        if last.details.get("agrees_with_parent") == "yes":
            reasons.insert(0, FOR_PARENT)
    return StayPut(
        in_force=False,
        kind=StayPutKind.DECISION_FOR_PARENT if FOR_PARENT in reasons else StayPutKind.ENDED,
        since=filings[0].filed.on,
        ended_on=last.on,
        reasons=tuple(reasons),
        readings=readings,
        exceptions=exceptions,
        banner=f"Stay-put ended on {last.on:%d %b %Y}, when the proceeding ended.",
    )


def _answer(
    kind: StayPutKind,
    reasons: tuple[Reason, ...],
    readings: tuple[Reason, ...],
    banner: str,
    *,
    since: date | None = None,
    proceeding: str | None = None,
) -> StayPut:
    return StayPut(False, kind, since, None, reasons, readings, (), banner, proceeding)


def _left_part_c(view: CaseView) -> bool:
    if view.plan is not PlanKind.EARLY_INTERVENTION:
        return False
    third = add_months(view.born_on, 36) if view.born_on else view.latest(K.THIRD_BIRTHDAY)
    return third is not None and view.today >= third


def _state_readings(view: CaseView, facts: list[Fact], rulebook: Rulebook) -> tuple[Reason, ...]:
    """The State's own words, where a dispute of the kind they speak of is on record and not settled since."""
    found = []
    for reading in rulebook.stay_put_readings:
        disputed = max((fact.on for fact in facts if fact.kind in (*OPENS, *reading.disputed_by)), default=None)
        settled = max((fact.on for fact in facts if fact.kind in reading.settled_by), default=None)
        is_open = disputed is not None and (settled is None or settled < disputed)
        if view.track in reading.tracks and is_open:
            found.append(Reason(reading.text, reading.citation))
    return tuple(found)
