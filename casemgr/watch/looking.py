"""Look at one case: is there anything that would let it lie still without anybody noticing?

Fresh cases and samples are left in peace. Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from casemgr.accounts.models import Membership, User
from casemgr.cases.case_home import grounds_of
from casemgr.cases.models import Case, CaseMember
from casemgr.cases.next_steps import next_steps
from casemgr.cases.queries import OURS
from casemgr.deadlines.models import Deadline
from casemgr.deadlines.queries import current_facts
from casemgr.deadlines.standing import is_running
from casemgr.exhibit_binders import disclosure
from casemgr.exhibit_binders import queries as binders
from casemgr.extensions import db
from casemgr.filings.models import Packet
from casemgr.law import stages
from casemgr.law.stages import CaseView, Option
from casemgr.law.terms import Event, FactKind, ProceedingStep, RuleKind, Stage, VerdictKind
from casemgr.platform.columns import now
from casemgr.proceedings.queries import kinds_of_stage
from casemgr.proceedings.words import PROCEEDINGS, step_name
from casemgr.web.filters import plural, short_date

FRESH = timedelta(days=3)
NEAR = timedelta(days=30)
"""A date within this many days is a next step, also when it is the other side's to meet."""
PACKET_PATIENCE = timedelta(hours=6)
EVERYTHING = frozenset({"shared", "internal", "privileged", "mediation"})
"""The look sees all papers, and says nothing of what is in them."""


@dataclass(frozen=True)
class Found:
    """One reason. `subject` tells two of the same kind apart; `detail` says what exactly, and names no person."""

    kind: str
    subject: str = ""
    detail: str = ""


def look(case: Case) -> list[Found]:
    """Return every reason why an open case may be stuck."""
    if case.stage == Stage.CLOSED.value or case.is_sample or now() - case.created_at < FRESH:
        return []
    grounds = grounds_of(case, EVERYTHING)
    running = db.session.scalars(
        select(Deadline).where(Deadline.case_id == case.id, is_running(grounds.view.today))
    ).all()
    promised = grounds.promises.next if grounds.promises else None
    days = [row.act_by for row in running if row.act_by is not None] + ([promised.act_by] if promised else [])
    people = _who_may_open(case)
    found = [] if case.owner_id in people else [Found("no_owner")]
    if not days:
        found.append(Found("no_clock", detail=_not_counted(running)))
    near = any(day <= grounds.view.today + NEAR for day in days)
    if not near and not next_steps(grounds.standing, lambda permission: True):
        found.append(Found("no_next_step"))
    return [
        *found,
        *_dead_ends(grounds.view, grounds.standing.options),
        *_packets(case),
        *_disclosure(case),
        *_nobodys(case, running, people),
    ]


def _who_may_open(case: Case) -> set[UUID]:
    """Return who can sign in and open the case: members of its organization, and those named on it."""
    members = select(Membership.user_id).where(Membership.org_id == case.org_id)
    named = select(CaseMember.user_id).where(CaseMember.case_id == case.id)
    wanted = User.id.in_(members) | User.id.in_(named)
    return set(db.session.scalars(select(User.id).where(wanted, User.is_active)))


def _not_counted(running: Sequence[Deadline]) -> str:
    waiting = [row for row in running if row.act_by is None and row.reason and row.explanation.get("unit")]
    return f"{plural(len(waiting), 'date')} cannot be counted yet." if waiting else ""


def _dead_ends(view: CaseView, options: Sequence[Option]) -> Iterator[Found]:
    """A stage that only closing leaves, a stage whose proceeding is over, a step that nothing follows."""
    open_ways = [one for one in options if one.verdict.kind is not VerdictKind.REFUSED and one.event is not Event.CLOSE]
    if not open_ways:
        yield Found("dead_end", "stage", "Nothing but closing the case is possible from its stage.")
    own = kinds_of_stage(view.stage)
    if own and not any(row.kind.value in own for row in view.proceedings):
        yield Found("dead_end", "over", "What its stage stands for is over, and the case still stands there.")
    for row in view.proceedings:
        if not stages.proceeding_options(row.kind, ProceedingStep(row.step)):
            name = PROCEEDINGS.get(row.kind.value, row.kind.value)
            yield Found("dead_end", row.id, f"{name}: nothing can follow “{step_name(row.step.value)}”.")


def _packets(case: Case) -> Iterator[Found]:
    """Packets whose making began long ago and never ended."""
    rows = db.session.scalars(select(Packet).where(Packet.case_id == case.id, Packet.state.in_(("queued", "building"))))
    for row in rows:
        if now() - row.created_at > PACKET_PATIENCE:
            yield Found("packet_waits", str(row.id))


def _disclosure(case: Case) -> Iterator[Found]:
    """A hearing is ahead, and its exhibits were not served in time, or papers came after them."""
    found = disclosure.countdown(case)
    if found is None or found.is_over:
        return
    served = binders.served_of(case)
    told = any(row.kind == FactKind.DISCLOSURE_MADE.value for row in current_facts(case))
    if found.is_late and not served and not told and found.last_day is not None:
        days = f"The hearing is on {short_date(found.hearing_on)}; the last safe day was {short_date(found.last_day)}."
        yield Found("disclosure_passed", detail=days)
    if served and (at := served[0][1].recorded_at) is not None:
        late = disclosure.arrived_since(case, served[0][0], at, frozenset({"shared"}))
        evaluations = sum(1 for paper in late if paper.kind in disclosure.EVALUATIONS)
        if late:
            more = f", {plural(evaluations, 'evaluation')} among them" if evaluations else ""
            yield Found("came_after_serving", detail=f"{plural(len(late), 'paper')}{more}.")


def _nobodys(case: Case, running: Sequence[Deadline], people: set[UUID]) -> Iterator[Found]:
    """Dates of our side without a person: nobody is named, or who is named can no longer open the case."""
    alone = sorted(
        (row.act_by, row.title)
        for row in running
        if row.act_by is not None
        and row.actor in OURS
        and row.explanation.get("kind") != RuleKind.MILESTONE.value
        and (row.assigned_to or case.owner_id) not in people
    )
    if alone:
        first, title = alone[0]
        yield Found("no_person", detail=f"{plural(len(alone), 'date')}; the first on {short_date(first)}: {title}.")
