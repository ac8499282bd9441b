"""Plain names for proceedings, their steps and the parties."""

from __future__ import annotations

from casemgr.deadlines.doubts import MARKS
from casemgr.law.drawing import KIND_TITLES
from casemgr.law.transitions import TRANSITIONS

PROCEEDINGS = {kind.value: title for kind, title in KIND_TITLES.items()}
DECIDERS = {
    "meeting": "Who leads the meeting",
    "mediation": "Mediator",
    "state_complaint": "Investigator",
    "due_process": "Hearing officer",
    "section_504_hearing": "Hearing officer",
    "ocr_complaint": "OCR attorney or investigator",
    "civil_action": "Judge",
}
"""Who handles each kind of proceeding in person."""
DOUBTS = {doubt.value: mark.label for doubt, mark in MARKS.items()}
STEPS = {
    "drafted": "being prepared",
    "waived": "the resolution meeting was waived",
    "expired": "the resolution period is over",
    "resolved": "resolved by agreement",
    "no_resolution_period": "filed by the district: no resolution period",
    "impasse": "ended without agreement",
    "decision": "decided",
    "state_review": "the State reviews the decision",
}
PARTIES = {
    "parent": "The parent",
    "student": "The student",
    "lea": "The school district (LEA)",
    "sea": "The State education agency (SEA)",
    "hearing_office": "The hearing office",
    "ocr": "The Office for Civil Rights (OCR)",
    "court": "The court",
    "complainant": "Whoever complains",
    "part_c_agency": "The early intervention agency (Part C)",
    "each_party": "Each side",
    "both_parties": "Both sides",
    "filing_party": "Whoever filed",
    "receiving_party": "Whoever received it",
    "nobody": "Nobody: it happens by itself",
}


def step_name(step: str) -> str:
    """Return a step in plain words ("hearing scheduled")."""
    return STEPS.get(step, step.replace("_", " "))


ENDS = {
    "agreed": "it ended with an agreement",
    "partly_agreed": "it ended with an agreement on part of it",
    "refused": "the school refused",
    "not_convened": "the school did not hold it",
    "declined": "one side declined",
    "agreement": "it ended with an agreement",
    "impasse": "it ended without agreement",
    "decision": "it was decided",
    "decided": "it was decided",
    "withdrawn": "it was withdrawn",
    "dismissed": "it was dismissed",
    "settled": "it was settled",
}


def end_name(step: str) -> str:
    """Return how a proceeding ended, in plain words ("it was withdrawn")."""
    return ENDS.get(step, "it is over")


BUTTONS = {
    "ask_for_team_meeting": "Record that I asked",
    "request_mediation": "Record that I asked",
    "request_section_504_hearing": "Record that I asked",
    "file_state_complaint": "Record the filing",
    "file_expedited_complaint": "Record the filing",
    "file_civil_action": "Record the filing",
    "record_agreement": "We agreed: record it",
    "void_agreement": "One side took it back: record it",
    "record_decision": "It was decided: record it",
    "end_without_agreement": "No agreement: record it",
    "withdraw": "Record the withdrawal",
    "record_dismissal": "Record the dismissal",
    "close": "Close the case",
    "reopen": "Open it again",
}


TITLES = {row.event.value: row.title for row in TRANSITIONS}


def move_title(event: str) -> str:
    """Return what a move of the history was, or an empty text for the opening and for corrections."""
    return TITLES.get(event, "")


def button(event: str) -> str:
    """Return what to press for a move."""
    return BUTTONS.get(event, "Record it")
