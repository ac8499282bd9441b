"""School calendars from files: rows that a person can check, and from them the days that the engine counts with.

The CSV is read here; `.ics` needs libraries and is read by `casemgr.deadlines.ics_files` into the same rows. Nothing
is dropped in silence: a row that changes nothing says why, a line that cannot be read is a problem with its number.

    date,kind,note
    2026-09-02,first,
    2026-11-26..2026-11-27,closed,Thanksgiving
    2027-06-17,last,
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from casemgr.law.calendar_words import RowKind, taken_for
from casemgr.law.days import SATURDAY, SchoolYear, span

__all__ = [
    "CalendarFile",
    "CalendarIncomplete",
    "Problem",
    "Row",
    "RowKind",
    "Years",
    "parse_day",
    "read_csv",
    "school_years",
]

MOST_BYTES = 1_000_000
MOST_ROWS = 5_000
LONGEST_NOTE = 200
LONGEST_STRETCH = 366  # days
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)
KINDS = ", ".join(kind.value for kind in RowKind if kind is not RowKind.IGNORED)


@dataclass(frozen=True)
class Row:
    """One entry: a day or a stretch of days (both ends included) and what it was taken for.

    `why` is the reason for `kind`; `place` where it stands ("line 12"). `stated`: the file itself named the kind."""

    first_on: date
    last_on: date
    kind: RowKind
    note: str
    line: int
    why: str
    stated: bool = False

    @property
    def place(self) -> str:
        return f"line {self.line}"


@dataclass(frozen=True)
class Problem:
    """Something that could not be used, and what to do about it."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.text}"


