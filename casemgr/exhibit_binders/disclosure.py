"""The last safe day for a binder, how ready it is, and what came after it was served."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines.queries import calendar_for, law_facts
from casemgr.documents.models import Document
from casemgr.exhibit_binders import queries
from casemgr.exhibit_binders.material import ExhibitNow
from casemgr.exhibit_binders.models import BinderFile, ExhibitBinder
from casemgr.extensions import db
from casemgr.forums.profiles import profile
from casemgr.law.days import DaysNotCovered
from casemgr.law.disclosure import five_day_disclosure
from casemgr.law.rulebook import rulebook_for
from casemgr.serving.models import ServiceCertificate

EVALUATIONS = ("evaluation", "independent_evaluation")


@dataclass(frozen=True)
class Countdown:
    """`last_day`: five business days before the hearing, the safe reading; None where it cannot be counted."""

    hearing_on: date
    last_day: date | None
    today: date
    is_late: bool
    reason: str = ""

    @property
    def days_left(self) -> int | None:
        return (self.last_day - self.today).days if self.last_day else None

    @property
    def is_over(self) -> bool:
        return self.today > self.hearing_on


def countdown(case: Case, disclosed_on: date | None = None) -> Countdown | None:
    """Return how long there is, judged for `disclosed_on` (today without it); None without a hearing date."""
    on = queries.hearing_on(case)
    if on is None:
        return None
    day = today(case)
    try:
        calendar = calendar_for(case, law_facts(case))
        found = five_day_disclosure(rulebook_for(case.state), on, disclosed_on or day, calendar)
    except DaysNotCovered as unknown:
        return Countdown(on, None, day, False, str(unknown))
    return Countdown(on, found.last_good_day, day, found.is_late, found.reason)


@dataclass(frozen=True)
class Step:
    """One part of being ready. `place` is the page where it is done, `todo` what is missing."""

    text: str
    is_done: bool
    place: str
    todo: str = ""


def sets_wanted(row: ExhibitBinder) -> int:
    """Return how many sets on paper are usual in the forum of a binder."""
    rule = profile(row.forum).rule("copies")
    return rule.value if rule and rule.value else 1


def sheets(files: Sequence[BinderFile]) -> int:
    """Return how many sheets one set takes, printed on both sides: of the files for that, else of the volumes."""
    kind = "print" if any(one.kind == "print" for one in files) else "volume"
    return sum((one.pages + 1) // 2 for one in files if one.kind == kind)


def missing_evaluations(case: Case, chosen: Sequence[ExhibitNow], visible: Collection[str]) -> list[Document]:
    """Return the evaluations among the papers that are in no binder yet, whoever may send them."""
    inside = {one.document_id for one in chosen if not one.withdrawn}
    wanted = select(Document).where(
        Document.case_id == case.id,
        Document.kind.in_(EVALUATIONS),
        Document.visibility.in_(visible),
        Document.trashed_at.is_(None),
        Document.is_source.is_(False),
    )
    return [paper for paper in db.session.scalars(wanted.order_by(Document.title)) if str(paper.id) not in inside]


def readiness(
    case: Case,
    row: ExhibitBinder,
    chosen: Sequence[ExhibitNow],
    visible: Collection[str],
    *,
    is_made: bool,
    is_pending: bool,
) -> list[Step]:
    """Return what a binder needs before it is served, in the order in which it is done.

    `is_pending`: something is not served yet, or has changed since."""
    evaluations = missing_evaluations(case, chosen, visible)
    sets = sets_wanted(row)
    kept = [one for one in chosen if not one.withdrawn]
    missing = ", ".join(f"“{paper.title}”" for paper in evaluations[:3]) + (" and more" if len(evaluations) > 3 else "")
    return [
        Step("Exhibits are chosen", bool(kept), "exhibits", "Choose the papers that you will use."),
        Step("All evaluations are in", bool(kept) and not evaluations, "exhibits", f"Not in yet: {missing}"
             if evaluations else "Choose the exhibits first."),
        Step("Witnesses are listed", bool(row.witnesses), "people", "Name those who will speak for you."),
        Step("Who gets a copy is said", bool(row.recipients), "people", "Name the other side and the hearing officer."),
        Step("The PDF is made", is_made or not is_pending, "show", "Make it, and read it once."),
        Step("The sets are printed", row.copies_made >= sets, "settings",
             f"{row.copies_made} of {sets} sets lie ready. Ask the hearing officer how many are wanted."),
        Step("It was served", not is_pending, "serve",
             "Send it, and then mark it as served."),
    ]  # fmt: skip


def arrived_since(case: Case, row: ExhibitBinder, at: datetime, visible: Collection[str]) -> list[Document]:
    """Return the shared papers that came after something was served and are not in the binder, newest first.

    Our own certificates of service are no news."""
    inside = {paper.id for _, paper in queries.rows_of(row)}
    wanted = select(Document).where(
        Document.case_id == case.id,
        Document.visibility.in_(visible),
        or_(Document.visibility == "shared", Document.kind.in_(EVALUATIONS)),
        Document.trashed_at.is_(None),
        Document.is_source.is_(False),
        Document.uploaded_at > at,
        Document.id.not_in(select(ServiceCertificate.document_id).where(ServiceCertificate.case_id == case.id)),
    )
    found = db.session.scalars(wanted.order_by(Document.uploaded_at.desc())).all()
    return [paper for paper in found if paper.id not in inside]
