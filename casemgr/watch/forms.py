"""The form that leaves a finding until a day."""

from __future__ import annotations

from datetime import date, timedelta

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from casemgr.evidence.services import plain_text
from casemgr.web.fields import DayField

LONGEST = timedelta(days=366)


class LeaveForm(FlaskForm):
    """Somebody looked; it can wait until a day."""

    until_on = DayField("Leave it until", [InputRequired("Enter the day to look again.")])
    because = StringField(
        "Because",
        [
            DataRequired("Say why it can wait, in a sentence."),
            Length(max=500, message="Keep this under 500 characters."),
        ],
        filters=[lambda text: plain_text(text or "").strip()],
    )

    def __init__(self, case_today: date, **more: object) -> None:
        super().__init__(**more)
        self._today = case_today

    def validate_until_on(self, field: DayField) -> None:
        if field.data and field.data <= self._today:
            raise ValidationError("Choose a day that is still to come.")
        if field.data and field.data > self._today + LONGEST:
            raise ValidationError("Choose a day within a year: somebody should look again by then.")
