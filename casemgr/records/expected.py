"""What a school's file usually holds, how often, and what would fill a gap. A gap is never called a violation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from casemgr.documents.kinds import DOCUMENT_KINDS
from casemgr.law.terms import Track


class Rhythm(StrEnum):
    TERM = "term"
    YEAR = "year"
    THREE_YEARS = "three_years"


@dataclass(frozen=True)
class Expected:
    """How often a kind of paper is looked for, under which plans, and what would fill a gap. `citation`: the law that
    speaks of such a paper, where our tables name one."""

    rhythm: Rhythm
    tracks: frozenset[Track]
    fill: str
    citation: str = ""


IEP = frozenset({Track.IDEA, Track.BOTH})
PLAN_504 = frozenset({Track.SECTION_504, Track.BOTH})
EITHER = IEP | PLAN_504

_ALL: dict[str, Expected] = {
    "iep": Expected(
        Rhythm.YEAR,
        IEP,
        "The IEP that was written or reviewed in this school year. It is reviewed at least once a year.",
        "34 CFR 300.324(b)(1)(i)",
    ),
    "plan_504": Expected(Rhythm.YEAR, PLAN_504, "The 504 plan of this school year, or the note of its review."),
    "evaluation": Expected(
        Rhythm.THREE_YEARS,
        IEP,
        "An evaluation report of this or the two years before. A child is evaluated again at least every three years, "
        "unless you and the district agreed that it is not needed: then the paper that says so.",
        "34 CFR 300.303(b)(2)",
    ),
    "progress_report": Expected(
        Rhythm.TERM,
        IEP,
        "The report on the IEP goals for this term. The IEP says how and when progress is reported.",
        "34 CFR 300.320",
    ),
    "report_card": Expected(Rhythm.TERM, EITHER, "The report card for this term."),
    "prior_written_notice": Expected(
        Rhythm.YEAR,
        IEP,
        "The notices of this year: one for each thing that the school proposed or refused. None, if there was nothing.",
        "34 CFR 300.503",
    ),
    "meeting_notice": Expected(
        Rhythm.YEAR, IEP, "The invitation to the team meeting of this year.", "34 CFR 300.322(a)"
    ),
    "meeting_notes": Expected(Rhythm.YEAR, EITHER, "Notes of the team meetings of this year, if any were taken."),
    "service_log": Expected(
        Rhythm.TERM, IEP, "The log of the services that were given in this term: which, on which day, how long."
    ),
    "attendance": Expected(Rhythm.YEAR, EITHER, "The attendance record of this school year."),
}
EXPECTED = {kind: one for kind, one in _ALL.items() if kind in DOCUMENT_KINDS}

_NOT_THE_SCHOOLS = {
    *("iep_response", "independent_evaluation", "call_log", "statement", "messages", "photo", "complaint"),
    *("agreement", "calendar", "other", "decision"),
}
ASKABLE = {kind: label for kind, label in DOCUMENT_KINDS.items() if kind not in _NOT_THE_SCHOOLS}
"""Kinds of paper that a request can name: those that a school keeps."""


def expected_for(track: str) -> dict[str, Expected]:
    """Return what is looked for in a case under this kind of plan, in the order of a binder."""
    wanted = Track(track)
    return {kind: EXPECTED[kind] for kind in DOCUMENT_KINDS if kind in EXPECTED and wanted in EXPECTED[kind].tracks}
