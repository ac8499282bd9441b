"""How much time a drawing shows, and where its days lie. Pure: standard library only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

ZOOMS = {"all": "Whole case", "year": "Year", "quarter": "Quarter", "month": "Month"}
"""From far to near; months that each shows in `MONTHS`."""
MONTHS = {"year": 12, "quarter": 3, "month": 1}
DAY = timedelta(days=1)
ROOM = {"day": 22, "week": 52, "month": 28, "quarter": 40, "year": 0}
"""How wide a step must be to carry its words, in units of the drawing."""
SHORTEST = {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}


@dataclass(frozen=True)
class Window:
    """The days that are shown, both ends included. `zoom`: a key of ZOOMS."""

    zoom: str
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def holds(self, first: date, last: date | None = None) -> bool:
        """Whether something from `first` to `last` shows in it, be it in part."""
        return first <= self.last and (last or first) >= self.first


@dataclass(frozen=True)
class Tick:
    """A line of the scale. `above` is said where a year (or, over days and weeks, a month) begins."""

    on: date
    words: str
    above: str = ""


def window(zoom: str, at: date, extent: tuple[date, date]) -> Window:
    """Return the window of this zoom that holds `at`; the whole case in whole months."""
    if zoom not in MONTHS:
        return Window("all", extent[0].replace(day=1), _end(extent[1], 1))
    months = MONTHS[zoom]
    first = at.replace(month=(at.month - 1) // months * months + 1, day=1)
    return Window(zoom, first, _end(first, months))


def nearer(zoom: str) -> str:
    """Return the next nearer zoom; the nearest stays."""
    order = list(ZOOMS)
    return order[min(order.index(zoom) + 1, len(order) - 1)]


def farther(zoom: str) -> str:
    """Return the next farther zoom; the whole case stays."""
    order = list(ZOOMS)
    return order[max(order.index(zoom) - 1, 0)]


def inside(day: date, extent: tuple[date, date]) -> date:
    """Return the day of the case that is next to `day`."""
    return min(max(day, extent[0]), extent[1])


def ticks(shown: Window, width: float) -> list[Tick]:
    """Return the lines of a scale `width` units wide: the finest steps whose words have room."""
    a_day = width / shown.days
    step = next(name for name in ROOM if SHORTEST[name] * a_day >= ROOM[name])
    found: list[Tick] = []
    before = ""
    for on in _steps(step, shown):
        above = f"{on:%B} {on.year}" if step in ("day", "week") else f"{on.year}" if step != "year" else ""
        found.append(Tick(on, _words(step, on), above if above != before else ""))
        before = above
    return found


def _steps(step: str, shown: Window) -> Iterator[date]:
    """Every day, every Monday, or the first day of every month, quarter or year in the window."""
    if step in ("day", "week"):
        every = 1 if step == "day" else 7
        first = shown.first + timedelta(days=-shown.first.weekday() % every)
        yield from (first + timedelta(days=n) for n in range(0, (shown.last - first).days + 1, every))
        return
    every = {"month": 1, "quarter": 3, "year": 12}[step]
    yield from (on for on in _months(shown.first, shown.last) if (on.month - 1) % every == 0)


def _months(first: date, last: date) -> Iterator[date]:
    """Return the first day of each month from that of `first` on."""
    for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield date(month // 12, month % 12 + 1, 1)


def _words(step: str, on: date) -> str:
    if step == "day":
        return str(on.day)
    if step == "week":
        return f"{on:%b} {on.day}"
    return str(on.year) if step == "year" else f"{on:%b}"


def _end(day: date, months: int) -> date:
    """Return the last day of the month `months` - 1 after that of `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > 9999:
        return date.max
    return date(year, month + 1, 1) - DAY
