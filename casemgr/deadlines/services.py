"""Record, correct and retract facts; keep the deadlines that follow from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines import queries
from casemgr.deadlines.models import Deadline, DeadlineChange, Fact
from casemgr.extensions import db
from casemgr.law import deadlines as law
from casemgr.law.facts import FACTS
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import FactKind
from casemgr.plans.services import refresh_stay_put
from casemgr.platform.columns import now

MOST_YEARS_AHEAD = 5


class FactRefused(Exception):
    """The fact cannot be as given. `field` names the form's field; the text says what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class NewFact:
    """What a person says happened. Dates are local to the case."""

    kind: FactKind
    on_date: date
    by_party: str = ""
    how: str = ""
    note: str = ""
    precision: str = "day"
    document_id: UUID | None = None
    entry_id: UUID | None = None
    proceeding_id: UUID | None = None
    details: dict[str, str] = field(default_factory=dict)
    id: UUID = field(default_factory=uuid4)


def record_fact(case: Case, new: NewFact, *, by: User | None, commit: bool = True, follow: bool = True) -> Fact:
    """Record a fact, and let it start its clocks. Raises FactRefused, and changes nothing.

    `follow=False` leaves the clocks to a caller that records several facts and then recomputes once.
    """
    _one_at_a_time(case)
    check_fact(case, new)
    row = _add(case, new, by=by)
    audit.record(case, "deadlines:fact:record", by=by, subject=row.id, kind=row.kind)
    if follow:
        _follow(case, cause=f"Recorded: {FACTS[new.kind].label}", by=by)
    if commit:
        db.session.commit()
    return row


def correct_fact(case: Case, old: Fact, new: NewFact, reason: str, *, by: User) -> Fact:
    """Replace a fact by a corrected one; the old one stays in the record. Raises FactRefused."""
    _one_at_a_time(case)
    check_fact(case, new)
    _must_be_current(case, old)
    row = _add(case, new, by=by, corrects_id=old.id, correction_reason=reason)
    audit.record(case, "deadlines:fact:correct", by=by, subject=row.id, corrects=str(old.id))
    _follow(case, cause=f"Corrected: {FACTS[new.kind].label}. {reason}", by=by)
    db.session.commit()
    return row


def retract_fact(case: Case, old: Fact, reason: str, *, by: User, commit: bool = True) -> Fact:
    """Take a fact back that never happened; it stays in the record, marked as retracted."""
    _one_at_a_time(case)
    _must_be_current(case, old)
    kept = NewFact(FactKind(old.kind), old.on_date, old.by_party, old.how, old.note, old.precision)
    row = _add(case, kept, by=by, corrects_id=old.id, correction_reason=reason, is_retraction=True)
    audit.record(case, "deadlines:fact:retract", by=by, subject=row.id, retracts=str(old.id))
    _follow(case, cause=f"Taken back: {FACTS[kept.kind].label}. {reason}", by=by)
    if commit:
        db.session.commit()
    return row


def check_fact(case: Case, new: NewFact) -> None:
    """Raise FactRefused for a date that cannot be: in the future (unless it is a plan), or before birth."""
    info = FACTS[new.kind]
    if new.on_date > today(case) and not info.may_be_future:
        raise FactRefused("on_date", "This date is in the future. Enter the day it happened, once it has happened.")
    if new.on_date.year > today(case).year + MOST_YEARS_AHEAD:
        raise FactRefused("on_date", "This date is many years away. Check the year.")
    if new.on_date < case.student.born_on:
        raise FactRefused("on_date", "This date is before the student was born. Check the year.")


