"""The five-day disclosure before a hearing: 34 CFR 300.512(a)(3) and (b), five *business* days."""

from dataclasses import dataclass
from datetime import date

from casemgr.law.days import DayCalendar
from casemgr.law.deadlines import compute
from casemgr.law.rulebook import Rulebook


@dataclass(frozen=True)
class Disclosure:
    """`last_good_day` is the safe reading. Late evidence is marked late; whether it stays out is for the other party
    to raise and the hearing officer to decide."""

    last_good_day: date | None
    is_late: bool
    reason: str


def five_day_disclosure(rulebook: Rulebook, hearing_on: date, disclosed_on: date, calendar: DayCalendar) -> Disclosure:
    """Whether evidence disclosed on `disclosed_on` is in time for a hearing that begins on `hearing_on`."""
    dates = compute(rulebook.current("idea-disclosure-5bd"), hearing_on, calendar)
    late = dates.late_after is not None and disclosed_on > dates.late_after
    return Disclosure(dates.act_by, late, dates.reason)
