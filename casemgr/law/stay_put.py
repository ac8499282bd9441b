"""Stay-put: a flag with a reason, never a checkbox. Computed from facts: 34 CFR 300.518 and 300.533."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from casemgr.law import stay_put_words as words
from casemgr.law.counting import compute, long_day, say
from casemgr.law.days import DayCalendar, add_months
from casemgr.law.deadlines import Fact, of_same_proceeding
from casemgr.law.rulebook import Rulebook
from casemgr.law.stages import CaseView
from casemgr.law.terms import FactKind, PartyRole, PlanKind, StayPutKind, Track
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
OTHER_WAYS = (K.STATE_COMPLAINT_FILED, K.OCR_COMPLAINT_FILED)
INTERIM: Mapping[FactKind, str] = {K.IAES_STARTED: "idea-iaes-45", K.IAES_ORDERED: "idea-iaes-ho-45"}
"""The facts that start an interim setting, each with the rule that limits it."""


@dataclass(frozen=True)
class StayPut:
    """Whether the placement is frozen today, and why.

    Attributes:
        kind: which sentence of the law decides it.
        since: day of the filing. ended_on: day the last proceeding ended, when it was in force before.
        invoked_by, invoked_with: who filed what puts it in force; None when nobody is named.
        reasons: the sentences that decide it. readings: a State's own, wider or narrower words.
        exceptions: what would change the answer. ends_when: what ends it.
        banner: plain sentences for the top of every page.
        proceeding: id of the proceeding that keeps it in force.
        interim_until: last day of an interim setting, where the calendar reaches (300.530(g), 300.532(b)(2)(ii)).
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
    invoked_by: PartyRole | None = None
    invoked_with: FactKind | None = None
    ends_when: tuple[Reason, ...] = ()
    interim_until: date | None = None


@dataclass(frozen=True)
class _Pending:
    """A filing and what ended it, if anything did."""

    filed: Fact
    ended: Fact | None


@dataclass(frozen=True)
class _Interim:
    """An interim setting that the student has not come back from. `until`: its last day, where it can be counted."""

    started: Fact
    until: date | None


def stay_put(view: CaseView, rulebook: Rulebook, calendar: DayCalendar | None = None) -> StayPut:
    """The answer for the case as it stands on view.today. Facts dated later are not looked at.

    Args:
        calendar: school days, to know when an interim setting ends; without it that day is not told.
    """
    facts = [fact for fact in view.facts if fact.on <= view.today]
    readings = _state_readings(view, facts, rulebook)
    if view.track is Track.SECTION_504:
        banner = "Stay-put: no federal rule under Section 504."
        return _not_in_force(StayPutKind.NOT_UNDER_504, words.NOT_504, readings, banner)
    ordinary = _filings(facts, OPENS)
    appeal = next((one for one in _filings(facts, (K.EXPEDITED_COMPLAINT_FILED,)) if one.ended is None), None)
    interim = _interim(facts, rulebook, calendar)
    open_ones = [one for one in ordinary if one.ended is None]
    if open_ones:
        return _in_force(view, facts, open_ones, readings, rulebook, appeal is not None, interim)
    if appeal is not None:
        return _discipline(view, facts, appeal, readings, interim)
    if ordinary:
        return _ended(ordinary, readings, rulebook)
    reason = words.OTHER_COMPLAINTS if any(fact.kind in OTHER_WAYS for fact in facts) else words.PENDING_RULE
    banner = "Stay-put is not in force: no due process complaint is pending."
    return _not_in_force(StayPutKind.NONE, reason, readings, banner)


def _not_in_force(kind: StayPutKind, reason: Reason, readings: tuple[Reason, ...], banner: str) -> StayPut:
    return StayPut(False, kind, None, None, (reason,), readings, (), banner)


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
        fact.kind is K.RESOLUTION_AGREEMENT_VOIDED and fact.on >= end.on and of_same_proceeding(end, fact)
        for fact in facts
    ):
        return False
    return of_same_proceeding(filed, end)


