"""What the family of the sample story wrote down: facts, the evidence log, the issues and the filing's exhibits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time

from casemgr.cases.sample_story import cast
from casemgr.cases.sample_story.days import Days
from casemgr.issues.services import NewIssue
from casemgr.law.terms import FactKind as K

LATE, CONTENT, MISSED, IEE, SUMMER = range(5)
"""The issues, in their order. The last one has no evidence yet: the matrix shows it as such."""
LEARNED = {
    "call": "saw",
    "meeting": "saw",
    "conversation": "saw",
    "observation": "saw",
    "email": "paper",
    "document": "paper",
    "letter_sent": "saw",
}
"""How the family knows of entries of each kind; of what happened at school it is not said."""


@dataclass(frozen=True)
class Told:
    """One entry of the evidence log. `papers` are keys of papers, `issues` places in `issues()`."""

    kind: str
    on: date
    title: str
    body: str = ""
    shows: str = ""
    at: time | None = None
    people: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    issues: tuple[int, ...] = ()
    visibility: str = "shared"


@dataclass(frozen=True)
class Happened:
    """One fact that starts a clock or stops one. `paper` is the key of the paper that shows it."""

    kind: K
    on: date
    by: str = ""
    how: str = ""
    paper: str = ""


def facts(days: Days) -> tuple[Happened, ...]:
    """Return the facts outside the meeting and the mediation, in the order of happening."""
    return (
        Happened(K.CONCERN_RAISED, days.concern, "parent", "phone"),
        Happened(K.EVALUATION_REQUESTED, days.evaluation_requested, "parent", "hand", "request"),
        Happened(K.REFERRAL_RECEIVED, days.evaluation_requested, "parent", "hand", "request"),
        Happened(K.SAFEGUARDS_NOTICE_RECEIVED, days.consent_form, "lea", "mail"),
        Happened(K.CONSENT_FORM_RECEIVED, days.consent_form, "lea", "mail"),
        Happened(K.EVALUATION_CONSENT_RECEIVED, days.consent, "parent", "hand", "consent"),
        Happened(K.EVALUATION_COMPLETED, days.evaluated, "lea", "", "evaluation"),
        Happened(K.TEAM_MEETING_SCHEDULED, days.meeting, "lea", "mail", "meeting_notice"),
        Happened(K.IEP_TEAM_MET, days.meeting, "lea"),
        Happened(K.ELIGIBILITY_DETERMINED, days.meeting, "lea"),
        Happened(K.IEP_DATED, days.iep, "lea", "", "iep"),
        Happened(K.IEP_PROPOSED_RECEIVED, days.iep, "lea", "mail", "iep"),
        Happened(K.PRIOR_WRITTEN_NOTICE_RECEIVED, days.iep, "lea", "mail", "notice"),
        Happened(K.ACTION_KNOWN, days.iep, "parent", "", "notice"),
        Happened(K.IEP_PARTLY_REJECTED_RECEIVED, days.response, "parent", "email", "response"),
        Happened(K.IEE_REQUESTED, days.response, "parent", "email", "response"),
        Happened(K.IEE_REFUSED, days.iee_refused, "lea", "mail", "refusal"),
        Happened(K.IEP_PROPOSED_RECEIVED, days.amendment, "lea", "mail", "amendment"),
        Happened(K.IEE_REPORT_RECEIVED, days.iee_report, "parent", "email", "independent"),
        Happened(K.RECORDS_REQUESTED, days.records_asked, "parent", "email"),
    )


def issues(days: Days) -> tuple[NewIssue, ...]:
    """Return what went wrong, under which law, and what would fix it."""
    return (
        NewIssue(
            "Evaluation and Team meeting came late",
            "idea",
            "evaluation_late",
            days.evaluated,
            days.meeting_notice,
            f"Consent was received on {_us(days.consent)}. The evaluation was finished 39 school days later, the Team "
            "met after 58. The limits are 30 and 45 (603 CMR 28.05(1)).",
            "Make-up instruction for the weeks lost to the delay.",
        ),
        NewIssue(
            "The IEP offers far less reading instruction than the evaluation asks for",
            "idea",
            "iep_content",
            days.iep,
            days.iep,
            "The district’s own psychologist recommended structured literacy for 45 minutes, five days a week. The IEP "
            "offers 30 minutes, three days a week, in a group of five, “because of the schedule”.",
            "Structured literacy, 45 minutes, five days a week, one or two students, by a certified teacher.",
        ),
        NewIssue(
            "Reading sessions of the IEP were not given",
            "idea",
            "iep_not_implemented",
            days.sessions[0].on,
            days.latest_progress,
            "The service log shows five of twelve sessions not given, 150 minutes in all, and none made up.",
            "The missed minutes, given back outside school hours.\nA service log every month.",
        ),
        NewIssue(
            "Independent evaluation refused without asking for a hearing",
            "idea",
            "iee",
            days.iee_refused,
            days.iee_refused,
            "The district refused to pay and did not ask for a hearing (34 CFR 300.502(b)(2)).",
            "Repayment of the independent evaluation.",
        ),
        NewIssue(
            "No services over the summer",
            "idea",
            "extended_school_year",
            days.iep,
            days.iep,
            "The Team did not look at any numbers before it said no.",
            "Reading instruction over the summer.",
        ),
    )


def entries(days: Days) -> tuple[Told, ...]:
    """Return the evidence log in the order in which it was written. The correction is `corrected`."""
    missed = [one for one in days.sessions if one.missed][:3]
    lost = tuple(
        Told(
            "missed_service",
            one.on,
            "Reading session did not take place",
            f"Robin said there was no group today. Reason in the log: {one.missed.lower()}. 30 minutes.",
            "A service of the IEP was not given, and not made up.",
            papers=("service_log",),
            issues=(MISSED,),
        )
        for one in missed
    )
    return (*_before_the_plan(days), *_the_plan(days), *lost, *_since_then(days))


def corrected(days: Days, wrong: Told) -> tuple[Told, str]:
    """Return the correction of the call, and its reason."""
    body = wrong.body.replace("twice a week", "three times a week")
    return replace(wrong, body=body), "I wrote “twice”. My notes say “three times a week”."


CORRECTED = "Call: “the schedule is full”"
MEASURED = "IEP progress report and service log"
"""The entry that bears on the goal."""


def _before_the_plan(days: Days) -> tuple[Told, ...]:
    return (
        Told(
            "call",
            days.concern,
            "Call with the teacher about reading",
            "I said that Robin cannot read the worksheets. The answer: let us wait until spring.",
            "The school knew, and waited.",
            time(16, 10),
            (cast.TEACHER,),
        ),
        Told(
            "letter_sent",
            days.evaluation_requested,
            "Asked for an evaluation in writing",
            "Handed in at the office. The secretary stamped my copy.",
            "Written request with proof of the day.",
            time(8, 5),
            (cast.DIRECTOR,),
            ("request",),
            (LATE,),
        ),
        Told(
            "document",
            days.consent,
            "Signed consent stamped as received",
            shows="The clocks of 30 and 45 school days start here.",
            papers=("consent",),
            issues=(LATE,),
        ),
        Told(
            "document",
            days.winter_progress,
            "Winter progress report: almost no growth",
            shows="46 to 48 words in a minute while classmates read 118.",
            papers=("winter_progress",),
            issues=(CONTENT,),
        ),
        Told(
            "observation",
            days.winter_progress,
            "Homework: two hours for one page",
            "Robin guessed words from the pictures, then cried.",
            people=(cast.PARENT,),
        ),
        Told(
            "document",
            days.evaluated,
            "Evaluation report is dated after the limit",
            shows="39 school days after consent. It recommends 45 minutes, five days a week.",
            people=(cast.PSYCHOLOGIST,),
            papers=("evaluation",),
            issues=(LATE, CONTENT),
        ),
        Told(
            "email",
            days.reminder,
            "Told the Team chair that 45 school days are almost over",
            "No answer.",
            "The district knew of the limit and was asked to keep it.",
            time(21, 40),
            (cast.CHAIR,),
            ("reminder",),
            (LATE,),
        ),
    )


def _the_plan(days: Days) -> tuple[Told, ...]:
    return (
        Told(
            "meeting",
            days.meeting,
            "Team meeting: Robin is eligible",
            "The chair said that five sessions would be right but that the specialist has no room. Nobody spoke of "
            "numbers for the summer.",
            "Service chosen by schedule, not by need.",
            time(8, 30),
            (cast.CHAIR, cast.TEACHER, cast.SPEECH, cast.PSYCHOLOGIST),
            ("meeting_notice",),
            (LATE, CONTENT),
        ),
        Told(
            "document",
            days.iep,
            "IEP and notice arrived: three times 30 minutes",
            shows="The notice gives the schedule as the reason.",
            papers=("iep", "notice"),
            issues=(CONTENT,),
        ),
        Told(
            "call",
            days.iep,
            CORRECTED,
            "The chair repeated that the reading group meets twice a week and that nothing more fits.",
            "The reason is the schedule.",
            time(15, 20),
            (cast.CHAIR,),
            issues=(CONTENT,),
        ),
        Told(
            "letter_sent",
            days.response,
            "Accepted the IEP in part, asked for an IEE",
            "By e-mail with a read receipt.",
            "Rejected parts and the request are in writing.",
            time(19, 5),
            (cast.DIRECTOR,),
            ("response",),
            (CONTENT, IEE),
        ),
        Told(
            "document",
            days.iee_refused,
            "District refuses the IEE",
            shows="It neither pays nor asks for a hearing.",
            people=(cast.DIRECTOR,),
            papers=("refusal",),
            issues=(IEE,),
        ),
    )


def _since_then(days: Days) -> tuple[Told, ...]:
    return (
        Told(
            "text_message",
            [one.on for one in days.sessions if one.missed][-1],
            "Teacher: “group is off again, sorry”",
            "Text message at 10:12. I kept a picture of it.",
            "The school says itself that sessions were dropped.",
            time(10, 12),
            (cast.TEACHER,),
            issues=(MISSED,),
        ),
        Told(
            "document",
            days.latest_progress,
            MEASURED,
            shows="51 words instead of 70; 150 minutes not given.",
            papers=("latest_progress", "service_log"),
            issues=(CONTENT, MISSED),
        ),
        Told(
            "meeting",
            days.mediation,
            "Mediation ended without agreement",
            "What was said there stays there.",
            people=(cast.MEDIATOR, cast.DIRECTOR),
            papers=("mediation",),
            visibility="mediation",
        ),
        Told(
            "call",
            days.advice,
            "Talked with our attorney",
            "See the e-mail.",
            people=(cast.ATTORNEY,),
            papers=("advice",),
            visibility="privileged",
        ),
        Told(
            "incident",
            days.amendment,
            "Robin was asked to read aloud in class",
            "The evaluation says: not without asking first. Robin hid in the bathroom until the nurse called me.",
            "The plan’s accommodations are not used.",
            time(11, 30),
            (cast.TEACHER,),
        ),
        Told(
            "document",
            days.iee_report,
            "Independent evaluation: severe dyslexia",
            "I paid for it myself and sent it to the district the same day.",
            "Sixty hours are needed to make up for lost time.",
            people=(cast.INDEPENDENT,),
            papers=("independent",),
            issues=(CONTENT, IEE),
        ),
    )


EXHIBITS = (
    "request",
    "consent",
    "evaluation",
    "reminder",
    "meeting_notice",
    "iep",
    "notice",
    "response",
    "refusal",
    "service_log",
    "latest_progress",
    "independent",
)
"""Papers chosen for the draft complaint, in order. The privileged one and the one of the mediation cannot go in."""


def _us(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
