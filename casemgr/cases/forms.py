"""What is asked about a case, and whether an answer has the right shape."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length, Optional, Regexp
from wtforms.widgets import HiddenInput

from casemgr.cases.records import CaseChange, PersonRecord, StudentRecord
from casemgr.cases.roles import CASE_ROLES, PERSON_ROLES
from casemgr.cases.states import STATE_CHOICES, ZONE_CHOICES
from casemgr.cases.tracks import PLANS, TRACKS
from casemgr.web.once import OnceField

OLDEST = 26
"""Special education ends with the 21st or 22nd year in most States, Michigan's with the 26th."""
MOST_PEOPLE = 40
WITH_NO_STATE = [("", "Choose a state"), *STATE_CHOICES]
ROLE_CHOICES = [("", "Choose who they are"), *PERSON_ROLES.items()]


def clean(value: str | None) -> str:
    """Trim, and drop the one character that PostgreSQL cannot keep; line ends become plain."""
    return (value or "").replace("\x00", "").replace("\r\n", "\n").strip()


def line(label: str, longest: int, *validators: object, **more: object) -> StringField:
    return StringField(label, [*validators, at_most(longest)], filters=[clean], **more)


def paragraph(label: str, longest: int, *validators: object, **more: object) -> TextAreaField:
    return TextAreaField(label, [*validators, at_most(longest)], filters=[clean], **more)


def at_most(longest: int) -> Length:
    return Length(max=longest, message=f"Keep this under {longest:,} characters.")


def email(label: str = "E-mail") -> StringField:
    shape = Regexp(r"[^@\s]+@[^@\s]+$", message="Write the whole e-mail address, such as name@school.org.")
    return StringField(label, [Optional(), shape, at_most(320)], filters=[clean])


def day(label: str, missing: str) -> DateField:
    return DateField(label, [DataRequired(missing)])


class StudentFields:
    """The student and where they go to school. The form that mixes this in has `today`."""

    today: date
    name = line("Student’s full name", 200, DataRequired("Enter the student’s name."))
    born_on = day("Date of birth", "Enter the date of birth: month, day and year.")
    grade = line("Grade", 40)
    school = line("School", 200)
    district = line("School district", 200)
    state = SelectField(
        "State", [DataRequired("Choose the state where the student goes to school.")], choices=WITH_NO_STATE
    )
    address = paragraph("Home address", 1000)
    is_homeless = BooleanField("The student is homeless or in temporary housing")
    homeless_contact = paragraph("How to reach the student or parent", 1000)
    plan = RadioField(
        "Which plan does the student have today?",
        [DataRequired("Choose the plan of today; “no plan yet” is an answer.")],
        choices=list(PLANS.items()),
    )

    def validate_born_on(self, field: DateField) -> None:
        born_on = field.data
        if born_on > self.today:
            raise ValidationError("The date of birth is in the future. Check the year.")
        age = self.today.year - born_on.year - ((self.today.month, self.today.day) < (born_on.month, born_on.day))
        if age > OLDEST:
            raise ValidationError(
                f"That makes the student {age} years old. Check the year: special education ends by age {OLDEST}."
            )

    def to_student(self, disability: str = "") -> StudentRecord:
        return StudentRecord(
            name=self.name.data,
            born_on=self.born_on.data,
            grade=self.grade.data,
            school=self.school.data,
            district=self.district.data,
            address=self.address.data,
            is_homeless=self.is_homeless.data,
            homeless_contact=self.homeless_contact.data if self.is_homeless.data else "",
            disability=disability,
        )


