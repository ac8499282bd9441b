"""Forms of promises: what was promised, what was delivered, how it ended. Hours are typed, minutes are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import DecimalField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from casemgr.evidence.services import plain_text
from casemgr.law.terms import PartyRole, Unit
from casemgr.obligations.models import Obligation
from casemgr.obligations.periods import EVERY
from casemgr.obligations.services import Ending, NewDelivery, NewObligation, ObligationRefused
from casemgr.web.fields import DayField
from casemgr.web.once import OnceField

TIMINGS = {
    "day": ("By a day that the paper names", "“The new IEP is sent by March 3, 2027.”"),
    "count": ("Within a number of days", "“The evaluation is done within 30 school days of this agreement.”"),
    "again": ("Again and again", "“4 hours of compensatory reading each month until June.” Also reports and meetings."),
    "no_day": (
        "No day is named",
        "“The district will train its staff.” Written down all the same, so that it is not lost.",
    ),
}
ACTORS = [
    (PartyRole.LEA.value, "The school district (LEA)"),
    (PartyRole.PARENT.value, "The parent (your side)"),
    (PartyRole.BOTH_PARTIES.value, "Both sides together"),
    (PartyRole.SEA.value, "The State education agency (SEA)"),
]
UNITS = [
    (Unit.CALENDAR_DAY.value, "calendar days (every day counts)"),
    (Unit.SCHOOL_DAY.value, "school days"),
    (Unit.BUSINESS_DAY.value, "business days (no weekends, no holidays)"),
    (Unit.MONTH.value, "months"),
]
FIELDS_OF = {
    "day": {"due_on", "hours"},
    "count": {"count", "unit", "count_from", "hours"},
    "again": {"every", "starts_on", "ends_on", "hours"},
    "no_day": {"hours"},
}
TIMED = frozenset().union(*FIELDS_OF.values())
FILTERS = [lambda text: plain_text(text or "")]
LONG = Length(max=10_000, message="Keep this under 10,000 characters.")
EARLIEST, YEARS_AHEAD = 1990, 15
MOST_HOURS = 2000


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


class _DayForm(FlaskForm):
    """What forms with days share: the case's own today, and years that are plainly typing mistakes."""

    def __init__(self, case_today: date, **more: object) -> None:
        super().__init__(**more)
        self._today = case_today

    def check_year(self, field: DayField) -> None:
        if field.data and not EARLIEST <= field.data.year <= self._today.year + YEARS_AHEAD:
            raise ValidationError("Check the year.")

    def check_past(self, field: DayField) -> None:
        self.check_year(field)
        if field.data and field.data > self._today:
            raise ValidationError("This day is still to come.")

    def show_refusal(self, refusal: ObligationRefused) -> None:
        self[refusal.field].errors = [*self[refusal.field].errors, str(refusal)]


class ObligationForm(_DayForm):
    """One promise. Of the fields about time, only those of its timing are kept."""

    submission = OnceField()
    version = HiddenField()
    fact_id = SelectField("Where was it promised?", [Optional()])
    document_id = SelectField("The paper that says so", [Optional()])
    title = StringField(
        "What was promised?",
        [
            DataRequired("Say in one sentence what was promised."),
            Length(max=300, message="Keep this under 300 characters."),
        ],
        filters=[lambda text: " ".join(plain_text(text or "").split())],
    )
    words = TextAreaField("The words of the paper", [LONG], filters=FILTERS)
    actor = SelectField("Who must do it?", [InputRequired("Choose who must do it.")], choices=ACTORS)
    who = StringField("Which person or office there?", [Length(max=200)], filters=FILTERS)
    due_on = DayField("By which day?", [InputRequired("Enter the day that the paper names.")])
    count = IntegerField(
        "How many?", [InputRequired("Enter the number."), NumberRange(1, 1000, "Enter a number from 1 to 1,000.")]
    )
    unit = SelectField("Of what?", choices=UNITS)
    count_from = DayField("Counted from another day?", [Optional()])
    every = SelectField("How often?", choices=list(EVERY.items()))
    starts_on = DayField("First day", [InputRequired("Enter the day it starts.")])
    ends_on = DayField("Last day", [Optional()])
    hours = DecimalField(
        "Hours", [Optional(), NumberRange(0.1, MOST_HOURS, "Enter hours, such as 4 or 2.5.")], places=None
    )
    proof = TextAreaField("What will show that it is done?", [LONG], filters=FILTERS)

    def __init__(
        self,
        timing: str,
        case_today: date,
        facts: Sequence[tuple[str, str]],
        papers: Sequence[tuple[str, str]],
        **more: object,
    ) -> None:
        super().__init__(case_today, **more)
        self.timing = timing
        for name in TIMED - FIELDS_OF[timing]:
            del self[name]
        self.fact_id.choices = [("", "Another paper, or said"), *facts]
        self.document_id.choices = [("", "No paper yet"), *papers]

    def validate_due_on(self, field: DayField) -> None:
        self.check_year(field)

    validate_count_from = validate_starts_on = validate_due_on

    def validate_ends_on(self, field: DayField) -> None:
        self.check_year(field)
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError("The last day is before the first one.")

    @property
    def seen(self) -> int:
        return int(self.version.data) if str(self.version.data).isdecimal() else 0

    def to_new(self) -> NewObligation:
        timed = {name: self[name].data for name in FIELDS_OF[self.timing] - {"hours"}}
        hours = self.hours.data
        return NewObligation(
            id=self.submission.uuid,
            timing=self.timing,
            title=self.title.data,
            words=self.words.data,
            actor=self.actor.data,
            who=self.who.data,
            proof=self.proof.data,
            fact_id=_id(self.fact_id.data),
            document_id=_id(self.document_id.data),
            minutes=round(hours * 60) if hours else None,
            **timed,
        )


