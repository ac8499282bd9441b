"""What day it is where the case is. Dates of the law are local dates; instants are kept in UTC."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from casemgr.cases.models import Case


def today(case: Case) -> date:
    """Return today's date in the zone of the case."""
    return today_in(case.timezone)


def today_in(zone: str) -> date:
    """Return today's date in a zone of the tz database ("America/New_York")."""
    return datetime.now(ZoneInfo(zone)).date()
