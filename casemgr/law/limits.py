"""The last day of a time limit in calendar units, read the safe way: also by a State rule that nobody confirmed."""

from datetime import date

from casemgr.law.days import DayCalendar, add_days
from casemgr.law.rulebook import Rulebook
from casemgr.law.rules import Rule


def last_day(rulebook: Rulebook, rule_id: str, since: date) -> tuple[date, Rule] | None:
    """The earliest plain last day of `rule_id` from `since`, with the rule that gives it; None without a number.

    Asked are the rule that the State's cases run on and the unconfirmed State rows beside it, all counted from `since`,
    with their early readings. Nothing moves off a weekend here. Counts in school or business days are left out.
    """
    runs_on = rulebook.current(rule_id)
    rivals = [one for one in rulebook.rules if rule_id in one.beside]
    found = [
        (add_days(since, reading.count, reading.unit, DayCalendar()), rule)
        for rule in (runs_on, *rivals)
        for reading in (rule, rule.early)
        if reading is not None
        and reading.count is not None
        and reading.unit is not None
        and not reading.unit.is_named_day
    ]
    return min(found, key=lambda one: one[0], default=None)
