"""The form of a placement."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from casemgr.plans.services import NewPlacement, Service
from casemgr.web.fields import DayField
from casemgr.web.once import OnceField

LONG = Length(max=10_000, message="Keep this under 10,000 characters.")
MINUTES = re.compile(r"(?P<minutes>\d{1,4})\s*(?:min\b|minutes?\b)", re.IGNORECASE)


class PlacementForm(FlaskForm):
    """The placement that was last agreed. Services are one a line, so that any number fits."""

    submission = OnceField()
    agreed_on = DayField("When did you agree to this plan?", [InputRequired("Enter the day you agreed.")])
    document_id = SelectField("The plan itself (IEP or 504 plan)")
    school = StringField("School", [DataRequired("Enter the school."), Length(max=200)])
    setting = TextAreaField("Setting", [Optional(), LONG])
    services = TextAreaField("Services, one a line", [Optional(), LONG])
    note = TextAreaField("Note", [Optional(), LONG])

    def __init__(self, case_today: date, papers: list[tuple[str, str]], **more: object) -> None:
        super().__init__(**more)
        self._today = case_today
        self.document_id.choices = [("", "Not in the papers yet"), *papers]

    def validate_agreed_on(self, field: DayField) -> None:
        if field.data > self._today:
            raise ValidationError("This day is still to come.")

    def to_placement(self) -> NewPlacement:
        return NewPlacement(
            id=self.submission.uuid,
            agreed_on=self.agreed_on.data,
            school=self.school.data.strip(),
            setting=(self.setting.data or "").strip(),
            services=tuple(service_of(line) for line in (self.services.data or "").splitlines() if line.strip()),
            document_id=UUID(self.document_id.data) if self.document_id.data else None,
            note=(self.note.data or "").strip(),
        )


def service_of(line: str) -> Service:
    """Read one line, such as `Structured literacy, 45 minutes, 5 x week, resource room`.

    Parts stand between commas: name, then in any order minutes, how often, and where.
    """
    name, *parts = [part.strip() for part in line.split(",")]
    found: dict[str, str] = {}
    minutes = None
    for part in parts:
        match = MINUTES.search(part)
        if match and minutes is None:
            minutes = int(match["minutes"])
            rest = MINUTES.sub("", part).strip(" x×")
            if rest:
                found.setdefault("per", rest)
        elif "per" not in found and re.search(r"\d|week|month|day|term|year", part, re.IGNORECASE):
            found["per"] = part
        else:
            found["where"] = f"{found['where']}, {part}" if "where" in found else part
    return Service(name, minutes, found.get("per", ""), found.get("where", ""))