class ConcernFields:
    """The concern in the person's own words, and the law it falls under."""

    today: date
    birthday: date | None
    concern = paragraph("What is wrong?", 20_000, DataRequired("Write what is wrong, in your own words."))
    concern_on = day("Date of this concern", "Enter the date; today is fine.")
    track = RadioField(
        "Which law fits?", [DataRequired("Choose one; you can change it later.")], choices=list(TRACKS.items())
    )
    track_note = paragraph("Why another one than suggested", 2000)

    def validate_concern_on(self, field: DateField) -> None:
        if field.data > self.today:
            raise ValidationError("This date is in the future. Enter today’s date or an earlier one.")
        if self.birthday and field.data < self.birthday:
            raise ValidationError("This date is before the student was born. Check the year.")


class StudentForm(StudentFields, FlaskForm):
    """Step 1 of a new case."""

    def __init__(self, *args: object, today: date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.today = today


class PersonFields:
    """Somebody in the case."""

    name = line("Name", 200)
    role = SelectField("Who they are in this case", choices=ROLE_CHOICES)
    email = email()
    phone = line("Phone", 60)
    organization = line("School, agency or firm", 200)
    address = paragraph("Mailing address", 1000)

    def validate_name(self, field: StringField) -> None:
        if not field.data:
            raise ValidationError("Give this person’s name, or take this person out.")

    def validate_role(self, field: SelectField) -> None:
        if not field.data:
            raise ValidationError("Choose who this person is.")

    def to_person(self, note: str = "") -> PersonRecord:
        return PersonRecord(
            name=self.name.data,
            role=self.role.data,
            organization=self.organization.data,
            email=self.email.data,
            phone=self.phone.data,
            address=self.address.data,
            note=note,
        )


class PersonRow(PersonFields, Form):
    """One person of step 2. A row where nobody is named is left out."""

    @property
    def is_blank(self) -> bool:
        return not any(field.data for field in self if field.short_name != "role")

    def validate(self, extra_validators: object = None) -> bool:
        return self.is_blank or super().validate(extra_validators)


class PeopleForm(FlaskForm):
    """Step 2 of a new case: any number of people."""

    draft = HiddenField()
    people = FieldList(FormField(PersonRow), max_entries=MOST_PEOPLE)

    def to_people(self) -> tuple[PersonRecord, ...]:
        return tuple(row.form.to_person() for row in self.people if not row.form.is_blank)


class ConcernForm(ConcernFields, FlaskForm):
    """Step 3 of a new case."""

    draft = HiddenField()

    def __init__(self, *args: object, today: date, birthday: date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.birthday = today, birthday


class CaseForm(StudentFields, ConcernFields, FlaskForm):
    """Everything about a case and its student, to change it later."""

    version = IntegerField(widget=HiddenInput())
    student_version = IntegerField(widget=HiddenInput())
    disability = line("Disability or area of concern", 300)
    timezone = SelectField("Time zone", choices=ZONE_CHOICES)
    owner_id = SelectField("Who looks after this case")

    def __init__(self, *args: object, today: date, owners: list[tuple[str, str]], zone: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.owner_id.choices = [("", "Nobody"), *owners]
        if zone not in dict(ZONE_CHOICES):
            self.timezone.choices = [(zone, zone), *ZONE_CHOICES]

    @property
    def birthday(self) -> date | None:
        return self.born_on.data

    def to_change(self) -> CaseChange:
        return CaseChange(
            student=self.to_student(self.disability.data),
            state=self.state.data,
            timezone=self.timezone.data,
            plan=self.plan.data,
            track=self.track.data,
            track_note=self.track_note.data,
            concern=self.concern.data,
            concern_on=self.concern_on.data,
            owner_id=UUID(self.owner_id.data) if self.owner_id.data else None,
        )


class PersonForm(PersonFields, FlaskForm):
    submission = OnceField()
    version = IntegerField(widget=HiddenInput(), default=1)
    note = paragraph("Note", 2000)

    def to_record(self) -> PersonRecord:
        return self.to_person(self.note.data)


class MemberForm(FlaskForm):
    """Let somebody with an account into this one case."""

    email = line("E-mail of their account", 320, DataRequired("Enter the e-mail that they sign in with."))
    role = SelectField("What they may do", choices=list(CASE_ROLES.items()))
