"""How much time is shown, and the drawing of it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from casemgr.timeline import scale
from casemgr.timeline.drawing import PLOT, WIDTH, Lane, Mark, Picture, Span, draw
from casemgr.timeline.scale import Window, ticks, window

EXTENT = (date(2024, 9, 17), date(2027, 3, 4))
YEAR = Window("year", date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("zoom", "first", "last"),
    [
        ("all", date(2024, 9, 1), date(2027, 3, 31)),
        ("year", date(2026, 1, 1), date(2026, 12, 31)),
        ("quarter", date(2026, 4, 1), date(2026, 6, 30)),
        ("month", date(2026, 5, 1), date(2026, 5, 31)),
    ],
)
def test_a_window_is_whole_months_around_its_day(zoom: str, first: date, last: date) -> None:
    shown = window(zoom, date(2026, 5, 9), EXTENT)
    assert (shown.first, shown.last) == (first, last)
    assert shown.holds(date(2026, 5, 9)) and not shown.holds(date(2030, 1, 1))


@pytest.mark.parametrize("at", [date.min, date.max])
def test_the_ends_of_the_calendar_are_days_too(at: date) -> None:
    for zoom in scale.ZOOMS:
        assert ticks(window(zoom, at, (at, at)), PLOT)


@pytest.mark.parametrize(
    ("zoom", "count", "first", "above"),
    [("year", 12, "Jan", "2026"), ("quarter", 13, "Apr 6", "April 2026"), ("month", 31, "1", "May 2026")],
)
def test_the_scale_names_the_finest_steps_that_have_room(zoom: str, count: int, first: str, above: str) -> None:
    found = ticks(window(zoom, date(2026, 5, 9), EXTENT), PLOT)
    assert (len(found), found[0].words, found[0].above) == (count, first, above)
    ages = ticks(window("all", date(2026, 5, 9), (date(1999, 5, 1), date(2026, 1, 1))), PLOT)
    assert [tick.words for tick in ages[:2]] == ["2000", "2001"]


def mark(day: int, **more: object) -> Mark:
    on = date(2026, 1, 1) + timedelta(days=day)
    return Mark(**{"on": on, "label": f"Day {day}", "name": f"Day {day}, in full", "url": f"/{day}", **more})  # type: ignore[arg-type]


def picture(*marks: Mark, kind: str = "log", **more: object) -> Picture:
    told = {
        "shown": YEAR,
        "today": date(2026, 11, 22),
        "stages": [],
        "proceedings": [],
        "lanes": [Lane(kind, "Evidence log", marks)],
        "nearer": lambda kind, first, last: (f"/near/{first}", "Zoom in"),
    }
    return Picture(**{**told, **more})  # type: ignore[arg-type]


def links(svg: str) -> dict[str, str]:
    """Name and address of every link of a drawing, which must be sound XML."""
    root = ElementTree.fromstring(svg)
    return {one.attrib["aria-label"]: one.attrib["href"] for one in root.iter("{http://www.w3.org/2000/svg}a")}


def test_what_would_touch_is_one_mark_with_its_count_that_leads_nearer() -> None:
    found = links(draw(picture(mark(0), mark(3), mark(5), mark(200))))
    assert found == {
        "Evidence log: 3 from January 1, 2026 to January 6, 2026. Zoom in": "/near/2026-01-01",
        "Day 200, in full": "/200",
    }


def test_marks_stand_a_finger_apart_in_each_row_and_inside_of_the_drawing() -> None:
    svg = draw(picture(*(mark(day) for day in range(0, 365, 2)), mark(364)))
    places = [
        tuple(map(float, pair))
        for pair in re.findall(r'aria-label="[^"]*" transform="translate\(([\d.]+) ([\d.]+)', svg)
    ]
    assert len(places) > 20
    assert all(14 <= x <= WIDTH - 14 for x, _y in places)
    for row in {y for _x, y in places}:
        across = sorted(x for x, y in places if y == row)
        assert all(right - left >= 30 for left, right in pairwise(across))


def test_a_name_cannot_break_out_of_the_drawing() -> None:
    bad = '"><script>alert(1)</script>&'
    svg = draw(picture(mark(9, label=bad, name=bad), stages=[Span(YEAR.first, None, bad, bad)]))
    assert "<script" not in svg
    assert bad in links(svg)


def test_the_three_dates_of_a_deadline_are_joined() -> None:
    three = mark(100, since=date(2026, 4, 13), until=date(2026, 4, 30), tone="late")
    svg = draw(picture(three, kind="deadlines"))
    assert svg.count('class="tl-whisker"') == 3  # a line, and the end of each other date
    assert 'class="tl-mark tl-late"' in svg


def test_stages_and_proceedings_are_cut_to_the_window_and_open_ones_go_on() -> None:
    stages = [Span(date(2024, 1, 1), date(2026, 3, 1), "Before", "Before"), Span(date(2026, 3, 1), None, "Now", "Now")]
    bars = [
        Span(date(2026, 2, 1), date(2026, 5, 1), "Mediation", "Mediation, ended", "/m"),
        Span(date(2026, 4, 1), None, "Hearing", "Hearing, open", "/h"),
        Span(date(2020, 4, 1), date(2020, 5, 1), "Old", "Old", "/o"),
    ]
    svg = draw(picture(stages=stages, proceedings=bars))
    assert list(links(svg)) == ["Mediation, ended", "Hearing, open"]
    assert svg.count("tl-bar-open") == 1
    edges = [float(x) for x in re.findall(r'<rect x="([\d.]+)"', svg)]
    assert min(edges) >= 130 and "Before" in svg and "Now" in svg
