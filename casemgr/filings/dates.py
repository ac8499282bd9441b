"""Dates of the law that a filing prints, worked out by the law engine and never typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from casemgr.cases.models import Case
from casemgr.deadlines.doubts import mark_of
from casemgr.deadlines.holidays import day_calendar
from casemgr.deadlines.models import Deadline
from casemgr.deadlines.queries import deadlines_of
from casemgr.filings.kinds import Kind
from casemgr.filings.material import WorkedOut, long_date
from casemgr.law.counting import compute
from casemgr.law.rulebook import Rulebook, rulebook_for
from casemgr.law.voice import of_the_parent

SIGNED_ON = "signed_on"


def worked_out(case: Case, kind: Kind, answers: Mapping[str, Any]) -> tuple[WorkedOut, ...]:
    """Return the dates of the rules that a kind prints: of an agreement from the day it was signed, else those of the
    case's own deadlines, a State's row beside the federal one."""
    if not kind.rules:
        return ()
    book = rulebook_for(case.state)
    if kind.question(SIGNED_ON):
        return tuple(one for rule in kind.rules if (one := _from_signing(case, book, rule, answers)))
    return tuple(one for rule in kind.rules for one in _from_deadlines(case, book, rule))


def _from_signing(case: Case, book: Rulebook, rule_id: str, answers: Mapping[str, Any]) -> WorkedOut | None:
    """Only a resolution agreement can be taken back (34 CFR 300.510(e))."""
    signed, what = answers.get(SIGNED_ON), answers.get("agreement_kind")
    if not signed or what != "resolution":
        return None
    on = date.fromisoformat(signed)
    rule = book.current(rule_id)
    found = compute(rule, on, day_calendar(case.state, (), range(on.year - 1, on.year + 2)))
    later = found.late_after and found.act_by and found.late_after > found.act_by
    note = f"by the latest reading {long_date(found.late_after)}" if later and found.late_after else found.reason
    return WorkedOut(rule_id, of_the_parent(rule.title), found.act_by, rule.citation, note)


def _from_deadlines(case: Case, book: Rulebook, rule_id: str) -> list[WorkedOut]:
    ids = {rule_id, *(one.id for one in (*book.replacing.get(rule_id, ()), *book.rivals.get(rule_id, ())))}
    rows = [row for row in deadlines_of(case) if row.rule_id in ids and row.state not in ("superseded", "waived")]
    rows.sort(key=lambda row: (row.act_by or date.max, row.rule_id))
    return [_as_it_stands(rule_id, row) for row in rows]


def _as_it_stands(rule_id: str, row: Deadline) -> WorkedOut:
    """A date of the clocks as a paper prints it: of the parent, since it goes to others."""
    mark = mark_of(row)
    return WorkedOut(rule_id, of_the_parent(row.title), row.act_by, row.citation, mark.label if mark else row.reason)