class DeliveryForm(_DayForm):
    """A part that was delivered."""

    submission = OnceField()
    on_date = DayField("On which day?", [InputRequired("Enter the day.")])
    hours = DecimalField(
        "How many hours?",
        [InputRequired("Enter the hours, such as 1.5."), NumberRange(0.1, 24, "Enter hours of one day: 0.1 to 24.")],
        places=None,
    )
    document_id = SelectField("A paper that shows it", [Optional()])
    entry_id = SelectField("An entry of the evidence log that shows it", [Optional()])
    note = StringField("Note", [Length(max=500, message="Keep this under 500 characters.")], filters=FILTERS)

    def __init__(self, row: Obligation, case_today: date, papers: Sequence, entries: Sequence, **more: object) -> None:
        super().__init__(case_today, **more)
        if row.minutes is None:
            del self.hours
        self.document_id.choices = [("", "None"), *papers]
        self.entry_id.choices = [("", "None"), *entries]

    def validate_on_date(self, field: DayField) -> None:
        self.check_past(field)

    def to_new(self) -> NewDelivery:
        return NewDelivery(
            id=self.submission.uuid,
            on_date=self.on_date.data,
            minutes=round(self.hours.data * 60) if "hours" in self else None,
            note=self.note.data,
            document_id=_id(self.document_id.data),
            entry_id=_id(self.entry_id.data),
        )


class EndForm(_DayForm):
    """That a promise is met, with what shows it; or that it is not asked for any more, with the reason."""

    version = HiddenField()
    on_date = DayField("On which day?", [InputRequired("Enter the day.")])
    document_id = SelectField("The paper that shows it", [Optional()])
    entry_id = SelectField("Or the entry of the evidence log that shows it", [Optional()])
    note = TextAreaField("Note", [LONG], filters=FILTERS)

    def __init__(
        self, case_today: date, papers: Sequence, entries: Sequence, *, needs_reason: bool = False, **more: object
    ) -> None:
        super().__init__(case_today, **more)
        self._needs_reason = needs_reason
        self.document_id.choices = [("", "None"), *papers]
        self.entry_id.choices = [("", "None"), *entries]
        if needs_reason:
            self.note.label.text = "Why is it not asked for any more?"
            self.document_id.label.text = "A paper that says so"
            del self.entry_id

    def validate_on_date(self, field: DayField) -> None:
        self.check_past(field)

    def validate_note(self, field: TextAreaField) -> None:
        if self._needs_reason and not field.data.strip():
            raise ValidationError("Say why, in a sentence. It is kept.")

    @property
    def seen(self) -> int:
        return int(self.version.data) if str(self.version.data).isdecimal() else 0

    def to_ending(self) -> Ending:
        entry = self.entry_id.data if "entry_id" in self else ""
        return Ending(self.on_date.data, self.note.data, _id(self.document_id.data), _id(entry))
