"""What a cell of an Excel workbook shows (ECMA-376 part 1, 18.3 and 18.8.30), as far as words need it."""

import re
from datetime import datetime, timedelta

_DAY_NUMBERS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a day of a workbook has no zone
_LAST_DAY = 2_958_465  # December 31, 9999


class DateStyles:
    """Which styles of a workbook show a number as a date. `start` and `end` are handlers of its XML."""

    def __init__(self) -> None:
        self.formats: dict[str, bool] = {}
        self.styles: list[bool] = []
        self.inside = False

    def start(self, tag: str, attributes: dict) -> None:
        if tag == "numFmt":
            code = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", attributes.get("formatCode", "")).lower()
            self.formats[attributes.get("numFmtId", "")] = bool(re.search(r"[yd]|h.*m|m.*s", code))
        elif tag == "cellXfs":
            self.inside = True
        elif tag == "xf" and self.inside:
            key = attributes.get("numFmtId", "0")
            self.styles.append(self.formats.get(key, key.isdigit() and int(key) in _DAY_NUMBERS))

    def end(self, tag: str) -> None:
        if tag == "cellXfs":
            self.inside = False

    def is_date(self, style: str) -> bool:
        number = int(style) if style.isdigit() else -1
        return 0 <= number < len(self.styles) and self.styles[number]


def cell_text(cell: dict, shared: list[str], dates: DateStyles) -> str:
    """The value as words; a formula that was never worked out stands as it was written, with "="."""
    value = cell.get("v", "")
    if cell["kind"] == "s":
        number = int(value) if value.isdigit() else -1
        return shared[number] if 0 <= number < len(shared) else ""
    if cell["kind"] == "inlineStr":
        return cell.get("t", "")
    if cell["kind"] == "b":
        return {"1": "TRUE", "0": "FALSE"}.get(value, value)
    if not value:
        return f"={cell['f']}" if cell.get("f") else ""
    if cell["kind"] == "n" and dates.is_date(cell["style"]):
        return _day(value)
    return value


def column_of(reference: str | None) -> int:
    """The number of a cell's column, from 1; 0 where the cell does not say where it stands."""
    found = re.match(r"([A-Z]{1,3})\d", reference or "")
    number = 0
    for letter in found[1] if found else "":
        number = number * 26 + ord(letter) - 64
    return number


def _day(value: str) -> str:
    try:
        days = float(value)
    except ValueError:
        return value
    if not 0 <= days <= _LAST_DAY:
        return value
    moment = _EPOCH + timedelta(days=days)
    if days < 1:
        return f"{moment:%H:%M}"
    return f"{moment:%Y-%m-%d}" if days == int(days) else f"{moment:%Y-%m-%d %H:%M}"
