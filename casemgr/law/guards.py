"""Guards of moves: each gives None, or a verdict with its reason in plain words and its citation."""

from collections.abc import Callable, Mapping
from datetime import date

from casemgr.law.caseview import CaseView, is_stage_over
from casemgr.law.counting import long_day
from casemgr.law.days import DayCalendar, add_days
from casemgr.law.limits import last_day
from casemgr.law.rulebook import Rulebook
from casemgr.law.terms import Direction, FactKind, PlanKind, Track, VerdictKind
from casemgr.law.transitions import NO_RULE, Reason, Transition

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
        f"The time to ask for a hearing seems to have run out on {long_day(late[0])}. Exceptions exist (you were "
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
        f"The 180 days seem to have ended on {long_day(late[0])}. You may still file: give the reason for the delay "
        "and ask OCR for a waiver.",
        late[1],
    )


def within_court_limit(view: CaseView, move: Transition, rulebook: Rulebook) -> Finding:
    late = _out_of_time(view, rulebook, "idea-civil-action", FactKind.STATE_REVIEW_DECIDED)
    if late is None:
        return None
    return _warn(f"The time to go to court seems to have run out on {long_day(late[0])}.", late[1])


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
        f"The three business days seem to have ended on {long_day(view.agreement_binds_after)}. After that the "
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
