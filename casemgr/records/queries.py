"""Read requests for records, what came in answer, and what the case holds by kind and school year."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import defer

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.cases.queries import DueDate, due_date
from casemgr.deadlines import queries as deadlines
from casemgr.deadlines.models import Deadline, Fact
from casemgr.deadlines.standing import state_on
from casemgr.documents import queries as documents
from casemgr.documents.kinds import DOCUMENT_KINDS
from casemgr.documents.models import Document
from casemgr.documents.queries import PaperFilter
from casemgr.extensions import db
from casemgr.law.rulebook import rulebook_for
from casemgr.law.rules import Rule
from casemgr.law.terms import FactKind, VerdictKind
from casemgr.obligations.queries import standing_fact
from casemgr.proceedings import paths
from casemgr.proceedings.paths import Path
from casemgr.records import gaps
from casemgr.records.expected import expected_for
from casemgr.records.gaps import Cell, Dated, Excepted, Report
from casemgr.records.models import RecordsArrival, RecordsException, RecordsRequest, RecordsTerms
from casemgr.records.periods import school_years, year_label, year_of

USUAL_TERMS = 4
MOST_YEARS = 15
MOST_PROPOSED = 100
STATE_COMPLAINT, FERPA = "state_complaint", "ferpa-complaint"


@dataclass(frozen=True)
class Clock:
    """One limit that a request started, as it stands today. `is_over`: its last reading has passed, and nothing on
    record says that the records were given."""

    row: Deadline
    due: DueDate | None
    is_over: bool


@dataclass(frozen=True)
class Missing:
    """One thing that has not come: what, for which time, and what would fill the gap."""

    kind: str
    label: str
    when: str
    fill: str
    citation: str = ""


@dataclass(frozen=True)
class Asked:
    """A request as it stands today. `fact` is None when the day that starts the clock was taken back."""

    row: RecordsRequest
    fact: Fact | None
    clocks: list[Clock]
    arrived: Sequence[Document]
    missing: list[Missing]

    @property
    def is_answered(self) -> bool:
        """Whether a fact says that the school gave the records."""
        states = {clock.row.state for clock in self.clocks}
        return "met" in states and not states & {"open", "late"}

    @property
    def over(self) -> list[Clock]:
        return [clock for clock in self.clocks if clock.is_over]


@dataclass(frozen=True)
class WaysOn:
    """What the law tables name for a request that was not answered. None: they name nothing in this State."""

    state_complaint: Path | None
    ferpa: Rule | None


def request_of(case: Case, request_id: UUID) -> RecordsRequest | None:
    return db.session.scalar(
        select(RecordsRequest).where(RecordsRequest.case_id == case.id, RecordsRequest.id == request_id)
    )


def requests_of(case: Case, visible: Collection[str]) -> list[Asked]:
    """Return every request as it stands, the newest record first."""
    rows = db.session.scalars(
        select(RecordsRequest).where(RecordsRequest.case_id == case.id).order_by(RecordsRequest.created_at.desc())
    ).all()
    if not rows:
        return []
    due, held = list(deadlines.deadlines_of(case)), gap_report(case, visible)
    return [_asked(case, row, due, held, visible) for row in rows]


def asked(case: Case, row: RecordsRequest, visible: Collection[str]) -> Asked:
    """Return one request as it stands."""
    return _asked(case, row, list(deadlines.deadlines_of(case)), gap_report(case, visible), visible)


def _asked(case: Case, row: RecordsRequest, due: Sequence[Deadline], held: Report, visible: Collection[str]) -> Asked:
    fact = standing_fact(case, row.fact_id)
    day = today(case)
    clocks = [_clock(one, day) for one in due if fact is not None and one.fact_id == fact.id]
    arrived = arrived_for(case, row, visible)
    return Asked(row, fact, clocks, arrived, _missing(case, row, held, arrived, visible))


def _clock(row: Deadline, day: date) -> Clock:
    is_over = row.state in ("open", "late") and row.late_after is not None and row.late_after < day
    return Clock(row, due_date(row, day) if row.act_by else None, is_over or state_on(row, day) == "late")


def arrived_for(case: Case, row: RecordsRequest, visible: Collection[str]) -> Sequence[Document]:
    """Return the papers that were linked to a request, by date."""
    linked = select(RecordsArrival.document_id).where(
        RecordsArrival.case_id == case.id, RecordsArrival.request_id == row.id
    )
    found = documents.found(case, visible, PaperFilter()).where(Document.id.in_(linked))
    return db.session.scalars(found.order_by(Document.document_on.nulls_last(), Document.title)).all()


def proposed_for(case: Case, row: RecordsRequest, since: date, visible: Collection[str]) -> Sequence[Document]:
    """Return papers that came to the case on or after `since` and are of a kind that was asked for, the newest first.
    A person ticks those that came in answer."""
    linked = select(RecordsArrival.document_id).where(
        RecordsArrival.case_id == case.id, RecordsArrival.request_id == row.id
    )
    start = datetime.combine(since, time(), ZoneInfo(case.timezone))
    came = or_(Document.received_on >= since, and_(Document.received_on.is_(None), Document.uploaded_at >= start))
    found = documents.found(case, visible, PaperFilter()).where(
        came, Document.id.not_in(linked), Document.received_how != "own"
    )
    if row.kinds:
        found = found.where(Document.kind.in_(row.kinds))
    if row.document_id is not None:
        found = found.where(Document.id != row.document_id)
    newest = found.order_by(Document.received_on.desc().nulls_last(), Document.uploaded_at.desc(), Document.id)
    return db.session.scalars(newest.options(defer(Document.custody)).limit(MOST_PROPOSED)).all()


def _missing(
    case: Case, row: RecordsRequest, held: Report, arrived: Sequence[Document], visible: Collection[str]
) -> list[Missing]:
    """What was asked for and is not there, by kind and time: gaps of the report, then kinds that have no rhythm."""
    wanted = set(row.kinds)
    first, last = row.first_year or 0, row.last_year or 9999
    years = {year.span.first: year.start for year in held.years}
    found = [
        missing
        for missing, start in ((_of_cell(held, cell), _start(cell, years)) for cell in held.gaps)
        if (not wanted or missing.kind in wanted) and first <= start <= last
    ]
    rhythm = {line.kind for line in held.lines}
    here = {paper.kind for paper in arrived} | {
        one.kind for one in held_papers(case, visible) if first <= year_of(one.on) <= last
    }
    for kind in row.kinds:
        if kind not in rhythm and kind not in here:
            label = DOCUMENT_KINDS.get(kind, kind)
            found.append(Missing(kind, label, _years_in_words(row), f"Any paper of this kind: {label}."))
    return found


def _start(cell: Cell, years: dict[date, int]) -> int:
    return max(start for first, start in years.items() if first <= cell.span.first)


def _of_cell(held: Report, cell: Cell) -> Missing:
    expected = next(line.expected for line in held.lines if line.kind == cell.kind)
    label = DOCUMENT_KINDS.get(cell.kind, cell.kind)
    return Missing(cell.kind, label, cell.span.label, expected.fill, expected.citation)


def _years_in_words(row: RecordsRequest) -> str:
    if row.first_year is None and row.last_year is None:
        return "all school years"
    if row.first_year == row.last_year and row.first_year is not None:
        return year_label(row.first_year)
    since = f"from {year_label(row.first_year)}" if row.first_year is not None else ""
    until = f"until {year_label(row.last_year)}" if row.last_year is not None else ""
    return f"{since} {until}".strip()


def years_in_words(row: RecordsRequest) -> str:
    """Return the school years that were asked for."""
    return _years_in_words(row)


def held_papers(case: Case, visible: Collection[str]) -> list[Dated]:
    """Return how many papers of each kind there are of each day; those without a date are left out. One query."""
    found = documents.found(case, visible, PaperFilter()).where(Document.document_on.is_not(None))
    counted = found.with_only_columns(Document.kind, Document.document_on, func.count())
    return [Dated(*row) for row in db.session.execute(counted.group_by(Document.kind, Document.document_on))]


def gap_report(case: Case, visible: Collection[str]) -> Report:
    """Return kinds × school years and terms of what this person may see of the case."""
    held, day = held_papers(case, visible), today(case)
    first = first_day(case, held)
    earliest = max(first, day - timedelta(days=365 * MOST_YEARS))
    years = school_years(earliest, max(day, earliest), deadlines.school_years(case.lea), terms_of(case))
    excepted = [Excepted(row.kind, row.first_on, row.last_on, row.reason) for row in exceptions_of(case)]
    return gaps.report(years, expected_for(case.track), held, excepted, first=first, today=day)


def first_day(case: Case, held: Sequence[Dated]) -> date:
    """Return the day from which papers are expected: that of the first IEP or 504 plan, else of the concern."""
    plans = [paper.on for paper in held if paper.kind in ("iep", "plan_504")]
    return min(plans, default=case.concern_on)


def terms_of(case: Case) -> int:
    """Return how many times a year the school reports on progress, as somebody said, else USUAL_TERMS."""
    return db.session.scalar(select(RecordsTerms.count).where(RecordsTerms.case_id == case.id)) or USUAL_TERMS


def exceptions_of(case: Case) -> Sequence[RecordsException]:
    rows = select(RecordsException).where(RecordsException.case_id == case.id)
    return db.session.scalars(rows.order_by(RecordsException.first_on, RecordsException.kind)).all()


def exception(case: Case, exception_id: UUID) -> RecordsException | None:
    rows = select(RecordsException).where(RecordsException.case_id == case.id, RecordsException.id == exception_id)
    return db.session.scalar(rows)


def count_undated(case: Case, visible: Collection[str]) -> int:
    found = documents.found(case, visible, PaperFilter(undated=True)).with_only_columns(func.count())
    return db.session.scalar(found) or 0


def day_choices(case: Case) -> list[tuple[str, str]]:
    """Return the recorded days on which the school received a request, as choices of a form, newest first."""
    rows = [row for row in deadlines.current_facts(case) if row.kind == FactKind.RECORDS_REQUESTED.value]
    return [(str(row.id), f"{row.on_date:%B} {row.on_date.day}, {row.on_date.year}") for row in reversed(rows)]


def ways_on(case: Case) -> WaysOn:
    """Return what the tables of the law name for this case when a request is not answered."""
    found = [row for row in paths.from_here(case).all if row.now.info.id == STATE_COMPLAINT]
    complaint = next((row for row in found if row.now.verdict is not VerdictKind.REFUSED), None)
    rules = [rule for rule in rulebook_for(case.state).rules if rule.id == FERPA]
    return WaysOn(complaint, rules[-1] if rules else None)
