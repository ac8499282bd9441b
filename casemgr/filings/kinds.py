"""The filings that a packet can be made for, and the questions that the case itself does not answer."""

from __future__ import annotations

from dataclasses import dataclass

from casemgr.law.terms import Event, FactKind, FilingKind, ProceedingKind


@dataclass(frozen=True)
class Kind:
    """One filing. `filed` and `received` are the facts that it becomes; `received` None: nobody asks for that day."""

    kind: FilingKind
    name: str
    title: str
    plain: str
    law: str
    event: Event
    forum: ProceedingKind
    filed: FactKind
    received: FactKind | None
    filer: str


KINDS: dict[str, Kind] = {
    kind.kind.value: kind
    for kind in (
        Kind(
            FilingKind.DUE_PROCESS_COMPLAINT,
            "Due process complaint",
            "Due Process Complaint and Request for a Hearing",
            "Asks a hearing officer to decide about special education. For IDEA disputes it puts stay-put in force.",
            "20 U.S.C. 1415(b)(7); 34 CFR 300.507-300.508",
            Event.FILE_DUE_PROCESS_COMPLAINT,
            ProceedingKind.DUE_PROCESS,
            FactKind.DUE_PROCESS_COMPLAINT_FILED,
            FactKind.DUE_PROCESS_COMPLAINT_RECEIVED,
            "Petitioner",
        ),
        Kind(
            FilingKind.OCR_COMPLAINT,
            "OCR complaint",
            "Complaint of Discrimination because of Disability",
            "Asks the Office for Civil Rights to look at discrimination. It does not put stay-put in force.",
            "34 CFR 104.61; 34 CFR 100.7(b)",
            Event.FILE_OCR_COMPLAINT,
            ProceedingKind.OCR_COMPLAINT,
            FactKind.OCR_COMPLAINT_FILED,
            None,
            "Complainant",
        ),
    )
}

SEND_METHODS: dict[str, str] = {
    "email": "By e-mail",
    "portal": "Through an online portal",
    "mail": "By mail",
    "hand": "By hand",
    "fax": "By fax",
}


@dataclass(frozen=True)
class Question:
    """A text that belongs on the packet itself. `key` is that of the checklist item it answers."""

    key: str
    label: str
    help: str
    rows: int = 3


_DUE_PROCESS = (
    Question("special_needs", "The student’s special needs", "In a few words, if the student’s record has none."),
    Question("requester", "Who asks for the hearing", "Only if it is not the parent named under People."),
    Question("representative", "Your lawyer or advocate", "Name and contact. Write “none” if nobody speaks for you."),
    Question("resolution", "Anything else that would solve it", "Beyond what each issue asks for."),
    Question("known_date", "Why an older problem still counts", "Only for a problem you have known for long."),
    Question("stay_put", "The placement that stays put", "Only if no placement is recorded, or to say more about it."),
    Question("expedited_basis", "If it is about discipline: which decision you appeal", "And the date of it."),
    Question(
        "track", "A request for a faster hearing", "The ground and the facts. Only where the forum has such a way."
    ),
    Question("interpreter", "An interpreter", "The language, and who needs it.", 2),
    Question("accommodations", "What you need at the hearing", "Breaks, large print, remote attendance.", 2),
)
_OCR = (
    Question("acts", "Why it was because of disability, or retaliation", "For example: what was said, what other "
             "students got, or that it came right after you complained. Who did it, and who saw it.", 6),
    Question("basis", "The basis", "Leave this empty for “disability”. Write “retaliation”, or what else OCR should "
             "look at: race, color, national origin, sex, age.", 2),
    Question("complainant", "Who complains", "Name, address, phone or e-mail. If the parent under People lacks it."),
    Question("backup_contact", "Someone else OCR can call", "Name and phone number, if OCR cannot reach you.", 2),
    Question("person_harmed", "Why you may act for the student", "For example: “I am the mother.” At 18, the student "
             "signs.", 2),
    Question("institution", "Address of the school or district", "Only if nobody of the school under People has one."),
    Question("other_forums", "Other places you have taken this", "A grievance, a hearing, another agency, with dates. "
             "Write “none” if there is none. What this case has on record is added by itself."),
    Question("waiver", "Why it is late, and that you ask for a waiver", "Needed when the last act is more than "
             "180 days ago."),
    Question("remedy", "What the school should do", "Beyond what each issue asks for."),
    Question("consent_form", "The consent form", "For example: “The signed consent form is enclosed.” OCR may close "
             "the case without it.", 2),
)  # fmt: skip

QUESTIONS: dict[str, tuple[Question, ...]] = {
    FilingKind.DUE_PROCESS_COMPLAINT.value: _DUE_PROCESS,
    FilingKind.OCR_COMPLAINT.value: _OCR,
}

STATES: dict[str, tuple[str, str, str | None]] = {
    "draft": ("Draft", "edit", None),
    "queued": ("Waiting to be made", "clock", "accent"),
    "building": ("Being made", "clock", "accent"),
    "ready": ("Ready to file", "check", "met"),
    "failed": ("Could not be made", "alert", "late"),
    "filed": ("Filed", "lock", "met"),
}
"""State of a packet: words, icon and tone of its badge."""
