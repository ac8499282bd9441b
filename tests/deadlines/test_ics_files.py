"""School calendars from .ics files, in the dialects that Google, Outlook and district sites write."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casemgr.deadlines.ics_files import MOST_OCCURRENCES, read_ics
from casemgr.law.calendar_files import CalendarFile, Row, RowKind, school_years

GOOGLE = """BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:PUBLISH
X-WR-CALNAME:Fernhollow Public Schools
X-WR-TIMEZONE:America/New_York
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260902
DTEND;VALUE=DATE:20260903
DTSTAMP:20260801T120000Z
UID:first@google.com
STATUS:CONFIRMED
SUMMARY:First Day of School
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261224
DTEND;VALUE=DATE:20270102
UID:winter@google.com
STATUS:CONFIRMED
SUMMARY:Winter Recess – No Sch
 ool
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-P0DT0H10M0S
END:VALARM
END:VEVENT
BEGIN:VEVENT
DTSTART:20261126T050000Z
DTEND:20261128T050000Z
UID:utc@google.com
SUMMARY:No School\\, Thanksgiving
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=America/New_York:20261014T113000
DTEND;TZID=America/New_York:20261014T143000
RRULE:FREQ=MONTHLY;BYDAY=2WE
EXDATE;TZID=America/New_York:20261111T113000
UID:half@google.com
SUMMARY:Early Release
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=America/New_York:20270121T113000
DTEND;TZID=America/New_York:20270121T143000
RECURRENCE-ID;TZID=America/New_York:20270113T113000
UID:half@google.com
SUMMARY:Early Release (moved)
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=America/New_York:20270210T113000
DTEND;TZID=America/New_York:20270210T143000
RECURRENCE-ID;TZID=America/New_York:20270210T113000
UID:half@google.com
STATUS:CANCELLED
SUMMARY:Early Release
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270208
DTEND;VALUE=DATE:20270209
UID:off@google.com
STATUS:CANCELLED
SUMMARY:Snow Day
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270617
UID:last@google.com
SUMMARY:Last Day of School
END:VEVENT
END:VCALENDAR
"""

OUTLOOK = """BEGIN:VCALENDAR
PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN
VERSION:2.0
METHOD:PUBLISH
BEGIN:VTIMEZONE
TZID:Central Standard Time
BEGIN:STANDARD
DTSTART:16011104T020000
RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11
TZOFFSETFROM:-0500
TZOFFSETTO:-0600
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010311T020000
RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3
TZOFFSETFROM:-0600
TZOFFSETTO:-0500
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
DTSTART;TZID="Central Standard Time":20261126T000000
DTEND;TZID="Central Standard Time":20261128T000000
SUMMARY;LANGUAGE=en-us:Thanksgiving Break
UID:040000008200E00074C5B7101A82E008
X-MICROSOFT-CDO-ALLDAYEVENT:TRUE
X-MICROSOFT-CDO-BUSYSTATUS:OOF
END:VEVENT
BEGIN:VEVENT
DTSTART:20261127T043000Z
DTEND:20261127T050000Z
SUMMARY:Snow Day
UID:night
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260907
DTEND;VALUE=DATE:20260908
CATEGORIES:Holiday
SUMMARY:Labour Day (observed here)
UID:category
END:VEVENT
END:VCALENDAR
"""


def read(text: str, **more: object) -> CalendarFile:
    return read_ics(text.replace("\n", "\r\n").encode(), **more)  # type: ignore[arg-type]


def one_event(*lines: str) -> CalendarFile:
    return read("\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR")))


def brief(rows: tuple[Row, ...]) -> list[tuple[str, str, str]]:
    return [(row.first_on.isoformat(), row.last_on.isoformat(), row.kind.value) for row in rows]


def test_a_google_export_with_series_exceptions_and_cancelled_events() -> None:
    found = read(GOOGLE)
    assert found.problems == ()
    assert brief(found.rows) == [
        ("2026-09-02", "2026-09-02", "first"),
        ("2026-12-24", "2027-01-01", "closed"),  # the end of all-day events is exclusive
        ("2026-11-26", "2026-11-27", "closed"),  # midnight in New York, written in UTC
        ("2026-10-14", "2026-10-14", "ignored"),
        ("2026-12-09", "2026-12-09", "ignored"),  # 11 November is an exception
        ("2027-03-10", "2027-03-10", "ignored"),
        ("2027-04-14", "2027-04-14", "ignored"),
        ("2027-05-12", "2027-05-12", "ignored"),
        ("2027-06-09", "2027-06-09", "ignored"),  # no end: only to the end of the school year at hand
        ("2027-01-21", "2027-01-21", "ignored"),  # moved
        ("2027-02-10", "2027-02-10", "ignored"),  # cancelled
        ("2027-02-08", "2027-02-08", "ignored"),
        ("2027-06-17", "2027-06-17", "last"),
    ]
    assert found.rows[1].note == "Winter Recess – No School", "folded lines are joined"
    assert [row.line for row in found.rows[:2]] == [8, 17]
    assert "cancelled" in found.rows[-2].why
    (year,) = school_years(found.rows).years
    assert (year.first, year.last) == (date(2026, 9, 2), date(2027, 6, 17))


def test_an_outlook_export_with_windows_time_zones() -> None:
    assert brief(read(OUTLOOK).rows) == [
        ("2026-11-26", "2026-11-27", "closed"),
        ("2026-11-26", "2026-11-26", "snow"),  # half past ten in the evening in Chicago
        ("2026-09-07", "2026-09-07", "closed"),  # taken from its category
    ]


def test_the_early_release_of_each_wednesday_opens_no_vacation() -> None:
    series = "DTSTART;VALUE=DATE:20260909\nRRULE:FREQ=WEEKLY\nSUMMARY:Early Release"
    events = [
        "DTSTART;VALUE=DATE:20260902\nSUMMARY:First day of school",
        series,
        "DTSTART;VALUE=DATE:20270419\nDTEND;VALUE=DATE:20270424\nSUMMARY:April vacation",
        "DTSTART;VALUE=DATE:20270422\nSUMMARY:Snow make-up day",
        "DTSTART;VALUE=DATE:20270617\nSUMMARY:Last day of school",
    ]
    body = "\n".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT" for event in events)
    (year,) = school_years(read(f"BEGIN:VCALENDAR\n{body}\nEND:VCALENDAR").rows).years
    assert {day.day for day in year.closed} == {19, 20, 21, 23}


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["DTSTART:20261126T143000", "DTEND:20261126T160000", "SUMMARY:Professional Development"], "ignored"),
        (["DTSTART:20261126T080000", "DTEND:20261126T150000", "SUMMARY:Professional Development"], "closed"),
        (["DTSTART:20261126T080000", "DTEND:20261126T090000", "SUMMARY:No School"], "closed"),
        (["DTSTART;VALUE=DATE:20261126", "RRULE:FREQ=WEEKLY;COUNT=1", "SUMMARY:Staff Development"], "ignored"),
        (["DTSTART;VALUE=DATE:20261126", "RRULE:FREQ=WEEKLY;COUNT=1", "SUMMARY:No school"], "closed"),
        (["DTSTART;VALUE=DATE:20261126", "RRULE:FREQ=YEARLY", "SUMMARY:Thanksgiving"], "closed"),
    ],
)
def test_what_takes_some_hours_or_repeats_closes_a_day_only_when_it_says_so(lines: list[str], kind: str) -> None:
    (row,) = one_event(*lines).rows
    assert row.kind.value == kind


def test_floating_times_and_durations() -> None:
    assert brief(one_event("DTSTART:20261126T233000", "DURATION:PT10H", "SUMMARY:No school").rows) == [
        ("2026-11-26", "2026-11-27", "closed")
    ]
    assert brief(one_event("DTSTART;VALUE=DATE:20261126", "DTEND;VALUE=DATE:20261126", "SUMMARY:No school").rows) == [
        ("2026-11-26", "2026-11-26", "closed")
    ]


def test_a_yearly_holiday_is_expanded_only_over_the_school_year_asked_for() -> None:
    text = "DTSTART;VALUE=DATE:20100906", "RRULE:FREQ=YEARLY;BYMONTH=9;BYDAY=1MO", "SUMMARY:Labor Day - no school"
    lines = ("BEGIN:VCALENDAR", "BEGIN:VEVENT", *text, "END:VEVENT", "END:VCALENDAR")
    found = read("\n".join(lines), school_year=(date(2026, 9, 2), date(2027, 6, 17)))
    assert brief(found.rows) == [("2026-09-07", "2026-09-07", "closed")]


@pytest.mark.parametrize(
    ("lines", "line", "says"),
    [
        (["SUMMARY:No school"], 3, "no date"),
        (["SUMMARY:No school", "DTSTART;VALUE=DATE:2026113"], 5, "DTSTART cannot be read"),
        (["DTSTART;VALUE=DATE:20261126", "no colon here", "SUMMARY:No school"], 5, "cannot be read"),
        (["DTSTART:20261126", "DTSTART:20261127", "SUMMARY:x"], 3, "two lines DTSTART"),
        (["DTSTART;VALUE=DATE:00010101", "RRULE:FREQ=DAILY", "SUMMARY:x"], 3, "not of our time"),
        (["DTSTART;VALUE=DATE:20261126", "DTEND;VALUE=DATE:20291126", "SUMMARY:x"], 3, "longer than a year"),
        (["DTSTART:20261126T000000Z", "RRULE:FREQ=SECONDLY", "SUMMARY:x"], 3, "repeats within a day"),
        (["DTSTART:20261126T000000Z", "RRULE:FREQ=DAILY;BYMINUTE=1,2,3", "SUMMARY:x"], 3, "repeats within a day"),
        (["DTSTART:20261126T000000Z", "RRULE:FREQ=DAILY;INTERVAL=0", "SUMMARY:x"], 3, "without moving on"),
        (["DTSTART;VALUE=DATE:20261126", "RRULE:FREQ=SOMETIMES", "SUMMARY:x"], 5, "RRULE cannot be read"),
        (
            ["DTSTART;VALUE=DATE:20261126", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=9", "SUMMARY:x"],
            3,
            "too complicated",
        ),
    ],
)
def test_a_broken_event_is_named_with_its_line(lines: list[str], line: int, says: str) -> None:
    problems = one_event(*lines).problems
    assert any(problem.line == line and says in problem.text for problem in problems), problems


def test_events_around_a_broken_one_are_read() -> None:
    broken = GOOGLE.replace("DTSTART;VALUE=DATE:20261224", "DTSTART;VALUE=DATE:yesterday")
    found = read(broken)
    assert [problem.line for problem in found.problems] == [17, 18]
    assert len(found.rows) == len(read(GOOGLE).rows) - 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not an iCalendar"),
        ("<html>Sign in</html>", "not an iCalendar"),
        ("date,kind,note\n2026-09-02,first,\n", "not an iCalendar"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR", "no event"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x", "ends in the middle"),
        ("BEGIN:VCALENDAR\nEND:VEVENT\nEND:VCALENDAR", "did not begin"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nBEGIN:VEVENT\nDTSTART:20261126\nEND:VEVENT", "has no end"),
    ],
)
def test_a_file_that_is_none_is_a_problem_and_no_crash(text: str, says: str) -> None:
    assert any(says in problem.text for problem in read(text).problems)


def test_a_bomb_of_series_stops_early_and_says_so() -> None:
    event = "BEGIN:VEVENT\nUID:{n}\nDTSTART;VALUE=DATE:20200101\nRRULE:FREQ=DAILY\nSUMMARY:x\nEND:VEVENT"
    text = "\n".join(["BEGIN:VCALENDAR", *(event.format(n=n) for n in range(300)), "END:VCALENDAR"])
    found = read(text)
    assert len(found.rows) <= MOST_OCCURRENCES
    assert any("repeated events" in problem.text for problem in found.problems)


def test_sizes_are_bounded() -> None:
    assert "too large" in read_ics(b"BEGIN:VCALENDAR" + b" " * 5_000_001).problems[0].text
    many = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261126\nSUMMARY:No school\nEND:VEVENT\n" * 5_002
    assert any("More than 5,000 events" in problem.text for problem in read(f"BEGIN:VCALENDAR\n{many}").problems)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.lists(st.sampled_from([*GOOGLE.split("\n"), "", ":", "DTSTART", "RRULE:;;=", "\0"]), max_size=40))
def test_lines_in_any_order_never_raise(lines: list[str]) -> None:
    found = read("\n".join(["BEGIN:VCALENDAR", *lines]))
    assert all(row.kind in RowKind for row in found.rows)


@settings(deadline=None, max_examples=150, derandomize=True)
@given(st.data(), st.sampled_from([GOOGLE, OUTLOOK]))
def test_damaged_bytes_never_raise(data: st.DataObject, text: str) -> None:
    whole = bytearray(text.encode())
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(20, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 9))] = data.draw(
            st.one_of(
                st.binary(max_size=4), st.sampled_from([b"\nDTSTART:", b"RRULE:FREQ=DAILY\n", b"99991231T", b";", b":"])
            )
        )
    assert all(row.first_on <= row.last_on for row in read_ics(bytes(whole)).rows)