def _in_force(
    view: CaseView,
    facts: list[Fact],
    open_ones: list[_Pending],
    readings: tuple[Reason, ...],
    rulebook: Rulebook,
    appeal: bool,
    interim: _Interim | None,
) -> StayPut:
    first = min(open_ones, key=lambda one: one.filed.on).filed
    kind, reasons, more = _which_placement(view, facts, first.on, rulebook)
    if kind is StayPutKind.PART_C_TO_B:
        banner = "Stay-put: early intervention services end at three; services that nobody disputes are owed."
    else:
        banner = f"Stay-put is in force since {long_day(first.on)}: the school may not change the placement on its own."
        banner += f" {more}" if more else ""
    if interim and not (interim.until and interim.until < view.today):
        banner += " Right now the student is in an interim setting" + (
            f", until {say(interim.until)} at the latest." if interim.until else "."
        )
    return StayPut(
        in_force=True,
        kind=kind,
        since=first.on,
        ended_on=None,
        reasons=(*reasons, words.PENDING_RULE),
        readings=readings,
        exceptions=tuple(_exceptions(view, facts, rulebook, kind, appeal)),
        banner=banner,
        proceeding=open_ones[-1].filed.proceeding,
        invoked_by=first.filed_by,
        invoked_with=first.kind,
        ends_when=words.ENDS,
        interim_until=interim.until if interim else None,
    )


def _which_placement(
    view: CaseView, facts: list[Fact], since: date, rulebook: Rulebook
) -> tuple[StayPutKind, tuple[Reason, ...], str]:
    """The sentence of 300.518 that says which placement stays, and what the banner adds."""
    agreed = max((fact.on for fact in facts if fact.kind in AGREEMENTS and fact.on >= since), default=None)
    decided = _decision_for_parent(facts)
    if _left_part_c(view):
        return StayPutKind.PART_C_TO_B, (words.PART_C,), ""
    if agreed and not (decided and decided.on > agreed):
        return StayPutKind.AGREED_CHANGE, (words.AGREED,), "The placement you agreed on later is the one that stays."
    if decided and _counts_as_agreement(decided, rulebook):
        added = "The placement in the hearing decision is the one that stays."
        return StayPutKind.DECISION_FOR_PARENT, (words.FOR_PARENT,), added
    if view.plan is PlanKind.NONE and any(fact.kind is K.FIRST_ADMISSION_SOUGHT for fact in facts):
        added = "With your consent the child is placed in public school until it is over."
        return StayPutKind.INITIAL_ADMISSION, (words.FIRST_ADMISSION,), added
    return StayPutKind.PENDING, (), ""


def _exceptions(
    view: CaseView, facts: list[Fact], rulebook: Rulebook, kind: StayPutKind, appeal: bool
) -> Iterable[Reason]:
    if appeal:
        yield words.DISCIPLINE
    yield words.SPECIAL_CIRCUMSTANCES
    decided = _decision_for_parent(facts)
    if decided and not _counts_as_agreement(decided, rulebook):
        yield words.DISTRICT_RAN_THE_HEARING
    if view.plan is PlanKind.NONE and kind is not StayPutKind.INITIAL_ADMISSION:
        yield words.FIRST_ADMISSION
    if view.track is Track.BOTH:
        yield words.IDEA_SIDE_ONLY


def _decision_for_parent(facts: list[Fact]) -> Fact | None:
    """The last decision that says whether the change was right, if it agreed with the parent."""
    told = [
        fact for fact in facts if fact.kind in DECISIONS and fact.details.get("agrees_with_parent") in ("yes", "no")
    ]
    last = max(told, key=lambda fact: fact.on, default=None)
    return last if last and last.details["agrees_with_parent"] == "yes" else None


def _counts_as_agreement(decided: Fact, rulebook: Rulebook) -> bool:
    """300.518(d): the decision of a hearing that the State ran, or of the State's review. Where a State's own rule
    gives a time to ask for that review, the district ran the hearing (20 U.S.C. 1415(g)(1))."""
    if decided.kind is K.STATE_REVIEW_DECIDED:
        return True
    return not any(rule.jurisdiction != "us" and K.STATE_REVIEW_REQUESTED in rule.met_by for rule in rulebook.rules)


