"""Forms of issues: what went wrong, and which entries support it."""

from __future__ import annotations

from datetime import date

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.citations.forms import CitingField
from casemgr.evidence.services import plain_text
from casemgr.issues.areas import ISSUE_AREAS, LAWS
from casemgr.issues.models import Issue
from casemgr.issues.services import NewIssue
from casemgr.web.fields import DayField
from casemgr.web.once import OnceField

LONGEST = 20_000
EARLIEST_YEAR = 1980
AREA_CHOICES = [("", "Choose what it is about"), *((key, area.label) for key, area in ISSUE_AREAS.items())]


def _cleaned(value: str | None) -> str:
    return plain_text(value or "")


class IssueForm(FlaskForm):
    """What went wrong, under which law, since when, and what would fix it."""

    submission = OnceField()
    version = HiddenField()
    area = SelectField("What is it about?", [DataRequired("Choose what it is about.")], choices=AREA_CHOICES)
    law = RadioField("Under which law?", [InputRequired("Choose the law.")], choices=list(LAWS.items()))
    title = StringField(
        "The issue in one sentence",
        [
            DataRequired("Say in one sentence what went wrong."),
            Length(max=300, message="Keep this under 300 characters."),
        ],
        filters=[_cleaned],
    )
    since_on = DayField("Since when?", [Optional()])
    known_on = DayField("When did you find out?", [Optional()])
    facts = CitingField(
        "The facts", [Length(max=LONGEST, message="Keep this under 20,000 characters.")], filters=[_cleaned]
    )
    relief = CitingField(
        "What would fix it? (relief)",
        [Length(max=LONGEST, message="Keep this under 20,000 characters.")],
        filters=[_cleaned],
    )

    def __init__(self, case_today: date, **more: object) -> None:
        super().__init__(**more)
        self._today = case_today

    def validate_since_on(self, field: DayField) -> None:
        self._check_day(field)

    def validate_known_on(self, field: DayField) -> None:
        self._check_day(field)

    def _check_day(self, field: DayField) -> None:
        if field.data and field.data > self._today:
            raise ValidationError("This day is still to come.")
        if field.data and field.data.year < EARLIEST_YEAR:
            raise ValidationError("Check the year.")

    def to_issue(self) -> NewIssue:
        return NewIssue(
            id=self.submission.uuid,
            title=" ".join(self.title.data.split()),
            law=self.law.data,
            area=self.area.data,
            since_on=self.since_on.data,
            known_on=self.known_on.data,
            facts=self.facts.data,
            relief=self.relief.data,
        )


def version_of(text: str | None) -> int:
    """Return the version that a form was opened with; 0, which is never the present one, for a damaged one."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def new_form(case: Case, area: str = "") -> IssueForm:
    """Return an empty form; the law is the track's own when the case has only one."""
    law = {"idea": "idea", "section_504": "section_504"}.get(case.track)
    return IssueForm(today(case), data={"law": law, "area": area})


def edit_form(case: Case, issue: Issue) -> IssueForm:
    """Return the form filled with an issue as it stands."""
    return IssueForm(today(case), obj=issue)
