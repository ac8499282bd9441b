"""Read promises: those of a case, with what is delivered of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.cases.queries import OURS, WHO_ACTS, DueDate
from casemgr.deadlines import queries as deadlines
from casemgr.deadlines.models import Fact
from casemgr.evidence.models import EvidenceEntry
from casemgr.extensions import db
from casemgr.obligations.counting import delivered_of, series_of
from casemgr.obligations.models import Delivery, Obligation
from casemgr.obligations.sources import SOURCES

NEWEST_ENTRIES = 200


@dataclass(frozen=True)
class Promise:
    """A promise as it stands on a day. Amounts are minutes, or times where no hours are promised; `owed` is what
    should be delivered by now, `total` what is promised in all (None: without an end, or not counted)."""

    row: Obligation
    state: str
    deliveries: Sequence[Delivery]
    delivered: int
    owed: int
    total: int | None

    @property
    def behind(self) -> int:
        return max(0, self.owed - self.delivered)

    @property
    def is_counted(self) -> bool:
        """Whether it is delivered in parts."""
        return self.row.timing == "again" or self.row.minutes is not None

    @property
    def is_ours(self) -> bool:
        return self.row.actor in OURS

    @property
    def all_delivered(self) -> bool:
        return self.is_counted and self.total is not None and self.delivered >= self.total


@dataclass(frozen=True)
class InShort:
    """What the home page of the case says about its promises. `next` is the open one that comes next."""

    open: int
    overdue: int
    next: DueDate | None
    first_overdue: str = ""


def state_of(row: Obligation, day: date) -> str:
    """Return open, late, met or waived. Nothing is late on its own day, nor before every reading of it is over."""
    if row.state == "open" and row.late_after is not None and day > row.late_after:
        return "late"
    return row.state


def obligation(case: Case, obligation_id: UUID) -> Obligation | None:
    return db.session.scalar(select(Obligation).where(Obligation.case_id == case.id, Obligation.id == obligation_id))


def obligations_of(case: Case) -> Sequence[Obligation]:
    """Return every promise of a case, the one that is due first on top, those without a date last."""
    return db.session.scalars(
        select(Obligation)
        .where(Obligation.case_id == case.id)
        .order_by(Obligation.act_by.nulls_last(), Obligation.created_at)
    ).all()


def deliveries_of(case: Case, row: Obligation | None = None) -> dict[UUID, list[Delivery]]:
    """Return what was delivered, newest first, by promise: all of the case's, or one promise's."""
    query = select(Delivery).where(Delivery.case_id == case.id)
    if row is not None:
        query = query.where(Delivery.obligation_id == row.id)
    found: dict[UUID, list[Delivery]] = defaultdict(list)
    for one in db.session.scalars(query.order_by(Delivery.on_date.desc(), Delivery.created_at.desc())):
        found[one.obligation_id].append(one)
    return found


def delivery(row: Obligation, delivery_id: UUID) -> Delivery | None:
    return db.session.scalar(
        select(Delivery).where(
            Delivery.case_id == row.case_id, Delivery.obligation_id == row.id, Delivery.id == delivery_id
        )
    )


def promise(case: Case, row: Obligation) -> Promise:
    """Return one promise as it stands today."""
    return _promise(row, deliveries_of(case, row)[row.id], today(case))


def promises(case: Case) -> list[Promise]:
    """Return all promises of a case as they stand today. Two queries, however many there are."""
    deliveries, day = deliveries_of(case), today(case)
    return [_promise(row, deliveries[row.id], day) for row in obligations_of(case)]


def _promise(row: Obligation, deliveries: Sequence[Delivery], day: date) -> Promise:
    delivered, series = delivered_of(row, deliveries), series_of(row)
    if series is not None:
        owed, total = series.owed_by(day), series.total()
    else:
        total = row.minutes
        owed = row.minutes or 0 if row.late_after is not None and day > row.late_after else 0
    return Promise(row, state_of(row, day), deliveries, delivered, owed, total)


def in_short(case: Case) -> InShort | None:
    """Return what the case's home page says; None for a case to which nothing was promised. One query."""
    rows = obligations_of(case)
    if not rows:
        return None
    day = today(case)
    still = [row for row in rows if row.state == "open"]
    late = [row for row in still if state_of(row, day) == "late"]
    dated = [row for row in still if row.act_by is not None]
    return InShort(len(still), len(late), due_date(dated[0], day) if dated else None, late[0].title if late else "")


def sources_of(case: Case) -> list[Fact]:
    """Return the agreements and decisions on record as they stand, newest first."""
    kinds = {kind.value for kind in SOURCES}
    return [row for row in reversed(deadlines.current_facts(case)) if row.kind in kinds]


def standing_fact(case: Case, fact_id: UUID | None) -> Fact | None:
    """Return a fact in its latest form, by the id of any of its versions; None for one that was taken back."""
    if fact_id is None:
        return None
    later = {row.corrects_id: row for row in deadlines.all_facts(case) if row.corrects_id}
    row = deadlines.fact(case, fact_id)
    while row is not None and row.id in later:
        row = later[row.id]
    return None if row is None or row.is_retraction else row


def entry_choices(case: Case, visible: Collection[str]) -> list[tuple[str, str]]:
    """Return the newest entries of the log as choices of a form; a corrected entry is left out."""
    corrected = select(EvidenceEntry.supersedes_id).where(
        EvidenceEntry.case_id == case.id, EvidenceEntry.supersedes_id.is_not(None)
    )
    rows = db.session.scalars(
        select(EvidenceEntry)
        .where(
            EvidenceEntry.case_id == case.id,
            EvidenceEntry.visibility.in_(visible),
            EvidenceEntry.id.not_in(corrected),
        )
        .order_by(EvidenceEntry.happened_on.desc(), EvidenceEntry.number.desc())
        .limit(NEWEST_ENTRIES)
    )
    return [
        (str(row.id), f"No. {row.number}: {row.title} ({row.happened_on:%b} {row.happened_on.day})") for row in rows
    ]


def due_date(row: Obligation, day: date) -> DueDate:
    """Return a promise that has a date as lists of dates show it on `day` (of the case)."""
    assert row.act_by is not None, "lists of dates leave out promises without one"
    return DueDate(
        id=row.id,
        case_id=row.case_id,
        title=row.title,
        act_by=row.act_by,
        nominal=row.nominal if row.nominal != row.act_by else None,
        late_after=row.late_after if row.late_after != row.act_by else None,
        citation="",
        state=state_of(row, day),
        who=WHO_ACTS.get(row.actor, ""),
        is_ours=row.actor in OURS,
        uncertain=None,
        kind="promise",
    )
