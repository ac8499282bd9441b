"""Forms of calendar files: choose one, then check each of its rows.

Between the two requests the rows travel in the page itself, not the file: each in a hidden field, read again with care.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, RadioField
from wtforms.validators import Optional

from casemgr.cases.district import District
from casemgr.deadlines.calendar_forms import DistrictField
from casemgr.deadlines.calendar_import import MOST_SHOWN, How
from casemgr.evidence.services import plain_text
from casemgr.law.calendar_files import EARLIEST, LATEST, LONGEST_NOTE, LONGEST_STRETCH, Row
from casemgr.law.calendar_words import RowKind
from casemgr.web.fields import DayField
from casemgr.web.once import OnceField

KIND_WORDS = {
    RowKind.CLOSED: "No school",
    RowKind.SNOW: "Snow day",
    RowKind.OPEN: "School day",
    RowKind.FIRST: "First day of school",
    RowKind.LAST: "Last day of school",
    RowKind.IGNORED: "Leave out",
}
HOW_WORDS = {
    How.ADD.value: "Keep what is entered, such as snow days, and add the days off of the file",
    How.REPLACE.value: "Replace it: only the days off of the file count",
}


class RowsDamaged(ValueError):
    """The rows came back in a form that this page never sends."""


class FileForm(FlaskForm):
    """Which file, of which district."""

    district = DistrictField()
    file = FileField("Calendar file", [FileRequired("Choose the calendar file.")])

    def __init__(self, districts: Sequence[District], **more: Any) -> None:
        super().__init__(**more)
        self.district.offer(districts)


class CheckForm(FlaskForm):
    """The rows as they were read, what each was taken for, and the bounds where the file names none."""

    submission = OnceField()
    seen = HiddenField()
    district = DistrictField()
    first_day = DayField("First day of school", [Optional()])
    last_day = DayField("Last day of school", [Optional()])
    how = RadioField(
        "This school year is entered already",
        choices=list(HOW_WORDS.items()),
        default=How.ADD.value,
        validate_choice=False,  # it is asked only where there is such a year
    )

    def __init__(self, districts: Sequence[District], **more: Any) -> None:
        super().__init__(**more)
        self.district.offer(districts)

    @property
    def chosen(self) -> How:
        return How(self.how.data) if self.how.data in HOW_WORDS else How.ADD


def rows_to_fields(rows: Sequence[Row]) -> list[tuple[str, str, Row]]:
    """Return for each row its number, the hidden text that carries it, and the row; in the order of the days."""
    ordered = sorted(rows, key=lambda row: (row.first_on, row.last_on, row.line))
    return [(str(number), _packed(row), row) for number, row in enumerate(ordered)]


def rows_from_fields(fields: Mapping[str, str]) -> list[Row]:
    """Read the rows back, each with the kind that the person chose. Raises RowsDamaged."""
    numbers = sorted(int(name[4:]) for name in fields if name.startswith("row-") and name[4:].isdecimal())
    if len(numbers) > MOST_SHOWN:
        raise RowsDamaged
    return [_unpacked(fields[f"row-{number}"], fields.get(f"kind-{number}", "")) for number in numbers]


def _packed(row: Row) -> str:
    days = [row.first_on.isoformat(), row.last_on.isoformat()]
    return json.dumps([*days, row.kind.value, row.note, row.line, row.why, row.stated], separators=(",", ":"))


def _unpacked(text: str, chosen: str) -> Row:
    try:
        first, last, kind, note, line, why, stated = json.loads(text)
        row = Row(
            date.fromisoformat(first),
            date.fromisoformat(last),
            RowKind(kind),
            plain_text(str(note))[:LONGEST_NOTE],
            int(line),
            plain_text(str(why))[:LONGEST_NOTE],
            bool(stated),
        )
        wanted = RowKind(chosen or kind)
    except (ValueError, TypeError) as problem:
        raise RowsDamaged from problem
    is_short = 0 <= (row.last_on - row.first_on).days <= LONGEST_STRETCH
    if not (is_short and row.first_on >= EARLIEST and row.last_on <= LATEST):
        raise RowsDamaged
    if wanted is row.kind:
        return row
    return Row(row.first_on, row.last_on, wanted, row.note, row.line, "You chose this.", stated=True)
