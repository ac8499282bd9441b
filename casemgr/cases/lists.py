"""Read over all of a person's cases: the home page and the board.

Row-level security shows one organization at a time, so each list is one query an organization, put together
here. Nothing but plain data leaves an organization's scope.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true

from casemgr.accounts.access import memberships_of
from casemgr.accounts.models import Organization, User
from casemgr.accounts.roles import visible_kinds
from casemgr.cases.clock import today_in
from casemgr.cases.models import Case, CaseMember, Student
from casemgr.deadlines.doubts import mark_for
from casemgr.deadlines.models import Deadline
from casemgr.deadlines.standing import is_running
from casemgr.extensions import db
from casemgr.law.terms import Doubt, Stage
from casemgr.law.transitions import OWN_KINDS
from casemgr.platform.tenancy import Scope, acting_in
from casemgr.proceedings.models import Proceeding

PAGE_SIZE = 30
COLUMN_SIZE = 25


@dataclass(frozen=True)
class Workplace:
    """An organization in which a person sees cases: as a member all of them, as a guest the named ones.

    `case_roles` are the person's own roles in single cases, which come before `role`."""

    org_id: UUID
    name: str
    kind: str
    role: str | None
    case_roles: Mapping[UUID, str]
    scope: Scope

    def may_see(self, visibility: ColumnElement[str], case_id: ColumnElement[UUID]) -> ColumnElement[bool]:
        """The condition that a row's visibility is one that this person may open in that row's case."""
        own = [
            and_(case_id == case, visibility.in_(visible_kinds(role, self.kind)))
            for case, role in self.case_roles.items()
        ]
        rest = false()
        if self.role is not None:
            rest = and_(
                case_id.not_in(list(self.case_roles)) if self.case_roles else true(),
                visibility.in_(visible_kinds(self.role, self.kind)),
            )
        return or_(rest, *own)


@dataclass(frozen=True)
class Filters:
    """Which cases to show; empty: all. `letter` is the first letter of the student's name."""

    track: str = ""
    state: str = ""
    owner: str = ""
    stage: str = ""
    letter: str = ""

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        if self.track:
            yield Case.track == self.track
        if self.state:
            yield Case.state == self.state
        if self.owner:
            yield Case.owner_id.is_(None) if self.owner == NOBODY else Case.owner_id == UUID(self.owner)
        if self.stage:
            yield Case.stage == self.stage
        if self.letter:
            yield func.upper(func.left(Student.name, 1)) == self.letter

    def fit(self, group: Group) -> bool:
        own = (group.track, group.state, group.owner_id or NOBODY, group.stage, group.letter)
        return all(not wanted or wanted == has for wanted, has in zip(vars(self).values(), own, strict=True))


NOBODY = "nobody"


@dataclass(frozen=True)
class Group:
    """How many cases share these values: what the filters offer, and every total."""

    track: str
    state: str
    owner_id: str
    owner_name: str
    stage: str
    letter: str
    count: int


@dataclass(frozen=True)
class CaseCard:
    """One case as lists show it. `place` is what it is sorted by, `today` the day in the zone of the case: a date is
    not over before it is over there."""

    id: UUID
    student: str
    stage: str
    track: str
    state: str
    is_sample: bool
    organization: str
    owner: str
    next_title: str
    next_on: date | None
    next_mark: str
    today: date
    place: tuple[bool, str, str]
    is_over: bool = False
    """On the board: what the stage stands for has ended, and the next path is not chosen yet."""


@dataclass(frozen=True)
class CasePage:
    cards: list[CaseCard]
    page: int
    pages: int
    total: int


@dataclass(frozen=True)
class Column:
    """A stage of the board: its cards as far as they are shown, and how many there are."""

    stage: str
    cards: list[CaseCard]
    total: int


@dataclass
class Overview:
    """What the choices and totals of a list are made of."""

    groups: list[Group] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(group.count for group in self.groups)

    def count(self, filters: Filters) -> int:
        return sum(group.count for group in self.groups if filters.fit(group))

    def by_stage(self, filters: Filters) -> Counter[str]:
        found: Counter[str] = Counter()
        for group in self.groups:
            if filters.fit(group):
                found[group.stage] += group.count
        return found

    @property
    def letters(self) -> list[str]:
        return sorted({group.letter for group in self.groups})

    @property
    def states(self) -> list[str]:
        return sorted({group.state for group in self.groups})

    @property
    def owners(self) -> list[tuple[str, str]]:
        known = {(group.owner_id, group.owner_name) for group in self.groups if group.owner_id}
        return sorted(known, key=lambda pair: (pair[1].casefold(), pair[0]))


def workplaces_of(user: User) -> list[Workplace]:
    """Return where the person sees cases, their own organizations first. Always three queries."""
    grants = db.session.execute(
        select(CaseMember.org_id, CaseMember.case_id, CaseMember.role).where(CaseMember.user_id == user.id)
    ).all()
    case_roles: dict[UUID, dict[UUID, str]] = {}
    for grant in grants:
        case_roles.setdefault(grant.org_id, {})[grant.case_id] = grant.role
    places = []
    for row in memberships_of(user):
        own = case_roles.pop(row.org_id, {})
        scope = Scope(row.org_id, user.id)
        places.append(Workplace(row.org_id, row.organization.name, row.organization.kind, row.role, own, scope))
    hosts = select(Organization).where(Organization.id.in_(case_roles)).order_by(Organization.name, Organization.id)
    for host in db.session.scalars(hosts):
        named = case_roles[host.id]
        places.append(Workplace(host.id, host.name, host.kind, None, named, Scope(host.id, user.id, tuple(named))))
    return places


