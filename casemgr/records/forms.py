"""Forms of requests for records: what was asked and when, what came, what is not expected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from casemgr.documents.kinds import RECEIVED_HOW
from casemgr.evidence.services import plain_text
from casemgr.platform.refused import FieldRefused
from casemgr.records.expected import ASKABLE
from casemgr.records.periods import TERM_NAMES, year_label, year_of
from casemgr.records.services import NewRequest, in_order
from casemgr.web.fields import DayField
from casemgr.web.once import OnceField

FILTERS = [lambda text: plain_text(text or "").strip()]
LONG = Length(max=10_000, message="Keep this under 10,000 characters.")
SHORT = Length(max=200, message="Use 200 characters or fewer.")
EARLIEST = 1990
HOW = [
    ("", "Not said"),
    *((key, label) for key, label in RECEIVED_HOW.items() if key in ("email", "mail", "hand", "fax", "portal")),
]
TERMS = [
    (str(count), f"{count} times a year ({name}s)" if count > 1 else "Once a year")
    for count, name in TERM_NAMES.items()
]


class _DayForm(FlaskForm):
    def __init__(self, today: date, **more: object) -> None:
        super().__init__(**more)
        self._today = today

    def check_past(self, field: DayField) -> None:
        if field.data and field.data > self._today:
            raise ValidationError("This day is still to come.")
        if field.data and field.data.year < EARLIEST:
            raise ValidationError("Check the year.")

    def show_refusal(self, refusal: FieldRefused) -> None:
        field = self[refusal.field] if refusal.field in self else next(iter(self))
        field.errors = [*field.errors, str(refusal)]


class RequestForm(_DayForm):
    """What was asked from the school. Of one that is recorded already the day is not asked: it is a fact."""

    submission = OnceField()
    version = HiddenField()
    words = TextAreaField(
        "What was asked, in the words of the request", [DataRequired("Write what was asked."), LONG], filters=FILTERS
    )
    asked_by = StringField("Who asked", [SHORT], filters=FILTERS)
    asked_of = StringField("Whom at the school", [SHORT], filters=FILTERS)
    kinds = SelectMultipleField(
        "Which kinds of records",
        choices=list(ASKABLE.items()),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    first_year = SelectField("From school year", default="")
    last_year = SelectField("Until school year", default="")
    sent_on = DayField("Sent on", [Optional()])
    fact_id = SelectField("Is the day recorded already?", default="")
    on_date = DayField("The school received it on", [Optional()])
    how = SelectField("How it was sent", choices=HOW, default="")
    document_id = SelectField("The letter or e-mail that asks", default="")

    def __init__(
        self,
        today: date,
        born_on: date,
        papers: Sequence[tuple[str, str]],
        days: Sequence[tuple[str, str]] | None,
        **more: object,
    ) -> None:
        """`days`: the recorded days to choose from; None for a request whose day is kept."""
        super().__init__(today, **more)
        years = range(year_of(today), max(year_of(born_on), year_of(today) - 25) - 1, -1)
        choices = [(str(year), year_label(year)) for year in years]
        self.first_year.choices = [("", "The first one"), *choices]
        self.last_year.choices = [("", "The present one"), *choices]
        self.document_id.choices = [("", "No paper yet"), *papers]
        if days is None:
            del self.fact_id, self.on_date, self.how
        else:
            self.fact_id.choices = [("", "No, record it now"), *((key, f"Yes: {label}") for key, label in days)]

    def validate_sent_on(self, field: DayField) -> None:
        self.check_past(field)

    def validate_on_date(self, field: DayField) -> None:
        self.check_past(field)
        if field.data and self.sent_on.data and field.data < self.sent_on.data:
            raise ValidationError("It was received before it was sent. Check both days.")

    def validate(self, extra_validators: object = None) -> bool:
        is_good = bool(super().validate(extra_validators))
        if "on_date" in self and not (self.on_date.data or self.fact_id.data or self.on_date.errors):
            self.on_date.errors = ["Enter the day the school received it: it starts the clock."]
            return False
        return is_good

    def validate_last_year(self, field: SelectField) -> None:
        if not in_order((_number(self.first_year.data), _number(field.data))):
            raise ValidationError("The last school year is before the first one.")

    @property
    def seen(self) -> int:
        return int(self.version.data) if str(self.version.data).isdecimal() else 0

    def to_new(self) -> NewRequest:
        asks_day = "fact_id" in self
        return NewRequest(
            id=self.submission.uuid,
            words=self.words.data,
            asked_by=self.asked_by.data,
            asked_of=self.asked_of.data,
            sent_on=self.sent_on.data,
            kinds=tuple(self.kinds.data or ()),
            first_year=_number(self.first_year.data),
            last_year=_number(self.last_year.data),
            document_id=_id(self.document_id.data),
            fact_id=_id(self.fact_id.data) if asks_day else None,
            received_on=self.on_date.data if asks_day else None,
            how=self.how.data if asks_day else "",
        )


class AnsweredForm(_DayForm):
    """That the school gave the records."""

    submission = OnceField()
    on_date = DayField(
        "The school gave the records on", [InputRequired("Enter the day you could see them or got the copies.")]
    )
    document_id = SelectField("The paper that shows it", default="")

    def __init__(self, today: date, papers: Sequence[tuple[str, str]], **more: object) -> None:
        super().__init__(today, **more)
        self.document_id.choices = [("", "No paper"), *papers]

    def validate_on_date(self, field: DayField) -> None:
        self.check_past(field)

    @property
    def paper(self) -> UUID | None:
        return _id(self.document_id.data)


class ExceptionForm(FlaskForm):
    """Why a kind of paper is not expected for some time."""

    first_on = DayField("From", [InputRequired("Enter the first day.")])
    last_on = DayField("Until", [InputRequired("Enter the last day.")])
    reason = TextAreaField("Why not?", [DataRequired("Say why it is not expected."), LONG], filters=FILTERS)

    def validate_last_on(self, field: DayField) -> None:
        if field.data and self.first_on.data and field.data < self.first_on.data:
            raise ValidationError("The last day is before the first one.")


class TermsForm(FlaskForm):
    count = SelectField("How often does the school report on progress?", choices=TERMS)


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _number(text: str | None) -> int | None:
    return int(text) if text else None
