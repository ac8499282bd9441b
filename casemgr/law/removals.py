"""Counts the school days on which a student was removed: 34 CFR 300.530(b) and 300.536. Pure.

Only school days of an entered calendar count (300.11(c)); where the calendar does not reach, the answer names the
missing school year and guesses nothing. The program counts. Whether behavior was similar a person says, and whether
there is a pattern the district decides case by case, and can be challenged (300.536(b)).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType

from casemgr.law.days import ONE_DAY, SATURDAY, DayCalendar, DaysNotCovered, SchoolYear, span
from casemgr.law.rulebook import PACKS, PackError, Rulebook, read_toml
from casemgr.law.terms import PatternAnswer, RemovalKind, Verification

WHOLE = Decimal(1)
NONE = Decimal(0)
LIMIT_RULE = "idea-removal-10-consecutive"
"""The rule whose count is the limit: in a row, and added up over the school year (300.530(b)(1), 300.536(a))."""


@dataclass(frozen=True)
class RemovalKindInfo:
    """How to ask for a kind of removal, and whether its days count toward the limit, with the reason."""

    label: str
    help: str
    counts: bool
    why: str
    citation: str
    verified: Verification
    source: str


def _load() -> Mapping[RemovalKind, RemovalKindInfo]:
    rows = read_toml(PACKS / "removals.toml")
    try:
        return MappingProxyType(
            {
                kind: RemovalKindInfo(**(rows[kind.value] | {"verified": Verification(rows[kind.value]["verified"])}))
                for kind in RemovalKind
            }
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PackError(f"removals.toml: {error}") from error


KINDS: Mapping[RemovalKind, RemovalKindInfo] = _load()


@dataclass(frozen=True)
class Removal:
    """One time that the student was taken out of the placement.

    Args:
        first, last: local dates, both included; `last` is None while the student is still out.
        share: how much of each school day was missed, 0 < share <= 1.
        counts: whether these days count toward the limit (see KINDS; a person may decide otherwise).
        similar: whether the behavior was substantially like that of the removals before; None when not answered.
        decided: the day the school decided it, if known.
    """

    id: str
    kind: RemovalKind
    first: date
    last: date | None = None
    share: Decimal = WHOLE
    counts: bool = True
    similar: bool | None = None
    decided: date | None = None


@dataclass(frozen=True)
class CountedDay:
    """A school day of removal. `total` is the running count of its school year, this day included."""

    on: date
    share: Decimal
    total: Decimal
    removals: tuple[str, ...]


@dataclass(frozen=True)
class Run:
    """School days of removal in a row, from one removal or from several that touch."""

    first: date
    last: date
    days: Decimal
    removals: tuple[str, ...]


@dataclass(frozen=True)
class Pattern:
    """The numbers of 300.536(a)(2), for a person and the district to judge.

    Attributes:
        removals: ids of the series. days: their school days. lengths: of each removal, in school days.
        span: school days from the first to the last day of the series.
        closest: fewest school days between two removals of it; None for a single one.
        unanswered: removals whose behavior nobody has compared yet.
        on: the first day on which the series had more days than the limit.
    """

    answer: PatternAnswer
    removals: tuple[str, ...] = ()
    days: Decimal = NONE
    lengths: tuple[Decimal, ...] = ()
    span: int = 0
    closest: int | None = None
    unanswered: tuple[str, ...] = ()
    on: date | None = None


@dataclass(frozen=True)
class SchoolYearCount:
    """The count of one school year.

    Attributes:
        label: "2026-27". limit: school days after which the protections start.
        days: every counted day, those that are announced but still to come included.
        today: days up to and including it have happened.
    """

    label: str
    limit: int
    today: date
    days: tuple[CountedDay, ...]
    runs: tuple[Run, ...]
    pattern: Pattern

    @cached_property
    def so_far(self) -> Decimal:
        """School days of removal up to today."""
        return max((day.total for day in self.days if day.on <= self.today), default=NONE)

    @property
    def announced(self) -> Decimal:
        """The same, once every removal on record has run its course."""
        return self.days[-1].total if self.days else NONE

    @property
    def reached_on(self) -> date | None:
        """The day that used up the limit."""
        return next((day.on for day in self.days if day.total >= self.limit), None)

    @property
    def passed_on(self) -> date | None:
        """The first day beyond the limit: services are owed on it and on every later day of removal."""
        return next((day.on for day in self.days if day.total > self.limit), None)

    @property
    def beyond(self) -> tuple[CountedDay, ...]:
        """The days beyond the limit."""
        return tuple(day for day in self.days if day.total > self.limit)

    @property
    def longest(self) -> Run | None:
        return max(self.runs, key=lambda run: run.days, default=None)


@dataclass(frozen=True)
class RemovalCount:
    """All removals of a case, counted.

    Attributes:
        years: oldest first. school_days: of each removal, by id; None where the calendar does not reach at all.
        missing: what a person must enter before the count is complete ("the 2027-28 school calendar"), with the
            removals that wait for it.
    """

    years: tuple[SchoolYearCount, ...]
    school_days: Mapping[str, Decimal | None] = field(default_factory=dict)
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def limit_of(rulebook: Rulebook) -> int:
    """The school days that a removal, or all of a year together, may reach. The number stands in the pack."""
    count = rulebook.current(LIMIT_RULE).count
    if count is None:
        raise PackError(f"{LIMIT_RULE}: a limit needs a count")
    return count


def count_removals(removals: Iterable[Removal], calendar: DayCalendar, today: date, limit: int) -> RemovalCount:
    """Count the school days of removal in each school year.

    A removal without a last day is counted up to today. A day on which two removals meet counts once. Days that no
    entered calendar covers are not counted, and are named in `missing`. Adding a removal never lowers a count.
    """
    ordered = sorted(removals, key=lambda one: (one.first, one.id))
    school_days: dict[str, Decimal | None] = {}
    missing: dict[str, list[str]] = {}
    by_year: dict[SchoolYear, dict[date, list[Removal]]] = {}
    for removal in ordered:
        days, gaps = _school_days(removal, calendar, today)
        for gap in gaps:
            missing.setdefault(gap, []).append(removal.id)
        school_days[removal.id] = None if gaps and not days else removal.share * len(days)
        if removal.counts:
            for day in days:
                year = calendar.school_year_of(day)
                assert year is not None, "a school day lies in an entered year"
                by_year.setdefault(year, {}).setdefault(day, []).append(removal)
    years = sorted(by_year, key=lambda year: year.first)
    return RemovalCount(
        years=tuple(_year(year, by_year[year], calendar, today, limit) for year in years),
        school_days=MappingProxyType(school_days),
        missing=MappingProxyType({gap: tuple(dict.fromkeys(ids)) for gap, ids in missing.items()}),
    )


def _school_days(removal: Removal, calendar: DayCalendar, today: date) -> tuple[list[date], list[str]]:
    """The school days of one removal, and what is missing to know the others."""
    last = removal.last or max(removal.first, today)
    days: list[date] = []
    gaps: list[str] = []
    for day in span(removal.first, last):
        try:
            if calendar.is_school_day(day):
                days.append(day)
        except DaysNotCovered as gap:
            if day.weekday() < SATURDAY and gap.missing not in gaps:
                gaps.append(gap.missing)
    return days, gaps


def _year(
    year: SchoolYear, found: Mapping[date, Sequence[Removal]], calendar: DayCalendar, today: date, limit: int
) -> SchoolYearCount:
    days: list[CountedDay] = []
    total = NONE
    for on in sorted(found):
        share = min(WHOLE, sum((one.share for one in found[on]), NONE))
        total += share
        days.append(CountedDay(on, share, total, tuple(one.id for one in found[on])))
    runs = _runs(days, calendar, year)
    return SchoolYearCount(year.label, limit, today, tuple(days), runs, _pattern(found, calendar, limit))


def _runs(days: Sequence[CountedDay], calendar: DayCalendar, year: SchoolYear) -> tuple[Run, ...]:
    """Join days that follow each other with no school day between them."""
    runs: list[list[CountedDay]] = []
    for day in days:
        if runs and not _school_days_between(runs[-1][-1].on, day.on, calendar):
            runs[-1].append(day)
        else:
            runs.append([day])
    return tuple(
        Run(
            run[0].on,
            run[-1].on,
            sum((day.share for day in run), NONE),
            tuple(dict.fromkeys(name for day in run for name in day.removals)),
        )
        for run in runs
    )


def _school_days_between(earlier: date, later: date, calendar: DayCalendar) -> int:
    """School days after `earlier` and before `later`, both of one entered school year."""
    return sum(calendar.is_school_day(day) for day in span(earlier + ONE_DAY, later - ONE_DAY))


def _pattern(found: Mapping[date, Sequence[Removal]], calendar: DayCalendar, limit: int) -> Pattern:
    """300.536(a)(2): a series of more than the limit, of similar behavior.

    The first removal of the year is what the others are compared with; those that a person called different are
    left out of the series. A single removal is no series."""
    every = sorted({one.id: one for day in found.values() for one in day}.values(), key=lambda one: (one.first, one.id))
    first, rest = every[0], every[1:]
    alike = [first, *(one for one in rest if one.similar is True)]
    maybe = [first, *(one for one in rest if one.similar is not False)]
    unanswered = tuple(one.id for one in rest if one.similar is None)
    if len(alike) > 1 and (on := _passes(alike, found, limit)):
        return _numbers(PatternAnswer.YES, alike, found, calendar, unanswered, on)
    if len(maybe) > 1 and (on := _passes(maybe, found, limit)):
        return _numbers(PatternAnswer.OPEN, maybe, found, calendar, unanswered, on)
    if len(every) > 1 and (on := _passes(every, found, limit)):
        return _numbers(PatternAnswer.NO, every, found, calendar, unanswered, on)
    return Pattern(PatternAnswer.NOT_REACHED, unanswered=unanswered)


def _passes(series: Sequence[Removal], found: Mapping[date, Sequence[Removal]], limit: int) -> date | None:
    """The first day on which these removals together have more days than the limit."""
    total = NONE
    for on in sorted(found):
        total += min(WHOLE, sum((one.share for one in found[on] if one in series), NONE))
        if total > limit:
            return on
    return None


def _numbers(
    answer: PatternAnswer,
    series: Sequence[Removal],
    found: Mapping[date, Sequence[Removal]],
    calendar: DayCalendar,
    unanswered: tuple[str, ...],
    on: date,
) -> Pattern:
    own = {one.id: [day for day in sorted(found) if one in found[day]] for one in series}
    days = sorted({day for each in own.values() for day in each})
    gaps = [
        _school_days_between(own[earlier.id][-1], own[later.id][0], calendar) for earlier, later in pairwise(series)
    ]
    return Pattern(
        answer=answer,
        removals=tuple(one.id for one in series),
        days=sum((min(WHOLE, sum((one.share for one in found[day] if one in series), NONE)) for day in days), NONE),
        lengths=tuple(one.share * len(own[one.id]) for one in series),
        span=sum(calendar.is_school_day(day) for day in span(days[0], days[-1])),
        closest=min(gaps, default=None),
        unanswered=unanswered,
        on=on,
    )