@dataclass(frozen=True)
class CalendarFile:
    """What a file holds, in the order of its lines. Rows beside problems are usable: a person decides."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


# -- CSV --------------------------------------------------------------------------------------------------------------

COLUMNS: Mapping[str, str] = {
    **dict.fromkeys(("date", "day", "on", "start", "start date", "from", "first day", "begin"), "date"),
    **dict.fromkeys(("end", "end date", "until", "to", "through", "last date"), "end"),
    **dict.fromkeys(("kind", "type"), "kind"),
    **dict.fromkeys(("note", "notes", "name", "title", "subject", "event", "description", "summary", "reason"), "note"),
}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = (
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
    r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})|[a-z]{3,9}\.?\s+\d{1,2},?\s+\d{4})"
)
_STRETCH = re.compile(rf"({_DATE})(?:\s*(?:\.\.+|-|–|—|\bto\b|\bthrough\b|\buntil\b)\s*({_DATE}))?$", re.IGNORECASE)
_NUMBERS = re.compile(r"\d+")


def read_csv(data: bytes) -> CalendarFile:
    """Read `date,kind,note`; kinds first, last, closed, snow, open. A stretch is `2026-12-24..2027-01-01`.

    Tolerates a byte order mark, CRLF, semicolons or tabs, any case, US dates (month first), a missing header, an end
    column, and a missing kind whose note says what the day is. Never raises: what cannot be read is in `problems`."""
    if len(data) > MOST_BYTES:
        return CalendarFile((), (Problem(1, "The file is too large for a school calendar (1 MB at most)."),))
    text = _decoded(data)
    if text is None or "\0" in text:
        return CalendarFile((), (Problem(1, "This is not a text file. Save the sheet as CSV (comma separated)."),))
    if not text.strip():
        return CalendarFile((), (Problem(1, "The file is empty."),))
    if re.match(r"\s*BEGIN:VCALENDAR", text, re.IGNORECASE):
        return CalendarFile((), (Problem(1, "This is an .ics calendar, not CSV. Name it .ics."),))
    rows: list[Row] = []
    problems: list[Problem] = []
    columns: dict[str, int] | None = None
    try:
        for line, cells in _lines(text):
            if columns is None:
                columns = _header(cells)
                if columns is not None:
                    continue
                columns = {"date": 0, "kind": 1, "note": 2}
            if len(rows) + len(problems) >= MOST_ROWS:
                problems.append(Problem(line, f"More than {MOST_ROWS:,} lines: the rest was not read."))
                break
            try:
                rows.append(_row(line, {name: cells[at] for name, at in columns.items() if at < len(cells)}))
            except ValueError as problem:
                problems.append(Problem(line, str(problem)))
    except csv.Error as broken:
        problems.append(Problem(len(rows) + len(problems) + 1, f"This cannot be read as CSV ({broken})."))
    return CalendarFile(tuple(rows), tuple(problems))


def _decoded(data: bytes) -> str | None:
    """The text, by its byte order mark or as UTF-8; what older spreadsheets save is Windows-1252."""
    encodings = ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        with suppress(UnicodeDecodeError):
            return data.decode(encoding)
    return None


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each line that says something; a quoted cell over two lines counts from its first."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    before = 0
    for cells in reader:
        line, before = before + 1, reader.line_num
        cells = [" ".join(cell.split()) for cell in cells]
        if any(cells) and not cells[0].startswith("#"):
            yield line, cells


def _header(cells: Sequence[str]) -> dict[str, int] | None:
    names = [COLUMNS.get(cell.casefold()) for cell in cells]
    if "date" not in names:
        return None
    found: dict[str, int] = {}
    for at, name in enumerate(names):
        if name:
            found.setdefault(name, at)
    return found


def _row(line: int, cells: Mapping[str, str]) -> Row:
    """Raises ValueError with a sentence for the person whose file it is."""
    first_on, last_on = _stretch(cells.get("date", ""), cells.get("end", ""))
    word, note = cells.get("kind", "").strip(), _note(cells.get("note", ""))
    plain = word.casefold().removesuffix(" day")
    stated = plain in {kind.value for kind in RowKind if kind is not RowKind.IGNORED}
    if stated:
        kind, why = RowKind(plain), f"The file says “{word.casefold()}”."
    else:
        kind, why = taken_for(f"{word} {note}")
        if kind is RowKind.IGNORED:
            named = f"“{word[:40]}” is not a kind." if word else "The kind is missing."
            raise ValueError(f"{named} Use one of: {KINDS}.")
    if kind in (RowKind.FIRST, RowKind.LAST) and first_on != last_on:
        raise ValueError(f"The {kind.value} day of school is one day, not a stretch of days.")
    return Row(first_on, last_on, kind, note or ("" if stated else word), line, why, stated)


def _stretch(text: str, end: str) -> tuple[date, date]:
    found = _STRETCH.match(text)
    if not text:
        raise ValueError("The date is missing.")
    if found is None:
        raise ValueError(f"“{text[:40]}” is not a date. Write 2026-11-26 or 11/26/2026, a stretch as first..last.")
    first = _day(found[1])
    last = _day(found[2]) if found[2] else first
    if end:
        last = parse_day(end)
    if last < first:
        raise ValueError(f"The last day, {last.isoformat()}, is before the first, {first.isoformat()}.")
    if (last - first).days > LONGEST_STRETCH:
        raise ValueError("This stretch is longer than a year. Check the years.")
    return first, last


def parse_day(text: str) -> date:
    """One date as people write it: 2026-11-26, 11/26/2026 (month first), Nov 26, 2026.

    Raises ValueError, with a sentence, for anything else, and for a day that does not exist or is not of our time."""
    found = _STRETCH.match(text.strip())
    if found is None or found[2]:
        raise ValueError(f"“{text[:40]}” is not a date. Write 2026-11-26 or 11/26/2026.")
    return _day(found[1])


def _day(text: str) -> date:
    numbers = [int(number) for number in _NUMBERS.findall(text)]
    if "/" in text:
        month, day, year = numbers
        year += 2000 if year < 100 else 0
    elif len(numbers) == 3:
        year, month, day = numbers
    else:
        name = next(word for word in re.findall(r"[a-z]+", text.casefold())[::-1])[:3]
        if name not in MONTHS:
            raise ValueError(f"“{text}” names no month.")
        (day, year), month = numbers, MONTHS.index(name) + 1
    try:
        found = date(year, month, day)
    except ValueError:
        hint = " Write the month first: 11/26/2026." if "/" in text else ""
        raise ValueError(f"“{text}” does not exist.{hint}") from None
    if not EARLIEST <= found <= LATEST:
        raise ValueError(f"“{text}” is not of our time. Check the year.")
    return found


def _note(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable()).strip()[:LONGEST_NOTE]


# -- rows become school years -----------------------------------------------------------------------------------------


class CalendarIncomplete(Exception):
    """The rows do not make a school year. `problems` says what is missing or contradicts itself, one sentence each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(problems))