def _interim(facts: list[Fact], rulebook: Rulebook, calendar: DayCalendar | None) -> _Interim | None:
    """The interim setting that the student is still in, and its last day under the latest reading."""
    started = max((fact for fact in facts if fact.kind in INTERIM), key=lambda fact: fact.on, default=None)
    if started is None or any(fact.kind is K.IAES_ENDED and fact.on >= started.on for fact in facts):
        return None
    if calendar is None:
        return _Interim(started, None)
    return _Interim(started, compute(rulebook.current(INTERIM[started.kind]), started.on, calendar).late_after)


def _discipline(
    view: CaseView, facts: list[Fact], appeal: _Pending, readings: tuple[Reason, ...], interim: _Interim | None
) -> StayPut:
    """300.533: not the placement before, but the interim setting, until the decision or the end of its time."""
    reasons: tuple[Reason, ...] = (words.DISCIPLINE,)
    banner = "Discipline appeal pending: the student stays in the interim setting. Ordinary stay-put does not apply."
    until = interim.until if interim else None
    if any(fact.kind in AGREEMENTS and fact.on >= appeal.filed.on for fact in facts):
        agreed = Reason("You and the district agreed otherwise after the appeal was filed.", "34 CFR 300.533")
        reasons = (agreed, words.DISCIPLINE)
        banner = "Discipline appeal pending: the placement you agreed on since counts."
    elif until and view.today > until:
        over = Reason(
            f"The time of the interim setting ran out on {say(until)}: it no longer holds the student there.",
            "34 CFR 300.533",
        )
        reasons = (over, words.DISCIPLINE)
        banner = f"Discipline appeal pending, but the time of the interim setting ran out on {say(until)}."
    elif until:
        banner += f" Its time is up on {say(until)} at the latest."
    return StayPut(
        in_force=False,
        kind=StayPutKind.DISCIPLINE,
        since=appeal.filed.on,
        ended_on=None,
        reasons=reasons,
        readings=readings,
        exceptions=(),
        banner=banner,
        proceeding=appeal.filed.proceeding,
        invoked_by=appeal.filed.filed_by,
        invoked_with=appeal.filed.kind,
        ends_when=words.DISCIPLINE_ENDS,
        interim_until=until,
    )


def _ended(filings: list[_Pending], readings: tuple[Reason, ...], rulebook: Rulebook) -> StayPut:
    last = max((one.ended for one in filings if one.ended), key=lambda fact: fact.on)
    reasons = [Reason(f"The proceeding ended on {long_day(last.on)}, and stay-put with it.", "34 CFR 300.518(a)")]
    exceptions: list[Reason] = []
    kind = StayPutKind.ENDED
    if last.kind in DECISIONS:
        exceptions.append(words.APPEAL_GAP)
        if last.details.get("agrees_with_parent") == "yes" and _counts_as_agreement(last, rulebook):
            kind = StayPutKind.DECISION_FOR_PARENT
            reasons.insert(0, words.FOR_PARENT)
        elif last.details.get("agrees_with_parent") == "yes":
            exceptions.append(words.DISTRICT_RAN_THE_HEARING)
    first = min(filings, key=lambda one: one.filed.on).filed
    return StayPut(
        in_force=False,
        kind=kind,
        since=first.on,
        ended_on=last.on,
        reasons=tuple(reasons),
        readings=readings,
        exceptions=tuple(exceptions),
        banner=f"Stay-put ended on {long_day(last.on)}, when the proceeding ended.",
        invoked_by=first.filed_by,
        invoked_with=first.kind,
    )


def _left_part_c(view: CaseView) -> bool:
    if view.plan is not PlanKind.EARLY_INTERVENTION:
        return False
    third = add_months(view.born_on, 36) if view.born_on else view.latest(K.THIRD_BIRTHDAY)
    return third is not None and view.today >= third


def state_keeps_placement(view: CaseView, rulebook: Rulebook) -> tuple[Reason, ...]:
    """The State's words that keep the placement also while no hearing is pending, where they apply today."""
    facts = [fact for fact in view.facts if fact.on <= view.today]
    wide = {reading.citation for reading in rulebook.stay_put_readings if reading.widens}
    return tuple(reason for reason in _state_readings(view, facts, rulebook) if reason.citation in wide)


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
