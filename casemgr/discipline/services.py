"""Log, correct and take back removals. What is logged starts clocks; each change counts them anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines.recomputing import one_at_a_time, recompute
from casemgr.discipline import queries
from casemgr.discipline.counting import count_of
from casemgr.discipline.models import Removal
from casemgr.extensions import db
from casemgr.law.removals import KINDS, RemovalCount
from casemgr.law.terms import PatternAnswer, RemovalKind, Track
from casemgr.notices import services as notices
from casemgr.notices.services import News
from casemgr.plans.services import refresh_stay_put
from casemgr.platform.refused import FieldRefused

LONGEST = timedelta(days=400)
FURTHEST_AHEAD = timedelta(days=366)


class RemovalRefused(FieldRefused):
    """The removal cannot be as given. `field` names the form's field; the text says what to do."""


@dataclass(frozen=True)
class NewRemoval:
    """What a person says about one removal. Dates are local to the case; see models.Removal for the rest."""

    kind: RemovalKind
    first_on: date
    last_on: date | None = None
    share: Decimal = Decimal(1)
    counts: str = "rule"
    counts_reason: str = ""
    is_similar: bool | None = None
    services_given: bool | None = None
    decided_on: date | None = None
    behavior: str = ""
    document_id: UUID | None = None
    id: UUID = field(default_factory=uuid4)


def log_removal(case: Case, new: NewRemoval, *, by: User) -> Removal:
    """Log a removal and let it start its clocks. Raises RemovalRefused, and changes nothing."""
    one_at_a_time([case])
    _check(case, new)
    before = count_of(case)
    row = _add(case, new, by=by, removal_id=new.id)
    audit.record(case, "discipline:removal:log", by=by, subject=row.id, kind=row.kind)
    _follow(case, f"Discipline log: {_words(new.kind)}", before, by)
    return row


def correct_removal(case: Case, old: Removal, new: NewRemoval, reason: str, *, by: User) -> Removal:
    """Replace a removal by a corrected one; the old one stays in the record. Raises RemovalRefused."""
    one_at_a_time([case])
    _must_be_current(case, old)
    _check(case, new, besides=old)
    before = count_of(case)
    row = _add(case, new, by=by, removal_id=old.removal_id, corrects_id=old.id, correction_reason=reason)
    audit.record(case, "discipline:removal:correct", by=by, subject=row.id, corrects=str(old.id))
    _follow(case, f"Discipline log corrected: {_words(new.kind)}. {reason}", before, by)
    return row


def compare_behavior(case: Case, old: Removal, is_similar: bool, *, by: User) -> Removal:
    """Record a person's answer whether the behavior was like that of the removals before (300.536(a)(2)(ii))."""
    answer = "similar to" if is_similar else "different from"
    reason = f"The behavior was compared: {answer} that before the earlier removals."
    return correct_removal(case, old, _as_new(old, is_similar=is_similar), reason, by=by)


def retract_removal(case: Case, old: Removal, reason: str, *, by: User) -> Removal:
    """Take a removal back that never happened; it stays in the record, marked as taken back."""
    one_at_a_time([case])
    _must_be_current(case, old)
    before = count_of(case)
    row = _add(
        case,
        _as_new(old),
        by=by,
        removal_id=old.removal_id,
        corrects_id=old.id,
        correction_reason=reason,
        is_retraction=True,
    )
    audit.record(case, "discipline:removal:retract", by=by, subject=row.id, retracts=str(old.id))
    _follow(case, f"Discipline log, taken back: {_words(RemovalKind(old.kind))}. {reason}", before, by)
    return row


def recount(case: Case) -> None:
    """Count the day that went by for a student who is still out; nothing to do for anybody else. Does not commit."""
    rows = queries.current_removals(case)
    if all(row.last_on is not None for row in rows):
        return
    before = count_of(case, rows, on=today(case) - timedelta(days=1))
    recompute(case, cause="Discipline log: one more day of removal went by")
    refresh_stay_put(case)
    notices.tell(_news(case, before, count_of(case, rows)))


