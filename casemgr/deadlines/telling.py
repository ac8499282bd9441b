"""Say in plain words which dates of a case moved and why, for the people on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from casemgr.cases.models import Case
from casemgr.deadlines.doubts import mark_of
from casemgr.deadlines.models import Deadline
from casemgr.deadlines.standing import ACTIVE_STATES
from casemgr.notices.services import News
from casemgr.web.filters import plural, short_date

DATES = (("act_by", ""), ("nominal", "the plain count of "), ("late_after", "the day after which it is late, of "))
"""What moved, in the order of what matters: the day to plan for, the plain count, the day it is late after."""


@dataclass(frozen=True)
class Moved:
    """A deadline as it stands now, and the dates it had (ISO text; empty for none)."""

    row: Deadline
    was: dict[str, str]

    def sentence(self) -> str:
        """`“The team meets” moved from Jan 20, 2027 to Jan 21, 2027.` Empty when no date that still runs moved."""
        if self.row.state not in ACTIVE_STATES:
            return ""
        for name, what in DATES:
            was, became = self.was[name], getattr(self.row, name)
            if was != (became.isoformat() if became else ""):
                mark = mark_of(self.row)
                told = _sentence(f"{what}“{self.row.title}”", was, became, self.row.reason)
                return f"{told} {mark.label}." if mark else told
        return ""


def news_of(case: Case, moved: Sequence[Moved], cause: str) -> Iterator[News]:
    """Return what to tell about one case: all of its moved dates in one notice, none when none moved."""
    told = [(one, sentence) for one in moved if (sentence := one.sentence())]
    if not told:
        return
    cause = cause if cause.endswith((".", "!", "?")) else f"{cause}."
    if len(told) == 1:
        one, sentence = told[0]
        where = {"deadline_id": str(one.row.id)}
        yield News(case.id, "dates_moved", f"{sentence} {cause}", page="deadlines.why", arguments=where)
    else:
        lines = tuple(sentence for _, sentence in told)
        yield News(case.id, "dates_moved", f"{plural(len(told), 'date')} moved. {cause}", lines, "deadlines.index")


def _sentence(what: str, was: str, became: date | None, reason: str) -> str:
    what = what[:1].upper() + what[1:]
    if became is None:
        return f"{what} has no date any more: {reason or 'it cannot be counted.'}"
    if not was:
        return f"{what} has a date now: {short_date(became)}."
    return f"{what} moved from {short_date(was)} to {short_date(became)}."
