"""Bring the stored deadlines in line with facts, rules and calendars; keep what was, and tell the people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines import queries
from casemgr.deadlines.models import Deadline, DeadlineChange
from casemgr.deadlines.telling import Moved, news_of
from casemgr.extensions import db
from casemgr.law import deadlines as law
from casemgr.law.facts import BIRTHDAYS
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import DeadlineState, Track
from casemgr.notices import services as notices
from casemgr.obligations import services as obligations
from casemgr.platform.columns import now

BEFORE_THE_CASE = "It was due before this case began. Nothing on record says whether it was done."


@dataclass(frozen=True)
class _Why:
    """What moved the dates, and the name of whoever did it."""

    cause: str
    by_name: str


def recompute(case: Case, *, cause: str, by_name: str = "") -> None:
    """Bring the stored deadlines of one case in line; see `recompute_all`."""
    recompute_all([case], cause=cause, by_name=by_name)


def recompute_all(
    cases: Sequence[Case],
    *,
    cause: str,
    by_name: str = "",
    change_id: UUID | None = None,
    only_calendar: bool = False,
) -> None:
    """Bring the stored deadlines of cases in line with their facts. As many queries for one case as for a hundred.

    A date that changed keeps its old value and the cause, and the people on the case are told once for all of them;
    `change_id` is what cases of several calls share. Does not commit. A deadline whose trigger is gone is kept as
    superseded, so that nobody wonders where it went.

    `only_calendar`: nothing but a school calendar changed: the deadlines that it cannot move are left alone. (Where
    removals are logged, facts hang on the calendar as well, and all are counted.)
    """
    one_at_a_time(cases)
    grounds = queries.grounds_of(cases)
    books = {case.id: rulebook_for(case.state) for case in cases}
    partly = [case.id for case in cases if only_calendar and not grounds[case.id].has_removals]
    only = {case_id: books[case_id].moved_by_school_calendar for case_id in partly}
    stored = queries.deadlines_of_all(cases, only)
    why, news = _Why(cause, by_name), []
    for case in cases:
        ground = grounds[case.id]
        computed = law.deadlines(
            books[case.id],
            ground.facts,
            ground.calendar,
            today(case),
            only=only.get(case.id),
            track=Track(case.track),
        )
        computed = [_or_behind_us(case, one) for one in computed]
        rows = {row.key: row for row in stored[case.id]}
        moved = _bring_in_line(case, computed, ground.latest, rows, why)
        news += news_of(case, moved, cause)
    db.session.flush()
    obligations.recount(cases)
    notices.tell(news, change_id=change_id)


def _or_behind_us(case: Case, found: law.Deadline) -> law.Deadline:
    """An age that was reached before the case began: nobody asked then, and no fact would tell that it was done, so
    nobody is called late on it."""
    by_age = found.trigger.kind in BIRTHDAYS and not found.rule.met_by
    if not by_age or found.state is not DeadlineState.LATE or (found.late_after or date.max) >= case.concern_on:
        return found
    return replace(found, state=DeadlineState.PASSED, notes=(*found.notes, BEFORE_THE_CASE))


def one_at_a_time(cases: Sequence[Case]) -> None:
    """Wait for whoever is changing the facts of these cases: two that meet would each miss the other's fact."""
    ids = [case.id for case in cases]
    db.session.execute(select(Case.id).where(Case.id.in_(ids)).order_by(Case.id).with_for_update())


def _bring_in_line(
    case: Case,
    computed: Sequence[law.Deadline],
    latest: Mapping[str, UUID],
    rows: dict[str, Deadline],
    why: _Why,
) -> list[Moved]:
    """Add, change and supersede rows; return what moved.

    Args:
        latest: the row that a fact of the law stands in now, by its lasting id; birthdays stand in none.
        rows: the stored deadlines by key, as queries.deadlines_of_all gives them.
    """
    moved = []
    for found in computed:
        row, columns = rows.pop(found.key, None), _columns(found, latest)
        if row is None:
            db.session.add(Deadline(org_id=case.org_id, case_id=case.id, key=found.key, **columns))
        elif was := _update(row, columns, why):
            moved.append(Moved(row, was))
    for row in rows.values():
        if row.state != "superseded":
            _update(row, {"state": "superseded", "reason": f"No longer runs. {why.cause}"}, why)
    return moved


def _columns(found: law.Deadline, latest: Mapping[str, UUID]) -> dict[str, Any]:
    """Return what a row says of a deadline."""
    return {
        "rule_id": found.rule.id,
        "title": found.rule.title,
        "citation": found.citations[0] if found.citations else found.rule.citation,
        "verification": found.verification.value,
        "actor": found.actor.value,
        "fact_id": latest.get(found.trigger.id),
        "state": found.state.value,
        "nominal": found.nominal,
        "act_by": found.act_by,
        "late_after": found.late_after,
        "reason": found.reason,
        "explanation": _explanation(found, latest),
    }


def _explanation(found: law.Deadline, latest: Mapping[str, UUID]) -> dict[str, Any]:
    """Return what “Why this date?” shows, as plain JSON."""
    rule = found.rule
    return {
        "text": rule.explanation,
        "kind": rule.kind.value,
        "direction": rule.direction.value,
        "count": rule.count,
        "unit": rule.unit.value if rule.unit else "",
        "trigger": {"kind": found.trigger.kind.value, "on": found.trigger.on.isoformat()},
        "day_zero": found.day_zero.isoformat() if found.day_zero else "",
        "moved_by": found.moved_by.kind.value if found.moved_by else "",
        "steps": [
            {"on": step.on.isoformat(), "counted": step.counted, "number": step.number, "why": step.why}
            for step in found.steps
        ],
        "readings": list(found.readings),
        "notes": list(found.notes),
        "citations": list(found.citations),
        "doubt": found.doubt.value,
        "source": rule.source,
        "read_on": rule.read_on.isoformat(),
        "if_missed": rule.if_missed,
        "extension": rule.extension,
        "met_on": found.met_on.isoformat() if found.met_on else "",
        "met_late": found.met_late,
        "reminders": [{"on": reminder.on.isoformat(), "why": reminder.why} for reminder in found.reminders],
        **_ended_by(found, latest),
    }


def _ended_by(found: law.Deadline, latest: Mapping[str, UUID]) -> dict[str, str]:
    """Return the rows of the facts that met, waived or extended a deadline: where it is undone, and its proof."""
    named = {"met_by": found.met_by, "waived_by": found.waived_by, "extended_by": found.extended_by}
    return {name: str(latest.get(fact, "")) if fact else "" for name, fact in named.items()}


def _update(row: Deadline, columns: dict[str, Any], why: _Why) -> dict[str, str] | None:
    """Change what differs, and keep the dates that it had. Returns them, when they changed."""
    before = _dates(row)
    changed = {key: value for key, value in columns.items() if getattr(row, key) != value}
    if not changed:
        return None
    for key, value in changed.items():
        setattr(row, key, value)
    row.computed_at = now()
    after = _dates(row)
    if before == after:
        return None
    db.session.add(
        DeadlineChange(
            org_id=row.org_id,
            case_id=row.case_id,
            deadline_id=row.id,
            was=before,
            became=after,
            cause=why.cause,
            changed_by_name=why.by_name,
        )
    )
    return before


def _dates(row: Deadline) -> dict[str, str]:
    return {
        "nominal": row.nominal.isoformat() if row.nominal else "",
        "act_by": row.act_by.isoformat() if row.act_by else "",
        "late_after": row.late_after.isoformat() if row.late_after else "",
        "state": row.state,
    }