def _as_new(old: Removal, **changed: Any) -> NewRemoval:
    return NewRemoval(
        **{
            "kind": RemovalKind(old.kind),
            "first_on": old.first_on,
            "last_on": old.last_on,
            "share": old.share,
            "counts": old.counts,
            "counts_reason": old.counts_reason,
            "is_similar": old.is_similar,
            "services_given": old.services_given,
            "decided_on": old.decided_on,
            "behavior": old.behavior,
            "document_id": old.document_id,
        }
        | changed
    )


def _words(kind: RemovalKind) -> str:
    label = KINDS[kind].label
    return label[:1].lower() + label[1:]


def _check(case: Case, new: NewRemoval, *, besides: Removal | None = None) -> None:
    """Raise RemovalRefused for days that cannot be, and for a removal that is in the log already."""
    now, born_on = today(case), case.student.born_on
    if new.first_on < born_on:
        raise RemovalRefused("first_on", "This day is before the student was born. Check the year.")
    if new.first_on > now + FURTHEST_AHEAD:
        raise RemovalRefused("first_on", "This day is more than a year away. Check the year.")
    if new.last_on is None and new.first_on > now:
        raise RemovalRefused("last_on", "Enter the last day: this removal has not begun yet.")
    if new.last_on is not None and new.last_on < new.first_on:
        raise RemovalRefused("last_on", "The last day is before the first. Check both.")
    if (new.last_on or now) - new.first_on > LONGEST:
        raise RemovalRefused("last_on", "This is longer than a school year. Enter each school year by itself.")
    if new.decided_on and new.decided_on > now:
        raise RemovalRefused("decided_on", "This day is still to come. Enter the day once it was decided.")
    if new.decided_on and new.decided_on < born_on:
        raise RemovalRefused("decided_on", "This day is before the student was born. Check the year.")
    same = (
        row
        for row in queries.current_removals(case)
        if (besides is None or row.id != besides.id)
        and (row.kind, row.first_on, row.last_on, row.share) == (new.kind, new.first_on, new.last_on, new.share)
    )
    if next(same, None) is not None:
        raise RemovalRefused("first_on", "The same removal is in the log already. Correct that one instead.")


def _add(case: Case, new: NewRemoval, *, by: User, **more: Any) -> Removal:
    row = Removal(
        id=new.id,
        org_id=case.org_id,
        case_id=case.id,
        kind=new.kind.value,
        first_on=new.first_on,
        last_on=new.last_on,
        share=new.share,
        counts=new.counts,
        counts_reason=new.counts_reason if new.counts != "rule" else "",
        is_similar=new.is_similar,
        services_given=new.services_given,
        decided_on=new.decided_on,
        behavior=new.behavior,
        document_id=new.document_id,
        recorded_by=by.id,
        recorded_by_name=by.name,
        **more,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _must_be_current(case: Case, old: Removal) -> None:
    if old.id not in {row.id for row in queries.current_removals(case)}:
        raise RemovalRefused("first_on", "Somebody has corrected this removal already. Open the newest version.")


def _follow(case: Case, cause: str, before: RemovalCount, by: User) -> None:
    """After any change: deadlines first, then stay-put, which the same facts decide; tell the people; commit."""
    recompute(case, cause=cause, by_name=by.name)
    refresh_stay_put(case)
    notices.tell(_news(case, before, count_of(case)), but=by.id)
    db.session.commit()


def _news(case: Case, before: RemovalCount, after: RemovalCount) -> list[News]:
    """Return what the people on the case are told: that a school year's limit is passed, or that a pattern appeared."""
    if case.track == Track.SECTION_504:
        return []
    known = {year.label: year for year in before.years}
    lines: list[str] = []
    for year in after.years:
        was = known.get(year.label)
        if year.passed_on and not (was and was.passed_on):
            lines.append(
                f"More than {year.limit} school days of removal in {year.label}: services are owed on every further "
                "day of removal (34 CFR 300.530(b)(2))."
            )
        if year.pattern.answer is PatternAnswer.YES and not (was and was.pattern.answer is PatternAnswer.YES):
            lines.append(
                "The removals look like a pattern, which is a change of placement: the manifestation determination "
                "is due within 10 school days of the decision (34 CFR 300.536(a)(2), 300.530(e))."
            )
    if not lines:
        return []
    return [News(case.id, "discipline", lines[0], tuple(lines[1:]), page="discipline.index")]
