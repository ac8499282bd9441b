"""Form fields that explain in plain words what is wrong with a date or a time."""

from __future__ import annotations

from typing import Any

from wtforms import DateField, TimeField


class DayField(DateField):
    """A date. What cannot be read as one is refused with an example."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Enter a date that exists, such as 2026-03-31.") from error


class ClockField(TimeField):
    """A time of day in the zone of the case. What cannot be read as one is refused with an example."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **{"format": ["%H:%M", "%H:%M:%S"], **more})

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Enter a time such as 14:30, or leave it empty.") from error
