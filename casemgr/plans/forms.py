"""The form of a placement."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from casemgr.evidence.services import plain_text
from casemgr.plans.services import NewPlacement, Service
from casemgr.web.fields import DayField
from casemgr.web.once import OnceField

LONG = Length(max=10_000, message="Keep this under 10,000 characters.")
FILTERS = [lambda text: plain_text(text or "")]
TIME = re.compile(
    r"(?P<amount>\d{1,4}(?:[.,]\d{1,2})?)\s*(?P<unit>min(?:ute)?s?\b\.?|h(?:ou)?rs?\b\.?|h\b)", re.IGNORECASE
)
"""Minutes or hours: `45 min`, `1.5 hours`. """
HOW_OFTEN = re.compile(
    r"\b(?:daily|weekly|monthly|yearly|once|twice|every|each|per)\b|\d\s*(?:x|×|times)|^\s*(?:x|×)\s*\d"
    r"|\d[^,]*\b(?:day|week|month|term|quarter|cycle|year)s?\b|\ba\s+(?:day|week|month|term|year)\b",
    re.IGNORECASE,
)


class PlacementForm(FlaskForm):
    """The placement that was last agreed. Services are one a line, so that any number fits."""

    submission = OnceField()
    agreed_on = DayField("When did you agree to this plan?", [InputRequired("Enter the day you agreed.")])
    document_id = SelectField("The plan itself (IEP or 504 plan)", default="")
    school = StringField(
        "School",
        [DataRequired("Enter the school."), Length(max=200, message="Keep this under 200 characters.")],
        filters=FILTERS,
    )
    setting = TextAreaField("Setting", [Optional(), LONG], filters=FILTERS)
    services = TextAreaField("Services, one a line", [Optional(), LONG], filters=FILTERS)
    note = TextAreaField("Note", [Optional(), LONG], filters=FILTERS)

    def __init__(self, case_today: date, born_on: date, papers: list[tuple[str, str]], **more: object) -> None:
        super().__init__(**more)
        self._today, self._born_on = case_today, born_on
        self.document_id.choices = [("", "Not in the papers yet"), *papers]

    def validate_agreed_on(self, field: DayField) -> None:
        if field.data and field.data > self._today:
            raise ValidationError("This day is still to come.")
        if field.data and field.data < self._born_on:
            raise ValidationError("This day is before the student was born. Check the year.")

    def to_placement(self) -> NewPlacement:
        return NewPlacement(
            id=self.submission.uuid,
            agreed_on=self.agreed_on.data,
            school=self.school.data,
            setting=self.setting.data,
            services=tuple(service_of(line) for line in self.services.data.splitlines() if line.strip(" ,;")),
            document_id=UUID(self.document_id.data) if self.document_id.data else None,
            note=self.note.data,
        )


def service_of(line: str) -> Service:
    """Read one line, such as `Structured literacy, 45 minutes, 5 x week, resource room`.

    Parts stand between commas: first the name, then in any order how long (minutes or hours), how often, and where.
    What is neither time nor frequency is kept as the place, so that nothing typed is lost.
    """
    parts = [part for part in (piece.strip(" ;") for piece in re.split(r"[,;](?!\d)", line)) if part]
    name = next((part for part in parts if not TIME.fullmatch(part)), parts[0] if parts else "")
    minutes, per, where = None, "", []
    for part in parts:
        if part is name:
            continue
        time = TIME.search(part)
        if time and minutes is None:
            minutes = _minutes(time)
            part = " ".join((part[: time.start()] + part[time.end() :]).strip(" /;").split())
        if part and not per and (HOW_OFTEN.search(part) or time):
            per = part
        elif part:
            where.append(part)
    return Service(name, minutes, per, ", ".join(where))


def _minutes(time: re.Match[str]) -> int:
    amount = float(time["amount"].replace(",", "."))
    return round(amount * 60) if time["unit"].lower().startswith("h") else round(amount)
