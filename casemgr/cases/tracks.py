"""Which law a case stands on: suggested from the plan, decided by a person."""

from __future__ import annotations

from dataclasses import dataclass

from casemgr.law import stages
from casemgr.law.terms import PlanKind, Track

PLANS: dict[str, str] = {
    PlanKind.NONE.value: "No plan yet",
    PlanKind.SECTION_504.value: "A 504 plan",
    PlanKind.IEP.value: "An IEP",
    PlanKind.EARLY_INTERVENTION.value: "Early intervention (IFSP)",
}
PLAN_HINTS: dict[str, str] = {
    PlanKind.NONE.value: "The student gets no plan, or the school said no.",
    PlanKind.SECTION_504.value: "Accommodations at school, without special education.",
    PlanKind.IEP.value: "Special education with yearly goals and services.",
    PlanKind.EARLY_INTERVENTION.value: "Services for a child under three.",
}
TRACKS: dict[str, str] = {
    Track.IDEA.value: "IEP (IDEA)",
    Track.SECTION_504.value: "504 plan (Section 504)",
    Track.BOTH.value: "IEP and 504",
}
TRACK_HINTS: dict[str, str] = {
    Track.IDEA.value: "The dispute is about special education: evaluation, the IEP, services, placement.",
    Track.SECTION_504.value: "The dispute is about equal access: accommodations or disability discrimination.",
    Track.BOTH.value: "Both are in play, or you are not sure yet.",
}


@dataclass(frozen=True)
class Suggestion:
    """The track that fits a plan, why, and the law that says so."""

    track: str
    reason: str
    citation: str


def suggested_track(plan: str) -> Suggestion:
    """Return what the law engine suggests for the student's plan (a value of PlanKind)."""
    track, reason, citation = stages.suggest_track(PlanKind(plan))
    return Suggestion(track.value, reason, citation)