@dataclass(frozen=True)
class Years:
    """School years to count with, earliest first. `notes`: rows that changed nothing, and why."""

    years: tuple[SchoolYear, ...]
    notes: tuple[str, ...]


def school_years(rows: Iterable[Row]) -> Years:
    """Make school years: each runs from a `first` row to the `last` row after it.

    Of several rows for one day `open` wins over `closed`, and `snow` over both. An open Saturday or Sunday counts.
    Raises CalendarIncomplete when a first or last day is missing, doubled or in the wrong order, or when a file that
    names its kinds opens a day outside the years."""
    kept = [row for row in rows if row.kind is not RowKind.IGNORED]
    bounds, problems = _bounds(kept)
    notes: list[str] = []
    for row in kept:
        outside = not any(first <= row.last_on and row.first_on <= last for first, last in bounds)
        if bounds and outside and row.kind is RowKind.OPEN and row.stated:
            problems.append(
                f"{row.place.capitalize()}: {_days(row)} is open but lies outside of the school year. "
                "Move the first or the last day."
            )
        elif bounds and outside:
            notes.append(f"{row.place.capitalize()}: {_days(row)} lies outside of the school year and changes nothing.")
    if problems:
        raise CalendarIncomplete(problems)
    return Years(tuple(_year(first, last, kept) for first, last in bounds), tuple(notes))


def _bounds(rows: Sequence[Row]) -> tuple[list[tuple[date, date]], list[str]]:
    marks = sorted(
        {(row.first_on, row.kind): row for row in rows if row.kind in (RowKind.FIRST, RowKind.LAST)}.values(),
        key=lambda row: (row.first_on, row.kind.value),
    )
    if not marks:
        return [], [
            "The first and the last day of school are missing: add a row of kind “first” and one of kind “last”."
        ]
    bounds: list[tuple[date, date]] = []
    problems: list[str] = []
    opened: Row | None = None
    for mark in marks:
        if mark.kind is RowKind.FIRST:
            if opened is not None:
                problems.append(_no_last(opened, mark))
            opened = mark
        elif opened is None:
            problems.append(_no_first(mark, bool(bounds)))
        else:
            bounds.append((opened.first_on, mark.first_on))
            problems += _too_long(opened, mark)
            opened = None
    if opened is not None:
        problems.append(
            f"The last day of school is missing for the year that begins on {opened.first_on.isoformat()} "
            f"({opened.place}): add a row of kind “last”."
        )
    return bounds, problems


def _no_last(first: Row, again: Row) -> str:
    return (
        f"Two first days of school, {first.first_on.isoformat()} ({first.place}) and {again.first_on.isoformat()} "
        f"({again.place}), with no last day between them. Keep one, or add the last day."
    )


def _no_first(last: Row, after_another: bool) -> str:
    if after_another:
        return f"A second last day of school, {last.first_on.isoformat()} ({last.place}). Keep one of them."
    return (
        f"The first day of school is missing for the year that ends on {last.first_on.isoformat()} "
        f"({last.place}): add a row of kind “first”."
    )


def _too_long(first: Row, last: Row) -> Iterator[str]:
    if (last.first_on - first.first_on).days > LONGEST_STRETCH:
        yield f"The school year from {first.first_on.isoformat()} to {last.first_on.isoformat()} is longer than a year."


def _year(first: date, last: date, rows: Sequence[Row]) -> SchoolYear:
    names: dict[date, str] = {}
    found: dict[RowKind, set[date]] = {RowKind.CLOSED: set(), RowKind.OPEN: set(), RowKind.SNOW: set()}
    for row in rows:
        for day in span(max(first, row.first_on), min(last, row.last_on)):
            if row.kind in found:
                found[row.kind].add(day)
                if row.kind is not RowKind.OPEN:
                    names[day] = row.note or ("snow day" if row.kind is RowKind.SNOW else "no school")
    closed = (found[RowKind.CLOSED] - found[RowKind.OPEN]) | found[RowKind.SNOW]
    extra = {day for day in found[RowKind.OPEN] if day.weekday() >= SATURDAY} - found[RowKind.SNOW]
    return SchoolYear(first, last, frozenset(closed), {day: names[day] for day in closed}, frozenset(extra))


def _days(row: Row) -> str:
    if row.first_on == row.last_on:
        return row.first_on.isoformat()
    return f"{row.first_on.isoformat()} to {row.last_on.isoformat()}"