def overview(places: list[Workplace]) -> Overview:
    """Return the totals and what can be filtered by."""
    letter = func.upper(func.left(Student.name, 1))
    query = (
        select(Case.track, Case.state, Case.owner_id, User.name, Case.stage, letter, func.count())
        .join(Student, Student.case_id == Case.id)
        .outerjoin(User, User.id == Case.owner_id)
        .group_by(Case.track, Case.state, Case.owner_id, User.name, Case.stage, letter)
    )
    groups = []
    for place in places:
        with acting_in(place.scope):
            for track, state, owner, name, stage, first, count in db.session.execute(query):
                groups.append(Group(track, state, str(owner or ""), name or "", stage, first, count))
    return Overview(groups)


def _cards(filters: Filters) -> Select[tuple[object, ...]]:
    """Cases with the soonest open deadline of each; `lateral`, so that only the cases shown are looked up."""
    due = (
        select(
            Deadline.title, Deadline.act_by, Deadline.verification, Deadline.explanation["doubt"].astext.label("doubt")
        )
        .where(Deadline.case_id == Case.id, is_running(), Deadline.act_by.is_not(None))
        .order_by(Deadline.act_by, Deadline.title)
        .limit(1)
        .lateral()
    )
    return (
        select(
            Case.id,
            Student.name.label("student"),
            Case.stage,
            Case.track,
            Case.state,
            Case.is_sample,
            Case.timezone,
            User.name.label("owner"),
            due.c.title.label("next_title"),
            due.c.act_by.label("next_on"),
            due.c.verification.label("next_verification"),
            due.c.doubt.label("next_doubt"),
            (Case.stage == Stage.CLOSED.value).label("is_closed"),
            _name_in_order().label("sort_name"),
        )
        .join(Student, Student.case_id == Case.id)
        .outerjoin(User, User.id == Case.owner_id)
        .outerjoin(due, true())
        .where(*filters.conditions())
    )


def _name_in_order() -> ColumnElement[str]:
    """In the order of code points, which is also Python's, so that lists of two organizations can be merged."""
    return func.lower(Student.name).collate("C")


def _card(row: object, place: Workplace) -> CaseCard:
    mark = mark_for(row.next_verification or "", Doubt(row.next_doubt or ""))
    return CaseCard(
        id=row.id,
        student=row.student,
        stage=row.stage,
        track=row.track,
        state=row.state,
        is_sample=row.is_sample,
        organization=place.name,
        owner=row.owner or "",
        next_title=row.next_title or "",
        next_on=row.next_on,
        next_mark=mark.label if mark else "",
        today=today_in(row.timezone),
        place=(row.is_closed, row.sort_name, str(row.id)),
        is_over=getattr(row, "is_over", False),
    )


def cases_page(places: list[Workplace], filters: Filters, page: int, total: int) -> CasePage:
    """Return one page of cases, open ones first, by the student's name. A page past the end is the last one."""
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    query = _cards(filters).order_by("is_closed", "sort_name", Case.id).limit(page * PAGE_SIZE)
    cards = []
    for place in places:
        with acting_in(place.scope):
            cards += [_card(row, place) for row in db.session.execute(query)]
    cards.sort(key=lambda card: card.place)
    return CasePage(cards[(page - 1) * PAGE_SIZE : page * PAGE_SIZE], page, pages, total)


def board(places: list[Workplace], filters: Filters, totals: Mapping[str, int]) -> list[Column]:
    """Return a column for each stage, in the order of the spine, the cases that are due first on top."""
    rank = func.row_number().over(partition_by=Case.stage, order_by=(_due_first(), _name_in_order()))
    ranked = _cards(filters).add_columns(rank.label("rank")).subquery()
    query = select(ranked, _is_over(ranked.c.id, ranked.c.stage).label("is_over")).where(ranked.c.rank <= COLUMN_SIZE)
    cards = []
    for place in places:
        with acting_in(place.scope):
            cards += [_card(row, place) for row in db.session.execute(query)]
    cards.sort(key=lambda card: (card.next_on or date.max, card.place))
    return [
        Column(stage, [card for card in cards if card.stage == stage][:COLUMN_SIZE], totals.get(stage, 0))
        for stage in Stage
    ]


def _is_over(case_id: ColumnElement[UUID], stage: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the stage stands for a proceeding and none of that kind is open (law.stages.is_stage_over)."""
    return or_(
        *(
            and_(
                stage == own.value,
                ~exists().where(
                    Proceeding.case_id == case_id,
                    Proceeding.ended_on.is_(None),
                    Proceeding.kind.in_([kind.value for kind in kinds]),
                ),
            )
            for own, kinds in OWN_KINDS.items()
        )
    )


def _due_first() -> ColumnElement[date]:
    soonest = (
        select(func.min(Deadline.act_by))
        .where(Deadline.case_id == Case.id, is_running())
        .correlate(Case)
        .scalar_subquery()
    )
    return func.coalesce(soonest, date.max)
