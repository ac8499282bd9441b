"""School calendars from CSV: what each line is taken for, and what is said about a line that cannot be read."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgr.law.calendar_files import CalendarIncomplete, RowKind, read_csv, school_years
from casemgr.law.calendar_words import taken_for
from tests.law.calendars import YEAR_A

CALENDAR_A_CSV = """date,kind,note
2026-09-02,first,
2026-09-07,closed,Labor Day
2026-10-12,closed,Columbus Day
2026-11-03,closed,Election Day
2026-11-11,closed,Veterans Day
2026-11-26..2026-11-27,closed,Thanksgiving
2026-12-24..2027-01-01,closed,Winter recess
2027-01-18,closed,Martin Luther King Day
2027-02-15..2027-02-19,closed,February vacation
2027-04-19..2027-04-23,closed,April vacation
2027-05-31,closed,Memorial Day
2027-06-17,last,
"""


def _csv(*lines: str) -> bytes:
    return "\n".join(("date,kind,note", *lines)).encode()


def test_calendar_a_as_csv_is_calendar_a() -> None:
    found = read_csv(CALENDAR_A_CSV.encode())
    assert found.problems == ()
    (year,) = school_years(found.rows).years
    assert year == YEAR_A
    assert year.names[date(2026, 11, 26)] == "Thanksgiving"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xef\xbb\xbf" + CALENDAR_A_CSV.encode(), id="byte order mark"),
        pytest.param(CALENDAR_A_CSV.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(CALENDAR_A_CSV.replace("\n", "\r").encode(), id="old Mac line ends"),
        pytest.param(CALENDAR_A_CSV.replace(",", ";").encode(), id="semicolons"),
        pytest.param(CALENDAR_A_CSV.replace(",", "\t").encode(), id="tabs"),
        pytest.param(CALENDAR_A_CSV.replace("date,kind,note", "Date, KIND ,Note").encode(), id="header in any case"),
        pytest.param(CALENDAR_A_CSV.partition("\n")[2].encode(), id="no header"),
        pytest.param(CALENDAR_A_CSV.encode("utf-16"), id="UTF-16"),
        pytest.param(CALENDAR_A_CSV.replace("..", " - ").encode(), id="a stretch with a hyphen"),
        pytest.param(CALENDAR_A_CSV.replace(",closed,", ",Closed,").encode(), id="kinds in any case"),
        pytest.param(CALENDAR_A_CSV.replace(",first,", ",First day,").encode(), id="kinds with the word day"),
    ],
)
def test_what_spreadsheets_do_to_a_file_does_no_harm(data: bytes) -> None:
    plain, found = read_csv(CALENDAR_A_CSV.encode()), read_csv(data)
    assert found.problems == ()
    assert school_years(found.rows) == school_years(plain.rows)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("11/26/2026", date(2026, 11, 26), date(2026, 11, 26)),
        ("1/4/27", date(2027, 1, 4), date(2027, 1, 4)),
        ("Thu 11/26/2026 - Fri 11/27/2026", date(2026, 11, 26), date(2026, 11, 27)),
        ("2026-12-24 to 2027-01-01", date(2026, 12, 24), date(2027, 1, 1)),
        ('"November 26, 2026"', date(2026, 11, 26), date(2026, 11, 26)),
        ('"Thursday, Nov. 26 2026"', date(2026, 11, 26), date(2026, 11, 26)),
    ],
)
def test_dates_as_people_write_them(text: str, first: date, last: date) -> None:
    found = read_csv(_csv(f"{text},closed,x"))
    assert [(row.first_on, row.last_on) for row in found.rows] == [(first, last)], found.problems


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("2026-13-01,closed,", "does not exist"),
        ("26/11/2026,closed,", "month first"),
        ("2026-11-27..2026-11-26,closed,", "before the first"),
        ("soon,closed,", "is not a date"),
        (",closed,Thanksgiving", "date is missing"),
        ("2026-11-26,shut,", "“shut” is not a kind"),
        ("2026-11-26,,", "kind is missing"),
        ("0206-11-26,closed,", "not of our time"),
        ("2026-09-02..2026-09-04,first,", "is one day"),
        ("2026-11-26..2028-11-26,closed,", "longer than a year"),
        ("Foo 26 2026,closed,", "names no month"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_with_its_number(line: str, says: str) -> None:
    found = read_csv(_csv("2026-09-02,first,", "", line, "2027-06-17,last,"))
    assert [problem.line for problem in found.problems] == [4]
    assert says in found.problems[0].text
    assert len(found.rows) == 2, "the other lines are used"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not a text file"),
        (b"BEGIN:VCALENDAR\r\n", "Name it .ics"),
        (b"x" * 1_000_001, "too large"),
    ],
)
def test_what_is_no_csv_at_all_is_one_problem(data: bytes, says: str) -> None:
    found = read_csv(data)
    assert found.rows == ()
    assert says in found.problems[0].text


@given(st.binary(max_size=300))
def test_no_bytes_whatever_raise(data: bytes) -> None:
    found = read_csv(data)
    assert len(found.problems) + len(found.rows) <= 302


def test_a_missing_kind_is_taken_from_the_note_with_the_reason() -> None:
    (row,) = read_csv(_csv("2026-11-26,,No School - Thanksgiving")).rows
    assert (row.kind, row.why, row.stated) == (RowKind.CLOSED, "It says that there is no school.", False)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["2026-11-26,closed,"], "first and the last day of school are missing"),
        (["2026-09-02,first,"], "last day of school is missing for the year that begins on 2026-09-02 (line 2)"),
        (["2027-06-17,last,"], "first day of school is missing for the year that ends on 2027-06-17 (line 2)"),
        (["2026-09-02,first,", "2026-09-08,first,", "2027-06-17,last,"], "Two first days of school"),
        (["2026-09-02,first,", "2027-06-17,last,", "2027-06-21,last,"], "A second last day"),
        (["2026-09-02,first,", "2028-06-17,last,"], "longer than a year"),
        (["2026-09-02,first,", "2027-06-17,last,", "2027-06-18,open,make-up"], "Line 4: 2027-06-18 is open but lies"),
    ],
)
def test_what_is_missing_for_a_school_year_is_said(lines: list[str], says: str) -> None:
    with pytest.raises(CalendarIncomplete) as refusal:
        school_years(read_csv(_csv(*lines)).rows)
    assert says in str(refusal.value)


def test_open_wins_over_closed_and_snow_over_both() -> None:
    rows = read_csv(
        _csv(
            "2026-09-02,first,",
            "2027-06-17,last,",
            "2027-04-19..2027-04-23,closed,April vacation",
            "2027-04-20..2027-04-21,open,make-up days",
            "2027-04-21,snow,",
            "2027-05-15,open,Saturday make-up",
            "2027-07-05,closed,Independence Day",
        )
    ).rows
    found = school_years(rows)
    (year,) = found.years
    april = [day for day in range(19, 24) if date(2027, 4, day) not in year.closed]
    assert (april, year.extra) == ([20], frozenset({date(2027, 5, 15)}))
    assert year.names[date(2027, 4, 21)] == "snow day"
    assert found.notes == ("Line 8: 2027-07-05 lies outside of the school year and changes nothing.",)


def test_two_school_years_in_one_file() -> None:
    rows = read_csv(_csv("2026-09-02,first", "2027-06-17,last", "2027-09-01,first", "2028-06-15,last")).rows
    assert [year.label for year in school_years(rows).years] == ["2026-27", "2027-28"]


@pytest.mark.parametrize(
    ("kind", "titles"),
    [
        (
            RowKind.CLOSED,
            "No School|NO SCHOOL – Thanksgiving Recess|Schools Closed: Columbus Day|Winter Recess|Spring Break|"
            "Professional Day – No School for Students|February Vacation|Holiday: Labor Day|Teacher In-Service Day|"
            "Veterans’ Day|Staff Development Day|No school - parent/teacher conferences|Non-Instructional Day|"
            "Student Holiday|District Closed|Thanksgiving Break|Winter Recess – Schools & Offices Closed|Memorial Day",
        ),
        (RowKind.FIRST, "First Day of School|First day for students|School begins|First Day of Classes – Half Day"),
        (RowKind.LAST, "Last Day of School|Last day of school (early release)|Last Day for Students|School year ends"),
        (
            RowKind.SNOW,
            "Snow Day|Snow day - no school|School Cancelled|Schools closed due to weather|School closed - ice",
        ),
        (
            RowKind.OPEN,
            "Early Release|Half Day|Half-day: professional development|2-Hour Delay|School Reopens|Classes resume|"
            "Snow make-up day|Students return from winter break|Minimum Day|Early dismissal|Back to School",
        ),
        (
            RowKind.IGNORED,
            "School Committee Meeting|Back to School Night|Holiday Concert|First Day of Winter|Winter Break Begins|"
            "First Day of School for Kindergarten|Last Day of School for Seniors|Last day of first quarter|Picture Day|"
            "No School for Grade 8|First day for teachers|Holiday Parade|Summer School begins|Snow day if needed|"
            "Last day before winter break|Board of Education|",
        ),
    ],
)
def test_the_words_of_real_calendars(kind: RowKind, titles: str) -> None:
    taken = {title: taken_for(title) for title in titles.split("|")}
    assert {title: found.kind for title, found in taken.items()} == dict.fromkeys(taken, kind)
    assert all(found.why.endswith((".", "it.")) for found in taken.values())
