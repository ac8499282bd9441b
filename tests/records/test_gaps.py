"""Kinds × school years and terms, without a database."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from casemgr.law.days import SchoolYear
from casemgr.records.expected import EXPECTED, Expected, Rhythm, expected_for
from casemgr.records.gaps import Cell, Dated, Excepted, Report, report
from casemgr.records.periods import school_years, year_label, year_of

TODAY = date(2026, 11, 22)
KNOWN = SchoolYear(date(2025, 9, 2), date(2026, 6, 16))


def made(
    kind: str, *papers: date, excepted: tuple[Excepted, ...] = (), first: date = date(2024, 9, 1), terms: int = 3
) -> Report:
    years = school_years(first, TODAY, [KNOWN], terms)
    held = [Dated(kind, paper) for paper in papers]
    return report(years, {kind: EXPECTED[kind]}, held, excepted, first=first, today=TODAY)


def states(found: Report) -> list[list[str]]:
    return [[cell.state for cell in cells] for cells in found.lines[0].years]


def gaps(found: Report) -> list[str]:
    return [cell.span.label for cell in found.gaps]


@pytest.mark.parametrize(("day", "start"), [(date(2026, 6, 30), 2025), (date(2026, 7, 1), 2026)])
def test_a_school_year_begins_on_the_first_of_july(day: date, start: int) -> None:
    assert year_of(day) == start and year_label(1999) == "1999–00"


@pytest.mark.parametrize("terms", [1, 2, 3, 4, 6])
def test_terms_cover_every_day_of_the_year_once(terms: int) -> None:
    (year,) = school_years(date(2025, 8, 1), date(2026, 5, 1), [KNOWN], terms)
    assert year.is_known and len(year.terms) == terms
    ends = [(span.first, span.last) for span in year.terms]
    assert ends[0][0] == date(2025, 7, 1) and ends[-1][1] == date(2026, 6, 30)
    assert all((later[0] - earlier[1]).days == 1 for earlier, later in pairwise(ends))


def test_a_term_without_a_progress_report_is_a_gap_and_one_that_runs_is_not() -> None:
    found = made("progress_report", date(2025, 12, 12), date(2026, 6, 10))
    assert states(found) == [["missing"] * 3, ["held", "missing", "held"], ["open"] * 3]
    assert gaps(found)[0] == "2025–26, trimester 2"
    assert all("violat" not in EXPECTED[cell.kind].fill for cell in found.gaps)


def test_a_report_dated_up_to_three_weeks_after_the_term_counts_for_it() -> None:
    ends = school_years(date(2025, 9, 1), TODAY, [KNOWN], 3)[0].terms[0].last
    assert states(made("progress_report", ends))[1] == ["held", "missing", "missing"]
    assert states(made("progress_report", date.fromordinal(ends.toordinal() + 1)))[1] == ["missing", "held", "missing"]


def test_one_evaluation_is_enough_for_three_school_years() -> None:
    found = made("evaluation", date(2022, 10, 1), first=date(2022, 9, 1))
    assert states(found) == [["held"], ["covered"], ["covered"], ["missing"], ["open"]]


def test_nothing_is_expected_before_the_first_plan_or_where_somebody_said_why_not() -> None:
    away = Excepted("iep", date(2025, 7, 1), date(2026, 6, 30), "Home-schooled that year.")
    found = made("iep", excepted=(away,), first=date(2025, 3, 1))
    assert states(found) == [["missing"], ["excepted"], ["open"]]
    assert found.lines[0].years[1][0].reason == "Home-schooled that year."
    late = made("progress_report", first=date(2025, 5, 30))
    assert states(late)[0] == ["before", "before", "missing"]
    half = Excepted("iep", date(2025, 7, 1), date(2025, 12, 31), "Only a part of the year.")
    assert isinstance(made("iep", excepted=(half,)).gaps[0], Cell), "a part of a year does not excuse the year"


def test_each_kind_of_plan_looks_for_its_own_papers() -> None:
    assert "iep" in expected_for("idea") and "plan_504" not in expected_for("idea")
    assert "plan_504" in expected_for("section_504") and "progress_report" not in expected_for("section_504")
    assert set(expected_for("both")) == set(EXPECTED)
    assert all(isinstance(one, Expected) and one.fill and one.rhythm in Rhythm for one in EXPECTED.values())
