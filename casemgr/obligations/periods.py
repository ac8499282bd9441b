"""How much of a recurring promise is owed by when. Pure: dates and amounts in, dates and amounts out.

A promise of “4 hours each month from March 3” owes its first 4 hours by the end of April 2, the next by the end of
May 2, and so on; a last, shorter period owes the full amount, since nothing in the words makes it less.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from casemgr.law.days import ONE_DAY, add_months

MOST_PERIODS = 530
"""Ten years of weeks: an agreement without an end is followed this far."""
EVERY = {"week": "each week", "month": "each month"}


@dataclass(frozen=True)
class Series:
    """A promise that recurs. `each`: minutes in a period, or 1 where one act (a report) is promised in each."""

    every: str
    starts_on: date
    ends_on: date | None
    each: int

    def periods(self) -> Iterator[tuple[date, date]]:
        """Yield the first and the last day of each period."""
        for number in range(MOST_PERIODS):
            first = self._start_of(number)
            if self.ends_on is not None and first > self.ends_on:
                return
            last = self._start_of(number + 1) - ONE_DAY
            yield first, last if self.ends_on is None else min(last, self.ends_on)

    def _start_of(self, number: int) -> date:
        if self.every == "week":
            return self.starts_on + timedelta(weeks=number)
        return add_months(self.starts_on, number)

    def owed_by(self, today: date) -> int:
        """Return what should have been delivered before `today`: a period is owed once its last day is over."""
        return self.each * sum(last < today for _, last in self.periods())

    def total(self) -> int | None:
        """Return what is promised in all; None for a promise without an end."""
        return None if self.ends_on is None else self.each * sum(1 for _ in self.periods())

    def next_due(self, delivered: int) -> date | None:
        """Return the end of the first period that `delivered` does not cover; None when all is delivered."""
        covered = delivered // self.each
        return next((last for _, last in islice(self.periods(), covered, None)), None)
