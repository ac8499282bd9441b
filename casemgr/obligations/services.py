"""Write down what was promised, what is delivered of it, and how it ended."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import select

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.deadlines import queries as deadlines
from casemgr.extensions import db
from casemgr.issues import services as issues
from casemgr.issues.models import Issue
from casemgr.issues.services import NewIssue
from casemgr.obligations import queries
from casemgr.obligations.counting import Counted, count, delivered_of
from casemgr.obligations.models import Delivery, Obligation
from casemgr.platform.columns import now
from casemgr.platform.locking import check_version
from casemgr.platform.refused import FieldRefused


class ObligationRefused(FieldRefused):
    """It cannot be written down like this, and nothing was changed. `field` names the input it is about."""


@dataclass(frozen=True)
class NewObligation:
    """What was promised, in the columns of models.Obligation; `id` is the form's one-time id."""

    title: str
    actor: str
    timing: str
    words: str = ""
    who: str = ""
    proof: str = ""
    fact_id: UUID | None = None
    document_id: UUID | None = None
    due_on: date | None = None
    count: int | None = None
    unit: str = ""
    count_from: date | None = None
    every: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    minutes: int | None = None
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class NewDelivery:
    """A part that was delivered. `minutes` only where hours are promised."""

    on_date: date
    minutes: int | None = None
    note: str = ""
    document_id: UUID | None = None
    entry_id: UUID | None = None
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class Ending:
    """That a promise is met (with its proof) or not asked for any more (with the reason)."""

    on_date: date
    note: str = ""
    document_id: UUID | None = None
    entry_id: UUID | None = None


WORDS = tuple(one.name for one in fields(NewObligation) if one.name != "id")


def add(case: Case, new: NewObligation, *, by: User) -> Obligation:
    """Write a promise down, and count its date."""
    _lock(case)
    row = Obligation(
        id=new.id,
        org_id=case.org_id,
        case_id=case.id,
        recorded_by=by.id,
        recorded_by_name=by.name,
        **{name: getattr(new, name) for name in WORDS},
    )
    _set_dates(case, row, [])
    db.session.add(row)
    db.session.flush()
    audit.record(case, "obligations:obligation:add", by=by, subject=row.id, timing=row.timing)
    db.session.commit()
    return row


def edit(case: Case, row: Obligation, new: NewObligation, *, version: int, by: User) -> None:
    """Change what was written down. Raises StaleForm."""
    _lock(case)
    check_version(row, version)
    for name in WORDS:
        setattr(row, name, getattr(new, name))
    _set_dates(case, row, queries.deliveries_of(case, row)[row.id])
    audit.record(case, "obligations:obligation:edit", by=by, subject=row.id)
    db.session.commit()


def deliver(case: Case, row: Obligation, new: NewDelivery, *, by: User) -> Delivery:
    """Record a part that was delivered. Raises ObligationRefused for a promise that has ended."""
    _lock(case)
    if row.state != "open":
        raise ObligationRefused("on_date", "This promise has ended. Take it up again first.")
    made = Delivery(
        id=new.id,
        org_id=case.org_id,
        case_id=case.id,
        obligation_id=row.id,
        on_date=new.on_date,
        minutes=new.minutes if row.minutes else None,
        note=new.note,
        document_id=new.document_id,
        entry_id=new.entry_id,
        recorded_by=by.id,
        recorded_by_name=by.name,
    )
    db.session.add(made)
    db.session.flush()
    _set_dates(case, row, queries.deliveries_of(case, row)[row.id])
    audit.record(case, "obligations:delivery:add", by=by, subject=made.id, obligation=str(row.id))
    db.session.commit()
    return made


def take_back(case: Case, row: Obligation, made: Delivery, *, by: User) -> None:
    """Take back a delivery that was entered by mistake; it stays on record. Twice is once."""
    _lock(case)
    if made.taken_back_at is None:
        made.taken_back_at, made.taken_back_by_name = now(), by.name
        db.session.flush()
        _set_dates(case, row, queries.deliveries_of(case, row)[row.id])
        audit.record(case, "obligations:delivery:take_back", by=by, subject=made.id)
    db.session.commit()


def meet(case: Case, row: Obligation, ending: Ending, *, version: int, by: User) -> None:
    """Mark a promise as met, with a paper or an entry of the log that shows it. Raises StaleForm, ObligationRefused."""
    if ending.document_id is None and ending.entry_id is None:
        raise ObligationRefused("document_id", "Choose the paper or the log entry that shows it.")
    _end(case, row, "met", ending, version, by)


def waive(case: Case, row: Obligation, ending: Ending, *, version: int, by: User) -> None:
    """Say that a promise is not asked for any more, and why. Raises StaleForm."""
    _end(case, row, "waived", ending, version, by)


def _end(case: Case, row: Obligation, state: str, ending: Ending, version: int, by: User) -> None:
    _lock(case)
    check_version(row, version)
    row.state, row.ended_on, row.ended_note = state, ending.on_date, ending.note
    row.proof_document_id, row.proof_entry_id = ending.document_id, ending.entry_id
    audit.record(case, f"obligations:obligation:{state}", by=by, subject=row.id)
    db.session.commit()


def reopen(case: Case, row: Obligation, *, version: int, by: User) -> None:
    """Take up a promise again that was marked as met or waived. Raises StaleForm."""
    _lock(case)
    check_version(row, version)
    row.state, row.ended_on, row.ended_note = "open", None, ""
    row.proof_document_id = row.proof_entry_id = None
    _set_dates(case, row, queries.deliveries_of(case, row)[row.id])
    audit.record(case, "obligations:obligation:reopen", by=by, subject=row.id)
    db.session.commit()


def make_issue(case: Case, row: Obligation, new: NewIssue, *, by: User) -> UUID:
    """Make an issue of a broken promise, so that a complaint can carry it; a second time finds the first one."""
    _lock(case)
    db.session.refresh(row)
    if row.issue_id is None:
        made: Issue = issues.add_issue(case, new, by=by, commit=False)
        row.issue_id = made.id
        db.session.commit()
    return row.issue_id


def recount(cases: Sequence[Case]) -> None:
    """Count the open promises of cases anew: their facts or a school calendar have changed. Does not commit.

    One query where nothing is counted in days, which is the rule."""
    known = {case.id: case for case in cases}
    counted = db.session.scalars(
        select(Obligation).where(
            Obligation.case_id.in_(known), Obligation.state == "open", Obligation.timing == "count"
        )
    ).all()
    for row in counted:
        _set_dates(known[row.case_id], row, [])  # what is delivered does not move a date that is counted in days


def _set_dates(case: Case, row: Obligation, deliveries: Sequence[Delivery]) -> None:
    agreed = queries.standing_fact(case, row.fact_id) if row.timing == "count" else None
    found = count(
        row,
        delivered_of(row, deliveries),
        agreed.on_date if agreed else None,
        functools.partial(_calendar, case),
    )
    for one in fields(Counted):
        if getattr(row, one.name) != getattr(found, one.name):
            setattr(row, one.name, getattr(found, one.name))


def _calendar(case: Case) -> object:
    return deadlines.calendar_for(case, deadlines.law_facts(case))


def _lock(case: Case) -> None:
    """Wait for whoever is changing this case: dates and deliveries are counted one after another."""
    db.session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
