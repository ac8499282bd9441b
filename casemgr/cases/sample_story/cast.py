"""Who is in the sample story. Nobody of them exists; phone numbers and mail domains are reserved for fiction."""

from __future__ import annotations

from datetime import date

from casemgr.cases.records import NewCase, PersonRecord, StudentRecord
from casemgr.cases.sample_story.days import Days
from casemgr.law.days import add_months

MARK = "FICTIONAL SAMPLE. No person, school, town or date in this paper is real."
STUDENT = "Robin Sample"
STATE = "MA"
DISTRICT = "Otterbrook Public Schools (sample)"
SCHOOL = "Pebble Hill Elementary School (sample)"
HOME = "4 Makebelieve Lane, Otterbrook, MA 00000"

PARENT = "Dana Sample"
DIRECTOR = "Morgan Pretend"
CHAIR = "Alex Invented"
TEACHER = "Casey Imagined"
SPEECH = "Jules Fable"
PSYCHOLOGIST = "Dr. Lee Fictional"
INDEPENDENT = "Dr. Noor Storybook"
ATTORNEY = "Quinn Placeholder, Esq."
MEDIATOR = "Val Neutral"

PEOPLE = (
    PersonRecord(PARENT, "parent", email="dana@sample.example", phone="617-555-0101", address=HOME),
    PersonRecord(
        DIRECTOR,
        "special_education_director",
        DISTRICT,
        "m.pretend@otterbrook.example",
        "617-555-0110",
        "1 Schoolhouse Road, Otterbrook, MA 00000",
    ),
    PersonRecord(CHAIR, "team_chair", SCHOOL, "a.invented@otterbrook.example", "617-555-0111"),
    PersonRecord(TEACHER, "teacher", SCHOOL, "c.imagined@otterbrook.example", note="Special education teacher"),
    PersonRecord(SPEECH, "related_service_provider", SCHOOL, note="Speech-language pathologist"),
    PersonRecord(PSYCHOLOGIST, "evaluator", DISTRICT, note="School psychologist"),
    PersonRecord(INDEPENDENT, "evaluator", "Storybook Learning Clinic (sample)", note="Independent evaluator"),
    PersonRecord(ATTORNEY, "parent_attorney", email="quinn@law.example", note="Gave advice; does not appear yet"),
    PersonRecord(MEDIATOR, "mediator", "State mediation office", note="Mediation ended without agreement"),
)

CONCERN = (
    "Robin is in grade 4 and reads like a child at the start of grade 2. Homework takes two hours and ends in tears. "
    "The school keeps saying to wait. I asked for an evaluation; it came late, the reading help in the IEP is far less "
    "than their own tester recommended, and some of the sessions never happen."
)


def born_on(today: date) -> date:
    """Return a birthday that makes the student nine, and stays out of every rule about an age."""
    return add_months(today, -(9 * 12 + 7))


def new_case(days: Days) -> NewCase:
    """Return the case as its three first steps would have asked for it."""
    return NewCase(
        student=StudentRecord(
            name=STUDENT,
            born_on=born_on(days.today),
            grade="4",
            school=SCHOOL,
            district=DISTRICT,
            address=HOME,
            disability="Specific learning disability (reading: dyslexia)",
        ),
        state=STATE,
        plan="iep",
        track="idea",
        concern=CONCERN,
        concern_on=days.concern,
        people=PEOPLE,
        is_sample=True,
    )
