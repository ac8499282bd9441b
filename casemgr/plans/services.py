"""Record the placement, and keep the periods in which stay-put freezes it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from uuid import UUID, uuid4

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.extensions import db
from casemgr.plans import queries
from casemgr.plans.models import Placement, StayPutPeriod


@dataclass(frozen=True)
class Service:
    """One service of the plan: minutes, per what ("5 x week"), and where."""

    name: str
    minutes: int | None = None
    per: str = ""
    where: str = ""


@dataclass(frozen=True)
class NewPlacement:
    agreed_on: date
    school: str
    setting: str = ""
    services: tuple[Service, ...] = ()
    document_id: UUID | None = None
    note: str = ""
    id: UUID = field(default_factory=uuid4)


def record_placement(case: Case, new: NewPlacement, *, by: User, commit: bool = True) -> Placement:
    """Record the placement that was last agreed. What was recorded before stays in the history."""
    row = Placement(
        id=new.id,
        org_id=case.org_id,
        case_id=case.id,
        agreed_on=new.agreed_on,
        document_id=new.document_id,
        school=new.school,
        setting=new.setting,
        services=[asdict(service) for service in new.services],
        note=new.note,
        recorded_by=by.id,
        recorded_by_name=by.name,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(case, "plans:placement:record", by=by, subject=row.id)
    refresh_stay_put(case)
    if commit:
        db.session.commit()
    return row


def refresh_stay_put(case: Case) -> None:
    """Open, close or leave alone the stay-put period, as the law computes it. Does not commit.

    The period freezes the placement that was last agreed on or before the day it began; one that is recorded
    late fills an empty snapshot, and never replaces a frozen one.
    """
    answer = queries.stay_put_of(case)
    period = queries.open_period(case)
    if answer.in_force and answer.since is not None:
        if period is not None and period.since_on != answer.since:
            _close(period, answer.since, "The start was corrected.")
            period = None
        if period is None:
            period = StayPutPeriod(
                org_id=case.org_id,
                case_id=case.id,
                since_on=answer.since,
                citation=answer.reasons[0].citation if answer.reasons else "34 CFR 300.518(a)",
                reasons=[{"text": reason.text, "citation": reason.citation} for reason in answer.reasons],
            )
            db.session.add(period)
        if period.placement_id is None:
            period.placement_id = _agreed_by(case, answer.since)
    elif period is not None:
        _close(period, answer.ended_on or period.since_on, answer.reasons[0].text if answer.reasons else "")
    db.session.flush()


def _agreed_by(case: Case, day: date) -> UUID | None:
    return next((row.id for row in queries.placements_of(case) if row.agreed_on <= day), None)


def _close(period: StayPutPeriod, on: date, reason: str) -> None:
    period.ended_on = max(on, period.since_on)
    period.end_reason = reason
    db.session.flush()
