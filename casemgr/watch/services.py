"""Look through the cases of organizations, keep what was found, and tell the owners what is new."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from casemgr.accounts.models import Organization, User
from casemgr.audit import services as audit
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.discipline import services as discipline
from casemgr.extensions import db
from casemgr.heads import services as heads
from casemgr.law.terms import Stage
from casemgr.notices import services as notices
from casemgr.notices.services import News
from casemgr.obligations import queries as obligations
from casemgr.platform.columns import now
from casemgr.platform.tenancy import Scope, acting_in
from casemgr.watch import queries
from casemgr.watch.kinds import KINDS
from casemgr.watch.looking import look
from casemgr.watch.models import Finding

log = logging.getLogger(__name__)

NIGHT = range(1, 5)
"""Hours of the organization's own clock in which its cases are looked through."""
AT_MOST_EVERY = timedelta(hours=12)
AT_LEAST_EVERY = timedelta(hours=24)
"""A computer that sleeps at night is caught up with by day."""


@dataclass(frozen=True)
class Round:
    """What one round through the organizations did."""

    organizations: int = 0
    cases: int = 0
    stuck: int = 0


def go_round(*, everybody: bool = False) -> Round:
    """Look through every organization whose turn it is (`everybody`: through all), each inside its own walls.

    One that fails is logged and does not keep the others from being looked at.
    """
    moment = now()
    since = moment if everybody else moment - AT_MOST_EVERY
    done = Round()
    for org_id in db.session.scalars(select(func.organizations_not_watched_since(since))).all():
        try:
            with acting_in(Scope(org_id)):
                if everybody or _is_its_turn(org_id, moment):
                    cases, stuck = look_through(org_id)
                    done = Round(done.organizations + 1, done.cases + cases, done.stuck + stuck)
        except Exception:
            db.session.rollback()
            log.exception("looking through an organization failed", extra={"org": str(org_id)})
    return done


def _is_its_turn(org_id: UUID, moment: datetime) -> bool:
    """At night on the organization's own clock; by day too, when the last time is a day ago."""
    organization = db.session.get_one(Organization, org_id)
    if moment - (organization.watched_at or organization.created_at) >= AT_LEAST_EVERY:
        return True
    is_new = organization.watched_at is None and moment - organization.created_at < AT_MOST_EVERY
    return not is_new and moment.astimezone(ZoneInfo(organization.timezone)).hour in NIGHT


def look_through(org_id: UUID) -> tuple[int, int]:
    """Look at every open case of the acting organization, count the day of a student who is still out of school, and
    commit after each. Returns how many, and how many are stuck. Safe to be killed anywhere and started again."""
    owners = queries.owners_of(org_id)
    change_id = uuid5(org_id, f"watch {now():%Y-%m-%d}")
    ids = queries.open_case_ids()
    stuck = 0
    for case_id in ids:
        case = db.session.get(Case, case_id)
        if case is not None and case.stage != Stage.CLOSED.value:
            discipline.recount(case)
            stuck += _look_at(case, owners, change_id)
            _tell_of_broken_promises(case)
            heads.tonight(case)
        db.session.commit()
        db.session.expunge_all()  # so that ten thousand cases need no more memory than one
    # Past the version of the row: a person who edits the workspace at this moment has changed nothing of this.
    db.session.execute(update(Organization).where(Organization.id == org_id).values(watched_at=now()))
    db.session.commit()
    return len(ids), stuck


def _look_at(case: Case, owners: set[UUID], change_id: UUID) -> bool:
    """Keep what is found in one case, and tell about what is new. Returns whether anything shows."""
    rows = {(row.kind, row.subject): row for row in queries.findings_of(case.id)}
    new = []
    for found in look(case):
        row = rows.pop((found.kind, found.subject), None)
        if row is None:
            row = Finding(org_id=case.org_id, case_id=case.id, kind=found.kind, subject=found.subject)
            db.session.add(row)
            new.append(found)
        elif row.mended_at is not None:
            row.mended_at, row.found_at = None, now()
            new.append(found)
        row.detail = found.detail
    gone = [row for row in rows.values() if row.mended_at is None]
    for row in gone:
        row.mended_at = now()
    db.session.flush()
    if new:
        to = owners | ({case.owner_id} if case.owner_id else set())
        lines = tuple(" ".join(part for part in (f"{KINDS[one.kind].title}.", one.detail) if part) for one in new)
        text = "This case may be stuck."
        notices.tell([News(case.id, "needs_attention", text, lines, to=to)], change_id=change_id)
    return any(row.mended_at is None for row in queries.findings_of(case.id))


def _tell_of_broken_promises(case: Case) -> None:
    """Tell the people on a case, once for each day that was missed, that a promise is overdue."""
    day = today(case)
    for row in obligations.obligations_of(case):
        if obligations.state_of(row, day) == "late":
            where = {"obligation_id": str(row.id)}
            news = News(case.id, "obligation", "What was promised is overdue.", (row.title,), "obligations.show", where)
            notices.tell([news], change_id=uuid5(row.id, f"overdue {row.act_by}"))


def leave(case: Case, row: Finding, until_on: date, because: str, *, by: User) -> None:
    """Record that somebody looked, and that it can wait until a day, and why. It shows again on that day."""
    row.left_until, row.left_because = until_on, because
    row.left_by_name, row.left_at = by.name, now()
    audit.record(case, "watch:finding:leave", by=by, subject=row.id, kind=row.kind)
    db.session.commit()
