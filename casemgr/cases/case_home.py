"""Everything that the home page of one case shows, in a number of queries that does not grow with rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from casemgr.accounts.access import Access
from casemgr.cases import queries
from casemgr.cases.models import Case, CaseMember, Person
from casemgr.cases.next_steps import NextStep, Standing, next_steps
from casemgr.cases.queries import Counts, DueDate, Happening
from casemgr.deadlines.listing import A_YEAR
from casemgr.deadlines.queries import next_deadlines
from casemgr.documents.models import Document
from casemgr.law import stages
from casemgr.law.rulebook import rulebook_for
from casemgr.law.stages import CaseView, Option
from casemgr.law.terms import Stage, VerdictKind
from casemgr.obligations.queries import InShort, in_short
from casemgr.proceedings.queries import case_view, newest_number, said_already, visited_stages

DEADLINES = 5
PAPERS = 5
HAPPENINGS = 5

STAGE_OF_PROCEEDING = {"meeting": "team_meeting", "section_504_hearing": "due_process"}
"""Where a proceeding stands on the map, when it is not the stage of its own name."""


@dataclass(frozen=True)
class CaseHome:
    """`available` are the stages that the law opens now; `parallel` those of proceedings open beside the stage."""

    steps: list[NextStep]
    visited: list[str]
    available: list[str]
    parallel: list[str]
    deadlines: list[DueDate]
    promises: InShort | None
    papers: Sequence[Document]
    happenings: list[Happening]
    people: Sequence[Person]
    members: Sequence[CaseMember]
    counts: Counts
    newest_move: int
    """Number of the newest move: a button that moves the case says which one its page has seen."""
    submission: UUID
    """The id of the move that such a button makes: pressed twice, it moves once."""


@dataclass(frozen=True)
class Grounds:
    """What is read of a case to say how it stands."""

    view: CaseView
    people: Sequence[Person]
    promises: InShort | None
    standing: Standing


def grounds_of(case: Case, visible: Collection[str]) -> Grounds:
    """Read how a case stands. `visible`: the visibilities of papers and entries that the reader may open."""
    view = case_view(case)
    people = queries.people_of(case)
    promises = in_short(case)
    options = stages.options(view, rulebook_for(case.state))
    standing = Standing(
        plan=case.plan,
        stage=case.stage,
        today=view.today,
        counts=queries.counts(case, visible),
        has_address=bool(case.student.address) or case.student.is_homeless,
        roles={person.role for person in people},
        bare_issues=[issue.title for issue in queries.issues_without_evidence(case, 1)],
        deadlines=[
            queries.due_date(row, view.today)
            for row in next_deadlines(case, DEADLINES, queries.OURS)
            if row.act_by is None or row.act_by <= view.today + A_YEAR
        ],
        overdue_promise=promises.first_overdue if promises else "",
        options=options,
        said_already=said_already(case, view, options),
    )
    return Grounds(view, people, promises, standing)


def case_home(access: Access) -> CaseHome:
    case, visible = access.case, access.visible
    grounds = grounds_of(case, visible)
    standing = grounds.standing
    return CaseHome(
        steps=next_steps(standing, access.allows),
        visited=visited_stages(case),
        available=_available(case, standing.options),
        parallel=_parallel(grounds.view),
        deadlines=list(standing.deadlines),
        promises=grounds.promises,
        papers=queries.newest_papers(case, visible, PAPERS),
        happenings=queries.newest_happenings(case, visible, HAPPENINGS),
        people=grounds.people,
        members=queries.members_of(case),
        counts=standing.counts,
        newest_move=newest_number(case) if standing.said_already else 0,
        submission=uuid4(),
    )


def _available(case: Case, options: Sequence[Option]) -> list[str]:
    """The stages that the law opens now without a warning. Closing is always possible and not on the way."""
    found = {row.transition.target.value for row in options if row.verdict.kind is VerdictKind.ALLOWED}
    return [stage.value for stage in Stage if stage.value in found - {case.stage, Stage.CLOSED.value}]


def _parallel(view: CaseView) -> list[str]:
    found = {STAGE_OF_PROCEEDING.get(row.kind.value, row.kind.value) for row in view.proceedings}
    return sorted(found - {view.stage.value})
