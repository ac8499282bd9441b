"""Removals are counted in school days of the district's calendar, and what they start is worked out."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgr.law.days import DayCalendar
from casemgr.law.deadlines import Fact, deadlines
from casemgr.law.removal_facts import facts_of, is_from_log, removal_of
from casemgr.law.removals import KINDS, Removal, RemovalCount, count_removals, limit_of
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import DeadlineState, FactKind, PatternAnswer, RemovalKind, Verification
from tests.law.calendars import CALENDAR_A, FERNHOLLOW, YEAR_A

K = RemovalKind
TODAY = date(2026, 12, 18)
HALF = Decimal("0.5")
LIMIT = limit_of(rulebook_for("TX"))


def day(text: str) -> date:
    return date.fromisoformat(text)


def removal(first: str, last: str | None = "", name: str = "", **more: object) -> Removal:
    return Removal(
        id=name or first,
        kind=more.pop("kind", K.OUT_OF_SCHOOL),
        first=day(first),
        last=None if last is None else day(last or first),
        **more,
    )


def count(*removals: Removal, today: date = TODAY, calendar: DayCalendar = CALENDAR_A) -> RemovalCount:
    return count_removals(removals, calendar, today, LIMIT)


@pytest.mark.parametrize(
    ("removals", "total"),
    [
        pytest.param([removal("2026-09-14")], "1", id="one day"),
        pytest.param([removal("2026-09-11", "2026-09-14")], "2", id="over a weekend"),
        pytest.param([removal("2026-11-24", "2026-12-01")], "4", id="over Thanksgiving and the Friday after"),
        pytest.param([removal("2026-12-22", "2027-01-05")], "0", id="not yet begun on the day of the count"),
        pytest.param([removal("2026-10-10", "2026-10-12")], "0", id="a weekend and a holiday"),
        pytest.param([removal("2026-09-14", share=HALF)], "0.5", id="half a day"),
        pytest.param([removal("2026-09-14", share=HALF), removal("2026-09-14", name="b")], "1", id="a day counts once"),
        pytest.param([removal("2026-09-14"), removal("2026-10-05", "2026-10-06")], "3", id="added up"),
        pytest.param([removal("2026-09-14", counts=False)], "0", id="not a removal"),
        pytest.param([removal("2026-12-16", None)], "3", id="still out, counted to today"),
    ],
)
def test_school_days_of_removal_are_counted(removals: list[Removal], total: str) -> None:
    years = count(*removals).years
    assert (years[0].so_far if years else Decimal(0)) == Decimal(total)


def test_the_limit_stands_in_the_pack() -> None:
    assert LIMIT == rulebook_for("MA").rule("idea-removal-10-consecutive").count == 10


def test_the_tenth_day_and_the_day_after_are_named() -> None:
    [year] = count(removal("2026-09-14", "2026-09-25")).years  # ten school days
    assert (year.label, year.so_far, year.reached_on, year.passed_on) == ("2026-27", 10, day("2026-09-25"), None)
    [year] = count(removal("2026-09-14", "2026-09-25"), removal("2026-10-05", share=HALF)).years
    assert (year.so_far, year.passed_on) == (Decimal("10.5"), day("2026-10-05"))
    assert [one.on for one in year.beyond] == [day("2026-10-05")]


def test_a_removal_that_was_announced_is_told_apart_from_what_has_happened() -> None:
    [year] = count(removal("2026-09-14", "2026-09-16"), removal("2026-12-16", "2027-01-08")).years
    assert (year.so_far, year.announced) == (6, 14)
    assert year.reached_on == day("2027-01-04")


def test_a_new_school_year_starts_at_nothing() -> None:
    first, second = count(removal("2026-05-04", "2026-05-08"), removal("2026-09-14"), calendar=FERNHOLLOW).years
    assert (first.label, first.so_far, second.label, second.so_far) == ("2025-26", 5, "2026-27", 1)


def test_where_the_calendar_does_not_reach_the_missing_year_is_named_and_nothing_guessed() -> None:
    found = count(removal("2026-09-14"), removal("2026-05-04", name="before"), today=TODAY)
    assert found.missing == {"the 2025-26 school calendar": ("before",)}
    assert found.school_days == {"before": None, "2026-09-14": 1}
    assert [year.so_far for year in found.years] == [1]
    empty = count(removal("2026-09-14"), calendar=DayCalendar())
    assert empty.years == () and list(empty.missing) == ["the 2026-27 school calendar"]


def test_a_day_in_a_known_summer_is_no_school_day_and_nothing_is_missing() -> None:
    found = count(removal("2026-08-03", "2026-08-07"))
    assert (found.years, found.missing, found.school_days) == ((), {}, {"2026-08-03": 0})


def test_a_saturday_counts_only_where_the_district_had_school_on_it() -> None:
    out = removal("2026-12-11", "2026-12-14")
    assert count(out).years[0].so_far == 2
    made_up = replace(CALENDAR_A, school_years=(replace(YEAR_A, extra=frozenset({day("2026-12-12")})),))
    assert count(out, calendar=made_up).years[0].so_far == 3


def test_days_that_follow_each_other_make_one_run_also_from_two_removals() -> None:
    [year] = count(
        removal("2026-09-17", "2026-09-18"), removal("2026-09-21", "2026-09-22"), removal("2026-10-05")
    ).years
    assert [(run.first, run.last, run.days, len(run.removals)) for run in year.runs] == [
        (day("2026-09-17"), day("2026-09-22"), 4, 2),
        (day("2026-10-05"), day("2026-10-05"), 1, 1),
    ]
    assert year.longest == year.runs[0]


FOUR = ("2026-09-14", "2026-09-17"), ("2026-10-05", "2026-10-08"), ("2026-10-19", "2026-10-22")


@pytest.mark.parametrize(
    ("similar", "answer"),
    [
        ((None, True, True), PatternAnswer.YES),
        ((None, True, None), PatternAnswer.OPEN),
        ((None, None, None), PatternAnswer.OPEN),
        ((None, True, False), PatternAnswer.NO),
        ((None, False, False), PatternAnswer.NO),
    ],
)
def test_a_person_says_whether_behavior_was_similar_and_the_program_counts(
    similar: tuple[bool | None, ...], answer: PatternAnswer
) -> None:
    [year] = count(*(removal(*span, similar=one) for span, one in zip(FOUR, similar, strict=True))).years
    assert (year.so_far, year.pattern.answer) == (12, answer)


def test_the_numbers_of_a_pattern() -> None:
    found = count(*(removal(*span, similar=True) for span in FOUR)).years[0].pattern
    assert (found.days, found.lengths, found.on) == (12, (4, 4, 4), day("2026-10-21"))
    assert (found.span, found.closest) == (28, 5)


def test_ten_days_or_fewer_are_no_pattern_whatever_the_behavior() -> None:
    [year] = count(removal("2026-09-14", "2026-09-18"), removal("2026-10-05", "2026-10-09", similar=True)).years
    assert (year.so_far, year.pattern.answer) == (10, PatternAnswer.NOT_REACHED)


# -- what the log starts --------------------------------------------------------------------------------------


def started(*removals: Removal, state: str = "TX", recorded: tuple[Fact, ...] = ()) -> dict[str, object]:
    facts = [*recorded, *facts_of(removals, count(*removals), recorded)]
    found = deadlines(rulebook_for(state), facts, CALENDAR_A, TODAY)
    return {f"{one.rule.id}": one for one in found}


def test_eleven_days_in_a_row_start_the_manifestation_clock_from_the_decision() -> None:
    found = started(removal("2026-11-23", "2026-12-10", decided=day("2026-11-20")))
    assert found["idea-mdr"].nominal == day("2026-12-08"), "worked example 16"
    assert found["idea-discipline-notice"].nominal == day("2026-11-20")
    assert found["idea-removal-10-consecutive"].nominal == day("2026-12-08")


def test_without_a_day_of_decision_the_first_day_of_the_removal_stands_for_it() -> None:
    assert started(removal("2026-11-20", "2026-12-10"))["idea-mdr"].trigger.on == day("2026-11-20")


def test_a_short_removal_starts_no_manifestation_clock() -> None:
    assert "idea-mdr" not in started(removal("2026-09-14", "2026-09-25"))


def test_a_pattern_starts_it_on_the_day_the_series_passed_ten() -> None:
    removals = [removal(*span, similar=True) for span in FOUR]
    found = started(*removals)
    assert found["idea-mdr"].trigger.on == day("2026-10-21")
    assert removal_of(found["idea-mdr"].trigger.id) == "2026-10-19"
    assert found["idea-removal-pattern"].trigger.on == day("2026-10-20"), "the tenth day"
    assert "idea-mdr" not in started(*(removal(*span) for span in FOUR)), "nobody has compared the behavior"


def test_what_the_school_decided_and_a_person_recorded_comes_before_what_the_log_works_out() -> None:
    own = Fact("own", FactKind.DISCIPLINARY_PLACEMENT_CHANGE_DECIDED, day("2026-11-19"))
    assert started(removal("2026-11-20", "2026-12-10"), recorded=(own,))["idea-mdr"].trigger == own


def test_services_are_owed_from_the_day_after_the_tenth_and_no_day_is_late_by_itself() -> None:
    found = started(removal("2026-09-14", "2026-09-25"))["idea-services-day-11"]
    assert (found.nominal, found.state) == (day("2026-09-28"), DeadlineState.PASSED)


def test_an_interim_setting_runs_forty_five_school_days_beside_the_ten() -> None:
    found = started(removal("2026-11-23", None, kind=K.INTERIM_SETTING, decided=day("2026-11-20")))
    assert found["idea-iaes-45"].nominal == day("2027-02-05"), "worked example 17"
    assert found["idea-mdr"].nominal == day("2026-12-08")


def test_massachusetts_counts_in_school_suspension_toward_its_own_limit() -> None:
    found = started(removal("2026-12-14", "2026-12-18", kind=K.IN_SCHOOL_WITH_SERVICES, counts=False), state="MA")
    assert found["ma-iss-cap"].nominal == day("2027-01-05")


def test_the_end_of_one_removal_does_not_end_another() -> None:
    running = removal("2026-12-01", None, name="running")
    found = started(running, removal("2026-12-07", "2026-12-08", name="short"))
    facts = facts_of([running], count(running))
    assert found["idea-removal-10-consecutive"] and all(is_from_log(fact.id) for fact in facts)
    states = {
        one.trigger.id: one.state
        for one in deadlines(
            rulebook_for("TX"),
            facts_of([running, removal("2026-12-07", "2026-12-08", name="short")], count(running)),
            CALENDAR_A,
            TODAY,
        )
        if one.rule.id == "idea-removal-10-consecutive"
    }
    assert states == {"removal:running:started": DeadlineState.LATE, "removal:short:started": DeadlineState.MET}


def test_each_kind_says_whether_it_counts_and_why_with_its_source() -> None:
    assert set(KINDS) == set(RemovalKind)
    for info in KINDS.values():
        assert info.label and info.why and info.citation and info.source.startswith("https://")
    assert [kind for kind, info in KINDS.items() if not info.counts] == [K.IN_SCHOOL_WITH_SERVICES]
    assert KINDS[K.SENT_HOME].verified is Verification.U


# -- properties -----------------------------------------------------------------------------------------------

starts = st.integers(0, 250).map(lambda days: YEAR_A.first + timedelta(days=days))
removals = st.builds(
    lambda number, first, length, share, counts, similar: Removal(
        f"r{number}", K.OUT_OF_SCHOOL, first, first + timedelta(days=length), Decimal(share), counts, similar
    ),
    st.integers(0, 10**6),
    starts,
    st.integers(0, 20),
    st.sampled_from(["0.25", "0.5", "1"]),
    st.booleans(),
    st.sampled_from([None, True, False]),
)
logs = st.lists(removals, max_size=8, unique_by=lambda one: one.id)


def total(log: list[Removal]) -> Decimal:
    return sum((year.so_far for year in count(*log, today=YEAR_A.last).years), Decimal(0))


@given(logs, removals)
def test_adding_a_removal_never_lowers_the_count(log: list[Removal], more: Removal) -> None:
    assert total([*log, more]) >= total(log)


@given(logs)
def test_no_school_day_counts_for_more_than_a_day_and_the_order_of_logging_does_not_matter(log: list[Removal]) -> None:
    found = count(*log, today=YEAR_A.last)
    assert found == count(*reversed(log), today=YEAR_A.last)
    for year in found.years:
        assert all(0 < one.share <= 1 for one in year.days)
        assert year.announced <= len(year.days) == sum(len({one.on}) for one in year.days)
        assert sum((run.days for run in year.runs), Decimal(0)) == year.announced


@given(logs, starts)
def test_a_snow_day_never_raises_the_count(log: list[Removal], snow: date) -> None:
    closed = replace(YEAR_A, closed=YEAR_A.closed | {snow})
    calendar = replace(CALENDAR_A, school_years=(closed,))
    before = total(log)
    after = sum((y.so_far for y in count(*log, today=YEAR_A.last, calendar=calendar).years), Decimal(0))
    assert after <= before
