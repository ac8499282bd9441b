"""What stands on the timeline of a case, for one reader. What they may not open is left out in the queries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from casemgr.accounts.access import Access
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines import chronology
from casemgr.deadlines.chronology import Line
from casemgr.documents.kinds import DOCUMENT_KINDS
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.issues import queries as issues
from casemgr.proceedings import queries as proceedings
from casemgr.timeline.drawing import Span
from casemgr.timeline.models import TimelineMark
from casemgr.web.filters import legal_date

KINDS = {
    "deadlines": "Deadlines",
    "facts": "Facts",
    "log": "Evidence log",
    "papers": "Papers",
    "moves": "Moves of the case",
}
"""What can be shown; the order is that of the lanes. Moves are the bands of the stages."""


@dataclass(frozen=True)
class Wanted:
    """What the address asks for. Empty means all. `person`: a key of `Story.people`; `issue`: an id."""

    kinds: frozenset[str] = frozenset(KINDS)
    person: str = ""
    issue: UUID | None = None
    only_marked: bool = False

    @property
    def narrows(self) -> bool:
        return self.kinds != frozenset(KINDS) or bool(self.person or self.issue or self.only_marked)


@dataclass(frozen=True)
class Item:
    """One thing of the case on its day."""

    line: Line
    is_marked: bool = False

    @property
    def key(self) -> str:
        return f"{self.line.kind}:{self.line.id}"

    @property
    def last(self) -> date:
        return self.line.until or self.line.on


@dataclass(frozen=True)
class Story:
    """The whole timeline of a case as one reader may see it, before any zoom.

    people: key and name of everybody whom the log names. extent: first and last day. undated: papers without a date.
    """

    items: Sequence[Item]
    moves: Sequence[tuple[date, str]]
    proceedings: Sequence[Any]
    people: Sequence[tuple[str, str]]
    extent: tuple[date, date]
    today: date
    undated: int = 0
    tied: Mapping[UUID, Collection[UUID]] = field(default_factory=dict)


def story(access: Access, user_id: UUID) -> Story:
    """Read everything; a number of queries that does not grow."""
    case, visible, now = access.case, access.visible, today(access.case)
    papers = _papers(case, visible)
    told = chronology.chronology(case, visible, {str(row.id): row.title for row in papers}, chronology.Wanted())
    lines = sorted([*told, *_paper_lines(papers)], key=lambda line: line.on)
    marks = {
        (row.kind, row.item_id)
        for row in db.session.execute(
            select(TimelineMark.kind, TimelineMark.item_id).where(
                TimelineMark.case_id == case.id, TimelineMark.user_id == user_id
            )
        )
    }
    opened = proceedings.proceedings_of(case)
    days = [line.on for line in lines] + [row.opened_on for row in opened] + [now]
    people = dict(sorted({pair for line in lines for pair in line.people}, key=lambda pair: pair[1].casefold()))
    return Story(
        items=[Item(line, (line.kind, line.id) in marks) for line in lines],
        moves=[(line.on, line.stage) for line in lines if line.kind == "moves"],
        proceedings=opened,
        people=list(people.items()),
        extent=(min(days), max(days)),
        today=now,
        undated=sum(_day_of(row) is None for row in papers),
        tied=_tied(case, lines),
    )


def chosen(told: Story, wanted: Wanted) -> list[Item]:
    """Return the items that the filters leave, in order of their days."""
    found = []
    name = dict(told.people).get(wanted.person)
    for item in told.items:
        line = item.line
        if line.kind not in wanted.kinds or (wanted.only_marked and not item.is_marked):
            continue
        if wanted.person and not _is_of(line, wanted.person, name):
            continue
        if wanted.issue and not any(wanted.issue in told.tied.get(one, ()) for one in line.proof):
            continue
        found.append(item)
    return found


def stages(told: Story, words: Mapping[str, str]) -> list[Span]:
    """Return the stages as spans, each until the day of the next move. `words`: names of the stages."""
    found: list[Span] = []
    for place, (on, stage) in enumerate(told.moves):
        following = told.moves[place + 1][0] if place + 1 < len(told.moves) else None
        if found and found[-1].label == words.get(stage, stage):
            found[-1] = replace(found[-1], last=following)  # a move that led back to where the case was
            continue
        name = words.get(stage, stage)
        found.append(Span(on, following, name, f"{name}, since {legal_date(on)}"))
    return [
        replace(one, name=f"{one.name}, until {legal_date(one.last)}") if one.last else one
        for one in found
        if one.last is None or one.last > one.first
    ]


def _is_of(line: Line, person: str, name: str | None) -> bool:
    """Whether the log names this person, or a paper came from somebody of this name."""
    if line.kind == "papers":
        return bool(name) and line.source.casefold() == str(name).casefold()
    return person in {key for key, _name in line.people}


def _papers(case: Case, visible: Collection[str]) -> Sequence[Document]:
    return db.session.scalars(
        select(Document)
        .where(Document.case_id == case.id, Document.visibility.in_(visible), Document.trashed_at.is_(None))
        .order_by(func.coalesce(Document.document_on, Document.received_on), Document.title, Document.id)
    ).all()


def _day_of(row: Document) -> date | None:
    return row.document_on or row.received_on


def _paper_lines(rows: Sequence[Document]) -> list[Line]:
    return [
        Line(
            on,
            legal_date(on),
            "papers",
            row.title,
            note=DOCUMENT_KINDS.get(row.kind, row.kind) + ("" if row.document_on else ", by the day it was received"),
            source=row.source,
            endpoint="documents.show",
            arguments={"document_id": row.id},
            id=row.id,
            proof=frozenset({row.id}),
        )
        for row in rows
        if (on := _day_of(row)) is not None
    ]


def _tied(case: Case, lines: Sequence[Line]) -> dict[UUID, set[UUID]]:
    """Return the issues that each entry supports, and with it each paper that the entry names."""
    entries = {line.id: line for line in lines if line.kind == "log" and line.id}
    found: dict[UUID, set[UUID]] = {}
    for entry_id, refs in issues.issues_by_entry(case, entries.keys()).items():
        for one in entries[entry_id].proof:
            found.setdefault(one, set()).update(ref.id for ref in refs)
    return found
