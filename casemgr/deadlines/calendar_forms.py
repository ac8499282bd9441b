"""Forms of school calendars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from casemgr.cases.district import District
from casemgr.deadlines import districts as district_names
from casemgr.deadlines.calendars import NewCalendar
from casemgr.deadlines.closures import LONGEST_NOTE, Closure, ClosuresUnclear, lines_of, parse_closures
from casemgr.deadlines.models import SchoolCalendar
from casemgr.evidence.services import plain_text
from casemgr.web.fields import DayField
from casemgr.web.once import OnceField

MOST_PROBLEMS = 5


def _cleaned(value: str | None) -> str:
    return plain_text(value or "")


class DistrictField(SelectField):
    """Whose calendar it is; its data is a cases.district.District, of those that are offered."""

    def __init__(self, **more: Any) -> None:
        required = [InputRequired("Choose the district.")]
        super().__init__("School district", required, coerce=District.parse, default=District("", ""), **more)

    def offer(self, districts: Sequence[District]) -> None:
        self.choices = [(str(one), name) for one, name in district_names.named(districts)]


class CalendarForm(FlaskForm):
    """One school year of a district: its bounds, and the days without school, one stretch a line."""

    submission = OnceField()
    version = HiddenField()
    district = DistrictField()
    first_day = DayField("First day of school", [InputRequired("Enter the first day with school.")])
    last_day = DayField("Last day of school", [InputRequired("Enter the last day with school.")])
    closures = TextAreaField(
        "Days without school", [Optional(), Length(max=60_000, message="This is too long.")], filters=[_cleaned]
    )

    def __init__(self, districts: Sequence[District], **more: Any) -> None:
        super().__init__(**more)
        self.district.offer(districts)
        self.read: tuple[Closure, ...] = ()

    def validate_closures(self, field: TextAreaField) -> None:
        first, last = self.first_day.data, self.last_day.data
        if not first or not last or last <= first:
            return  # said beside the bounds; the lines are read once those are right
        try:
            self.read = parse_closures(field.data or "", first, last)
        except ClosuresUnclear as unclear:
            more = len(unclear.problems) - MOST_PROBLEMS
            told = unclear.problems[:MOST_PROBLEMS] + ([f"{more} more lines have a problem."] if more > 0 else [])
            raise ValidationError(" ".join(told)) from unclear

    @property
    def seen_version(self) -> int:
        text = str(self.version.data)
        return int(text) if text.isdecimal() and len(text) < 10 else 0

    def to_calendar(self) -> NewCalendar:
        return NewCalendar(
            self.district.data, self.first_day.data, self.last_day.data, self.read, id=self.submission.uuid
        )


def edit_form(row: SchoolCalendar) -> CalendarForm:
    """Return the form filled with a school year as it stands."""
    return CalendarForm(
        [row.lea],
        data={
            "version": row.version,
            "district": row.lea,
            "first_day": row.first_day,
            "last_day": row.last_day,
            "closures": closures_text(row),
        },
    )


def closures_text(row: SchoolCalendar) -> str:
    return lines_of([Closure(one.first_on, one.last_on, one.note, one.has_school) for one in row.closures])


class SnowDayForm(FlaskForm):
    """One more day without school."""

    on_date = DayField("Day without school", [InputRequired("Enter the day.")])
    note = StringField(
        "Why?",
        [Optional(), Length(max=LONGEST_NOTE, message="Keep this short.")],
        default="Snow day",
        filters=[_cleaned],
    )
