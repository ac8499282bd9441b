"""The words for papers: what kind they are, how they arrived, and who may see them."""

from __future__ import annotations

from typing import NamedTuple

DOCUMENT_KINDS: dict[str, str] = {
    "iep": "IEP",
    "iep_response": "Response to an IEP",
    "plan_504": "504 plan",
    "evaluation": "Evaluation report",
    "independent_evaluation": "Independent evaluation (IEE)",
    "consent": "Consent form",
    "prior_written_notice": "Prior written notice",
    "meeting_notice": "Meeting notice",
    "meeting_notes": "Meeting notes",
    "progress_report": "Progress report",
    "report_card": "Report card",
    "service_log": "Service log",
    "attendance": "Attendance record",
    "discipline": "Discipline or manifestation paper",
    "email": "E-mail",
    "letter": "Letter or other correspondence",
    "messages": "Text messages",
    "call_log": "Call log",
    "statement": "Statement",
    "medical": "Medical record",
    "recording": "Recording or video",
    "photo": "Photo",
    "work_sample": "Work sample",
    "complaint": "Complaint or hearing paper",
    "decision": "Decision or order",
    "agreement": "Agreement",
    "calendar": "School calendar",
    "other": "Other paper",
}

RECEIVED_HOW: dict[str, str] = {
    "": "Not said",
    "email": "By e-mail",
    "mail": "By mail",
    "hand": "By hand",
    "portal": "From a school portal",
    "fax": "By fax",
    "own": "I made it myself",
    "other": "Another way",
}


class Visibility(NamedTuple):
    """Who may open a paper. `meaning` and `confirm` are whole sentences for the person who chooses."""

    label: str
    meaning: str
    roles: frozenset[str]
    """Who can open it, beside those who run the case: `parent` and `viewer` stand for client and onlooker."""


VISIBILITIES: dict[str, Visibility] = {
    "shared": Visibility(
        "Shared with the family",
        "Everyone on the case may open it, the family and guests too. It may go into a filing packet.",
        frozenset({"parent", "viewer"}),
    ),
    "internal": Visibility(
        "Internal",
        "Only those who run the case may open it: drafts and working notes. It cannot go into a filing packet.",
        frozenset(),
    ),
    "privileged": Visibility(
        "Privileged",
        "Advice between attorney and client. Only those who run the case may open it, and it cannot go into a"
        " filing packet: showing it to others can give up the privilege.",
        frozenset(),
    ),
    "mediation": Visibility(
        "Mediation",
        "For the parties only. What was said in mediation may not be used in a hearing (34 CFR 300.506(b)(8)), so it"
        " cannot go into a filing packet.",
        frozenset({"parent"}),
    ),
}

VISIBILITY_CHOICES = [(key, visibility.label) for key, visibility in VISIBILITIES.items()]
VISIBILITY_HINTS = {key: visibility.meaning for key, visibility in VISIBILITIES.items()}


def opens_it_to_more_people(before: str, after: str) -> bool:
    """Say whether a change from one visibility to another lets somebody see the paper who could not before."""
    return bool(VISIBILITIES[after].roles - VISIBILITIES[before].roles)


def stays_open(now_is: str, wanted: str) -> str:
    """Return a warning where a file is here already and more people may see it than was wanted this time; else ""."""
    if not opens_it_to_more_people(wanted, now_is):
        return ""
    kept, chosen = VISIBILITIES[now_is].label, VISIBILITIES[wanted].label
    return f"It stays “{kept}” as it is there, not “{chosen}”. If that is wrong, change who may see it."


def choices_for(visible: frozenset[str]) -> list[tuple[str, str]]:
    """Return the visibilities a person may give to a paper: only those they can open themselves."""
    return [(key, label) for key, label in VISIBILITY_CHOICES if key in visible]
