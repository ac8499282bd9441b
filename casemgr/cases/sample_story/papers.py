"""The papers of the sample case, as data for `casemgr.pdf.sheets`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from casemgr.cases.sample_story import cast
from casemgr.cases.sample_story.days import Days
from casemgr.goals.services import NewGoal
from casemgr.pdf.model import Block, Fields, Grid, Items, Signature, Text
from casemgr.pdf.sheets import Sheet

FAMILY = (cast.PARENT, cast.HOME, "617-555-0101 · dana@sample.example")
OFFICE = (cast.DISTRICT, "Office of Special Education", "1 Schoolhouse Road, Otterbrook, MA 00000 · 617-555-0110")
SCHOOL = (cast.SCHOOL, cast.DISTRICT, "9 Pebble Hill, Otterbrook, MA 00000")
CLINIC = ("Storybook Learning Clinic (sample)", "77 Chapter Street, Otterbrook, MA 00000 · 617-555-0133")
TO_PARENT, TO_OFFICE = f"{cast.PARENT} <dana@sample.example>", f"{cast.DIRECTOR} <m.pretend@otterbrook.example>"


@dataclass(frozen=True)
class Paper:
    """One paper and what is said about it. `key` is how the rest of the story names it."""

    key: str
    kind: str
    sheet: Sheet
    on: date
    source: str
    how: str
    visibility: str = "shared"

    @property
    def file_name(self) -> str:
        return f"{self.on.isoformat()} {self.sheet.title}.pdf"


def papers(days: Days) -> tuple[Paper, ...]:
    """Return every paper, oldest first."""
    makers = (
        _request,
        _consent,
        _winter_progress,
        _evaluation,
        _meeting_notice,
        _reminder,
        _iep,
        _prior_written_notice,
        _response,
        _refusal,
        _service_log,
        _latest_progress,
        _mediation,
        _advice,
        _amendment,
        _independent_evaluation,
    )
    return tuple(sorted((make(days) for make in makers), key=lambda paper: paper.on))


def long(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _sheet(
    title: str,
    on: date,
    head: tuple[str, ...],
    blocks: Sequence[Block | str],
    meta: Sequence[tuple[str, str]] = (),
    signer: tuple[str, str] | None = None,
) -> Sheet:
    return Sheet(
        title=title,
        blocks=tuple(blocks),
        made_at=datetime.combine(on, time(12), UTC),
        letterhead=head,
        meta=(("Date", long(on)), *meta),
        signatures=(Signature(signer[0], signer[1], signed_on=on),) if signer else (),
        marking=cast.MARK,
        footer=title,
    )


def _says(*paragraphs: str) -> Text:
    return Text(paragraphs)


def _request(days: Days) -> Paper:
    on = days.evaluation_requested
    blocks = (
        _says(
            f"Dear {cast.DIRECTOR},",
            f"I am the parent of {cast.STUDENT}, grade 4 at Pebble Hill. I ask in writing for a full evaluation for "
            "special education in all areas of suspected disability, reading and language above all.",
            "Robin reads about two years below grade. We have waited through two rounds of extra help that changed "
            "nothing. Dyslexia runs in our family.",
            "Please send me the consent form. I know that you have five school days for it.",
        ),
    )
    sheet = _sheet("Request for an evaluation", on, FAMILY, blocks, [("To", cast.DIRECTOR)], (cast.PARENT, "Parent"))
    return Paper("request", "letter", sheet, on, cast.PARENT, "own")


def _consent(days: Days) -> Paper:
    blocks = (
        _says("I agree that the district evaluates my child in these areas:"),
        Items(
            ("Cognitive abilities", "Reading, writing and mathematics", "Speech and language", "Observation in class")
        ),
        Fields((("Form received by parent", long(days.consent_form)), ("Received by district", long(days.consent)))),
        _says("Massachusetts: evaluations within 30, Team meeting within 45 school working days of this receipt."),
    )
    meta = [("Student", cast.STUDENT), ("School", cast.SCHOOL)]
    sheet = _sheet("Consent to evaluate, signed", days.consent, OFFICE, blocks, meta, (cast.PARENT, "Parent"))
    return Paper("consent", "consent", sheet, days.consent, cast.DISTRICT, "own")


def _winter_progress(days: Days) -> Paper:
    rows = (
        ("Words read correctly in a minute", "46", "48", "118"),
        ("Spelling inventory, of 25", "8", "9", "20"),
        ("Reading comprehension, level", "K", "K", "R"),
    )
    blocks = (
        Grid(("Measure", "Autumn", "Winter", "Grade 4 level"), rows, (3, 1, 1, 1.2)),
        _says("Robin works hard and is well liked. Small-group help was given for eight weeks. Growth is minimal."),
    )
    sheet = _sheet("Progress report, winter", days.winter_progress, SCHOOL, blocks, [("Student", cast.STUDENT)])
    return Paper("winter_progress", "progress_report", sheet, days.winter_progress, cast.SCHOOL, "portal")


def _evaluation(days: Days) -> Paper:
    rows = (
        ("Verbal reasoning", "112", "79th"),
        ("Basic reading skills", "74", "4th"),
        ("Reading fluency", "71", "3rd"),
        ("Phonological awareness", "76", "5th"),
        ("Mathematics", "103", "58th"),
    )
    blocks = (
        "Scores",
        Grid(("Area", "Standard score", "Percentile"), rows, (3, 1.2, 1.2)),
        "Summary",
        _says(
            "Robin reasons well and reads far below that. The pattern fits a specific learning disability in reading "
            "(dyslexia).",
        ),
        "Recommendations",
        Items(
            (
                "Structured literacy, 45 minutes, five days a week, one to one or in a group of two.",
                "Audiobooks and text to speech in all subjects.",
                "Extra time; no reading aloud without asking first.",
            )
        ),
    )
    meta = [("Student", cast.STUDENT), ("Evaluator", cast.PSYCHOLOGIST)]
    signer = (cast.PSYCHOLOGIST, "School psychologist")
    sheet = _sheet("Psychoeducational evaluation report", days.evaluated, OFFICE, blocks, meta, signer)
    return Paper("evaluation", "evaluation", sheet, days.evaluated, cast.DISTRICT, "email")


def _meeting_notice(days: Days) -> Paper:
    blocks = (
        _says(
            "You are invited to a Team meeting to decide whether Robin is eligible for special education and, if so, "
            "to write an IEP.",
        ),
        Fields((("When", f"{long(days.meeting)}, 8:30 a.m."), ("Where", "Pebble Hill, room 12"))),
        _says("You may bring anyone who knows your child."),
    )
    meta = [("To", cast.PARENT), ("Student", cast.STUDENT)]
    sheet = _sheet("Team meeting invitation", days.meeting_notice, SCHOOL, blocks, meta, (cast.CHAIR, "Team chair"))
    return Paper("meeting_notice", "meeting_notice", sheet, days.meeting_notice, cast.SCHOOL, "mail")


def _reminder(days: Days) -> Paper:
    blocks = (
        _says(
            f"Dear {cast.CHAIR},",
            f"The district received my consent on {long(days.consent)}. The 45 school working days end before the date "
            f"in your invitation ({long(days.meeting)}). Please meet earlier, and send me the reports two days before.",
            "Dana Sample",
        ),
    )
    meta = [("From", TO_PARENT), ("To", f"{cast.CHAIR} <a.invented@otterbrook.example>"), ("Subject", "45 school days")]
    sheet = _sheet("E-mail: 45 school days", days.reminder, (), blocks, meta)
    return Paper("reminder", "email", sheet, days.reminder, cast.PARENT, "email")


GOAL = "Robin will read 70 words correctly in a minute in grade 2 text, with 95% accuracy, in three trials."


def goal(days: Days) -> NewGoal:
    """The goal of that IEP, as the case keeps it."""
    met = "70 words correctly in a minute, 95% accuracy, three trials"
    return NewGoal("reading", GOAL, "48 words a minute, 84% accuracy", met, days.iep, days.iep + timedelta(days=364))


def _iep(days: Days) -> Paper:
    rows = (
        ("Reading, small group of five", "Special education teacher", "30 min", "3 x week", "Resource room"),
        ("Reading support in class", "Paraprofessional", "30 min", "2 x week", "General classroom"),
        ("Speech and language", cast.SPEECH, "30 min", "1 x week", "Speech room"),
    )
    blocks = (
        "Measurable annual goal",
        _says(GOAL),
        "Services",
        Grid(("Service", "Provider", "Time", "How often", "Where"), rows, (2.4, 1.8, 0.9, 1.1, 1.5)),
        "Placement",
        _says("Full inclusion: in the general classroom for more than 79% of the time."),
        "Extended school year",
        _says("Not recommended."),
    )
    meta = [("Student", cast.STUDENT), ("Team met", long(days.meeting)), ("IEP dates", f"{long(days.iep)}, one year")]
    sheet = _sheet("IEP, proposed", days.iep, OFFICE, blocks, meta)
    return Paper("iep", "iep", sheet, days.iep, cast.DISTRICT, "mail")


def _prior_written_notice(days: Days) -> Paper:
    blocks = (
        Fields(
            (
                ("We propose", "An IEP for one year with reading in a small group, three times a week."),
                ("We refuse", "Structured literacy five times a week, one to one."),
                ("Why", "The schedule of the reading specialist has no more room this year."),
                ("Other options", "Five sessions were discussed and rejected for the reason above."),
                ("Based on", "The psychoeducational evaluation and the Team meeting."),
            )
        ),
    )
    meta = [("To", cast.PARENT), ("Student", cast.STUDENT)]
    sheet = _sheet("Prior written notice", days.iep, OFFICE, blocks, meta, (cast.CHAIR, "Team chair"))
    return Paper("notice", "prior_written_notice", sheet, days.iep, cast.DISTRICT, "mail")


def _response(days: Days) -> Paper:
    blocks = (
        _says(
            f"Dear {cast.DIRECTOR},",
            "I accept the IEP in part. Please begin the services it lists now.",
            "I reject: reading three times a week in a group of five, where your own report asks for five times a week "
            "and at most two students; and the refusal of services over the summer.",
            "I disagree with your evaluation of language and ask for an independent educational evaluation at public "
            "expense. You have five school days to agree or to ask for a hearing.",
        ),
    )
    meta = [("To", TO_OFFICE), ("Subject", "Partial rejection of the IEP; request for an IEE")]
    title = "Response to the IEP and request for an IEE"
    sheet = _sheet(title, days.response, FAMILY, blocks, meta, (cast.PARENT, "Parent"))
    return Paper("response", "iep_response", sheet, days.response, cast.PARENT, "own")


def _refusal(days: Days) -> Paper:
    blocks = (
        _says(
            f"Dear {cast.PARENT},",
            "Thank you for your letter. We believe that our evaluation was thorough. The district will therefore not "
            "pay for an independent evaluation. You are free to get one at your own cost.",
        ),
    )
    sheet = _sheet(
        "Letter refusing the IEE", days.iee_refused, OFFICE, blocks, [("To", cast.PARENT)], (cast.DIRECTOR, "Director")
    )
    return Paper("refusal", "letter", sheet, days.iee_refused, cast.DISTRICT, "mail")


def _service_log(days: Days) -> Paper:
    rows = tuple(
        (long(one.on), "30", "0" if one.missed else "30", one.missed or "Given", cast.TEACHER) for one in days.sessions
    )
    lost = 30 * sum(bool(one.missed) for one in days.sessions)
    blocks = (
        Grid(("Day", "Planned", "Given", "Note", "Provider"), rows, (1.7, 0.8, 0.8, 2, 1.5)),
        Fields((("Minutes not given", str(lost)),)),
    )
    meta = [("Student", cast.STUDENT), ("Service", "Reading, small group")]
    sheet = _sheet("Service log, reading", days.latest_progress, SCHOOL, blocks, meta)
    return Paper("service_log", "service_log", sheet, days.latest_progress, cast.SCHOOL, "email")


def _latest_progress(days: Days) -> Paper:
    rows = (
        ("Words read correctly in a minute (goal 70)", "48", "51"),
        ("Accuracy in grade 2 text (goal 95%)", "84%", "85%"),
    )
    blocks = (
        Grid(("Goal", "At the start", "Now"), rows, (3, 1, 1)),
        _says("Some sessions could not take place. At this rate the goal will not be met within the IEP period."),
    )
    meta = [("Student", cast.STUDENT), ("Written by", cast.TEACHER)]
    sheet = _sheet("IEP progress report", days.latest_progress, SCHOOL, blocks, meta)
    return Paper("latest_progress", "progress_report", sheet, days.latest_progress, cast.SCHOOL, "portal")


def _mediation(days: Days) -> Paper:
    blocks = (
        _says(
            "Confidential. What is said in mediation may not be used in a hearing or in court (34 CFR 300.506(b)(8)).",
        ),
        Items(
            (
                "District: a fourth reading session from next term; nothing for lost time.",
                "Parent: five sessions, at most two students, and 40 hours to make up for lost time.",
                "No agreement was reached.",
            )
        ),
    )
    sheet = _sheet("Notes of the mediation session", days.mediation, (), blocks, [("Mediator", cast.MEDIATOR)])
    return Paper("mediation", "meeting_notes", sheet, days.mediation, cast.PARENT, "own", "mediation")


def _advice(days: Days) -> Paper:
    blocks = (
        _says(
            "Attorney-client communication. Privileged.",
            "Dear Dana, the strongest points are the missed timeline, the refusal of the IEE without a request for a "
            "hearing, and a service chosen by schedule instead of need. The claim about the summer has no paper behind "
            "it yet: write down what you saw after the last long break before we file.",
            "Quinn",
        ),
    )
    meta = [("From", f"{cast.ATTORNEY} <quinn@law.example>"), ("To", TO_PARENT), ("Subject", "Where we stand")]
    sheet = _sheet("E-mail from our attorney", days.advice, (), blocks, meta)
    return Paper("advice", "email", sheet, days.advice, cast.ATTORNEY, "email", "privileged")


def _amendment(days: Days) -> Paper:
    blocks = (
        _says(
            f"Dear {cast.PARENT},",
            "Enclosed is a proposed change of the IEP: reading in the small group four times a week, 30 minutes each. "
            "All else stays as it is. Please answer within 30 days.",
        ),
    )
    meta = [("To", cast.PARENT), ("Student", cast.STUDENT)]
    sheet = _sheet("Proposed IEP amendment", days.amendment, OFFICE, blocks, meta, (cast.CHAIR, "Team chair"))
    return Paper("amendment", "iep", sheet, days.amendment, cast.DISTRICT, "mail")


def _independent_evaluation(days: Days) -> Paper:
    blocks = (
        "Findings",
        _says(
            "Severe dyslexia with weak rapid naming. Robin has lost ground to classmates since the winter because the "
            "instruction is neither intensive nor structured.",
        ),
        "Recommendations",
        Items(
            (
                "Structured literacy, 45 to 60 minutes, five days a week, by a certified teacher, one or two students.",
                "Sixty hours of extra instruction to make up for lost time, some of it in the summer.",
                "A check of fluency every two weeks, sent to the parent.",
            )
        ),
    )
    meta = [("Student", cast.STUDENT), ("Evaluator", cast.INDEPENDENT)]
    sheet = _sheet(
        "Independent reading evaluation", days.iee_report, CLINIC, blocks, meta, (cast.INDEPENDENT, "Psychologist")
    )
    return Paper("independent", "independent_evaluation", sheet, days.iee_report, cast.INDEPENDENT, "email")
