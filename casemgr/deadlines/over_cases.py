"""Dates over all of a person's cases: those of the law, and the promises of agreements and decisions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from casemgr.accounts.roles import is_the_parent
from casemgr.cases.clock import today_in
from casemgr.cases.lists import Workplace
from casemgr.cases.models import Case, Student
from casemgr.cases.queries import OURS, DueDate, due_date
from casemgr.deadlines.models import Deadline
from casemgr.deadlines.standing import is_running
from casemgr.extensions import db
from casemgr.law.terms import Stage
from casemgr.law.voice import quoting
from casemgr.obligations import queries as obligations
from casemgr.obligations.models import Obligation
from casemgr.platform.tenancy import acting_in

DONE = ("met", "waived")
WHO = {"": "Everybody", "ours": "We must act", "theirs": "The district or another body must act"}


@dataclass(frozen=True)
class Dated:
    """One date in one case. `today` is the day in the zone of that case; `row` is read, and belongs to no session."""

    due: DueDate
    student: str
    organization: str
    today: date
    row: Deadline | Obligation


@dataclass(frozen=True)
class Span:
    """From which day to which, both included; None for no limit. `with_done`: also what was met or waived."""

    since: date | None = None
    until: date | None = None
    with_done: bool = False


def dated(places: Sequence[Workplace], span: Span, who: str, most: int) -> list[Dated]:
    """Return the dates of all open cases, soonest first, at most `most` of each kind in each organization.

    Args:
        who: a key of WHO. A milestone, which comes by itself, is nobody's to meet.
    """
    found = [one for place in places for one in _in_place(place, span, who, most)]
    return sorted(found, key=lambda one: (one.due.act_by, one.due.title, one.student, str(one.due.id)))


def _in_place(place: Workplace, span: Span, who: str, most: int) -> Iterator[Dated]:
    law_dates = _query(Deadline, _standing(span), span, who, most)
    promised = [] if span.with_done else [Obligation.state == "open"]
    promises = _query(Obligation, promised, span, who, most)
    with acting_in(place.scope):
        for query, as_due in ((law_dates, due_date), (promises, obligations.due_date)):
            for row, student, zone in db.session.execute(query).all():
                today = today_in(zone)
                due = as_due(row, today)
                if not is_the_parent(place.case_roles.get(row.case_id, place.role or ""), place.kind):
                    due = replace(due, title=quoting(due.title))
                if who != "ours" or due.is_ours:
                    db.session.expunge(row)  # it is used after this organization's scope was left
                    yield Dated(due, student, place.name, today, row)


def _standing(span: Span) -> list[ColumnElement[bool]]:
    """What was replaced or has passed is no date any more; what was met still is, on a calendar."""
    running = is_running()
    return [running | Deadline.state.in_(DONE)] if span.with_done else [running]


def _query(model: Any, conditions: list[Any], span: Span, who: str, most: int) -> Select[Any]:
    query = (
        select(model, Student.name, Case.timezone)
        .join(Student, Student.case_id == model.case_id)
        .join(Case, Case.id == model.case_id)
        .where(model.act_by.is_not(None), Case.stage != Stage.CLOSED.value, *conditions)
        .order_by(model.act_by, model.title, model.id)
        .limit(most)
    )
    if span.since:
        query = query.where(model.act_by >= span.since)
    if span.until:
        query = query.where(model.act_by <= span.until)
    if who:
        query = query.where(model.actor.in_(OURS) if who == "ours" else model.actor.not_in(OURS))
    return query
