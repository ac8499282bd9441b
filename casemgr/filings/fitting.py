"""Which filings fit a case now, and how long there is for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import func, select

from casemgr.cases.models import Case
from casemgr.deadlines.queries import calendar_for
from casemgr.extensions import db
from casemgr.filings.kinds import KINDS, PURPOSES, Kind, Purpose, kind_in
from casemgr.issues.models import Issue
from casemgr.law import paths as law
from casemgr.law import stages
from casemgr.law.deadlines import deadlines
from casemgr.law.paths import LeftKind, TimeLeft
from casemgr.law.rulebook import Rulebook, rulebook_for
from casemgr.law.rules import PathInfo
from casemgr.law.stages import CaseView
from casemgr.law.terms import Event, FactKind, ProceedingKind, Stage, Track, VerdictKind
from casemgr.law.transitions import NO_RULE, Reason
from casemgr.proceedings.queries import case_view, proceedings_of

CLOSED = Reason("The case is closed. Open it again first.", NO_RULE)


@dataclass(frozen=True)
class WayIn:
    """A filing that could be made. `reasons` say why it is refused, or what to think of first. `time`: how long.

    `found_out`: where the day is asked for on which somebody learned of it, the earliest one that an issue gives."""

    kind: Kind
    is_open: bool
    reasons: tuple[Reason, ...]
    time: TimeLeft
    found_out: date | None = None


@dataclass(frozen=True)
class Group:
    """The filings of one purpose that fit now. `is_folded`: they fit, and are hardly what is looked for now."""

    purpose: Purpose
    heading: str
    help: str
    ways: tuple[WayIn, ...]
    is_folded: bool = False


@dataclass(frozen=True)
class Offer:
    """What can be made: by purpose, and apart from it what does not fit (`shut`). `instead`: titles of open paths."""

    groups: tuple[Group, ...]
    shut: tuple[WayIn, ...]
    instead: tuple[str, ...]


def offer(case: Case) -> Offer:
    """Return every filing, sorted into what fits this case today and what does not, with the reasons."""
    seen = _Look(case)
    ways = [seen.way(kind_in(name, case.state)) for name in KINDS]
    groups = []
    for purpose in sorted(Purpose, key=lambda one: seen.is_under_way and one is Purpose.START):
        own = tuple(way for way in ways if way.is_open and way.kind.purpose is purpose)
        folded = seen.is_under_way and purpose is Purpose.START and bool(groups)
        groups += [Group(purpose, *PURPOSES[purpose], own, folded)] if own else []
    return Offer(tuple(groups), tuple(way for way in ways if not way.is_open), seen.open_paths())


def way_in(case: Case, kind: str) -> WayIn:
    """Return what the law and the case say about one filing."""
    return _Look(case).way(kind_in(kind, case.state))


class _Look:
    """One look at a case: its facts, proceedings and deadlines, read once."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.book: Rulebook = rulebook_for(case.state)
        self.view: CaseView = case_view(case)
        calendar = calendar_for(case, self.view.facts)
        self.found = deadlines(self.book, self.view.facts, calendar, self.view.today, track=self.view.track)
        self.proceedings = proceedings_of(case)

    @property
    def is_under_way(self) -> bool:
        """Whether something is pending: then what belongs to it comes first."""
        return any(row.ended_on is None and row.kind != ProceedingKind.MEETING for row in self.proceedings)

    @cached_property
    def found_out(self) -> date | None:
        own = select(func.min(Issue.known_on)).where(Issue.case_id == self.case.id, Issue.is_withdrawn.is_(False))
        return db.session.scalars(own).one()

    def way(self, kind: Kind) -> WayIn:
        unmet = self._unmet(kind)
        if unmet or kind.event is None:
            is_open, reasons = not unmet, unmet
        else:
            verdict = stages.check(self.view, kind.event, self.book)
            is_open, reasons = verdict.kind is not VerdictKind.REFUSED, verdict.reasons
        time = self._time(kind) if is_open else TimeLeft(LeftKind.NONE)
        found_out = self.found_out if time.ask_for is FactKind.ACTION_KNOWN else None
        return WayIn(kind, is_open, reasons, time, found_out)

    def _unmet(self, kind: Kind) -> tuple[Reason, ...]:
        if kind.event is None and self.view.stage is Stage.CLOSED:
            return (CLOSED,)
        found = [Reason(one.otherwise, kind.law) for one in kind.requires if not self._holds(one.is_so)]
        if self.view.track not in kind.tracks:
            law = "Section 504" if Track.IDEA not in kind.tracks else "IDEA"
            found.append(Reason(f"This is for disputes under {law}.", kind.law))
        return tuple(found)

    def _holds(self, words: str) -> bool:
        """Whether a requirement of a kind holds: `open:<kinds>`, `any:<kinds>` of proceeding, or `fact:<kinds>`."""
        head, _, names = words.partition(":")
        if head == "fact":
            return self.view.has(*(FactKind(name) for name in names.split("|")))
        kinds = {ProceedingKind(name).value for name in names.split("|")}
        rows = [row for row in self.proceedings if row.kind in kinds]
        if head == "any":
            return bool(rows)
        if head == "open":
            return any(row.ended_on is None for row in rows)
        raise ValueError(f"no such requirement: {words}")

    def _time(self, kind: Kind) -> TimeLeft:
        return law.how_long(self._limit_of(kind), self.view, self.book, self.found)

    def _limit_of(self, kind: Kind) -> PathInfo:
        own = kind.limit
        if own is None:
            return next(path for path in self.book.paths if path.event is kind.event)
        if not own.rules:
            return PathInfo(kind.kind.value, no_limit=own.no_limit)
        assert own.counts_from is not None, "reading.py sees to it"
        first, *also = own.rules
        return PathInfo(
            kind.kind.value,
            limit=first,
            limit_also=tuple(also),
            limit_from=(own.counts_from,),
            limit_words=own.words,
            ask=own.ask,
            no_limit=own.no_limit,
        )

    def open_paths(self) -> tuple[str, ...]:
        rows: Sequence[stages.Option] = stages.options(self.view, self.book)
        return tuple(
            row.transition.title
            for row in rows
            if row.verdict.kind is VerdictKind.ALLOWED and (row.transition.opens or row.event is Event.REOPEN)
        )