def recompute(case: Case, *, cause: str, by_name: str = "") -> None:
    """Bring the stored deadlines in line with the facts; a date that changed keeps its old value and the cause.

    Does not commit. A deadline whose trigger is gone is kept as superseded, so that nobody wonders where it went.
    """
    _one_at_a_time(case)
    current = queries.current_facts(case)
    facts = queries.law_facts(case, current)
    first = queries.first_ids(case)
    latest = {str(first.get(row.id, row.id)): row.id for row in current}
    computed = law.deadlines(rulebook_for(case.state), facts, queries.calendar_for(case, facts), today(case))
    rows = {row.key: row for row in queries.deadlines_of(case, afresh=True)}
    for found in computed:
        row = rows.pop(found.key, None)
        if row is None:
            row = Deadline(org_id=case.org_id, case_id=case.id, key=found.key, **_columns(found, latest))
            db.session.add(row)
        else:
            _update(row, _columns(found, latest), cause, by_name)
    for row in rows.values():
        if row.state != "superseded":
            _update(row, {"state": "superseded", "reason": f"No longer runs. {cause}"}, cause, by_name)
    db.session.flush()


def _columns(found: law.Deadline, latest: Mapping[str, UUID]) -> dict[str, Any]:
    """`latest`: the row that a fact of the law stands in now, by its lasting id; birthdays stand in none."""
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
        "explanation": _explanation(found) | _ended_by(found, latest),
    }


def _explanation(found: law.Deadline) -> dict[str, Any]:
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
        "source": rule.source,
        "read_on": rule.read_on.isoformat(),
        "if_missed": rule.if_missed,
        "extension": rule.extension,
        "met_on": found.met_on.isoformat() if found.met_on else "",
        "met_late": found.met_late,
        "reminders": [{"on": reminder.on.isoformat(), "why": reminder.why} for reminder in found.reminders],
    }


def _ended_by(found: law.Deadline, latest: Mapping[str, UUID]) -> dict[str, str]:
    """Return the rows of the facts that met, waived or extended a deadline: where it is undone, and its proof."""
    named = {"met_by": found.met_by, "waived_by": found.waived_by, "extended_by": found.extended_by}
    return {name: str(latest.get(fact, "")) if fact else "" for name, fact in named.items()}


def _update(row: Deadline, columns: dict[str, Any], cause: str, by_name: str) -> None:
    before = _dates(row)
    changed = {key: value for key, value in columns.items() if getattr(row, key) != value}
    if not changed:
        return
    for key, value in changed.items():
        setattr(row, key, value)
    row.computed_at = now()
    after = _dates(row)
    if before != after:
        db.session.add(
            DeadlineChange(
                org_id=row.org_id,
                case_id=row.case_id,
                deadline_id=row.id,
                was=before,
                became=after,
                cause=cause,
                changed_by_name=by_name,
            )
        )


def _dates(row: Deadline) -> dict[str, str]:
    return {
        "nominal": row.nominal.isoformat() if row.nominal else "",
        "act_by": row.act_by.isoformat() if row.act_by else "",
        "late_after": row.late_after.isoformat() if row.late_after else "",
        "state": row.state,
    }


def _add(case: Case, new: NewFact, *, by: User | None, **more: Any) -> Fact:
    row = Fact(
        id=new.id,
        org_id=case.org_id,
        case_id=case.id,
        kind=new.kind.value,
        on_date=new.on_date,
        precision=new.precision,
        by_party=new.by_party,
        how=new.how,
        details=new.details,
        note=new.note,
        proceeding_id=new.proceeding_id,
        document_id=new.document_id,
        entry_id=new.entry_id,
        recorded_by=by.id if by else None,
        recorded_by_name=by.name if by else "",
        **more,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _one_at_a_time(case: Case) -> None:
    """Wait for whoever is changing this case's facts: two that meet would each miss the other's fact."""
    db.session.execute(select(Case.id).where(Case.id == case.id).with_for_update())


def _must_be_current(case: Case, old: Fact) -> None:
    if old.id not in {row.id for row in queries.current_facts(case)}:
        raise FactRefused("on_date", "Somebody has corrected this fact already. Open the newest version.")


def _follow(case: Case, *, cause: str, by: User | None) -> None:
    """After any fact: deadlines first, then stay-put, which the same facts decide."""
    recompute(case, cause=cause, by_name=by.name if by else "")
    refresh_stay_put(case)
