"""Record, correct and retract facts; keep the deadlines that follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines import queries
from casemgr.deadlines.models import Fact
from casemgr.deadlines.recomputing import one_at_a_time, recompute, recompute_all
from casemgr.extensions import db
from casemgr.law.facts import FACTS, asked_of
from casemgr.law.order import Contradiction, contradictions
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import FactKind
from casemgr.plans.services import refresh_stay_put
from casemgr.platform.refused import FieldRefused

__all__ = [
    "FactRefused",
    "NewFact",
    "check_fact",
    "correct_fact",
    "recompute",
    "recompute_all",
    "record_fact",
    "retract_fact",
]
MOST_YEARS_AHEAD = 5
MOST_YEARS_BEFORE = 20
"""Before birth: a date this old is a slip of the keyboard; a later one may be kept with a reason."""


class FactRefused(FieldRefused):
    """The fact cannot be as given. `field` names the form's field; the text says what to do."""


class FactQuestioned(FactRefused):
    """Something speaks against the fact. It is kept once a person, who has seen `found`, says why it is right."""

    def __init__(self, found: Sequence[Contradiction]) -> None:
        super().__init__("on_date", " ".join(one.text for one in found))
        self.found = found


@dataclass(frozen=True)
class NewFact:
    """What a person says happened. Dates are local to the case.

    `precision`: of a month, `on_date` is its first day; of an unknown day, the day on which somebody knew of it.
    `kept_because`: why it is right although something speaks against it; `seen`: keys of what the person was shown.
    """

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
    kept_because: str = ""
    seen: frozenset[str] = frozenset()
    id: UUID = field(default_factory=uuid4)


def record_fact(case: Case, new: NewFact, *, by: User | None, commit: bool = True, follow: bool = True) -> Fact:
    """Record a fact, and let it start its clocks. Raises FactRefused, and changes nothing.

    `follow=False` leaves the clocks to a caller that records several facts and then recomputes once.
    """
    one_at_a_time([case])
    row = _add(case, new, by=by, contradictions=check_fact(case, new))
    audit.record(case, "deadlines:fact:record", by=by, subject=row.id, kind=row.kind)
    if follow:
        _follow(case, cause=f"Recorded: {FACTS[new.kind].label}", by=by)
    if commit:
        db.session.commit()
    return row


def correct_fact(case: Case, old: Fact, new: NewFact, reason: str, *, by: User, commit: bool = True) -> Fact:
    """Replace a fact by a corrected one; the old one stays in the record. Raises FactRefused, FactQuestioned."""
    one_at_a_time([case])
    _must_be_current(case, old)
    asked = {detail.key for detail in asked_of(new.kind, rulebook_for(case.state))}
    unasked = {key: value for key, value in old.details.items() if key not in asked}
    new = replace(new, entry_id=new.entry_id or old.entry_id, details=unasked | new.details)
    ask_about(case, new, old)
    row = _add(
        case, new, by=by, corrects_id=old.id, correction_reason=reason, contradictions=check_fact(case, new, old)
    )
    audit.record(case, "deadlines:fact:correct", by=by, subject=row.id, corrects=str(old.id))
    _follow(case, cause=f"Corrected: {FACTS[new.kind].label}. {reason}", by=by)
    if commit:
        db.session.commit()
    return row


def retract_fact(case: Case, old: Fact, reason: str, *, by: User, commit: bool = True) -> Fact:
    """Take a fact back that never happened; it stays in the record, marked as retracted."""
    one_at_a_time([case])
    _must_be_current(case, old)
    kept = NewFact(FactKind(old.kind), old.on_date, old.by_party, old.how, old.note, old.precision)
    row = _add(case, kept, by=by, corrects_id=old.id, correction_reason=reason, is_retraction=True)
    audit.record(case, "deadlines:fact:retract", by=by, subject=row.id, retracts=str(old.id))
    _follow(case, cause=f"Taken back: {FACTS[kept.kind].label}. {reason}", by=by)
    if commit:
        db.session.commit()
    return row


def ask_about(case: Case, new: NewFact, old: Fact | None = None) -> None:
    """Raise FactQuestioned when something speaks against `new` that nobody has seen and answered. `old`: what it
    corrects."""
    found = contradictions_of(case, new, old)
    if found and not (new.kept_because and new.seen >= {one.key for one in found}):
        raise FactQuestioned(found)


def contradictions_of(case: Case, new: NewFact, old: Fact | None = None) -> list[Contradiction]:
    """Return what speaks against a fact: today, the date of birth, or another fact of the case."""
    others = queries.law_facts(case, [row for row in queries.current_facts(case) if old is None or row.id != old.id])
    known = [fact for fact in others if fact.id != str(new.id)]
    return contradictions(queries.as_law_fact(new), known, born_on=case.student.born_on, today=today(case))


def check_fact(case: Case, new: NewFact, old: Fact | None = None) -> list[str]:
    """Return what speaks against a fact, in words. Raises FactRefused for a date that nobody can mean, and, unless
    somebody has said why it is right, for one in the future or before birth."""
    if new.on_date.year > today(case).year + MOST_YEARS_AHEAD:
        raise FactRefused("on_date", "This date is many years away. Check the year.")
    if new.on_date.year < case.student.born_on.year - MOST_YEARS_BEFORE:
        raise FactRefused("on_date", "This date is long before the student was born. Check the year.")
    found = contradictions_of(case, new, old)
    impossible = [one for one in found if one.key in ("future", "birth")]
    if impossible and not new.kept_because:
        raise FactRefused("on_date", " ".join(one.text for one in impossible))
    return [one.text for one in found]


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
        kept_because=new.kept_because if more.get("contradictions") else "",
        recorded_by=by.id if by else None,
        recorded_by_name=by.name if by else "",
        **more,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _must_be_current(case: Case, old: Fact) -> None:
    if old.id not in {row.id for row in queries.current_facts(case)}:
        raise FactRefused("on_date", "Somebody has corrected this fact already. Open the newest version.")


def _follow(case: Case, *, cause: str, by: User | None) -> None:
    """After any fact: deadlines first, then stay-put, which the same facts decide."""
    recompute(case, cause=cause, by_name=by.name if by else "")
    refresh_stay_put(case)
